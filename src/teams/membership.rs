//! Who is in a team: joining, resting, coming back, leaving. Each change is a row that stays, with who made it and why.

use std::collections::HashMap;

use serde_json::json;

use super::number::VolunteerNumber;
use super::queries;
use super::rules::{self, Wish};
use super::steward::{Steward, account_and_phone};
use super::types::{ChangedBy, MemberChange, MemberState, TeamId};
use crate::audit::{self, Acting};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Refusal, Result};
use crate::ids::TeamMemberId;
use crate::people::PersonId;
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, rows};
use crate::{locks, qualifications};

/// Where a change is made, and of whom.
#[derive(Clone, Copy)]
struct MemberPlace<'a> {
    center: &'a Center,
    team: TeamId,
    person: PersonId,
}

/// How somebody stands to a team now.
pub(super) async fn state(conn: &mut Conn, team: TeamId, person: PersonId) -> Result<MemberState> {
    let (now, suspended, ever): (i64, i64, i64) = sqlx::query_as(
        "select count(case when left_on is null then 1 end) as now,
                count(case when left_on is null and suspended_on is not null then 1 end) as suspended, count(*) as ever
         from team_members where team_id = $1 and person_id = $2",
    )
    .bind(team)
    .bind(person)
    .fetch_one(conn)
    .await?;
    Ok(match (now, suspended, ever) {
        (0, _, 0) => MemberState::Outside,
        (0, ..) => MemberState::Left,
        (_, 0, _) => MemberState::Active,
        (..) => MemberState::Suspended,
    })
}

/// Takes somebody whom the center knows into the team, from today on, and gives them a number. Who serves in it stays as they are; who
/// left it comes back to what they did before.
///
/// # Errors
/// `Refused("member_suspended")` for somebody who is to rest, as [`qualifications::admits`] for whom the work of the team asks a
/// qualification that they lack; `NotFound` where the team was disbanded.
pub async fn join(by: &Steward, now: Now, tx: &mut Conn, person: PersonId) -> Result<()> {
    let member = BroughtMember { person, joined_on: None, note: None };
    bring(by, now, tx, &member).await.map(|_| ())
}

/// Somebody who serves in a team, as a list that was kept elsewhere has it.
#[derive(Clone, Debug)]
pub struct BroughtMember {
    pub person: PersonId,
    /// Since when; none is today.
    pub joined_on: Option<Date>,
    /// What the history keeps of it: the number by which they were known elsewhere.
    pub note: Option<String>,
}

/// As [`join`], from a day on that has been. Says which membership it is; none, where they serve in the team already.
///
/// # Errors
/// As [`join`]'s, and `Refused("member_left_since")` for whoever left the team after that day: the list is older than what is known.
pub(super) async fn bring(
    by: &Steward,
    now: Now,
    tx: &mut Conn,
    member: &BroughtMember,
) -> Result<Option<TeamMemberId>> {
    let place = MemberPlace { center: &by.center, team: by.team, person: member.person };
    let Some(changed) = hold(tx, place, Wish::Join).await? else { return Ok(None) };
    let today = place.center.zone.date(now.0);
    let joined_on = member.joined_on.unwrap_or(today);
    if let Some(left) = left_after(tx, place, joined_on).await? {
        return Err(Refusal::new("member_left_since").with("day", left).into());
    }
    qualified(tx, place, today).await?;
    let id: TeamMemberId = sqlx::query_scalar(
        "insert into team_members (team_id, person_id, joined_on, created_at) values ($1, $2, $3, $4) returning id",
    )
    .bind(place.team)
    .bind(place.person)
    .bind(joined_on)
    .bind(now.0)
    .fetch_one(&mut *tx)
    .await?;
    give_number(now, tx, place.person).await?;
    record((by, by.by), now, tx, place, (changed, joined_on), member.note.as_deref()).await?;
    Ok(Some(id))
}

/// When they left the team last, if after this day.
async fn left_after(tx: &mut Conn, place: MemberPlace<'_>, day: Date) -> Result<Option<Date>> {
    Ok(sqlx::query_scalar(
        "select max(left_on) from team_members where team_id = $1 and person_id = $2 and left_on > $3",
    )
    .bind(place.team)
    .bind(place.person)
    .bind(day)
    .fetch_one(tx)
    .await?)
}

