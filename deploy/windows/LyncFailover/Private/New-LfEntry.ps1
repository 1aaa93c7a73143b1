function New-LfEntry {
    <#
    .SYNOPSIS
    The entry of an operation that is about to be accepted. Refuses what is no operation, and parameters that
    the cmdlet is not given or that this host's cmdlet lacks.
    #>
    [CmdletBinding()]
    [OutputType([psobject])]
    param(
        [Parameter(Mandatory)] [guid]$OperationId,
        [Parameter(Mandatory)] [long]$Fence,
        [Parameter(Mandatory)] [string]$Action,
        [Parameter(Mandatory)] [AllowEmptyCollection()] [hashtable]$Given
    )

    $known = (Get-LfAction)[$Action]
    $command = Get-LfLyncCommand -Name $Action
    if ($null -eq $known -or $null -eq $command) {
        $text = "$Action is not an operation, or Lync's module on this host does not have it."
        throw (New-LfError -Id 'NotAnOperation' -Category 'ObjectNotFound' -Message $text)
    }
    $arguments = ConvertTo-LfArgument -Command $Action -Allowed $known.Parameters -Given $Given
    foreach ($name in @($arguments.Keys) + @($known.Added.Keys)) {
        if (-not $command.Parameters.ContainsKey($name)) {
            $text = "A parameter cannot be found that matches parameter name '$name' of $Action on this host."
            throw (New-LfError -Id 'NamedParameterNotFound' -Category 'InvalidArgument' -Message $text)
        }
    }
    [pscustomobject]@{
        OperationId = $OperationId.ToString('D')
        HostName = Get-LfHostName
        Action = $command.Name
        Parameters = [pscustomobject]$arguments
        Fence = $Fence
        OrderedBy = Get-LfCaller
        State = 'Accepted'
        StartedAt = Get-LfTime
        EndedAt = $null
        Runner = $null
        ErrorId = ''
        Category = ''
        Message = ''
    }
}
