function Get-LfEpoch {
    <#
    .SYNOPSIS
    The stored epoch. The caller holds the lock.
    .NOTES
    No epoch is not epoch zero: a fence that forgot would let old orders in.
    #>
    [CmdletBinding()]
    [OutputType([long])]
    param([Parameter(Mandatory)] [psobject]$JournalHome)

    $path = Join-LfPath $JournalHome.Path 'epoch.json'
    $stored = Read-LfJson -Path $path
    if ($null -eq $stored) {
        throw (New-LfError -Id 'JournalUnreadable' -Category 'InvalidData' -Message "$path is missing.")
    }
    [long]$stored.Epoch
}
