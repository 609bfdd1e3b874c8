//! What indicators are made of.

use crate::agreements::AgreementId;
use crate::centers::CenterId;
use crate::clock::{Date, Month, Timestamp};
use crate::figures::{FigureUnit, Filter, Measure};
use crate::files::FileId;
use crate::ids::WorkerId;
pub use crate::ids::{IndicatorId, IndicatorTemplateId, IndicatorTemplateItemId, IndicatorValueId};
use crate::people::groups::PriorityGroup;
use crate::store::{text_column, text_enum};

text_enum!(
    /// In what an indicator is told.
    IndicatorUnit in "indicator_unit" {
        Sessions = "sessions",
        Activities = "activities",
        Cases = "cases",
        /// 节次, of case work and of groups.
        Meetings = "meetings",
        Groups = "groups",
        Visits = "visits",
        Persons = "persons",
        Households = "households",
        /// Kept in minutes.
        Hours = "hours",
        Items = "items",
        /// Kept in fen.
        Yuan = "yuan",
    }
);

impl IndicatorUnit {
    /// How many of what is kept make one of it.
    pub fn scale(self) -> i64 {
        match self {
            Self::Hours => 60,
            Self::Yuan => 100,
            Self::Sessions
            | Self::Activities
            | Self::Cases
            | Self::Meetings
            | Self::Groups
            | Self::Visits
            | Self::Persons
            | Self::Households
            | Self::Items => 1,
        }
    }
}

text_enum!(
    /// For how long a target is.
    IndicatorSpan in "indicator_span" {
        /// For each year of the agreement, from the day on which it begins.
        ProjectYear = "project_year",
        Whole = "whole",
    }
);

text_enum!(
    /// What may be counted for an indicator; the text says how.
    CountedMeasure in "indicator_measure" {
        Sessions = "sessions",
        Visits = "visits",
        Persons = "persons",
        VolunteerVisits = "volunteer_visits",
        Volunteers = "volunteers",
        Minutes = "minutes",
        /// Of one worker.
        LedSessions = "led_sessions",
        /// Of one worker.
        LedMinutes = "led_minutes",
        BookedMinutes = "booked_minutes",
    }
);

impl CountedMeasure {
    pub fn measure(self) -> Measure {
        match self {
            Self::Sessions => Measure::Sessions,
            Self::Visits => Measure::Visits,
            Self::Persons => Measure::Persons,
            Self::VolunteerVisits => Measure::VolunteerVisits,
            Self::Volunteers => Measure::Volunteers,
            Self::Minutes => Measure::Minutes,
            Self::LedSessions => Measure::LedSessions,
            Self::LedMinutes => Measure::LedMinutes,
            Self::BookedMinutes => Measure::BookedMinutes,
        }
    }

    /// Whether it is of one worker, and of nothing else.
    pub fn is_of_a_worker(self) -> bool {
        matches!(self, Self::LedSessions | Self::LedMinutes)
    }

    /// Whether it is of rooms.
    pub fn is_of_rooms(self) -> bool {
        self == Self::BookedMinutes
    }

    /// Whether different people are counted: over several centers these do not add up.
    pub fn counts_people(self) -> bool {
        matches!(self, Self::Persons | Self::Volunteers)
    }

    /// Whether it may be told in this unit: what is measured in time, in hours; what are people, in people; and money is nothing that Linli
    /// counts.
    pub fn fits(self, unit: IndicatorUnit) -> bool {
        match self.measure().unit() {
            FigureUnit::Minutes => unit == IndicatorUnit::Hours,
            FigureUnit::Persons => unit == IndicatorUnit::Persons,
            FigureUnit::Visits => unit == IndicatorUnit::Visits,
            FigureUnit::Sessions | FigureUnit::Units => matches!(
                unit,
                IndicatorUnit::Sessions
                    | IndicatorUnit::Activities
                    | IndicatorUnit::Cases
                    | IndicatorUnit::Meetings
                    | IndicatorUnit::Groups
                    | IndicatorUnit::Items
            ),
        }
    }
}

/// Of which part of what is counted: `group:elderly`, `group:none`, `subgroup:3`, `kind:2`, `team_kind:5`, `team_kind:none`, `room:4`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CountedWithin {
    /// One of the four, or those who are in none.
    Group(Option<PriorityGroup>),
    Subgroup(i64),
    /// A kind of service.
    Kind(i64),
    /// A kind of team, or what no team did.
    TeamKind(Option<i64>),
    Room(i64),
}

impl CountedWithin {
    /// Whether that part of `measure` is known.
    pub fn fits(self, measure: CountedMeasure) -> bool {
        use CountedMeasure as M;
        match self {
            Self::Group(_) | Self::Subgroup(_) => matches!(measure, M::Visits | M::Persons),
            Self::Kind(_) => {
                matches!(measure, M::Sessions | M::Visits | M::Persons | M::LedSessions | M::LedMinutes)
            }
            Self::TeamKind(_) => matches!(measure, M::VolunteerVisits | M::Volunteers | M::Minutes),
            Self::Room(_) => measure == M::BookedMinutes,
        }
    }

    /// As the figures take it; they know a subgroup by its bit.
    fn filter(self, bit: Option<i64>) -> Filter {
        match self {
            Self::Group(group) => Filter::Group(group),
            Self::Subgroup(id) => Filter::Subgroup(bit.unwrap_or(id)),
            Self::Kind(id) => Filter::Kind(id),
            Self::TeamKind(id) => Filter::TeamKind(id),
            Self::Room(id) => Filter::Room(id),
        }
    }
}

/// How nobody's group and nobody's team are written.
const NONE: &str = "none";

