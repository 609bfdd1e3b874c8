//! What a kept form is.

use super::PurchaserFormId;
use super::periods::FormDays;
use crate::clock::{Date, Timestamp};
use crate::files::KeptFile;
use crate::ids::{FileId, PurchaserId};
use crate::periodic_reports::{AgreementFrame, StandingVersion, VersionState};
use crate::sheets::FormName;
use crate::web::Lang;
use crate::web::text::Worded;

/// A form that a purchaser keeps.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PurchaserForm {
    pub id: PurchaserFormId,
    pub purchaser_id: PurchaserId,
    /// The purchaser's name.
    pub purchaser: String,
    pub name: String,
    pub file_id: FileId,
    pub kept_at: Timestamp,
}

/// Who may have a form.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct FormOwner {
    pub id: PurchaserId,
    pub name: String,
}

/// A key, as a cell is called by it, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormKey {
    pub key: String,
    pub meaning: String,
}

/// Which of a form's named cells are filled, each with what it says, and for which there is nothing.
#[derive(Clone, Debug, Default)]
pub struct CheckedNames {
    pub known: Vec<(FormName, String)>,
    pub unknown: Vec<FormName>,
}

/// An agreement that pays for what is counted, before whoever reads by it.
#[derive(Clone, Debug)]
pub struct PaidAgreement {
    pub purchaser: PurchaserId,
    pub frame: AgreementFrame,
    /// Its days in the centers that were asked for, both included.
    pub starts_on: Date,
    pub ends_on: Date,
}

/// Where the numbers of a filled form are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormSource {
    /// Counted now, for there is no report of these days that stands.
    Live,
    /// Counted now, of several agreements together: each has a report of its own.
    Together,
    /// As a report's version has them, which was accepted, or waits for its answer.
    Version { report: String, number: i64, state: VersionState },
}

impl From<&StandingVersion> for FormSource {
    fn from(version: &StandingVersion) -> Self {
        Self::Version { report: version.report(), number: version.number, state: version.state }
    }
}

impl Worded for FormSource {
    fn told(&self, lang: Lang) -> String {
        match self {
            Self::Live => lang.text("purchaser_forms.live"),
            Self::Together => lang.text("purchaser_forms.together"),
            Self::Version { report, number, state } => {
                let key = match state {
                    VersionState::Accepted => "purchaser_forms.as_accepted",
                    _ => "purchaser_forms.as_submitted",
                };
                lang.with(key, [("report", report.clone()), ("n", number.to_string())])
            }
        }
    }
}

/// A form with numbers in it.
pub struct FormFilling {
    pub file: KeptFile,
    pub days: FormDays,
    pub source: FormSource,
    /// Names for which there was nothing: their cells stand as they were.
    pub empty: Vec<String>,
}
