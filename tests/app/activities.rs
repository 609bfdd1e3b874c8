//! Scheduling: what the room decides, what a series shows before it is saved, and how plans change.

use linli::activities::{self, SessionId};
use serde_json::{Value, json};

use crate::support::{Answer, TestApp, User, on_both_engines};

/// Room 1 of center 1 holds 60 people, room 2 20. Friday 6 March 2026 is the day after the tests' today.
pub(crate) const TEA: &[(&str, &str)] = &[
    ("title", "长者太极班"),
    ("kind", "3"),
    ("room", "1"),
    ("date", "2026-03-06"),
    ("starts", "14:00"),
    ("ends", "16:00"),
    ("published", "1"),
];

pub(crate) fn with<'a>(fields: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.chain(changed).copied().collect()
}

pub(crate) async fn schedules(ann: &User<'_>, changed: &[(&str, &str)]) -> Answer {
    ann.post("/centers/1/activities", &with(TEA, changed)).await
}

/// Four Fridays from 6 March, of which 13 March is taken in room 1.
async fn series_with_a_conflict(ann: &User<'_>, picks: &[(&str, &str)]) -> Answer {
    let series = [("title", "合唱团"), ("repeat", "weekly"), ("times", "4"), ("starts", "15:00"), ("ends", "17:00")];
    schedules(ann, &[&series[..], picks].concat()).await
}

async fn statuses(app: &TestApp) -> String {
    let sql = "select string_agg(status, ',') from (select status from sessions order by starts_at, id) s";
    sqlx::query_scalar(sql).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap()
}

/// Live bookings, which are what blocks a room.
pub(crate) const LIVE: &str = "select count(*) from bookings where released_at is null";

