function Get-LfHostName {
    <#
    .SYNOPSIS
    The fully qualified name of this computer, in lower case, without a question to DNS.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    $own = [System.Net.NetworkInformation.IPGlobalProperties]::GetIPGlobalProperties()
    $parts = @($own.HostName, $own.DomainName | Where-Object { $_ })
    ($parts -join '.').ToLowerInvariant()
}
