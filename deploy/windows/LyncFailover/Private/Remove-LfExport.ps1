function Remove-LfExport {
    <#
    .SYNOPSIS
    Removes exports of a kind and pool that are older than the last of the whole ones that stay. The caller has the
    lock.
    .NOTES
    The newest whole file is never among them. While there are fewer whole files than are to stay, nothing is
    removed: what cannot be read today may be the only one tomorrow.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$Folder,
        [Parameter(Mandatory)] [string]$Kind,
        [Parameter(Mandatory)] [AllowEmptyString()] [string]$Pool,
        [Parameter(Mandatory)] [ValidateRange(1, 365)] [int]$Keep
    )

    $files = @(Get-LfExportFile -Folder $Folder -Since ([System.Diagnostics.Stopwatch]::StartNew()) |
            Where-Object { $_.Kind -eq $Kind -and $_.Pool -eq $Pool })
    $whole = 0
    $oldest = $null
    foreach ($file in $files) {
        if ($null -ne $oldest) {
            if ($file.At -lt $oldest) {
                [System.IO.File]::Delete($file.Path)
            }
            continue
        }
        if (-not (Get-LfExportProblem -File $file -Since ([System.Diagnostics.Stopwatch]::StartNew()))) {
            $whole++
            if ($whole -eq $Keep) {
                $oldest = $file.At
            }
        }
    }
}
