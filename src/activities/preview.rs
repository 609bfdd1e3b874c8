//! The preview of a series: every date with how its rooms stand, who is busy elsewhere then, and what is to become of it. Dates that
//! are lost are made up at the end, where a number of times was said.

use super::actions::{Dated, Fate};
use super::booking::{self, Around};
use super::engaged::{self, Engaged, WantedTime};
use super::forms::{Choices, Plan};
use super::picks::{Bulk, Pick, Picked, Picks};
use super::rules::{Slot, State};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Month, Zone};
use crate::error::Result;
use crate::holidays::Holiday;
use crate::rooms::{Room, RoomId};
use crate::store::{Conn, text_enum};
use crate::web::Lang;

text_enum!(
    /// Why a date of a series is not like the others.
    PreviewSort in "preview_sort" { Holiday = "holiday", Taken = "taken", Closed = "closed", Busy = "busy" }
);

/// One date of the preview.
pub struct PreviewRow {
    /// As the plan has it.
    pub slot: Slot,
    pub state: State,
    /// The room that cannot be had then, where the plan needs several.
    pub room: Option<String>,
    /// What is celebrated then. It proposes to skip the date and forbids nothing.
    pub holiday: Option<Holiday>,
    pub pick: Pick,
    /// Why it is skipped.
    pub reason: String,
    /// The other time, as it was typed.
    pub typed: (String, String),
    /// When it takes place, by what was picked.
    pub placed: Slot,
    /// Rooms that are free then.
    pub others: Vec<Room>,
    /// Who is busy elsewhere then, and with what.
    pub busy: Vec<(String, String)>,
    /// It makes up for one that is skipped.
    pub is_added: bool,
    /// The text key of what is wrong with the pick.
    pub fault: Option<&'static str>,
}

impl PreviewRow {
    pub fn is(&self, pick: &str) -> bool {
        Pick::parse(pick) == Some(self.pick)
    }

    pub fn is_room(&self, room: &RoomId) -> bool {
        self.pick == Pick::Room(*room)
    }

    pub fn is_skipped(&self) -> bool {
        self.pick == Pick::Skip
    }

    /// Why it is not like the others, if it is not.
    pub fn sort(&self) -> Option<PreviewSort> {
        match (&self.state, &self.holiday) {
            (State::Taken(_), _) => Some(PreviewSort::Taken),
            (State::OutsideHours(_) | State::Closed(_), _) => Some(PreviewSort::Closed),
            (State::Free, Some(_)) => Some(PreviewSort::Holiday),
            (State::Free, None) if !self.busy.is_empty() => Some(PreviewSort::Busy),
            (State::Free, None) => None,
        }
    }

    /// Whether it needs a line of its own: for what it is, what was picked, or what is wrong with that.
    pub fn is_exception(&self) -> bool {
        self.sort().is_some() || self.fault.is_some() || self.pick != Pick::Book
    }

    /// The day's hours, where the room is not open then.
    pub fn opening_hours(&self) -> &[(i64, i64)] {
        match &self.state {
            State::OutsideHours(hours) => hours,
            _ => &[],
        }
    }

    /// What is in the room then: its title, and from when to when.
    pub fn there(&self, zone: &Zone) -> Option<(&str, String)> {
        let State::Taken(there) = &self.state else { return None };
        let (from, to) = (zone.local(there.starts_at), zone.local(there.ends_at));
        Some((there.title.pick(Lang::Zh), format!("{}–{}", from.format("%H:%M"), to.format("%H:%M"))))
    }

    pub fn closure(&self) -> Option<&str> {
        match &self.state {
            State::Closed(reason) => Some(reason),
            _ => None,
        }
    }

    /// The rooms in which it takes place, by what was picked.
    pub(super) fn rooms<'a>(&'a self, plan: &'a Plan) -> &'a [Room] {
        let other = |id| self.others.iter().position(|room| room.id == id);
        match self.pick {
            Pick::Room(id) => other(id).map_or(&plan.place.rooms[..], |at| &self.others[at..=at]),
            Pick::Book | Pick::Skip | Pick::Time => &plan.place.rooms,
        }
    }
}

