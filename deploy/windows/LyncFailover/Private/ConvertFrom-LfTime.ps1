function ConvertFrom-LfTime {
    <#
    .SYNOPSIS
    A time of the journal as a DateTime in UTC; $null for nothing.
    #>
    [CmdletBinding()]
    [OutputType([datetime])]
    param([Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [object]$Text)

    if ($Text -is [datetime]) {
        $Text.ToUniversalTime()
    } elseif ($Text) {
        [datetime]::Parse($Text, [System.Globalization.CultureInfo]::InvariantCulture, 'RoundtripKind').ToUniversalTime()
    } else {
        # No output would be the empty pipeline, which is not the same as a property that is null.
        $null
    }
}
