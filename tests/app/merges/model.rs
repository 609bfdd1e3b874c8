//! A plain model of people who are made one and taken apart again: lists of rows, and whose they are.

use proptest::prelude::*;

pub(super) const PEOPLE: usize = 5;
/// 10:00 in Dongguan on 5 March 2026, when all sessions have begun.
pub(super) const TEN: i64 = 1_772_676_000_000;
pub(super) const SESSIONS: usize = 3;
pub(super) const PARTS: [&str; 2] = ["participant", "volunteer"];
/// Whose birth date is known: one of the elderly twice, and somebody young.
pub(super) const BORN: [Option<&str>; PEOPLE] =
    [Some("1950-05-05"), None, Some("1950-05-05"), None, Some("2012-02-02")];

#[derive(Clone, Debug)]
pub(super) enum Step {
    Comes { session: usize, who: usize, part: usize, by_card: bool },
    Voids(usize),
    Granted { who: usize, disabled: bool, ended: bool },
    Joins(usize),
    Leaves(usize),
    Serves { session: usize, who: usize, minutes: i64 },
    Merge(usize, usize),
    Undo(usize),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    let (session, who) = (0..SESSIONS, 0..PEOPLE);
    prop_oneof![
        6 => (session.clone(), who.clone(), 0..2usize, any::<bool>())
            .prop_map(|(session, who, part, by_card)| Step::Comes { session, who, part, by_card }),
        1 => (0..12usize).prop_map(Step::Voids),
        2 => (who.clone(), any::<bool>(), any::<bool>())
            .prop_map(|(who, disabled, ended)| Step::Granted { who, disabled, ended }),
        1 => who.clone().prop_map(Step::Joins),
        1 => who.clone().prop_map(Step::Leaves),
        1 => (session, who.clone(), 1..200i64).prop_map(|(session, who, minutes)| Step::Serves { session, who, minutes }),
        4 => (who.clone(), who).prop_map(|(kept, merged)| Step::Merge(kept, merged)),
        2 => (0..4usize).prop_map(Step::Undo),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Void {
    No,
    ByWorker,
    ByMerge(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) owner: usize,
    pub(super) session: usize,
    pub(super) part: usize,
    pub(super) came: i64,
    pub(super) void: Void,
    pub(super) card: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Paper {
    pub(super) owner: usize,
    pub(super) disabled: bool,
    /// It held until the day before the sessions.
    pub(super) ended: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) owner: usize,
    pub(super) open: bool,
    pub(super) gone: Option<usize>,
}

#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) owner: usize,
    pub(super) session: usize,
    pub(super) minutes: i64,
    pub(super) reversed: Option<usize>,
}

pub(super) struct Made {
    pub(super) id: i64,
    pub(super) kept: usize,
    pub(super) merged: usize,
    pub(super) undone: bool,
    pub(super) visits: Vec<usize>,
    pub(super) papers: Vec<usize>,
    pub(super) members: Vec<usize>,
    pub(super) services: Vec<usize>,
    pub(super) cards: Vec<usize>,
    pub(super) led: Vec<usize>,
    /// How many visits there were: later ones came since.
    pub(super) before: usize,
    pub(super) served: usize,
    /// The member's row that holds for both: whether it was open before, and since.
    pub(super) folded: Option<(usize, bool, bool)>,
    pub(super) born: Option<(usize, Option<&'static str>)>,
}

#[derive(Default)]
pub(super) struct Model {
    pub(super) into: [Option<usize>; PEOPLE],
    pub(super) born: [Option<&'static str>; PEOPLE],
    /// Whose the card is that was made for each.
    pub(super) cards: [usize; PEOPLE],
    pub(super) visits: Vec<Visit>,
    pub(super) papers: Vec<Paper>,
    pub(super) members: Vec<Member>,
    pub(super) services: Vec<Service>,
    pub(super) merges: Vec<Made>,
}

impl Model {
    pub(super) fn stands(&self, who: usize) -> usize {
        self.into[who].unwrap_or(who)
    }

    pub(super) fn good(&self, owner: usize, session: usize, part: usize) -> Option<usize> {
        let is =
            |visit: &Visit| (visit.owner, visit.session, visit.part, visit.void) == (owner, session, part, Void::No);
        self.visits.iter().position(is)
    }

    pub(super) fn comes(&mut self, (session, owner, part): (usize, usize, usize), card: Option<usize>, came: i64) {
        if self.good(owner, session, part).is_none() {
            self.visits.push(Visit { owner, session, part, came, void: Void::No, card });
        }
    }

    pub(super) fn flags(&self, visit: &Visit) -> [bool; 4] {
        let holds = |disabled: bool| {
            let mut papers = self.papers.iter();
            papers.any(|paper| paper.owner == visit.owner && paper.disabled == disabled && !paper.ended)
        };
        let born = self.born[visit.owner];
        [born == Some("1950-05-05"), holds(true), holds(false), born == Some("2012-02-02")]
    }

