//! What `deploy/windows` puts on a Front End server, held against the typed cmdlets. Nothing of it is run here.

mod commands;
mod endpoint;
mod exports;
mod journal;
mod rehearsal;
mod report;
mod source;
mod tables;

use std::collections::BTreeSet;

use source::{source, sources, text};

#[test]
fn every_file_parses() {
    let all = sources();
    assert!(all.len() > 30, "only {} files", all.len());
    for (path, source) in all {
        assert!(source.errors.is_empty(), "{path}: {:?}", source.errors);
        // Windows PowerShell takes a file without a mark for the code page of the host.
        assert!(source.is_ascii, "{path} is not ASCII");
    }
}

/// PowerShell 7 knows these; Windows PowerShell 5.1 stops at them.
#[test]
fn nothing_newer_than_windows_powershell_is_used() {
    for (path, source) in sources() {
        for newer in ["&&", "||", "??", "?.", "-Parallel", "-AsHashtable", "clean {"] {
            assert!(!source.code.contains(newer), "{path} has {newer}");
        }
    }
}

#[test]
fn no_text_becomes_code() {
    let ways = [
        "invoke-expression",
        "add-type",
        "[scriptblock]::create",
        "[powershell]::create",
        "newscriptblock",
        "invokescript",
        "addscript",
        "-encodedcommand",
        "-enc ",
    ];
    for (path, source) in sources() {
        let code = source.code.to_lowercase();
        for way in ways {
            assert!(!code.contains(way), "{path} has {way}");
        }
        assert!(!source.called().contains("iex"), "{path} calls iex");
    }
}

#[test]
fn a_file_holds_the_function_of_its_name_and_every_function_that_is_called_is_there() {
    let mut defined = BTreeSet::new();
    for folder in ["Public", "Private"] {
        let prefix = format!("LyncFailover/{folder}/");
        for (path, source) in sources() {
            if let Some(name) = path.strip_prefix(&prefix).and_then(|file| file.strip_suffix(".ps1")) {
                assert_eq!(source.functions, [name], "{path}");
                defined.insert(name.to_lowercase());
            }
        }
    }
    let is_ours = |name: &&String| name.contains("-lf");
    for (path, source) in sources() {
        let called = source.called();
        let missing: Vec<_> = called.iter().filter(is_ours).filter(|name| !defined.contains(*name)).collect();
        assert!(missing.is_empty(), "{path} calls {missing:?}");
    }
    for name in &defined {
        let calls = |path: &String| !path.to_lowercase().ends_with(&format!("/{name}.ps1"));
        let is_used = sources().iter().any(|(path, it)| calls(path) && it.called().contains(name));
        let is_public =
            sources().keys().any(|path| path.to_lowercase().ends_with(&format!("public/{name}.ps1")));
        assert!(is_used || is_public, "nothing calls {name}");
    }
}

/// A proxy of a JEA session has the parameters of the role only; the module means the cmdlet itself.
#[test]
fn the_module_never_calls_what_a_restricted_session_replaces() {
    let replaced =
        ["select-object", "measure-object", "get-command", "get-help", "out-default", "clear-host"];
    for (path, source) in sources() {
        let in_module = path.starts_with("LyncFailover/") && path.ends_with(".ps1");
        let bare: BTreeSet<String> = source
            .commands
            .iter()
            .filter_map(|command| command.split_whitespace().next().map(str::to_lowercase))
            .collect();
        for name in replaced {
            assert!(!in_module || !bare.contains(name), "{path} calls {name} without its module");
        }
        assert!(!bare.iter().any(|name| name.contains("-cs")), "{path} names a cmdlet of Lync as a command");
    }
}

#[test]
fn every_file_of_the_module_is_strict() {
    for path in ["LyncFailover/LyncFailover.psm1", "LyncFailover/Invoke-LfRunner.ps1"] {
        assert!(source(path).commands.iter().any(|it| it == "Set-StrictMode -Version Latest"), "{path}");
    }
    for (path, source) in sources().iter().filter(|(path, _)| !path.contains('/') && path.ends_with(".ps1")) {
        assert!(source.commands.iter().any(|it| it == "Set-StrictMode -Version Latest"), "{path}");
        assert!(source.code.contains("SupportsShouldProcess"), "{path} does not ask");
    }
}

#[test]
fn records_arrive_as_objects() {
    let types = text("LyncFailover/LyncFailover.Types.ps1xml");
    let types = roxmltree::Document::parse(&types).expect("XML");
    let is = |name: &'static str| move |node: &roxmltree::Node<'_, '_>| node.has_tag_name(name);
    let value = |name| types.descendants().find(is(name)).and_then(|node| node.text());
    assert_eq!(value("Name"), Some("LyncFailover.Operation"));
    let depth: u32 = value("Value").and_then(|it| it.parse().ok()).expect("a number");
    // The operation, its list of records, the properties of a record.
    assert!(depth >= 3, "{depth}");
    let manifest = &source("LyncFailover/LyncFailover.psd1").data;
    assert_eq!(manifest["TypesToProcess"][0], "LyncFailover.Types.ps1xml");
}