/// Takes back a membership that a list brought, as if it had not: with its place in the history, and with the number that came with it,
/// where the person serves nowhere else. False where anything became of it since, or the person was made one with another: it stays.
pub async fn take_back(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (member, person): (TeamMemberId, PersonId),
) -> Result<bool> {
    let found: Option<(TeamId, Timestamp)> = sqlx::query_as(
        "select m.team_id, m.created_at from team_members m join teams t on t.id = m.team_id
         where m.id = $1 and m.person_id = $2 and t.center_id = $3",
    )
    .bind(member)
    .bind(person)
    .bind(center.id())
    .fetch_optional(&mut *tx)
    .await?;
    let Some((team, at)) = found else { return Ok(false) };
    // Also of a team that was disbanded meanwhile.
    locks::team(tx, team).await?;
    locks::person(tx, person).await?;
    let out = sqlx::query(
        "delete from team_members
         where id = $1 and left_on is null and suspended_on is null
           and not exists (select 1 from teams t where t.id = team_members.team_id and t.leader_id = team_members.person_id)
           and (select count(*) from team_member_changes x
                where x.team_id = team_members.team_id and x.person_id = team_members.person_id
                  and x.recorded_at >= team_members.created_at) <= 1
           and not exists (select 1 from attendances a join sessions s on s.id = a.session_id
                where a.person_id = team_members.person_id and a.part = 'volunteer' and a.voided_at is null
                  and s.team_id = team_members.team_id and a.recorded_at >= team_members.created_at)
           and not exists (select 1 from shifts f join shift_needs n on n.id = f.need_id join sessions s on s.id = f.session_id
                where f.person_id = team_members.person_id and f.state = 'taken'
                  and coalesce(n.team_id, s.team_id) = team_members.team_id)",
    )
    .bind(member)
    .execute(&mut *tx)
    .await?;
    if out.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query("delete from team_member_changes where team_id = $1 and person_id = $2 and recorded_at = $3")
        .bind(team)
        .bind(person)
        .bind(at)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "delete from volunteers where person_id = $1 and came_with is null and given_at = $2
           and not exists (select 1 from team_members m where m.person_id = volunteers.person_id)
           and not exists (select 1 from service_certificates c where c.person_id = volunteers.person_id)",
    )
    .bind(person)
    .bind(at)
    .execute(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("team.member_taken_out", team.0).at(center.id())).await?;
    Ok(true)
}

/// Lets a member rest for a reason: they are asked for no service until they are back. Who leads the team leads it no more.
///
/// # Errors
/// `Refused("not_serving")` for whoever rests already; `NotFound` for whoever is not in it.
pub async fn suspend(by: &Steward, now: Now, tx: &mut Conn, person: PersonId, reason: &str) -> Result<()> {
    let place = MemberPlace { center: &by.center, team: by.team, person };
    let Some(changed) = hold(tx, place, Wish::Suspend).await? else { return Ok(()) };
    sqlx::query("update team_members set suspended_on = $1 where team_id = $2 and person_id = $3 and left_on is null")
        .bind(place.center.zone.date(now.0))
        .bind(place.team)
        .bind(person)
        .execute(&mut *tx)
        .await?;
    lead_no_more(tx, place).await?;
    record((by, by.by), now, tx, place, (changed, place.center.zone.date(now.0)), Some(reason)).await
}

/// Ends a member's rest.
///
/// # Errors
/// `Refused("not_suspended")` for whoever does not rest, and as [`join`]'s for a qualification that ran out meanwhile; `NotFound` for
/// whoever is not in it.
pub async fn resume(by: &Steward, now: Now, tx: &mut Conn, person: PersonId) -> Result<()> {
    let place = MemberPlace { center: &by.center, team: by.team, person };
    let Some(changed) = hold(tx, place, Wish::Resume).await? else { return Ok(()) };
    qualified(tx, place, place.center.zone.date(now.0)).await?;
    sqlx::query(
        "update team_members set suspended_on = null where team_id = $1 and person_id = $2 and left_on is null",
    )
    .bind(place.team)
    .bind(person)
    .execute(&mut *tx)
    .await?;
    record((by, by.by), now, tx, place, (changed, place.center.zone.date(now.0)), None).await
}

/// Ends a membership today, with a reason or without. The hours served stay; a leader who leaves leads no more.
///
/// # Errors
/// `NotFound` for somebody who is not in the team.
pub async fn part(by: &Steward, now: Now, tx: &mut Conn, person: PersonId, reason: Option<&str>) -> Result<()> {
    let place = MemberPlace { center: &by.center, team: by.team, person };
    end((by, by.by), now, tx, place, reason).await
}

/// Leaves a team by the volunteer's own hand: nobody has to agree.
///
/// # Errors
/// `NotFound` where they are not in it.
pub async fn leave_oneself(
    by: &ConfirmedPhone,
    now: Now,
    tx: &mut Conn,
    (center, team): (&Center, TeamId),
    reason: Option<&str>,
) -> Result<()> {
    let place = MemberPlace { center, team, person: by.person };
    end((by, ChangedBy::Oneself), now, tx, place, reason).await
}

