function Get-LfEndpoint {
    <#
    .SYNOPSIS
    What this host is to the operator: the version of the module, the home of the journal, the epoch, and what
    its Lync module lacks.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Endpoint')]
    param()

    $journal = Get-LfHome
    $lock = Enter-LfLock -JournalHome $journal
    try {
        $epoch = Get-LfEpoch -JournalHome $journal
    } finally {
        $lock.Dispose()
    }
    [pscustomobject]@{
        PSTypeName = 'LyncFailover.Endpoint'
        ModuleVersion = [string]$MyInvocation.MyCommand.Module.Version
        HomeId = $journal.HomeId
        HomeKind = $journal.Kind
        Epoch = $epoch
        Now = [datetime]::UtcNow
        Missing = [string[]]@(Get-LfMissing)
    }
}
