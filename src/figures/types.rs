//! What is counted.

use std::collections::BTreeSet;

use super::counted::Filter;
use super::list::Measure;
use super::masking::Telling;
use super::small_cells;
use crate::auth::Viewer;
use crate::centers::{CenterId, Population};
use crate::clock::{Date, Month};
use crate::people::groups::PriorityGroup;
use crate::rooms::RoomId;

/// The half-open period [from, to) of local dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub from: Date,
    pub to: Date,
}

impl Period {
    /// `None` where `to` is not after `from`.
    pub fn new(from: Date, to: Date) -> Option<Self> {
        (from < to).then_some(Self { from, to })
    }

    pub fn days(self) -> impl Iterator<Item = Date> {
        self.from.until(self.to)
    }

    /// The last day that is in it.
    pub fn last(self) -> Date {
        self.to.minus_days(1)
    }

    /// The whole months that hold its days.
    pub fn in_whole_months(self) -> Self {
        Self { from: Month::of(self.from).first(), to: Month::of(self.last()).end() }
    }

    /// Those of its days that lie between two others, both included.
    pub(crate) fn between(self, (starts, ends): (Date, Date)) -> Option<Self> {
        Self::new(starts.max(self.from), ends.plus_days(1).min(self.to))
    }
}

impl From<Month> for Period {
    fn from(month: Month) -> Self {
        Self { from: month.first(), to: month.end() }
    }
}

/// The main numbers of some part of the sessions: all, a month's, a center's.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Tally {
    pub sessions: i64,
    /// Named and unnamed.
    pub visits: i64,
    /// Heads without a name, which are among the visits.
    pub unnamed: i64,
    pub persons: i64,
    pub volunteer_visits: i64,
    pub volunteers: i64,
    /// Confirmed minutes of volunteer service: of the sessions, and of service without one for the center that the ledger names.
    pub minutes: i64,
    /// Which of these are not told, or not all of it ([`super::masking`]).
    #[sqlx(skip)]
    pub hidden: Vec<Measure>,
}

impl Tally {
    /// One of its numbers; none that it does not have.
    pub fn value(&self, measure: Measure) -> i64 {
        match measure {
            Measure::Sessions => self.sessions,
            Measure::Visits => self.visits,
            Measure::Unnamed => self.unnamed,
            Measure::Persons => self.persons,
            Measure::VolunteerVisits => self.volunteer_visits,
            Measure::Volunteers => self.volunteers,
            Measure::Minutes => self.minutes,
            _ => 0,
        }
    }

    pub fn told(&self, measure: Measure) -> Telling {
        match (self.hidden.contains(&measure), self.value(measure)) {
            (false, _) => Telling::Exactly,
            (true, 1..) => Telling::AtLeast,
            (true, _) => Telling::Hidden,
        }
    }
}

/// Everything that is counted over a period and some centers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    pub period: Period,
    pub total: Tally,
    /// The four groups in the notice's order, then the rest.
    pub groups: Vec<GroupTally>,
    /// Those of the subgroups, as they were on the day of each visit.
    pub subgroups: Vec<SubgroupTally>,
    pub kinds: Vec<KindTally>,
    /// Kinds of team with any number, then what no team did.
    pub teams: Vec<TeamTally>,
    /// Social workers who led a session, the most sessions first.
    pub led: Vec<Led>,
    pub rooms: Vec<RoomUse>,
    pub units: UnitTally,
    pub population: Population,
    pub completeness: Completeness,
    /// What is not told, or not all of it ([`super::masking`]).
    pub(super) hidden: BTreeSet<(Measure, Filter)>,
}

/// One priority group, or (`None`) those who are in none of them. Groups overlap: they do not add up to the total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupTally {
    pub group: Option<PriorityGroup>,
    pub visits: i64,
    pub persons: i64,
}

/// A subgroup (低保, 独居 …). They overlap, like the groups.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SubgroupTally {
    #[sqlx(flatten)]
    pub subgroup: KindName,
    /// Its place in an attendance's subgroups.
    pub bit: i64,
    pub visits: i64,
    pub persons: i64,
}

/// A service kind: case work, group work, community activity, or the centers' own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindTally {
    pub kind: KindName,
    pub sessions: i64,
    pub visits: i64,
    pub persons: i64,
}

