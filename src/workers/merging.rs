//! Where two who are one work.

use std::collections::BTreeSet;

use serde_json::json;

use super::types::WorkerId;
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::journal::{Changes, Journal, JournalTable, RowKey};
use crate::store::{Conn, Flag, rows};

const WORKERS: JournalTable = JournalTable::plain(
    "workers",
    &["id"],
    &["person_id", "center_id", "account_id", "created_at", "version"],
    &[
        "kind",
        "qualification",
        "certificate_number",
        "certificate_valid_to",
        "work_field",
        "found_by",
        "started_on",
        "ended_on",
    ],
);

const EMPLOYMENTS: JournalTable = JournalTable::plain(
    "employments",
    &["id"],
    &["worker_id", "provider_id", "created_at", "voided_at", "voided_by"],
    &["employer", "started_on"],
);

const SUPERVISIONS: JournalTable = JournalTable::plain(
    "supervisions",
    &["id"],
    &["worker_id", "supervisor_id", "created_at", "voided_at", "voided_by"],
    &["started_on", "ended_on"],
);

const FILLINGS: JournalTable = JournalTable::plain("post_fillings", &["id"], &["worker_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&WORKERS, &EMPLOYMENTS, &SUPERVISIONS, &FILLINGS];

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
    certificate_valid_to: Option<String>,
    work_field: Option<String>,
    found_by: Option<String>,
    started_on: Date,
    ended_on: Option<Date>,
}

async fn employed(tx: &mut Conn, journal: &Journal<'_>) -> Result<Vec<Employed>> {
    Ok(sqlx::query_as(
        "select id, center_id, account_id,
                (select a.id from accounts a where a.id = workers.account_id and a.disabled_at is null) as open_account,
                qualification, certificate_number, certificate_valid_to, work_field, found_by, started_on, ended_on
         from workers
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
        let (mut qualification, mut found_by) = (stays.qualification.clone(), stays.found_by.clone());
        let mut work_field = stays.work_field.clone();
        let mut certificate = (stays.certificate_number.clone(), stays.certificate_valid_to.clone());
        for other in gone {
            if open.zip(other.open_account).is_some_and(|(one, other)| one != other) {
                return Err(Error::refused("merge_two_accounts"));
            }
            open = open.or(other.open_account);
            account = open.or(account).or(other.account_id);
            until = until.zip(other.ended_on).map(|(one, other)| one.max(other));
            qualification = qualification.or_else(|| other.qualification.clone());
            found_by = found_by.or_else(|| other.found_by.clone());
            work_field = work_field.or_else(|| other.work_field.clone());
            // A number and its last day belong together.
            if certificate == (None, None) {
                certificate = (other.certificate_number.clone(), other.certificate_valid_to.clone());
            }
        }
        let (until, (number, valid_to)) = (until.map(|day| day.to_string()), certificate);
        let values = json!([account, qualification, number, valid_to, work_field, found_by, until]);
        joined.push((stays.id.0.into(), values.as_array().cloned().unwrap_or_default()));
    }
    careers(tx, journal, doubled).await?;
    let gone: Vec<RowKey> = doubled.iter().map(|pair| pair.gone.0.into()).collect();
    journal.remove(tx, &WORKERS, &gone).await?;
    let columns = [
        "account_id",
        "qualification",
        "certificate_number",
        "certificate_valid_to",
        "work_field",
        "found_by",
        "ended_on",
    ];
    journal.change(tx, &WORKERS, &columns, joined).await?;
    journal.take_over(tx, &WORKERS, "person_id").await
}

#[derive(sqlx::FromRow)]
struct DoubledSupervision {
    id: i64,
    worker_id: WorkerId,
    supervisor_id: WorkerId,
    /// Whether it goes on.
    is_open: Flag,
}

/// Who employs and supervises a record that goes, and what it fills, is of the one that stays; but for what that has already, and for
/// whom it would have supervise themselves.
async fn careers(tx: &mut Conn, journal: &mut Journal<'_>, doubled: &[DoubledWorker]) -> Result<()> {
    let pairs = rows(doubled, |pair| json!({"gone": pair.gone, "stays": pair.stays}));
    let stays = |id: WorkerId| doubled.iter().find(|pair| pair.gone == id).map_or(id, |pair| pair.stays);

    let employments: Vec<(i64, i64, i64)> = sqlx::query_as(
        "select e.id, cast(j.value ->> 'stays' as bigint),
                (select count(*) from employments o where o.worker_id = cast(j.value ->> 'stays' as bigint)
                   and o.started_on = e.started_on and o.voided_at is null and e.voided_at is null)
         from json_each(cast($1 as json_text)) j join employments e on e.worker_id = cast(j.value ->> 'gone' as bigint)
         order by e.id",
    )
    .bind(&pairs)
    .fetch_all(&mut *tx)
    .await?;
    let (twice, moved): (Vec<_>, Vec<_>) = employments.into_iter().partition(|(.., there)| *there > 0);
    let twice: Vec<RowKey> = twice.into_iter().map(|(id, ..)| id.into()).collect();
    journal.remove(tx, &EMPLOYMENTS, &twice).await?;
    let moved = moved.into_iter().map(|(id, stays, _)| (id.into(), vec![json!(stays)])).collect();
    journal.change(tx, &EMPLOYMENTS, &["worker_id"], moved).await?;

    let supervisions: Vec<DoubledSupervision> = sqlx::query_as(
        "with pairs as (
            select cast(j.value ->> 'gone' as bigint) as gone, cast(j.value ->> 'stays' as bigint) as stays
            from json_each(cast($1 as json_text)) j
         )
         select x.id, x.worker_id, x.supervisor_id,
                case when x.ended_on is null and x.voided_at is null then 1 else 0 end as is_open
         from supervisions x
         where exists (select 1 from pairs p
                       where x.worker_id in (p.gone, p.stays) or x.supervisor_id in (p.gone, p.stays))
         order by x.id",
    )
    .bind(&pairs)
    .fetch_all(&mut *tx)
    .await?;
    let is_gone = |id: WorkerId| doubled.iter().any(|pair| pair.gone == id);
    let (touched, kept): (Vec<_>, Vec<_>) =
        supervisions.into_iter().partition(|row| is_gone(row.worker_id) || is_gone(row.supervisor_id));
    let mut open: BTreeSet<WorkerId> =
        kept.iter().filter(|row| row.is_open.is_set()).map(|row| row.worker_id).collect();
    let (mut dropped, mut changed): (Vec<RowKey>, Changes) = (Vec::new(), Vec::new());
    for row in touched {
        let (worker, supervisor) = (stays(row.worker_id), stays(row.supervisor_id));
        if worker == supervisor || (row.is_open.is_set() && !open.insert(worker)) {
            dropped.push(row.id.into());
        } else {
            changed.push((row.id.into(), vec![json!(worker), json!(supervisor)]));
        }
    }
    journal.remove(tx, &SUPERVISIONS, &dropped).await?;
    journal.change(tx, &SUPERVISIONS, &["worker_id", "supervisor_id"], changed).await?;

    let fillings: Vec<(i64, i64)> = sqlx::query_as(
        "select f.id, cast(j.value ->> 'stays' as bigint)
         from json_each(cast($1 as json_text)) j join post_fillings f on f.worker_id = cast(j.value ->> 'gone' as bigint)",
    )
    .bind(&pairs)
    .fetch_all(&mut *tx)
    .await?;
    let fillings = fillings.into_iter().map(|(id, stays)| (id.into(), vec![json!(stays)])).collect();
    journal.change(tx, &FILLINGS, &["worker_id"], fillings).await
}
