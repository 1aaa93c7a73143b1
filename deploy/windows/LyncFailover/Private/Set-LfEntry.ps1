function Set-LfEntry {
    <#
    .SYNOPSIS
    Writes the entry of an operation. The caller holds the lock.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [psobject]$Entry
    )

    Write-LfJson -Path (Join-LfPath $JournalHome.Path 'operations' "$($Entry.OperationId).json") -Value $Entry
}
