//! Reading activities and sessions.

use super::attributes::Target;
use super::going_on::DayGoingOn;
use super::listing::{self, ActivitiesCut};
use super::taken::REACH_MILLIS;
use super::title::{self, PUBLISHED, Sight};
use super::types::{Activity, ActivityId, PublishedSession, ServiceKind, Session, SessionId};
use crate::auth::{AccountId, Role, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::codes::{self, CodeOf};
use crate::error::{Error, Fault, Result};
use crate::store::{self, Conn, Flag};
use crate::teams::TeamId;
use crate::workers::WorkerId;

/// The first of the rooms of session `s`, if it is in one.
const ROOM_ID: &str = "(select min(x.room_id) from session_rooms x where x.session_id = s.id)";

/// Where session `s` is: its rooms' names, or its venue.
pub const ROOM: &str = "coalesce((select string_agg(x.name, '、' order by x.room_id) from session_rooms x where x.session_id = s.id), s.venue, '')";

/// What a [`Session`] is selected from, as the reader `$1` reads it (see [`Sight`]); a condition follows.
pub fn select() -> String {
    let [description, reason, summary] =
        [("a", "description"), ("s", "reason"), ("s", "summary")].map(|(table, name)| title::column("$1", table, name));
    format!(
        "select s.id, s.activity_id, s.center_id, c.name as center, c.zone, {}, a.kind_id, {description}, a.published,
                {ROOM_ID} as room_id, {ROOM} as room, s.worker_id, w.name as worker, s.team_id, t.name as team,
                s.starts_at, s.ends_at, s.local_date, s.capacity, s.status, {reason}, coalesce(q.token, '') as check_in_token, {summary},
                s.closed_at, s.sequence, s.updated_at, s.rotating
         from sessions s
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         join centers c on c.id = s.center_id
         left join codes q on q.kind = 'session' and q.subject_id = s.id and q.replaced_at is null
         left join workers v on v.id = s.worker_id
         left join people w on w.id = v.person_id
         left join teams t on t.id = s.team_id",
        title::columns("$1")
    )
}

/// One session of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn session(by: &Viewer, conn: &mut Conn, center: CenterId, id: SessionId) -> Result<Session> {
    let sql = format!("{} where s.id = $2 and s.center_id = $3", select());
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(id)
        .bind(center)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The session, as far as the viewer's role reaches it: a team leader those that the own team serves, the front desk
/// today's.
///
/// # Errors
/// `NotFound` for any other.
pub async fn session_for(by: &Viewer, now: Now, conn: &mut Conn, center: &Center, id: SessionId) -> Result<Session> {
    let found = session(by, conn, center.id(), id).await?;
    let reaches = match by.role {
        Role::TeamLeader => leads_it(by, conn, id).await?,
        // Past midnight the evening's session is still on.
        Role::FrontDesk => DayGoingOn::today(center.zone, now).holds(&found),
        _ => true,
    };
    if reaches { Ok(found) } else { Err(Error::NotFound) }
}

async fn leads_it(by: &Viewer, conn: &mut Conn, id: SessionId) -> Result<bool> {
    let count: i64 = sqlx::query_scalar(
        "select count(*) from sessions s join account_scopes r on r.team_id = s.team_id
         where s.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_one(conn)
    .await?;
    Ok(count > 0)
}

/// The session whose QR carries `token`, as whoever stands at the door may read it.
///
/// # Errors
/// `NotFound` for a token that no session has.
pub async fn session_by_token(conn: &mut Conn, token: &str) -> Result<Session> {
    let Some((CodeOf::Session, id)) = codes::find(conn, token).await? else { return Err(Error::NotFound) };
    session_at_the_door(conn, SessionId(id)).await
}

/// The session behind its own code, as whoever stands at the door may read it.
pub async fn session_at_the_door(conn: &mut Conn, id: SessionId) -> Result<Session> {
    let sql = format!("{} where s.id = $2", select());
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The planned sessions that a lasting code of an activity, a room or a center may lead to, by their start: up to `limit` of
/// those that begin before `until` and end after `from`. What is confidential stands behind no code that hangs on a wall.
pub async fn behind_a_code(
    conn: &mut Conn,
    (of, subject): (CodeOf, i64),
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Session>> {
    let belongs = match of {
        CodeOf::Session => "s.id = $2".to_owned(),
        CodeOf::Activity => "s.activity_id = $2".to_owned(),
        CodeOf::Room => format!(
            "s.id in (select b.session_id from bookings b where b.room_id = $2 and b.superseded = 0
                      and b.starts_at > cast($3 as bigint) - {REACH_MILLIS} and b.starts_at < $4)"
        ),
        CodeOf::Center => "s.center_id = $2".to_owned(),
    };
    // What ends after `from` began no longer before it, so that nobody at a door waits for all of the past to be read.
    let sql = format!(
        "{} where {belongs} and s.status = 'planned' and k.confidential = 0 and s.ends_at > $3 and s.starts_at < $4
           and s.starts_at > cast($3 as bigint) - {REACH_MILLIS} and s.local_date >= $6 and s.local_date <= $7
         order by s.starts_at, s.id limit $5",
        select()
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(subject)
        .bind(from)
        .bind(until)
        .bind(limit)
        .bind(Zone::SHANGHAI.date(from).minus_days(3))
        .bind(Zone::SHANGHAI.date(until).plus_days(1))
        .fetch_all(conn)
        .await?)
}

/// One session of the center, unless it is no more than a plan: anyone may know it.
pub async fn published_session(conn: &mut Conn, id: SessionId) -> Result<Session> {
    let sql = format!("{} where s.id = $2 and {PUBLISHED} and s.status <> 'skipped'", select());
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// The session and its center, for an address that does not name the center.
///
/// # Errors
/// As [`session_for`].
pub async fn open_to(by: &Viewer, now: Now, conn: &mut Conn, id: SessionId) -> Result<(Center, Session)> {
    let center: Option<CenterId> =
        sqlx::query_scalar("select center_id from sessions where id = $1").bind(id).fetch_optional(&mut *conn).await?;
    open_in(by, now, conn, center.ok_or(Error::NotFound)?, id).await
}

/// The session whose page is asked for, with its center, as far as the viewer's role reaches both.
///
/// # Errors
/// `NotFound` for any other, and for one of another center.
pub async fn open_in(
    by: &Viewer,
    now: Now,
    conn: &mut Conn,
    center: CenterId,
    id: SessionId,
) -> Result<(Center, Session)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let session = session_for(by, now, conn, &center, id).await?;
    Ok((center, session))
}

/// The center's sessions of the local days [from, to), by start.
pub async fn sessions(by: &Viewer, conn: &mut Conn, center: CenterId, from: Date, to: Date) -> Result<Vec<Session>> {
    let sql = format!(
        "{} where s.center_id = $2 and s.local_date >= $3 and s.local_date < $4 order by s.starts_at, s.id",
        select()
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center)
        .bind(from)
        .bind(to)
        .fetch_all(conn)
        .await?)
}

/// What the public sees of the local days [from, to): published and not skipped; cancelled ones say so themselves.
/// Of one center, or of all.
pub async fn published(
    conn: &mut Conn,
    center: Option<CenterId>,
    from: Date,
    to: Date,
) -> Result<Vec<PublishedSession>> {
    let query = sqlx::query_as(sqlx::AssertSqlSafe(published_sql(center.is_some())));
    let query = query.bind(Sight::Public.reader()).bind(from).bind(to);
    let query = match center {
        Some(center) => query.bind(center),
        None => query,
    };
    Ok(query.fetch_all(conn).await?)
}

/// Of one center, `$4`, or of all. Their days are looked for center by center: the index is of both.
pub(super) fn published_sql(is_of_one: bool) -> String {
    let centers = if is_of_one { "s.center_id = $4" } else { "s.center_id in (select x.id from centers x)" };
    format!(
        "select s.id, s.activity_id, s.center_id, c.name as center, c.zone, {}, a.kind_id, {ROOM} as room, s.team_id, s.starts_at,
                s.ends_at, s.local_date, s.capacity, s.status
         from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         join centers c on c.id = s.center_id
         where {PUBLISHED} and s.status <> 'skipped' and {centers} and s.local_date >= $2 and s.local_date < $3
         order by s.starts_at, s.id",
        title::columns("$1")
    )
}

/// Up to `limit` of the center's sessions of the local days [from, to) with ids above `after`, by id.
pub async fn page(
    by: &Viewer,
    now: Now,
    conn: &mut Conn,
    center: &Center,
    (from, to): (Date, Date),
    after: i64,
    limit: i64,
) -> Result<Vec<Session>> {
    let today = DayGoingOn::today(center.zone, now);
    let is_desk = by.role == Role::FrontDesk;
    let (from, to) = if is_desk { (from.max(today.eve), to.min(today.date.plus_days(1))) } else { (from, to) };
    let sql = format!(
        "{} where s.center_id = $2 and s.local_date >= $3 and s.local_date < $4 and s.id > $5
           and ($7 = 0 or exists (select 1 from account_scopes g where g.team_id = s.team_id and g.account_id = $8))
           and ($9 = 0 or {})
         order by s.id limit $6",
        select(),
        DayGoingOn::condition("$10", "$11", "$12")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center.id())
        .bind(from)
        .bind(to)
        .bind(after)
        .bind(limit)
        .bind(Flag::from(by.role == Role::TeamLeader))
        .bind(by.account)
        .bind(Flag::from(is_desk))
        .bind(today.date)
        .bind(today.eve)
        .bind(today.from)
        .fetch_all(conn)
        .await?)
}

/// An activity's sessions, by start.
pub async fn of_activity(by: &Viewer, conn: &mut Conn, activity: ActivityId) -> Result<Vec<Session>> {
    let sql = format!("{} where s.activity_id = $2 order by s.starts_at, s.id", select());
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(Sight::Of(by).reader()).bind(activity).fetch_all(conn).await?)
}

