//! An import, its rows, and what is said of them.

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::error::Refusal;
use crate::files::FileId;
pub use crate::ids::ImportId;
use crate::ids::{EntryId, TeamId, TeamMemberId};
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
        /// In which team they serve, by its name or its kind.
        Team = "team",
        JoinedOn = "joined_on",
        /// By which number they were known elsewhere: kept as words in the history of the team.
        FormerNumber = "former_number",
        /// How long they served before.
        Hours = "hours",
        /// On which day, or in which time.
        ServedOn = "served_on",
        Content = "content",
        /// For whom, or who recorded it.
        Unit = "unit",
    }
);

impl ImportField {
    /// What a row says of service; the rest is of the person.
    pub const OF_SERVICE: [Self; 7] =
        [Self::Team, Self::JoinedOn, Self::FormerNumber, Self::Hours, Self::ServedOn, Self::Content, Self::Unit];
}

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
        /// It is that person.
        Same = "same",
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

text_enum!(
    /// What is to become, or became, of the membership or the hours that a row says.
    ServiceOutcome in "service_outcome" {
        /// They will be written.
        Planned = "planned",
        Written = "written",
        /// They were there before: nothing is written twice.
        There = "there",
        /// They are not written, and a fault says why; the person is all the same.
        Refused = "refused",
        /// The row itself is not written.
        Skipped = "skipped",
        Undone = "undone",
        /// Changed by somebody since: not taken back.
        Stays = "stays",
    }
);

impl ServiceOutcome {
    /// Whether somebody should look why it was not written, or not taken back.
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Refused | Self::Stays)
    }
}

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
    /// What else the text names, where it is a refusal's.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(String, String)>,
}

impl RowFault {
    pub fn new(field: &str, key: &str) -> Self {
        Self { field: field.to_owned(), key: key.to_owned(), bound: None, args: Vec::new() }
    }

    /// A fault whose text says `%{bound}`.
    pub fn bound(field: &str, key: &str, bound: impl ToString) -> Self {
        Self { bound: Some(bound.to_string()), ..Self::new(field, key) }
    }

    /// Why an action said no.
    pub fn refused(field: ImportField, refusal: &Refusal) -> Self {
        let args = refusal.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Self { args, ..Self::new(field.code(), &refusal.key) }
    }
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
    /// The row of the same person that comes first: they are whoever that one is.
    pub same_row: Option<i64>,
    pub team_id: Option<TeamId>,
    /// What becomes of the place in the team that it says, and of the hours.
    pub membership: Option<ServiceOutcome>,
    pub hours: Option<ServiceOutcome>,
    pub member_id: Option<TeamMemberId>,
    pub entry_id: Option<EntryId>,
}

impl ImportRow {
    /// What may be said of it where it does not say itself what it is.
    pub fn decisions(&self) -> &'static [Decision] {
        match self.verdict {
            Verdict::BirthIdMismatch => &[Decision::ByCard, Decision::ByList, Decision::Skip],
            Verdict::Namesake if self.person_id.is_some() || self.same_row.is_some() => {
                &[Decision::Same, Decision::Another, Decision::Skip]
            }
            Verdict::Namesake => &[Decision::Another, Decision::Skip],
            _ => &[],
        }
    }

    pub fn faults(&self) -> Vec<RowFault> {
        serde_json::from_str(&self.faults).unwrap_or_default()
    }
}

/// How many rows there are of each outcome: of memberships, or of hours.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct ServiceTallied {
    pub is_hours: Flag,
    pub outcome: ServiceOutcome,
    pub rows: i64,
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
