//! How it is decided who may take a shift, without the database.

use std::collections::BTreeSet;

use super::types::{ShiftRefusal, ShiftWarning};
use crate::clock::{Date, Timestamp};
use crate::teams::MemberState;

/// Under this age a guardian agrees, and an adult is there (民法典 art. 17).
pub const ADULT: u32 = 18;

/// What is too much, and when minors may serve. Minutes; of the day, after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ShiftLimits {
    pub day_minutes: i64,
    pub days_running: i64,
    pub minors_from: i64,
    pub minors_to: i64,
    pub minors_minutes: i64,
}

/// When a shift is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ShiftSpan {
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    /// The day that it counts for.
    pub local_date: Date,
}

impl ShiftSpan {
    fn minutes(&self) -> i64 {
        self.starts_at.minutes_until(self.ends_at)
    }

    /// One that begins as the other ends does not.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.starts_at < other.ends_at && other.starts_at < self.ends_at
    }
}

/// Who wants a shift.
#[derive(Clone, Debug)]
pub struct Taker {
    pub born: Option<Date>,
    pub guardian_agreed: bool,
    pub membership: MemberState,
    /// They are in as a participant.
    pub takes_part: bool,
    /// The other shifts that they took, around the day.
    pub taken: Vec<ShiftSpan>,
}

/// What they want.
#[derive(Clone, Copy, Debug)]
pub struct WantedShift {
    pub span: ShiftSpan,
    /// Minutes after midnight at which it begins.
    pub begins: i64,
    /// How many are still missing.
    pub lacks: i64,
    /// Another volunteer who is of age has a shift, or a worker leads the session.
    pub accompanied: bool,
}

/// Whether somebody is under 18 on a day. Whose birth date nobody knows is taken for an adult, as everywhere.
pub fn is_minor(born: Option<Date>, day: Date) -> bool {
    born.is_some_and(|born| born > day.minus_years(ADULT))
}

/// Whether they may take it, and what is too much for them.
///
/// # Errors
/// Why they may not: the first reason of many.
pub fn judge(taker: &Taker, wanted: &WantedShift, limits: &ShiftLimits) -> Result<Vec<ShiftWarning>, ShiftRefusal> {
    match taker.membership {
        MemberState::Active => {}
        MemberState::Suspended => return Err(ShiftRefusal::Resting),
        MemberState::Outside | MemberState::Left => return Err(ShiftRefusal::Outside),
    }
    if taker.takes_part {
        return Err(ShiftRefusal::Participant);
    }
    if taker.taken.iter().any(|other| other.overlaps(&wanted.span)) {
        return Err(ShiftRefusal::Overlap);
    }
    if wanted.lacks <= 0 {
        return Err(ShiftRefusal::Full);
    }
    if is_minor(taker.born, wanted.span.local_date) {
        minors(taker, wanted, limits)?;
    }
    Ok(too_much(&wanted.span, &taker.taken, limits))
}

fn minors(taker: &Taker, wanted: &WantedShift, limits: &ShiftLimits) -> Result<(), ShiftRefusal> {
    if !taker.guardian_agreed {
        return Err(ShiftRefusal::MinorConsent);
    }
    minors_hours(&wanted.span, wanted.begins, &taker.taken, limits)?;
    if wanted.accompanied { Ok(()) } else { Err(ShiftRefusal::MinorAlone) }
}

/// Whether a minor may serve then, and so long, beside the shifts that they took; `begins` is minutes after midnight.
///
/// # Errors
/// `MinorHours` or `MinorLong`.
pub fn minors_hours(
    span: &ShiftSpan,
    begins: i64,
    taken: &[ShiftSpan],
    limits: &ShiftLimits,
) -> Result<(), ShiftRefusal> {
    let ends = begins + span.minutes();
    if begins < limits.minors_from || limits.minors_to < ends {
        return Err(ShiftRefusal::MinorHours);
    }
    if on_day(span, taken) > limits.minors_minutes { Err(ShiftRefusal::MinorLong) } else { Ok(()) }
}

/// Minutes on the day of a shift, with it.
fn on_day(span: &ShiftSpan, taken: &[ShiftSpan]) -> i64 {
    let others = taken.iter().filter(|other| other.local_date == span.local_date);
    span.minutes() + others.map(ShiftSpan::minutes).sum::<i64>()
}

