//! Whoever is not registered where one has to be: turned away in words, and let in by a worker who knows it.

use super::{Form, SessionPage};
use crate::check_in::types::{Code, Part};

fn is_stranger(form: &Form) -> bool {
    form.refusal().is_some_and(|refusal| refusal.code == Code::NotRegistered.code())
}

impl SessionPage {
    pub(super) fn parts(&self) -> &'static [Part] {
        Part::ALL
    }

    /// Who was ticked and has no place, with the part: a second tap lets them in.
    pub(super) fn stranger(&self) -> Option<(&str, &str)> {
        let form = self.roster();
        let is_known = is_stranger(form) && !form.value("person_id").is_empty();
        is_known.then(|| (form.value("person_id"), form.value("role")))
    }

    /// Whether the walk-in was told that one has to be registered.
    pub(super) fn walk_in_is_stranger(&self) -> bool {
        is_stranger(self.walk_in())
    }
}
