//! Reading feeds, and what their calendars hold.

use std::collections::BTreeMap;

use sqlx::AssertSqlSafe;

use super::types::{Feed, FeedId, FeedOf, FeedSubject, OccupiedSpan};
use crate::activities::Session;
use crate::activities::queries::select;
use crate::activities::title::{PUBLISHED, Sight};
use crate::auth::logins::{self, LIVE};
use crate::auth::{FeedReader, Role};
use crate::centers::CenterId;
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::ids::{AccountId, PersonId, PhoneId, RoomId, SessionId, TeamId, WorkerId};
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, Flag};

const FEED: &str =
    "select f.id, f.kind, f.center_id, f.room_id, f.team_id, f.worker_id, f.person_id, c.name as center, c.zone,
        coalesce(r.name, t.name, p.name, c.name, '') as name, f.nonce, f.made_at
     from feeds f
     left join centers c on c.id = f.center_id
     left join rooms r on r.id = f.room_id
     left join teams t on t.id = f.team_id
     left join workers w on w.id = f.worker_id
     left join people p on p.id = coalesce(w.person_id, f.person_id)";

/// The condition under which the link `f` of an account `a` is good at `$2`, on the day `$3`: the account may still see what it shows. A
/// leader, whose role is `$4`, sees the own team.
fn stands_for_account() -> String {
    format!(
        "f.ended_at is null and {LIVE}
         and exists (select 1 from account_centers g where g.account_id = a.id and g.center_id = f.center_id)
         and not exists (select 1 from account_scopes e where e.account_id = a.id and e.center_id = f.center_id and e.ends_at <= $2)
         and (a.role <> $4 or exists (select 1 from account_scopes h where h.account_id = a.id and h.team_id = f.team_id))
         and (f.room_id is null or r.retired_at is null)
         and (f.team_id is null or t.disbanded_on is null)
         and (f.worker_id is null or (w.account_id = a.id and (w.ended_on is null or w.ended_on > $3)))"
    )
}

/// The condition under which the link `f` of a phone is good: it is still confirmed for them.
const STANDS_FOR_PHONE: &str = "f.ended_at is null and exists (
    select 1 from phones_confirmed y where y.phone_id = f.phone_id and y.person_id = f.person_id)";

/// The account's links that are good.
pub async fn of_account(by: &FeedReader, conn: &mut Conn, now: Now) -> Result<Vec<Feed>> {
    let sql = format!(
        "{FEED} join accounts a on a.id = f.account_id where f.account_id = $1 and {} order by f.kind, f.center_id, f.id",
        stands_for_account()
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(by.account)
        .bind(now.0)
        .bind(Zone::SHANGHAI.date(now.0))
        .bind(Role::TeamLeader)
        .fetch_all(conn)
        .await?)
}

/// One of the account's links.
///
/// # Errors
/// `NotFound` for another's, and for one that is good no more.
pub async fn own(by: &FeedReader, conn: &mut Conn, now: Now, id: FeedId) -> Result<Feed> {
    of_account(by, conn, now).await?.into_iter().find(|feed| feed.id == id).ok_or(Error::NotFound)
}

/// The links that the phone made for one whom it is confirmed for, one at most.
pub async fn of_phone(by: &ConfirmedPhone, phone: PhoneId, conn: &mut Conn) -> Result<Option<Feed>> {
    let sql = format!("{FEED} where f.phone_id = $1 and f.person_id = $2 and {STANDS_FOR_PHONE}");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(phone).bind(by.person).fetch_optional(conn).await?)
}

/// What those are called whose phone it is.
pub(super) async fn name(by: &ConfirmedPhone, conn: &mut Conn) -> Result<String> {
    Ok(sqlx::query_scalar("select name from people where id = $1").bind(by.person).fetch_one(conn).await?)
}

/// For whom a phone made a link.
pub(super) async fn person_of(conn: &mut Conn, id: FeedId, phone: PhoneId) -> Result<PersonId> {
    let found: Option<PersonId> = sqlx::query_scalar(
        "select person_id from feeds where id = $1 and phone_id = $2 and person_id is not null and ended_at is null",
    )
    .bind(id)
    .bind(phone)
    .fetch_optional(conn)
    .await?;
    found.ok_or(Error::NotFound)
}

