//! Newcomers whom a device registers: at once, or when it has a network again.

use rocket::serde::json::Value;
use serde::Deserialize;

use crate::activities::{self, SessionId};
use crate::auth::Greeter;
use crate::centers::Center;
use crate::check_in::forms::WalkIn;
use crate::check_in::sync::{Told, Why, Word, tell};
use crate::check_in::types::{Part, RequestId};
use crate::check_in::{Again, Answer, actions};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::people::{Name, PhoneNumber};
use crate::store::{Db, Sealer};

/// As the device sends it among its scans.
#[derive(Deserialize)]
struct WalkInItem {
    request_id: String,
    session_id: i64,
    walk_in: Typed,
    occurred_at: Option<String>,
    #[serde(default)]
    offline: bool,
}

/// What was typed.
#[derive(Deserialize)]
struct Typed {
    name: String,
    phone: Option<String>,
    #[serde(default)]
    anyway: bool,
}

pub(super) fn is_one(item: &Value) -> bool {
    !item["walk_in"].is_null()
}

/// A walk-in that can be read.
struct Read {
    request: RequestId,
    session: SessionId,
    new: WalkIn,
    /// When the device saw them, where it kept this.
    kept: Option<Timestamp>,
}

/// # Errors
/// The name of the field that is not to be read.
fn read(now: Now, behind_ms: i64, item: &Value) -> Result<Read, &'static str> {
    let item = WalkInItem::deserialize(item).map_err(|_| "item")?;
    let device_at = match item.occurred_at.as_deref() {
        Some(text) => Timestamp::parse_rfc3339(text).ok_or("occurred_at")?,
        None => now.0,
    };
    let phone = match item.walk_in.phone.as_deref().filter(|text| !text.is_empty()).map(PhoneNumber::parse) {
        Some(Ok(phone)) => Some(phone),
        // Nobody can be asked any more: the name counts, and the number is typed anew when they come again.
        Some(Err(_)) if item.offline => None,
        Some(Err(_)) => return Err("phone"),
        None => None,
    };
    Ok(Read {
        request: item.request_id.parse().map_err(|_| "request_id")?,
        session: SessionId(item.session_id),
        new: WalkIn {
            name: Name::parse(&item.walk_in.name).map_err(|_| "name")?,
            phone,
            part: Part::Participant,
            anyway: item.walk_in.anyway,
        },
        kept: item.offline.then(|| Timestamp(device_at.0.saturating_add(behind_ms)).min(now.0)),
    })
}

/// Registers one and lets them in; nothing is told of what failed by a fault of ours, so that the device keeps it.
///
/// # Errors
/// `Unauthorized` where the login has ended, `Unavailable` without a database.
pub(super) async fn receive(
    by: &Greeter,
    now: Now,
    db: &Db,
    sealer: &Sealer,
    center: &Center,
    behind_ms: i64,
    item: &Value,
) -> Result<Option<Told>> {
    let request_id: String = item["request_id"].as_str().unwrap_or_default().chars().take(40).collect();
    let blank = |word, why| Told { request_id, word, why, person: None, attendance: None, at: None };
    let read = match read(now, behind_ms, item) {
        Ok(read) => read,
        Err(field) => return Ok(Some(blank(Word::Invalid, Some(Why::Field(field))))),
    };
    Ok(Some(match register(by, now, db, sealer, center, &read).await {
        Ok(answer) => tell(blank(Word::In, None), answer),
        Err(Error::NotFound) => blank(Word::NotFound, None),
        Err(Error::Refused(refusal)) => blank(Word::Refused, Some(Why::Rule(refusal.code))),
        Err(error @ (Error::Unauthorized | Error::Unavailable)) => return Err(error),
        // The log has it from where it arose.
        Err(_) => return Ok(None),
    }))
}

async fn register(by: &Greeter, now: Now, db: &Db, sealer: &Sealer, center: &Center, read: &Read) -> Result<Answer> {
    let mut tx = db.begin().await?;
    let then = match read.kept {
        // What a device without a network kept was within its reach when it happened, wherever the session is by now, and
        // whatever the device takes for the time: no name is lost by that. The session's own day stands for it.
        Some(_) => Now(activities::queries::session(by, &mut tx, center.id(), read.session).await?.starts_at),
        None => now,
    };
    let session = activities::queries::session_for(by, then, &mut tx, center, read.session).await?;
    let said = match read.kept {
        Some(seen_at) => {
            let said =
                actions::kept_walk_in(by, now, &mut tx, sealer, &session, read.request, &read.new, seen_at).await;
            if let Err(Error::NotFound) = said {
                // Out of the desk's reach by now. Who stood there is registered all the same, and the desk is told.
                drop(tx);
                let mut tx = db.begin().await?;
                actions::register_kept(by, now, &mut tx, sealer, &session, read.request, &read.new).await?;
                tx.commit().await?;
                return Err(Error::refused("session_moved"));
            }
            said?
        }
        None => actions::walk_in(by, now, &mut tx, sealer, &session, read.request, &read.new, Again::Repeat).await?,
    };
    tx.commit().await?;
    Ok(said)
}
