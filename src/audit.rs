//! Who did what to which record when: written in the transaction that did it, so that neither stands without the other.

use serde_json::json;

use crate::clock::Now;
use crate::error::Result;
use crate::ids::{AccountId, CenterId};
use crate::store::{Conn, rows};

/// Who acted.
#[derive(Clone, Debug)]
pub enum Actor {
    Account {
        id: AccountId,
        name: String,
    },
    /// A resident's remembered phone, by its number; never the person's name.
    Phone(i64),
    /// The command line, or a one-time link before there is any account.
    Operator,
}

/// A thing that can act: guards, mostly.
pub trait Acting {
    fn actor(&self) -> Actor;
}

impl Acting for Actor {
    fn actor(&self) -> Actor {
        self.clone()
    }
}

/// What was done: `entry("person.registered", person).at(center)`.
#[derive(Debug)]
pub struct Entry<'a> {
    action: &'static str,
    subject_id: i64,
    center: Option<CenterId>,
    detail: Option<&'a str>,
}

/// An entry about the record `subject_id`; the word before the dot in `action` says of which kind.
pub fn entry(action: &'static str, subject_id: i64) -> Entry<'static> {
    Entry { action, subject_id, center: None, detail: None }
}

impl<'a> Entry<'a> {
    /// The center whose people may read this entry.
    pub fn at(self, center: CenterId) -> Self {
        Self { center: Some(center), ..self }
    }

    /// A reason or a few words. Never personal data: the record itself has that.
    pub fn because<'b>(self, detail: &'b str) -> Entry<'b>
    where
        'a: 'b,
    {
        Entry { detail: Some(detail), ..self }
    }
}

/// Forgets what was said beside the entries about these records; that something was done, when and by whom, stays.
pub async fn forget(tx: &mut Conn, subject: &'static str, records: impl IntoIterator<Item = i64>) -> Result<()> {
    sqlx::query(
        "update audit_events set detail = null
         where subject = $1 and detail is not null
           and subject_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)",
    )
    .bind(subject)
    .bind(rows(records, |id| json!(id)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Forgets what was said beside these entries.
pub async fn forget_details(tx: &mut Conn, entries: &[i64]) -> Result<()> {
    sqlx::query(
        "update audit_events set detail = null
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(entries, |id| json!(id)))
    .execute(tx)
    .await?;
    Ok(())
}

/// Calls these accounts otherwise in what they did: their owners were erased.
pub async fn rename(tx: &mut Conn, accounts: &[AccountId], name: &str) -> Result<()> {
    sqlx::query(
        "update audit_events set actor = $2
         where account_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(accounts, |id| json!(id)))
    .bind(name)
    .execute(tx)
    .await?;
    Ok(())
}

/// Records `entry` as done by `by`, in the caller's transaction.
pub async fn record(tx: &mut Conn, by: &impl Acting, now: Now, entry: Entry<'_>) -> Result<()> {
    record_all(tx, by, now, &[entry]).await
}

/// Records what was done to many records at once, with one statement.
pub async fn record_all(tx: &mut Conn, by: &impl Acting, now: Now, entries: &[Entry<'_>]) -> Result<()> {
    let (account, name) = match by.actor() {
        Actor::Account { id, name } => (Some(id), name),
        Actor::Phone(id) => (None, format!("phone {id}")),
        Actor::Operator => (None, "operator".to_owned()),
    };
    let done = rows(entries, |entry| {
        json!({
            "action": entry.action, "subject": entry.action.split('.').next(), "id": entry.subject_id,
            "center": entry.center, "detail": entry.detail,
        })
    });
    sqlx::query(
        "insert into audit_events (at, account_id, actor, action, subject, subject_id, center_id, detail)
         select cast($2 as bigint), cast($3 as bigint), cast($4 as text), j.value ->> 'action', j.value ->> 'subject',
                cast(j.value ->> 'id' as bigint), cast(j.value ->> 'center' as bigint), j.value ->> 'detail'
         from json_each(cast($1 as json_text)) j order by cast(j.key as bigint)",
    )
    .bind(done)
    .bind(now.0)
    .bind(account)
    .bind(name)
    .execute(tx)
    .await?;
    Ok(())
}
