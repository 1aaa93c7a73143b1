<#
.SYNOPSIS
Runs one accepted operation of the journal. A scheduled task starts it, as the group managed service account.
#>
[CmdletBinding()]
param([Parameter(Mandatory)] [guid]$OperationId)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
# The operator knows some refusals by their English text.
$english = [System.Globalization.CultureInfo]::GetCultureInfo('en-US')
[System.Threading.Thread]::CurrentThread.CurrentCulture = $english
[System.Threading.Thread]::CurrentThread.CurrentUICulture = $english

$manifest = [System.IO.Path]::Combine($PSScriptRoot, 'LyncFailover.psd1')
$module = Import-Module -Name $manifest -PassThru
& $module {
    param([guid]$OperationId)

    $journal = Get-LfHome
    $entry = Enter-LfRun -JournalHome $journal -OperationId $OperationId
    if ($null -ne $entry) {
        $said = @{
            Path = Get-LfRecordPath -JournalHome $journal -OperationId $OperationId
            Waiting = New-Object -TypeName System.Collections.Generic.List[string]
            Pause = New-Object -TypeName System.Diagnostics.Stopwatch
        }
        $failure = Invoke-LfAction -JournalHome $journal -Entry $entry -Said $said
        Complete-LfRun -JournalHome $journal -OperationId $OperationId -ErrorRecord $failure -Said $said
    }
    Remove-LfRunnerTask -OperationId $OperationId
} $OperationId
