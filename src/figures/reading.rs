//! Counting out of what is kept: whole years and months from there, what is not kept or not good any more and the days at the
//! edges from the rows. Four statements and those of [`building`], whatever the period and however many centers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::Datelike;
use serde_json::json;

use super::building::{self, CountedDays};
use super::charged::ChargedParts;
use super::counted::Counted;
use super::masks::Masks;
use super::types::Period;
use super::{hiding, rules, told_sessions};
use crate::agreements::AgreementId;
use crate::centers::CenterId;
use crate::clock::{Date, Month};
use crate::error::Result;
use crate::store::{self, Conn};

/// Days of a center that are counted for somebody: all of it, or what one agreement is charged with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ask {
    pub center: CenterId,
    pub days: Period,
    pub agreement: Option<AgreementId>,
    /// Where it is what one agreement is charged with: that one's first and last day there.
    pub term: Option<(Date, Date)>,
}

/// What is kept: a center's month `2026-03` or year `2026`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whole {
    Month(Month),
    Year(i32),
}

impl Whole {
    pub fn months(self) -> (Month, Month) {
        match self {
            Self::Month(month) => (month, month),
            Self::Year(year) => (Month::of(first_of(year)), Month::of(first_of(year + 1)).previous()),
        }
    }

    pub fn days(self) -> Period {
        let (first, last) = self.months();
        Period { from: first.first(), to: last.end() }
    }
}

impl std::fmt::Display for Whole {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Year(year) => write!(f, "{year:04}"),
        }
    }
}

pub(super) fn first_of(year: i32) -> Date {
    chrono::NaiveDate::from_ymd_opt(year, 1, 1).map_or(Date::LAST, Date)
}

/// Every month of a year.
pub(super) fn months_of(year: i32) -> impl Iterator<Item = Month> {
    let first = Month::of(first_of(year));
    std::iter::successors(Some(first), |month| Some(month.next())).take(12)
}

/// A period, cut into whole years, whole months and the days that are left over.
pub(super) fn cut(period: Period) -> (Vec<Whole>, Vec<Period>) {
    let (mut whole, mut edges) = (Vec::new(), Vec::new());
    let mut at = period.from;
    while at < period.to {
        let (month, year) = (Month::of(at), at.0.year());
        let end = if at == first_of(year) && first_of(year + 1) <= period.to {
            whole.push(Whole::Year(year));
            first_of(year + 1)
        } else if at == month.first() && month.end() <= period.to {
            whole.push(Whole::Month(month));
            month.end()
        } else {
            let end = month.end().min(period.to);
            edges.push(Period { from: at, to: end });
            end
        };
        // The calendar's last day has none after it.
        if end <= at {
            break;
        }
        at = end;
    }
    (whole, edges)
}

type Kept = BTreeMap<(CenterId, Whole), Arc<ChargedParts>>;

/// What is kept of these and good.
async fn kept(conn: &mut Conn, wanted: &BTreeSet<(CenterId, Whole)>, into: &mut Kept) -> Result<()> {
    if wanted.is_empty() {
        return Ok(());
    }
    let wanted: Vec<(CenterId, Whole)> = wanted.iter().copied().collect();
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "with wanted (n, center_id, span, first, last) as (
            select cast(j.value ->> 'n' as bigint), cast(j.value ->> 'center' as bigint), j.value ->> 'span',
                   j.value ->> 'first', j.value ->> 'last'
            from json_each(cast($1 as json_text)) j)
         select w.n, f.content
         from wanted w cross join figure_sets f
         where f.center_id = w.center_id and f.span = w.span
           and f.built_from = (select cast(sum(m.version) as bigint) from marks m
                               where m.center_id = w.center_id and m.month >= w.first and m.month <= w.last)",
    )
    .bind(store::rows((0..).zip(&wanted), |(n, (center, whole)): (i64, _)| {
        let (first, last) = whole.months();
        json!({"n": n, "center": center, "span": whole.to_string(), "first": first.to_string(), "last": last.to_string()})
    }))
    .fetch_all(conn)
    .await?;
    for (n, content) in rows {
        let key = usize::try_from(n).ok().and_then(|n| wanted.get(n));
        if let (Some(key), Some(parts)) = (key, ChargedParts::read(content)) {
            into.insert(*key, Arc::new(parts));
        }
    }
    Ok(())
}

