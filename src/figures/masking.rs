//! Small cells: what is not told to who reads totals without knowing the people (DESIGN section 5, DECISIONS 27). Of two
//! residents who came in a month everybody in the community knows which two.
//!
//! It is decided once, for the finest that is published: what one agreement is charged with in one month of one center. There a
//! count of people or visits below the threshold is hidden, and as many others as are needed so that nobody can work it out
//! again from what is shown: from a sum and its other parts, from groups that must cover the whole, from persons who cannot be
//! more than their visits. The smallest go first. Zero is told: it says that nobody came, which is nobody's secret, and a
//! hidden cell is therefore known to be at least one. Only where even this would tell, for so few came, all that hangs together with
//! it is hidden, zeros too.
//!
//! Whatever is longer or larger (a quarter, a town, the difference of two versions) is counted out of the parts that are shown and
//! out of nothing else, and is told as "at least" where a part of it is hidden. So nothing that is hidden has any influence on
//! anything that is told, whichever periods and centers are laid beside each other.
//!
//! Whether it holds is decided by intervals: for every hidden cell, which values are possible given all that is shown.

use std::collections::{BTreeMap, BTreeSet};

use super::counted::Filter;
use super::list::Measure;
use super::masks::MonthMask;
use super::puzzle::Puzzle;
use crate::people::groups::PriorityGroup;

/// A number, by what it counts and of what.
pub(super) type CellKey = (Measure, Filter);

/// How many came to a session.
#[derive(Clone, Copy, Debug)]
pub(super) struct SessionOfMonth {
    pub id: i64,
    pub kind: i64,
    pub visits: i64,
    pub persons: i64,
}

/// The finest table: every count of a center's month, zeros included.
#[derive(Clone, Debug, Default)]
pub(super) struct Cells {
    pub values: BTreeMap<CellKey, i64>,
    /// Visits with a name, by kind: of a kind that is told they follow from its sessions, each of which is told.
    pub named: BTreeMap<i64, i64>,
    /// Subgroups, by their bit, whose members are in a group by that very membership.
    pub parents: BTreeMap<i64, PriorityGroup>,
    /// Its sessions, where it matters what versions said of them: where a kind [is open](is_open).
    pub sessions: Vec<SessionOfMonth>,
}

/// How a number is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Telling {
    /// As it is.
    #[default]
    Exactly,
    /// Some of its parts are hidden: it is so much, or more.
    AtLeast,
    Hidden,
}

/// What is hidden of the finest table: what versions hid of it too, and nothing that they told and that is the same by now, for it helps
/// nobody to hide it. Where too much was told for that, all the rest is hidden.
pub(super) fn hidden(cells: &Cells, threshold: i64, before: &MonthMask) -> BTreeSet<CellKey> {
    let mut puzzle = Puzzle::new(threshold);
    let mut at: BTreeMap<CellKey, usize> = BTreeMap::new();
    for ((measure, filter), value) in &cells.values {
        // Minutes and heads without a name are hidden with others, not for themselves.
        let tells_of_people = !matches!(measure, Measure::Minutes | Measure::Unnamed);
        at.insert((*measure, *filter), puzzle.add(*value, *filter == Filter::Whole, tells_of_people));
    }
    laws_of_participants(&mut puzzle, &at, &cells.parents);
    let named = laws_of_names(&mut puzzle, &at, &cells.named);
    laws_of_volunteers(&mut puzzle, &at);
    let value = |cell: &CellKey| cells.values.get(cell).copied().unwrap_or(0);
    let is_told = |cell: &CellKey| before.tells(cell, value(cell), threshold);
    at.iter().filter(|(cell, _)| is_told(cell)).for_each(|(_, one)| puzzle.publish(*one));
    before.hidden.iter().filter_map(|cell| at.get(cell)).for_each(|one| puzzle.hide(*one));
    for kind in at.keys().filter_map(|(measure, filter)| kind_of(*measure, filter)) {
        if is_open(kind, value, threshold, before) {
            let known = KindLaws { puzzle: &mut puzzle, threshold, before };
            known.laws_of_sessions(kind, (&at, named.get(&kind).copied()), &cells.sessions);
        } else if let Some(named) = named.get(&kind).filter(|_| is_told(&(Measure::Persons, Filter::Kind(kind)))) {
            // Its sessions are told on.
            puzzle.publish(*named);
        }
    }
    let is_safe = puzzle.settle() || before.told.is_empty();
    let is_hidden = |(cell, one): &(&CellKey, &usize)| puzzle.is_hidden(**one) || !is_safe && !is_told(cell);
    let hidden = at.iter().filter(is_hidden).map(|(cell, _)| *cell);
    // Also what is nought by now: it would tell that what was hidden is gone.
    hidden.chain(before.hidden.iter().copied()).collect()
}

