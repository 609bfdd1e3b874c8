//! Papers that an office files and goes on editing: a text with tables and pictures as DOCX, and the same tables as a workbook. What
//! stands in them is others' matter; here is only how it is put down. A number of a table is a number in both, and nothing that
//! somebody wrote is ever taken for markup or for a formula.
//!
//! The DOCX is written by hand: it takes some forty elements, and the crate that knows them (`docx-rs` 0.4) brings an older `zip`, a
//! second XML writer and decoders for pictures that `files` has made anew already.

mod book;
mod docx;
mod drawn;
mod types;

pub use book::book;
pub use docx::docx;
pub use types::{Block, ColumnKind, Document, PageWords, PaperCell, PaperColumn, PaperPicture, PaperTable};
