//! Reading applications: those of a team through whoever answers for it, those of a phone through the phone.

use super::types::{Application, ApplicationId, ApplicationRow, ApplicationState};
use crate::clock::{Now, Zone};
use crate::consents::{self, ConsentText, Purpose};
use crate::error::{Error, Result};
use crate::ids::PersonId;
use crate::phones::Phone;
use crate::store::{Conn, Sealer};
use crate::teams::Steward;

const APPLICATION: &str =
    "select a.id, a.team_id, t.name as team, a.phone_id, a.state, a.told_sealed, a.text_id, a.sent_at, a.answered_at,
        w.name as answered_by, a.word, a.person_id
     from team_applications a join teams t on t.id = a.team_id left join accounts w on w.id = a.answered_by";

/// Those that were answered which a team's list shows.
const ANSWERED: i64 = 20;

/// The team's applications: those that wait, the first first, and the latest that were answered. What was taken back is nobody's business.
pub async fn of_team(by: &Steward, conn: &mut Conn, sealer: &Sealer) -> Result<(Vec<Application>, Vec<Application>)> {
    let waiting = format!("{APPLICATION} where a.team_id = $1 and a.state = $2 order by a.id");
    let waiting: Vec<ApplicationRow> = sqlx::query_as(sqlx::AssertSqlSafe(waiting))
        .bind(by.team)
        .bind(ApplicationState::Waiting)
        .fetch_all(&mut *conn)
        .await?;
    let answered = format!(
        "{APPLICATION} where a.team_id = $1 and a.state in ($2, $3) order by a.answered_at desc, a.id desc limit $4"
    );
    let answered: Vec<ApplicationRow> = sqlx::query_as(sqlx::AssertSqlSafe(answered))
        .bind(by.team)
        .bind(ApplicationState::Approved)
        .bind(ApplicationState::Declined)
        .bind(ANSWERED)
        .fetch_all(conn)
        .await?;
    let open =
        |rows: Vec<ApplicationRow>| rows.into_iter().map(|row| Application::open(row, sealer)).collect::<Result<_>>();
    Ok((open(waiting)?, open(answered)?))
}

/// One of the team's.
///
/// # Errors
/// `NotFound` for another team's, and for one that was taken back.
pub async fn find(by: &Steward, conn: &mut Conn, sealer: &Sealer, id: ApplicationId) -> Result<Application> {
    let sql = format!("{APPLICATION} where a.team_id = $1 and a.id = $2 and a.state <> $3");
    let row: Option<ApplicationRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(by.team)
        .bind(id)
        .bind(ApplicationState::Withdrawn)
        .fetch_optional(conn)
        .await?;
    Application::open(row.ok_or(Error::NotFound)?, sealer)
}

/// What the phone sent, the latest first.
pub async fn of_phone(by: &Phone, conn: &mut Conn, sealer: &Sealer) -> Result<Vec<Application>> {
    let sql = format!("{APPLICATION} where a.phone_id = $1 order by a.id desc limit 20");
    let rows: Vec<ApplicationRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(by.id).fetch_all(conn).await?;
    rows.into_iter().map(|row| Application::open(row, sealer)).collect()
}

/// What the members of the team told when they joined it, as far as they did so by phone; the latest of each.
pub async fn of_members(by: &Steward, conn: &mut Conn, sealer: &Sealer) -> Result<Vec<(PersonId, Application)>> {
    let sql = format!(
        "{APPLICATION} where a.team_id = $1 and a.state = $2 and a.told_sealed is not null and a.id in (
             select max(l.id) from team_applications l where l.team_id = $1 and l.state = $2 group by l.person_id)
           and exists (select 1 from team_members m where m.team_id = a.team_id and m.person_id = a.person_id and m.left_on is null)"
    );
    let rows: Vec<ApplicationRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(by.team).bind(ApplicationState::Approved).fetch_all(conn).await?;
    let open = |row: ApplicationRow| Some((row.person_id?, Application::open(row, sealer)));
    rows.into_iter().filter_map(open).map(|(person, one)| Ok((person, one?))).collect()
}

/// The words to which whoever joins agrees today; that version, where one is said.
pub async fn words(conn: &mut Conn, now: Now) -> Result<Option<ConsentText>> {
    let texts = consents::queries::texts_on(conn, Zone::SHANGHAI.date(now.0)).await?;
    Ok(texts.into_iter().find(|text| text.purpose == Purpose::Volunteer))
}