/// All that a preview is made from besides what was picked.
pub(super) struct DateLook<'a> {
    pub(super) center: &'a Center,
    pub(super) plan: &'a Plan,
    pub(super) choices: &'a Choices,
    pub(super) seen: &'a SeriesSurroundings,
    pub(super) lang: Lang,
}

/// What was read around the dates of a plan, or of several.
pub(super) struct SeriesSurroundings {
    pub(super) around: Around,
    pub(super) engaged: Vec<Engaged>,
    pub(super) holidays: Vec<Holiday>,
}

impl DateLook<'_> {
    /// A date as it is first shown: a free one is booked, a holiday and one that cannot be had skipped, with the reason.
    fn row(&self, slot: &Slot) -> PreviewRow {
        let (state, room) = self.seen.around.state_of_all(&self.plan.place.rooms, slot);
        let room = room.filter(|_| self.plan.place.rooms.len() > 1).map(|room| room.name.clone());
        let holiday = self.seen.holidays.iter().find(|holiday| holiday.covers(slot.date)).cloned();
        let pick = if state.is_free() && holiday.is_none() { Pick::Book } else { Pick::Skip };
        let reason = reason(&state, holiday.as_ref(), self.lang);
        let is_own = |room: &&Room| self.plan.place.rooms.iter().any(|own| own.id == room.id);
        let free = |room: &&Room| !is_own(room) && self.seen.around.state(room, slot).is_free();
        let others =
            if state.is_free() { Vec::new() } else { self.choices.rooms.iter().filter(free).cloned().collect() };
        let typed = (String::new(), String::new());
        let busy = self.busy(slot);
        let (slot, fault, is_added) = (*slot, None, false);
        PreviewRow { slot, state, room, holiday, pick, reason, typed, placed: slot, others, busy, is_added, fault }
    }

    fn busy(&self, slot: &Slot) -> Vec<(String, String)> {
        let wanted =
            WantedTime { slot: *slot, worker: self.plan.place.worker(), team: self.plan.place.team, session: None };
        let there = self.seen.engaged.iter().filter(|there| there.meets(&wanted));
        there.map(|there| (there.who(&wanted), there.what(self.center.zone))).collect()
    }

    /// Puts what was picked into a row, with what is wrong with it.
    fn apply(&self, row: &mut PreviewRow, picked: &Picked) {
        row.pick = picked.pick;
        if !picked.reason.is_empty() || picked.pick == Pick::Skip {
            row.reason.clone_from(&picked.reason);
        }
        row.typed = picked.typed.clone();
        if picked.pick == Pick::Time
            && let Ok((from, to)) = picked.span
        {
            row.placed = Slot::new(self.center.zone, row.slot.date, from, to);
            row.busy = self.busy(&row.placed);
        }
        row.fault = self.fault(row, picked);
    }

    fn fault(&self, row: &PreviewRow, picked: &Picked) -> Option<&'static str> {
        match row.pick {
            Pick::Book if !row.state.is_free() => Some("preview.fault_not_free"),
            Pick::Skip if row.reason.is_empty() => Some("preview.fault_no_reason"),
            Pick::Skip => picked.fault,
            Pick::Room(id) if !row.others.iter().any(|room| room.id == id) => Some("preview.fault_room_not_free"),
            Pick::Time => match picked.span {
                Err(key) => Some(key),
                Ok(_) if self.seen.around.state_of_all(&self.plan.place.rooms, &row.placed).0.is_free() => None,
                Ok(_) => Some("preview.fault_time_not_free"),
            },
            Pick::Book | Pick::Room(_) => None,
        }
    }

    /// The rows of these dates, by what was picked: with so many of them to take place, no more than are needed for that.
    pub(super) fn rows(&self, slots: &[Slot], asked: &AskedOfPreview<'_>) -> Vec<PreviewRow> {
        let times = self.plan.times();
        let mut rows: Vec<PreviewRow> = Vec::new();
        let mut kept = 0;
        for (place, slot) in slots.iter().enumerate() {
            let mut row = self.row(slot);
            row.is_added = times.is_some_and(|times| place >= times);
            match asked.of(&row) {
                Some(picked) => self.apply(&mut row, &picked),
                None if asked.picks.is_empty() || asked.makes_up => {}
                None => row.fault = Some("preview.fault_none"),
            }
            kept += usize::from(!row.is_skipped());
            rows.push(row);
            // As many take place as were asked for.
            if times == Some(kept) {
                break;
            }
        }
        // Where they do not suffice however far one looks, what is skipped at the end makes up for nothing.
        while rows.last().is_some_and(|row| row.is_added && row.is_skipped() && row.fault.is_none()) {
            rows.pop();
        }
        self.against_itself(&mut rows);
        rows
    }

    /// Tells where one date of the series would be in the way of another.
    fn against_itself(&self, rows: &mut [PreviewRow]) {
        let mut booked: Vec<usize> = (0..rows.len()).filter(|at| !rows[*at].is_skipped()).collect();
        booked.sort_by_key(|at| rows[*at].placed.starts_at);
        for pair in booked.windows(2) {
            let (one, other) = (&rows[pair[0]], &rows[pair[1]]);
            let common = one.rooms(self.plan).iter().filter(|room| other.is_in(self.plan, room.id));
            let buffer = common.map(|room| 2 * room.buffer_minutes).max().unwrap_or_default();
            let (_, ends) = one.placed.with_buffer(buffer);
            if other.placed.starts_at < ends && rows[pair[1]].fault.is_none() {
                rows[pair[1]].fault = Some("preview.fault_own");
            }
        }
    }
}

