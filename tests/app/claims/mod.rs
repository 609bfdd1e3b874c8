//! What somebody says of hours: from a confirmed phone, by the leader, by a worker on behalf; what is confirmed of it, and what it overlaps.

mod histories;
mod model;

use serde_json::{Value, json};

use crate::check_in::{another, people, request, session};
use crate::support::{Answer, TestApp, User, on_both_engines};

const LIST: &str = "/centers/1/claims";
const MINE: &str = "/me/people/1/claims";
const MINUTES: &str = "select cast(coalesce(sum(minutes), 0) as bigint) from hours_entries where person_id = 1";

/// Service of a day, from a time to a time.
fn told<'a>(day: &'a str, from: &'a str, to: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("center", "1"), ("served_on", day), ("from_time", from), ("to_time", to), ("content", "送黄婆婆去医院")]
}

/// The phone of 陈大文, person 1, in team 1 since February; it came to the tea this morning, and is confirmed to be his.
async fn volunteer(app: &TestApp) -> User<'_> {
    session(app, None, Some(1)).await;
    let mut phone = app.anyone();
    let came = [("request_id", &*request()), ("name", "陈大文"), ("phone", "13900139000")];
    let answer = phone.post("/c/tea", &came).await.is(200);
    phone.keep(&answer);
    app.sign_in("ann").await.post("/centers/1/teams/1/members", &[("person", "1")]).await.is(303);
    app.execute("update team_members set joined_on = '2026-02-01'").await;
    let ann = app.token("ann").await;
    let phones = ann.get("/api/v1/people/1/remembered-phones").await.is(200).json();
    let path = format!("/api/v1/people/1/remembered-phones/{}/confirmation", phones["items"][0]["id"]);
    ann.post_json(&path, json!({})).await.is(204);
    phone
}

async fn answers(ann: &User<'_>, answer: &str, claim: i64, more: &[(&str, &str)]) -> Answer {
    let pick = format!("pick.{claim}");
    ann.post(LIST, &[&[("answer", answer), (&*pick, "1")][..], more].concat()).await
}