/// Where an account works now, and as whom.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OwnWork {
    pub worker_id: WorkerId,
    pub name: String,
    pub center_id: CenterId,
    pub center: String,
}

pub async fn own_work(account: AccountId, conn: &mut Conn, now: Now) -> Result<Vec<OwnWork>> {
    Ok(sqlx::query_as(
        "select w.id as worker_id, p.name, w.center_id, c.name as center
         from workers w join people p on p.id = w.person_id join centers c on c.id = w.center_id
         where w.account_id = $1 and (w.ended_on is null or w.ended_on > $2)
           and exists (select 1 from account_centers g where g.account_id = w.account_id and g.center_id = w.center_id)
         order by w.id",
    )
    .bind(account)
    .bind(Zone::SHANGHAI.date(now.0))
    .fetch_all(conn)
    .await?)
}

/// The center of what an account may make a link of.
///
/// # Errors
/// `NotFound` for what is another center's, out of use, or not the account's own; for a leader, whatever is not their team's.
pub async fn center_of(by: &FeedReader, conn: &mut Conn, now: Now, subject: FeedSubject) -> Result<CenterId> {
    let (place, id) = match subject {
        FeedSubject::Center(id) => ("select x.id as center_id from centers x where x.id = $2", id.0),
        FeedSubject::Room(id) => ("select x.center_id from rooms x where x.id = $2 and x.retired_at is null", id.0),
        FeedSubject::Team(id) => ("select x.center_id from teams x where x.id = $2 and x.disbanded_on is null", id.0),
        FeedSubject::Worker(id) => {
            let work = own_work(by.account, conn, now).await?;
            let own = work.into_iter().find(|work| work.worker_id == id);
            return own.map(|work| work.center_id).ok_or(Error::NotFound);
        }
    };
    if by.role == Role::TeamLeader && !leads(by, conn, subject).await? {
        return Err(Error::NotFound);
    }
    let sql = format!(
        "select q.center_id from ({place}) q join account_centers g on g.center_id = q.center_id where g.account_id = $1 limit 1"
    );
    let found: Option<CenterId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(by.account).bind(id).fetch_optional(conn).await?;
    found.ok_or(Error::NotFound)
}

async fn leads(by: &FeedReader, conn: &mut Conn, subject: FeedSubject) -> Result<bool> {
    let FeedSubject::Team(team) = subject else { return Ok(false) };
    let led: i64 = sqlx::query_scalar("select count(*) from account_scopes where account_id = $1 and team_id = $2")
        .bind(by.account)
        .bind(team)
        .fetch_one(conn)
        .await?;
    Ok(led > 0)
}

/// The link that a secret opens, if it is good; and all that a calendar tells besides its sessions.
///
/// # Errors
/// `NotFound` for a secret that nobody gave out, and for a link that is good no more.
pub async fn opened(conn: &mut Conn, now: Now, secret: &str) -> Result<Feed> {
    let sql = format!(
        "{FEED} left join accounts a on a.id = f.account_id
         where f.secret_hash = $1 and (f.phone_id is not null and {STANDS_FOR_PHONE} or f.account_id is not null and {})",
        stands_for_account()
    );
    let found: Option<Feed> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(logins::hash(secret))
        .bind(now.0)
        .bind(Zone::SHANGHAI.date(now.0))
        .bind(Role::TeamLeader)
        .fetch_optional(&mut *conn)
        .await?;
    let found = found.ok_or(Error::NotFound)?;
    // The role as it is now: an account's may have been another one when the link was made.
    let role: Option<Role> =
        sqlx::query_scalar("select a.role from feeds f join accounts a on a.id = f.account_id where f.id = $1")
            .bind(found.id)
            .fetch_optional(conn)
            .await?;
    match role {
        Some(role) if !FeedReader::includes(role) => Err(Error::NotFound),
        _ => Ok(found),
    }
}

