//! Reading trainings and commendations, within a center that the viewer was let into, or of people whom they were let to.

use serde_json::json;

use super::rules;
use super::types::{Commendation, CommendationId, Honours, StarLevel, Trained, Training, TrainingId, TrainingOf};
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::{Date, Month};
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::ids::{PersonId, TeamId};
use crate::people::PersonRow;
use crate::phones::ConfirmedPhone;
use crate::store::{Conn, rows};

/// After how many hours somebody has the hours of how many stars, the lowest first.
pub async fn levels(conn: &mut Conn) -> Result<Vec<StarLevel>> {
    Ok(sqlx::query_as("select stars, hours from star_levels order by stars").fetch_all(conn).await?)
}

const TRAINING: &str = "select g.id, g.team_id, t.name as team, g.title, g.held_on, g.minutes, g.giver, g.place,
        (select count(*) from trained_people y where y.training_id = g.id and y.removed_at is null) as people,
        g.voided_at, g.void_reason
     from trainings g left join teams t on t.id = g.team_id";

/// The center's trainings of a year, or of always, the latest first; mistaken ones too.
pub async fn trainings(conn: &mut Conn, center: CenterId, (from, to): (Date, Date)) -> Result<Vec<Training>> {
    let sql = format!(
        "{TRAINING} where g.center_id = $1 and g.held_on >= $2 and g.held_on <= $3 order by g.held_on desc, g.id desc"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(from).bind(to).fetch_all(conn).await?)
}

