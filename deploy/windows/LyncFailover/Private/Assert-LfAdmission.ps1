function Assert-LfAdmission {
    <#
    .SYNOPSIS
    Refuses an order that is too old, and any order while another operation has not ended. The caller
    holds the lock.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [long]$Fence
    )

    $known = Get-LfFence -JournalHome $JournalHome
    if ($Fence -lt $known.Epoch) {
        $text = "Epoch $Fence is older than $($known.Epoch), which this journal has seen."
        throw (New-LfError -Id 'StaleEpoch' -Category 'PermissionDenied' -Message $text)
    }
    $others = @(Get-LfEntry -JournalHome $JournalHome | Where-Object { $_.OperationId -ne $known.Last })
    if ($known.Last) {
        $others += Get-LfEntry -JournalHome $JournalHome -OperationId $known.Last
    }
    foreach ($other in $others) {
        Update-LfEntry -JournalHome $JournalHome -Entry $other
        if ($other.State -in 'Accepted', 'Running') {
            $text = "Operation $($other.OperationId) ($($other.Action)) is running on $($other.HostName)."
            throw (New-LfError -Id 'OperationRunning' -Category 'ResourceBusy' -Message $text)
        }
    }
}
