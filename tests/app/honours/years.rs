//! The list of a year: whom to commend, by hours and dates, as plain counting finds them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{TRAINING, count, people, roll, served, write};
use crate::support::workbook::first_sheet;
use crate::support::{TestApp, on_both_engines};

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// An entry of the ledger, as plainly as can be.
#[derive(Clone, Copy)]
struct Entry {
    person: i64,
    center: Option<i64>,
    team: Option<i64>,
    day: &'static str,
    minutes: i64,
    session: Option<usize>,
    is_reversed: bool,
}

const DAYS: [&str; 6] = ["2025-06-30", "2025-12-31", "2026-01-01", "2026-01-02", "2026-02-28", "2026-03-01"];

/// Sessions by center, team and day; their numbers are 1, 2, 3 …
const SESSIONS: [(i64, Option<i64>, &str); 9] = [
    (1, Some(1), DAYS[0]),
    (1, Some(1), DAYS[1]),
    (1, Some(2), DAYS[2]),
    (1, Some(1), DAYS[2]),
    (1, None, DAYS[3]),
    (1, Some(2), DAYS[4]),
    (1, Some(1), DAYS[5]),
    (2, None, DAYS[2]),
    (2, None, DAYS[5]),
];

fn sql(id: Option<i64>) -> String {
    id.map_or("null".to_owned(), |id| id.to_string())
}

async fn plan(app: &TestApp) {
    app.execute("insert into activities (center_id, kind_id, title, published, created_at) values (1, 1, '探访', 0, 0), (2, 1, '探访', 0, 0)").await;
    for (center, team, day) in SESSIONS {
        let team = sql(team);
        write(
            app,
            format!(
                "insert into sessions (activity_id, center_id, team_id, starts_at, ends_at, local_date, status, updated_at)
                 values ({center}, {center}, {team}, 0, 1, '{day}', 'completed', 0)"
            ),
        )
        .await;
    }
}

/// Adds an entry, or takes one back by a reversing one.
async fn confirm(app: &TestApp, ledger: &mut Vec<Entry>, dice: &mut Dice, people: usize) {
    let open: Vec<usize> = (0..ledger.len()).filter(|at| !ledger[*at].is_reversed && ledger[*at].minutes > 0).collect();
    let (entry, reverses) = if dice.below(4) == 0 && !open.is_empty() {
        let at = dice.pick(&open);
        ledger[at].is_reversed = true;
        (Entry { minutes: -ledger[at].minutes, ..ledger[at] }, Some(i64::try_from(at).unwrap() + 1))
    } else {
        let person = i64::try_from(dice.below(people)).unwrap() + 1;
        let minutes = i64::try_from(dice.below(20)).unwrap() * 20 + 20;
        let of = |center, team, day, session| Entry { person, center, team, day, minutes, session, is_reversed: false };
        let at = dice.below(SESSIONS.len() + 2);
        let entry = match SESSIONS.get(at) {
            Some((center, team, day)) => of(Some(*center), *team, *day, Some(at + 1)),
            // Of a list of before: of a team, or of nobody's.
            None if at == SESSIONS.len() => of(Some(1), Some(1), dice.pick(&DAYS), None),
            None => of(None, None, dice.pick(&DAYS), None),
        };
        (entry, None)
    };
    let Entry { person, team, day, minutes, session, .. } = entry;
    let (on, session) = match session {
        Some(session) => ("null".to_owned(), session.to_string()),
        None => (format!("'{day}'"), "null".to_owned()),
    };
    let (team, reverses) = (sql(team), sql(reverses));
    write(
        app,
        format!(
            "insert into hours_entries (person_id, session_id, served_on, team_id, minutes, source, original_minutes, confirmed_at, reverses_id)
             values ({person}, {session}, {on}, {team}, {minutes}, 'measured', {minutes}, 0, {reverses})"
        ),
    )
    .await;
    ledger.push(entry);
}

/// The list by plain counting: of each person the minutes, the days, and all minutes of the reader's centers.
fn counted(
    ledger: &[Entry],
    (from, to): (&str, &str),
    team: Option<i64>,
    (hours, dates): (i64, i64),
    reach: &[i64],
) -> BTreeMap<i64, (i64, i64, i64)> {
    let people: BTreeSet<i64> = ledger.iter().map(|entry| entry.person).collect();
    let mut list = BTreeMap::new();
    for person in people {
        let theirs = ledger.iter().filter(|entry| entry.person == person);
        let here: Vec<&Entry> = theirs
            .clone()
            .filter(|entry| entry.center == Some(1) && (from..=to).contains(&entry.day))
            .filter(|entry| team.is_none() || entry.team == team)
            .collect();
        let minutes: i64 = here.iter().map(|entry| entry.minutes).sum();
        let of_day = |day: &str| here.iter().filter(|entry| entry.day == day).map(|entry| entry.minutes).sum::<i64>();
        let days = i64::try_from(DAYS.iter().filter(|day| of_day(day) > 0).count()).unwrap();
        let total = theirs
            .filter(|entry| entry.day <= to && entry.center.is_some_and(|center| reach.contains(&center)))
            .map(|entry| entry.minutes)
            .sum();
        if minutes > 0 && minutes >= hours * 60 && days >= dates {
            list.insert(person, (minutes, days, total));
        }
    }
    list
}

