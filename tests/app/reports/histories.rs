//! Histories made at random and driven through the doors: every figure equals the plain recount at any moment, whatever of it is kept,
//! and what is kept is what the rows say. So is what each purchaser is told, whoever is charged with what by then.

use std::collections::BTreeMap;

use linli::clock::Month;
use linli::figures::refresh::{check, refresh, refresh_marked};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};

use super::city::{City, Payer, Plan};
use super::recount::{Cut, Rows};
use super::{HIDDEN, assert_same, by_key, figures};
use crate::support::{Engine, TestApp, User, run};

#[derive(Clone, Debug)]
pub(super) enum Step {
    Holds(Plan),
    /// Done to what the two numbers choose.
    Does(Deed, usize, usize),
    /// What changed since is counted anew, of all months or of those that are marked.
    Refreshes(bool),
}

macro_rules! deeds {
    ($($deed:ident $weight:literal,)+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(super) enum Deed { $($deed),+ }

        /// Each with how often it happens.
        pub(super) const DEEDS: &[(u32, Deed)] = &[$(($weight, Deed::$deed)),+];
    };
}

deeds! {
    Plans 2, Closes 2, Reopens 3, CallsOff 3, CallsOn 3, CountsLate 5, Voids 4, VoidsHeads 2, Brings 3, Confirms 5, Corrects 3, Claims 4,
    AsksToCorrect 2, Decides 4, UndoesClaim 3, Grants 5, EndsMembership 2, VoidsMembership 2, IsBornAnew 4, Merges 4, Unmerges 4, Erases 3,
    TakesPart 4, TakesNoPart 2, IsFoundedAnew 2, IsKind 2, ClosesRoom 2, ClosesRoomNoMore 2, OpensBeyond 2, HasOtherHours 2,
    RetiresRoom 3, RestoresRoom 3, MergesWorkers 3, UnmergesWorkers 3, Concludes 3, JoinsAgreement 3, LeavesAgreement 3,
    HasOtherTerm 3, HasOtherDays 3, EndsAgreement 2, TakesAgreementBack 2, Charges 4, ChargesTheMain 3, Recharges 5,
    RechargesTheMain 3,
}

impl Deed {
    /// Whether who pays for what stays as it is.
    pub(super) fn keeps_agreements(self) -> bool {
        !matches!(
            self,
            Self::Concludes
                | Self::JoinsAgreement
                | Self::LeavesAgreement
                | Self::HasOtherTerm
                | Self::HasOtherDays
                | Self::EndsAgreement
                | Self::TakesAgreementBack
                | Self::Charges
                | Self::ChargesTheMain
                | Self::Recharges
                | Self::RechargesTheMain
        )
    }
}

fn plan() -> impl Strategy<Value = Plan> {
    let came = vec((0..9usize, prop_oneof![4 => Just(0usize), 3 => Just(1usize), 1 => Just(2usize)]), 0..7);
    let place = (1..=3i64, 9..=23i64, 1..=3i64, any::<bool>());
    let unnamed = (prop_oneof![Just(0i64), 1..12i64], prop_oneof![Just(0usize), 1..4usize]);
    (0..9u64, place, (0..3usize, 0..3usize), came, unnamed, prop::bool::weighted(0.8)).prop_map(
        |(ahead, (center, hour, kind, in_room), (worker, team), came, (heads, taps), closes)| Plan {
            ahead,
            center,
            hour,
            kind,
            in_room,
            worker,
            team,
            came,
            heads,
            taps,
            closes,
        },
    )
}

/// A step; if somebody does something, one of the chosen deeds.
pub(super) fn step(is_chosen: fn(Deed) -> bool) -> impl Strategy<Value = Step> {
    let often = |(weight, deed): &(u32, Deed)| std::iter::repeat_n(*deed, usize::try_from(*weight).unwrap());
    let deeds: Vec<Deed> = DEEDS.iter().filter(|(_, deed)| is_chosen(*deed)).flat_map(often).collect();
    prop_oneof![
        3 => plan().prop_map(Step::Holds),
        9 => (prop::sample::select(deeds), 0..1_000usize, 0..1_000usize).prop_map(|(deed, n, m)| Step::Does(deed, n, m)),
        1 => any::<bool>().prop_map(Step::Refreshes),
    ]
}

