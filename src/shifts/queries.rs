//! Reading needs and shifts, of sessions to which the reader was let.

use serde_json::json;

use super::keeper::ShiftKeeper;
use super::minors;
use super::rules::{ADULT, ShiftLimits, ShiftSpan};
use super::types::{
    Need, OpenShift, OwnShift, RotaLine, Shift, ShiftGap, ShiftId, ShiftNeedId, ShiftSession, ShiftState,
};
use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::auth::{Role, TeamReader};
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::ids::{PersonId, SessionId, TeamId};
use crate::people::PersonRow;
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, rows};

/// Days that the lists look ahead.
pub const AHEAD: u64 = 28;

const NEED: &str =
    "select n.id, n.session_id, n.team_id, t.name as team, t.kind_id as team_kind, n.kind_id, k.name as kind, k.name_en as kind_en,
        n.position, n.wanted, n.note, n.withdrawn_at, n.withdraw_reason,
        (select count(*) from shifts x where x.need_id = n.id and x.state = 'taken') as taken,
        (select count(*) from shifts x where x.need_id = n.id and x.state = 'invited') as invited
     from shift_needs n left join teams t on t.id = n.team_id left join qualification_kinds k on k.id = n.kind_id";

/// What a session needs, as it was said; what is needed no more comes last.
pub async fn needs(conn: &mut Conn, session: SessionId) -> Result<Vec<Need>> {
    let sql =
        format!("{NEED} where n.session_id = $1 order by case when n.withdrawn_at is null then 0 else 1 end, n.id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(session).fetch_all(conn).await?)
}

/// Those of them that the keeper keeps.
pub async fn kept(by: &ShiftKeeper, conn: &mut Conn) -> Result<Vec<Need>> {
    let session = session(conn, by.session).await?;
    let mut needs = needs(conn, by.session).await?;
    needs.retain(|need| by.keeps(session.team_id, need.team_id));
    Ok(needs)
}

/// One of a session's needs that the keeper keeps.
///
/// # Errors
/// `NotFound` for another session's, and for another team's.
pub async fn need(by: &ShiftKeeper, conn: &mut Conn, id: ShiftNeedId) -> Result<Need> {
    let found = any_need(conn, id).await?.filter(|need| need.session_id == by.session).ok_or(Error::NotFound)?;
    let session = session(conn, by.session).await?;
    if by.keeps(session.team_id, found.team_id) { Ok(found) } else { Err(Error::NotFound) }
}

pub(super) async fn any_need(conn: &mut Conn, id: ShiftNeedId) -> Result<Option<Need>> {
    let sql = format!("{NEED} where n.id = $1");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?)
}

pub(super) async fn session(conn: &mut Conn, id: SessionId) -> Result<ShiftSession> {
    sqlx::query_as(
        "select s.id, s.center_id, s.activity_id, s.team_id, s.worker_id, s.starts_at, s.ends_at, s.local_date, s.status, c.zone
         from sessions s join centers c on c.id = s.center_id where s.id = $1",
    )
    .bind(id)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// The condition that shift `f`, at session `s`, is at the time of another one that the person took.
const CLASHES: &str = "(f.state = 'taken' and s.status = 'planned' and exists (
    select 1 from shifts o join sessions z on z.id = o.session_id
    where o.person_id = f.person_id and o.state = 'taken' and o.session_id <> f.session_id and z.status = 'planned'
      and z.starts_at < s.ends_at and s.starts_at < z.ends_at))";

/// Whether who said yes may not serve there any more: they left the team or rest, or what the position or the team's work asks of them ran
/// out, or does not last until the day to which it was moved.
const AWAY: &str = "(f.state = 'taken' and s.status = 'planned' and (
    n.team_id is not null and not exists (select 1 from team_members m join teams h on h.id = m.team_id
        where m.team_id = n.team_id and m.person_id = f.person_id and m.left_on is null and m.suspended_on is null
          and h.disbanded_on is null)
    or n.team_id is null and not exists (select 1 from team_members m join teams h on h.id = m.team_id
        where h.center_id = s.center_id and m.person_id = f.person_id and m.left_on is null and m.suspended_on is null
          and h.disbanded_on is null)
    or n.kind_id is not null and not exists (select 1 from qualifications g
        where g.person_id = f.person_id and g.kind_id = n.kind_id and g.voided_at is null and g.confirmed_at is not null
          and (g.valid_to is null or g.valid_to >= s.local_date))
    or exists (select 1 from teams h join team_kinds w on w.id = h.kind_id
        where h.id = coalesce(n.team_id, s.team_id) and w.needs_qualification = 1 and not exists (
            select 1 from qualifications g join qualification_kinds v on v.id = g.kind_id
            where g.person_id = f.person_id and v.team_kind = w.code and g.voided_at is null and g.confirmed_at is not null
              and (g.valid_to is null or g.valid_to >= s.local_date)))))";

