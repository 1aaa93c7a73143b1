function Read-LfExportPart {
    <#
    .SYNOPSIS
    A part of a file, each byte as the character of its number. Less where the file is shorter.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)] [System.IO.FileStream]$Stream,
        [Parameter(Mandatory)] [long]$At,
        [Parameter(Mandatory)] [int]$Length,
        [Parameter(Mandatory)] [System.Diagnostics.Stopwatch]$Since
    )

    $bytes = [System.Byte[]]::new($Length)
    $Stream.Position = $At
    $read = [System.Delegate]::CreateDelegate([System.Func[System.Byte[], int, int, int]], $Stream, 'Read')
    $have = 0
    while ($have -lt $Length) {
        $more = Wait-LfCall -Call $read -Arguments @($bytes, $have, ($Length - $have)) -Since $Since
        if ($more -eq 0) {
            break
        }
        $have += $more
    }
    # Latin 1.
    [System.Text.Encoding]::GetEncoding(28591).GetString($bytes, 0, $have)
}
