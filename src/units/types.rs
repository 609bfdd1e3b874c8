//! What a unit of the community is.

use super::UnitInput;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::fields::Fields;
pub use crate::ids::UnitId;
use crate::people::PhoneNumber;
use crate::store::{Sealed, Sealer, text_enum};

text_enum!(
    /// What kind of unit it is.
    UnitKind in "unit_kind" {
        Enterprise = "enterprise",
        Shop = "shop",
        School = "school",
        /// Run by the state, and neither school nor office: a clinic, a library.
        PublicInstitution = "public_institution",
        /// An office of party or government.
        Agency = "agency",
        /// 社区社会组织: what residents founded for themselves.
        Organization = "community_organization",
        Other = "other",
    }
);

text_enum!(
    /// How a community organization stands: registered with the civil affairs (登记), on record with the town (备案), or
    /// neither.
    UnitStanding in "standing" { Registered = "registered", OnRecord = "on_record", Neither = "neither" }
);

text_enum!(
    /// What a unit is at a session.
    UnitPart in "unit_part" {
        /// The session is for it.
        Served = "served",
        Helping = "helping",
        /// It is held there.
        Lending = "lending_place",
    }
);

/// A unit as its center knows it, for one reader: of whom to call and what was noted there is nothing for whom it is not.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Unit {
    pub id: UnitId,
    pub center_id: CenterId,
    pub name: String,
    pub kind: UnitKind,
    /// Whom to ask for.
    pub contact: Option<String>,
    pub phone_sealed: Option<Sealed>,
    pub address: Option<String>,
    pub note: Option<String>,
    /// From when on it is in the community; not known where it has been for long.
    pub since: Option<Date>,
    /// The last day on which it was.
    pub ended_on: Option<Date>,
    /// Of a community organization alone, as are the next three.
    pub standing: Option<UnitStanding>,
    pub founded_on: Option<Date>,
    pub supported_since: Option<Date>,
    /// Who supports it, in the center's own words.
    pub supported_by: Option<String>,
    /// Grows with every change.
    pub version: i64,
}

impl Unit {
    pub fn phone(&self, sealer: &Sealer) -> Option<PhoneNumber> {
        PhoneNumber::parse(&sealer.open(self.phone_sealed.as_ref()?)?).ok()
    }

    /// The first day on which it was there, where that is known.
    pub fn begins(&self) -> Option<Date> {
        self.since.or(self.founded_on)
    }

    /// The number that is known after a revision: an empty field keeps it.
    pub(super) fn phone_after(&self, sealer: &Sealer, input: &UnitInput) -> Option<PhoneNumber> {
        if input.forget_phone { None } else { input.phone.clone().or_else(|| self.phone(sealer)) }
    }

    /// Whether this, and no more, is known of it.
    pub(super) fn is_known_as(&self, sealer: &Sealer, input: &UnitInput) -> bool {
        self.phone(sealer) == self.phone_after(sealer, input)
            && (&self.name, self.kind) == (&input.name, input.kind)
            && (&self.contact, &self.address, &self.note) == (&input.contact, &input.address, &input.note)
            && (self.since, self.standing, self.founded_on) == (input.since, input.standing, input.founded_on)
            && (self.supported_since, &self.supported_by) == (input.supported_since, &input.supported_by)
    }

    /// As its form is filled. The phone is not sent to the browser: an empty field keeps it.
    pub fn as_fields(&self) -> Fields {
        let date = |date: Option<Date>| date.map(|date| date.to_string()).unwrap_or_default();
        let known = |value: &Option<String>| value.clone().unwrap_or_default();
        Fields::default()
            .with("name", &self.name)
            .with("kind", self.kind)
            .with("contact", known(&self.contact))
            .with("address", known(&self.address))
            .with("note", known(&self.note))
            .with("since", date(self.since))
            .with("standing", self.standing.map_or("", UnitStanding::code))
            .with("founded_on", date(self.founded_on))
            .with("supported_since", date(self.supported_since))
            .with("supported_by", known(&self.supported_by))
            .with("version", self.version)
    }
}

/// A unit by its name, for choosing one.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct UnitName {
    pub id: UnitId,
    pub name: String,
    pub kind: UnitKind,
}

text_enum!(
    /// The order of a list.
    UnitOrder in "unit_order" {
        Name = "name",
        /// Who took part last, first.
        Latest = "latest",
        /// Who came into the community last, first.
        Newest = "newest",
    }
);

/// Which units a list shows, and in what order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnitsAsked {
    pub kind: Option<UnitKind>,
    pub standing: Option<UnitStanding>,
    /// Those that are there no more, instead of those that are.
    pub ended: bool,
    pub order: Option<UnitOrder>,
}

impl UnitsAsked {
    /// What an address says; what is nonsense is left out, as in one that somebody changed by hand.
    pub fn read(kind: Option<&str>, standing: Option<&str>, ended: Option<&str>, order: Option<&str>) -> Self {
        Self {
            kind: kind.and_then(|kind| kind.parse().ok()),
            standing: standing.and_then(|standing| standing.parse().ok()),
            ended: ended == Some("1"),
            order: order.and_then(|order| order.parse().ok()),
        }
    }

    /// Fields `kind standing ended order`, as [`UnitsAsked::read`].
    pub fn of(fields: &Fields) -> Self {
        let given = |name| Some(fields.get(name));
        Self::read(given("kind"), given("standing"), given("ended"), given("order"))
    }

    pub fn order(&self) -> UnitOrder {
        self.order.unwrap_or(UnitOrder::Name)
    }

    /// Whether not all are shown that are there.
    pub fn is_cut(&self) -> bool {
        *self != Self { order: self.order, ..Self::default() }
    }
}

/// A unit as the list shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ListedUnit {
    #[sqlx(flatten)]
    pub unit: Unit,
    /// Completed sessions that it took part in since the year began.
    pub sessions: i64,
    pub last_on: Option<Date>,
}
