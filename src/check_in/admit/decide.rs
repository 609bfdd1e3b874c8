//! The decisions, one try after the other, on what was read for all of them. Nothing here knows the database.

use std::collections::{BTreeMap, HashMap};

use super::facts::{Fact, Known, Rights};
use super::places::HeldPlaces;
use super::types::{Event, Key};
use super::{ADMITTED, Again, Answer, Attempt, Door, Entrance, LEFT, RETURNED, Refused, Way, Who};
use crate::activities::{LINGERING, SessionId};
use crate::auth::Role;
use crate::centers::CenterId;
use crate::check_in::types::{AttendanceId, CardId, Code, Part, RequestId};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::people::PersonId;
use crate::people::groups::Groups;

/// When somebody was there: from coming to leaving, without the time between leaving and coming back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stay {
    pub came_at: Option<Timestamp>,
    pub left_at: Option<Timestamp>,
    pub away_ms: i64,
}

impl Stay {
    /// What the events say, in whatever order they became known. Who is seen coming in twice was in all the time, who is
    /// seen leaving twice had left; at one and the same moment coming goes before leaving.
    pub(super) fn of(events: &[Event]) -> Self {
        let mut sorted = events.to_vec();
        sorted.sort();
        sorted.into_iter().fold(Self::default(), |stay, event| match (event.way, stay.came_at, stay.left_at) {
            (Way::In, None, _) => Self { came_at: Some(event.at), ..stay },
            (Way::In, Some(_), Some(left)) => {
                Self { left_at: None, away_ms: stay.away_ms + (event.at.0 - left.0), ..stay }
            }
            (Way::Out, Some(_), None) => Self { left_at: Some(event.at), ..stay },
            (Way::In, Some(_), None) | (Way::Out, None, _) | (Way::Out, Some(_), Some(_)) => stay,
        })
    }
}

/// An attendance, there already or about to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    There(AttendanceId),
    /// The number in [`Decided::new`].
    New(usize),
}

/// An attendance to be written.
#[derive(Debug)]
pub(super) struct NewAttendance {
    pub key: Key,
    pub attempt: usize,
    pub groups: Groups,
    /// A bit for each subgroup.
    pub subgroups: i64,
}

