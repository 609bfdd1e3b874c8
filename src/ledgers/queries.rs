//! Reading what is on record of sessions, of a center that the reader was let into.

use std::collections::BTreeMap;

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::{LedgerActivity, LedgerCut, LedgerPhoto, LedgerPlace, LedgerScore, LedgerSession, LedgerStay, MOST};
use crate::activities::SessionId;
use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::centers::CenterId;
use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::hours::UNCONFIRMED;
use crate::store::{Conn, rows};

/// The condition that session `s` of activity `a` is asked for: it took place or should have. `$1` is the center, `$2` and `$3` the first
/// and the last day, `$4` now, `$5` and `$6` the kind and the activity, each null where it does not cut.
const ASKED: &str = "s.center_id = $1 and s.local_date >= $2 and s.local_date <= $3
     and (s.status = 'completed' or (s.status = 'planned' and s.ends_at <= $4))
     and (cast($5 as bigint) is null or a.kind_id = $5)
     and (cast($6 as bigint) is null or s.activity_id = $6)";

/// The sessions of a list, in SQL.
const GIVEN: &str = "(select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";

/// Before the first session.
pub(super) const START: (Timestamp, SessionId) = (Timestamp(i64::MIN), SessionId(0));

/// Up to `most` sessions that are asked for and stand behind `after`, by their start: as anybody reads them, so that what is confidential
/// goes by its kind.
pub(super) async fn sessions(
    conn: &mut Conn,
    now: Now,
    (center, cut): (CenterId, &LedgerCut),
    (after, most): ((Timestamp, SessionId), usize),
) -> Result<Vec<LedgerSession>> {
    let [description, summary] =
        [("a", "description"), ("s", "summary")].map(|(table, name)| title::column("$7", table, name));
    let present = |part: &str| {
        format!(
            "(select count(*) from attendances t where t.session_id = s.id and t.part = '{part}' and t.voided_at is null)"
        )
    };
    let sql = format!(
        "select s.id, s.activity_id, {}, s.local_date, s.starts_at, s.ends_at, {ROOM} as room, w.name as worker, g.name as team,
                {description}, {summary}, k.confidential as secret,
                case when exists (select 1 from open_rooms y where y.activity_id = s.activity_id) then 1 else 0 end as open_room,
                coalesce((select m.mode from registration_terms m where m.session_id = s.id),
                         (select m.mode from registration_terms m where m.activity_id = s.activity_id and m.session_id is null)) as mode,
                case when coalesce(a.description, '') = '' then 0 else 1 end as has_notice,
                case when coalesce(s.summary, '') = '' then 0 else 1 end as has_summary,
                (select count(*) from registrations r where r.session_id = s.id and r.state <> 'merged') as registered,
                {} as participants, {} as volunteers,
                (select cast(coalesce(sum(c.heads), 0) as bigint) from head_counts c
                  where c.session_id = s.id and c.voided_at is null) as heads,
                (select count(*) from session_photos f where f.session_id = s.id) as photos,
                (select count(*) from ratings q where q.session_id = s.id) as answers,
                (select cast(coalesce(sum(q.score), 0) as bigint) from ratings q where q.session_id = s.id) as score,
                (select cast(coalesce(sum(h.minutes), 0) as bigint) from hours_entries h where h.session_id = s.id) as minutes,
                (select count(*) from attendances t where t.session_id = s.id and {UNCONFIRMED}) as unconfirmed
         from sessions s
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         left join workers b on b.id = s.worker_id
         left join people w on w.id = b.person_id
         left join teams g on g.id = s.team_id
         where {ASKED} and (s.starts_at > $8 or (s.starts_at = $8 and s.id > $9))
         order by s.starts_at, s.id limit $10",
        title::columns("$7"),
        present("participant"),
        present("volunteer"),
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(cut.from)
        .bind(cut.to)
        .bind(now.0)
        .bind(cut.kind)
        .bind(cut.activity)
        .bind(Sight::Public.reader())
        .bind(after.0)
        .bind(after.1)
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await?)
}

/// All sessions that are asked for, and whether there are more than a ledger holds.
pub(super) async fn all(
    conn: &mut Conn,
    now: Now,
    center: CenterId,
    cut: &LedgerCut,
) -> Result<(Vec<LedgerSession>, bool)> {
    let mut found = sessions(conn, now, (center, cut), (START, MOST + 1)).await?;
    let is_cut = found.len() > MOST;
    found.truncate(MOST);
    Ok((found, is_cut))
}

