//! Reading what the door, the session page, the closing form and the API bring.

use super::cards::CardCode;
use super::types::{AttendanceId, Heads, Method, Part, RequestId};
use super::{Entrance, Way, rules};
use crate::clock::{Now, Timestamp};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::hours::{self, Confirmed, MAX_MINUTES, PendingStay};
use crate::people::{Name, PersonId, PhoneNumber};

/// Clocks of honest devices differ by less.
const SKEW: std::time::Duration = std::time::Duration::from_secs(5 * 60);

fn request_id(text: &str) -> Result<RequestId, Fault> {
    text.parse().map_err(|_| Fault::new("field.not_a_uuid"))
}

/// The hidden number that every page's form carries.
pub fn page(fields: &Fields) -> Result<RequestId> {
    let mut read = fields.read();
    let request = read.required("request_id", request_id);
    read.finish(|| request)
}

/// The code of a card, scanned or typed.
fn card_code(text: &str) -> Result<CardCode, Fault> {
    CardCode::read(text).ok_or(Fault::new("field.not_a_card"))
}

/// The card that is shown at the desk.
pub fn card(fields: &Fields) -> Result<CardCode> {
    let mut read = fields.read();
    let card = read.required("card", card_code);
    read.finish(|| card)
}

/// Whom to give cards: those who were ticked, or with `all` everyone whom the page showed.
pub fn card_holders(fields: &Fields, most: i64) -> Result<Vec<PersonId>> {
    let mut read = fields.read();
    let name = if read.flag("all") { "shown" } else { "person" };
    let people: Vec<PersonId> = read.every(name, parse::choice).unwrap_or_default();
    if people.is_empty() {
        read.fault::<()>("person", Fault::new("field.nobody_ticked"));
    } else if people.len() as i64 > most {
        read.fault::<()>("person", Fault::bound("field.too_many_ticked", most));
    }
    read.finish(|| Some(people))
}

/// What the phone's page sends: a person it speaks for, a card, or a name and a number.
pub enum DoorInput {
    Known(PersonId),
    /// Somebody who served goes.
    Leaving(PersonId),
    Card(CardCode),
    New {
        name: Name,
        number: PhoneNumber,
    },
}

pub fn door(fields: &Fields) -> Result<DoorInput> {
    let mut read = fields.read();
    if !fields.get("person_id").is_empty() {
        let person = read.required("person_id", parse::choice);
        return read.finish(|| Some(DoorInput::Known(person?)));
    }
    if !fields.get("leaving").is_empty() {
        let person = read.required("leaving", parse::choice);
        return read.finish(|| Some(DoorInput::Leaving(person?)));
    }
    if !fields.all("card").is_empty() {
        return card(fields).map(DoorInput::Card);
    }
    let named = read.required("name", Name::parse);
    let number = read.required("phone", PhoneNumber::parse);
    read.finish(|| Some(DoorInput::New { name: named?, number: number? }))
}

/// A program's count of heads.
pub fn api_heads(fields: &Fields) -> Result<(RequestId, Heads)> {
    let mut read = fields.read();
    let request = read.required("request_id", request_id);
    let counted = read_heads(&mut read);
    read.finish(|| Some((request?, counted?)))
}

/// Fields `person_id role`, and `anyway` where a worker knows that they are not registered.
pub fn tick(fields: &Fields) -> Result<(PersonId, Part, Entrance)> {
    let mut read = fields.read();
    let person = read.required("person_id", parse::choice);
    let part = read.required("role", parse::choice);
    let entrance = Entrance::knowingly(read.flag("anyway"));
    read.finish(|| Some((person?, part?, entrance)))
}

pub struct WalkIn {
    pub name: Name,
    pub phone: Option<PhoneNumber>,
    pub part: Part,
    /// Register although somebody of this name is known, and let in although they have no place where one needs one.
    pub anyway: bool,
}

pub fn walk_in(fields: &Fields) -> Result<WalkIn> {
    let mut read = fields.read();
    let new = read_walk_in(&mut read);
    read.finish(|| new)
}

