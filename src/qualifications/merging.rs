//! What two were qualified for who are one.

use crate::error::Result;
use crate::journal::{Journal, JournalTable};
use crate::store::Conn;

const QUALIFICATIONS: JournalTable = JournalTable::plain("qualifications", &["id"], &["person_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&QUALIFICATIONS];

/// All certificates of either are those of the one who stays; the same one twice does no harm, for the best decides.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    journal.take_over(tx, &QUALIFICATIONS, "person_id").await
}