/// Counts what is asked for, each by itself, for somebody who may not see what is below `small`, where that is said: then each month is
/// looked at by itself, and what is put together is put together out of what is shown of it.
///
/// # Errors
/// As [`read`].
pub(super) async fn read_for(conn: &mut Conn, small: Option<i64>, asks: &[Ask]) -> Result<Vec<Counted>> {
    let Some(threshold) = small else { return read(conn, asks).await };
    let mut counted = Vec::with_capacity(asks.len());
    let months: Vec<Vec<Ask>> = asks.iter().map(|ask| months_of_ask(*ask)).collect();
    let parents = hiding::parents(conn).await?;
    let all = months.concat();
    let masks = Masks::of(conn, &all).await?;
    let found = read(conn, &all).await?;
    let sessions = told_sessions::of_open_months(conn, (&masks, threshold), &all, &found).await?;
    let mut parts = found.into_iter().zip(&all).zip(sessions);
    for months in months {
        let mut whole = Counted::default();
        for ((month, ask), sessions) in parts.by_ref().take(months.len()) {
            // The month is told by itself: less a part of it, it would tell what is hidden of the rest.
            whole.take_up(&match is_parted(ask) {
                true => month.without_people(),
                false => month.without_small(&parents, threshold, (masks.of_month(ask), sessions)),
            });
        }
        counted.push(whole);
    }
    Ok(counted)
}

/// Whether of a month's days, not all of which are asked for of an agreement, others are that one's too. It is decided by days alone: who
/// has come by now, and who comes yet or is entered late, has no part in it.
pub(super) fn is_parted(ask: &Ask) -> bool {
    let month = Month::of(ask.days.from);
    ask.term.is_some_and(|(first, last)| {
        first.max(month.first()) < ask.days.from || ask.days.to <= last && ask.days.to < month.end()
    })
}

/// What is asked for, month by month.
pub(super) fn months_of_ask(ask: Ask) -> Vec<Ask> {
    let days = |month: Month| Period { from: ask.days.from.max(month.first()), to: ask.days.to.min(month.end()) };
    rules::months(ask.days).map(|month| Ask { days: days(month), ..ask }).collect()
}

/// The same of all that is asked for, each month once, in however many of the asks it is.
pub(super) fn months_of_asks(asks: impl Iterator<Item = Ask>) -> Vec<Ask> {
    let mut months: Vec<Ask> = asks.flat_map(months_of_ask).collect();
    months.sort_unstable_by_key(|ask| (ask.center, ask.days.from, ask.days.to, ask.agreement));
    months.dedup();
    months
}

/// Counts what is asked for, each by itself.
///
/// # Errors
/// As the database says, and as [`building::build`].
pub(super) async fn read(conn: &mut Conn, asks: &[Ask]) -> Result<Vec<Counted>> {
    let cuts: Vec<(Vec<Whole>, Vec<Period>)> = asks.iter().map(|ask| cut(ask.days)).collect();
    let of_asks = || asks.iter().zip(&cuts);
    let wholes = of_asks().flat_map(|(ask, (wholes, _))| wholes.iter().map(|whole| (ask.center, *whole)));
    let wanted: BTreeSet<(CenterId, Whole)> = wholes.collect();
    let mut found = Kept::new();
    kept(conn, &wanted, &mut found).await?;
    // Of a year that is not kept, its months.
    let mut of_years = BTreeSet::new();
    for (center, whole) in wanted.iter().filter(|key| !found.contains_key(*key)) {
        if let Whole::Year(year) = whole {
            of_years.extend(months_of(*year).map(|month| (*center, Whole::Month(month))));
        }
    }
    of_years.retain(|key| !found.contains_key(key) && !wanted.contains(key));
    kept(conn, &of_years, &mut found).await?;
    // The rest from the rows.
    let missing: Vec<(CenterId, Whole)> = wanted
        .iter()
        .chain(&of_years)
        .filter(|key| matches!(key.1, Whole::Month(_)) && !found.contains_key(*key))
        .copied()
        .collect();
    let edges = of_asks()
        .flat_map(|(ask, (_, edges))| edges.iter().map(|days| CountedDays { center: ask.center, days: *days }));
    let mut spans: Vec<CountedDays> =
        missing.iter().map(|(center, whole)| CountedDays { center: *center, days: whole.days() }).collect();
    spans.extend(edges);
    let mut built = building::build(conn, &spans).await?.into_iter();
    for (key, parts) in missing.into_iter().zip(&mut built) {
        found.insert(key, Arc::new(parts));
    }
    let mut counted = vec![Counted::default(); asks.len()];
    for ((ask, (wholes, edges)), counted) in of_asks().zip(&mut counted) {
        let mut take_up = |parts: &ChargedParts| {
            parts.charged(ask.agreement.map(|id| id.0)).for_each(|part| counted.take_up(part));
        };
        for whole in wholes {
            match (found.get(&(ask.center, *whole)), whole) {
                (Some(parts), _) => take_up(parts),
                (None, Whole::Year(year)) => {
                    let of_month = |month| found.get(&(ask.center, Whole::Month(month)));
                    months_of(*year).filter_map(of_month).for_each(|parts| take_up(parts));
                }
                (None, Whole::Month(_)) => {}
            }
        }
        for parts in built.by_ref().take(edges.len()) {
            take_up(&parts);
        }
    }
    know_teams(conn, &mut counted).await?;
    Ok(counted)
}

