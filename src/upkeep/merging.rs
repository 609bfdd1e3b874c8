//! What two who are one have borrowed.

use crate::error::Result;
use crate::journal::{Journal, JournalTable};
use crate::store::Conn;

const LOANS: JournalTable =
    JournalTable::plain("loans", &["id"], &["asset_id", "person_id", "lent_at", "lent_by"], &["due_on", "back_at"]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&LOANS];

/// What either has is with who stays: a thing is with one borrower at a time, so nothing stands twice.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    journal.take_over(tx, &LOANS, "person_id").await
}
