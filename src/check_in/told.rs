//! What somebody is told of when they came: cards, attendances, and every try at the door.

use super::Way;
use super::types::{Code, Method, Part};
use crate::activities::Title;
use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Flag};
use crate::told::{ToldPart, ToldValue};

/// What is kept here of a person, of the reader's centers; a card belongs to the person.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    Ok(vec![cards(conn, person).await?, attendances(by, conn, person).await?, scans(by, conn, person).await?])
}

/// That there is a card, and until when it was good. Its code is a key, and on the card.
async fn cards(conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<(String, Timestamp, Option<Timestamp>, Option<String>)> = sqlx::query_as(
        "select c.name, k.issued_at, k.revoked_at, k.revoke_reason from cards k join centers c on c.id = k.center_id
         where k.person_id = $1 order by k.id",
    )
    .bind(person)
    .fetch_all(conn)
    .await?;
    let row = |(center, issued_at, revoked_at, reason): (String, Timestamp, Option<Timestamp>, Option<String>)| {
        [ToldValue::Text(center), ToldValue::At(issued_at), ToldValue::at(revoked_at), ToldValue::text(reason)]
    };
    let heads = ["told.center", "told.issued_at", "told.revoked_at", "told.reason"];
    Ok(ToldPart::new("told.cards", heads, rows.into_iter().map(row)))
}

#[derive(sqlx::FromRow)]
struct VisitTold {
    local_date: Date,
    center: String,
    #[sqlx(flatten)]
    title: Title,
    room: String,
    part: Part,
    method: Method,
    came_at: Timestamp,
    left_at: Option<Timestamp>,
    elderly: Flag,
    disabled: Flag,
    needy: Flag,
    youth: Flag,
    companions: i64,
    void_reason: Option<String>,
}

impl VisitTold {
    /// In which of the four groups they were counted that day, in the notice's order.
    fn counted(&self) -> [ToldValue; 4] {
        [self.elderly, self.disabled, self.needy, self.youth].map(|flag| ToldValue::Truth(flag.is_set()))
    }
}

/// As the door let them in. Minutes are from coming to leaving.
fn visits_as() -> String {
    format!(
        "with v as materialized (
            select x.id from attendances_of_people x
            where x.person_id = $2 and x.center_id in (select r.center_id from account_centers r where r.account_id = $3)
         )
         select s.local_date, c.name as center, {}, {ROOM} as room, t.part, t.method, t.came_at, t.left_at, t.elderly, t.disabled,
                t.needy, t.youth, t.void_reason,
                (select cast(coalesce(sum(n.heads), 0) as bigint) from head_counts n
                 where n.attendance_id = t.id and n.voided_at is null) as companions
         from v join attendances t on t.id = v.id join sessions s on s.id = t.session_id join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         order by t.came_at, t.id",
        title::columns("$1")
    )
}

async fn attendances(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    let rows: Vec<VisitTold> = sqlx::query_as(sqlx::AssertSqlSafe(visits_as()))
        .bind(Sight::Of(by).reader())
        .bind(person)
        .bind(by.account)
        .fetch_all(conn)
        .await?;
    let row = |row: VisitTold| {
        let [elderly, disabled, needy, youth] = row.counted();
        let minutes = row.left_at.map_or(ToldValue::Nothing, |left| ToldValue::Number(row.came_at.minutes_until(left)));
        [
            ToldValue::Day(row.local_date),
            ToldValue::Text(row.center),
            row.title.told(),
            ToldValue::Text(row.room),
            ToldValue::Word(row.part.key().to_owned()),
            ToldValue::Word(row.method.key().to_owned()),
            ToldValue::At(row.came_at),
            ToldValue::at(row.left_at),
            minutes,
            elderly,
            disabled,
            needy,
            youth,
            ToldValue::Number(row.companions),
            ToldValue::text(row.void_reason),
        ]
    };
    let heads = [
        "told.day",
        "told.center",
        "told.activity",
        "told.room",
        "told.part",
        "told.method",
        "told.came_at",
        "told.left_at",
        "told.minutes",
        "group.elderly",
        "group.disabled",
        "group.needy",
        "group.youth",
        "told.companions",
        "told.void_reason",
    ];
    Ok(ToldPart::new("told.attendances", heads, rows.into_iter().map(row)))
}

#[derive(sqlx::FromRow)]
struct ScanTold {
    occurred_at: Timestamp,
    center: String,
    #[sqlx(flatten)]
    title: Title,
    way: Way,
    method: Method,
    outcome: String,
    offline: Flag,
}

async fn scans(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<ToldPart> {
    // Found session by session: of one person there are few in all the years.
    let sql = format!(
        "select q.occurred_at, c.name as center, {}, q.way, q.method, q.outcome, q.offline
         from sessions s cross join scans q join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where q.session_id = s.id and q.person_id = $2
           and s.center_id in (select r.center_id from account_centers r where r.account_id = $3)
         order by q.occurred_at, q.id",
        title::columns("$1")
    );
    let rows: Vec<ScanTold> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(person)
        .bind(by.account)
        .fetch_all(conn)
        .await?;
    let row = |row: ScanTold| {
        [
            ToldValue::At(row.occurred_at),
            ToldValue::Text(row.center),
            row.title.told(),
            ToldValue::Word(row.way.key().to_owned()),
            ToldValue::Word(row.method.key().to_owned()),
            ToldValue::Word(row.outcome.parse().map_or("told.admitted", Code::key).to_owned()),
            ToldValue::Truth(row.offline.is_set()),
        ]
    };
    let heads = ["told.at", "told.center", "told.activity", "told.way", "told.method", "told.outcome", "told.offline"];
    Ok(ToldPart::new("told.scans", heads, rows.into_iter().map(row)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::plan::by_person;

    #[rocket::async_test]
    async fn attendances_are_told_without_reading_all() {
        by_person(&visits_as(), 1).await;
    }
}
