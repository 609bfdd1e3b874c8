//! Where two who are one work.

use serde_json::json;

use super::types::WorkerId;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::journal::{Changes, Journal, JournalTable, RowKey};
use crate::store::Conn;

const WORKERS: JournalTable = JournalTable::plain(
    "workers",
    &["id"],
    &["person_id", "center_id", "account_id", "created_at"],
    &["kind", "qualification", "certificate_number", "started_on", "ended_on"],
);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&WORKERS];

/// A staff record that stands twice: `gone` becomes part of `stays`.
#[derive(Clone, Copy, Debug)]
pub struct DoubledWorker {
    pub gone: WorkerId,
    pub stays: WorkerId,
}

#[derive(sqlx::FromRow)]
struct Employed {
    id: WorkerId,
    center_id: CenterId,
    account_id: Option<i64>,
    /// The same, while it is not closed.
    open_account: Option<i64>,
    qualification: Option<String>,
    certificate_number: Option<String>,
    started_on: Date,
    ended_on: Option<Date>,
}

async fn employed(tx: &mut Conn, journal: &Journal<'_>) -> Result<Vec<Employed>> {
    Ok(sqlx::query_as(
        "select id, center_id, account_id,
                (select a.id from accounts a where a.id = workers.account_id and a.disabled_at is null) as open_account,
                qualification, certificate_number, started_on, ended_on from workers
         where person_id in ($1, $2) order by center_id, started_on, id",
    )
    .bind(journal.kept)
    .bind(journal.merged)
    .fetch_all(tx)
    .await?)
}

/// Which of their staff records are one: those of one center that overlap.
pub async fn doubled(tx: &mut Conn, journal: &Journal<'_>) -> Result<Vec<DoubledWorker>> {
    let mut found = Vec::new();
    let mut last: Option<(WorkerId, CenterId, Option<Date>)> = None;
    for row in employed(tx, journal).await? {
        match &mut last {
            Some((first, center, until))
                if *center == row.center_id && until.is_none_or(|until| row.started_on < until) =>
            {
                found.push(DoubledWorker { gone: row.id, stays: *first });
                *until = until.zip(row.ended_on).map(|(one, other)| one.max(other));
            }
            _ => last = Some((row.id, row.center_id, row.ended_on)),
        }
    }
    Ok(found)
}

/// The one who stays works where either did; what stands twice is one record, with its sign-in. Whatever points to what goes has to be
/// moved before.
///
/// # Errors
/// `Refused("merge_two_accounts")` where both records have an open sign-in of their own.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>, doubled: &[DoubledWorker]) -> Result<()> {
    let rows = employed(tx, journal).await?;
    let row = |id: WorkerId| rows.iter().find(|row| row.id == id);
    let mut joined: Changes = Vec::new();
    for stays in rows.iter().filter(|row| doubled.iter().any(|pair| pair.stays == row.id)) {
        let gone = doubled.iter().filter(|pair| pair.stays == stays.id).filter_map(|pair| row(pair.gone));
        let (mut open, mut account, mut until) = (stays.open_account, stays.account_id, stays.ended_on);
        let (mut qualification, mut certificate) = (stays.qualification.clone(), stays.certificate_number.clone());
        for other in gone {
            if open.zip(other.open_account).is_some_and(|(one, other)| one != other) {
                return Err(Error::refused("merge_two_accounts"));
            }
            open = open.or(other.open_account);
            account = open.or(account).or(other.account_id);
            until = until.zip(other.ended_on).map(|(one, other)| one.max(other));
            qualification = qualification.or_else(|| other.qualification.clone());
            certificate = certificate.or_else(|| other.certificate_number.clone());
        }
        let until = until.map(|day| day.to_string());
        joined.push((stays.id.0.into(), vec![json!(account), json!(qualification), json!(certificate), json!(until)]));
    }
    let gone: Vec<RowKey> = doubled.iter().map(|pair| pair.gone.0.into()).collect();
    journal.remove(tx, &WORKERS, &gone).await?;
    let columns = ["account_id", "qualification", "certificate_number", "ended_on"];
    journal.change(tx, &WORKERS, &columns, joined).await?;
    journal.take_over(tx, &WORKERS, "person_id").await
}
