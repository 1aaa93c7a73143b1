function Start-LfRunnerTask {
    <#
    .SYNOPSIS
    Hands an operation to a scheduled task that runs as the account of this session.
    .NOTES
    Neither a broken link nor the end of the session touches a task. Its principal is a group managed service
    account: logon type Password, and no password, which Windows fetches by itself. The argument is a GUID.
    The cmdlets are functions of another module, where this module's $ErrorActionPreference does not count: each is
    told by itself.
    #>
    [CmdletBinding()]
    param([Parameter(Mandatory)] [guid]$OperationId)

    Microsoft.PowerShell.Core\Import-Module -Name 'ScheduledTasks' -Verbose:$false
    $id = $OperationId.ToString('D')
    $program = Join-LfPath ([System.Environment]::SystemDirectory) 'WindowsPowerShell' 'v1.0' 'powershell.exe'
    $runner = Join-LfPath (Get-LfModuleRoot) 'Invoke-LfRunner.ps1'
    $action = ScheduledTasks\New-ScheduledTaskAction -ErrorAction Stop -Execute $program -Argument (
        '-NoProfile -NonInteractive -ExecutionPolicy RemoteSigned -File "{0}" -OperationId {1}' -f $runner, $id)
    $account = [System.Security.Principal.WindowsIdentity]::GetCurrent().Name
    $principal = ScheduledTasks\New-ScheduledTaskPrincipal -ErrorAction Stop -UserId $account `
        -LogonType Password -RunLevel Highest
    # A failover may take hours; a task ends after three days by itself unless it is told not to.
    $settings = ScheduledTasks\New-ScheduledTaskSettingsSet -ErrorAction Stop -ExecutionTimeLimit ([timespan]::Zero) `
        -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -MultipleInstances IgnoreNew -Priority 5
    $task = @{
        TaskPath = '\LyncFailover\'
        TaskName = $id
        Action = $action
        Principal = $principal
        Settings = $settings
        Description = "Operation $id of lync-failover. It removes itself at its end."
    }
    $null = ScheduledTasks\Register-ScheduledTask @task -ErrorAction Stop
    ScheduledTasks\Start-ScheduledTask -TaskPath '\LyncFailover\' -TaskName $id -ErrorAction Stop
}
