function Get-LfModuleRoot {
    <#
    .SYNOPSIS
    The folder of the module. Only administrators write there, so what it says is not the caller's.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    [System.IO.Path]::GetDirectoryName($PSScriptRoot)
}
