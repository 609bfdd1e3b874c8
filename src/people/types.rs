//! What is known of a person.

use super::name::Name;
use super::numbers::{IdNumber, PhoneNumber, Sex};
use crate::clock::{Date, Timestamp};
use crate::fields::Fields;
pub use crate::ids::PersonId;
use crate::store::{Sealed, Sealer, text_enum};

text_enum!(
    /// How somebody lives here, as the annex counts it.
    Residence in "residence" {
        /// 户籍
        Registered = "registered",
        /// 外来
        Migrant = "migrant",
    }
);

/// A person as a center knows them. Address and what is sealed beside it are this center's own.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    pub sex: Option<Sex>,
    pub birth_date: Option<Date>,
    pub languages: Option<String>,
    pub phone_sealed: Option<Sealed>,
    pub phone_last4: Option<String>,
    pub id_number_sealed: Option<Sealed>,
    pub residence: Option<Residence>,
    pub address: Option<String>,
    pub note_sealed: Option<Sealed>,
    pub care_sealed: Option<Sealed>,
    pub emergency_sealed: Option<Sealed>,
    pub enrolled_at: Timestamp,
    /// Grows with every change of the person.
    pub version: i64,
}

impl Person {
    pub fn phone(&self, sealer: &Sealer) -> Option<PhoneNumber> {
        PhoneNumber::parse(&sealer.open(self.phone_sealed.as_ref()?)?).ok()
    }

    pub fn id_number(&self, sealer: &Sealer) -> Option<IdNumber> {
        IdNumber::parse(&sealer.open(self.id_number_sealed.as_ref()?)?).ok()
    }

    /// What this center wrote down.
    pub fn notes(&self, sealer: &Sealer) -> Notes {
        let open = |sealed: &Option<Sealed>| sealed.as_ref().and_then(|sealed| sealer.open(sealed));
        Notes {
            address: self.address.clone(),
            note: open(&self.note_sealed),
            care: open(&self.care_sealed),
            emergency: open(&self.emergency_sealed),
        }
    }

    /// Whether this, and no more, is known of them.
    pub(super) fn is_known_as(&self, sealer: &Sealer, facts: &Facts, notes: &Notes) -> bool {
        let Facts { name, sex, birth_date, residence, languages, phone, id_number } = facts;
        let numbers = (self.phone(sealer), self.id_number(sealer)) == (phone.clone(), id_number.clone());
        numbers
            && (self.name.as_str(), self.sex, self.birth_date) == (&**name, *sex, *birth_date)
            && (self.residence, &self.languages) == (*residence, languages)
            && self.notes(sealer) == *notes
    }

    /// As its form is filled. Phone, ID number and emergency contact are not sent to the browser: an empty field keeps them.
    pub fn as_fields(&self, sealer: &Sealer) -> Fields {
        let notes = self.notes(sealer);
        let known = |value: Option<&str>| value.unwrap_or_default().to_owned();
        Fields::default()
            .with("name", &self.name)
            .with("sex", self.sex.map_or("", Sex::code))
            .with("birth_date", self.birth_date.map(|date| date.to_string()).unwrap_or_default())
            .with("residence", self.residence.map_or("", Residence::code))
            .with("languages", known(self.languages.as_deref()))
            .with("address", known(self.address.as_deref()))
            .with("care", known(notes.care.as_deref()))
            .with("note", known(notes.note.as_deref()))
    }
}

/// What is known of a human in every center.
#[derive(Clone, Debug)]
pub struct Facts {
    pub name: Name,
    pub sex: Option<Sex>,
    pub birth_date: Option<Date>,
    pub residence: Option<Residence>,
    /// Languages and dialects spoken, in their own words.
    pub languages: Option<String>,
    pub phone: Option<PhoneNumber>,
    pub id_number: Option<IdNumber>,
}

impl Facts {
    /// Somebody of whom a name is known, and a number maybe: who comes to the door.
    pub fn named(name: &Name, phone: Option<&PhoneNumber>) -> Self {
        Self {
            name: name.clone(),
            sex: None,
            birth_date: None,
            residence: None,
            languages: None,
            phone: phone.cloned(),
            id_number: None,
        }
    }
}

/// What one center wrote down of somebody.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notes {
    pub address: Option<String>,
    pub note: Option<String>,
    /// What to know for their good: how they move, hear and see, what they must not eat.
    pub care: Option<String>,
    /// Whom to call: name, what they are to the person, number.
    pub emergency: Option<String>,
}

/// A person in a list, with what tells them from another of the same name.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PersonRow {
    pub id: PersonId,
    pub name: String,
    pub birth_date: Option<Date>,
    pub phone_last4: Option<String>,
}

impl From<Person> for PersonRow {
    fn from(person: Person) -> Self {
        let Person { id, name, birth_date, phone_last4, .. } = person;
        Self { id, name, birth_date, phone_last4 }
    }
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
