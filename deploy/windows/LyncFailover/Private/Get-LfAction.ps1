function Get-LfAction {
    <#
    .SYNOPSIS
    The cmdlets that may run as operations: the parameters that each is given, with the pattern of their
    values ('' is a switch), those that the module adds, and whether it keeps the report that the cmdlet writes.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()

    $fqdn = '[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?([.][a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+'
    $name = "^$fqdn\z"
    # The default instance has no name.
    $instance = '^([a-z_][a-z0-9_$#]{0,15})?\z'
    $move = @{
        Parameters = [ordered]@{ PoolFqdn = $name; DisasterMode = '' }
        Added = [ordered]@{ Confirm = $false; Verbose = $true }
    }
    [ordered]@{
        'Set-CsEdgeServer' = @{
            Parameters = [ordered]@{ Identity = "^EdgeServer:$fqdn\z"; Registrar = "^Registrar:$fqdn\z" }
            Added = [ordered]@{ Confirm = $false }
        }
        'Invoke-CsManagementServerFailover' = @{
            Parameters = [ordered]@{
                BackupSqlServerFqdn = $name
                BackupSqlInstanceName = $instance
                BackupMirrorSqlServerFqdn = $name
                BackupMirrorSqlInstanceName = $instance
                Force = ''
            }
            Added = [ordered]@{ Confirm = $false; Verbose = $true }
            KeepsReport = $true
        }
        'Invoke-CsPoolFailOver' = $move
        'Invoke-CsPoolFailBack' = $move
        'Invoke-CsManagementStoreReplication' = @{
            Parameters = [ordered]@{ ReplicaFqdn = $name }
            Added = [ordered]@{}
        }
    }
}
