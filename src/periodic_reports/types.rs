//! What a periodic report is made of.

use crate::agreements::{AgreementId, YearsFrom};
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::figures::Period;
use crate::files::FileId;
pub use crate::ids::{EvidenceId, PeriodicReportId, ReportVersionId};
use crate::store::text_enum;

text_enum!(
    /// For what time a report is.
    ReportedKind in "report_period" {
        Month = "month",
        Quarter = "quarter",
        HalfYear = "half_year",
        Year = "year",
        /// All days of the agreement.
        Whole = "whole",
    }
);

text_enum!(
    /// Where a report is between who writes it and who answers it.
    ReportState in "report_state" {
        Draft = "draft",
        Submitted = "submitted",
        Returned = "returned",
        Accepted = "accepted",
        /// Given up: its days are the agreement's no more. Begun again it is a draft again.
        Dropped = "dropped",
    }
);

impl ReportState {
    /// The badge's class.
    pub fn badge(self) -> &'static str {
        match self {
            Self::Draft | Self::Dropped => "plain",
            Self::Submitted => "info",
            Self::Returned => "warn",
            Self::Accepted => "ok",
        }
    }
}

text_enum!(
    /// What became of a version.
    VersionState in "report_version" {
        Submitted = "submitted",
        /// Taken back before anybody answered.
        Withdrawn = "withdrawn",
        Returned = "returned",
        Accepted = "accepted",
    }
);

text_enum!(
    /// What is written beside the figures, in its order.
    Chapter in "chapter" {
        Overview = "overview",
        Services = "services",
        Groups = "groups",
        Volunteers = "volunteers",
        Problems = "problems",
        Plan = "plan",
        Other = "other",
    }
);

text_enum!(
    EvidenceKind in "evidence_kind" {
        Photo = "photo",
        /// A sign-in sheet: names stand on it, so it stays with the provider, and the purchaser reads that it is there.
        Sheet = "sheet",
    }
);

text_enum!(
    /// Of which kind rows behind the figures are.
    RowKind in "report_rows" { Sessions = "sessions", Attendances = "attendances" }
);

/// The most characters of a chapter.
pub const LONGEST_CHAPTER: usize = 8_000;

/// A report of an agreement, with the names of its parties.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PeriodicReport {
    pub id: PeriodicReportId,
    pub public_id: String,
    pub agreement_id: AgreementId,
    pub provider: String,
    pub purchaser: String,
    /// The first of the agreement's centers: whose people read of it in the audit.
    pub center_id: CenterId,
    pub kind: ReportedKind,
    pub starts_on: Date,
    /// Included.
    pub ends_on: Date,
    pub due_on: Date,
    pub state: ReportState,
    /// The number of the version that was submitted last, 0 before.
    pub versions: i64,
    /// How many of them were not taken back.
    pub standing: i64,
    /// From when the agreement's years are counted, and its first day.
    pub years_from: YearsFrom,
    pub agreed_from: Date,
}

impl PeriodicReport {
    /// `R000012`, as it is written on paper.
    pub fn number(&self) -> String {
        self.id.number()
    }

    pub fn path(&self) -> String {
        format!("/periodic-reports/{}", self.id)
    }

    /// Where its versions are proved.
    pub fn verify_path(&self) -> String {
        format!("/reports/verify/{}", self.public_id)
    }

    pub fn period(&self) -> Period {
        Period { from: self.starts_on, to: self.ends_on.plus_days(1) }
    }
}

/// A version that stands for its agreement's days: accepted, or waiting for its answer.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StandingVersion {
    pub agreement_id: AgreementId,
    pub starts_on: Date,
    /// Included.
    pub ends_on: Date,
    report_id: PeriodicReportId,
    pub number: i64,
    pub state: VersionState,
    /// Its canonical text.
    pub document: String,
}

impl StandingVersion {
    /// The report's number, as it is written on paper.
    pub fn report(&self) -> String {
        self.report_id.number()
    }
}

/// An agreement as reports need it. Both dates are included.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AgreementFrame {
    pub id: AgreementId,
    pub provider: String,
    pub purchaser: String,
    pub center_id: CenterId,
    pub starts_on: Date,
    pub ends_on: Date,
    pub years_from: YearsFrom,
    #[sqlx(flatten)]
    pub dues: AgreedDues,
}

/// For which periods an agreement asks for reports: each is due so many days after the period's last.
#[derive(Clone, Copy, Debug, Default, sqlx::FromRow)]
pub struct AgreedDues {
    pub due_month: Option<i64>,
    pub due_quarter: Option<i64>,
    pub due_half_year: Option<i64>,
    pub due_year: Option<i64>,
}

/// What is written in a chapter. Nothing is version 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChapterText {
    pub chapter: Chapter,
    pub content: String,
    pub version: i64,
}

/// What goes with a draft.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Evidence {
    pub id: EvidenceId,
    pub kind: EvidenceKind,
    pub caption: Option<String>,
    /// None where the picture was taken away.
    pub file_id: Option<FileId>,
    /// By which its file is known again; none where the picture was taken away.
    pub digest: Option<String>,
}

/// What was submitted.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ReportVersion {
    pub id: ReportVersionId,
    pub number: i64,
    pub digest: String,
    pub state: VersionState,
    pub submitted_at: Timestamp,
    pub submitted_by: Option<String>,
    pub answered_at: Option<Timestamp>,
    pub answered_by: Option<String>,
}

/// Words of a version: a chapter's, or those below a picture.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct VersionText {
    pub place: String,
    /// None where they were taken out.
    pub content: Option<String>,
    pub salt: Option<String>,
    pub digest: String,
    pub redacted_at: Option<Timestamp>,
    pub redacted_why: Option<String>,
}

/// What the purchaser says of a version; without a chapter, of the whole.
#[derive(Clone, Debug)]
pub struct ReportComment {
    pub chapter: Option<Chapter>,
    pub words: String,
}