impl PreviewRow {
    fn is_in(&self, plan: &Plan, room: RoomId) -> bool {
        self.rooms(plan).iter().any(|own| own.id == room)
    }
}

/// The words that explain a skipped date until somebody writes better ones.
fn reason(state: &State, holiday: Option<&Holiday>, lang: Lang) -> String {
    match (state, holiday) {
        (_, Some(holiday)) => lang.pick(&holiday.name, &holiday.name_en).to_owned(),
        (State::Free, None) => String::new(),
        (State::Taken(_), None) => lang.text("schedule.reason_taken"),
        (State::OutsideHours(_), None) => lang.text("schedule.reason_closed"),
        (State::Closed(reason), None) => reason.clone(),
    }
}

/// What was picked, date by date and for all of a sort.
pub struct AskedOfPreview<'a> {
    pub picks: &'a Picks,
    pub bulk: Option<Bulk>,
    /// Whether skipped dates are made up at the end.
    pub makes_up: bool,
}

impl AskedOfPreview<'_> {
    fn of(&self, row: &PreviewRow) -> Option<Picked> {
        let of_all = self.bulk.as_ref().and_then(|bulk| bulk.of(row));
        of_all.or_else(|| self.picks.of(row.slot.date).cloned())
    }
}

/// A series with all its dates, as it is shown.
pub struct Laid {
    pub rows: Vec<PreviewRow>,
    /// The months that have no such day.
    pub without: Vec<Month>,
    /// Dates are there that nobody has seen yet: they make up for what was skipped since.
    pub has_grown: bool,
    /// So many were to take place, and not so many do.
    pub is_short: bool,
}

/// How many of the possible dates are looked at first: as a rule a few are lost.
pub(super) fn first_look(times: Option<usize>, makes_up: bool, possible: usize) -> usize {
    match times {
        Some(times) if makes_up => (times + times / 2 + 8).min(possible),
        Some(times) => times.min(possible),
        None => possible,
    }
}

/// Lays out the dates of a plan's series: for showing, and to be saved as they are.
pub async fn lay_out(
    by: &Coordinator,
    conn: &mut Conn,
    center: &Center,
    (plan, choices): (&Plan, &Choices),
    asked: &AskedOfPreview<'_>,
    lang: Lang,
) -> Result<Laid> {
    let possible = plan.possible_slots(center);
    let times = plan.times();
    let mut sight = first_look(times, asked.makes_up, possible.len());
    let rows = loop {
        let slots = &possible[..sight];
        let seen = look(by, conn, center, plan, slots, asked).await?;
        let rows = DateLook { center, plan, choices, seen: &seen, lang }.rows(slots, asked);
        let kept = rows.iter().filter(|row| !row.is_skipped()).count();
        if sight == possible.len() || !asked.makes_up || times.is_none_or(|times| kept >= times) {
            break rows;
        }
        sight = possible.len();
    };
    let kept = rows.iter().filter(|row| !row.is_skipped()).count();
    let is_seen = |row: &PreviewRow| asked.picks.is_empty() || asked.picks.of(row.slot.date).is_some();
    let without = match (&plan.repeat, rows.last()) {
        (Some(repeat), Some(last)) => repeat.months_without(plan.place.slot.date, last.slot.date),
        _ => Vec::new(),
    };
    Ok(Laid {
        has_grown: !rows.iter().all(is_seen),
        is_short: asked.makes_up && times.is_some_and(|times| kept < times),
        rows,
        without,
    })
}