async fn does(city: &mut City<'_>, deed: Deed, n: usize, m: usize) -> bool {
    match deed {
        Deed::Plans => city.plans_ahead(n, m).await,
        Deed::Closes => city.closes(n).await,
        Deed::Reopens => city.reopens(n).await,
        Deed::CallsOff => city.calls_off(n).await,
        Deed::CallsOn => city.calls_on(n).await,
        Deed::CountsLate => city.counts_late(n, m).await,
        Deed::Voids => city.voids(n).await,
        Deed::VoidsHeads => city.voids_heads(n).await,
        Deed::Brings => city.brings(n, m).await,
        Deed::Confirms => city.confirms(n, m).await,
        Deed::Corrects => city.corrects(n, m).await,
        Deed::Claims => city.claims(n, m).await,
        Deed::AsksToCorrect => city.asks_to_correct(n, m).await,
        Deed::Decides => city.decides(n, m).await,
        Deed::UndoesClaim => city.undoes_claim(n).await,
        Deed::Grants => city.grants(n, m).await,
        Deed::EndsMembership => city.ends_membership(n, m).await,
        Deed::VoidsMembership => city.voids_membership(n).await,
        Deed::IsBornAnew => city.is_born_anew(n, m).await,
        Deed::Merges => city.merges(n, m).await,
        Deed::Unmerges => city.unmerges(n).await,
        Deed::Erases => city.erases(n, m).await,
        Deed::TakesPart => city.takes_part(n, m).await,
        Deed::TakesNoPart => city.takes_no_part(n).await,
        Deed::IsFoundedAnew => city.is_founded_anew(n, m).await,
        Deed::IsKind => city.is_kind(n, m).await,
        Deed::ClosesRoom => city.closes_room(n, m).await,
        Deed::ClosesRoomNoMore => city.closes_room_no_more(n).await,
        Deed::OpensBeyond => city.opens_beyond(n, m).await,
        Deed::HasOtherHours => city.has_other_hours(n, m).await,
        Deed::RetiresRoom => city.retires_room(n).await,
        Deed::RestoresRoom => city.restores_room(n).await,
        Deed::MergesWorkers => city.merges_workers(n, m).await,
        Deed::UnmergesWorkers => city.unmerges_workers(n).await,
        Deed::Concludes => city.concludes(n, m).await,
        Deed::JoinsAgreement => city.joins_agreement(n, m).await,
        Deed::LeavesAgreement => city.leaves_agreement(n).await,
        Deed::HasOtherTerm => city.has_other_term(n, m).await,
        Deed::HasOtherDays => city.has_other_days(n, m).await,
        Deed::EndsAgreement => city.ends_agreement(n, m).await,
        Deed::TakesAgreementBack => city.takes_agreement_back(n).await,
        Deed::Charges => city.charges(n).await,
        Deed::ChargesTheMain => city.charges_the_main(n).await,
        Deed::Recharges => city.recharges(n).await,
        Deed::RechargesTheMain => city.recharges_the_main(n).await,
    }
}

pub(super) async fn goes_on(city: &mut City<'_>, step: &Step, done: &mut BTreeMap<Deed, usize>) {
    match step {
        Step::Holds(plan) => _ = city.holds(plan).await,
        Step::Does(deed, n, m) => {
            city.passes();
            if does(city, *deed, *n, *m).await {
                *done.entry(*deed).or_default() += 1;
            }
        }
        Step::Refreshes(true) => _ = refresh(city.app.db(), city.app.clock.now()).await.unwrap(),
        Step::Refreshes(false) => _ = refresh_marked(city.app.db()).await.unwrap(),
    }
}

/// A scope and its centers.
type Place<'a> = (&'a str, &'a [i64]);

/// What a program is told; none of what it does not read.
async fn told(by: &User<'_>, scope: &str, (from, to): (&str, &str)) -> Option<BTreeMap<String, i64>> {
    let answer = by.get(&format!("/api/v1/summary?scope={scope}&from={from}&to={to}")).await;
    (answer.status.code != 404).then(|| by_key(&answer.is(200).json()))
}

/// What a purchaser pays for is what the rows say, to the last number.
async fn is_as_charged(payer: &Payer<'_>, rows: &Rows, (scope, centers): Place<'_>, period: (&str, &str)) {
    let cut = Cut::of_all(centers, period).paid_by(payer.purchaser);
    let what = format!("what {} pays for, {scope}, {period:?}", payer.login);
    match told(&payer.whole, scope, period).await {
        Some(found) => {
            assert!(rows.terms.are_read(&cut), "{what}: nothing of it is hers");
            assert_same(&found, &rows.counted(&cut, payer.whole.app.clock.now().0), &what);
        }
        None => assert!(!rows.terms.are_read(&cut), "{what}: she may read it"),
    }
}

/// And of what she is told herself every number is, that is not hidden. (A report numbers workers by itself.)
async fn is_as_told(payer: &Payer<'_>, rows: &Rows, (scope, centers): Place<'_>, period: (&str, &str)) {
    let cut = Cut::of_all(centers, period).paid_by(payer.purchaser);
    let what = format!("what {} is told, {scope}, {period:?}", payer.login);
    let found = told(&payer.herself, scope, period).await;
    assert_eq!(found.is_some(), rows.terms.are_read(&cut), "{what}");
    let Some(found) = found else { return };
    let expected = rows.counted(&cut, payer.herself.app.clock.now().0);
    for key in found.keys().chain(expected.keys()).filter(|key| !key.contains(".worker.")) {
        let found = found.get(key).unwrap_or_else(|| panic!("{what}: nothing of {key}"));
        let expected = expected.get(key).copied().unwrap_or(0);
        assert!(*found == HIDDEN || *found == expected, "{what}: {key} is {found}, and {expected} by the rows");
    }
}

