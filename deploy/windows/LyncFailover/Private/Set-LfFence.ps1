function Set-LfFence {
    <#
    .SYNOPSIS
    Stores the epoch and the id of the operation that was accepted last. The caller holds the lock.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [long]$Epoch,
        [Parameter(Mandatory)] [AllowEmptyString()] [string]$Last
    )

    Write-LfJson -Path (Join-LfPath $JournalHome.Path 'epoch.json') -Value ([ordered]@{ Epoch = $Epoch; Last = $Last })
}