/// The columns of an [`Activity`], as the reader `$1` reads it.
pub(super) fn activity_columns() -> String {
    let [description, materials, picture] =
        ["description", "materials", "picture_file_id"].map(|name| title::column("$1", "a", name));
    format!(
        "a.id, a.center_id, {}, {description}, a.kind_id, a.rule, a.published, a.admission, a.target_groups, a.service_line,
         {materials}, a.cost_yuan, {picture}, a.charged_to",
        title::columns("$1")
    )
}

fn select_activity() -> String {
    format!("select {} from activities a join service_kinds k on k.id = a.kind_id", activity_columns())
}

/// One activity of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn activity(by: &Viewer, conn: &mut Conn, center: CenterId, id: ActivityId) -> Result<Activity> {
    let sql = format!("{} where a.id = $2 and a.center_id = $3", select_activity());
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(id)
        .bind(center)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// Up to `limit` of the center's activities that `cut` leaves, with ids above `after`, by id.
pub async fn activities_page(
    by: &Viewer,
    conn: &mut Conn,
    center: CenterId,
    now: Now,
    cut: &ActivitiesCut,
    (after, limit): (i64, i64),
) -> Result<Vec<Activity>> {
    let sql = format!(
        "{} where a.center_id = $2 and a.id > $8 and {} order by a.id limit $9",
        select_activity(),
        listing::CUT
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center)
        .bind(now.0)
        .bind(cut.kind)
        .bind(cut.team)
        .bind(cut.room)
        .bind(cut.state)
        .bind(after)
        .bind(limit)
        .bind(cut.line)
        .bind(cut.group.map(Target::bit))
        .fetch_all(conn)
        .await?)
}

