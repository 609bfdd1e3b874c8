//! Series: rules in words, what is made up for, over midnight, who is busy elsewhere, what was set by hand, and places that are no
//! room or several.

mod histories;
mod model;

use serde_json::{Value, json};

use crate::support::{Answer, TestApp, User, on_both_engines};

/// Room 1 of center 1 holds 60 people, room 2 20. Friday 6 March 2026 is the day after the tests' today.
const CHOIR: &[(&str, &str)] = &[
    ("title", "合唱团"),
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

async fn plans(ann: &User<'_>, changed: &[(&str, &str)]) -> Answer {
    ann.post("/centers/1/activities", &with(CHOIR, changed)).await
}

/// As a program sends it.
fn choir(changed: &Value) -> Value {
    let mut body = json!({"center": 1, "title": "合唱团", "kind": 3, "room": 1, "date": "2026-03-06",
        "starts": "14:00", "ends": "16:00", "on_conflict": "fail"});
    body.as_object_mut().unwrap().extend(changed.as_object().unwrap().clone());
    body
}

async fn made(ann: &User<'_>, changed: Value) -> Value {
    ann.post_json("/api/v1/activities", choir(&changed)).await.is(201).json()
}

async fn fault(ann: &User<'_>, path: &str, body: Value, field: &str) -> String {
    let told = ann.post_json(path, body).await.is(422).json();
    told["errors"][field]["code"].as_str().unwrap_or_else(|| panic!("{field}: {told}")).to_owned()
}

async fn text(app: &TestApp, sql: &'static str) -> String {
    sqlx::query_scalar(sql).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap()
}

const DATES: &str = "select string_agg(d, ',') from (select local_date as d from sessions order by starts_at, id) s";
const STATUSES: &str = "select string_agg(d, ',') from (select status as d from sessions order by starts_at, id) s";
const LIVE: &str = "select count(*) from bookings where released_at is null";

/// Every room is open day and night.
async fn opens_day_and_night(app: &TestApp) {
    app.execute("update room_week_spans set opens = 0, closes = 1440").await;
}

/// A worker of center 1, by the number of the record.
async fn hires(app: &TestApp, name: &str, phone: &str) -> i64 {
    let worker = [("name", name), ("phone", phone), ("kind", "staff"), ("started_on", "2026-01-04")];
    app.sign_in("ben").await.post("/centers/1/workers", &worker).await.is(303);
    app.number("select max(id) from workers").await
}

on_both_engines! {
    async fn a_rule_is_said_in_words_and_kept_as_rfc_5545(app: TestApp) {
        let ann = app.token("ann").await;
        for (changed, rule, dates) in [
            (json!({"repeat": "workdays"}), "FREQ=WEEKLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR", "2026-03-06,2026-03-09,2026-03-10"),
            (json!({"repeat": "weekly", "weekdays": [2, 4]}), "FREQ=WEEKLY;INTERVAL=1;BYDAY=TU,TH", "2026-03-10,2026-03-12,2026-03-17"),
            (json!({"repeat": "weekly", "every": 3}), "FREQ=WEEKLY;INTERVAL=3", "2026-03-06,2026-03-27,2026-04-17"),
            (json!({"repeat": "fortnightly"}), "FREQ=WEEKLY;INTERVAL=2", "2026-03-06,2026-03-20,2026-04-03"),
            (json!({"repeat": "monthly"}), "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=6", "2026-03-06,2026-04-06,2026-05-06"),
            (json!({"repeat": "monthly", "date": "2026-03-31"}), "FREQ=MONTHLY;INTERVAL=1;BYMONTHDAY=31", "2026-03-31,2026-05-31,2026-07-31"),
            (json!({"repeat": "monthly_weekday"}), "FREQ=MONTHLY;INTERVAL=1;BYDAY=1FR", "2026-03-06,2026-04-03,2026-05-01"),
            (json!({"repeat": "monthly_weekday", "nth": "second", "weekdays": [2]}), "FREQ=MONTHLY;INTERVAL=1;BYDAY=2TU", "2026-03-10,2026-04-14,2026-05-12"),
            (json!({"repeat": "monthly_weekday", "nth": "last", "every": 2}), "FREQ=MONTHLY;INTERVAL=2;BYDAY=-1FR", "2026-03-27,2026-05-29,2026-07-31"),
        ] {
            let mut body = changed.clone();
            body["times"] = json!(3);
            opens_day_and_night(&app).await;
            assert_eq!(made(&ann, body).await["rule"], format!("{rule};COUNT=3"), "{changed}");
            assert_eq!(text(&app, DATES).await, dates, "{changed}");
            app.execute("delete from bookings").await;
            app.execute("delete from codes").await;
            app.execute("delete from sessions").await;
        }
        made(&ann, json!({"repeat": "monthly_weekday", "nth": "last", "times": 3})).await;
        let page = app.sign_in("ann").await;
        page.get("/centers/1/activities/10").await.is(200).shows("每月最后一个周五");
        page.get("/centers/1/activities").await.is(200).shows("每月最后一个周五");
    }

    async fn a_month_without_such_a_day_is_named(app: TestApp) {
        let ann = app.sign_in("ann").await;
        opens_day_and_night(&app).await;
        plans(&ann, &[("repeat", "monthly"), ("times", "3"), ("date", "2026-03-31")]).await.is(200)
            .shows("这几个月没有这一天").shows("2026年4月").shows("2026年6月").shows("每月31日").shows("3 场");
    }

    /// A8: one session, where somebody said twelve.
    async fn once_with_a_number_of_times_is_asked_about(app: TestApp) {
        let ann = app.sign_in("ann").await;
        for (field, value) in [("times", "12"), ("until", "2026-05-01"), ("weekdays", "2"), ("every", "2"), ("nth", "last")] {
            plans(&ann, &[("repeat", "once"), (field, value)]).await.is(422).shows("请选怎么重复").shows(value);
        }
        plans(&ann, &[("times", "12")]).await.is(422).shows("请选怎么重复");
        let token = app.token("ann").await;
        let body = choir(&json!({"times": 12}));
        assert_eq!(fault(&token, "/api/v1/activities", body, "repeat").await, "field.once_or_repeat");
        for (changed, field) in [
            (json!({"repeat": "weekly", "nth": "last"}), "nth"),
            (json!({"repeat": "monthly", "weekdays": [1]}), "weekdays"),
            (json!({"repeat": "fortnightly", "every": 3}), "every"),
        ] {
            let mut body = choir(&changed);
            body["times"] = json!(3);
            assert_eq!(fault(&token, "/api/v1/activities", body, field).await, "field.not_of_this_rhythm");
        }
        assert_eq!(app.number("select count(*) from sessions").await, 0);
    }

    async fn a_series_has_no_more_dates_than_it_may(app: TestApp) {
        let ann = app.token("ann").await;
        let long = choir(&json!({"repeat": "workdays", "until": "2028-03-06"}));
        assert_eq!(fault(&ann, "/api/v1/activities", long, "until").await, "field.too_many_dates");
        let none = choir(&json!({"repeat": "weekly", "weekdays": [2], "until": "2026-03-08"}));
        assert_eq!(fault(&ann, "/api/v1/activities", none, "until").await, "field.no_date_until");
        let monthly = choir(&json!({"repeat": "monthly", "times": 26}));
        assert_eq!(fault(&ann, "/api/v1/activities", monthly, "times").await, "field.too_many_times");
    }

    /// A9: twelve are twelve. Fridays from 24 April 2026; 1 May is Labour Day.
    async fn so_many_times_means_so_many_that_take_place(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let three = [("repeat", "weekly"), ("times", "3"), ("date", "2026-04-24")];
        plans(&ann, &three).await.is(200).shows("补足 3 次").shows("3 场").shows("跳过 1 个日期").shows("pick.2026-05-15");
        let confirmed = [("confirm", "1"), ("make_up", "1"), ("reason.2026-05-01", "劳动节")];
        let picks = [("pick.2026-04-24", "book"), ("pick.2026-05-01", "skip"), ("pick.2026-05-08", "book")];
        // What makes up for it was not seen yet.
        plans(&ann, &[&three[..], &confirmed, &picks].concat()).await.is(422).shows("请看过再保存").shows("pick.2026-05-15");
        assert_eq!(app.number("select count(*) from sessions").await, 0);
        let seen = [("pick.2026-05-15", "book")];
        plans(&ann, &[&three[..], &confirmed, &picks, &seen].concat()).await.is(303);
        assert_eq!(text(&app, STATUSES).await, "planned,skipped,planned,planned");
        ann.get("/centers/1/activities/1").await.is(200).shows("跳过或取消 1");
        // Who books the holiday after all needs nothing made up.
        let in_room_2 = [("room", "2"), ("confirm", "1"), ("make_up", "1")];
        let all = [("pick.2026-04-24", "book"), ("pick.2026-05-01", "book"), ("pick.2026-05-08", "book"), ("pick.2026-05-15", "book")];
        plans(&ann, &[&three[..], &in_room_2, &all].concat()).await.is(303);
        assert_eq!(app.number("select count(*) from sessions where activity_id = 2").await, 3);
        // Nor is it made up where that is not wished.
        let not_wished = [("room", "2"), ("starts", "17:00"), ("ends", "18:00"), ("confirm", "1"), ("reason.2026-05-01", "劳动节")];
        plans(&ann, &[&three[..], &not_wished, &picks].concat()).await.is(303);
        assert_eq!(app.number("select count(*) from sessions where activity_id = 3").await, 3);
        let token = app.token("ann").await;
        let four = json!({"repeat": "weekly", "times": 3, "date": "2026-04-24", "on_holiday": "skip", "starts": "09:00", "ends": "10:00"});
        assert_eq!(made(&token, four).await["skipped"][0]["date"], "2026-05-01");
        assert_eq!(app.number("select count(*) from sessions where activity_id = 4 and status = 'planned'").await, 3);
    }

    async fn all_holidays_are_decided_at_once(app: TestApp) {
        let ann = app.sign_in("ann").await;
        app.execute(
            "insert into holidays (starts_on, ends_on, name, name_en) values ('2026-05-15', '2026-05-15', '社区节', 'Community Day')",
        ).await;
        let series = [("repeat", "weekly"), ("times", "5"), ("date", "2026-04-24")];
        plans(&ann, &series).await.is(200).shows("跳过 2 个日期").shows("name=\"all.holiday\"").shows("有 2 个日期在节假日");
        let book = [("apply", "holiday"), ("all.holiday", "book")];
        plans(&ann, &[&series[..], &book].concat()).await.is(200).shows("5 场").hides("跳过 2 个日期");
        let skip = [("apply", "holiday"), ("all.holiday", "skip"), ("all_reason.holiday", "中心放假")];
        plans(&ann, &[&series[..], &skip].concat()).await.is(200).shows("value=\"中心放假\"").shows("跳过 2 个日期");
        let later = [("apply", "holiday"), ("all.holiday", "time"), ("all_starts.holiday", "18:00"), ("all_ends.holiday", "19:00")];
        plans(&ann, &[&series[..], &later].concat()).await.is(200).shows("5 场").shows("value=\"18:00\"");
        assert_eq!(app.number("select count(*) from sessions").await, 0);
    }

    async fn free_dates_are_folded(app: TestApp) {
        let ann = app.sign_in("ann").await;
        plans(&ann, &[("date", "2026-03-13")]).await.is(303);
        let shown = plans(&ann, &[("title", "书法班"), ("repeat", "weekly"), ("times", "4")]).await.is(200).shows("可以照常预订的日期：4 个").text();
        let (exceptions, folded) = shown.split_once("<details class=\"expander\" id=\"free\">").unwrap();
        assert!(exceptions.contains("id=\"d-2026-03-13\"") && !exceptions.contains("id=\"d-2026-03-06\""), "{exceptions}");
        assert!(folded.contains("id=\"d-2026-03-06\"") && folded.contains("补上"), "{folded}");
    }

    async fn a_date_goes_to_another_time_and_not_into_its_own_series(app: TestApp) {
        let ann = app.sign_in("ann").await;
        opens_day_and_night(&app).await;
        plans(&ann, &[("date", "2026-03-13")]).await.is(303);
        let series = [("title", "书法班"), ("repeat", "weekly"), ("times", "2"), ("confirm", "1"), ("pick.2026-03-06", "book")];
        let at = |starts, ends| [("pick.2026-03-13", "time"), ("starts.2026-03-13", starts), ("ends.2026-03-13", ends)];
        plans(&ann, &[&series[..], &at("15:00", "17:00")].concat()).await.is(422).shows("改的时间功能室也不可用");
        plans(&ann, &[&series[..], &at("", "17:00")].concat()).await.is(422).shows("请填写改到几点到几点");
        plans(&ann, &[&series[..], &at("16:00", "17:30")].concat()).await.is(303);
        assert_eq!(app.number("select count(*) from sessions where by_hand = 2 and ends_at - starts_at = 90 * 60000").await, 1);

        let nights = [("repeat", "workdays"), ("times", "2"), ("starts", "22:00"), ("ends", "01:00"), ("date", "2026-03-09"), ("confirm", "1")];
        let own = [("pick.2026-03-09", "book"), ("pick.2026-03-10", "time"), ("starts.2026-03-10", "00:30"), ("ends.2026-03-10", "02:00")];
        plans(&ann, &[&nights[..], &own].concat()).await.is(422).shows("和这个系列的另一场重叠");
    }
}

on_both_engines! {
    /// F18.
    async fn a_session_may_end_on_the_next_day(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let night = [("starts", "22:00"), ("ends", "01:00")];
        plans(&ann, &night).await.is(422).shows("3月6日开放时间是");
        // Open on Friday until midnight, but not in the small hours of Saturday.
        app.execute("update room_week_spans set opens = 0, closes = 1440 where weekday = 5").await;
        plans(&ann, &night).await.is(422).shows("3月7日开放时间是");
        opens_day_and_night(&app).await;
        plans(&ann, &[("starts", "22:00"), ("ends", "21:00")]).await.is(422).shows("结束不能早于开始");
        plans(&ann, &night).await.is(303);
        assert_eq!((text(&app, DATES).await.as_str(), app.number("select (ends_at - starts_at) / 60000 from sessions").await), ("2026-03-06", 180));
        ann.get("/centers/1/sessions/1/schedule").await.is(200).shows("value=\"22:00\"").shows("value=\"01:00\"");
        plans(&ann, &[("title", "早市"), ("date", "2026-03-07"), ("starts", "00:30"), ("ends", "02:00")]).await
            .is(422).shows("22:00–01:00 已有“合唱团”");
        ann.post("/centers/1/sessions/1/schedule", &with(CHOIR, &night)).await.is(303);
        assert_eq!(app.number("select sequence from sessions").await, 0, "saved as it is, it stays as it is");
        // The front desk sees its evening until everybody has left.
        app.at("2026-03-06T17:29:00Z");
        app.sign_in("fay").await.get("/centers/1/sessions/1").await.is(200);
        app.at("2026-03-06T17:31:00Z");
        app.sign_in("fay").await.get("/centers/1/sessions/1").await.is(404);
    }

    /// F13.
    async fn who_is_busy_elsewhere_is_told_before_anything_is_saved(app: TestApp) {
        let worker = hires(&app, "何静雯", "13500001234").await.to_string();
        let (ann, token) = (app.sign_in("ann").await, app.token("ann").await);
        plans(&ann, &[("worker", &worker), ("team", "1")]).await.is(303);
        let both = [("title", "书法班"), ("room", "2"), ("starts", "15:00"), ("ends", "17:00")];
        let led = [&both[..], &[("worker", &*worker)]].concat();
        plans(&ann, &led).await.is(422).shows("何静雯 2026-03-06 14:00–16:00 合唱团").shows("name=\"overlap_reason\"");
        plans(&ann, &[&both[..], &[("team", "1")]].concat()).await.is(422).shows("name=\"overlap_reason\"");
        assert_eq!(app.number("select count(*) from sessions").await, 1);
        plans(&ann, &both).await.is(303);
        plans(&ann, &with(&led, &[("starts", "17:00"), ("ends", "18:00")])).await.is(303);

        // Moved into it.
        let place = json!({"room": 2, "worker": worker.parse::<i64>().unwrap(), "date": "2026-03-06", "starts": "13:00", "ends": "14:30"});
        let path = "/api/v1/sessions/3/schedule";
        assert_eq!(fault(&token, path, place.clone(), "overlap_reason").await, "field.busy_elsewhere");
        let mut meant = place;
        meant["overlap_reason"] = json!("下半场交给队长");
        token.post_json(path, meant).await.is(200);
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.moved' and detail = '下半场交给队长'").await, 1);

        // In a series the dates are marked, and one reason is enough.
        let series = [("title", "乐队"), ("room", "2"), ("repeat", "weekly"), ("times", "2"), ("date", "2026-03-06"), ("starts", "15:00"), ("ends", "15:30")];
        let series = [&series[..], &[("worker", &*worker), ("make_up", "1")]].concat();
        app.execute("update sessions set status = 'cancelled' where id = 2").await;
        app.execute("update bookings set released_at = 1 where session_id = 2").await;
        plans(&ann, &series).await.is(200).shows("人手冲突").shows("何静雯 14:00–16:00 合唱团");
        let picks = [("confirm", "1"), ("pick.2026-03-06", "book"), ("pick.2026-03-13", "book")];
        plans(&ann, &[&series[..], &picks].concat()).await.is(422).shows("同一时间已有安排");
        plans(&ann, &[&series[..], &picks, &[("overlap_reason", "隔壁房间")]].concat()).await.is(303);
        let body = choir(&json!({"room": 2, "date": "2026-03-06", "starts": "15:40", "ends": "16:00", "repeat": "weekly", "times": 2,
            "worker": worker.parse::<i64>().unwrap()}));
        assert_eq!(fault(&token, "/api/v1/activities", body, "overlap_reason").await, "field.busy_elsewhere");
    }

    /// F9: of the five the third was moved by itself, to another day, room, hour and five places.
    async fn what_was_set_by_hand_stays_or_is_asked_about(app: TestApp) {
        let (ann, token) = (app.sign_in("ann").await, app.token("ann").await);
        made(&token, json!({"repeat": "weekly", "times": 5})).await;
        let alone = json!({"room": 2, "date": "2026-03-21", "starts": "09:00", "ends": "10:00", "capacity": 5});
        token.post_json("/api/v1/sessions/3/schedule", alone).await.is(200);
        assert_eq!(app.number("select by_hand from sessions where id = 3").await, 1 + 2 + 4 + 32);
        let of = async |id: i64| {
            let told = token.get(&format!("/api/v1/sessions/{id}")).await.is(200).json();
            (told["room_id"].as_i64().unwrap(), told["starts_at"].as_str().unwrap().to_owned(), told["capacity"].as_i64().unwrap())
        };
        let before = of(3).await;
        let fewer = json!({"room": 1, "date": "2026-03-06", "starts": "14:00", "ends": "16:00", "capacity": 40, "scope": "all"});
        let path = "/api/v1/sessions/1/schedule";
        assert_eq!(fault(&token, path, fewer.clone(), "by_hand").await, "field.by_hand_asked");
        let page = with(CHOIR, &[("capacity", "40"), ("scope", "all")]);
        ann.post("/centers/1/sessions/1/schedule", &page).await.is(422).shows("这些场次单独改过（2026-03-21）").shows("保留单独改过的");
        assert_eq!(app.number("select count(*) from sessions where capacity = 40").await, 0);
        ann.post("/centers/1/sessions/1/schedule", &with(&page, &[("by_hand", "leave")])).await.is(303);
        assert_eq!((of(3).await, app.number("select count(*) from sessions where capacity = 40").await), (before.clone(), 4));
        // What it has as the series has it, it gets with the series.
        let led = hires(&app, "何静雯", "13500001234").await;
        let mut given = fewer.clone();
        given["worker"] = json!(led);
        token.post_json(path, given.clone()).await.is(200);
        assert_eq!((of(3).await, app.number("select count(*) from sessions where worker_id is not null").await), (before, 5));
        // Changed too, it is as the series again.
        given["room"] = json!(2);
        given["capacity"] = json!(12);
        given["by_hand"] = json!("change");
        token.post_json(path, given).await.is(200);
        assert_eq!(of(3).await, (2, "2026-03-21T01:00:00Z".to_owned(), 12));
        assert_eq!(app.number("select by_hand from sessions where id = 3").await, 1 + 2, "day and time were not spoken of");
    }

    /// F19 and A17.
    async fn fewer_places_than_people_need_a_word(app: TestApp) {
        let ann = app.sign_in("ann").await;
        plans(&ann, &[("date", "2026-03-05"), ("starts", "10:00"), ("ends", "12:00"), ("capacity", "3")]).await.is(303);
        for name in ["陈伯", "梁姨", "何叔"] {
            let id = crate::check_in::request();
            let walk_in = [("request_id", &*id), ("name", name), ("role", "participant")];
            ann.post("/centers/1/sessions/1/walk-ins", &walk_in).await.is(303);
        }
        let id = crate::check_in::request();
        let fourth = [("request_id", &*id), ("name", "周姨"), ("role", "participant")];
        ann.post("/centers/1/sessions/1/walk-ins", &fourth).await.is(422).shows("已经满员").shows("把名额改大");
        let places = |capacity| with(CHOIR, &[("date", "2026-03-05"), ("starts", "10:00"), ("ends", "12:00"), ("capacity", capacity)]);
        let path = "/centers/1/sessions/1/schedule";
        assert_eq!(ann.post(path, &places("4")).await.leads_to(), "/centers/1/sessions/1");
        let id = crate::check_in::request();
        let again = with(&fourth, &[("request_id", &*id)]);
        ann.post("/centers/1/sessions/1/walk-ins", &again).await.is(303);
        ann.post(path, &places("1")).await.is(422).shows("已有 4 人在场").shows("name=\"capacity_reason\"");
        assert_eq!(app.number("select capacity from sessions").await, 4);
        let meant = with(&places("1"), &[("capacity_reason", "换到小间，后来的请回")]);
        assert_eq!(ann.post(path, &meant).await.leads_to(), "/centers/1/sessions/1");
        assert_eq!(app.number("select count(*) from audit_events where detail = '换到小间，后来的请回'").await, 1);
        let token = app.token("ann").await;
        let body = json!({"room": 1, "date": "2026-03-05", "starts": "10:00", "ends": "12:00", "capacity": 1});
        token.post_json("/api/v1/sessions/1/schedule", body).await.is(200);
    }

    async fn a_session_may_be_elsewhere(app: TestApp) {
        let (ann, token) = (app.sign_in("ann").await, app.token("ann").await);
        let outing = json!({"room": null, "venue": "东门广场"});
        made(&token, outing).await;
        let told = token.get("/api/v1/sessions/1").await.is(200).json();
        assert_eq!((&told["room"], &told["room_id"], &told["capacity"]), (&json!("东门广场"), &Value::Null, &Value::Null));
        assert_eq!(app.number("select count(*) from bookings").await, 0);
        ann.get("/centers/1/sessions/1/schedule").await.is(200).shows("value=\"东门广场\"");
        let path = "/api/v1/activities";
        assert_eq!(fault(&token, path, choir(&json!({"venue": "东门广场"})), "venue").await, "field.room_and_venue");
        assert_eq!(fault(&token, path, choir(&json!({"room": null})), "room").await, "field.room_or_venue");
        let at = "/api/v1/sessions/1";
        token.post_json(&format!("{at}/cancellation"), json!({"reason": "下雨"})).await.is(200);
        assert_eq!(token.post_json(&format!("{at}/restoration"), json!({})).await.is(200).json()["room"], "东门广场");
        let when = json!({"date": "2026-03-06", "starts": "14:00", "ends": "16:00"});
        let mut inside = when.clone();
        inside["room"] = json!(2);
        assert_eq!(token.post_json(&format!("{at}/schedule"), inside).await.is(200).json()["room"], "书画室");
        assert_eq!(app.number(LIVE).await, 1);
        let mut outside = when;
        outside["venue"] = json!("罗沙小学");
        assert_eq!(token.post_json(&format!("{at}/schedule"), outside).await.is(200).json()["room"], "罗沙小学");
        assert_eq!(app.number(LIVE).await, 0);
        made(&token, json!({"room": null, "venue": "线上", "repeat": "weekly", "times": 3, "capacity": 500})).await;
        assert_eq!(app.number("select count(*) from sessions where venue = '线上' and capacity = 500").await, 3);
    }

    async fn a_session_may_need_two_rooms(app: TestApp) {
        let (ann, token) = (app.sign_in("ann").await, app.token("ann").await);
        plans(&ann, &[("more_rooms", "2")]).await.is(303);
        let told = token.get("/api/v1/sessions/1").await.is(200).json();
        assert_eq!((&told["room"], &told["capacity"]), (&json!("二楼多功能活动室、书画室"), &json!(80)));
        assert_eq!(app.number(LIVE).await, 2);
        for room in ["1", "2"] {
            plans(&ann, &[("title", "书法班"), ("room", room)]).await.is(422).shows("已有“合唱团”");
        }
        let at = "/api/v1/sessions/1";
        token.post_json(&format!("{at}/cancellation"), json!({"reason": "停电"})).await.is(200);
        assert_eq!(app.number(LIVE).await, 0);
        plans(&ann, &[("title", "书法班"), ("room", "2")]).await.is(303);
        token.post_json(&format!("{at}/restoration"), json!({})).await.is(409).is_refused("room_taken").shows("书法班");
        let other = app.number("select max(id) from sessions").await;
        token.post_json(&format!("/api/v1/sessions/{other}/cancellation"), json!({"reason": "停电"})).await.is(200);
        token.post_json(&format!("{at}/restoration"), json!({})).await.is(200);
        assert_eq!(app.number(LIVE).await, 2);
        let one = with(CHOIR, &[("room", "2"), ("capacity", "20")]);
        ann.post("/centers/1/sessions/1/schedule", &one).await.is(303);
        assert_eq!(app.number(LIVE).await, 1);
    }

    async fn another_centers_rooms_and_sessions_are_not_found(app: TestApp) {
        let (ann, olga) = (app.token("ann").await, app.token("olga").await);
        made(&ann, json!({"repeat": "weekly", "times": 2})).await;
        let place = json!({"venue": "广场", "date": "2026-03-06", "starts": "14:00", "ends": "16:00"});
        olga.post_json("/api/v1/sessions/1/schedule", place).await.is(404);
        let theirs = json!({"center": 2, "title": "外出", "kind": 3, "venue": "广场", "more_rooms": [1], "date": "2026-03-06",
            "starts": "14:00", "ends": "16:00"});
        assert_eq!(fault(&olga, "/api/v1/activities", theirs, "more_rooms").await, "field.not_a_choice");
    }
}
