//! Shifts of volunteers: what a session needs, who says yes, who cannot, who takes over; at the door, and of which what is still missing.

mod histories;
mod races;

use serde_json::{Value, json};

use crate::check_in::{another, card, people, request, session};
use crate::joining::{comes, confirms, leader};
use crate::support::{Answer, TestApp, User, on_both_engines};

/// Team 1 takes in these people.
async fn serve(app: &TestApp, people: impl IntoIterator<Item = i64>) {
    let ann = app.sign_in("ann").await;
    for person in people {
        ann.post("/centers/1/teams/1/members", &[("person", &person.to_string())]).await.is(303);
    }
}

/// A need of a session, by API; its number.
async fn need(ann: &User<'_>, session: i64, body: Value) -> i64 {
    let made = ann.post_json(&format!("/api/v1/sessions/{session}/needs"), body).await.is(201).json();
    made["id"].as_i64().unwrap()
}

/// Somebody said yes by phone.
async fn takes(ann: &User<'_>, session: i64, need: i64, person: i64, anyway: bool) -> Answer {
    let body = json!({"need": need, "person": person, "anyway": anyway});
    ann.post_json(&format!("/api/v1/sessions/{session}/shifts"), body).await
}

/// The phone of a member of team 1, by their card.
async fn phone_of<'a>(app: &'a TestApp, person: i64) -> User<'a> {
    let mut phone = app.anyone();
    let code = card(app, person).await;
    phone.keep(&phone.post(&format!("/k/{}", code.plain()), &[]).await.is(303));
    phone
}

/// A session of team 1 on a day, with so many minutes from 10:00; its number.
async fn on(app: &TestApp, date: &str, minutes: i64) -> i64 {
    another(app, &format!("t{date}{minutes}"), date, None, Some(1)).await;
    let id = app.number("select max(id) from sessions").await;
    let mut tx = app.begin().await;
    sqlx::query("update sessions set ends_at = starts_at + $2 * 60000 where id = $1")
        .bind(id)
        .bind(minutes)
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    id
}

const TAKEN: &str = "select count(*) from shifts where state = 'taken'";

