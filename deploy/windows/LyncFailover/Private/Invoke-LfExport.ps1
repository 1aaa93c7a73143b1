function Invoke-LfExport {
    <#
    .SYNOPSIS
    Exports into a file beside, checks it, and gives it its name. Returns its path. The caller has the lock.
    .NOTES
    A name of an export stands for a file that was whole. -RemoveExportedConfiguration is never given: nothing is
    taken out of Lync.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [psobject]$Folder,
        [Parameter(Mandatory)] [string]$Kind,
        [Parameter(Mandatory)] [AllowEmptyString()] [string]$Pool
    )

    $export = (Get-LfExportKind)[$Kind]
    if (($Kind -eq 'ResponseGroups') -ne ($Pool -ne '')) {
        $text = 'PoolFqdn belongs to ResponseGroups, and to nothing else.'
        throw (New-LfError -Id 'ParameterArgumentValidationError' -Category 'InvalidData' -Message $text)
    }
    $command = Get-LfLyncCommand -Name $export.Cmdlet
    if ($null -eq $command) {
        $text = "Lync's module on this host does not have $($export.Cmdlet)."
        throw (New-LfError -Id 'CommandNotFoundException' -Category 'ObjectNotFound' -Message $text)
    }
    $beside = Join-LfPath $Folder.Path ('lf-making-{0}.zip' -f [guid]::NewGuid().ToString('N'))
    $arguments = @{ FileName = $beside }
    $word = $export.Word
    if ($Pool) {
        $arguments['Source'] = "service:ApplicationServer:$Pool"
        $word = "$word-$Pool"
    }
    $culture = [System.Globalization.CultureInfo]::InvariantCulture
    $stamp = [datetime]::UtcNow.ToString("yyyyMMdd'T'HHmmss'Z'", $culture)
    try {
        $null = & $command @arguments -ErrorAction Stop
        $file = New-Object -TypeName System.IO.FileInfo -ArgumentList $beside
        if (-not $file.Exists) {
            $text = "$($export.Cmdlet) ended without an error and wrote no file."
            throw (New-LfError -Id 'ExportUnusable' -Category 'InvalidResult' -Message $text)
        }
        $made = [pscustomobject]@{ Path = $beside; Size = $file.Length }
        $problem = Get-LfExportProblem -File $made -Since ([System.Diagnostics.Stopwatch]::StartNew())
        if ($problem) {
            $text = "What $($export.Cmdlet) wrote is not usable: $problem."
            throw (New-LfError -Id 'ExportUnusable' -Category 'InvalidResult' -Message $text)
        }
        $path = Join-LfPath $Folder.Path "lf-$word-$stamp.zip"
        [System.IO.File]::Move($beside, $path)
    } finally {
        # One that is not there any more is no error.
        [System.IO.File]::Delete($beside)
    }
    $path
}
