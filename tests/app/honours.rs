//! What volunteers were trained in and commended for, the list of a year, whose hours reach how many stars', and a team's own page.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Reader as _, Xlsx};
use serde_json::{Value, json};

use crate::audit::picture;
use crate::imports::sends_as;
use crate::support::{Answer, TestApp, User, on_both_engines};

async fn write(app: &TestApp, sql: String) {
    let mut tx = app.begin().await;
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// Registers people in the center; their numbers are 1, 2, 3 …
async fn people(app: &TestApp, names: &[&str]) {
    let ann = app.token("ann").await;
    for (place, name) in names.iter().enumerate() {
        let body = json!({"center": 1, "name": name, "phone": format!("1380013{:04}", 8_000 + place)});
        ann.post_json("/api/v1/people", body).await.is(201);
    }
}

/// Minutes in the ledger of a person, of a list of before, for team 1.
async fn served(app: &TestApp, person: i64, day: &str, minutes: i64) {
    write(
        app,
        format!(
            "insert into hours_entries (person_id, served_on, content, team_id, minutes, source, original_minutes, confirmed_at)
             values ({person}, '{day}', '探访', 1, {minutes}, 'imported', {minutes}, 0)"
        ),
    )
    .await;
}

const TRAINING: [(&str, &str); 5] = [
    ("title", "急救培训"),
    ("held_on", "2026-02-10"),
    ("minutes", "120"),
    ("giver", "东莞市红十字会"),
    ("place", "二楼多功能活动室"),
];

const AWARD: [(&str, &str); 4] =
    [("title", "优秀志愿者"), ("level", "center"), ("given_on", "2026-03-01"), ("for_year", "2025")];

fn award(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    [&AWARD[..], more].concat()
}

async fn roll(user: &User<'_>, asked: &str) -> Vec<Value> {
    let told = user.get(&format!("/api/v1/commendations/year?center=1{asked}")).await.is(200).json();
    told["items"].as_array().unwrap().clone()
}

async fn honours(user: &User<'_>, person: i64) -> Value {
    user.get(&format!("/api/v1/people/{person}/honours")).await.is(200).json()
}

fn count(value: &Value) -> usize {
    value.as_array().unwrap().len()
}

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

async fn hires(ben: &User<'_>, name: &str, phone: &str) -> i64 {
    let body = json!({"center": 1, "name": name, "phone": phone, "kind": "social_worker", "started_on": "2025-01-01"});
    ben.post_json("/api/v1/workers", body).await.is(201).json()["id"].as_i64().unwrap()
}

async fn paper(user: &User<'_>, path: &str) -> Answer {
    sends_as(user, path, ("paper", "证书.png"), &picture()).await
}

on_both_engines! {
    async fn many_attend_a_training_and_who_did_not_is_taken_off(app: TestApp) {
        people(&app, &["甲一", "乙二", "丙三"]).await;
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/trainings").await.is(200).shows("这一年还没有培训记录");
        for (name, wrong) in [("held_on", "2026-03-06"), ("minutes", "0"), ("giver", ""), ("title", "")] {
            let fields: Vec<_> = TRAINING.iter().map(|(field, value)| (*field, if *field == name { wrong } else { *value })).collect();
            ann.post("/centers/1/trainings", &fields).await.is(422);
        }
        ann.post("/centers/1/trainings", &[&TRAINING[..], &[("team", "99")]].concat()).await.is(422);
        ann.post("/centers/1/trainings", &TRAINING).await.is(303);
        let here = "/centers/1/trainings/1";
        ann.post(&format!("{here}/people"), &[]).await.is(422).shows("请先选人");
        ann.post(&format!("{here}/people"), &[("person", "1"), ("person", "99")]).await.is(404);
        assert_eq!(app.number("select count(*) from trained_people").await, 0, "all or nobody");
        ann.post(&format!("{here}/people"), &[("person", "1"), ("person", "2")]).await.is(303);
        ann.post(&format!("{here}/people"), &[("person", "2"), ("person", "3")]).await.is(303);
        ann.get(here).await.is(200).shows("3 人参加").shows("东莞市红十字会");
        ann.post(&format!("{here}/candidates"), &[("q", "甲一")]).await.is(200).shows("已在名单");
        ann.post(&format!("{here}/people/3/removal"), &[]).await.is(303);
        ann.post(&format!("{here}/people/3/removal"), &[]).await.is(404);
        let program = app.token("ann").await;
        let told = program.get("/api/v1/trainings/1").await.is(200).json();
        assert_eq!((&told["people"], count(&told["trained"])), (&json!(2), 2));
        // Who was taken off by mistake is put on again.
        program.post_json("/api/v1/trainings/1/people", json!({"person": [3]})).await.is(204);
        assert_eq!(count(&honours(&program, 3).await["trainings"]), 1);
        ann.post(&format!("{here}/void"), &[("reason", "")]).await.is(422);
        ann.post(&format!("{here}/void"), &[("reason", "记错了日子")]).await.is(303);
        program.post_json("/api/v1/trainings/1/void", json!({"reason": "再来"})).await.is(404);
        program.post_json("/api/v1/trainings/1/people", json!({"person": [3]})).await.is_refused("training_voided");
        assert_eq!(count(&honours(&program, 3).await["trainings"]), 0, "nobody attended what was a mistake");
        ann.get(here).await.is(200).shows("记错了日子");
        ann.get("/centers/1/trainings?year=2025").await.is(200).hides("急救培训");
        ann.get("/centers/1/trainings?year=2026").await.is(200).shows("急救培训");
    }

    async fn a_commendation_is_given_to_many_voided_and_given_again(app: TestApp) {
        people(&app, &["甲一", "乙二", "丙三"]).await;
        let ann = app.sign_in("ann").await;
        let path = "/centers/1/commendations";
        ann.post(path, &award(&[])).await.is(422).shows("请先选人");
        ann.post(path, &award(&[("person", "1"), ("team", "1")])).await.is(422).shows("请分开登记");
        ann.post(path, &[("title", "好人"), ("level", "other"), ("given_on", "2026-03-01"), ("person", "1")]).await.is(422);
        ann.post(path, &award(&[("person", "1"), ("person", "99")])).await.is(404);
        ann.post(path, &award(&[("person", "1"), ("person", "2"), ("person", "1")])).await.is(303);
        assert_eq!(app.number("select count(*) from commendations").await, 2);
        assert_eq!(app.number("select count(*) from audit_events where action = 'commendation.given'").await, 2);
        // Who has it keeps it; where all have it, that is said.
        ann.post(path, &award(&[("person", "1"), ("person", "2")])).await.is(422).shows("都已经有这项表彰了");
        ann.post(path, &award(&[("person", "2"), ("person", "3")])).await.is(303);
        assert_eq!(app.number("select count(*) from commendations").await, 3);
        ann.get(path).await.is(200).shows("丙三").shows("2025 年度");
        ann.post(&format!("{path}/1/void"), &[("reason", "名字写错")]).await.is(303);
        ann.post(&format!("{path}/1/void"), &[("reason", "名字写错")]).await.is(404);
        let program = app.token("ann").await;
        assert_eq!(count(&honours(&program, 1).await["commendations"]), 0);
        let again = json!({"center": 1, "title": "优秀志愿者", "level": "center", "given_on": "2026-03-01", "person": [1]});
        let made = program.post_json("/api/v1/commendations", again.clone()).await.is(201).json();
        assert_eq!(made["items"][0]["whom"], "甲一");
        program.post_json("/api/v1/commendations", again).await.is_refused("commended_already");
        let team = json!({"center": 1, "title": "优秀团队", "level": "other", "giver": "东莞市志愿者联合会", "given_on": "2026-03-02", "team": 1});
        program.post_json("/api/v1/commendations", team).await.is(201);
        ann.get("/centers/1/teams/1").await.is(200).shows("优秀团队").shows("东莞市志愿者联合会");
        ann.get("/centers/1/people/1").await.is(200).shows("优秀志愿者").hides("优秀团队");
        ann.post(&format!("{path}/candidates"), &award(&[("q", "乙二"), ("person", "1")])).await.is(200).shows("乙二").shows("甲一");
        ann.get(&format!("{path}?person=2")).await.is(200).shows("乙二");
    }

    async fn scans_are_sealed_and_leave_with_what_they_belong_to(app: TestApp) {
        people(&app, &["甲一"]).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/trainings", &TRAINING).await.is(303);
        ann.post("/centers/1/trainings/1/people", &[("person", "1")]).await.is(303);
        ann.post("/centers/1/commendations", &award(&[("person", "1")])).await.is(303);
        for path in ["/centers/1/trainings/1/people/1/paper", "/centers/1/commendations/1/paper"] {
            ann.get(&format!("{path}/file")).await.is(404);
            paper(&ann, path).await.is(303);
            paper(&ann, path).await.is(303);
            ann.get(&format!("{path}/file")).await.is(200);
            sends_as(&ann, path, ("paper", "证书.txt"), b"no picture").await.is(422);
        }
        assert_eq!(app.number("select count(*) from files").await, 2, "a new one takes the place of the old");
        paper(&ann, "/centers/1/trainings/1/people/2/paper").await.is(404);
        app.sign_in("olga").await.get("/centers/1/commendations/1/paper/file").await.is(404);
        ann.post("/centers/1/commendations/1/void", &[("reason", "撤销")]).await.is(303);
        ann.get("/centers/1/commendations/1/paper/file").await.is(404);
        ann.post("/centers/1/trainings/1/people/1/removal", &[]).await.is(303);
        ann.get("/centers/1/trainings/1/people/1/paper/file").await.is(404);
    }

    async fn the_hours_of_a_star_are_reached_with_the_last_minute(app: TestApp) {
        people(&app, &["甲一"]).await;
        served(&app, 1, "2026-01-05", 5_999).await;
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        assert_eq!(honours(&program, 1).await["reached_hours_of_stars"], Value::Null);
        ann.get("/centers/1/people/1").await.is(200).hides("星级的时数");
        served(&app, 1, "2026-01-06", 1).await;
        assert_eq!(honours(&program, 1).await["reached_hours_of_stars"], 1);
        ann.get("/centers/1/people/1").await.is(200).shows("已达到 1 星级的时数").shows("评定由志愿者组织进行");
        assert_eq!(roll(&program, "&year=2026").await[0]["reached_hours_of_stars"], 1);
        assert_eq!(roll(&program, "&to=2026-01-05").await[0]["reached_hours_of_stars"], Value::Null, "not by then");
        served(&app, 1, "2026-01-06", -1).await;
        assert_eq!(honours(&program, 1).await["reached_hours_of_stars"], Value::Null, "what is taken back is reached no more");

        // The administrator sets the levels, nobody else.
        let ada = app.sign_in("ada").await;
        ada.get("/star-levels").await.is(200).shows("1500");
        for wrong in [&[("hours", "300"), ("hours", "100")][..], &[("hours", "100"), ("hours", "100")], &[], &[("hours", "x")]] {
            ada.post("/star-levels", wrong).await.is(422);
        }
        ada.post("/star-levels", &[("hours", "50"), ("hours", "90"), ("hours", "")]).await.is(303);
        assert_eq!(app.number("select count(*) from star_levels").await, 2);
        assert_eq!(honours(&program, 1).await["reached_hours_of_stars"], 2);
        let before = app.number("select count(*) from audit_events").await;
        ada.post("/star-levels", &[("hours", "50"), ("hours", "90")]).await.is(303);
        assert_eq!(app.number("select count(*) from audit_events").await, before, "nothing changed");
        ann.post("/star-levels", &[("hours", "1")]).await.is(403);
        program.post_json("/api/v1/star-levels", json!({"hours": [1]})).await.is(403);
        let set = app.token("ada").await.post_json("/api/v1/star-levels", json!({"hours": [100, 300, 600]})).await.is(200).json();
        assert_eq!(set["items"][2], json!({"stars": 3, "hours": 600}));
    }

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
        let mut book = Xlsx::new(Cursor::new(file.body)).expect("a workbook");
        let sheet = book.worksheet_range_at(0).unwrap().unwrap();
        let rows: Vec<Vec<String>> = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
        assert_eq!(rows.len(), 3, "{rows:?}");
        assert_eq!(rows[1][0], "乙二");
        assert_eq!(rows[1][2], "****8001", "masked: {rows:?}");
        assert!(!format!("{rows:?}").contains("13800138001"));
        ann.post("/centers/1/exports", &[("list", "commendable"), ("format", "csv"), ("sort", "x")]).await.is(422);
    }

    async fn another_centers_are_not_found(app: TestApp) {
        people(&app, &["甲一"]).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/trainings", &TRAINING).await.is(303);
        ann.post("/centers/1/trainings/1/people", &[("person", "1")]).await.is(303);
        ann.post("/centers/1/commendations", &award(&[("person", "1")])).await.is(303);
        let (page, program) = (app.sign_in("olga").await, app.token("olga").await);
        for path in ["trainings/1", "commendations/1", "commendations/year"] {
            page.get(&format!("/centers/1/{path}")).await.is(404);
        }
        for path in ["trainings/1", "commendations/1"] {
            page.get(&format!("/centers/2/{path}")).await.is(404);
            program.get(&format!("/api/v1/{path}")).await.is(404);
            program.post_json(&format!("/api/v1/{path}/void"), json!({"reason": "看看"})).await.is(404);
        }
        program.post_json("/api/v1/trainings/1/people", json!({"person": [1]})).await.is(404);
        program.get("/api/v1/people/1/honours").await.is(404);
        program.get("/api/v1/teams/1/hours").await.is(404);
        let theirs = json!({"center": 2, "title": "优秀志愿者", "level": "center", "given_on": "2026-03-01", "person": [1]});
        program.post_json("/api/v1/commendations", theirs).await.is(404);
        let theirs = json!({"center": 2, "title": "优秀团队", "level": "center", "given_on": "2026-03-01", "team": 1});
        program.post_json("/api/v1/commendations", theirs).await.is(422);
    }

    async fn two_who_are_one_attended_and_were_commended_once_and_part_as_they_were(app: TestApp) {
        people(&app, &["甲一", "甲以"]).await;
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        for title in ["急救培训", "新人培训"] {
            ann.post("/centers/1/trainings", &[&[("title", title)][..], &TRAINING[1..]].concat()).await.is(303);
        }
        ann.post("/centers/1/trainings/1/people", &[("person", "1"), ("person", "2")]).await.is(303);
        ann.post("/centers/1/trainings/2/people", &[("person", "2")]).await.is(303);
        ann.post("/centers/1/commendations", &award(&[("person", "1"), ("person", "2")])).await.is(303);
        // The other's has the scan, so that one stays.
        paper(&ann, "/centers/1/commendations/2/paper").await.is(303);
        served(&app, 1, "2026-01-05", 4_000).await;
        served(&app, 2, "2026-01-06", 2_000).await;
        let merged = program.post_json("/api/v1/people/merges", json!({"kept": 1, "merged": 2})).await.is(201).json();
        let one = honours(&program, 1).await;
        assert_eq!((count(&one["trainings"]), count(&one["commendations"])), (2, 1));
        assert_eq!(one["commendations"][0]["has_paper"], true);
        assert_eq!(one["reached_hours_of_stars"], 1, "the hours of both");
        let row = &roll(&program, "").await[0];
        assert_eq!((&row["dates"], &row["commended"]), (&json!(2), &json!(0)), "commended for the year before");
        program.post_json(&format!("/api/v1/people/merges/{}/undoing", merged["id"]), json!({})).await.is(200);
        for person in [1, 2] {
            let told = honours(&program, person).await;
            assert_eq!(count(&told["commendations"]), 1, "{person}");
            assert_eq!(told["reached_hours_of_stars"], Value::Null);
        }
        assert_eq!(count(&honours(&program, 2).await["trainings"]), 2);
        assert_eq!(count(&honours(&program, 1).await["trainings"]), 1);
    }

    async fn a_volunteer_finds_them_on_their_own_phone(app: TestApp) {
        crate::check_in::session(&app, None, Some(1)).await;
        let phone = crate::joining::comes(&app, "陈大文", "13900139000").await;
        served(&app, 1, "2026-01-05", 18_000).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/trainings", &TRAINING).await.is(303);
        ann.post("/centers/1/trainings/1/people", &[("person", "1")]).await.is(303);
        ann.post("/centers/1/commendations", &award(&[("person", "1")])).await.is(303);
        phone.get("/me").await.is(200).hides("星级的时数").hides("优秀志愿者");
        crate::joining::confirms(&app, 1).await;
        phone.get("/me").await.is(200).shows("已达到 2 星级的时数").shows("优秀志愿者").shows("急救培训");
        app.anyone().get("/me").await.is(200).hides("优秀志愿者");
    }

    async fn a_teams_page_shows_who_looks_after_it_and_its_hours(app: TestApp) {
        people(&app, &["甲一", "乙二"]).await;
        let (ann, ben) = (app.sign_in("ann").await, app.token("ben").await);
        let worker = hires(&ben, "何静雯", "13500001000").await.to_string();
        let here = "/centers/1/teams/1";
        for person in ["1", "2"] {
            ann.post(&format!("{here}/members"), &[("person", person)]).await.is(303);
        }
        ann.post(&format!("{here}/members/2/leaving"), &[]).await.is(303);
        served(&app, 1, "2026-02-05", 150).await;
        served(&app, 1, "2025-02-05", 600).await;
        ann.get(here).await.is(200).shows("还没有指定联络社工").shows("2 小时 30 分钟").shows("已离队 1 人").shows("接下来的场次");
        ann.post(here, &[("liaison", "99")]).await.is(422);
        ann.post(here, &[("liaison", &worker)]).await.is(303);
        ann.get(here).await.is(200).shows("何静雯").shows("自 2026年3月5日 起");
        assert_eq!(app.number("select count(*) from audit_events where action = 'team.liaison_changed'").await, 1);
        ann.post(here, &[("liaison", &worker)]).await.is(303);
        assert_eq!(app.number("select count(*) from team_liaisons").await, 1, "as it was");
        app.sign_in("lei").await.get(here).await.is(200).shows("何静雯").shows("2 小时 30 分钟");
        app.sign_in("cai").await.get(here).await.is(403);
        let lei = app.token("lei").await;
        let months = lei.get("/api/v1/teams/1/hours").await.is(200).json();
        assert_eq!((count(&months["items"]), &months["items"][10]), (12, &json!({"month": "2026-02", "minutes": 150})));
        ann.post(here, &[]).await.is(303);
        ann.get(here).await.is(200).shows("还没有指定联络社工");
        ann.post(here, &[("liaison", &worker)]).await.is(303);
        ann.post(&format!("{here}/disbanding"), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from team_liaisons where to_date is null").await, 0, "nobody looks after what is not there");
    }

    async fn no_team_is_left_without_its_liaison_by_a_worker_who_leaves(app: TestApp) {
        let (page, ann, ben) = (app.sign_in("ann").await, app.token("ann").await, app.token("ben").await);
        let (leaver, heir, other) =
            (hires(&ben, "何静雯", "13500001000").await, hires(&ben, "罗志文", "13500001001").await, hires(&ben, "周丽", "13500001002").await);
        page.post("/centers/1/teams", &[("name", "绿芽队"), ("kind", "5"), ("founded_on", "2026-02-01")]).await.is(303);
        for team in [1, 2] {
            ann.post_json(&format!("/api/v1/teams/{team}"), json!({"liaison": leaver})).await.is(200);
        }
        ben.post_json(&format!("/api/v1/workers/{leaver}/ending"), json!({"ended_on": "2026-03-06"})).await.is_refused("worker_leads");
        let path = format!("/api/v1/workers/{leaver}/handover");
        let faults = ben.post_json(&path, json!({"from": "2026-03-10"})).await.is(422).json();
        assert_eq!(faults["errors"]["successor"]["code"], "field.nobody_leads");
        let made = ben.post_json(&path, json!({"from": "2026-03-10", "liaison": heir})).await.is(201).json();
        assert_eq!(count(&made["items"]), 2);
        assert!(made["items"].as_array().unwrap().iter().all(|one| one["kind"] == "liaison" && one["outcome"] == "given"), "{made:#}");
        page.get("/centers/1/teams/1").await.is(200).shows("自 2026年3月5日 起").shows("何静雯");
        // One was given to somebody else since: it stays there, and the other goes back.
        ann.post_json("/api/v1/teams/2", json!({"liaison": other})).await.is(200);
        let undone = ben.post_json(&format!("/api/v1/handovers/{}/undoing", made["id"]), json!({})).await.is(200).json();
        let mut outcomes: Vec<&str> = undone["items"].as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
        outcomes.sort_unstable();
        assert_eq!(outcomes, ["given", "returned"]);
        assert_eq!(app.number("select worker_id from team_liaisons where team_id = 1 and to_date is null").await, leaver);
        assert_eq!(app.number("select worker_id from team_liaisons where team_id = 2 and to_date is null").await, other);
        // And everything at once, with the end of their time.
        ben.post_json(&path, json!({"from": "2026-03-06", "successor": heir, "leaves": true})).await.is(201);
        assert_eq!(app.number("select worker_id from team_liaisons where team_id = 1 and to_date is null").await, heir);
        app.at("2026-03-07T02:00:00Z");
        app.sign_in("ann").await.get("/centers/1/teams/1").await.is(200).shows("罗志文").shows("自 2026年3月6日 起");
        assert_eq!(app.number("select count(*) from team_liaisons y join workers w on w.id = y.worker_id where y.to_date is null and w.ended_on is not null").await, 0);
    }
}
