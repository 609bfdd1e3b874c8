//! Reading teams. A team leader finds the own team and no other.

use std::collections::HashMap;

use serde_json::json;

use super::number::VolunteerNumber;
use super::steward::Steward;
use super::types::{
    FormerMember, Member, MemberChanged, MemberStanding, NumberedVolunteer, OwnTeam, PublicTeam, Team, TeamId,
    TeamKind, TeamKindId, TeamName,
};
use crate::auth::{CityAdmin, Role, TeamReader, Viewer};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, rows};

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
        cast(coalesce((select sum(h.minutes) from hours_entries h where h.team_id = t.id), 0) as bigint) as minutes,
        t.about, t.recruits, t.sought, t.risks, t.helpers,
        (select count(*) from team_applications w where w.team_id = t.id and w.state = 'waiting') as waiting,
        (select y.worker_id from team_liaisons y where y.team_id = t.id and y.to_date is null) as liaison_id
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
pub async fn kind_of(conn: &mut Conn, team: TeamId) -> Result<TeamKindId> {
    Ok(sqlx::query_scalar("select kind_id from teams where id = $1").bind(team).fetch_one(conn).await?)
}

/// Who serves in the team now, with their confirmed minutes in it.
pub async fn members(conn: &mut Conn, team: TeamId) -> Result<Vec<Member>> {
    Ok(sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4, m.joined_on, m.suspended_on,
                (select min(v.id) from volunteers v where v.person_id = p.id and v.came_with is null) as number,
                cast(coalesce((select sum(h.minutes) from hours_entries h
                    where h.person_id = p.id and h.team_id = m.team_id), 0) as bigint) as minutes
         from team_members m join people p on p.id = m.person_id
         where m.team_id = $1 and m.left_on is null
         order by case when m.suspended_on is null then 0 else 1 end, p.pinyin, p.id",
    )
    .bind(team)
    .fetch_all(conn)
    .await?)
}

/// Everybody who serves or served in a team of the center, by team and person.
pub async fn standings(conn: &mut Conn, center: CenterId) -> Result<HashMap<(TeamId, PersonId), MemberStanding>> {
    let found: Vec<MemberStanding> = sqlx::query_as(
        "select m.team_id, m.person_id, max(case when m.left_on is null then 1 else 0 end) as serves,
                max(case when m.left_on is null and m.suspended_on is not null then 1 else 0 end) as rests,
                max(m.left_on) as left_on
         from team_members m join teams t on t.id = m.team_id where t.center_id = $1
         group by m.team_id, m.person_id",
    )
    .bind(center)
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|one| ((one.team_id, one.person_id), one)).collect())
}

/// The center's teams that are there now, with the kind of each.
pub async fn with_kinds(conn: &mut Conn, center: CenterId) -> Result<Vec<(TeamId, String, TeamKind)>> {
    let teams: Vec<(TeamId, String, TeamKindId)> = sqlx::query_as(
        "select id, name, kind_id from teams where center_id = $1 and disbanded_on is null order by kind_id, name",
    )
    .bind(center)
    .fetch_all(&mut *conn)
    .await?;
    let kinds = kinds(conn).await?;
    let kind = |id: TeamKindId| kinds.iter().find(|kind| kind.id == id).cloned();
    Ok(teams.into_iter().filter_map(|(id, name, of)| Some((id, name, kind(of)?))).collect())
}

/// Who was in the team and is not any more, the last first.
pub async fn former(conn: &mut Conn, team: TeamId) -> Result<Vec<FormerMember>> {
    Ok(sqlx::query_as(
        "select p.id as person_id, p.name, x.left_on
         from (select m.person_id, max(m.left_on) as left_on from team_members m
               where m.team_id = $1 and m.left_on is not null
                 and not exists (select 1 from team_members o
                     where o.team_id = m.team_id and o.person_id = m.person_id and o.left_on is null)
               group by m.person_id) x
         join people p on p.id = x.person_id and p.erased_at is null order by x.left_on desc, p.pinyin, p.id",
    )
    .bind(team)
    .fetch_all(conn)
    .await?)
}

