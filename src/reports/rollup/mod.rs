//! Several centers rolled up: a town, a provider, the city, over any period that a report can be of. Persons are counted once
//! across centers in every line. The number of statements is the same for one center and for three hundred.

mod cut;
pub mod queries;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub use cut::{RollUpCut, RollUpOrder, code};
pub use types::{CenterPlace, GROUPS, RollUp, RollUpRow};
use types::{TrendMonth, WhoServes};

use crate::auth::ReportReader;
use crate::centers::{Center, CenterId, Population, population};
use crate::clock::{Date, Month, Now, Zone};
use crate::error::Result;
use crate::figures::{self, Counted, Newcomers, PartOf, PartTally, Period, Reach, rules, scope};
use crate::reports::periods::{PeriodKind, ReportPeriod, later};
use crate::store::Conn;

/// Loads what `cut` asks for, as `by` may know it.
///
/// # Errors
/// `NotFound` for a scope that holds no center, or one that the reader may not read; `Refused("not_a_report_s_period")` for who does
/// not see small cells and asks for other days than a report is made of.
pub async fn load(by: &ReportReader, conn: &mut Conn, cut: &RollUpCut, now: Now) -> Result<RollUp> {
    let days = cut.period.days();
    let all = scope::all(by, conn, now, days).await?;
    let places = queries::places(by, conn).await?;
    let scopes = scopes(&all, &places);
    let reach = match &cut.scope {
        Some(named) => scope::named(by, conn, now, named, days).await?,
        None => all,
    };
    let names = names(&reach, &places);
    let mut members: Vec<(String, CenterId)> =
        names.iter().map(|(part, center)| (part.code.clone(), *center)).collect();
    members.extend(reach.ids().into_iter().map(|center| (WHOLE.to_owned(), center)));
    let counted = parts(conn, &reach, &members, days).await?;
    let residents = population::of_parts(conn, &members, days.last()).await?;
    let row = |part: &PartName, centers: usize| RollUpRow {
        tally: counted.get(&part.code).map(|found| found.tally.clone()).unwrap_or_default(),
        groups: types::by_group(counted.get(&part.code).unwrap_or(&PartTally::default())),
        population: residents.get(&part.code).copied().unwrap_or_default(),
        cut: part.center.and_then(|center| cut_days(&reach, center, days)),
        code: part.code.clone(),
        center: part.center,
        name: part.name.clone(),
        note: part.note.clone(),
        centers,
    };
    // As they came: by the communities' numbers, towns and providers where their first center is.
    let mut distinct: Vec<(PartName, usize)> = Vec::new();
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for (part, _) in &names {
        let place = *at.entry(&part.code).or_insert(distinct.len());
        match distinct.get_mut(place) {
            Some((_, centers)) => *centers += 1,
            None => distinct.push((part.clone(), 1)),
        }
    }
    let of = |kind: PartKind| -> Vec<RollUpRow> {
        distinct.iter().filter(|(part, _)| part.kind == kind).map(|(part, centers)| row(part, *centers)).collect()
    };
    let total = row(&PartName::whole(), reach.centers().len());
    Ok(RollUp {
        period: cut.period,
        rows: cut.of(of(PartKind::Center)),
        centers: reach.centers().len(),
        towns: cut.sorted(of(PartKind::Town)),
        providers: cut.sorted(of(PartKind::Provider)),
        trend: trend(conn, &reach, cut.period, Zone::SHANGHAI.date(now.0)).await?,
        newcomers: newcomers(conn, &reach, days).await?,
        served: served(by, conn, &reach, days.last().min(Zone::SHANGHAI.date(now.0))).await?,
        scopes,
        total,
        least: reach.small(),
    })
}