on_both_engines! {
    async fn an_overlap_is_refused_naming_what_is_there(app: TestApp) {
        let ann = app.sign_in("ann").await;
        assert_eq!(schedules(&ann, &[]).await.leads_to(), "/centers/1/activities/1");
        schedules(&ann, &[("title", "合唱团"), ("starts", "15:59"), ("ends", "17:00")]).await
            .is(422).shows("二楼多功能活动室：3月6日 14:00–16:00 已有“长者太极班”").shows("value=\"合唱团\"");
        schedules(&ann, &[("starts", "16:00"), ("ends", "17:00")]).await.is(303);
        schedules(&ann, &[("room", "2")]).await.is(303);
        assert_eq!(app.number(LIVE).await, 3);
    }

    async fn the_rooms_buffer_keeps_sessions_apart(app: TestApp) {
        app.execute("update rooms set buffer_minutes = 15 where id = 1").await;
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        schedules(&ann, &[("starts", "16:29"), ("ends", "17:00")]).await.is(422).shows("已有");
        schedules(&ann, &[("starts", "16:30"), ("ends", "17:00")]).await.is(303);
    }

    async fn faults_are_told_at_their_fields(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/activities", &[]).await.is(422).shows("请填写这一项");
        schedules(&ann, &[("starts", "16:00"), ("ends", "14:00")]).await.is(422).shows("结束不能早于开始");
        schedules(&ann, &[("capacity", "61")]).await.is(422).shows("请填 1–60 之间的整数");
        schedules(&ann, &[("date", "2062-03-06")]).await.is(422).shows("日期太早或太远");
        schedules(&ann, &[("repeat", "weekly")]).await.is(422).shows("填其中一项");
        schedules(&ann, &[("room", "99")]).await.is(422).shows("请从列表中选择");
        schedules(&ann, &[("starts", "20:30"), ("ends", "21:30")]).await.is(422).shows("开放时间是 08:30–21:00");
        ann.post("/centers/2/activities", TEA).await.is(404);
        assert_eq!(app.number("select count(*) from sessions").await, 0);
    }

    async fn a_series_proposes_to_skip_holidays_and_books_what_is_wanted(app: TestApp) {
        let ann = app.sign_in("ann").await;
        // Fridays from 24 April 2026: 1 May is Labour Day.
        let series = [("title", "合唱团"), ("repeat", "weekly"), ("times", "3"), ("date", "2026-04-24")];
        let shown = schedules(&ann, &series).await.is(200).shows("有 1 个日期在节假日");
        shown.shows("劳动节").shows("value=\"劳动节\"");
        let picks = [("confirm", "1"), ("pick.2026-04-24", "book"), ("pick.2026-05-01", "book"), ("pick.2026-05-08", "book")];
        schedules(&ann, &[&series[..], &picks].concat()).await.is(303);
        assert_eq!(statuses(&app).await, "planned,planned,planned");
        ann.get("/centers/1/activities/1").await.is(200).shows("节假日：劳动节");
        // A single one, and one that is moved there, are told and not refused.
        schedules(&ann, &[("date", "2026-05-02"), ("room", "2")]).await.is(303);
        ann.get("/centers/1/activities/2").await.is(200).shows("节假日：劳动节");
        let to = |date| with(TEA, &[("date", date), ("room", "2")]);
        ann.post("/centers/1/sessions/4/schedule", &to("2026-05-04")).await.is(303);
        ann.get("/centers/1/activities/2").await.is(200).hides("节假日：");
        ann.post("/centers/1/sessions/4/schedule", &to("2026-05-01")).await.is(303);
        ann.get("/centers/1/activities/2").await.is(200).shows("节假日：劳动节");
    }

    async fn a_program_books_or_skips_holidays(app: TestApp) {
        let ann = app.token("ann").await;
        let list = ann.get("/api/v1/holidays?from=2026-05-02&to=2026-06-19").await.is(200).json();
        let labour_day = json!({"id": 4, "starts_on": "2026-05-01", "ends_on": "2026-05-02", "name": "劳动节", "name_en": "Labour Day"});
        assert_eq!(list["items"], json!([labour_day]));
        ann.get("/api/v1/holidays?from=2026-05-02&to=2026-05-02").await.is(422);
        let series = |changed: Value| {
            let mut series = fridays(json!({"date": "2026-04-24", "times": 3}));
            series.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
            series
        };
        ann.post_json("/api/v1/activities", series(json!({"on_holiday": "maybe"}))).await.is(422);
        let booked = ann.post_json("/api/v1/activities", series(json!({}))).await.is(201).json();
        assert_eq!((&booked["skipped"], &booked["on_holidays"][0]["date"]), (&json!([]), &json!("2026-05-01")));
        // The room is taken on all three dates, and one of them is to be skipped anyway.
        ann.post_json("/api/v1/activities", series(json!({"on_holiday": "skip"}))).await.is(409).is_refused("room_taken");
        app.execute("update bookings set released_at = 1 where session_id <> 2").await;
        app.execute("update sessions set status = 'cancelled' where id <> 2").await;
        let skipped = ann.post_json("/api/v1/activities", series(json!({"on_holiday": "skip"}))).await.is(201).json();
        assert_eq!(skipped["skipped"], json!([{"date": "2026-05-01", "code": "holiday", "reason": "劳动节"}]));
        assert_eq!(skipped["on_holidays"], json!([]));
        let other = ann.post_json("/api/v1/activities", series(json!({"times": 4, "on_conflict": "skip"}))).await.is(201).json();
        let codes: Vec<_> = other["skipped"].as_array().unwrap().iter().map(|date| date["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["room_taken"; 4], "the skipped holiday was made up at the end");
        let once = series(json!({"repeat": "once", "times": null, "date": "2026-05-01", "room": 2, "on_holiday": "skip"}));
        ann.post_json("/api/v1/activities", once).await.is(409).is_refused("nothing_booked");
    }

    async fn the_city_keeps_the_list_of_holidays(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.sign_in("ann").await);
        let mut day = [("starts_on", "2026-03-13"), ("ends_on", "2026-03-12"), ("name", "社区节"), ("name_en", "Community Day")];
        ada.post("/holidays", &day).await.is(422).shows("结束不能早于开始").shows("value=\"社区节\"");
        day[1].1 = "2026-05-13";
        ada.post("/holidays", &day).await.is(422).shows("节假日最长 31 天");
        day[1].1 = "";
        ada.post("/holidays", &day).await.is(303);
        ada.post("/holidays", &day).await.is(422).shows("这一天已经有节假日了");
        ada.get("/holidays").await.is(200).shows("社区节").shows("2026年3月13日").shows("过去的节假日").shows("2026年2月16日");
        for (first, last) in [("2024-03-04", ""), ("2031-03-06", ""), ("2031-03-05", "2031-03-06")] {
            let far = [("starts_on", first), ("ends_on", last), ("name", "远"), ("name_en", "Far")];
            ada.post("/holidays", &far).await.is(422).shows("日期太早或太远（2024-03-05–2031-03-05）");
        }
        let series = [("repeat", "weekly"), ("times", "2")];
        schedules(&ann, &series).await.is(200).shows("社区节");
        let id = app.number("select id from holidays where name = '社区节'").await;
        ada.post(&format!("/holidays/{id}/removal"), &[]).await.is(303);
        schedules(&ann, &series).await.is(200).hides("社区节");
        let past = app.number("select id from holidays where starts_on = '2026-02-16'").await;
        ada.post(&format!("/holidays/{past}/removal"), &[]).await.is(303);
        ada.get("/holidays").await.is(200).hides("2026年2月16日");
        assert_eq!(app.number("select count(*) from audit_events where subject = 'holiday'").await, 3);
    }

    async fn a_series_shows_every_date_before_it_is_saved(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("date", "2026-03-13")]).await.is(303);
        app.execute(
            "insert into room_closures (room_id, starts_at, ends_at, reason, created_at)
             values (1, 1773936000000, 1774108800000, '消防检修', 0)",
        ).await;
        series_with_a_conflict(&ann, &[]).await.is(200)
            .shows("3月13日 周五").shows("14:00–16:00 长者太极班").shows("消防检修").shows("有 2 个日期")
            .shows("4 场").shows("跳过 2 个日期").shows("name=\"pick.2026-04-10\"")
            .shows("换到 书画室").shows("value=\"合唱团\"");
        assert_eq!(app.number("select count(*) from activities").await, 1);
    }

    async fn dates_are_booked_skipped_or_moved_as_picked(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("date", "2026-03-13")]).await.is(303);
        let picks = [
            ("confirm", "1"),
            ("pick.2026-03-06", "book"),
            ("pick.2026-03-13", "book"),
            ("pick.2026-03-20", "skip"),
            ("pick.2026-03-27", "book"),
        ];
        series_with_a_conflict(&ann, &picks).await.is(422).shows("这个时间功能室不可用").shows("请写跳过的原因");
        assert_eq!(app.number("select count(*) from sessions").await, 1);
        series_with_a_conflict(&ann, &with(&picks, &[("pick.2026-03-13", "2"), ("reason.2026-03-20", "社工培训")]))
            .await.is(303);
        assert_eq!(statuses(&app).await, "planned,planned,planned,skipped,planned");
        assert_eq!(app.number("select count(*) from sessions s join session_rooms r on r.session_id = s.id where r.room_id = 2 and s.capacity = 20").await, 1);
        ann.get("/centers/1/activities/2").await.is(200).shows("社工培训").shows("书画室").shows("每周");
        ann.get("/agenda/1").await.is(200).shows("合唱团").hides("社工培训");
    }

    async fn a_date_lost_meanwhile_saves_nothing(app: TestApp) {
        let ann = app.sign_in("ann").await;
        series_with_a_conflict(&ann, &[]).await.is(200).shows("所有日期都可以预订");
        schedules(&ann, &[("date", "2026-03-13")]).await.is(303);
        let picks = ["pick.2026-03-06", "pick.2026-03-13", "pick.2026-03-20", "pick.2026-03-27"].map(|name| (name, "book"));
        series_with_a_conflict(&ann, &[&picks[..], &[("confirm", "1")]].concat()).await
            .is(422).shows("14:00–16:00 长者太极班").shows("这个时间功能室不可用");
        assert_eq!(app.number("select count(*) from sessions").await, 1);
    }

    async fn a_session_moves_and_frees_where_it_was(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        schedules(&ann, &[("title", "合唱团"), ("starts", "10:00"), ("ends", "11:00")]).await.is(303);
        let to = |starts, ends| with(TEA, &[("starts", starts), ("ends", ends)]);
        ann.post("/centers/1/sessions/1/schedule", &to("10:30", "12:00")).await.is(422).shows("10:00–11:00 已有“合唱团”");
        ann.post("/centers/1/sessions/1/schedule", &to("15:00", "17:00")).await.is(303);
        schedules(&ann, &[("starts", "14:00"), ("ends", "15:00")]).await.is(303);
        assert_eq!(app.number("select sequence from sessions where id = 1").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.moved'").await, 1);
        ann.post("/centers/2/sessions/1/schedule", &to("15:00", "17:00")).await.is(404);
    }

    async fn this_and_later_ones_move_together(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let picks = ["pick.2026-03-06", "pick.2026-03-13", "pick.2026-03-20", "pick.2026-03-27"].map(|name| (name, "book"));
        series_with_a_conflict(&ann, &[&picks[..], &[("confirm", "1")]].concat()).await.is(303);
        // Each Friday's session moves onto the next Friday: they do not stand in their own way.
        let change = [("room", "1"), ("date", "2026-03-20"), ("starts", "15:30"), ("ends", "17:30"), ("scope", "later")];
        ann.post("/centers/1/sessions/2/schedule", &change).await.is(303);
        let dates = "select string_agg(local_date, ',') from (select local_date from sessions order by id) s";
        let dates: String = sqlx::query_scalar(dates).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert_eq!(dates, "2026-03-06,2026-03-20,2026-03-27,2026-04-03");
        assert_eq!(app.number(LIVE).await, 4);
        // Moving one onto its own sibling is refused, naming the sibling.
        ann.post("/centers/1/sessions/1/schedule", &with(&change, &[("scope", "one")])).await.is(422).shows("已有“合唱团”");
    }

    async fn a_cancelled_session_frees_its_room_and_can_be_added_again(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        ann.post("/centers/1/sessions/1/schedule/cancellation", &[]).await.is(422).shows("请填写这一项");
        ann.post("/centers/1/sessions/1/schedule/cancellation", &[("reason", "台风")]).await.is(303);
        ann.get("/agenda/1/sessions/1").await.is(200).shows("台风").shows("已取消");
        ann.post("/centers/1/sessions/1/schedule/restoration", &[]).await.is(303);
        ann.post("/centers/1/sessions/1/schedule/restoration", &[]).await.is(409);
        ann.post("/centers/1/sessions/1/schedule/skipping", &[("reason", "台风")]).await.is(303);
        ann.get("/agenda/1/sessions/1").await.is(404);
        schedules(&ann, &[("title", "合唱团")]).await.is(303);
        ann.post("/centers/1/sessions/1/schedule/restoration", &[]).await.is(409).shows("已有“合唱团”");
        assert_eq!(app.number(LIVE).await, 1);
    }

    async fn a_completed_session_stays_as_it_is(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        app.execute("update sessions set status = 'completed' where id = 1").await;
        ann.post("/centers/1/sessions/1/schedule", &with(TEA, &[("starts", "15:00")])).await.is(409).shows("已经结束");
        for path in ["cancellation", "skipping"] {
            ann.post(&format!("/centers/1/sessions/1/schedule/{path}"), &[("reason", "台风")]).await.is(409);
        }
        ann.post("/centers/1/sessions/1/schedule/restoration", &[]).await.is(409);
    }

    async fn new_texts_reach_calendars(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        ann.post("/centers/1/activities/1", &[("title", "太极进阶班"), ("kind", "2"), ("published", "1")]).await.is(303);
        app.anyone().get("/calendar/sessions/1.ics").await.is(200).shows("SUMMARY:太极进阶班").shows("SEQUENCE:1");
    }

    async fn a_calendar_holds_what_is_published(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("description", "请穿软底鞋，带水；\n第一次来请提前 10 分钟。")]).await.is(303);
        schedules(&ann, &[("title", "内部会议"), ("room", "2"), ("published", "0")]).await.is(303);
        ann.post("/centers/1/sessions/1/schedule/cancellation", &[("reason", "台风")]).await.is(303);
        let feed = app.anyone().get("/calendar/centers/1.ics").await.is(200)
            .shows("STATUS:CANCELLED").shows("DTSTART;TZID=Asia/Shanghai:20260306T140000").shows("BEGIN:VTIMEZONE")
            .shows("UID:session-1@").shows("SEQUENCE:1").hides("内部会议");
        assert_eq!(feed.header("content-type"), "text/calendar; charset=utf-8");
        assert!(feed.text().split("\r\n").all(|line| line.len() <= 75));
        for path in ["/calendar/sessions/2.ics", "/calendar/sessions/1", "/calendar/centers/99.ics", "/agenda/1/sessions/2", "/agenda/2/sessions/1"] {
            app.anyone().get(path).await.is(404);
        }
    }

    async fn the_week_shows_rooms_sessions_and_free_time(app: TestApp) {
        let (ann, cai) = (app.sign_in("ann").await, app.sign_in("cai").await);
        schedules(&ann, &[]).await.is(303);
        let path = "/centers/1/week?date=2026-03-06";
        ann.get(path).await.is(200).shows("block planned c-1 s-168 e-192").shows("长者太极班").shows("slot c-1 s-192 e-198").shows("starts=960");
        cai.get(path).await.is(200).shows("长者太极班").hides("class=\"slot");
        cai.get("/centers/2/week").await.is(404);
        app.sign_in("olga").await.get("/centers/2/week").await.is(200).shows("还没有功能室");
    }

    async fn the_public_sees_what_is_published(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("date", "2026-03-05")]).await.is(303);
        let nobody = app.anyone();
        nobody.get("/").await.is(200).shows("长者太极班").shows("莞城");
        nobody.get("/agenda/1").await.is(200).shows("长者太极班").shows("webcal://");
        nobody.get("/agenda/2").await.is(200).shows("近期没有活动");
        nobody.get("/agenda/99").await.is(404);
    }

    async fn the_api_schedules_lists_and_cancels(app: TestApp) {
        let ann = app.token("ann").await;
        let tea = json!({"center": 1, "title": "长者太极班", "kind": 3, "room": 1, "date": "2026-03-06",
            "starts": "14:00", "ends": "16:00", "published": true});
        ann.post_json("/api/v1/activities", tea.clone()).await.is(201);
        ann.post_json("/api/v1/activities", tea.clone()).await.is(409).is_refused("room_taken").shows("长者太极班");
        let mut series = tea;
        series["repeat"] = "weekly".into();
        series["times"] = 3.into();
        ann.post_json("/api/v1/activities", series.clone()).await.is(422);
        series["on_conflict"] = "fail".into();
        ann.post_json("/api/v1/activities", series.clone()).await.is(409).is_refused("room_taken");
        series["on_conflict"] = "skip".into();
        let made = ann.post_json("/api/v1/activities", series).await.is(201).json();
        assert_eq!(made["rule"], "FREQ=WEEKLY;INTERVAL=1;COUNT=3");
        let list = ann.get("/api/v1/sessions?center=1&from=2026-03-01&to=2026-04-01").await.is(200).json();
        let found: Vec<_> = list["items"].as_array().unwrap().iter().map(|s| s["status"].as_str().unwrap()).collect();
        assert_eq!(found, ["planned", "skipped", "planned", "planned", "planned"]);
        ann.post_json("/api/v1/sessions/1/cancellation", json!({"reason": "台风"})).await.is(200);
        assert_eq!(ann.get("/api/v1/sessions/1").await.is(200).json()["status"], "cancelled");
        app.token("olga").await.get("/api/v1/sessions/1").await.is(404).is_refused("not_found");
        assert_eq!(ann.get("/api/v1/activities?center=1").await.is(200).json()["items"].as_array().unwrap().len(), 2);
    }

    async fn of_two_who_book_at_once_exactly_one_wins(app: TestApp) {
        let ann = app.sign_in("ann").await;
        app.execute("update room_week_spans set opens = 0, closes = 1440").await;
        for round in 0..1_000_u32 {
            let date = linli::clock::Date::parse("2026-03-06").unwrap().plus_days(u64::from(round % 600)).to_string();
            let (starts, ends) = if round < 600 { ("09:00", "10:00") } else { ("11:00", "12:00") };
            let slot = [("date", date.as_str()), ("starts", starts), ("ends", ends)];
            let (one, other) = rocket::tokio::join!(schedules(&ann, &slot), schedules(&ann, &slot));
            let mut statuses = [one.status.code, other.status.code];
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 422], "round {round}: {} {}", one.text(), other.text());
        }
        assert_eq!(app.number(LIVE).await, 1_000);
    }

    async fn other_features_find_a_session_by_its_token(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[]).await.is(303);
        let mut conn = app.db().read().await.unwrap();
        let token: String = sqlx::query_scalar("select token from codes").fetch_one(&mut *conn).await.unwrap();
        assert_eq!(token.len(), 10);
        assert_eq!(activities::queries::session_by_token(&mut conn, &token).await.unwrap().id, SessionId(1));
    }
}