/// Whose sessions a calendar holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CalendarOf {
    /// What the public may know of a center.
    Public,
    /// All of whom a link is of.
    By(FeedOf),
}

impl From<FeedOf> for CalendarOf {
    fn from(of: FeedOf) -> Self {
        Self::By(of)
    }
}

impl CalendarOf {
    /// The condition that session `s`, of activity `a` and its kind `k`, is in the calendar of `subject`, a place of the statement. A
    /// room's are looked for among its bookings that begin in `around`, two more places, however many it had over the years.
    fn condition(self, subject: &str, (from, to): (&str, &str)) -> String {
        match self {
            Self::Public => format!("s.center_id = {subject} and {PUBLISHED} and s.status <> 'skipped'"),
            Self::By(FeedOf::Center) => format!("s.center_id = {subject}"),
            Self::By(FeedOf::Room) => {
                format!(
                    "s.id in (select b.session_id from bookings b where b.room_id = {subject} and b.superseded = 0
                              and b.starts_at >= {from} and b.starts_at < {to})"
                )
            }
            Self::By(FeedOf::Team) => {
                format!(
                    "s.center_id = (select x.center_id from teams x where x.id = {subject}) and s.team_id = {subject}"
                )
            }
            Self::By(FeedOf::Worker) => format!(
                "s.center_id = (select x.center_id from workers x where x.id = {subject}) and s.worker_id = {subject}"
            ),
            Self::By(FeedOf::Person) => comes(subject),
        }
    }

    /// The instants in which a booking of these days begins, its buffer included, in whatever zone; none where no booking is asked for.
    fn around(self, (from, to): (Date, Date)) -> Option<(Timestamp, Timestamp)> {
        let zone = Zone::SHANGHAI;
        (self == Self::By(FeedOf::Room)).then(|| (zone.midnight(from.minus_days(2)), zone.midnight(to.plus_days(2))))
    }
}

/// The condition that a person comes to session `s`: they took a shift there, have a place, or were there, as far as the public may know
/// that it is. Whatever else makes somebody come is one more line here, and nowhere else.
fn comes(person: &str) -> String {
    let because = [
        format!("s.id in (select x.session_id from shifts x where x.person_id = {person} and x.state = 'taken')"),
        format!(
            "({PUBLISHED} and s.id in (select x.session_id from registrations x
                 where x.person_id = {person} and x.state = 'confirmed'))"
        ),
        format!(
            "({PUBLISHED} and s.id in (select x.session_id from attendances_of_people x
                 where x.person_id = {person} and x.voided_at is null))"
        ),
    ];
    format!("({})", because.join(" or "))
}

/// The sessions of a calendar on the days [from, to), by their start, as nobody signed in reads them.
pub async fn sessions(
    conn: &mut Conn,
    held: CalendarOf,
    subject: i64,
    (from, to): (Date, Date),
) -> Result<Vec<Session>> {
    let sql = format!(
        "{} where s.local_date >= $2 and s.local_date < $3 and {} order by s.starts_at, s.id",
        select(),
        held.condition("$4", ("$5", "$6"))
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(Sight::Public.reader()).bind(from).bind(to).bind(subject);
    let query = match held.around((from, to)) {
        Some((first, last)) => query.bind(first).bind(last),
        None => query,
    };
    Ok(query.fetch_all(conn).await?)
}

/// What a calendar is known by without reading it: how many sessions, which ones, how often changed, and when the last time. Who comes to the
/// second and the third date in the place of the first and the fourth has another calendar: each session counts by the cube of its number,
/// for sums of the numbers themselves meet wherever they are in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Gist {
    pub count: i64,
    pub latest: Timestamp,
    pub which: i64,
    pub changes: i64,
}

