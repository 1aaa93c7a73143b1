//! A runbook as Markdown: to be printed, and put into a folder that is not in the datacentre that it is about.

use std::fmt::{self, Write};

use super::{Entry, Runbook};
use crate::plan::Risk;

const RULES: &str = "\
- One step at a time, in this order. Type a command once; if it does not come back, or its window is gone, **look
  first** (the commands under *Look*). Do not type it again before you know what became of it.
- *Look* before each step: what is already as it should be is not done again.
- An error is not the end of a step, and success is not the proof of it: what counts is what *Look* shows.
- Run everything in the Lync Server Management Shell, as a member of RTCUniversalServerAdmins.
- If the operator can be reached, suspend it first (`spec.suspend: true`), or two of you work. It goes on from what it
  sees, whatever you have done meanwhile.
- These are the facts of the time above. If they have changed since, make a new runbook, or decide anew.
";

impl Runbook {
    /// The whole as Markdown.
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        // Writing to a text cannot fail.
        let _ = self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "# Runbook: {}\n", self.resource)?;
        writeln!(out, "From what was seen at {}. Plan `{}`.\n", self.seen_at, self.plan_hash)?;
        if !self.before.is_empty() {
            writeln!(out, "## Before anything else\n")?;
            for text in &self.before {
                writeln!(out, "- {text}")?;
            }
            writeln!(out)?;
        }
        if self.entries.is_empty() {
            writeln!(out, "There is nothing to do.\n")?;
        } else {
            writeln!(out, "## Rules\n\n{RULES}")?;
            if !self.order.is_empty() {
                writeln!(out, "The order: {}\n", self.order)?;
            }
        }
        for (number, entry) in (1..).zip(&self.entries) {
            write_entry(out, number, entry)?;
        }
        if !self.skipped.is_empty() {
            writeln!(out, "## Not needed\n")?;
            for text in &self.skipped {
                writeln!(out, "- {text}")?;
            }
        }
        Ok(())
    }
}

fn write_entry(out: &mut String, number: i32, entry: &Entry) -> fmt::Result {
    writeln!(out, "## {number}. {}\n", entry.title)?;
    writeln!(out, "Why: {}.\n", entry.why)?;
    let risk = match entry.risk {
        Risk::Low => "nothing that users notice",
        Risk::Interruption => "users are signed out, or served less, for some minutes",
        Risk::DataLoss => "**what was not replicated is lost**; somebody has to decide that",
    };
    writeln!(out, "Risk: {risk}.\n")?;
    match &entry.host {
        Some(host) => writeln!(out, "On: `{host}`; else {}.\n", entry.elsewhere)?,
        None => writeln!(out, "On: {} (none could be reached).\n", entry.elsewhere)?,
    }
    if let Some(needs) = &entry.needs {
        writeln!(out, "**Before it:** {needs}.\n")?;
    }
    writeln!(out, "Look:\n\n```powershell\n{}\n```\n", entry.checks.join("\n"))?;
    writeln!(out, "Do:\n\n```powershell\n{}\n```\n", entry.command)?;
    writeln!(
        out,
        "Done when *Look* shows: {}. The cmdlet may take {} minutes.\n",
        entry.done_when, entry.minutes
    )?;
    writeln!(out, "Follows {}: {}", entry.citation.short(), entry.citation.says)?;
    if let Some(departs) = entry.citation.departs {
        writeln!(out, "Where it departs: {departs}")?;
    }
    writeln!(out)
}
