//! Rooms that stand open: their days make, move, close and give up themselves, and a clicker counts who comes. And what a capacity
//! means: a quota, or who is inside.

use serde_json::{Value, json};

use crate::check_in::{people, request};
use crate::support::{Answer, TestApp, User, on_both_engines};

const LIST: &str = "/centers/1/open-rooms";
const MONTH: &str = "/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01";

/// The second room of center 1 stands open from nine to five, every day from today on.
async fn library(app: &TestApp) -> User<'_> {
    let ann = app.sign_in("ann").await;
    let mut open = vec![("title", "图书室开放"), ("kind", "3"), ("room", "2"), ("since", "2026-03-05")];
    open.extend([("opens", "09:00"), ("closes", "17:00"), ("published", "1")]);
    open.extend(["1", "2", "3", "4", "5", "6", "7"].map(|day| ("weekday", day)));
    ann.post(LIST, &open).await.is(303);
    ann
}

async fn runs(app: &TestApp, at: &str) {
    app.at(at);
    app.run_jobs().await;
}

async fn planned(app: &TestApp) -> i64 {
    app.number("select count(*) from sessions where status = 'planned'").await
}

fn figure(told: &Value, key: &str) -> Option<i64> {
    told["figures"].as_array()?.iter().find(|one| one["key"] == key)?["value"].as_i64()
}

/// As a clicker sends it.
async fn taps(user: &User<'_>, session: i64, taps: &[&str]) -> Answer {
    let fields: Vec<(&str, &str)> = taps.iter().map(|tap| ("tap", *tap)).collect();
    user.post(&format!("/centers/1/sessions/{session}/clicker"), &fields).await
}

