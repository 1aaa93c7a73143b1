//! Binds named arguments to parameters as PowerShell does, with PowerShell's errors.

use uuid::Uuid;

use super::{
    functions::function_named,
    syntax::{Kind, Slot},
    table::{Cmdlet, lookup},
};
use crate::{
    bridge::Refusal,
    lync::{Argument, Fqdn, Invocation},
};

/// Parameters that every cmdlet has.
const COMMON: &[&str] =
    &["Verbose", "Debug", "ErrorAction", "ErrorVariable", "WarningAction", "WarningVariable", "OutVariable"];

/// A cmdlet that was called correctly.
#[derive(Debug)]
pub(in crate::simulator) struct Bound {
    /// Its name, as the module spells it.
    pub(in crate::simulator) name: &'static str,
    /// Whether it changes anything.
    pub(in crate::simulator) changes: bool,
    /// Which parameter set the arguments chose.
    pub(in crate::simulator) set: usize,
    /// Whether it only says what it would do.
    pub(in crate::simulator) what_if: bool,
}

/// Binds an invocation on a host of a version.
pub(in crate::simulator) fn bind(call: &Invocation, version: i32) -> Result<Bound, Refusal> {
    match lookup(&call.command).filter(|cmdlet| cmdlet.since <= version) {
        Some(cmdlet) => bind_to(cmdlet, call, version),
        None => Err(unknown(&call.command)),
    }
}

/// Binds a call of a function of the module.
pub(in crate::simulator) fn bind_function(call: &Invocation) -> Result<Bound, Refusal> {
    function_named(&call.command)
        .map_or_else(|| Err(unknown(&call.command)), |function| bind_to(function, call, 0))
}

/// There is no such command.
pub(in crate::simulator) fn unknown(command: &str) -> Refusal {
    Refusal {
        error_id: "CommandNotFoundException".to_owned(),
        category: "ObjectNotFound".to_owned(),
        message: format!(
            "The term '{command}' is not recognized as the name of a cmdlet, function, script file, or operable \
             program. Check the spelling of the name, or if a path was included, verify that the path is correct \
             and try again."
        ),
    }
}

impl Cmdlet {
    /// Its parameters in a version, the common ones too, each with whether it is a switch.
    pub(in crate::simulator) fn parameters(&self, version: i32) -> Vec<(String, bool)> {
        let mut parameters: Vec<(String, bool)> = Vec::new();
        for slot in self.slots(version).into_iter().flatten() {
            if parameters.iter().all(|(name, _)| *name != slot.name) {
                parameters.push((slot.name, slot.kind == Kind::Switch));
            }
        }
        let common = COMMON.iter().map(|name| ((*name).to_owned(), matches!(*name, "Verbose" | "Debug")));
        parameters.extend(common);
        parameters
    }
}

fn bind_to(cmdlet: &Cmdlet, call: &Invocation, version: i32) -> Result<Bound, Refusal> {
    let sets = cmdlet.slots(version);
    for parameter in given(call) {
        let Some(slot) = sets.iter().flatten().find(|slot| slot.name.eq_ignore_ascii_case(&parameter.name))
        else {
            let text =
                format!("A parameter cannot be found that matches parameter name '{}'.", parameter.name);
            return Err(refuse(cmdlet, "NamedParameterNotFound", text));
        };
        check(cmdlet, slot, &parameter.value)?;
    }
    let set = choose(cmdlet, &sets, call)?;
    let bound = Bound {
        name: cmdlet.name,
        changes: cmdlet.changes,
        set,
        what_if: cmdlet.changes && call.has_switch("WhatIf"),
    };
    let asks = cmdlet.changes && sets[set].iter().any(|slot| slot.name == "Confirm") && !bound.what_if;
    if asks && call.get("Confirm") != Some(&Argument::Switch(false)) {
        return Err(refuse(
            cmdlet,
            "InvalidOperation",
            "Windows PowerShell is in NonInteractive mode. Read and Prompt functionality is not available."
                .to_owned(),
        ));
    }
    Ok(bound)
}

fn given(call: &Invocation) -> impl Iterator<Item = &crate::lync::Parameter> {
    call.parameters.iter().filter(|p| !COMMON.iter().any(|common| common.eq_ignore_ascii_case(&p.name)))
}

/// The parameter set that has every given parameter and all whose mandatory ones are given.
fn choose(cmdlet: &Cmdlet, sets: &[Vec<Slot>], call: &Invocation) -> Result<usize, Refusal> {
    let has = |set: &[Slot], name: &str| set.iter().any(|slot| slot.name.eq_ignore_ascii_case(name));
    let candidates: Vec<usize> =
        (0..sets.len()).filter(|at| given(call).all(|p| has(&sets[*at], &p.name))).collect();
    let missing = |at: &usize| -> Vec<&str> {
        let absent = |slot: &&Slot| slot.mandatory && call.get(&slot.name).is_none();
        sets[*at].iter().filter(absent).map(|slot| slot.name.as_str()).collect()
    };
    if let Some(at) = candidates.iter().find(|at| missing(at).is_empty()) {
        return Ok(*at);
    }
    match candidates.as_slice() {
        [only] => Err(refuse(
            cmdlet,
            "MissingMandatoryParameter",
            format!(
                "Cannot process command because of one or more missing mandatory parameters: {}.",
                missing(only).join(" ")
            ),
        )),
        _ => Err(refuse(
            cmdlet,
            "AmbiguousParameterSet",
            "Parameter set cannot be resolved using the specified named parameters.".to_owned(),
        )),
    }
}

