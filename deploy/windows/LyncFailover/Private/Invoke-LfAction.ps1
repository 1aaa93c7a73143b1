function Invoke-LfAction {
    <#
    .SYNOPSIS
    Runs the cmdlet of an entry and records what it says. Returns the error that it failed with, or nothing.
    .NOTES
    The journal is data: its action and arguments are checked against the table again. A cmdlet that writes an
    error goes on, as Lync means it to, and has failed at its end.
    #>
    [CmdletBinding()]
    [OutputType([System.Management.Automation.ErrorRecord])]
    param(
        [Parameter(Mandatory)] [psobject]$JournalHome,
        [Parameter(Mandatory)] [psobject]$Entry,
        # What Add-LfRecord writes to.
        [Parameter(Mandatory)] [hashtable]$Said
    )

    $first = $null
    try {
        $name = [string]$Entry.Action
        $action = (Get-LfAction)[$name]
        $command = Get-LfLyncCommand -Name $name
        if ($null -eq $action -or $null -eq $command) {
            throw (New-LfError -Id 'NotAnOperation' -Category 'ObjectNotFound' -Message "This host does not run $name.")
        }
        $given = @{}
        foreach ($property in $Entry.Parameters.PSObject.Properties) {
            $given[$property.Name] = $property.Value
        }
        $arguments = ConvertTo-LfArgument -Command $name -Allowed $action.Parameters -Given $given
        foreach ($added in $action.Added.Keys) {
            $arguments[$added] = $action.Added[$added]
        }
        if ($action['KeepsReport']) {
            Add-LfReport -JournalHome $JournalHome -OperationId $Entry.OperationId -Command $command `
                -Arguments $arguments -Said $Said
        }
        $ErrorActionPreference = 'Continue'
        & $command @arguments 2>&1 3>&1 4>&1 5>&1 6>&1 | ForEach-Object {
            $stream = 'Verbose'
            if ($_ -is [System.Management.Automation.ErrorRecord]) {
                $stream = 'Error'
                if ($null -eq $first) {
                    $first = $_
                }
            } elseif ($_ -is [System.Management.Automation.WarningRecord]) {
                $stream = 'Warning'
            }
            Add-LfRecord @Said -Stream $stream -Text ([string]$_)
        }
    } catch {
        Add-LfRecord @Said -Stream 'Error' -Text ([string]$_)
        # What ended it says more than what it complained of before.
        $first = $_
    }
    $first
}
