//! A quarter's activities as they would be in another quarter: each with its plan, and what its preview proposes.

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::queries;
use super::rules::{self, HeldDates};
use super::types::Quarter;
use crate::activities::forms::{self, Choices};
use crate::activities::prefill::{self, HeldActivity};
use crate::activities::preview::{Laid, PreviewRow};
use crate::activities::{End, Plan, RuleWords, Setting, Slot, Title, together};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Fault, Result};
use crate::fields::Fields;
use crate::ids::ActivityId;
use crate::store::Conn;
use crate::web::Lang;

/// An activity of the old quarter.
pub struct CopyLine {
    pub source: ActivityId,
    pub title: Title,
    pub words: RuleWords,
    pub is_series: bool,
    /// Where and when it is, in words.
    pub place: String,
    pub time: String,
    /// The fields of the form that plans it, for who wants to decide date by date.
    pub fields: Fields,
    /// The labels of what is left out, for it cannot be had any more.
    pub left_out: Vec<&'static str>,
    pub fate: CopyFate,
}

/// What would become of it.
pub enum CopyFate {
    /// It is laid out; whether any date takes place is seen there.
    Laid(Box<(Plan, Laid)>),
    /// It cannot be planned as it was.
    Faulty(Vec<(String, Fault)>),
    /// None of its days is in the new quarter, or none that is still to come.
    NoDate,
    /// It was copied there before.
    Made(ActivityId),
    /// It takes place there itself: a copy would double it.
    Running,
}

impl CopyLine {
    pub fn laid(&self) -> Option<&Laid> {
        match &self.fate {
            CopyFate::Laid(laid) => Some(&laid.1),
            CopyFate::Faulty(_) | CopyFate::NoDate | CopyFate::Made(_) | CopyFate::Running => None,
        }
    }

    pub fn faults(&self) -> &[(String, Fault)] {
        match &self.fate {
            CopyFate::Faulty(faults) => faults,
            CopyFate::Laid(_) | CopyFate::NoDate | CopyFate::Made(_) | CopyFate::Running => &[],
        }
    }

    pub fn made(&self) -> Option<ActivityId> {
        match self.fate {
            CopyFate::Made(id) => Some(id),
            CopyFate::Laid(_) | CopyFate::Faulty(_) | CopyFate::NoDate | CopyFate::Running => None,
        }
    }

    /// Whether it can be made as it is shown.
    pub fn is_ready(&self) -> bool {
        self.laid().is_some_and(Laid::is_sound)
    }

    pub fn has_no_date(&self) -> bool {
        matches!(self.fate, CopyFate::NoDate)
    }

    pub fn is_running(&self) -> bool {
        matches!(self.fate, CopyFate::Running)
    }

    /// Whether its dates may be decided one by one.
    pub fn is_decidable(&self) -> bool {
        matches!(self.fate, CopyFate::Laid(_) | CopyFate::Faulty(_))
    }

    /// Its dates that are not like the others.
    pub fn exceptions(&self) -> Vec<&PreviewRow> {
        self.laid().map(Laid::exceptions).unwrap_or_default()
    }

    /// Whether who is to lead or to help is busy elsewhere on a date that takes place.
    pub fn is_busy(&self) -> bool {
        self.laid().is_some_and(Laid::is_busy)
    }

