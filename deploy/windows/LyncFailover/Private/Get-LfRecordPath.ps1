function Get-LfRecordPath {
    <#
    .SYNOPSIS
    The file with the records of an operation: one line of JSON for each.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId
    )

    Join-LfPath $JournalHome.Path 'records' ('{0}.jsonl' -f $OperationId.ToString('D'))
}
