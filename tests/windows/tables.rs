//! What may run: the tables of the module and the visible cmdlets of the roles, equal to the typed cmdlets.

use std::collections::{BTreeMap, BTreeSet};

use lync_failover::{
    check::requirements,
    lync::{FQDN_PATTERN, cmdlet::Mutation},
};
use serde_json::Value;

use crate::source::{source, texts};

type Table = BTreeMap<String, BTreeSet<String>>;

const ROLES: [&str; 2] = ["Observe", "Execute"];

/// The reading cmdlets, with every parameter that any query gives them.
fn queries() -> Table {
    let reads = requirements().into_iter().filter(|one| !one.changes);
    reads.map(|one| (one.command, one.parameters)).collect()
}

/// The changing cmdlets.
fn mutations() -> Table {
    let names = |shape: &lync_failover::lync::Invocation| {
        shape.parameters.iter().map(|parameter| parameter.name.clone()).collect()
    };
    Mutation::shapes().iter().map(|shape| (shape.command.clone(), names(shape))).collect()
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().expect("a hashtable").keys().cloned().collect()
}

fn role(name: &str) -> &'static Value {
    &source(&format!("LyncFailover/RoleCapabilities/LyncFailover{name}.psrc")).data
}

fn items(value: &Value) -> &Vec<Value> {
    value.as_array().expect("a list")
}

#[test]
fn a_role_shows_the_reading_cmdlets_with_the_parameters_that_are_used_and_nothing_else() {
    for name in ROLES {
        let visible: Table = items(&role(name)["VisibleCmdlets"])
            .iter()
            .map(|cmdlet| {
                // A cmdlet by its name alone would have all its parameters.
                let known = keys(cmdlet);
                assert_eq!(known, ["Name", "Parameters"].map(str::to_owned).into(), "{name}: {cmdlet}");
                let parameters = items(&cmdlet["Parameters"]);
                let named = parameters.iter().map(|it| it["Name"].as_str().expect("a name").to_owned());
                (cmdlet["Name"].as_str().expect("a name").to_owned(), named.collect())
            })
            .collect();
        assert_eq!(visible, queries(), "{name}");
        assert_eq!(items(&role(name)["VisibleCmdlets"]).len(), visible.len(), "{name}: one is there twice");
    }
}

/// Whatever else a role can show stays away: a provider, a program, a function of its own.
#[test]
fn a_role_has_no_other_keys() {
    let known = ["GUID", "Author", "Description", "ModulesToImport", "VisibleCmdlets", "VisibleFunctions"]
        .map(str::to_owned);
    for name in ROLES {
        assert_eq!(keys(role(name)), known.clone().into(), "{name}");
        assert_eq!(texts(&role(name)["ModulesToImport"]), ["Lync", "LyncFailover"].map(str::to_owned).into());
    }
}

#[test]
fn a_name_is_a_name_and_a_database_type_the_one_that_is_asked_for() {
    for name in ROLES {
        for parameter in items(&role(name)["VisibleCmdlets"]).iter().flat_map(|it| items(&it["Parameters"])) {
            match parameter["Name"].as_str().expect("a name") {
                "PoolFqdn" | "RegistrarPool" | "ComputerName" | "TargetFqdn" => {
                    assert_eq!(parameter["ValidatePattern"], FQDN_PATTERN, "{name}")
                }
                "DatabaseType" => assert_eq!(parameter["ValidateSet"][0], "CentralMgmt", "{name}"),
                _ => assert_eq!(keys(parameter).len(), 1, "{name}: {parameter}"),
            }
        }
    }
}

