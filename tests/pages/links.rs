//! Links between pages lead somewhere, and every page can be found from the front door.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Component, Path, PathBuf},
};

use crate::files::path;

/// Directories that are not the project's own text.
const NOT_OURS: [&str; 3] = ["target", ".git", "node_modules"];

/// All pages, by their path in the repository.
fn pages() -> BTreeMap<PathBuf, String> {
    let root = path("");
    let mut found = BTreeMap::new();
    let mut open = vec![root.clone()];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && !NOT_OURS.contains(&name.as_str()) {
                open.push(path);
            } else if name.ends_with(".md") {
                found
                    .insert(path.strip_prefix(&root).unwrap().to_owned(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

/// The text without what stands in blocks of code.
fn prose(text: &str) -> String {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The targets of links that are no addresses.
fn targets(text: &str) -> Vec<String> {
    // What is between backticks is code; a link may have such a text, but no such target.
    let prose = prose(text);
    let prose: String = prose.split('`').step_by(2).collect();
    let links = prose.match_indices("](").filter_map(|(at, _)| prose[at + 2..].split_once(')'));
    let ours = links
        .map(|(target, _)| target)
        .filter(|target| !target.contains("://") && !target.starts_with("mailto:"));
    ours.map(str::to_owned).collect()
}

/// The anchors of a page, as forges make them of its headings.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings =
        prose.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let mut seen = BTreeMap::<String, usize>::new();
    let anchor = |heading: &str| {
        let kept = heading.to_lowercase().replace(' ', "-");
        let slug: String = kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect();
        let times = seen.entry(slug.clone()).and_modify(|times| *times += 1).or_insert(0);
        if *times == 0 { slug } else { format!("{slug}-{times}") }
    };
    headings.map(anchor).collect()
}

/// A link's file, with `..` resolved.
fn resolve(from: &Path, target: &str) -> PathBuf {
    let mut out = PathBuf::new();
    for part in from.parent().unwrap().join(target).components() {
        match part {
            Component::ParentDir => {
                assert!(out.pop(), "{target} in {} leaves the repository", from.display())
            }
            Component::CurDir => {}
            part => out.push(part),
        }
    }
    out
}

/// The pages that a page links to, and what is wrong with its links.
fn follow(pages: &BTreeMap<PathBuf, String>, from: &Path) -> (Vec<PathBuf>, Vec<String>) {
    let (mut found, mut wrong) = (Vec::new(), Vec::new());
    for target in targets(&pages[from]) {
        let (file, anchor) =
            target.split_once('#').map_or((&*target, None), |(file, anchor)| (file, Some(anchor)));
        let file = if file.is_empty() { from.to_owned() } else { resolve(from, file) };
        if !path(&file.to_string_lossy()).exists() {
            wrong.push(format!("{}: {target} is not there", from.display()));
        }
        if let (Some(anchor), Some(page)) = (anchor, pages.get(&file))
            && !anchors(page).contains(anchor)
        {
            wrong.push(format!("{}: {target} has no such heading", from.display()));
        }
        // A link to a directory shows its README.
        let readme = file.join("README.md");
        found.extend([file, readme].into_iter().filter(|file| pages.contains_key(file)));
    }
    (found, wrong)
}

#[test]
fn every_link_leads_somewhere() {
    let pages = pages();
    assert!(pages.len() > 20, "{:?}", pages.keys());
    let wrong: Vec<String> = pages.keys().flat_map(|page| follow(&pages, page).1).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let links: usize = pages.values().map(|text| targets(text).len()).sum();
    assert!(links > 100, "only {links} links were found");
}

#[test]
fn every_page_can_be_found_from_the_readme_and_from_the_index() {
    let pages = pages();
    let reached = |start: &str| {
        let mut reached = BTreeSet::from([PathBuf::from(start)]);
        let mut open: Vec<PathBuf> = reached.iter().cloned().collect();
        while let Some(page) = open.pop() {
            for next in follow(&pages, &page).0 {
                if reached.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        reached
    };
    let reached = reached("README.md");
    let ours = |page: &&PathBuf| {
        page.starts_with("docs") || page.starts_with("examples") || page.components().count() == 1
    };
    let lost: Vec<_> = pages.keys().filter(ours).filter(|page| !reached.contains(*page)).collect();
    assert!(lost.is_empty(), "nobody finds {lost:?}");

    let index = Path::new("docs/README.md");
    let listed: BTreeSet<PathBuf> = follow(&pages, index).0.into_iter().collect();
    let directly = |page: &&PathBuf| page.parent() == Some(Path::new("docs")) && *page != index;
    let missing: Vec<_> = pages.keys().filter(directly).filter(|page| !listed.contains(*page)).collect();
    assert!(missing.is_empty(), "docs/README.md does not list {missing:?}");
}

#[test]
fn links_and_headings_are_read_as_forges_do() {
    let text = "# Who may write: *what*\n## Who may `write`\n## Who may write\n```\n# no heading\n[no](link.md)\n```\n[`a`](b.md#c) `[x](y)` [web](https://x)";
    assert_eq!(targets(text), ["b.md#c"]);
    let anchors: Vec<String> = anchors(text).into_iter().collect();
    assert_eq!(anchors, ["who-may-write", "who-may-write-1", "who-may-write-what"]);
    assert_eq!(resolve(Path::new("docs/a.md"), "../b/./c.md"), Path::new("b/c.md"));
}
