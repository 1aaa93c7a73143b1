function ConvertTo-LfOperation {
    <#
    .SYNOPSIS
    An entry of the journal as the object that a client reads, with the records after a number.
    .NOTES
    Report is the file of the cmdlet's own report. It is named once the operation has ended, if the file is there.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Operation')]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [psobject]$Entry,
        [long]$After = 0
    )

    $said = Get-LfRecord -JournalHome $JournalHome -OperationId $Entry.OperationId -After $After
    $report = Get-LfReportPath -JournalHome $JournalHome -OperationId $Entry.OperationId
    if ($Entry.State -in 'Accepted', 'Running' -or -not [System.IO.File]::Exists($report)) {
        $report = ''
    }
    [pscustomobject]@{
        PSTypeName = 'LyncFailover.Operation'
        OperationId = [string]$Entry.OperationId
        HomeId = $JournalHome.HomeId
        HostName = [string]$Entry.HostName
        Action = [string]$Entry.Action
        State = [string]$Entry.State
        StartedAt = ConvertFrom-LfTime $Entry.StartedAt
        EndedAt = ConvertFrom-LfTime $Entry.EndedAt
        Next = $said.Next
        Records = $said.Records
        ErrorId = [string]$Entry.ErrorId
        Category = [string]$Entry.Category
        Message = [string]$Entry.Message
        Report = $report
    }
}
