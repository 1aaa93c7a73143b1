function Test-LfRunnerGone {
    <#
    .SYNOPSIS
    Whether the process that ran an operation on this host is surely not running any more.
    .NOTES
    Windows gives the number of a process again, so its start time is compared too. What cannot be seen is
    not gone.
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param([Parameter(Mandatory)] [psobject]$Runner)

    $bootedAt = ConvertFrom-LfTime $Runner.BootAt
    # The time of the boot is computed, and moves a little when the clock is set.
    if (((Get-LfBootTime) - $bootedAt).TotalMinutes -gt 2) {
        return $true
    }
    try {
        $process = [System.Diagnostics.Process]::GetProcessById([int]$Runner.ProcessId)
    } catch [System.ArgumentException] {
        return $true
    }
    try {
        $startedAt = $process.StartTime.ToUniversalTime()
        [Math]::Abs(($startedAt - (ConvertFrom-LfTime $Runner.ProcessStartedAt)).TotalSeconds) -gt 2
    } catch {
        $process.HasExited
    } finally {
        $process.Dispose()
    }
}
