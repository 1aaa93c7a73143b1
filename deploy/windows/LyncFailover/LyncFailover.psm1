Set-StrictMode -Version Latest
# What goes wrong in here ends the call: an operation is refused rather than half begun.
$ErrorActionPreference = 'Stop'

# A restricted session loads nothing by itself.
Import-Module -Name 'Microsoft.PowerShell.Utility'

# When the folder for exports last gave no answer, and which files of it were found whole.
$script:exportsSlowSince = $null
$script:exportsFoundWhole = @{}

# A session without providers has no Get-ChildItem that works on files.
foreach ($folder in 'Private', 'Public') {
    $files = [System.IO.Directory]::GetFiles([System.IO.Path]::Combine($PSScriptRoot, $folder), '*.ps1')
    foreach ($file in $files) {
        . $file
    }
}

Export-ModuleMember -Function 'Get-LfEndpoint', 'Get-LfExport', 'Get-LfOperation', 'Invoke-LfQuery', 'New-LfExport', 'Start-LfOperation', 'Step-LfFence', 'Test-LfOperation'
