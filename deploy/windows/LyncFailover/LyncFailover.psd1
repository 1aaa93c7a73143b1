@{
    RootModule = 'LyncFailover.psm1'
    ModuleVersion = '1.1.0'
    GUID = '6f0c2d0e-3b1c-4b52-9d1b-5f4a7c0f9a31'
    Author = 'lync-failover'
    Description = 'Guarded, journalled disaster recovery operations of Lync Server 2013, for the operator lync-failover.'
    PowerShellVersion = '5.1'
    TypesToProcess = @('LyncFailover.Types.ps1xml')
    FunctionsToExport = @(
        'Get-LfEndpoint'
        'Get-LfExport'
        'Get-LfOperation'
        'Invoke-LfQuery'
        'New-LfExport'
        'Start-LfOperation'
        'Step-LfFence'
        'Test-LfOperation'
    )
    CmdletsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
}
