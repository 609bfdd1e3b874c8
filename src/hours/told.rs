//! What a volunteer is told of the ledger: every row of it, reversals too.

use super::types::Source;
use crate::activities::title::{self, Sight};
use crate::auth::Viewer;
use crate::clock::{Date, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Flag};
use crate::told::{ToldPart, ToldValue};

#[derive(sqlx::FromRow)]
struct HoursTold {
    served_on: Option<Date>,
    center: Option<String>,
    team: Option<String>,
    title: Option<String>,
    kind: Option<String>,
    kind_en: Option<String>,
    content: Option<String>,
    unit: Option<String>,
    minutes: i64,
    source: Source,
    original_minutes: i64,
    confirmed_at: Timestamp,
    is_reversal: Flag,
    reason: Option<String>,
}

/// The person's rows of the reader's centers, and those that belong to no center.
pub async fn told(by: &Viewer, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let sql = format!(
        "select coalesce(s.local_date, h.served_on) as served_on, c.name as center, t.name as team, {}, h.content, h.unit, h.minutes,
                h.source, h.original_minutes, h.confirmed_at, case when h.reverses_id is null then 0 else 1 end as is_reversal, h.reason
         from hours_entries h
         left join sessions s on s.id = h.session_id left join activities a on a.id = s.activity_id
         left join service_kinds k on k.id = a.kind_id left join teams t on t.id = h.team_id
         left join centers c on c.id = coalesce(s.center_id, h.center_id, h.brought_to, t.center_id)
         where h.person_id = $2
           and (c.id is null or c.id in (select r.center_id from account_centers r where r.account_id = $3))
         order by coalesce(s.local_date, h.served_on), h.id",
        title::columns("$1")
    );
    let rows: Vec<HoursTold> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(person)
        .bind(by.account)
        .fetch_all(conn)
        .await?;
    let row = |row: HoursTold| {
        // What was brought from elsewhere has no session, but says what was done.
        let activity = match (row.title.or(row.content), row.kind.zip(row.kind_en)) {
            (None, Some((kind, kind_en))) => ToldValue::Named(kind, kind_en),
            (title, _) => ToldValue::text(title),
        };
        [
            ToldValue::day(row.served_on),
            ToldValue::text(row.center),
            ToldValue::text(row.team),
            activity,
            ToldValue::text(row.unit),
            ToldValue::Number(row.minutes),
            ToldValue::Word(row.source.key().to_owned()),
            ToldValue::Number(row.original_minutes),
            ToldValue::At(row.confirmed_at),
            ToldValue::Truth(row.is_reversal.is_set()),
            ToldValue::text(row.reason),
        ]
    };
    let heads = [
        "told.day",
        "told.center",
        "told.team",
        "told.activity",
        "told.unit",
        "told.minutes",
        "told.source",
        "told.original_minutes",
        "told.confirmed_at",
        "told.is_reversal",
        "told.reason",
    ];
    Ok(vec![ToldPart::new("told.hours", heads, rows.into_iter().map(row))])
}
