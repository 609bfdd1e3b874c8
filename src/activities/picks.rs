//! What is picked in the preview of a series: for each date, and for all of a sort at once.

use std::collections::BTreeMap;

use super::forms;
use super::preview::{PreviewRow, PreviewSort};
use crate::clock::Date;
use crate::fields::parse;
use crate::rooms::RoomId;
use crate::web::Fields;

/// What to do with a date: `book`, `skip`, `time` (at another one), or another room's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    Book,
    Skip,
    Time,
    Room(RoomId),
}

impl Pick {
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "book" => Some(Self::Book),
            "skip" => Some(Self::Skip),
            "time" => Some(Self::Time),
            id => id.parse().ok().map(Self::Room),
        }
    }
}

/// Characters of a reason.
const LONGEST: usize = 80;

/// What was picked for a date.
#[derive(Clone, Debug)]
pub struct Picked {
    pub pick: Pick,
    pub reason: String,
    /// The other time as it was typed, and as it was read: minutes after midnight, or the text key of what is wrong.
    pub typed: (String, String),
    pub span: Result<(i64, i64), &'static str>,
    /// What is wrong with the reason.
    pub fault: Option<&'static str>,
}

impl Picked {
    /// Fields `pick reason starts ends`, each with what it is for behind a dot: a date, or a sort.
    fn read(fields: &Fields, names: [&str; 4], of: &str) -> Option<Self> {
        let [pick, reason, starts, ends] = names.map(|name| fields.get(&format!("{name}.{of}")));
        let pick = Pick::parse(pick)?;
        let reason: String = reason.chars().take(LONGEST).collect();
        let fault = if reason.is_empty() { None } else { parse::line(LONGEST)(&reason).err() };
        let span = match (parse::minute_of_day(starts), parse::end_of_span(ends)) {
            (Ok(starts), Ok(ends)) => forms::span(starts, ends).map_err(|fault| fault.key),
            _ => Err("preview.fault_no_time"),
        };
        let typed = (starts.to_owned(), ends.to_owned());
        Some(Self { pick, reason, typed, span, fault: fault.map(|fault| fault.key) })
    }
}

/// What was picked per date: fields `pick.<date>`, `reason.<date>`, which is a line of text like any other, and the other time,
/// `starts.<date>` and `ends.<date>`.
#[derive(Default)]
pub struct Picks(BTreeMap<Date, Picked>);

impl Picks {
    pub fn read(fields: &Fields) -> Self {
        let dates = fields.names().filter_map(|name| Date::parse(name.strip_prefix("pick.")?));
        let read =
            |date: Date| Some((date, Picked::read(fields, ["pick", "reason", "starts", "ends"], &date.to_string())?));
        Self(dates.filter_map(read).collect())
    }

    pub fn of(&self, date: Date) -> Option<&Picked> {
        self.0.get(&date)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What was picked for all dates of a sort.
pub struct Bulk {
    sort: PreviewSort,
    pub picked: Picked,
}

impl Bulk {
    /// The sort that the pressed button names, and its fields `all.<sort>`, `all_reason.<sort>`, `all_starts.<sort>` and
    /// `all_ends.<sort>`.
    pub fn read(fields: &Fields) -> Option<Self> {
        let sort: PreviewSort = fields.get("apply").parse().ok()?;
        let picked = Picked::read(fields, ["all", "all_reason", "all_starts", "all_ends"], sort.code())?;
        Some(Self { sort, picked })
    }

    /// What it says of a row: nothing of one of another sort, or of one that cannot be had so.
    pub fn of(&self, row: &PreviewRow) -> Option<Picked> {
        let can_be = match self.picked.pick {
            Pick::Book => row.state.is_free(),
            Pick::Room(id) => row.others.iter().any(|room| room.id == id),
            Pick::Skip | Pick::Time => true,
        };
        if row.sort() != Some(self.sort) || !can_be {
            return None;
        }
        let mut picked = self.picked.clone();
        if picked.reason.is_empty() {
            picked.reason.clone_from(&row.reason);
        }
        Some(picked)
    }
}
