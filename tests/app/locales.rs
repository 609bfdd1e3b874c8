//! Every text there is, in both languages, and none that nobody reads.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::audit;

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

/// The sources and templates by their paths, without what only tests read.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
        (path.strip_prefix(root).unwrap_or(&path).display().to_string(), text)
    };
    files("src", &["rs"]).into_iter().chain(files("templates", &["html", "txt"])).map(read).collect()
}

/// What stands between quotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('"').skip(1).step_by(2)
}

/// Every part between two quotes that looks like a key, or like a pattern of keys with `{}`.
fn literals() -> BTreeSet<String> {
    let looks_like_a_key = |part: &&str| {
        part.len() > 2 && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_.{}".contains(c))
    };
    let of =
        |(_, text): &(String, String)| text.split('"').filter(looks_like_a_key).map(without_names).collect::<Vec<_>>();
    sources().iter().flat_map(of).collect()
}

/// A pattern with `{}` for what fills it: `refusal.{code}` as `refusal.{}`.
fn without_names(literal: &str) -> String {
    let mut parts = literal.split('{');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + "{}" + part.split_once('}').map_or(part, |(_, rest)| rest))
}

/// The closed word sets by their types' names, each with its scope and codes: `Name in "scope" { Variant = "code" }` in a
/// `text_enum!`.
fn word_sets() -> BTreeMap<String, (String, Vec<String>)> {
    let mut sets = BTreeMap::new();
    for (_, text) in sources() {
        for set in text.split("text_enum!(").skip(1).filter_map(|rest| rest.split(");").next()) {
            let Some((head, rest)) = set.split_once(" in \"") else { continue };
            let Some((scope, body)) = rest.split_once('"') else { continue };
            let name = head.split_whitespace().last().unwrap_or_default().to_owned();
            sets.insert(name, (scope.to_owned(), quoted(body).map(str::to_owned).collect()));
        }
    }
    sets
}

/// The keys of closed word sets.
fn keys_of_sets() -> BTreeSet<String> {
    let of = |(scope, codes): (String, Vec<String>)| codes.into_iter().map(move |code| format!("{scope}.{code}"));
    word_sets().into_values().flat_map(of).collect()
}

