function Write-LfJson {
    <#
    .SYNOPSIS
    Writes a file of the journal as a whole: beside it, through to the disk, then in its place.
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
        $stream = [System.IO.File]::Open($beside, 'CreateNew', 'Write', 'None')
        try {
            $stream.Write($bytes, 0, $bytes.Length)
            $stream.Flush($true)
        } finally {
            $stream.Dispose()
        }
        if ([System.IO.File]::Exists($Path)) {
            # $null would arrive as an empty name of a backup.
            [System.IO.File]::Replace($beside, $Path, [NullString]::Value)
        } else {
            [System.IO.File]::Move($beside, $Path)
        }
    } finally {
        [System.IO.File]::Delete($beside)
    }
}
