<#
.SYNOPSIS
Ends, in the journal, an operation whose host will never say how it ended. For people, on any host with the module
and the same journal.
.DESCRIPTION
Only the host that runs an operation can tell that it has died. If that host is gone for good, its operation stays
Running in a shared journal and no other may start. Make sure that the host is off; then say so with this, on another
Front End, in an elevated session. The operation becomes Lost: nothing is started again by it, and the operator looks
at Lync to see what it has done.

The host is asked first. While it answers, it decides: what it runs is not ended here, and what it has lost it says
itself. A host that answers on any port of Windows but cannot be asked is not taken for dead: run this there.

An operation that has ended is left as it is, so that this can be run twice.
.EXAMPLE
.\Resolve-LyncFailoverOperation.ps1 -OperationId 5f0c1b7e-0d7c-4a52-8d0e-8f3c5d1f9a10 -Reason 'fe01.pool1 burnt down, change 4711'
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    [Parameter(Mandatory)] [guid]$OperationId,
    # What the journal and the operator's status say about it, besides who you are.
    [Parameter(Mandatory)] [ValidateLength(4, 500)] [string]$Reason
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

# Whether anything answers. A refusal is an answer too.
function Test-Answer([string]$HostName, [int]$Port) {
    $client = New-Object Net.Sockets.TcpClient
    try {
        $client.ConnectAsync($HostName, $Port).Wait(3000) -and $client.Connected
    } catch {
        $cause = $_.Exception.GetBaseException()
        $cause -is [Net.Sockets.SocketException] -and $cause.SocketErrorCode -eq 'ConnectionRefused'
    } finally {
        $client.Close()
    }
}

# What the host that runs the operation says about it; nothing if there is no such host any more.
function Get-HostAnswer([string]$HostName) {
    $option = New-PSSessionOption -OpenTimeout 20000 -OperationTimeout 120000
    try {
        $said = @(Invoke-Command -ComputerName $HostName -ConfigurationName LyncFailover -SessionOption $option -ScriptBlock {
                Get-LfOperation -OperationId $using:OperationId
            } -ErrorAction Stop)
    } catch {
        foreach ($port in 5985, 5986, 445, 135) {
            if (Test-Answer -HostName $HostName -Port $port) {
                throw "$HostName answers on port $port, so it is not gone, but it cannot be asked: $_ Run this on $HostName, or switch it off."
            }
        }
        Write-Warning "$HostName does not answer: $_"
        return
    }
    if ($said.Count -eq 0) {
        throw "$HostName answers and does not know operation $OperationId`: its journal is another one. Run this on $HostName."
    }
    $said[0]
}

$module = Import-Module -Name LyncFailover -PassThru
# What this host itself was running and is not running any more becomes Lost here already.
$entry = Get-LfOperation -OperationId $OperationId
if ($null -eq $entry) {
    throw "The journal of this host does not know operation $OperationId."
}
$answer = $entry
if ($entry.State -in 'Accepted', 'Running' -and $entry.HostName -ne (& $module { Get-LfHostName })) {
    $answer = Get-HostAnswer -HostName $entry.HostName
}
if ($null -ne $answer -and $answer.State -notin 'Accepted', 'Running') {
    Write-Warning "Operation $OperationId has ended: $($answer.State). Nothing is changed."
    return $answer
}
if ($null -ne $answer) {
    throw "$($entry.HostName) says that operation $OperationId is $($answer.State). Wait for its end, or end its task there (\LyncFailover\$OperationId) and come again."
}
if (-not $PSCmdlet.ShouldProcess("$($entry.Action) on $($entry.HostName), since $($entry.StartedAt) UTC", 'Call it lost; you know that this host is off, or that the operation does not run there any more')) {
    return
}
$who = [Security.Principal.WindowsIdentity]::GetCurrent().Name
& $module {
    param($id, $text)

    $journal = Get-LfHome
    $lock = Enter-LfLock -JournalHome $journal
    try {
        $entry = Get-LfEntry -JournalHome $journal -OperationId $id
        if ($entry.State -in 'Accepted', 'Running') {
            Complete-LfEntry -JournalHome $journal -Entry $entry -State 'Lost' -Message $text
        }
    } finally {
        $lock.Dispose()
    }
} $OperationId "$who says on $env:COMPUTERNAME that it does not run any more: $Reason"
Get-LfOperation -OperationId $OperationId
