//! Reading teams. A team leader finds the own team and no other.

use super::types::{Member, Team, TeamId, TeamKind, TeamKindId, TeamName};
use crate::auth::{CityAdmin, Role, TeamReader, Viewer};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::Conn;

/// Every team there is, for making a team leader's account.
pub async fn names(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<TeamName>> {
    Ok(sqlx::query_as(
        "select t.id, t.name, c.name as center from teams t join centers c on c.id = t.center_id
         where t.disbanded_on is null order by c.id, t.name",
    )
    .fetch_all(conn)
    .await?)
}

/// The center's teams that are there now, for choosing one.
pub async fn of_center(conn: &mut Conn, center: CenterId) -> Result<Vec<TeamName>> {
    Ok(sqlx::query_as(
        "select t.id, t.name, c.name as center from teams t join centers c on c.id = t.center_id
         where t.center_id = $1 and t.disbanded_on is null order by t.kind_id, t.name",
    )
    .bind(center)
    .fetch_all(conn)
    .await?)
}

pub async fn kinds(conn: &mut Conn) -> Result<Vec<TeamKind>> {
    Ok(sqlx::query_as("select id, name, name_en, needs_qualification from team_kinds order by id")
        .fetch_all(conn)
        .await?)
}

const TEAM: &str = "select t.id, t.name, t.kind_id, k.name as kind, k.name_en as kind_en, k.needs_qualification,
        t.leader_id, l.name as leader, t.founded_on, t.disbanded_on,
        (select count(*) from team_members m where m.team_id = t.id and m.left_on is null) as members,
        cast(coalesce((select sum(h.minutes) from hours_entries h where h.team_id = t.id), 0) as bigint) as minutes
     from teams t join team_kinds k on k.id = t.kind_id left join people l on l.id = t.leader_id
     where t.center_id = $1";

/// The condition that cuts a team leader's view to the own team; `$2` is the account of a leader, null for others.
const OWN: &str =
    "($2 is null or exists (select 1 from account_scopes s where s.account_id = $2 and s.team_id = t.id))";

fn leader(by: &Viewer) -> Option<crate::auth::AccountId> {
    (by.role == Role::TeamLeader).then_some(by.account)
}

/// The center's teams that the viewer may see: those that are there now first, by kind.
pub async fn list(by: &TeamReader, conn: &mut Conn, center: CenterId) -> Result<Vec<Team>> {
    let sql =
        format!("{TEAM} and {OWN} order by case when t.disbanded_on is null then 0 else 1 end, t.kind_id, t.name");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(leader(by)).fetch_all(conn).await?)
}

/// One team of the center, if the viewer may see it.
///
/// # Errors
/// `NotFound` for another center's, and for a team that a leader does not lead.
pub async fn find(by: &Viewer, conn: &mut Conn, center: CenterId, id: TeamId) -> Result<Team> {
    let sql = format!("{TEAM} and {OWN} and t.id = $3");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(leader(by))
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The center of a team that the viewer may reach.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: TeamId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select t.center_id from teams t join account_centers r on r.center_id = t.center_id
         where t.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// The kind of a team.
///
/// # Errors
/// `NotFound` where there is no such team.
pub(super) async fn kind_of(conn: &mut Conn, team: TeamId) -> Result<TeamKindId> {
    Ok(sqlx::query_scalar("select kind_id from teams where id = $1").bind(team).fetch_one(conn).await?)
}

/// Whether somebody serves in the team now.
pub(super) async fn is_member(conn: &mut Conn, team: TeamId, person: PersonId) -> Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from team_members where team_id = $1 and person_id = $2 and left_on is null",
    )
    .bind(team)
    .bind(person)
    .fetch_one(conn)
    .await?;
    Ok(count > 0)
}

/// Who serves in the team now, with their confirmed minutes in it.
pub async fn members(conn: &mut Conn, team: TeamId) -> Result<Vec<Member>> {
    Ok(sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4, m.joined_on,
                cast(coalesce((select sum(h.minutes) from hours_entries h
                    where h.person_id = p.id and h.team_id = m.team_id), 0) as bigint) as minutes
         from team_members m join people p on p.id = m.person_id
         where m.team_id = $1 and m.left_on is null order by p.pinyin, p.id",
    )
    .bind(team)
    .fetch_all(conn)
    .await?)
}