/// What fills a pattern of keys.
enum Words {
    /// A closed word set, but for the words that never come there.
    Set(&'static str, &'static [&'static str]),
    /// What stands in quotes between two marks of a file.
    Between(&'static str, &'static str, &'static str),
    These(&'static [&'static str]),
    Actions,
    Refusals,
}

/// Every pattern of keys, and the words that fill it: each of them has its text.
const PATTERNS: &[(&str, Words)] = &[
    ("accounts.role_{}", Words::Set("Role", &[])),
    ("audit.{}", Words::Actions),
    // Nobody is asked about the door: its words are before whoever types a name there.
    ("consents.about_{}", Words::Set("Purpose", &["door"])),
    // Whoever is registered is not asked about a team.
    ("consents.agreed_{}", Words::Set("Purpose", &["door", "volunteer"])),
    ("consents.withdraw_{}", Words::Set("Purpose", &["door"])),
    ("demo.{}", Words::Set("Role", &[])),
    // Whoever is in already, or has left, is told no more.
    ("door.next.{}", Words::Set("Code", &["already_in", "already_left"])),
    ("error.{}.text", Words::Between("src/web/errors.rs", "fn name_of(", "/// Programs")),
    ("error.{}.title", Words::Between("src/web/errors.rs", "fn name_of(", "/// Programs")),
    (
        "front_desk.js.{}",
        Words::Between("templates/check_in/front_desk.html", "{% endfor %}\n    {% for word in [", "] %}"),
    ),
    ("front_desk.word.{}", Words::Between("templates/check_in/front_desk.html", "{% for word in [", "] %}")),
    ("import.row_{}", Words::These(&["undone", "stays"])),
    ("import_field.{}", Words::Set("ImportField", &[])),
    ("link.{}", Words::These(&["opening", "reset"])),
    ("organizations.new_{}", Words::These(&["provider", "purchaser"])),
    ("organizations.edit_{}", Words::These(&["provider", "purchaser"])),
    ("people.came_as_{}", Words::Set("Part", &[])),
    // The others follow from age.
    ("people.has_{}", Words::Set("PriorityGroup", &["elderly", "youth"])),
    ("rating.{}", Words::These(&["1", "2", "3", "4", "5"])),
    ("refusal.{}", Words::Refusals),
    ("retention_source.{}", Words::Set("RetentionKind", &[])),
    ("role.{}", Words::Set("Role", &[])),
    ("roster.seal.{}", Words::Set("PriorityGroup", &[])),
    ("session_status.{}", Words::Between("src/activities/week_pages.rs", "fn look(", "\n    }")),
    ("weekday.{}", Words::These(&["1", "2", "3", "4", "5", "6", "7"])),
];

/// Names of fields that look like patterns of keys, or like keys.
const FIELDS: &[&str] = &[
    "companions.{}",
    "paper.{}",
    "hours.{}.opens",
    "hours.{}.closes",
    "hours.{}.{}",
    "week.weekday",
    "week.opens",
    "week.closes",
];

impl Words {
    fn list(&self) -> BTreeSet<String> {
        match self {
            Self::Set(name, but) => {
                let (_, words) = word_sets().remove(*name).unwrap_or_else(|| panic!("no word set is called {name}"));
                words.into_iter().filter(|word| !but.contains(&word.as_str())).collect()
            }
            Self::Between(path, from, to) => {
                let (_, text) = sources().into_iter().find(|(found, _)| found == path).expect(path);
                let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("{path}: {from}"));
                quoted(rest.split(to).next().unwrap_or_default()).map(str::to_owned).collect()
            }
            Self::These(words) => words.iter().map(|word| (*word).to_owned()).collect(),
            Self::Actions => actions(),
            Self::Refusals => refusals(),
        }
    }
}

/// Where a variable holds a refusal's code: the file, and what stands before each of the words that it may hold.
const CODES_OF: &[(&str, &str)] =
    &[("src/activities/rules.rs", "Some(at("), ("src/accounts/sign_in.rs", "again(Status::")];

/// The codes with which something is refused: `Error::refused("…")`, `Refusal::new("…")`, and the door's.
fn refusals() -> BTreeSet<String> {
    let mut codes: BTreeSet<String> = Words::Set("Code", &[]).list();
    // What refuses makes a refusal of the code that it is given.
    for (path, text) in sources().into_iter().filter(|(path, _)| path != "src/error.rs") {
        let calls = ["Error::refused(", "Refusal::new("].into_iter().flat_map(|call| text.split(call).skip(1));
        for given in calls.map(|rest| rest.split(')').next().unwrap_or_default()) {
            let is_constant = given.chars().all(|c| c.is_ascii_uppercase() || c == '_');
            if let Some(code) = quoted(given).next() {
                codes.insert(code.to_owned());
            } else if is_constant {
                let value = text.split_once(&format!("const {given}: &str = ")).map_or("", |(_, rest)| rest);
                codes.insert(quoted(value).next().unwrap_or_default().to_owned());
            } else if !given.ends_with(".code(") {
                let (_, mark) = CODES_OF
                    .iter()
                    .find(|(file, _)| *file == path)
                    .unwrap_or_else(|| panic!("{path}: which is {given}?"));
                let words = text.split(mark).skip(1).filter_map(|rest| quoted(rest.split(')').next()?).next());
                codes.extend(words.map(str::to_owned));
            }
        }
    }
    codes
}

/// The actions that the audit records: `entry("account.created", …)`; where a variable names one, the words of its file that
/// look like one; and whatever is left there by the routes' requests.
fn actions() -> BTreeSet<String> {
    let known = catalog();
    let looks_like_one = |word: &&str| {
        let letters = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        word.split_once('.').is_some_and(|(subject, what)| letters(subject) && letters(what))
    };
    let mut actions: BTreeSet<String> = audit::rows().iter().flat_map(audit::Row::actions).map(str::to_owned).collect();
    for (path, text) in sources().into_iter().filter(|(path, _)| path.ends_with(".rs")) {
        for given in text.split("audit::entry(").skip(1) {
            match given.strip_prefix('"') {
                Some(action) => _ = actions.insert(action.split('"').next().unwrap_or_default().to_owned()),
                None => {
                    let words = quoted(&text).filter(looks_like_one).filter(|word| !known.contains_key(*word));
                    actions.extend(words.map(str::to_owned));
                    assert!(path != "src/audit.rs", "the audit names no action itself");
                }
            }
        }
    }
    actions
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

/// Every key that a pattern can make.
fn made() -> BTreeSet<String> {
    let fill = |(pattern, words): &(&str, Words)| {
        words.list().into_iter().map(|word| pattern.replace("{}", &word)).collect::<Vec<_>>()
    };
    PATTERNS.iter().flat_map(fill).collect()
}

#[test]
fn every_word_of_a_pattern_has_its_text() {
    let known = catalog();
    let missing: Vec<String> = made().into_iter().filter(|key| !known.contains_key(key)).collect();
    assert!(missing.is_empty(), "no text for: {missing:?}");
    for (pattern, words) in PATTERNS {
        assert!(words.list().len() > 1, "{pattern} is filled with {:?}", words.list());
    }
}

#[test]
fn every_pattern_has_its_words() {
    let scopes: BTreeSet<String> = catalog().keys().filter_map(|key| Some(key.split_once('.')?.0.to_owned())).collect();
    let is_one = |literal: &&String| {
        literal.contains("{}") && literal.split_once('.').is_some_and(|(scope, _)| scopes.contains(scope))
    };
    let literals = literals();
    let found: BTreeSet<&str> = literals.iter().filter(is_one).map(String::as_str).collect();
    let listed: BTreeSet<&str> = PATTERNS.iter().map(|(pattern, _)| *pattern).collect();
    let others: Vec<_> = found.difference(&listed).filter(|pattern| !FIELDS.contains(pattern)).collect();
    assert!(others.is_empty(), "which words fill: {others:?}?");
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(gone.is_empty(), "patterns that nobody uses: {gone:?}");
}

#[test]
fn no_key_is_missing_and_none_unused() {
    let known: BTreeSet<String> = catalog().into_keys().collect();
    let scopes: BTreeSet<&str> = known.iter().filter_map(|key| key.split('.').next()).collect();
    let (literals, sets) = (literals(), keys_of_sets());
    let mut used = made();
    used.extend(sets.iter().cloned());
    used.extend(literals.iter().cloned());
    let unused: Vec<_> = known.difference(&used).collect();
    assert!(unused.is_empty(), "nobody reads: {unused:?}");

    // A literal of a known scope that names no text is a missing text, unless it is another thing with dots.
    let actions = actions();
    let is_another_thing = |literal: &str| {
        ["done.", "me.html", "periodic.drafts"].contains(&literal)
            || FIELDS.contains(&literal)
            || actions.contains(literal)
    };
    let missing: Vec<_> = literals
        .iter()
        .filter(|literal| literal.contains('.') && !literal.contains('{') && !known.contains(*literal))
        .filter(|literal| literal.split('.').next().is_some_and(|scope| scopes.contains(scope)))
        .filter(|literal| !is_another_thing(literal))
        .collect();
    assert!(missing.is_empty(), "no text for: {missing:?}");
    let unnamed: Vec<_> = sets.iter().filter(|key| !known.contains(*key) && shown(key)).collect();
    assert!(unnamed.is_empty(), "no text for: {unnamed:?}");
}

/// Word sets that no page shows have no texts.
fn shown(key: &str) -> bool {
    !["login.", "way.", "code_of.", "key_state.", "export_list.", "export_format."]
        .iter()
        .any(|set| key.starts_with(set))
}
