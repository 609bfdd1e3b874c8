//! What somebody is told of the places that they took or waited for.

use super::types::{RegisteredBy, RegistrationState};
use crate::activities::Title;
use crate::activities::title::{self, Sight};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::Conn;
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct RegistrationTold {
    center: String,
    local_date: Date,
    #[sqlx(flatten)]
    title: Title,
    heads: i64,
    state: RegistrationState,
    made_at: Timestamp,
    made_by: RegisteredBy,
    changed_at: Timestamp,
    word: Option<String>,
}

/// The person's registrations in the reader's centers.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let sql = format!(
        "select c.name as center, s.local_date, {}, r.heads, r.state, r.made_at, r.made_by, r.changed_at, r.word
         from registrations r join sessions s on s.id = r.session_id join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where r.person_id = $2 and s.center_id in (select v.center_id from account_centers v where v.account_id = $3)
         order by r.id",
        title::columns("$1")
    );
    let rows: Vec<RegistrationTold> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(person)
        .bind(by.account)
        .fetch_all(conn)
        .await?;
    let row = |row: RegistrationTold| {
        [
            ToldValue::Text(row.center),
            ToldValue::Day(row.local_date),
            row.title.told(),
            ToldValue::Text(row.heads.to_string()),
            ToldValue::Word(row.state.key().to_owned()),
            ToldValue::At(row.made_at),
            ToldValue::Word(row.made_by.key().to_owned()),
            ToldValue::At(row.changed_at),
            ToldValue::text(row.word),
        ]
    };
    let heads = [
        "told.center",
        "registrations.day",
        "registrations.session",
        "registrations.heads",
        "told.state",
        "registrations.made_at",
        "registrations.made_by",
        "registrations.changed_at",
        "registrations.word",
    ];
    Ok(vec![ToldPart::new("told.registrations", heads, rows.into_iter().map(row))])
}
