//! Drafts make themselves: the periods for which an agreement asks that are over have one, from their first morning on; and those that
//! there are follow the agreement (`settling`).

use std::time::Duration;

use rocket::fairing::AdHoc;
use rocket::futures::future::BoxFuture;

use super::{actions, queries};
use crate::audit::Actor;
use crate::clock::{Date, Now, Zone};
use crate::error::Result;
use crate::jobs::{self, JobError, Registry, Task};
use crate::store::{Conn, Db};

pub const DRAFTS: &str = "periodic.drafts";

/// Days back in which an agreement's period that ended has its draft made: who begins to work with Linli owes nothing of years ago.
const BACK: u64 = 45;

/// How often a server looks whether a day has begun.
const EVERY: Duration = Duration::from_secs(600);

pub(super) fn registry() -> Registry {
    Registry::default().on(DRAFTS, |task| Box::pin(make(task)) as BoxFuture<'_, _>)
}

/// Where servers do jobs, one of them asks for the drafts, once a day.
pub(super) fn attending() -> AdHoc {
    jobs::looking("periodic reports", EVERY, |db, now| Box::pin(look(db, now)) as BoxFuture<'_, _>)
}

async fn look(db: &Db, now: Now) -> Result<()> {
    let midnight = Zone::SHANGHAI.midnight(Zone::SHANGHAI.date(now.0));
    let known = jobs::progress(&mut *db.read().await?, DRAFTS, "").await?;
    if known.is_some_and(|job| job.due >= midnight) {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    ask(&mut tx, now).await?;
    Ok(tx.commit().await?)
}

/// Asks for the drafts of today. Of all who ask on one day one is heard.
///
/// # Errors
/// As the database says.
pub async fn ask(tx: &mut Conn, now: Now) -> Result<()> {
    jobs::ask(tx, DRAFTS, "", Zone::SHANGHAI.midnight(Zone::SHANGHAI.date(now.0))).await
}

async fn make(task: Task<'_>) -> Result<(), JobError> {
    let today = Zone::SHANGHAI.date(task.now.0);
    let since = today.minus_days(BACK);
    let agreements = queries::running(&mut *task.db.read().await?, since).await?;
    let total = i64::try_from(agreements.len()).unwrap_or(i64::MAX);
    for (done, agreement) in (1..).zip(&agreements) {
        let is_new = |ends: Date| ends > since && ends < today;
        let mut over = agreement.owed();
        over.retain(|period| is_new(period.days.last()));
        let mut tx = task.db.begin().await?;
        actions::begin_all(&Actor::Operator, task.now, &mut tx, agreement.id, None, &over).await?;
        task.report(&mut tx, done, total).await?;
        tx.commit().await?;
    }
    Ok(())
}
