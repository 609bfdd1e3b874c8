//! Residents who take part: participants and volunteers together, each once; and who of them is new.

use super::Reach;
use super::types::Period;
use crate::clock::Date;
use crate::error::Result;
use crate::store::Conn;

/// Who took part in a period, in whatever part but as staff.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Newcomers {
    /// Different people among the participants and the volunteers.
    pub residents: i64,
    /// Those of them who had never taken part in any of the centers before the day that was asked for.
    pub newcomers: i64,
}

/// Residents who took part in completed sessions of `period`, and those of them who took part in none before `since` (usually
/// the first day of a year) as far as the reader may know: in the same centers, and of a purchaser on the days of its
/// agreements.
pub async fn newcomers(conn: &mut Conn, reach: &Reach, period: Period, since: Date) -> Result<Newcomers> {
    let before = Period::new(Date::FIRST, since).map_or_else(|| "{}".to_owned(), |before| reach.asked(before));
    Ok(sqlx::query_as(
        "with asked (center_id, from_date, to_date) as (
            select cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to'
            from json_each(cast($1 as json_text)) j),
        earlier (center_id, from_date, to_date) as (
            select cast(j.value ->> 'center' as bigint), j.value ->> 'from', j.value ->> 'to'
            from json_each(cast($2 as json_text)) j),
        came as (
            select distinct t.person_id
            from asked q cross join sessions s join attendances t on t.session_id = s.id
            where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
              and s.status = 'completed' and t.part <> 'staff' and t.voided_at is null),
        known as (
            select distinct t.person_id
            from earlier q cross join sessions s join attendances t on t.session_id = s.id
            where s.center_id = q.center_id and s.local_date >= q.from_date and s.local_date < q.to_date
              and s.status = 'completed' and t.part <> 'staff' and t.voided_at is null)
        select count(*) as residents, count(*) - count(k.person_id) as newcomers
        from came c left join known k on k.person_id = c.person_id",
    )
    .bind(reach.asked(period))
    .bind(before)
    .fetch_one(conn)
    .await?)
}
