function Set-LfEpoch {
    <#
    .SYNOPSIS
    Stores the epoch. The caller holds the lock.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [long]$Epoch
    )

    Write-LfJson -Path (Join-LfPath $JournalHome.Path 'epoch.json') -Value ([ordered]@{ Epoch = $Epoch })
}
