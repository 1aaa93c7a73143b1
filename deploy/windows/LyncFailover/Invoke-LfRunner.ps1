<#
.SYNOPSIS
Runs one accepted operation of the journal. A scheduled task starts it, as the group managed service account.
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [guid]$OperationId)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

$manifest = [System.IO.Path]::Combine($PSScriptRoot, 'LyncFailover.psd1')
$module = Import-Module -Name $manifest -PassThru
& $module {
    param([guid]$OperationId)

    $journal = Get-LfHome
    $entry = Enter-LfRun -JournalHome $journal -OperationId $OperationId
    if ($null -ne $entry) {
        $failure = Invoke-LfAction -JournalHome $journal -Entry $entry
        Complete-LfRun -JournalHome $journal -OperationId $OperationId -ErrorRecord $failure
    }
    Remove-LfRunnerTask -OperationId $OperationId
} $OperationId
