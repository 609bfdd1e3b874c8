//! What a programme is.

use std::collections::BTreeSet;

use crate::centers::{CenterId, CenterKind};
use crate::clock::{Date, Timestamp};
use crate::ids::RoomKindId;
pub use crate::ids::{ProgrammeId, ProgrammeScopeId, ProgrammeVersionId};
use crate::store::Flag;

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Programme {
    pub id: ProgrammeId,
    pub name: String,
    pub name_en: String,
    /// Where its rules are printed.
    pub source: String,
    pub gives_rules: Flag,
}

/// Which kinds of rooms every center must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequiredKinds {
    /// Those that the catalog calls required, as it has them on the day on which somebody looks.
    Catalog,
    /// These.
    Listed(BTreeSet<RoomKindId>),
}

/// What is asked of a center's rooms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgrammeRules {
    /// Square metres of all rooms together; none where no area is asked for.
    pub area_m2: Option<i64>,
    /// The least share of the optional kinds, in percent; rounded up to whole kinds.
    pub optional_percent: i64,
    pub kinds: RequiredKinds,
}

impl ProgrammeRules {
    /// Where no programme holds: nothing is asked, and the catalog says what most centers have.
    pub fn none() -> Self {
        Self { area_m2: None, optional_percent: 0, kinds: RequiredKinds::Catalog }
    }
}

/// A programme's rules from a day on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgrammeVersion {
    pub id: ProgrammeVersionId,
    pub programme_id: ProgrammeId,
    pub valid_from: Date,
    pub rules: ProgrammeRules,
    pub reason: String,
    /// Who entered it; none for what came with the program.
    pub created_by: Option<String>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
}

impl ProgrammeVersion {
    pub fn holds(&self) -> bool {
        self.voided_at.is_none()
    }

    /// Whether it may still be taken back: nobody was measured by it before today.
    pub fn may_be_voided(&self, today: Date) -> bool {
        self.holds() && self.valid_from >= today
    }
}

/// For whom a programme holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeOf {
    Center(CenterId),
    /// All centers of the kind for which nothing else is said.
    Kind(CenterKind),
}

/// For whom, from a day on and perhaps to a day, both included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ProgrammeScope {
    pub id: ProgrammeScopeId,
    pub programme_id: ProgrammeId,
    pub center_id: Option<CenterId>,
    pub center: Option<String>,
    pub center_kind: Option<CenterKind>,
    pub from_date: Date,
    pub to_date: Option<Date>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
}

impl ProgrammeScope {
    pub fn covers(&self, day: Date) -> bool {
        self.voided_at.is_none() && self.from_date <= day && self.to_date.is_none_or(|last| day <= last)
    }

    pub fn holds(&self) -> bool {
        self.voided_at.is_none()
    }

    /// The field in which the list of scopes asks for the last day, or for a reason.
    pub fn field(&self, what: &str) -> String {
        Self::field_of(what, self.id)
    }

    pub fn field_of(what: &str, id: ProgrammeScopeId) -> String {
        format!("{what}.{id}")
    }
}

/// By what a center is measured on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RulesOfDay {
    pub programme_id: ProgrammeId,
    pub name: String,
    pub name_en: String,
    pub source: String,
    pub valid_from: Date,
    pub rules: ProgrammeRules,
}
