function Assert-LfAdmission {
    <#
    .SYNOPSIS
    Refuses an order that is too old, and any order while another operation has not ended. The caller holds the
    lock.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [long]$Fence
    )

    $epoch = Get-LfEpoch -JournalHome $JournalHome
    if ($Fence -lt $epoch) {
        $text = "Epoch $Fence is older than $epoch, which this journal has seen."
        throw (New-LfError -Id 'StaleEpoch' -Category 'PermissionDenied' -Message $text)
    }
    foreach ($other in @(Get-LfEntry -JournalHome $JournalHome)) {
        if ($other.State -in 'Accepted', 'Running') {
            Update-LfEntry -JournalHome $JournalHome -Entry $other
        }
        if ($other.State -in 'Accepted', 'Running') {
            $text = "Operation $($other.OperationId) ($($other.Action)) is running on $($other.HostName)."
            throw (New-LfError -Id 'OperationRunning' -Category 'ResourceBusy' -Message $text)
        }
    }
}
