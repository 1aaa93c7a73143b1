function Complete-LfRun {
    <#
    .SYNOPSIS
    Writes the end of an operation. A share that is away is waited for, up to an hour; after that the process
    ends and its host finds the operation Lost.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId,
        [AllowNull()] [System.Management.Automation.ErrorRecord]$ErrorRecord
    )

    $state = if ($null -eq $ErrorRecord) { 'Completed' } else { 'Failed' }
    $since = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            $lock = Enter-LfLock -JournalHome $JournalHome -Seconds 60
            try {
                $entry = Get-LfEntry -JournalHome $JournalHome -OperationId $OperationId
                Complete-LfEntry -JournalHome $JournalHome -Entry $entry -State $state -ErrorRecord $ErrorRecord
            } finally {
                $lock.Dispose()
            }
            return
        } catch {
            if ($since.Elapsed.TotalHours -ge 1) {
                throw
            }
            [System.Threading.Thread]::Sleep(5000)
        }
    }
}
