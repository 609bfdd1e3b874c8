//! Months made at random, counted both ways.

use std::collections::BTreeSet;

use linli::clock::{Date, Timestamp};
use linli::figures::refresh::refresh;
use proptest::collection::vec;
use proptest::prelude::*;

use super::month::{Held, Month, at};
use super::{AFTER, MARCH, Rows, assert_same, figures, summary};
use crate::support::{Engine, TestApp, run};

#[derive(Clone, Debug)]
struct Person {
    /// Days before 1 April 2026; the bands' birthdays are among them often.
    born: Option<u64>,
    /// Disabled and needy: from and to, as days of March.
    disabled: Option<(u64, u64)>,
    needy: Option<(u64, u64)>,
    /// Subgroups, one that grants a group and one that grants none.
    poor: Option<(u64, u64)>,
    alone: Option<(u64, u64)>,
}

#[derive(Clone, Debug)]
struct Session {
    /// Minutes after the evening before March, and length.
    starts: u64,
    length: u64,
    status: &'static str,
    center: bool,
    room: bool,
    kind: i64,
    team: usize,
    worker: usize,
    /// Person, role, voided.
    came: Vec<(usize, &'static str, bool)>,
    heads: Vec<(i64, [i64; 4], bool)>,
    /// Person, minutes, reversed, team.
    hours: Vec<(usize, i64, bool, usize)>,
    /// Unit, part, voided.
    units: Vec<(usize, &'static str, bool)>,
}

/// A unit: of center 1 or 2, founded and supported on days of February and March.
type Unit = (bool, Option<u64>, Option<u64>);

fn unit() -> impl Strategy<Value = Unit> {
    let day = || proptest::option::weighted(0.7, 0u64..59);
    (any::<bool>(), day(), day())
}

impl Person {
    fn grants(&self) -> [(&'static str, Option<(u64, u64)>); 4] {
        [("disabled", self.disabled), ("needy", self.needy), ("subsistence", self.poor), ("living_alone", self.alone)]
    }
}

fn person() -> impl Strategy<Value = Person> {
    let around = |age: u64| (age * 1461 / 4 - 20)..(age * 1461 / 4 + 50);
    let born = prop_oneof![around(60), around(6), around(19), 1u64..36_000].prop_map(Some);
    let born = prop_oneof![4 => born, 1 => Just(None)];
    let grant = || proptest::option::weighted(0.3, (0u64..31, 0u64..31));
    (born, grant(), grant(), grant(), grant()).prop_map(|(born, disabled, needy, poor, alone)| Person {
        born,
        disabled,
        needy,
        poor,
        alone,
    })
}

fn session() -> impl Strategy<Value = Session> {
    let status =
        prop_oneof![6 => Just("completed"), 1 => Just("planned"), 1 => Just("cancelled"), 1 => Just("skipped")];
    let role = prop_oneof![4 => Just("participant"), 2 => Just("volunteer"), 1 => Just("staff")];
    let came = vec((0..8usize, role, proptest::bool::weighted(0.2)), 0..8);
    let heads = vec((1..20i64, [0..6i64, 0..6i64, 0..6i64, 0..6i64], proptest::bool::weighted(0.2)), 0..3);
    let hours = vec((0..8usize, 1..300i64, any::<bool>(), 0..3usize), 0..3);
    let place = (any::<bool>(), any::<bool>(), 1..=3i64, 0..3usize, 0..3usize);
    let part = prop_oneof![Just("served"), Just("helping"), Just("lending_place")];
    let units = vec((0..6usize, part, proptest::bool::weighted(0.2)), 0..4);
    (0u64..46_000, 15u64..600, status, place, came, heads, hours, units).prop_map(
        |(starts, length, status, (center, room, kind, team, worker), came, heads, hours, units)| Session {
            starts,
            length,
            status,
            center,
            room,
            kind,
            team,
            worker,
            came,
            heads,
            hours,
            units,
        },
    )
}

async fn build(app: &TestApp, people: &[Person], units: &[Unit], sessions: &[Session], closures: &[(bool, u64, u64)]) {
    let mut month = Month::begin(app).await;
    let far = month.room(2, "堑头大厅").await;
    let teams = [None, Some(month.team(1).await), Some(month.team(9).await)];
    let workers = [None, Some(month.worker(1, "social_worker").await), Some(month.worker(1, "staff").await)];
    let day = |n: u64| Date::parse("2026-03-01").unwrap().plus_days(n).to_string();
    let mut ids = Vec::new();
    for person in people {
        let birth = person.born.map(|days| Date::parse("2026-04-01").unwrap().minus_days(days).to_string());
        let id = month.person(birth.as_deref()).await;
        for (group, span) in person.grants() {
            if let Some((a, b)) = span {
                month.grant(id, group, &day(a.min(b)), (a != b).then(|| day(a.max(b))).as_deref()).await;
            }
        }
        ids.push(id);
    }
    // By center, for a unit takes part in its own center's sessions.
    let mut of_center = [Vec::new(), Vec::new()];
    for (other, founded, supported) in units {
        let day = |n: &Option<u64>| n.map(|n| Date::parse("2026-02-01").unwrap().plus_days(n).to_string());
        let (center, founded, supported) = (1 + i64::from(*other), day(founded), day(supported));
        let id = month.unit(center, founded.as_deref(), supported.as_deref()).await;
        of_center[usize::from(*other)].push(id);
    }
    let start = at("2026-02-28 20:00");
    let instant = |minute: u64| Timestamp(start.0 + i64::try_from(minute).unwrap() * 60_000);
    let mut taken: Vec<(i64, u64, u64)> = Vec::new();
    for plan in sessions {
        let (center, room) = if plan.center { (1, if plan.room { 1 } else { 2 }) } else { (2, far) };
        let held = Held {
            center,
            room,
            kind: plan.kind,
            worker: workers[plan.worker],
            team: teams[plan.team],
            status: plan.status,
        };
        // Where another booking stands the session gets none, for the database would refuse it.
        let (from, to) = (plan.starts, plan.starts + plan.length + 60);
        let free = !taken.iter().any(|(other, start, end)| *other == room && *start < to && from < *end);
        let id = if free {
            taken.push((room, from, to));
            month.session(instant(plan.starts + 30), plan.length, held).await
        } else {
            month.unbooked(instant(plan.starts + 30), plan.length, held).await
        };
        let mut live = BTreeSet::new();
        for (index, role, voided) in &plan.came {
            let person = ids[index % ids.len()];
            if *voided || live.insert((person, *role)) {
                month.attendance(id, person, role, *voided).await;
            }
        }
        let (mut parts, units) = (BTreeSet::new(), &of_center[usize::from(!plan.center)]);
        for (index, part, voided) in plan.units.iter().filter(|_| !units.is_empty()) {
            let unit = units[index % units.len()];
            if *voided || parts.insert((unit, *part)) {
                month.takes_part(id, unit, part, *voided).await;
            }
        }
        for (heads, tally, voided) in &plan.heads {
            month.heads(id, *heads, *tally, *voided).await;
        }
        for (index, minutes, reversed, team) in &plan.hours {
            let person = ids[index % ids.len()];
            let entry = month.hours(id, person, teams[*team], *minutes).await;
            if *reversed {
                month.reverse(id, person, teams[*team], *minutes, entry).await;
            }
        }
    }
    for (room, starts, length) in closures {
        month.close(if *room { 1 } else { far }, instant(*starts), instant(starts + length)).await;
    }
    month.commit().await;
    app.at(AFTER);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn any_month_counts_alike_both_ways(
        people in vec(person(), 1..8),
        units in vec(unit(), 0..6),
        sessions in vec(session(), 0..12),
        closures in vec((any::<bool>(), 0u64..46_000, 1u64..4_000), 0..4),
        (from, days) in (0u64..28, 1u64..20),
        is_kept in any::<bool>(),
    ) {
        run(Engine::Sqlite, |app| async move {
            build(&app, &people, &units, &sessions, &closures).await;
            if is_kept {
                refresh(app.db(), app.clock.now()).await.unwrap();
            }
            let rows = Rows::load(&app).await;
            let now = Timestamp::parse_rfc3339(AFTER).unwrap();
            let every: Vec<i64> = (1..=25).collect();
            let from = Date::parse("2026-02-25").unwrap().plus_days(from);
            let part = (from.to_string(), from.plus_days(days).to_string());
            for period in [MARCH, (part.0.as_str(), part.1.as_str()), ("2026-01-01", "2027-01-01")] {
                let expected = |centers| rows.figures(centers, period.0, period.1, now);
                assert_same(&figures(&app, "ann", "center:1", period).await, &expected(&[1]), "center");
                assert_same(&figures(&app, "ada", "city", period).await, &expected(&every), "city");
                let told = summary(&app, "ada", "city", period).await;
                let (residents, new) = rows.newcomers(&every, period.0, period.1);
                assert_eq!((told["residents"].as_u64(), told["newcomers"].as_u64()), (Some(residents as u64), Some(new as u64)));
            }
        });
    }
}