/// How many sessions are asked for, and how many lines with somebody's name their registers and sign-in sheets have.
pub(super) async fn count(conn: &mut Conn, now: Now, center: CenterId, cut: &LedgerCut) -> Result<(i64, i64)> {
    let sql = format!(
        "with asked as (
             select s.id, k.confidential from sessions s join activities a on a.id = s.activity_id
             join service_kinds k on k.id = a.kind_id where {ASKED})
         select (select count(*) from asked),
                (select count(*) from registrations r join asked q on q.id = r.session_id
                  where q.confidential = 0 and r.state <> 'merged')
                + (select count(*) from attendances t join asked q on q.id = t.session_id
                    where q.confidential = 0 and t.voided_at is null)"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(cut.from)
        .bind(cut.to)
        .bind(now.0)
        .bind(cut.kind)
        .bind(cut.activity)
        .fetch_one(conn)
        .await?)
}

/// The activities that had sessions in these days, by title; confidential ones have none that tells them apart.
pub(super) async fn activities(conn: &mut Conn, center: CenterId, cut: &LedgerCut) -> Result<Vec<LedgerActivity>> {
    let sql = format!(
        "select a.id, {} from activities a join service_kinds k on k.id = a.kind_id
         where a.center_id = $2 and k.confidential = 0
           and exists (select 1 from sessions s where s.activity_id = a.id and s.local_date >= $3 and s.local_date <= $4)
         order by a.title, a.id",
        title::columns("$1")
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(center)
        .bind(cut.from)
        .bind(cut.to)
        .fetch_all(conn)
        .await?)
}

/// The lines and pictures of some sessions, by the session: of those that are handed on with names.
#[derive(Default)]
pub(super) struct LedgerLines {
    pub places: BTreeMap<SessionId, Vec<LedgerPlace>>,
    pub stays: BTreeMap<SessionId, Vec<LedgerStay>>,
    pub photos: BTreeMap<SessionId, Vec<LedgerPhoto>>,
    pub scores: BTreeMap<SessionId, Vec<LedgerScore>>,
}

/// The columns of a `LedgerPerson`, of person `p` before center `$2`.
const PERSON: &str = "p.name, p.phone_last4, p.phone_sealed,
     case when exists (select 1 from enrolments e where e.person_id = p.id and e.center_id = $2)
            or exists (select 1 from workers w where w.person_id = p.id and w.center_id = $2) then 1 else 0 end as known";

/// The lines of these sessions; confidential ones among them have none.
pub(super) async fn lines(conn: &mut Conn, center: CenterId, sessions: &[LedgerSession]) -> Result<LedgerLines> {
    let given = rows(sessions.iter().filter(|one| !one.facts.secret.is_set()), |one| json!(one.id));
    let places = format!(
        "select r.session_id, {PERSON}, r.state, r.heads, r.made_at,
                case when exists (select 1 from attendances t where t.session_id = r.session_id and t.person_id = r.person_id
                    and t.voided_at is null) then 1 else 0 end as came
         from registrations r join people p on p.id = r.person_id
         where r.session_id in {GIVEN} and r.state <> 'merged' order by r.session_id, r.made_at, r.id"
    );
    let stays = format!(
        "select t.session_id, {PERSON}, t.part, t.came_at, t.left_at from attendances t join people p on p.id = t.person_id
         where t.session_id in {GIVEN} and t.voided_at is null order by t.session_id, t.part, t.came_at, t.id"
    );
    let photos = format!(
        "select session_id, file_id, caption from session_photos where session_id in {GIVEN} order by session_id, id"
    );
    let scores = format!(
        "select session_id, score, count(*) as answers from ratings where session_id in {GIVEN}
         group by session_id, score order by session_id, score desc"
    );
    let places: Vec<LedgerPlace> =
        sqlx::query_as(AssertSqlSafe(places)).bind(&given).bind(center).fetch_all(&mut *conn).await?;
    let stays: Vec<LedgerStay> =
        sqlx::query_as(AssertSqlSafe(stays)).bind(&given).bind(center).fetch_all(&mut *conn).await?;
    let photos: Vec<LedgerPhoto> = sqlx::query_as(AssertSqlSafe(photos)).bind(&given).fetch_all(&mut *conn).await?;
    let scores: Vec<LedgerScore> = sqlx::query_as(AssertSqlSafe(scores)).bind(&given).fetch_all(&mut *conn).await?;
    Ok(LedgerLines {
        places: by_session(places, |one| one.session_id),
        stays: by_session(stays, |one| one.session_id),
        photos: by_session(photos, |one| one.session_id),
        scores: by_session(scores, |one| one.session_id),
    })
}

fn by_session<T>(lines: Vec<T>, session: impl Fn(&T) -> SessionId) -> BTreeMap<SessionId, Vec<T>> {
    let mut found: BTreeMap<SessionId, Vec<T>> = BTreeMap::new();
    for line in lines {
        found.entry(session(&line)).or_default().push(line);
    }
    found
}