/// A month of a center, a year of the city and some days of a town are what the rows say, what each purchaser is told of them too, and
/// nothing that is kept and good says otherwise.
async fn is_as_recounted(city: &City<'_>, payers: &[Payer<'_>], n: usize) {
    let (app, today) = (city.app, city.today());
    let rows = Rows::load(app).await.with(&city.remembered);
    let now = app.clock.now().0;
    let ago = |days: usize| today.minus_days(u64::try_from(days).unwrap());
    let month = Month::of(ago(n * 17 % 120));
    let some = (
        ago(n * 7 % 90 + 1),
        ago(0).plus_days(u64::try_from(n % 9).unwrap()).minus_days(u64::try_from(n % 40).unwrap()),
    );
    let some = if some.0 < some.1 { some } else { (some.1, some.0.plus_days(1)) };
    let every: Vec<i64> = (1..=25).collect();
    let center = 1 + i64::try_from(n % 3).unwrap();
    let year = if n % 4 == 3 { ("2025-01-01", "2026-01-01") } else { ("2026-01-01", "2027-01-01") };
    let (month, some) =
        ((month.first().to_string(), month.end().to_string()), (some.0.to_string(), some.1.to_string()));
    // The town of centers 2 and 3.
    const TOWN: &str = "town:%E4%B8%9C%E5%9F%8E";
    let here = format!("center:{center}");
    for (scope, centers, period) in [
        (here.as_str(), &[center][..], (month.0.as_str(), month.1.as_str())),
        ("city", every.as_slice(), year),
        (TOWN, &[2, 3][..], (some.0.as_str(), some.1.as_str())),
    ] {
        let expected = rows.figures(centers, period.0, period.1, now);
        assert_same(&figures(app, "ada", scope, period).await, &expected, &format!("{scope}, {period:?}"));
    }
    let (own, of_town) = ([center], [2, 3]);
    let (here, town) = ((here.as_str(), &own[..]), (TOWN, &of_town[..]));
    let (month, some) = ((month.0.as_str(), month.1.as_str()), (some.0.as_str(), some.1.as_str()));
    for payer in payers {
        is_as_charged(payer, &rows, here, month).await;
        is_as_told(payer, &rows, here, month).await;
        match (n + n / 3) % 3 {
            0 => is_as_charged(payer, &rows, town, some).await,
            1 => is_as_charged(payer, &rows, here, year).await,
            _ => is_as_told(payer, &rows, town, month).await,
        }
    }
    let wrong = check(&mut app.db().read().await.unwrap(), |_| ()).await.unwrap();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

async fn plays(app: &TestApp, steps: &[Step], done: &mut BTreeMap<Deed, usize>) {
    let mut city = City::found(app).await;
    let payers = city.is_paid_for().await;
    for (n, step) in steps.iter().enumerate() {
        goes_on(&mut city, step, done).await;
        if n % 8 == 7 {
            is_as_recounted(&city, &payers, n * 31 + steps.len()).await;
        }
    }
    refresh(app.db(), app.clock.now()).await.unwrap();
    for n in 0..4 {
        is_as_recounted(&city, &payers, n).await;
    }
    assert_eq!(refresh(app.db(), app.clock.now()).await.unwrap(), 0, "what is good is not counted again");
}

fn histories(engine: Engine) {
    let cases: usize = std::env::var("LINLI_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12);
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    let steps = vec(step(|_| true), 50..95);
    let mut done = BTreeMap::new();
    for case in 0..cases {
        let mut steps = steps.new_tree(&mut runner).unwrap().current();
        // At the end each is tried once more, by what has come together until then: so none is left out by chance.
        let each = DEEDS.iter().enumerate();
        steps.extend(each.map(|(n, (_, deed))| Step::Does(*deed, n * 37 + case, n * 53 + case * 7)));
        let done = &mut done;
        run(engine, |app| async move {
            println!("{steps:?}");
            plays(&app, &steps, done).await;
        });
    }
    println!("{done:?}");
    // Without PostgreSQL nothing was done at all.
    let never: Vec<Deed> = DEEDS.iter().map(|(_, deed)| *deed).filter(|deed| !done.contains_key(deed)).collect();
    assert!(cases < 12 || done.is_empty() || never.is_empty(), "never done, whatever was tried: {never:?}");
}

#[test]
fn every_figure_of_any_history_is_as_recounted_sqlite() {
    histories(Engine::Sqlite);
}

#[test]
fn every_figure_of_any_history_is_as_recounted_postgres() {
    histories(Engine::Postgres);
}
