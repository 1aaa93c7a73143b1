function ConvertTo-LfRecord {
    <#
    .SYNOPSIS
    A line of the records as the object that a client reads. It never throws: a line that a full disk or a broken
    share has cut, or that a later version has written, must not hide the others.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Record')]
    param([Parameter(Mandatory)] [AllowEmptyString()] [string]$Line)

    try {
        $read = Microsoft.PowerShell.Utility\ConvertFrom-Json -InputObject $Line
        $at = ConvertFrom-LfTime $read.At
        $stream = [string]$read.Stream
        $text = [string]$read.Text
    } catch {
        $at = $null
        $stream = 'Warning'
        $text = 'A record that cannot be read.'
    }
    if ($stream -notin 'Verbose', 'Warning', 'Error', 'Progress') {
        $stream = 'Verbose'
    }
    [pscustomobject]@{ PSTypeName = 'LyncFailover.Record'; At = $at; Stream = $stream; Text = $text }
}
