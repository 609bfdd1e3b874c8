//! What an application is.

use serde::{Deserialize, Serialize};

use crate::clock::{Date, Timestamp};
use crate::consents::{Guardian, Guardianship};
use crate::error::{Error, Result};
pub use crate::ids::ApplicationId;
use crate::ids::{PersonId, PhoneId, TeamId};
use crate::people::{Name, PhoneNumber};
use crate::store::{Sealed, Sealer, text_enum};

text_enum!(
    /// What became of somebody's wish to join.
    ApplicationState in "application_state" {
        Waiting = "waiting",
        Approved = "approved",
        Declined = "declined",
        /// Taken back by whoever sent it.
        Withdrawn = "withdrawn",
    }
);

/// Under this age a guardian agrees to service: 民法典 art. 17–19.
pub const OF_AGE: u32 = 18;

/// Whoever agrees for a minor, and how they are reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MinorsGuardian {
    pub name: String,
    pub phone: String,
    pub relation: Guardianship,
}

impl MinorsGuardian {
    /// As a consent keeps it.
    pub fn as_consent(&self) -> Guardian {
        Guardian { name: self.name.clone(), relation: self.relation }
    }
}

/// What somebody told of themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SelfTold {
    pub name: String,
    pub phone: Option<String>,
    pub born: Option<String>,
    pub skills: Option<String>,
    pub available: Option<String>,
    pub guardian: Option<MinorsGuardian>,
}

impl SelfTold {
    /// What stays after a no: who it was, for those who answered and for the phone that asked.
    pub fn name_alone(self) -> Self {
        Self { name: self.name, ..Self::default() }
    }

    pub(super) fn seal(&self, sealer: &Sealer) -> Result<Sealed> {
        Ok(sealer.seal(&serde_json::to_string(self).map_err(Error::internal)?))
    }

    pub fn birth_date(&self) -> Option<Date> {
        Date::parse(self.born.as_deref()?)
    }

    /// Of a guardian too, as a screen shows them.
    pub fn masked(&self) -> Option<String> {
        Some(PhoneNumber::parse(self.phone.as_deref()?).ok()?.masked())
    }

    pub fn guardians_masked(&self) -> Option<String> {
        Some(PhoneNumber::parse(&self.guardian.as_ref()?.phone).ok()?.masked())
    }

    /// By what the door would know them.
    ///
    /// # Errors
    /// `Internal` where that is forgotten.
    pub(super) fn name_and_number(&self) -> Result<(Name, PhoneNumber)> {
        let number = self.phone.as_deref().and_then(|phone| PhoneNumber::parse(phone).ok());
        match (Name::parse(&self.name), number) {
            (Ok(name), Some(number)) => Ok((name, number)),
            _ => Err(Error::internal("an application without name or number")),
        }
    }
}

/// Whether somebody born then is a minor on a day.
pub fn is_minor(born: Date, on: Date) -> bool {
    born > on.minus_years(OF_AGE)
}

/// A wish to join as its row has it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ApplicationRow {
    pub id: ApplicationId,
    pub team_id: TeamId,
    pub team: String,
    pub phone_id: PhoneId,
    pub state: ApplicationState,
    pub told_sealed: Option<Sealed>,
    pub text_id: crate::ids::ConsentTextId,
    pub sent_at: Timestamp,
    pub answered_at: Option<Timestamp>,
    pub answered_by: Option<String>,
    pub word: Option<String>,
    pub person_id: Option<PersonId>,
}

/// A wish to join, opened.
#[derive(Clone, Debug)]
pub struct Application {
    pub row: ApplicationRow,
    /// Empty where it was forgotten.
    pub told: SelfTold,
}

impl Application {
    pub(super) fn open(row: ApplicationRow, sealer: &Sealer) -> Result<Self> {
        let told = match &row.told_sealed {
            None => SelfTold::default(),
            Some(sealed) => {
                let text = sealer.open(sealed).ok_or_else(|| Error::internal("an application does not open"))?;
                serde_json::from_str(&text).map_err(Error::internal)?
            }
        };
        Ok(Self { row, told })
    }

    pub fn is_waiting(&self) -> bool {
        self.row.state == ApplicationState::Waiting
    }

    /// Whole years on a day, as far as known.
    pub fn age(&self, on: Date) -> Option<u32> {
        on.0.years_since(self.told.birth_date()?.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_the_day_of_eighteen_a_guardian_agrees() {
        let day = |text: &str| Date::parse(text).unwrap();
        assert!(is_minor(day("2008-03-06"), day("2026-03-05")));
        assert!(!is_minor(day("2008-03-05"), day("2026-03-05")));
    }
}