on_both_engines! {
    /// F13, of volunteers.
    async fn who_serves_elsewhere_at_that_time_is_told_before_a_session_is_moved(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 2).await;
        serve(&app, [1, 2]).await;
        let (first, second) = (on(&app, "2026-03-10", 60).await, on(&app, "2026-03-11", 60).await);
        let ann = app.token("ann").await;
        for session in [first, second] {
            let need = need(&ann, session, json!({"position": "签到", "wanted": 1})).await;
            takes(&ann, session, need, 1, false).await.is(201);
        }
        app.execute("update sessions set team_id = null where id > 1").await;
        let path = format!("/api/v1/sessions/{second}/schedule");
        let at = |starts: &str, ends: &str| json!({"room": 2, "date": "2026-03-10", "starts": starts, "ends": ends});
        let told = ann.post_json(&path, at("10:30", "11:30")).await.is(422).json();
        assert_eq!(told["errors"]["overlap_reason"]["code"], "field.busy_elsewhere");
        assert!(told.to_string().contains("陈伯1 2026-03-10 10:00–11:00"), "{told}");
        ann.post_json(&path, at("11:00", "12:00")).await.is(200);
        let mut meant = at("10:30", "11:30");
        meant["overlap_reason"] = json!("他中途过来");
        ann.post_json(&path, meant).await.is(200);
        // With a clash that is there, another room or more places are asked of nobody.
        let mut places = at("10:30", "11:30");
        places["capacity"] = json!(9);
        ann.post_json(&path, places).await.is(200);
    }

    async fn a_shift_is_taken_on_the_own_phone_given_back_and_taken_over(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 2).await;
        serve(&app, [1, 2]).await;
        another(&app, "next", "2026-03-10", None, Some(1)).await;
        let ann = app.sign_in("ann").await;
        let (one, two) = (phone_of(&app, 1).await, phone_of(&app, 2).await);
        one.get("/me").await.is(200).hides("可以报名的岗位");
        let wanted = [("position", "签到"), ("wanted", "1"), ("team", "1"), ("note", "穿马甲")];
        ann.post("/centers/1/sessions/2/needs", &wanted).await.is(303);
        one.get("/me").await.is(200).shows("可以报名的岗位").shows("签到").shows("穿马甲");
        let mine = [("need", "1"), ("person", "1")];
        assert_eq!(one.post("/me/shifts", &mine).await.is(303).leads_to(), "/me/shifts");
        one.post("/me/shifts", &mine).await.is(303);
        assert_eq!(app.number(TAKEN).await, 1, "a second tap is the same");
        one.get("/me/shifts").await.is(200).shows("要来的班次").shows("会来");
        two.post("/me/shifts", &[("need", "1"), ("person", "2")]).await.is(422).shows("刚刚满了");
        two.post("/me/shifts", &mine).await.is(404);
        two.post("/me/shifts/1/return", &[]).await.is(404);

        one.post("/me/shifts/1/substitution", &[("person", "2")]).await.is(303);
        ann.get("/centers/1/sessions/2/shifts").await.is(200).shows("正在找人替").shows("陈伯2");
        two.get("/me").await.is(200).shows("替 陈伯1").shows("能来");
        two.post("/me/shifts/2/refusal", &[("word", "要上班")]).await.is(303);
        one.get("/me").await.is(200).shows("会来").hides("正在找人替");
        assert_eq!(app.number("select person_id from shifts where state = 'taken'").await, 1, "until a yes the first one holds it");
        one.post("/me/shifts/1/substitution", &[("person", "2")]).await.is(303);
        two.post("/me/shifts/3/acceptance", &[]).await.is(303);
        assert_eq!(app.number("select person_id from shifts where state = 'taken'").await, 2);
        one.get("/me").await.is(200).hides("要来的班次");
        one.post("/me/shifts/1/return", &[]).await.is(422).shows("已经有变动");
        two.post("/me/shifts/3/return", &[("word", "发烧")]).await.is(303);
        ann.get("/centers/1/sessions/2/shifts").await.is(200).shows("发烧").shows("退了").shows("有人替了").shows("要上班");
        one.get("/me").await.is(200).shows("可以报名的岗位");
        let done = "select count(*) from audit_events where action in ('session.shift_taken', 'session.substitute_asked',
            'session.shift_declined', 'session.substitute_accepted', 'session.shift_given_back')";
        assert_eq!(app.number(done).await, 6);
    }

    async fn a_leader_without_a_password_keeps_the_shifts_of_the_own_team(app: TestApp) {
        session(&app, None, Some(1)).await;
        let phone = leader(&app).await;
        people(&app, 2).await;
        serve(&app, [2, 3]).await;
        another(&app, "next", "2026-03-10", None, Some(1)).await;
        another(&app, "other", "2026-03-11", None, None).await;
        let base = "/me/teams/1/sessions/2";
        phone.post(&format!("{base}/needs"), &[("position", "引导"), ("wanted", "2"), ("team", "1")]).await.is(303);
        phone.post(&format!("{base}/needs"), &[("position", "引导"), ("wanted", "2"), ("team", "1")]).await.is(422).shows("已经有这个岗位了");
        phone.post("/me/teams/1/sessions/3/needs", &[("position", "引导"), ("wanted", "2")]).await.is(404);
        phone.post(&format!("{base}/shifts/invitations"), &[("need", "1"), ("person", "2")]).await.is(303);
        phone.post(&format!("{base}/shifts/invitations"), &[("need", "1"), ("person", "2")]).await.is(422);
        phone.post(&format!("{base}/shifts"), &[("need", "1"), ("person", "3")]).await.is(303);
        phone.get(&format!("{base}/shifts")).await.is(200).shows("等待答复").shows("会来").shows("****0081").hides("/people/");
        let page = phone.get("/me/teams/1").await.is(200);
        page.shows("引导 1/2").shows("引导 · ").shows("陈伯2");
        // Said yes by phone, though asked before.
        phone.post(&format!("{base}/shifts"), &[("need", "1"), ("person", "2")]).await.is(303);
        assert_eq!(app.number(TAKEN).await, 2);
        phone.post(&format!("{base}/needs/1"), &[("position", "引导"), ("wanted", "1")]).await.is(422).shows("已经有 2 人报名");
        phone.post(&format!("{base}/needs/1"), &[("position", "引导员"), ("wanted", "3")]).await.is(303);
        phone.post(&format!("{base}/needs/1/withdrawal"), &[("reason", "")]).await.is(422);
        phone.post(&format!("{base}/needs/1/withdrawal"), &[("reason", "不用引导")]).await.is(303);
        assert_eq!(app.number("select count(*) from shifts where state = 'ended'").await, 2);
        phone.get(&format!("{base}/shifts")).await.is(200).shows("不需要了").shows("不用引导");
        // By account the same, and nobody else's.
        let lei = app.sign_in("lei").await;
        lei.get("/centers/1/sessions/2/shifts").await.is(200);
        lei.get("/centers/1/sessions/3/shifts").await.is(404);
        app.sign_in("olga").await.get("/centers/1/sessions/2/shifts").await.is(404);
        app.token("olga").await.get("/api/v1/sessions/2/shifts").await.is(404);
        let stranger = comes(&app, "陈大文", "13900139000").await;
        stranger.get(&format!("{base}/shifts")).await.is(404);
        stranger.post("/me/shifts", &[("need", "1"), ("person", "1")]).await.is(404);
        confirms(&app, 1).await;
        stranger.get(&format!("{base}/shifts")).await.is(200);
    }

    async fn nobody_serves_in_two_places_or_without_what_it_takes(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 5).await;
        serve(&app, [1, 2, 3]).await;
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let first = need(&ann, 1, json!({"position": "签到", "wanted": 9, "team": 1})).await;
        another(&app, "same", "2026-03-05", None, Some(1)).await;
        let second = need(&ann, 2, json!({"position": "签到", "wanted": 9})).await;
        takes(&ann, 1, first, 1, false).await.is(201);
        takes(&ann, 2, second, 1, true).await.is_refused("shift_overlap");
        takes(&ann, 1, first, 4, false).await.is_refused("shift_outside");
        page.post("/centers/1/teams/1/members/2/suspension", &[("reason", "休息")]).await.is(303);
        takes(&ann, 1, first, 2, false).await.is_refused("shift_resting");
        takes(&ann, 1, second, 3, false).await.is(404);
        takes(&ann, 1, first, 99, false).await.is(404);
        // Who takes part does not serve.
        ann.post_json("/api/v1/sessions/1/checkins", json!({"request_id": request(), "person_id": 3, "role": "participant"})).await.is(201);
        takes(&ann, 1, first, 3, false).await.is_refused("shift_participant");
        // A certificate that the position asks for.
        let session = on(&app, "2026-03-12", 60).await;
        let aid = need(&ann, session, json!({"position": "急救", "wanted": 1, "kind": 9})).await;
        takes(&ann, session, aid, 3, false).await.is_refused("shift_not_qualified");
        page.post("/centers/1/people/3/qualifications", &[("kind", "9"), ("valid_to", "2026-03-12")]).await.is(303);
        takes(&ann, session, aid, 3, false).await.is_refused("shift_not_qualified");
        page.post("/centers/1/people/3/qualifications/1/confirmation", &[("how.1", "original")]).await.is(303);
        takes(&ann, session, aid, 3, false).await.is(201);
        // What is risky is told, and keeps nobody from it.
        let session = on(&app, "2026-03-13", 60).await;
        page.post(&format!("/centers/1/sessions/{session}/risk"), &[("risky", "1")]).await.is(303);
        let wall = need(&ann, session, json!({"position": "擦墙", "wanted": 1})).await;
        assert_eq!(takes(&ann, session, wall, 3, false).await.is(201).json()["warnings"], json!(["uninsured"]));
        page.get(&format!("/centers/1/sessions/{session}/shifts")).await.is(200).shows("没有保险");
    }

    async fn what_is_too_much_is_asked_about(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 1).await;
        serve(&app, [1]).await;
        let ann = app.token("ann").await;
        let long = on(&app, "2026-03-20", 361).await;
        let wanted = need(&ann, long, json!({"position": "陪护", "wanted": 1})).await;
        let phone = phone_of(&app, 1).await;
        let mine = [("need", wanted.to_string()), ("person", "1".to_owned())];
        let mine: Vec<(&str, &str)> = mine.iter().map(|(name, value)| (*name, value.as_str())).collect();
        phone.get("/me").await.is(200).shows("我知道时间长");
        phone.post("/me/shifts", &mine).await.is(422).shows("请打勾再报");
        phone.post("/me/shifts", &[&mine[..], &[("anyway", "1")]].concat()).await.is(303);
        for day in 21..27 {
            let session = on(&app, &format!("2026-03-{day}"), 60).await;
            let wanted = need(&ann, session, json!({"position": "陪护", "wanted": 1})).await;
            let answer = takes(&ann, session, wanted, 1, false).await;
            if day < 26 { answer.is(201) } else { answer.is_refused("shift_too_much") };
        }
        // The administrator says what is too much.
        let ada = app.sign_in("ada").await;
        let limits = [("day_hours", "6"), ("days_running", "7"), ("minors_from", "08:00"), ("minors_to", "20:00"), ("minors_hours", "4")];
        ada.post("/shift-limits", &[("minors_to", "07:00"), limits[0], limits[1], limits[2], limits[4]]).await.is(422);
        ada.post("/shift-limits", &limits).await.is(303);
        ada.get("/shift-limits").await.is(200).shows("value=\"7\"");
        let (session, wanted) = (app.number("select max(id) from sessions").await, app.number("select max(id) from shift_needs").await);
        takes(&ann, session, wanted, 1, false).await.is(201);
        assert_eq!(app.token("lei").await.get("/api/v1/shift-limits").await.is(200).json()["days_running"], 7);
    }

    async fn a_minor_serves_by_day_with_a_guardians_yes_and_an_adult(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 2).await;
        serve(&app, [1, 2]).await;
        app.execute("update people set birth_date = '2011-05-05' where id = 1").await;
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let session = on(&app, "2026-03-14", 60).await;
        let wanted = need(&ann, session, json!({"position": "引导", "wanted": 2})).await;
        takes(&ann, session, wanted, 1, true).await.is_refused("shift_minor_consent");
        let own = [("purpose", "volunteer"), ("answer", "given"), ("given_on", "2026-03-04"), ("given_method", "paper")];
        page.post("/centers/1/people/1/consents", &own).await.is(303);
        takes(&ann, session, wanted, 1, true).await.is_refused("shift_minor_consent");
        let guardian = [("guardian", "陈大树"), ("guardianship", "parent")];
        let own = [("purpose", "volunteer"), ("answer", "given"), ("given_on", "2026-03-05"), ("given_method", "paper")];
        page.post("/centers/1/people/1/consents", &[&own[..], &guardian].concat()).await.is(303);
        takes(&ann, session, wanted, 1, true).await.is_refused("shift_minor_alone");
        takes(&ann, session, wanted, 2, true).await.is(201);
        takes(&ann, session, wanted, 1, true).await.is(201);
        // Whom the adult leaves alone, the list says.
        let gaps = async || ann.get("/api/v1/shifts/gaps?center=1").await.is(200).json();
        assert_eq!(gaps().await["items"], json!([]));
        let adult = app.number("select id from shifts where person_id = 2").await;
        ann.post_json(&format!("/api/v1/sessions/{session}/shifts/{adult}/return"), json!({})).await.is(204);
        assert_eq!(gaps().await["items"][0]["alone"], 1);
        // And who is to serve at night, since it was moved.
        takes(&ann, session, wanted, 2, true).await.is(201);
        assert_eq!(gaps().await["items"], json!([]));
        app.execute("update sessions set starts_at = starts_at + 34200000, ends_at = ends_at + 34200000 where local_date = '2026-03-14'").await;
        assert_eq!(gaps().await["items"][0]["misplaced"], 1);
        page.get("/centers/1/gaps").await.is(200).shows("1 名未成年人的时段或者时长不合规定");
        page.get(&format!("/centers/1/sessions/{session}/shifts")).await.is(200).shows("未成年人时段或者时长不合规定");
        app.execute("update sessions set starts_at = starts_at - 34200000, ends_at = ends_at - 34200000 where local_date = '2026-03-14'").await;
        assert_eq!(gaps().await["items"], json!([]));
        let adult = app.number("select id from shifts where person_id = 2 and state = 'taken'").await;
        ann.post_json(&format!("/api/v1/sessions/{session}/shifts/{adult}/return"), json!({})).await.is(204);
        let long = on(&app, "2026-03-15", 241).await;
        let wanted = need(&ann, long, json!({"position": "引导", "wanted": 2})).await;
        takes(&ann, long, wanted, 2, true).await.is(201);
        takes(&ann, long, wanted, 1, true).await.is_refused("shift_minor_long");
        let late = on(&app, "2026-03-16", 60).await;
        app.execute("update sessions set starts_at = starts_at + 34200000, ends_at = ends_at + 34200000 where local_date = '2026-03-16'").await;
        let wanted = need(&ann, late, json!({"position": "引导", "wanted": 2})).await;
        takes(&ann, late, wanted, 1, true).await.is_refused("shift_minor_hours");
    }

    async fn the_door_lets_in_as_a_volunteer_who_has_a_shift(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 3).await;
        serve(&app, [1, 2]).await;
        let ann = app.token("ann").await;
        let wanted = need(&ann, 1, json!({"position": "签到", "wanted": 2})).await;
        for person in [1, 2] {
            takes(&ann, 1, wanted, person, false).await.is(201);
        }
        let comes = async |person: i64, role: Option<&str>| {
            let mut body = json!({"request_id": request(), "person_id": person});
            if let Some(role) = role {
                body["role"] = json!(role);
            }
            ann.post_json("/api/v1/sessions/1/checkins", body).await
        };
        app.sign_in("ann").await.get("/centers/1/sessions/1").await.is(200).shows("陈伯1").shows("2/2");
        comes(1, Some("participant")).await.is_refused("on_shift");
        assert_eq!(app.number("select count(*) from attendances").await, 0);
        comes(1, None).await.is(201);
        assert_eq!(app.number("select count(*) from attendances where part = 'volunteer'").await, 1);
        comes(3, None).await.is(201);
        // What a desk kept without a network waits for a worker, who may count it.
        let scan = json!({"request_id": request(), "session_id": 1, "person_id": 2, "role": "participant", "offline": true, "occurred_at": "2026-03-05T02:00:00Z"});
        let told = app.token("fay").await.post_json("/api/v1/checkins/batch", json!({"items": [scan]})).await.is(200).json();
        assert_eq!(told["answers"][0]["code"], "on_shift");
        let page = app.sign_in("ann").await;
        page.get("/centers/1/desk/review").await.is(200).shows("陈伯2");
        // After it: who came, who did not.
        app.at("2026-03-05T05:00:00Z");
        let page = app.sign_in("ann").await;
        page.get("/centers/1/sessions/1/shifts").await.is(200).shows("来了").shows("没来");
        let told = app.token("ann").await.get("/api/v1/sessions/1/shifts").await.is(200).json();
        let standing = |n: usize| told["items"][0]["shifts"][n]["standing"].clone();
        assert_eq!([standing(0), standing(1)], ["came", "missed"]);
    }

    async fn gaps_are_listed_moved_sessions_clash_and_cancelled_ones_are_none(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 2).await;
        serve(&app, [1, 2]).await;
        let (ann, page) = (app.token("ann").await, app.sign_in("ann").await);
        let (one, two) = (on(&app, "2026-03-17", 60).await, on(&app, "2026-03-18", 60).await);
        let first = need(&ann, one, json!({"position": "签到", "wanted": 1, "team": 1, "note": "带本子"})).await;
        let second = need(&ann, two, json!({"position": "引导", "wanted": 3, "team": 1})).await;
        let gaps = async |query: &str| ann.get(&format!("/api/v1/shifts/gaps?center=1{query}")).await.is(200).json()["items"].as_array().unwrap().clone();
        assert_eq!(gaps("").await.len(), 2);
        assert_eq!(gaps("&sort=missing").await[0]["position"], "引导");
        assert!(gaps("&team=99").await.is_empty());
        takes(&ann, one, first, 1, false).await.is(201);
        takes(&ann, two, second, 1, false).await.is(201);
        assert_eq!(gaps("").await.len(), 1);
        page.get("/centers/1/gaps").await.is(200).shows("引导").shows("缺 2 人").hides("带本子");
        app.sign_in("lei").await.get("/centers/1/gaps").await.is(200).shows("引导");
        let file = page.post("/centers/1/exports", &[("list", "gaps"), ("format", "csv")]).await.is(200).text();
        assert_eq!((file.lines().count(), file.contains("引导")), (2, true), "{file}");
        // Who rests does not serve, though they said yes before.
        app.execute("update team_members set suspended_on = '2026-03-05' where person_id = 1").await;
        assert!(gaps("").await.iter().all(|gap| gap["away"] == 1));
        page.get(&format!("/centers/1/sessions/{one}/shifts")).await.is(200).shows("不能再服务");
        page.get("/centers/1/gaps").await.is(200).shows("缺 1 人").shows("缺 3 人");
        app.execute("update team_members set suspended_on = null").await;
        // The one is moved onto the other.
        app.execute("update sessions set starts_at = (select starts_at from sessions where id = 2), ends_at = (select ends_at from sessions where id = 2), local_date = '2026-03-17' where id = 3").await;
        assert_eq!(gaps("").await.iter().filter(|gap| gap["clashes"] == 1).count(), 2);
        page.get(&format!("/centers/1/sessions/{one}/shifts")).await.is(200).shows("时间冲突");
        let phone = phone_of(&app, 1).await;
        phone.get("/me").await.is(200).shows("时间冲突");
        app.execute("update sessions set status = 'cancelled' where id = 3").await;
        assert!(gaps("").await.is_empty());
        phone.get("/me").await.is(200).shows("活动取消").hides("时间冲突");
        takes(&ann, two, second, 2, false).await.is_refused("shift_over");
    }

    async fn whoever_left_all_teams_serves_nowhere_also_where_anybody_may(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        serve(&app, [1, 2]).await;
        another(&app, "next", "2026-03-10", None, None).await;
        let ann = app.token("ann").await;
        let wanted = need(&ann, 2, json!({"position": "签到", "wanted": 1})).await;
        takes(&ann, 2, wanted, 1, false).await.is(201);
        let page = app.sign_in("ann").await;
        let roster = "/centers/1/sessions/2/shifts";
        page.get(roster).await.is(200).hides("不能再服务");
        // Whom the worker chose stays chosen where it is refused.
        let chosen = [("need", &*wanted.to_string()), ("person", "2"), ("anyway", "1")];
        page.post(roster, &chosen).await.is(422).shows("<option value=\"2\" selected>").shows("value=\"1\" checked");
        app.execute("update team_members set left_on = '2026-03-05' where person_id = 1").await;
        page.get(roster).await.is(200).shows("不能再服务");
        let gaps = ann.get("/api/v1/shifts/gaps?center=1").await.is(200).json();
        assert_eq!(gaps["items"][0]["away"], 1);
        page.get("/centers/1/gaps").await.is(200).shows("缺 1 人");
    }

    async fn a_series_asks_for_the_same_at_each(app: TestApp) {
        session(&app, None, Some(1)).await;
        for date in ["2026-03-12", "2026-03-19", "2026-03-26"] {
            another(&app, date, date, None, Some(1)).await;
        }
        let ann = app.token("ann").await;
        need(&ann, 3, json!({"position": "签到", "wanted": 2})).await;
        need(&ann, 2, json!({"position": "签到", "wanted": 2, "later": true})).await;
        assert_eq!(app.number("select count(*) from shift_needs").await, 3, "the one that says so already is let be");
        ann.post_json("/api/v1/sessions/2/needs", json!({"position": "签到", "wanted": 2})).await.is(422);
        ann.post_json("/api/v1/sessions/2/needs", json!({"position": "引导", "wanted": 2, "team": 99})).await.is(422);
        ann.post_json("/api/v1/sessions/2/needs", json!({"position": "引导", "wanted": 0})).await.is(422);
    }

    async fn two_who_are_one_hold_a_shift_once(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 2).await;
        serve(&app, [1, 2]).await;
        let ann = app.token("ann").await;
        let wanted = need(&ann, 1, json!({"position": "签到", "wanted": 2})).await;
        takes(&ann, 1, wanted, 1, false).await.is(201);
        takes(&ann, 1, wanted, 2, false).await.is(201);
        let merged = ann.post_json("/api/v1/people/merges", json!({"kept": 1, "merged": 2})).await.is(201).json();
        assert_eq!(app.number(TAKEN).await, 1);
        assert_eq!(app.number("select count(*) from shifts where state = 'merged' and person_id = 1").await, 1);
        let id = merged["id"].as_i64().unwrap();
        ann.post_json(&format!("/api/v1/people/merges/{id}/undoing"), json!({})).await;
        assert_eq!(app.number("select count(distinct person_id) from shifts where state = 'taken'").await, 2);
    }

    async fn who_is_told_of_themselves_is_told_of_their_shifts(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 1).await;
        serve(&app, [1]).await;
        let ann = app.token("ann").await;
        let wanted = need(&ann, 1, json!({"position": "签到", "wanted": 2})).await;
        takes(&ann, 1, wanted, 1, false).await.is(201);
        let body = json!({"asker": "person", "identity": "当面看了身份证"});
        let told = ann.post_json("/api/v1/people/1/own-data", body).await.is(200).text();
        assert!(told.contains("shifts") && told.contains("签到"), "{told}");
    }

    async fn who_is_erased_holds_no_shift(app: TestApp) {
        session(&app, None, Some(1)).await;
        people(&app, 1).await;
        serve(&app, [1]).await;
        let ann = app.token("ann").await;
        let next = on(&app, "2026-03-12", 60).await;
        let wanted = need(&ann, next, json!({"position": "签到", "wanted": 1})).await;
        let phone = phone_of(&app, 1).await;
        takes(&ann, next, wanted, 1, false).await.is(201);
        phone.post("/me/shifts/1/return", &[("word", "我住院了")]).await.is(303);
        takes(&ann, next, wanted, 1, false).await.is(201);
        let wish = json!({"wanted_by": "person", "reason": "本人书面要求"});
        let asked = ann.post_json("/api/v1/people/1/erasure", wish).await.is(201).json();
        let approval = format!("/api/v1/erasures/{}/approval", asked["id"]);
        app.token("ben").await.post_json(&approval, json!({"number": 1})).await.is(200);
        assert_eq!(app.number("select count(*) from shifts where word is not null or state = 'taken'").await, 0);
        assert_eq!(app.number("select count(*) from shifts").await, 2, "that a number held one stays");
    }
}
