//! To everybody but its worker an appointment is "busy": who comes, what for and with what word stands on no page, in no file, feed, code, report
//! or answer. Every address that there is is looked at before and after, by everybody who may ask.

use std::collections::BTreeMap;

use linli::exports::CenterList;
use rocket::http::Method;

use crate::audit;
use crate::check_in::request;
use crate::support::world::{World, in_the_world};
use crate::support::{Engine, TestApp, User};

/// What was told on a phone: nothing of it is known of anybody else.
const TOLD: [&str; 4] = ["裴隐名", "13522225222", "135****5222", "夜里睡不着"];

/// Whom the center knows, and what the worker's times are for: these stand elsewhere too, and nowhere once more than before.
const KNOWN: [&str; 3] = ["欧阳志强", "静室倾谈", "Quiet talk"];

const READERS: [&str; 5] = ["nobody", "ada", "ann", "fay", "pat"];

/// How often each of [`KNOWN`] stands at an address.
type Counts = BTreeMap<String, [usize; 3]>;

/// At no address stands what was told.
fn note(counts: &mut Counts, reader: &str, path: &str, text: &str) {
    for word in TOLD {
        assert!(!text.contains(word), "{path} tells {word} to {reader}: {text}");
    }
    counts.insert(path.to_owned(), KNOWN.map(|word| text.matches(word).count()));
}

/// All that a reader gets, wherever they ask.
async fn looks(app: &TestApp, world: &World, reader: &str) -> Counts {
    let (page, program) = match reader {
        "nobody" => (app.anyone(), app.anyone()),
        login => (app.sign_in(login).await, app.token(login).await),
    };
    let mut counts = Counts::new();
    // What a page tells is decided by one text for both engines: PostgreSQL is asked for a third of them.
    let of_many = if app.db().engine() == Engine::Sqlite { 1 } else { 3 };
    for row in audit::rows().iter().filter(|row| row.method == Method::Get).step_by(of_many) {
        let path = row.path(world);
        let user = if path.starts_with("/api/") { &program } else { &page };
        note(&mut counts, reader, &path, &user.get(&path).await.text());
    }
    for list in CenterList::ALL {
        let file = [("list", list.code()), ("format", "csv"), ("session", world.name("lesson"))];
        let file = page.post("/centers/1/exports", &file).await.text();
        note(&mut counts, reader, &format!("the export of {}", list.code()), &file);
    }
    counts
}

/// One by a phone for the second slot of Monday, one by staff for somebody known, a week later.
async fn taken(app: &TestApp, world: &World) {
    let times = world.name("times");
    let id = request();
    let path = format!("/agenda/1/appointments/{times}-2026-03-09T02:00:00Z");
    let who = [("request_id", id.as_str()), ("name", TOLD[0]), ("phone", TOLD[1]), ("word", TOLD[3])];
    app.anyone().post(&path, &who).await.is(303);
    let id = request();
    let slot = [("request_id", id.as_str()), ("times", times), ("starts_at", "2026-03-16T01:00:00Z")];
    let ann = app.sign_in("ann").await;
    ann.post("/centers/1/appointments", &[&slot[..], &[("person", world.name("holder"))]].concat()).await.is(303);
}

/// The address behind the room's poster.
async fn room_code(app: &TestApp) -> String {
    app.execute(
        "insert into codes (token, kind, subject_id, created_at)
         select 'roomtwo', 'room', r.id, 0 from rooms r
         where r.id = 2 and not exists (select 1 from codes c where c.kind = 'room' and c.subject_id = r.id)",
    )
    .await;
    let sql = "select token from codes where kind = 'room' and subject_id = 2 and replaced_at is null";
    let token: String = sqlx::query_scalar(sql).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
    format!("/c/{token}")
}

