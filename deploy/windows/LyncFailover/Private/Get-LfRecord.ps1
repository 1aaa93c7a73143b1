function Get-LfRecord {
    <#
    .SYNOPSIS
    The records of an operation after a number, 1,000 at most, and the number of the last of them.
    .NOTES
    The answer has to stay small enough for a session. Who wants the rest asks again, after that number.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId,
        [ValidateRange(0, [long]::MaxValue)] [long]$After = 0
    )

    $most = 1000
    $path = Get-LfRecordPath -JournalHome $JournalHome -OperationId $OperationId
    $records = New-Object -TypeName System.Collections.ArrayList
    try {
        $stream = [System.IO.File]::Open($path, 'Open', 'Read', 'ReadWrite')
    } catch [System.IO.FileNotFoundException] {
        return [pscustomobject]@{ Next = $After; Records = @() }
    }
    try {
        $text = (New-Object -TypeName System.IO.StreamReader -ArgumentList $stream).ReadToEnd()
    } finally {
        $stream.Dispose()
    }
    $lines = $text.Split([char]10)
    # What follows the last line feed is empty, or is being written just now.
    for ($index = $After; $index -lt $lines.Length - 1 -and $records.Count -lt $most; $index++) {
        $null = $records.Add((ConvertTo-LfRecord -Line $lines[$index]))
    }
    [pscustomobject]@{ Next = [long]($After + $records.Count); Records = $records.ToArray() }
}
