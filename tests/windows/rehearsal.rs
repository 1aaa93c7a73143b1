//! How a cmdlet is tried without being run. A host would show it by doing so; what is written here is what can be
//! read off the files.

use std::collections::BTreeSet;

use crate::source::{source, sources};

/// Without the switch a trial would be a failover.
#[test]
fn a_cmdlet_is_never_tried_without_what_if() {
    let tries = source("LyncFailover/Private/Invoke-LfRehearsal.ps1");
    let lines: Vec<&str> = tries.code.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let runs: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].contains("& $command")).collect();
    let [run] = runs.as_slice() else { panic!("it runs {} times", runs.len()) };
    let three = ["$WhatIfPreference = $true", "$arguments['WhatIf'] = $true"];
    assert_eq!(lines[run - 2..*run], three, "set last, just before");
    assert_eq!(lines[*run], "$null = & $command @arguments 3>&1 4>&1 5>&1 6>&1");
    let knows = "if (-not $command.Parameters.ContainsKey('WhatIf')) {";
    let guard = lines.iter().position(|line| *line == knows).expect("it asks whether the cmdlet knows it");
    assert!(guard < *run && lines[guard + 1] == "return $told");
    let force = "if ($null -eq $Entry.Parameters.PSObject.Properties['Force']) {";
    assert!(lines.contains(&force), "with -Force no argument goes along");
    for (path, source) in sources() {
        let switches_off = source.code.contains("WhatIf:$false") || source.code.contains("WhatIf'] = $false");
        assert!(!switches_off && !source.code.contains("WhatIfPreference = $false"), "{path}");
    }
}

/// Whoever calls has no say in it, and nothing is written.
#[test]
fn the_function_takes_no_switch_that_would_do_it_and_leaves_no_trace() {
    let test = source("LyncFailover/Public/Test-LfOperation.ps1");
    let names: BTreeSet<&str> = test.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    for own in ["WhatIf", "Confirm", "OperationId", "Fence", "HomeId"] {
        assert!(!names.contains(own), "it takes {own}");
    }
    assert!(!test.code.contains("SupportsShouldProcess"), "that would give it -WhatIf:$false");
    let calls = ["get-lfgiven", "new-lfentry", "invoke-lfrehearsal", "get-lferrorwords"];
    assert_eq!(test.called(), calls.map(str::to_owned).into());
    let tries = source("LyncFailover/Private/Invoke-LfRehearsal.ps1");
    assert_eq!(tries.called(), ["get-lflynccommand", "&"].map(str::to_owned).into());
}

/// A table of cmdlets is behind every call of one.
#[test]
fn nothing_else_runs_a_cmdlet() {
    let runs = |source: &crate::source::Source| source.code.contains("& $command");
    let found: BTreeSet<&str> =
        sources().iter().filter(|(_, source)| runs(source)).map(|(path, _)| path.as_str()).collect();
    let expected = ["Invoke-LfAction", "Invoke-LfExport", "Invoke-LfRead", "Invoke-LfRehearsal"];
    let expected = expected.map(|name| format!("LyncFailover/Private/{name}.ps1"));
    assert_eq!(found, expected.iter().map(String::as_str).collect());
}