/// Has each know the kinds of its teams.
async fn know_teams(conn: &mut Conn, counted: &mut [Counted]) -> Result<()> {
    let teams: BTreeSet<i64> = counted.iter().flat_map(Counted::teams).collect();
    if teams.is_empty() {
        return Ok(());
    }
    let kinds: Vec<(i64, i64)> = sqlx::query_as(
        "select t.id, t.kind_id from teams t
         where t.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(teams, |team| json!(team)))
    .fetch_all(conn)
    .await?;
    let kinds = kinds.into_iter().collect();
    counted.iter_mut().for_each(|counted| counted.know_teams(&kinds));
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(n: u64) -> Date {
        Date::parse("2024-11-20").unwrap().plus_days(n)
    }

    proptest! {
        #[test]
        fn a_period_is_cut_without_a_gap(from in 0u64..900, long in 1u64..900) {
            let period = Period { from: day(from), to: day(from + long) };
            let (wholes, edges) = cut(period);
            let mut pieces: Vec<Period> = wholes.iter().map(|whole| whole.days()).chain(edges.clone()).collect();
            pieces.sort_by_key(|piece| piece.from);
            prop_assert_eq!(pieces.first().unwrap().from, period.from);
            prop_assert_eq!(pieces.last().unwrap().to, period.to);
            prop_assert!(pieces.windows(2).all(|two| two[0].to == two[1].from));
            // At most a month's days at each end, and no twelve months where a year would do.
            prop_assert!(edges.len() <= 2);
            prop_assert!(wholes.iter().filter(|whole| matches!(whole, Whole::Month(_))).count() <= 22);
        }
    }

    #[test]
    fn a_month_is_parted_by_other_days_of_its_agreement() {
        let date = |text: &str| Date::parse(text).unwrap();
        let is_parted = |from, to, term: Option<(&str, &str)>| {
            let days = Period { from: date(from), to: date(to) };
            let term = term.map(|(first, last)| (date(first), date(last)));
            is_parted(&Ask { center: CenterId(1), days, agreement: Some(AgreementId(1)), term })
        };
        let whole = Some(("2026-01-01", "2026-12-31"));
        assert!(!is_parted("2026-03-01", "2026-04-01", whole));
        assert!(is_parted("2026-03-01", "2026-03-15", whole), "the rest is to come, or was");
        assert!(is_parted("2026-03-15", "2026-04-01", whole));
        let cut = Some(("2026-03-10", "2026-03-20"));
        assert!(!is_parted("2026-03-10", "2026-03-21", cut), "all that the agreement has of it");
        assert!(is_parted("2026-03-10", "2026-03-20", cut) && is_parted("2026-03-11", "2026-03-21", cut));
        assert!(!is_parted("2026-03-05", "2026-03-06", None), "who reads all of it");
    }

    #[test]
    fn a_year_is_one_piece_and_its_quarter_three() {
        let of = |from, to| cut(Period { from: Date::parse(from).unwrap(), to: Date::parse(to).unwrap() });
        assert_eq!(of("2026-01-01", "2027-01-01"), (vec![Whole::Year(2026)], vec![]));
        assert_eq!(of("2026-04-01", "2026-07-01").0.len(), 3);
        assert_eq!(Whole::Year(2026).to_string(), "2026");
        let (first, last) = Whole::Year(2026).months();
        assert_eq!((first.to_string(), last.to_string()), ("2026-01".to_owned(), "2026-12".to_owned()));
    }
}
