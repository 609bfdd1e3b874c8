//! What a device saw at the door: one scan at once, or those that waited for a network.

use std::collections::{HashMap, HashSet};

use rocket::serde::json::{Json, Value, json};
use rocket::{Route, State, post, routes};
use serde::{Deserialize, Serialize};

use crate::activities::SessionId;
use crate::auth::Greeter;
use crate::centers::{self, CenterId};
use crate::check_in::admit::{Again, Answer, Attempt, Queue, Way, Who, rows};
use crate::check_in::cards::CardCode;
use crate::check_in::{Code, Method, Part, RequestId};
use crate::clock::{Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::{Conn, Db, Sealer};
use crate::web::Lang;
use crate::web::fields::{Fault, FieldErrors};

pub(super) fn routes() -> Vec<Route> {
    routes![receive]
}

/// Most scans of one request; a device sends the rest with the next.
const MOST: usize = 200;

/// What a reader can have read; no card's text is longer.
const LONGEST: usize = 300;

/// The items one by one: what is wrong with one of them must not keep the others from being sent.
#[derive(Deserialize)]
struct Sent {
    sent_at: String,
    items: Vec<Value>,
}

#[derive(Deserialize)]
struct Item {
    request_id: String,
    session_id: SessionId,
    card: Option<String>,
    person_id: Option<PersonId>,
    role: Option<Part>,
    way: Way,
    occurred_at: String,
    #[serde(default)]
    offline: bool,
}

#[derive(Serialize)]
struct Told {
    now: Timestamp,
    answers: Vec<AnswerJson>,
}

/// What became of an item, and the sentence that the screen shows.
#[derive(Serialize)]
struct AnswerJson {
    request_id: String,
    answer: &'static str,
    code: Option<&'static str>,
    name: Option<String>,
    at: Option<Timestamp>,
    text: String,
}

/// An item without an answer was not settled, through a fault of ours: the device sends it again.
#[post("/centers/<center>/front-desk/scans", data = "<body>")]
#[allow(clippy::too_many_arguments)] // guards
async fn receive(
    by: Greeter,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    queue: &State<Queue>,
    center: CenterId,
    body: rocket::data::Data<'_>,
) -> Result<Json<Told>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let sent = read(body).await?;
    let skew = Timestamp::parse_rfc3339(&sent.sent_at).ok_or_else(|| wrong("sent_at"))?.0 - now.0.0;
    let read: Vec<(String, Option<Attempt>)> =
        sent.items.into_iter().map(|item| attempt(&by, now, sealer, skew, item)).collect();
    let asked = read.iter().filter_map(|(_, attempt)| Some(attempt.as_ref()?.session)).collect();
    let here = sessions_of(&mut conn, center.id(), asked).await?;
    drop(conn);
    let good = |attempt: &&Attempt| here.contains(&attempt.session);
    let attempts: Vec<Attempt> =
        read.iter().filter_map(|(_, attempt)| attempt.as_ref()).filter(good).cloned().collect();
    let mut said = queue.admit_all(attempts).await?.into_iter();
    let mut answers = Vec::with_capacity(read.len());
    for (request, attempt) in read {
        match attempt {
            None => answers.push((request, Err(Error::refused("unreadable")))),
            Some(attempt) if !here.contains(&attempt.session) => answers.push((request, Err(Error::NotFound))),
            Some(_) => answers.extend(said.next().map(|said| (request, said))),
        }
    }
    if answers.iter().any(|(_, answer)| matches!(answer, Err(Error::Unauthorized))) {
        return Err(Error::Unauthorized);
    }
    let persons = answers.iter().filter_map(|(_, said)| said.as_ref().ok()?.person()).collect();
    let names = names(&mut *db.read().await?, center.id(), persons).await?;
    let tell = |(request, said)| Some(told(lang, center.zone, &names, request, said?));
    let answers = answers.into_iter().map(|(request, said)| (request, settled(said))).filter_map(tell).collect();
    Ok(Json(Told { now: now.0, answers }))
}

fn wrong(field: &str) -> Error {
    Error::Invalid(FieldErrors { fields: vec![(field.to_owned(), Fault::new("field.not_a_choice"))], whole: None })
}

async fn read(body: rocket::data::Data<'_>) -> Result<Sent> {
    use rocket::data::ToByteUnit;
    let text = body.open(256.kibibytes()).into_string().await.map_err(|_| wrong("items"))?;
    let sent: Sent = match text.is_complete() {
        true => serde_json::from_str(&text).map_err(|_| wrong("items"))?,
        false => return Err(wrong("items")),
    };
    if (1..=MOST).contains(&sent.items.len()) { Ok(sent) } else { Err(wrong("items")) }
}