async fn end(
    by: (&impl Acting, ChangedBy),
    now: Now,
    tx: &mut Conn,
    place: MemberPlace<'_>,
    reason: Option<&str>,
) -> Result<()> {
    let Some(changed) = hold(tx, place, Wish::Leave).await? else { return Ok(()) };
    sqlx::query("update team_members set left_on = $1 where team_id = $2 and person_id = $3 and left_on is null")
        .bind(place.center.zone.date(now.0))
        .bind(place.team)
        .bind(place.person)
        .execute(&mut *tx)
        .await?;
    lead_no_more(tx, place).await?;
    record(by, now, tx, place, (changed, place.center.zone.date(now.0)), reason).await
}

/// The law asks it of who serves, however they come to serve.
async fn qualified(tx: &mut Conn, place: MemberPlace<'_>, day: Date) -> Result<()> {
    let kind = queries::kind_of(tx, place.team).await?;
    qualifications::admits(tx, place.person, kind, day).await
}

async fn lead_no_more(tx: &mut Conn, place: MemberPlace<'_>) -> Result<()> {
    sqlx::query("update teams set leader_id = null where id = $1 and leader_id = $2")
        .bind(place.team)
        .bind(place.person)
        .execute(tx)
        .await?;
    Ok(())
}

/// Holds the team and the person, so that of two changes one comes after the other, and says what becomes of them.
async fn hold(tx: &mut Conn, place: MemberPlace<'_>, wish: Wish) -> Result<Option<MemberChange>> {
    if !locks::team(tx, place.team).await? && wish != Wish::Leave {
        return Err(Error::NotFound);
    }
    locks::person(tx, place.person).await?;
    let state = state(tx, place.team, place.person).await?;
    if matches!(state, MemberState::Outside | MemberState::Left) && wish != Wish::Join {
        return Err(Error::NotFound);
    }
    rules::change(state, wish)
}

/// A number for whoever has none. Their row is held.
async fn give_number(now: Now, tx: &mut Conn, person: PersonId) -> Result<()> {
    sqlx::query(
        "insert into volunteers (person_id, given_at)
         select cast($1 as bigint), cast($2 as bigint) where not exists (select 1 from volunteers v where v.person_id = $1 and v.came_with is null)",
    )
    .bind(person)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// The numbers of people whose rows are held; who has none is given one, in the order of the list.
pub async fn numbers(now: Now, tx: &mut Conn, people: &[PersonId]) -> Result<HashMap<PersonId, VolunteerNumber>> {
    let ids = rows(people, |id| json!(id));
    sqlx::query(
        "insert into volunteers (person_id, given_at)
         select cast(cast(j.value as text) as bigint), cast($2 as bigint) from json_each(cast($1 as json_text)) j
         where not exists (select 1 from volunteers v where v.person_id = cast(cast(j.value as text) as bigint) and v.came_with is null)
         order by cast(j.key as bigint)",
    )
    .bind(&ids)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    let numbers: Vec<(PersonId, VolunteerNumber)> = sqlx::query_as(
        "select v.person_id, min(v.id) as number
         from json_each(cast($1 as json_text)) j
         join volunteers v on v.person_id = cast(cast(j.value as text) as bigint) and v.came_with is null
         group by v.person_id",
    )
    .bind(&ids)
    .fetch_all(tx)
    .await?;
    Ok(numbers.into_iter().collect())
}

async fn record(
    (by, as_whom): (&impl Acting, ChangedBy),
    now: Now,
    tx: &mut Conn,
    place: MemberPlace<'_>,
    (changed, on): (MemberChange, Date),
    reason: Option<&str>,
) -> Result<()> {
    let (account, phone) = account_and_phone(&by.actor());
    sqlx::query(
        "insert into team_member_changes (team_id, person_id, change, changed_on, reason, by_whom, account_id, phone_id, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(place.team)
    .bind(place.person)
    .bind(changed)
    .bind(on)
    .bind(reason.map(str::to_owned))
    .bind(as_whom)
    .bind(account)
    .bind(phone)
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    let action = match changed {
        MemberChange::Joined => "team.member_added",
        MemberChange::Returned => "team.member_returned",
        MemberChange::Suspended => "team.member_suspended",
        MemberChange::Resumed => "team.member_resumed",
        MemberChange::Left => "team.member_left",
    };
    audit::record(tx, by, now, audit::entry(action, place.team.0).at(place.center.id())).await
}
