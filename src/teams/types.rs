//! What a team is.

use crate::clock::Date;
pub use crate::ids::{TeamId, TeamKindId};
use crate::people::{PersonId, PersonRow};
use crate::store::Flag;

/// A team's name with its center's, for choosing one of all.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TeamName {
    pub id: TeamId,
    pub name: String,
    pub center: String,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TeamKind {
    pub id: TeamKindId,
    pub name: String,
    pub name_en: String,
    /// The work legally needs a qualification (志愿服务条例 art. 16): law, medicine, psychology.
    pub needs_qualification: Flag,
}

/// A team with what its center's list shows of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub kind_id: TeamKindId,
    pub kind: String,
    pub kind_en: String,
    pub needs_qualification: Flag,
    pub leader_id: Option<PersonId>,
    pub leader: Option<String>,
    pub founded_on: Date,
    pub disbanded_on: Option<Date>,
    pub members: i64,
    /// Confirmed service of the team's volunteers, in whole minutes.
    pub minutes: i64,
}

/// Somebody who serves in a team now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Member {
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub joined_on: Date,
    /// Confirmed service with this team, in whole minutes.
    pub minutes: i64,
}
