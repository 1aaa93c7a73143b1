function Get-LfGiven {
    <#
    .SYNOPSIS
    Of the parameters of a call those that are meant for the cmdlet: neither the function's own nor common ones.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [System.Collections.IDictionary]$Bound,
        [Parameter(Mandatory)] [string[]]$Own
    )

    $given = @{}
    foreach ($name in @($Bound.get_Keys())) {
        $isCommon = $name -in [System.Management.Automation.PSCmdlet]::CommonParameters
        if ($name -notin $Own -and -not $isCommon) {
            $given[$name] = $Bound[$name]
        }
    }
    $given
}
