//! Forgetting who asked to join.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::types::ApplicationState;
use crate::error::Result;
use crate::people::{AMONG, Forgetting};
use crate::store::{self, Conn};

/// Forgets what people told when they asked, and the answers' words, also of a wish that nobody answered: it is known by name and number as
/// the door knows them. That somebody asked on a day stays.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "update team_applications set told_sealed = null, word = null, applicant_key = '',
                state = case when state = $3 then $4 else state end
         where (person_id in {AMONG} or applicant_key in (
                 select e.door_key from enrolments e where e.person_id in {AMONG} and e.door_key is not null))
           and (cast($2 as bigint) is null or exists (
                 select 1 from teams t where t.id = team_applications.team_id and t.center_id = $2))"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(gone.ids())
        .bind(gone.center)
        .bind(ApplicationState::Waiting)
        .bind(ApplicationState::Withdrawn)
        .execute(tx)
        .await?;
    Ok(())
}

/// Forgets these, which led to nothing for long.
pub async fn forget_old(tx: &mut Conn, applications: &[i64]) -> Result<()> {
    let sql = format!(
        "update team_applications set told_sealed = null, word = null, applicant_key = '',
                state = case when state = $2 then $3 else state end where id in {AMONG}"
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(store::rows(applications, |id| json!(id)))
        .bind(ApplicationState::Waiting)
        .bind(ApplicationState::Withdrawn)
        .execute(tx)
        .await?;
    Ok(())
}