#[test]
fn only_who_executes_starts_operations_or_exports_and_nobody_sees_a_cmdlet_that_changes() {
    let reading = ["Get-LfEndpoint", "Get-LfExport", "Get-LfOperation", "Invoke-LfQuery"].as_slice();
    let changing = ["New-LfExport", "Start-LfOperation", "Step-LfFence", "Test-LfOperation"].as_slice();
    let expected = |names: &[&str]| names.iter().map(|name| format!("LyncFailover\\{name}")).collect();
    let functions = |name| texts(&role(name)["VisibleFunctions"]);
    assert_eq!(functions("Observe"), expected(reading));
    assert_eq!(functions("Execute"), expected(&[reading, changing].concat()));
    for name in ROLES {
        let shown = role(name).to_string();
        for command in mutations().keys() {
            assert!(!shown.contains(command.as_str()), "{name} shows {command}");
        }
    }
}

#[test]
fn the_table_of_queries_is_that_of_the_typed_ones() {
    let table = &source("LyncFailover/Private/Get-LfQuery.ps1").data;
    let known: Table = keys(table).into_iter().map(|name| (name.clone(), keys(&table[&name]))).collect();
    assert_eq!(known, queries());
    let whole = format!("{}\\z", FQDN_PATTERN.trim_end_matches('$'));
    for (command, parameters) in &known {
        for parameter in parameters {
            let expected = match parameter.as_str() {
                "PoolFqdn" | "RegistrarPool" | "ComputerName" | "TargetFqdn" => whole.as_str(),
                "DatabaseType" => "^CentralMgmt\\z",
                _ => "",
            };
            assert_eq!(table[command][parameter], expected, "{command} -{parameter}");
        }
    }
}

#[test]
fn the_table_of_operations_is_that_of_the_typed_ones() {
    let table = &source("LyncFailover/Private/Get-LfAction.ps1").data;
    let (mut known, mut added) = (Table::new(), BTreeSet::new());
    for name in keys(table) {
        let more = &table[&name]["Added"];
        let names = &keys(&table[&name]["Parameters"]) | &keys(more);
        added.extend(keys(more).into_iter().map(|parameter| format!("{parameter} {}", more[&parameter])));
        known.insert(name, names);
    }
    assert_eq!(known, mutations());
    assert_eq!(added, ["Confirm false", "Verbose true"].map(str::to_owned).into());
    let fqdn = FQDN_PATTERN.trim_start_matches('^').trim_end_matches('$');
    for (command, parameters) in &known {
        for parameter in parameters.iter().filter(|name| !["Confirm", "Verbose"].contains(&name.as_str())) {
            let expected = match parameter.as_str() {
                "Identity" => format!("^EdgeServer:{fqdn}\\z"),
                "Registrar" => format!("^Registrar:{fqdn}\\z"),
                "Force" | "DisasterMode" => String::new(),
                "BackupSqlInstanceName" | "BackupMirrorSqlInstanceName" => {
                    "^([a-z_][a-z0-9_$#]{0,15})?\\z".to_owned()
                }
                _ => format!("^{fqdn}\\z"),
            };
            assert_eq!(table[command]["Parameters"][parameter], expected, "{command} -{parameter}");
        }
    }
}

#[test]
fn start_and_test_take_the_parameters_of_all_operations_and_only_those() {
    takes_those_of_all_operations("Start-LfOperation", &["OperationId", "Fence", "HomeId", "Action"]);
    takes_those_of_all_operations("Test-LfOperation", &["Action"]);
}

fn takes_those_of_all_operations(function: &str, own: &[&str]) {
    let parameters = &source(&format!("LyncFailover/Public/{function}.ps1")).parameters;
    let mut expected: BTreeSet<String> = mutations().into_values().flatten().collect();
    for added in ["Confirm", "Verbose"] {
        assert!(expected.remove(added), "nothing has {added}");
    }
    expected.extend(own.iter().map(|name| (*name).to_owned()));
    let named: BTreeSet<String> = parameters.iter().map(|parameter| parameter.name.clone()).collect();
    assert_eq!(named, expected);
    for parameter in parameters {
        let set: Option<BTreeSet<String>> = parameter.set.clone().map(|set| set.into_iter().collect());
        let actions = (parameter.name == "Action").then(|| mutations().into_keys().collect());
        assert_eq!(set, actions, "{}", parameter.name);
    }
}
