//! A month's count without what is hidden of it ([`super::masking`]): the sums and sets that remain hold nothing of it, so whatever is
//! put together from them tells nothing either.

use std::collections::{BTreeMap, BTreeSet};

use super::counted::{CountKey, Counted, Filter, HIDDEN_PART, HIDDEN_WHOLE, set, sum};
use super::list::Measure;
use super::masking::{self, CellKey, Cells, SessionOfMonth};
use super::masks::MonthMask;
use crate::error::Result;
use crate::people::groups::PriorityGroup;
use crate::store::Conn;

/// The groups that a subgroup's membership itself grants, by the subgroup's bit.
pub(super) async fn parents(conn: &mut Conn) -> Result<BTreeMap<i64, PriorityGroup>> {
    let rows: Vec<(i64, PriorityGroup)> =
        sqlx::query_as("select bit, priority_group from subgroups where priority_group in ($1, $2)")
            .bind(PriorityGroup::Disabled)
            .bind(PriorityGroup::Needy)
            .fetch_all(conn)
            .await?;
    Ok(rows.into_iter().collect())
}

/// The group under that number, as [`super::counted::of_group`] gives it.
fn group_of(number: i64) -> Option<PriorityGroup> {
    PriorityGroup::ALL.iter().copied().find(|group| super::counted::of_group(Some(*group)) == number)
}

impl Counted {
    /// What is left of it where nothing of people is told.
    pub(super) fn without_people(mut self) -> Self {
        let all = self.cells().into_keys().collect();
        self.leave_out(&all);
        self
    }

    /// What is left of one month of one center, charged to one agreement, before somebody who does not see small cells; `before` is what
    /// versions said of it, and `sessions` are its own where that matters ([`Self::has_open_kinds`]).
    pub(super) fn without_small(
        mut self,
        parents: &BTreeMap<i64, PriorityGroup>,
        threshold: i64,
        (before, sessions): (Option<&MonthMask>, Vec<SessionOfMonth>),
    ) -> Self {
        let named = self.sums_of(sum::VISITS).map(|(kind, _, visits)| (kind, visits)).collect();
        let cells = Cells { values: self.cells(), named, parents: parents.clone(), sessions };
        let hidden = masking::hidden(&cells, threshold, before.unwrap_or(&MonthMask::default()));
        if !hidden.is_empty() {
            self.leave_out(&hidden);
        }
        self
    }

    /// Whether versions said something of single sessions, and leave open how the numbers of a kind are told.
    pub(super) fn has_open_kinds(&self, before: &MonthMask, threshold: i64) -> bool {
        let value = |(measure, filter): &CellKey| self.value(*measure, filter).unwrap_or(0);
        before.is_of_sessions() && self.kinds().into_iter().any(|kind| masking::is_open(kind, value, threshold, before))
    }

    /// The kinds of which there is any count of people.
    fn kinds(&self) -> BTreeSet<i64> {
        self.words(&[sum::VISITS, sum::HEADS], &[set::PERSONS])
    }

    /// What stands first under some words of sums and of sets.
    fn words(&self, sums: &[u8], sets: &[u8]) -> BTreeSet<i64> {
        let of_sums = self.sums.keys().filter(|(word, ..)| sums.contains(word));
        let of_sets = self.sets.keys().filter(|(word, ..)| sets.contains(word));
        of_sums.chain(of_sets).map(|(_, one, _)| *one).collect()
    }

    /// Every count of people that is told as it is.
    pub(super) fn told_cells(&self) -> BTreeSet<(CellKey, i64)> {
        self.cells().into_iter().filter(|(cell, _)| !self.hidden.contains(cell)).collect()
    }