    /// The plan's fields, one by one.
    pub fn carried(&self) -> Vec<(String, String)> {
        let names = self.fields.names();
        let values =
            names.flat_map(|name| self.fields.all(name).iter().map(move |value| (name.to_owned(), value.clone())));
        values.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// A mark of what is proposed, place and people with it: another one where anything of it is otherwise by now.
    pub fn mark(&self) -> String {
        let said = match &self.fate {
            CopyFate::Laid(laid) => told(&laid.0.place, &laid.1.rows),
            CopyFate::Faulty(_) | CopyFate::NoDate | CopyFate::Made(_) | CopyFate::Running => String::new(),
        };
        HEXLOWER.encode(&Sha256::digest(said)[..8])
    }
}

/// All that a mark is made of, in a row.
fn told(place: &Setting, rows: &[PreviewRow]) -> String {
    let rooms: Vec<_> = place.rooms.iter().map(|room| room.id).collect();
    let place = format!("{rooms:?} {:?} {:?} {:?} {:?}\n", place.venue, place.worker(), place.team, place.capacity);
    let said = |row: &PreviewRow| {
        let Slot { date, from, to, .. } = row.slot;
        format!("{date} {from} {to} {}\n", row.is_skipped())
    };
    std::iter::once(place).chain(rows.iter().map(said)).collect()
}

/// A line whose plan is not laid out yet.
struct Sketch {
    line: CopyLine,
    plan: Option<Plan>,
}

/// Lays out what took place in the first of the quarters as it would be in the second, series before single events. All are laid out
/// together: what one would take the next does not get.
pub async fn load(
    by: &Coordinator,
    conn: &mut Conn,
    now: Now,
    center: &Center,
    (from, to): (Quarter, Quarter),
    lang: Lang,
) -> Result<Vec<CopyLine>> {
    let mut held = prefill::held(by, conn, center.id(), (from.first(), from.end())).await?;
    let open = queries::standing_open(conn, center.id()).await?;
    held.retain(|one| !open.contains(&one.activity.id));
    held.sort_by_key(|one| one.activity.rule.is_none());
    let made = queries::copied(conn, center.id(), to).await?;
    let running = queries::running(conn, center.id(), to).await?;
    let choices = Choices::load(conn, center, now).await?;
    let tomorrow = center.zone.date(now.0).plus_days(1);
    let mut sketches = Vec::new();
    for one in held {
        let id = one.activity.id;
        let there = match made.get(&id) {
            Some(copy) => Some(CopyFate::Made(*copy)),
            None => running.contains(&id).then_some(CopyFate::Running),
        };
        sketches.push(sketch(one, there, (center, &choices), (from, to), tomorrow)?);
    }
    let mut laid = together::lay_out_all(by, conn, center, (&plans(&sketches), &choices), lang).await?;
    if leave_out_leads(&mut sketches, &laid) {
        laid = together::lay_out_all(by, conn, center, (&plans(&sketches), &choices), lang).await?;
    }
    let mut laid = laid.into_iter();
    let lines = sketches.into_iter().map(|Sketch { mut line, plan }| {
        if let Some(plan) = plan
            && let Some(laid) = laid.next()
        {
            line.fate = CopyFate::Laid(Box::new((plan, laid)));
        }
        line
    });
    Ok(lines.collect())
}

fn plans(sketches: &[Sketch]) -> Vec<&Plan> {
    sketches.iter().filter_map(|sketch| sketch.plan.as_ref()).collect()
}

/// Leaves out who will have left by the last date that takes place: dates that are made up may lie after all that was asked for.
fn leave_out_leads(sketches: &mut [Sketch], laid: &[Laid]) -> bool {
    let mut any = false;
    let planned = sketches.iter_mut().filter(|sketch| sketch.plan.is_some());
    for (Sketch { line, plan }, laid) in planned.zip(laid) {
        let last = laid.rows.iter().rfind(|row| !row.is_skipped());
        if let (Some(plan), Some(last)) = (plan, last)
            && plan.place.is_led_on(last.slot.date).is_err()
        {
            plan.place.lead = None;
            line.fields = without(&line.fields, |name| name == "worker");
            line.left_out.push("activities.field_worker");
            any = true;
        }
    }
    any
}

/// The fields but for those that are left out.
fn without(fields: &Fields, is_left_out: impl Fn(&str) -> bool) -> Fields {
    let mut rest = Fields::default().unheard();
    for name in fields.names().filter(|name| !is_left_out(name)) {
        for value in fields.all(name) {
            rest.add(name, value);
        }
    }
    rest
}

fn sketch(
    held: HeldActivity,
    there: Option<CopyFate>,
    (center, choices): (&Center, &Choices),
    quarters: (Quarter, Quarter),
    tomorrow: Date,
) -> Result<Sketch> {
    let new = rules::new_dates(&held_dates(&held), center.zone, quarters, tomorrow);
    let mut fields = held.fields();
    if let Some((first, end)) = new {
        fields = fields.with("date", first);
        fields = match end {
            Some(End::Until(last)) => fields.with("until", last),
            Some(End::Times(times)) => fields.with("times", times),
            None => fields,
        };
    }
    let (starts, ends) = (held.session.starts(), held.session.ends());
    let mut line = CopyLine {
        source: held.activity.id,
        words: RuleWords::of(held.activity.rule.as_deref()),
        is_series: held.activity.rule.is_some(),
        place: held.session.room,
        time: format!("{}–{}", starts.format("%H:%M"), ends.format("%H:%M")),
        title: held.activity.title,
        fields,
        left_out: Vec::new(),
        fate: CopyFate::NoDate,
    };
    let mut plan = None;
    match (there, new) {
        (Some(fate), _) => line.fate = fate,
        (None, None) => {}
        (None, Some(_)) => match planned(&mut line, center, choices)? {
            Ok(read) => plan = Some(read),
            Err(faults) => line.fate = CopyFate::Faulty(faults),
        },
    }
    Ok(Sketch { line, plan })
}

fn held_dates(held: &HeldActivity) -> HeldDates {
    let times = held.activity.rule.as_deref().and_then(|rule| {
        let part = rule.split(';').find_map(|part| part.strip_prefix("COUNT="));
        part.and_then(|times| times.parse().ok())
    });
    let anchor = held.session.local_date;
    HeldDates { anchor, cadence: held.cadence(), first: held.first, last: held.last, times }
}

/// What is left out where it cannot be had any more: field and label.
const DISPENSABLE: [(&str, &str); 3] = [
    ("worker", "activities.field_worker"),
    ("team", "activities.field_team"),
    ("capacity", "activities.field_capacity"),
];

/// Reads a line's plan as the form would: without a worker who left, a team that was disbanded, more seats than there are by now.
fn planned(line: &mut CopyLine, center: &Center, choices: &Choices) -> Result<Result<Plan, Vec<(String, Fault)>>> {
    let errors = match forms::plan(&line.fields, center, choices) {
        Ok(plan) => return Ok(Ok(plan)),
        Err(error) => error.into_field_errors()?,
    };
    let label = |name: &str| DISPENSABLE.iter().find(|(field, _)| *field == name).map(|(_, label)| *label);
    let labels: Option<Vec<&'static str>> = errors.fields.iter().map(|(name, _)| label(name.as_str())).collect();
    let Some(labels) = labels else { return Ok(Err(errors.fields)) };
    line.fields = without(&line.fields, |name| errors.get(name).is_some());
    line.left_out = labels;
    match forms::plan(&line.fields, center, choices) {
        Ok(plan) => Ok(Ok(plan)),
        Err(error) => Ok(Err(error.into_field_errors()?.fields)),
    }
}
