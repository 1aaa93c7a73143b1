//! How the functions treat the journal. A host would show it by running them; what is written here is what can be
//! read off them.

use crate::source::{Source, source, sources};

fn private(name: &str) -> &'static Source {
    source(&format!("LyncFailover/Private/{name}.ps1"))
}

/// The place of a piece of code, which has to be there once.
fn place(code: &str, piece: &str) -> usize {
    assert_eq!(code.matches(piece).count(), 1, "{piece}");
    code.find(piece).expect("it was counted")
}

/// Where that is the preference, `throw` goes on with the next statement: an old fence would be let in.
#[test]
fn no_caller_turns_the_refusals_off() {
    let public = sources().iter().filter(|(path, _)| path.starts_with("LyncFailover/Public/"));
    for (path, source) in public {
        let (_, body) = source.code.split_once("[CmdletBinding()]").expect("an advanced function");
        let after = body.split_once("param(").expect("it has a param block").1;
        let end = after.find("\n    )\n").map_or_else(|| after.find(')').expect("closed"), |at| at + 5);
        let first = after[end + 1..].trim_start();
        assert!(first.starts_with("$ErrorActionPreference = 'Stop'\n"), "{path}: {first:.60}");
    }
    for (path, source) in sources() {
        let quiet = source.code.matches("-ErrorAction SilentlyContinue").count();
        // Whether there is a configuration to take away.
        let asks = ["Install-LyncFailoverEndpoint.ps1", "Uninstall-LyncFailoverEndpoint.ps1"];
        assert_eq!(quiet, usize::from(asks.contains(&path.as_str())), "{path} passes over errors");
    }
}

/// What a person has resolved, or what was declared lost, stays so.
#[test]
fn the_end_of_a_run_is_written_over_a_running_entry_only() {
    let code = &private("Complete-LfRun").code;
    let lock = place(code, "Enter-LfLock");
    let read = place(code, "Get-LfEntry");
    let asks = place(code, "$entry.State -eq 'Running'");
    let condition = place(code, "if ($isOurs)");
    let writes = place(code, "Complete-LfEntry");
    let release = place(code, "$lock.Dispose()");
    assert!(lock < read && read < asks && asks < condition && condition < writes && writes < release);
    // Whoever else ends an entry has asked for its state as well.
    let enders = sources().iter().filter(|(_, source)| source.called().contains("complete-lfentry"));
    for (path, source) in enders {
        let before = &source.code[..source.code.find("Complete-LfEntry").expect("it calls it")];
        assert!(before.to_lowercase().contains("$entry.state"), "{path} ends what it has not looked at");
    }
}

/// The list of a folder on a share may be old. The last operation is found by name, and opened so that the server
/// is asked.
#[test]
fn admission_does_not_believe_in_a_list_alone() {
    let code = &private("Assert-LfAdmission").code;
    assert!(code.contains("Get-LfEntry -JournalHome $JournalHome -OperationId $known.Last"));
    let start = &source("LyncFailover/Public/Start-LfOperation.ps1").code;
    assert!(place(start, "Assert-LfAdmission") < place(start, "Set-LfEntry"));
    assert!(place(start, "Set-LfEntry") < place(start, "Set-LfFence"), "what is named has to be there");
    assert!(start.contains("-Last $order.OperationId"));
    let step = &source("LyncFailover/Public/Step-LfFence.ps1").code;
    assert!(step.contains("-Last $known.Last"), "a new epoch does not forget it");
    let reads = |name: &str| private(name).code.matches("Read-LfJson").count();
    assert_eq!((reads("Get-LfEntry"), reads("Get-LfFence")), (2, 1));
    assert_eq!(private("Get-LfEntry").code.matches(" -Alone").count(), 2);
    assert!(private("Get-LfFence").code.contains("-Alone:(-not $WithoutLock)"));
    assert!(source("Install-LyncFailoverEndpoint.ps1").code.contains("[ordered]@{ Epoch = 0; Last = '' }"));
}

