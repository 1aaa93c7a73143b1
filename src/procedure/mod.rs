//! The documented procedure as this product follows it: a page that is made from the code.
//!
//! [`page`] has each step with its citation, its cmdlet and its post-condition, taken from the planner's own types, and
//! each paragraph of the procedure with what in this product does it and which tests show that ([`coverage`]).

pub mod coverage;
mod steps;

use std::fmt::{self, Write};

use coverage::{COVERAGE, Paragraph};
pub(crate) use steps::one_of_each;

use crate::plan::{Risk, Step};

/// The page as Markdown.
pub fn page() -> String {
    let mut out = String::new();
    // Writing to a text cannot fail.
    let _ = write_page(&mut out);
    out
}

fn write_page(out: &mut String) -> fmt::Result {
    out.push_str(HEAD);
    writeln!(out, "\n## The steps\n")?;
    for step in one_of_each() {
        write_step(out, &step)?;
    }
    out.push_str(TABLE);
    for Paragraph { source, says, done_by, golden, scenarios } in COVERAGE {
        writeln!(out, "| {source} | {says} | {done_by} | {} | {} |", list(golden), list(scenarios))?;
    }
    Ok(())
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

const HEAD: &str = "\
# The procedure

This page is made from the code (`lync-failover procedure`); a test compares them. It says what the operator does, after which
page of Microsoft's, and where and why it departs from it. Names are those of the example: Pool1 is lost, Pool2 is its pair.

The order: the Edge next hop first, then the Central Management store, then the users. The Edge change is a write to the store,
so if the store cannot be written it goes first: store, Edge, users. Users that go home go before everything else. A step
whose post-condition holds is left out. One cmdlet runs at a time, and after each one everything is looked at again.
";

const TABLE: &str = "\
## Paragraph by paragraph

Golden plans are in `tests/plans`; the other names are tests, with the file before the colon.

| Paragraph | It says | Here | Golden plans | On the simulator |
|---|---|---|---|---|
";

fn write_step(out: &mut String, step: &Step) -> fmt::Result {
    let mode = step.mode_name();
    let mode = if mode.is_empty() { String::new() } else { format!(", {mode}") };
    writeln!(out, "### {}{mode}\n", step.name())?;
    writeln!(out, "```powershell\n{}\n```\n", step.mutation())?;
    let citation = step.citation();
    writeln!(out, "- **Follows** {}: {}", citation.short(), citation.says)?;
    if let Some(departs) = citation.departs {
        writeln!(out, "- **Departs**: {departs}")?;
    }
    let risk = match step.risk() {
        Risk::Low => "nothing that users notice",
        Risk::Interruption => "users are signed out, or served less, for some minutes",
        Risk::DataLoss => "what was not replicated is lost; needs consent",
    };
    writeln!(out, "- **Risk**: {risk}")?;
    writeln!(out, "- **Runs on** {}", steps::place(step))?;
    writeln!(out, "- **Done when** {}", step.post_condition())?;
    writeln!(
        out,
        "- **Times**: a warning after {} minutes, people are asked after {}; the effect may take {} minutes to show\n",
        step.soft_limit().as_mins(),
        step.hard_limit().as_mins(),
        step.verification_window().as_mins()
    )
}
