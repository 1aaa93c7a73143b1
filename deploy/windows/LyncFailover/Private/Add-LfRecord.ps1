function Add-LfRecord {
    <#
    .SYNOPSIS
    Appends what a cmdlet said to the records of its operation.
    .NOTES
    It never throws: an error here would end the cmdlet half-way. What cannot be written now (a share that is
    away) waits and is written with what comes next, or with the end.
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
        Write-LfRecord -Path $Path -Waiting $Waiting
    } catch {
        Microsoft.PowerShell.Utility\Write-Debug -Message "A record of $Path waits: $_"
    }
}
