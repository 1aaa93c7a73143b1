function Enter-LfExport {
    <#
    .SYNOPSIS
    Takes the lock of the folder for exports, and removes what a maker before has left half-made. Dispose gives the
    lock back, and so does the death of the process.
    .NOTES
    It is not the lock of the journal: an operation never waits for an export.
    #>
    [CmdletBinding()]
    [OutputType([System.IO.FileStream])]
    param([Parameter(Mandatory)] [psobject]$Folder)

    try {
        $lock = [System.IO.File]::Open((Join-LfPath $Folder.Path 'lf-export.lock'), 'OpenOrCreate', 'ReadWrite', 'None')
    } catch [System.IO.DirectoryNotFoundException] {
        $text = "The folder $($Folder.Path) is not there. Make it, or run Install-LyncFailoverEndpoint.ps1 again."
        throw (New-LfError -Id 'ExportFolderMissing' -Category 'ObjectNotFound' -Message $text)
    } catch [System.IO.IOException] {
        $text = "Another export is being made in $($Folder.Path), or it cannot be written: $($_.Exception.Message)"
        throw (New-LfError -Id 'ExportRunning' -Category 'ResourceBusy' -Message $text)
    }
    try {
        # Who has the lock is the only one who makes any.
        foreach ($left in [System.IO.Directory]::GetFiles($Folder.Path, 'lf-making-*.zip')) {
            if ([System.IO.Path]::GetFileName($left) -cmatch '^lf-making-[0-9a-f]{32}[.]zip\z') {
                [System.IO.File]::Delete($left)
            }
        }
    } catch {
        $lock.Dispose()
        throw
    }
    $lock
}