/// The calendars of the room, the center, the team and, where that may be, of the worker, that a colleague subscribes to.
async fn feeds(ann: &User<'_>, world: &World) -> Vec<String> {
    for subject in [("room", "2"), ("center", "1"), ("team", "1"), ("worker", world.name("counsellor"))] {
        ann.post("/feeds", &[subject]).await;
    }
    let page = ann.get("/centers/1/feeds").await.is(200).text();
    let files = page.split("/calendar/").skip(1).filter_map(|rest| rest.split(['<', '"', '?', '&']).next());
    files.filter(|file| file.ends_with(".ics")).map(|file| format!("/calendar/{file}")).collect()
}

/// While somebody sits with the worker: behind the room's code, in the hall, in the plan of the room, in the calendars.
async fn nothing_is_seen_meanwhile(app: &TestApp, code: &str, feeds: &[String]) {
    for at in ["2026-03-09T02:10:00Z", "2026-03-16T01:10:00Z"] {
        app.at(at);
        let (nobody, ann) = (app.anyone(), app.sign_in("ann").await);
        let day = &at[..10];
        let week = format!("/centers/1/week?view=room&room=2&date={day}");
        let mut open = vec![code, "/agenda/1/today", "/centers/1/rooms/2", week.as_str()];
        open.extend(feeds.iter().map(String::as_str));
        for path in open {
            for user in [&nobody, &ann] {
                // What may be filtered by is all the kinds there are.
                let page = user.get(path).await.text();
                let text: String = page.lines().filter(|line| !line.contains("<option")).collect();
                for word in TOLD.iter().chain(&KNOWN) {
                    assert!(!text.contains(word), "{path} tells {word} at {at}: {text}");
                }
            }
        }
    }
}

async fn is_busy(app: &TestApp, world: &World) {
    app.execute("insert into service_kinds (code, name, name_en) values ('quiet', '静室倾谈', 'Quiet talk')").await;
    app.execute("update appointment_times set kind_id = (select id from service_kinds where code = 'quiet')").await;
    let feeds = feeds(&app.sign_in("ann").await, world).await;
    assert!(!feeds.is_empty(), "a colleague has calendars");
    let mut before = BTreeMap::new();
    for reader in READERS {
        before.insert(reader, looks(app, world, reader).await);
    }
    taken(app, world).await;
    for reader in READERS {
        for (path, counts) in looks(app, world, reader).await {
            let known = before[reader][&path];
            let more: Vec<&str> = (0..KNOWN.len()).filter(|n| counts[*n] > known[*n]).map(|n| KNOWN[n]).collect();
            assert!(more.is_empty(), "{path} tells {more:?} to {reader} since there is an appointment");
        }
    }
    let page = format!("/centers/1/people/{}", world.name("holder"));
    app.sign_in("ann").await.get(&page).await.is(200).shows(KNOWN[0]).hides(KNOWN[1]);
    // Its worker reads all of it, and nobody else what it is for.
    let own = app.sign_in("sue").await.get("/centers/1/appointments").await.is(200);
    own.shows(TOLD[0]).shows(TOLD[2]).shows(TOLD[3]).shows(KNOWN[0]).hides(TOLD[1]);
    for (login, knows) in [("sue", true), ("ann", false), ("ada", false)] {
        let told = app.token(login).await.get("/api/v1/appointments?center=1").await.is(200).json();
        let items = told["items"].as_array().unwrap();
        let named = items.iter().filter(|one| one["name"] == TOLD[0] && one["kind"] == KNOWN[1]).count();
        assert_eq!(named, usize::from(knows), "{login}: {told}");
        assert!(
            knows || items.iter().all(|one| one["kind"].is_null() && one["person_id"].is_null()),
            "{login}: {told}"
        );
    }
    nothing_is_seen_meanwhile(app, &room_code(app).await, &feeds).await;
}

#[test]
fn who_comes_and_what_for_stands_nowhere_but_before_the_worker_on_sqlite() {
    in_the_world(Engine::Sqlite, async |app, world| is_busy(app, world).await);
}

#[test]
fn who_comes_and_what_for_stands_nowhere_but_before_the_worker_on_postgres() {
    in_the_world(Engine::Postgres, async |app, world| is_busy(app, world).await);
}
