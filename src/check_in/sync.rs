//! What a device scanned, a moment ago or while it had no network: any number of scans, in any order, sent any number
//! of times. Each is decided like every other try, by its own number and at its own time, so the same scans leave the same
//! attendances whatever way they took; only of seats that run out, the first to arrive gets the last one.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::admit::{Again, Answer, Attempt, Entrance, Queue, Via, Way, Who};
use super::cards::CardCode;
use super::types::{AttendanceId, Code, Method, Part, RequestId};
use crate::activities::SessionId;
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::Sealer;

/// Most scans of one delivery.
pub const MOST: usize = 500;

/// A clock that is off by less is right: the delivery itself takes a moment.
const EXACT: Duration = Duration::from_secs(5);

/// A delivery of scans.
#[derive(Debug, Deserialize, ToSchema)]
pub struct Delivery {
    /// The device's clock when it sends this, RFC 3339. Where it is off, the scans' times are put right by as much.
    pub sent_at: Option<String>,
    /// Up to 500. They are read one by one: what is wrong with one of them does not keep the others.
    #[schema(value_type = Vec<ScanItem>)]
    pub items: Vec<Value>,
}

/// One scan.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ScanItem {
    /// A UUID made by the client: the same one again gives the same answer
    pub request_id: String,
    pub session_id: i64,
    /// What was read from a card: its link, or its code as it is printed. This or `person_id`.
    pub card: Option<String>,
    pub person_id: Option<i64>,
    /// `participant`, `volunteer` or `staff`; where it is missing, as they are in already, as a volunteer if they have a shift, as a
    /// participant if they are registered, as a volunteer if their team serves, and else as a participant
    pub role: Option<String>,
    /// `in` or `out`; `in`, where it is missing
    pub way: Option<String>,
    /// The device's clock at the scan, RFC 3339; now, where it is missing
    pub occurred_at: Option<String>,
    /// `card`, `roster`, `walk_in` or `paper`; `card` or `roster`, where it is missing
    pub method: Option<String>,
    /// True if the device kept it until it had a network again
    #[serde(default)]
    pub offline: bool,
}

/// What a scan came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    In,
    Out,
    /// In or out already: nothing changed
    Already,
    Refused,
    /// A code that is no good card's
    Unknown,
    /// A session or person that is not there for this device
    NotFound,
    /// Not to be read; `code` names the field or the reason
    Invalid,
}

/// Why a scan did not do what it was for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// The door says no.
    Door(Code),
    /// A rule of the request itself.
    Rule(&'static str),
    /// A field that is not to be read.
    Field(&'static str),
}

impl Why {
    /// The refusal's code, or the faulty field.
    pub fn code(self) -> &'static str {
        match self {
            Self::Door(code) => code.code(),
            Self::Rule(code) | Self::Field(code) => code,
        }
    }
}

/// One scan's answer, in the order of the delivery.
#[derive(Debug)]
pub struct Told {
    pub request_id: String,
    pub word: Word,
    pub why: Option<Why>,
    pub person: Option<PersonId>,
    pub attendance: Option<AttendanceId>,
    /// When they came or went; since when they are in.
    pub at: Option<Timestamp>,
}

pub struct Synced {
    /// By how much the device's clock is behind ours, in milliseconds; zero where it is right.
    pub behind_ms: i64,
    /// In the order of the items, without those that failed by a fault of ours.
    pub told: Vec<Told>,
}

