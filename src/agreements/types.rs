//! What agreements are made of.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::fields::Fields;
use crate::files::FileId;
pub use crate::ids::{AgreementDocumentId, AgreementId, ProviderId, PurchaserId};
use crate::store::{Flag, text_enum};

/// A provider or purchaser, by name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Organization {
    pub id: i64,
    pub name: String,
    pub contact: Option<String>,
}

text_enum!(
    /// The periods for which an agreement may ask for reports.
    ReportCycle in "report_cycle" { Month = "month", Quarter = "quarter", HalfYear = "half_year", Year = "year" }
);

text_enum!(
    /// From when the quarters, half-years and years of an agreement are counted. Months are the calendar's.
    YearsFrom in "years_from" {
        Calendar = "calendar",
        /// The agreement's first day: a project year.
        Start = "start",
    }
);

/// An agreement in one of its centers, with the names of its parties. Both dates are included: they are that center's.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Agreement {
    pub id: AgreementId,
    pub number: Option<String>,
    pub provider: String,
    pub purchaser: String,
    pub center_id: CenterId,
    pub center: String,
    pub starts_on: Date,
    pub ends_on: Date,
    /// Whether its own page is for the reader.
    pub opens: Flag,
}

impl Agreement {
    /// The address of its page, where that is for the reader.
    pub fn path(&self) -> Option<String> {
        self.opens.is_set().then(|| format!("/agreements/{}", self.id))
    }
}

/// An agreement that may pay for what a center does on a day.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Payer {
    pub id: AgreementId,
    pub number: Option<String>,
    pub purchaser: String,
    /// Its days in the center, both included.
    pub starts_on: Date,
    pub ends_on: Date,
}

impl Payer {
    /// Whether it runs in the center on the day.
    pub fn covers(&self, day: Date) -> bool {
        self.starts_on <= day && day <= self.ends_on
    }

    /// By which a reader tells it from the center's others.
    pub fn name(&self) -> String {
        let number = self.number.as_ref().map(|number| format!("{number} · ")).unwrap_or_default();
        format!("{number}{} {} – {}", self.purchaser, self.starts_on, self.ends_on)
    }
}

/// A center of an agreement, with its days there, both included.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow, Serialize, Deserialize)]
pub struct AgreedCenter {
    pub center_id: CenterId,
    pub center: String,
    pub starts_on: Date,
    pub ends_on: Date,
}

/// Reports of such periods are due so many days after each period's last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow, Serialize, Deserialize)]
pub struct DueCycle {
    pub cycle: ReportCycle,
    pub due_days: i64,
}

/// What an agreement says, whole; each of its versions is kept so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementText {
    pub number: Option<String>,
    pub provider_id: ProviderId,
    pub provider: String,
    pub purchaser_id: PurchaserId,
    pub purchaser: String,
    /// Both included.
    pub starts_on: Date,
    pub ends_on: Date,
    /// By their ids.
    pub centers: Vec<AgreedCenter>,
    pub services: Option<String>,
    /// Hundredths of a yuan.
    pub amount_fen: Option<i64>,
    pub payment: Option<String>,
    pub years_from: YearsFrom,
    /// The shorter first.
    pub cycles: Vec<DueCycle>,
}

impl AgreementText {
    /// As its form is filled. A center's own days stand there where they are not the agreement's.
    pub fn as_fields(&self) -> Fields {
        let mut fields = Fields::default()
            .with("number", self.number.as_deref().unwrap_or_default())
            .with("provider", self.provider_id)
            .with("purchaser", self.purchaser_id)
            .with("starts_on", self.starts_on)
            .with("ends_on", self.ends_on)
            .with("services", self.services.as_deref().unwrap_or_default())
            .with("amount", self.amount_fen.map(yuan).unwrap_or_default())
            .with("payment", self.payment.as_deref().unwrap_or_default())
            .with("years_from", self.years_from);
        for one in &self.centers {
            fields.add("center", &one.center_id.to_string());
            if one.starts_on != self.starts_on {
                fields.add(&format!("from.{}", one.center_id), &one.starts_on.to_string());
            }
            if one.ends_on != self.ends_on {
                fields.add(&format!("to.{}", one.center_id), &one.ends_on.to_string());
            }
        }
        for one in &self.cycles {
            fields.add(&format!("due.{}", one.cycle), &one.due_days.to_string());
        }
        fields
    }
}

/// Yuan as a form holds them: `1200`, `1200.50`.
pub fn yuan(fen: i64) -> String {
    match fen % 100 {
        0 => (fen / 100).to_string(),
        rest => format!("{}.{rest:02}", fen / 100),
    }
}

/// An agreement, with how it stands.
#[derive(Clone, Debug)]
pub struct AgreementRecord {
    pub id: AgreementId,
    pub text: AgreementText,
    /// The last day that had been agreed, where it ended early.
    pub agreed_to: Option<Date>,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
    /// Taken back as a mistake: it covers no center any more.
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
    /// The first is 1; each change makes the next.
    pub version: i64,
}

impl AgreementRecord {
    pub fn path(&self) -> String {
        format!("/agreements/{}", self.id)
    }

    /// What it is called: by its number, or by who pays.
    pub fn name(&self) -> &str {
        self.text.number.as_deref().unwrap_or(&self.text.purchaser)
    }

    pub fn is_voided(&self) -> bool {
        self.voided_at.is_some()
    }

    /// Those that it covers.
    pub fn centers(&self) -> BTreeSet<CenterId> {
        self.text.centers.iter().map(|one| one.center_id).collect()
    }
}

/// What an agreement said before it was changed.
#[derive(Clone, Debug)]
pub struct AgreementVersion {
    /// The first is 1.
    pub number: i64,
    pub was: AgreementText,
    pub changed_at: Timestamp,
    pub changed_by: String,
    pub reason: Option<String>,
}

/// A paper of an agreement.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AgreementDocument {
    pub id: AgreementDocumentId,
    /// What it is, where whoever brought it said so.
    pub title: Option<String>,
    /// None once it was removed.
    pub file_id: Option<FileId>,
    pub added_at: Timestamp,
    pub added_by: String,
    pub removed_at: Option<Timestamp>,
    pub removed_by: Option<String>,
    pub remove_reason: Option<String>,
}

/// How many posts an agreement defines in a center, and how many of them somebody fills today.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AgreedPosts {
    pub center_id: CenterId,
    pub defined: i64,
    pub filled: i64,
}

impl AgreedPosts {
    pub fn vacant(&self) -> i64 {
        self.defined - self.filled
    }
}