async fn look(
    by: &Coordinator,
    conn: &mut Conn,
    center: &Center,
    plan: &Plan,
    slots: &[Slot],
    asked: &AskedOfPreview<'_>,
) -> Result<SeriesSurroundings> {
    // At another time somebody else may be there.
    let others = slots.iter().flat_map(|slot| {
        let picked = asked.picks.of(slot.date).into_iter().chain(asked.bulk.as_ref().map(|bulk| &bulk.picked));
        let spans = picked.filter(|picked| picked.pick == Pick::Time).filter_map(|picked| picked.span.ok());
        spans.map(|(from, to)| Slot::new(center.zone, slot.date, from, to))
    });
    let all: Vec<Slot> = slots.iter().copied().chain(others).collect();
    let (worker, team) = (plan.place.worker(), plan.place.team);
    let wanted: Vec<WantedTime> =
        all.iter().map(|slot| WantedTime { slot: *slot, worker, team, session: None }).collect();
    let around = Around::load(by, conn, center, &all).await?;
    let engaged = engaged::at(by, conn, center.id(), &wanted).await?;
    let holidays = booking::holidays(conn, slots).await?;
    Ok(SeriesSurroundings { around, engaged, holidays })
}

impl Laid {
    /// Whether it can be saved as it is.
    pub fn is_sound(&self) -> bool {
        self.rows.iter().all(|row| row.fault.is_none()) && self.rows.iter().any(|row| !row.is_skipped())
    }

    /// Puts the word to the first date where none takes place.
    pub fn tell_if_empty(&mut self) {
        if self.rows.iter().all(PreviewRow::is_skipped)
            && let Some(first) = self.rows.first_mut()
        {
            first.fault = Some("preview.fault_all_skipped");
        }
    }

    pub fn kept(&self) -> usize {
        self.rows.len() - self.skipped()
    }

    pub fn skipped(&self) -> usize {
        self.rows.iter().filter(|row| row.is_skipped()).count()
    }

    /// Whether somebody is busy elsewhere on a date that takes place.
    pub fn is_busy(&self) -> bool {
        self.rows.iter().any(|row| !row.is_skipped() && !row.busy.is_empty())
    }

    /// The sorts of exceptions there are, with how many of each.
    pub fn sorts(&self) -> Vec<(PreviewSort, usize)> {
        let count = |sort: PreviewSort| self.rows.iter().filter(|row| row.sort() == Some(sort)).count();
        PreviewSort::ALL.iter().map(|sort| (*sort, count(*sort))).filter(|(_, count)| *count > 0).collect()
    }

    /// Rooms that are free on every date of a sort.
    pub fn free_on_all(&self, sort: &PreviewSort) -> Vec<&Room> {
        let mut rows = self.rows.iter().filter(|row| row.sort() == Some(*sort));
        let Some(first) = rows.next() else { return Vec::new() };
        let rest: Vec<&PreviewRow> = rows.collect();
        let is_free = |room: &&Room| rest.iter().all(|row| row.others.iter().any(|other| other.id == room.id));
        first.others.iter().filter(is_free).collect()
    }

    pub fn exceptions(&self) -> Vec<&PreviewRow> {
        self.rows.iter().filter(|row| row.is_exception()).collect()
    }

    pub fn others(&self) -> Vec<&PreviewRow> {
        self.rows.iter().filter(|row| !row.is_exception()).collect()
    }

    /// The dates as picked, for the action.
    pub fn dated(&self, plan: &Plan) -> Vec<Dated> {
        let fate = |row: &PreviewRow| match row.pick {
            Pick::Skip => Fate::Skip(row.reason.clone()),
            Pick::Book | Pick::Room(_) | Pick::Time => Fate::Book(row.rooms(plan).to_vec()),
        };
        self.rows.iter().map(|row| Dated { slot: row.placed, fate: fate(row) }).collect()
    }
}
