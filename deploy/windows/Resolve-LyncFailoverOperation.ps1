<#
.SYNOPSIS
Ends, in the journal, an operation whose host will never say how it ended. For people, on a host with the module.
.DESCRIPTION
Only the host that runs an operation can tell that it has died. If that host is gone for good, its operation stays
Running in a shared journal and no other may start. Make sure that the host is off, or that the task of the
operation does not run there; then say so with this. The operation becomes Lost: nothing is started again by it, and
the operator looks at Lync to see what it has done.
.EXAMPLE
.\Resolve-LyncFailoverOperation.ps1 -OperationId 5f0c1b7e-0d7c-4a52-8d0e-8f3c5d1f9a10
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param([Parameter(Mandatory)] [guid]$OperationId)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$module = Import-Module -Name LyncFailover -PassThru
$entry = & $module { param($id) Get-LfEntry -JournalHome (Get-LfHome) -OperationId $id } $OperationId
if ($null -eq $entry) {
    throw "The journal does not know operation $OperationId."
}
if ($entry.State -notin 'Accepted', 'Running') {
    throw "Operation $OperationId has ended: $($entry.State)."
}
if (-not $PSCmdlet.ShouldProcess("$($entry.Action) on $($entry.HostName), since $($entry.StartedAt)", 'Call it lost; you know that it does not run any more')) {
    return
}
& $module {
    param($id, $who)

    $journal = Get-LfHome
    $lock = Enter-LfLock -JournalHome $journal
    try {
        $entry = Get-LfEntry -JournalHome $journal -OperationId $id
        if ($entry.State -in 'Accepted', 'Running') {
            Complete-LfEntry -JournalHome $journal -Entry $entry -State 'Lost' -Message "$who says that it does not run any more."
        }
    } finally {
        $lock.Dispose()
    }
} $OperationId ([Security.Principal.WindowsIdentity]::GetCurrent().Name)
Get-LfOperation -OperationId $OperationId
