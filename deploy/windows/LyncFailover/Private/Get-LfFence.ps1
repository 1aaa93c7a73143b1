function Get-LfFence {
    <#
    .SYNOPSIS
    The stored epoch, and the id of the operation that was accepted last ('' if none was).
    .NOTES
    No epoch is not epoch zero: a fence that forgot would let old orders in.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        # For who only looks. Otherwise the caller holds the lock.
        [switch]$WithoutLock
    )

    $path = Join-LfPath $JournalHome.Path 'epoch.json'
    $stored = Read-LfJson -Path $path -Alone:(-not $WithoutLock)
    if ($null -eq $stored) {
        throw (New-LfError -Id 'JournalUnreadable' -Category 'InvalidData' -Message "$path is missing.")
    }
    # A person who writes this file anew writes the epoch alone.
    $last = if ($stored.PSObject.Properties['Last']) { [string]$stored.Last } else { '' }
    [pscustomobject]@{ Epoch = [long]$stored.Epoch; Last = $last }
}