/// Days in a row on which they would serve, the shift's own among them.
fn running(span: &ShiftSpan, taken: &[ShiftSpan]) -> i64 {
    let days: BTreeSet<Date> = taken.iter().map(|other| other.local_date).collect();
    let mut count = 1;
    let mut before = span.local_date.minus_days(1);
    while days.contains(&before) {
        (count, before) = (count + 1, before.minus_days(1));
    }
    let mut after = span.local_date.plus_days(1);
    while days.contains(&after) {
        (count, after) = (count + 1, after.plus_days(1));
    }
    count
}

/// What is too much, with the shifts that they took.
pub fn too_much(span: &ShiftSpan, taken: &[ShiftSpan], limits: &ShiftLimits) -> Vec<ShiftWarning> {
    let long = (on_day(span, taken) > limits.day_minutes).then_some(ShiftWarning::LongDay);
    let many = (running(span, taken) > limits.days_running).then_some(ShiftWarning::ManyDays);
    long.into_iter().chain(many).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Zone;

    const LIMITS: ShiftLimits =
        ShiftLimits { day_minutes: 360, days_running: 6, minors_from: 480, minors_to: 1200, minors_minutes: 240 };

    fn first() -> Date {
        Date::parse("2026-03-02").unwrap()
    }

    /// A shift on a day after the first, from a minute of it for so many.
    fn span(day: u64, begins: i64, minutes: i64) -> ShiftSpan {
        let local_date = first().plus_days(day);
        let starts_at = Timestamp(Zone::SHANGHAI.midnight(local_date).0 + begins * 60_000);
        ShiftSpan { starts_at, ends_at: Timestamp(starts_at.0 + minutes * 60_000), local_date }
    }

    fn taker(taken: Vec<ShiftSpan>) -> Taker {
        Taker { born: None, guardian_agreed: false, membership: MemberState::Active, takes_part: false, taken }
    }

    fn wanted(day: u64, begins: i64, minutes: i64) -> WantedShift {
        WantedShift { span: span(day, begins, minutes), begins, lacks: 1, accompanied: true }
    }

    #[test]
    fn the_seventh_hour_and_the_seventh_day_are_warned_of() {
        let morning = taker(vec![span(0, 480, 180)]);
        assert_eq!(judge(&morning, &wanted(0, 660, 180), &LIMITS), Ok(vec![]));
        assert_eq!(judge(&morning, &wanted(0, 660, 181), &LIMITS), Ok(vec![ShiftWarning::LongDay]));
        let six = taker((0..6).map(|day| span(day, 480, 60)).collect());
        assert_eq!(judge(&six, &wanted(6, 480, 60), &LIMITS), Ok(vec![ShiftWarning::ManyDays]));
        assert_eq!(judge(&six, &wanted(7, 480, 60), &LIMITS), Ok(vec![]));
        let gap = taker([0, 1, 2, 4, 5, 6].map(|day| span(day, 480, 60)).into());
        assert_eq!(judge(&gap, &wanted(3, 480, 60), &LIMITS), Ok(vec![ShiftWarning::ManyDays]));
    }

    #[test]
    fn a_minor_serves_by_day_not_long_not_alone_and_with_a_guardians_yes() {
        let born = Some(Date::parse("2008-03-03").unwrap());
        let child = Taker { born, guardian_agreed: true, ..taker(Vec::new()) };
        assert_eq!(judge(&child, &wanted(0, 480, 240), &LIMITS), Ok(vec![]));
        assert_eq!(judge(&child, &wanted(0, 480, 241), &LIMITS), Err(ShiftRefusal::MinorLong));
        assert_eq!(judge(&child, &wanted(0, 479, 60), &LIMITS), Err(ShiftRefusal::MinorHours));
        assert_eq!(judge(&child, &wanted(0, 1141, 60), &LIMITS), Err(ShiftRefusal::MinorHours));
        let alone = WantedShift { accompanied: false, ..wanted(0, 480, 60) };
        assert_eq!(judge(&child, &alone, &LIMITS), Err(ShiftRefusal::MinorAlone));
        let unasked = Taker { guardian_agreed: false, ..child.clone() };
        assert_eq!(judge(&unasked, &wanted(0, 480, 60), &LIMITS), Err(ShiftRefusal::MinorConsent));
        // Eighteen on the day itself.
        assert_eq!(judge(&unasked, &wanted(1, 100, 300), &LIMITS), Ok(vec![]));
    }

    /// Numbers that look random and are the same each time.
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, n: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % n
        }

        fn minutes(&mut self, n: u64) -> i64 {
            i64::try_from(self.below(n)).unwrap()
        }
    }

    /// The plain model: a calendar of minutes, painted one by one.
    fn model(taker: &Taker, wanted: &WantedShift) -> Result<Vec<ShiftWarning>, ShiftRefusal> {
        let minutes = |one: &ShiftSpan| one.starts_at.0 / 60_000..one.ends_at.0 / 60_000;
        let painted: BTreeSet<i64> = taker.taken.iter().flat_map(minutes).collect();
        let age = first().0.years_since(taker.born.unwrap_or(Date::FIRST).0).unwrap_or(0);
        match taker.membership {
            MemberState::Active if taker.takes_part => return Err(ShiftRefusal::Participant),
            MemberState::Active => {}
            MemberState::Suspended => return Err(ShiftRefusal::Resting),
            _ => return Err(ShiftRefusal::Outside),
        }
        if minutes(&wanted.span).any(|minute| painted.contains(&minute)) {
            return Err(ShiftRefusal::Overlap);
        }
        if wanted.lacks < 1 {
            return Err(ShiftRefusal::Full);
        }
        let same = taker.taken.iter().filter(|one| one.local_date == wanted.span.local_date);
        let today: usize = same.map(|one| minutes(one).count()).sum::<usize>() + minutes(&wanted.span).count();
        if age < 18 {
            let own = minutes(&wanted.span).count();
            let inside = (480..=1200).contains(&wanted.begins)
                && (480..=1200).contains(&(wanted.begins + i64::try_from(own).unwrap()));
            let refused = [
                (!taker.guardian_agreed, ShiftRefusal::MinorConsent),
                (!inside, ShiftRefusal::MinorHours),
                (today > 240, ShiftRefusal::MinorLong),
                (!wanted.accompanied, ShiftRefusal::MinorAlone),
            ];
            if let Some((_, why)) = refused.into_iter().find(|(is, _)| *is) {
                return Err(why);
            }
        }
        let mut days = [false; 40];
        for one in taker.taken.iter().chain([&wanted.span]) {
            days[usize::try_from((one.local_date.0 - first().0).num_days()).unwrap()] = true;
        }
        let at = usize::try_from((wanted.span.local_date.0 - first().0).num_days()).unwrap();
        let row =
            days[..at].iter().rev().take_while(|on| **on).count() + days[at..].iter().take_while(|on| **on).count();
        let warned = [(today > 360, ShiftWarning::LongDay), (row > 6, ShiftWarning::ManyDays)];
        Ok(warned.into_iter().filter(|(is, _)| *is).map(|(_, what)| what).collect())
    }

    #[test]
    fn a_thousand_takers_are_judged_as_a_plain_model_says() {
        let mut dice = Dice(20_260_305);
        let mut met = BTreeSet::new();
        for round in 0..4_000 {
            // A week that is more or less full of shifts, which do not overlap.
            let full = 1 + dice.below(9);
            let mut taken: Vec<ShiftSpan> = Vec::new();
            for day in 0..14 {
                for part in 0..3 {
                    if dice.below(10) < full {
                        taken.push(span(day, 360 + part * 300 + dice.minutes(60), 30 + dice.minutes(200)));
                    }
                }
            }
            let begins = 360 + dice.minutes(900);
            let wanted = WantedShift {
                span: span(dice.below(14), begins, 15 + dice.minutes(300)),
                begins,
                lacks: dice.minutes(8),
                accompanied: dice.below(3) > 0,
            };
            let sparse = dice.below(2) == 0;
            taken.retain(|one| !sparse || one.local_date != wanted.span.local_date);
            let taker = Taker {
                born: [None, Date::parse("2012-05-05"), Date::parse("1990-01-01")]
                    [usize::try_from(dice.below(3)).unwrap()],
                guardian_agreed: dice.below(4) > 0,
                membership: match dice.below(12) {
                    0 => MemberState::Outside,
                    1 => MemberState::Suspended,
                    2 => MemberState::Left,
                    _ => MemberState::Active,
                },
                takes_part: dice.below(12) == 0,
                taken,
            };
            let said = judge(&taker, &wanted, &LIMITS);
            assert_eq!(said, model(&taker, &wanted), "round {round}: {taker:?} {wanted:?}");
            met.insert(format!("{said:?}"));
        }
        assert!(met.len() >= 12, "every answer was met: {met:?}");
    }
}
