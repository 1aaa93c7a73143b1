function Get-LfExportFile {
    <#
    .SYNOPSIS
    The files of the folder whose names are those of exports, the newest first. What has another name is nobody's
    business here, and so are links.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [psobject]$Folder,
        [Parameter(Mandatory)] [System.Diagnostics.Stopwatch]$Since
    )

    if ($null -ne $script:exportsSlowSince -and ([datetime]::UtcNow - $script:exportsSlowSince).TotalSeconds -lt 120) {
        throw (New-LfExportSlow)
    }
    $there = New-Object -TypeName System.IO.DirectoryInfo -ArgumentList $Folder.Path
    $list = [System.Delegate]::CreateDelegate([System.Func[string, System.IO.FileInfo[]]], $there, 'GetFiles')
    try {
        $files = Wait-LfCall -Call $list -Arguments @('lf-*.zip') -Since $Since
    } catch [System.IO.DirectoryNotFoundException] {
        $text = "The folder $($Folder.Path) is not there. Make it, or run Install-LyncFailoverEndpoint.ps1 again."
        throw (New-LfError -Id 'ExportFolderMissing' -Category 'ObjectNotFound' -Message $text)
    }
    $found = @{}
    $link = [System.IO.FileAttributes]::ReparsePoint
    foreach ($file in $files) {
        $name = ConvertFrom-LfExportName -Name $file.Name
        if ($null -ne $name -and ($file.Attributes -band $link) -ne $link) {
            $key = '{0} {1}' -f $name.Stamp, $file.Name
            $found[$key] = [pscustomobject]@{
                Kind = $name.Kind
                Pool = $name.Pool
                At = $name.At
                Name = $file.Name
                Path = $file.FullName
                Size = $file.Length
            }
        }
    }
    # A stamp is a time as text, so that its order is that of the times.
    $keys = [string[]]@($found.get_Keys())
    [System.Array]::Sort($keys)
    [System.Array]::Reverse($keys)
    foreach ($key in $keys) {
        $found[$key]
    }
}
