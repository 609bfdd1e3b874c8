//! Reading what is to be scheduled or changed: the same for pages and API.

use super::admission::{self, Admission};
use super::attributes::{self, Attributes, ServiceLine, Target};
use super::charging;
use super::placing::{Placed, seats};
use super::queries;
use super::queries::{Helpers, Lead};
use super::repeat::Repeat;
use super::repeat_forms::read_repeat;
use super::rules::{self, SeriesScope, Slot};
use super::types::{Activity, ServiceKind, ServiceKindId, Session};
use crate::agreements::{self, AgreementId, Payer};
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::rooms::{self, Room};
use crate::store::{Conn, text_enum};
use crate::teams::TeamId;
use crate::workers::WorkerId;

/// What a center's activities choose from.
pub struct Choices {
    pub rooms: Vec<Room>,
    pub leads: Vec<Lead>,
    pub teams: Vec<Helpers>,
    pub kinds: Vec<ServiceKind>,
    /// The agreements of the center that run today or later: where there are two, an activity is charged to one of them.
    pub payers: Vec<Payer>,
    today: Date,
}

impl Choices {
    pub fn service_lines(&self) -> &'static [ServiceLine] {
        ServiceLine::ALL
    }

    pub fn targets(&self) -> Vec<Target> {
        Target::all().collect()
    }

    /// Why nobody can be chosen to lead, where there is nobody.
    pub fn leads_hint(&self) -> &'static str {
        if self.leads.is_empty() { "activities.no_leads" } else { "" }
    }

    pub async fn load(conn: &mut Conn, center: &Center, now: Now) -> Result<Self> {
        Self::beside(conn, center, now, None).await
    }

    /// With what a session has already, though it could not be chosen any more.
    pub async fn beside(conn: &mut Conn, center: &Center, now: Now, session: Option<&Session>) -> Result<Self> {
        let today = center.zone.date(now.0);
        let worker = session.and_then(|session| session.worker_id);
        Ok(Self {
            rooms: rooms::queries::of_center(conn, center.id()).await?,
            // Sessions are entered afterwards too, and led by who was there then.
            leads: queries::leads(conn, center.id(), *rules::plannable(today).start(), worker).await?,
            teams: queries::helpers(conn, center.id()).await?,
            kinds: queries::kinds(conn).await?,
            payers: agreements::queries::payers(conn, center.id(), today).await?,
            today,
        })
    }

    fn room(&self, text: &str) -> Result<Room, Fault> {
        chosen(&self.rooms, |room| room.id.0, text).cloned()
    }

    fn day(&self, text: &str) -> Result<Date, Fault> {
        parse::within(parse::date(text)?, &rules::plannable(self.today))
    }
}

fn chosen<'a, T>(list: &'a [T], id: impl Fn(&T) -> i64, text: &str) -> Result<&'a T, Fault> {
    list.iter().find(|item| id(item).to_string() == text).ok_or(Fault::new("field.not_a_choice"))
}

/// What an activity says of itself.
pub struct Texts {
    pub title: String,
    pub description: Option<String>,
    pub kind: ServiceKindId,
    pub published: bool,
    pub admission: Admission,
    pub attributes: Attributes,
    /// None where it is the center's main agreement.
    pub charged_to: Option<AgreementId>,
}

/// Fields `title description kind published admission groups line materials cost charged_to`, of an activity that is there.
pub fn texts(fields: &Fields, choices: &Choices, activity: &Activity) -> Result<Texts> {
    let mut read = fields.read();
    let texts = read_texts(&mut read, choices, Some(activity));
    read.finish(|| texts)
}

