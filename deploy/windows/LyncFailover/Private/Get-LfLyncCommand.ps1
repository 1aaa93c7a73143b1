function Get-LfLyncCommand {
    <#
    .SYNOPSIS
    The cmdlet of Lync's module itself, or nothing.
    .NOTES
    By name alone a JEA session would give its own proxy, which has the parameters of the role only, or, for
    a cmdlet that changes Lync, nothing. Select-Object, Measure-Object and Get-Command are proxies there too:
    hence the module's name in front.
    #>
    [CmdletBinding()]
    [OutputType([System.Management.Automation.CmdletInfo])]
    param([Parameter(Mandatory)] [string]$Name)

    Microsoft.PowerShell.Core\Import-Module -Name 'Lync' -Verbose:$false
    $found = @(Microsoft.PowerShell.Core\Get-Command -Name $Name -Module 'Lync' -CommandType Cmdlet -ErrorAction Ignore)
    if ($found.Count -gt 0) {
        $found[0]
    }
}
