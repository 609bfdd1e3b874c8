//! A month with what is no plain session in a plain room: a room that stands open, an outing, two rooms at once, and half a day on which
//! a room was closed over what was planned. It is listed, marked, and counted as a person would count it.

use serde_json::json;

use crate::activities::schedules;
use crate::check_in::{people, request};
use crate::reports::figures;
use crate::support::{TestApp, on_both_engines};

const MARCH: (&str, &str) = ("2026-03-01", "2026-04-01");
const AFFECTED: &str = "/centers/1/affected-sessions";

/// Sessions by their numbers: the outing on Friday the 6th, the fair in both rooms on Saturday, three sessions in room 1 on Monday the
/// 9th; and the library, which stands open in room 2 on Thursdays: today, the 5th, and on the 12th.
const OUTING: i64 = 1;
const FAIR: i64 = 2;
const EXERCISES: i64 = 3;
const TAI_CHI: i64 = 4;
const OPERA: i64 = 5;
const LIBRARY: i64 = 6;

async fn plans(app: &TestApp) {
    let ann = app.sign_in("ann").await;
    let outing = [("title", "秋色观赏"), ("room", ""), ("venue", "东莞植物园"), ("starts", "09:00"), ("ends", "11:00")];
    schedules(&ann, &outing).await.is(303);
    schedules(&ann, &[("title", "游园会"), ("date", "2026-03-07"), ("more_rooms", "2")]).await.is(303);
    for (title, starts, ends) in [("早操", "09:00", "10:00"), ("太极", "10:30", "11:30"), ("粤曲", "15:00", "16:00")]
    {
        let times = [("title", title), ("date", "2026-03-09"), ("starts", starts), ("ends", ends)];
        schedules(&ann, &times).await.is(303);
    }
    let mut library = vec![("title", "图书室开放"), ("kind", "3"), ("room", "2"), ("since", "2026-03-05")];
    library.extend([("opens", "09:00"), ("closes", "17:00"), ("weekday", "4"), ("published", "1")]);
    ann.post("/centers/1/open-rooms", &library).await.is(303);
    assert_eq!(app.number("select count(*) from sessions where local_date in ('2026-03-05', '2026-03-12')").await, 2);
    assert_eq!(app.number("select min(id) from sessions where local_date = '2026-03-05'").await, LIBRARY);
}

/// The morning of Monday is taken from room 1: what is planned in it is listed and marked until one is moved and one called off.
async fn the_morning_is_closed(app: &TestApp) {
    let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
    let morning = [("from", "2026-03-09"), ("starts", ""), ("to", "2026-03-09"), ("ends", "12:00"), ("reason", "刷墙")];
    assert_eq!(ben.post("/centers/1/rooms/1/closures", &morning).await.leads_to(), AFFECTED);
    ann.get(AFFECTED).await.is(200).shows("早操").shows("太极").shows("刷墙").hides("粤曲").hides("游园会");
    ben.get("/centers/1/rooms/1").await.is(200).shows("2 场待处理");
    ann.get("/centers/1").await.is(200).shows("2 场活动的功能室不开放");
    ann.get("/centers/1/activities/3").await.is(200).shows("功能室不开放：刷墙");
    ann.get("/centers/1/activities/5").await.is(200).hides("功能室不开放");
    let later = [("room", "1"), ("date", "2026-03-09"), ("starts", "13:00"), ("ends", "14:00"), ("scope", "one")];
    ann.post(&format!("/centers/1/sessions/{EXERCISES}/schedule"), &later).await.is(303);
    ann.get(AFFECTED).await.is(200).hides("早操").shows("太极");
    let off = [("reason", "刷墙"), ("scope", "one")];
    ann.post(&format!("/centers/1/sessions/{TAI_CHI}/schedule/cancellation"), &off).await.is(303);
    ann.get(AFFECTED).await.is(200).shows("没有受影响的场次");
}

