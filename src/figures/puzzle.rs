//! Which numbers are hidden so that none of them follows from the others: bounds of each by what everybody knows, narrowed until
//! nothing narrows them any more.

use std::collections::BTreeSet;

/// More than anything that is counted, and little enough to be added up by the thousand.
const MANY: i64 = 1 << 40;

/// What must stay open of a hidden cell.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeptOpen {
    /// Every value below the threshold.
    Small,
    /// Its value.
    Other,
}

struct Variable {
    value: i64,
    hidden: bool,
    need: KeptOpen,
    /// A whole is hidden after its parts: it says more.
    is_whole: bool,
    /// It is told, whatever follows.
    is_public: bool,
    /// Hidden together with all that it hangs together with, be it nothing or not.
    is_veiled: bool,
    /// What goes with it.
    with: Vec<usize>,
}

/// What everybody knows of numbers: with signs they add up to nothing, or to no more than nothing.
struct Law {
    terms: Vec<(usize, i64)>,
    is_equal: bool,
}

/// What is possible of a cell, and by which laws.
#[derive(Clone, Copy)]
struct Bounds {
    least: i64,
    most: i64,
    by: [Option<usize>; 2],
}

/// Numbers, what is known of them, and which are hidden.
#[derive(Default)]
pub(super) struct Puzzle {
    variables: Vec<Variable>,
    laws: Vec<Law>,
    threshold: i64,
}

impl Puzzle {
    pub fn new(threshold: i64) -> Self {
        Self { threshold, ..Self::default() }
    }

    /// A number; one below the threshold is hidden at once, unless it says nothing of people.
    pub fn add(&mut self, value: i64, is_whole: bool, tells_of_people: bool) -> usize {
        let is_small = tells_of_people && value > 0 && value < self.threshold;
        let need = if is_small { KeptOpen::Small } else { KeptOpen::Other };
        self.variables.push(Variable {
            value,
            hidden: is_small,
            need,
            is_whole,
            is_public: false,
            is_veiled: false,
            with: Vec::new(),
        });
        self.variables.len() - 1
    }

    /// A number that is told already.
    pub fn add_public(&mut self, value: i64) -> usize {
        let one = self.add(value, true, false);
        self.variables[one].is_public = true;
        one
    }

    /// It follows from what is told already.
    pub fn publish(&mut self, one: usize) {
        let variable = &mut self.variables[one];
        (variable.is_public, variable.hidden) = (true, false);
    }

    /// Whoever hides `one` hides `other`.
    pub fn couple(&mut self, one: usize, other: usize) {
        self.variables[one].with.push(other);
        if self.variables[one].hidden {
            self.hide(other);
        }
    }

    /// Nothing that is nothing is hidden.
    pub fn hide(&mut self, one: usize) {
        let mut next = vec![one];
        while let Some(one) = next.pop() {
            let variable = &mut self.variables[one];
            if variable.value != 0 && !variable.is_public && !std::mem::replace(&mut variable.hidden, true) {
                next.extend(&variable.with);
            }
        }
    }

    pub fn is_hidden(&self, one: usize) -> bool {
        self.variables[one].hidden
    }

    /// `whole` is what `parts` add up to.
    pub fn adds_up(&mut self, whole: usize, parts: &[usize]) {
        self.law(&[whole], parts, true);
    }

    /// What `some` add up to is no more than what `others` add up to.
    pub fn at_most(&mut self, some: &[usize], others: &[usize]) {
        self.law(some, others, false);
    }

    pub fn law(&mut self, some: &[usize], others: &[usize], is_equal: bool) {
        let plus = some.iter().map(|one| (*one, 1));
        let terms = plus.chain(others.iter().map(|one| (*one, -1))).collect();
        self.laws.push(Law { terms, is_equal });
    }

