//! Reading what was done, the latest first.

use serde_json::json;

use super::types::{LogActor, LogAsked, LogEntry, LogPart};
use crate::activities::title::{self, Sight};
use crate::auth::{AuditReader, CityAdmin, Coordinator, Viewer};
use crate::centers::CenterId;
use crate::clock::Zone;
use crate::error::Result;
use crate::store::{self, Conn, Flag};

/// Up to `limit` entries and what they are about, as the reader `$1` reads it (see [`Sight`]); `$9` is 1 for who may read
/// residents' names. The names are looked up for these entries alone.
///
/// Reasons are free text: "revealed to call Mrs Zhang's son" names somebody, whatever the form asks for. So only who may
/// see the people concerned reads them: the city administrator and the center's social workers. A provider's manager
/// answers for the staff and reads that, when and by whom a number was revealed or a record voided, which is enough to
/// ask; of rooms and accounts, which are the manager's own matter and nobody's private one, the words stay.
fn select(within: &str) -> String {
    format!(
        "with page as materialized (
            select e.* from audit_events e
            where {within} and e.id < $2 and e.at >= $5 and e.at < $6 and ($7 = 0 or e.account_id = $7)
              and (cast($8 as text) is null and e.subject <> 'login'
                   or e.subject in (select j.value ->> 'is' from json_each(cast($8 as json_text)) j))
            order by e.id desc limit $3
         )
         select e.id, e.at, e.actor, case when e.account_id is null then 0 else 1 end as by_account,
                e.action, e.subject, e.subject_id, e.center_id, c.name as center,
                case when $9 = 1 or e.subject in ('room', 'account') then e.detail else null end as detail,
                case when $9 = 1 or e.subject in ('room', 'account') or e.detail is null then 0 else 1 end as kept_back,
                coalesce(p.name, w.name, m.name, r.name, y.name, f.name, pr.name, pu.name, dp.name, l.name, un.name,
                         po.title) as name,
                {}, s.id as session_id, s.local_date as held_on
         from page e
         left join centers c on c.id = e.center_id
         left join attendances t on e.subject = 'attendance' and t.id = e.subject_id
         left join hours_entries h on e.subject = 'hours' and h.id = e.subject_id
         left join hour_claims hc on e.subject = 'claim' and hc.id = e.subject_id
         left join head_counts n on e.subject = 'head_count' and n.id = e.subject_id
         left join unit_participations ut on e.subject = 'participation' and ut.id = e.subject_id
         left join units un on un.id = case when e.subject = 'unit' then e.subject_id else ut.unit_id end
         left join scans z on e.subject = 'scan' and z.id = e.subject_id
         left join cards d on e.subject = 'card' and d.id = e.subject_id
         left join workers v on e.subject = 'worker' and v.id = e.subject_id
         left join people w on w.id = v.person_id
         left join posts po on e.subject = 'post' and po.id = e.subject_id
         left join people p on $9 = 1 and p.id = case when e.subject = 'person' then e.subject_id
             else coalesce(t.person_id, h.person_id, hc.person_id, z.person_id, d.person_id) end
         left join sessions s on s.id = case when e.subject = 'session' then e.subject_id
             else coalesce(t.session_id, h.session_id, n.session_id, z.session_id, ut.session_id) end
         left join open_rooms os on e.subject = 'open_room' and os.id = e.subject_id
         left join activities a on a.id = case when e.subject = 'activity' then e.subject_id
             else coalesce(s.activity_id, os.activity_id) end
         left join service_kinds k on k.id = a.kind_id
         left join teams m on e.subject = 'team' and m.id = e.subject_id
         left join rooms r on e.subject = 'room' and r.id = e.subject_id
         left join accounts y on e.subject in ('account', 'login') and y.id = e.subject_id
         left join devices f on e.subject = 'device' and f.id = e.subject_id
         left join providers pr on e.subject = 'provider' and pr.id = e.subject_id
         left join purchasers pu on e.subject = 'purchaser' and pu.id = e.subject_id
         left join departments dp on e.subject = 'department' and dp.id = e.subject_id
         left join holidays l on e.subject = 'holiday' and l.id = e.subject_id
         order by e.id desc",
        title::columns("$1")
    )
}

async fn asked(
    by: &Viewer,
    conn: &mut Conn,
    (within, center): (&str, Option<CenterId>),
    zone: Zone,
    asked: &LogAsked,
    limit: i64,
) -> Result<Vec<LogEntry>> {
    let (from, to) = match asked.day {
        Some(day) => (zone.midnight(day).0, zone.midnight(day.plus_days(1)).0),
        None => (i64::MIN, i64::MAX),
    };
    let subjects = |part: LogPart| store::rows(part.subjects(), |subject| json!({ "is": subject }));
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(select(within)))
        .bind(Sight::Of(by).reader())
        .bind(asked.before.unwrap_or(i64::MAX))
        .bind(limit)
        .bind(center)
        .bind(from)
        .bind(to)
        .bind(asked.who.map_or(0, |who| who.0))
        .bind(asked.part.map(subjects))
        .bind(Flag::from(Coordinator::includes(by.role)))
        .fetch_all(conn)
        .await?)
}

/// Up to `limit` entries of the center.
pub async fn of_center(
    by: &AuditReader,
    conn: &mut Conn,
    (center, zone): (CenterId, Zone),
    wanted: &LogAsked,
    limit: i64,
) -> Result<Vec<LogEntry>> {
    asked(by, conn, ("e.center_id = $4", Some(center)), zone, wanted, limit).await
}

/// Up to `limit` entries of the whole city.
pub async fn all(by: &CityAdmin, conn: &mut Conn, wanted: &LogAsked, limit: i64) -> Result<Vec<LogEntry>> {
    asked(by, conn, ("$4 is null", None), Zone::SHANGHAI, wanted, limit).await
}

/// Who can have acted in a center.
pub async fn actors_of(_: &AuditReader, conn: &mut Conn, center: CenterId) -> Result<Vec<LogActor>> {
    Ok(sqlx::query_as(
        "select a.id, a.name from accounts a
         where a.login is not null and exists (select 1 from account_centers r where r.account_id = a.id and r.center_id = $1)
         order by a.name, a.id",
    )
    .bind(center)
    .fetch_all(conn)
    .await?)
}

/// Everybody who can have acted.
pub async fn actors(_: &CityAdmin, conn: &mut Conn) -> Result<Vec<LogActor>> {
    Ok(sqlx::query_as("select id, name from accounts where login is not null order by name, id")
        .fetch_all(conn)
        .await?)
}
