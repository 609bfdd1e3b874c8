//! Reading what is to be scheduled or changed: the same for pages and API.

use super::admission::{self, Admission};
use super::queries;
use super::queries::{Helpers, Lead};
use super::rules::{self, End, MOST_DATES, Repeat, Rhythm, SeriesScope, Slot};
use super::types::{Activity, ServiceKind, ServiceKindId, Session};
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::rooms::{self, Room};
use crate::store::Conn;
use crate::teams::TeamId;
use crate::workers::WorkerId;

/// What a center's activities choose from.
pub struct Choices {
    pub rooms: Vec<Room>,
    pub leads: Vec<Lead>,
    pub teams: Vec<Helpers>,
    pub kinds: Vec<ServiceKind>,
    today: Date,
}

impl Choices {
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
}

/// Fields `title description kind published`, of an activity that is there.
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
    Some(Texts { title: title?, description: description?, kind: kind.id, published, admission: admission? })
}

/// Where and when a session is, and with whom.
pub struct Setting {
    pub room: Room,
    pub lead: Option<Lead>,
    pub team: Option<TeamId>,
    /// As many as the room holds, where nothing was said.
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
}

/// Reads where `session` is to be, or a new one. What it has already is not judged again: a day so long ago, a worker who
/// will have left by then, more people than the room takes by now.
fn read_place(read: &mut Reader<'_>, center: &Center, choices: &Choices, session: Option<&Session>) -> Option<Setting> {
    let room = read.required("room", |text| choices.room(text));
    let lead = read.optional("worker", |text| chosen(&choices.leads, |lead| lead.id.0, text).cloned());
    let team = read.optional("team", |text| Ok(chosen(&choices.teams, |team| team.id.0, text)?.id));
    let most = room.as_ref().map_or(5_000, |room| room.capacity);
    let there = session.filter(|known| known.room_id == room.as_ref().map(|room| room.id));
    let capacity = read.optional("capacity", |text| match there.and_then(|known| known.capacity) {
        Some(known) if known.to_string() == text => Ok(known),
        _ => parse::integer(1..=most)(text),
    });
    let date = read.required("date", |text| match session.map(|known| known.local_date) {
        Some(known) if known.to_string() == text => Ok(known),
        _ => choices.day(text),
    });
    let starts = read.required("starts", parse::minute_of_day);
    let ends = read.required("ends", parse::end_of_span);
    if let (Some(starts), Some(ends)) = (starts, ends)
        && ends <= starts
    {
        return read.fault("ends", Fault::new("field.ends_before_start"));
    }
    let place = Setting {
        room: room?,
        lead: lead?,
        team: team?,
        capacity: capacity?,
        slot: Slot::new(center.zone, date?, starts?, ends?),
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
}

impl Plan {
    /// The slots of all dates of the plan.
    pub fn slots(&self, center: &Center) -> Vec<Slot> {
        let first = self.place.slot;
        match &self.repeat {
            None => vec![first],
            Some(repeat) => repeat
                .dates(center.zone, first.date)
                .into_iter()
                .map(|date| Slot::new(center.zone, date, first.from, first.to))
                .collect(),
        }
    }
}

/// Fields `title description kind published room worker team capacity date starts ends repeat`, and for a series
/// either `until`, the last date, or `times`.
pub fn plan(fields: &Fields, center: &Center, choices: &Choices) -> Result<Plan> {
    let mut read = fields.read();
    let texts = read_texts(&mut read, choices, None);
    let place = read_place(&mut read, center, choices, None);
    let first = place.as_ref().map(|place| place.slot.date);
    let repeat = read_repeat(&mut read, fields, first);
    let plan = match (texts, place, repeat) {
        (Some(texts), Some(place), Some(repeat)) => Some(Plan { texts, place, repeat }),
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

fn read_repeat(read: &mut Reader<'_>, fields: &Fields, first: Option<Date>) -> Option<Option<Repeat>> {
    let weeks = match read.optional("repeat", parse::choice::<Rhythm>)?.unwrap_or(Rhythm::Once) {
        Rhythm::Once => return Some(None),
        Rhythm::Weekly => 1,
        Rhythm::Fortnightly => 2,
    };
    let end = match (fields.get("until"), fields.get("times")) {
        ("", "") => read.fault("until", Fault::new("field.until_or_times"))?,
        (_, "") => End::Until(read_until(read, first)?),
        ("", _) => End::Times(read_times(read, first, weeks)?),
        _ => read.fault("times", Fault::new("field.until_or_times"))?,
    };
    Some(Some(Repeat { weeks, end }))
}

/// How many dates: none of them beyond what `until` may say.
fn read_times(read: &mut Reader<'_>, first: Option<Date>, weeks: i64) -> Option<i64> {
    let times = read.required("times", parse::integer(2..=i64::from(MOST_DATES)))?;
    let Some(first) = first else { return Some(times) };
    let most = rules::most_times(first, weeks);
    if times > most { read.fault("times", Fault::bound("field.too_many_times", most)) } else { Some(times) }
}

fn read_until(read: &mut Reader<'_>, first: Option<Date>) -> Option<Date> {
    let until = read.required("until", parse::date)?;
    match first {
        Some(first) if until < first => read.fault("until", Fault::new("field.ends_before_start")),
        Some(first) => {
            parse::within(until, &rules::series_from(first)).map_or_else(|fault| read.fault("until", fault), Some)
        }
        None => Some(until),
    }
}

/// What a program wants done with dates that are not like the others.
pub struct Wishes {
    /// None where it did not say, which a series must.
    pub on_conflict: Option<OnConflict>,
    pub skips_holidays: bool,
}

/// Fields `on_conflict` and `on_holiday` (`book` where it is left out).
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
    read.finish(|| Some(Wishes { on_conflict: on_conflict?, skips_holidays: skips_holidays?.unwrap_or(false) }))
}

/// A change of where and when.
pub struct Change {
    pub place: Setting,
    pub scope: SeriesScope,
}

/// Fields `room worker team capacity date starts ends scope`, of a session that is there.
pub fn change(fields: &Fields, center: &Center, choices: &Choices, session: &Session) -> Result<Change> {
    let mut read = fields.read();
    let place = read_place(&mut read, center, choices, Some(session));
    let scope = read_scope(&mut read);
    read.finish(|| Some(Change { place: place?, scope: scope? }))
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

fn read_scope(read: &mut Reader<'_>) -> Option<SeriesScope> {
    Some(read.optional("scope", parse::choice)?.unwrap_or(SeriesScope::One))
}