    /// Hides what must be hidden besides; false where that is not enough, for what is public tells too much.
    pub fn settle(&mut self) -> bool {
        if self.variables.iter().all(|variable| !variable.hidden) {
            return true;
        }
        loop {
            let bounds = self.bounds();
            let Some(weak) = (0..self.variables.len()).find(|one| self.is_known(*one, bounds[*one])) else {
                return true;
            };
            match self.helper(weak, &bounds) {
                Ok(helper) => self.hide(helper),
                Err(_) if self.variables[weak].is_veiled => return false,
                Err(about) => about.into_iter().for_each(|one| self.veil(one)),
            }
        }
    }

    /// Hides it even where it is nothing.
    fn veil(&mut self, one: usize) {
        let variable = &mut self.variables[one];
        if !variable.is_public {
            (variable.hidden, variable.is_veiled) = (true, true);
        }
    }

    /// Whether too much is known of a hidden cell.
    fn is_known(&self, one: usize, bounds: Bounds) -> bool {
        let variable = &self.variables[one];
        let narrow = match variable.need {
            KeptOpen::Small if !variable.is_veiled => bounds.least > 1 || bounds.most < self.threshold - 1,
            KeptOpen::Small | KeptOpen::Other => false,
        };
        variable.hidden && (narrow || bounds.least >= bounds.most)
    }

    /// The laws by which a cell is known, and those by which the hidden ones in them are.
    fn reasons(&self, weak: usize, bounds: &[Bounds]) -> BTreeSet<usize> {
        let mut laws = BTreeSet::new();
        let (mut next, mut seen) = (vec![weak], BTreeSet::new());
        while let Some(one) = next.pop() {
            if !seen.insert(one) {
                continue;
            }
            for law in bounds[one].by.into_iter().flatten().filter(|law| laws.insert(*law)) {
                let terms = self.laws[law].terms.iter().map(|(one, _)| *one);
                next.extend(terms.filter(|one| self.variables[*one].hidden));
            }
        }
        laws
    }

    /// What is hidden next so that less is known: the smallest that stands in the laws by which it is known, parts before wholes.
    /// Where nothing is left, all that hangs together with it.
    fn helper(&self, weak: usize, bounds: &[Bounds]) -> Result<usize, BTreeSet<usize>> {
        let of_laws = |laws: &BTreeSet<usize>| {
            let terms = laws.iter().flat_map(|law| &self.laws[*law].terms);
            let candidates = terms.map(|(one, _)| *one).filter(|one| {
                let variable = &self.variables[*one];
                !variable.hidden && !variable.is_public && variable.value > 0
            });
            candidates.min_by_key(|one| (self.variables[*one].is_whole, self.variables[*one].value, *one))
        };
        let mut laws = self.reasons(weak, bounds);
        let mut reached = BTreeSet::from([weak]);
        loop {
            if let Some(found) = of_laws(&laws) {
                return Ok(found);
            }
            // Then among what bounds those that bound it.
            let hidden = laws.iter().flat_map(|law| &self.laws[*law].terms).map(|(one, _)| *one);
            reached.extend(hidden.filter(|one| self.variables[*one].hidden));
            let about = |law: &Law| law.terms.iter().any(|(one, _)| reached.contains(one));
            let more: BTreeSet<usize> = (0..self.laws.len()).filter(|law| about(&self.laws[*law])).collect();
            if more == laws {
                reached.extend(laws.iter().flat_map(|law| &self.laws[*law].terms).map(|(one, _)| *one));
                return Err(reached);
            }
            laws = more;
        }
    }

    /// Every law narrows what it can, until none does.
    fn bounds(&self) -> Vec<Bounds> {
        let begin = |variable: &Variable| {
            let (least, most) = match (variable.hidden, variable.is_veiled) {
                (true, true) => (0, MANY),
                (true, false) => (1, MANY),
                (false, _) => (variable.value, variable.value),
            };
            Bounds { least, most, by: [None; 2] }
        };
        let mut bounds: Vec<Bounds> = self.variables.iter().map(begin).collect();
        // Each round narrows something, or is the last; laws that chase each other without end are left.
        for _ in 0..200 {
            let mut narrowed = false;
            for (index, law) in self.laws.iter().enumerate() {
                narrowed |= self.narrow(&mut bounds, (index, law), 1);
                if law.is_equal {
                    narrowed |= self.narrow(&mut bounds, (index, law), -1);
                }
            }
            if !narrowed {
                break;
            }
        }
        bounds
    }