impl std::fmt::Display for CountedWithin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Group(group) => write!(f, "group:{}", group.map_or(NONE, PriorityGroup::code)),
            Self::Subgroup(id) => write!(f, "subgroup:{id}"),
            Self::Kind(id) => write!(f, "kind:{id}"),
            Self::TeamKind(Some(id)) => write!(f, "team_kind:{id}"),
            Self::TeamKind(None) => write!(f, "team_kind:{NONE}"),
            Self::Room(id) => write!(f, "room:{id}"),
        }
    }
}

impl std::str::FromStr for CountedWithin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("nothing is counted within {text:?}");
        let (of, which) = text.split_once(':').ok_or_else(wrong)?;
        let id = || which.parse::<i64>().map_err(|_| wrong());
        Ok(match of {
            "group" if which == NONE => Self::Group(None),
            "group" => Self::Group(Some(which.parse().map_err(|_| wrong())?)),
            "subgroup" => Self::Subgroup(id()?),
            "kind" => Self::Kind(id()?),
            "team_kind" if which == NONE => Self::TeamKind(None),
            "team_kind" => Self::TeamKind(Some(id()?)),
            "room" => Self::Room(id()?),
            _ => return Err(wrong()),
        })
    }
}

text_column!(CountedWithin);

/// An indicator as it is kept.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Indicator {
    pub id: IndicatorId,
    pub agreement_id: AgreementId,
    /// None: all centers of the agreement together.
    pub center_id: Option<CenterId>,
    /// None: everybody.
    pub worker_id: Option<WorkerId>,
    /// What that worker is called; who may not know it sees a number in its place.
    pub worker: Option<String>,
    pub name: String,
    pub name_en: String,
    pub unit: IndicatorUnit,
    /// In what is kept of the unit.
    pub target: i64,
    pub span: IndicatorSpan,
    pub place: i64,
    /// None: entered by hand.
    pub measure: Option<CountedMeasure>,
    pub within: Option<CountedWithin>,
    /// Of a subgroup: by which attendances know it.
    pub subgroup_bit: Option<i64>,
    /// It goes up with each change.
    pub version: i64,
}

impl Indicator {
    pub fn is_entered(&self) -> bool {
        self.measure.is_none()
    }

    /// What of [`crate::figures`] is looked up; none where it is entered. Of what a worker led, the kind is looked up besides.
    pub fn counted(&self) -> Option<(CountedMeasure, Filter)> {
        let filter = match (self.within, self.worker_id) {
            (_, Some(worker)) => Filter::Worker(worker.0),
            (Some(within), None) => within.filter(self.subgroup_bit),
            (None, None) => Filter::Whole,
        };
        self.measure.map(|measure| (measure, filter))
    }
}

/// A month's value that was entered by hand, and who said so.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct IndicatorValue {
    pub id: IndicatorValueId,
    pub indicator_id: IndicatorId,
    pub center_id: CenterId,
    pub center: String,
    pub month: IndicatorMonth,
    pub value: i64,
    pub word: Option<String>,
    pub file_id: Option<FileId>,
    pub entered_at: Timestamp,
    pub entered_by: String,
    /// Why it took the place of the one before.
    pub reason: Option<String>,
    /// Another took its place, or it was taken back.
    pub replaced_at: Option<Timestamp>,
    /// Who took it back; none where another took its place.
    pub removed_by: Option<String>,
    pub remove_reason: Option<String>,
}

impl IndicatorValue {
    pub fn is_taken_back(&self) -> bool {
        self.removed_by.is_some()
    }
}

/// A month as it is kept, `2026-03`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct IndicatorMonth(pub Month);

impl IndicatorMonth {
    pub fn first(self) -> Date {
        self.0.first()
    }
}

impl std::fmt::Display for IndicatorMonth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for IndicatorMonth {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Month::parse(text).map(Self).ok_or("not a month of the form 2026-03")
    }
}

text_column!(IndicatorMonth);

text_enum!(
    /// Of whom the indicators of a template are asked once they are an agreement's. What one worker leads is asked of each social worker.
    CopiedFor in "indicator_copied" {
        Together = "together",
        /// Each with the target of the template.
        EachCenter = "each_center",
    }
);

/// A set of indicators to begin with.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct IndicatorTemplate {
    pub id: IndicatorTemplateId,
    pub name: String,
    /// How many indicators are in it.
    pub items: i64,
}

/// An indicator of a template: what it is, without whose.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct IndicatorTemplateItem {
    pub id: IndicatorTemplateItemId,
    pub name: String,
    pub name_en: String,
    pub unit: IndicatorUnit,
    pub target: i64,
    pub span: IndicatorSpan,
    pub place: i64,
    pub measure: Option<CountedMeasure>,
    pub within: Option<CountedWithin>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_read_as_it_is_written() {
        for text in ["group:elderly", "group:none", "subgroup:3", "kind:2", "team_kind:5", "team_kind:none", "room:4"] {
            assert_eq!(text.parse::<CountedWithin>().unwrap().to_string(), text);
        }
        for wrong in ["", "kind", "kind:", "kind:x", "group:7", "worker:1", "room:none"] {
            assert!(wrong.parse::<CountedWithin>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn every_measure_has_a_unit_that_fits() {
        for measure in CountedMeasure::ALL {
            assert!(IndicatorUnit::ALL.iter().any(|unit| measure.fits(*unit)), "{measure}");
            assert!(!measure.fits(IndicatorUnit::Yuan), "{measure}");
        }
        assert!(CountedMeasure::Minutes.fits(IndicatorUnit::Hours));
        assert!(!CountedMeasure::Minutes.fits(IndicatorUnit::Visits));
        for led in [CountedMeasure::LedSessions, CountedMeasure::LedMinutes] {
            assert!(CountedWithin::Kind(2).fits(led) && !CountedWithin::Group(None).fits(led), "{led}");
        }
    }
}
