function Test-LfRunnerGone {
    <#
    .SYNOPSIS
    Whether the process that ran an operation on this host is surely not running any more.
    .NOTES
    Windows gives the number of a process again, so its start time is compared too. What cannot be seen is
    not gone, unless Windows has been started anew since; that is asked last, because the time of the boot is
    computed and moves when the clock is set.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [psobject]$Runner)

    try {
        $process = [System.Diagnostics.Process]::GetProcessById([int]$Runner.ProcessId)
    } catch [System.ArgumentException] {
        return $true
    }
    try {
        $startedAt = $process.StartTime.ToUniversalTime()
        return [Math]::Abs(($startedAt - (ConvertFrom-LfTime $Runner.ProcessStartedAt)).TotalSeconds) -gt 2
    } catch {
        return ((Get-LfBootTime) - (ConvertFrom-LfTime $Runner.BootAt)).TotalMinutes -gt 5
    } finally {
        $process.Dispose()
    }
}