#[test]
fn a_file_is_never_nowhere() {
    let code = &private("Write-LfJson").code;
    assert!(code.contains("[System.IO.FileOptions]::WriteThrough"));
    assert!(code.contains("::Replace($beside, $Path, \"$Path.bak\", $true)"), "the old one needs a name");
    // Only while it is not whole.
    assert!(place(code, "::Delete($beside)") < place(code, "::Replace("));
    assert!(!code.contains("::Exists("), "an SMB client may answer that from its cache");
}

/// Lync can be looked at while the journal is away.
#[test]
fn an_observation_takes_no_lock_and_does_not_throw_for_the_journal() {
    let endpoint = source("LyncFailover/Public/Get-LfEndpoint.ps1");
    let called = endpoint.called();
    assert!(!called.contains("enter-lflock"), "{called:?}");
    let code = &endpoint.code;
    let (before, rest) = code.split_once("try {").expect("a try");
    let (within, after) = rest.split_once("} catch {").expect("a catch");
    for risky in ["Get-LfHome", "Get-LfFence -JournalHome $journal -WithoutLock"] {
        assert!(within.contains(risky) && !before.contains(risky) && !after.contains(risky), "{risky}");
    }
    assert!(after.contains("Problem = $known.Problem"));
    assert!(!source("LyncFailover/Public/Invoke-LfQuery.ps1").code.contains("Get-LfHome"));
}

#[test]
fn records_come_in_pages_and_none_hides_the_others() {
    let code = &private("Get-LfRecord").code;
    let most = lync_failover::lync::cmdlet::RECORDS_AT_MOST;
    assert!(code.contains(&format!("$most = {most}\n")), "{most}");
    assert!(code.contains("$records.Count -lt $most"));
    assert!(code.contains("Next = [long]($After + $records.Count)"));
    let line = &private("ConvertTo-LfRecord").code;
    let (within, after) = line.split_once("} catch {").expect("a catch");
    for risky in ["ConvertFrom-Json", "$read.At", "$read.Stream", "$read.Text"] {
        assert!(within.contains(risky) && !after.contains(risky), "{risky}");
    }
    assert!(after.contains("-notin 'Verbose', 'Warning', 'Error', 'Progress'"));
}

#[test]
fn a_person_who_resolves_an_operation_gives_a_reason_and_asks_the_host_first() {
    let resolve = source("Resolve-LyncFailoverOperation.ps1");
    let names: Vec<&str> = resolve.parameters.iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(names, ["OperationId", "Reason"]);
    let code = &resolve.code;
    assert!(code.contains("ConfirmImpact = 'High'"));
    let asks = code.rfind("Get-HostAnswer -HostName $entry.HostName").expect("it asks");
    let confirms = place(code, "$PSCmdlet.ShouldProcess(");
    let ends = place(code, "Complete-LfEntry");
    assert!(asks < confirms && confirms < ends);
    assert!(code[ends..].contains("$who says on $env:COMPUTERNAME that it does not run any more: $Reason"));
}

/// What a session without providers does not have, and what depends on the language of the host.
#[test]
fn the_module_asks_no_provider_and_reads_no_time_by_the_culture_of_the_host() {
    for (path, source) in sources().iter().filter(|(path, _)| path.starts_with("LyncFailover/")) {
        for trap in
            ["$env:", "Get-Date", "[datetime]::Now", "ParseExact(", "Test-Path", "Join-Path ", "Get-Content"]
        {
            assert!(!source.code.contains(trap), "{path} has {trap}");
        }
        for parse in source.code.match_indices("::Parse(") {
            let line = source.code[parse.0..].lines().next().unwrap_or_default();
            assert!(line.contains("InvariantCulture"), "{path}: {line}");
        }
        // Of three levels, the default of ConvertTo-Json, the fourth would be a text.
        for command in source.commands.iter().filter(|command| command.contains("ConvertTo-Json")) {
            assert!(command.contains("-Depth 5") || command.contains("-Compress"), "{path}: {command}");
            assert!(command.contains("-InputObject"), "{path}: a pipeline would take a list apart");
        }
    }
}
