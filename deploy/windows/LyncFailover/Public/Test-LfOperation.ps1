function Test-LfOperation {
    <#
    .SYNOPSIS
    Tries a cmdlet that changes Lync, with -WhatIf. Changes nothing.
    .DESCRIPTION
    The parameters are those of the cmdlet under their own names, checked as Start-LfOperation checks them. The
    answer says what was run and which error came; what -WhatIf prints goes to the window of a host, and a remote
    session has none.
    .NOTES
    No journal, no fence, no lock: nothing is started. There is no -WhatIf and no -Confirm to give.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Rehearsal')]
    param(
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

    # A caller's -ErrorAction SilentlyContinue would let every throw in here pass.
    $ErrorActionPreference = 'Stop'
    $given = Get-LfGiven -Bound $PSBoundParameters -Own 'Action'
    $order = New-LfEntry -OperationId ([guid]::Empty) -Fence 0 -Action $Action -Given $given
    $told = Invoke-LfRehearsal -Entry $order
    $said = Get-LfErrorWords -ErrorRecord $told.ErrorRecord
    [pscustomobject]@{
        PSTypeName = 'LyncFailover.Rehearsal'
        HostName = [string]$order.HostName
        Action = [string]$order.Action
        Ran = [string]$told.Ran
        ErrorId = $said.ErrorId
        Category = $said.Category
        Message = $said.Message
    }
}
