function Invoke-LfRead {
    <#
    .SYNOPSIS
    Runs one cmdlet of the table of queries. Any error ends it: half an answer is none.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [hashtable]$Query)

    $name = [string]$Query['Cmdlet']
    if ($name -eq 'Get-LfExport') {
        # It is no cmdlet of Lync, and takes nothing.
        return Get-LfExport
    }
    $queries = Get-LfQuery
    if (-not $queries.Contains($name)) {
        $text = "The term '$name' is not recognized as the name of a cmdlet that reads Lync here."
        throw (New-LfError -Id 'CommandNotFoundException' -Category 'ObjectNotFound' -Message $text)
    }
    $given = $Query['Parameters']
    if ($null -eq $given) {
        $given = @{}
    }
    $arguments = ConvertTo-LfArgument -Command $name -Allowed $queries[$name] -Given $given
    $command = Get-LfLyncCommand -Name $name
    if ($null -eq $command) {
        $text = "The term '$name' is not recognized: Lync's module on this host does not have it."
        throw (New-LfError -Id 'CommandNotFoundException' -Category 'ObjectNotFound' -Message $text)
    }
    & $command @arguments -ErrorAction Stop | Where-Object { $null -ne $_ }
}
