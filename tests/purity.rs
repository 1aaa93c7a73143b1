//! The pure modules stay pure: they mention no client, no runtime, no clock, no file system.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// What would be an effect, or a way to one.
const EFFECTS: [&str; 14] = [
    "kube::Client",
    "kube::Api",
    "kube::runtime",
    "tokio",
    "async fn",
    "SystemTime",
    "Instant::now",
    "Timestamp::now",
    "std::fs",
    "std::net",
    "std::process",
    "std::env",
    "reqwest",
    "println!",
];

fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let entries = fs::read_dir(path).expect("a folder");
    entries.flat_map(|entry| sources(&entry.expect("an entry").path())).collect()
}

#[test]
fn pure_modules_have_no_effects() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for module in [
        "api",
        "check",
        "drill",
        "exports",
        "lync",
        "plan",
        "plugin/report",
        "plugin/screen",
        "psrp",
        "readiness",
        "status",
        "wsman",
    ] {
        let files = sources(&src.join(module));
        assert!(files.len() > 3, "{module} has moved");
        for file in files {
            let text = fs::read_to_string(&file).expect("text");
            for (number, line) in text.lines().enumerate().filter(|(_, l)| !l.trim_start().starts_with("//"))
            {
                let effect = EFFECTS.iter().find(|effect| line.contains(**effect));
                assert!(effect.is_none(), "{}:{}: {}", file.display(), number + 1, effect.unwrap_or(&""));
            }
        }
    }
}

/// The simulator is a judge of the planner's work, so it must not know it.
#[test]
fn the_simulator_knows_nothing_of_the_planner() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/simulator");
    for file in sources(&src) {
        let text = fs::read_to_string(&file).expect("text");
        for word in ["crate::plan", "crate::status", "crate::controller", "cmdlet::Mutation"] {
            assert!(!text.contains(word), "{} mentions {word}", file.display());
        }
    }
}

/// Nothing turns text into PowerShell: an invocation is built in one place, from typed cmdlets.
#[test]
fn only_typed_cmdlets_become_invocations() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in sources(&src) {
        let name = file.strip_prefix(&src).expect("below src").to_string_lossy().into_owned();
        // The last one is what a server reads from the wire, for the simulator.
        let may = name.starts_with("lync/cmdlet")
            || name.starts_with("simulator")
            || name == "lync/invocation.rs"
            || name == "psrp/server/commands.rs";
        let text = fs::read_to_string(&file).expect("text");
        assert!(may || !text.contains("Invocation::new("), "{name} builds an invocation");
    }
}
