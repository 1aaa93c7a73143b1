function Get-LfExportFolder {
    <#
    .SYNOPSIS
    The folder for exports, and whether it is on a share.
    .NOTES
    Only the settings of the installer name it. Nobody who calls a function can have the account write, or delete,
    anywhere else.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param()

    $settings = Read-LfJson -Path (Join-LfPath (Get-LfModuleRoot) 'settings.json')
    if ($null -eq $settings -or -not ($settings.PSObject.Properties.Match('ExportDirectory').Count)) {
        $text = 'The settings of the module name no folder for exports: run Install-LyncFailoverEndpoint.ps1 of this version.'
        throw (New-LfError -Id 'NotInstalled' -Category 'NotInstalled' -Message $text)
    }
    $path = [string]$settings.ExportDirectory
    [pscustomobject]@{ Path = $path; Kind = Get-LfHomeKind -Path $path }
}
