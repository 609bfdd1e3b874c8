//! What a device saw at the door: one scan at once, or those that waited for a network.

use std::collections::{HashMap, HashSet};

use rocket::serde::json::{Json, json};
use rocket::{Route, State, post, routes};
use serde::Serialize;

use super::walk_ins;
use crate::auth::Greeter;
use crate::centers::{self, CenterId};
use crate::check_in::Queue;
use crate::check_in::sync::{Delivery, Told, Why, Word, sync};
use crate::check_in::types::{AttendanceId, Code};
use crate::clock::{Now, Timestamp, Zone};
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::fields::Body;
use crate::people::PersonId;
use crate::store::{Conn, Db, Sealer, rows};
use crate::web::Lang;

pub(super) fn routes() -> Vec<Route> {
    routes![receive]
}

#[derive(Serialize)]
struct Heard {
    now: Timestamp,
    answers: Vec<AnswerJson>,
}

/// What became of an item, and the sentence that the screen shows.
#[derive(Serialize)]
struct AnswerJson {
    request_id: String,
    answer: Word,
    /// The word of the screen in large: `in`, `out`, `already`, `left`, `refused`, `unknown`, `not_found`.
    word: &'static str,
    code: Option<&'static str>,
    name: Option<String>,
    /// Where what belongs to the visit is written down: who came along, who brought them.
    attendance: Option<AttendanceId>,
    at: Option<Timestamp>,
    text: String,
}

/// Most walk-ins of one delivery: each is a transaction of its own.
const MOST_NEW: usize = 100;

/// As `POST /api/v1/checkins/batch`, with names and words for the screen, and with walk-ins among the scans.
#[post("/centers/<center>/front-desk/scans", data = "<delivery>")]
async fn receive(
    by: Greeter,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    queue: &State<Queue>,
    center: CenterId,
    delivery: Body<Delivery>,
) -> Result<Json<Heard>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let (new, items): (Vec<_>, Vec<_>) = delivery.0.items.into_iter().partition(walk_ins::is_one);
    if new.len() > MOST_NEW {
        return Err(Error::Invalid(FieldErrors::one("items", Fault::bound("field.too_many_newcomers", MOST_NEW))));
    }
    let mut synced = sync((&by).into(), now, sealer, queue, Delivery { sent_at: delivery.0.sent_at, items }).await?;
    for item in &new {
        synced.told.extend(walk_ins::receive(&by, now, db, sealer, &center, synced.behind_ms, item).await?);
    }
    let people = synced.told.iter().filter_map(|told| told.person).collect();
    let names = names(&mut *db.read().await?, center.id(), people).await?;
    let answers = synced.told.into_iter().map(|told| answer(lang, center.zone, &names, told)).collect();
    Ok(Json(Heard { now: now.0, answers }))
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

fn answer(lang: Lang, zone: Zone, names: &HashMap<PersonId, String>, told: Told) -> AnswerJson {
    let time = told.at.map(|at| zone.local(at).format("%H:%M").to_string()).unwrap_or_default();
    let text = match (told.word, told.why) {
        (Word::In, _) => lang.text("front_desk.say.in"),
        (Word::Out, _) => lang.text("front_desk.say.out"),
        (Word::Unknown, _) => lang.text("front_desk.say.unknown"),
        (Word::NotFound, _) => lang.text("front_desk.say.not_found"),
        (_, Some(Why::Field("phone"))) => lang.text("field.not_a_phone"),
        (_, Some(Why::Field("name"))) => lang.text("front_desk.say.no_name"),
        (Word::Invalid, _) | (_, Some(Why::Field(_))) => lang.text("refusal.unreadable"),
        (_, Some(Why::Door(Code::AlreadyIn))) => lang.with("front_desk.say.already", [("time", time)]),
        (_, Some(Why::Door(code))) => {
            [lang.text(code.key()), next(code).map_or_else(String::new, |key| lang.text(key))].join(" ")
        }
        (_, Some(Why::Rule("name_known"))) => lang.text("front_desk.next.name_known"),
        (_, Some(Why::Rule(code))) => format!("{} {}", lang.text(&format!("refusal.{code}")), lang.text(ASK)),
        (_, None) => String::new(),
    };
    let word = match (told.word, told.why) {
        (Word::In, _) => "in",
        (Word::Out, _) => "out",
        (Word::Already, Some(Why::Door(Code::AlreadyLeft))) => "left",
        (Word::Already, _) => "already",
        (Word::Unknown, _) => "unknown",
        (Word::NotFound, _) => "not_found",
        (Word::Refused | Word::Invalid, _) => "refused",
    };
    let name = told.person.and_then(|id| names.get(&id).cloned());
    // What cannot be read will never be read: for the screen that is a no.
    let answer = if told.word == Word::Invalid { Word::Refused } else { told.word };
    AnswerJson {
        request_id: told.request_id,
        answer,
        word,
        code: told.why.map(Why::code),
        name,
        attendance: told.attendance,
        at: told.at,
        text,
    }
}

const ASK: &str = "front_desk.next.ask";

/// The key of what whoever receives people does next.
fn next(code: Code) -> Option<&'static str> {
    match code {
        Code::NotOpenYet => Some("front_desk.next.not_open_yet"),
        Code::Closed | Code::Cancelled => Some("front_desk.next.closed"),
        Code::Full => Some("front_desk.next.full"),
        Code::CardRevoked => Some("front_desk.next.card_revoked"),
        Code::NotIn => Some("front_desk.next.not_in"),
        Code::OnShift => Some("front_desk.next.on_shift"),
        Code::NotRegistered => Some("front_desk.next.not_registered"),
        Code::AlreadyIn | Code::AlreadyLeft => None,
        Code::UnknownCode | Code::CodeExpired | Code::TooMany => Some(ASK),
    }
}
