function Wait-LfCall {
    <#
    .SYNOPSIS
    Calls a method of .NET on another thread, and waits for it no longer than the time that is left.
    .NOTES
    A file server that is away can keep a call for a minute. What is left behind then ends by itself, and nobody
    asks that folder again for a while.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)] [System.Delegate]$Call,
        # One, or three.
        [Parameter(Mandatory)] [object[]]$Arguments,
        # What all calls together have taken so far.
        [Parameter(Mandatory)] [System.Diagnostics.Stopwatch]$Since
    )

    $limit = 5000
    $left = [int][System.Math]::Max(0, $limit - $Since.ElapsedMilliseconds)
    $running = if ($Arguments.Length -eq 1) {
        $Call.BeginInvoke($Arguments[0], $null, $null)
    } else {
        $Call.BeginInvoke($Arguments[0], $Arguments[1], $Arguments[2], $null, $null)
    }
    if (-not $running.AsyncWaitHandle.WaitOne($left)) {
        $script:exportsSlowSince = [datetime]::UtcNow
        throw (New-LfExportSlow)
    }
    # One object is one object, be it a list or not.
    , $Call.EndInvoke($running)
}
