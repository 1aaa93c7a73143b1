function New-LfExport {
    <#
    .SYNOPSIS
    Makes one export: of the configuration, of the locations, or of the Response Groups of a pool. Then removes old
    ones of the same kind and pool.
    .DESCRIPTION
    It reads Lync and changes nothing there, so it takes neither fence nor lock of the journal. What goes wrong is
    told in the object that it writes: the next statement of the pipeline is another export.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.ExportMade')]
    param(
        [Parameter(Mandatory)] [ValidateSet('Configuration', 'Locations', 'ResponseGroups')] [string]$Kind,
        [ValidatePattern('^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?([.][a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+\z')] [string]$PoolFqdn,
        [Parameter(Mandatory)] [ValidateRange(1, 365)] [int]$Keep
    )

    # A caller's -ErrorAction SilentlyContinue would let every throw in here pass.
    $ErrorActionPreference = 'Stop'
    $made = [pscustomobject]@{
        PSTypeName = 'LyncFailover.ExportMade'
        Kind = $Kind
        # The names of files are told from each other by case.
        Pool = ([string]$PoolFqdn).ToLowerInvariant()
        File = ''
        ErrorId = ''
        Category = ''
        Message = ''
    }
    try {
        $folder = Get-LfExportFolder
        $lock = Enter-LfExport -Folder $folder
        try {
            $made.File = Invoke-LfExport -Folder $folder -Kind $Kind -Pool $made.Pool
            Remove-LfExport -Folder $folder -Kind $Kind -Pool $made.Pool -Keep $Keep
        } finally {
            $lock.Dispose()
        }
    } catch {
        # With a file: it is there, and old ones could not be removed.
        $said = Get-LfErrorWords -ErrorRecord $_
        $made.ErrorId = $said.ErrorId
        $made.Category = $said.Category
        $made.Message = $said.Message
    }
    $made
}