on_both_engines! {
    async fn a_day_counted_by_clicker_is_right_in_the_month(app: TestApp) {
        library(&app).await;
        assert_eq!(planned(&app).await, 14);
        assert_eq!(app.number("select count(*) from bookings where room_id = 2 and released_at is null").await, 14);
        people(&app, 1).await;
        let fay = app.sign_in("fay").await;
        fay.get(&format!("{LIST}/1/clicker")).await.is(303);
        let (first, second, third) = (request(), format!("{}:elderly", request()), format!("{}:youth", request()));
        taps(&fay, 1, &[&first]).await.is(303);
        taps(&fay, 1, &[&second, &third]).await.is(303);
        // A tap that comes again is the same one.
        taps(&fay, 1, &[&first, &second]).await.is(303);
        fay.get("/centers/1/sessions/1/clicker").await.is(200).shows("<strong>3</strong>").shows("未留名 3 人");
        fay.post("/centers/1/sessions/1/clicker", &[("undo", third.split(':').next().unwrap())]).await.is(303);
        fay.post("/centers/1/sessions/1/clicker", &[("undo", third.split(':').next().unwrap())]).await.is(303);
        fay.post("/centers/1/sessions/1/clicker", &[("tap", "one")]).await.is(422);
        fay.post("/centers/1/sessions/1/clicker", &[]).await.is(422);
        fay.post("/centers/1/sessions/2/clicker", &[("tap", &first)]).await.is(404);
        let desk = app.token("fay").await;
        let body = json!({"request_id": request(), "person_id": 1, "role": "participant"});
        desk.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
        let told = desk.post_json("/api/v1/sessions/1/clicks", json!({"tap": [first]})).await.is(200).json();
        assert_eq!((&told["heads"], &told["elderly"], &told["youth"], &told["named"]), (&json!(2), &json!(1), &json!(0), &json!(1)));
        fay.get("/centers/1/sessions/1").await.is(200).hides("/head-counts/1/void");
        let ann = app.token("ann").await;
        assert_eq!(figure(&ann.get(MONTH).await.is(200).json(), "visits"), Some(0), "an open session counts nowhere");
        runs(&app, "2026-03-05T09:29:00Z").await;
        assert_eq!(app.number("select count(*) from sessions where status = 'completed'").await, 0);
        runs(&app, "2026-03-05T09:30:00Z").await;
        assert_eq!(app.number("select count(*) from sessions where status = 'completed' and id = 1").await, 1);
        let told = ann.get(MONTH).await.is(200).json();
        let figures = ["sessions", "visits", "persons", "visits.elderly"].map(|key| figure(&told, key));
        assert_eq!(figures, [Some(1), Some(3), Some(1), Some(1)], "{told}");
        taps(&fay, 1, &[&request()]).await.is(422);
        let browser = app.sign_in("ann").await;
        browser.get(&format!("{LIST}/1?month=2026-03")).await.is(200).shows("1 场").shows("<td class=\"num\">3</td>");
        let days = ann.get("/api/v1/open_rooms/1/days?from=2026-03-05&to=2026-03-06").await.is(200).json();
        assert_eq!((&days["items"][0]["visits"], &days["items"][0]["status"]), (&json!(3), &json!("completed")));
    }

    async fn the_days_are_made_once_however_often_it_is_looked(app: TestApp) {
        library(&app).await;
        runs(&app, "2026-03-05T03:00:00Z").await;
        runs(&app, "2026-03-05T04:00:00Z").await;
        assert_eq!((planned(&app).await, app.number("select count(*) from open_days").await), (14, 14));
        // Two processes, each with a look of its own that is due.
        app.at("2026-03-06T01:00:00Z");
        tokio::join!(app.run_jobs(), app.run_jobs());
        app.at("2026-03-06T02:00:00Z");
        tokio::join!(app.run_jobs(), app.run_jobs());
        assert_eq!(app.number("select count(*) from open_days where dropped_at is null").await, 15);
        assert_eq!(app.number("select count(distinct local_date) from open_days").await, 15);
        assert_eq!(app.number("select count(*) from open_days where local_date = '2026-03-19'").await, 1);
        // After a week without a server: what was over is settled, what is to come is made, and nothing of the past.
        runs(&app, "2026-03-25T02:00:00Z").await;
        assert_eq!(app.number("select count(*) from sessions where status = 'planned' and local_date < '2026-03-25'").await, 0);
        assert_eq!(app.number("select count(*) from open_days where local_date >= '2026-03-25'").await, 13, "but for a public holiday");
        assert_eq!(app.number("select count(*) from open_days where local_date > '2026-03-19' and local_date < '2026-03-25'").await, 0);
        // On a public holiday it stays closed.
        assert_eq!(app.number("select count(*) from open_days where local_date = '2026-04-05'").await, 0);
    }

    async fn what_closes_the_room_gives_up_its_days(app: TestApp) {
        library(&app).await;
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/rooms/2/closures", &[("from", "2026-03-10"), ("to", "2026-03-11"), ("reason", "消防检修")]).await.is(303);
        runs(&app, "2026-03-05T03:00:00Z").await;
        let dropped = "select count(*) from sessions where status = 'skipped' and reason = '消防检修' and local_date in ('2026-03-10', '2026-03-11')";
        assert_eq!((app.number(dropped).await, planned(&app).await), (2, 12));
        assert_eq!(app.number("select count(*) from bookings where room_id = 2 and released_at is null").await, 12);
        // Taken back, the days are made anew.
        ben.post("/centers/1/rooms/2/closures/1/void", &[("void_reason.1", "填错了")]).await.is(303);
        runs(&app, "2026-03-05T04:00:00Z").await;
        assert_eq!(planned(&app).await, 14);
        // A worker takes a day out by hand, and it stays out.
        let ann = app.sign_in("ann").await;
        let id = app.number("select max(id) from sessions where local_date = '2026-03-12'").await;
        ann.post(&format!("/centers/1/sessions/{id}/schedule/cancellation"), &[("reason", "停电")]).await.is(303);
        runs(&app, "2026-03-05T05:00:00Z").await;
        assert_eq!(app.number("select count(*) from sessions where local_date = '2026-03-12' and status = 'planned'").await, 0);
    }

    async fn the_wall_says_when_a_room_is_not_open(app: TestApp) {
        let ann = library(&app).await;
        ann.get("/centers/1/wall").await.is(200).shows("图书室开放").hides("日停").hides("改到");
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/rooms/2/closures", &[("from", "2026-03-10"), ("to", "2026-03-11"), ("reason", "消防检修")]).await.is(303);
        runs(&app, "2026-03-05T03:00:00Z").await;
        let id = app.number("select max(id) from sessions where local_date = '2026-03-12'").await;
        ann.post(&format!("/centers/1/sessions/{id}/schedule/cancellation"), &[("reason", "停电")]).await.is(303);
        app.execute("update sessions set starts_at = starts_at + 3600000, ends_at = ends_at + 3600000 where local_date = '2026-03-14'").await;
        ann.post(&format!("{LIST}/1/ending"), &[("ended_on", "2026-03-17"), ("reason", "装修")]).await.is(303);
        let sheet = ann.get("/centers/1/wall").await.is(200).shows("至 16 日").shows("10–11日不开放").shows("12日停");
        // Why, is not for everybody who passes.
        sheet.shows("14日改到 3月14日 周六 10:00–18:00").hides("消防检修").hides("停电").hides("装修");
        ann.get("/centers/1/wall?month=2026-04").await.is(200).hides("图书室开放");
    }

    async fn other_bookings_are_left_alone(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let class = [("title", "书法班"), ("kind", "3"), ("room", "2"), ("date", "2026-03-12"), ("starts", "10:00"), ("ends", "11:30")];
        ann.post("/centers/1/activities", &class).await.is(303);
        library(&app).await;
        let pieces = "select count(*) from open_days where local_date = '2026-03-12' and dropped_at is null and ";
        assert_eq!(app.number("select count(*) from open_days where local_date = '2026-03-12'").await, 2);
        let sql = |rest: &str| format!("{pieces}{rest}");
        let mut conn = app.db().read().await.unwrap();
        for rest in ["opens = 540 and closes = 600", "opens = 690 and closes = 1020"] {
            let found: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql(rest))).fetch_one(&mut *conn).await.unwrap();
            assert_eq!(found, 1, "{rest}");
        }
        drop(conn);
        // The class is called off: the day is one again.
        ann.post("/centers/1/sessions/1/schedule/cancellation", &[("reason", "老师请假")]).await.is(303);
        runs(&app, "2026-03-05T03:00:00Z").await;
        assert_eq!(app.number("select count(*) from open_days where local_date = '2026-03-12' and dropped_at is null and opens = 540 and closes = 1020").await, 1);
        assert_eq!(app.number("select count(*) from open_days where local_date = '2026-03-12' and dropped_at is null").await, 1);
    }

    async fn a_day_given_up_and_added_again_by_hand_belongs_to_its_room(app: TestApp) {
        let ann = library(&app).await;
        let token = app.token("ann").await;
        // From Monday on it is open on Mondays alone: Tuesday the 10th is given up.
        ann.post(&format!("{LIST}/1/change"), &[("from", "2026-03-09"), ("weekday", "1"), ("opens", "09:00"), ("closes", "17:00")]).await.is(303);
        let id = app.number("select max(id) from sessions where local_date = '2026-03-10' and status = 'skipped'").await;
        token.post_json(&format!("/api/v1/sessions/{id}/restoration"), json!({})).await.is(200);
        ann.get(&format!("{LIST}/1?month=2026-03")).await.is(200).shows(&format!("/centers/1/sessions/{id}"));
        let stands = "select count(*) from sessions where local_date = '2026-03-10' and status = 'planned'";
        for at in ["2026-03-05T03:00:00Z", "2026-03-06T03:00:00Z", "2026-03-09T03:00:00Z"] {
            runs(&app, at).await;
            assert_eq!(app.number(stands).await, 1, "{at}: it stays");
        }
        // Open on all days again, it is not made a second time.
        let ann = app.sign_in("ann").await;
        let mut daily = vec![("from", "2026-03-10"), ("opens", "09:00"), ("closes", "17:00")];
        daily.extend(["1", "2", "3", "4", "5", "6", "7"].map(|day| ("weekday", day)));
        ann.post(&format!("{LIST}/1/change"), &daily).await.is(303);
        assert_eq!(app.number("select count(*) from sessions where local_date = '2026-03-10'").await, 1);
        app.at("2026-03-10T02:00:00Z");
        let fay = app.sign_in("fay").await;
        taps(&fay, id, &[&request()]).await.is(303);
        runs(&app, "2026-03-10T10:00:00Z").await;
        let closed = "select count(*) from open_days d join sessions s on s.id = d.session_id
            where d.local_date = '2026-03-10' and s.status = 'completed' and d.settled_at is not null and d.dropped_at is null";
        assert_eq!(app.number(closed).await, 1, "it closes by itself");
    }

    async fn a_day_without_a_count_is_skipped_and_can_be_put_right(app: TestApp) {
        let ann = library(&app).await;
        runs(&app, "2026-03-05T09:30:00Z").await;
        assert_eq!(app.number("select count(*) from sessions where id = 1 and status = 'skipped' and reason = '没有人计数'").await, 1);
        ann.get(LIST).await.is(200).shows("这些天没有人计数");
        ann.get(&format!("{LIST}/1?month=2026-03")).await.is(200).shows("补录人数");
        ann.post(&format!("{LIST}/1/days/2/restoration"), &[]).await.is(404);
        ann.post(&format!("{LIST}/1/days/1/restoration"), &[]).await.is(303);
        ann.post(&format!("{LIST}/1/days/1/restoration"), &[]).await.is(404);
        let heads = [("request_id", request()), ("heads", "12".to_owned())];
        let heads: Vec<_> = heads.iter().map(|(name, value)| (*name, value.as_str())).collect();
        ann.post("/centers/1/sessions/1/head-counts", &heads).await.is(303);
        runs(&app, "2026-03-05T11:00:00Z").await;
        assert_eq!(app.number("select count(*) from sessions where id = 1 and status = 'planned'").await, 1, "a worker closes it");
        ann.post("/centers/1/sessions/1/closing", &[("summary", "补录：忘了计数")]).await.is(303);
        let told = app.token("ann").await.get(MONTH).await.is(200).json();
        assert_eq!((figure(&told, "sessions"), figure(&told, "visits")), (Some(1), Some(12)));
        // Until the end of the next day.
        runs(&app, "2026-03-06T09:30:00Z").await;
        app.at("2026-03-07T16:00:00Z");
        let day = app.number("select id from sessions where local_date = '2026-03-06'").await;
        let answer = app.token("ann").await.post_json(&format!("/api/v1/open_rooms/1/days/{day}/restoration"), json!({})).await;
        answer.is(409).is_refused("open_day_too_late");
    }

    async fn its_times_change_and_end_from_a_day_on(app: TestApp) {
        let ann = library(&app).await;
        let change = [("from", "2026-03-09"), ("weekday", "1"), ("weekday", "3"), ("opens", "14:00"), ("closes", "16:00"), ("opens_2", "08:00"), ("closes_2", "10:00")];
        ann.post(&format!("{LIST}/1/change"), &change).await.is(303);
        // 5 to 8 March as before, then the 9th, 11th, 16th and 18th, twice each and never before the room opens.
        assert_eq!(planned(&app).await, 4 + 8);
        assert_eq!(app.number("select count(*) from open_days where dropped_at is null and opens = 510 and closes = 600").await, 4);
        ann.post(&format!("{LIST}/1/change"), &[("from", "2026-03-04"), ("weekday", "1")]).await.is(422);
        ann.post(&format!("{LIST}/1/change"), &[("from", "2026-03-09")]).await.is(422).shows("请至少选一天");
        let overlap = [("from", "2026-03-09"), ("weekday", "1"), ("opens", "09:00"), ("closes", "12:00"), ("opens_2", "11:00"), ("closes_2", "13:00")];
        ann.post(&format!("{LIST}/1/change"), &overlap).await.is(422).shows("两段时间重叠了");
        ann.post(&format!("{LIST}/1/ending"), &[("ended_on", "2026-03-04"), ("reason", "装修")]).await.is(422);
        ann.post(&format!("{LIST}/1/ending"), &[("ended_on", "2026-03-07"), ("reason", "装修")]).await.is(303);
        assert_eq!(planned(&app).await, 2);
        ann.post(&format!("{LIST}/1/ending"), &[("ended_on", "2026-03-07"), ("reason", "装修")]).await.is(422).shows("已登记结束");
        ann.post(&format!("{LIST}/1/change"), &change).await.is(422).shows("已登记结束");
        runs(&app, "2026-03-07T02:00:00Z").await;
        runs(&app, "2026-03-08T02:00:00Z").await;
        assert_eq!((planned(&app).await, app.number("select count(*) from jobs where state = 'waiting'").await), (0, 0), "nobody looks any more");
        ann.get(&format!("{LIST}/1/clicker")).await.is(409);
    }

    async fn the_public_sees_a_line_and_not_each_day(app: TestApp) {
        let ann = library(&app).await;
        let agenda = app.anyone().get("/agenda/1").await.is(200).shows("今天开放 09:00–17:00").text();
        assert_eq!(agenda.matches("/agenda/1/sessions/").count(), 1, "{agenda}");
        ann.post("/centers/1/sessions/1/schedule/cancellation", &[("reason", "停电")]).await.is(303);
        app.anyone().get("/agenda/1").await.is(200).shows("今天不开放").shows("下次开放");
        ann.post(LIST, &[("title", "个案"), ("kind", "1"), ("room", "1"), ("since", "2026-03-05"), ("weekday", "1")]).await.is(422).shows("不能随到随进");
    }

    async fn another_centers_room_is_not_found(app: TestApp) {
        library(&app).await;
        let (olga, program) = (app.sign_in("olga").await, app.token("olga").await);
        olga.get(&format!("{LIST}/1")).await.is(404);
        olga.get("/centers/2/open-rooms/1").await.is(404);
        olga.post("/centers/2/open-rooms/1/ending", &[("ended_on", "2026-03-07"), ("reason", "装修")]).await.is(404);
        olga.get("/centers/2/open-rooms").await.is(200).hides("图书室开放");
        olga.post("/centers/2/sessions/1/clicker", &[("tap", &request())]).await.is(404);
        program.get("/api/v1/open_rooms/1").await.is(404);
        program.post_json("/api/v1/open_rooms/1/change", json!({"from": "2026-03-09", "weekday": [1]})).await.is(404);
        program.post_json("/api/v1/sessions/1/clicks", json!({"tap": [request()]})).await.is(404);
        let cai = app.sign_in("cai").await;
        cai.get(LIST).await.is(200).shows("图书室开放").hides("登记开放时段</h2>");
        cai.post(&format!("{LIST}/1/ending"), &[("ended_on", "2026-03-07"), ("reason", "装修")]).await.is(403);
    }

    async fn a_tap_of_another_session_is_refused(app: TestApp) {
        library(&app).await;
        let ann = app.token("ann").await;
        let tap = request();
        ann.post_json("/api/v1/sessions/1/clicks", json!({"tap": [tap]})).await.is(200);
        app.at("2026-03-06T02:00:00Z");
        ann.post_json("/api/v1/sessions/2/clicks", json!({"tap": [tap, request()]})).await.is(409).is_refused("request_reused");
        assert_eq!(app.number("select count(*) from head_counts").await, 1, "nothing of it is counted");
        // What is undone before it was counted is not counted.
        let told = ann.post_json("/api/v1/sessions/2/clicks", json!({"tap": [format!("{tap}a")]})).await;
        told.is(422);
        let both = request();
        let told = ann.post_json("/api/v1/sessions/2/clicks", json!({"tap": [both], "undo": [both]})).await.is(200).json();
        assert_eq!(told["heads"], json!(0));
    }
}

