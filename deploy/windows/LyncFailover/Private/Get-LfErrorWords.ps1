function Get-LfErrorWords {
    <#
    .SYNOPSIS
    The id, category and message of an error; empty texts for none. An error always has an id.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param([AllowNull()] [System.Management.Automation.ErrorRecord]$ErrorRecord)

    $said = [pscustomobject]@{ ErrorId = ''; Category = ''; Message = '' }
    if ($null -ne $ErrorRecord) {
        $said.ErrorId = [string]$ErrorRecord.FullyQualifiedErrorId
        $said.Category = [string]$ErrorRecord.CategoryInfo.Category
        $said.Message = [string]$ErrorRecord
        if (-not $said.ErrorId) {
            $said.ErrorId = $ErrorRecord.Exception.GetType().Name
        }
    }
    $said
}
