//! Random ledgers against a plain model: what is certified is what was confirmed, corrections and periods included.

use std::collections::BTreeMap;

use linli::centers::CenterId;
use linli::certificates;
use linli::clock::Date;
use linli::people::PersonId;

use super::{reverses, serves};
use crate::check_in::{another, people, session};
use crate::support::on_both_engines;

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// An entry that counts: whose, of which session of which center, when, how long.
#[derive(Clone, Copy)]
struct Counted {
    person: i64,
    session: Option<usize>,
    day: Date,
    minutes: i64,
}

/// Days on which there is a session, the third of them in another center.
const DAYS: [&str; 4] = ["2026-03-05", "2026-02-10", "2026-02-11", "2026-01-20"];

const ELSEWHERE: usize = 2;

fn date(text: &str) -> Date {
    Date::parse(text).unwrap()
}

/// The services that the model expects of somebody in some days, by day.
fn expected(counted: &BTreeMap<i64, Counted>, person: i64, (from, to): (Date, Date)) -> Vec<(Date, i64)> {
    let mut sessions: BTreeMap<(Date, usize), i64> = BTreeMap::new();
    let mut others = Vec::new();
    for one in counted.values().filter(|one| one.person == person && one.day >= from && one.day <= to) {
        match one.session {
            Some(ELSEWHERE) => {}
            Some(session) => *sessions.entry((one.day, session)).or_default() += one.minutes,
            None => others.push((one.day, one.minutes)),
        }
    }
    let mut all: Vec<(Date, i64)> = sessions.into_iter().map(|((day, _), minutes)| (day, minutes)).collect();
    all.extend(others);
    all.retain(|(_, minutes)| *minutes != 0);
    all.sort_unstable();
    all
}

on_both_engines! {
    async fn hours_equal_the_ledger_whatever_was_corrected(app: TestApp) {
        session(&app, None, Some(1)).await;
        for (token, day) in [("b", DAYS[1]), ("c", DAYS[2]), ("d", DAYS[3])] {
            another(&app, token, day, None, Some(1)).await;
        }
        app.execute("update sessions set center_id = 2 where local_date = '2026-02-11'").await;
        people(&app, 3).await;
        let mut dice = Dice(20_260_305);
        let mut counted: BTreeMap<i64, Counted> = BTreeMap::new();
        for round in 0..160 {
            let person = 1 + i64::try_from(dice.below(3)).unwrap();
            let of_person: Vec<i64> = counted.iter().filter(|(_, one)| one.person == person).map(|(id, _)| *id).collect();
            if !of_person.is_empty() && dice.below(3) == 0 {
                let entry = of_person[usize::try_from(dice.below(of_person.len() as u64)).unwrap()];
                reverses(&app, entry).await;
                counted.remove(&entry);
            } else {
                let place = usize::try_from(dice.below(6)).unwrap();
                let minutes = i64::try_from(dice.below(240)).unwrap();
                let day = DAYS.get(place).copied().unwrap_or(if place == 4 { "2025-12-31" } else { "2026-02-28" });
                let session = (place < DAYS.len()).then_some(place);
                let id = serves(&app, person, session.map(|place| place as i64 + 1), day, minutes).await;
                counted.insert(id, Counted { person, session, day: date(day), minutes });
            }
            if round % 8 > 0 {
                continue;
            }
            let mut ends = [DAYS, ["2025-12-31", "2026-02-28", "2026-02-09", "2026-01-01"]].concat().into_iter().map(date).collect::<Vec<_>>();
            ends.sort_unstable();
            let first = usize::try_from(dice.below(ends.len() as u64)).unwrap();
            let last = first + usize::try_from(dice.below((ends.len() - first) as u64)).unwrap();
            let period = (ends[first], ends[last]);
            let people: Vec<PersonId> = (1..=3).map(PersonId).collect();
            let mut conn = app.db().read().await.unwrap();
            let served = certificates::served(&mut conn, CenterId(1), &people, period).await.unwrap();
            drop(conn);
            for person in 1..=3 {
                let found = served.get(&PersonId(person)).cloned().unwrap_or_default();
                let mut rows: Vec<(Date, i64)> = found.iter().map(|one| (one.day, one.minutes)).collect();
                rows.sort_unstable();
                let model = expected(&counted, person, period);
                assert_eq!(rows, model, "round {round}, person {person}, {period:?}");
                assert_eq!(certificates::total(&found), model.iter().map(|(_, minutes)| minutes).sum::<i64>());
            }
        }
    }
}
