//! Programmes: what is asked of a center's rooms, dated; for whom; and that it warns and blocks nothing.

use rocket::futures::future::join_all;
use serde_json::{Value, json};

use crate::support::{User, on_both_engines};

/// How the center's rooms stand on a day.
async fn standard(user: &User<'_>, center: i64, on: &str) -> Value {
    user.get(&format!("/api/v1/rooms/standard?center={center}&on={on}")).await.is(200).json()
}

fn rules<'a>(from: &'a str, area: &'a str) -> Vec<(&'a str, &'a str)> {
    let by = [("valid_from", from), ("area_m2", area), ("optional_percent", "0"), ("reason", "东社〔2026〕1号")];
    [&by[..], &[("kinds_by", "list"), ("kind", "2")]].concat()
}

/// Adds a programme that gives rules, and says which.
async fn programme(program: &User<'_>, name: &str) -> i64 {
    let body = json!({"name": name, "name_en": name, "source": "东社〔2026〕1号", "gives_rules": true});
    program.post_json("/api/v1/programmes", body).await.is(201).json()["programme"]["id"].as_i64().unwrap()
}

async fn places(program: &User<'_>, id: i64, body: Value) -> u16 {
    program.post_json(&format!("/api/v1/programmes/{id}/scopes"), body).await.status.code
}

async fn asks(program: &User<'_>, id: i64, from: &str, area: i64) -> u16 {
    let body = json!({"valid_from": from, "area_m2": area, "optional_percent": 0, "kinds_by": "list", "kind": [], "reason": "试行"});
    program.post_json(&format!("/api/v1/programmes/{id}/versions"), body).await.status.code
}

/// Numbers that look random and are the same each time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }
}

/// A day of April 2026.
fn day(of: u64) -> String {
    format!("2026-04-{of:02}")
}

/// What a calendar on the wall would say: for each day of April whose center it is, and what each programme asks for from when.
#[derive(Default)]
struct Wall {
    owners: [Option<i64>; 31],
    asked: Vec<(i64, u64, i64)>,
}

impl Wall {
    fn is_free(&self, days: std::ops::RangeInclusive<u64>) -> bool {
        days.into_iter().all(|day| self.owners[usize::try_from(day).unwrap()].is_none())
    }

    fn take(&mut self, days: std::ops::RangeInclusive<u64>, owner: i64) {
        days.into_iter().for_each(|day| self.owners[usize::try_from(day).unwrap()] = Some(owner));
    }

    /// The programme and the area of a day; the notice's where nobody has it.
    fn on(&self, day: u64) -> (Option<i64>, Option<i64>) {
        let Some(owner) = self.owners[usize::try_from(day).unwrap()] else { return (Some(1), Some(1_500)) };
        let begun = self.asked.iter().filter(|(of, from, _)| *of == owner && *from <= day);
        match begun.max_by_key(|(_, from, _)| *from) {
            Some((_, _, area)) => (Some(owner), Some(*area)),
            None => (None, None),
        }
    }
}

