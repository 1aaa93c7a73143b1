function ConvertFrom-LfTime {
    <#
    .SYNOPSIS
    A time of the journal as a DateTime in UTC; nothing for nothing.
    #>
    [CmdletBinding()]
    [OutputType([datetime])]
    param([Parameter(Mandatory)] [AllowNull()] [AllowEmptyString()] [object]$Text)

    if ($Text -is [datetime]) {
        return $Text.ToUniversalTime()
    }
    if ($Text) {
        [datetime]::Parse($Text, [System.Globalization.CultureInfo]::InvariantCulture, 'RoundtripKind').ToUniversalTime()
    }
}
