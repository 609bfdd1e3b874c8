//! What a training and a commendation are.

use crate::clock::{Date, Timestamp};
use crate::files::FileId;
pub use crate::ids::{CommendationId, TrainingId};
use crate::ids::{PersonId, TeamId};
use crate::people::PersonRow;
use crate::store::text_enum;

text_enum!(
    /// Who commends.
    HonourLevel in "honour_level" {
        /// The center itself.
        Center = "center",
        Town = "town",
        City = "city",
        /// Somebody else, who is named.
        Other = "other",
    }
);

/// After how many hours somebody has the hours of how many stars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct StarLevel {
    pub stars: i64,
    /// Whole hours of confirmed service.
    pub hours: i64,
}

/// A training of a center's volunteers.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Training {
    pub id: TrainingId,
    pub team_id: Option<TeamId>,
    pub team: Option<String>,
    pub title: String,
    pub held_on: Date,
    pub minutes: i64,
    /// Who gave it.
    pub giver: String,
    pub place: Option<String>,
    /// Who attended.
    pub people: i64,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
}

/// Somebody who attended a training.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Trained {
    #[sqlx(flatten)]
    pub person: PersonRow,
    /// A scan of the certificate.
    pub file_id: Option<FileId>,
}

/// A training that somebody attended, as their own page shows it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TrainingOf {
    pub person_id: PersonId,
    pub id: TrainingId,
    pub center: String,
    pub title: String,
    pub held_on: Date,
    pub minutes: i64,
    pub giver: String,
}

/// A commendation of somebody, or of a team.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Commendation {
    pub id: CommendationId,
    pub center: String,
    pub person_id: Option<PersonId>,
    pub team_id: Option<TeamId>,
    /// What the person or the team is called.
    pub whom: String,
    pub title: String,
    pub level: HonourLevel,
    /// Who commends, in words; none where the level says it.
    pub giver: Option<String>,
    pub given_on: Date,
    /// The year that it is about.
    pub for_year: Option<i64>,
    /// For what.
    pub what: Option<String>,
    pub file_id: Option<FileId>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
}

/// Whom a commendation honours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Honoured {
    Team(TeamId),
    People(Vec<PersonId>),
}

/// What is known of one person: the whole ledger, and what the reader's centers wrote down.
#[derive(Clone, Debug)]
pub struct Honours {
    /// All confirmed minutes, of all centers.
    pub minutes: i64,
    /// Of how many stars they have the hours.
    pub stars: Option<i64>,
    pub trainings: Vec<TrainingOf>,
    pub commendations: Vec<Commendation>,
}

impl Honours {
    pub fn is_empty(&self) -> bool {
        self.minutes == 0 && self.trainings.is_empty() && self.commendations.is_empty()
    }
}
