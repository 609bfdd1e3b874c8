//! The door: phones, roster, program; refusals, races, closing and hours.

mod crash;
mod leaving;
mod random;
mod review;
mod sync;

use linli::check_in::RequestId;
use rocket::futures::future::join_all;
use rocket::futures::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, User, on_both_engines};

pub(crate) const SESSION: &str = "/centers/1/sessions/1";

/// How many clients the door has waiting at any moment.
const AT_ONCE: usize = 128;

/// A session this morning, 10:00 to 12:00 in Dongguan, found at `/c/tea`.
pub(crate) async fn session(app: &TestApp, capacity: Option<i64>, team: Option<i64>) {
    app.execute(
        "insert into activities (center_id, kind_id, title, published, created_at)
         select 1, id, '早茶会', 1, 0 from service_kinds where code = 'community_activity'",
    )
    .await;
    another(app, "tea", "2026-03-05", capacity, team).await;
}

/// One more session of the activity, at 10:00 of `date`.
pub(crate) async fn another(app: &TestApp, token: &str, date: &str, capacity: Option<i64>, team: Option<i64>) {
    let starts = linli::clock::Timestamp::parse_rfc3339(&format!("{date}T02:00:00Z")).unwrap();
    let mut tx = app.begin().await;
    sqlx::query(
        "insert into sessions (activity_id, center_id, room_id, team_id, starts_at, ends_at, local_date, capacity, status,
                check_in_token, updated_at)
         values (1, 1, 1, $1, $2, $3, $4, $5, 'planned', $6, 0)",
    )
    .bind(team)
    .bind(starts)
    .bind(starts.0 + 2 * 3_600_000)
    .bind(date)
    .bind(capacity)
    .bind(token)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// Enrols `count` people in center 1, with the ids 1 to `count`.
