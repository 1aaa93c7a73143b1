//! A page for each alert, an alert for each page, and no link to nowhere.

use std::collections::BTreeSet;

use super::{
    files::{path, read, yaml},
    rules::alerts,
};

#[test]
fn each_alert_has_its_page_and_each_page_its_alert() {
    let entries = std::fs::read_dir(path("docs/runbooks")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<String> = names.map(|name| name.trim_end_matches(".md").to_owned()).collect();
    let names: BTreeSet<String> = alerts().into_iter().map(|alert| alert.name).collect();
    assert_eq!(names, pages, "on the left the alerts, on the right the pages");
    for name in &pages {
        let text = read(&format!("docs/runbooks/{name}.md"));
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
        let title = format!("# {name}");
        assert_eq!(headings, [&title, "## What it means", "## What to look at", "## What to do"]);
    }
    let list = read("docs/monitoring.md");
    for name in &pages {
        assert!(
            list.contains(&format!("[{name}](runbooks/{name}.md)")),
            "docs/monitoring.md does not list {name}"
        );
    }
}

#[test]
fn links_of_the_pages_lead_somewhere() {
    let pages = alerts().into_iter().map(|alert| format!("docs/runbooks/{}.md", alert.name));
    for page in pages.chain(["docs/monitoring.md", "docs/metrics.md", "docs/logs.md"].map(str::to_owned)) {
        let folder = path(&page).parent().unwrap().to_owned();
        for link in read(&page).split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap()) {
            assert!(link.starts_with("http") || folder.join(link).exists(), "{page}: {link}");
        }
    }
}

/// A query about a metric that nobody has gives nothing for ever, and no error.
#[test]
fn rules_dashboards_and_pages_ask_for_metrics_that_there_are() {
    let page = read("docs/metrics.md");
    let documented: BTreeSet<&str> =
        page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    let mut asked = Vec::new();
    for dashboard in ["overview", "failover"] {
        asked.push(yaml(&format!("deploy/monitoring/dashboards/{dashboard}.yaml")).to_string());
    }
    asked.extend(alerts().into_iter().map(|alert| alert.expr));
    asked.extend(alerts().iter().map(|alert| read(&format!("docs/runbooks/{}.md", alert.name))));
    asked.extend(["docs/monitoring.md", "docs/readiness.md", "docs/install.md"].map(read));
    let mut seen = 0;
    for text in asked {
        for word in text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
            let parts = ["_bucket", "_sum", "_count"];
            let base = parts.iter().find_map(|part| word.strip_suffix(part)).unwrap_or(word);
            if word.starts_with("lync_failover_") {
                assert!(documented.contains(word) || documented.contains(base), "{word} is not documented");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen}");
}