/// Who was asked for a shift that somebody still holds.
const SUBSTITUTE: &str = "(select min(y.name) from shifts x join people y on y.id = x.person_id
    where x.instead_of = f.id and x.state = 'invited')";

/// Everybody's shifts at a session, those who hold one first.
pub async fn of_session(conn: &mut Conn, session: SessionId) -> Result<Vec<Shift>> {
    let sql = format!(
        "select f.id as shift_id, f.need_id, p.id, p.name, p.birth_date, p.phone_last4, f.state, f.instead_of, f.by_whom, f.changed_at,
                f.word, {SUBSTITUTE} as substitute, s.status, s.ends_at,
                case when exists (select 1 from attendances a where a.session_id = f.session_id and a.person_id = f.person_id
                    and a.part = 'volunteer' and a.voided_at is null) then 1 else 0 end as came,
                case when {CLASHES} then 1 else 0 end as clashes, case when {AWAY} then 1 else 0 end as away
         from shifts f join people p on p.id = f.person_id join sessions s on s.id = f.session_id
         join shift_needs n on n.id = f.need_id
         where f.session_id = $1 and f.state <> 'merged'
         order by case f.state when 'taken' then 0 when 'invited' then 1 else 2 end, f.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(session).fetch_all(conn).await?)
}

/// A shift as the actions need it.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(super) struct HeldShift {
    pub id: ShiftId,
    pub need_id: ShiftNeedId,
    pub person_id: PersonId,
    pub state: ShiftState,
    pub instead_of: Option<ShiftId>,
}

pub(super) async fn shift(conn: &mut Conn, id: ShiftId) -> Result<HeldShift> {
    sqlx::query_as("select id, need_id, person_id, state, instead_of from shifts where id = $1")
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// What somebody said yes to, or is asked, at a session.
pub(super) async fn live(conn: &mut Conn, session: SessionId, person: PersonId) -> Result<Option<HeldShift>> {
    Ok(sqlx::query_as(
        "select id, need_id, person_id, state, instead_of from shifts
         where session_id = $1 and person_id = $2 and state in ('invited', 'taken')",
    )
    .bind(session)
    .bind(person)
    .fetch_optional(conn)
    .await?)
}

/// A shift that somebody took, and when it is.
#[derive(sqlx::FromRow)]
struct TakenSpan {
    person_id: PersonId,
    session_id: SessionId,
    #[sqlx(flatten)]
    span: ShiftSpan,
}

/// The shifts that these took, around some days: cancelled ones do not count. `days` is how far a run of them is looked at.
pub(super) async fn spans(
    conn: &mut Conn,
    people: &[PersonId],
    (from, to): (Date, Date),
    days: i64,
) -> Result<Vec<(PersonId, SessionId, ShiftSpan)>> {
    let days = days.unsigned_abs() + 1;
    let found: Vec<TakenSpan> = sqlx::query_as(
        "select f.person_id, f.session_id, s.starts_at, s.ends_at, s.local_date
         from json_each(cast($1 as json_text)) j
         join shifts f on f.person_id = cast(cast(j.value as text) as bigint) and f.state = 'taken'
         join sessions s on s.id = f.session_id
         where s.status in ('planned', 'completed') and s.local_date >= $2 and s.local_date <= $3",
    )
    .bind(rows(people, |person| json!(person)))
    .bind(from.minus_days(days))
    .bind(to.plus_days(days))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.person_id, row.session_id, row.span)).collect())
}

/// What is too much, as the administrator has it.
pub async fn limits(conn: &mut Conn) -> Result<ShiftLimits> {
    Ok(sqlx::query_as(
        "select day_minutes, days_running, minors_from, minors_to, minors_minutes from shift_limits where id = 1",
    )
    .fetch_one(conn)
    .await?)
}

/// Somebody who may be asked, and a team in which they serve.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Askable {
    pub team_id: TeamId,
    #[sqlx(flatten)]
    pub person: PersonRow,
}

/// Who serves in the center, once for each team, without those who hold or were asked for a shift at the session.
pub(super) async fn askable(conn: &mut Conn, center: &Center, session: SessionId) -> Result<Vec<Askable>> {
    Ok(sqlx::query_as(
        "select m.team_id, p.id, p.name, p.birth_date, p.phone_last4
         from teams t join team_members m on m.team_id = t.id and m.left_on is null and m.suspended_on is null
         join people p on p.id = m.person_id
         where t.center_id = $1 and t.disbanded_on is null
           and not exists (select 1 from shifts f where f.session_id = $2 and f.person_id = p.id and f.state in ('invited', 'taken'))
         order by p.pinyin, p.id, m.team_id",
    )
    .bind(center.id())
    .bind(session)
    .fetch_all(conn)
    .await?)
}

