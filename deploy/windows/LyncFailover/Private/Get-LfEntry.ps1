function Get-LfEntry {
    <#
    .SYNOPSIS
    The entry of an operation, or nothing; without an id, all entries. The caller holds the lock.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [AllowNull()] [Nullable[guid]]$OperationId
    )

    $folder = Join-LfPath $JournalHome.Path 'operations'
    if ($null -ne $OperationId) {
        return Read-LfJson -Path (Join-LfPath $folder ('{0}.json' -f $OperationId.ToString('D')))
    }
    foreach ($file in [System.IO.Directory]::GetFiles($folder, '*.json')) {
        # Three letters of an extension would also match longer ones.
        if ($file.EndsWith('.json', [System.StringComparison]::OrdinalIgnoreCase)) {
            Read-LfJson -Path $file
        }
    }
}
