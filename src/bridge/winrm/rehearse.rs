//! Trying a changing cmdlet without doing it, apart from reading.

use super::{
    Inner, apart,
    host::Host,
    query::{answer_of, text},
    shell::Output,
};
use crate::{
    bridge::{CallError, KnownRefusal, Refusal, Rehearsed},
    lync::{
        Guard, Invocation,
        cmdlet::{ModuleFunction, Mutation, WhatIf},
        ps::PsObject,
    },
    psrp::messages::CreatePipeline,
};

/// The name of the function that tries a cmdlet.
const TEST: &str = "Test-LfOperation";

/// Tries a cmdlet, if the host is one that changes could be made from.
pub(super) async fn rehearse(
    inner: &Inner,
    host: &Host,
    mutation: &Mutation,
) -> Result<Rehearsed, CallError> {
    let guard = inner.guard(&host.listener.host).await?;
    if let Some(why) = inner.unfit(host) {
        return Ok(Rehearsed::Unfit(format!("{}: {why}", host.listener.host)));
    }
    let tried = mutation.what_if();
    match (guard, &tried) {
        (Guard::Module, _) => {
            let call = ModuleFunction::TestOperation { mutation }.invocation();
            told(host, &run(inner, host, call).await?)
        }
        (Guard::Plain, Some(what_if)) => {
            answer_of(&run(inner, host, WhatIf::invocation(what_if)).await?)?;
            Ok(Rehearsed::of(tried.as_ref()))
        }
        // Whether it is there was asked when it was found out what the host lacks.
        (Guard::Plain, None) => Ok(Rehearsed::Found),
    }
}

async fn run(inner: &Inner, host: &Host, call: Invocation) -> Result<Output, CallError> {
    apart::run(inner, host, &CreatePipeline::of(call), inner.access().pace.read).await
}

/// Reads `LyncFailover.Rehearsal`.
fn told(host: &Host, output: &Output) -> Result<Rehearsed, CallError> {
    let rows = match answer_of(output) {
        Ok(rows) => rows,
        Err(CallError::Refused(refusal)) if is_unknown(&refusal) => {
            return Ok(Rehearsed::NotTried(format!(
                "the module on {} does not know {TEST}; install the present one (docs/windows.md)",
                host.listener.host
            )));
        }
        Err(error) => return Err(error),
    };
    let row = rows.first().ok_or_else(|| CallError::Unreadable(format!("{TEST} gave nothing")))?;
    read(row)
}

/// Of a parameter that the cmdlet lacks the same is said, with another id.
fn is_unknown(refusal: &Refusal) -> bool {
    refusal.known() == Some(KnownRefusal::UnknownCommand)
        && refusal.error_id.starts_with("CommandNotFoundException")
        && refusal.message.contains(TEST)
}

fn read(row: &PsObject) -> Result<Rehearsed, CallError> {
    let word = |name: &str| row.get(name).and_then(text).unwrap_or_default().to_owned();
    let refusal = Refusal { error_id: word("ErrorId"), category: word("Category"), message: word("Message") };
    if !refusal.error_id.is_empty() {
        return Err(CallError::Refused(refusal));
    }
    match word("Ran").as_str() {
        "WhatIf" => Ok(Rehearsed::WhatIf),
        "WithoutForce" => Ok(Rehearsed::WithoutForce),
        "Nothing" => Ok(Rehearsed::Found),
        other => Err(CallError::Unreadable(format!("{TEST} says that it ran {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_tried_is_read_or_refused() {
        let row = |ran: &str, error: &str| {
            let row = PsObject::new("LyncFailover.Rehearsal").with("Ran", ran).with("ErrorId", error);
            read(&row.with("Category", "").with("Message", "said"))
        };
        assert_eq!(row("WhatIf", ""), Ok(Rehearsed::WhatIf));
        assert_eq!(row("WithoutForce", ""), Ok(Rehearsed::WithoutForce));
        assert_eq!(row("Nothing", ""), Ok(Rehearsed::Found));
        assert!(
            matches!(row("WhatIf", "Some,Id"), Err(CallError::Refused(refusal)) if refusal.message == "said")
        );
        assert!(matches!(row("Everything", ""), Err(CallError::Unreadable(_))));
        assert!(matches!(read(&PsObject::new("Something.Else")), Err(CallError::Unreadable(_))));
    }
}
