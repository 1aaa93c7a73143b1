//! Where exports are written, when a file gets its name, and what is removed: what can be read off the functions.

use lync_failover::lync::{ExportOf, FQDN_PATTERN};

use crate::source::{Source, source, sources};

fn private(name: &str) -> &'static Source {
    source(&format!("LyncFailover/Private/{name}.ps1"))
}

/// The places of pieces of code, each of which is there once, in this order.
#[track_caller]
fn in_order(code: &str, pieces: &[&str]) {
    let places: Vec<usize> = pieces
        .iter()
        .map(|piece| {
            assert_eq!(code.matches(piece).count(), 1, "{piece}");
            code.find(piece).expect("it was counted")
        })
        .collect();
    assert!(places.is_sorted(), "{pieces:?} are at {places:?}");
}

#[test]
fn the_table_of_exports_is_that_of_the_typed_ones() {
    let pool = "pool1.contoso.com".parse().expect("a name");
    let all = [ExportOf::Configuration, ExportOf::Locations, ExportOf::ResponseGroups(pool)];
    let table = private("Get-LfExportKind").data.as_object().expect("a hashtable");
    let known: Vec<_> = table.iter().map(|(kind, of)| (kind.as_str(), of["Cmdlet"].as_str())).collect();
    let typed: Vec<_> = all.iter().map(|of| (of.kind(), of.cmdlet("f").command)).collect();
    assert_eq!(known.len(), typed.len());
    for (kind, command) in &typed {
        assert!(known.contains(&(kind, Some(command.as_str()))), "{kind}: {known:?}");
    }
    let kinds = source("LyncFailover/Public/New-LfExport.ps1").parameters.iter().find(|it| it.name == "Kind");
    let mut kinds = kinds.and_then(|it| it.set.clone()).expect("it has a set");
    kinds.sort();
    assert_eq!(kinds, typed.iter().map(|(kind, _)| *kind).collect::<Vec<_>>());
    let code = &private("Invoke-LfExport").code;
    assert!(code.contains("$arguments = @{ FileName = $beside }"));
    assert!(code.contains("$arguments['Source'] = \"service:ApplicationServer:$Pool\""));
    for (path, source) in sources() {
        assert!(!source.code.contains("RemoveExportedConfiguration"), "{path}");
    }
}

/// Whoever may edit a resource, or call a function, names no folder.
#[test]
fn the_folder_is_what_the_installer_says() {
    for name in ["Get-LfExport", "New-LfExport"] {
        let public = source(&format!("LyncFailover/Public/{name}.ps1"));
        let names: Vec<&str> = public.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
        let expected: &[&str] = if name == "New-LfExport" { &["Kind", "PoolFqdn", "Keep"] } else { &[] };
        assert_eq!(names, expected, "{name}");
        assert!(public.code.contains("$folder = Get-LfExportFolder"), "{name}");
    }
    let folder = &private("Get-LfExportFolder");
    assert!(
        folder.parameters.is_empty() && folder.code.contains("$path = [string]$settings.ExportDirectory")
    );
    let install = &source("Install-LyncFailoverEndpoint.ps1").code;
    assert!(install.contains("ExportDirectory = $ExportDirectory.TrimEnd('\\')"));
    assert!(install.contains("[string]$ExportDirectory = (Join-Path $JournalHome 'exports')"));
}

#[test]
fn a_file_gets_its_name_when_it_was_found_whole() {
    let code = &private("Invoke-LfExport").code;
    let pieces = [
        "try {",
        "& $command @arguments -ErrorAction Stop",
        "if (-not $file.Exists)",
        "$problem = Get-LfExportProblem",
        "if ($problem)",
        "[System.IO.File]::Move($beside, $path)",
        "} finally {",
        "[System.IO.File]::Delete($beside)",
    ];
    in_order(code, &pieces);
    let problem = &private("Get-LfExportProblem").code;
    for look in ["$File.Size -eq 0", "PK$([char]3)$([char]4)", "PK$([char]5)$([char]6)"] {
        assert!(problem.contains(look), "{look}");
    }
    // What is written beside is no export by its name.
    assert!(code.contains("'lf-making-{0}.zip'"));
}

/// What the operator makes of a name, and nothing else.
#[test]
fn a_name_is_kind_pool_and_time() {
    let code = &private("ConvertFrom-LfExportName").code;
    let fqdn = FQDN_PATTERN.trim_start_matches('^').trim_end_matches('$');
    let pattern = format!(
        "'^lf-(?<word>configuration|lis|rgs)(-(?<pool>{fqdn}))?-(?<stamp>[0-9]{{8}}T[0-9]{{6}}Z)[.]zip\\z'"
    );
    assert!(code.contains(&pattern), "{pattern}");
    assert!(code.contains("$Name -cnotmatch $pattern"));
    assert!(private("Invoke-LfExport").code.contains("\"lf-$word-$stamp.zip\""));
}

#[test]
fn only_what_is_older_than_the_last_that_stays_is_removed() {
    let code = &private("Remove-LfExport").code;
    let pieces = [
        "Get-LfExportFile -Folder $Folder",
        "$_.Kind -eq $Kind -and $_.Pool -eq $Pool",
        "if ($null -ne $oldest)",
        "if ($file.At -lt $oldest)",
        "[System.IO.File]::Delete($file.Path)",
        "Get-LfExportProblem -File $file",
        "$whole++",
        "if ($whole -eq $Keep)",
        "$oldest = $file.At",
    ];
    in_order(code, &pieces);
    // Nothing else of the module deletes exports, and only a maker that has the lock what was left half-made.
    let deleting = |(_, source): &(&String, &Source)| source.code.contains("[System.IO.File]::Delete(");
    let of_exports = |(path, _): &(&String, &Source)| path.contains("LfExport");
    let found: Vec<&str> =
        sources().iter().filter(of_exports).filter(deleting).map(|(path, _)| path.as_str()).collect();
    let expected = ["Enter-LfExport", "Invoke-LfExport", "Remove-LfExport"];
    assert_eq!(found, expected.map(|name| format!("LyncFailover/Private/{name}.ps1")));
    let code = &source("LyncFailover/Public/New-LfExport.ps1").code;
    in_order(
        code,
        &["Enter-LfExport -Folder", "Invoke-LfExport -Folder", "Remove-LfExport -Folder", ".Dispose()"],
    );
}

/// An operation never waits for an export, nor does a look at Lync.
#[test]
fn exports_keep_nobody_waiting() {
    for (path, source) in sources().iter().filter(|(path, _)| path.contains("LfExport")) {
        let called = source.called();
        for name in ["enter-lflock", "get-lffence", "set-lffence", "get-lfhome"] {
            assert!(!called.contains(name), "{path} calls {name}");
        }
    }
    // Whatever asks the file server while Lync is looked at has a limit.
    for name in ["Get-LfExportFile", "Get-LfExportProblem", "Read-LfExportPart"] {
        let code = &private(name).code;
        assert!(code.contains("Wait-LfCall"), "{name}");
        for direct in ["[System.IO.File]::", "[System.IO.Directory]::", ".GetFiles(", ".Read(", ".Exists"] {
            assert!(!code.contains(direct), "{name} has {direct}");
        }
    }
    let wait = &private("Wait-LfCall").code;
    in_order(
        wait,
        &["$limit = 5000", "WaitOne($left)", "$script:exportsSlowSince = [datetime]::UtcNow", "EndInvoke"],
    );
    assert!(private("Get-LfExportFile").code.contains("TotalSeconds -lt 120"));
}
