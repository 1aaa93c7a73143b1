function Get-LfTime {
    <#
    .SYNOPSIS
    Now, in UTC, as text that reads back to the tick.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    [datetime]::UtcNow.ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
}
