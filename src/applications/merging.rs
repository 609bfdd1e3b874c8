//! The applications of two who are one.

use crate::error::Result;
use crate::journal::{Journal, JournalTable};
use crate::store::Conn;

const APPLICATIONS: JournalTable = JournalTable::plain("team_applications", &["id"], &["person_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&APPLICATIONS];

/// Whatever either asked to join, the one who stays asked.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    journal.take_over(tx, &APPLICATIONS, "person_id").await
}
