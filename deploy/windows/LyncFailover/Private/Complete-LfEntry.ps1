function Complete-LfEntry {
    <#
    .SYNOPSIS
    Ends an operation in the journal. The caller holds the lock.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [psobject]$Entry,
        [Parameter(Mandatory)] [ValidateSet('Completed', 'Failed', 'Lost')] [string]$State,
        [AllowNull()] [System.Management.Automation.ErrorRecord]$ErrorRecord,
        [string]$Message = ''
    )

    $Entry.State = $State
    $Entry.EndedAt = Get-LfTime
    $Entry.Message = $Message
    if ($null -ne $ErrorRecord) {
        $said = Get-LfErrorWords -ErrorRecord $ErrorRecord
        $Entry.ErrorId = $said.ErrorId
        $Entry.Category = $said.Category
        $Entry.Message = $said.Message
    }
    Set-LfEntry -JournalHome $JournalHome -Entry $Entry
}
