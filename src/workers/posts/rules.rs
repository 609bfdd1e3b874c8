//! Where a post stands on a day.

use super::types::{Filling, Post, PostState};
use crate::clock::Date;
use crate::workers::{Qualification, WorkerKind};

impl Post {
    /// Whether it is there on the day, or will be.
    fn is_over(&self, day: Date) -> bool {
        self.agreed_to < day || self.ended_on.is_some_and(|ended_on| ended_on <= day)
    }

    /// Who fills it on the day.
    pub fn filled_by(&self, day: impl std::borrow::Borrow<Date>) -> Option<&Filling> {
        let day = *day.borrow();
        self.fillings.iter().find(|one| one.started_on <= day && one.ended_on.is_none_or(|ended_on| day < ended_on))
    }

    /// Who is to fill it, or to fill it again, from a later day on.
    pub fn filled_next(&self, day: impl std::borrow::Borrow<Date>) -> Option<&Filling> {
        let day = *day.borrow();
        self.lasting().filter(|one| one.started_on > day).min_by_key(|one| one.started_on)
    }

    /// Those that were more than a mistake: not over on the day on which they began.
    fn lasting(&self) -> impl Iterator<Item = &Filling> {
        self.fillings.iter().filter(|one| one.ended_on.is_none_or(|ended_on| one.started_on < ended_on))
    }

    pub fn state(&self, day: impl std::borrow::Borrow<Date>) -> PostState {
        let day = *day.borrow();
        match self.filled_by(day) {
            _ if self.is_over(day) => PostState::Ended,
            Some(_) => PostState::Filled,
            None => PostState::Vacant,
        }
    }

    /// Since when nobody fills it, where it is vacant on the day: since the last one left, or since it is there.
    pub fn vacant_since(&self, day: impl std::borrow::Borrow<Date>) -> Option<Date> {
        let day = *day.borrow();
        if self.state(day) != PostState::Vacant {
            return None;
        }
        let left = self.lasting().filter_map(|one| one.ended_on).filter(|ended_on| *ended_on <= day).max();
        Some(left.map_or(self.opened_on, |left| left.max(self.opened_on)))
    }

    /// Whether somebody of this kind and qualification may fill it: at least what it asks for.
    pub fn takes(&self, kind: WorkerKind, qualification: Option<Qualification>) -> bool {
        kind == self.kind && self.qualification.is_none_or(|least| qualification.is_some_and(|level| level >= least))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::agreements::AgreementId;
    use crate::centers::CenterId;
    use crate::ids::{FillingId, PostId, WorkerId};
    use crate::workers::posts::types::WorkingTime;

    fn day(number: u64) -> Date {
        Date::parse("2026-01-01").unwrap().plus_days(number)
    }

    fn post(opened: u64, agreed_to: u64, ended: Option<u64>, fillings: &[(u64, Option<u64>)]) -> Post {
        let filling = |(from, to): &(u64, Option<u64>)| Filling {
            id: FillingId(1),
            post_id: PostId(1),
            worker_id: WorkerId(1),
            name: "何静雯".into(),
            started_on: day(*from),
            ended_on: to.map(day),
        };
        Post {
            id: PostId(1),
            center_id: CenterId(1),
            agreement_id: AgreementId(1),
            title: "社工".into(),
            kind: WorkerKind::SocialWorker,
            qualification: Some(Qualification::Intermediate),
            working_time: WorkingTime::Full,
            opened_on: day(opened),
            ended_on: ended.map(day),
            agreed_to: day(agreed_to),
            version: 0,
            fillings: fillings.iter().map(filling).collect(),
        }
    }

    #[test]
    fn an_ended_agreement_ends_its_posts() {
        let post = post(0, 10, None, &[(0, None)]);
        assert_eq!(post.state(day(10)), PostState::Filled, "its last day is included");
        assert_eq!(post.state(day(11)), PostState::Ended);
        assert_eq!(post.vacant_since(day(11)), None);
    }

    #[test]
    fn it_asks_for_no_less() {
        let post = post(0, 10, None, &[]);
        assert!(post.takes(WorkerKind::SocialWorker, Some(Qualification::Senior)));
        assert!(!post.takes(WorkerKind::SocialWorker, Some(Qualification::Assistant)));
        assert!(!post.takes(WorkerKind::SocialWorker, None) && !post.takes(WorkerKind::Staff, None));
    }

    proptest! {
        /// Day by day: a post is vacant on a day on which nobody is in it, and has been since the first such day in a row.
        #[test]
        fn it_is_vacant_since_the_last_one_left(
            opened in 0_u64..20,
            spans in prop::collection::vec((0_u64..8, 0_u64..8), 0..4),
            on in 20_u64..60,
        ) {
            let mut from = opened;
            let mut fillings = Vec::new();
            for (gap, length) in spans {
                fillings.push((from + gap, Some(from + gap + length)));
                from += gap + length;
            }
            let post = post(opened, 90, None, &fillings);
            let is_filled = |on: u64| fillings.iter().any(|(from, to)| *from <= on && to.is_none_or(|to| on < to));
            let first = (opened..=on).rev().take_while(|on| !is_filled(*on)).last();
            prop_assert_eq!(post.vacant_since(day(on)), first.map(day));
        }
    }
}
