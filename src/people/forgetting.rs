//! Forgetting somebody: what stays is a number, so that what was counted stays counted. Each feature forgets what it knows of them
//! (`forget`), and `erasure`, above them all, asks each.

use serde_json::json;
use sqlx::AssertSqlSafe;

use super::PersonId;
use crate::centers::CenterId;
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::Result;
use crate::files::{self, FileId};
use crate::store::{Conn, rows};
use crate::{audit, locks};

/// What somebody is called who was erased: in the row itself and in both languages, so that no list, file, device or program need
/// know of it.
pub const ERASED: &str = "已删除的人 / Erased person";

/// The people of a [`Forgetting`], in SQL: [`Forgetting::ids`] is `$1`.
pub const AMONG: &str = "(select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)";

/// Who is to be forgotten: by everybody, or by one center.
#[derive(Clone, Debug)]
pub struct Forgetting {
    pub people: Vec<PersonId>,
    pub center: Option<CenterId>,
    pub at: Timestamp,
}

impl Forgetting {
    pub fn everywhere(people: Vec<PersonId>, now: Now) -> Self {
        Self { people, center: None, at: now.0 }
    }

    pub fn at_center(center: CenterId, people: Vec<PersonId>, now: Now) -> Self {
        Self { people, center: Some(center), at: now.0 }
    }

    pub fn ids(&self) -> String {
        rows(&self.people, |id| json!(id))
    }

    /// The day on which what was going on ends.
    pub fn day(&self) -> Date {
        Zone::SHANGHAI.date(self.at)
    }
}

/// Holds the people with everything that copies from them ([`super::groups::hold`]): a check-in under way is waited for, and the next
/// one finds nobody.
///
/// # Errors
/// As the database says.
pub async fn hold(tx: &mut Conn, people: &[PersonId]) -> Result<()> {
    let sql = format!("select distinct session_id from attendances_of_people where person_id in {AMONG}");
    let ids = rows(people, |id| json!(id));
    let sessions = sqlx::query_scalar(AssertSqlSafe(sql)).bind(&ids).fetch_all(&mut *tx).await?;
    locks::sessions(tx, sessions).await?;
    locks::people(tx, people.iter().copied()).await
}

/// Forgets what is known of people; of those whom one center alone forgets, what it wrote down itself. Attendances keep their flags,
/// the person's row its sex and whether a birth date was known: the figures stay.
///
/// # Errors
/// As the database says.
pub async fn forget(tx: &mut Conn, gone: &Forgetting) -> Result<()> {
    let sql = format!(
        "insert into erased_enrolments (person_id, center_id, erased_at)
         select e.person_id, e.center_id, cast($3 as bigint) from enrolments e
         where e.person_id in {AMONG} and (cast($2 as bigint) is null or e.center_id = $2)
         on conflict (person_id, center_id) do update set erased_at = excluded.erased_at"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).bind(gone.at).execute(&mut *tx).await?;
    let sql =
        format!("delete from enrolments where person_id in {AMONG} and (cast($2 as bigint) is null or center_id = $2)");
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(gone.center).execute(&mut *tx).await?;
    let people = gone.people.iter().map(|id| id.0);
    if let Some(center) = gone.center {
        return audit::forget_at(tx, center, "person", people).await;
    }
    audit::forget(tx, "person", people).await?;
    let sql = format!("delete from group_memberships where person_id in {AMONG} returning file_id");
    let papers: Vec<Option<FileId>> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(gone.ids()).fetch_all(&mut *tx).await?;
    files::forget_all(tx, papers.into_iter().flatten()).await?;
    let sql = format!("delete from person_phones where person_id in {AMONG}");
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).execute(&mut *tx).await?;
    let sql = format!(
        "update people set name = $2, name_key = '', name_fold = '', pinyin = '', sounds = '', residence = null,
                languages = null, phone_sealed = null, phone_hash = null, phone_last4 = null, id_number_sealed = null,
                id_number_hash = null, erased_born = case when birth_date is null then 0 else 1 end, birth_date = null,
                erased_at = $3, updated_at = $3, version = version + 1
         where id in {AMONG} and erased_at is null"
    );
    sqlx::query(AssertSqlSafe(sql)).bind(gone.ids()).bind(ERASED).bind(gone.at).execute(tx).await?;
    Ok(())
}