fn listed(rows: &[Value]) -> BTreeMap<i64, (i64, i64, i64)> {
    let number = |row: &Value, name: &str| row[name].as_i64().unwrap();
    let row = |row: &Value| {
        (number(row, "person_id"), (number(row, "minutes"), number(row, "dates"), number(row, "total_minutes")))
    };
    rows.iter().map(row).collect()
}

on_both_engines! {
    async fn the_list_of_a_year_is_what_plain_counting_says(app: TestApp) {
        let names = ["甲一", "乙二", "丙三", "丁四", "戊五"];
        people(&app, &names).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/teams", &[("name", "绿芽队"), ("kind", "5"), ("founded_on", "2025-02-01")]).await.is(303);
        plan(&app).await;
        let (mut dice, mut ledger) = (Dice(7), Vec::new());
        let (near, far) = (app.token("ann").await, app.token("ada").await);
        for round in 0..40 {
            for _ in 0..3 {
                confirm(&app, &mut ledger, &mut dice, names.len()).await;
            }
            for (reader, reach) in [(&near, &[1][..]), (&far, &[1, 2][..])] {
                let (from, to) = (dice.pick(&DAYS), dice.pick(&DAYS));
                let (from, to) = (from.min(to), from.max(to));
                let team = dice.pick(&[None, None, Some(1), Some(2)]);
                let least = (dice.pick(&[0, 0, 1, 3, 8]), dice.pick(&[0, 0, 1, 2, 3]));
                let mut asked = format!("&from={from}&to={to}&hours={}&dates={}", least.0, least.1);
                if let Some(team) = team {
                    asked += &format!("&team={team}");
                }
                let rows = roll(reader, &asked).await;
                assert_eq!(listed(&rows), counted(&ledger, (from, to), team, least, reach), "round {round}: {asked}");
                assert!(rows.is_sorted_by_key(|row| -row["minutes"].as_i64().unwrap()), "round {round}: {asked}");
            }
        }
        assert!(ledger.iter().filter(|entry| entry.minutes < 0).count() > 10, "corrections were among them");
        let months = near.get("/api/v1/teams/1/hours").await.is(200).json();
        assert_eq!(count(&months["items"]), 12);
        for month in months["items"].as_array().unwrap() {
            let name = month["month"].as_str().unwrap();
            let of = |entry: &&Entry| entry.team == Some(1) && entry.day.starts_with(name);
            let minutes: i64 = ledger.iter().filter(of).map(|entry| entry.minutes).sum();
            assert_eq!(month["minutes"], minutes, "{name}");
        }
    }

    async fn whom_to_commend_is_chosen_from_the_list(app: TestApp) {
        people(&app, &["甲一", "乙二", "丙三"]).await;
        for (person, minutes) in [(1, 600), (2, 6_000), (3, 59)] {
            served(&app, person, "2026-01-05", minutes).await;
        }
        served(&app, 1, "2026-01-06", 60).await;
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        ann.post("/centers/1/trainings", &TRAINING).await.is(303);
        ann.post("/centers/1/trainings/1/people", &[("person", "1")]).await.is(303);
        let path = "/centers/1/commendations/year";
        ann.get(path).await.is(200).shows("甲一").shows("丙三").shows("达到 1 星级的时数");
        ann.get(&format!("{path}?hours=1&dates=1")).await.is(200).shows("甲一").hides("丙三");
        ann.get(&format!("{path}?dates=2")).await.is(200).shows("甲一").hides("乙二");
        ann.get(&format!("{path}?from=2026-02-01&to=2026-01-01")).await.is(200).shows("甲一");
        program.get("/api/v1/commendations/year?center=1&from=2026-02-01&to=2026-01-01").await.is(422);
        assert_eq!(roll(&program, "&year=2025").await.len(), 0);
        let row = &roll(&program, "&sort=name&dates=2").await[0];
        assert_eq!((&row["dates"], &row["trainings"], &row["commended"]), (&json!(2), &json!(1), &json!(0)));

        let list = [("list", "?hours=1")];
        let given = [("title", "年度优秀志愿者"), ("level", "center"), ("given_on", "2026-03-05"), ("for_year", "2026")];
        ann.post(path, &[&list[..], &given].concat()).await.is(422).shows("请先选人").hides("丙三");
        let ticked = [("person", "1"), ("person", "2")];
        let answer = ann.post(path, &[&list[..], &given, &ticked].concat()).await.is(303);
        assert!(answer.leads_to().contains("hours=1"), "the list stays as it is cut: {}", answer.leads_to());
        assert_eq!(app.number("select count(*) from commendations where for_year = 2026").await, 2);
        let not_yet: Vec<Value> = roll(&program, "&state=not_yet").await;
        assert_eq!((not_yet.len(), &not_yet[0]["name"]), (1, &json!("丙三")));
        assert_eq!(roll(&program, "&state=commended").await.len(), 2);

        ann.get(&format!("{path}/sheet?hours=1")).await.is(200).shows("不少于 1 小时").shows("乙二").hides("丙三").hides("****");
        let file = ann.post("/centers/1/exports", &[("list", "commendable"), ("format", "xlsx"), ("hours", "1")]).await.is(200);
        let rows = first_sheet(&file);
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert_eq!(rows[1][0], "乙二");
        assert_eq!(rows[1][2], "****8001", "masked: {rows:?}");
        assert!(!format!("{rows:?}").contains("13800138001"));
        ann.post("/centers/1/exports", &[("list", "commendable"), ("format", "csv"), ("sort", "x")]).await.is(422);
    }
}
