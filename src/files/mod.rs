//! Files that belong to a record: checked by what they hold ([`check`]), kept in the database in pieces ([`keep`]), sealed where
//! their owner says so, and shown as a picture or handed out as an attachment only ([`FileAnswer`]).
//!
//! A file has no right of its own: whoever keeps one asks the owner's guard before reading it, and forgets it with the record.
//! Checking keeps a core busy: lend it a hand (`crate::hands`) before the transaction begins.

mod answer;
mod check;
mod picture;
mod sent;
mod stored;
mod types;

pub use answer::{FileAnswer, disposition};
pub use check::check;
pub use sent::SentFile;
pub use stored::{SEALED, digest_of, empty, forget, forget_all, keep, read};
pub use types::{CheckedFile, FileFault, FileKind, KeptFile, Secrecy};

pub use crate::ids::FileId;

/// Bytes of a file, as it comes and as it is kept.
pub const MAX_BYTES: usize = 10 << 20;
