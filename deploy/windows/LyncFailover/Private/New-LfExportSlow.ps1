function New-LfExportSlow {
    <#
    .SYNOPSIS
    The error of a folder for exports that gave no answer in time. It always has the same words: they stand in a
    status, which must not change while nothing does.
    #>
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param()

    $text = 'The folder for exports gave no answer in 5 seconds, and is asked again two minutes later. Its file server may be away.'
    New-LfError -Id 'ExportFolderSlow' -Category 'OperationTimeout' -Message $text
}
