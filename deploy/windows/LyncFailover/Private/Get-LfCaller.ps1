function Get-LfCaller {
    <#
    .SYNOPSIS
    The account that is connected, for the journal. The session itself runs as the managed account.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $sender = Microsoft.PowerShell.Utility\Get-Variable -Name 'PSSenderInfo' -Scope Global -ValueOnly -ErrorAction Ignore
    if ($null -eq $sender) {
        return [System.Security.Principal.WindowsIdentity]::GetCurrent().Name
    }
    [string]$sender.ConnectedUser
}
