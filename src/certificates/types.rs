//! What a certificate is, and what a volunteer asks.

use std::fmt;

use super::paper::Paper;
use crate::centers::CenterId;
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
pub use crate::ids::{CertificateRequestId, PublicityListId, ServiceCertificateId};
use crate::people::PersonId;
use crate::store::{Sealed, Sealer, text_enum};
use crate::teams::VolunteerNumber;

text_enum!(
    CertificateState in "certificate_state" {
        Good = "good",
        /// A revoked one is never good again: another is issued.
        Revoked = "revoked",
        /// Whose it was is erased.
        Erased = "erased",
    }
);

impl CertificateState {
    pub fn badge(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Revoked => "bad",
            Self::Erased => "plain",
        }
    }
}

text_enum!(
    /// How a volunteer's request stands.
    CertificateRequestState in "certificate_request_state" {
        Open = "open",
        Issued = "issued",
        Declined = "declined",
    }
);

impl CertificateRequestState {
    pub fn badge(self) -> &'static str {
        match self {
            Self::Open => "warn",
            Self::Issued => "ok",
            Self::Declined => "plain",
        }
    }
}

/// `志证〔2026〕12-0007号`: the year, the center, and the place in its row of that year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificateNumber {
    pub year: i64,
    pub center: CenterId,
    pub place: i64,
}

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "志证〔{}〕{}-{:04}号", self.year, self.center, self.place)
    }
}

/// A certificate of the register.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ServiceCertificate {
    pub id: ServiceCertificateId,
    pub center_id: CenterId,
    pub center: String,
    pub person_id: PersonId,
    /// What the person is called now.
    pub name: String,
    pub volunteer: Option<VolunteerNumber>,
    pub year: i64,
    pub place: i64,
    pub period_from: Date,
    pub period_to: Date,
    pub minutes: i64,
    /// What the ledger says of the same days now.
    pub ledger_minutes: i64,
    pub issued_on: Date,
    pub issued_by: Option<String>,
    pub replaces_id: Option<ServiceCertificateId>,
    pub replaced_by: Option<ServiceCertificateId>,
    pub revoked_at: Option<Timestamp>,
    pub revoke_reason: Option<String>,
    pub erased_at: Option<Timestamp>,
    /// The first day on which it was made public, the last time.
    pub published_on: Option<Date>,
    pub content_sealed: Option<Sealed>,
    pub sha256: Option<String>,
}

impl ServiceCertificate {
    pub fn number(&self) -> CertificateNumber {
        CertificateNumber { year: self.year, center: self.center_id, place: self.place }
    }

    pub fn state(&self) -> CertificateState {
        match (self.erased_at, self.revoked_at) {
            (Some(_), _) => CertificateState::Erased,
            (None, Some(_)) => CertificateState::Revoked,
            (None, None) => CertificateState::Good,
        }
    }

    pub fn is_good(&self) -> bool {
        self.state() == CertificateState::Good
    }

    /// Whether the ledger has come to say another time than the paper.
    pub fn differs(&self) -> bool {
        self.erased_at.is_none() && self.ledger_minutes != self.minutes
    }

    /// What is printed.
    ///
    /// # Errors
    /// `Gone` once the person is erased; `Internal` for what does not open, or is not what was issued.
    pub fn paper(&self, sealer: &Sealer) -> Result<Paper> {
        let (Some(sealed), Some(sha256)) = (&self.content_sealed, &self.sha256) else {
            return Err(self.erased_at.map_or_else(|| Error::internal("a certificate without content"), Error::Gone));
        };
        Paper::open(sealed, sha256, sealer)
    }
}

/// A volunteer's wish to have a certificate.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct CertificateRequest {
    pub id: CertificateRequestId,
    pub center_id: CenterId,
    pub center: String,
    pub person_id: PersonId,
    pub name: String,
    pub volunteer: Option<VolunteerNumber>,
    pub period_from: Date,
    pub period_to: Date,
    pub purpose: Option<String>,
    pub state: CertificateRequestState,
    pub asked_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub word: Option<String>,
    pub certificate_id: Option<ServiceCertificateId>,
}

impl CertificateRequest {
    pub fn is_open(&self) -> bool {
        self.state == CertificateRequestState::Open
    }
}

/// Who signs: whoever is in charge (负责人), whoever handles it (经办人), and how they are reached.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Signing {
    pub in_charge: String,
    pub handled_by: String,
    pub contact: String,
}

/// Somebody with hours that are confirmed, who may be given a certificate.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Entitled {
    pub person_id: PersonId,
    pub name: String,
    pub volunteer: Option<VolunteerNumber>,
    pub minutes: i64,
    /// Good certificates of days among these.
    pub certificates: i64,
}

/// A list that was made public.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PublicityList {
    pub id: PublicityListId,
    pub from_date: Date,
    /// The last day.
    pub to_date: Date,
    pub objections: String,
    pub made_at: Timestamp,
    pub made_by: Option<String>,
    pub certificates: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_tells_year_center_and_place() {
        let number = |place| CertificateNumber { year: 2026, center: CenterId(12), place }.to_string();
        assert_eq!(number(7), "志证〔2026〕12-0007号");
        assert_eq!(number(12_345), "志证〔2026〕12-12345号");
    }
}
