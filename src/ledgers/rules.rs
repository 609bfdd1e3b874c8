//! What must be on record of a session, and what of it is missing.

use super::types::{LedgerFacts, LedgerPart};
use crate::ratings::TOLD_FROM;
use crate::registrations::RegistrationMode;

/// How a paper of a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartState {
    There,
    Missing,
    /// Nobody asks for it, and there is none.
    NotAsked,
}

impl PartState {
    fn asked(is_there: bool, is_asked: bool) -> Self {
        match (is_there, is_asked) {
            (true, _) => Self::There,
            (false, true) => Self::Missing,
            (false, false) => Self::NotAsked,
        }
    }
}

/// How a paper of a session stands. Of a confidential one no notice, register or picture is handed on, so none is asked for.
pub fn state(facts: &LedgerFacts, part: LedgerPart) -> PartState {
    let (secret, is_open_room) = (facts.secret.is_set(), facts.open_room.is_set());
    if secret
        && matches!(part, LedgerPart::Notice | LedgerPart::Register | LedgerPart::Photos | LedgerPart::Satisfaction)
    {
        return PartState::NotAsked;
    }
    match part {
        LedgerPart::Notice => PartState::asked(facts.has_notice.is_set(), !is_open_room),
        LedgerPart::Register => PartState::asked(facts.registered > 0, facts.mode == Some(RegistrationMode::Required)),
        LedgerPart::SignIn => PartState::asked(facts.participants + facts.volunteers + facts.heads > 0, true),
        LedgerPart::Photos => PartState::asked(facts.photos > 0, !is_open_room),
        LedgerPart::Summary => PartState::asked(facts.has_summary.is_set(), true),
        // The question is asked of who came by name.
        LedgerPart::Satisfaction => PartState::asked(facts.answers > 0, !is_open_room && facts.participants > 0),
        LedgerPart::Hours if facts.volunteers == 0 => PartState::NotAsked,
        LedgerPart::Hours => PartState::asked(facts.unconfirmed == 0, true),
    }
}

/// What is missing of a session.
pub fn lacks(facts: &LedgerFacts) -> Vec<LedgerPart> {
    LedgerPart::ALL.iter().copied().filter(|part| state(facts, *part) == PartState::Missing).collect()
}

/// What people said of a session, with one decimal: `4.3`. None of fewer answers than are told together.
pub fn average(facts: &LedgerFacts) -> Option<String> {
    let answers = facts.answers;
    if answers < i64::try_from(TOLD_FROM).unwrap_or(i64::MAX) {
        return None;
    }
    let tenths = (facts.score * 20 + answers) / (2 * answers);
    Some(format!("{}.{}", tenths / 10, tenths % 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Flag;

    fn set() -> Flag {
        Flag::from(true)
    }

    /// An ordinary session of which all is there.
    fn whole() -> LedgerFacts {
        LedgerFacts {
            mode: Some(RegistrationMode::Required),
            has_notice: set(),
            has_summary: set(),
            registered: 3,
            participants: 3,
            volunteers: 1,
            photos: 2,
            answers: 3,
            score: 13,
            minutes: 60,
            ..LedgerFacts::default()
        }
    }

    #[test]
    fn each_thing_that_is_missing_is_named() {
        assert!(lacks(&whole()).is_empty());
        let no = Flag::default();
        for (facts, missing) in [
            (LedgerFacts { has_notice: no, ..whole() }, LedgerPart::Notice),
            (LedgerFacts { registered: 0, ..whole() }, LedgerPart::Register),
            (LedgerFacts { photos: 0, ..whole() }, LedgerPart::Photos),
            (LedgerFacts { has_summary: no, ..whole() }, LedgerPart::Summary),
            (LedgerFacts { answers: 0, score: 0, ..whole() }, LedgerPart::Satisfaction),
            (LedgerFacts { unconfirmed: 1, ..whole() }, LedgerPart::Hours),
            (LedgerFacts { participants: 0, volunteers: 0, ..whole() }, LedgerPart::SignIn),
        ] {
            assert_eq!(lacks(&facts), [missing]);
        }
    }

    #[test]
    fn what_nobody_asks_for_is_not_missing() {
        let open = LedgerFacts { mode: None, registered: 0, volunteers: 0, ..whole() };
        assert!(lacks(&open).is_empty());
        assert_eq!(state(&open, LedgerPart::Register), PartState::NotAsked);
        let counted = LedgerFacts { participants: 0, volunteers: 0, heads: 12, answers: 0, score: 0, ..whole() };
        assert!(lacks(&counted).is_empty(), "heads without a name are signed in, and not asked how it was");
        let room = LedgerFacts { open_room: set(), heads: 5, has_summary: set(), ..LedgerFacts::default() };
        assert!(lacks(&room).is_empty());
    }

    #[test]
    fn of_case_work_the_rest_is_asked_for() {
        let case = LedgerFacts { secret: set(), ..LedgerFacts::default() };
        assert_eq!(lacks(&case), [LedgerPart::SignIn, LedgerPart::Summary]);
        assert_eq!(state(&LedgerFacts { secret: set(), ..whole() }, LedgerPart::Photos), PartState::NotAsked);
    }

    #[test]
    fn few_answers_have_no_average() {
        let of = |answers, score| average(&LedgerFacts { answers, score, ..LedgerFacts::default() });
        assert_eq!((of(0, 0), of(2, 10)), (None, None));
        assert_eq!(
            (of(3, 13).as_deref(), of(4, 18).as_deref(), of(3, 3).as_deref()),
            (Some("4.3"), Some("4.5"), Some("1.0"))
        );
    }
}