type CellPlaces = BTreeMap<CellKey, usize>;

fn of(at: &CellPlaces, measure: Measure, is: impl Fn(&Filter) -> bool) -> Vec<usize> {
    at.iter().filter(|((m, filter), _)| *m == measure && is(filter)).map(|(_, one)| *one).collect()
}

fn laws_of_participants(puzzle: &mut Puzzle, at: &CellPlaces, parents: &BTreeMap<i64, PriorityGroup>) {
    use Measure as M;
    let one = |measure: Measure, filter: Filter| at.get(&(measure, filter)).copied();
    let (visits, persons) = (one(M::Visits, Filter::Whole), one(M::Persons, Filter::Whole));
    let (Some(visits), Some(persons)) = (visits, persons) else { return };
    // Persons are no more than their visits.
    for ((measure, filter), index) in at {
        if let (M::Persons, Some(of_same)) = (measure, one(M::Visits, *filter)) {
            puzzle.at_most(&[*index], &[of_same]);
        }
    }
    if let Some(unnamed) = one(M::Unnamed, Filter::Whole) {
        puzzle.couple(visits, unnamed);
        puzzle.at_most(&[persons, unnamed], &[visits]);
    }
    let is_kind = |filter: &Filter| matches!(filter, Filter::Kind(_));
    let is_group = |filter: &Filter| matches!(filter, Filter::Group(_));
    let is_subgroup = |filter: &Filter| matches!(filter, Filter::Subgroup(_));
    // A session has one kind; a person may come to several.
    puzzle.adds_up(visits, &of(at, M::Visits, is_kind));
    for (whole, measure) in [(visits, M::Visits), (persons, M::Persons)] {
        puzzle.at_most(&[whole], &of(at, measure, is_kind));
        // Groups overlap, and with the rest they are everybody.
        puzzle.at_most(&[whole], &of(at, measure, is_group));
        for part in of(at, measure, |filter| is_kind(filter) || is_group(filter) || is_subgroup(filter)) {
            puzzle.at_most(&[part], &[whole]);
        }
    }
    // Nobody in a group is in the rest at the same visit.
    if let Some(rest) = one(M::Visits, Filter::Group(None)) {
        for group in of(at, M::Visits, |filter| matches!(filter, Filter::Group(Some(_)))) {
            puzzle.at_most(&[group, rest], &[visits]);
        }
    }
    for (bit, group) in parents {
        for measure in [M::Visits, M::Persons] {
            if let (Some(part), Some(whole)) =
                (one(measure, Filter::Subgroup(*bit)), one(measure, Filter::Group(Some(*group))))
            {
                puzzle.at_most(&[part], &[whole]);
            }
        }
    }
}

/// Each kind once.
fn kind_of(measure: Measure, filter: &Filter) -> Option<i64> {
    match (measure, filter) {
        (Measure::Visits, Filter::Kind(kind)) => Some(*kind),
        _ => None,
    }
}

/// Whether versions leave open how the numbers of a kind are told: they were told otherwise than they are now, or hidden later. Else
/// nothing that was said of its sessions changes it.
pub(super) fn is_open(kind: i64, value: impl Fn(&CellKey) -> i64, threshold: i64, before: &MonthMask) -> bool {
    [Measure::Visits, Measure::Persons].into_iter().any(|measure| {
        let cell = (measure, Filter::Kind(kind));
        let is_never_told = before.hidden.contains(&cell) && !before.told_once(&cell);
        !is_never_told && !before.tells(&cell, value(&cell), threshold)
    })
}

