function Get-LfMissing {
    <#
    .SYNOPSIS
    The cmdlets, and the parameters of cmdlets, that operations need and this host's Lync module lacks.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $actions = Get-LfAction
    foreach ($name in $actions.Keys) {
        $parameters = $null
        try {
            $command = Get-LfLyncCommand -Name $name
            if ($null -ne $command) {
                $parameters = $command.Parameters
            }
        } catch {
            # Without Lync's module nothing of it is there; the answer says so.
            Microsoft.PowerShell.Utility\Write-Debug -Message "$_"
        }
        if ($null -eq $parameters) {
            $name
            continue
        }
        foreach ($parameter in @($actions[$name].Parameters.Keys) + @($actions[$name].Added.Keys)) {
            if (-not $parameters.ContainsKey($parameter)) {
                "$name -$parameter"
            }
        }
    }
}
