function Get-LfReportPath {
    <#
    .SYNOPSIS
    The file in which a cmdlet keeps its own report of an operation (-Report).
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId
    )

    Join-LfPath $JournalHome.Path 'reports' ('{0}.html' -f $OperationId.ToString('D'))
}
