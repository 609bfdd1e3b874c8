//! Which version of which programme holds for a center on a day.

use super::types::{ProgrammeId, ProgrammeScope, ProgrammeVersion, ScopeOf};
use crate::centers::{CenterId, CenterKind};
use crate::clock::Date;

/// The programme under which a center is on `day`: what is said of the center itself goes before what is said of its kind.
/// `scopes` are those of programmes that give rules.
pub fn programme_of(
    (center, kind): (CenterId, CenterKind),
    scopes: &[ProgrammeScope],
    day: Date,
) -> Option<ProgrammeId> {
    let covering = || scopes.iter().filter(|scope| scope.covers(day));
    let own = covering().find(|scope| scope.center_id == Some(center));
    own.or_else(|| covering().find(|scope| scope.center_kind == Some(kind))).map(|scope| scope.programme_id)
}

/// The version of a programme that holds on `day`: the latest of those that have begun and were not taken back.
pub fn version_on(programme: ProgrammeId, versions: &[ProgrammeVersion], day: Date) -> Option<&ProgrammeVersion> {
    let begun =
        |version: &&ProgrammeVersion| version.programme_id == programme && version.holds() && version.valid_from <= day;
    versions.iter().filter(begun).max_by_key(|version| version.valid_from)
}

/// Whether a scope for `whom` over these days has a day in common with one that is there already.
pub fn collides(whom: ScopeOf, (from, to): (Date, Option<Date>), there: &[ProgrammeScope]) -> bool {
    let is_of = |scope: &ProgrammeScope| match whom {
        ScopeOf::Center(center) => scope.center_id == Some(center),
        ScopeOf::Kind(kind) => scope.center_kind == Some(kind),
    };
    let (last, end) = (to.unwrap_or(Date::LAST), |scope: &ProgrammeScope| scope.to_date.unwrap_or(Date::LAST));
    there.iter().any(|scope| scope.holds() && is_of(scope) && scope.from_date <= last && from <= end(scope))
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::types::{ProgrammeRules, ProgrammeScopeId, ProgrammeVersionId};
    use super::*;
    use crate::clock::Timestamp;

    fn day(offset: u64) -> Date {
        Date::parse("2026-01-01").unwrap().plus_days(offset)
    }

    const DAYS: u64 = 40;

    /// Programme, one of two centers or a kind, first day, days, taken back.
    type Plain = (i64, usize, u64, Option<u64>, bool);

    fn scope((programme, whom, from, days, voided): Plain) -> ProgrammeScope {
        ProgrammeScope {
            id: ProgrammeScopeId(0),
            programme_id: ProgrammeId(programme),
            center_id: [Some(CenterId(1)), Some(CenterId(2)), None, None][whom],
            center: None,
            center_kind: [None, None, Some(CenterKind::Demonstration), Some(CenterKind::Town)][whom],
            from_date: day(from),
            to_date: days.map(|days| day(from + days)),
            voided_at: voided.then_some(Timestamp(1)),
            void_reason: None,
        }
    }

    fn plain() -> impl Strategy<Value = Plain> {
        (1_i64..4, 0_usize..4, 0..DAYS, proptest::option::of(0_u64..12), proptest::bool::weighted(0.2))
    }

    fn version((programme, from, area, voided): (i64, u64, i64, bool)) -> ProgrammeVersion {
        ProgrammeVersion {
            id: ProgrammeVersionId(area),
            programme_id: ProgrammeId(programme),
            valid_from: day(from),
            rules: ProgrammeRules { area_m2: Some(area), ..ProgrammeRules::none() },
            reason: String::new(),
            created_by: None,
            voided_at: voided.then_some(Timestamp(1)),
            void_reason: None,
        }
    }

    proptest! {
        /// By calendars on which each scope that is taken is painted: a day of a center has one colour, and the center's own
        /// goes before its kind's.
        #[test]
        fn a_center_has_one_programme_a_day(asked in vec(plain(), 0..16)) {
            let mut taken: Vec<ProgrammeScope> = Vec::new();
            let mut calendars = vec![vec![None::<i64>; 100]; 4];
            for one in asked {
                let (programme, whom, from, days, voided) = one;
                let made = scope(one);
                let of = match (made.center_id, made.center_kind) {
                    (Some(center), _) => ScopeOf::Center(center),
                    (None, Some(kind)) => ScopeOf::Kind(kind),
                    (None, None) => unreachable!(),
                };
                let last = days.map_or(99, |days| from + days);
                let painted = from..=last;
                let is_free = painted.clone().all(|day| calendars[whom][usize::try_from(day).unwrap()].is_none());
                prop_assert_eq!(collides(of, (made.from_date, made.to_date), &taken), !is_free);
                if !is_free {
                    continue;
                }
                taken.push(made);
                if !voided {
                    painted.for_each(|day| calendars[whom][usize::try_from(day).unwrap()] = Some(programme));
                }
            }
            for (center, kind) in [(0, 2), (0, 3), (1, 2), (1, 3)] {
                let whom = (
                    [CenterId(1), CenterId(2)][center],
                    [CenterKind::Demonstration, CenterKind::Town][kind - 2],
                );
                for (place, (own, general)) in calendars[center].iter().zip(&calendars[kind]).take(60).enumerate() {
                    let plain = own.or(*general);
                    let told = programme_of(whom, &taken, day(place as u64));
                    prop_assert_eq!(told.map(|id| id.0), plain);
                }
            }
        }

        /// By walking through the days and changing the rules whenever a version begins.
        #[test]
        fn a_version_holds_until_the_next(
            begins in proptest::collection::btree_map((1_i64..3, 0..DAYS), (1_i64..9_000, any::<bool>()), 0..12),
        ) {
            let versions: Vec<ProgrammeVersion> =
                begins.iter().map(|((of, from), (area, voided))| version((*of, *from, *area, *voided))).collect();
            for programme in 1..3 {
                let mut area = None;
                for offset in 0..DAYS + 5 {
                    if let Some((next, false)) = begins.get(&(programme, offset)) {
                        area = Some(*next);
                    }
                    let told = version_on(ProgrammeId(programme), &versions, day(offset));
                    prop_assert_eq!(told.and_then(|version| version.rules.area_m2), area);
                }
            }
        }
    }
}
