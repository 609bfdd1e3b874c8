//! What the rows of some days amount to: sums, which add up, and sets, which are united. Out of these every figure of any longer
//! period and any number of centers follows, exactly.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use roaring::{MultiOps, RoaringBitmap};

use super::list::Measure;
use super::masking::{CellKey, Telling};
use super::types::Tally;
use crate::people::groups::PriorityGroup;
use crate::units::UnitPart;

/// What a sum or a set is of: which, and up to two numbers (a kind, a team, a worker and a kind).
pub(super) type CountKey = (u8, i64, i64);

pub(super) mod sum {
    /// Sessions that count, by kind.
    pub const SESSIONS: u8 = 1;
    /// Named visits, by kind.
    pub const VISITS: u8 = 2;
    /// Unnamed visits, by kind.
    pub const HEADS: u8 = 3;
    /// Visits of a group (see [`super::of_group`]), unnamed ones included.
    pub const GROUP: u8 = 4;
    /// Visits of a subgroup, by its bit.
    pub const SUBGROUP: u8 = 5;
    /// Visits of volunteers, by team (0: none).
    pub const VOLUNTEERS: u8 = 6;
    /// Confirmed minutes, by team.
    pub const MINUTES: u8 = 7;
    /// Sessions that a worker led and that count, by worker and kind.
    pub const LED: u8 = 8;
    /// How long they were, in milliseconds.
    pub const LED_LONG: u8 = 9;
    /// Volunteers' attendances without an entry that stands in the ledger.
    pub const UNCONFIRMED: u8 = 10;
    /// Minutes in which a room was open.
    pub const OPEN: u8 = 11;
    /// For how long it was booked, in milliseconds.
    pub const BOOKED: u8 = 12;
}

pub(super) mod set {
    /// Participants, by kind.
    pub const PERSONS: u8 = 1;
    pub const GROUP: u8 = 2;
    /// By the subgroup's bit.
    pub const SUBGROUP: u8 = 3;
    /// By team (0: none).
    pub const VOLUNTEERS: u8 = 4;
    /// Units by their part (see [`super::of_part`]).
    pub const UNITS: u8 = 5;
}

/// A group's number within [`sum::GROUP`] and [`set::GROUP`]; none stands for those who are in none of them.
pub(super) fn of_group(group: Option<PriorityGroup>) -> i64 {
    match group {
        Some(PriorityGroup::Elderly) => 0,
        Some(PriorityGroup::Disabled) => 1,
        Some(PriorityGroup::Needy) => 2,
        Some(PriorityGroup::Youth) => 3,
        None => 4,
    }
}

pub(super) fn of_part(part: UnitPart) -> i64 {
    match part {
        UnitPart::Served => 0,
        UnitPart::Helping => 1,
        UnitPart::Lending => 2,
    }
}

/// In the place of a kind or team whose own number is hidden: it counts in the whole alone.
pub(super) const HIDDEN_PART: i64 = i64::MIN;
/// The second number of what counts for its kind or team alone, for the whole is hidden.
pub(super) const HIDDEN_WHOLE: i64 = 1;

/// Some of a set, as it lies in the database or as it was made: read only where it is asked for.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Kept(Arc<[u8]>, Range<usize>),
    Made(Arc<RoaringBitmap>),
}

impl Piece {
    fn read(&self) -> Option<Cow<'_, RoaringBitmap>> {
        match self {
            Self::Made(set) => Some(Cow::Borrowed(set)),
            Self::Kept(bytes, at) => RoaringBitmap::deserialize_from(bytes.get(at.clone())?).ok().map(Cow::Owned),
        }
    }
}

/// All that is in any of these.
pub(super) fn united<'a>(pieces: impl Iterator<Item = &'a Piece>) -> RoaringBitmap {
    let sets: Vec<Cow<'_, RoaringBitmap>> = pieces.filter_map(Piece::read).collect();
    sets.iter().map(Cow::as_ref).union()
}

/// Which of it is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Filter {
    Whole,
    /// None: those who are in none of the groups.
    Group(Option<PriorityGroup>),
    /// By the subgroup's bit.
    Subgroup(i64),
    /// A service kind's number.
    Kind(i64),
    /// A kind of team, or (none) no team.
    TeamKind(Option<i64>),
    Worker(i64),
    Room(i64),
    /// Of which nothing is kept: what is told of it is decided beside its month ([`super::told_sessions`]).
    Session(i64),
}