/// A kind whose persons are hidden has those of its sessions hidden too ([`super::told_sessions`]); of the others it is known how many
/// of the visits have a name. Gives these.
fn laws_of_names(puzzle: &mut Puzzle, at: &CellPlaces, named: &BTreeMap<i64, i64>) -> BTreeMap<i64, usize> {
    let one = |measure: Measure, filter: Filter| at.get(&(measure, filter)).copied();
    let mut all = BTreeMap::new();
    for (number, named) in named {
        let kind = Filter::Kind(*number);
        let (Some(visits), Some(persons)) = (one(Measure::Visits, kind), one(Measure::Persons, kind)) else { continue };
        let named = puzzle.add(*named, false, false);
        puzzle.at_most(&[persons], &[named]);
        puzzle.at_most(&[named], &[visits]);
        puzzle.couple(persons, named);
        puzzle.couple(named, persons);
        all.insert(*number, named);
    }
    if let (Some(visits), Some(unnamed)) = (one(Measure::Visits, Filter::Whole), one(Measure::Unnamed, Filter::Whole)) {
        let parts: Vec<usize> = all.values().copied().chain([unnamed]).collect();
        puzzle.adds_up(visits, &parts);
    }
    all
}

/// What is known of a kind by its sessions.
struct KindLaws<'a> {
    puzzle: &'a mut Puzzle,
    threshold: i64,
    before: &'a MonthMask,
}

impl KindLaws<'_> {
    fn cell(measure: Measure, session: &SessionOfMonth) -> (CellKey, i64) {
        let value = if measure == Measure::Persons { session.persons } else { session.visits };
        ((measure, Filter::Session(session.id)), value)
    }

    fn is_told(&self, measure: Measure, session: &SessionOfMonth) -> bool {
        let (cell, value) = Self::cell(measure, session);
        self.before.tells(&cell, value, self.threshold)
    }

    fn was_hidden(&self, measure: Measure, session: &SessionOfMonth) -> bool {
        self.before.hidden.contains(&Self::cell(measure, session).0)
    }

    /// A session's number, which is hidden with the kind's unless it was told.
    fn add(&mut self, measure: Measure, session: &SessionOfMonth, of_kind: usize) -> usize {
        let one = self.puzzle.add(Self::cell(measure, session).1, false, true);
        if self.is_told(measure, session) {
            self.puzzle.publish(one);
        } else if self.was_hidden(measure, session) {
            self.puzzle.hide(one);
        }
        self.puzzle.couple(of_kind, one);
        one
    }

    /// What was told of a session and is the same by now is known, and what was hidden of one is hidden still: the kind's number must not
    /// tell the rest. Nothing where no version said anything of its sessions: they are hidden one by one beside the kind's number.
    fn laws_of_sessions(mut self, kind: i64, (at, named): (&CellPlaces, Option<usize>), all: &[SessionOfMonth]) {
        let both = [Measure::Visits, Measure::Persons];
        let sessions: Vec<&SessionOfMonth> = all.iter().filter(|session| session.kind == kind).collect();
        let is_said = |session: &&SessionOfMonth| {
            both.iter().any(|measure| self.is_told(*measure, session) || self.was_hidden(*measure, session))
        };
        let places = both.map(|measure| at.get(&(measure, Filter::Kind(kind))).copied());
        let ([Some(visits), Some(persons)], true) = (places, sessions.iter().any(is_said)) else { return };
        let of_sessions: Vec<(usize, usize)> = sessions
            .iter()
            .map(|session| {
                let visits = self.add(Measure::Visits, session, visits);
                (visits, self.add(Measure::Persons, session, persons))
            })
            .collect();
        for (visits, one) in &of_sessions {
            self.puzzle.at_most(&[*one], &[*visits]);
            self.puzzle.at_most(&[*one], &[persons]);
        }
        let (of_visits, of_persons): (Vec<usize>, Vec<usize>) = of_sessions.into_iter().unzip();
        let [all_visits, all_persons] = both.map(|measure| sessions.iter().all(|one| self.is_told(measure, one)));
        let [hid_visits, hid_persons] = both.map(|measure| self.before.hidden.contains(&(measure, Filter::Kind(kind))));
        // What follows from what was told is known. Only what was hidden in between stays hidden, though it can be added up again.
        if all_visits && hid_visits {
            self.puzzle.at_most(&of_visits, &[visits]);
        } else {
            self.puzzle.adds_up(visits, &of_visits);
            if all_visits {
                self.puzzle.publish(visits);
            }
        }
        if all_persons && hid_persons {
            named.into_iter().for_each(|named| self.puzzle.at_most(&of_persons, &[named]));
            return;
        }
        self.puzzle.at_most(&[persons], &of_persons);
        if let Some(named) = named {
            self.puzzle.adds_up(named, &of_persons);
            if all_persons {
                self.puzzle.publish(named);
            }
        }
        if all_persons && sessions.iter().filter(|session| session.persons > 0).count() < 2 {
            self.puzzle.publish(persons);
        }
    }
}

