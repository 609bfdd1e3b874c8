//! What a phone is shown of its own people. What it did itself needs no more than the phone; the rest, a confirmed one.

use std::collections::HashMap;

use serde_json::json;

use crate::activities::Title;
use crate::activities::queries::ROOM;
use crate::activities::title::PUBLISHED;
use crate::check_in::Part;
use crate::claims::ClaimState;
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::Result;
use crate::ids::{EntryId, PersonId, SessionId};
use crate::phones::{ConfirmedPhone, Phone};
use crate::store::{Conn, Flag, rows};
use crate::teams::Steward;

/// A session that a remembered phone's people may want to come to, or came to.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct OwnVisit {
    pub title: String,
    pub center: String,
    pub room: String,
    zone: Zone,
    starts_at: Timestamp,
    ends_at: Timestamp,
    pub name: Option<String>,
    pub part: Option<Part>,
}

impl OwnVisit {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }
}

/// Somebody a phone speaks for, with what their own page tells them.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct Own {
    pub id: PersonId,
    pub name: String,
    pub visits: i64,
    /// Confirmed volunteer minutes of those visits, corrections included.
    pub minutes: i64,
}

/// What `/me` knows of, where it is [`PUBLISHED`]: the visits `v` to sessions `s` that this phone itself checked in. A name and a number typed in
/// show nothing of somebody's other visits. What is not public, and case work, stays between the person and the worker.
const OWN_VISITS: &str = "scans q
     join attendances v on v.id = q.attendance_id and v.voided_at is null
     join sessions s on s.id = v.session_id
     join activities a on a.id = s.activity_id
     join service_kinds k on k.id = a.kind_id";

/// The people the phone speaks for, the first one first.
pub(super) async fn own_people(conn: &mut Conn, phone: &Phone) -> Result<Vec<Own>> {
    let sql = format!(
        "select p.id, p.name,
                (select count(*) from {OWN_VISITS}
                 where {PUBLISHED} and q.phone_id = $1 and q.outcome = 'admitted' and v.person_id = p.id) as visits,
                (select cast(coalesce(sum(h.minutes), 0) as bigint) from {OWN_VISITS}
                 join hours_entries h on h.session_id = v.session_id and h.person_id = v.person_id
                 where {PUBLISHED} and q.phone_id = $1 and q.outcome = 'admitted' and v.part = 'volunteer'
                   and v.person_id = p.id
                ) as minutes
         from phone_people f join people p on p.id = f.person_id
         where f.phone_id = $1 order by f.added_at, p.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(phone.id).fetch_all(conn).await?)
}

