//! What somebody is told of the shifts that they took or were asked for.

use super::types::ShiftState;
use crate::activities::Title;
use crate::activities::title::{self, Sight};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::teams::ChangedBy;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct ShiftTold {
    center: String,
    local_date: Date,
    #[sqlx(flatten)]
    title: Title,
    position: String,
    state: ShiftState,
    changed_at: Timestamp,
    by_whom: ChangedBy,
    word: Option<String>,
}

/// The person's shifts in the reader's centers.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let sql = format!(
        "select c.name as center, s.local_date, {}, n.position, f.state, f.changed_at, f.by_whom, f.word
         from shifts f join shift_needs n on n.id = f.need_id join sessions s on s.id = f.session_id
         join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where f.person_id = $2 and s.center_id in (select r.center_id from account_centers r where r.account_id = $3)
         order by f.id",
        title::columns("$1")
    );
    let rows: Vec<ShiftTold> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(person)
        .bind(by.account)
        .fetch_all(conn)
        .await?;
    let row = |row: ShiftTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Day(row.local_date),
            row.title.told(),
            ToldValue::Text(row.position),
            ToldValue::Word(row.state.key().to_owned()),
            ToldValue::At(row.changed_at),
            ToldValue::Word(row.by_whom.key().to_owned()),
            ToldValue::text(row.word),
        ]
    };
    let heads = [
        "told.center",
        "shifts.day",
        "shifts.session",
        "shifts.position",
        "told.state",
        "shifts.changed_at",
        "shifts.by_whom",
        "shifts.word",
    ];
    Ok(vec![ToldPart::new("told.shifts", heads, rows.into_iter().map(row))])
}
