<#
.SYNOPSIS
Installs the module LyncFailover and its session configuration on this Front End server. Can be run again.
.DESCRIPTION
Copies the module, makes the home of the journal if there is none, and registers the session configuration
LyncFailover, for which WinRM is started again: remote sessions on this host end. See docs/windows.md.
.EXAMPLE
.\Install-LyncFailoverEndpoint.ps1 -GroupManagedServiceAccount CONTOSO\lyncdr -ObserveGroup 'CONTOSO\Lync DR Observe' `
    -ExecuteGroup 'CONTOSO\Lync DR Execute' -JournalHome \\files.contoso.com\lyncdr$
#>
[CmdletBinding(SupportsShouldProcess, ConfirmImpact = 'High')]
param(
    # DOMAIN\name, without the dollar sign.
    [Parameter(Mandatory)] [ValidatePattern('^[^\\''"$]+\\[^\\''"$]+$')] [string]$GroupManagedServiceAccount,
    [Parameter(Mandatory)] [ValidatePattern('^[^\\''"]+\\[^\\''"]+$')] [string]$ObserveGroup,
    [Parameter(Mandatory)] [ValidatePattern('^[^\\''"]+\\[^\\''"]+$')] [string]$ExecuteGroup,
    # $Home is PowerShell's own and cannot be assigned.
    [Alias('Home')] [string]$JournalHome = (Join-Path $env:ProgramData 'LyncFailover\journal'),
    # Where exports are written and old ones removed. Default: exports, below the home of the journal.
    [string]$ExportDirectory = (Join-Path $JournalHome 'exports'),
    [string]$TranscriptDirectory = (Join-Path $env:ProgramData 'LyncFailover\transcripts')
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'
$moduleRoot = Join-Path $env:ProgramFiles 'WindowsPowerShell\Modules\LyncFailover'

function Assert-Prerequisite {
    $own = New-Object Security.Principal.WindowsPrincipal ([Security.Principal.WindowsIdentity]::GetCurrent())
    if (-not $own.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
        throw 'Run this in an elevated session: Run as administrator.'
    }
    if ($PSVersionTable.PSVersion -lt [version]'5.1' -or $PSVersionTable.PSVersion.Major -gt 5) {
        throw "This is PowerShell $($PSVersionTable.PSVersion). Run it in Windows PowerShell 5.1 (WMF 5.1)."
    }
    if (-not [Environment]::Is64BitProcess) {
        throw 'Run this in the 64-bit Windows PowerShell.'
    }
    if (-not (Get-Module -ListAvailable -Name Lync)) {
        throw "Lync's module is not on this host. Install the Lync Server 2013 management tools."
    }
    if ((Get-ExecutionPolicy) -in 'Restricted', 'Undefined') {
        throw 'The execution policy refuses modules that are scripts: Set-ExecutionPolicy RemoteSigned -Scope LocalMachine.'
    }
    foreach ($account in "$GroupManagedServiceAccount`$", $ObserveGroup, $ExecuteGroup) {
        try {
            $null = (New-Object Security.Principal.NTAccount $account).Translate([Security.Principal.SecurityIdentifier])
        } catch {
            throw "$account is not known to this host: $_"
        }
    }
    # A drive that is mapped is mapped for one logon, and the managed account has none.
    foreach ($path in $JournalHome, $ExportDirectory) {
        if ($path -notmatch '^(\\\\[^\\/]+\\[^/]+|[A-Za-z]:\\[^/]*)$') {
            throw "$path is neither the path of a folder on this host (C:\...) nor of a share (\\...)."
        }
    }
    # The operator shows these names, and people type them: what has a meaning for PowerShell stays out.
    if ($ExportDirectory -notmatch '^[\p{L}\p{N} ._()$:\\-]+$') {
        throw "$ExportDirectory has characters other than letters, digits, blanks and . _ ( ) $ -. Choose another folder for exports."
    }
    # All of them: a folder that is not there yet would be an error.
    $running = @(Get-ScheduledTask -ErrorAction Stop | Where-Object { $_.TaskPath -eq '\LyncFailover\' -and $_.State -eq 'Running' })
    if ($running.Count -gt 0) {
        throw "An operation is running on this host (task $($running[0].TaskName)). Wait for its end."
    }
    if ($ObserveGroup -eq $ExecuteGroup) {
        throw 'The two groups are the same: who may look could then start operations.'
    }
}

function Protect-Folder([string]$Path, [string]$Account) {
    $null = New-Item -ItemType Directory -Path $Path -Force
    $acl = New-Object Security.AccessControl.DirectorySecurity
    $acl.SetAccessRuleProtection($true, $false)
    # The well-known names are translated on a Windows of another language.
    $full = 'S-1-5-18', 'S-1-5-32-544' | ForEach-Object { New-Object Security.Principal.SecurityIdentifier $_ }
    foreach ($who in $full) {
        $acl.AddAccessRule((New-Object Security.AccessControl.FileSystemAccessRule $who, 'FullControl', 'ContainerInherit,ObjectInherit', 'None', 'Allow'))
    }
    $acl.AddAccessRule((New-Object Security.AccessControl.FileSystemAccessRule $Account, 'Modify', 'ContainerInherit,ObjectInherit', 'None', 'Allow'))
    Set-Acl -Path $Path -AclObject $acl
}

function Install-ModuleFile {
    $settings = [ordered]@{ JournalHome = $JournalHome; ExportDirectory = $ExportDirectory.TrimEnd('\') }
    $null = New-Item -ItemType Directory -Path $moduleRoot -Force
    Get-ChildItem -Path $moduleRoot | Remove-Item -Recurse -Force
    Copy-Item -Path (Join-Path $PSScriptRoot 'LyncFailover\*') -Destination $moduleRoot -Recurse -Force
    Get-ChildItem -Path $moduleRoot -Recurse -File | Unblock-File
    $settings | ConvertTo-Json | Set-Content -Path (Join-Path $moduleRoot 'settings.json') -Encoding UTF8
}

function Install-Home {
    $isShared = $JournalHome.StartsWith('\\')
    if ($isShared) {
        if (-not (Test-Path -Path $JournalHome -PathType Container)) {
            throw "$JournalHome is not there. Make the share, give $GroupManagedServiceAccount`$ the right to modify it, and come again."
        }
    } else {
        Protect-Folder -Path $JournalHome -Account "$GroupManagedServiceAccount`$"
    }
    if (Test-Path -Path (Join-Path $JournalHome 'home.json')) {
        return
    }
    if (Get-ChildItem -Path $JournalHome -Filter *.json -Recurse) {
        throw "$JournalHome has parts of a journal and no home.json. See 'A journal that is lost' in docs/windows.md."
    }
    foreach ($folder in 'operations', 'records') {
        $null = New-Item -ItemType Directory -Path (Join-Path $JournalHome $folder) -Force
    }
    # In the order in which a run that breaks off leaves no home behind; the first of two hosts makes it.
    Add-File 'epoch.json' ([ordered]@{ Epoch = 0; Last = '' })
    $name = [Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
    Add-File 'home.json' ([ordered]@{
            HomeId = [guid]::NewGuid().ToString('D')
            Kind = if ($isShared) { 'Shared' } else { 'Local' }
            HostName = "$($name.HostName).$($name.DomainName)".TrimEnd('.').ToLowerInvariant()
        })
}

function Install-ExportFolder {
    if (Test-Path -Path $ExportDirectory -PathType Container) {
        return
    }
    # Below the home of the journal it has the rights of that.
    if ($ExportDirectory.StartsWith('\\') -and -not $ExportDirectory.StartsWith("$JournalHome\", [StringComparison]::OrdinalIgnoreCase)) {
        throw "$ExportDirectory is not there. Make the share, give $GroupManagedServiceAccount`$ the right to modify it, and come again."
    }
    if ($ExportDirectory.StartsWith('\\')) {
        $null = New-Item -ItemType Directory -Path $ExportDirectory -Force
    } else {
        Protect-Folder -Path $ExportDirectory -Account "$GroupManagedServiceAccount`$"
    }
}

function Add-File([string]$Name, [object]$Value) {
    $bytes = (New-Object Text.UTF8Encoding $false).GetBytes(($Value | ConvertTo-Json))
    $stream = [IO.File]::Open((Join-Path $JournalHome $Name), 'CreateNew', 'Write', 'None')
    try {
        $stream.Write($bytes, 0, $bytes.Length)
        $stream.Flush($true)
    } finally {
        $stream.Dispose()
    }
}

function Install-Configuration {
    Protect-Folder -Path $TranscriptDirectory -Account "$GroupManagedServiceAccount`$"
    $text = Get-Content -Path (Join-Path $PSScriptRoot 'LyncFailover.pssc') -Raw
    $values = @{
        '%TranscriptDirectory%' = $TranscriptDirectory
        '%GroupManagedServiceAccount%' = $GroupManagedServiceAccount
        '%ObserveGroup%' = $ObserveGroup
        '%ExecuteGroup%' = $ExecuteGroup
    }
    foreach ($name in $values.Keys) {
        $text = $text.Replace($name, $values[$name].Replace("'", "''"))
    }
    $file = Join-Path $moduleRoot 'LyncFailover.pssc'
    Set-Content -Path $file -Value $text -Encoding UTF8
    if (-not (Test-PSSessionConfigurationFile -Path $file)) {
        throw "$file is not a session configuration: run Test-PSSessionConfigurationFile -Verbose on it."
    }
    if (Get-PSSessionConfiguration -Name 'LyncFailover' -ErrorAction SilentlyContinue) {
        Unregister-PSSessionConfiguration -Name 'LyncFailover' -Force -NoServiceRestart -WarningAction SilentlyContinue -ErrorAction Stop
    }
    # Block, the default, would stop a cmdlet whose output nobody reads. Idle time counts while a cmdlet runs.
    $transport = New-PSTransportOption -OutputBufferingMode Drop -IdleTimeoutSec 14400 -MaxIdleTimeoutSec 43200
    $null = Register-PSSessionConfiguration -Name 'LyncFailover' -Path $file -TransportOption $transport -AccessMode Remote -Force -ErrorAction Stop
}

Assert-Prerequisite
if ($PSCmdlet.ShouldProcess($env:COMPUTERNAME, "Install the module LyncFailover with its journal in $JournalHome, register the session configuration and start WinRM again")) {
    Install-ModuleFile
    Install-Home
    Install-ExportFolder
    Install-Configuration
    Get-PSSessionConfiguration -Name 'LyncFailover' -ErrorAction Stop | Select-Object -Property 'Name', 'PSVersion', 'SessionType', 'Permission'
}
