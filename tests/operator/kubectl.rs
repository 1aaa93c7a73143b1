//! `docs/kubectl.md` shows what kubectl prints. Its blocks are checked, or with `UPDATE_GOLDEN=1` written.

use std::{fs, path::Path};

use crate::{
    controlplane::ControlPlane,
    stage::{AWAY, Stage, TWO_STEPS, USERS},
    tidy::tidy,
};

/// A block of the page: a command, what it printed, and the moment at which it was given.
#[derive(Clone, Debug, PartialEq)]
struct Block {
    moment: String,
    command: String,
    text: String,
}

/// The blocks of a page, and what stands between them.
fn blocks(page: &str) -> (Vec<Block>, Vec<String>) {
    let (mut blocks, mut between) = (Vec::new(), vec![String::new()]);
    let mut moment = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("<!-- moment: ") {
            moment = name.trim_end_matches(" -->").to_owned();
        }
        between.last_mut().unwrap().extend([line, "\n"]);
        if line == "```console" {
            let command = lines.next().and_then(|line| line.strip_prefix("$ ")).unwrap().to_owned();
            let text = lines.by_ref().take_while(|line| *line != "```");
            let text = text.map(|line| format!("{line}\n")).collect();
            blocks.push(Block { moment: moment.clone(), command, text });
            between.push("```\n".to_owned());
        }
    }
    (blocks, between)
}

/// The words of a command; single quotes keep blanks together.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('\'').enumerate();
    let words = parts.flat_map(|(at, part)| match at % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

/// Gives the commands of a moment, and notes what is printed now.
fn take(stage: &Stage<'_>, moment: &str, blocks: &mut [Block]) {
    let mut taken = 0;
    for block in blocks.iter_mut().filter(|block| block.moment == moment) {
        let words = words(&block.command);
        assert_eq!(words[0], "kubectl");
        let words: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        block.text = tidy(&stage.plane.kubectl(&words, "").ok());
        taken += 1;
    }
    assert!(taken > 0, "the page shows nothing of the moment {moment}");
}

#[test]
fn the_page_about_kubectl_shows_what_kubectl_prints() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/kubectl.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, between) = blocks(&page);
    let mut now = before.clone();

    let plane = ControlPlane::shared();
    plane.definitions();
    plane.kubectl(&["create", "namespace", "lync-dr"], "").ok();
    let scenario =
        format!("durations: {{poolFailover: 10s, setEdgeServer: 1s, edgeReplication: 1s}}, {TWO_STEPS}");
    let stage = Stage::on(plane, "lync-dr".to_owned(), &scenario);
    let at_once = r#"{"spec": {"sourceDown": {"sustainedFor": "0s"}}}"#;
    stage.kubectl(&["patch", "ldep", "contoso", "--type=merge", "-p", at_once]);
    take(&stage, "before", &mut now);
    let _operator = stage.operator();
    stage.apply(&AWAY.replace("WhenSourceDown", "Never"));
    let command = || stage.field("{.status.nextAction.command}");
    stage.until("it waits for the lesser consent", || command().contains("WhenSourceDown"));
    take(&stage, "consent", &mut now);
    stage.edit(r#"{"policy": {"disasterMode": "WhenSourceDown"}}"#);
    stage.until("the users are moved", || stage.runs(USERS) && stage.condition("Ready") == "False Executing");
    take(&stage, "running", &mut now);
    assert!(stage.runs(USERS), "the cmdlet ended while kubectl was looking");
    stage.wait_for_ready();
    stage.until("the last Event", || stage.kubectl(&["get", "events"]).contains("FailOverPoolCompleted"));
    take(&stage, "after", &mut now);

    let text: String = between
        .iter()
        .zip(now.iter().map(Some).chain([None]))
        .map(|(between, block)| {
            let shown = block.map(|block| format!("$ {}\n{}", block.command, block.text));
            format!("{between}{}", shown.unwrap_or_default())
        })
        .collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, text).unwrap();
    } else {
        for (before, now) in before.iter().zip(&now) {
            assert_eq!(before.text, now.text, "{} prints something else; see UPDATE_GOLDEN=1", now.command);
        }
    }
}
