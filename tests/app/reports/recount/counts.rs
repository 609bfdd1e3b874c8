//! What the recount has found so far.

use std::collections::{BTreeMap, BTreeSet};

/// Sums, and sets of people, by figure key.
#[derive(Default)]
pub(super) struct Counts {
    sums: BTreeMap<String, i64>,
    people: BTreeMap<String, BTreeSet<i64>>,
}

impl Counts {
    /// What is told even when it is nothing.
    pub(super) fn begin(&mut self, measures: &[&str], of: &str) {
        self.sums.extend(
            measures
                .iter()
                .map(|measure| (format!("{measure}{of}"), 0))
                .filter(|(key, _)| !self.sums.contains_key(key))
                .collect::<Vec<_>>(),
        );
    }

    pub(super) fn add(&mut self, measure: &str, of: &[&str], n: i64) {
        for of in of {
            *self.sums.entry(format!("{measure}{of}")).or_default() += n;
        }
    }

    pub(super) fn meet(&mut self, measure: &str, of: &str, person: i64) {
        self.people.entry(format!("{measure}{of}")).or_default().insert(person);
    }

    pub(super) fn into_values(self) -> BTreeMap<String, i64> {
        let mut values = self.sums;
        values.extend(self.people.into_iter().map(|(key, people)| (key, i64::try_from(people.len()).unwrap())));
        // A kind of team of which nothing is left, for all of it was taken back, is not told.
        let of_teams =
            |kind: &str| ["minutes", "volunteer_visits", "volunteers"].map(|one| format!("{one}.team.{kind}"));
        let kinds: BTreeSet<String> =
            values.keys().filter_map(|key| Some(key.split_once(".team.")?.1.to_owned())).collect();
        for kind in kinds {
            if of_teams(&kind).iter().all(|key| values.get(key).is_none_or(|value| *value == 0)) {
                for key in of_teams(&kind) {
                    values.remove(&key);
                }
            }
        }
        values
    }
}
