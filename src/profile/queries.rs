//! What the features know of one person, in one center.

use crate::activities::Title;
use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::activities::{SessionId, SessionStatus};
use crate::auth::{Coordinator, Viewer};
use crate::centers::CenterId;
use crate::clock::{Date, Now, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Flag};
use crate::teams::TeamId;
use crate::units::{UnitId, UnitPart};

/// One time somebody came, as their page shows it.
#[derive(Debug, sqlx::FromRow)]
pub struct Visit {
    pub session_id: i64,
    #[sqlx(flatten)]
    pub title: Title,
    pub local_date: Date,
    pub part: String,
    pub came_at: Timestamp,
    pub left_at: Option<Timestamp>,
    pub voided: Flag,
}

fn visits_as() -> String {
    let title = title::columns("$1");
    format!(
        "with v as materialized (
            select * from attendances_of_people where person_id = $2 and center_id = $3
            order by came_at desc, id desc limit $4
         )
         select v.session_id, {title}, v.local_date, v.part, v.came_at, v.left_at,
                case when v.voided_at is null then 0 else 1 end as voided
         from v join activities a on a.id = v.activity_id join service_kinds k on k.id = a.kind_id
         order by v.came_at desc, v.id desc"
    )
}

/// The latest times the person came to this center, voided ones too.
pub async fn visits(
    by: &Coordinator,
    conn: &mut Conn,
    center: CenterId,
    person: PersonId,
    limit: i64,
) -> Result<Vec<Visit>> {
    let sql = visits_as();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(person)
        .bind(center)
        .bind(limit)
        .fetch_all(conn)
        .await?)
}

/// A team of this center that the person serves in.
#[derive(Debug, sqlx::FromRow)]
pub struct TeamOf {
    pub id: TeamId,
    pub name: String,
    pub joined_on: Date,
}

pub async fn teams(conn: &mut Conn, center: CenterId, person: PersonId) -> Result<Vec<TeamOf>> {
    Ok(sqlx::query_as(
        "select t.id, t.name, m.joined_on from team_members m join teams t on t.id = m.team_id
         where m.person_id = $1 and t.center_id = $2 and m.left_on is null and t.disbanded_on is null
         order by m.joined_on",
    )
    .bind(person)
    .bind(center)
    .fetch_all(conn)
    .await?)
}

/// A session that a unit took part in, or is to, as its page shows it.
#[derive(Debug, sqlx::FromRow)]
pub struct TakenPart {
    pub session_id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    pub local_date: Date,
    pub status: SessionStatus,
    pub part: UnitPart,
    pub word: Option<String>,
}

/// What the unit takes part in, the latest first.
pub async fn taken_part(by: &Viewer, conn: &mut Conn, unit: UnitId, limit: i64) -> Result<Vec<TakenPart>> {
    let sql = format!(
        "select s.id as session_id, {}, s.local_date, s.status, x.part, x.word
         from unit_participations x join sessions s on s.id = x.session_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where x.unit_id = $2 and x.voided_at is null order by s.starts_at desc, x.id desc limit $3",
        title::columns("$1")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(unit)
        .bind(limit)
        .fetch_all(conn)
        .await?)
}

/// In how many completed sessions the unit was what.
pub async fn parts_of(conn: &mut Conn, unit: UnitId) -> Result<Vec<(UnitPart, i64)>> {
    Ok(sqlx::query_as(
        "select x.part, count(*) from unit_participations x join sessions s on s.id = x.session_id
         where x.unit_id = $1 and x.voided_at is null and s.status = 'completed' group by x.part",
    )
    .bind(unit)
    .fetch_all(conn)
    .await?)
}

/// A session that a team is to help at, as its page shows it.
#[derive(Debug, sqlx::FromRow)]
pub struct NextSession {
    pub id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    pub room: String,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
}

/// The team's next sessions, the next first.
pub async fn next_sessions(
    by: &Viewer,
    conn: &mut Conn,
    team: TeamId,
    now: Now,
    limit: i64,
) -> Result<Vec<NextSession>> {
    let sql = format!(
        "select s.id, {}, {ROOM} as room, s.starts_at, s.ends_at
         from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where s.team_id = $2 and s.status = 'planned' and s.ends_at > $3 order by s.starts_at, s.id limit $4",
        title::columns("$1")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(team)
        .bind(now.0)
        .bind(limit)
        .fetch_all(conn)
        .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plan::by_person;

    #[rocket::async_test]
    async fn a_person_s_visits_are_found_without_reading_all_attendances() {
        by_person(&visits_as(), 1).await;
    }
}
