function Add-LfRecord {
    <#
    .SYNOPSIS
    Appends what a cmdlet said to the records of its operation.
    .NOTES
    It never throws: an error here would end the cmdlet half-way. What cannot be written now (a share that is
    away) waits and is written with what comes next.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string]$Path,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.List[string]]$Waiting,
        [Parameter(Mandatory)] [ValidateSet('Verbose', 'Warning', 'Error', 'Progress')] [string]$Stream,
        [Parameter(Mandatory)] [AllowEmptyString()] [string]$Text
    )

    try {
        $record = [ordered]@{ At = Get-LfTime; Stream = $Stream; Text = $Text }
        $Waiting.Add((Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $record -Compress))
        $lines = [string]::Join("`n", $Waiting) + "`n"
        $bytes = (New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false).GetBytes($lines)
        $file = [System.IO.File]::Open($Path, 'Append', 'Write', 'ReadWrite')
        try {
            $file.Write($bytes, 0, $bytes.Length)
            $file.Flush($true)
        } finally {
            $file.Dispose()
        }
        $Waiting.Clear()
    } catch {
        Microsoft.PowerShell.Utility\Write-Debug -Message "A record of $Path waits: $_"
    }
}
