//! Ledger, claims and confirmations as plain lists: what each step does, and what it may not do.

use proptest::collection::vec;
use proptest::prelude::*;

pub(super) const PEOPLE: usize = 2;

/// From when to when each session is, in hours of the day: the first two overlap. Everybody helped at each from beginning to end.
pub(super) const SESSIONS: [(i64, i64); 3] = [(8, 10), (9, 11), (14, 16)];

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Service from an hour on, for so many.
    Claims {
        who: usize,
        from: i64,
        hours: i64,
    },
    /// That a row is wrong.
    Asks {
        entry: usize,
        minutes: i64,
    },
    /// What a door saw, one by one, or several at once.
    Confirms {
        session: usize,
        who: usize,
        reason: bool,
    },
    Bulk {
        stays: Vec<bool>,
        reason: bool,
    },
    /// The pending claims of these places.
    Decides {
        places: Vec<usize>,
        yes: bool,
        reason: bool,
        less: bool,
    },
    /// A worker corrects a session's row.
    Corrects {
        entry: usize,
        minutes: i64,
    },
    Undoes(usize),
    Reopens(usize),
    Withdraws(usize),
}

pub(super) fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..PEOPLE, 6_i64..18, 1_i64..5).prop_map(|(who, from, hours)| Step::Claims { who, from, hours }),
        3 => (0_usize..20, 0_i64..200).prop_map(|(entry, minutes)| Step::Asks { entry, minutes }),
        3 => (0..SESSIONS.len(), 0..PEOPLE, any::<bool>())
            .prop_map(|(session, who, reason)| Step::Confirms { session, who, reason }),
        2 => (vec(any::<bool>(), SESSIONS.len() * PEOPLE), any::<bool>())
            .prop_map(|(stays, reason)| Step::Bulk { stays, reason }),
        6 => (vec(0_usize..20, 1..3), prop::bool::weighted(0.8), any::<bool>(), any::<bool>())
            .prop_map(|(places, yes, reason, less)| Step::Decides { places, yes, reason, less }),
        2 => (0_usize..20, 0_i64..200).prop_map(|(entry, minutes)| Step::Corrects { entry, minutes }),
        3 => (0_usize..20).prop_map(Step::Undoes),
        1 => (0_usize..20).prop_map(Step::Reopens),
        1 => (0_usize..20).prop_map(Step::Withdraws),
    ]
}

/// A row of the ledger that reverses nothing.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) who: usize,
    pub(super) session: Option<usize>,
    pub(super) minutes: i64,
    pub(super) reversed: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Pending,
    Confirmed,
    Declined,
    Withdrawn,
}

impl State {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Confirmed => "confirmed",
            Self::Declined => "declined",
            Self::Withdrawn => "withdrawn",
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Said {
    pub(super) who: usize,
    /// Minutes of the day.
    pub(super) span: Option<(i64, i64)>,
    pub(super) minutes: i64,
    pub(super) corrects: Option<usize>,
    pub(super) state: State,
    pub(super) entry: Option<usize>,
}

#[derive(Default, Debug)]
pub(super) struct Model {
    pub(super) rows: Vec<Row>,
    pub(super) said: Vec<Said>,
}

fn meet(one: (i64, i64), other: (i64, i64)) -> bool {
    one.0 < other.1 && other.0 < one.1
}

pub(super) fn stay(session: usize) -> (i64, i64) {
    (SESSIONS[session].0 * 60, SESSIONS[session].1 * 60)
}

impl Model {
    pub(super) fn minutes(&self, who: usize) -> i64 {
        self.rows.iter().filter(|row| row.who == who && !row.reversed).map(|row| row.minutes).sum()
    }

    /// The row that counts of a stay.
    pub(super) fn confirmed(&self, session: usize, who: usize) -> Option<usize> {
        self.rows.iter().position(|row| row.session == Some(session) && row.who == who && !row.reversed)
    }

    pub(super) fn pending(&self) -> Vec<usize> {
        self.in_state(State::Pending)
    }

    pub(super) fn in_state(&self, state: State) -> Vec<usize> {
        (0..self.said.len()).filter(|place| self.said[*place].state == state).collect()
    }

    /// The stretches in which a row's minutes lie.
    pub(super) fn spans(&self, row: usize) -> Vec<(i64, i64)> {
        let told = self.said.iter().filter(|said| said.entry == Some(row)).filter_map(|said| said.span);
        self.rows[row].session.map(stay).into_iter().chain(told).collect()
    }

    fn counts(&self, row: usize) -> bool {
        !self.rows[row].reversed && self.rows[row].minutes > 0
    }

    /// Whether other hours that count lie in a stay.
    pub(super) fn stay_overlaps(&self, session: usize, who: usize) -> bool {
        (0..self.rows.len()).any(|row| {
            self.rows[row].who == who
                && self.rows[row].session != Some(session)
                && self.counts(row)
                && self.spans(row).into_iter().any(|span| meet(span, stay(session)))
        })
    }

