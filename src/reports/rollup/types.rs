//! What the roll-up is made of.

use super::cut::{RollUpCut, code};
use crate::agreements::ProviderId;
use crate::centers::{CenterId, Population};
use crate::clock::Month;
use crate::figures::{Newcomers, PartTally, Period, Reported, Tally, Telling};
use crate::people::groups::PriorityGroup;
use crate::reports::periods::{PeriodKind, ReportPeriod};
use crate::web::Lang;

/// Several centers in numbers: each of them, each town, each provider, and all together.
#[derive(Clone, Debug)]
pub struct RollUp {
    pub period: ReportPeriod,
    pub total: RollUpRow,
    /// The centers, as the reader asked for them.
    pub rows: Vec<RollUpRow>,
    /// Centers in all, listed or not.
    pub centers: usize,
    pub towns: Vec<RollUpRow>,
    pub providers: Vec<RollUpRow>,
    pub trend: Vec<TrendMonth>,
    pub newcomers: Newcomers,
    pub served: Vec<WhoServes>,
    /// What the reader may choose from, by code: whole towns and whole providers.
    pub scopes: Vec<(String, String)>,
    /// Below which number a count of people is hidden from the reader, where one is.
    pub least: Option<i64>,
}

impl RollUp {
    /// What all of it is called, as `cut` asked for it.
    pub fn scope_name(&self, cut: &RollUpCut, lang: Lang) -> String {
        let known = match &cut.scope {
            Some(Reported::Center(_)) => self.served.first().map(|center| &center.name),
            Some(scope) => {
                let wanted = code(scope);
                self.scopes.iter().find(|(known, _)| *known == wanted).map(|(_, name)| name)
            }
            None => None,
        };
        known.cloned().unwrap_or_else(|| lang.text("rollup.all"))
    }

    /// The year in which the period ends: who is new took part for the first time in it.
    pub fn year(&self, lang: Lang) -> String {
        ReportPeriod::of(PeriodKind::Year, self.period.days().last()).title(lang)
    }
}

/// The numbers of a center, or of several together.
#[derive(Clone, Debug)]
pub struct RollUpRow {
    /// `center:4`, `town:石排镇`, `provider:2`; `provider:` of those without one, and empty of the whole.
    pub code: String,
    pub center: Option<CenterId>,
    pub name: String,
    /// What tells it apart: of a center its town and provider.
    pub note: String,
    pub tally: Tally,
    pub groups: Vec<GroupPersons>,
    pub population: Population,
    pub centers: usize,
    /// The days that are counted, where they are not the whole period: a purchaser's agreements'.
    pub cut: Option<Vec<Period>>,
}

impl RollUpRow {
    /// Persons of a group, or of those who are in none.
    pub fn persons(&self, of: Option<PriorityGroup>) -> i64 {
        self.persons_told(of).0
    }

    /// The same, with how it may be told.
    pub fn persons_told(&self, of: Option<PriorityGroup>) -> (i64, Telling) {
        let found = self.groups.iter().find(|row| row.group == of);
        found.map_or((0, Telling::Exactly), |row| (row.persons, row.told))
    }

    /// Persons per ten thousand of all residents, or of the registered ones where the rest is not known.
    pub fn reached(&self) -> i64 {
        match self.population.all().unwrap_or(self.population.registered) {
            0 => 0,
            residents => self.tally.persons * 10_000 / residents,
        }
    }
}

/// Persons of a group, or (`None`) of those who are in none, as far as it is told.
#[derive(Clone, Copy, Debug)]
pub struct GroupPersons {
    pub group: Option<PriorityGroup>,
    pub persons: i64,
    pub told: Telling,
}

/// The groups in the notice's order.
pub const GROUPS: [PriorityGroup; 4] =
    [PriorityGroup::Elderly, PriorityGroup::Disabled, PriorityGroup::Needy, PriorityGroup::Youth];

/// The numbers of a part by group.
pub fn by_group(part: &PartTally) -> Vec<GroupPersons> {
    let of = |group| GroupPersons { group, persons: part.persons(group), told: part.persons_told(group) };
    GROUPS.into_iter().map(Some).chain([None]).map(of).collect()
}

/// A month beside the same month of the year before.
#[derive(Clone, Debug)]
pub struct TrendMonth {
    pub month: Month,
    /// None for a month that has not begun.
    pub now: Option<Tally>,
    pub before: Tally,
}

/// Who runs and pays a center on a day, and for whom it is there.
#[derive(Clone, Debug)]
pub struct WhoServes {
    pub name: String,
    pub town: String,
    pub providers: Vec<String>,
    pub purchasers: Vec<String>,
    pub communities: Vec<String>,
    pub population: Population,
}

/// Where a center is, and who runs it now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CenterPlace {
    pub center_id: CenterId,
    pub town: String,
    pub provider_id: Option<ProviderId>,
    pub provider: Option<String>,
}