/// What became of whom in the team, the last first.
pub async fn changes(conn: &mut Conn, team: TeamId, limit: i64) -> Result<Vec<MemberChanged>> {
    Ok(sqlx::query_as(
        "select x.person_id, p.name, x.change, x.changed_on, x.reason, x.by_whom, a.name as account
         from team_member_changes x join people p on p.id = x.person_id left join accounts a on a.id = x.account_id
         where x.team_id = $1 order by x.id desc limit $2",
    )
    .bind(team)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// The number of somebody who serves or served.
pub async fn volunteer_number(conn: &mut Conn, person: PersonId) -> Result<Option<VolunteerNumber>> {
    Ok(sqlx::query_scalar("select min(v.id) from volunteers v where v.person_id = $1 and v.came_with is null")
        .bind(person)
        .fetch_one(conn)
        .await?)
}

/// Who serves or served in a team of the center, up to `limit` after a number; or the one who has this number.
pub async fn volunteers(
    conn: &mut Conn,
    center: CenterId,
    number: Option<VolunteerNumber>,
    (after, limit): (i64, i64),
) -> Result<Vec<NumberedVolunteer>> {
    Ok(sqlx::query_as(
        "select v.id as number, p.id as person_id, p.name, v.given_at,
                (select count(*) from team_members m join teams t on t.id = m.team_id
                 where m.person_id = p.id and t.center_id = $1 and m.left_on is null and t.disbanded_on is null) as teams
         from volunteers v join people p on p.id = v.person_id and p.erased_at is null
         where v.id > $3 and (cast($2 as bigint) is null or v.id = $2)
           and (v.came_with is null or v.id = $2)
           and exists (select 1 from team_members m join teams t on t.id = m.team_id where m.person_id = p.id and t.center_id = $1)
         order by v.id limit $4",
    )
    .bind(center)
    .bind(number.map(VolunteerNumber::place))
    .bind(after)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

const PUBLIC: &str =
    "select t.id, t.name, k.name as kind, k.name_en as kind_en, k.needs_qualification, l.name as leader, t.about,
        t.recruits, t.sought, t.risks,
        (select count(*) from team_members m where m.team_id = t.id and m.left_on is null) as members
     from teams t join team_kinds k on k.id = t.kind_id left join people l on l.id = t.leader_id
     where t.center_id = $1 and t.disbanded_on is null";

/// The center's teams as the public sees them, those first that seek somebody.
pub async fn all_public(conn: &mut Conn, center: CenterId) -> Result<Vec<PublicTeam>> {
    let sql = format!("{PUBLIC} order by t.recruits desc, t.kind_id, t.name");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another center's, and for one that is disbanded.
pub async fn public(conn: &mut Conn, center: CenterId, id: TeamId) -> Result<PublicTeam> {
    let sql = format!("{PUBLIC} and t.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center of a team that is there or was, for whoever is in it.
pub async fn center_of_any(conn: &mut Conn, id: TeamId) -> Result<CenterId> {
    sqlx::query_scalar("select center_id from teams where id = $1")
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The team that somebody answers for.
pub async fn of_steward(by: &Steward, conn: &mut Conn) -> Result<Team> {
    let sql = format!("{TEAM} and t.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(by.center.id())
        .bind(by.team)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The teams in which those serve or served for whom the phone is confirmed, the latest first; each once.
pub async fn own(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<Vec<OwnTeam>> {
    Ok(sqlx::query_as(
        "select m.person_id, t.id, t.name, c.name as center, m.joined_on, m.left_on, m.suspended_on
         from json_each(cast($1 as json_text)) j
         join team_members m on m.person_id = cast(cast(j.value as text) as bigint)
         join teams t on t.id = m.team_id join centers c on c.id = t.center_id
         where not exists (select 1 from team_members o
             where o.team_id = m.team_id and o.person_id = m.person_id and o.id > m.id)
         order by case when m.left_on is null then 0 else 1 end, m.id desc",
    )
    .bind(rows(by, |one| json!(one.person)))
    .fetch_all(conn)
    .await?)
}

/// The numbers of those for whom the phone is confirmed.
pub async fn own_numbers(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<Vec<(PersonId, VolunteerNumber)>> {
    Ok(sqlx::query_as(
        "select v.person_id, min(v.id) as number
         from json_each(cast($1 as json_text)) j
         join volunteers v on v.person_id = cast(cast(j.value as text) as bigint) and v.came_with is null
         group by v.person_id",
    )
    .bind(rows(by, |one| json!(one.person)))
    .fetch_all(conn)
    .await?)
}

/// The teams that those lead for whom the phone is confirmed.
pub async fn led_by(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<Vec<TeamName>> {
    Ok(sqlx::query_as(
        "select t.id, t.name, c.name as center
         from json_each(cast($1 as json_text)) j
         join teams t on t.leader_id = cast(cast(j.value as text) as bigint) and t.disbanded_on is null
         join centers c on c.id = t.center_id order by t.id",
    )
    .bind(rows(by, |one| json!(one.person)))
    .fetch_all(conn)
    .await?)
}
