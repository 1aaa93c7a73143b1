function Enter-LfLock {
    <#
    .SYNOPSIS
    Takes the lock of the journal and returns it; Dispose gives it back, and so does the death of the process.
    .NOTES
    A file that nobody else may open works on a disk and on a share, between processes and between hosts.
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileStream])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [ValidateRange(1, 600)] [int]$Seconds = 20
    )

    $path = Join-LfPath $JournalHome.Path 'lock'
    $since = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            return [System.IO.File]::Open($path, 'OpenOrCreate', 'ReadWrite', 'None')
        } catch [System.IO.IOException] {
            if ($since.Elapsed.TotalSeconds -ge $Seconds) {
                $text = "The lock $path was not free within $Seconds seconds: $($_.Exception.Message)"
                throw (New-LfError -Id 'LockTimeout' -Category 'ResourceBusy' -Message $text)
            }
            [System.Threading.Thread]::Sleep(50)
        }
    }
}
