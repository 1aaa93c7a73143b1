function Join-LfPath {
    <#
    .SYNOPSIS
    Joins the parts of a path. Join-Path asks a provider, which a JEA session may not have.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory, Position = 0)] [string]$Folder,
        [Parameter(Mandatory, Position = 1, ValueFromRemainingArguments)] [string[]]$Names
    )

    foreach ($name in $Names) {
        $Folder = [System.IO.Path]::Combine($Folder, $name)
    }
    $Folder
}
