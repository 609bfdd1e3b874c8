//! Who gets a place. A session of C seats with K of them kept until a time T: whoever belongs to no priority group gets in only while
//! their heads are at most C − K; after T everybody may. Companions count as whom they come with. A seat that is free goes to the waitlist:
//! priority groups first, then by time; nobody is passed over by who came later, also where they bring so many that the one free seat does
//! not do. A newcomer is somebody at the end of the line, and is let in at once where the line reaches them.

use super::types::{RegistrationId, RegistrationRefusal, RegistrationTerms};
use crate::clock::{Date, Timestamp};
use crate::ids::CourseId;
use crate::people::Residence;
use crate::people::groups::Groups;

/// The seats of a session at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seats {
    /// None where there are as many as come.
    pub capacity: Option<i64>,
    /// Kept for priority groups still; 0 once they are open to all.
    pub kept: i64,
    /// Heads that are in without being registered.
    pub walk_ins: i64,
}

/// Somebody in the line, or with a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    pub id: RegistrationId,
    pub heads: i64,
    /// In a priority group on the session's day.
    pub priority: bool,
    pub made_at: Timestamp,
    pub confirmed: bool,
    /// The course whose turn comes for all dates at once.
    pub course: Option<CourseId>,
    /// In already, by whatever door: they wait for nothing.
    pub came: bool,
}

impl Turn {
    /// Priority groups first, then by time.
    fn order(&self) -> (bool, Timestamp, RegistrationId) {
        (!self.priority, self.made_at, self.id)
    }
}

impl Seats {
    /// When the kept seats open, `hours` before the start.
    pub fn open_at(starts_at: Timestamp, hours: i64) -> Timestamp {
        Timestamp(starts_at.0 - hours * 3_600_000)
    }

    /// Whether these heads fit beside those who have a place.
    pub fn fit(&self, turns: &[Turn], heads: i64, priority: bool) -> bool {
        let Some(capacity) = self.capacity else { return true };
        let placed = |turn: &&Turn| turn.confirmed;
        let taken: i64 = turns.iter().filter(placed).map(|turn| turn.heads).sum::<i64>() + self.walk_ins;
        let outside = |turn: &&Turn| turn.confirmed && !turn.priority;
        let outsiders: i64 = turns.iter().filter(outside).map(|turn| turn.heads).sum::<i64>() + self.walk_ins;
        taken + heads <= capacity && (priority || self.kept == 0 || outsiders + heads <= capacity - self.kept)
    }

    /// How many more heads fit that belong to no group, for the page: none where there are as many as come.
    pub fn free(&self, turns: &[Turn]) -> Option<i64> {
        self.capacity.map(|capacity| (1..=capacity).rev().find(|heads| self.fit(turns, *heads, false)).unwrap_or(0))
    }

    /// Whose turn comes now, one by one and marked as placed. Turns of a course wait for [`courses_placed`].
    pub fn place(&self, turns: &mut [Turn]) -> Vec<RegistrationId> {
        let mut moved = Vec::new();
        while let Some(at) = next(turns) {
            if !self.fit(turns, turns[at].heads, turns[at].priority) {
                break;
            }
            turns[at].confirmed = true;
            moved.push(turns[at].id);
        }
        moved
    }
}

/// Who is next in the line.
fn next(turns: &[Turn]) -> Option<usize> {
    let waits = |turn: &Turn| !turn.confirmed && turn.course.is_none() && !turn.came;
    let line = turns.iter().enumerate().filter(|(_, turn)| waits(turn));
    line.min_by_key(|(_, turn)| turn.order()).map(|(at, _)| at)
}

/// The turns of those who wait, in their order.
pub fn line(turns: &[Turn]) -> Vec<RegistrationId> {
    let mut line: Vec<&Turn> = turns.iter().filter(|turn| !turn.confirmed && !turn.came).collect();
    line.sort_by_key(|turn| turn.order());
    line.iter().map(|turn| turn.id).collect()
}

