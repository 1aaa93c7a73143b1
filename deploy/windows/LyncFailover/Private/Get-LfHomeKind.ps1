function Get-LfHomeKind {
    <#
    .SYNOPSIS
    'Shared' for a path on a file server, 'Local' for one on a disk of this host.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param([Parameter(Mandatory)] [string]$Path)

    if ($Path.StartsWith('\\', [System.StringComparison]::Ordinal)) { 'Shared' } else { 'Local' }
}