fn read_texts(read: &mut Reader<'_>, choices: &Choices, activity: Option<&Activity>) -> Option<Texts> {
    let title = read.required("title", parse::line(60));
    let description = read.optional("description", parse::text(2_000));
    let kind = read.required("kind", |text| chosen(&choices.kinds, |kind| kind.id.0, text))?;
    // The form says so beside the kind; nobody should have to untick a box to protect somebody. What was published before
    // its kind became confidential is hidden by that alone, and shown again with the others.
    let was_published = activity.is_some_and(|known| known.kind_id == kind.id && known.published.is_set());
    let published = read.flag("published") && (was_published || !kind.confidential.is_set());
    let admission = admission::read(read, activity);
    let attributes = attributes::read(read);
    let charged_to = charging::read(read, choices, activity);
    let (title, description) = (title?, description?);
    let (admission, attributes, charged_to) = (admission?, attributes?, charged_to?);
    Some(Texts { title, description, kind: kind.id, published, admission, attributes, charged_to })
}

/// Where and when a session is, and with whom.
pub struct Setting {
    /// By rising ids; none where it is elsewhere.
    pub rooms: Vec<Room>,
    /// Where that is, in words: a square, a school, an outing, online.
    pub venue: Option<String>,
    pub lead: Option<Lead>,
    pub team: Option<TeamId>,
    /// As many as the rooms hold, where nothing was said.
    pub capacity: Option<i64>,
    pub slot: Slot,
}

impl Setting {
    pub fn worker(&self) -> Option<WorkerId> {
        self.lead.as_ref().map(|lead| lead.id)
    }

    /// Looks whether the one who leads is there on `day`.
    ///
    /// # Errors
    /// The fault of field `worker`, which names the first day without them.
    pub fn is_led_on(&self, day: Date) -> Result<(), Fault> {
        self.lead.as_ref().map_or(Ok(()), |lead| lead.leads_on(day))
    }

    /// The names of its rooms, or its venue.
    pub fn place(&self) -> String {
        let rooms: Vec<&str> = self.rooms.iter().map(|room| room.name.as_str()).collect();
        self.venue.clone().unwrap_or_else(|| rooms.join("、"))
    }
}

/// A session of more hours past midnight is a slip: the end was meant to lie after the beginning.
const LONGEST_NIGHT: i64 = 12 * 60;

/// Reads the rooms in which something is to be: fields `room` and `more_rooms`, by rising ids and each once.
fn read_rooms(read: &mut Reader<'_>, choices: &Choices) -> Option<Vec<Room>> {
    let first = read.optional("room", |text| choices.room(text));
    let more = read.every("more_rooms", |text| choices.room(text));
    let mut rooms: Vec<Room> = first?.into_iter().chain(more?).collect();
    rooms.sort_by_key(|room| room.id);
    rooms.dedup_by_key(|room| room.id);
    Some(rooms)
}

/// Reads rooms or a venue: one of the two.
fn read_whereabouts(read: &mut Reader<'_>, choices: &Choices) -> Option<(Vec<Room>, Option<String>)> {
    let rooms = read_rooms(read, choices);
    let venue = read.optional("venue", parse::line(60));
    let (rooms, venue) = (rooms?, venue?);
    match (rooms.is_empty(), venue.is_none()) {
        (true, true) => read.fault("room", Fault::new("field.room_or_venue")),
        (false, false) => read.fault("venue", Fault::new("field.room_and_venue")),
        _ => Some((rooms, venue)),
    }
}

/// Reads from when to when, in minutes after the first day's midnight. An end before the beginning is the next day's.
fn read_span(read: &mut Reader<'_>) -> Option<(i64, i64)> {
    let starts = read.required("starts", parse::minute_of_day);
    let ends = read.required("ends", parse::end_of_span);
    let (starts, ends) = (starts?, ends?);
    span(starts, ends).map_or_else(|fault| read.fault("ends", fault), Some)
}

/// From when to when, where the end may be meant on the next day.
pub(super) fn span(starts: i64, ends: i64) -> Result<(i64, i64), Fault> {
    match ends > starts {
        true => Ok((starts, ends)),
        false if ends + 1_440 - starts <= LONGEST_NIGHT => Ok((starts, ends + 1_440)),
        false => Err(Fault::new("field.ends_before_start")),
    }
}

