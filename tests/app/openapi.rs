//! The API's description: it stays as other programs know it, and says of each body what is really read.
//!
//! `openapi.json` is what they know. Whoever changes the description sees here how it differs, and writes it anew with
//! `LINLI_REWRITE=1 cargo test --test app openapi`; the difference then stands in the commit.

use std::collections::BTreeSet;

use linli::fields::asked;
use linli::store::Engine;
use rocket::http::Method;
use serde_json::{Map, Value, json};

use crate::audit::{self, Row};
use crate::support::world::{World, in_the_world};
use crate::support::{TestApp, run};

const KNOWN: &str = "tests/app/openapi.json";

async fn description(app: &TestApp) -> Value {
    app.anyone().get("/api/v1/openapi.json").await.is(200).json()
}

/// A line for each place at which the two differ, the highest one that tells it.
fn differences(known: &Value, now: &Value, place: &str, told: &mut Vec<String>) {
    match (known, now) {
        (Value::Object(known), Value::Object(now)) => {
            for name in known.keys().chain(now.keys()).collect::<BTreeSet<_>>() {
                let place = format!("{place}/{name}");
                match (known.get(name), now.get(name)) {
                    (Some(known), Some(now)) => differences(known, now, &place, told),
                    (Some(known), None) => told.push(format!("- {place}: {known}")),
                    (None, Some(now)) => told.push(format!("+ {place}: {now}")),
                    (None, None) => {}
                }
            }
        }
        _ if known == now => {}
        _ => told.push(format!("~ {place}: {known} → {now}")),
    }
}

#[test]
fn the_description_is_as_other_programs_know_it() {
    run(Engine::Sqlite, async |app| {
        let now = description(&app).await;
        if std::env::var_os("LINLI_REWRITE").is_some() {
            std::fs::write(KNOWN, format!("{now:#}\n")).unwrap();
        }
        let known = serde_json::from_str(&std::fs::read_to_string(KNOWN).unwrap()).unwrap();
        let mut told = Vec::new();
        differences(&known, &now, "", &mut told);
        let remedy = "Is it meant so? Then: LINLI_REWRITE=1 cargo test --test app openapi";
        assert!(told.is_empty(), "{KNOWN} knows another description:\n{}\n{remedy}", told.join("\n"));
    });
}

#[test]
fn a_difference_is_told_where_it_is() {
    let mut told = Vec::new();
    let (known, now) =
        (json!({"a": {"b": 1, "c": [1, 2]}, "d": 1}), json!({"a": {"b": 2, "c": [1, 2], "e": {"f": 1}}}));
    differences(&known, &now, "", &mut told);
    assert_eq!(told, ["~ /a/b: 1 → 2", "+ /a/e: {\"f\":1}", "- /d: 1"]);
}

/// A body as the description has it.
struct Body<'a> {
    description: &'a Value,
    /// The name of its schema.
    schema: &'a str,
    row: &'a Row,
}

impl<'a> Body<'a> {
    /// Every body that is read name by name. Those of another shape are read by the very type that describes them.
    fn all(description: &'a Value, rows: &'a [Row]) -> Vec<Self> {
        let mut bodies = Vec::new();
        for row in rows.iter().filter(|row| row.method == Method::Post && row.route.starts_with("/api/")) {
            let path = row.route.replace('<', "{").replace('>', "}");
            let content = &description["paths"][&path]["post"]["requestBody"]["content"];
            let Some(schema) = content["application/json"]["schema"]["$ref"].as_str() else { continue };
            let schema = schema.rsplit('/').next().unwrap_or_default();
            if schema != "Delivery" {
                bodies.push(Body { description, schema, row });
            }
        }
        bodies
    }

    fn resolve(&self, schema: &'a Value) -> &'a Value {
        // What may be left out is described as this or null.
        let one_of = ["oneOf", "anyOf"].iter().find_map(|word| schema[*word].as_array());
        if let Some(schema) = one_of.and_then(|all| all.iter().find(|one| one["type"] != "null")) {
            return self.resolve(schema);
        }
        match schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
            Some(name) => &self.description["components"]["schemas"][name],
            None => schema,
        }
    }

    fn properties(&self, schema: &'a Value) -> Vec<(&'a String, &'a Value)> {
        schema["properties"].as_object().map_or_else(Vec::new, |found| found.iter().collect())
    }