/// New is who takes part for the first time in the calendar year in which the period ends.
async fn newcomers(conn: &mut Conn, reach: &Reach, days: Period) -> Result<Newcomers> {
    figures::newcomers(conn, reach, days, days.last().year_start()).await
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartKind {
    Center,
    Town,
    Provider,
    Whole,
}

/// As which all of it is counted.
const WHOLE: &str = "";

/// What a center is counted in, and how that is called.
#[derive(Clone, Debug)]
pub(super) struct PartName {
    pub kind: PartKind,
    /// As a scope is called; `provider:` for who has none.
    pub code: String,
    pub name: String,
    note: String,
    center: Option<CenterId>,
}

impl PartName {
    /// All of it together, which has no name of its own.
    fn whole() -> Self {
        let (code, name, note) = (WHOLE.to_owned(), String::new(), String::new());
        Self { kind: PartKind::Whole, code, name, note, center: None }
    }
}

/// Each center by itself, in its town, and with its provider's others.
pub(super) fn names(reach: &Reach, places: &[CenterPlace]) -> Vec<(PartName, CenterId)> {
    let mut names = Vec::new();
    let place: BTreeMap<CenterId, &CenterPlace> = places.iter().map(|place| (place.center_id, place)).collect();
    for center in reach.centers() {
        let id = center.id();
        let provider = place.get(&id).and_then(|place| place.provider_id);
        let called = place.get(&id).and_then(|place| place.provider.clone()).unwrap_or_default();
        let part =
            |kind, code, name: &str, note, center| (PartName { kind, code, name: name.to_owned(), note, center }, id);
        let note = [center.town.as_str(), called.as_str()].into_iter().filter(|text| !text.is_empty());
        let note = note.collect::<Vec<_>>().join(" · ");
        names.push(part(PartKind::Center, format!("center:{id}"), &center.head.name, note, Some(id)));
        names.push(part(PartKind::Town, format!("town:{}", center.town), &center.town, String::new(), None));
        let code = provider.map(|id| format!("provider:{id}")).unwrap_or("provider:".to_owned());
        names.push(part(PartKind::Provider, code, &called, String::new(), None));
    }
    names
}

async fn parts(
    conn: &mut Conn,
    reach: &Reach,
    members: &[(String, CenterId)],
    days: Period,
) -> Result<BTreeMap<String, PartTally>> {
    let of = |(part, center): &(String, CenterId)| PartOf { part: part.clone(), center: *center, period: days };
    figures::parts(conn, reach, &members.iter().map(of).collect::<Vec<_>>()).await
}

/// The days that are counted of a center, where they are not the whole period.
fn cut_days(reach: &Reach, center: CenterId, days: Period) -> Option<Vec<Period>> {
    let counted = reach.days(center, days);
    (counted != [days]).then_some(counted)
}

/// The towns and providers of which the reader reads every center.
fn scopes(all: &Reach, places: &[CenterPlace]) -> Vec<(String, String)> {
    let mine: BTreeSet<CenterId> = all.centers().iter().map(Center::id).collect();
    let mut whole: BTreeMap<String, (String, bool)> = BTreeMap::new();
    for place in places {
        let town = Some((format!("town:{}", place.town), place.town.clone()));
        let provider =
            place.provider_id.map(|id| (format!("provider:{id}"), place.provider.clone().unwrap_or_default()));
        for (code, name) in [town, provider].into_iter().flatten() {
            whole.entry(code).or_insert((name, true)).1 &= mine.contains(&place.center_id);
        }
    }
    whole.into_iter().filter(|(_, (_, is_mine))| *is_mine).map(|(code, (name, _))| (code, name)).collect()
}

/// Month by month, beside the year before. Of a single month it is the twelve that end with it.
async fn trend(conn: &mut Conn, reach: &Reach, period: ReportPeriod, today: Date) -> Result<Vec<TrendMonth>> {
    let period = match period.kind() {
        PeriodKind::Month => {
            let last = Month::of(period.days().from);
            ReportPeriod::between(later(last, -11).first(), period.days().last()).unwrap_or(period)
        }
        _ => period,
    };
    // Who does not see small cells is told of months, whichever days are asked for.
    let whole = |days: Period| match reach.small() {
        None => days,
        Some(_) => Period { from: Month::of(days.from).first(), to: Month::of(days.last()).end() },
    };
    let periods = [whole(period.days()), whole(period.year_before())];
    let [found, before] = figures::by_months(conn, reach, periods).await?;
    let of = |months: &BTreeMap<Month, Arc<Counted>>, month| {
        months.get(&month).map(|found| found.tally()).unwrap_or_default()
    };
    let months = rules::months(period.days()).map(|month| TrendMonth {
        month,
        now: (month.first() <= today).then(|| of(&found, month)),
        before: of(&before, later(month, -12)),
    });
    Ok(months.collect())
}

async fn served(by: &ReportReader, conn: &mut Conn, reach: &Reach, day: Date) -> Result<Vec<WhoServes>> {
    let ids = reach.ids();
    let parties = queries::parties(by, conn, &ids, day).await?;
    let communities = queries::communities(conn, &ids, day).await?;
    let populations: BTreeMap<CenterId, Population> = population::of_centers(conn, &ids, day).await?;
    let line = |center: &Center| {
        let of = || parties.iter().filter(|parties| parties.center_id == center.id());
        let once = |names: Vec<&String>| {
            let mut seen = BTreeSet::new();
            names.into_iter().filter(|name| seen.insert(*name)).cloned().collect::<Vec<String>>()
        };
        let communities = communities.iter().filter(|(id, _)| *id == center.id());
        WhoServes {
            name: center.head.name.clone(),
            town: center.town.clone(),
            providers: once(of().map(|parties| &parties.provider).collect()),
            purchasers: once(of().map(|parties| &parties.purchaser).collect()),
            communities: communities.map(|(_, name)| name.clone()).collect(),
            population: populations.get(&center.id()).copied().unwrap_or_default(),
        }
    };
    Ok(reach.centers().iter().map(line).collect())
}
