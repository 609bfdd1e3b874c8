//! How certificates decide, without the database.

use super::types::{Certificate, QualificationState, WorkStanding};
use crate::clock::Date;

/// Days ahead of which it is told that a certificate runs out.
pub const WARNED_DAYS: u64 = 60;

/// How one certificate stands on a day; a mistaken one does not count.
pub fn state(one: &Certificate, day: Date) -> QualificationState {
    let is_over = one.valid_to.is_some_and(|valid_to| valid_to < day);
    match (one.confirmed_at, is_over) {
        (_, true) => QualificationState::Expired,
        (None, false) => QualificationState::Unconfirmed,
        (Some(_), false) if one.valid_to.is_some_and(|valid_to| valid_to < day.plus_days(WARNED_DAYS)) => {
            QualificationState::Expiring
        }
        (Some(_), false) => QualificationState::Held,
    }
}

/// How somebody with these certificates stands to one kind of work: by the best of them, and of two alike by the one that holds
/// longer. An unconfirmed one tells more than one that ran out.
pub fn standing<'a>(certificates: impl IntoIterator<Item = &'a Certificate>, day: Date) -> WorkStanding {
    let none = WorkStanding { state: QualificationState::Missing, valid_to: None };
    let of = |one: &Certificate| WorkStanding { state: state(one, day), valid_to: one.valid_to };
    let good = certificates.into_iter().filter(|one| one.voided_at.is_none()).map(of);
    // What never runs out holds longest.
    let lasting = |standing: &WorkStanding| (standing.valid_to.is_none(), standing.valid_to);
    good.min_by(|a, b| a.state.cmp(&b.state).then_with(|| lasting(b).cmp(&lasting(a)))).unwrap_or(none)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::ids::{PersonId, QualificationId, QualificationKindId};

    fn certificate(valid_to: Option<&str>, confirmed: bool) -> Certificate {
        Certificate {
            id: QualificationId(1),
            person_id: PersonId(1),
            kind_id: QualificationKindId(1),
            kind: "律师执业证".into(),
            kind_en: "Practising lawyer".into(),
            team_kind_id: None,
            number: None,
            issuer: None,
            issued_on: None,
            valid_to: valid_to.and_then(Date::parse),
            file_id: None,
            recorded_at: Timestamp(0),
            recorded_by: None,
            confirmed_how: None,
            confirmed_at: confirmed.then_some(Timestamp(0)),
            confirmed_by: None,
            voided_at: None,
            void_reason: None,
        }
    }

    #[test]
    fn the_last_day_still_holds_and_the_weeks_before_it_are_warned_of() {
        let day = |text: &str| Date::parse(text).unwrap();
        let lawyer = certificate(Some("2026-06-30"), true);
        assert_eq!(state(&lawyer, day("2026-06-30")), QualificationState::Expiring);
        assert_eq!(state(&lawyer, day("2026-07-01")), QualificationState::Expired);
        assert_eq!(state(&lawyer, day("2026-05-02")), QualificationState::Expiring);
        assert_eq!(state(&lawyer, day("2026-05-01")), QualificationState::Held);
        assert_eq!(state(&certificate(Some("2026-06-30"), false), day("2026-05-02")), QualificationState::Unconfirmed);
    }

    #[test]
    fn the_best_certificate_decides() {
        let day = Date::parse("2026-06-01").unwrap();
        let (old, soon) = (certificate(Some("2026-01-01"), true), certificate(Some("2026-06-20"), true));
        let (new, for_ever) = (certificate(Some("2027-06-20"), false), certificate(None, true));
        assert_eq!(standing([], day).state, QualificationState::Missing);
        assert_eq!(standing([&old], day).state, QualificationState::Expired);
        assert_eq!(standing([&old, &new], day).state, QualificationState::Unconfirmed);
        assert_eq!(standing([&new, &soon, &old], day).valid_to, soon.valid_to);
        assert_eq!(standing([&soon, &for_ever], day), WorkStanding { state: QualificationState::Held, valid_to: None });
        let void = Certificate { voided_at: Some(Timestamp(1)), ..certificate(None, true) };
        assert_eq!(standing([&void], day).state, QualificationState::Missing);
    }
}
