function Invoke-LfQuery {
    <#
    .SYNOPSIS
    Runs cmdlets that read, one after the other. After the rows of each comes a LyncFailover.Answer that counts
    them, or says why there are none.
    #>
    [CmdletBinding()]
    param(
        # @{Cmdlet = 'Get-CsService'; Parameters = @{EdgeServer = $true}}
        [Parameter(Mandatory)] [ValidateCount(1, 500)] [hashtable[]]$Query
    )

    # A caller's -ErrorAction SilentlyContinue would let every throw in here pass, that of the fence as well.
    $ErrorActionPreference = 'Stop'
    for ($index = 0; $index -lt $Query.Count; $index++) {
        $rows = @()
        $failure = $null
        try {
            $rows = @(Invoke-LfRead -Query $Query[$index])
        } catch {
            $failure = $_
        }
        $said = Get-LfErrorWords -ErrorRecord $failure
        foreach ($row in $rows) {
            # One row is one object, be it a list or not.
            $PSCmdlet.WriteObject($row, $false)
        }
        [pscustomobject]@{
            PSTypeName = 'LyncFailover.Answer'
            Index = [int]$index
            Count = [int]$rows.Count
            ErrorId = $said.ErrorId
            Category = $said.Category
            Message = $said.Message
        }
    }
}