/// Which courses get their place at all dates now, one by one: the first for which one date does not do ends it.
pub fn courses_placed(dates: &mut [(Seats, Vec<Turn>)]) -> Vec<CourseId> {
    let mut placed = Vec::new();
    while let Some(course) = first_course(dates) {
        let of = |turn: &&Turn| turn.course == Some(course) && !turn.confirmed;
        let fits = dates.iter().all(|(seats, turns)| {
            let wanted: Vec<&Turn> = turns.iter().filter(of).collect();
            wanted.iter().all(|turn| seats.fit(turns, turn.heads, turn.priority))
        });
        if !fits {
            break;
        }
        for turn in dates.iter_mut().flat_map(|(_, turns)| turns.iter_mut()) {
            if turn.course == Some(course) {
                (turn.confirmed, turn.course) = (true, None);
            }
        }
        placed.push(course);
    }
    placed
}

/// The course that is first in the line, by its first date.
fn first_course(dates: &[(Seats, Vec<Turn>)]) -> Option<CourseId> {
    let mut heads: Vec<&Turn> = Vec::new();
    for turn in dates.iter().flat_map(|(_, turns)| turns) {
        let waits = turn.course.is_some() && !turn.confirmed;
        if waits && !heads.iter().any(|other| other.course == turn.course) {
            heads.push(turn);
        }
    }
    heads.into_iter().min_by_key(|turn| turn.order()).and_then(|turn| turn.course)
}

/// Whether the terms speak against somebody. Of whom no birth date is known, nobody says that they are of the wrong age, nor of whom it is not
/// known how they live here, that they live here otherwise.
///
/// # Errors
/// `Age`, `Residence` or `Groups`.
pub fn eligible(
    terms: &RegistrationTerms,
    (born, residence): (Option<Date>, Option<Residence>),
    groups: Groups,
    on: Date,
) -> Result<(), RegistrationRefusal> {
    let years = born.and_then(|born| on.0.years_since(born.0)).map(i64::from);
    let outside =
        |years: i64| terms.age_from.is_some_and(|from| years < from) || terms.age_to.is_some_and(|to| years > to);
    if years.is_some_and(outside) {
        return Err(RegistrationRefusal::Age);
    }
    if let (Some(only), Some(residence)) = (terms.only_residence, residence)
        && only != residence
    {
        return Err(RegistrationRefusal::Residence);
    }
    let wanted = terms.groups();
    let belongs = wanted.is_empty() || wanted.iter().any(|group| groups.contains(*group));
    if belongs { Ok(()) } else { Err(RegistrationRefusal::Groups) }
}

/// Whether it is the time to register.
///
/// # Errors
/// `NotYet` or `Closed`.
pub fn is_time(terms: &RegistrationTerms, starts_at: Timestamp, now: Timestamp) -> Result<(), RegistrationRefusal> {
    let opens = terms.opens_days.map(|days| Seats::open_at(starts_at, days * 24));
    if opens.is_some_and(|opens| now < opens) {
        return Err(RegistrationRefusal::NotYet);
    }
    let closes = Seats::open_at(starts_at, terms.closes_hours);
    if now < closes { Ok(()) } else { Err(RegistrationRefusal::Closed) }
}

/// What the door needs to know of the seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorSeats {
    /// Heads for whom a seat is held and who are not in.
    pub held: i64,
    /// Whoever is not registered is not let in by themselves.
    pub closed_to_others: bool,
}

/// What one who has a place has come to at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorTurn {
    pub heads: i64,
    /// Heads of theirs that are in, their companions among them.
    pub present: i64,
}

