function Read-LfJson {
    <#
    .SYNOPSIS
    Reads a file of the journal; nothing if there is none. What cannot be read is an error, never nothing.
    .NOTES
    Who holds the lock opens the file alone: an SMB client has to ask the server for that, whatever its caches
    hold. Who does not hold it lets others replace the file meanwhile.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [string]$Path,
        [switch]$Alone
    )

    $share = if ($Alone) { [System.IO.FileShare]::None } else { [System.IO.FileShare]'ReadWrite, Delete' }
    $since = [System.Diagnostics.Stopwatch]::StartNew()
    $text = $null
    while ($null -eq $text) {
        try {
            $stream = [System.IO.File]::Open($Path, 'Open', 'Read', $share)
            try {
                $text = (New-Object -TypeName System.IO.StreamReader -ArgumentList $stream).ReadToEnd()
            } finally {
                $stream.Dispose()
            }
        } catch [System.IO.FileNotFoundException] {
            # Whoever replaces it leaves the state before beside it.
            if (-not [System.IO.File]::Exists("$Path.bak")) {
                return
            }
            if ($since.Elapsed.TotalSeconds -ge 2) {
                $text = "$Path was replaced only half. Its state before that is in $Path.bak."
                throw (New-LfError -Id 'JournalUnreadable' -Category 'InvalidData' -Message $text)
            }
            [System.Threading.Thread]::Sleep(50)
        } catch [System.IO.DirectoryNotFoundException] {
            throw
        } catch [System.IO.IOException] {
            # Somebody else has it open.
            if ($since.Elapsed.TotalSeconds -ge 2) {
                throw
            }
            [System.Threading.Thread]::Sleep(50)
        }
    }
    $value = $null
    try {
        $value = Microsoft.PowerShell.Utility\ConvertFrom-Json -InputObject $text
    } catch {
        throw (New-LfError -Id 'JournalUnreadable' -Category 'InvalidData' -Message "$Path is not JSON: $_")
    }
    # An empty file converts to nothing, which would mean that there is no file.
    if ($value -isnot [System.Management.Automation.PSCustomObject]) {
        throw (New-LfError -Id 'JournalUnreadable' -Category 'InvalidData' -Message "$Path holds no object.")
    }
    $value
}
