function Remove-LfRunnerTask {
    <#
    .SYNOPSIS
    Removes the task of an operation. One that stays is untidy and harmless: it has no trigger, and the journal
    says that its operation has ended.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [guid]$OperationId)

    try {
        Microsoft.PowerShell.Core\Import-Module -Name 'ScheduledTasks' -Verbose:$false
        ScheduledTasks\Unregister-ScheduledTask -TaskPath '\LyncFailover\' -TaskName $OperationId.ToString('D') `
            -Confirm:$false -ErrorAction Stop
    } catch {
        Microsoft.PowerShell.Utility\Write-Debug -Message "The task of $OperationId stays: $_"
    }
}