/// The library's Thursday: three taps of the clicker, one of them for somebody old; it closes by itself.
async fn the_library_is_counted(app: &TestApp) {
    let fay = app.sign_in("fay").await;
    let taps = [request(), request(), format!("{}:elderly", request())];
    let taps: Vec<(&str, &str)> = taps.iter().map(|tap| ("tap", tap.as_str())).collect();
    fay.post(&format!("/centers/1/sessions/{LIBRARY}/clicker"), &taps).await.is(303);
    app.at("2026-03-05T09:30:00Z");
    app.run_jobs().await;
}

/// Who came to a session by name, how many without; and its closing, an hour and a half later or more.
async fn is_held(app: &TestApp, session: i64, (begun, over): (&str, &str), named: &[i64], heads: &str) {
    app.at(begun);
    let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
    for person in named {
        let body = json!({"request_id": request(), "person_id": person, "role": "participant"});
        program.post_json(&format!("/api/v1/sessions/{session}/checkins"), body).await.is(201);
    }
    if !heads.is_empty() {
        let counted = [("request_id", &*request()), ("heads", heads)];
        ann.post(&format!("/centers/1/sessions/{session}/head-counts"), &counted).await.is(303);
    }
    app.at(over);
    ann.post(&format!("/centers/1/sessions/{session}/closing"), &[("summary", "顺利")]).await.is(303);
}

on_both_engines! {
    async fn what_is_no_plain_session_is_listed_marked_and_counted_in_the_month(app: TestApp) {
        people(&app, 3).await;
        plans(&app).await;
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/week?date=2026-03-06").await.is(200).shows("其他地点").shows("东莞植物园");
        let fair = ann.get("/centers/1/week?date=2026-03-07").await.is(200).text();
        assert_eq!(fair.matches("data-rooms=\"2\"").count(), 2, "the fair stands in both rooms: {fair}");
        the_morning_is_closed(&app).await;
        the_library_is_counted(&app).await;
        is_held(&app, OUTING, ("2026-03-06T01:30:00Z", "2026-03-06T03:10:00Z"), &[1, 2], "").await;
        is_held(&app, FAIR, ("2026-03-07T06:30:00Z", "2026-03-07T08:10:00Z"), &[1, 3], "10").await;
        is_held(&app, EXERCISES, ("2026-03-09T05:10:00Z", "2026-03-09T06:05:00Z"), &[2], "").await;
        is_held(&app, OPERA, ("2026-03-09T07:10:00Z", "2026-03-09T08:05:00Z"), &[], "4").await;

        app.at("2026-03-10T02:00:00Z");
        let march = figures(&app, "ann", "center:1", MARCH).await;
        for (key, value, why) in [
            ("sessions", 5, "library, outing, fair, exercises, opera; tai chi was called off, the library of the 12th is to come"),
            ("visits", 3 + 2 + 12 + 1 + 4, "in that order; two of the fair's by name"),
            ("unnamed", 3 + 10 + 4, "the library's, the fair's, the opera's"),
            ("persons", 3, "1 and 2 on the outing, 1 and 3 at the fair, 2 at the exercises"),
            ("visits.elderly", 1, "the clicker's; nobody's birth date is known"),
            ("open_sessions", 0, "nothing that is over was forgotten"),
            ("booked_minutes.room.1", 120 + 60 + 60, "the fair, the exercises where they were moved to, the opera"),
            ("booked_minutes.room.2", 480 + 120 + 480, "the library on both Thursdays, and the fair"),
            ("open_minutes.room.1", 31 * 750 - 210, "8:30 to 21:00 each day, without Monday's morning until noon"),
            ("open_minutes.room.2", 31 * 750, ""),
        ] {
            assert_eq!(march[key], value, "{key}: {why}");
        }
        let monday = figures(&app, "ann", "center:1", ("2026-03-09", "2026-03-10")).await;
        assert_eq!((monday["sessions"], monday["visits"], monday["booked_minutes.room.1"]), (2, 5, 120));
        let report = app.sign_in("ann").await.get("/centers/1/reports/2026-03").await.is(200);
        report.shows("秋色观赏").shows("游园会").shows("图书室开放");
    }
}