/// A program's walk-in.
pub fn api_walk_in(fields: &Fields) -> Result<(RequestId, WalkIn)> {
    let mut read = fields.read();
    let request = read.required("request_id", request_id);
    let new = read_walk_in(&mut read);
    read.finish(|| Some((request?, new?)))
}

fn read_walk_in(read: &mut Reader<'_>) -> Option<WalkIn> {
    let named = read.required("name", Name::parse);
    let phone = read.optional("phone", PhoneNumber::parse);
    let part = read.required("role", parse::choice);
    let anyway = read.flag("anyway");
    Some(WalkIn { name: named?, phone: phone?, part: part?, anyway })
}

pub fn heads(fields: &Fields) -> Result<Heads> {
    let mut read = fields.read();
    let counted = read_heads(&mut read);
    read.finish(|| counted)
}

fn read_heads(read: &mut Reader<'_>) -> Option<Heads> {
    let heads = read.required("heads", parse::integer(1..=2_000));
    let most = heads.unwrap_or(2_000);
    let mut tally = |name| read.optional(name, parse::integer(0..=most)).map(|number| number.unwrap_or(0));
    let (elderly, disabled, needy, youth) = (tally("elderly"), tally("disabled"), tally("needy"), tally("youth"));
    Some(Heads { heads: heads?, elderly: elderly?, disabled: disabled?, needy: needy?, youth: youth? })
}

pub fn reason(fields: &Fields) -> Result<String> {
    reason_in(fields, "reason")
}

/// A reason in a field of its own, on a page that asks for several.
pub fn reason_in(fields: &Fields, name: &str) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required(name, parse::line(80));
    read.finish(|| reason)
}

/// How many came along with somebody.
pub fn companions(fields: &Fields) -> Result<i64> {
    let mut read = fields.read();
    let heads = read.required("companions", parse::integer(0..=rules::MOST_COMPANIONS));
    read.finish(|| heads)
}

/// Who brought or fetched somebody: a name, or what the child calls them.
pub fn escort(fields: &Fields) -> Result<(Way, String)> {
    let mut read = fields.read();
    let way = read.required("way", parse::choice);
    let name = read.required("name", parse::line(40));
    read.finish(|| Some((way?, name?)))
}

pub struct Closing {
    pub summary: String,
    pub hours: Vec<Confirmed>,
}

/// Fields `summary` and, for each volunteer's attendance N, `minutes.N`, `why.N` and the tick `confirm.N`.
pub fn closing(fields: &Fields, volunteers: &[crate::hours::Volunteer]) -> Result<Closing> {
    let mut read = fields.read();
    let summary = read.required("summary", parse::text(2_000));
    let hours = ticked(&mut read, volunteers.iter().filter(|volunteer| volunteer.entry.is_none()));
    read.finish(|| Some(Closing { summary: summary?, hours }))
}

/// The hours that are ticked, with their minutes and reasons.
fn ticked<'a>(read: &mut Reader<'_>, volunteers: impl Iterator<Item = &'a crate::hours::Volunteer>) -> Vec<Confirmed> {
    let mut hours = Vec::new();
    for volunteer in volunteers {
        if read.flag(&format!("confirm.{}", volunteer.attendance)) {
            hours.extend(confirmed(read, volunteer));
        }
    }
    hours
}

/// The attendances that are ticked: fields `confirm.N`.
pub fn ticks(fields: &Fields) -> Vec<AttendanceId> {
    let ids = fields.names().filter_map(|name| name.strip_prefix("confirm."));
    ids.filter_map(|id| id.parse().ok()).map(AttendanceId).collect()
}

/// Hours of several sessions, as [`closing`] those of one. Who was at two places at one time says why, if both are to count.
///
/// # Errors
/// `Invalid` with a fault at each field, and where nothing is ticked.
pub fn confirmations(fields: &Fields, pending: &[PendingStay]) -> Result<Vec<Confirmed>> {
    let mut read = fields.read();
    let hours = ticked(&mut read, pending.iter().map(|stay| &stay.volunteer));
    for (stay, other) in hours::meanwhile(pending, &hours) {
        read.fault::<()>(&names(stay).1, Fault::bound("field.reason_for_overlap", other));
    }
    read.finish(|| Some(hours))
}

