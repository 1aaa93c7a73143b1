//! The dashboards as people see them: drawn by Perses in a real browser, without a Grafana (`picture/`).

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::Deserialize;
use serde_json::Value;

use super::{
    files::{path, read, scratch},
    prometheus::Prometheus,
};

/// What a picture shows, as its page says it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Seen {
    /// Whatever went wrong in the page.
    errors: Vec<String>,
    /// The words in each panel, by its title.
    panels: BTreeMap<String, Vec<String>>,
}

impl Seen {
    /// Panels with nothing in them.
    fn empty(&self) -> BTreeSet<&str> {
        let is_empty = |words: &[String]| words.iter().all(|word| word == "No data");
        self.panels.iter().filter(|(_, words)| is_empty(words)).map(|(title, _)| title.as_str()).collect()
    }

    #[track_caller]
    fn shows(&self, title: &str, word: &str) {
        let words = &self.panels[title];
        assert!(words.iter().any(|seen| seen == word), "{title} does not show {word}: {words:?}");
    }
}

/// Draws a dashboard with what there was in the last two minutes before `end`, or before now.
#[track_caller]
fn draw(prometheus: &str, dashboard: &Path, to: &Path, end: Option<SystemTime>) -> Seen {
    let since = |time: SystemTime| time.duration_since(UNIX_EPOCH).unwrap().as_millis().to_string();
    let output = Command::new(path("tests/monitoring/picture/draw"))
        .arg(prometheus)
        .args([dashboard, to])
        .args(["2m", "2s", &end.map(since).unwrap_or_default()])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success(), "{} was not drawn; it says why above", to.display());
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// A delivered dashboard: nothing is wrong in it, and each panel is there.
#[track_caller]
fn delivered(prometheus: &Prometheus, name: &str, to: &Path, end: Option<SystemTime>) -> Seen {
    let file = format!("deploy/monitoring/dashboards/{name}.json");
    let seen = draw(&prometheus.url(), &path(&file), to, end);
    assert_eq!(seen.errors, [""; 0], "{}", to.display());
    let dashboard: Value = serde_json::from_str(&read(&file)).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter().filter(|panel| panel["type"] != "row");
    let titles: BTreeSet<&str> = panels.map(|panel| panel["title"].as_str().unwrap()).collect();
    let drawn: BTreeSet<&str> = seen.panels.keys().map(String::as_str).collect();
    assert_eq!(titles, drawn, "{}: on the left the panels of {file}", to.display());
    seen
}

fn place(name: &str) -> PathBuf {
    let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
    std::fs::create_dir_all(&dir).unwrap();
    dir.join(name)
}

/// After the users of Pool1 were failed over to Pool2; and at a moment when they were on their way.
pub fn shows_what_there_is(prometheus: &Prometheus, on_their_way: SystemTime) {
    let (overview, failover, after) =
        (place("overview.png"), place("failover.png"), place("failover-after.png"));
    let seen = delivered(prometheus, "overview", &overview, None);
    assert_eq!(seen.empty(), BTreeSet::new(), "{}", overview.display());
    seen.shows("Pools down", "1");
    seen.shows("Failovers not Ready", "0");
    seen.shows("Users are served by", "pool1.contoso.com by pool2.contoso.com");
    seen.shows("Checks that fail or cannot be answered", "subject");
    seen.shows("Checks that fail or cannot be answered", "fe01.pool1.contoso.com");

    let seen = delivered(prometheus, "failover", &after, None);
    let at_rest = ["Part of the recovery time objective", "Recovery time so far", "Step in flight"];
    assert_eq!(seen.empty(), at_rest.into(), "{}", after.display());
    seen.shows("Steps that are over", "FailOverPool");
    seen.shows("Outcome", "Succeeded");

    let seen = delivered(prometheus, "failover", &failover, Some(on_their_way));
    let not_yet = ["Outcome", "Recovery time", "Recovery time in parts"];
    assert_eq!(seen.empty(), not_yet.into(), "{}", failover.display());

    eprintln!("pictures: {}, {}, {}", overview.display(), failover.display(), after.display());
    if std::env::var_os("UPDATE_PICTURES").is_some() {
        for picture in [overview, failover] {
            std::fs::copy(&picture, path("docs/pictures").join(picture.file_name().unwrap())).unwrap();
        }
    }
}

/// They are only for tests, and still nothing is fetched that nobody may use. `deny.toml` says the same for crates.
#[test]
fn the_picture_is_drawn_by_what_may_be_used() {
    let free = ["MIT", "Apache-2.0", "(MIT OR Apache-2.0)", "ISC", "BSD-3-Clause", "0BSD", "BlueOak-1.0.0"];
    // Where the licence is but a file in the package: that one is MIT, and Perses' plugins are Apache-2.0. The other is a list
    // of browsers, which ends up in no picture.
    let looked_at = ["node_modules/typed-function", "node_modules/caniuse-lite"];
    let lock: Value = serde_json::from_str(&read("tests/monitoring/picture/package-lock.json")).unwrap();
    for (name, package) in lock["packages"].as_object().unwrap().iter().filter(|(name, _)| !name.is_empty()) {
        let is_free = package["license"].as_str().is_some_and(|licence| free.contains(&licence));
        let is_plugin = name.starts_with("node_modules/@perses-dev/") && name.ends_with("-plugin");
        assert!(is_free || is_plugin || looked_at.contains(&name.as_str()), "{name}: {}", package["license"]);
        assert!(package["resolved"].is_null(), "{name}: the lock says from where");
        assert!(package["integrity"].is_string(), "{name}: the lock does not say what");
    }
}

/// A picture without what the translator left out would be a lie.
#[test]
fn a_picture_is_refused_of_what_the_translator_does_not_know() {
    let mut dashboard: Value =
        serde_json::from_str(&read("deploy/monitoring/dashboards/overview.json")).unwrap();
    dashboard["panels"][1]["fieldConfig"]["defaults"]["decimals"] = 2.into();
    let file = scratch("unknown.json", &serde_json::to_string_pretty(&dashboard).unwrap());
    let seen = draw("http://127.0.0.1:1", &file, &place("unknown.png"), None);
    assert!(
        seen.errors.iter().any(|error| error.contains("decimals of the defaults of fields")),
        "{:?}",
        seen.errors
    );
    assert!(seen.panels.is_empty());
}