/// The seats that are held for those with a place: all, until `late` minutes after the start; then none.
pub fn held(turns: impl IntoIterator<Item = DoorTurn>, required: bool, late: Timestamp, now: Timestamp) -> DoorSeats {
    if now >= late {
        return DoorSeats { held: 0, closed_to_others: false };
    }
    let held = turns.into_iter().map(|turn| (turn.heads - turn.present).max(0)).sum();
    DoorSeats { held, closed_to_others: required }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(id: i64, heads: i64, priority: bool, confirmed: bool) -> Turn {
        Turn { id: RegistrationId(id), heads, priority, made_at: Timestamp(id), confirmed, course: None, came: false }
    }

    fn seats(capacity: i64, kept: i64) -> Seats {
        Seats { capacity: Some(capacity), kept, walk_ins: 0 }
    }

    #[test]
    fn outsiders_leave_the_kept_seats_alone_and_groups_take_any() {
        let mut turns: Vec<Turn> = (1..=10).map(|id| turn(id, 1, false, false)).collect();
        let room = seats(10, 4);
        assert_eq!(room.place(&mut turns).len(), 6);
        assert_eq!(room.free(&turns), Some(0));
        let old: Vec<Turn> = (11..=20).map(|id| turn(id, 1, true, false)).collect();
        turns.extend(old);
        assert_eq!(room.place(&mut turns), (11..=14).map(RegistrationId).collect::<Vec<_>>());
        // Groups may fill the rest too, where they came first.
        let mut turns: Vec<Turn> = (1..=12).map(|id| turn(id, 1, true, false)).collect();
        assert_eq!(room.place(&mut turns).len(), 10);
    }

    #[test]
    fn after_the_time_the_waitlist_goes_first() {
        let mut turns: Vec<Turn> = (1..=10).map(|id| turn(id, 1, false, id <= 6)).collect();
        let moved = seats(10, 0).place(&mut turns);
        assert_eq!(moved, (7..=10).map(RegistrationId).collect::<Vec<_>>());
    }

    #[test]
    fn companions_count_as_whom_they_come_with_and_nobody_is_passed_over() {
        let room = seats(4, 0);
        let mut turns = vec![turn(1, 3, false, true), turn(2, 2, false, false), turn(3, 1, false, false)];
        assert_eq!(room.place(&mut turns), []);
        // Whoever goes first by their group may.
        turns.push(turn(4, 1, true, false));
        assert_eq!(room.place(&mut turns), [RegistrationId(4)]);
        assert_eq!(line(&turns), [RegistrationId(2), RegistrationId(3)]);
    }

    #[test]
    fn a_course_gets_all_dates_or_none() {
        let course = |id: i64, course: i64| Turn { course: Some(CourseId(course)), ..turn(id, 1, false, false) };
        let full = (seats(1, 0), vec![turn(1, 1, false, true), course(3, 9)]);
        let free = (seats(1, 0), vec![course(4, 9)]);
        let mut dates = vec![full, free.clone()];
        assert_eq!(courses_placed(&mut dates), []);
        let mut dates = vec![(seats(1, 0), vec![course(3, 9), course(5, 10)]), free];
        assert_eq!(courses_placed(&mut dates), [CourseId(9)]);
        assert!(dates.iter().all(|(_, turns)| turns.iter().filter(|turn| turn.confirmed).count() == 1));
    }

    #[test]
    fn seats_are_held_until_ten_past() {
        let turns = [DoorTurn { heads: 3, present: 1 }, DoorTurn { heads: 1, present: 2 }];
        let (late, before) = (Timestamp(1_000), Timestamp(999));
        assert_eq!(held(turns, true, late, before), DoorSeats { held: 2, closed_to_others: true });
        assert_eq!(held(turns, true, late, late), DoorSeats { held: 0, closed_to_others: false });
    }

    #[test]
    fn ages_are_those_of_the_sessions_day_and_an_unknown_one_is_let_be() {
        let day = |text: &str| Date::parse(text).unwrap();
        let terms = RegistrationTerms { age_from: Some(6), age_to: Some(12), ..RegistrationTerms::default() };
        let on = day("2026-03-05");
        let asked = |born: Option<&str>| eligible(&terms, (born.map(day), None), Groups::default(), on);
        assert_eq!(asked(Some("2020-03-06")), Err(RegistrationRefusal::Age));
        assert_eq!(asked(Some("2020-03-05")), Ok(()));
        assert_eq!(asked(Some("2013-03-06")), Ok(()));
        assert_eq!(asked(Some("2013-03-05")), Err(RegistrationRefusal::Age));
        assert_eq!(asked(None), Ok(()));
        let old = RegistrationTerms { only_groups: 1, ..RegistrationTerms::default() };
        assert_eq!(eligible(&old, (None, None), Groups::default(), on), Err(RegistrationRefusal::Groups));
        let elderly = Groups { elderly: true, ..Groups::default() };
        assert_eq!(eligible(&old, (None, None), elderly, on), Ok(()));
        let only_residence = Some(Residence::Registered);
        let local = RegistrationTerms { only_residence, ..RegistrationTerms::default() };
        let asked = |residence| eligible(&local, (None, residence), Groups::default(), on);
        assert_eq!(asked(Some(Residence::Migrant)), Err(RegistrationRefusal::Residence));
        assert!([Some(Residence::Registered), None].into_iter().all(|residence| asked(residence).is_ok()));
    }

    /// Numbers that look random and are the same each time.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, n: u64) -> i64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            i64::try_from((self.0 >> 33) % n).unwrap()
        }
    }

    /// The plain model: chairs, of which the last K have a ribbon; whoever is at the head of the line sits down with their company, or all wait.
    fn model(capacity: i64, kept: i64, turns: &[Turn]) -> Vec<RegistrationId> {
        let (mut plain, mut ribbon) = (capacity - kept, kept);
        let mut sit = |turn: &Turn, must: bool| {
            // Groups take the chairs with a ribbon first, so that as many as can be are left to the others.
            let with = if turn.priority { turn.heads.min(ribbon) } else { 0 };
            if turn.heads - with > plain && !must {
                return false;
            }
            (ribbon, plain) = (ribbon - with, plain - (turn.heads - with));
            true
        };
        for turn in turns.iter().filter(|turn| turn.confirmed) {
            sit(turn, true);
        }
        let mut line: Vec<&Turn> = turns.iter().filter(|turn| !turn.confirmed).collect();
        line.sort_by_key(|turn| (u8::from(!turn.priority), turn.made_at.0, turn.id.0));
        line.into_iter().take_while(|turn| sit(turn, false)).map(|turn| turn.id).collect()
    }

    #[test]
    fn four_thousand_halls_are_filled_as_a_plain_model_says() {
        let mut dice = Dice(20_261_126);
        let mut moved_sometimes = 0;
        for round in 0..4_000 {
            let capacity = 1 + dice.below(20);
            let kept = dice.below(u64::try_from(capacity).unwrap() + 1);
            let room = seats(capacity, kept);
            let mut turns: Vec<Turn> = Vec::new();
            for id in 1..=12 {
                let new = Turn {
                    made_at: Timestamp(dice.below(6)),
                    ..turn(id, 1 + dice.below(4), dice.below(3) == 0, false)
                };
                turns.push(new);
                let expected = model(capacity, kept, &turns);
                let moved = room.place(&mut turns);
                assert_eq!(moved, expected, "round {round}: {capacity} {kept} {turns:?}");
                moved_sometimes += moved.len();
                if dice.below(4) == 0 {
                    let gone = usize::try_from(dice.below(turns.len() as u64)).unwrap();
                    turns.remove(gone);
                }
                let placed = |outside: bool| {
                    let of = turns.iter().filter(|turn| turn.confirmed && (!outside || !turn.priority));
                    of.map(|turn| turn.heads).sum::<i64>()
                };
                assert!(placed(false) <= capacity && placed(true) <= capacity - kept, "round {round}");
            }
        }
        assert!(moved_sometimes > 4_000);
    }
}
