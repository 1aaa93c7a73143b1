//! The report that a cmdlet keeps of its own work (`-Report`).

use lync_failover::lync::cmdlet::{CmsFailoverMode, Mutation};

use crate::source::{Source, source};

fn private(name: &str) -> &'static Source {
    source(&format!("LyncFailover/Private/{name}.ps1"))
}

#[test]
fn the_cmdlets_that_keep_a_report_are_those_of_the_typed_ones() {
    let table = private("Get-LfAction").data.as_object().expect("a hashtable");
    let keeping: Vec<&str> =
        table.iter().filter(|(_, it)| it["KeepsReport"] == true).map(|(name, _)| name.as_str()).collect();
    let pool = || "pool1.contoso.com".parse().expect("valid");
    let all = [
        Mutation::InvokeManagementServerFailover { mode: CmsFailoverMode::Normal },
        Mutation::InvokePoolFailOver { pool: pool(), disaster_mode: true },
        Mutation::InvokePoolFailBack { pool: pool(), disaster_mode: true },
    ];
    let expected: Vec<String> =
        all.iter().filter(|it| it.keeps_report()).map(|it| it.invocation().command).collect();
    assert_eq!(keeping, expected);
}

/// Who gives an order does not choose what is written over.
#[test]
fn only_the_module_says_where() {
    let start = source("LyncFailover/Public/Start-LfOperation.ps1");
    assert!(start.parameters.iter().all(|parameter| parameter.name != "Report"));
    let path = &private("Get-LfReportPath").code;
    assert!(
        path.contains("Join-LfPath $JournalHome.Path 'reports' ('{0}.html' -f $OperationId.ToString('D'))")
    );
    let action = &private("Invoke-LfAction").code;
    let checked = action.find("ConvertTo-LfArgument").expect("it checks what was given");
    assert!(checked < action.find("Add-LfReport").expect("it adds the report"), "and adds to it afterwards");
}

/// A log is no reason not to fail over.
#[test]
fn a_report_that_cannot_be_kept_is_said_and_holds_nothing_up() {
    let code = &private("Add-LfReport").code;
    let (within, after) = code.split_once("} catch {").expect("a catch");
    let (before, within) = within.split_once("try {").expect("a try");
    for risky in ["Get-LfReportPath", "::CreateDirectory(", "$Arguments['Report'] = "] {
        assert!(within.contains(risky) && !before.contains(risky) && !after.contains(risky), "{risky}");
    }
    assert!(after.contains("-Stream 'Warning'") && !after.contains("throw"));
    assert!(!private("Get-LfMissing").code.contains("Report"), "an older Lync is not unfit for it");
}

/// A file that is still being written is not named, and one that is not there is not either.
#[test]
fn a_report_is_named_once_the_operation_has_ended_and_it_is_there() {
    let code = &private("ConvertTo-LfOperation").code;
    let asks = "$Entry.State -in 'Accepted', 'Running' -or -not [System.IO.File]::Exists($report)";
    let clears = code.find(asks).expect("it asks");
    assert!(code[clears..].starts_with(&format!("{asks}) {{\n        $report = ''\n")));
    assert!(code[clears..].contains("Report = $report"));
}
