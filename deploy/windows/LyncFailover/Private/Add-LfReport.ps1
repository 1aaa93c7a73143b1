function Add-LfReport {
    <#
    .SYNOPSIS
    Tells a cmdlet where to keep its report, if it keeps one and the folder can be had.
    .NOTES
    It never throws: a report that cannot be kept is no reason not to fail over. The path is the module's own, so
    that nobody who gives an order chooses what is written over.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [guid]$OperationId,
        [Parameter(Mandatory)] [System.Management.Automation.CommandInfo]$Command,
        [Parameter(Mandatory)] [hashtable]$Arguments,
        # What Add-LfRecord writes to.
        [Parameter(Mandatory)] [hashtable]$Said
    )

    try {
        if (-not $Command.Parameters.ContainsKey('Report')) {
            throw "$($Command.Name) has no parameter Report on this host."
        }
        $path = Get-LfReportPath -JournalHome $JournalHome -OperationId $OperationId
        $null = [System.IO.Directory]::CreateDirectory([System.IO.Path]::GetDirectoryName($path))
        $Arguments['Report'] = $path
    } catch {
        Add-LfRecord @Said -Stream 'Warning' -Text "No report of the cmdlet is kept: $_"
    }
}