pub async fn gist(conn: &mut Conn, held: CalendarOf, subject: i64, (from, to): (Date, Date)) -> Result<Gist> {
    let sql = format!(
        "select count(*) as count, coalesce(max(s.updated_at), 0) as latest, cast(coalesce(sum(s.id), 0) as bigint) as which,
                cast(coalesce(sum((s.id % 1000003 * s.id % 1000003 * s.id + s.id) % 1000000007 * (s.sequence + 7)), 0) as bigint) as changes
         from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where s.local_date >= $1 and s.local_date < $2 and {}",
        held.condition("$3", ("$4", "$5"))
    );
    let query = sqlx::query_as(AssertSqlSafe(sql)).bind(from).bind(to).bind(subject);
    let query = match held.around((from, to)) {
        Some((first, last)) => query.bind(first).bind(last),
        None => query,
    };
    Ok(query.fetch_one(conn).await?)
}

/// What a room is booked for besides sessions, in [from, to).
pub async fn other_bookings(
    conn: &mut Conn,
    room: i64,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<OccupiedSpan>> {
    Ok(sqlx::query_as(
        "select b.id, cast(null as text) as service, cast(null as text) as room, b.used_from as starts_at, b.used_to as ends_at
         from bookings b
         where b.room_id = $1 and b.session_id is null and b.released_at is null and b.starts_at >= $2 and b.starts_at < $3
         order by b.starts_at, b.id",
    )
    .bind(room)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?)
}

/// What takes a worker's time besides sessions, in [from, to): an appointment by its kind of service, never for whom.
pub async fn taken_time(conn: &mut Conn, worker: i64, (from, to): (Timestamp, Timestamp)) -> Result<Vec<OccupiedSpan>> {
    Ok(sqlx::query_as(
        "select b.id, k.name as service, r.name as room, b.used_from as starts_at, b.used_to as ends_at
         from bookings b join rooms r on r.id = b.room_id left join service_kinds k on k.id = b.service_kind_id
         where b.worker_id = $1 and b.session_id is null and b.released_at is null and b.starts_at >= $2 and b.starts_at < $3
         order by b.starts_at, b.id",
    )
    .bind(worker)
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?)
}

/// What a center's rooms are called: a calendar says where.
pub async fn room_names(conn: &mut Conn, center: CenterId) -> Result<Vec<String>> {
    Ok(sqlx::query_scalar("select name from rooms where center_id = $1 order by id")
        .bind(center)
        .fetch_all(conn)
        .await?)
}

/// What kinds of service are called, and which are confidential: of those a calendar says no title.
pub async fn kinds(conn: &mut Conn) -> Result<Vec<(i64, String, Flag)>> {
    Ok(sqlx::query_as("select id, name, confidential from service_kinds order by id").fetch_all(conn).await?)
}

/// What somebody does at the sessions to which they come as a volunteer.
pub async fn positions(conn: &mut Conn, person: PersonId) -> Result<BTreeMap<SessionId, String>> {
    let found: Vec<(SessionId, String)> = sqlx::query_as(
        "select f.session_id, n.position from shifts f join shift_needs n on n.id = f.need_id
         where f.person_id = $1 and f.state = 'taken'",
    )
    .bind(person)
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().collect())
}

/// What else of a center somebody who works there may make a link of: its rooms and teams in use; for a leader the own team.
pub async fn offered(by: &FeedReader, conn: &mut Conn, center: CenterId) -> Result<Vec<(FeedSubject, String)>> {
    let teams: Vec<(TeamId, String)> = sqlx::query_as(
        "select t.id, t.name from teams t where t.center_id = $1 and t.disbanded_on is null
           and (cast($2 as bigint) is null
                or exists (select 1 from account_scopes h where h.account_id = $2 and h.team_id = t.id))
         order by t.name, t.id",
    )
    .bind(center)
    .bind((by.role == Role::TeamLeader).then_some(by.account))
    .fetch_all(&mut *conn)
    .await?;
    let teams = teams.into_iter().map(|(id, name)| (FeedSubject::Team(id), name));
    if by.role == Role::TeamLeader {
        return Ok(teams.collect());
    }
    let rooms: Vec<(RoomId, String)> =
        sqlx::query_as("select id, name from rooms where center_id = $1 and retired_at is null order by name, id")
            .bind(center)
            .fetch_all(conn)
            .await?;
    Ok(rooms.into_iter().map(|(id, name)| (FeedSubject::Room(id), name)).chain(teams).collect())
}
