function Write-LfRecord {
    <#
    .SYNOPSIS
    Appends the records that wait, through to the disk.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string]$Path,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.List[string]]$Waiting
    )

    if ($Waiting.Count -eq 0) {
        return
    }
    $lines = [string]::Join("`n", $Waiting) + "`n"
    $bytes = (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false).GetBytes($lines)
    $file = [System.IO.File]::Open($Path, 'Append', 'Write', 'ReadWrite')
    try {
        $file.Write($bytes, 0, $bytes.Length)
        $file.Flush($true)
    } finally {
        $file.Dispose()
    }
    $Waiting.Clear()
}