/// What those hold or are asked for whose phone it is, the next first; what was cancelled stays until it would have been over.
pub async fn own(by: &[ConfirmedPhone], conn: &mut Conn, now: Now) -> Result<Vec<OwnShift>> {
    let sql = format!(
        "select f.id as shift_id, f.person_id, f.state, f.instead_of, {SUBSTITUTE} as substitute,
                (select y.name from shifts x join people y on y.id = x.person_id where x.id = f.instead_of) as asker,
                n.position, n.note, coalesce(n.team_id, s.team_id) as team_id, {}, c.name as center, {ROOM} as room, c.zone,
                s.starts_at, s.ends_at, s.local_date, s.status, case when {CLASHES} then 1 else 0 end as clashes
         from json_each(cast($2 as json_text)) j
         join shifts f on f.person_id = cast(cast(j.value as text) as bigint) and f.state in ('invited', 'taken')
         join shift_needs n on n.id = f.need_id
         join sessions s on s.id = f.session_id join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where s.ends_at > $3 and s.status in ('planned', 'cancelled', 'skipped')
         order by s.starts_at, f.id",
        title::columns("$1")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(rows(by, |one| json!(one.person)))
        .bind(now.0)
        .fetch_all(conn)
        .await?)
}

/// What those are called whose phone it is.
pub(super) async fn names(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<Vec<(PersonId, String)>> {
    Ok(sqlx::query_as(
        "select p.id, p.name from people p
         where p.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) order by p.id",
    )
    .bind(rows(by, |one| json!(one.person)))
    .fetch_all(conn)
    .await?)
}

/// The most that one phone is shown to take.
const OPEN: i64 = 60;

/// What those may take whose phone it is: of their teams, or of the centers where they serve, in the coming weeks.
pub async fn open(by: &[ConfirmedPhone], conn: &mut Conn, now: Now, until: Date) -> Result<Vec<OpenShift>> {
    if by.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select n.id as need_id, p.id as person_id, n.position, n.note, t.name as team, q.name as qualification, q.name_en as qualification_en,
                n.wanted - (select count(*) from shifts x where x.need_id = n.id and x.state = 'taken') as lacks,
                case when exists (select 1 from risky_sessions r where r.session_id = s.id) then 1 else 0 end as risky,
                {}, c.name as center, {ROOM} as room, c.zone, s.starts_at, s.ends_at, s.local_date
         from json_each(cast($2 as json_text)) j
         join people p on p.id = cast(cast(j.value as text) as bigint)
         join sessions s on s.status = 'planned' and s.starts_at > $3 and s.local_date <= $4
             and s.center_id in (select h.center_id from team_members m join teams h on h.id = m.team_id
                 where m.person_id = p.id and m.left_on is null and m.suspended_on is null and h.disbanded_on is null)
         join shift_needs n on n.session_id = s.id and n.withdrawn_at is null
         join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         left join teams t on t.id = n.team_id left join qualification_kinds q on q.id = n.kind_id
         where (n.team_id is null or exists (select 1 from team_members m where m.team_id = n.team_id and m.person_id = p.id
                 and m.left_on is null and m.suspended_on is null))
           and n.wanted > (select count(*) from shifts x where x.need_id = n.id and x.state = 'taken')
           and not exists (select 1 from shifts f where f.session_id = s.id and f.person_id = p.id and f.state in ('invited', 'taken'))
         order by s.starts_at, n.id, p.id limit $5",
        title::columns("$1")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(rows(by, |one| json!(one.person)))
        .bind(now.0)
        .bind(until)
        .bind(OPEN)
        .fetch_all(conn)
        .await?)
}

/// Who may be asked to take a shift over: who serves in these teams, by team and name.
pub async fn substitutes(
    by: &[ConfirmedPhone],
    conn: &mut Conn,
    teams: &[TeamId],
) -> Result<Vec<(TeamId, PersonId, String)>> {
    Ok(sqlx::query_as(
        "select m.team_id, p.id, p.name
         from team_members m join people p on p.id = m.person_id
         where m.team_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and m.left_on is null and m.suspended_on is null
           and exists (select 1 from team_members o where o.team_id = m.team_id and o.left_on is null
               and o.person_id in (select cast(cast(y.value as text) as bigint) from json_each(cast($2 as json_text)) y))
         order by m.team_id, p.pinyin, p.id",
    )
    .bind(rows(teams, |team| json!(team)))
    .bind(rows(by, |one| json!(one.person)))
    .fetch_all(conn)
    .await?)
}

