//! Volunteer teams (志愿服务队伍).

pub mod queries;

use crate::store::id_type;

id_type!(TeamId);

/// A team's name with its center's, for choosing one of all.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TeamName {
    pub id: TeamId,
    pub name: String,
    pub center: String,
}
