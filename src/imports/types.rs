//! An import, its rows, and what is said of them.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::files::FileId;
pub use crate::ids::ImportId;
use crate::people::PersonId;
use crate::store::{Flag, Sealed, text_enum};

text_enum!(
    /// What a column of a roster holds.
    ImportField in "import_field" {
        Name = "name",
        Sex = "sex",
        BirthDate = "birth_date",
        IdNumber = "id_number",
        Phone = "phone",
        Address = "address",
        Languages = "languages",
        Note = "note",
        /// Kept as words in the note: a group is granted by a paper, which no list is.
        Groups = "groups",
        Residence = "residence",
    }
);

text_enum!(
    /// What a row is worth.
    Verdict in "verdict" {
        Ok = "ok",
        NameMissing = "name_missing",
        BirthDate = "birth_date",
        /// Birth date or sex are not as the ID number says: somebody decides which is right.
        BirthIdMismatch = "birth_id_mismatch",
        IdChecksum = "id_checksum",
        Phone = "phone",
        /// The same person as in an earlier row.
        Duplicate = "duplicate",
        /// Somebody of the name is known, and nothing tells whether it is the same human: somebody decides.
        Namesake = "namesake",
        Other = "other",
    }
);

impl Verdict {
    /// Whether somebody is to say what shall become of the row.
    pub fn waits(self) -> bool {
        matches!(self, Self::BirthIdMismatch | Self::Namesake)
    }
}

text_enum!(
    /// What is said of a row that does not say it itself.
    Decision in "import_decision" {
        /// Birth date and sex as the ID number says.
        ByCard = "by_card",
        /// As the list says; the ID number, which must then be wrong, is left out.
        ByList = "by_list",
        /// It is another person of the name.
        Another = "another",
        Skip = "skip",
    }
);

text_enum!(
    /// How far an import is.
    ImportState in "import_state" {
        Mapped = "mapped",
        Checked = "checked",
        Applying = "applying",
        Applied = "applied",
        Undoing = "undoing",
        Undone = "undone",
    }
);

/// Which way an import goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Its rows are written.
    Apply,
    /// What was written is taken back.
    Undo,
}

text_enum!(
    /// As what a roster came.
    ImportSource in "import_source" { Workbook = "workbook", Text = "text", Pasted = "pasted" }
);

text_enum!(
    /// What applying a row did.
    RowDone in "row_done" {
        Created = "created",
        /// Known from another center, and enrolled here.
        Enrolled = "enrolled",
        /// Known here; what was not known was added.
        Filled = "filled",
        /// Known here with all that the row says.
        Kept = "kept",
        Skipped = "skipped",
        Failed = "failed",
    }
);

/// How a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The sheet's place in the book.
    pub sheet: usize,
    /// The header's last row, as the sheet counts; 0 where there is none.
    pub header: u32,
    /// What stands above each column.
    pub heads: Vec<String>,
    /// What each column holds; nothing where it is not read.
    pub columns: Vec<Option<ImportField>>,
}

/// A fault of a row: the field, and the key of the text with its bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFault {
    pub field: String,
    pub key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<String>,
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Import {
    pub id: ImportId,
    pub source: ImportSource,
    pub file_id: FileId,
    pub made_by: String,
    pub made_at: Timestamp,
    pub mapping: String,
    pub state: ImportState,
    /// Whether its file was taken out: it named somebody who was erased, or was kept long enough.
    pub emptied: Flag,
}

impl Import {
    pub fn mapping(&self) -> Mapping {
        serde_json::from_str(&self.mapping).unwrap_or_default()
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ImportRow {
    pub row: i64,
    pub verdict: Verdict,
    pub faults: String,
    pub sealed: Sealed,
    pub person_id: Option<PersonId>,
    pub decision: Option<Decision>,
    pub done: Option<RowDone>,
    pub undone: Option<String>,
}

impl ImportRow {
    pub fn faults(&self) -> Vec<RowFault> {
        serde_json::from_str(&self.faults).unwrap_or_default()
    }
}

/// How many rows there are of each verdict, and what became of them.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Tallied {
    pub verdict: Verdict,
    pub known: Flag,
    pub done: Option<RowDone>,
    pub rows: i64,
    /// Those that taking back has come to.
    pub taken_back: i64,
}
