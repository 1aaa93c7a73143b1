function Write-LfJson {
    <#
    .SYNOPSIS
    Writes a file of the journal as a whole: beside it, through to the disk, then in its place. The state before
    stays as a .bak. The caller holds the lock.
    .NOTES
    Without a name for the old file, Windows may leave nothing under the name when it cannot put the new one there
    (ReplaceFile, ERROR_UNABLE_TO_MOVE_REPLACEMENT). So the old one has a name, and the new one is never deleted
    once it is whole.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string]$Path,
        [Parameter(Mandatory)] [object]$Value
    )

    $text = Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $Value -Depth 5
    $bytes = (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false).GetBytes($text)
    $beside = '{0}.{1}.tmp' -f $Path, [guid]::NewGuid().ToString('N')
    try {
        $stream = [System.IO.File]::Create($beside, 4096, [System.IO.FileOptions]::WriteThrough)
        try {
            $stream.Write($bytes, 0, $bytes.Length)
            $stream.Flush($true)
        } finally {
            $stream.Dispose()
        }
    } catch {
        [System.IO.File]::Delete($beside)
        throw
    }
    $since = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            # The rights of the file are those of its folder: what cannot be taken over from the old one does not
            # matter.
            [System.IO.File]::Replace($beside, $Path, "$Path.bak", $true)
            return
        } catch [System.IO.FileNotFoundException] {
            # There is none yet, or it has been moved away and the new one did not arrive.
            [System.IO.File]::Move($beside, $Path)
            return
        } catch [System.IO.IOException] {
            # A virus scanner or a backup has it open.
            if ($since.Elapsed.TotalSeconds -ge 2) {
                throw
            }
            [System.Threading.Thread]::Sleep(50)
        }
    }
}