/// Sums and sets of some days of some centers. What is kept of months and years was looked through when it was read: a piece of it
/// that cannot be read counts as nothing, and `linli check` finds it.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    pub(super) sums: BTreeMap<CountKey, i64>,
    pub(super) sets: BTreeMap<CountKey, Vec<Piece>>,
    /// The kinds of the teams in it.
    pub(super) team_kinds: BTreeMap<i64, i64>,
    /// What is not told, or not all of it: nothing of what is hidden is in the sums and sets (see [`super::hiding`]).
    pub(super) hidden: BTreeSet<CellKey>,
    /// [`Self::tally`], where it was found out and nothing was added since.
    whole: Option<Tally>,
}

impl Counted {
    pub(super) fn add(&mut self, key: CountKey, value: i64) {
        self.whole = None;
        if value != 0 {
            *self.sums.entry(key).or_default() += value;
        }
    }

    pub(super) fn put(&mut self, key: CountKey, set: RoaringBitmap) {
        self.whole = None;
        if !set.is_empty() {
            self.sets.entry(key).or_default().push(Piece::Made(Arc::new(set)));
        }
    }

    /// Takes up what was counted of other days or centers.
    pub(super) fn take_up(&mut self, other: &Self) {
        self.whole = None;
        for (key, value) in &other.sums {
            *self.sums.entry(*key).or_default() += value;
        }
        for (key, pieces) in &other.sets {
            self.sets.entry(*key).or_default().extend(pieces.iter().cloned());
        }
        self.team_kinds.extend(&other.team_kinds);
        self.hidden.extend(&other.hidden);
    }

    /// For who changes the sums and sets themselves.
    pub(super) fn forget_tally(&mut self) {
        self.whole = None;
    }

    /// The same in one piece of each set, which is read faster and needs less room: for what is taken up again and again.
    pub(super) fn in_one_piece(mut self) -> Self {
        for pieces in self.sets.values_mut() {
            let set = united(pieces.iter());
            *pieces = vec![Piece::Made(Arc::new(set))];
        }
        self.whole = Some(self.tally());
        self
    }

