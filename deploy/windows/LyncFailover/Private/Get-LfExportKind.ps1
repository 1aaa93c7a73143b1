function Get-LfExportKind {
    <#
    .SYNOPSIS
    What can be exported: the cmdlet, and the word for it in the names of files.
    #>
    [CmdletBinding()]
    [OutputType([System.Collections.Specialized.OrderedDictionary])]
    param()

    [ordered]@{
        'Configuration' = @{ Cmdlet = 'Export-CsConfiguration'; Word = 'configuration' }
        'Locations' = @{ Cmdlet = 'Export-CsLisConfiguration'; Word = 'lis' }
        'ResponseGroups' = @{ Cmdlet = 'Export-CsRgsConfiguration'; Word = 'rgs' }
    }
}
