//! What a center offers again: what an activity says of itself, templates, and a quarter copied around the National Day.

use rocket::futures::future::join;
use serde_json::{Value, json};

use crate::activities::schedules;
use crate::audit::picture;
use crate::check_in::request;
use crate::imports::sends_as;
use crate::support::{Answer, TestApp, User, on_both_engines};

const COPY: &str = "/centers/1/quarter-copy";
const AUTUMN: &str = "/centers/1/quarter-copy?from=2026-Q3&to=2026-Q4";

/// Thursdays from before the third quarter to its end, and what stands in the room on one Thursday of the fourth.
async fn tai_chi_all_summer(app: &TestApp) {
    app.at("2026-06-20T02:00:00Z");
    let ann = app.token("ann").await;
    let series = json!({
        "center": 1, "title": "长者太极班", "kind": 3, "room": 1, "date": "2026-06-25", "starts": "14:00", "ends": "16:00",
        "repeat": "weekly", "until": "2026-09-30", "on_conflict": "fail", "published": true,
        "groups": ["elderly"], "line": "public", "materials": "太极扇", "cost": 0,
    });
    ann.post_json("/api/v1/activities", series).await.is(201);
    app.at("2026-09-10T02:00:00Z");
    let ann = app.sign_in("ann").await;
    let drill = [("title", "消防演练"), ("date", "2026-10-15"), ("starts", "14:30"), ("ends", "15:30")];
    schedules(&ann, &drill).await.is(303);
}

async fn copies(ann: &User<'_>, request: &str, more: &[(&str, &str)]) -> Answer {
    let asked = [("request_id", request), ("from", "2026-Q3"), ("to", "2026-Q4"), ("activities", "1")];
    ann.post(COPY, &[&asked[..], more].concat()).await
}

/// The fields of a form that is sent date by date.
fn with_tea<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let plan = [("title", "长者太极班"), ("kind", "3"), ("room", "2"), ("starts", "09:00"), ("ends", "10:00")];
    [&plan[..], more].concat()
}

const ACTIVITIES: &str = "select count(*) from activities";

