//! The manifest, the session configuration and its registration.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::source::{source, sources, texts};

#[test]
fn the_module_exports_its_functions_and_no_other() {
    let expected: BTreeSet<String> = [
        "Get-LfEndpoint",
        "Get-LfExport",
        "Get-LfOperation",
        "Invoke-LfQuery",
        "New-LfExport",
        "Start-LfOperation",
        "Step-LfFence",
        "Test-LfOperation",
    ]
    .map(str::to_owned)
    .into();
    let manifest = &source("LyncFailover/LyncFailover.psd1").data;
    assert_eq!(texts(&manifest["FunctionsToExport"]), expected);
    for nothing in ["CmdletsToExport", "VariablesToExport", "AliasesToExport"] {
        assert_eq!(manifest[nothing], Value::Array(Vec::new()), "{nothing}");
    }
    let public = |path: &String| {
        path.strip_prefix("LyncFailover/Public/")
            .and_then(|file| file.strip_suffix(".ps1"))
            .map(str::to_owned)
    };
    assert_eq!(sources().keys().filter_map(public).collect::<BTreeSet<_>>(), expected);
    let exported = |command: &&String| command.starts_with("Export-ModuleMember");
    let line = source("LyncFailover/LyncFailover.psm1").commands.iter().find(exported).expect("it exports");
    let exported = line.split('\'').skip(1).step_by(2).map(str::to_owned);
    assert_eq!(exported.collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_manifest_says_what_the_program_expects() {
    let manifest = &source("LyncFailover/LyncFailover.psd1").data;
    assert_eq!(manifest["ModuleVersion"], lync_failover::check::MODULE_VERSION);
    assert_eq!(manifest["RootModule"], "LyncFailover.psm1");
    assert_eq!(manifest["PowerShellVersion"], "5.1");
}

#[test]
fn a_session_is_restricted_speaks_no_language_and_runs_as_the_managed_account() {
    let configuration = source("LyncFailover.pssc").data.as_object().expect("a hashtable");
    assert_eq!(configuration["SessionType"], "RestrictedRemoteServer");
    assert_eq!(configuration["LanguageMode"], "NoLanguage");
    assert_eq!(configuration["TranscriptDirectory"], "%TranscriptDirectory%");
    assert_eq!(configuration["GroupManagedServiceAccount"], "%GroupManagedServiceAccount%");
    let roles = serde_json::json!({
        "%ObserveGroup%": { "RoleCapabilities": "LyncFailoverObserve" },
        "%ExecuteGroup%": { "RoleCapabilities": "LyncFailoverExecute" },
    });
    assert_eq!(configuration["RoleDefinitions"], roles);
    let known: BTreeSet<&str> = configuration.keys().map(String::as_str).collect();
    let expected = [
        "SchemaVersion",
        "GUID",
        "Author",
        "Description",
        "SessionType",
        "LanguageMode",
        "ExecutionPolicy",
        "TranscriptDirectory",
        "GroupManagedServiceAccount",
        "RoleDefinitions",
    ];
    // Above all no RunAsVirtualAccount, no ScriptsToProcess, and nothing visible besides the roles.
    assert_eq!(known, expected.into());
}

/// The default blocks: a cmdlet whose output nobody reads would stop half-way.
#[test]
fn the_registration_drops_output_that_nobody_reads_and_lets_a_session_idle() {
    let install = source("Install-LyncFailoverEndpoint.ps1");
    let transport =
        "New-PSTransportOption -OutputBufferingMode Drop -IdleTimeoutSec 14400 -MaxIdleTimeoutSec 43200";
    assert!(install.commands.iter().any(|it| it == transport), "{:?}", install.commands);
    let registration =
        "Register-PSSessionConfiguration -Name 'LyncFailover' -Path $file -TransportOption $transport";
    assert!(install.commands.iter().any(|it| it.starts_with(registration)), "{:?}", install.commands);
    for (path, source) in sources() {
        for weaker in ["RunAsCredential", "RunAsVirtualAccount", "CredSSP"] {
            assert!(!source.code.contains(weaker), "{path} has {weaker}");
        }
    }
}

#[test]
fn every_placeholder_is_filled_in_by_the_installer() {
    let configuration = &source("LyncFailover.pssc").code;
    let placeholders: BTreeSet<&str> =
        configuration.split('\'').filter(|part| part.starts_with('%')).collect();
    assert_eq!(placeholders.len(), 4);
    let install = &source("Install-LyncFailoverEndpoint.ps1").code;
    for placeholder in placeholders {
        assert!(install.contains(&format!("'{placeholder}' =")), "{placeholder}");
    }
    let parameters = &source("Install-LyncFailoverEndpoint.ps1").parameters;
    for name in
        ["GroupManagedServiceAccount", "ObserveGroup", "ExecuteGroup", "JournalHome", "ExportDirectory"]
    {
        assert!(parameters.iter().any(|parameter| parameter.name == name), "{name}");
    }
}
