function Get-LfHome {
    <#
    .SYNOPSIS
    The home of the journal: where it is, which it is, and whether others use it too.
    .NOTES
    Only the installer makes a home. One that is not there is an error: an empty journal made in its place
    would say of every operation that it never started.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param()

    $settings = Read-LfJson -Path (Join-LfPath (Get-LfModuleRoot) 'settings.json')
    if ($null -eq $settings) {
        $text = 'The module has no settings.json: run Install-LyncFailoverEndpoint.ps1 on this host.'
        throw (New-LfError -Id 'NotInstalled' -Category 'NotInstalled' -Message $text)
    }
    $path = [string]$settings.JournalHome
    $known = Read-LfJson -Path (Join-LfPath $path 'home.json')
    if ($null -eq $known) {
        $text = "The journal is not in $path. If it is lost, see 'A journal that is lost' in docs/windows.md."
        throw (New-LfError -Id 'HomeMissing' -Category 'ObjectNotFound' -Message $text)
    }
    # A share that is somebody's disk would be local to one host and shared to the other.
    $kind = Get-LfHomeKind -Path $path
    if ($known.Kind -ne $kind -or ($kind -eq 'Local' -and $known.HostName -ne (Get-LfHostName))) {
        $text = "The journal in $path was made as $($known.Kind) by $($known.HostName), and is $kind for this host."
        throw (New-LfError -Id 'HomeMismatch' -Category 'InvalidData' -Message $text)
    }
    [pscustomobject]@{
        Path = $path
        HomeId = ([guid]$known.HomeId).ToString('D')
        Kind = $kind
    }
}
