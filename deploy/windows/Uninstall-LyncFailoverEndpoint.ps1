<#
.SYNOPSIS
Removes the session configuration LyncFailover, the module and leftover tasks from this host. The journal and the
transcripts stay: they say what was done to Lync.
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param()

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$own = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
if (-not $own.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    throw 'Run this in an elevated session: Run as administrator.'
}
# All of them: a folder that is not there would be an error, and an error that is passed over would hide an operation.
$tasks = @(Get-ScheduledTask -ErrorAction Stop | Where-Object { $_.TaskPath -eq '\LyncFailover\' })
$running = @($tasks | Where-Object { $_.State -eq 'Running' })
if ($running.Count -gt 0) {
    throw "An operation is running on this host (task $($running[0].TaskName)). Wait for its end."
}
if (-not $PSCmdlet.ShouldProcess($env:COMPUTERNAME, 'Remove the session configuration and the module LyncFailover and start WinRM again')) {
    return
}
$tasks | Unregister-ScheduledTask -Confirm:$false -ErrorAction Stop
if (Get-PSSessionConfiguration -Name 'LyncFailover' -ErrorAction SilentlyContinue) {
    Unregister-PSSessionConfiguration -Name 'LyncFailover' -Force -ErrorAction Stop
}
$moduleRoot = Join-Path $env:ProgramFiles 'WindowsPowerShell\Modules\LyncFailover'
if (Test-Path -Path $moduleRoot) {
    Remove-Item -Path $moduleRoot -Recurse -Force
}
