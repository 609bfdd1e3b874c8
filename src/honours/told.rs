//! What somebody is told of their trainings and commendations.

use super::types::HonourLevel;
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Flag};
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct TrainingTold {
    center: String,
    title: String,
    held_on: Date,
    minutes: i64,
    giver: String,
    place: Option<String>,
    has_scan: Flag,
    removed_at: Option<Timestamp>,
    void_reason: Option<String>,
}

#[derive(sqlx::FromRow)]
struct CommendationTold {
    center: String,
    title: String,
    level: HonourLevel,
    giver: Option<String>,
    given_on: Date,
    for_year: Option<i64>,
    what: Option<String>,
    has_scan: Flag,
    void_reason: Option<String>,
}

/// The person's trainings and commendations that the reader's centers wrote down, mistaken ones too.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    Ok(vec![trainings(by, conn, person).await?, commendations(by, conn, person).await?])
}

async fn trainings(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<TrainingTold> = sqlx::query_as(
        "select n.name as center, g.title, g.held_on, g.minutes, g.giver, g.place,
                case when y.file_id is null then 0 else 1 end as has_scan, y.removed_at, g.void_reason
         from trained_people y join trainings g on g.id = y.training_id join centers n on n.id = g.center_id
         where y.person_id = $1 and g.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by y.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: TrainingTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Text(row.title),
            ToldValue::Day(row.held_on),
            ToldValue::Number(row.minutes),
            ToldValue::Text(row.giver),
            ToldValue::text(row.place),
            ToldValue::Truth(row.has_scan.is_set()),
            ToldValue::at(row.removed_at),
            ToldValue::text(row.void_reason),
        ]
    };
    let heads = [
        "told.center",
        "honours.title",
        "honours.held_on",
        "honours.minutes",
        "honours.giver",
        "honours.place",
        "told.has_scan",
        "told.removed_at",
        "told.void_reason",
    ];
    Ok(ToldPart::new("told.trainings", heads, rows.into_iter().map(row)))
}

async fn commendations(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<CommendationTold> = sqlx::query_as(
        "select n.name as center, c.title, c.level, c.giver, c.given_on, c.for_year, c.what,
                case when c.file_id is null then 0 else 1 end as has_scan, c.void_reason
         from commendations c join centers n on n.id = c.center_id
         where c.person_id = $1 and c.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by c.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: CommendationTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Text(row.title),
            ToldValue::Word(row.level.key().to_owned()),
            ToldValue::text(row.giver),
            ToldValue::Day(row.given_on),
            row.for_year.map_or(ToldValue::Nothing, ToldValue::Number),
            ToldValue::text(row.what),
            ToldValue::Truth(row.has_scan.is_set()),
            ToldValue::text(row.void_reason),
        ]
    };
    let heads = [
        "told.center",
        "honours.title",
        "honours.level",
        "honours.giver",
        "honours.given_on",
        "honours.for_year",
        "honours.what",
        "told.has_scan",
        "told.void_reason",
    ];
    Ok(ToldPart::new("told.commendations", heads, rows.into_iter().map(row)))
}