/// The item's own number, for the answer, and the try it means; none where it cannot be read.
fn attempt(by: &Greeter, now: Now, sealer: &Sealer, skew: i64, item: Value) -> (String, Option<Attempt>) {
    let request = item["request_id"].as_str().unwrap_or_default().chars().take(40).collect();
    let read = || {
        let item: Item = serde_json::from_value(item).ok()?;
        let (who, method) = match (item.person_id, item.card) {
            (Some(person), None) => (Who::Person(person), Method::Roster),
            (None, Some(card)) if card.len() <= LONGEST => (Who::Card(card_hash(sealer, &card)), Method::Card),
            _ => return None,
        };
        // The device's clock may be wrong by any amount: what counts is how long before sending it was.
        let occurred_at = Timestamp(Timestamp::parse_rfc3339(&item.occurred_at)?.0 - skew).min(now.0);
        Some(Attempt {
            by: by.into(),
            request: item.request_id.parse::<RequestId>().ok()?,
            session: item.session_id,
            who,
            part: item.role,
            way: item.way,
            method,
            occurred_at,
            offline: item.offline,
            again: Again::Repeat,
        })
    };
    (request, read())
}

/// By what the card is found. A text that is no card's finds nobody, and its try is on record all the same.
fn card_hash(sealer: &Sealer, text: &str) -> String {
    CardCode::read(text).map_or_else(|| sealer.hash("card", text), |code| code.hash(sealer))
}

/// Those of the sessions that are this center's.
async fn sessions_of(conn: &mut Conn, center: CenterId, asked: HashSet<SessionId>) -> Result<HashSet<SessionId>> {
    let found: Vec<SessionId> = sqlx::query_scalar(
        "select s.id from sessions s
         where s.center_id = $1
           and s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)",
    )
    .bind(center)
    .bind(rows(asked, |id| json!(id)))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// The names of those whom the center knows: it learns of nobody whom it turns away.
async fn names(conn: &mut Conn, center: CenterId, asked: HashSet<PersonId>) -> Result<HashMap<PersonId, String>> {
    let found: Vec<(PersonId, String)> = sqlx::query_as(
        "select p.id, p.name from people p join enrolments e on e.person_id = p.id and e.center_id = $1
         where p.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)",
    )
    .bind(center)
    .bind(rows(asked, |id| json!(id)))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// What a try came to, as far as the device is concerned.
enum Settled {
    Said(Answer),
    Refused(&'static str),
    NotFound,
}

/// None where the try is to be sent again: the fault is ours, and may pass.
fn settled(said: Result<Answer>) -> Option<Settled> {
    match said {
        Ok(answer) => Some(Settled::Said(answer)),
        Err(Error::Refused(refusal)) => Some(Settled::Refused(refusal.code)),
        Err(Error::NotFound) => Some(Settled::NotFound),
        Err(_) => None,
    }
}

fn told(lang: Lang, zone: Zone, names: &HashMap<PersonId, String>, request_id: String, settled: Settled) -> AnswerJson {
    let (answer, code, at) = match settled {
        Settled::Said(Answer::Admitted(admitted)) => (admitted.way.code(), None, Some(admitted.at)),
        Settled::Said(Answer::Refused(refused)) => {
            let answer = match refused.code {
                Code::AlreadyIn | Code::AlreadyLeft => "already",
                Code::UnknownCode => "unknown",
                _ => "refused",
            };
            (answer, Some(refused.code.code()), refused.since)
        }
        Settled::Refused(code) => ("refused", Some(code), None),
        Settled::NotFound => ("not_found", None, None),
    };
    let person = match settled {
        Settled::Said(answer) => answer.person(),
        _ => None,
    };
    let time = at.map(|at| zone.local(at).format("%H:%M").to_string()).unwrap_or_default();
    let text = match (answer, code) {
        ("in", _) => lang.text("front_desk.say.in"),
        ("out", _) => lang.text("front_desk.say.out"),
        ("unknown", _) => lang.text("front_desk.say.unknown"),
        ("not_found", _) => lang.text("front_desk.say.not_found"),
        ("already", Some("already_in")) => lang.with("front_desk.say.already", [("time", time)]),
        (_, Some(code)) => format!("{} {}", lang.text(&format!("refusal.{code}")), next(lang, code)),
        _ => String::new(),
    };
    AnswerJson { request_id, answer, code, name: person.and_then(|id| names.get(&id).cloned()), at, text }
}

/// What whoever receives people does next.
fn next(lang: Lang, code: &str) -> String {
    let key = match code {
        "not_open_yet" => "front_desk.next.not_open_yet",
        "closed" | "cancelled" => "front_desk.next.closed",
        "full" => "front_desk.next.full",
        "card_revoked" => "front_desk.next.card_revoked",
        "not_in" => "front_desk.next.not_in",
        "already_left" => return String::new(),
        _ => "front_desk.next.ask",
    };
    lang.text(key)
}
