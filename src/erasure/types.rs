//! An erasure that is asked for, and what it would take.

use crate::centers::CenterId;
use crate::clock::Timestamp;
pub use crate::ids::ErasureId;
use crate::people::PersonId;
use crate::store::{Flag, text_enum};

text_enum!(
    /// How far an erasure is.
    ErasureState in "erasure_state" { Asked = "asked", Declined = "declined", Erased = "erased" }
);

text_enum!(
    /// Whose wish it is.
    WantedBy in "erasure_wanted_by" {
        Person = "person",
        /// A child's or a ward's (个人信息保护法 art. 31).
        Guardian = "guardian",
        /// Of somebody who has died (art. 49).
        Kin = "kin",
        /// Nobody asked: what the data was for is over (art. 47).
        Center = "center",
    }
);

text_enum!(
    /// How much goes.
    Extent in "erasure_extent" {
        /// The human, in every center.
        Everywhere = "everywhere",
        /// What this center wrote down itself: others know the person too.
        Center = "center",
    }
);

/// What is asked for.
pub struct ErasureInput {
    pub wanted_by: WantedBy,
    pub reason: String,
}

/// An erasure that was asked for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Erasure {
    pub id: ErasureId,
    pub person_id: PersonId,
    pub center_id: CenterId,
    pub wanted_by: WantedBy,
    pub reason: String,
    pub asked_at: Timestamp,
    pub asked_by: String,
    pub state: ErasureState,
    pub decided_at: Option<Timestamp>,
    pub decided_by: Option<String>,
    pub decline_reason: Option<String>,
    pub extent: Option<Extent>,
    pub wiped_at: Option<Timestamp>,
}

impl Erasure {
    pub fn is_asked(&self) -> bool {
        self.state == ErasureState::Asked
    }
}

/// What is known of somebody, counted: as far as who asks reaches.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Traces {
    pub person_id: PersonId,
    /// Phone and ID numbers.
    pub numbers: i64,
    /// Address, note, what to know for their good, whom to call.
    pub notes: i64,
    pub memberships: i64,
    /// Scans of papers.
    pub papers: i64,
    pub cards: i64,
    /// Phones that speak for them.
    pub phones: i64,
    /// Times in a household.
    pub stays: i64,
    /// Who brought and fetched them.
    pub escorts: i64,
    /// Rows of rosters that were brought in.
    pub roster_rows: i64,
    /// What stays, as numbers.
    pub attendances: i64,
    pub minutes: i64,
    pub teams: i64,
    /// Whether they work in a center now: then they cannot be erased.
    pub works: Flag,
    /// Whether other centers know them too, which who asks does not answer for.
    pub elsewhere: Flag,
}

impl Traces {
    pub fn extent(&self) -> Extent {
        if self.elsewhere.is_set() { Extent::Center } else { Extent::Everywhere }
    }

    /// What goes, each with its text's key; nothing of what there is none.
    pub fn going(&self) -> Vec<(&'static str, i64)> {
        let whole = self.extent() == Extent::Everywhere;
        let all = [
            ("erasure.numbers", self.numbers, whole),
            ("erasure.notes", self.notes, true),
            ("erasure.memberships", self.memberships, whole),
            ("erasure.papers", self.papers, whole),
            ("erasure.cards", self.cards, whole),
            ("erasure.phones", self.phones, whole),
            ("erasure.stays", self.stays, true),
            ("erasure.escorts", self.escorts, true),
            ("erasure.roster_rows", self.roster_rows, true),
        ];
        all.into_iter().filter(|(_, many, goes)| *goes && *many > 0).map(|(key, many, _)| (key, many)).collect()
    }
}
