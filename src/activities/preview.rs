//! The preview of a series: every date with how the room stands, and what is to become of it.

use std::collections::BTreeMap;

use super::actions::{Dated, Fate};
use super::booking::Around;
use super::forms::{Choices, Plan};
use super::rules::{Slot, State};
use crate::clock::{Date, Zone};
use crate::fields::parse;
use crate::holidays::Holiday;
use crate::rooms::{Room, RoomId};
use crate::web::{Fields, Lang};

/// What to do with a date: `book`, `skip`, or another room's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    Book,
    Skip,
    Room(RoomId),
}

impl Pick {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "book" => Some(Self::Book),
            "skip" => Some(Self::Skip),
            id => id.parse().ok().map(Self::Room),
        }
    }
}

/// One date of the preview.
pub struct PreviewRow {
    pub slot: Slot,
    pub state: State,
    /// What is celebrated then. It proposes to skip the date and forbids nothing.
    pub holiday: Option<Holiday>,
    pub pick: Pick,
    /// Why it is skipped.
    pub reason: String,
    /// Rooms that are free then.
    pub others: Vec<Room>,
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
}

/// The dates as first shown: free ones are booked, holidays and those that cannot be had skipped, with the reason.
pub fn rows(
    plan: &Plan,
    slots: &[Slot],
    choices: &Choices,
    around: &Around,
    holidays: &[Holiday],
    lang: Lang,
) -> Vec<PreviewRow> {
    slots
        .iter()
        .map(|slot| {
            let state = around.state(&plan.place.room, slot);
            let holiday = holidays.iter().find(|holiday| holiday.covers(slot.date)).cloned();
            let pick = if state.is_free() && holiday.is_none() { Pick::Book } else { Pick::Skip };
            let reason = reason(&state, holiday.as_ref(), lang);
            let free = |room: &&Room| room.id != plan.place.room.id && around.state(room, slot).is_free();
            let others =
                if state.is_free() { Vec::new() } else { choices.rooms.iter().filter(free).cloned().collect() };
            PreviewRow { slot: *slot, state, holiday, pick, reason, others, fault: None }
        })
        .collect()
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

/// Characters of a reason.
const LONGEST: usize = 80;

/// What was picked per date: fields `pick.<date>` and `reason.<date>`, which is a line of text like any other.
pub struct Picks(BTreeMap<Date, Picked>);

struct Picked {
    pick: Pick,
    reason: String,
    /// What is wrong with the reason.
    fault: Option<&'static str>,
}

impl Picks {
    pub fn read(fields: &Fields, slots: &[Slot]) -> Self {
        let read = |slot: &Slot| {
            let pick = Pick::parse(fields.get(&format!("pick.{}", slot.date)))?;
            let reason: String = fields.get(&format!("reason.{}", slot.date)).chars().take(LONGEST).collect();
            let fault = if reason.is_empty() { None } else { parse::line(LONGEST)(&reason).err() };
            Some((slot.date, Picked { pick, reason, fault: fault.map(|fault| fault.key) }))
        };
        Self(slots.iter().filter_map(read).collect())
    }

    /// Puts the picks into the rows and marks those that cannot be: true if all can.
    pub fn apply(&self, rows: &mut [PreviewRow]) -> bool {
        let mut sound = true;
        for row in rows.iter_mut() {
            match self.0.get(&row.slot.date) {
                Some(picked) => {
                    row.pick = picked.pick;
                    if !picked.reason.is_empty() || picked.pick == Pick::Skip {
                        row.reason.clone_from(&picked.reason);
                    }
                    row.fault = fault(row).or(picked.fault.filter(|_| row.pick == Pick::Skip));
                }
                None => row.fault = Some("preview.fault_none"),
            }
            sound &= row.fault.is_none();
        }
        if rows.iter().all(|row| row.pick == Pick::Skip) {
            if let Some(first) = rows.first_mut() {
                first.fault = Some("preview.fault_all_skipped");
            }
            sound = false;
        }
        sound
    }
}

fn fault(row: &PreviewRow) -> Option<&'static str> {
    match row.pick {
        Pick::Book if !row.state.is_free() => Some("preview.fault_not_free"),
        Pick::Skip if row.reason.is_empty() => Some("preview.fault_no_reason"),
        Pick::Room(id) if !row.others.iter().any(|room| room.id == id) => Some("preview.fault_room_not_free"),
        _ => None,
    }
}

/// The dates as picked, for the action.
pub fn dated(plan: &Plan, rows: &[PreviewRow]) -> Vec<Dated> {
    let fate = |row: &PreviewRow| match row.pick {
        Pick::Skip => Fate::Skip(row.reason.clone()),
        Pick::Book => Fate::Book(plan.place.room.clone()),
        Pick::Room(id) => Fate::Book(row.others.iter().find(|room| room.id == id).unwrap_or(&plan.place.room).clone()),
    };
    rows.iter().map(|row| Dated { slot: row.slot, fate: fate(row) }).collect()
}