fn check(cmdlet: &Cmdlet, slot: &Slot, value: &Argument) -> Result<(), Refusal> {
    let fits = match (&slot.kind, value) {
        (Kind::Switch, Argument::Switch(_)) | (Kind::Span, Argument::Span(_)) => true,
        (Kind::Text | Kind::Span, Argument::Text(text)) => {
            !text.is_empty() || slot.name.ends_with("InstanceName")
        }
        (Kind::Fqdn, Argument::Text(text)) => text.parse::<Fqdn>().is_ok(),
        (Kind::Guid, Argument::Text(text)) => text.parse::<Uuid>().is_ok(),
        (Kind::Int, Argument::Int(_)) | (Kind::Calls, Argument::Calls(_)) => true,
        (Kind::Choice(words), Argument::Text(text)) => {
            words.iter().any(|word| word.eq_ignore_ascii_case(text))
        }
        _ => false,
    };
    if fits {
        return Ok(());
    }
    let text = format!(
        "Cannot process argument transformation on parameter '{}'. Cannot convert the value to the type of the \
         parameter.",
        slot.name
    );
    Err(refuse(cmdlet, "ParameterArgumentTransformationError", text))
}

fn refuse(cmdlet: &Cmdlet, id: &str, message: String) -> Refusal {
    Refusal {
        error_id: format!("{id},{}", cmdlet.full_class()),
        category: if id == "InvalidOperation" { "InvalidOperation" } else { "InvalidArgument" }.to_owned(),
        message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bridge::KnownRefusal;

    fn cms_failover() -> Invocation {
        Invocation::new("Invoke-CsManagementServerFailover").unprompted()
    }

    fn id(call: &Invocation) -> String {
        let refusal = bind(call, 6).expect_err("it was accepted");
        refusal.error_id.split(',').next().unwrap_or_default().to_owned()
    }

    #[test]
    fn the_parameters_that_the_procedure_page_prints_do_not_exist() {
        let call = cms_failover().text("MirrorSQLServerFqdn", "sql2.contoso.com");
        let refusal = bind(&call, 6).expect_err("it was accepted");
        assert_eq!(
            refusal.message,
            "A parameter cannot be found that matches parameter name 'MirrorSQLServerFqdn'."
        );
        assert!(refusal.error_id.starts_with("NamedParameterNotFound,"));
        assert_eq!(refusal.known(), Some(KnownRefusal::UnknownCommand));
    }

    #[test]
    fn disaster_recovery_needs_force_and_the_server() {
        let sql = cms_failover().text("BackupSqlServerFqdn", "sql2.contoso.com");
        assert_eq!(id(&sql), "MissingMandatoryParameter");
        assert_eq!(id(&cms_failover().switch("Force")), "MissingMandatoryParameter");
        assert_eq!(id(&cms_failover().switch("Restore").switch("Force")), "AmbiguousParameterSet");
        assert_eq!(bind(&sql.switch("Force"), 6).expect("bound").set, 0);
        assert_eq!(bind(&cms_failover(), 6).expect("bound").set, 1);
    }

    #[test]
    fn a_prompt_in_a_remote_session_is_an_error() {
        let call = Invocation::new("Invoke-CsPoolFailOver").text("PoolFqdn", "pool1.contoso.com");
        assert_eq!(id(&call), "InvalidOperation");
        assert!(bind(&call.clone().switch("WhatIf"), 6).is_ok());
        assert!(bind(&call.unprompted(), 6).is_ok());
    }

    #[test]
    fn names_match_in_any_case() {
        let call = Invocation::new("invoke-cspoolfailover")
            .text("POOLFQDN", "P.x")
            .with("confirm", Argument::Switch(false));
        assert_eq!(bind(&call, 6).expect("bound").name, "Invoke-CsPoolFailOver");
    }

    #[test]
    fn what_is_missing_unknown_or_of_the_wrong_type_is_refused() {
        assert_eq!(id(&Invocation::new("Get-CsPoolBackupRelationship")), "MissingMandatoryParameter");
        assert_eq!(id(&Invocation::new("Remove-Item")), "CommandNotFoundException");
        let injected = Invocation::new("Get-CsPoolBackupRelationship").text("PoolFqdn", "p1'; Remove-Item");
        assert_eq!(id(&injected), "ParameterArgumentTransformationError");
        let typo = Invocation::new("Get-CsDatabaseMirrorState")
            .text("PoolFqdn", "pool1.contoso.com")
            .text("DatabaseType", "CMS");
        assert_eq!(id(&typo), "ParameterArgumentTransformationError");
        assert_eq!(
            id(&Invocation::new("Get-CsService").switch("EdgeServer").switch("Registrar")),
            "AmbiguousParameterSet"
        );
    }

    #[test]
    fn a_parameter_that_came_later_is_unknown_before() {
        let over = Invocation::new("Invoke-CsPoolFailOver").text("PoolFqdn", "p.x").unprompted();
        let over = over.switch("SkipDataVerification");
        assert_eq!(id(&over), "NamedParameterNotFound");
        assert!(bind(&over, 7).is_ok());
        let moved = Invocation::new("Move-CsManagementServer").text("TargetFqdn", "p.x").unprompted();
        assert!(bind(&moved, 5).is_err() && bind(&moved, 6).is_ok());
    }

    #[test]
    fn lync_2010_has_no_failover_cmdlets() {
        let call = Invocation::new("Get-CsPoolBackupRelationship").text("PoolFqdn", "pool1.contoso.com");
        assert!(bind(&call, 5).is_err());
        assert!(bind(&Invocation::new("Get-CsTopology"), 5).is_ok());
    }
}
