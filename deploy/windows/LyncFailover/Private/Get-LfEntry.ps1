function Get-LfEntry {
    <#
    .SYNOPSIS
    The entry of an operation, or nothing; without an id, all entries. The caller holds the lock.
    .NOTES
    The list of a folder on a share may be some seconds old, and so may the word that a file is not there. So the
    operation that was accepted last has to be found by its name.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [AllowNull()] [Nullable[guid]]$OperationId
    )

    $folder = Join-LfPath $JournalHome.Path 'operations'
    if ($null -ne $OperationId) {
        $id = $OperationId.ToString('D')
        $path = Join-LfPath $folder "$id.json"
        $entry = Read-LfJson -Path $path -Alone
        if ($null -eq $entry -and (Get-LfFence -JournalHome $JournalHome).Last -eq $id) {
            $text = "$path is missing, and it was accepted last."
            throw (New-LfError -Id 'JournalUnreadable' -Category 'InvalidData' -Message $text)
        }
        return $entry
    }
    foreach ($file in [System.IO.Directory]::GetFiles($folder, '*.json')) {
        # Three letters of an extension would also match longer ones.
        if ($file.EndsWith('.json', [System.StringComparison]::OrdinalIgnoreCase)) {
            Read-LfJson -Path $file -Alone
        }
    }
}