/// Takes a delivery. What is wrong with one scan is told in its own answer; one that fails by a fault of ours is left
/// unanswered, so that the device keeps it and is not kept from delivering the others.
///
/// # Errors
/// `Invalid` for an unreadable `sent_at` and for more than [`MOST`] items, `Unauthorized` where the login has ended,
/// `Unavailable` without a database.
pub async fn sync(by: Via, now: Now, sealer: &Sealer, queue: &Queue, delivery: Delivery) -> Result<Synced> {
    if delivery.items.len() > MOST {
        return Err(Error::field("items", "field.too_many_items"));
    }
    let behind_ms = match delivery.sent_at.as_deref() {
        None => 0,
        Some(text) => {
            let sent_at =
                Timestamp::parse_rfc3339(text).ok_or_else(|| Error::field("sent_at", "field.not_an_instant"))?;
            behind(now, sent_at)
        }
    };
    let read: Vec<_> = delivery.items.iter().map(|item| attempt(by, now, sealer, behind_ms, item)).collect();
    let attempts = read.iter().filter_map(|read| read.as_ref().ok().cloned()).collect();
    let mut answers = queue.admit_all(attempts).await?.into_iter();
    let mut told = Vec::with_capacity(read.len());
    for (item, read) in delivery.items.into_iter().zip(read) {
        let request_id: String = item["request_id"].as_str().unwrap_or_default().chars().take(40).collect();
        let blank =
            |word, why| Told { request_id: request_id.clone(), word, why, person: None, attendance: None, at: None };
        told.push(match read {
            Err(field) => blank(Word::Invalid, Some(Why::Field(field))),
            Ok(_) => match answers.next() {
                Some(Ok(answer)) => tell(blank(Word::In, None), answer),
                Some(Err(Error::NotFound)) => blank(Word::NotFound, None),
                Some(Err(Error::Refused(refusal))) => blank(Word::Refused, Some(Why::Rule(refusal.code))),
                Some(Err(error @ (Error::Unauthorized | Error::Unavailable))) => return Err(error),
                // The log has it from where it arose.
                Some(Err(_)) => continue,
                None => return Err(Error::internal("a scan without an answer")),
            },
        });
    }
    Ok(Synced { behind_ms, told })
}

/// How far the device's clock is behind.
fn behind(now: Now, sent_at: Timestamp) -> i64 {
    let off = now.0.0 - sent_at.0;
    if off.unsigned_abs() < EXACT.as_millis() as u64 { 0 } else { off }
}

/// The scan as a try, its time put right.
///
/// # Errors
/// The name of the field that is not to be read.
fn attempt(by: Via, now: Now, sealer: &Sealer, behind_ms: i64, item: &Value) -> Result<Attempt, &'static str> {
    let item = ScanItem::deserialize(item).map_err(|_| "item")?;
    fn optional<T: std::str::FromStr>(text: Option<&str>, name: &'static str) -> Result<Option<T>, &'static str> {
        text.map(|text| text.parse().map_err(|_| name)).transpose()
    }
    let request: RequestId = item.request_id.parse().map_err(|_| "request_id")?;
    let who = match (&item.card, item.person_id) {
        (Some(text), None) => Who::Card(match CardCode::read(text) {
            Some(code) => code.hash(sealer),
            // Nobody's: the hash of what was read finds no card and tells nothing.
            None => sealer.hash("no card", text),
        }),
        (None, Some(id)) => Who::Person(PersonId(id)),
        _ => return Err("card"),
    };
    let device_at = match item.occurred_at.as_deref() {
        Some(text) => Some(Timestamp::parse_rfc3339(text).ok_or("occurred_at")?),
        None => None,
    };
    let by_card = matches!(who, Who::Card(_));
    Ok(Attempt {
        by,
        request,
        session: SessionId(item.session_id),
        who,
        part: optional::<Part>(item.role.as_deref(), "role")?,
        way: optional::<Way>(item.way.as_deref(), "way")?.unwrap_or(Way::In),
        method: optional::<Method>(item.method.as_deref(), "method")?.unwrap_or(match by_card {
            true => Method::Card,
            false => Method::Roster,
        }),
        occurred_at: device_at.map_or(now.0, |at| Timestamp(at.0.saturating_add(behind_ms)).min(now.0)),
        offline: item.offline,
        entrance: Entrance::Door,
        again: Again::Repeat,
    })
}

/// What an answer comes to.
pub(super) fn tell(blank: Told, answer: Answer) -> Told {
    match answer {
        Answer::Admitted(admitted) => {
            let word = match admitted.way {
                Way::In => Word::In,
                Way::Out => Word::Out,
            };
            let (person, attendance) = (Some(admitted.person), Some(admitted.attendance));
            Told { word, person, attendance, at: Some(admitted.at), ..blank }
        }
        Answer::Refused(refused) => {
            let word = match refused.code {
                Code::UnknownCode => Word::Unknown,
                code if code.is_already() => Word::Already,
                _ => Word::Refused,
            };
            Told { word, why: Some(Why::Door(refused.code)), person: refused.person, at: refused.since, ..blank }
        }
    }
}
