function Add-LfRecord {
    <#
    .SYNOPSIS
    Appends what a cmdlet said to the records of its operation.
    .NOTES
    It never throws: an error here would end the cmdlet half-way. What cannot be written now (a share that is
    away) waits and is written with what comes later, or with the end. Opening a share that is away takes up to a
    minute, and the cmdlet stands still meanwhile: so it is not tried with every record.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [string]$Path,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [System.Collections.Generic.List[string]]$Waiting,
        # Runs since the last failure.
        [Parameter(Mandatory)] [System.Diagnostics.Stopwatch]$Pause,
        [Parameter(Mandatory)] [ValidateSet('Verbose', 'Warning', 'Error', 'Progress')] [string]$Stream,
        [Parameter(Mandatory)] [AllowEmptyString()] [string]$Text
    )

    try {
        $record = [ordered]@{ At = Get-LfTime; Stream = $Stream; Text = $Text }
        $Waiting.Add((Microsoft.PowerShell.Utility\ConvertTo-Json -InputObject $record -Compress))
        if (-not $Pause.IsRunning -or $Pause.Elapsed.TotalMinutes -ge 5) {
            $Pause.Restart()
            Write-LfRecord -Path $Path -Waiting $Waiting
            $Pause.Reset()
        }
    } catch {
        Microsoft.PowerShell.Utility\Write-Debug -Message "A record of $Path waits: $_"
    }
}
