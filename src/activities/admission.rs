//! What a capacity means: so many seats, or so many who are inside at one time.

use super::forms::Choices;
use super::types::Activity;
use crate::fields::{Reader, parse};
use crate::store::text_enum;

text_enum!(
    /// Against what a capacity is held.
    Admission in "admission" {
        /// Who came has a seat until the end, also where they leave before.
        Quota = "quota",
        /// Who leaves makes room for the next one.
        DropIn = "drop_in",
    }
);

impl Choices {
    pub fn admissions(&self) -> &'static [Admission] {
        Admission::ALL
    }
}

/// Field `admission`: as it is, where nothing is said.
pub(super) fn read(read: &mut Reader<'_>, activity: Option<&Activity>) -> Option<Admission> {
    let usual = activity.map_or(Admission::Quota, |known| known.admission);
    Some(read.optional("admission", parse::choice)?.unwrap_or(usual))
}
