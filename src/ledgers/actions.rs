//! Taking a ledger away.

use super::days::LedgerDays;
use super::queries;
use super::types::{LedgerCut, MOST};
use crate::audit;
use crate::auth::{Coordinator, Filer};
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Refusal, Result};
use crate::store::Conn;

/// What is taken: told in the audit already.
#[derive(Clone, Copy, Debug)]
pub struct TakenLedger {
    pub(super) cut: LedgerCut,
    /// Numbers of phones in full.
    pub(super) in_full: bool,
}

/// Takes a ledger, of those of its days that are the taker's: told in the audit with the number of sessions. With a reason numbers are in full, and the number of lines that have one is
/// told too. The archive is filled afterwards, outside of the transaction: its reader may be slow.
///
/// # Errors
/// `Forbidden` for numbers in full where they may not be revealed; `NotFound` where none of the days is the taker's; `Refused` where there is no session, and where there are too many.
pub async fn take(
    by: &Filer,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    (cut, reason): (LedgerCut, Option<&str>),
) -> Result<TakenLedger> {
    if reason.is_some() && !Coordinator::includes(by.role) {
        return Err(Error::Forbidden);
    }
    let cut = LedgerDays::of(by, tx, now, center.id()).await?.within(cut)?;
    let (sessions, lines) = queries::count(tx, now, center.id(), &cut).await?;
    if sessions == 0 {
        return Err(Error::refused("ledger_empty"));
    }
    if usize::try_from(sessions).unwrap_or(usize::MAX) > MOST {
        return Err(Error::Refused(Refusal::new("ledger_too_long").with("n", MOST)));
    }
    let id = center.id().0;
    match reason {
        Some(reason) => {
            let detail = format!("{reason}, {}–{}, {sessions}, {lines}", cut.from, cut.to);
            let entry = audit::entry("ledger.sent_in_full", id).at(center.id());
            audit::record(tx, by, now, entry.because(&detail)).await?;
        }
        None => {
            let detail = format!("{}–{}, {sessions}", cut.from, cut.to);
            audit::record(tx, by, now, audit::entry("ledger.sent", id).at(center.id()).because(&detail)).await?;
        }
    }
    Ok(TakenLedger { cut, in_full: reason.is_some() })
}
