//! The house stands as src/lib.rs draws it: a module names only those before it, a table is written by its owner, rules know
//! no database and no web, and pages no SQL. Each exception stands here with its reason.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Who may write what is another's, and why.
const WRITERS: &[(&str, &str, &str)] = &[
    ("src/demo/", "*", "the demo's past is thousands of rows, written as they would have been"),
    (
        "src/people/groups.rs",
        "attendances",
        "what an attendance copies of a person follows a correction in the same transaction (DESIGN 2, priority groups)",
    ),
];

/// The modules in the order of src/lib.rs.
fn plan() -> Vec<String> {
    let text = fs::read_to_string("src/lib.rs").unwrap();
    text.lines().filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned())).collect()
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(path.to_str().unwrap())),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
    found.sort();
    found
}

/// The module a file of src belongs to: `people` for `src/people/rules.rs` and for `src/people.rs`.
fn module(path: &Path) -> String {
    let first = path.components().nth(1).unwrap().as_os_str().to_str().unwrap();
    first.strip_suffix(".rs").unwrap_or(first).to_owned()
}

/// A file's code without its comments.
fn code(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

fn is_part_of_a_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// What stands behind each `crate::` of a file: one name, or several in braces.
fn named(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            None => {
                names.insert(rest.chars().take_while(|c| is_part_of_a_word(*c)).collect());
            }
            Some(list) => {
                let mut depth = 0;
                let mut name = String::new();
                for c in list.chars() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        _ => {}
                    }
                    match c {
                        ',' | '\n' | ' ' if depth == 0 => {
                            names.insert(std::mem::take(&mut name));
                        }
                        _ if depth == 0 => name.push(c),
                        _ => {}
                    }
                }
                names.insert(name);
            }
        }
    }
    names.into_iter().map(|name| name.split("::").next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_module_names_only_those_before_it() {
    let plan = plan();
    let floor = |name: &str| plan.iter().position(|module| module == name);
    let mut wrong = Vec::new();
    for path in files("src") {
        let Some(own) = floor(&module(&path)) else { continue };
        for name in named(&code(&path)) {
            if floor(&name).is_some_and(|other| other > own) {
                wrong.push(format!("{} names {name}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "src/lib.rs says who stands above whom:\n{}", wrong.join("\n"));
    assert!(
        named("use crate::{agreements, web::{Fields, Page}};\ncrate::store::rows").contains("web"),
        "it reads lists"
    );
}

#[test]
fn every_module_has_its_floor() {
    let plan: BTreeSet<String> = plan().into_iter().collect();
    let there: BTreeSet<String> = files("src").iter().map(|path| module(path)).collect();
    let outside: Vec<_> = there.difference(&plan).filter(|name| !matches!(name.as_str(), "lib" | "main")).collect();
    assert!(outside.is_empty(), "not in src/lib.rs: {outside:?}");
}

/// Each table and the module that writes it: the one after which its migration is called (`0009_people.sql`,
/// `0031_people_languages.sql`), or the one that a line
/// `-- Written by <module>.` above it names.
fn owners() -> BTreeMap<String, String> {
    let plan = plan();
    let mut owners = BTreeMap::new();
    for entry in fs::read_dir("migrations").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let about = name.split_once('_').unwrap().1.split('.').next().unwrap();
        let of = |module: &&String| about == **module || about.starts_with(&format!("{module}_"));
        let feature =
            plan.iter().filter(of).max_by_key(|module| module.len()).unwrap_or_else(|| panic!("{name}: of whom?"));
        let mut said = None;
        for line in fs::read_to_string(&path).unwrap().lines() {
            if let Some(rest) = line.strip_prefix("-- Written by ") {
                said = rest.split_once('.').map(|(module, _)| module.to_owned());
            } else if let Some(rest) = line.strip_prefix("create table ") {
                let table = rest.split([' ', '(']).next().unwrap().to_owned();
                owners.insert(table, said.take().unwrap_or_else(|| feature.clone()));
            } else if line.trim().is_empty() {
                said = None;
            }
        }
    }
    owners
}

/// The tables that a file's SQL writes.
fn written(code: &str) -> BTreeSet<String> {
    let verbs = ["insert into ", "update ", "delete from "];
    let name = |rest: &str| rest.trim_start().chars().take_while(|c| is_part_of_a_word(*c)).collect::<String>();
    let words = code.split_whitespace().collect::<Vec<_>>().join(" ");
    verbs.iter().flat_map(|verb| words.split(verb).skip(1).map(name).collect::<Vec<_>>()).collect()
}

#[test]
fn a_table_is_written_by_its_owner() {
    let owners = owners();
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for path in files("src") {
        let shown = path.display().to_string();
        for table in written(&code(&path)) {
            let Some(owner) = owners.get(&table).filter(|owner| **owner != module(&path)) else { continue };
            let excused =
                WRITERS.iter().position(|(place, of, _)| shown.starts_with(place) && ["*", &table].contains(of));
            match excused {
                Some(row) => {
                    used.insert(row);
                }
                None => wrong.push(format!("{shown} writes {table}, which is {owner}'s")),
            }
        }
    }
    assert!(wrong.is_empty(), "ask the owner instead:\n{}", wrong.join("\n"));
    assert_eq!(used.len(), WRITERS.len(), "an exception that nobody needs any more");
    assert!(owners.len() > 40 && owners["room_kinds"] == "catalogs", "{owners:?}");
}

#[test]
fn rules_know_no_database_and_no_web() {
    let of = |path: &&PathBuf| path.file_name().is_some_and(|name| name == "rules.rs");
    for path in files("src").iter().filter(of) {
        let code = code(path);
        let own = code.split("#[cfg(test)]").next().unwrap();
        for word in ["Conn", "rocket", "sqlx::query"] {
            assert!(!own.contains(word), "{} names {word}", path.display());
        }
    }
}

/// A part of a feature may be one file, page and SQL together, as long as one sees it whole.
const SMALL: usize = 250;

#[test]
fn pages_know_no_sql() {
    for path in files("src") {
        let code = code(&path);
        let name = path.file_name().unwrap().to_str().unwrap();
        let handles = code.contains("#[get(") || code.contains("#[post(");
        let small = code.lines().count() <= SMALL && !name.ends_with("pages.rs");
        assert!(!handles || small || !code.contains("sqlx::"), "{} asks the database itself", path.display());
    }
}

#[test]
fn an_address_inside_a_center_is_made_in_one_place() {
    let by_hand = |path: &&PathBuf| code(path).contains(r#""/centers/{"#);
    let places: Vec<_> = files("src").iter().filter(by_hand).map(|path| path.display().to_string()).collect();
    assert_eq!(places, ["src/web/nav.rs"], "CenterId::path makes it");
}

#[test]
fn a_types_name_is_used_once() {
    let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in files("src") {
        for line in code(&path).lines() {
            let line = line.strip_prefix("pub ").unwrap_or(line);
            let line =
                if line.starts_with("pub(") { line.split_once(") ").map_or(line, |(_, rest)| rest) } else { line };
            for word in ["struct ", "enum ", "trait ", "type "] {
                let Some(rest) = line.strip_prefix(word) else { continue };
                let name: String = rest.chars().take_while(|c| is_part_of_a_word(*c)).collect();
                places.entry(name).or_default().push(path.display().to_string());
            }
            // Sets of words are types too: `Purpose in "purpose" {`.
            if let Some((name, _)) = line.trim_start().split_once(" in \"")
                && name.chars().all(is_part_of_a_word)
            {
                places.entry(name.to_owned()).or_default().push(path.display().to_string());
            }
        }
    }
    assert!(places.len() > 200, "the types are not found");
    let twice: Vec<_> = places.iter().filter(|(_, places)| places.len() > 1).collect();
    assert!(twice.is_empty(), "one word, several things: {twice:#?}");
}
