function Step-LfFence {
    <#
    .SYNOPSIS
    Raises the stored epoch by one. An order with an older one is refused from now on, however late it comes.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Fence')]
    param()

    # A caller's -ErrorAction SilentlyContinue would let every throw in here pass, that of the fence as well.
    $ErrorActionPreference = 'Stop'
    $journal = Get-LfHome
    $lock = Enter-LfLock -JournalHome $journal
    try {
        $known = Get-LfFence -JournalHome $journal
        $epoch = $known.Epoch + 1
        Set-LfFence -JournalHome $journal -Epoch $epoch -Last $known.Last
    } finally {
        $lock.Dispose()
    }
    [pscustomobject]@{ PSTypeName = 'LyncFailover.Fence'; Epoch = [long]$epoch; HomeId = $journal.HomeId }
}
