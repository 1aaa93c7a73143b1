function Get-LfBootTime {
    <#
    .SYNOPSIS
    When Windows was started, in UTC.
    #>
    [CmdletBinding()]
    [OutputType([datetime])]
    param()

    Microsoft.PowerShell.Core\Import-Module -Name 'CimCmdlets' -Verbose:$false
    $system = CimCmdlets\Get-CimInstance -ClassName Win32_OperatingSystem -Property LastBootUpTime `
        -Verbose:$false -ErrorAction Stop
    $system.LastBootUpTime.ToUniversalTime()
}
