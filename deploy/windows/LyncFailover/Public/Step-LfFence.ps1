function Step-LfFence {
    <#
    .SYNOPSIS
    Raises the stored epoch by one. An order with an older one is refused from now on, however late it comes.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Fence')]
    param()

    $journal = Get-LfHome
    $lock = Enter-LfLock -JournalHome $journal
    try {
        $epoch = (Get-LfEpoch -JournalHome $journal) + 1
        Set-LfEpoch -JournalHome $journal -Epoch $epoch
    } finally {
        $lock.Dispose()
    }
    [pscustomobject]@{ PSTypeName = 'LyncFailover.Fence'; Epoch = [long]$epoch; HomeId = $journal.HomeId }
}
