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
const SCRIPTS: [&str; 19] = [
    "copy-item",
    "get-childitem",
    "get-content",
    "get-executionpolicy",
    "get-module",
    "get-pssessionconfiguration",
    "get-scheduledtask",
    "join-path",
    "new-item",
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