impl Numbers {
    /// As `reader` may know them. A purchaser or a department sees no personal data (DESIGN section 3), and a worker's name is that too:
    /// the workers are numbered. Small cells are hidden before, where it is counted.
    pub fn for_reader(mut self, reader: &Viewer) -> Self {
        if !small_cells::are_seen_by(reader) {
            for (number, led) in (1..).zip(&mut self.led) {
                led.worker_id = number;
                led.name = format!("#{number}");
            }
        }
        self
    }

    /// The same with every kind of team: of those in which nobody helped there is nothing.
    pub(crate) fn with_every_team(mut self, kinds: Vec<KindName>) -> Self {
        for kind in kinds.into_iter().map(Some).chain([None]) {
            if self.teams.iter().all(|row| row.kind != kind) {
                self.teams.push(TeamTally { kind, visits: 0, persons: 0, minutes: 0 });
            }
        }
        self
    }

    /// How a number of these may be told.
    pub fn told(&self, measure: Measure, filter: &Filter) -> Telling {
        let value = |tally: Option<(i64, i64)>| match (tally, measure) {
            (Some((visits, _)), Measure::Visits | Measure::VolunteerVisits) => visits,
            (Some((_, persons)), Measure::Persons | Measure::Volunteers) => persons,
            _ => 0,
        };
        if !self.hidden.contains(&(measure, *filter)) {
            return Telling::Exactly;
        }
        let shown = match filter {
            Filter::Whole if measure == Measure::UnconfirmedHours => self.completeness.unconfirmed_hours,
            Filter::Whole if measure == Measure::WithoutBirthDate => self.completeness.without_birth_date,
            Filter::Whole if measure == Measure::PendingClaims => self.completeness.pending_claims,
            Filter::Whole => self.total.value(measure),
            Filter::Group(group) => {
                value(self.groups.iter().find(|row| row.group == *group).map(|row| (row.visits, row.persons)))
            }
            Filter::Subgroup(bit) => {
                value(self.subgroups.iter().find(|row| row.bit == *bit).map(|row| (row.visits, row.persons)))
            }
            Filter::Kind(kind) => {
                value(self.kinds.iter().find(|row| row.kind.id == *kind).map(|row| (row.visits, row.persons)))
            }
            Filter::TeamKind(kind) => {
                let is = |row: &&TeamTally| row.kind.as_ref().map(|kind| kind.id) == *kind;
                let row = self.teams.iter().find(is);
                match measure {
                    Measure::Minutes => row.map_or(0, |row| row.minutes),
                    _ => value(row.map(|row| (row.visits, row.persons))),
                }
            }
            Filter::Worker(_) | Filter::Room(_) | Filter::Session(_) => 0,
        };
        if shown > 0 { Telling::AtLeast } else { Telling::Hidden }
    }
}

/// Volunteers by the kind of their team: visits by the session's team, minutes by the team in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamTally {
    /// `None`: volunteers of no team.
    pub kind: Option<KindName>,
    pub visits: i64,
    pub persons: i64,
    pub minutes: i64,
}

/// A catalog's entry in both languages.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct KindName {
    pub id: i64,
    pub code: String,
    pub name: String,
    pub name_en: String,
}

/// A social worker (staff, whose name is no secret) and the sessions that counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Led {
    pub worker_id: i64,
    pub name: String,
    pub sessions: i64,
    /// Their planned length together.
    pub minutes: i64,
    /// The same by kind of service, in the catalog's order; of kinds of which the worker led something.
    pub kinds: Vec<LedKind>,
}

/// Sessions of a kind that a social worker led, and their planned length together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedKind {
    pub kind: KindName,
    pub sessions: i64,
    pub minutes: i64,
}

/// Units of the community, each counted once in each of its parts, and the community organizations that were founded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitTally {
    pub served: i64,
    pub helping: i64,
    pub lending: i64,
    /// Founded in the period, and supported by the day on which they were.
    pub founded: i64,
}

/// How much of its opening time a room was booked, buffer included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomUse {
    pub room_id: RoomId,
    pub center_id: CenterId,
    pub name: String,
    pub booked_minutes: i64,
    pub open_minutes: i64,
}

/// What is missing from the numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Completeness {
    /// Sessions that are over and not closed.
    pub open_sessions: i64,
    /// Volunteers' attendances without an entry that stands in the ledger.
    pub unconfirmed_hours: i64,
    /// What is said of hours, and waits for an answer: by the day of the service.
    pub pending_claims: i64,
    /// Participants whose age, and with it group, nobody knows.
    pub without_birth_date: i64,
}