/// The trainings that were held for a team, the latest first.
pub async fn trainings_of_team(conn: &mut Conn, team: TeamId) -> Result<Vec<Training>> {
    let sql = format!("{TRAINING} where g.team_id = $1 and g.voided_at is null order by g.held_on desc, g.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(team).fetch_all(conn).await?)
}

/// One training.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn training(conn: &mut Conn, center: CenterId, id: TrainingId) -> Result<Training> {
    let sql = format!("{TRAINING} where g.center_id = $1 and g.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The center of a training that the viewer may reach.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn center_of_training(by: &Viewer, conn: &mut Conn, id: TrainingId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select g.center_id from trainings g join account_centers r on r.center_id = g.center_id
         where g.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// Who attended.
pub async fn trained(conn: &mut Conn, id: TrainingId) -> Result<Vec<Trained>> {
    Ok(sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4, y.file_id
         from trained_people y join people p on p.id = y.person_id
         where y.training_id = $1 and y.removed_at is null order by p.pinyin, p.id",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// Who serves in the team, or in any of the center's, and is not on a training's list yet: whom its form offers.
pub async fn offered(conn: &mut Conn, center: CenterId, training: &Training) -> Result<Vec<PersonRow>> {
    Ok(sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4 from people p
         where exists (select 1 from team_members m join teams t on t.id = m.team_id
                       where m.person_id = p.id and m.left_on is null and t.center_id = $1 and t.disbanded_on is null
                         and (cast($2 as bigint) is null or t.id = $2))
           and exists (select 1 from enrolments e where e.person_id = p.id and e.center_id = $1)
           and not exists (select 1 from trained_people y
                           where y.training_id = $3 and y.person_id = p.id and y.removed_at is null)
         order by p.pinyin, p.id",
    )
    .bind(center)
    .bind(training.team_id)
    .bind(training.id)
    .fetch_all(conn)
    .await?)
}

/// The scan of the certificate that somebody got at a training.
///
/// # Errors
/// `NotFound` for whoever is not on its list, and for a mistaken training.
pub async fn training_paper(conn: &mut Conn, training: &Training, person: PersonId) -> Result<Option<FileId>> {
    if training.voided_at.is_some() {
        return Err(Error::NotFound);
    }
    let file: Option<Option<FileId>> = sqlx::query_scalar(
        "select file_id from trained_people where training_id = $1 and person_id = $2 and removed_at is null",
    )
    .bind(training.id)
    .bind(person)
    .fetch_optional(conn)
    .await?;
    file.ok_or(Error::NotFound)
}

const COMMENDATION: &str =
    "select c.id, n.name as center, c.person_id, c.team_id, coalesce(p.name, t.name) as whom, c.title, c.level, c.giver,
        c.given_on, c.for_year, c.what, c.file_id, c.voided_at, c.void_reason
     from commendations c join centers n on n.id = c.center_id
     left join people p on p.id = c.person_id left join teams t on t.id = c.team_id";

/// The center's commendations of a year, or of always, the latest first; mistaken ones too.
pub async fn commendations(conn: &mut Conn, center: CenterId, (from, to): (Date, Date)) -> Result<Vec<Commendation>> {
    let sql = format!(
        "{COMMENDATION} where c.center_id = $1 and c.given_on >= $2 and c.given_on <= $3
         order by c.given_on desc, c.title, p.pinyin, c.id desc"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(from).bind(to).fetch_all(conn).await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn commendation(conn: &mut Conn, center: CenterId, id: CommendationId) -> Result<Commendation> {
    let sql = format!("{COMMENDATION} where c.center_id = $1 and c.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// Those with these numbers.
pub(super) async fn these(conn: &mut Conn, center: CenterId, ids: &[CommendationId]) -> Result<Vec<Commendation>> {
    let sql = format!(
        "{COMMENDATION} where c.center_id = $1
           and c.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j) order by c.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(rows(ids, |id| json!(id))).fetch_all(conn).await?)
}

/// The center of a commendation that the viewer may reach.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn center_of_commendation(by: &Viewer, conn: &mut Conn, id: CommendationId) -> Result<CenterId> {
    sqlx::query_scalar(
        "select c.center_id from commendations c join account_centers r on r.center_id = c.center_id
         where c.id = $1 and r.account_id = $2",
    )
    .bind(id)
    .bind(by.account)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// What a team was commended for, the latest first.
pub async fn commendations_of_team(conn: &mut Conn, team: TeamId) -> Result<Vec<Commendation>> {
    let sql =
        format!("{COMMENDATION} where c.team_id = $1 and c.voided_at is null order by c.given_on desc, c.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(team).fetch_all(conn).await?)
}

const TRAINING_OF: &str = "select y.person_id, g.id, n.name as center, g.title, g.held_on, g.minutes, g.giver
     from trained_people y join trainings g on g.id = y.training_id and g.voided_at is null
     join centers n on n.id = g.center_id";

/// What is known of a person: the whole ledger, whatever center it comes from, and what the reader's centers wrote down.
pub async fn of_person(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Honours> {
    const REACHED: &str = "in (select r.center_id from account_centers r where r.account_id = $2)";
    let sql = format!(
        "{TRAINING_OF} where y.person_id = $1 and y.removed_at is null and g.center_id {REACHED}
         order by g.held_on desc, g.id desc"
    );
    let trainings =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(person).bind(by.account).fetch_all(&mut *conn).await?;
    let sql = format!(
        "{COMMENDATION} where c.person_id = $1 and c.voided_at is null and c.center_id {REACHED}
         order by c.given_on desc, c.id desc"
    );
    let commendations =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(person).bind(by.account).fetch_all(&mut *conn).await?;
    let minutes: i64 = sqlx::query_scalar(
        "select cast(coalesce(sum(h.minutes), 0) as bigint) from hours_entries h where h.person_id = $1",
    )
    .bind(person)
    .fetch_one(&mut *conn)
    .await?;
    let stars = rules::reached(minutes, &levels(conn).await?);
    Ok(Honours { minutes, stars, trainings, commendations })
}

/// What those attended and were commended for, for whom the phone is confirmed: of all centers, for it is their own.
pub async fn own(by: &[ConfirmedPhone], conn: &mut Conn) -> Result<(Vec<TrainingOf>, Vec<Commendation>)> {
    let people = rows(by, |one| json!(one.person));
    let sql = format!(
        "{TRAINING_OF}
         where y.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and y.removed_at is null order by g.held_on desc, g.id desc"
    );
    let trainings = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&people).fetch_all(&mut *conn).await?;
    let sql = format!(
        "{COMMENDATION}
         where c.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and c.voided_at is null order by c.given_on desc, c.id desc"
    );
    let commendations = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&people).fetch_all(conn).await?;
    Ok((trainings, commendations))
}

/// Months that a team's page shows.
const MONTHS: usize = 12;

/// The team's confirmed minutes, month by month, the last twelve with the month of `today`; a month without any has none.
pub async fn months_of_team(conn: &mut Conn, team: TeamId, today: Date) -> Result<Vec<(Month, i64)>> {
    let last = Month::of(today);
    let mut months: Vec<Month> =
        std::iter::successors(Some(last), |month| Some(month.previous())).take(MONTHS).collect();
    months.reverse();
    let first = months.first().copied().unwrap_or(last);
    let found: Vec<(String, i64)> = sqlx::query_as(
        "select x.month, cast(sum(x.minutes) as bigint) as minutes
         from (select substr(coalesce(s.local_date, h.served_on), 1, 7) as month, h.minutes
               from hours_entries h left join sessions s on s.id = h.session_id
               where h.team_id = $1 and coalesce(s.local_date, h.served_on) >= $2
                 and coalesce(s.local_date, h.served_on) < $3) x
         group by x.month",
    )
    .bind(team)
    .bind(first.first())
    .bind(last.end())
    .fetch_all(conn)
    .await?;
    let minutes = |month: Month| {
        let name = month.to_string();
        found.iter().find(|(other, _)| *other == name).map_or(0, |(_, minutes)| *minutes)
    };
    Ok(months.into_iter().map(|month| (month, minutes(month))).collect())
}