fn laws_of_volunteers(puzzle: &mut Puzzle, at: &CellPlaces) {
    use Measure as M;
    let one = |measure: Measure, filter: Filter| at.get(&(measure, filter)).copied();
    let whole = |measure: Measure| one(measure, Filter::Whole);
    let is_team = |filter: &Filter| matches!(filter, Filter::TeamKind(_));
    let (Some(visits), Some(persons)) = (whole(M::VolunteerVisits), whole(M::Volunteers)) else { return };
    puzzle.adds_up(visits, &of(at, M::VolunteerVisits, is_team));
    puzzle.at_most(&[persons], &of(at, M::Volunteers, is_team));
    for part in of(at, M::Volunteers, is_team) {
        puzzle.at_most(&[part], &[persons]);
    }
    if let Some(minutes) = whole(M::Minutes) {
        puzzle.adds_up(minutes, &of(at, M::Minutes, is_team));
    }
    for ((measure, filter), index) in at {
        if *measure != M::Volunteers {
            continue;
        }
        let (visits, minutes) = (one(M::VolunteerVisits, *filter), one(M::Minutes, *filter));
        if let Some(visits) = visits {
            puzzle.at_most(&[*index], &[visits]);
        }
        // One volunteer's minutes are that one's.
        if let Some(minutes) = minutes {
            puzzle.couple(*index, minutes);
            visits.into_iter().for_each(|visits| puzzle.couple(visits, minutes));
        }
    }
    if let Some(unconfirmed) = whole(M::UnconfirmedHours) {
        puzzle.at_most(&[unconfirmed], &[visits]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const THRESHOLD: i64 = 3;

    /// A visit: of whom, of which kind, in which groups (bits), and of which kinds' sessions.
    type Visit = (usize, usize);

    /// A month's cells out of visits by people with fixed groups.
    fn cells(groups: &[u8], visits: &[Visit]) -> Cells {
        use Measure as M;
        let mut values: BTreeMap<CellKey, i64> = BTreeMap::new();
        let of: Vec<Filter> = [Some(PriorityGroup::Elderly), Some(PriorityGroup::Needy), None]
            .map(Filter::Group)
            .into_iter()
            .chain((0..3).map(Filter::Kind))
            .chain([Filter::Whole])
            .collect();
        let is_in = |filter: &Filter, (person, kind): &Visit| match filter {
            Filter::Group(Some(PriorityGroup::Elderly)) => groups[*person] & 1 != 0,
            Filter::Group(Some(_)) => groups[*person] & 2 != 0,
            Filter::Group(None) => groups[*person] == 0,
            Filter::Kind(of) => *kind as i64 == *of,
            _ => true,
        };
        for filter in of {
            let mine: Vec<&Visit> = visits.iter().filter(|visit| is_in(&filter, visit)).collect();
            let people: BTreeSet<usize> = mine.iter().map(|(person, _)| *person).collect();
            values.insert((M::Visits, filter), mine.len() as i64);
            values.insert((M::Persons, filter), people.len() as i64);
        }
        values.insert((M::Unnamed, Filter::Whole), 0);
        let named = (0..3).map(|kind| (kind, values[&(M::Visits, Filter::Kind(kind))])).collect();
        Cells { values, named, ..Cells::default() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_hidden_number_of_a_month_can_be_worked_out(
            groups in vec(0u8..4, 3),
            visits in vec((0usize..3, 0usize..3), 1..6),
        ) {
            let month = cells(&groups, &visits);
            let hidden = hidden(&month, THRESHOLD, &MonthMask::default());
            let small: Vec<&CellKey> = month.values.iter()
                .filter(|((measure, _), value)| *measure != Measure::Unnamed && (1..THRESHOLD).contains(*value))
                .map(|(cell, _)| cell).collect();
            for cell in small {
                prop_assert!(hidden.contains(cell), "{:?}", cell);
            }
            let bounds = outside(&month, &hidden);
            for cell in &hidden {
                let (least, most) = bounds[cell];
                prop_assert!(least < most, "{:?} is {} in {:?}", cell, least, month.values);
                if (1..THRESHOLD).contains(&month.values[cell]) {
                    prop_assert!(least <= 1 && most >= THRESHOLD - 1, "{:?} is {} to {}", cell, least, most);
                }
            }
        }
    }

    #[test]
    fn what_was_told_of_a_session_tells_nothing_of_another_beside_its_kind() {
        let visits: Vec<Visit> = (0..12).map(|person| (person, 0)).collect();
        let session = |id, came| SessionOfMonth { id, kind: 0, visits: came, persons: came };
        let month = Cells { sessions: vec![session(1, 10), session(2, 2)], ..cells(&[0; 12], &visits) };
        let both = [Measure::Visits, Measure::Persons];
        let of_session = |measure| ((measure, Filter::Session(1)), 10);
        let kind_is_hidden = |told: BTreeSet<(CellKey, i64)>| {
            let hidden = hidden(&month, THRESHOLD, &MonthMask { told, ..MonthMask::default() });
            [Filter::Kind(0), Filter::Whole].map(|of| hidden.contains(&(Measure::Visits, of)))
        };
        assert_eq!(kind_is_hidden(BTreeSet::new()), [false, false], "the two are hidden one by one");
        assert_eq!(kind_is_hidden(both.map(of_session).into()), [true, true]);
        // Told as another number, it is another by now.
        assert_eq!(kind_is_hidden(both.map(|measure| (of_session(measure).0, 9)).into()), [false, false]);
    }

    /// What is possible of each cell by what everybody knows, found anew and plainly: from sums, groups and persons, over and over.
    fn outside(month: &Cells, hidden: &BTreeSet<CellKey>) -> BTreeMap<CellKey, (i64, i64)> {
        use Measure as M;
        let mut bounds: BTreeMap<CellKey, (i64, i64)> = month
            .values
            .iter()
            .map(|(cell, value)| (*cell, if hidden.contains(cell) { (0, 1_000) } else { (*value, *value) }))
            .collect();
        let kinds: Vec<Filter> = (0..3).map(Filter::Kind).collect();
        let groups: Vec<Filter> =
            [Some(PriorityGroup::Elderly), Some(PriorityGroup::Needy), None].map(Filter::Group).into();
        for _ in 0..50 {
            let now = bounds.clone();
            let of = |measure, filter: &Filter| now[&(measure, *filter)];
            let mut narrow = |cell: CellKey, least: i64, most: i64| {
                if let Some(known) = bounds.get_mut(&cell) {
                    *known = (known.0.max(least), known.1.min(most));
                }
            };
            for measure in [M::Visits, M::Persons] {
                let whole = of(measure, &Filter::Whole);
                for parts in [&kinds, &groups] {
                    let least: i64 = parts.iter().map(|part| of(measure, part).0).max().unwrap_or(0);
                    let most: i64 = parts.iter().map(|part| of(measure, part).1).sum();
                    narrow((measure, Filter::Whole), least, most);
                    for part in parts {
                        let others: i64 =
                            parts.iter().filter(|other| *other != part).map(|other| of(measure, other).1).sum();
                        narrow((measure, *part), whole.0 - others, whole.1);
                    }
                }
            }
            let visits = of(M::Visits, &Filter::Whole);
            narrow((M::Visits, Filter::Whole), kinds.iter().map(|kind| of(M::Visits, kind).0).sum(), 1_000);
            for kind in &kinds {
                let others: i64 = kinds.iter().filter(|other| *other != kind).map(|other| of(M::Visits, other).0).sum();
                narrow((M::Visits, *kind), 0, visits.1 - others);
            }
            for filter in kinds.iter().chain(&groups).chain([&Filter::Whole]) {
                narrow((M::Persons, *filter), 0, of(M::Visits, filter).1);
                narrow((M::Visits, *filter), of(M::Persons, filter).0, 1_000);
            }
        }
        bounds
    }
}