on_both_engines! {
    async fn what_somebody_attended_stays_where_it_is(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("repeat", "weekly"), ("times", "3"), ("confirm", "1"), ("pick.2026-03-06", "book"), ("pick.2026-03-13", "book"), ("pick.2026-03-20", "book")]).await.is(303);
        app.at("2026-03-06T08:30:00Z");
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/sessions/1/walk-ins", &[("request_id", "7f2c3f8e-8f34-4c60-9d9e-2f5f9f3a1b00"), ("name", "街坊"), ("role", "participant")]).await.is(303);
        for way in ["cancellation", "skipping"] {
            let path = format!("/centers/1/sessions/1/schedule/{way}");
            ann.post(&path, &[("reason", "台风"), ("scope", "one")]).await.is(409).shows("已经有人签到");
        }
        ann.post("/centers/1/sessions/1/schedule", &with(TEA, &[("date", "2026-03-07")])).await.is(422);
        ann.post("/centers/1/sessions/1/schedule", &with(TEA, &[("room", "2"), ("capacity", "20")])).await.is(303);
        // "All" from a later one leaves alone what has begun.
        ann.post("/centers/1/sessions/3/schedule/cancellation", &[("reason", "台风"), ("scope", "all")]).await.is(303);
        assert_eq!(statuses(&app).await, "planned,cancelled,cancelled");
        ann.post("/centers/1/sessions/1/closing", &[("summary", "好")]).await.is(303);
        ann.post("/centers/1/activities/1", &with(TEA, &[("kind", "1")])).await.is(422).shows("服务类别不能再改");
        ann.post("/centers/1/activities/1", &with(TEA, &[("title", "太极")])).await.is(303);
    }
}