    /// Whether anything else that was measured or said lies in what is said.
    pub(super) fn overlaps(&self, place: usize) -> bool {
        let said = &self.said[place];
        let Some(span) = said.span else { return false };
        let own = said.corrects.and_then(|row| self.rows[row].session);
        let measured = (0..SESSIONS.len()).filter(|session| Some(*session) != own).any(|session| {
            let nothing = self.confirmed(session, said.who).is_some_and(|row| self.rows[row].minutes == 0);
            meet(stay(session), span) && !nothing
        });
        let told = self.said.iter().enumerate().any(|(other, one)| {
            let stands = match one.entry {
                Some(row) => self.counts(row) && said.corrects != Some(row),
                None => one.state == State::Pending,
            };
            other != place && one.who == said.who && stands && one.span.is_some_and(|one| meet(one, span))
        });
        measured || told
    }

    pub(super) fn may_ask(&self, row: usize, minutes: i64) -> bool {
        let open = self.said.iter().any(|said| said.state == State::Pending && said.corrects == Some(row));
        let fits = self.told_span(row).is_none_or(|(from, to)| minutes <= to - from);
        !self.rows[row].reversed && !open && fits && minutes != self.rows[row].minutes
    }

    fn told_span(&self, row: usize) -> Option<(i64, i64)> {
        self.said.iter().find(|said| said.entry == Some(row)).and_then(|said| said.span)
    }

    pub(super) fn ask(&mut self, row: usize, minutes: i64) {
        let (who, span) = (self.rows[row].who, self.told_span(row));
        self.said.push(Said { who, span, minutes, corrects: Some(row), state: State::Pending, entry: None });
    }

    pub(super) fn claim(&mut self, who: usize, span: (i64, i64)) {
        let minutes = span.1 - span.0;
        self.said.push(Said { who, span: Some(span), minutes, corrects: None, state: State::Pending, entry: None });
    }

    pub(super) fn enter(&mut self, who: usize, session: Option<usize>, minutes: i64) -> usize {
        self.rows.push(Row { who, session, minutes, reversed: false });
        self.rows.len() - 1
    }

    /// The row is reversed, and another stands in its place.
    pub(super) fn replace(&mut self, row: usize, minutes: i64) -> usize {
        self.rows[row].reversed = true;
        self.enter(self.rows[row].who, self.rows[row].session, minutes)
    }

    pub(super) fn may_confirm(&self, places: &[usize], reason: bool) -> bool {
        places.iter().all(|place| {
            let stands = self.said[*place].corrects.is_none_or(|row| !self.rows[row].reversed);
            stands && (reason || !self.overlaps(*place))
        })
    }

    /// Enters what is said first, then what is corrected.
    pub(super) fn confirm(&mut self, places: &[usize], minutes: impl Fn(&Said) -> i64) {
        let (corrections, service): (Vec<usize>, Vec<usize>) =
            places.iter().copied().partition(|place| self.said[*place].corrects.is_some());
        for place in service.into_iter().chain(corrections) {
            let said = self.said[place].clone();
            let row = match said.corrects {
                Some(row) => self.replace(row, minutes(&said)),
                None => self.enter(said.who, None, minutes(&said)),
            };
            self.said[place].state = State::Confirmed;
            self.said[place].entry = Some(row);
        }
    }

    pub(super) fn may_undo(&self, place: usize) -> bool {
        self.said[place].entry.is_some_and(|row| !self.rows[row].reversed)
    }

    pub(super) fn undo(&mut self, place: usize) {
        let said = self.said[place].clone();
        let row = said.entry.unwrap();
        self.said[place].entry = None;
        self.said[place].state = State::Pending;
        match said.corrects {
            None => self.rows[row].reversed = true,
            Some(corrected) => {
                let anew = self.replace(row, self.rows[corrected].minutes);
                self.said[place].corrects = Some(anew);
                for other in self.said.iter_mut().filter(|other| other.entry == Some(corrected)) {
                    other.entry = Some(anew);
                }
            }
        }
    }

    pub(super) fn may_reopen(&self, place: usize) -> bool {
        let corrects = self.said[place].corrects;
        corrects.is_none() || !self.said.iter().any(|said| said.state == State::Pending && said.corrects == corrects)
    }

    /// Pairs of rows of one person that count, and the same minute in both.
    pub(super) fn doubled(&self) -> Vec<(usize, usize)> {
        let mut pairs = Vec::new();
        for one in 0..self.rows.len() {
            for other in one + 1..self.rows.len() {
                let same = self.rows[one].who == self.rows[other].who && self.counts(one) && self.counts(other);
                let spans = self.spans(other);
                if same && self.spans(one).into_iter().any(|span| spans.iter().any(|other| meet(span, *other))) {
                    pairs.push((one, other));
                }
            }
        }
        pairs
    }
}
