//! What somebody is told of the teams that they asked to join.

use super::types::{Application, ApplicationRow, ApplicationState};
use crate::auth::Viewer;
use crate::error::Result;
use crate::people::PersonId;
use crate::store::{Conn, Sealer};
use crate::told::{ToldPart, ToldValue};

/// What the person told the reader's centers when they asked, and the answers.
///
/// # Errors
/// `Internal` for what does not open.
pub async fn told(by: &Viewer, conn: &mut Conn, sealer: &Sealer, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<ApplicationRow> = sqlx::query_as(
        "select a.id, a.team_id, t.name as team, a.phone_id, a.state, a.told_sealed, a.text_id, a.sent_at, a.answered_at,
                null as answered_by, a.word, a.person_id
         from team_applications a join teams t on t.id = a.team_id
         where a.person_id = $1 and t.center_id in (select r.center_id from account_centers r where r.account_id = $2)
         order by a.id",
    )
    .bind(person)
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    let row = |row: ApplicationRow| {
        let Application { row, told } = Application::open(row, sealer)?;
        Ok([
            ToldValue::Text(row.team),
            ToldValue::At(row.sent_at),
            ToldValue::text(told.skills),
            ToldValue::text(told.available),
            ToldValue::text(told.guardian.as_ref().map(|guardian| guardian.name.clone())),
            ToldValue::text(told.guardian.map(|guardian| guardian.phone)),
            ToldValue::Word(ApplicationState::key(row.state).to_owned()),
            ToldValue::at(row.answered_at),
            ToldValue::text(row.word),
        ])
    };
    let rows = rows.into_iter().map(row).collect::<Result<Vec<_>>>()?;
    let heads = [
        "teams.name",
        "told.sent_at",
        "applications.skills",
        "applications.available",
        "applications.guardian",
        "applications.guardian_phone",
        "told.state",
        "told.answered_at",
        "applications.word",
    ];
    Ok(vec![ToldPart::new("told.applications", heads, rows)])
}