    /// By `sign` × the law's sum ≤ 0.
    fn narrow(&self, bounds: &mut [Bounds], (index, law): (usize, &Law), sign: i64) -> bool {
        let least = |of: &Bounds, factor: i64| if factor > 0 { of.least } else { -of.most };
        let all: i64 = law.terms.iter().map(|(one, factor)| least(&bounds[*one], factor * sign)).sum();
        let mut narrowed = false;
        for (one, factor) in &law.terms {
            if !self.variables[*one].hidden {
                continue;
            }
            let factor = factor * sign;
            let now = bounds[*one];
            // What the others leave for it.
            let left = least(&now, factor) - all;
            if factor > 0 && left < now.most {
                bounds[*one].most = left;
                bounds[*one].by[1] = Some(index);
                narrowed = true;
            }
            if factor < 0 && -left > now.least {
                bounds[*one].least = -left;
                bounds[*one].by[0] = Some(index);
                narrowed = true;
            }
        }
        narrowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THRESHOLD: i64 = 3;

    #[test]
    fn a_small_part_of_a_sum_takes_the_next_smallest_with_it() {
        let mut puzzle = Puzzle::new(THRESHOLD);
        let whole = puzzle.add(37, true, true);
        let parts: Vec<usize> = [20, 2, 10, 5, 0].map(|value| puzzle.add(value, false, true)).into();
        puzzle.adds_up(whole, &parts);
        assert!(puzzle.settle());
        let hidden: Vec<bool> = parts.iter().map(|part| puzzle.is_hidden(*part)).collect();
        assert_eq!(hidden, [false, true, false, true, false]);
        assert!(!puzzle.is_hidden(whole));
    }

    #[test]
    fn two_ones_are_not_told_by_their_sum() {
        let mut puzzle = Puzzle::new(THRESHOLD);
        let whole = puzzle.add(12, true, true);
        let parts: Vec<usize> = [1, 1, 10].map(|value| puzzle.add(value, false, true)).into();
        puzzle.adds_up(whole, &parts);
        assert!(puzzle.settle());
        assert!(parts.iter().all(|part| puzzle.is_hidden(*part)), "of two hidden ones 2 remain, which is one and one");
    }

    #[test]
    fn what_follows_in_two_steps_is_not_hidden_with_the_whole() {
        let mut puzzle = Puzzle::new(THRESHOLD);
        let whole = puzzle.add(19, true, true);
        let visits: Vec<usize> = [2, 6, 11].map(|value| puzzle.add(value, false, true)).into();
        let named: Vec<usize> = [2, 6, 11].map(|value| puzzle.add(value, false, false)).into();
        puzzle.hide(named[0]);
        puzzle.adds_up(whole, &visits);
        puzzle.adds_up(whole, &named);
        for (named, visits) in named.iter().zip(&visits) {
            puzzle.at_most(&[*named], &[*visits]);
        }
        assert!(puzzle.settle());
        let hidden = |of: &[usize]| of.iter().map(|one| puzzle.is_hidden(*one)).collect::<Vec<_>>();
        assert_eq!((hidden(&visits), hidden(&named)), (vec![true, true, false], vec![true, true, false]));
        assert!(!puzzle.is_hidden(whole));
    }

    #[test]
    fn nothing_small_hides_nothing() {
        let mut puzzle = Puzzle::new(THRESHOLD);
        let whole = puzzle.add(7, true, true);
        let parts: Vec<usize> = [3, 0, 4].map(|value| puzzle.add(value, false, true)).into();
        puzzle.adds_up(whole, &parts);
        assert!(puzzle.settle());
        assert!(parts.iter().all(|part| !puzzle.is_hidden(*part)));
    }

    #[test]
    fn what_is_public_may_tell_too_much() {
        let mut puzzle = Puzzle::new(THRESHOLD);
        let whole = puzzle.add_public(0);
        let part = puzzle.add(1, false, true);
        puzzle.at_most(&[part], &[whole]);
        assert!(!puzzle.settle());
    }
}
