function New-LfError {
    <#
    .SYNOPSIS
    An error record whose FullyQualifiedErrorId begins with a word of the module's own.
    #>
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [string]$Id,
        [Parameter(Mandatory)] [System.Management.Automation.ErrorCategory]$Category,
        [Parameter(Mandatory)] [string]$Message
    )

    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $Message
    New-Object -TypeName System.Management.Automation.ErrorRecord -ArgumentList $exception, $Id, $Category, $null
}
