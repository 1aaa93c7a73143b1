function Get-LfOperation {
    <#
    .SYNOPSIS
    What the journal knows about an operation, or that it does not know it, and which journal that is.
    #>
    [CmdletBinding()]
    [OutputType('LyncFailover.Operation')]
    param(
        [Parameter(Mandatory)] [guid]$OperationId,
        [ValidateRange(0, [long]::MaxValue)] [long]$After = 0
    )

    # A caller's -ErrorAction SilentlyContinue would let every throw in here pass, that of the fence as well.
    $ErrorActionPreference = 'Stop'
    $journal = Get-LfHome
    $lock = Enter-LfLock -JournalHome $journal
    try {
        $entry = Get-LfEntry -JournalHome $journal -OperationId $OperationId
        if ($null -eq $entry) {
            # Said, and not left out: an answer that was lost on the way must not look like this one.
            return [pscustomobject]@{
                PSTypeName = 'LyncFailover.Operation'
                OperationId = $OperationId.ToString('D')
                HomeId = $journal.HomeId
                State = 'NotKnown'
            }
        }
        Update-LfEntry -JournalHome $journal -Entry $entry
    } finally {
        $lock.Dispose()
    }
    # Its records come after the state: what says that it has ended comes with all that it said.
    ConvertTo-LfOperation -JournalHome $journal -Entry $entry -After $After
}