    fn own(&self) -> &'a Value {
        &self.description["components"]["schemas"][self.schema]
    }

    /// The names as a reader asks for them: of an object in it by dots, of many that numbers tell apart with a `*`.
    fn names(&self, schema: &'a Value, at: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for (name, property) in self.properties(schema) {
            let (name, property) = (format!("{at}{name}"), self.resolve(property));
            let each = &property["additionalProperties"];
            // Of objects in a list each value stands beside those of the others.
            let whole = if property["items"].is_object() { self.resolve(&property["items"]) } else { property };
            match (whole["properties"].is_object(), each.is_object()) {
                (true, _) => names.extend(self.names(whole, &format!("{name}."))),
                (_, true) if self.resolve(each)["properties"].is_object() => {
                    names.extend(self.names(self.resolve(each), &format!("{name}.*.")));
                }
                (_, true) => _ = names.insert(format!("{name}.*")),
                _ => _ = names.insert(name),
            }
        }
        names
    }

    /// Values that fit the property: the words that its text puts in backticks, or one that its type allows.
    fn values(&self, property: &'a Value) -> Vec<Value> {
        let text = property["description"].as_str().unwrap_or_default();
        let property = self.resolve(property);
        let words: Vec<Value> = text.split('`').skip(1).step_by(2).map(|word| json!(word)).collect();
        let kind = property["type"].as_array().map_or(&property["type"], |kinds| &kinds[0]);
        let each = &property["additionalProperties"];
        match kind.as_str() {
            Some("string") if !words.is_empty() => words,
            Some("string") => vec![json!("2026-03-05")],
            Some("boolean") => vec![json!(true)],
            // Weekdays, or whatever else has a small number in the world.
            Some("object") if each.is_object() => {
                vec![Value::Object((1..=9).map(|key| (key.to_string(), self.values(each)[0].clone())).collect())]
            }
            Some("object") => vec![Value::Object(self.filled(property))],
            _ => vec![json!(1)],
        }
    }

    fn filled(&self, schema: &'a Value) -> Map<String, Value> {
        self.properties(schema).into_iter().map(|(name, value)| (name.clone(), self.values(value)[0].clone())).collect()
    }

    /// Bodies that say everything, as far as it fits the one that is taken: one for each word that a property may have.
    fn samples(&self, world: &World) -> Vec<Value> {
        let taken: Map<String, Value> = serde_json::from_str(&world.fill(self.row.body)).unwrap();
        let full: Map<String, Value> = self.filled(self.own()).into_iter().chain(taken).collect();
        let mut samples = vec![json!({}), json!({"center": 1}), Value::Object(full.clone())];
        for (name, property) in self.properties(self.own()) {
            for value in self.values(property).into_iter().skip(1) {
                let mut sample = full.clone();
                sample.insert(name.clone(), value);
                samples.push(Value::Object(sample));
            }
            // Some are read only where another is missing.
            let mut sample = full.clone();
            sample.remove(name);
            samples.push(Value::Object(sample));
        }
        samples
    }

    fn required(&self) -> BTreeSet<String> {
        let names = self.own()["required"].as_array().map_or(&[][..], Vec::as_slice);
        names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }
}

/// `hours.3.opens` as `hours.*.opens`.
fn unnumbered(name: &str) -> String {
    let part = |part: &str| if part.bytes().all(|byte| byte.is_ascii_digit()) { "*".into() } else { part.to_owned() };
    name.split('.').map(part).collect::<Vec<_>>().join(".")
}

/// Of two properties or more one must be there; where none is, this one is missed.
const ONE_OF_TWO: [(&str, &str); 10] = [
    ("ReturnedVersion", "comment"),
    ("NewCheckIn", "person_id"),
    ("EndingBody", "ended_on"),
    ("NewCorrectionJson", "minutes"),
    ("NewFeed", "center"),
    ("NewLoan", "unit"),
    ("NewRoomClosure", "rooms"),
    ("NewRoomOpening", "rooms"),
    ("NewProgrammeScope", "center"),
    ("NewClicks", "tap"),
];

/// What is asked of a body, and what is missed in one that says nothing.
async fn read(app: &TestApp, world: &World, body: &Body<'_>) -> (BTreeSet<String>, BTreeSet<String>) {
    let path = body.row.path(world);
    let user = world.user(app, body.row.who, &path).await;
    let (mut names, mut required) = (BTreeSet::new(), BTreeSet::new());
    for sample in body.samples(world) {
        let says_nothing = sample.as_object().is_some_and(|sample| sample.keys().all(|name| name == "center"));
        let (answer, asked) = asked::during(user.post_json(&path, sample)).await;
        names.extend(asked.iter().map(|name| unnumbered(name)));
        if says_nothing && answer.status.code == 422 {
            let answer = answer.json();
            let faults = answer["errors"].as_object().into_iter().flatten();
            required
                .extend(faults.filter(|(_, fault)| fault["code"] == "field.required").map(|(name, _)| name.clone()));
        }
    }
    (names, required)
}

#[test]
fn a_body_is_described_as_it_is_read() {
    let (rows, mut wrong, mut count) = (audit::rows(), Vec::new(), 0);
    let mut described = Value::Null;
    run(Engine::Sqlite, async |app| described = description(&app).await);
    for body in Body::all(&described, &rows) {
        count += 1;
        in_the_world(Engine::Sqlite, async |app, world| {
            body.row.prepare(app).await;
            let (asked, missed) = read(app, world, &body).await;
            let described = body.names(body.own(), "");
            // An object may stand for a mark by itself: whoever sends one wants it.
            let is_within = |name: &String| described.iter().any(|known| known.starts_with(&format!("{name}.")));
            let secret: Vec<_> = asked.difference(&described).filter(|name| !is_within(name)).collect();
            let idle: Vec<_> = described.difference(&asked).collect();
            let mut required = body.required();
            required
                .extend(ONE_OF_TWO.iter().filter(|(schema, _)| *schema == body.schema).map(|(_, name)| (*name).into()));
            if !secret.is_empty() || !idle.is_empty() || missed != required {
                wrong.push(format!(
                    "{} {}: read and not described {secret:?}, described and not read {idle:?}; it misses {missed:?}, and \
                     {required:?} is described as required",
                    body.row.route, body.schema
                ));
            }
        });
    }
    assert!(count > 20, "{count} bodies are described");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