on_both_engines! {
    async fn the_notice_holds_for_demonstration_points_and_says_where_it_is_printed(app: TestApp) {
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let told = standard(&ann, 1, "2026-03-05").await;
        assert_eq!(told["programme"]["source"], "东府办〔2012〕65号 四（二）4");
        assert_eq!((&told["area_m2"], &told["area_asked_m2"], &told["met"]), (&json!(180), &json!(1_500), &json!(false)));
        assert_eq!((&told["optional_kinds"], &told["optional_kinds_asked"]), (&json!(1), &json!(5)));
        assert_eq!(told["missing_kinds"].as_array().unwrap().len(), 7);
        page.get("/centers/1/rooms").await.is(200).shows("与建设要求相比").shows("1,500").shows("东府办〔2012〕65号")
            .shows("只作提示，不影响使用");
        page.get("/centers/1/rooms/standard?on=2026-03-04").await.is(200).shows("总面积 0 m²");
        // It warns and blocks nothing.
        let tea = [("title", "茶话会"), ("kind", "3"), ("room", "1"), ("date", "2026-03-06"), ("starts", "14:00"), ("ends", "16:00")];
        page.post("/centers/1/activities", &tea).await.is(303);
        // A town's own center is measured by nothing until somebody says by what.
        app.execute("update centers set kind = 'town' where id = 2").await;
        let olga = app.token("olga").await;
        let told = standard(&olga, 2, "2026-03-05").await;
        assert_eq!((&told["programme"], &told["met"], &told["missing_kinds"]), (&Value::Null, &json!(true), &json!([])));
        olga.get("/api/v1/rooms/standard?center=1").await.is(404);
        app.sign_in("olga").await.get("/centers/1/rooms/standard").await.is(404);
    }

    async fn a_change_from_a_day_leaves_earlier_days_as_they_were(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.token("ann").await);
        let page = "/programmes/1/versions";
        ada.post(page, &[]).await.is(422).shows("请填写这一项");
        ada.post(page, &rules("2026-03-10", "150")).await.is(303);
        ada.post(page, &rules("2026-03-10", "160")).await.is(422).shows("这一天已经有新的要求了").shows("value=\"160\"");
        ada.post(page, &[&rules("2026-03-11", "150")[..4], &[("kinds_by", "list"), ("kind", "999")]].concat()).await.is(422).shows("请从列表中选择");
        let (before, after) = (standard(&ann, 1, "2026-03-09").await, standard(&ann, 1, "2026-03-10").await);
        assert_eq!((&before["area_asked_m2"], &before["met"]), (&json!(1_500), &json!(false)));
        assert_eq!((&after["area_asked_m2"], &after["met"]), (&json!(150), &json!(true)));
        ann.get("/api/v1/rooms/standard?center=1&on=soon").await.is(422);
        app.at("2026-03-12T02:00:00Z");
        let reader = app.sign_in("ann").await;
        reader.get("/centers/1/rooms").await.is(200).hides("与建设要求相比");
        reader.get("/centers/1/rooms/standard?on=2026-03-09").await.is(200).shows("1,500").shows("与建设要求相比");
        reader.get("/centers/1/rooms/standard?on=2026-03-12").await.is(200).shows("达到要求").hides("1,500");
        app.sign_in("ada").await.get("/programmes/1").await.is(200).shows("东社〔2026〕1号").shows("现行");
        assert_eq!(app.number("select count(*) from audit_events where action = 'programme.version_added'").await, 1);
    }

    async fn what_has_not_begun_is_taken_back_and_what_has_held_is_not(app: TestApp) {
        let (ada, program) = (app.sign_in("ada").await, app.token("ada").await);
        ada.post("/programmes/1/versions", &rules("2026-04-01", "150")).await.is(303);
        let id = app.number("select max(id) from programme_versions").await;
        let (path, field) = (format!("/programmes/1/versions/{id}/void"), format!("void.{id}"));
        ada.post(&path, &[]).await.is(422).shows("请填写这一项");
        ada.post(&path, &[(&*field, "通知撤回了")]).await.is(303);
        ada.post(&path, &[(&*field, "通知撤回了")]).await.is(422).shows("已经撤回了");
        assert_eq!(standard(&program, 1, "2026-04-02").await["area_asked_m2"], 1_500);
        // The day is free again.
        ada.post("/programmes/1/versions", &rules("2026-04-01", "170")).await.is(303);
        assert_eq!(standard(&program, 1, "2026-04-02").await["area_asked_m2"], 170);
        program.post_json("/api/v1/programmes/1/versions/1/void", json!({"reason": "不要了"})).await.is(409).is_refused("programme_version_begun");
        program.post_json("/api/v1/programmes/1/versions/99/void", json!({"reason": "不要了"})).await.is(404);
        app.at("2026-04-02T02:00:00Z");
        let last = app.number("select max(id) from programme_versions").await;
        let late = format!("/api/v1/programmes/1/versions/{last}/void");
        app.token("ada").await.post_json(&late, json!({"reason": "晚了"})).await.is(409).is_refused("programme_version_begun");
    }

    async fn a_center_has_one_rule_giving_programme_a_day(app: TestApp) {
        let (ada, program) = (app.sign_in("ada").await, app.token("ada").await);
        let (one, other) = (programme(&program, "试行方案").await, programme(&program, "镇街方案").await);
        assert_eq!((asks(&program, one, "2026-01-01", 100).await, asks(&program, other, "2026-01-01", 5_000).await), (201, 201));
        assert_eq!(places(&program, one, json!({"center": 1, "from_date": "2026-04-01"})).await, 201);
        let scopes = format!("/programmes/{other}/scopes");
        ada.post(&scopes, &[("center", "1"), ("from_date", "2026-06-01")]).await.is(422).shows("这段时间已有对照的方案");
        ada.post(&scopes, &[("center_kind", "demonstration"), ("from_date", "2026-06-01")]).await.is(422).shows("这段时间已有对照的方案");
        ada.post(&scopes, &[("from_date", "2026-06-01")]).await.is(422).shows("id=\"e-center\"");
        ada.post(&scopes, &[("center", "1"), ("center_kind", "town"), ("from_date", "2026-06-01")]).await.is(422).shows("只选一个");
        ada.post(&scopes, &[("center", "999"), ("from_date", "2026-06-01")]).await.is(422).shows("请从列表中选择");
        // The center's own goes before its kind's, on its days.
        for (on, id) in [("2026-03-31", 1), ("2026-04-01", one), ("2026-06-30", one)] {
            assert_eq!(standard(&program, 1, on).await["programme"]["programme_id"], id, "{on}");
        }
        assert_eq!(standard(&program, 2, "2026-06-30").await["programme"]["programme_id"], 1);
        let scope = app.number("select max(id) from programme_scopes").await;
        let (end, field) = (format!("/programmes/{one}/scopes/{scope}/ending"), format!("ending.{scope}"));
        ada.post(&end, &[(&*field, "2026-03-01")]).await.is(422).shows("结束不能早于开始");
        ada.post(&end, &[(&*field, "2026-05-31")]).await.is(303);
        ada.post(&scopes, &[("center", "1"), ("from_date", "2026-06-01")]).await.is(303);
        ada.post(&end, &[(&*field, "2026-06-01")]).await.is(422).shows("这段时间已有对照的方案");
        for (on, area) in [("2026-03-31", 1_500), ("2026-05-31", 100), ("2026-06-01", 5_000)] {
            assert_eq!(standard(&program, 1, on).await["area_asked_m2"], area, "{on}");
        }
        // Another programme's scope is not found, and a mistaken one never held.
        let void = |id: i64, scope: i64| format!("/api/v1/programmes/{id}/scopes/{scope}/void");
        let why = json!({"reason": "填错了"});
        program.post_json(&void(other, scope), why.clone()).await.is(404);
        program.post_json(&void(one, scope), why.clone()).await.is(200);
        program.post_json(&void(one, scope), why).await.is(409).is_refused("programme_scope_voided");
        assert_eq!(standard(&program, 1, "2026-05-31").await["area_asked_m2"], 1_500);
        // What gives no rules may hold beside it.
        let plan = json!({"name": "创建计划", "name_en": "Plan", "source": "东社〔2026〕3号"});
        let plan = program.post_json("/api/v1/programmes", plan).await.is(201).json()["programme"]["id"].as_i64().unwrap();
        assert_eq!(places(&program, plan, json!({"center": 1, "from_date": "2026-06-01"})).await, 201);
        assert_eq!(standard(&program, 1, "2026-06-01").await["programme"]["programme_id"], other);
    }

    async fn of_two_who_place_a_center_at_once_one_is_refused(app: TestApp) {
        let program = app.token("ada").await;
        let mut ids = Vec::new();
        for name in ["甲方案", "乙方案", "丙方案", "丁方案"] {
            ids.push(programme(&program, name).await);
        }
        let tries = ids.iter().map(|id| places(&program, *id, json!({"center": 1, "from_date": "2026-04-01"})));
        let mut answers = join_all(tries).await;
        answers.sort_unstable();
        assert_eq!(answers, [201, 422, 422, 422]);
        assert_eq!(app.number("select count(*) from programme_scopes where center_id = 1").await, 1);
    }

    async fn any_history_of_rules_says_what_a_calendar_on_the_wall_says(app: TestApp) {
        let program = app.token("ada").await;
        let ids = [programme(&program, "甲方案").await, programme(&program, "乙方案").await];
        let (mut dice, mut wall) = (Dice(20_120_514), Wall::default());
        for _ in 0..24 {
            let id = ids[usize::try_from(dice.below(2)).unwrap()];
            let from = 1 + dice.below(30);
            if dice.below(2) == 0 {
                let area = 1 + i64::try_from(dice.below(3_000)).unwrap();
                let is_new = !wall.asked.iter().any(|(of, begins, _)| (*of, *begins) == (id, from));
                assert_eq!(asks(&program, id, &day(from), area).await, if is_new { 201 } else { 422 });
                if is_new {
                    wall.asked.push((id, from, area));
                }
            } else {
                let last = (from + dice.below(6)).min(30);
                let is_free = wall.is_free(from..=last);
                let body = json!({"center": 1, "from_date": day(from), "to_date": day(last)});
                assert_eq!(places(&program, id, body).await, if is_free { 201 } else { 422 });
                if is_free {
                    wall.take(from..=last, id);
                }
            }
        }
        for of in 1..=30 {
            let told = standard(&program, 1, &day(of)).await;
            let told = (told["programme"]["programme_id"].as_i64(), told["area_asked_m2"].as_i64());
            assert_eq!(told, wall.on(of), "{}", day(of));
        }
    }

    async fn the_rooms_of_the_required_kinds_are_proposed(app: TestApp) {
        let (ada, ben) = (app.sign_in("ada").await, app.sign_in("ben").await);
        ben.get("/centers/1/rooms").await.is(200).shows("图书阅览室");
        // From today on a reading room and a dance room are required, and nothing else that the catalog calls so.
        let listed = [("kinds_by", "list"), ("kind", "3"), ("kind", "12"), ("valid_from", "2026-03-05")];
        let asked = [("area_m2", ""), ("optional_percent", "50"), ("reason", "新通知")];
        ada.post("/programmes/1/versions", &[&listed[..], &asked].concat()).await.is(303);
        ben.get("/centers/1/rooms").await.is(200).shows("还缺必备功能室：").shows("name=\"add.12\"").hides("name=\"add.4\"");
        let dance = [("add.12", "1"), ("name.12", "舞蹈室"), ("area_m2.12", "80"), ("capacity.12", "20")];
        let open = [("weekdays.opens", "08:30"), ("weekdays.closes", "21:00")];
        ben.post("/centers/1/rooms/required", &[&dance[..], &open].concat()).await.is(303);
        let told = standard(&app.token("ben").await, 1, "2026-03-05").await;
        assert_eq!((&told["missing_kinds"][0]["id"], told["missing_kinds"].as_array().unwrap().len()), (&json!(3), 1));
        assert_eq!(told["area_asked_m2"], Value::Null);
    }

    async fn a_programme_is_kept_by_the_city_alone(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.token("ann").await);
        ann.post_json("/api/v1/programmes", json!({"name": "甲", "name_en": "A", "source": "乙"})).await.is(403);
        ann.get("/api/v1/programmes/1").await.is(200);
        ann.get("/api/v1/programmes/99").await.is(404);
        let names = [("name", "试行方案"), ("name_en", "Trial"), ("source", "东社〔2026〕1号"), ("gives_rules", "1")];
        ada.get("/programmes/new").await.is(200);
        ada.post("/programmes", &names).await.is(303);
        ada.post("/programmes", &names).await.is(422).shows("这个名称已经有了");
        ada.post("/programmes/1", &names).await.is(422).shows("这个名称已经有了");
        ada.post("/programmes/2", &[("name", "试行方案（二）"), names[1], names[2]]).await.is(303);
        ada.get("/programmes").await.is(200).shows("试行方案（二）").shows("东府办〔2012〕65号").shows("1,500");
        ada.get("/catalogs").await.is(200).shows("href=\"/programmes\"");
    }
}