/// What became of one try.
#[derive(Debug)]
pub(super) enum TryOutcome {
    /// To be written down; `answer` gets the attendance's number when it has one.
    Scan(Scan),
    /// The same request was answered before.
    Replay(Answer),
    /// As the try with this number in the same batch.
    ReplayOf(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Scan {
    pub request: RequestId,
    pub person: Option<PersonId>,
    pub card: Option<CardId>,
    pub part: Part,
    pub spot: Option<Spot>,
    pub said: TryVerdict,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum TryVerdict {
    Through { word: &'static str, at: Timestamp },
    Refused(Refused),
}

impl TryVerdict {
    /// As the scan keeps it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Through { word, .. } => word,
            Self::Refused(refused) => refused.code.code(),
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct Decided {
    pub outcomes: Vec<Result<TryOutcome>>,
    pub new: Vec<NewAttendance>,
    /// The stays of all attendances that are new or changed.
    pub stays: BTreeMap<Key, (Spot, Stay)>,
    /// People whom a center knows from now on.
    pub enrolled: Vec<(PersonId, CenterId, usize)>,
    /// Whose turn had come though nobody wrote it, and who is in now.
    pub turns: Vec<(PersonId, SessionId, CenterId)>,
}

/// What is known of a person's stay while the batch is decided.
struct KnownStay {
    spot: Option<Spot>,
    events: Vec<Event>,
}

pub(super) fn decide(
    now: Now,
    attempts: &[Attempt],
    (doors, places): (HashMap<SessionId, Door>, HeldPlaces),
    rights: &Rights,
    facts: Vec<Option<Fact>>,
    events: HashMap<Key, Vec<Event>>,
) -> Decided {
    let mut desk =
        Desk { now, doors, places, events, known: HashMap::new(), requests: HashMap::new(), made: Decided::default() };
    for (n, (attempt, fact)) in attempts.iter().zip(facts).enumerate() {
        let outcome = desk.receive(n, attempt, attempts, fact, rights);
        desk.made.outcomes.push(outcome);
    }
    desk.made
}

/// A try that is to be decided, with what is known of it.
struct Tried<'a> {
    /// Its number in the batch.
    n: usize,
    attempt: &'a Attempt,
    /// By what it is written down.
    request: RequestId,
    door: &'a Door,
    fact: &'a Fact,
    /// Of whoever has a place: how many of their heads are not in yet.
    place: Option<i64>,
}

impl Tried<'_> {
    /// Of theirs that come and go together.
    fn heads(&self) -> i64 {
        1 + self.fact.company
    }

    fn event(&self) -> Event {
        Event { at: self.attempt.occurred_at, way: self.attempt.way }
    }

    /// Why they cannot come in. Who has a shift serves, unless a worker puts right that they did not.
    fn refusal(&self, now: Now) -> Option<Code> {
        let on_shift = self.fact.says(Known::OnShift) && self.attempt.entrance != Entrance::Correction;
        let closed = self.door.refusal(now, self.fact.part, self.attempt, (1, self.place));
        closed
            .filter(|code| !on_shift || !matches!(code, Code::Full | Code::NotRegistered))
            .or(on_shift.then_some(Code::OnShift))
    }

    fn through(&self, word: &'static str, spot: Spot) -> Scan {
        self.scan(Some(spot), TryVerdict::Through { word, at: self.attempt.occurred_at })
    }

    fn refused(&self, code: Code, spot: Option<Spot>, since: Option<Timestamp>) -> Scan {
        self.scan(spot, TryVerdict::Refused(Refused { code, person: self.fact.person, since }))
    }

    fn scan(&self, spot: Option<Spot>, said: TryVerdict) -> Scan {
        let (request, person, part) = (self.request, self.fact.person, self.fact.part);
        Scan { request, person, card: self.fact.card.as_ref().map(|card| card.id), part, spot, said }
    }
}

/// The door's desk while a batch is decided: what the tries before left behind is seen by those after.
struct Desk {
    now: Now,
    doors: HashMap<SessionId, Door>,
    places: HeldPlaces,
    events: HashMap<Key, Vec<Event>>,
    known: HashMap<Key, KnownStay>,
    requests: HashMap<RequestId, usize>,
    made: Decided,
}

impl Desk {
    fn receive(
        &mut self,
        n: usize,
        attempt: &Attempt,
        attempts: &[Attempt],
        fact: Option<Fact>,
        rights: &Rights,
    ) -> Result<TryOutcome> {
        let (Some(door), Some(fact)) = (self.doors.get(&attempt.session).copied(), fact) else {
            return Err(Error::NotFound);
        };
        may_hold(attempt, &door, rights, self.now)?;
        let mut request = attempt.request;
        if let Some(&before) = self.requests.get(&request) {
            match self.replay_of(before, attempt, &attempts[before], &fact)? {
                Some(outcome) => return Ok(outcome),
                None => request = RequestId::random(),
            }
        }
        if let Some(earlier) = earlier(attempt, &fact)? {
            match (attempt.again, earlier) {
                (Again::Page, Earlier::Voided | Earlier::Said(Answer::Refused(_))) => request = RequestId::random(),
                (Again::Repeat, Earlier::Voided) => return Err(Error::refused("voided")),
                (_, Earlier::Said(answer)) => return Ok(TryOutcome::Replay(answer)),
            }
        }
        let place = fact.person.and_then(|person| self.places.get(&(attempt.session, person)).map(|place| place.heads));
        let scan = self.decide(&Tried { n, attempt, request, door: &door, fact: &fact, place })?;
        self.requests.insert(attempt.request, n);
        Ok(TryOutcome::Scan(scan))
    }

    /// The answer to a request that came twice in one batch; none where a page's is to be decided anew.
    fn replay_of(&self, before: usize, attempt: &Attempt, first: &Attempt, fact: &Fact) -> Result<Option<TryOutcome>> {
        let Some(Ok(TryOutcome::Scan(scan))) = self.made.outcomes.get(before) else { return Ok(None) };
        let same = first.session == attempt.session
            && first.way == attempt.way
            && scan.person == fact.person
            && (scan.part == fact.part || attempt.part.is_none());
        match (same, attempt.again, scan.said) {
            (false, ..) => Err(Error::refused("request_reused")),
            (true, Again::Page, TryVerdict::Refused(_)) => Ok(None),
            (true, ..) => Ok(Some(TryOutcome::ReplayOf(before))),
        }
    }

    fn decide(&mut self, one: &Tried<'_>) -> Result<Scan> {
        let Tried { attempt, fact, .. } = one;
        let key = match (fact.key(attempt.session), &attempt.who) {
            (None, Who::Card(_)) => return Ok(one.refused(Code::UnknownCode, None, None)),
            (None, Who::Person(_)) => return Err(Error::NotFound),
            (Some(key), _) => key,
        };
        // A card or a remembered phone may come to any center; a name is only known where it is enrolled.
        let travels = attempt.by.phone.is_some() || matches!(attempt.who, Who::Card(_));
        if !fact.says(Known::Speaks) || !fact.says(Known::Met) || !(fact.says(Known::Enrolled) || travels) {
            return Err(Error::NotFound);
        }
        if fact.card.as_ref().is_some_and(|card| card.revoked_at.is_some()) {
            return Ok(one.refused(Code::CardRevoked, None, None));
        }
        let known = self.known(key, fact);
        let (spot, events) = (known.spot, known.events.clone());
        Ok(match spot {
            None => self.first_seen(one, key, events),
            Some(spot) => self.seen_again(one, key, spot, events),
        })
    }

    /// Somebody who is not in by any attendance, though `events` may tell of a way out.
    fn first_seen(&mut self, one: &Tried<'_>, key: Key, mut events: Vec<Event>) -> Scan {
        events.push(one.event());
        let stay = Stay::of(&events);
        // A stay that is over by now, as a desk without a network tells it, takes no seat from anybody.
        let is_in_time = |code: &Code| !matches!(code, Code::Full) || one.door.takes(stay) > 0;
        match (one.attempt.way, one.refusal(self.now).filter(is_in_time)) {
            (Way::In, None) => {
                let spot = Spot::New(self.made.new.len());
                let (groups, subgroups) = (groups(one.fact, one.door), one.fact.held.subgroups);
                self.made.new.push(NewAttendance { key, attempt: one.n, groups, subgroups });
                self.is_known_from_now(one);
                self.seats(one, key, Stay::default(), stay);
                self.stays(key, spot, events, stay);
                one.through(ADMITTED, spot)
            }
            (Way::In, Some(code)) => one.refused(code, None, None),
            (Way::Out, Some(code)) if !matches!(code, Code::Full | Code::OnShift | Code::NotRegistered) => {
                one.refused(code, None, None)
            }
            // Kept in mind: the way in may still be on its way from another device.
            (Way::Out, _) => {
                self.keep(key, None, events);
                one.refused(Code::NotIn, None, None)
            }
        }
    }

    /// Somebody who has the attendance `spot`: they come back or leave, or it is known already.
    fn seen_again(&mut self, one: &Tried<'_>, key: Key, spot: Spot, mut events: Vec<Event>) -> Scan {
        let before = Stay::of(&events);
        events.push(one.event());
        let after = Stay::of(&events);
        if after != before {
            // What was closed is not changed by what is seen later, unless somebody puts it right.
            if let Err(code) = one.door.is_open(self.now, one.attempt) {
                return one.refused(code, Some(spot), None);
            }
            // Who had left a room that people drop into comes back as anybody else comes, with whom they brought.
            let is_back = one.door.takes(before) < one.door.takes(after);
            if is_back && key.part == Part::Participant && !one.door.has_room(one.heads()) {
                return one.refused(Code::Full, Some(spot), None);
            }
            self.seats(one, key, before, after);
            self.stays(key, spot, events, after);
        } else {
            // It may matter for what comes after it, seen earlier.
            self.keep(key, Some(spot), events);
        }
        let moved = after.left_at != before.left_at || after.away_ms != before.away_ms;
        match (one.attempt.way, moved) {
            (Way::In, false) => one.refused(Code::AlreadyIn, Some(spot), after.came_at),
            (Way::Out, false) => one.refused(Code::AlreadyLeft, Some(spot), None),
            (Way::In, true) => one.through(RETURNED, spot),
            (Way::Out, true) => one.through(LEFT, spot),
        }
    }

    fn known(&mut self, key: Key, fact: &Fact) -> &KnownStay {
        let events = &mut self.events;
        self.known.entry(key).or_insert_with(|| {
            let mut events = events.remove(&key).unwrap_or_default();
            // The row itself counts as seen: it may have been written without a scan.
            events.extend(fact.came_at.map(|at| Event { at, way: Way::In }));
            events.extend(fact.left_at.map(|at| Event { at, way: Way::Out }));
            KnownStay { spot: fact.live.map(Spot::There), events }
        })
    }

    fn keep(&mut self, key: Key, spot: Option<Spot>, events: Vec<Event>) {
        self.known.insert(key, KnownStay { spot, events });
    }

    fn stays(&mut self, key: Key, spot: Spot, events: Vec<Event>, stay: Stay) {
        self.made.stays.insert(key, (spot, stay));
        self.keep(key, Some(spot), events);
    }

    /// Takes their seats, or gives them back, as a participant's stay changes.
    fn seats(&mut self, one: &Tried<'_>, key: Key, before: Stay, after: Stay) {
        if key.part == Part::Participant
            && let Some(door) = self.doors.get_mut(&key.session)
        {
            let more = one.door.takes(after) - one.door.takes(before);
            door.taken += more * one.heads();
            // The seat was theirs: one fewer is kept for them, the first time that they come.
            let comes = before.came_at.is_none() && after.came_at.is_some();
            let Some(place) = self.places.get_mut(&(key.session, key.person)).filter(|_| comes) else { return };
            if place.by_turn {
                self.made.turns.push((key.person, key.session, door.center_id));
                place.by_turn = false;
            }
            if place.heads > 0 {
                place.heads -= 1;
                door.held -= 1;
            }
        }
    }

    /// Makes the center know who came.
    fn is_known_from_now(&mut self, one: &Tried<'_>) {
        if let (false, Some(person)) = (one.fact.says(Known::Enrolled), one.fact.person) {
            self.made.enrolled.push((person, one.door.center_id, one.n));
        }
    }
}

impl Door {
    /// Whether `at` is on the session's day; past midnight the evening's is still on, until everybody has left.
    fn is_its_day(&self, at: Timestamp) -> bool {
        let door = &self.door;
        door.local_date == door.zone.date(at) || (door.starts_at <= at && at < self.ends_at.plus(LINGERING))
    }

    /// Seats that a participant's stay takes.
    fn takes(&self, stay: Stay) -> i64 {
        i64::from(stay.came_at.is_some() && !(self.is_drop_in() && stay.left_at.is_some()))
    }
}

/// Whether the door is this holder's to hold.
fn may_hold(attempt: &Attempt, door: &Door, rights: &Rights, now: Now) -> Result<()> {
    let Some(holder) = attempt.by.holder else { return Ok(()) };
    let Some(right) = door.held(holder).and_then(|held| rights.get(&held)) else { return Err(Error::NotFound) };
    if !right.signed_in.is_set() {
        return Err(Error::Unauthorized);
    }
    let reaches = right.reaches.is_set()
        && match holder.role {
            Role::TeamLeader => right.leads.is_set(),
            // What a desk kept offline may arrive after midnight.
            Role::FrontDesk => door.is_its_day(now.0) || attempt.offline && door.is_its_day(attempt.occurred_at),
            _ => true,
        };
    if reaches { Ok(()) } else { Err(Error::NotFound) }
}

enum Earlier {
    Said(Answer),
    /// It let somebody in, which was taken back since.
    Voided,
}

/// What the same request was told before.
fn earlier(attempt: &Attempt, fact: &Fact) -> Result<Option<Earlier>> {
    let Some(scan) = &fact.scan else { return Ok(None) };
    let same = scan.session_id == attempt.session
        && scan.person_id == fact.person
        && scan.way == attempt.way
        && attempt.part.is_none_or(|asked| asked == scan.part);
    if !same {
        return Err(Error::refused("request_reused"));
    }
    let code: Option<Code> = scan.outcome.parse().ok();
    Ok(Some(match (code, scan.attendance_id, fact.person) {
        (Some(code), ..) => {
            let since = scan.came_at.filter(|_| code == Code::AlreadyIn);
            Earlier::Said(Answer::Refused(Refused { code, person: fact.person, since }))
        }
        (None, Some(_), _) if scan.voided_at.is_some() => Earlier::Voided,
        (None, Some(attendance), Some(person)) => {
            let (part, way, at) = (scan.part, scan.way, scan.occurred_at);
            Earlier::Said(Answer::Admitted(super::Admitted { attendance, person, part, way, at, first: false }))
        }
        _ => return Err(Error::internal("an admitted scan without its attendance")),
    }))
}

/// The person's groups on the session's local date.
fn groups(fact: &Fact, door: &Door) -> Groups {
    let date = door.door.local_date;
    Groups {
        elderly: fact.birth_date.is_some_and(|birth| door.bands.is_elderly(birth, date)),
        disabled: fact.held.disabled,
        needy: fact.held.needy,
        youth: fact.birth_date.is_some_and(|birth| door.bands.is_youth(birth, date)),
    }
}
