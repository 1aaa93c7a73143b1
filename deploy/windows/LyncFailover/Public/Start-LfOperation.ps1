function Start-LfOperation {
    <#
    .SYNOPSIS
    Hands a cmdlet that changes Lync to a task of its own, once, if the fence and the journal let it.
    .DESCRIPTION
    Order of the questions: is the home the one whose fence was raised, is the id known (then its record is the
    answer), is the fence as new as the stored epoch, has every other operation ended. The parameters are those of the cmdlet under their own names.
    .NOTES
    No ShouldProcess: a question would wait for ever in a remote session.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Operation')]
    param(
        [Parameter(Mandatory)] [guid]$OperationId,
        [Parameter(Mandatory)] [long]$Fence,
        [Parameter(Mandatory)] [guid]$HomeId,
        [Parameter(Mandatory)]
        [ValidateSet(
            'Set-CsEdgeServer',
            'Invoke-CsManagementServerFailover',
            'Invoke-CsPoolFailOver',
            'Invoke-CsPoolFailBack',
            'Invoke-CsManagementStoreReplication'
        )]
        [string]$Action,
        [string]$Identity,
        [string]$Registrar,
        [string]$BackupSqlServerFqdn,
        [string]$BackupSqlInstanceName,
        [string]$BackupMirrorSqlServerFqdn,
        [string]$BackupMirrorSqlInstanceName,
        [switch]$Force,
        [string]$PoolFqdn,
        [switch]$DisasterMode,
        [string]$ReplicaFqdn
    )

    # A caller's -ErrorAction SilentlyContinue would let every throw in here pass, that of the fence as well.
    $ErrorActionPreference = 'Stop'
    $given = Get-LfGiven -Bound $PSBoundParameters -Own 'OperationId', 'Fence', 'HomeId', 'Action'
    $order = New-LfEntry -OperationId $OperationId -Fence $Fence -Action $Action -Given $given
    $journal = Get-LfHome
    if ($journal.HomeId -ne $HomeId.ToString('D')) {
        $text = "The journal here is $($journal.HomeId) and not $HomeId, whose fence was raised."
        throw (New-LfError -Id 'HomeMismatch' -Category 'InvalidData' -Message $text)
    }
    $lock = Enter-LfLock -JournalHome $journal
    try {
        $entry = Get-LfEntry -JournalHome $journal -OperationId $OperationId
        $isNew = $null -eq $entry
        if ($isNew) {
            Assert-LfAdmission -JournalHome $journal -Fence $Fence
            # The entry first: a fence that names an entry which is not there would let nothing start any more.
            Set-LfEntry -JournalHome $journal -Entry $order
            Set-LfFence -JournalHome $journal -Epoch $Fence -Last $order.OperationId
            $entry = $order
        } else {
            Update-LfEntry -JournalHome $journal -Entry $entry
        }
    } finally {
        $lock.Dispose()
    }
    if ($isNew) {
        Submit-LfOperation -JournalHome $journal -OperationId $OperationId
    }
    ConvertTo-LfOperation -JournalHome $journal -Entry $entry
}
