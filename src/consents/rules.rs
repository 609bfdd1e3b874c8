//! How answers add up, without the database. The views of migration 0036 say the same in SQL.

use super::types::{Consent, ConsentAnswer, ConsentState};
use crate::clock::Date;

/// Under this age a guardian agrees: 个人信息保护法 art. 31.
pub const GUARDED_UNDER: u32 = 14;

/// Whether a guardian must agree on that day for somebody born then. Whose birth date nobody knows agrees alone.
pub fn needs_guardian(born: Option<Date>, on: Date) -> bool {
    born.is_some_and(|born| born > on.minus_years(GUARDED_UNDER))
}

/// How somebody stands to the purpose of these answers, the first recorded first: a yes that holds, else the last no, else a yes that
/// does not count.
pub fn state<'a>(answers: impl IntoIterator<Item = &'a Consent>) -> ConsentState {
    let (mut holds, mut no, mut uncounted) = (false, None, false);
    for one in answers.into_iter().filter(|one| one.voided_at.is_none()) {
        match (one.holds(), one.answer, one.withdrawn_on) {
            (true, ..) => holds = true,
            (_, ConsentAnswer::Declined, _) => no = Some(ConsentState::Declined),
            (_, _, Some(_)) => no = Some(ConsentState::Withdrawn),
            (..) => uncounted = true,
        }
    }
    match (holds, no, uncounted) {
        (true, ..) => ConsentState::Given,
        (_, Some(no), _) => no,
        (_, None, true) => ConsentState::NeedsGuardian,
        (_, None, false) => ConsentState::Unasked,
    }
}

/// The last day on which somebody said no, by a refusal or by taking a yes back: a yes from before it does not outlive it.
pub fn last_no<'a>(answers: impl IntoIterator<Item = &'a Consent>) -> Option<Date> {
    let no = |one: &Consent| match one.answer {
        ConsentAnswer::Declined => Some(one.given_on),
        ConsentAnswer::Given => one.withdrawn_on,
    };
    answers.into_iter().filter(|one| one.voided_at.is_none()).filter_map(no).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn until_the_day_of_fourteen_a_guardian_agrees() {
        let day = |text: &str| Date::parse(text).unwrap();
        let needs = |born: &str, on: &str| needs_guardian(Some(day(born)), day(on));
        assert!(needs("2012-03-06", "2026-03-05") && !needs("2012-03-05", "2026-03-05"));
        // Who was born on a leap day is fourteen on the first of March.
        assert!(needs("2012-02-29", "2026-02-28") && !needs("2012-02-29", "2026-03-01"));
        assert!(!needs_guardian(None, day("2026-03-05")));
    }
}