    pub(super) fn merge(&mut self, id: i64, kept: usize, merged: usize) {
        let number = self.merges.len();
        let theirs = |owner: usize| owner == merged;
        let owned = |owners: Vec<usize>| -> Vec<usize> {
            owners.into_iter().enumerate().filter(|(_, owner)| theirs(*owner)).map(|(place, _)| place).collect()
        };
        let mut made = Made {
            id,
            kept,
            merged,
            undone: false,
            visits: owned(self.visits.iter().map(|row| row.owner).collect()),
            papers: owned(self.papers.iter().map(|row| row.owner).collect()),
            members: owned(self.members.iter().map(|row| row.owner).collect()),
            services: owned(self.services.iter().map(|row| row.owner).collect()),
            cards: owned(self.cards.to_vec()),
            led: (0..PEOPLE).filter(|who| self.into[*who] == Some(merged)).collect(),
            before: self.visits.len(),
            served: self.services.len(),
            folded: None,
            born: None,
        };
        // Where both were, the earlier one holds: visits are listed as they came.
        for place in made.visits.clone() {
            let Visit { session, part, void, .. } = self.visits[place];
            if let (Void::No, Some(other)) = (void, self.good(kept, session, part)) {
                self.visits[place.max(other)].void = Void::ByMerge(number);
            }
        }
        let both: Vec<usize> = (0..self.members.len())
            .filter(|place| {
                let row = &self.members[*place];
                row.gone.is_none() && (row.owner == kept || row.owner == merged)
            })
            .collect();
        if both.iter().any(|place| self.members[*place].owner == merged) {
            let open = both.iter().any(|place| self.members[*place].open);
            let first = both[0];
            made.folded = Some((first, self.members[first].open, open));
            self.members[first].open = open;
            both[1..].iter().for_each(|place| self.members[*place].gone = Some(number));
        }
        for session in 0..SESSIONS {
            let counting = |owner: usize| {
                let mut rows = self.services.iter();
                rows.position(|row| row.owner == owner && row.session == session && row.reversed.is_none())
            };
            if let (Some(one), Some(other)) = (counting(kept), counting(merged)) {
                let (one, other) = (one.min(other), one.max(other));
                let less = if self.services[one].minutes < self.services[other].minutes { one } else { other };
                self.services[less].reversed = Some(number);
            }
        }
        if self.born[kept].is_none() && self.born[merged].is_some() {
            made.born = Some((kept, None));
            self.born[kept] = self.born[merged];
        }
        made.visits.iter().for_each(|place| self.visits[*place].owner = kept);
        made.papers.iter().for_each(|place| self.papers[*place].owner = kept);
        made.members.iter().for_each(|place| self.members[*place].owner = kept);
        made.services.iter().for_each(|place| self.services[*place].owner = kept);
        made.cards.iter().for_each(|place| self.cards[*place] = kept);
        made.led.iter().for_each(|who| self.into[*who] = Some(kept));
        self.into[merged] = Some(kept);
        self.merges.push(made);
    }

    pub(super) fn may_undo(&self, number: usize) -> bool {
        let one = &self.merges[number];
        let later = self.merges[number + 1..].iter().filter(|other| !other.undone);
        !one.undone && !later.into_iter().any(|other| other.kept == one.kept || other.merged == one.kept)
    }

    pub(super) fn undo(&mut self, number: usize) {
        self.merges[number].undone = true;
        let Made { kept, merged, before, served, folded, born, .. } = self.merges[number];
        let made = &self.merges[number];
        made.visits.iter().for_each(|place| self.visits[*place].owner = merged);
        made.papers.iter().for_each(|place| self.papers[*place].owner = merged);
        made.members.iter().for_each(|place| self.members[*place].owner = merged);
        made.services.iter().for_each(|place| self.services[*place].owner = merged);
        made.cards.iter().for_each(|place| self.cards[*place] = merged);
        made.led.iter().for_each(|who| self.into[*who] = Some(merged));
        self.into[merged] = None;
        for row in &mut self.services {
            if row.reversed == Some(number) {
                row.reversed = None;
            }
        }
        for row in &mut self.members {
            if row.gone == Some(number) {
                row.gone = None;
            }
        }
        if let Some((place, was, is)) = folded
            && self.members[place].open == is
        {
            self.members[place].open = was;
        }
        if let Some((who, was)) = born {
            self.born[who] = was;
        }
        // With the other's card they were the other.
        let mut handed = Vec::new();
        for place in before..self.visits.len() {
            let Visit { owner, session, part, void, card, .. } = self.visits[place];
            let theirs = card.is_some_and(|card| self.cards[card] == merged) && owner == kept;
            let mut rows = self.visits.iter();
            let is_there = rows.any(|row| {
                (row.owner, row.session, row.part) == (merged, session, part)
                    && [Void::No, Void::ByMerge(number)].contains(&row.void)
            });
            if theirs && (void != Void::No || !is_there) {
                self.visits[place].owner = merged;
                handed.push(session);
            }
        }
        for place in 0..self.visits.len() {
            let Visit { owner, session, part, void, .. } = self.visits[place];
            if void == Void::ByMerge(number) {
                self.visits[place].void = match self.good(owner, session, part) {
                    Some(_) => Void::ByWorker,
                    None => Void::No,
                };
            }
        }
        for place in served..self.services.len() {
            let Service { owner, session, .. } = self.services[place];
            let helped = |who: usize| self.good(who, session, 1).is_some();
            if owner == kept && handed.contains(&session) && helped(merged) && !helped(kept) {
                self.services[place].owner = merged;
            }
        }
    }
}
