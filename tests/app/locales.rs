//! Every text there is, in both languages, and none that nobody reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where keys are made at run time: a pattern with `{}`, and the words that fill it.
fn made(pattern: &str, keys: &BTreeSet<String>) -> Vec<String> {
    let (head, tail) = pattern.split_once("{}").unwrap();
    keys.iter()
        .filter(|key| key.starts_with(head) && key.ends_with(tail) && key.len() > head.len() + tail.len())
        .cloned()
        .collect()
}

pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(path.to_str().unwrap(), endings));
        } else if path.extension().is_some_and(|ending| endings.contains(&ending.to_str().unwrap())) {
            found.push(path);
        }
    }
    found
}

/// Key to its texts by language, read from the catalogs' plain lines: `key:` then indented `language: "text"`.
fn catalog() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut texts: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for path in files("src/web/locales", &["yml"]) {
        let mut key = String::new();
        for line in
            fs::read_to_string(&path).unwrap().lines().filter(|line| !line.starts_with('_') && !line.trim().is_empty())
        {
            match line.strip_prefix("  ") {
                Some(line) => {
                    let (language, text) =
                        line.split_once(": ").unwrap_or_else(|| panic!("{}: {line}", path.display()));
                    texts.get_mut(&key).unwrap().insert(language.to_owned(), text.trim_matches('"').to_owned());
                }
                None => {
                    key = line.trim_end_matches(':').to_owned();
                    assert!(texts.insert(key.clone(), BTreeMap::new()).is_none(), "{key} stands twice");
                }
            }
        }
    }
    texts
}

/// Every string literal of the sources and templates that looks like a key, or like a pattern of keys.
fn literals() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files("src", &["rs"]).into_iter().chain(files("templates", &["html"])) {
        for part in fs::read_to_string(path).unwrap().split('"') {
            let looks_like_a_key = part.len() > 2
                && part
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.' | '{' | '}'));
            if looks_like_a_key {
                found.insert(part.to_owned());
            }
        }
    }
    found
}

/// The keys of closed word sets: `Name in "scope" { Variant = "code" }` in a `text_enum!`.
fn word_sets() -> Vec<String> {
    let mut keys = Vec::new();
    for path in files("src", &["rs"]) {
        let text = fs::read_to_string(path).unwrap();
        for set in text.split("text_enum!(").skip(1).filter_map(|rest| rest.split(");").next()) {
            let Some((_, rest)) = set.split_once(" in \"") else { continue };
            let Some((scope, body)) = rest.split_once('"') else { continue };
            keys.extend(body.split('"').skip(1).step_by(2).map(|code| format!("{scope}.{code}")));
        }
    }
    keys
}

#[test]
fn every_text_stands_in_both_languages_with_the_same_places() {
    let places = |text: &str| {
        text.split("%{").skip(1).filter_map(|rest| Some(rest.split_once('}')?.0.to_owned())).collect::<BTreeSet<_>>()
    };
    for (key, texts) in catalog() {
        let languages: Vec<&str> = texts.keys().map(String::as_str).collect();
        assert_eq!(languages, ["en", "zh-CN"], "{key}");
        assert!(texts.values().all(|text| !text.is_empty()), "{key} is empty");
        assert_eq!(places(&texts["en"]), places(&texts["zh-CN"]), "{key}");
    }
}

#[test]
fn no_key_is_missing_and_none_unused() {
    let known: BTreeSet<String> = catalog().into_keys().collect();
    let scopes: BTreeSet<&str> = known.iter().filter_map(|key| key.split('.').next()).collect();
    let literals = literals();
    let mut used: BTreeSet<String> = BTreeSet::new();
    let sets: BTreeSet<String> = word_sets().into_iter().collect();
    used.extend(sets.iter().cloned());
    for literal in &literals {
        if known.contains(literal) {
            used.insert(literal.clone());
        } else if literal.matches("{}").count() == 1 && literal.contains('.') {
            used.extend(made(literal, &known));
        }
    }
    // Refusals and audit entries name their code; `Refusal::new` and the audit page make the key of it.
    for key in &known {
        let code = key.split_once('.').map_or("", |(_, code)| code);
        if (key.starts_with("refusal.") || key.starts_with("audit.")) && literals.contains(code) {
            used.insert(key.clone());
        }
    }
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(unused.is_empty(), "nobody reads: {unused:?}");

    // A literal of a known scope that names no text is a missing text, unless it is another thing with dots.
    let actions = audit_actions();
    let other_things = ["done.", "me.html"];
    let missing: Vec<_> = literals
        .iter()
        .filter(|literal| literal.contains('.') && !literal.contains('{') && !known.contains(*literal))
        .filter(|literal| literal.split('.').next().is_some_and(|scope| scopes.contains(scope)))
        .filter(|literal| !other_things.contains(&literal.as_str()) && !actions.contains(*literal))
        .collect();
    assert!(missing.is_empty(), "no text for: {missing:?}");
    let unnamed: Vec<_> = sets.iter().filter(|key| !known.contains(*key) && shown(key)).collect();
    assert!(unnamed.is_empty(), "no text for: {unnamed:?}");
}

/// The actions that the audit records: `audit::entry("account.created", …)`.
fn audit_actions() -> BTreeSet<String> {
    let mut actions = BTreeSet::new();
    for path in files("src", &["rs"]) {
        let text = fs::read_to_string(path).unwrap();
        actions.extend(text.split("entry(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())));
    }
    actions
}

/// Word sets that no page shows have no texts.
fn shown(key: &str) -> bool {
    !["login.", "way.", "code_of.", "center_kind."].iter().any(|set| key.starts_with(set))
}
