function Submit-LfOperation {
    <#
    .SYNOPSIS
    Starts the task of an accepted operation. If that fails, the journal says so and so does the error.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId
    )

    try {
        Start-LfRunnerTask -OperationId $OperationId
    } catch {
        $text = "The scheduled task could not be started: $_"
        $failure = New-LfError -Id 'HandOffFailed' -Category 'NotSpecified' -Message $text
        $lock = Enter-LfLock -JournalHome $JournalHome
        try {
            $entry = Get-LfEntry -JournalHome $JournalHome -OperationId $OperationId
            # It may have begun although the answer of the scheduler was an error.
            if ($null -eq $entry -or $entry.State -ne 'Accepted') {
                return
            }
            Complete-LfEntry -JournalHome $JournalHome -Entry $entry -State 'Failed' -ErrorRecord $failure
        } finally {
            $lock.Dispose()
        }
        Remove-LfRunnerTask -OperationId $OperationId
        throw $failure
    }
}
