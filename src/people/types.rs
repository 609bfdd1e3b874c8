//! What is known of a person.

use crate::clock::{Date, Timestamp};
pub use crate::ids::PersonId;
use crate::store::{Sealed, text_enum};

text_enum!(
    /// As the ID card says.
    Sex in "sex" { Female = "f", Male = "m" }
);

/// A person as a center knows them. `address` and `note` are this center's own.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub sex: Option<Sex>,
    pub birth_date: Option<Date>,
    pub phone_sealed: Option<Sealed>,
    pub phone_last4: Option<String>,
    pub id_number_sealed: Option<Sealed>,
    pub address: Option<String>,
    pub note: Option<String>,
    pub enrolled_at: Timestamp,
    /// Grows with every change of the person.
    pub version: i64,
}

/// A person in a list, with what tells them from another of the same name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PersonRow {
    pub id: PersonId,
    pub name: String,
    pub birth_date: Option<Date>,
    pub phone_last4: Option<String>,
}

impl PersonRow {
    /// Birth year and the phone's end: `1953 · ****0081`. Empty when neither is known.
    pub fn tell_apart(&self) -> String {
        let parts = [self.birth_year().map(|year| year.to_string()), self.phone_end()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    pub fn birth_year(&self) -> Option<i32> {
        self.birth_date.map(|date| chrono::Datelike::year(&date.0))
    }

    /// `****0081`
    pub fn phone_end(&self) -> Option<String> {
        self.phone_last4.as_ref().map(|last4| format!("****{last4}"))
    }
}