/// Reads where a session that is known is to be, or a new one. What it has already is not judged again: a day so long
/// ago, a worker who will have left by then, more people than the rooms take by now.
fn read_place(read: &mut Reader<'_>, center: &Center, choices: &Choices, known: Option<&Placed>) -> Option<Setting> {
    let session = known.map(|known| &known.session);
    let place = read_whereabouts(read, choices);
    let lead = read.optional("worker", |text| chosen(&choices.leads, |lead| lead.id.0, text).cloned());
    let team = read.optional("team", |text| Ok(chosen(&choices.teams, |team| team.id.0, text)?.id));
    let most = place.as_ref().and_then(|(rooms, _)| seats(rooms)).unwrap_or(5_000);
    let there = known.filter(|known| place.as_ref().is_some_and(|(rooms, _)| known.placing.is_in(rooms)));
    let capacity = read.optional("capacity", |text| match there.and_then(|known| known.session.capacity) {
        Some(known) if known.to_string() == text => Ok(known),
        _ => parse::integer(1..=most)(text),
    });
    let date = read.required("date", |text| match session.map(|known| known.local_date) {
        Some(known) if known.to_string() == text => Ok(known),
        _ => choices.day(text),
    });
    let span = read_span(read);
    let ((rooms, venue), (from, to)) = (place?, span?);
    let place = Setting {
        rooms,
        venue,
        lead: lead?,
        team: team?,
        capacity: capacity?,
        slot: Slot::new(center.zone, date?, from, to),
    };
    match place.is_led_on(place.slot.date) {
        Err(fault) if !session.is_some_and(|known| known.is_led_so(&place)) => read.fault("worker", fault),
        _ => Some(place),
    }
}

impl Session {
    /// Whether it is on the day of `place` and led by the one there already.
    fn is_led_so(&self, place: &Setting) -> bool {
        (self.local_date, self.worker_id) == (place.slot.date, place.worker())
    }
}

/// What a program's series does with a date whose room it cannot have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnConflict {
    /// Nothing is scheduled at all.
    Fail,
    /// The date stays as a row, to be booked later.
    Skip,
}

/// An activity as planned: its first session, and how it repeats.
pub struct Plan {
    pub texts: Texts,
    pub place: Setting,
    pub repeat: Option<Repeat>,
    /// Why it is meant so though somebody is busy elsewhere.
    pub overlap_reason: Option<String>,
}

impl Plan {
    /// The slots of the plan's dates where none is skipped.
    pub fn slots(&self, center: &Center) -> Vec<Slot> {
        let first = self.place.slot;
        match &self.repeat {
            None => vec![first],
            Some(repeat) => self.on(center, repeat.dates(center.zone, first.date)),
        }
    }

    /// How many dates are to take place, where that was said.
    pub fn times(&self) -> Option<usize> {
        self.repeat.as_ref().and_then(Repeat::times)
    }

    /// Those too with which skipped dates could be made up.
    pub fn possible_slots(&self, center: &Center) -> Vec<Slot> {
        let first = self.place.slot;
        match &self.repeat {
            None => vec![first],
            Some(repeat) => self.on(center, repeat.possible(center.zone, first.date)),
        }
    }

    fn on(&self, center: &Center, dates: Vec<Date>) -> Vec<Slot> {
        let first = self.place.slot;
        dates.into_iter().map(|date| Slot::new(center.zone, date, first.from, first.to)).collect()
    }
}

/// Fields of [`texts`], `room more_rooms venue worker team capacity date starts ends overlap_reason`, and how it repeats: see
/// [`read_repeat`].
pub fn plan(fields: &Fields, center: &Center, choices: &Choices) -> Result<Plan> {
    let mut read = fields.read();
    let texts = read_texts(&mut read, choices, None);
    let place = read_place(&mut read, center, choices, None);
    let overlap_reason = read.optional("overlap_reason", parse::line(80));
    let first = place.as_ref().map(|place| place.slot.date);
    let repeat = read_repeat(&mut read, fields, center, first);
    let plan = match (texts, place, repeat, overlap_reason) {
        (Some(texts), Some(place), Some(repeat), Some(overlap_reason)) => {
            Some(Plan { texts, place, repeat, overlap_reason })
        }
        _ => None,
    };
    if let Some(plan) = &plan
        && let Some(last) = plan.slots(center).last()
        && let Err(fault) = plan.place.is_led_on(last.date)
    {
        read.fault::<()>("worker", fault);
    }
    read.finish(|| plan)
}

