function Get-LfExportProblem {
    <#
    .SYNOPSIS
    Why a file is no whole archive; an empty text if it is one.
    .NOTES
    An archive (ZIP) begins with PK 3 4 and has PK 5 6 near its end; what was cut off on the way lacks the end. A
    file that was found whole is not opened again for an hour, unless its size is another one.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [psobject]$File,
        [Parameter(Mandatory)] [System.Diagnostics.Stopwatch]$Since
    )

    if ($File.Size -eq 0) {
        return 'it is empty'
    }
    $now = [datetime]::UtcNow
    $known = $script:exportsFoundWhole[$File.Path]
    if ($null -ne $known -and $known.Size -eq $File.Size -and ($now - $known.At).TotalMinutes -lt 60) {
        return ''
    }
    try {
        $open = [System.Delegate]::CreateDelegate([System.Func[string, System.IO.FileStream]], [System.IO.File], 'OpenRead')
        $stream = Wait-LfCall -Call $open -Arguments @($File.Path) -Since $Since
        try {
            # The comment of an archive, behind its end, has 65535 bytes at most.
            $head = Read-LfExportPart -Stream $stream -At 0 -Length 4 -Since $Since
            $length = [int][System.Math]::Min($stream.Length, 65557)
            $tail = Read-LfExportPart -Stream $stream -At ($stream.Length - $length) -Length $length -Since $Since
        } finally {
            $stream.Dispose()
        }
    } catch {
        $said = Get-LfErrorWords -ErrorRecord $_
        if ($said.ErrorId -like 'ExportFolderSlow*') {
            throw
        }
        return "it cannot be read: $($said.Message)"
    }
    $ordinal = [System.StringComparison]::Ordinal
    if (-not $head.Equals("PK$([char]3)$([char]4)", $ordinal)) {
        return 'it is no archive'
    }
    if ($tail.LastIndexOf("PK$([char]5)$([char]6)", $ordinal) -lt 0) {
        return 'the end of the archive is missing'
    }
    $script:exportsFoundWhole[$File.Path] = @{ Size = $File.Size; At = $now }
    ''
}
