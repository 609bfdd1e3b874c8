//! By whose hand a shift changes, and the row that says so.

use super::keeper::ShiftKeeper;
use super::types::{ShiftId, ShiftNeedId, ShiftRefusal, ShiftState};
use crate::audit::{Acting, Actor};
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
use crate::ids::{PersonId, SessionId};
use crate::phones::ConfirmedPhone;
use crate::store::Conn;
use crate::teams::{ChangedBy, account_and_phone};

/// A refusal as an error.
pub(super) fn refused(why: ShiftRefusal) -> Error {
    Error::refused(why.code())
}

/// Whose hand it is.
#[derive(Clone, Debug)]
pub(super) struct ShiftHand {
    actor: Actor,
    by: ChangedBy,
}

impl Acting for ShiftHand {
    fn actor(&self) -> Actor {
        self.actor.clone()
    }
}

impl From<&ShiftKeeper> for ShiftHand {
    fn from(by: &ShiftKeeper) -> Self {
        Self { actor: by.actor(), by: by.by }
    }
}

impl From<&ConfirmedPhone> for ShiftHand {
    fn from(by: &ConfirmedPhone) -> Self {
        Self { actor: by.actor(), by: ChangedBy::Oneself }
    }
}

/// A shift to be written: of whom, for what.
#[derive(Clone, Copy, Debug)]
pub(super) struct ShiftRow {
    pub need: ShiftNeedId,
    pub session: SessionId,
    pub person: PersonId,
    pub state: ShiftState,
    pub instead_of: Option<ShiftId>,
}

impl ShiftHand {
    /// Writes a shift.
    ///
    /// # Errors
    /// `Refused("shift_live")` for whoever holds one at the session, or is asked.
    pub(super) async fn writes(&self, now: Now, tx: &mut Conn, new: ShiftRow) -> Result<ShiftId> {
        let (account, phone) = account_and_phone(&self.actor);
        let written = sqlx::query_scalar(
            "insert into shifts (need_id, session_id, person_id, state, instead_of, made_at, changed_at, by_whom, account_id, phone_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id",
        )
        .bind(new.need)
        .bind(new.session)
        .bind(new.person)
        .bind(new.state)
        .bind(new.instead_of)
        .bind(now.0)
        .bind(now.0)
        .bind(self.by)
        .bind(account)
        .bind(phone)
        .fetch_one(tx)
        .await
        .on_unique("shifts_live", || refused(ShiftRefusal::Live))?;
        Ok(written)
    }

    /// Changes where a shift stands, with what was said.
    ///
    /// # Errors
    /// `Refused("shift_settled")` where it stands elsewhere by now.
    pub(super) async fn changes(
        &self,
        now: Now,
        tx: &mut Conn,
        shift: ShiftId,
        (from, to): (ShiftState, ShiftState),
        word: Option<&str>,
    ) -> Result<()> {
        let (account, phone) = account_and_phone(&self.actor);
        let changed = sqlx::query(
            "update shifts set state = $2, changed_at = $3, by_whom = $4, account_id = $5, phone_id = $6, word = $7
             where id = $1 and state = $8",
        )
        .bind(shift)
        .bind(to)
        .bind(now.0)
        .bind(self.by)
        .bind(account)
        .bind(phone)
        .bind(word.map(str::to_owned))
        .bind(from)
        .execute(tx)
        .await?;
        if changed.rows_affected() == 0 { Err(refused(ShiftRefusal::Settled)) } else { Ok(()) }
    }

    /// Nobody needs to answer any more whether they take this one over.
    pub(super) async fn ends_questions(&self, now: Now, tx: &mut Conn, shift: ShiftId) -> Result<()> {
        let (account, phone) = account_and_phone(&self.actor);
        sqlx::query(
            "update shifts set state = $2, changed_at = $3, by_whom = $4, account_id = $5, phone_id = $6
             where instead_of = $1 and state = $7",
        )
        .bind(shift)
        .bind(ShiftState::Ended)
        .bind(now.0)
        .bind(self.by)
        .bind(account)
        .bind(phone)
        .bind(ShiftState::Invited)
        .execute(tx)
        .await?;
        Ok(())
    }
}
