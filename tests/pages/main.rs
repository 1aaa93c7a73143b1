//! The pages that are made from the code, and what holds for all pages: links lead somewhere, and nothing that the
//! code can say is missing where people look it up. `UPDATE_GOLDEN=1 cargo test --test pages` writes the pages anew.
#![allow(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and nobody else sees it")]

#[path = "../support/files.rs"]
mod files;
#[path = "../gitops/states.rs"]
#[allow(dead_code, reason = "the scenes of tests/gitops use the rest")]
mod states;
#[path = "../gitops/words.rs"]
mod words;

mod conditions;
mod given;
mod links;
mod looks;
mod reference;
mod release;
mod troubleshooting;
mod vocabulary;
mod workflows;
