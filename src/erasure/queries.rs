//! Reading erasures, and what there is to be erased.

use sqlx::AssertSqlSafe;

use super::types::{Erasure, ErasureId, ErasureState, Traces};
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::store::{Conn, places, runs};

const ERASURE: &str =
    "select e.id, coalesce((select p.merged_into from people p where p.id = e.person_id), e.person_id) as person_id,
        e.center_id, e.wanted_by, e.reason, e.asked_at, a.name as asked_by, e.state,
        e.decided_at, d.name as decided_by, e.decline_reason, e.extent, e.wiped_at
     from erasures e join accounts a on a.id = e.asked_by left join accounts d on d.id = e.decided_by";

/// One erasure of the center.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn find(conn: &mut Conn, center: CenterId, id: ErasureId) -> Result<Erasure> {
    let sql = format!("{ERASURE} where e.id = $1 and e.center_id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(id).bind(center).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center at which an erasure was asked for, as far as the viewer reaches.
///
/// # Errors
/// `NotFound`.
pub async fn center_of(by: &Viewer, conn: &mut Conn, id: ErasureId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select e.center_id from erasures e join account_centers r on r.center_id = e.center_id
         where e.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// The center's erasures, those that wait first, then the latest: at most a hundred.
pub async fn of_center(conn: &mut Conn, center: CenterId) -> Result<Vec<Erasure>> {
    let sql = format!(
        "{ERASURE} where e.center_id = $1 order by case when e.state = $2 then 0 else 1 end, e.id desc limit 100"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(ErasureState::Asked).fetch_all(conn).await?)
}

/// What was last asked about the person at the center.
pub async fn latest(conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Option<Erasure>> {
    let sql = format!("{ERASURE} where e.center_id = $1 and e.person_id = $2 order by e.id desc limit 1");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(person).fetch_optional(conn).await?)
}

/// Whether what this erasure left in the files is still to be cleared away.
pub async fn is_unwiped(conn: &mut Conn, id: ErasureId) -> Result<bool> {
    let waiting: i64 =
        sqlx::query_scalar("select count(*) from erasures where id = $1 and state = $2 and wiped_at is null")
            .bind(id)
            .bind(ErasureState::Erased)
            .fetch_one(conn)
            .await?;
    Ok(waiting > 0)
}

/// What is known of these people. They stand in the statement itself: for a list in a parameter PostgreSQL plans with a hundred rows, and
/// took fourteen seconds to compile a plan for them.
pub async fn traces(by: &Viewer, conn: &mut Conn, now: Now, people: &[PersonId]) -> Result<Vec<Traces>> {
    let today = Zone::SHANGHAI.date(now.0);
    let mut all = Vec::with_capacity(people.len());
    for run in runs(people) {
        let sql = TRACES.replace("{reached}", REACHED).replace("{asked}", &places(conn, run.size, 3));
        let mut query = sqlx::query_as(AssertSqlSafe(sql));
        for person in run.rows() {
            query = query.bind(person.copied()).bind(by.account).bind(today);
        }
        all.extend(query.fetch_all(&mut *conn).await?);
    }
    Ok(all)
}

const REACHED: &str = "in (select r.center_id from reached r)";

const TRACES: &str = "with asked (person_id, account_id, today) as (values {asked}), reached as materialized (
        select distinct r.center_id from account_centers r where r.account_id = (select min(q.account_id) from asked q)
    )
    select p.id as person_id,
           (case when p.phone_hash is null then 0 else 1 end) + (case when p.id_number_hash is null then 0 else 1 end)
           + (select count(*) from person_phones f where f.person_id = p.id) as numbers,
           (select cast(coalesce(sum((case when e.address is null then 0 else 1 end)
                   + (case when coalesce(e.note, e.note_sealed) is null then 0 else 1 end)
                   + (case when e.care_sealed is null then 0 else 1 end)
                   + (case when e.emergency_sealed is null then 0 else 1 end)), 0) as bigint)
            from enrolments e where e.person_id = p.id and e.center_id {reached}) as notes,
           (select count(*) from group_memberships m where m.person_id = p.id) as memberships,
           (select count(m.file_id) from group_memberships m where m.person_id = p.id) as papers,
           (select count(*) from cards k where k.person_id = p.id and k.revoked_at is null) as cards,
           (select count(*) from phone_people f where f.person_id = p.id) as phones,
           (select count(*) from household_members m where m.person_id = p.id and m.center_id {reached}) as stays,
           (select count(*) from attendances_of_people v cross join escorts x
            where v.person_id = p.id and v.center_id {reached} and x.attendance_id = v.id) as escorts,
           (select count(*) from import_rows r join imports i on i.id = r.import_id
            where r.person_id = p.id and i.center_id {reached}) as roster_rows,
           (select count(*) from attendances_of_people v where v.person_id = p.id and v.center_id {reached}) as attendances,
           (select cast(coalesce(sum(h.minutes), 0) as bigint) from hours_entries h where h.person_id = p.id) as minutes,
           (select count(*) from team_members m where m.person_id = p.id) as teams,
           case when exists (select 1 from workers w where w.person_id = p.id
               and (w.ended_on is null or w.ended_on > q.today)) then 1 else 0 end as works,
           case when exists (select 1 from enrolments e where e.person_id = p.id and not e.center_id {reached})
               then 1 else 0 end as elsewhere
    from asked q join people p on p.id = q.person_id order by p.id";