/// Published sessions that are still to come, and to which it has checked in nobody yet, at the centers where the phone checked somebody in, the next ones first.
pub(super) async fn coming(conn: &mut Conn, phone: &Phone, now: Now) -> Result<Vec<OwnVisit>> {
    let sql = format!(
        "select {VISIT}, {ROOM} as room, null as name, null as part
         from sessions s
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id and {PUBLISHED}
         {PLACE}
         where s.status = 'planned' and s.ends_at > $2
           and exists (select 1 from scans q join sessions o on o.id = q.session_id
               where q.phone_id = $1 and q.outcome = 'admitted' and o.center_id = s.center_id)
           and not exists (select 1 from scans q
               where q.phone_id = $1 and q.outcome = 'admitted' and q.session_id = s.id)
         order by s.starts_at, s.id limit 12"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(phone.id).bind(now.0).fetch_all(conn).await?)
}

/// Where the phone checked its people in, the latest first.
pub(super) async fn visits(conn: &mut Conn, phone: &Phone) -> Result<Vec<OwnVisit>> {
    let sql = format!(
        "select {VISIT}, {ROOM} as room, p.name, v.part
         from {OWN_VISITS}
         join people p on p.id = v.person_id
         {PLACE}
         where {PUBLISHED} and q.phone_id = $1 and q.outcome = 'admitted' order by s.starts_at desc, v.id desc limit 20"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(phone.id).fetch_all(conn).await?)
}

const VISIT: &str = "a.title, c.name as center, c.zone, s.starts_at, s.ends_at";

const PLACE: &str = "join centers c on c.id = s.center_id";

/// An entry of somebody's ledger.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct OwnEntry {
    pub id: EntryId,
    pub person_id: PersonId,
    pub day: Date,
    /// The activity, its kind where it is not public, or what stood in the list that it came from.
    pub what: Option<String>,
    pub kind: Option<String>,
    pub kind_en: Option<String>,
    pub minutes: i64,
    /// It counts: it reverses nothing, and is not reversed.
    pub stands: Flag,
    /// Something about it is asked, and not answered yet.
    pub asked: Flag,
}

/// Entries of one person that the page shows.
const SERVED: i64 = 30;

/// All confirmed minutes of those for whom the phone is confirmed, and the latest entries of each.
pub(super) async fn ledger(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<(HashMap<PersonId, i64>, Vec<OwnEntry>)> {
    let people = rows(by, |one| json!(one.person));
    let minutes: Vec<(PersonId, i64)> = sqlx::query_as(
        "select h.person_id, cast(sum(h.minutes) as bigint) as minutes
         from json_each(cast($1 as json_text)) j
         join hours_entries h on h.person_id = cast(cast(j.value as text) as bigint) group by h.person_id",
    )
    .bind(&people)
    .fetch_all(&mut *conn)
    .await?;
    let sql = format!(
        "select x.id, x.person_id, x.day, x.what, x.kind, x.kind_en, x.minutes,
                case when x.reverses_id is null and not exists (select 1 from hours_entries v where v.reverses_id = x.id)
                    then 1 else 0 end as stands,
                case when exists (select 1 from hour_claims q where q.corrects_id = x.id and q.state = $3) then 1 else 0 end as asked
         from (
             select h.person_id, h.id, h.minutes, h.reverses_id, coalesce(s.local_date, h.served_on) as day,
                    case when s.id is null then h.content when {PUBLISHED} then a.title end as what, k.name as kind, k.name_en as kind_en,
                    row_number() over (partition by h.person_id order by coalesce(s.local_date, h.served_on) desc, h.id desc) as place
             from json_each(cast($1 as json_text)) j
             join hours_entries h on h.person_id = cast(cast(j.value as text) as bigint)
             left join sessions s on s.id = h.session_id
             left join activities a on a.id = s.activity_id
             left join service_kinds k on k.id = a.kind_id) x
         where x.place <= $2 order by x.person_id, x.day desc, x.id desc"
    );
    let served = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(&people)
        .bind(SERVED)
        .bind(ClaimState::Pending)
        .fetch_all(conn)
        .await?;
    Ok((minutes.into_iter().collect(), served))
}

/// A session of a team, as its leader sees it.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct TeamSession {
    pub id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    pub room: String,
    zone: Zone,
    starts_at: Timestamp,
    ends_at: Timestamp,
    /// Who served there.
    pub served: i64,
}

impl TeamSession {
    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    /// How many are missing of those that it needs.
    pub fn missing(&self, needed: Option<i64>, there: i64) -> i64 {
        needed.map_or(0, |needed| (needed - there).max(0))
    }
}

/// Days that a leader looks ahead, and past sessions that they look back on.
const AHEAD: u64 = 28;
const BACK: i64 = 8;

fn team_sessions() -> String {
    // What is confidential is called by its kind.
    format!(
        "select s.id, case when k.confidential = 0 then a.title end as title, k.name as kind, k.name_en as kind_en, k.confidential,
                {ROOM} as room, c.zone, s.starts_at, s.ends_at,
                (select count(*) from attendances v where v.session_id = s.id and v.part = 'volunteer' and v.voided_at is null) as served
         from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         join centers c on c.id = s.center_id
         where s.team_id = $1 and s.status in ('planned', 'completed')"
    )
}

/// What the team has before it in the coming weeks, and its last sessions, the last first.
pub(super) async fn of_team(by: &Steward, conn: &mut Conn, now: Now) -> Result<(Vec<TeamSession>, Vec<TeamSession>)> {
    let until = by.center.zone.date(now.0).plus_days(AHEAD);
    let sql = format!("{} and s.ends_at > $2 and s.local_date <= $3 order by s.starts_at, s.id", team_sessions());
    let coming =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(by.team).bind(now.0).bind(until).fetch_all(&mut *conn).await?;
    let sql = format!("{} and s.ends_at <= $2 order by s.starts_at desc, s.id desc limit $3", team_sessions());
    let past = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(by.team).bind(now.0).bind(BACK).fetch_all(conn).await?;
    Ok((coming, past))
}

/// Who served at these sessions of the team, by name.
pub(super) async fn served_at(
    by: &Steward,
    conn: &mut Conn,
    sessions: &[TeamSession],
) -> Result<Vec<(SessionId, String)>> {
    Ok(sqlx::query_as(
        "select v.session_id, p.name
         from json_each(cast($1 as json_text)) j
         join sessions s on s.id = cast(cast(j.value as text) as bigint) and s.team_id = $2
         join attendances v on v.session_id = s.id and v.part = 'volunteer' and v.voided_at is null
         join people p on p.id = v.person_id order by v.session_id, p.pinyin, p.id",
    )
    .bind(rows(sessions, |session| json!(session.id)))
    .bind(by.team)
    .fetch_all(conn)
    .await?)
}