/// What a program wants done with dates that are not like the others.
pub struct Wishes {
    /// None where it did not say, which a series must.
    pub on_conflict: Option<OnConflict>,
    pub skips_holidays: bool,
    /// Whether skipped dates are made up at the end, where a number of times was said.
    pub makes_up: bool,
}

/// Fields `on_conflict`, `on_holiday` (`book` where it is left out) and `make_up` (yes where it is left out).
pub fn wishes(fields: &Fields) -> Result<Wishes> {
    let mut read = fields.read();
    let on_conflict = read.optional("on_conflict", |text| match text {
        "fail" => Ok(OnConflict::Fail),
        "skip" => Ok(OnConflict::Skip),
        _ => Err(Fault::new("field.not_a_choice")),
    });
    let skips_holidays = read.optional("on_holiday", |text| match text {
        "book" => Ok(false),
        "skip" => Ok(true),
        _ => Err(Fault::new("field.not_a_choice")),
    });
    let makes_up = fields.get("make_up").is_empty() || read.flag("make_up");
    read.finish(|| {
        let skips_holidays = skips_holidays?.unwrap_or(false);
        Some(Wishes { on_conflict: on_conflict?, skips_holidays, makes_up })
    })
}

text_enum!(
    /// What a change of several sessions does with what was set by hand in one of them.
    HandMade in "hand_made" { Leave = "leave", Change = "change" }
);

/// A change of where and when.
pub struct Change {
    pub place: Setting,
    pub scope: SeriesScope,
    pub hand_made: Option<HandMade>,
    /// Why it is meant so though somebody is busy elsewhere.
    pub overlap_reason: Option<String>,
    /// Why there are to be fewer places than people are there.
    pub capacity_reason: Option<String>,
    /// The session's `sequence` when it was looked at, where that is said.
    pub seen: Option<i64>,
}

/// Fields `room more_rooms venue worker team capacity date starts ends scope by_hand overlap_reason capacity_reason sequence`, of a
/// session that is there.
pub fn change(fields: &Fields, center: &Center, choices: &Choices, known: &Placed) -> Result<Change> {
    let mut read = fields.read();
    let place = read_place(&mut read, center, choices, Some(known));
    let scope = read_scope(&mut read);
    let hand_made = read.optional("by_hand", parse::choice);
    let overlap_reason = read.optional("overlap_reason", parse::line(80));
    let capacity_reason = read.optional("capacity_reason", parse::line(80));
    let seen = read.optional("sequence", parse::integer(0..=i64::MAX));
    read.finish(|| {
        Some(Change {
            place: place?,
            scope: scope?,
            hand_made: hand_made?,
            overlap_reason: overlap_reason?,
            capacity_reason: capacity_reason?,
            seen: seen?,
        })
    })
}

/// Why sessions do not take place, and which.
pub struct Reason {
    pub text: String,
    pub scope: SeriesScope,
}

/// Fields `reason scope`.
pub fn reason(fields: &Fields) -> Result<Reason> {
    let mut read = fields.read();
    let text = read.required("reason", parse::line(80));
    let scope = read_scope(&mut read);
    read.finish(|| Some(Reason { text: text?, scope: scope? }))
}

/// Why a session is added again though who leads it, or helps, is busy elsewhere then.
pub fn overlap_reason(fields: &Fields) -> Result<Option<String>> {
    let mut read = fields.read();
    let reason = read.optional("overlap_reason", parse::line(80));
    read.finish(|| reason)
}

fn read_scope(read: &mut Reader<'_>) -> Option<SeriesScope> {
    Some(read.optional("scope", parse::choice)?.unwrap_or(SeriesScope::One))
}
