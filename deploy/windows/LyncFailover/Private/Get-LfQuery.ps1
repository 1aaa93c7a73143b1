function Get-LfQuery {
    <#
    .SYNOPSIS
    The cmdlets that Invoke-LfQuery may run: their parameters with the pattern of their values ('' is a
    switch). The role capabilities show the same.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()

    $name = '^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?([.][a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+\z'
    [ordered]@{
        'Get-CsBackupServiceStatus' = @{ PoolFqdn = $name }
        'Get-CsConfigurationStoreLocation' = @{}
        'Get-CsDatabaseMirrorState' = @{ DatabaseType = '^CentralMgmt\z'; PoolFqdn = $name; LocalStore = '' }
        'Get-CsManagementStoreReplicationStatus' = @{ CentralManagementStoreStatus = '' }
        'Get-CsPoolBackupRelationship' = @{ PoolFqdn = $name; LocalStore = '' }
        'Get-CsRegistrarConfiguration' = @{ LocalStore = '' }
        'Get-CsService' = @{
            CentralManagement = ''
            CentralManagementDatabase = ''
            EdgeServer = ''
            Registrar = ''
        }
        'Get-CsTopology' = @{ AsXml = ''; LocalStore = '' }
        'Get-CsUserDatabaseState' = @{ RegistrarPool = $name }
        'Get-CsWindowsService' = @{ ComputerName = $name; ExcludeActivityLevel = '' }
        'Test-CsDatabase' = @{ CentralManagementDatabase = '' }
        'Test-CsRegistration' = @{ TargetFqdn = $name }
    }
}