/// What the center's coming sessions still lack, those that a team leader's team has to do with; or of one team.
pub async fn gaps(
    by: &TeamReader,
    conn: &mut Conn,
    now: Now,
    center: &Center,
    team: Option<TeamId>,
) -> Result<Vec<ShiftGap>> {
    let led = (by.role == Role::TeamLeader).then_some(by.account);
    let own = "(cast($5 as bigint) is null or exists (select 1 from account_scopes g where g.account_id = $5
        and (g.team_id = n.team_id or g.team_id = s.team_id)))";
    let wanted = "(cast($6 as bigint) is null or n.team_id = $6 or s.team_id = $6)";
    let sql = format!("{} and {own} and {wanted} order by s.starts_at, n.id", gap());
    let until = center.zone.date(now.0).plus_days(AHEAD);
    let misplaced = minors::misplaced(conn, now, center, until, None).await?;
    let mut found: Vec<ShiftGap> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center.id())
        .bind(now.0)
        .bind(until)
        .bind(led)
        .bind(team)
        .bind(adult())
        .bind(rows(&misplaced, |(need, _)| json!(need)))
        .fetch_all(conn)
        .await?;
    for gap in &mut found {
        gap.misplaced = misplaced.iter().filter(|(need, _)| *need == gap.need_id).count();
    }
    Ok(found)
}

/// Years after which somebody is of age, as a date's year is counted back.
fn adult() -> i64 {
    i64::from(ADULT)
}

/// Needs with something missing of the center `$2`'s sessions that end after `$3`, until the day `$4`; `$7` is the age of an adult, and
/// `$8` are needs that are listed anyway.
fn gap() -> String {
    let born = "cast(cast(substr(s.local_date, 1, 4) as bigint) - $7 as text) || substr(s.local_date, 5)";
    let clashes = format!("(select count(*) from shifts f where f.need_id = n.id and {CLASHES})");
    let away = format!("(select count(*) from shifts f where f.need_id = n.id and {AWAY})");
    let alone = format!(
        "(select count(*) from shifts f join people p on p.id = f.person_id
          where f.need_id = n.id and f.state = 'taken' and s.worker_id is null and p.birth_date > {born}
            and not exists (select 1 from shifts o join people g on g.id = o.person_id
                where o.session_id = s.id and o.state = 'taken' and (g.birth_date is null or g.birth_date <= {born})))"
    );
    format!(
        "select n.id as need_id, n.session_id, {}, {ROOM} as room, c.zone, s.starts_at, s.ends_at, s.local_date, n.team_id, t.name as team,
                n.position, q.name as qualification, q.name_en as qualification_en, n.wanted, y.taken, y.invited, y.declined,
                {clashes} as clashes, {alone} as alone, {away} as away
         from sessions s
         join shift_needs n on n.session_id = s.id and n.withdrawn_at is null
         join (select m.id,
                      (select count(*) from shifts x where x.need_id = m.id and x.state = 'taken') as taken,
                      (select count(*) from shifts x where x.need_id = m.id and x.state = 'invited') as invited,
                      (select count(*) from shifts x where x.need_id = m.id and x.state in ('declined', 'given_back')) as declined
               from shift_needs m) y on y.id = n.id
         join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         left join teams t on t.id = n.team_id left join qualification_kinds q on q.id = n.kind_id
         where s.center_id = $2 and s.status = 'planned' and s.ends_at > $3 and s.local_date <= $4
           and (y.taken < n.wanted or {clashes} > 0 or {alone} > 0 or {away} > 0
               or n.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($8 as json_text)) j))",
        title::columns("$1")
    )
}

/// The positions of these sessions with who does them.
pub async fn rota(conn: &mut Conn, center: &Center, sessions: &[SessionId]) -> Result<Vec<RotaLine>> {
    let sql = format!(
        "select n.session_id, n.position, n.wanted,
                (select count(*) from shifts x where x.need_id = n.id and x.state = 'taken') as taken,
                (select string_agg(p.name, '、' order by p.pinyin, p.id) from shifts f join people p on p.id = f.person_id
                 where f.need_id = n.id and f.state = 'taken' and not {AWAY}) as names,
                (select count(*) from shifts f where f.need_id = n.id and {AWAY}) as away
         from json_each(cast($1 as json_text)) j
         join shift_needs n on n.session_id = cast(cast(j.value as text) as bigint) and n.withdrawn_at is null
         join sessions s on s.id = n.session_id and s.center_id = $2
         order by n.session_id, n.id"
    );
    let rota = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(rows(sessions, |id| json!(id))).bind(center.id());
    Ok(rota.fetch_all(conn).await?)
}
