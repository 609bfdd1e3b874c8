//! Who did what to which record when: written in the transaction that did it, so that neither stands without the other.

use serde_json::json;

use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::ids::{AccountId, CenterId, PersonId};
use crate::store::{Conn, rows};
use crate::told::{ToldPart, ToldValue};

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

/// As [`forget`], of what one center did.
pub async fn forget_at(
    tx: &mut Conn,
    center: CenterId,
    subject: &'static str,
    records: impl IntoIterator<Item = i64>,
) -> Result<()> {
    sqlx::query(
        "update audit_events set detail = null
         where subject = $1 and detail is not null and center_id = $3
           and subject_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)",
    )
    .bind(subject)
    .bind(rows(records, |id| json!(id)))
    .bind(center)
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

/// What was done about a person, for who is told of themselves: what and when, in the centers that `reader` reaches. Who did it and why
/// may be another's matter.
pub async fn told(reader: AccountId, conn: &mut Conn, person: PersonId) -> Result<Vec<ToldPart>> {
    let rows: Vec<(Timestamp, String, Option<String>)> = sqlx::query_as(
        "select e.at, e.action, c.name from audit_events e left join centers c on c.id = e.center_id
         where e.subject = 'person' and e.subject_id = $1
           and (e.center_id is null or e.center_id in (select r.center_id from account_centers r where r.account_id = $2))
         order by e.id",
    )
    .bind(person)
    .bind(reader)
    .fetch_all(conn)
    .await?;
    let row = |(at, action, center): (Timestamp, String, Option<String>)| {
        [ToldValue::At(at), ToldValue::Word(format!("audit.{action}")), ToldValue::text(center)]
    };
    let heads = ["told.at", "told.what", "told.center"];
    Ok(vec![ToldPart::new("told.audit", heads, rows.into_iter().map(row))])
}