pub(crate) async fn people(app: &TestApp, count: i64) {
    let mut tx = app.begin().await;
    for number in 1..=count {
        let id: i64 = sqlx::query_scalar(
            "insert into people (name, pinyin, initials, phone_last4, created_at, updated_at)
             values ($1, 'chenbo', 'cb', '0081', 0, 0) returning id",
        )
        .bind(format!("陈伯{number}"))
        .fetch_one(&mut *tx)
        .await
        .unwrap();
        sqlx::query("insert into enrolments (person_id, center_id, enrolled_at) values ($1, 1, 0)")
            .bind(id)
            .execute(&mut *tx)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

pub(crate) fn request() -> String {
    RequestId::random().to_string()
}

/// A try by API; one that finds the database busy comes again with its number, as a good client does.
async fn tries(user: &User<'_>, person: i64, role: &str, request: &str) -> Answer {
    loop {
        let body = json!({"request_id": request, "person_id": person, "role": role});
        let answer = user.post_json("/api/v1/sessions/1/checkins", body).await;
        if answer.status.code != 503 {
            return answer;
        }
    }
}

async fn ticks(user: &User<'_>, person: &str, role: &str) -> Answer {
    user.post(&format!("{SESSION}/attendances"), &[("request_id", &request()), ("person_id", person), ("role", role)])
        .await
}

fn codes(answers: &[Answer]) -> (usize, usize, usize) {
    let count = |status: u16, code: Option<&str>| {
        answers.iter().filter(|a| a.status.code == status && code.is_none_or(|code| a.json()["code"] == code)).count()
    };
    (count(201, None), count(409, Some("already_in")), count(409, Some("full")))
}

on_both_engines! {
    async fn a_phone_gives_name_and_number_once_and_then_taps(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = app.anyone();
        let page = phone.get("/c/tea").await.is(200).shows("早茶会").shows("name=\"phone\"").hides("<script");
        assert!(page.body.len() < 6_000, "{} bytes", page.body.len());
        assert_eq!(app.number("select count(*) from scans").await, 0, "looking checks nobody in");

        let first = request();
        let mut form = [("request_id", first.as_str()), ("name", "梁惠芳"), ("phone", "1380013")];
        phone.post("/c/tea", &form).await.is(422).shows("value=\"梁惠芳\"").shows(&first);
        form[2].1 = "138 0013 8000";
        let answer = phone.post("/c/tea", &form).await.is(200).shows("签到成功").shows("梁惠芳").shows("10:00");
        phone.keep(&answer);
        let secret = &phone.cookies.iter().find(|(name, _)| name == "phone").unwrap().1;
        assert!(secret.len() > 40, "the cookie is opaque");

        app.at("2026-03-05T02:20:00Z");
        phone.post("/c/tea", &form).await.is(200).shows("签到成功").shows("10:00");
        form[0].1 = "0d0e8c4b-8ad3-4b5a-9a57-0a6d0f0f5f11";
        phone.post("/c/tea", &form).await.is(200).shows("已经签过了").shows("10:00");
        assert_eq!(app.number("select count(*) from people").await, 1);
        assert_eq!(app.number("select count(*) from attendances").await, 1);
        assert_eq!(app.number("select count(*) from scans").await, 2);

        another(&app, "tai", "2026-03-06", None, None).await;
        app.at("2026-03-06T02:00:00Z");
        phone.get("/c/tai").await.is(200).shows("您好，").hides("name=\"phone\"");
        phone.post("/c/tai", &[("request_id", &request()), ("person_id", "1")]).await.is(200).shows("签到成功");
        phone.get("/me").await.is(200).shows("梁惠芳").shows("参加 2 次");
        app.at("2026-03-09T02:00:00Z");
        phone.get("/c/tai").await.is(200).shows("已经签过了");
    }

    async fn a_phone_is_seen_whenever_it_checks_in(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = app.anyone();
        let form = |name| [("request_id", request()), ("name", name), ("phone", "13800138000".to_owned())];
        let post = async |phone: &User<'_>, fields: &[(&str, String)]| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            phone.post("/c/tea", &fields).await.is(200)
        };
        let answer = post(&phone, &form("梁惠芳".to_owned())).await;
        phone.keep(&answer);
        let seen_now = async || {
            let seen = app.number("select seen_at from phones").await;
            assert_eq!(seen, app.clock.now().0.0);
        };
        app.at("2026-03-05T02:10:00Z");
        post(&phone, &[("request_id", request()), ("person_id", "1".to_owned())]).await;
        seen_now().await;
        app.at("2026-03-05T02:20:00Z");
        post(&phone, &form("陈小明".to_owned())).await;
        seen_now().await;
        assert_eq!(app.number("select count(*) from phones").await, 1);
    }

    async fn a_family_shares_a_phone_until_it_is_forgotten(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = app.anyone();
        let mut person = 0;
        for (name, number) in [("梁惠芳", "13800138000"), ("陈小明", "13800138000")] {
            let answer = phone.post("/c/tea", &[("request_id", &request()), ("name", name), ("phone", number)]).await.is(200);
            phone.keep(&answer);
            person += 1;
        }
        phone.get("/c/tea").await.is(200).shows("谁来了？").shows("梁惠芳").shows("陈小明").shows("已签到");
        phone.get("/c/tea?another").await.is(200).shows("name=\"phone\"");
        assert_eq!(app.number("select count(*) from phones").await, 1);
        assert_eq!(app.number("select count(*) from phone_people").await, person);

        people(&app, 1).await;
        phone.post("/c/tea", &[("request_id", &request()), ("person_id", "3")]).await.is(404);
        let old = phone.clone();
        let answer = phone.post("/c/tea/forget", &[]).await;
        assert_eq!(answer.leads_to(), "/c/tea");
        phone.keep(&answer);
        phone.get("/c/tea").await.is(200).shows("name=\"phone\"").hides("梁惠芳");
        old.get("/c/tea").await.is(200).hides("梁惠芳");
        old.post("/c/tea", &[("request_id", &request()), ("person_id", "1")]).await.is(422);
        old.get("/me").await.is(200).hides("梁惠芳");
    }

    async fn the_door_says_why_not(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let (phone, ann) = (app.anyone(), app.token("ann").await);
        phone.get("/c/nothing").await.is(404).shows("怎么办");
        let form = |id: &str| [("request_id".to_owned(), id.to_owned()), ("name".into(), "梁惠芳".into()), ("phone".into(), "13800138000".into())];
        let post = async |id: String| {
            let form = form(&id);
            let form: Vec<_> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            phone.post("/c/tea", &form).await
        };
        for (instant, status, code) in [
            ("2026-03-05T00:59:00Z", "planned", "not_open_yet"),
            ("2026-03-06T16:00:00Z", "planned", "closed"),
            ("2026-03-05T02:00:00Z", "completed", "closed"),
            ("2026-03-05T02:00:00Z", "cancelled", "cancelled"),
        ] {
            app.at(instant);
            let mut tx = app.begin().await;
            sqlx::query("update sessions set status = $1").bind(status).execute(&mut *tx).await.unwrap();
            tx.commit().await.unwrap();
            tries(&ann, 1, "participant", &request()).await.is(409).is_refused(code);
            phone.get("/c/tea").await.is(200).shows("还没签到").hides("name=\"phone\"");
            post(request()).await.is(409).shows("还没签到");
        }
        assert_eq!(app.number("select count(*) from scans where outcome <> 'admitted'").await, 8, "every try is on record");
        assert_eq!(app.number("select count(*) from people").await, 2, "nobody is registered at a closed door");
        assert_eq!(app.number("select count(*) from attendances").await, 0);
    }

    async fn the_same_request_gets_the_same_answer(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let (ann, id) = (app.token("ann").await, request());
        let first = tries(&ann, 1, "participant", &id).await.is(201).json();
        app.at("2026-03-05T02:30:00Z");
        assert_eq!(tries(&ann, 1, "participant", &id).await.is(200).json(), first);
        tries(&ann, 2, "participant", &id).await.is(409).is_refused("request_reused");
        tries(&ann, 1, "volunteer", &id).await.is(409).is_refused("request_reused");
        let again = request();
        tries(&ann, 1, "participant", &again).await.is(409).is_refused("already_in");
        tries(&ann, 1, "participant", &again).await.is(409).is_refused("already_in");
        tries(&ann, 1, "volunteer", &request()).await.is(201);
        assert_eq!(app.number("select count(*) from scans").await, 3);
        assert_eq!(app.number("select count(*) from attendances").await, 2);
        let list = ann.get("/api/v1/sessions/1/checkins").await.is(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 2);
        assert_eq!(list["items"][0]["came_at"], "2026-03-05T02:00:00Z");
    }

    async fn the_api_says_what_is_wrong_with_a_try(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let (ann, path) = (app.token("ann").await, "/api/v1/sessions/1/checkins");
        let faults = ann.post_json(path, json!({"request_id": "7", "role": "guest", "occurred_at": "2026-03-05T09:00:00Z"})).await.is(422).json();
        let keys: Vec<_> = faults["errors"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["occurred_at", "person_id", "request_id", "role"]);
        tries(&ann, 999, "participant", &request()).await.is(404);
        tries(&app.token("olga").await, 1, "participant", &request()).await.is(404);
        tries(&app.token("cai").await, 1, "participant", &request()).await.is(403);
        tries(&app.token("fay").await, 1, "participant", &request()).await.is(201);
        tries(&app.token("lei").await, 1, "participant", &request()).await.is(404);
        ann.post_json("/api/v1/sessions/1/head_counts", json!({"heads": 5, "elderly": 2})).await.is(422);
        let count = json!({"request_id": request(), "heads": 5, "elderly": 2});
        let first = ann.post_json("/api/v1/sessions/1/head_counts", count.clone()).await.is(201).json();
        assert_eq!(ann.post_json("/api/v1/sessions/1/head_counts", count.clone()).await.is(200).json(), first);
        let other = json!({"request_id": count["request_id"], "heads": 6});
        ann.post_json("/api/v1/sessions/1/head_counts", other).await.is(409).is_refused("request_reused");
        ann.post_json("/api/v1/sessions/1/head_counts", json!({"request_id": request(), "heads": 5, "elderly": 6})).await.is(422);
        assert_eq!(app.number("select cast(sum(heads) as bigint) from head_counts").await, 5);
        app.sign_in("ann").await.post(&format!("{SESSION}/head-counts/1/void"), &[]).await.leads_to();
        ann.post_json("/api/v1/sessions/1/head_counts", count).await.is(409).is_refused("voided");
    }

    async fn the_roster_ticks_voids_and_ticks_again(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let (ann, fay) = (app.sign_in("ann").await, app.sign_in("fay").await);
        fay.post(&format!("{SESSION}/search"), &[("q", "cb")]).await.is(200).shows("陈伯1").shows("尾号 0081");
        assert_eq!(ticks(&fay, "1", "participant").await.leads_to(), SESSION);
        assert_eq!(ticks(&ann, "1", "participant").await.leads_to(), SESSION, "ticked by two: what was wanted is so");
        ticks(&ann, "999", "participant").await.is(404);
        ann.get(SESSION).await.is(200).shows("已到 1 人").shows("陈伯1");
        let attendance = format!("{SESSION}/attendances/1");
        fay.get(&attendance).await.is(200).shows("名单勾选");
        fay.post(&format!("{attendance}/void"), &[]).await.is(422);
        assert_eq!(fay.post(&format!("{attendance}/void"), &[("reason", "点错了人")]).await.leads_to(), SESSION);
        fay.post(&format!("{attendance}/void"), &[("reason", "点错了人")]).await.is(404);
        fay.get(&attendance).await.is(404);
        ann.get(SESSION).await.is(200).hides("已到 1 人");
        assert_eq!(ticks(&ann, "1", "participant").await.leads_to(), SESSION);
        assert_eq!(app.number("select count(*) from attendances").await, 2);
        assert_eq!(app.number("select count(*) from attendances where voided_at is null").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'attendance.voided'").await, 1);
    }

    async fn names_are_for_those_who_receive_people(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        ticks(&app.sign_in("ann").await, "1", "participant").await.leads_to();
        for login in ["tom", "cai", "ben"] {
            app.sign_in(login).await.get(SESSION).await.is(200).hides("陈伯1");
        }
        app.sign_in("lei").await.get(SESSION).await.is(404);
        app.sign_in("olga").await.get(SESSION).await.is(404);
        app.execute("update sessions set team_id = 1").await;
        app.sign_in("lei").await.get(SESSION).await.is(200).shows("陈伯1");
        app.sign_in("lei").await.get("/centers/1/desk").await.is(200).shows("早茶会");
        app.at("2026-03-06T02:00:00Z");
        app.sign_in("fay").await.get(SESSION).await.is(404);
        app.sign_in("fay").await.get("/centers/1/desk").await.is(200).hides("早茶会");
    }

    async fn a_walk_in_is_registered_once_and_heads_are_counted(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        let id = request();
        let form = [("request_id", id.as_str()), ("name", "黄丽珍"), ("phone", ""), ("role", "participant")];
        assert_eq!(ann.post(&format!("{SESSION}/walk-ins"), &form).await.leads_to(), SESSION);
        assert_eq!(ann.post(&format!("{SESSION}/walk-ins"), &form).await.leads_to(), SESSION);
        assert_eq!(app.number("select count(*) from people").await, 1, "a double tap registers one");
        ann.post(&format!("{SESSION}/walk-ins"), &[("request_id", &request()), ("role", "participant")]).await.is(422).shows("请填写这一项");
        ann.post(&format!("{SESSION}/head-counts"), &[("request_id", &id), ("heads", "0")]).await.is(422);
        for _ in 0..2 {
            let heads = [("request_id", id.as_str()), ("heads", "12"), ("elderly", "7")];
            assert_eq!(ann.post(&format!("{SESSION}/head-counts"), &heads).await.leads_to(), SESSION, "a double tap counts once");
        }
        ann.get(SESSION).await.is(200).shows("<strong>13</strong>").shows("未具名 12 人");
        assert_eq!(ann.post(&format!("{SESSION}/head-counts/1/void"), &[]).await.leads_to(), SESSION);
        ann.post(&format!("{SESSION}/head-counts/1/void"), &[]).await.is(404);
        ann.get(SESSION).await.is(200).shows("<strong>1</strong>");
    }

    async fn what_is_entered_afterwards_says_so(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        app.at("2026-03-06T08:00:00Z");
        ticks(&app.sign_in("ann").await, "1", "participant").await.leads_to();
        app.sign_in("ann").await.get(&format!("{SESSION}/attendances/1")).await.is(200).shows("事后补录");
        assert_eq!(app.number("select count(*) from attendances a join sessions s on s.id = a.session_id where a.came_at = s.starts_at and a.recorded_by is not null").await, 1);
    }

    async fn groups_are_those_of_the_sessions_day(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        app.execute("update people set birth_date = '1966-03-05' where id = 1").await;
        app.execute("update people set birth_date = '1966-03-06' where id = 2").await;
        app.execute("insert into group_memberships (person_id, priority_group, valid_from, valid_to, document, created_at) values (2, 'needy', '2025-01-01', '2026-03-05', '低保证', 0)").await;
        app.at("2026-03-06T08:00:00Z");
        let ann = app.sign_in("ann").await;
        ticks(&ann, "1", "participant").await.leads_to();
        ticks(&ann, "2", "participant").await.leads_to();
        assert_eq!(app.number("select count(*) from attendances where person_id = 1 and elderly = 1 and needy = 0").await, 1);
        assert_eq!(app.number("select count(*) from attendances where person_id = 2 and elderly = 0 and needy = 1").await, 1);
    }

    async fn a_hundred_people_for_ten_seats(app: TestApp) {
        session(&app, Some(10), None).await;
        people(&app, 101).await;
        let ann = app.token("ann").await;
        let answers = join_all((1..=100).map(|person| { let ann = ann.clone(); async move { tries(&ann, person, "participant", &request()).await } })).await;
        assert_eq!(codes(&answers), (10, 0, 90));
        assert_eq!(app.number("select count(*) from attendances").await, 10);
        assert_eq!(app.number("select count(*) from scans where outcome = 'full'").await, 90);
        tries(&ann, 101, "volunteer", &request()).await.is(201);
    }

    async fn two_thousand_tries_of_five_hundred_people(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 500).await;
        let ann = app.token("ann").await;
        let all = (0..2_000).map(|n| { let ann = ann.clone(); async move { tries(&ann, n % 500 + 1, "participant", &request()).await } });
        let answers: Vec<Answer> = stream::iter(all).buffer_unordered(AT_ONCE).collect().await;
        assert_eq!(codes(&answers), (500, 1_500, 0));
        assert_eq!(app.number("select count(*) from attendances").await, 500);
        assert_eq!(app.number("select count(distinct person_id) from attendances").await, 500);
        assert_eq!(app.number("select count(*) from scans where outcome = 'already_in'").await, 1_500);
    }

    async fn one_request_sent_twenty_times_at_once_is_one(app: TestApp) {
        session(&app, Some(5), None).await;
        people(&app, 1).await;
        let (ann, id) = (app.token("ann").await, request());
        let answers: Vec<Answer> = join_all((0..20).map(|_| tries(&ann, 1, "participant", &id))).await;
        let bodies: Vec<Value> = answers.iter().map(Answer::json).collect();
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
        assert_eq!(answers.iter().filter(|answer| answer.status.code == 201).count(), 1);
        assert_eq!(app.number("select count(*) from scans").await, 1);
    }

    async fn hours_beyond_the_session_are_confirmed_with_a_reason(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        for person in ["1", "2"] {
            ticks(&ann, person, "volunteer").await.is(303);
        }
        app.at("2026-03-05T04:00:00Z");
        let closing = format!("{SESSION}/closing");
        let form = [("summary", "好"), ("confirm.1", "1"), ("minutes.1", "121"), ("minutes.2", "120"), ("why.1", "提前布置会场")];
        ann.post(&closing, &form[..4]).await.is(422).shows("超过 120 分钟").shows("value=\"121\"").shows("e-why.1");
        assert_eq!(app.number("select count(*) from hours_entries").await, 0);
        ann.post(&closing, &form).await.is(303);
        ann.get(&closing).await.is(200).shows("提前布置会场");
        let hours = format!("{SESSION}/hours");
        let late = [("attendance", "2"), ("minutes.2", "600"), ("why.2", "")];
        ann.post(&hours, &late).await.is(422).shows("超过 120 分钟");
        ann.post(&hours, &[late[0], late[1], ("why.2", "收拾到晚上")]).await.is(303);
        let kept = "select count(*) from hours_entries where minutes > 120 and source = 'adjusted' and reason <> ''";
        assert_eq!(app.number(kept).await, 2);
    }

    async fn closing_confirms_hours_and_corrections_reverse(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 3).await;
        app.execute("insert into team_members (team_id, person_id, joined_on, created_at) values (1, 1, '2025-01-01', 0)").await;
        let ann = app.sign_in("ann").await;
        ann.get(SESSION).await.is(200).shows("陈伯1").shows("志愿者签到");
        app.at("2026-03-05T01:30:00Z");
        ticks(&ann, "1", "volunteer").await.leads_to();
        ticks(&ann, "2", "volunteer").await.leads_to();
        ticks(&ann, "3", "participant").await.leads_to();
        let closing = format!("{SESSION}/closing");
        ann.post(&closing, &[("summary", "顺利")]).await.is(422).shows("活动还没有开始");
        app.at("2026-03-05T03:40:00Z");
        let out = |id: i64| format!("{SESSION}/attendances/{id}/departure");
        assert_eq!(ann.post(&out(1), &[]).await.leads_to(), SESSION);
        ann.post(&out(1), &[]).await.is(409).shows("已经签退了");
        assert_eq!(ann.post(&out(3), &[]).await.leads_to(), SESSION, "a participant may leave too: a child is fetched");

        app.at("2026-03-05T04:10:00Z");
        ann.get(&closing).await.is(200).shows("忘记签退").shows("value=\"130\"").shows("value=\"150\"");
        ann.post(&closing, &[("summary", ""), ("minutes.1", "130")]).await.is(422);
        ann.post(&closing, &[("summary", "顺利"), ("minutes.1", "-5"), ("confirm.1", "1")]).await.is(422);
        assert_eq!(app.number("select count(*) from hours_entries").await, 0);
        let form = [("summary", "来了两位志愿者"), ("minutes.1", "130"), ("confirm.1", "1"), ("minutes.2", "120")];
        assert_eq!(ann.post(&closing, &form).await.leads_to(), closing);
        ann.post(&closing, &form).await.is(422).shows("不能再次结束");
        assert_eq!(app.number("select minutes from hours_entries where source = 'measured'").await, 130);
        assert_eq!(app.number("select count(*) from hours_entries").await, 1);

        let hours = format!("{SESSION}/hours");
        assert_eq!(ann.post(&hours, &[("attendance", "2"), ("minutes.2", "90")]).await.leads_to(), closing);
        ann.post(&hours, &[("attendance", "2"), ("minutes.2", "90")]).await.is(422).shows("已经确认过了");
        ann.post(&hours, &[("attendance", "3"), ("minutes.3", "90")]).await.is(404);
        assert_eq!(app.number("select original_minutes from hours_entries where source = 'adjusted'").await, 150);

        ann.post(&format!("{hours}/1/correction"), &[("corrected.1", "100")]).await.is(422);
        assert_eq!(ann.post(&format!("{hours}/1/correction"), &[("corrected.1", "100"), ("reason.1", "中途离开")]).await.leads_to(), closing);
        ann.post(&format!("{hours}/1/correction"), &[("corrected.1", "100"), ("reason.1", "中途离开")]).await.is(422).shows("已经冲销过了");
        assert_eq!(app.number("select cast(sum(minutes) as bigint) from hours_entries where person_id = 1").await, 100);
        assert_eq!(app.number("select count(*) from hours_entries where person_id = 1").await, 3);

        tries(&app.token("ann").await, 3, "volunteer", &request()).await.is(409).is_refused("closed");
        app.sign_in("fay").await.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "x")]).await.is(403);
        ann.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "签错了场次")]).await.leads_to();
        assert_eq!(app.number("select cast(sum(minutes) as bigint) from hours_entries where person_id = 1").await, 0);
        ann.get(&closing).await.is(200).shows("来了两位志愿者").shows("90 分钟");
    }

    async fn sheets_are_printed_and_the_code_is_drawn(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "next", "2026-03-12", None, None).await;
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        ticks(&ann, "1", "participant").await.leads_to();
        ann.get("/centers/1/sessions/2/sign-in-sheet").await.is(200).shows("陈伯1");
        ann.get(&format!("{SESSION}/poster")).await.is(200).shows("早茶会").shows("/c/tea").shows("<svg");
        let png = ann.get(&format!("{SESSION}/qr.png")).await.is(200);
        assert_eq!((png.header("content-type"), &png.body[1..4]), ("image/png", &b"PNG"[..]));
        ann.get(&format!("{SESSION}/qr.svg")).await.is(200).shows("<svg");
        app.sign_in("cai").await.get(&format!("{SESSION}/sign-in-sheet")).await.is(403);
    }

    async fn what_was_voided_or_full_is_decided_anew(app: TestApp) {
        session(&app, Some(1), None).await;
        people(&app, 2).await;
        let (ann, mut phone, page) = (app.sign_in("ann").await, app.anyone(), request());
        let form = [("request_id", page.as_str()), ("name", "梁惠芳"), ("phone", "13800138000")];
        ticks(&ann, "1", "participant").await.leads_to();
        let answer = phone.post("/c/tea", &form).await.is(409).shows("已经满员");
        phone.keep(&answer);
        assert!(phone.cookies.iter().all(|(name, _)| name != "phone"), "no phone is remembered for who is turned away");
        assert_eq!(app.number("select count(*) from people").await, 2, "nobody is registered at a full door");
        assert_eq!(app.number("select count(*) from phones").await, 0);
        let walk_in = [("request_id", page.as_str()), ("name", "黄丽珍"), ("phone", "13900139000"), ("role", "participant")];
        ann.post(&format!("{SESSION}/walk-ins"), &walk_in).await.is(422).shows("已经满员");
        assert_eq!(app.number("select count(*) from people").await, 2);

        ann.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "点错了人")]).await.leads_to();
        let answer = phone.post("/c/tea", &form).await.is(200).shows("签到成功");
        phone.keep(&answer);
        phone.post("/c/tea", &form).await.is(200).shows("签到成功");
        ann.post(&format!("{SESSION}/attendances/2/void"), &[("reason", "点错了人")]).await.leads_to();
        assert_eq!(ann.post(&format!("{SESSION}/walk-ins"), &walk_in).await.leads_to(), SESSION, "the same page lets in who was turned away");
        phone.post("/c/tea", &form).await.is(409).shows("已经满员");
        ann.post(&format!("{SESSION}/attendances/3/void"), &[("reason", "点错了人")]).await.leads_to();
        phone.post("/c/tea", &form).await.is(200).shows("签到成功");
        assert_eq!(app.number("select count(*) from people").await, 4);
        assert_eq!(app.number("select count(*) from attendances where voided_at is null").await, 1);

        // Known to the phone, but not to this center: a center learns of nobody whom it turns away.
        app.execute("update attendances set voided_at = 0").await;
        ticks(&ann, "1", "participant").await.leads_to();
        app.execute("delete from enrolments where person_id = 3").await;
        let tap = [("request_id", page.as_str()), ("person_id", "3")];
        phone.post("/c/tea", &tap).await.is(409).shows("已经满员");
        assert_eq!(app.number("select count(*) from enrolments where person_id = 3").await, 0);
        app.execute("update attendances set voided_at = 0").await;
        phone.post("/c/tea", &tap).await.is(200).shows("签到成功");
        assert_eq!(app.number("select count(*) from enrolments where person_id = 3").await, 1);
    }

    async fn a_voided_check_in_is_not_repeated_to_a_program(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let (ann, id) = (app.token("ann").await, request());
        tries(&ann, 1, "participant", &id).await.is(201);
        app.sign_in("ann").await.post(&format!("{SESSION}/attendances/1/void"), &[("reason", "x")]).await.leads_to();
        tries(&ann, 1, "participant", &id).await.is(409).is_refused("voided");
        tries(&ann, 1, "participant", &request()).await.is(201);
    }

    async fn walk_ins_of_one_name_are_told_apart_by_phone(app: TestApp) {
        session(&app, None, None).await;
        let (ann, id) = (app.sign_in("ann").await, request());
        for number in ["13800138000", "13900139000", "13800138000"] {
            let form = [("request_id", id.as_str()), ("name", "黄丽珍"), ("phone", number), ("role", "participant")];
            assert_eq!(ann.post(&format!("{SESSION}/walk-ins"), &form).await.leads_to(), SESSION);
        }
        assert_eq!(app.number("select count(*) from people").await, 2);
        assert_eq!(app.number("select count(*) from attendances").await, 2);
    }

    async fn nobody_slips_into_a_session_that_is_being_closed(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 8).await;
        let ann = app.token("ann").await;
        tries(&ann, 8, "volunteer", &request()).await.is(201);
        let mut closing = app.begin().await;
        sqlx::query("update sessions set status = 'completed'").execute(&mut *closing).await.unwrap();
        let parts = ["participant", "volunteer", "staff"];
        let people = join_all((0..6).map(|n| { let ann = ann.clone(); async move { tries(&ann, n + 1, parts[usize::try_from(n % 3).unwrap()], &request()).await } }));
        let heads = async { loop {
            let answer = ann.post_json("/api/v1/sessions/1/head_counts", json!({"request_id": request(), "heads": 5})).await;
            if answer.status.code != 503 { return answer; }
        } };
        let worker = app.sign_in("ann");
        let close = async { rocket::tokio::time::sleep(std::time::Duration::from_millis(300)).await; closing.commit().await.unwrap(); };
        let (people, heads, ()) = rocket::tokio::join!(people, heads, close);
        for answer in people {
            answer.is(409).is_refused("closed");
        }
        heads.is(409).is_refused("closed");
        let worker = worker.await;
        worker.post(&format!("{SESSION}/attendances/1/departure"), &[]).await.is(409);
        assert_eq!(app.number("select count(*) from attendances").await, 1);
        assert_eq!(app.number("select count(*) from head_counts").await, 0);
    }

    async fn what_is_no_code_and_no_name_is_refused(app: TestApp) {
        session(&app, None, None).await;
        let phone = app.anyone();
        for path in ["/c/%00", "/c/te%00a", "/c/TEA", "/c/%E8%8C%B6", "/c/teateateatea"] {
            phone.get(path).await.is(404).shows("怎么办");
            phone.post(path, &[]).await.is(404);
        }
        for name in ["\u{200b}\u{200d}", "123", "…"] {
            phone.post("/c/tea", &[("request_id", &request()), ("name", name), ("phone", "13800138000")]).await.is(422).shows("至少要有一个字");
        }
        assert_eq!(app.number("select count(*) from people").await, 0);
    }

    async fn heads_and_names_share_the_seats(app: TestApp) {
        session(&app, Some(5), None).await;
        people(&app, 3).await;
        let ann = app.token("ann").await;
        let heads = async |number: i64| ann.post_json("/api/v1/sessions/1/head_counts", json!({"request_id": request(), "heads": number})).await;
        tries(&ann, 1, "participant", &request()).await.is(201);
        heads(5).await.is(409).is_refused("full");
        heads(3).await.is(201);
        tries(&ann, 2, "participant", &request()).await.is(201);
        heads(1).await.is(409).is_refused("full");
        tries(&ann, 3, "participant", &request()).await.is(409).is_refused("full");
        app.sign_in("ann").await.post(&format!("{SESSION}/head-counts/1/void"), &[]).await.leads_to();
        tries(&ann, 3, "participant", &request()).await.is(201);
    }

    async fn a_phone_shows_what_it_checked_in_and_no_more(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "before", "2026-02-26", None, None).await;
        let (ann, neighbour, mut own) = (app.sign_in("ann").await, app.anyone(), app.anyone());
        let form = |id: String| [("request_id", id), ("name", "梁惠芳".to_owned()), ("phone", "13800138000".to_owned())];
        let post = async |user: &User<'_>, path: &str| {
            let form = form(request());
            user.post(path, &form.each_ref().map(|(name, value)| (*name, value.as_str()))).await
        };
        let answer = post(&own, "/c/tea").await.is(200).shows("签到成功");
        own.keep(&answer);
        own.get("/me").await.is(200).shows("参加 1 次").shows("早茶会");

        // Whoever knows a name and a number learns nothing of where that person has been.
        let mut neighbour = neighbour;
        let answer = post(&neighbour, "/c/tea").await.is(200).shows("已经签过了");
        neighbour.keep(&answer);
        neighbour.get("/me").await.is(200).hides("早茶会").shows("参加 0 次");

        // What a worker entered shows on no phone, nor does what is not public, nor case work.
        ann.get(SESSION).await.is(200);
        app.execute("insert into attendances (session_id, person_id, role, method, came_at, recorded_at, elderly, disabled, needy, youth) values (2, 1, 'participant', 'paper', 0, 0, 0, 0, 0, 0)").await;
        own.get("/me").await.is(200).shows("参加 1 次");
        app.execute("update activities set published = 0").await;
        own.get("/me").await.is(200).shows("参加 0 次").hides("早茶会");
        app.execute("update activities set published = 1, kind_id = (select id from service_kinds where code = 'case_work')").await;
        own.get("/me").await.is(200).shows("参加 0 次").hides("早茶会");
    }

    async fn a_team_leader_finds_whom_the_session_knows(app: TestApp) {
        session(&app, None, Some(1)).await;
        another(&app, "before", "2026-02-26", None, Some(1)).await;
        people(&app, 3).await;
        app.execute("insert into team_members (team_id, person_id, joined_on, created_at) values (1, 1, '2025-01-01', 0)").await;
        app.execute("insert into attendances (session_id, person_id, role, method, came_at, recorded_at, elderly, disabled, needy, youth) values (2, 2, 'participant', 'paper', 0, 0, 0, 0, 0, 0)").await;
        let lei = app.sign_in("lei").await;
        let search = format!("{SESSION}/search");
        lei.post(&search, &[("q", "cb")]).await.is(200).shows("找到 2 人").shows("陈伯1").shows("陈伯2").hides("陈伯3");
        app.sign_in("ann").await.post(&search, &[("q", "cb")]).await.is(200).shows("找到 3 人").shows("陈伯3");
        ticks(&lei, "3", "participant").await.is(404);
        tries(&app.token("lei").await, 3, "participant", &request()).await.is(404);
        ticks(&lei, "1", "volunteer").await.leads_to();
        ticks(&lei, "2", "participant").await.leads_to();
    }

    async fn one_address_registers_a_hall_and_no_more(app: TestApp) {
        session(&app, Some(1), None).await;
        people(&app, 1).await;
        ticks(&app.sign_in("ann").await, "1", "participant").await.leads_to();
        let from = async |address: &str| {
            let body = format!("request_id={}&name=%E6%A2%81&phone=13800138000", request());
            let post = app.client.post("/c/tea").remote(format!("{address}:4000").parse::<std::net::SocketAddr>().unwrap());
            let post = post.header(rocket::http::ContentType::Form).header(rocket::http::Header::new("Sec-Fetch-Site", "same-origin"));
            let answer = post.body(body).dispatch().await;
            (answer.status().code, answer.into_string().await.unwrap())
        };
        let mut served = 0;
        let said = loop {
            match from("192.0.2.1").await {
                (429, said) => break said,
                (status, _) => assert_eq!(status, 409),
            }
            served += 1;
            assert!(served < 500, "no limit");
        };
        assert!(served >= 60, "{served}");
        assert!(said.contains("怎么办") && said.contains("请等一分钟再试"));
        assert_eq!(from("192.0.2.2").await.0, 409, "another address is not concerned");
        assert_eq!(app.number("select count(*) from people").await, 1);
    }
}
