function Complete-LfRun {
    <#
    .SYNOPSIS
    Writes the end of an operation. A share that is away is waited for, up to an hour; after that the process
    ends and its host finds the operation Lost.
    .NOTES
    An entry that does not say Running any more is left as it is: a person, or this host, has called it lost
    meanwhile, and others have acted on that. How it ended is then among its records only.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId,
        [AllowNull()] [System.Management.Automation.ErrorRecord]$ErrorRecord,
        # What Add-LfRecord writes to.
        [Parameter(Mandatory)] [hashtable]$Said
    )

    $state = if ($null -eq $ErrorRecord) { 'Completed' } else { 'Failed' }
    $since = [System.Diagnostics.Stopwatch]::StartNew()
    while ($true) {
        try {
            Write-LfRecord -Path $Said.Path -Waiting $Said.Waiting
            $Said.Pause.Reset()
            $lock = Enter-LfLock -JournalHome $JournalHome -Seconds 60
            try {
                $entry = Get-LfEntry -JournalHome $JournalHome -OperationId $OperationId
                $isOurs = $null -ne $entry -and $entry.State -eq 'Running'
                if ($isOurs) {
                    Complete-LfEntry -JournalHome $JournalHome -Entry $entry -State $state -ErrorRecord $ErrorRecord
                }
            } finally {
                $lock.Dispose()
            }
            if (-not $isOurs) {
                $text = "The cmdlet has ended now ($state). The journal had given the operation up before."
                Add-LfRecord @Said -Stream 'Warning' -Text $text
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
