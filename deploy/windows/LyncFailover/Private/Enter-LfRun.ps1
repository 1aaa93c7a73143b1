function Enter-LfRun {
    <#
    .SYNOPSIS
    Takes an accepted operation for this process and returns its entry; nothing if it is not to be run.
    .NOTES
    Under the lock, so that of a late task and a journal that has given it up only one is right.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId
    )

    $lock = Enter-LfLock -JournalHome $JournalHome -Seconds 60
    try {
        $entry = Get-LfEntry -JournalHome $JournalHome -OperationId $OperationId
        if ($null -eq $entry -or $entry.State -ne 'Accepted' -or $entry.HostName -ne (Get-LfHostName)) {
            return
        }
        $process = [System.Diagnostics.Process]::GetCurrentProcess()
        $entry.Runner = [pscustomobject]@{
            ProcessId = $process.Id
            ProcessStartedAt = $process.StartTime.ToUniversalTime().ToString('o')
            BootAt = (Get-LfBootTime).ToString('o')
        }
        $entry.State = 'Running'
        Set-LfEntry -JournalHome $JournalHome -Entry $entry
        $entry
    } finally {
        $lock.Dispose()
    }
}
