function Get-LfExport {
    <#
    .SYNOPSIS
    What is in the folder for exports: first the folder, then one object for each kind and pool, with its newest
    file that is whole.
    .NOTES
    It runs in the pipeline in which the operator looks at Lync, so it has few seconds, and a share that did not
    answer is left alone for a while.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Export')]
    param()

    # A caller's -ErrorAction SilentlyContinue would let every throw in here pass.
    $ErrorActionPreference = 'Stop'
    $folder = Get-LfExportFolder
    $since = [System.Diagnostics.Stopwatch]::StartNew()
    $found = [ordered]@{}
    foreach ($file in @(Get-LfExportFile -Folder $folder -Since $since)) {
        $key = '{0} {1}' -f $file.Kind, $file.Pool
        if (-not $found.Contains($key)) {
            $found[$key] = [pscustomobject]@{
                PSTypeName = 'LyncFailover.Export'
                Kind = $file.Kind
                Pool = $file.Pool
                File = ''
                Size = [long]0
                At = $null
                Problem = ''
                Count = [int]0
            }
        }
        $known = $found[$key]
        $known.Count++
        # They come with the newest first.
        if (-not $known.File) {
            $problem = Get-LfExportProblem -File $file -Since $since
            if (-not $problem) {
                $known.File = $file.Path
                $known.Size = [long]$file.Size
                $known.At = $file.At
            } elseif (-not $known.Problem) {
                $known.Problem = '{0}: {1}' -f $file.Name, $problem
            }
        }
    }
    [pscustomobject]@{
        PSTypeName = 'LyncFailover.ExportFolder'
        Path = $folder.Path
        Kind = $folder.Kind
    }
    foreach ($known in $found.get_Values()) {
        $known
    }
}