/// Person `number` helped at the session from ten to twelve.
async fn helped(app: &TestApp, session: i64, number: i64) {
    let mut tx = app.begin().await;
    sqlx::query(
        "insert into attendances (session_id, person_id, part, method, came_at, left_at, recorded_at, elderly, disabled, needy, youth)
         select id, $2, 'volunteer', 'roster', starts_at, ends_at, starts_at, 0, 0, 0, 0 from sessions where id = $1",
    )
    .bind(session)
    .bind(number)
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

/// All sessions are closed.
async fn closed(app: &TestApp) {
    app.execute("update sessions set status = 'completed', closed_at = ends_at").await;
    app.at("2026-03-06T02:00:00Z");
}

on_both_engines! {
    async fn what_a_confirmed_phone_tells_waits_and_counts_once_it_is_confirmed(app: TestApp) {
        let (phone, ann) = (volunteer(&app).await, app.sign_in("ann").await);
        phone.get("/me").await.is(200).shows("补报服务时间");
        phone.get(MINE).await.is(200).shows("还没有提交过");
        phone.post(MINE, &told("2026-03-03", "09:00", "11:00")).await.is(303);
        phone.get(MINE).await.is(200).shows("待处理").shows("送黄婆婆去医院").shows("09:00–11:00");
        assert_eq!(app.number("select count(*) from hours_entries").await, 0, "what waits counts nowhere");
        ann.get(LIST).await.is(200).shows("陈大文").shows("1 条申报待处理").shows("本人");
        answers(&ann, "confirm", 1, &[]).await.is(303);
        answers(&ann, "confirm", 1, &[]).await.is(422).shows("已经处理或撤回了");
        let entered = "select count(*) from hours_entries where source = 'self_reported' and center_id = 1 and session_id is null
             and served_on = '2026-03-03' and content = '送黄婆婆去医院' and minutes = 120 and reason is null";
        assert_eq!(app.number(entered).await, 1);
        phone.get(MINE).await.is(200).shows("已确认").shows("计入 120 分钟").hides("待处理");
        phone.get("/me").await.is(200).shows("送黄婆婆去医院").shows("这条时间不对");
        let month = "/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01";
        let figure = |told: &Value, key: &str| {
            told["figures"].as_array().unwrap().iter().find(|one| one["key"] == key).map(|one| one["value"].clone())
        };
        let summary = app.token("ann").await.get(month).await.is(200).json();
        assert_eq!(figure(&summary, "minutes"), Some(json!(120)), "by the day of the service");
        ann.get("/centers/1/people/1/claims").await.is(200).shows("送黄婆婆去医院").shows("这条时间不对");
        let file = ann.post("/centers/1/exports", &[("list", "claims"), ("format", "csv")]).await.is(200);
        file.shows("送黄婆婆去医院").shows("****9000").hides("13900139000");
    }

    async fn a_phone_that_is_not_confirmed_tells_nothing(app: TestApp) {
        session(&app, None, None).await;
        let mut phone = app.anyone();
        let came = [("request_id", &*request()), ("name", "陈大文"), ("phone", "13900139000")];
        let answer = phone.post("/c/tea", &came).await.is(200);
        phone.keep(&answer);
        phone.get("/me").await.is(200).hides("补报服务时间");
        phone.get(MINE).await.is(404);
        phone.post(MINE, &told("2026-03-03", "09:00", "11:00")).await.is(404);
        app.anyone().post(MINE, &told("2026-03-03", "09:00", "11:00")).await.is(404);
        app.anyone().get("/me/people/1/hours/1/claim").await.is(404);
        assert_eq!(app.number("select count(*) from hour_claims").await, 0);
    }

    async fn what_cannot_be_is_refused(app: TestApp) {
        let phone = volunteer(&app).await;
        phone.post(MINE, &told("2026-03-06", "09:00", "10:00")).await.is(422).shows("不能晚于今天");
        phone.post(MINE, &told("2026-03-05", "09:00", "10:30")).await.is(422).shows("不能晚于今天");
        phone.post(MINE, &told("2026-01-31", "09:00", "10:00")).await.is(422).shows("2026-02-01 才开始做志愿者");
        phone.post(MINE, &told("2026-03-03", "09:00", "09:00")).await.is(422).shows("起止时间相同");
        phone.post(MINE, &[&told("2026-03-03", "09:00", "10:00")[..], &[("team", "2")]].concat()).await.is(422);
        phone.post(MINE, &[("center", "2"), ("served_on", "2026-03-03")]).await.is(422);
        // Over midnight it is the next day's, and the same form twice is one claim.
        let number = request();
        let night = [&told("2026-03-03", "22:00", "01:30")[..], &[("team", "1"), ("request_id", number.as_str())]].concat();
        phone.post(MINE, &night).await.is(303);
        phone.post(MINE, &night).await.is(303);
        assert_eq!(app.number("select count(*) from hour_claims where minutes = 210 and served_on = '2026-03-03' and team_id = 1").await, 1);
        for _ in 0..19 {
            phone.post(MINE, &told("2026-03-02", "09:00", "10:00")).await.is(303);
        }
        phone.post(MINE, &told("2026-03-02", "09:00", "10:00")).await.is(422).shows("已有 20 条");
        phone.post("/me/claims/1/withdrawal", &[("person", "1")]).await.is(303);
        phone.post(MINE, &told("2026-03-02", "09:00", "10:00")).await.is(303);
    }

    async fn whoever_never_served_has_nothing_to_claim(app: TestApp) {
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people/1/claims", &told("2026-03-03", "09:00", "11:00")).await.is(422).shows("还没有做志愿者的记录");
    }

    async fn declining_says_why_and_both_answers_are_undone(app: TestApp) {
        let (phone, ann) = (volunteer(&app).await, app.sign_in("ann").await);
        phone.post(MINE, &told("2026-03-03", "09:00", "11:00")).await.is(303);
        answers(&ann, "decline", 1, &[]).await.is(422).shows("e-word");
        answers(&ann, "decline", 1, &[("word", "在家练习不算")]).await.is(303);
        phone.get(MINE).await.is(200).shows("未确认").shows("在家练习不算");
        phone.post("/me/claims/1/withdrawal", &[("person", "1")]).await.is(409);
        ann.post("/centers/1/claims/1/undoing", &[("reason", "看错了")]).await.is(422).shows("没有处于已确认的状态");
        ann.post("/centers/1/claims/1/reopening", &[]).await.is(303);
        answers(&ann, "confirm", 1, &[("minutes.1", "90")]).await.is(422).shows("与申报的 120 分钟不同");
        answers(&ann, "confirm", 1, &[("minutes.1", "121"), ("why.1", "多算")]).await.is(422);
        answers(&ann, "confirm", 1, &[("minutes.1", "90"), ("why.1", "路上不算")]).await.is(303);
        phone.get(MINE).await.is(200).shows("计入 90 分钟").shows("路上不算");
        assert_eq!(app.number(MINUTES).await, 90);
        ann.post("/centers/1/claims/1/undoing", &[]).await.is(422);
        ann.post("/centers/1/claims/1/undoing", &[("reason", "看错了人")]).await.is(303);
        assert_eq!((app.number(MINUTES).await, app.number("select count(*) from hours_entries").await), (0, 2));
        phone.get(MINE).await.is(200).shows("待处理").shows("看错了人");
        phone.post("/me/claims/1/withdrawal", &[("person", "1")]).await.is(303);
        answers(&ann, "confirm", 1, &[]).await.is(422);
    }

    async fn the_same_time_is_told_of_twice_for_a_reason_only(app: TestApp) {
        let (phone, ann) = (volunteer(&app).await, app.sign_in("ann").await);
        another(&app, "walk", "2026-03-04", None, None).await;
        helped(&app, 2, 1).await;
        closed(&app).await;
        phone.post(MINE, &told("2026-03-04", "11:00", "13:00")).await.is(303);
        phone.post(MINE, &told("2026-03-04", "12:30", "14:00")).await.is(303);
        let list = ann.get(LIST).await.is(200);
        list.shows("与 03-04 10:00–12:00 的服务时间重叠").shows("与 03-04 12:30–14:00 的另一条申报重叠");
        answers(&ann, "confirm", 1, &[]).await.is(422).shows("e-why.1").shows("两段都算请写明原因");
        answers(&ann, "confirm", 1, &[("why.1", "中途走开，十一点去了医院")]).await.is(303);
        // The stay is asked about in its turn, wherever it is confirmed.
        ann.get("/centers/1/hours").await.is(200).shows("与 03-04 11:00–13:00 的服务时间重叠");
        let stay = [("attendance", "2"), ("minutes.2", "120")];
        ann.post("/centers/1/sessions/2/hours", &stay).await.is(422).shows("写明原因");
        ann.post("/centers/1/sessions/2/hours", &[&stay[..], &[("why.2", "提前走，减一小时")]].concat()).await.is(303);
        // What is undone overlaps nothing any more, but what waits does.
        ann.post("/centers/1/claims/1/undoing", &[("reason", "重复")]).await.is(303);
        answers(&ann, "confirm", 2, &[]).await.is(422).shows("e-why.2");
        answers(&ann, "decline", 1, &[("word", "已按签到计")]).await.is(303);
        answers(&ann, "confirm", 2, &[]).await.is(303);
        assert_eq!(app.number(MINUTES).await, 210);
    }

    async fn of_another_center_no_more_is_told_than_that(app: TestApp) {
        let (phone, ann) = (volunteer(&app).await, app.sign_in("ann").await);
        app.execute("insert into activities (center_id, kind_id, title, published, created_at) select 2, id, '隔壁的合唱', 1, 0 from service_kinds where code = 'community_activity'").await;
        app.execute("insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
             select max(a.id), 2, s.starts_at - 86400000, s.ends_at - 86400000, '2026-03-04', 'planned', 0
             from activities a, sessions s where s.id = 1 group by s.starts_at, s.ends_at").await;
        helped(&app, 2, 1).await;
        phone.post(MINE, &told("2026-03-04", "11:30", "12:30")).await.is(303);
        let list = ann.get(LIST).await.is(200);
        list.shows("03-04 11:30–12:30 同一时间在其他中心有服务").hides("隔壁的合唱").hides("10:00–12:00");
        answers(&ann, "confirm", 1, &[]).await.is(422).shows("同一时间在其他中心有服务，两段都算请写明原因");
        answers(&ann, "confirm", 1, &[("why.1", "两处志愿者互换")]).await.is(303);
        let told = app.token("ann").await.get("/api/v1/claims?center=1").await.is(200).json();
        assert_eq!((&told["items"][0]["counted"], &told["items"][0]["state"]), (&json!(60), &json!("confirmed")));
        // Another center's claims are not to be had.
        let olga = app.sign_in("olga").await;
        olga.get(LIST).await.is(404);
        answers(&olga, "confirm", 1, &[]).await.is(404);
        olga.post("/centers/2/claims/1/undoing", &[("reason", "误")]).await.is(404);
        olga.post("/centers/2/claims", &[("answer", "confirm"), ("pick.1", "1")]).await.is(422).shows("已经处理或撤回了");
        app.token("olga").await.post_json("/api/v1/claims/1/undoing", json!({"reason": "误"})).await.is(404);
        olga.get("/centers/2/people/1/claims").await.is(404);
    }

    async fn a_row_that_is_wrong_is_corrected_and_put_back(app: TestApp) {
        let (phone, ann) = (volunteer(&app).await, app.sign_in("ann").await);
        another(&app, "walk", "2026-03-04", None, Some(1)).await;
        helped(&app, 2, 1).await;
        closed(&app).await;
        ann.post("/centers/1/sessions/2/hours", &[("attendance", "2"), ("minutes.2", "120")]).await.is(303);
        let wrong = "/me/people/1/hours/1/claim";
        phone.get(wrong).await.is(200).shows("120 分钟");
        phone.post(wrong, &[("reason", "留下来收拾")]).await.is(422).shows("e-minutes");
        phone.post(wrong, &[("minutes", "120"), ("reason", "留下来收拾")]).await.is(422).shows("和现在的记录一样");
        phone.post(wrong, &[("minutes", "150")]).await.is(422).shows("e-reason");
        phone.post(wrong, &[("minutes", "150"), ("reason", "留下来收拾")]).await.is(303);
        phone.post(wrong, &[("minutes", "160"), ("reason", "留下来收拾")]).await.is(422).shows("已经有一条更正");
        phone.get("/me").await.is(200).shows("更正待处理");
        phone.post("/me/people/1/hours/9/claim", &[("minutes", "150"), ("reason", "不对")]).await.is(404);
        ann.get(LIST).await.is(200).shows("原记 120 分钟").shows("留下来收拾").shows("/centers/1/sessions/2/closing");
        answers(&ann, "confirm", 1, &[]).await.is(303);
        assert_eq!(app.number(MINUTES).await, 150);
        assert_eq!(app.number("select count(*) from hours_entries where session_id = 2 and reason = '留下来收拾'").await, 2);
        // What was corrected once is corrected again, by what stands in its place.
        phone.post(wrong, &[("minutes", "100"), ("reason", "还是不对")]).await.is(404);
        ann.post("/centers/1/claims/1/undoing", &[("reason", "看了签到表")]).await.is(303);
        assert_eq!(app.number(MINUTES).await, 120);
        answers(&ann, "confirm", 1, &[]).await.is(303);
        assert_eq!(app.number(MINUTES).await, 150);
        ann.post("/centers/1/sessions/2/hours/6/correction", &[("corrected.6", "90"), ("reason.6", "早走")]).await.is(404);
        let last = app.number("select max(id) from hours_entries").await.to_string();
        let by_hand = [(format!("corrected.{last}"), "90"), (format!("reason.{last}"), "早走")];
        let by_hand: Vec<(&str, &str)> = by_hand.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        ann.post(&format!("/centers/1/sessions/2/hours/{last}/correction"), &by_hand).await.is(303);
        ann.post("/centers/1/claims/1/undoing", &[("reason", "看了签到表")]).await.is(422).shows("已经冲销过了");
        assert_eq!(app.number(MINUTES).await, 90);
    }

    async fn service_without_a_session_is_corrected_too(app: TestApp) {
        let (phone, ann) = (volunteer(&app).await, app.sign_in("ann").await);
        phone.post(MINE, &told("2026-03-03", "09:00", "11:00")).await.is(303);
        answers(&ann, "confirm", 1, &[]).await.is(303);
        let wrong = "/me/people/1/hours/1/claim";
        phone.post(wrong, &[("minutes", "180"), ("reason", "更久")]).await.is(422).shows("最多 120 分钟");
        phone.post(wrong, &[("from_time", "08:00"), ("reason", "更久")]).await.is(422).shows("e-to_time");
        phone.post(wrong, &[("from_time", "08:00"), ("to_time", "11:00"), ("reason", "八点就到了")]).await.is(303);
        answers(&ann, "confirm", 2, &[]).await.is(303);
        assert_eq!(app.number(MINUTES).await, 180);
        let same = "select count(*) from hours_entries where center_id = 1 and served_on = '2026-03-03' and content = '送黄婆婆去医院'";
        assert_eq!(app.number(same).await, 3);
        ann.post("/centers/1/claims/1/undoing", &[("reason", "误")]).await.is(422).shows("已经冲销过了");
        ann.post("/centers/1/claims/2/undoing", &[("reason", "误")]).await.is(303);
        assert_eq!(app.number(MINUTES).await, 120);
        ann.post("/centers/1/claims/1/undoing", &[("reason", "误")]).await.is(303);
        assert_eq!(app.number(MINUTES).await, 0);
    }

    async fn the_leader_tells_for_a_member_and_vouches_and_decides_nothing(app: TestApp) {
        let phone = volunteer(&app).await;
        let (ann, lei) = (app.sign_in("ann").await, app.sign_in("lei").await);
        people(&app, 1).await;
        ann.post("/centers/1/teams/1/members", &[("person", "2")]).await.is(303);
        phone.get("/me/teams/1/claims").await.is(404);
        ann.post("/centers/1/teams/1/leadership", &[("person", "1")]).await.is(303);
        app.execute("update team_members set joined_on = '2026-02-01'").await;
        phone.get("/me/teams/1/claims").await.is(200).shows("替队员补报");
        let service = told("2026-03-03", "09:00", "11:00");
        phone.post("/me/teams/1/claims", &[&service[..], &[("person", "9")]].concat()).await.is(422);
        phone.post("/me/teams/1/claims", &[&service[..], &[("person", "2")]].concat()).await.is(303);
        phone.post(MINE, &[&service[..], &[("team", "1")]].concat()).await.is(303);
        phone.post("/me/teams/1/claims/1/endorsement", &[]).await.is(303);
        phone.post("/me/teams/1/claims/1/endorsement", &[]).await.is(422).shows("已经证明过了");
        phone.post("/me/teams/1/claims/2/endorsement", &[]).await.is(422).shows("不能证明自己的");
        ann.post("/centers/1/teams/1/claims/2/endorsement", &[]).await.is(422).shows("社工直接处理");
        lei.post("/centers/1/teams/1/claims/9/endorsement", &[]).await.is(404);
        lei.get("/centers/1/teams/1/claims").await.is(200).shows("陈伯1").shows("队长 2026");
        lei.get(LIST).await.is(403);
        ann.get(LIST).await.is(200).shows("队长").shows("证明");
        let state = "select count(*) from hour_claims where state = 'pending' and asked_as = 'leader' and endorsed_at is not null";
        assert_eq!(app.number(state).await, 1, "nothing is decided by it");
        let token = app.token("lei").await;
        token.get("/api/v1/teams/1/claims").await.is(200);
        token.post_json("/api/v1/teams/1/claims/1/endorsement", json!({})).await.is(409);
    }

    async fn a_refused_decision_shows_the_list_as_it_was_cut(app: TestApp) {
        let (phone, ann) = (volunteer(&app).await, app.sign_in("ann").await);
        for from in ["09:00", "10:00"] {
            phone.post(MINE, &told("2026-03-03", from, "11:00")).await.is(303);
        }
        answers(&ann, "decline", 2, &[("word", "重复")]).await.is(303);
        let cut = format!("{LIST}?state=declined");
        ann.get(&cut).await.is(200).shows("reopening?state=declined").hides("pick.1");
        ann.post(&format!("{LIST}/1/reopening?state=declined"), &[]).await.is(422).shows("value=\"declined\" selected").hides("pick.1");
        let waiting = format!("{LIST}?state=pending");
        ann.post(&waiting, &[("answer", "decline"), ("pick.1", "1")]).await.is(422).shows("value=\"pending\" selected").shows("pick.1");
    }

    async fn a_worker_tells_on_behalf_and_takes_back_only_that(app: TestApp) {
        let (phone, ann) = (volunteer(&app).await, app.token("ann").await);
        phone.post(MINE, &told("2026-03-02", "09:00", "11:00")).await.is(303);
        let body = json!({"center": 1, "person": 1, "served_on": "2026-03-03", "from_time": "09:00", "to_time": "10:00", "content": "送餐"});
        let made = ann.post_json("/api/v1/claims", body).await.is(201).json();
        assert_eq!((&made["asked_as"], &made["state"], &made["minutes"]), (&json!("worker"), &json!("pending"), &json!(60)));
        ann.post_json("/api/v1/claims/1/withdrawal", json!({})).await.is(404);
        ann.post_json("/api/v1/claims/2/withdrawal", json!({})).await.is(204);
        ann.post_json("/api/v1/claims/2/withdrawal", json!({})).await.is(409);
        let both = json!({"center": 1, "answer": "confirm", "pick": {"1": true, "2": true}});
        let refused = ann.post_json("/api/v1/claims/decisions", both).await.is(409).json();
        assert_eq!(refused["code"], "claim_decided", "all of it or nothing");
        let one = json!({"center": 1, "answer": "confirm", "pick": {"1": true}});
        assert_eq!(ann.post_json("/api/v1/claims/decisions", one).await.is(200).json(), json!({"decided": 1}));
        ann.post_json("/api/v1/claims/corrections", json!({"center": 1, "person": 1, "entry": 1, "minutes": 60, "reason": "误"})).await.is(201);
        let pending = ann.get("/api/v1/claims?center=1&state=pending").await.is(200).json();
        assert_eq!(pending["items"].as_array().unwrap().len(), 1);
        assert_eq!(pending["items"][0]["recorded_minutes"], 120);
    }
}

/// Confirms a stay at a session without giving a reason.
async fn confirms(ann: &User<'_>, session: i64, attendance: i64) -> u16 {
    let body = json!({"attendance": attendance, "minutes": 120});
    loop {
        let answer = ann.post_json(&format!("/api/v1/sessions/{session}/hours"), body.clone()).await;
        if answer.status.code != 503 {
            return answer.status.code;
        }
    }
}

on_both_engines! {
    async fn of_two_confirmations_at_one_moment_the_later_one_sees_the_earlier(app: TestApp) {
        const ROUNDS: i64 = 12;
        session(&app, None, None).await;
        another(&app, "walk", "2026-03-05", None, None).await;
        people(&app, ROUNDS).await;
        for person in 1..=ROUNDS {
            helped(&app, 1, person).await;
            helped(&app, 2, person).await;
        }
        closed(&app).await;
        let ann = app.token("ann").await;
        for round in 0..ROUNDS {
            let (one, two) = (round * 2 + 1, round * 2 + 2);
            let (one, two) = rocket::tokio::join!(confirms(&ann, 1, one), confirms(&ann, 2, two));
            let mut codes = [one, two];
            codes.sort_unstable();
            assert_eq!(codes[0], 201, "round {round}: {codes:?}");
            assert!(matches!(codes[1], 409 | 422), "round {round}: {codes:?}");
        }
        assert_eq!(app.number("select count(*) from hours_entries").await, ROUNDS);
    }

    async fn nor_does_a_claim_at_one_moment_with_a_stay_count_unseen(app: TestApp) {
        const ROUNDS: i64 = 8;
        session(&app, None, None).await;
        people(&app, ROUNDS).await;
        for person in 1..=ROUNDS {
            helped(&app, 1, person).await;
        }
        closed(&app).await;
        let ann = app.token("ann").await;
        for person in 1..=ROUNDS {
            let body = json!({"center": 1, "person": person, "served_on": "2026-03-05", "from_time": "11:00", "to_time": "13:00", "content": "送餐"});
            let claim = ann.post_json("/api/v1/claims", body).await.is(201).json()["id"].to_string();
            let decides = async {
                let body = json!({"center": 1, "answer": "confirm", "pick": {&claim: true}, "why": {&claim: "十一点换了班"}});
                loop {
                    let answer = ann.post_json("/api/v1/claims/decisions", body.clone()).await;
                    if answer.status.code != 503 {
                        return answer.status.code;
                    }
                }
            };
            let (claimed, stayed) = rocket::tokio::join!(decides, confirms(&ann, 1, person));
            assert_eq!(claimed, 200, "person {person}");
            assert!(matches!(stayed, 201 | 409 | 422), "person {person}: {stayed}");
        }
        // Where the stay came second it was refused; where it came first, the claim said why.
        let silent = "select count(*) from hours_entries a join hours_entries b on b.person_id = a.person_id and b.id <> a.id
             where a.reason is null and b.reason is null";
        assert_eq!(app.number(silent).await, 0);
    }
}
