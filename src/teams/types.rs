//! What a team is.

use super::number::VolunteerNumber;
use crate::clock::{Date, Timestamp};
use crate::ids::WorkerId;
pub use crate::ids::{LiaisonId, TeamId, TeamKindId};
use crate::people::{PersonId, PersonRow};
use crate::store::{Flag, text_enum};

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
    /// What it does, for whoever may join.
    pub about: Option<String>,
    pub recruits: Flag,
    /// Whom it seeks.
    pub sought: Option<String>,
    /// Which risks its service has, in its own words.
    pub risks: Option<String>,
    /// How many of it a session needs.
    pub helpers: Option<i64>,
    /// Who asked to join and waits for an answer.
    pub waiting: i64,
    /// The worker who looks after it, now or from a day to come on.
    pub liaison_id: Option<WorkerId>,
}

/// A worker's time as the one who looks after a team.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LiaisonOf {
    pub id: LiaisonId,
    pub worker_id: WorkerId,
    pub name: String,
    pub from_date: Date,
    /// The first day without them.
    pub to_date: Option<Date>,
}

/// A team that a worker looks after, on a day or later.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LookedAfter {
    pub id: LiaisonId,
    pub team_id: TeamId,
    pub team: String,
    pub from_date: Date,
    pub to_date: Option<Date>,
}

/// A worker who may look after a team.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LiaisonChoice {
    pub id: WorkerId,
    pub name: String,
}

/// Somebody who was in a team and is not any more.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FormerMember {
    pub person_id: PersonId,
    pub name: String,
    pub left_on: Date,
}

/// Somebody who serves in a team now.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Member {
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub joined_on: Date,
    /// Since when they rest.
    pub suspended_on: Option<Date>,
    /// None for who was written in by other means and has never been taken in.
    pub number: Option<VolunteerNumber>,
    /// Confirmed service with this team, in whole minutes.
    pub minutes: i64,
}

text_enum!(
    /// How somebody stands to a team.
    MemberState in "member_state" {
        /// Never in it.
        Outside = "outside",
        Active = "active",
        /// In it, and not to serve for the time being.
        Suspended = "suspended",
        Left = "left",
    }
);

/// How somebody stands to a team in which they serve or served.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct MemberStanding {
    pub(super) team_id: TeamId,
    pub(super) person_id: PersonId,
    serves: Flag,
    rests: Flag,
    /// When they left last.
    pub left_on: Option<Date>,
}

impl MemberStanding {
    pub fn state(&self) -> MemberState {
        match (self.serves.is_set(), self.rests.is_set()) {
            (false, _) => MemberState::Left,
            (true, true) => MemberState::Suspended,
            (true, false) => MemberState::Active,
        }
    }
}

text_enum!(
    /// What became of somebody in a team.
    MemberChange in "member_change" {
        Joined = "joined",
        Suspended = "suspended",
        Resumed = "resumed",
        Left = "left",
        /// Joined after having left.
        Returned = "returned",
    }
);

text_enum!(
    /// Whose hand changed it.
    ChangedBy in "changed_by" { Worker = "worker", Leader = "leader", Oneself = "oneself" }
);

/// A change as the history shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct MemberChanged {
    pub person_id: PersonId,
    pub name: String,
    pub change: MemberChange,
    pub changed_on: Date,
    pub reason: Option<String>,
    pub by_whom: ChangedBy,
    /// The account, where it was one.
    pub account: Option<String>,
}

/// A team in which somebody serves or served, as their own page shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnTeam {
    pub person_id: PersonId,
    pub id: TeamId,
    pub name: String,
    pub center: String,
    pub joined_on: Date,
    pub left_on: Option<Date>,
    pub suspended_on: Option<Date>,
}

impl OwnTeam {
    pub fn state(&self) -> MemberState {
        match (self.left_on, self.suspended_on) {
            (Some(_), _) => MemberState::Left,
            (None, Some(_)) => MemberState::Suspended,
            (None, None) => MemberState::Active,
        }
    }
}

/// A team as the public sees it, of a center.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PublicTeam {
    pub id: TeamId,
    pub name: String,
    pub kind: String,
    pub kind_en: String,
    pub needs_qualification: Flag,
    pub(super) leader: Option<String>,
    pub about: Option<String>,
    pub recruits: Flag,
    pub sought: Option<String>,
    pub risks: Option<String>,
    pub members: i64,
}

impl PublicTeam {
    /// The leader as the public may call them.
    pub fn leader(&self) -> Option<String> {
        super::rules::first_name(self.leader.as_deref()?)
    }
}

/// Somebody who serves or served in a center, by number.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NumberedVolunteer {
    pub number: VolunteerNumber,
    pub person_id: PersonId,
    pub name: String,
    pub given_at: Timestamp,
    /// Teams of the center in which they serve now.
    pub teams: i64,
}