pub async fn kinds(conn: &mut Conn) -> Result<Vec<ServiceKind>> {
    Ok(sqlx::query_as("select id, code, name, name_en, confidential from service_kinds order by id")
        .fetch_all(conn)
        .await?)
}

/// Who can lead a session: a worker of the center, until the first day without them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Lead {
    pub id: WorkerId,
    pub name: String,
    pub ended_on: Option<Date>,
}

impl Lead {
    /// Looks whether they are there on `day`.
    ///
    /// # Errors
    /// A fault that names the first day without them.
    pub fn leads_on(&self, day: Date) -> Result<(), Fault> {
        match self.ended_on {
            Some(ended_on) if ended_on <= day => Err(Fault::bound("field.worker_gone", ended_on)),
            _ => Ok(()),
        }
    }
}

/// Who was there on `day` or came since, those who leave last; and `one` of the center's workers, whenever they left.
pub async fn leads(conn: &mut Conn, center: CenterId, day: Date, one: Option<WorkerId>) -> Result<Vec<Lead>> {
    Ok(sqlx::query_as(
        "select v.id, p.name, v.ended_on from workers v join people p on p.id = v.person_id
         where v.center_id = $1 and (v.ended_on is null or v.ended_on > $2 or v.id = $3)
         order by case when v.ended_on is null then 0 else 1 end, v.kind desc, p.pinyin, v.id",
    )
    .bind(center)
    .bind(day)
    .bind(one)
    .fetch_all(conn)
    .await?)
}

/// A team that can help at a session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Helpers {
    pub id: TeamId,
    pub name: String,
}

pub async fn helpers(conn: &mut Conn, center: CenterId) -> Result<Vec<Helpers>> {
    Ok(sqlx::query_as("select id, name from teams where center_id = $1 and disbanded_on is null order by name")
        .bind(center)
        .fetch_all(conn)
        .await?)
}

/// The name of this installation, which makes calendar entries' ids unique in the world.
pub async fn instance(conn: &mut Conn) -> Result<String> {
    Ok(store::kept(conn, "instance").await?.unwrap_or_default())
}

/// The account's own worker at the center, if it has one.
pub async fn own_worker(
    conn: &mut Conn,
    center: CenterId,
    account: AccountId,
    today: Date,
) -> Result<Option<WorkerId>> {
    Ok(sqlx::query_scalar(
        "select id from workers where center_id = $1 and account_id = $2 and (ended_on is null or ended_on > $3)
         order by id limit 1",
    )
    .bind(center)
    .bind(account)
    .bind(today)
    .fetch_optional(conn)
    .await?)
}
