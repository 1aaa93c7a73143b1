//! The commands that the files call, each on purpose. A keyword that is misspelt is a command too.

use std::collections::BTreeSet;

use crate::source::sources;

/// Those of the module, which runs as the managed account.
const MODULE: [&str; 20] = [
    "&",
    ".",
    "convertfrom-json",
    "convertto-json",
    "export-modulemember",
    "foreach-object",
    "get-ciminstance",
    "get-command",
    "get-variable",
    "import-module",
    "new-object",
    "new-scheduledtaskaction",
    "new-scheduledtaskprincipal",
    "new-scheduledtasksettingsset",
    "register-scheduledtask",
    "set-strictmode",
    "start-scheduledtask",
    "unregister-scheduledtask",
    "where-object",
    "write-debug",
];

/// What the scripts call besides, which an administrator runs.
const SCRIPTS: [&str; 22] = [
    "copy-item",
    "get-childitem",
    "get-content",
    "get-executionpolicy",
    "get-module",
    "get-pssessionconfiguration",
    "get-scheduledtask",
    "invoke-command",
    "join-path",
    "new-item",
    "new-pssessionoption",
    "new-pstransportoption",
    "register-pssessionconfiguration",
    "remove-item",
    "select-object",
    "set-acl",
    "set-content",
    "test-path",
    "test-pssessionconfigurationfile",
    "unblock-file",
    "unregister-pssessionconfiguration",
    "write-warning",
];

/// Those that are functions of another module (ScheduledTasks is made of CDXML), run scripts of their own, or ask
/// another host or service. A preference variable of the caller's module does not reach a function of another
/// module: an error there would go unnoticed.
const TOLD: [&str; 11] = [
    "get-ciminstance",
    "get-scheduledtask",
    "invoke-command",
    "new-scheduledtaskaction",
    "new-scheduledtaskprincipal",
    "new-scheduledtasksettingsset",
    "register-pssessionconfiguration",
    "register-scheduledtask",
    "start-scheduledtask",
    "unregister-pssessionconfiguration",
    "unregister-scheduledtask",
];

/// Those that are compiled into Windows PowerShell and its modules Core, Management, Security and Utility.
const MINDFUL: [&str; 31] = [
    "&",
    ".",
    "convertfrom-json",
    "convertto-json",
    "copy-item",
    "export-modulemember",
    "foreach-object",
    "get-childitem",
    "get-command",
    "get-content",
    "get-executionpolicy",
    "get-module",
    "get-pssessionconfiguration",
    "get-variable",
    "import-module",
    "join-path",
    "new-item",
    "new-object",
    "new-pssessionoption",
    "new-pstransportoption",
    "remove-item",
    "select-object",
    "set-acl",
    "set-content",
    "set-strictmode",
    "test-path",
    "test-pssessionconfigurationfile",
    "unblock-file",
    "where-object",
    "write-debug",
    "write-warning",
];

#[test]
fn only_known_commands_are_called() {
    let own: BTreeSet<String> =
        sources().values().flat_map(|source| &source.functions).map(|name| name.to_lowercase()).collect();
    let mut used = BTreeSet::new();
    for (path, source) in sources() {
        let is_script = !path.contains('/');
        for name in source.called() {
            let is_known = own.contains(&name)
                || MODULE.contains(&name.as_str())
                || is_script && SCRIPTS.contains(&name.as_str());
            assert!(is_known, "{path} calls {name}");
            used.insert(name);
        }
    }
    for name in MODULE.into_iter().chain(SCRIPTS) {
        assert!(used.contains(name), "nothing calls {name}");
    }
}

/// A registration that failed without a word would be an operation that nobody starts.
#[test]
fn what_does_not_mind_the_preference_is_told_to_stop() {
    let known: BTreeSet<&str> = MODULE.into_iter().chain(SCRIPTS).collect();
    assert_eq!(TOLD.into_iter().chain(MINDFUL).collect::<BTreeSet<_>>(), known, "each is of one kind");
    let mut checked = BTreeSet::new();
    for (path, source) in sources() {
        for command in &source.commands {
            let name = command.split_whitespace().next().unwrap_or_default().to_lowercase();
            let name = name.rsplit('\\').next().unwrap_or_default();
            if TOLD.contains(&name) {
                assert!(command.contains(" -ErrorAction Stop"), "{path}: {command}");
                checked.insert(name.to_owned());
            }
        }
    }
    assert_eq!(checked.len(), TOLD.len());
}
