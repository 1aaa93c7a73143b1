function Update-LfEntry {
    <#
    .SYNOPSIS
    Ends as Lost what this host was running and is not running any more. The caller holds the lock.
    .NOTES
    A task that is late finds the entry ended and runs nothing, so an entry that has waited too long for its
    task can be given up. What another host runs only that host can tell.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [psobject]$Entry
    )

    if ($Entry.State -notin 'Accepted', 'Running' -or $Entry.HostName -ne (Get-LfHostName)) {
        return
    }
    $patience = [timespan]::FromMinutes(2)
    if ($Entry.State -eq 'Accepted') {
        if ([datetime]::UtcNow - (ConvertFrom-LfTime $Entry.StartedAt) -gt $patience) {
            $text = 'Its scheduled task has not begun within 2 minutes. Nothing was run.'
            Complete-LfEntry -JournalHome $JournalHome -Entry $Entry -State 'Lost' -Message $text
        }
    } elseif (Test-LfRunnerGone -Runner $Entry.Runner) {
        $text = "The process that ran $($Entry.Action) has ended without a word. The cmdlet may have done a part."
        Complete-LfEntry -JournalHome $JournalHome -Entry $Entry -State 'Lost' -Message $text
    }
}
