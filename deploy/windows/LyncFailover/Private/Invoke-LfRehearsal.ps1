function Invoke-LfRehearsal {
    <#
    .SYNOPSIS
    Runs the cmdlet of an entry with -WhatIf. Returns what was run, and the error that came of it.
    .NOTES
    The switch stands here and nowhere else: no caller can leave it out, or switch it off. A cmdlet that does not
    know it would do as it is told, so it is not run. Nor is -Force: a cmdlet that asks ShouldProcess only where
    -Force is not given would do its work all the same. Where that is among the arguments, the cmdlet is run
    without any, as Microsoft's page does (JJ204678, step 1).
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [psobject]$Entry)

    $told = [pscustomobject]@{ Ran = 'Nothing'; ErrorRecord = $null }
    $command = Get-LfLyncCommand -Name $Entry.Action
    if (-not $command.Parameters.ContainsKey('WhatIf')) {
        return $told
    }
    $told.Ran = 'WithoutForce'
    $arguments = @{}
    if ($null -eq $Entry.Parameters.PSObject.Properties['Force']) {
        $told.Ran = 'WhatIf'
        foreach ($property in $Entry.Parameters.PSObject.Properties) {
            $arguments[$property.Name] = $property.Value
        }
    }
    try {
        $WhatIfPreference = $true
        $arguments['WhatIf'] = $true
        $null = & $command @arguments 3>&1 4>&1 5>&1 6>&1
    } catch {
        $told.ErrorRecord = $_
    }
    $told
}
