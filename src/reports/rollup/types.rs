//! What the roll-up is made of.

use crate::agreements::ProviderId;
use crate::centers::{CenterId, Population};
use crate::clock::Month;
use crate::figures::{Newcomers, Numbers, PartTally, Period, Tally};
use crate::people::groups::PriorityGroup;
use crate::reports::periods::ReportPeriod;

/// Several centers in numbers: each of them, each town, each provider, and all together.
#[derive(Clone, Debug)]
pub struct RollUp {
    pub period: ReportPeriod,
    pub numbers: Numbers,
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
    pub groups: Vec<(Option<PriorityGroup>, i64)>,
    pub population: Population,
    pub centers: usize,
    /// The days that are counted, where they are not the whole period: a purchaser's agreements'.
    pub cut: Option<Vec<Period>>,
}

impl RollUpRow {
    /// Persons of a group, or of those who are in none.
    pub fn persons(&self, of: Option<PriorityGroup>) -> i64 {
        self.groups.iter().find(|(group, _)| *group == of).map_or(0, |(_, persons)| *persons)
    }

    /// Persons per ten thousand of all residents, or of the registered ones where the rest is not known.
    pub fn reached(&self) -> i64 {
        match self.population.all().unwrap_or(self.population.registered) {
            0 => 0,
            residents => self.tally.persons * 10_000 / residents,
        }
    }
}

/// The groups in the notice's order.
pub const GROUPS: [PriorityGroup; 4] =
    [PriorityGroup::Elderly, PriorityGroup::Disabled, PriorityGroup::Needy, PriorityGroup::Youth];

/// The numbers of a part by group.
pub fn by_group(part: &PartTally) -> Vec<(Option<PriorityGroup>, i64)> {
    GROUPS.into_iter().map(Some).chain([None]).map(|group| (group, part.persons(group))).collect()
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
