function Get-LfRecord {
    <#
    .SYNOPSIS
    How many records an operation has, and those after a number.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId,
        [ValidateRange(0, [long]::MaxValue)] [long]$After = 0
    )

    $path = Join-LfPath $JournalHome.Path 'records' ('{0}.jsonl' -f $OperationId.ToString('D'))
    $text = ''
    if ([System.IO.File]::Exists($path)) {
        $stream = [System.IO.File]::Open($path, 'Open', 'Read', 'ReadWrite')
        try {
            $text = (New-Object -TypeName System.IO.StreamReader -ArgumentList $stream).ReadToEnd()
        } finally {
            $stream.Dispose()
        }
    }
    # What follows the last line feed is empty, or is being written just now.
    $lines = $text.Split([char]10)
    $count = $lines.Length - 1
    $records = for ($index = [Math]::Min($After, $count); $index -lt $count; $index++) {
        try {
            $read = Microsoft.PowerShell.Utility\ConvertFrom-Json -InputObject $lines[$index]
        } catch {
            # A line that a full disk or a broken share has cut must not hide the others.
            $read = [pscustomobject]@{ At = $null; Stream = 'Warning'; Text = 'A record that cannot be read.' }
        }
        [pscustomobject]@{
            PSTypeName = 'LyncFailover.Record'
            At = ConvertFrom-LfTime $read.At
            Stream = [string]$read.Stream
            Text = [string]$read.Text
        }
    }
    [pscustomobject]@{ Next = [long]$count; Records = @($records | Where-Object { $null -ne $_ }) }
}
