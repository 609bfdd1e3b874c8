//! Text that hides something, sent to every route that there is, in every field that it takes. `unseen.rs` proves that it is
//! told; here nobody says which fields are text.

use serde_json::{Value, json};

use crate::audit;
use crate::support::Engine;
use crate::support::dump::Dump;
use crate::support::world::in_the_world;

/// A row's body once more for each text in it, with this one in its place.
fn with_each(body: &str, text: &str) -> Vec<String> {
    if let Ok(body) = serde_json::from_str::<Value>(body) {
        let mut bodies = Vec::new();
        replace_each(&body, text, &mut |changed| bodies.push(changed.to_string()));
        return bodies;
    }
    let fields: Vec<&str> = body.split('&').collect();
    let with = |place: usize| {
        let name = fields[place].split('=').next().unwrap_or_default();
        let changed = format!("{name}={text}");
        let all = fields.iter().enumerate().map(|(n, field)| if n == place { changed.as_str() } else { field });
        all.collect::<Vec<_>>().join("&")
    };
    (0..fields.len()).map(with).collect()
}

/// The value once for each text in it, however deep it stands.
fn replace_each(value: &Value, text: &str, tell: &mut dyn FnMut(Value)) {
    match value {
        Value::String(_) => tell(json!(text)),
        Value::Array(list) => {
            for (place, part) in list.iter().enumerate() {
                replace_each(part, text, &mut |changed| {
                    let mut list = list.clone();
                    list[place] = changed;
                    tell(list.into());
                });
            }
        }
        Value::Object(map) => {
            for (name, part) in map {
                replace_each(part, text, &mut |changed| {
                    let mut map = map.clone();
                    map.insert(name.clone(), changed);
                    tell(map.into());
                });
            }
        }
        _ => {}
    }
}

/// Whatever any route is told in any field, nothing is kept that turns text round, or of which nobody sees anything.
#[test]
fn no_route_keeps_what_hides() {
    let (mut kept, mut faults, mut refused) = (Vec::new(), Vec::new(), 0);
    for row in audit::rows().into_iter().filter(|row| row.body.contains(['=', '{'])) {
        in_the_world(Engine::Sqlite, async |app, world| {
            row.prepare(app).await;
            let user = world.user(app, row.who, &row.path(world)).await;
            let before = Dump::of(app.db()).await;
            for text in ["A\u{202e}txt.exe", "\u{200b}\u{200b}", "\u{3164}"] {
                for body in with_each(&world.fill(row.body), text) {
                    let status = row.send(&user, world, body.clone()).await.status.code;
                    if status >= 500 {
                        faults.push(format!("{}: {status} for {body}", row.route));
                    }
                    refused += usize::from(status == 422);
                }
            }
            let changes = before.changes(&Dump::of(app.db()).await, &[]);
            let hides = |line: &String| line.contains(['\u{202e}', '\u{200b}', '\u{3164}']);
            kept.extend(changes.into_iter().filter(hides).map(|line| format!("{}: {line}", row.route)));
        });
    }
    assert!(kept.is_empty() && faults.is_empty(), "{}\n{}", kept.join("\n"), faults.join("\n"));
    assert!(refused > 300, "only {refused} were refused for what they said");
}
