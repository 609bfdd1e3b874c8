//! Units of the community: who they are, what they take part in, and how both are counted.

use std::collections::BTreeSet;

use linli::clock::{Date, Timestamp, Zone};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::check_in::{SESSION, another, request, session};
use crate::support::workbook::first_sheet;
use crate::support::{Answer, Engine, TestApp, User, on_both_engines, run};

const SCHOOL: [(&str, &str); 4] =
    [("name", "罗沙小学"), ("kind", "school"), ("contact", "周老师"), ("phone", "0769-2210 1001")];
const SOCIETY: [(&str, &str); 6] = [
    ("name", "罗沙粤曲社"),
    ("kind", "community_organization"),
    ("standing", "registered"),
    ("founded_on", "2026-02-01"),
    ("supported_since", "2026-01-01"),
    ("supported_by", "本中心"),
];

async fn school<'a>(app: &'a TestApp) -> User<'a> {
    let ann = app.sign_in("ann").await;
    assert_eq!(ann.post("/centers/1/units", &SCHOOL).await.leads_to(), "/centers/1/units/1");
    ann
}

on_both_engines! {
    async fn a_unit_is_registered_once_and_revised(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/units").await.is(200).shows("还没有登记单位");
        ann.post("/centers/1/units", &SCHOOL).await.is(303);
        for name in ["罗沙小学", "罗沙 小学", "罗沙\u{3000}小学"] {
            ann.post("/centers/1/units", &[("name", name), ("kind", "shop")]).await.is(422).shows("这个名称已经有了");
        }
        ann.get("/centers/1/units").await.is(200).shows("罗沙小学").shows("周老师").shows("0769****1001").hides("22101001");
        ann.get("/centers/1/units/1").await.is(200).shows("学校").shows("0769****1001").hides("22101001");
        let edit = ann.get("/centers/1/units/1/edit").await.is(200).shows("尾号 1001").hides("22101001").text();
        assert!(edit.contains("name=\"version\" value=\"0\""), "{edit}");
        // The number stays where none is sent, and goes where that is said.
        let revised = [("version", "0"), ("name", "罗沙第一小学"), ("kind", "school"), ("address", "罗沙路 30 号")];
        ann.post("/centers/1/units/1", &revised).await.is(303);
        ann.get("/centers/1/units/1").await.shows("罗沙第一小学").shows("0769****1001").shows("罗沙路 30 号").hides("周老师");
        ann.post("/centers/1/units/1", &[revised[1], revised[2], ("forget_phone", "1")]).await.is(303);
        ann.get("/centers/1/units/1").await.hides("0769");
        let actions = "select count(*) from audit_events where action = 'unit.revised'";
        assert_eq!(app.number(actions).await, 2);
        ann.post("/centers/1/units/1", &[revised[1], revised[2]]).await.is(303);
        assert_eq!(app.number(actions).await, 2, "saved unchanged, nothing is written");
    }

    async fn who_edits_second_is_told(app: TestApp) {
        let ann = school(&app).await;
        let with = |note| [("version", "0"), ("name", "罗沙小学"), ("kind", "school"), ("note", note)];
        ann.post("/centers/1/units/1", &with("可借礼堂")).await.is(303);
        let told = ann.post("/centers/1/units/1", &with("可借操场")).await.is(422).shows("刚刚有人改了").shows("可借操场").text();
        assert!(told.contains("name=\"version\" value=\"1\""), "whoever saves once more has been told");
        let program = app.token("ann").await;
        let body = json!({"version": 0, "name": "罗沙小学", "kind": "school"});
        program.post_json("/api/v1/units/1", body).await.is(409).is_refused("unit_changed");
        program.post_json("/api/v1/units/1", json!({"name": "罗沙小学", "kind": "school"})).await.is(422);
    }

    async fn only_an_organization_has_a_standing(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/units", &SOCIETY).await.is(303);
        ann.get("/centers/1/units/1").await.shows("已登记").shows("2026年2月1日").shows("本中心");
        ann.post("/centers/1/units", &[("name", "甲"), ("kind", "community_organization")]).await.is(422).shows("id=\"e-standing\"");
        let shop = [("name", "甲"), ("kind", "shop"), ("standing", "registered"), ("founded_on", "2026-01-01")];
        ann.post("/centers/1/units", &shop).await.is(422).shows("id=\"e-standing\"").shows("id=\"e-founded_on\"");
        ann.post("/centers/1/units", &[("name", "甲"), ("kind", "bank")]).await.is(422).shows("请从列表中选择");
    }

    async fn who_reads_the_center_reads_units_but_not_whom_to_call(app: TestApp) {
        let ann = school(&app).await;
        let noted = [("name", "罗沙小学"), ("kind", "school"), ("contact", "周老师"), ("note", "周老师下午在")];
        ann.post("/centers/1/units/1", &noted).await.is(303);
        for login in ["tom", "cai", "ben"] {
            let reader = app.sign_in(login).await;
            reader.get("/centers/1/units").await.is(200).shows("罗沙小学").hides("周老师").hides("1001").hides("/units/new");
            reader.get("/centers/1/units/1").await.is(200).shows("罗沙小学").hides("周老师").hides("1001").hides("/edit");
            let told = app.token(login).await.get("/api/v1/units/1").await.is(200).json();
            assert_eq!((&told["contact"], &told["phone"], &told["note"]), (&Value::Null, &Value::Null, &Value::Null), "{login}");
        }
        let told = app.token("ann").await.get("/api/v1/units?center=1").await.is(200).json();
        assert_eq!((&told["items"][0]["contact"], &told["items"][0]["phone"]), (&json!("周老师"), &json!("0769****1001")));
        let olga = app.sign_in("olga").await;
        olga.get("/centers/2/units").await.is(200).hides("罗沙小学");
        olga.get("/centers/2/units/1").await.is(404);
        olga.post("/centers/2/units/1", &noted).await.is(404);
        olga.post("/centers/2/units", &SCHOOL).await.is(303);
    }

    async fn a_phone_is_shown_for_a_reason_that_is_kept(app: TestApp) {
        let ann = school(&app).await;
        ann.post("/centers/1/units/1/reveals", &[]).await.is(422).hides("22101001");
        ann.post("/centers/1/units/1/reveals", &[("reason", "借礼堂")]).await.is(200).shows("076922101001");
        ann.get("/centers/1/units/1").await.hides("076922101001");
        ann.get("/centers/1/audit?part=units").await.is(200).shows("查看了单位联系电话").shows("罗沙小学").shows("借礼堂");
        app.sign_in("ben").await.get("/centers/1/audit?part=units").await.is(200).shows("查看了单位联系电话").hides("借礼堂");
        ann.post("/centers/1/units", &[("name", "旧书屋"), ("kind", "shop")]).await.is(303);
        ann.post("/centers/1/units/2/reveals", &[("reason", "借礼堂")]).await.is(404);
        assert_eq!(app.number("select count(*) from units where phone_sealed like '%22101001%' or phone_sealed like '%0769%'").await, 0);
    }

    async fn a_unit_ends_and_comes_back(app: TestApp) {
        let ann = school(&app).await;
        ann.post("/centers/1/units/1", &[("name", "罗沙小学"), ("kind", "school"), ("since", "2026-02-01")]).await.is(303);
        let ending = "/centers/1/units/1/ending";
        ann.post(ending, &[("ended_on", "2026-03-06")]).await.is(422).shows("不能晚于今天");
        ann.post(ending, &[("ended_on", "2026-01-31")]).await.is(422).shows("结束不能早于开始");
        ann.post(ending, &[("ended_on", "2026-03-04")]).await.is(303);
        ann.post(ending, &[("ended_on", "2026-03-04")]).await.is(404);
        ann.get("/centers/1/units").await.hides("罗沙小学");
        ann.get("/centers/1/units?ended=1").await.shows("罗沙小学").shows("2026年3月4日");
        // A record that has ended can be put right, but it did not come after it went.
        let late = [("name", "罗沙小学"), ("kind", "school"), ("since", "2026-03-05")];
        ann.post("/centers/1/units/1", &late).await.is(422).shows("不能晚于最后一天");
        ann.post("/centers/1/units/1/restoration", &[]).await.is(303);
        ann.post("/centers/1/units/1/restoration", &[]).await.is(404);
        ann.get("/centers/1/units").await.shows("罗沙小学");
    }

    async fn the_list_is_cut_and_put_in_order(app: TestApp) {
        let ann = school(&app).await;
        ann.post("/centers/1/units", &SOCIETY).await.is(303);
        ann.post("/centers/1/units", &[("name", "阿明理发店"), ("kind", "shop"), ("since", "2026-03-01")]).await.is(303);
        session(&app, None, None).await;
        let took = [("unit", "罗沙小学"), ("part", "served")];
        ann.post(&format!("{SESSION}/units"), &took).await.is(303);
        app.execute("update sessions set status = 'completed'").await;
        let order = async |query: &str| {
            let page = ann.get(&format!("/centers/1/units{query}")).await.is(200).text();
            let mut found: Vec<_> = ["罗沙小学", "罗沙粤曲社", "阿明理发店"].into_iter().filter_map(|name| Some((page.find(&format!(">{name}<"))?, name))).collect();
            found.sort_unstable();
            found.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
        };
        assert_eq!(order("").await, ["阿明理发店", "罗沙小学", "罗沙粤曲社"], "by how they sound");
        assert_eq!(order("?order=latest").await, ["罗沙小学", "阿明理发店", "罗沙粤曲社"]);
        assert_eq!(order("?order=newest").await, ["阿明理发店", "罗沙粤曲社", "罗沙小学"]);
        assert_eq!(order("?kind=shop").await, ["阿明理发店"]);
        assert_eq!(order("?standing=registered&kind=&order=nonsense").await, ["罗沙粤曲社"]);
        ann.get("/centers/1/units?kind=agency").await.shows("没有符合条件的单位");
        ann.get("/centers/1/units").await.shows("2026年3月5日");
    }

    async fn the_list_goes_out_as_the_page_shows_it(app: TestApp) {
        let ann = school(&app).await;
        ann.post("/centers/1/units", &[("name", "=1+1 商行"), ("kind", "shop")]).await.is(303);
        let files = "/centers/1/exports";
        let csv = ann.post(files, &[("list", "units"), ("format", "csv")]).await.is(200).text();
        assert!(csv.starts_with("\u{feff}名称,类别,"), "{csv}");
        assert!(csv.contains("罗沙小学,学校,,周老师,\"\t0769****1001\"") && csv.contains("\"\t=1+1 商行\""), "{csv}");
        assert!(!ann.post(files, &[("list", "units"), ("format", "csv"), ("kind", "shop")]).await.is(200).text().contains("罗沙小学"));
        let xlsx = ann.post(files, &[("list", "units"), ("format", "xlsx")]).await.is(200);
        let rows = first_sheet(&xlsx);
        assert_eq!(rows.len(), 3);
        assert!(rows.iter().flatten().any(|cell| cell == "罗沙小学"));
        ann.post(files, &[("list", "units"), ("format", "pdf")]).await.is(422);
        assert_eq!(app.number("select count(*) from audit_events where action = 'export.taken' and detail like 'units.%'").await, 3);
        app.sign_in("cai").await.post(files, &[("list", "units"), ("format", "csv")]).await.is(403);
    }

    async fn a_unit_takes_part_and_is_taken_back(app: TestApp) {
        let ann = school(&app).await;
        for name in ["罗沙中学", "东门药房"] {
            ann.post("/centers/1/units", &[("name", name), ("kind", "other")]).await.is(303);
        }
        session(&app, None, None).await;
        let path = format!("{SESSION}/units");
        ann.get(SESSION).await.is(200).shows("登记单位参与");
        let enters = async |unit: &str, part: &str, id: &str| {
            ann.post(&path, &[("unit", unit), ("part", part), ("unit_id", id), ("word", "借礼堂")]).await
        };
        enters("药", "helping", "").await.is(303);
        ann.get(SESSION).await.shows("东门药房").shows("协助").shows("借礼堂");
        enters("东门药房", "helping", "").await.is(422).shows("已经以这个身份登记了");
        enters("东门药房", "lending_place", "").await.is(303);
        enters("没有的店", "helping", "").await.is(422).shows("没有找到这家单位");
        enters("%", "helping", "").await.is(422).shows("没有找到这家单位");
        enters("东门药房", "leading", "").await.is(422).shows("请从列表中选择");
        enters("罗沙", "served", "").await.is(422).shows("请在下面选一家").shows("罗沙中学").shows("value=\"1\"");
        enters("罗沙", "served", "1").await.is(303);
        enters("罗沙", "served", "99").await.is(404);
        ann.get("/centers/1/units/3").await.shows("早茶会").shows("提供场地");
        ann.post(&format!("{path}/1/withdrawal"), &[]).await.is(303);
        ann.post(&format!("{path}/1/withdrawal"), &[]).await.is(404);
        enters("东门药房", "helping", "").await.is(303);
        assert_eq!(app.number("select count(*) from unit_participations").await, 4, "what was taken back stays on record");
        ann.get("/centers/1/audit?part=presence").await.shows("撤回了单位参与").shows("东门药房").shows("早茶会");
        // Who is at the door sees who helps; who reads the center may open its page.
        app.sign_in("fay").await.get(SESSION).await.is(200).shows("东门药房").hides("/units/3").hides("登记单位参与");
        app.sign_in("cai").await.get(SESSION).await.is(200).shows("/units/3").hides("登记单位参与");
        let listed = app.token("fay").await.get("/api/v1/sessions/1/units").await.is(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    }

    async fn a_unit_takes_part_in_what_takes_place_while_it_is_there(app: TestApp) {
        let ann = school(&app).await;
        session(&app, None, None).await;
        another(&app, "next", "2026-03-12", None, None).await;
        let program = app.token("ann").await;
        let takes = async |session: i64, unit: i64| {
            let body = json!({"unit_id": unit, "part": "helping"});
            program.post_json(&format!("/api/v1/sessions/{session}/units"), body).await
        };
        let made = takes(2, 1).await.is(201).json();
        assert_eq!((&made["unit"], &made["part"], &made["word"]), (&json!("罗沙小学"), &json!("helping"), &Value::Null));
        ann.post("/centers/1/units/1/ending", &[("ended_on", "2026-03-05")]).await.is(422).shows("这一天以后的活动");
        program.post_json(&format!("/api/v1/sessions/2/units/{}/withdrawal", made["id"]), json!({})).await.is(204);
        ann.post("/centers/1/units/1/ending", &[("ended_on", "2026-03-05")]).await.is(303);
        takes(1, 1).await.is(201);
        takes(2, 1).await.is(409).is_refused("unit_ended");
        ann.post(&format!("{SESSION}/schedule/cancellation"), &[("reason", "台风")]).await.is(303);
        ann.post("/centers/1/units", &[("name", "东门药房"), ("kind", "shop")]).await.is(303);
        takes(1, 2).await.is(409).is_refused("cancelled");
        ann.get(SESSION).await.is(200).hides("登记单位参与");
        // Another center's unit is not found.
        app.sign_in("olga").await.post("/centers/2/units", &[("name", "堑头学校"), ("kind", "school")]).await.is(303);
        takes(2, 3).await.is(404);
    }

    async fn what_a_session_is_called_stays_with_whom_it_is_for(app: TestApp) {
        let ann = school(&app).await;
        session(&app, None, None).await;
        app.execute("update activities set title = '陈大文家访', kind_id = 1").await;
        ann.post(&format!("{SESSION}/units"), &[("unit", "罗沙小学"), ("part", "helping")]).await.is(303);
        ann.get("/centers/1/units/1").await.is(200).shows("陈大文家访");
        app.sign_in("cai").await.get("/centers/1/units/1").await.is(200).hides("陈大文").shows("个案");
    }
}

/// What happens in a year, a few days after what happened before.
#[derive(Clone, Debug)]
enum Step {
    /// A unit comes, since so many days before; or since nobody knows when.
    Comes(Option<u64>),
    /// One of them ends, so many days before.
    Ends(usize, u64),
    Returns(usize),
    TakesPart(usize, usize, &'static str),
    /// One of the parts is taken back.
    Withdraws(usize),
}

fn step() -> impl Strategy<Value = (u64, Step)> {
    let part = prop_oneof![Just("served"), Just("helping"), Just("lending_place")];
    let step = prop_oneof![
        3 => proptest::option::of(0u64..200).prop_map(Step::Comes),
        2 => (0..8usize, 0u64..40).prop_map(|(unit, back)| Step::Ends(unit, back)),
        1 => (0..8usize).prop_map(Step::Returns),
        5 => (0..8usize, 0..6usize, part).prop_map(|(unit, session, part)| Step::TakesPart(unit, session, part)),
        1 => (0..8usize).prop_map(Step::Withdraws),
    ];
    (0u64..14, step)
}

/// A session of the year: its day, how it stands, and whether anybody came.
type Held = (u64, &'static str, bool);

fn held() -> impl Strategy<Value = Held> {
    let status = prop_oneof![5 => Just("completed"), 1 => Just("planned"), 1 => Just("cancelled")];
    (0u64..365, status, proptest::bool::weighted(0.8))
}

fn day(n: u64) -> Date {
    Date::parse("2026-01-01").unwrap().plus_days(n)
}

/// The sessions with their numbers, in center 1.
async fn hold(app: &TestApp, sessions: &[Held]) -> Vec<i64> {
    let mut tx = app.begin().await;
    sqlx::query(
        "insert into activities (center_id, kind_id, title, published, created_at) values (1, 3, '游园会', 1, 0)",
    )
    .execute(&mut *tx)
    .await
    .unwrap();
    let mut ids = Vec::new();
    for (on, status, anybody) in sessions {
        let starts = Zone::SHANGHAI.at_minute(day(*on), 600);
        let id: i64 = sqlx::query_scalar(
            "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
             select max(id), 1, $1, $2, $3, $4, 0 from activities returning id",
        )
        .bind(starts)
        .bind(Timestamp(starts.0 + 3_600_000))
        .bind(day(*on))
        .bind(*status)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        if *anybody {
            sqlx::query("insert into head_counts (request_id, session_id, heads, counted_at) values ($1, $2, 5, 0)")
                .bind(request())
                .bind(id)
                .execute(&mut *tx)
                .await
                .unwrap();
        }
        ids.push(id);
    }
    tx.commit().await.unwrap();
    ids
}

/// What should be, in plain lists.
#[derive(Default)]
struct Model {
    /// Since when, and until when.
    units: Vec<(Option<Date>, Option<Date>)>,
    /// Unit, session, part; none where it was taken back.
    parts: Vec<Option<(usize, usize, &'static str)>>,
    /// The numbers under which the parts are known.
    ids: Vec<i64>,
}

impl Model {
    fn there_on(&self, on: Date) -> usize {
        let is_there = |(since, until): &&(Option<Date>, Option<Date>)| {
            since.is_none_or(|since| since <= on) && until.is_none_or(|until| on <= until)
        };
        self.units.iter().filter(is_there).count()
    }

    fn in_part(&self, part: &str, sessions: &[Held], (from, to): (Date, Date)) -> usize {
        let counts = |at: usize| {
            let (on, status, anybody) = sessions[at];
            status == "completed" && anybody && from <= day(on) && day(on) < to
        };
        let units: BTreeSet<usize> = (self.parts.iter().flatten())
            .filter(|(_, session, as_what)| *as_what == part && counts(*session))
            .map(|(unit, ..)| *unit)
            .collect();
        units.len()
    }
}

/// Does what the step says, through the API, and in the model what should come of it.
async fn does(ann: &User<'_>, model: &mut Model, step: &Step, today: Date, ids: &[i64], sessions: &[Held]) {
    let is = |answer: Answer, status: u16| assert_eq!(answer.status.code, status, "{step:?}: {}", answer.text());
    match *step {
        Step::Comes(back) => {
            let since = back.map(|back| today.minus_days(back));
            let body =
                json!({"center": 1, "name": format!("第{}家", model.units.len() + 1), "kind": "shop", "since": since});
            is(ann.post_json("/api/v1/units", body).await, 201);
            model.units.push((since, None));
        }
        Step::Ends(unit, back) if unit < model.units.len() => {
            let last = today.minus_days(back);
            let answer = ann.post_json(&format!("/api/v1/units/{}/ending", unit + 1), json!({"ended_on": last})).await;
            let busy = |(of, session, _): &(usize, usize, &str)| {
                *of == unit && day(sessions[*session].0) > last && sessions[*session].1 != "cancelled"
            };
            match model.units[unit] {
                (_, Some(_)) => is(answer, 404),
                (Some(since), None) if last < since => is(answer, 422),
                _ if model.parts.iter().flatten().any(busy) => is(answer, 409),
                (since, None) => {
                    is(answer, 200);
                    model.units[unit] = (since, Some(last));
                }
            }
        }
        Step::Returns(unit) if unit < model.units.len() => {
            let answer = ann.post_json(&format!("/api/v1/units/{}/restoration", unit + 1), json!({})).await;
            is(answer, if model.units[unit].1.is_some() { 200 } else { 404 });
            model.units[unit].1 = None;
        }
        Step::TakesPart(unit, session, part) if unit < model.units.len() => {
            let body = json!({"unit_id": unit + 1, "part": part});
            let answer = ann.post_json(&format!("/api/v1/sessions/{}/units", ids[session]), body).await;
            let (on, status, _) = sessions[session];
            let is_over = model.units[unit].1.is_some_and(|last| last < day(on));
            if status == "cancelled" || is_over || model.parts.contains(&Some((unit, session, part))) {
                is(answer, 409);
            } else {
                assert_eq!(answer.status.code, 201, "{step:?}: {}", answer.text());
                model.ids.push(answer.json()["id"].as_i64().unwrap());
                model.parts.push(Some((unit, session, part)));
            }
        }
        Step::Withdraws(at) if at < model.parts.len() => {
            let there = model.parts[at].take();
            let session = there.map_or(ids[0], |(_, session, _)| ids[session]);
            let path = format!("/api/v1/sessions/{session}/units/{}/withdrawal", model.ids[at]);
            is(ann.post_json(&path, json!({})).await, if there.is_some() { 204 } else { 404 });
        }
        // There is none of that number yet.
        _ => {}
    }
}

/// A year of units in and out, compared on days and over periods.
async fn a_year(app: TestApp, steps: Vec<(u64, Step)>, sessions: Vec<Held>, days: Vec<u64>) {
    let ids = hold(&app, &sessions).await;
    let (mut model, mut on) = (Model::default(), 0);
    let ann = app.token("ann").await;
    for (later, step) in &steps {
        on = (on + later).min(364);
        app.clock.set(Zone::SHANGHAI.at_minute(day(on), 540));
        does(&ann, &mut model, step, day(on), &ids, &sessions).await;
    }
    app.clock.set(Zone::SHANGHAI.at_minute(day(365), 540));
    for on in days {
        let list = ann.get(&format!("/api/v1/units?center=1&on={}", day(on))).await.is(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), model.there_on(day(on)), "on {}", day(on));
        for (from, to) in [(day(on), day(on + 30)), (day(0), day(365))] {
            let path = format!("/api/v1/summary?scope=center:1&from={from}&to={to}");
            let told = ann.get(&path).await.is(200).json();
            for part in ["served", "helping", "lending_place"] {
                let key = format!("units_{part}");
                let figure = told["figures"].as_array().unwrap().iter().find(|figure| figure["key"] == key.as_str());
                let expected = model.in_part(part, &sessions, (from, to));
                assert_eq!(figure.unwrap()["value"], json!(expected), "{key} {from} {to}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn units_in_and_out_over_a_year_are_counted_as_a_plain_model_counts(
        steps in proptest::collection::vec(step(), 1..40),
        sessions in proptest::collection::vec(held(), 6),
        days in proptest::collection::vec(0u64..365, 4),
    ) {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let (steps, sessions, days) = (steps.clone(), sessions.clone(), days.clone());
            run(engine, |app| a_year(app, steps, sessions, days));
        }
    }
}