on_both_engines! {
    async fn a_door_program_sees_what_its_role_reaches(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("date", "2026-03-05"), ("team", "1")]).await.is(303);
        schedules(&ann, &[("date", "2026-03-05"), ("room", "2")]).await.is(303);
        schedules(&ann, &[("title", "合唱团"), ("team", "1")]).await.is(303);
        let seen = async |login: &str| {
            let list = app.token(login).await.get("/api/v1/sessions?center=1&from=2026-01-01&to=2027-01-01").await.is(200).json();
            list["items"].as_array().unwrap().iter().map(|session| session["id"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!((seen("ann").await, seen("fay").await, seen("lei").await), (vec![1, 2, 3], vec![1, 2], vec![1, 3]));
        let fay = app.token("fay").await;
        fay.get("/api/v1/sessions/1").await.is(200);
        fay.get("/api/v1/sessions/3").await.is(404);
        app.token("lei").await.get("/api/v1/sessions/2").await.is(404);
    }
}

/// The series of Friday afternoons in room 1, as a program sends it.
pub(crate) fn fridays(changed: Value) -> Value {
    let mut series = json!({"center": 1, "title": "长者太极班", "kind": 3, "room": 1, "date": "2026-03-06",
        "starts": "14:00", "ends": "16:00", "repeat": "weekly", "on_conflict": "fail"});
    series.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    series
}

async fn last_date(app: &TestApp) -> String {
    let sql = "select max(local_date) from sessions where status = 'planned'";
    sqlx::query_scalar(sql).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap()
}

on_both_engines! {
    async fn a_series_of_which_nothing_can_be_booked_is_refused(app: TestApp) {
        let ann = app.token("ann").await;
        ann.post_json("/api/v1/activities", fridays(json!({"times": 3}))).await.is(201);
        let as_they_are = json!({"times": 3, "on_conflict": "skip", "make_up": false});
        ann.post_json("/api/v1/activities", fridays(as_they_are)).await
            .is(409).is_refused("nothing_booked").shows("没有一个日期可以预订");
        ann.post_json("/api/v1/activities", fridays(json!({"times": 2, "starts": "05:00", "ends": "06:00", "on_conflict": "skip"}))).await
            .is(409).is_refused("nothing_booked");
        assert_eq!(app.number("select count(*) from activities").await, 1);
        assert_eq!(app.number("select count(*) from sessions").await, 3);
        let as_they_are = json!({"times": 4, "on_conflict": "skip", "make_up": false});
        ann.post_json("/api/v1/activities", fridays(as_they_are)).await.is(201);
        assert_eq!(app.number("select count(*) from sessions where status = 'skipped'").await, 3, "one booked date is enough");
        let once = fridays(json!({"repeat": "once", "room": 2, "on_conflict": "ignore"}));
        assert_eq!(ann.post_json("/api/v1/activities", once).await.is(422).json()["errors"]["on_conflict"]["code"], "field.not_a_choice");
    }

    async fn a_series_ends_within_two_years_however_its_end_is_said(app: TestApp) {
        let ann = app.token("ann").await;
        for (end, field, code, bound) in [
            (json!({"repeat": "fortnightly", "times": 54}), "times", "field.too_many_times", "最多能排 53 次"),
            (json!({"repeat": "fortnightly", "times": 105}), "times", "field.too_many_times", "最多能排 53 次"),
            (json!({"until": "2028-03-07"}), "until", "field.date_too_far", "2026-03-06–2028-03-06"),
        ] {
            let faults = ann.post_json("/api/v1/activities", fridays(end)).await.is(422).json();
            assert_eq!(faults["errors"][field]["code"], code);
            assert!(faults["errors"][field]["message"].as_str().unwrap().contains(bound), "{faults}");
        }
        for (times, code) in [(106, "field.too_many_times"), (401, "field.not_in_range")] {
            let faults = ann.post_json("/api/v1/activities", fridays(json!({"times": times}))).await.is(422).json();
            assert_eq!(faults["errors"]["times"]["code"], code);
        }
        app.sign_in("ann").await.post("/centers/1/activities", &with(TEA, &[("repeat", "fortnightly"), ("times", "54")])).await
            .is(422).shows("最多能排 53 次");
        assert_eq!(app.number("select count(*) from sessions").await, 0);

        ann.post_json("/api/v1/activities", fridays(json!({"repeat": "fortnightly", "times": 53}))).await.is(201);
        assert_eq!((app.number("select count(*) from sessions").await, last_date(&app).await.as_str()), (53, "2028-03-03"));
        // Until the last day of the two years: no Friday of them is left out.
        ann.post_json("/api/v1/activities", fridays(json!({"room": 2, "until": "2028-03-06"}))).await.is(201);
        assert_eq!(app.number("select count(*) from session_rooms where room_id = 2").await, 105);
    }

    async fn a_move_takes_no_sibling_further_back_than_may_be_entered(app: TestApp) {
        let ann = app.token("ann").await;
        ann.post_json("/api/v1/activities", fridays(json!({"times": 30}))).await.is(201);
        let to = |scope: &str| json!({"room": 1, "date": "2026-01-02", "starts": "14:00", "ends": "16:00", "scope": scope});
        let faults = ann.post_json("/api/v1/sessions/30/schedule", to("all")).await.is(422).json();
        assert_eq!(faults["errors"]["date"]["code"], "field.sibling_too_early");
        assert_eq!(app.number("select count(*) from sessions where local_date < '2026-03-06'").await, 0);
        assert_eq!(ann.post_json("/api/v1/sessions/30/schedule", to("one")).await.is(200).json()["local_date"], "2026-01-02");
    }

    async fn a_change_for_all_changes_what_was_changed_and_no_more(app: TestApp) {
        let ann = app.token("ann").await;
        ann.post_json("/api/v1/activities", fridays(json!({"times": 3, "team": 1}))).await.is(201);
        let change = async |session: i64, place: Value| {
            ann.post_json(&format!("/api/v1/sessions/{session}/schedule"), place).await.is(200);
        };
        let alone = json!({"room": 2, "date": "2026-03-14", "starts": "09:00", "ends": "10:00", "capacity": 7});
        change(2, alone).await;
        let first = json!({"room": 1, "date": "2026-03-06", "starts": "14:00", "ends": "16:00", "capacity": 60, "scope": "all"});
        change(1, first.clone()).await;
        let second = ann.get("/api/v1/sessions/2").await.is(200).json();
        assert_eq!((&second["room_id"], &second["capacity"], &second["starts_at"]), (&json!(2), &json!(7), &json!("2026-03-14T01:00:00Z")));
        assert_eq!(app.number("select count(*) from sessions where team_id is null").await, 3, "the team was taken from all");
        assert_eq!(app.number("select count(*) from bookings").await, 4, "nobody was booked anew");
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.revised'").await, 2);

        let mut later = first;
        later.as_object_mut().unwrap().extend([("date".into(), json!("2026-03-07")), ("ends".into(), json!("17:00"))]);
        let asked = ann.post_json("/api/v1/sessions/1/schedule", later.clone()).await.is(422).json();
        assert_eq!(asked["errors"]["by_hand"]["code"], "field.by_hand_asked", "{asked}");
        later["by_hand"] = json!("change");
        change(1, later).await;
        let second = ann.get("/api/v1/sessions/2").await.is(200).json();
        assert_eq!((&second["room_id"], &second["starts_at"], &second["ends_at"]), (&json!(2), &json!("2026-03-15T06:00:00Z"), &json!("2026-03-15T09:00:00Z")));
    }

    async fn a_program_moves_drops_and_restores_sessions(app: TestApp) {
        let ann = app.token("ann").await;
        let at = |session: i64, what: &str| format!("/api/v1/sessions/{session}/{what}");
        ann.post_json("/api/v1/activities", fridays(json!({"times": 4}))).await.is(201);
        let place = json!({"room": 2, "capacity": 12, "date": "2026-03-07", "starts": "09:00", "ends": "10:00"});
        ann.post_json(&at(1, "schedule"), json!({"room": 2})).await.is(422);
        app.token("olga").await.post_json(&at(1, "schedule"), place.clone()).await.is(404);
        let moved = ann.post_json(&at(1, "schedule"), place.clone()).await.is(200).json();
        assert_eq!((&moved["starts_at"], &moved["room_id"], &moved["capacity"]), (&json!("2026-03-07T01:00:00Z"), &json!(2), &json!(12)));
        ann.post_json(&at(2, "schedule"), place.clone()).await.is(409).is_refused("room_taken").shows("长者太极班");

        let dropped = ann.post_json(&at(3, "cancellation"), json!({"reason": "台风", "scope": "later"})).await.is(200).json();
        assert_eq!((&dropped["status"], &dropped["reason"]), (&json!("cancelled"), &json!("台风")));
        assert_eq!(statuses(&app).await, "planned,planned,cancelled,cancelled");
        ann.post_json(&at(3, "schedule"), place).await.is(409).is_refused("session_changed");
        ann.post_json(&at(2, "skipping"), json!({"reason": "x", "scope": "some"})).await.is(422);
        assert_eq!(ann.post_json(&at(2, "skipping"), json!({"reason": "社工培训"})).await.is(200).json()["status"], "skipped");
        assert_eq!(app.number(LIVE).await, 1);

        let restored = ann.post_json(&at(3, "restoration"), json!({})).await.is(200).json();
        assert_eq!((&restored["status"], &restored["reason"]), (&json!("planned"), &Value::Null));
        ann.post_json(&at(3, "restoration"), json!({})).await.is(409).is_refused("session_changed");
        ann.post_json("/api/v1/activities", fridays(json!({"repeat": "once", "title": "合唱团", "date": "2026-03-13"}))).await.is(201);
        ann.post_json(&at(2, "restoration"), json!({})).await.is(409).is_refused("room_taken").shows("合唱团");
        app.execute("update sessions set status = 'completed' where id = 3").await;
        for what in ["schedule", "restoration", "cancellation"] {
            let body = json!({"reason": "x", "room": 1, "date": "2026-03-20", "starts": "14:00", "ends": "16:00"});
            ann.post_json(&at(3, what), body).await.is(409).is_refused("session_completed");
        }
    }
}
