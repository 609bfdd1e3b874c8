//! What a volunteer's stay amounts to.

use std::time::Duration;

use crate::clock::{Date, Timestamp};
use crate::holidays::Holiday;

/// A volunteer's minutes as the door saw them, and whether the check-out was forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenMinutes {
    pub minutes: i64,
    pub forgot_to_leave: bool,
}

/// From coming to leaving; somebody who did not check out is taken to have left at the session's end.
/// The time between leaving and coming back does not count.
pub fn stay(came_at: Timestamp, left_at: Option<Timestamp>, away: Duration, session_ends: Timestamp) -> SeenMinutes {
    let there = left_at.unwrap_or(session_ends).minus(away);
    SeenMinutes { minutes: came_at.minutes_until(there), forgot_to_leave: left_at.is_none() }
}

/// Helpers set up before a session and clear away after it: so long on either side is nothing to wonder about.
const AROUND: Duration = Duration::from_secs(60 * 60);

/// The most minutes that a stay explains by itself: the session's length, or what the door measured within an hour
/// around the session, whichever is more. To confirm more of it needs a reason: a check-out made the next morning
/// measures a night.
pub fn explained(came_at: Timestamp, left_at: Option<Timestamp>, (starts, ends): (Timestamp, Timestamp)) -> i64 {
    let came_at = came_at.max(starts.minus(AROUND));
    let left_at = left_at.unwrap_or(ends).min(ends.plus(AROUND));
    came_at.minutes_until(left_at).max(starts.minutes_until(ends))
}

/// Working days within which service is to be recorded after it was given (志愿服务记录与证明出具办法 art. 11).
const DUTY_DAYS: u32 = 10;

/// Days in which so many working days are found, long holidays and all.
pub const LOOK_BACK: u64 = 40;

/// The last day on which the hours of `day` are confirmed in time. Saturdays and Sundays are no working days, nor are public holidays;
/// a weekend that is worked to make up for one is not known here, so that nobody is told off too early.
pub fn due(day: Date, holidays: &[Holiday]) -> Date {
    let mut last = day;
    let mut left = DUTY_DAYS;
    while left > 0 {
        last = last.plus_days(1);
        if last.weekday() <= 5 && !holidays.iter().any(|holiday| holiday.covers(last)) {
            left -= 1;
        }
    }
    last
}

/// The hours of sessions before this day are overdue today.
pub fn overdue_before(today: Date, holidays: &[Holiday]) -> Date {
    let mut day = today;
    while due(day.minus_days(1), holidays) >= today {
        day = day.minus_days(1);
    }
    day
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::HolidayId;

    #[test]
    fn ten_working_days_leave_out_weekends_and_holidays() {
        let day = |text| Date::parse(text).unwrap();
        // A Thursday: the second Thursday after it.
        assert_eq!(due(day("2026-03-05"), &[]), day("2026-03-19"));
        assert_eq!(due(day("2026-03-07"), &[]), day("2026-03-20"), "from a Saturday");
        let festival = [Holiday {
            id: HolidayId(1),
            starts_on: day("2026-10-01"),
            ends_on: day("2026-10-07"),
            name: "国庆节".into(),
            name_en: "National Day".into(),
        }];
        assert_eq!(due(day("2026-09-25"), &festival), day("2026-10-16"));
        for today in (0..60).map(|n| day("2026-09-20").plus_days(n)) {
            let before = overdue_before(today, &festival);
            assert!(due(before, &festival) >= today, "{today}");
            assert!(due(before.minus_days(1), &festival) < today, "{today}");
        }
    }

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn a_stay_explains_the_session_and_an_hour_around_it() {
        let session = (at("2026-03-05T02:00:00Z"), at("2026-03-05T04:00:00Z"));
        let stayed = |came, left: Option<&str>| explained(at(came), left.map(at), session);
        assert_eq!(stayed("2026-03-05T03:30:00Z", None), 120, "who came late may have been there all along");
        assert_eq!(stayed("2026-03-05T01:40:00Z", None), 140);
        assert_eq!(stayed("2026-03-05T01:40:00Z", Some("2026-03-05T04:30:00Z")), 170);
        assert_eq!(stayed("2026-03-05T00:00:00Z", Some("2026-03-06T00:00:00Z")), 240);
    }

    #[test]
    fn a_forgotten_check_out_ends_with_the_session() {
        let (came, end) = (at("2026-03-05T02:00:30Z"), at("2026-03-05T04:00:00Z"));
        assert_eq!(stay(came, None, Duration::ZERO, end), SeenMinutes { minutes: 119, forgot_to_leave: true });
        let left = Some(at("2026-03-05T04:10:30Z"));
        assert_eq!(stay(came, left, Duration::ZERO, end), SeenMinutes { minutes: 130, forgot_to_leave: false });
        assert_eq!(stay(came, left, Duration::from_secs(1_800), end).minutes, 100);
        assert_eq!(
            stay(end, None, Duration::ZERO, came).minutes,
            0,
            "who came after the end earns nothing by forgetting"
        );
    }
}
