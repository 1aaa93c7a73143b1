function ConvertTo-LfArgument {
    <#
    .SYNOPSIS
    Checks named arguments against what a cmdlet may be given, and returns them as a hashtable to splat.
    .NOTES
    Start-LfOperation, the runner and Invoke-LfQuery all come through here. Nothing becomes script text:
    a value is a text that matches its pattern whole, or a switch.
    #>
    [CmdletBinding()]
    [OutputType([hashtable])]
    param(
        [Parameter(Mandatory)] [string]$Command,
        [Parameter(Mandatory)] [System.Collections.IDictionary]$Allowed,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.IDictionary]$Given
    )

    $arguments = @{}
    # As a property, Keys would be whatever a key of that name holds.
    foreach ($name in @($Given.get_Keys())) {
        if (-not ($name -is [string]) -or -not $Allowed.Contains($name)) {
            $text = "A parameter cannot be found that matches parameter name '$name': $Command is not given it here."
            throw (New-LfError -Id 'NamedParameterNotFound' -Category 'InvalidArgument' -Message $text)
        }
        $value = $Given[$name]
        if ($Allowed[$name] -eq '') {
            $isValid = $value -is [bool] -or $value -is [switch]
            $value = $isValid -and [bool]$value
        } else {
            $isValid = $value -is [string] -and $value.Length -le 300 -and $value -match $Allowed[$name]
        }
        if (-not $isValid) {
            $text = "Cannot validate argument on parameter '$name' of ${Command}: it is none of its values."
            throw (New-LfError -Id 'ParameterArgumentValidationError' -Category 'InvalidData' -Message $text)
        }
        # A switch that is off is the same as none.
        if ($value -isnot [bool] -or $value) {
            $arguments[$name] = $value
        }
    }
    $arguments
}