/// A session this morning for one, whose capacity means what is said; and three people.
async fn for_one<'a>(app: &'a TestApp, admission: &str) -> User<'a> {
    people(app, 3).await;
    let ann = app.token("ann").await;
    let plan = json!({
        "center": 1, "title": "健身", "kind": 3, "room": 1, "capacity": 1, "date": "2026-03-05", "starts": "10:00",
        "ends": "12:00", "admission": admission,
    });
    assert_eq!(ann.post_json("/api/v1/activities", plan).await.is(201).json()["admission"], json!(admission));
    ann
}

async fn passes(app: &TestApp, ann: &User<'_>, minute: u32, person: i64, way: &str) -> Answer {
    app.at(&format!("2026-03-05T02:{minute:02}:00Z"));
    let body = json!({"request_id": request(), "person_id": person, "role": "participant", "way": way});
    ann.post_json("/api/v1/sessions/1/checkins", body).await
}

on_both_engines! {
    /// field.md, F24.
    async fn who_leaves_a_quota_keeps_the_seat(app: TestApp) {
        let ann = for_one(&app, "quota").await;
        passes(&app, &ann, 1, 1, "in").await.is(201);
        passes(&app, &ann, 2, 2, "in").await.is(409).is_refused("full");
        passes(&app, &ann, 3, 1, "out").await.is(201);
        passes(&app, &ann, 4, 2, "in").await.is(409).is_refused("full");
        passes(&app, &ann, 5, 1, "in").await.is(201);
        ann.post_json("/api/v1/sessions/1/clicks", json!({"tap": [request()]})).await.is(409).is_refused("full");
    }

    /// field.md, F24.
    async fn where_people_drop_in_the_seats_are_for_who_is_inside(app: TestApp) {
        let ann = for_one(&app, "drop_in").await;
        passes(&app, &ann, 1, 1, "in").await.is(201);
        passes(&app, &ann, 2, 2, "in").await.is(409).is_refused("full");
        passes(&app, &ann, 3, 1, "out").await.is(201);
        passes(&app, &ann, 4, 2, "in").await.is(201);
        // Who left comes back as anybody else comes.
        passes(&app, &ann, 5, 1, "in").await.is(409).is_refused("full");
        passes(&app, &ann, 6, 2, "out").await.is(201);
        passes(&app, &ann, 7, 1, "in").await.is(201);
        passes(&app, &ann, 8, 3, "in").await.is(409).is_refused("full");
        // A clicker counts who is there anyway.
        ann.post_json("/api/v1/sessions/1/clicks", json!({"tap": [request(), request()]})).await.is(200);
        app.sign_in("ann").await.get("/centers/1/sessions/1").await.is(200).shows("<progress value=\"1\" max=\"1\">");
        // The setting is the activity's, and may change.
        let browser = app.sign_in("ann").await;
        browser.get("/centers/1/activities/1/edit").await.is(200).shows("value=\"drop_in\" selected");
        browser.post("/centers/1/activities/1", &[("title", "健身"), ("kind", "3"), ("admission", "quota")]).await.is(303);
        passes(&app, &ann, 9, 1, "out").await.is(201);
        passes(&app, &ann, 10, 3, "in").await.is(409).is_refused("full");
        browser.post("/centers/1/activities/1", &[("title", "健身"), ("kind", "3"), ("admission", "some")]).await.is(422);
    }
}
