//! When rooms are open, from which day on, and beyond; what closing them hits; where they are; and rooms before they open.

use serde_json::json;

use crate::activities::schedules;
use crate::audit::picture;
use crate::imports::sends_as;
use crate::reports::figures;
use crate::support::on_both_engines;

const ROOM: &str = "/centers/1/rooms/1";
const WEEKS: &str = "/centers/1/rooms/1/weeks";
const AFFECTED: &str = "/centers/1/affected-sessions";
const OCTOBER: (&str, &str) = ("2026-10-01", "2026-11-01");

/// A week that is open on Fridays, from a day on.
fn fridays<'a>(first_day: &'a str, spans: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let ends = spans.iter().flat_map(|(opens, closes)| [("hours.5.opens", *opens), ("hours.5.closes", *closes)]);
    [("first_day", first_day)].into_iter().chain(ends).collect()
}

fn closed<'a>(from: &'a str, starts: &'a str, to: &'a str, ends: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("from", from), ("starts", starts), ("to", to), ("ends", ends), ("reason", "刷墙")]
}

on_both_engines! {
    /// field.md, F10.
    async fn a_closure_over_planned_sessions_lists_them_until_each_is_dealt_with(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        for (title, starts, ends) in [("早操", "08:30", "09:30"), ("太极", "10:00", "11:00"), ("粤曲", "15:00", "16:00")] {
            schedules(&ann, &[("title", title), ("starts", starts), ("ends", ends)]).await.is(303);
        }
        schedules(&ann, &[("room", "2"), ("title", "书法")]).await.is(303);
        ben.get(ROOM).await.is(200).hides("场待处理");
        let closing = closed("2026-03-06", "09:00", "2026-03-06", "12:00");
        let saved = ben.post("/centers/1/rooms/1/closures", &closing).await.is(303);
        assert_eq!(saved.leads_to(), AFFECTED);
        ann.get(AFFECTED).await.is(200).shows("早操").shows("太极").shows("刷墙").hides("粤曲").hides("书法")
            .shows("/centers/1/sessions/1/schedule").shows("/centers/1/sessions/2/schedule");
        ben.get(AFFECTED).await.is(200).shows("太极").hides("/sessions/2/schedule");
        ben.get(ROOM).await.is(200).shows("2 场待处理").shows("/centers/1/sessions/2\"");
        ben.get("/centers/1/rooms").await.is(200).shows("2 场待处理");
        ben.get("/centers/1/room-closures").await.is(200).shows("2 场待处理");
        ann.get("/centers/1").await.is(200).shows("2 场活动的功能室不开放").shows(AFFECTED);
        ann.get("/centers/1/activities/2").await.is(200).shows("功能室不开放：刷墙");
        ann.get("/centers/1/activities/3").await.is(200).hides("功能室不开放");
        // One is moved, the other cancelled.
        let later = [("room", "1"), ("date", "2026-03-06"), ("starts", "12:30"), ("ends", "13:30"), ("scope", "one")];
        ann.post("/centers/1/sessions/1/schedule", &later).await.is(303);
        ann.get(AFFECTED).await.is(200).hides("早操").shows("太极");
        ann.post("/centers/1/sessions/2/schedule/cancellation", &[("reason", "刷墙"), ("scope", "one")]).await.is(303);
        ann.get(AFFECTED).await.is(200).hides("太极").shows("没有受影响的场次");
        ann.get("/centers/1").await.is(200).hides("的功能室不开放");
    }

    async fn a_closure_that_is_taken_back_hits_nothing(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        schedules(&ann, &[]).await.is(303);
        ben.post("/centers/1/rooms/1/closures", &closed("2026-03-06", "", "2026-03-06", "")).await.is(303);
        let told = app.token("ann").await.get("/api/v1/affected-sessions?center=1").await.is(200).json();
        assert_eq!((&told["items"][0]["session_id"], &told["items"][0]["reason"]), (&json!(1), &json!("刷墙")));
        ben.post("/centers/1/rooms/1/closures/1/void", &[("void_reason.1", "改期")]).await.is(303);
        ann.get(AFFECTED).await.is(200).shows("没有受影响的场次");
        app.token("olga").await.get("/api/v1/affected-sessions?center=1").await.is(404);
    }

    /// field.md, F11.
    async fn other_hours_hold_from_their_day_on_and_october_stays(app: TestApp) {
        let october = async || figures(&app, "ann", "center:1", OCTOBER).await["open_minutes.room.1"];
        app.at("2026-11-05T02:00:00Z");
        assert_eq!(october().await, 31 * 750);
        let ben = app.sign_in("ben").await;
        ben.post(WEEKS, &fridays("2026-11-05", &[("08:30", "12:00"), ("14:00", "17:30")])).await.is(303);
        assert_eq!(october().await, 31 * 750, "October is as it was");
        ben.get(ROOM).await.is(200).shows("08:30–12:00、14:00–17:30").shows("2026年11月5日 起");
        // To change the past one says why; then it changes.
        let past = fridays("2026-10-20", &[("09:00", "10:00")]);
        ben.post(WEEKS, &past).await.is(422).shows("早于今天，请写明原因").shows("value=\"2026-10-20\"");
        ben.post(WEEKS, &[&past[..], &[("past_reason", "十月中就改了，没登记")]].concat()).await.is(303);
        assert_eq!(october().await, 19 * 750 + 2 * 60, "the 23rd and the 30th are Fridays");
        ben.get(ROOM).await.is(200).shows("十月中就改了，没登记");
        assert_eq!(app.number("select count(*) from audit_events where action = 'room.week_set'").await, 2);
    }

    async fn hours_that_shrink_list_what_lies_outside(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        schedules(&ann, &[]).await.is(303);
        schedules(&ann, &[("date", "2026-03-13"), ("title", "合唱团")]).await.is(303);
        let shorter = fridays("2026-03-10", &[("08:30", "12:00"), ("14:30", "18:00")]);
        assert_eq!(ben.post(WEEKS, &shorter).await.is(303).leads_to(), AFFECTED);
        ann.get(AFFECTED).await.is(200).shows("合唱团").shows("不在开放时间内").hides("太极");
        ben.get(ROOM).await.is(200).shows("1 场待处理").shows("不在开放时间内");
        ann.get("/centers/1/activities/2").await.is(200).shows("功能室不开放");
        // The week has not begun: taken back, nothing is outside.
        let week = app.number("select max(id) from room_weeks").await;
        ben.post(&format!("{WEEKS}/{week}/void"), &[]).await.is(303);
        ben.post(&format!("{WEEKS}/{week}/void"), &[]).await.is(404);
        ann.get(AFFECTED).await.is(200).shows("没有受影响的场次");
        assert_eq!(app.number("select count(*) from audit_events where action = 'room.week_undone'").await, 1);
    }

    async fn hours_that_hold_are_not_taken_back(app: TestApp) {
        let ben = app.sign_in("ben").await;
        let first = app.number("select id from room_weeks where room_id = 1").await;
        ben.post(&format!("{WEEKS}/{first}/void"), &[]).await.is(422).shows("这段开放时间已经生效");
        ben.post(&format!("/centers/1/rooms/2/weeks/{first}/void"), &[]).await.is(404);
        let answer = app.token("ben").await.post_json(&format!("/api/v1/rooms/1/weeks/{first}/void"), json!({})).await;
        answer.is(409).is_refused("week_holds");
        // The same hours again are no change.
        let mut same = vec![("first_day".to_owned(), "2026-03-05")];
        for day in 1..=7 {
            same.extend([(format!("hours.{day}.opens"), "08:30"), (format!("hours.{day}.closes"), "21:00")]);
        }
        let same: Vec<_> = same.iter().map(|(name, value)| (name.as_str(), *value)).collect();
        ben.post(WEEKS, &same).await.is(303);
        assert_eq!(app.number("select count(*) from room_weeks where room_id = 1").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'room.week_set'").await, 0);
    }

    /// field.md, F17: a make-up workday.
    async fn an_extra_opening_lets_sessions_in(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        ben.post(WEEKS, &fridays("2026-03-05", &[("08:30", "12:00"), ("14:00", "18:00")])).await.is(303);
        // A lunch break is one, and Saturday is closed.
        schedules(&ann, &[("starts", "11:30"), ("ends", "14:30")]).await.is(422).shows("08:30–12:00、14:00–18:00");
        let saturday = [("date", "2026-03-07"), ("starts", "18:00"), ("ends", "20:00")];
        schedules(&ann, &saturday).await.is(422);
        let makes_up = [("day", "2026-03-07"), ("opens", "08:30"), ("closes", "20:00"), ("why", "补班")];
        ben.post("/centers/1/room-openings", &makes_up).await.is(422).shows("请填写这一项");
        ben.post("/centers/1/room-openings", &[&makes_up[..], &[("rooms", "99")]].concat()).await.is(422);
        let saved = ben.post("/centers/1/room-openings", &[&makes_up[..], &[("rooms", "1")]].concat()).await.is(303);
        assert_eq!(saved.leads_to(), ROOM);
        schedules(&ann, &[("room", "1"), ("title", "早班")]).await.is(303);
        schedules(&ann, &saturday).await.is(303);
        ben.get(ROOM).await.is(200).shows("补班").shows("/openings/1/void");
        ben.get("/centers/1/room-openings").await.is(200).shows("补班");
        let march = figures(&app, "ann", "center:1", ("2026-03-07", "2026-03-08")).await;
        assert_eq!(march["open_minutes.room.1"], 690);
        // Taken back, what is planned in it is told.
        let void = "/centers/1/rooms/1/openings/1/void";
        ben.post(void, &[]).await.is(422).shows("请填写这一项");
        assert_eq!(ben.post(void, &[("opening_reason.1", "不补了")]).await.is(303).leads_to(), AFFECTED);
        ben.post(void, &[("opening_reason.1", "不补了")]).await.is(404);
        ann.get(AFFECTED).await.is(200).shows("不在开放时间内");
    }

    /// field.md, F17: half a day, and several rooms at once.
    async fn rooms_are_closed_for_half_a_day_one_several_or_all(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        let path = "/centers/1/room-closures";
        let morning = closed("2026-03-06", "", "2026-03-06", "12:00");
        ben.post(path, &morning).await.is(422).shows("请填写这一项").shows("value=\"刷墙\"");
        ben.post(path, &[&closed("2026-03-06", "12:00", "2026-03-06", "12:00")[..], &[("all", "1")]].concat())
            .await.is(422).shows("结束不能早于开始");
        ben.post(path, &[&morning[..], &[("rooms", "1"), ("rooms", "99")]].concat()).await.is(422);
        assert_eq!(ben.post(path, &[&morning[..], &[("all", "1")]].concat()).await.is(303).leads_to(), path);
        assert_eq!(app.number("select count(*) from room_closures").await, 2);
        schedules(&ann, &[("starts", "11:00"), ("ends", "12:30")]).await.is(422).shows("刷墙");
        schedules(&ann, &[("starts", "12:00"), ("ends", "13:00")]).await.is(303);
        let day = figures(&app, "ann", "center:1", ("2026-03-06", "2026-03-07")).await;
        assert_eq!((day["open_minutes.room.1"], day["open_minutes.room.2"]), (540, 540));
        ben.get(path).await.is(200).shows("二楼多功能活动室").shows("书画室").shows("3月6日");
        ann.get(path).await.is(200).hides("name=\"from\"");
        let olga = app.sign_in("olga").await;
        olga.get(path).await.is(404);
        app.sign_in("otto").await.post(path, &[&morning[..], &[("all", "1")]].concat()).await.is(404);
    }

    async fn a_room_says_where_it_is_and_who_gets_in(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        let room = [
            ("name", "二楼多功能活动室"), ("kind", "2"), ("area_m2", "120"), ("capacity", "60"), ("floor", "二楼"),
            ("directions", "出电梯左转"), ("features", "lift"), ("features", "hearing_loop"),
        ];
        ben.post(ROOM, &room).await.is(303);
        ann.get(ROOM).await.is(200).shows("二楼").shows("出电梯左转").shows("有电梯到达").shows("助听感应线圈").hides("盲道")
            .hides("name=\"first_day\"").hides("/rooms/1/edit");
        ben.get("/centers/1/rooms/1/edit").await.is(200).shows("value=\"lift\" checked").shows("value=\"出电梯左转\"");
        ben.post(ROOM, &[&room[..], &[("features", "jacuzzi")]].concat()).await.is(422).shows("请从列表中选择");
        schedules(&ann, &[]).await.is(303);
        app.anyone().get("/agenda/1/sessions/1").await.is(200).shows("二楼").shows("出电梯左转").shows("有电梯到达");
        let told = app.token("ann").await.get("/api/v1/rooms/1").await.is(200).json();
        assert_eq!(told["features"], json!(["lift", "hearing_loop"]));
        assert_eq!(told["weeks"][0]["week"].as_array().unwrap().len(), 7);
        app.sign_in("olga").await.get(ROOM).await.is(404);
    }

    async fn a_rooms_picture_is_seen_by_anybody_until_it_is_taken_away(app: TestApp) {
        let ben = app.sign_in("ben").await;
        let photos = "/centers/1/rooms/1/photos";
        sends_as(&ben, photos, ("photo", "a.png"), b"no picture").await.is(422);
        sends_as(&ben, photos, ("photo", "门口.png"), &picture()).await.is(303);
        let shown = app.anyone().get("/room-photos/1").await.is(200);
        assert!(shown.header("content-type").starts_with("image/"), "{}", shown.header("content-type"));
        app.sign_in("ann").await.get(ROOM).await.is(200).shows("src=\"/room-photos/1\"");
        ben.post("/centers/1/rooms/2/photos/1/removal", &[]).await.is(404);
        ben.post("/centers/1/rooms/1/photos/1/removal", &[]).await.is(303);
        app.anyone().get("/room-photos/1").await.is(404);
        assert_eq!(app.number("select count(*) from files").await, 0);
    }

    async fn a_planned_room_counts_nowhere_until_it_opens(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        let plan = [("name", "康复训练室"), ("kind", "9"), ("area_m2", "50"), ("way", "conversion"), ("cost_yuan", "80000")];
        let path = "/centers/1/planned-rooms/1";
        assert_eq!(ben.post("/centers/1/planned-rooms", &plan).await.is(303).leads_to(), path);
        ann.get("/centers/1/rooms").await.is(200).shows("康复训练室").shows("计划中").shows("2 间").shows("180 m²");
        ann.get("/centers/1/activities/new").await.is(200).hides("康复训练室");
        let step = [("state", "under_way"), ("on_date", "2026-03-04"), ("step_note", "拆墙")];
        ben.post(&format!("{path}/steps"), &[step[0], ("on_date", "2026-03-06")]).await.is(422).shows("不能晚于今天");
        ben.post(&format!("{path}/steps"), &step).await.is(303);
        ann.get(path).await.is(200).shows("施工中").shows("拆墙").shows("改建").shows("80,000").hides("name=\"step_note\"");
        let opened = [
            ("name", "康复训练室"), ("kind", "9"), ("area_m2", "48"), ("capacity", "12"), ("opened_on", "2026-03-02"),
            ("hours.5.opens", "09:00"), ("hours.5.closes", "17:00"),
        ];
        let open = format!("{path}/opening");
        ben.get(&open).await.is(200).shows("value=\"康复训练室\"").shows("value=\"2026-03-05\"");
        ben.post(&open, &opened).await.is(422).shows("请写明原因");
        ben.post(&open, &[&opened[..], &[("past_reason", "周一就开了")]].concat()).await.is(303);
        ben.post(&open, &[&opened[..], &[("past_reason", "周一就开了")]].concat()).await.is(422).shows("已经开放使用或取消");
        ann.get("/centers/1/rooms").await.is(200).shows("3 间").shows("228 m²").hides("计划中");
        let room = app.number("select room_id from planned_rooms").await.to_string();
        schedules(&ann, &[("room", &room)]).await.is(303);
        let march = figures(&app, "ann", "center:1", ("2026-03-01", "2026-03-08")).await;
        assert_eq!(march[&format!("open_minutes.room.{room}")], 480);
        ben.post(&format!("{path}/withdrawal"), &[("reason", "不建了")]).await.is(422);
        app.sign_in("otto").await.get(path).await.is(404);
        app.token("olga").await.get("/api/v1/planned-rooms/1").await.is(404);
    }

    async fn a_planned_room_is_given_up_with_a_reason(app: TestApp) {
        let ben = app.sign_in("ben").await;
        let plan = json!({"center": 1, "name": "舞台", "kind": 2, "area_m2": 90, "way": "extension"});
        let program = app.token("ben").await;
        let made = program.post_json("/api/v1/planned-rooms", plan).await.is(201).json();
        assert_eq!((&made["state"], &made["way"]), (&json!("planned"), &json!("extension")));
        let path = "/centers/1/planned-rooms/1";
        ben.post(&format!("{path}/withdrawal"), &[]).await.is(422).shows("请填写这一项");
        ben.post(&format!("{path}/withdrawal"), &[("reason", "经费不够")]).await.is(303);
        ben.get(path).await.is(200).shows("已取消").shows("经费不够").hides("/opening");
        program.post_json("/api/v1/planned-rooms/1/withdrawal", json!({"reason": "再取消"})).await.is(409)
            .is_refused("planned_room_done");
        ben.get("/centers/1/rooms").await.is(200).hides("舞台");
    }
}