on_both_engines! {
    async fn a_quarter_is_copied_around_the_national_day_and_what_is_in_the_way(app: TestApp) {
        tai_chi_all_summer(&app).await;
        let ann = app.sign_in("ann").await;
        // Fourteen Thursdays from 1 October to 31 December, a holiday and a drill among them.
        ann.get(AUTUMN).await.is(200).shows("长者太极班").shows("12 场").shows("跳过 2 个日期").shows("国庆节").shows("消防演练");
        copies(&ann, &request(), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from sessions where activity_id = 3 and status = 'planned'").await, 12);
        assert_eq!(app.number("select count(*) from sessions where activity_id = 3 and status = 'skipped'").await, 2);
        assert_eq!(app.number("select published from activities where id = 3").await, 0, "a draft");
        assert_eq!(app.number("select count(*) from sessions where activity_id = 3 and local_date < '2026-10-01'").await, 0);
        ann.get("/centers/1/activities/3").await.is(200).shows("太极扇").shows("免费").shows("国庆节");
        ann.get(AUTUMN).await.is(200).shows("已复制").shows("/centers/1/activities/3");
        assert_eq!(app.number("select count(*) from audit_events where action = 'activity.scheduled' and subject_id = 3").await, 1);
    }

    async fn the_same_try_makes_nothing_twice(app: TestApp) {
        tai_chi_all_summer(&app).await;
        let ann = app.sign_in("ann").await;
        let request_id = request();
        let (one, other) = join(copies(&ann, &request_id, &[]), copies(&ann, &request_id, &[])).await;
        assert_eq!((one.status.code, other.status.code), (303, 303));
        assert_eq!(app.number(ACTIVITIES).await, 3);
        copies(&ann, &request_id, &[]).await.is(303);
        // Neither does another, while what was made still stands.
        copies(&ann, &request(), &[]).await.is(303);
        assert_eq!(app.number(ACTIVITIES).await, 3);
        let gone = [("reason", "改期"), ("scope", "all")];
        let first = app.number("select min(id) from sessions where activity_id = 3 and status = 'planned'").await;
        ann.post(&format!("/centers/1/sessions/{first}/schedule/cancellation"), &gone).await.is(303);
        copies(&ann, &request(), &[]).await.is(303);
        assert_eq!(app.number(ACTIVITIES).await, 4);
    }

    async fn what_is_otherwise_than_it_was_shown_is_not_made(app: TestApp) {
        tai_chi_all_summer(&app).await;
        let ann = app.sign_in("ann").await;
        copies(&ann, &request(), &[("seen.1", "0000000000000000")]).await.is(422).shows("请再看一遍").shows("还有 1 个没有复制");
        ann.post(COPY, &[("request_id", &*request()), ("from", "2026-Q3"), ("to", "2026-Q4")]).await.is(422);
        ann.post(COPY, &[("request_id", &*request()), ("from", "2026-Q3"), ("to", "2026-Q3"), ("activities", "1")]).await
            .is(422).shows("更晚的季度");
        ann.post(COPY, &[("request_id", &*request()), ("from", "2026-Q2"), ("to", "2026-Q4"), ("activities", "99")]).await.is(404);
        assert_eq!(app.number(ACTIVITIES).await, 2);
    }

    async fn what_runs_in_the_new_quarter_already_is_not_doubled(app: TestApp) {
        app.at("2026-09-01T02:00:00Z");
        let token = app.token("ann").await;
        let through = json!({
            "center": 1, "title": "合唱团", "kind": 3, "room": 2, "date": "2026-09-03", "starts": "14:00", "ends": "15:00",
            "repeat": "weekly", "until": "2026-10-31", "on_conflict": "skip",
        });
        token.post_json("/api/v1/activities", through).await.is(201);
        let ann = app.sign_in("ann").await;
        ann.get(AUTUMN).await.is(200).shows("合唱团").shows("本季度已安排").hides("name=\"activities\"");
        copies(&ann, &request(), &[]).await.is(422).shows("已经有场次");
        let decided = format!("{COPY}/1?to=2026-Q4&request_id={}", request());
        ann.post(&decided, &with_tea(&[("date", "2026-11-05")])).await.is(422).shows("已经有场次");
        assert_eq!(app.number(ACTIVITIES).await, 1);
    }

    async fn a_series_that_was_stopped_does_not_come_back_for_a_quarter(app: TestApp) {
        tai_chi_all_summer(&app).await;
        app.execute("update sessions set status = 'cancelled', reason = '停办' where activity_id = 1 and local_date > '2026-08-10'").await;
        let token = app.token("ann").await;
        let shown = token.get("/api/v1/quarter-copies?center=1&from=2026-Q3&to=2026-Q4").await.is(200).json();
        // It ended on 6 August, in the sixth week of its quarter.
        assert_eq!(shown["items"][0]["dates"], json!(["2026-10-08", "2026-10-22", "2026-10-29", "2026-11-05"]));
    }

    async fn a_single_date_that_is_decided_is_a_copy_with_terms_and_picture(app: TestApp) {
        tai_chi_all_summer(&app).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/activities/1/registration-terms", &[("mode", "required"), ("companions", "1"), ("kept_hours", "24")]).await
            .is(303);
        sends_as(&ann, "/centers/1/activities/1/picture", ("picture", "太极.png"), &picture()).await.is(303);
        ann.get(AUTUMN).await.is(200).shows("/centers/1/quarter-copy/1?to=2026-Q4");
        let decided = format!("{COPY}/1?to=2026-Q4&request_id={}", request());
        let dates = [("date", "2026-10-08"), ("repeat", "weekly"), ("times", "2")];
        ann.post(&decided, &with_tea(&dates)).await.is(200).shows("/centers/1/quarter-copy/1?to=2026-Q4");
        let picked = [("pick.2026-10-08", "book"), ("pick.2026-10-15", "skip"), ("reason.2026-10-15", "演练"), ("confirm", "1")];
        let whole = with_tea(&[&dates[..], &picked].concat());
        assert_eq!(ann.post(&decided, &whole).await.is(303).leads_to(), "/centers/1/activities/3");
        ann.post(&decided, &whole).await.is(303);
        assert_eq!(app.number(ACTIVITIES).await, 3, "the same try");
        assert_eq!(app.number("select count(*) from activity_copies where source_id = 1 and activity_id = 3").await, 1);
        assert_eq!(app.number("select count(*) from registration_terms where activity_id = 3 and mode = 'required'").await, 1);
        assert_eq!(app.number("select count(distinct picture_file_id) from activities").await, 1);
        ann.get(AUTUMN).await.is(200).shows("已复制");
        ann.post(&format!("{COPY}/99?to=2026-Q4&request_id={}", request()), &with_tea(&dates)).await.is(404);
    }

    async fn a_program_copies_a_quarter(app: TestApp) {
        tai_chi_all_summer(&app).await;
        let ann = app.token("ann").await;
        let shown = ann.get("/api/v1/quarter-copies?center=1&from=2026-Q3&to=2026-Q4").await.is(200).json();
        let line = &shown["items"][0];
        assert_eq!((&line["activity"], &line["state"], &line["repeats"]), (&json!(1), &json!("ready"), &json!("每周")));
        assert_eq!(line["dates"].as_array().unwrap().len(), 12);
        assert_eq!(line["skipped"][0], json!({"date": "2026-10-01", "reason": "国庆节"}));
        assert_eq!(line["skipped"][1]["date"], json!("2026-10-15"));
        let mut body = json!({"center": 1, "from": "2026-Q3", "to": "2026-Q4", "activities": [1], "request_id": request()});
        body["marks"] = json!(["1:0000000000000000"]);
        let stale = ann.post_json("/api/v1/quarter-copies", body.clone()).await.is(200).json();
        assert_eq!(stale["failed"][0]["code"], json!("copy_changed"));
        body["marks"] = json!([line["mark"]]);
        let made = ann.post_json("/api/v1/quarter-copies", body.clone()).await.is(200).json();
        assert_eq!(made, json!({"made": [{"activity": 1, "made": 3}], "failed": []}));
        assert_eq!(ann.post_json("/api/v1/quarter-copies", body.clone()).await.is(200).json(), made);
        app.token("olga").await.post_json("/api/v1/quarter-copies", body).await.is(404);
    }

    async fn the_terms_and_the_picture_go_along(app: TestApp) {
        tai_chi_all_summer(&app).await;
        let ann = app.sign_in("ann").await;
        let terms = [("mode", "required"), ("companions", "1"), ("kept_hours", "24")];
        ann.post("/centers/1/activities/1/registration-terms", &terms).await.is(303);
        sends_as(&ann, "/centers/1/activities/1/picture", ("picture", "太极.png"), &picture()).await.is(303);
        copies(&ann, &request(), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from registration_terms where activity_id = 3 and mode = 'required'").await, 1);
        assert_eq!(app.number("select count(distinct picture_file_id) from activities").await, 1);
        // Who does not want to be seen on it is seen nowhere: it goes from both at once.
        ann.get("/centers/1/activities/1").await.is(200).shows("显示这张图片的活动共 2 个");
        ann.post("/centers/1/activities/1/picture/removal", &[]).await.is(303);
        assert_eq!(app.number("select count(*) from files").await, 0);
        assert_eq!(app.number("select count(*) from audit_events where action = 'activity.picture_removed'").await, 2);
        ann.post("/centers/1/activities/3/picture/removal", &[]).await.is(404);
    }

    async fn the_public_reads_whom_it_is_for_and_what_it_costs(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let offer = [("groups", "everybody"), ("groups", "disabled"), ("line", "convenience"), ("materials", "剪刀十把"), ("cost", "5")];
        schedules(&ann, &[&[("title", "便民理发")][..], &offer].concat()).await.is(303);
        let public = app.anyone();
        public.get("/agenda/1").await.is(200).shows("所有居民、残疾人 · 5 元").hides("剪刀");
        public.get("/agenda/1/sessions/1").await.is(200).shows("便民利民服务").shows("5 元").hides("剪刀");
        ann.get("/centers/1/activities/1").await.is(200).shows("剪刀十把").shows("所有居民");
        let token = app.token("ann").await;
        let count = async |cut: &str| {
            let found = token.get(&format!("/api/v1/activities?center=1&{cut}")).await.is(200).json();
            found["items"].as_array().map_or(0, Vec::len)
        };
        assert_eq!((count("group=disabled").await, count("group=youth").await), (1, 0));
        assert_eq!((count("line=convenience").await, count("line=public").await), (1, 0));
        let told: Value = token.get("/api/v1/activities?center=1").await.json()["items"][0].clone();
        assert_eq!((&told["groups"], &told["cost"]), (&json!(["everybody", "disabled"]), &json!(5)));
        schedules(&ann, &[("cost", "-1"), ("room", "2")]).await.is(422).shows("0–9999");
    }

    async fn a_picture_is_public_as_soon_as_the_activity_is(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("published", "0")]).await.is(303);
        sends_as(&ann, "/centers/1/activities/1/picture", ("picture", "a.png"), b"no picture").await.is(422);
        sends_as(&ann, "/centers/1/activities/1/picture", ("picture", "a.png"), &picture()).await.is(303);
        let path = format!("/activity-pictures/{}", app.number("select picture_file_id from activities").await);
        app.anyone().get(&path).await.is(404);
        app.sign_in("olga").await.get(&path).await.is(404);
        ann.get(&path).await.is(200);
        app.execute("update activities set published = 1").await;
        app.anyone().get(&path).await.is(200);
        app.anyone().get("/agenda/1/sessions/1").await.is(200).shows(&path);
    }

    async fn a_template_begins_an_activity_like_the_one_of_which_it_was_made(app: TestApp) {
        tai_chi_all_summer(&app).await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/activities/1/template", &[("name", "")]).await.is(422);
        ann.post("/centers/1/activities/1/template", &[("name", "周四太极")]).await.is(303);
        ann.post("/centers/1/activities/2/template", &[("name", "周四太极")]).await.is(422).shows("已有同名的模板");
        ann.get("/centers/1/activity-templates").await.is(200).shows("周四太极").shows("每周");
        // The next Thursday after 10 September.
        ann.get("/centers/1/activity-templates/1/new").await.is(200).shows("value=\"长者太极班\"").shows("value=\"2026-09-17\"")
            .shows("value=\"14:00\"").shows("太极扇").shows("value=\"weekly\" checked").shows("value=\"elderly\" checked");
        ann.post("/centers/1/activity-templates/1", &[("name", "太极")]).await.is(303);
        let (olga, token) = (app.token("olga").await, app.token("ann").await);
        assert_eq!(token.get("/api/v1/activity-templates?center=1").await.json()["items"][0]["name"], json!("太极"));
        olga.post_json("/api/v1/activity-templates/1", json!({"name": "我们的"})).await.is(404);
        olga.post_json("/api/v1/activity-templates/1/retirement", json!({})).await.is(404);
        ann.get("/centers/2/activity-templates/1/new").await.is(404);
        ann.post("/centers/1/activity-templates/1/retirement", &[]).await.is(303);
        ann.get("/centers/1/activity-templates/1/new").await.is(404);
        ann.post("/centers/1/activities/2/template", &[("name", "太极")]).await.is(303);
    }
}
