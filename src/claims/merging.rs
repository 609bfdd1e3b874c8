//! The claims of two who are one.

use crate::error::Result;
use crate::journal::{Journal, JournalTable};
use crate::store::Conn;

const CLAIMS: JournalTable = JournalTable::plain("hour_claims", &["id"], &["person_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&CLAIMS];

/// Whatever either claimed, the one who stays claimed.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    journal.take_over(tx, &CLAIMS, "person_id").await
}
