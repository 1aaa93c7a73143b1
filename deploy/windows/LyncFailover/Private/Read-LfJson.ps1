function Read-LfJson {
    <#
    .SYNOPSIS
    Reads a file of the journal; nothing if there is none. What cannot be read is an error, never nothing.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [string]$Path)

    try {
        $text = [System.IO.File]::ReadAllText($Path)
    } catch [System.IO.FileNotFoundException] {
        return
    }
    try {
        Microsoft.PowerShell.Utility\ConvertFrom-Json -InputObject $text
    } catch {
        throw (New-LfError -Id 'JournalUnreadable' -Category 'InvalidData' -Message "$Path is not JSON: $_")
    }
}