/// Hours that are confirmed after closing: whose, how many minutes, and why where they need a reason.
pub struct Confirmation {
    pub attendance: AttendanceId,
    pub minutes: i64,
    pub reason: Option<String>,
    /// The field that the reason stands in.
    pub why: String,
}

/// A page that lists several volunteers names the fields after the attendance: `names` gives those of the minutes and
/// of the reason.
pub fn confirmation(fields: &Fields, names: impl Fn(AttendanceId) -> (String, String)) -> Result<Confirmation> {
    let mut read = fields.read();
    let attendance: Option<AttendanceId> = read.required("attendance", parse::choice);
    // Without it a page's fields have no names; a program's are called the same, and it is told all at once.
    let (minutes, why) = names(attendance.unwrap_or(AttendanceId(0)));
    let minutes = read_minutes(&mut read, &minutes);
    let reason = read.optional(&why, parse::line(80));
    read.finish(|| Some(Confirmation { attendance: attendance?, minutes: minutes?, reason: reason?, why }))
}

/// What was really given, under `minutes`, and why it is corrected, under `reason`.
pub fn correction(fields: &Fields, minutes: &str, reason: &str) -> Result<(i64, String)> {
    let mut read = fields.read();
    let minutes = read_minutes(&mut read, minutes);
    let reason = read.required(reason, parse::line(80));
    read.finish(|| Some((minutes?, reason?)))
}

fn read_minutes(read: &mut Reader<'_>, name: &str) -> Option<i64> {
    read.required(name, parse::integer(0..=MAX_MINUTES))
}

/// The fields of a volunteer's attendance on a page: of the minutes, and of why there are so many.
pub fn names(attendance: AttendanceId) -> (String, String) {
    (format!("minutes.{attendance}"), format!("why.{attendance}"))
}

/// The minutes of one volunteer.
fn confirmed(read: &mut Reader<'_>, volunteer: &crate::hours::Volunteer) -> Option<Confirmed> {
    let (minutes, why) = names(volunteer.attendance);
    let minutes = read_minutes(read, &minutes);
    let reason = read.optional(&why, parse::line(80));
    volunteer.confirmed(minutes?, reason?).map_or_else(|fault| read.fault(&why, fault), Some)
}

/// By what a program names somebody.
pub enum Shown {
    Person(PersonId),
    Card(CardCode),
}

/// Exactly one of `person_id` and `card`.
fn shown(read: &mut Reader<'_>, fields: &Fields) -> Option<Shown> {
    match (fields.get("person_id"), fields.get("card")) {
        (_, "") => read.required("person_id", parse::choice).map(Shown::Person),
        ("", _) => read.required("card", card_code).map(Shown::Card),
        (_, _) => read.fault("card", Fault::new("field.person_or_card")),
    }
}

/// A program's check-in.
pub struct ApiCheckIn {
    pub request: RequestId,
    pub who: Shown,
    /// None: the door decides.
    pub part: Option<Part>,
    pub method: Method,
    pub way: Way,
    pub occurred_at: Timestamp,
    pub entrance: Entrance,
}

pub fn api_check_in(fields: &Fields, now: Now) -> Result<ApiCheckIn> {
    let mut read = fields.read();
    let request = read.required("request_id", request_id);
    let who = shown(&mut read, fields);
    let part = read.optional("role", parse::choice);
    let method = read.optional("method", parse::choice);
    let way = read.optional("way", parse::choice);
    let occurred_at = read.optional("occurred_at", |text| match Timestamp::parse_rfc3339(text) {
        Some(at) if at > now.0.plus(SKEW) => Err(Fault::new("field.in_the_future")),
        Some(at) => Ok(at.min(now.0)),
        None => Err(Fault::new("field.not_an_instant")),
    });
    let entrance = Entrance::knowingly(read.flag("anyway"));
    read.finish(|| {
        let who = who?;
        let usual = if matches!(who, Shown::Card(_)) { Method::Card } else { Method::Roster };
        Some(ApiCheckIn {
            request: request?,
            who,
            part: part?,
            method: method?.unwrap_or(usual),
            way: way?.unwrap_or(Way::In),
            occurred_at: occurred_at?.unwrap_or(now.0),
            entrance,
        })
    })
}
