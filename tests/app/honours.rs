//! What volunteers were trained in and commended for, the list of a year, whose hours reach how many stars', and a team's own page.

mod years;

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
