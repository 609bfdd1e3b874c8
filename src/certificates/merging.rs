//! The certificates of two who are one.

use crate::error::Result;
use crate::journal::{Journal, JournalTable};
use crate::store::Conn;

const CERTIFICATES: JournalTable = JournalTable::plain("service_certificates", &["id"], &["person_id"], &[]);
const REQUESTS: JournalTable = JournalTable::plain("certificate_requests", &["id"], &["person_id"], &[]);

/// The tables that this journals.
pub const JOURNALED: &[&JournalTable] = &[&CERTIFICATES, &REQUESTS];

/// What either was certified, and asked for, is the one's who stays; the papers stay as they were issued.
pub async fn absorb(tx: &mut Conn, journal: &mut Journal<'_>) -> Result<()> {
    journal.take_over(tx, &CERTIFICATES, "person_id").await?;
    journal.take_over(tx, &REQUESTS, "person_id").await
}
