function ConvertFrom-LfExportName {
    <#
    .SYNOPSIS
    What the name of an export says: kind, pool, and when it was made. Nothing for any other name.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param([Parameter(Mandatory)] [string]$Name)

    $pattern = '^lf-(?<word>configuration|lis|rgs)(-(?<pool>[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?([.][a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)+))?-(?<stamp>[0-9]{8}T[0-9]{6}Z)[.]zip\z'
    if ($Name -cnotmatch $pattern) {
        return
    }
    $word = $Matches['word']
    $pool = ''
    if ($Matches.ContainsKey('pool')) {
        $pool = $Matches['pool']
    }
    $stamp = $Matches['stamp']
    # A pool belongs to Response Groups, and to nothing else.
    if (($word -eq 'rgs') -ne ($pool -ne '')) {
        return
    }
    try {
        $at = ConvertFrom-LfTime -Text ($stamp -replace '^(....)(..)(..)T(..)(..)(..)Z$', '$1-$2-$3T$4:$5:$6Z')
    } catch {
        # Digits that are no time.
        return
    }
    $kinds = Get-LfExportKind
    foreach ($kind in @($kinds.get_Keys())) {
        if ($kinds[$kind].Word -eq $word) {
            [pscustomobject]@{ Kind = $kind; Pool = $pool; Stamp = $stamp; At = $at }
        }
    }
}