    /// About how many bytes it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        let sets = self.sets.values().flatten().map(|piece| match piece {
            Piece::Made(set) => set.serialized_size(),
            Piece::Kept(_, at) => at.len(),
        });
        // What lies around a number or a set, in its tree and on the heap.
        let entries = self.sums.len() + 3 * self.sets.len() + self.team_kinds.len() + self.hidden.len();
        64 * (4 + entries) + sets.sum::<usize>()
    }

    /// The teams that helped.
    pub(super) fn teams(&self) -> impl Iterator<Item = i64> {
        let minutes = self.sums_of(sum::MINUTES).map(|(team, ..)| team);
        minutes
            .chain(self.sums_of(sum::VOLUNTEERS).map(|(team, ..)| team))
            .filter(|team| *team != 0 && *team != HIDDEN_PART)
    }

    /// The kinds of the teams that helped; none for those who helped in no team.
    pub(super) fn kinds_of_teams(&self) -> BTreeSet<Option<i64>> {
        let sums = self.sums_of(sum::MINUTES).chain(self.sums_of(sum::VOLUNTEERS));
        let told = sums.filter(|(team, ..)| *team != HIDDEN_PART);
        let hidden = self.hidden.iter().filter_map(|(_, filter)| match filter {
            Filter::TeamKind(kind) => Some(*kind),
            _ => None,
        });
        told.map(|(team, ..)| self.team_kinds.get(&team).copied()).chain(hidden).collect()
    }

    /// Sessions of a kind that a worker led, and how long they were, in minutes.
    pub fn led_of_kind(&self, worker: i64, kind: i64) -> (i64, i64) {
        let of = |word| self.sums.get(&(word, worker, kind)).copied().unwrap_or(0);
        (of(sum::LED), of(sum::LED_LONG) / 60_000)
    }

    /// Who led sessions that count.
    pub(super) fn workers(&self) -> impl Iterator<Item = i64> {
        self.sums_of(sum::LED).map(|(worker, ..)| worker)
    }

    pub(super) fn participants(&self) -> RoaringBitmap {
        self.whole_set(set::PERSONS)
    }

    pub(super) fn know_teams(&mut self, kinds: &BTreeMap<i64, i64>) {
        self.team_kinds = self.teams().filter_map(|team| Some((team, *kinds.get(&team)?))).collect();
    }

    /// What stands under a word: its two numbers, and the sum.
    pub(super) fn sums_of(&self, word: u8) -> impl Iterator<Item = (i64, i64, i64)> {
        self.sums.range(all_of(word)).map(|((_, one, other), value)| (*one, *other, *value))
    }

    fn sum(&self, word: u8, is: impl Fn(i64) -> bool) -> i64 {
        self.sums_of(word).filter(|(one, ..)| is(*one)).map(|(.., value)| value).sum()
    }

    /// The same under one number. There are thousands of rooms and workers in a city, and each is asked for.
    fn sum_at(&self, word: u8, one: i64) -> i64 {
        self.sums.range((word, one, i64::MIN)..=(word, one, i64::MAX)).map(|(_, value)| value).sum()
    }

    /// For how long rooms were booked, each in whole minutes.
    pub fn booked_minutes(&self) -> i64 {
        self.sums_of(sum::BOOKED).map(|(.., long)| long / 60_000).sum()
    }

    pub(super) fn set(&self, word: u8, is: impl Fn(i64) -> bool) -> RoaringBitmap {
        let keys = self.sets.range(all_of(word)).filter(|((_, one, _), _)| is(*one));
        united(keys.flat_map(|(_, pieces)| pieces))
    }

    fn size(&self, word: u8, is: impl Fn(i64) -> bool) -> i64 {
        let mut pieces =
            self.sets.range(all_of(word)).filter(|((_, one, _), _)| is(*one)).flat_map(|(_, pieces)| pieces);
        let size = match (pieces.next(), pieces.next()) {
            (None, _) => 0,
            (Some(Piece::Made(set)), None) => set.len(),
            _ => self.set(word, is).len(),
        };
        i64::try_from(size).unwrap_or(i64::MAX)
    }

    /// Of sums by kind or team, what is told of the whole.
    fn whole_sum(&self, word: u8) -> i64 {
        self.sums_of(word).filter(|(_, other, _)| *other != HIDDEN_WHOLE).map(|(.., value)| value).sum()
    }

    fn whole_set(&self, word: u8) -> RoaringBitmap {
        let keys = self.sets.range(all_of(word)).filter(|((.., other), _)| *other != HIDDEN_WHOLE);
        united(keys.flat_map(|(_, pieces)| pieces))
    }

    fn whole_size(&self, word: u8) -> i64 {
        i64::try_from(self.whole_set(word).len()).unwrap_or(i64::MAX)
    }

    /// Who is counted there, where a measure counts people; nobody where it counts anything else.
    pub(super) fn people(&self, measure: Measure, filter: &Filter) -> RoaringBitmap {
        use Filter as F;
        use Measure as M;
        match (measure, filter) {
            (M::Persons, F::Whole) => self.whole_set(set::PERSONS),
            (M::Persons, F::Kind(kind)) => self.set(set::PERSONS, |one| one == *kind),
            (M::Persons, F::Group(group)) => self.set(set::GROUP, |one| one == of_group(*group)),
            (M::Persons, F::Subgroup(bit)) => self.set(set::SUBGROUP, |one| one == *bit),
            (M::Volunteers, F::Whole) => self.whole_set(set::VOLUNTEERS),
            (M::Volunteers, F::TeamKind(kind)) => {
                self.set(set::VOLUNTEERS, |team| team != HIDDEN_PART && self.team_kinds.get(&team).copied() == *kind)
            }
            _ => RoaringBitmap::new(),
        }
    }

    /// Everybody who took part: participants and volunteers, each once.
    pub fn taking_part(&self) -> RoaringBitmap {
        self.whole_set(set::PERSONS) | self.whole_set(set::VOLUNTEERS)
    }

    pub fn tally(&self) -> Tally {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let of = |measure| self.value(measure, &Filter::Whole).unwrap_or(0);
        Tally {
            sessions: of(Measure::Sessions),
            visits: of(Measure::Visits),
            unnamed: of(Measure::Unnamed),
            persons: of(Measure::Persons),
            volunteer_visits: of(Measure::VolunteerVisits),
            volunteers: of(Measure::Volunteers),
            minutes: of(Measure::Minutes),
            hidden: self.hidden.iter().filter(|(_, of)| *of == Filter::Whole).map(|(measure, _)| *measure).collect(),
        }
    }

    /// How [`Counted::value`] may be told.
    pub fn told(&self, measure: Measure, filter: &Filter) -> Telling {
        match self.hidden.contains(&(measure, *filter)) {
            false => Telling::Exactly,
            true if self.value(measure, filter).is_some_and(|value| value > 0) => Telling::AtLeast,
            true => Telling::Hidden,
        }
    }

    /// A figure of it: none where it does not follow from what is counted here (the population, what waits), or where
    /// the measure has no such part.
    pub fn value(&self, measure: Measure, filter: &Filter) -> Option<i64> {
        use Filter as F;
        use Measure as M;
        let kind_is = |wanted: Option<i64>| move |kind: i64| wanted.is_none_or(|wanted| wanted == kind);
        let team_is = |wanted: &Filter| {
            let wanted = match wanted {
                F::TeamKind(kind) => Some(*kind),
                _ => None,
            };
            move |team: i64| {
                wanted.is_none_or(|wanted| team != HIDDEN_PART && self.team_kinds.get(&team).copied() == wanted)
            }
        };
        Some(match (measure, filter) {
            (M::Sessions, F::Whole) => self.sum(sum::SESSIONS, |_| true),
            (M::Sessions, F::Kind(kind)) => self.sum(sum::SESSIONS, kind_is(Some(*kind))),
            (M::Sessions | M::LedSessions, F::Worker(worker)) => self.sum_at(sum::LED, *worker),
            (M::LedMinutes, F::Worker(worker)) => self.sum_at(sum::LED_LONG, *worker) / 60_000,
            (M::Visits, F::Whole) => self.whole_sum(sum::VISITS) + self.whole_sum(sum::HEADS),
            (M::Visits, F::Kind(kind)) => {
                self.sum(sum::VISITS, kind_is(Some(*kind))) + self.sum(sum::HEADS, kind_is(Some(*kind)))
            }
            (M::Visits, F::Group(group)) => self.sum_at(sum::GROUP, of_group(*group)),
            (M::Visits, F::Subgroup(bit)) => self.sum_at(sum::SUBGROUP, *bit),
            (M::Unnamed, F::Whole) => self.whole_sum(sum::HEADS),
            (M::Unnamed, F::Kind(kind)) => self.sum(sum::HEADS, kind_is(Some(*kind))),
            (M::Persons, F::Whole) => self.whole_size(set::PERSONS),
            (M::Persons, F::Kind(kind)) => self.size(set::PERSONS, kind_is(Some(*kind))),
            (M::Persons, F::Group(group)) => self.size(set::GROUP, |one| one == of_group(*group)),
            (M::Persons, F::Subgroup(bit)) => self.size(set::SUBGROUP, |one| one == *bit),
            (M::VolunteerVisits, F::Whole) => self.whole_sum(sum::VOLUNTEERS),
            (M::Volunteers, F::Whole) => self.whole_size(set::VOLUNTEERS),
            (M::Minutes, F::Whole) => self.whole_sum(sum::MINUTES),
            (M::VolunteerVisits, F::TeamKind(_)) => self.sum(sum::VOLUNTEERS, team_is(filter)),
            (M::Volunteers, F::TeamKind(_)) => self.size(set::VOLUNTEERS, team_is(filter)),
            (M::Minutes, F::TeamKind(_)) => self.sum(sum::MINUTES, team_is(filter)),
            (M::OpenMinutes, F::Room(room)) => self.sum_at(sum::OPEN, *room),
            (M::BookedMinutes, F::Room(room)) => self.sum_at(sum::BOOKED, *room) / 60_000,
            (M::UnconfirmedHours, F::Whole) => self.sum(sum::UNCONFIRMED, |_| true),
            (M::UnitsServed, F::Whole) => self.size(set::UNITS, |part| part == of_part(UnitPart::Served)),
            (M::UnitsHelping, F::Whole) => self.size(set::UNITS, |part| part == of_part(UnitPart::Helping)),
            (M::UnitsLending, F::Whole) => self.size(set::UNITS, |part| part == of_part(UnitPart::Lending)),
            _ => return None,
        })
    }
}

fn all_of(word: u8) -> RangeInclusive<CountKey> {
    (word, i64::MIN, i64::MIN)..=(word, i64::MAX, i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_came_to_two_kinds_is_one_person() {
        let mut counted = Counted::default();
        counted.put((set::PERSONS, 1, 0), [1, 2].into_iter().collect());
        counted.put((set::PERSONS, 2, 0), [2, 3].into_iter().collect());
        counted.add((sum::VISITS, 1, 0), 2);
        counted.add((sum::HEADS, 2, 0), 5);
        assert_eq!(counted.value(Measure::Persons, &Filter::Whole), Some(3));
        assert_eq!(counted.value(Measure::Persons, &Filter::Kind(2)), Some(2));
        assert_eq!(counted.value(Measure::Visits, &Filter::Whole), Some(7));
        assert_eq!(counted.value(Measure::Visits, &Filter::Kind(2)), Some(5));
        assert_eq!(counted.value(Measure::BookedMinutes, &Filter::Whole), None);
    }
}