    /// Every count of people, of the whole and of each part that has any.
    fn cells(&self) -> BTreeMap<CellKey, i64> {
        use Measure as M;
        let mut cells: Vec<CellKey> =
            [M::Visits, M::Unnamed, M::Persons, M::VolunteerVisits, M::Volunteers, M::Minutes, M::UnconfirmedHours]
                .map(|measure| (measure, Filter::Whole))
                .into();
        let mut parts: Vec<Filter> = self.kinds().into_iter().map(Filter::Kind).collect();
        parts.extend(PriorityGroup::ALL.iter().copied().map(Some).chain([None]).map(Filter::Group));
        parts.extend(self.words(&[sum::SUBGROUP], &[set::SUBGROUP]).into_iter().map(Filter::Subgroup));
        cells.extend(parts.iter().flat_map(|part| [(M::Visits, *part), (M::Persons, *part)]));
        let teams = self.kinds_of_teams().into_iter().map(Filter::TeamKind);
        cells.extend(teams.flat_map(|team| [M::VolunteerVisits, M::Volunteers, M::Minutes].map(|m| (m, team))));
        cells.into_iter().filter_map(|(m, filter)| Some(((m, filter), self.value(m, &filter)?))).collect()
    }

    fn leave_out(&mut self, hidden: &BTreeSet<CellKey>) {
        self.forget_tally();
        let is = |measure: Measure, filter: Filter| hidden.contains(&(measure, filter));
        // Where the heads alone are hidden, they are told among the visits.
        let joined = is(Measure::Unnamed, Filter::Whole);
        let (sums, sets) = (std::mem::take(&mut self.sums), std::mem::take(&mut self.sets));
        let team_kinds = self.team_kinds.clone();
        let team = |team: i64| Filter::TeamKind(team_kinds.get(&team).copied());
        let kept = |(word, one, other): CountKey, (is_whole_hidden, is_part_hidden): (bool, bool)| match (
            is_whole_hidden,
            is_part_hidden,
        ) {
            (false, false) => Some((word, one, other)),
            (false, true) => Some((word, HIDDEN_PART, other)),
            (true, false) => Some((word, one, HIDDEN_WHOLE)),
            (true, true) => None,
        };
        let parted =
            |measure: Measure, part: Filter, key: CountKey| kept(key, (is(measure, Filter::Whole), is(measure, part)));
        let unless = |key: CountKey, measure: Measure, filter: Filter| (!is(measure, filter)).then_some(key);
        for (key, value) in sums {
            let key = if joined && key.0 == sum::HEADS { (sum::VISITS, key.1, key.2) } else { key };
            let key = match key.0 {
                sum::VISITS => parted(Measure::Visits, Filter::Kind(key.1), key),
                // They are told by themselves, also where a version has told them and the visits are hidden.
                sum::HEADS => kept(key, (false, is(Measure::Visits, Filter::Kind(key.1)))),
                sum::GROUP => unless(key, Measure::Visits, Filter::Group(group_of(key.1))),
                sum::SUBGROUP => unless(key, Measure::Visits, Filter::Subgroup(key.1)),
                sum::VOLUNTEERS => parted(Measure::VolunteerVisits, team(key.1), key),
                sum::MINUTES => parted(Measure::Minutes, team(key.1), key),
                sum::UNCONFIRMED => unless(key, Measure::UnconfirmedHours, Filter::Whole),
                _ => Some(key),
            };
            if let Some(key) = key {
                *self.sums.entry(key).or_default() += value;
            }
        }
        for (key, pieces) in sets {
            let key = match key.0 {
                set::PERSONS => parted(Measure::Persons, Filter::Kind(key.1), key),
                set::GROUP => unless(key, Measure::Persons, Filter::Group(group_of(key.1))),
                set::SUBGROUP => unless(key, Measure::Persons, Filter::Subgroup(key.1)),
                set::VOLUNTEERS => parted(Measure::Volunteers, team(key.1), key),
                _ => Some(key),
            };
            if let Some(key) = key {
                self.sets.entry(key).or_default().extend(pieces);
            }
        }
        self.hidden = hidden.clone();
    }
}
