function Get-LfEndpoint {
    <#
    .SYNOPSIS
    What this host is to the operator: the version of the module, the home of the journal, the epoch, and what
    its Lync module lacks.
    .NOTES
    Lync can be read while the journal is away. So it takes no lock, and what is wrong with the journal is told
    as Problem, not thrown: a throw would end the pipeline in which queries follow.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Endpoint')]
    param()

    # A caller's -ErrorAction SilentlyContinue would let every throw in here pass.
    $ErrorActionPreference = 'Stop'
    $known = @{ HomeId = ''; HomeKind = ''; Epoch = [long]0; Problem = '' }
    try {
        $journal = Get-LfHome
        $fence = Get-LfFence -JournalHome $journal -WithoutLock
        $known = @{ HomeId = $journal.HomeId; HomeKind = $journal.Kind; Epoch = $fence.Epoch; Problem = '' }
    } catch {
        $said = Get-LfErrorWords -ErrorRecord $_
        $known.Problem = "$($said.Message) ($($said.ErrorId))"
    }
    [pscustomobject]@{
        PSTypeName = 'LyncFailover.Endpoint'
        ModuleVersion = [string]$MyInvocation.MyCommand.Module.Version
        HomeId = $known.HomeId
        HomeKind = $known.HomeKind
        Epoch = $known.Epoch
        Now = [datetime]::UtcNow
        Missing = [string[]]@(Get-LfMissing)
        Problem = $known.Problem
    }
}
