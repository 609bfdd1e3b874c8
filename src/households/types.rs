//! What a household is.

use crate::clock::Date;
use crate::fields::Fields;
pub use crate::ids::{HouseholdId, StayId};
use crate::people::{PersonId, PersonRow};
use crate::store::text_enum;

text_enum!(
    /// What somebody is to the head of their household.
    Relation in "relation" {
        Head = "head",
        Spouse = "spouse",
        Child = "child",
        ChildInLaw = "child_in_law",
        Grandchild = "grandchild",
        Parent = "parent",
        Grandparent = "grandparent",
        Sibling = "sibling",
        Other = "other",
    }
);

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Household {
    pub id: HouseholdId,
    pub address: Option<String>,
    pub opened_on: Date,
    pub version: i64,
}

impl Household {
    /// As its form is filled.
    pub(super) fn as_fields(&self) -> Fields {
        Fields::default()
            .with("address", self.address.as_deref().unwrap_or_default())
            .with("opened_on", self.opened_on)
            .with("version", self.version)
    }
}

/// A household in a list, as it is on a day.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedHousehold {
    pub id: HouseholdId,
    pub address: Option<String>,
    pub opened_on: Date,
    pub head: Option<String>,
    /// Who lives there on the day.
    pub members: i64,
}

/// Somebody's time in a household. The day of moving out is the first without them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct HomeStay {
    #[sqlx(rename = "stay_id")]
    pub id: StayId,
    pub household_id: HouseholdId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub relation: Relation,
    pub moved_in: Date,
    pub moved_out: Option<Date>,
}

impl HomeStay {
    pub fn holds_on(&self, day: Date) -> bool {
        self.moved_in <= day && self.moved_out.is_none_or(|out| day < out)
    }

    /// As its form is filled; each stay of a page has its own fields, `relation.7`.
    pub(super) fn as_fields(&self, fields: Fields) -> Fields {
        let named = |name: &str| format!("{name}.{}", self.id);
        fields
            .with(&named("relation"), self.relation)
            .with(&named("moved_in"), self.moved_in)
            .with(&named("moved_out"), self.moved_out.map(|day| day.to_string()).unwrap_or_default())
    }
}

/// Who lives with somebody, for their own page.
#[derive(Clone, Debug)]
pub struct Housemate {
    pub person: PersonId,
    pub name: String,
    pub relation: Relation,
}

/// Households and the persons in them, on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct HouseholdCount {
    pub households: i64,
    pub persons: i64,
}
