//! Scheduling: what the room decides, what a series shows before it is saved, and how plans change.

use linli::activities::{self, SessionId};
use serde_json::json;

use crate::support::{Answer, TestApp, User, on_both_engines};

/// Room 1 of center 1 holds 60 people, room 2 20. Friday 6 March 2026 is the day after the tests' today.
const TEA: &[(&str, &str)] = &[
    ("title", "长者太极班"),
    ("kind", "3"),
    ("room", "1"),
    ("date", "2026-03-06"),
    ("starts", "14:00"),
    ("ends", "16:00"),
    ("published", "1"),
];

fn with<'a>(fields: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = fields.iter().filter(|(name, _)| !changed.iter().any(|(other, _)| other == name));
    kept.chain(changed).copied().collect()
}

async fn schedules(ann: &User<'_>, changed: &[(&str, &str)]) -> Answer {
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
const LIVE: &str = "select count(*) from bookings where released_at is null";

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

    async fn a_series_shows_every_date_before_it_is_saved(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("date", "2026-03-13")]).await.is(303);
        app.execute(
            "insert into room_closures (room_id, starts_at, ends_at, reason, created_at)
             values (1, 1773936000000, 1774108800000, '消防检修', 0)",
        ).await;
        series_with_a_conflict(&ann, &[]).await.is(200)
            .shows("3月13日 周五").shows("14:00–16:00 长者太极班").shows("消防检修").shows("有 2 个日期")
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
        assert_eq!(app.number("select count(*) from sessions where room_id = 2 and capacity = 20").await, 1);
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
        ann.get(path).await.is(200).shows("block planned c-1 s-168 e-192").shows("长者太极班").shows("slot c-1 s-192 e-252");
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
        assert_eq!(found, ["planned", "skipped", "planned", "planned"]);
        ann.post_json("/api/v1/sessions/1/cancellation", json!({"reason": "台风"})).await.is(200);
        assert_eq!(ann.get("/api/v1/sessions/1").await.is(200).json()["status"], "cancelled");
        app.token("olga").await.get("/api/v1/sessions/1").await.is(404).is_refused("not_found");
        assert_eq!(ann.get("/api/v1/activities?center=1").await.is(200).json()["items"].as_array().unwrap().len(), 2);
    }

    async fn of_two_who_book_at_once_exactly_one_wins(app: TestApp) {
        let ann = app.sign_in("ann").await;
        app.execute("update room_hours set opens = 0, closes = 1440").await;
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
        let token: String = sqlx::query_scalar("select check_in_token from sessions").fetch_one(&mut *conn).await.unwrap();
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

/// Runs `statements` in a transaction that commits only after `user`'s request has come to wait for it.
async fn meanwhile(app: &TestApp, statements: &[&'static str], asked: impl Future<Output = Answer>) -> Answer {
    let mut tx = app.begin().await;
    for statement in statements {
        sqlx::query(*statement).execute(&mut *tx).await.unwrap();
    }
    let commit = async {
        rocket::tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        tx.commit().await.unwrap();
    };
    rocket::tokio::join!(asked, commit).0
}

/// What scheduling writes, a moment before it commits.
const SCHEDULED: [&str; 4] = [
    "update rooms set retired_at = retired_at where id = 1",
    "update teams set disbanded_on = disbanded_on where id = 1",
    "insert into activities (center_id, kind_id, title, published, created_at) values (1, 3, '早茶会', 1, 0)",
    "insert into sessions (activity_id, center_id, room_id, team_id, starts_at, ends_at, local_date, status, check_in_token, updated_at)
     select max(id), 1, 1, 1, 1772762400000, 1772766000000, '2026-03-06', 'planned', 'tea', 0 from activities",
];

on_both_engines! {
    async fn a_room_is_not_given_up_while_a_session_is_scheduled_in_it(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        meanwhile(&app, &SCHEDULED, ben.post("/centers/1/rooms/1/retirement", &[])).await.is(409).shows("还有安排好的活动");
        meanwhile(&app, &["update rooms set retired_at = 1 where id = 2"], schedules(&ann, &[("room", "2")])).await
            .is(422).shows("已停止使用");
        let lost = "select count(*) from sessions s join rooms r on r.id = s.room_id where s.status = 'planned' and r.retired_at is not null";
        assert_eq!(app.number(lost).await, 0);
    }

    async fn a_team_is_not_disbanded_while_a_session_is_scheduled_with_it(app: TestApp) {
        let ann = app.sign_in("ann").await;
        meanwhile(&app, &SCHEDULED, ann.post("/centers/1/teams/1/disbanding", &[])).await.is(409).shows("还有安排好的活动");
        app.execute("update sessions set status = 'cancelled'").await;
        meanwhile(&app, &["update teams set disbanded_on = '2026-03-05' where id = 1"], schedules(&ann, &[("team", "1")])).await
            .is(422).shows("刚刚解散了");
        // A session comes back without the team that is no more.
        ann.post("/centers/1/sessions/1/schedule/restoration", &[]).await.is(303);
        assert_eq!(app.number("select count(*) from sessions where team_id is not null and status = 'planned'").await, 0);
    }

    async fn of_scheduling_and_giving_up_at_once_one_wins(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        for round in 0..40_u32 {
            app.execute("insert into rooms (center_id, kind_id, name, area_m2, capacity, created_at) select 1, 1, cast(max(id) as text), 9, 9, 0 from rooms").await;
            app.execute("insert into room_hours (room_id, weekday, opens, closes) select max(id), 5, 0, 1440 from rooms").await;
            let room = app.number("select max(id) from rooms").await.to_string();
            let path = format!("/centers/1/rooms/{room}/retirement");
            let tea = [("room", room.as_str())];
            let (made, gone) = rocket::tokio::join!(schedules(&ann, &tea), ben.post(&path, &[]));
            assert!((made.status.code == 303) != (gone.status.code == 303), "round {round}: {} {}", made.text(), gone.text());
        }
        assert_eq!(app.number("select count(*) from sessions s join rooms r on r.id = s.room_id where r.retired_at is not null").await, 0);
    }
}
