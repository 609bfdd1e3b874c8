//! Founding teams, their members and leaders.

use super::membership::{self, BroughtMember};
use super::steward::Steward;
use super::types::{Team, TeamId};
use super::{Presentation, TeamInput, liaisons};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, OnViolation, Result};
use crate::ids::TeamMemberId;
use crate::people::{self, PersonId};
use crate::store::{Conn, Flag};
use crate::{audit, locks};

/// Founds a team. Its leader, who must be enrolled in the center, is its first member.
///
/// # Errors
/// `Invalid` at `name` if the center has a team of that name, at `kind` if there is no such kind; `NotFound` for a
/// leader whom the center does not know.
pub async fn create(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, input: &TeamInput) -> Result<TeamId> {
    let id: TeamId = sqlx::query_scalar(
        "insert into teams (center_id, kind_id, name, founded_on, created_at) values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(center.id())
    .bind(input.kind)
    .bind(&input.name)
    .bind(input.founded_on)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await
    .on_unique("teams_name", || Error::field("name", "field.name_taken"))
    .on_missing(|| Error::field("kind", "field.not_a_choice"))?;
    audit::record(tx, by, now, audit::entry("team.created", id.0).at(center.id())).await?;
    if let Some(leader) = input.leader {
        lead(by, now, tx, center, id, leader).await?;
    }
    Ok(id)
}

/// Takes a person of the center into the team, from today on. Who is in it already stays as they are.
///
/// # Errors
/// As [`membership::join`]'s, and `NotFound` for somebody whom the center does not know.
pub async fn add_member(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    team: TeamId,
    person: PersonId,
) -> Result<()> {
    let person = people::queries::find(tx, center.id(), person).await?;
    membership::join(&Steward::worker(by, center, team), now, tx, person.id).await
}

/// As [`add_member`], of whom a list that was kept elsewhere says since when they serve. None where they serve in the team already.
///
/// # Errors
/// As [`add_member`]'s, and `Refused("member_left_since")` for whoever left the team after that day.
pub async fn bring_member(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    (center, team): (&Center, TeamId),
    member: &BroughtMember,
) -> Result<Option<TeamMemberId>> {
    let person = people::queries::find(tx, center.id(), member.person).await?.id;
    let member = BroughtMember { person, ..member.clone() };
    membership::bring(&Steward::worker(by, center, team), now, tx, &member).await
}

/// Makes a person of the center the team's leader, and a member if they were not.
///
/// # Errors
/// As [`add_member`]'s: who rests, leads nothing.
pub async fn lead(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    team: TeamId,
    person: PersonId,
) -> Result<()> {
    let person = people::queries::find(tx, center.id(), person).await?.id;
    add_member(by, now, tx, center, team, person).await?;
    sqlx::query("update teams set leader_id = $1 where id = $2").bind(person).bind(team).execute(&mut *tx).await?;
    audit::record(tx, by, now, audit::entry("team.leader_changed", team.0).at(center.id())).await
}

/// Disbands a team: it can be chosen no more, its members and hours stay on record.
///
/// # Errors
/// `Refused("team_in_use")` while sessions are planned with it; `NotFound` if it is disbanded already.
pub async fn disband(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, team: &Team) -> Result<()> {
    // Before the look for planned sessions: whoever schedules one with the team holds it too.
    if !locks::team(tx, team.id).await? {
        return Err(Error::NotFound);
    }
    let today: Date = center.zone.date(now.0);
    let disbanded = sqlx::query(
        "update teams set disbanded_on = $1 where id = $2 and disbanded_on is null
         and not exists (select 1 from sessions s where s.team_id = teams.id and s.status = 'planned')",
    )
    .bind(today)
    .bind(team.id)
    .execute(&mut *tx)
    .await?;
    if disbanded.rows_affected() == 0 {
        return Err(Error::refused("team_in_use"));
    }
    liaisons::end(tx, team.id, today).await?;
    audit::record(tx, by, now, audit::entry("team.disbanded", team.id.0).at(center.id())).await
}

/// Takes a team back that was disbanded, with the members that it had.
///
/// # Errors
/// `NotFound` if it is not disbanded.
pub async fn restore(by: &Coordinator, now: Now, tx: &mut Conn, center: &Center, team: &Team) -> Result<()> {
    let restored = sqlx::query("update teams set disbanded_on = null where id = $1 and disbanded_on is not null")
        .bind(team.id)
        .execute(&mut *tx)
        .await?;
    if restored.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    audit::record(tx, by, now, audit::entry("team.restored", team.id.0).at(center.id())).await
}

/// Changes what a team tells whoever may join; where nothing is otherwise, nothing is written.
pub async fn present(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    team: &Team,
    told: &Presentation,
) -> Result<()> {
    if *told == Presentation::from(team) {
        return Ok(());
    }
    sqlx::query("update teams set about = $2, sought = $3, risks = $4, recruits = $5, helpers = $6 where id = $1")
        .bind(team.id)
        .bind(told.about.clone())
        .bind(told.sought.clone())
        .bind(told.risks.clone())
        .bind(Flag::from(told.recruits))
        .bind(told.helpers)
        .execute(&mut *tx)
        .await?;
    audit::record(tx, by, now, audit::entry("team.presented", team.id.0).at(center.id())).await
}
