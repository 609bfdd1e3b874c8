//! Rooms for what is no activity: meetings, maintenance, and residents' groups that ask for one. One room holds one thing at a time,
//! whatever it is; and whoever asked sees by their link what became of it, and nothing of others.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::activities::schedules;
use crate::audit::picture;
use crate::check_in::request;
use crate::imports::sends_as;
use crate::support::{Answer, Engine, TestApp, User, on_both_engines, run};

const RESERVATIONS: &str = "/centers/1/reservations";
const REQUESTS: &str = "/centers/1/room-requests";

const MEETING: [(&str, &str); 7] = [
    ("kind", "meeting"),
    ("title", "站务会"),
    ("holder", "陈静雯"),
    ("room", "1"),
    ("date", "2026-03-06"),
    ("starts", "14:00"),
    ("ends", "15:00"),
];

/// The fields with some of them otherwise.
fn with<'a>(fields: &[(&'a str, &'a str)], changed: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let is_kept = |field: &&(&str, &str)| !changed.iter().any(|(name, _)| *name == field.0);
    fields.iter().filter(is_kept).chain(changed).copied().collect()
}

async fn reserves(ann: &User<'_>, changed: &[(&str, &str)]) -> Answer {
    ann.post(RESERVATIONS, &with(&MEETING, changed)).await
}

const LIVE: &str = "select count(*) from bookings where released_at is null and kind <> 'session'";

/// Pairs of live bookings of one room that overlap: there is none.
const OVERLAPS: &str = "select count(*) from bookings a join bookings b on b.room_id = a.room_id and b.id > a.id
    and a.starts_at < b.ends_at and b.starts_at < a.ends_at where a.released_at is null and b.released_at is null";

async fn asks(phone: &User<'_>, changed: &[(&str, &str)]) -> Answer {
    let number = request();
    let wish = [
        ("request_id", &*number),
        ("group_name", "8 栋楼友会"),
        ("name", "黄秀英"),
        ("phone", "13511115111"),
        ("room", "1"),
        ("date", "2026-03-10"),
        ("starts", "14:00"),
        ("ends", "16:00"),
        ("heads", "15"),
        ("purpose", "商量加装电梯"),
        ("promise", "1"),
    ];
    phone.post("/agenda/1/request", &with(&wish, changed)).await
}

/// A new phone asks, and has the link to the answer.
async fn asked(app: &TestApp) -> String {
    let link = asks(&app.anyone(), &[]).await.is(303).leads_to();
    assert!(link.starts_with("/agenda/1/request/") && link.len() > 50, "{link}");
    link
}

const YES: [(&str, &str); 5] =
    [("room", "1"), ("date", "2026-03-10"), ("starts", "14:00"), ("ends", "16:00"), ("word", "用后关空调")];

on_both_engines! {
    async fn a_meeting_takes_its_room_and_says_so(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get(RESERVATIONS).await.is(200).shows("还没有登记");
        ann.get(&format!("{RESERVATIONS}/new")).await.is(200).shows("登记用场");
        let made = reserves(&ann, &[("attendees", "全体社工"), ("heads", "6")]).await.is(303).leads_to();
        assert_eq!(made, format!("{RESERVATIONS}/1"));
        ann.get(&made).await.is(200).shows("站务会").shows("全体社工").shows("陈静雯").hides("会议纪要");
        ann.get(RESERVATIONS).await.is(200).shows("站务会").shows("未到");
        // What is in the way says what it is, to a session and to another meeting.
        schedules(&ann, &[("room", "1"), ("date", "2026-03-06"), ("starts", "14:30"), ("ends", "15:30")]).await
            .is(422).shows("站务会").shows("14:00–15:00");
        reserves(&ann, &[("title", "另一个会"), ("starts", "14:59"), ("ends", "15:30")]).await.is(422).shows("站务会");
        reserves(&ann, &[("starts", "15:00"), ("ends", "15:30")]).await.is(303);
        reserves(&ann, &[("starts", "06:00"), ("ends", "07:00")]).await.is(422).shows("08:30");
        let wrong = [("kind", "request"), ("holder", ""), ("ends", "13:00"), ("times", "27")];
        reserves(&ann, &wrong).await.is(422);
        assert_eq!(app.number(LIVE).await, 2);
    }

    async fn maintenance_waits_for_a_session_that_is_there(app: TestApp) {
        let ann = app.sign_in("ann").await;
        schedules(&ann, &[("room", "1"), ("date", "2026-03-06"), ("starts", "10:00"), ("ends", "11:00")]).await.is(303);
        let mending = [("kind", "maintenance"), ("title", "换灯管"), ("holder", "物业电工"), ("starts", "10:30"), ("ends", "11:30")];
        let program = app.token("ann").await;
        let body = json!({"center": 1, "kind": "maintenance", "title": "换灯管", "holder": "物业电工", "room": 1, "date": "2026-03-06",
            "starts": "10:30", "ends": "11:30"});
        program.post_json("/api/v1/reservations", body).await.is_refused("room_taken");
        reserves(&ann, &mending).await.is(422).shows("10:00–11:00");
        let free = with(&mending, &[("starts", "11:00")]);
        reserves(&ann, &free).await.is(303);
        assert_eq!((app.number(LIVE).await, app.number(OVERLAPS).await), (1, 0));
        // A room in which something is to be mended is not given up.
        app.sign_in("ben").await.post("/centers/1/rooms/1/retirement", &[]).await.is(409);
    }

    async fn a_meeting_of_every_second_week_is_booked_whole_or_not_at_all(app: TestApp) {
        let ann = app.sign_in("ann").await;
        for (date, title) in [("2026-03-20", "书法班"), ("2026-04-17", "合唱团")] {
            let session = [("room", "1"), ("title", title), ("date", date), ("starts", "14:30"), ("ends", "15:30")];
            schedules(&ann, &session).await.is(303);
        }
        let series = [("times", "4"), ("every", "2")];
        reserves(&ann, &series).await.is(422).shows("2026-03-20").shows("书法班").shows("2026-04-17").shows("合唱团").hides("2026-04-03");
        assert_eq!(app.number("select count(*) from reservations").await, 0);
        let morning = [("times", "4"), ("every", "2"), ("starts", "09:00"), ("ends", "10:00")];
        let made = reserves(&ann, &morning).await.is(303).leads_to();
        assert_eq!(made, RESERVATIONS);
        assert_eq!(app.number("select count(*) from reservations where series_id = 1").await, 4);
        // The third and those after it; the first two stay.
        let third = format!("{RESERVATIONS}/3");
        ann.get(&third).await.is(200).shows("这一次以后的也一起取消");
        ann.post(&format!("{third}/cancellation"), &[("reason", "")]).await.is(422);
        ann.post(&format!("{third}/cancellation"), &[("reason", "换地方"), ("later", "1")]).await.is(303);
        assert_eq!(app.number(LIVE).await, 2);
        ann.get(&third).await.is(200).shows("换地方").shows("已取消");
        ann.post(&format!("{third}/cancellation"), &[("reason", "再来")]).await.is(422).shows("已经结束或取消了");
        reserves(&ann, &[("times", "26"), ("every", "12")]).await.is(422).shows("最晚只能到");
    }

    async fn a_meeting_moves_and_does_not_stand_in_its_own_way(app: TestApp) {
        let ann = app.sign_in("ann").await;
        reserves(&ann, &[]).await.is(303);
        schedules(&ann, &[("room", "2"), ("date", "2026-03-06"), ("starts", "14:00"), ("ends", "15:00")]).await.is(303);
        let one = format!("{RESERVATIONS}/1");
        ann.post(&one, &with(&MEETING, &[("starts", "14:30"), ("ends", "15:30")])).await.is(303);
        ann.post(&one, &with(&MEETING, &[("room", "2")])).await.is(422).shows("14:00–15:00");
        ann.post(&one, &with(&MEETING, &[("room", "2"), ("starts", "15:00"), ("ends", "16:00")])).await.is(303);
        assert_eq!(app.number(LIVE).await, 1);
        assert_eq!(app.number("select count(*) from bookings where kind = 'meeting' and superseded = 1").await, 2);
        // Saved as it is, nothing is written; otherwise called, the booking is too.
        let entries = "select count(*) from audit_events where subject = 'reservation'";
        let before = app.number(entries).await;
        let same = with(&MEETING, &[("room", "2"), ("starts", "15:00"), ("ends", "16:00")]);
        ann.post(&one, &same).await.is(303);
        assert_eq!(app.number(entries).await, before);
        ann.post(&one, &with(&same, &[("title", "月度例会")])).await.is(303);
        assert_eq!(app.number("select count(*) from bookings where released_at is null and label = '月度例会'").await, 1);
        // What was held keeps its place.
        app.at("2026-03-07T02:00:00Z");
        ann.post(&one, &with(&same, &[("starts", "09:00"), ("ends", "10:00")])).await.is(422).shows("已经结束或取消了");
        ann.post(&one, &with(&same, &[("title", "三月例会")])).await.is(303);
    }

    async fn minutes_and_papers_are_kept_afterwards(app: TestApp) {
        let ann = app.sign_in("ann").await;
        reserves(&ann, &[]).await.is(303);
        let one = format!("{RESERVATIONS}/1");
        ann.post(&format!("{one}/minutes"), &[("minutes", "一、排班")]).await.is(422).shows("还没有开始");
        app.at("2026-03-06T08:00:00Z");
        ann.get(&one).await.is(200).shows("会议纪要").shows("已过");
        ann.post(&format!("{one}/minutes"), &[("minutes", "一、排班\n二、五一活动")]).await.is(303);
        ann.get(&one).await.is(200).shows("二、五一活动");
        ann.get(RESERVATIONS).await.is(200).shows("有记录");
        sends_as(&ann, &format!("{one}/files"), ("paper", "签到表.png"), &picture()).await.is(303);
        sends_as(&ann, &format!("{one}/files"), ("paper", "乱码.pdf"), b"nothing").await.is(422);
        let file = app.number("select max(file_id) from reservation_files").await;
        ann.get(&format!("{one}/files/{file}")).await.is(200);
        reserves(&ann, &[("date", "2026-03-09")]).await.is(303);
        ann.get(&format!("{RESERVATIONS}/2/files/{file}")).await.is(404);
        let program = app.token("ann").await;
        let told = program.get("/api/v1/reservations/1").await.is(200).json();
        assert_eq!((&told["state"], &told["files"][0]["kind"]), (&json!("held"), &json!("png")));
        ann.post(&format!("{one}/files/{file}/removal"), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from files").await, 0);
        ann.post(&format!("{one}/files/{file}/removal"), &[]).await.is(404);
    }

    async fn the_list_is_cut_and_goes_out_as_it_is_shown(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let mending = [("kind", "maintenance"), ("title", "换灯管"), ("holder", "物业电工")];
        reserves(&ann, &[("date", "2026-03-04"), ("title", "上周例会")]).await.is(303);
        reserves(&ann, &[("date", "2026-03-05")]).await.is(303);
        reserves(&ann, &with(&mending, &[("date", "2026-03-20")])).await.is(303);
        ann.get(&format!("{RESERVATIONS}?kind=maintenance")).await.is(200).shows("换灯管").hides("上周例会");
        ann.get(&format!("{RESERVATIONS}?state=held")).await.is(200).shows("上周例会").hides("换灯管");
        ann.get(&format!("{RESERVATIONS}?when=today")).await.is(200).shows("站务会").hides("换灯管").hides("上周例会");
        ann.get(&format!("{RESERVATIONS}?when=coming&sort=latest")).await.is(200).hides("上周例会");
        ann.get(&format!("{RESERVATIONS}?state=cancelled")).await.is(200).hides("站务会</a>");
        let file = ann.post("/centers/1/exports", &[("list", "reservations"), ("format", "csv"), ("kind", "maintenance")]).await.is(200);
        assert_eq!(file.text().lines().count(), 2);
        file.shows("换灯管").shows("物业电工").shows("2026-03-20");
        let listed = app.token("ann").await.get("/api/v1/reservations?center=1&when=past").await.is(200).json();
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        app.token("ann").await.get("/api/v1/reservations?center=1&when=someday").await.is(422);
    }

    async fn a_group_asks_is_granted_a_room_on_conditions_and_reads_so_by_its_link(app: TestApp) {
        let ann = app.sign_in("ann").await;
        app.anyone().get("/agenda/1").await.is(200).shows("/agenda/1/request");
        let link = asked(&app).await;
        app.anyone().get(&link).await.is(200).shows("8 栋楼友会").shows("待答复").hides("13511115111").hides("黄秀英");
        ann.get("/centers/1").await.is(200).shows("1 份场地申请待答复");
        ann.get(REQUESTS).await.is(200).shows("8 栋楼友会").shows("商量加装电梯").hides("13511115111");
        let one = format!("{REQUESTS}/1");
        ann.get(&one).await.is(200).shows("黄秀英").shows("135****5111").hides("13511115111").shows("申请的时间空闲");
        ann.post(&format!("{one}/contact"), &[("reason", "")]).await.is(422).hides("13511115111");
        ann.post(&format!("{one}/contact"), &[("reason", "问人数")]).await.is(200).shows("13511115111");
        // Something was there first.
        schedules(&ann, &[("room", "1"), ("date", "2026-03-10"), ("starts", "15:00"), ("ends", "16:00")]).await.is(303);
        ann.post(&format!("{one}/approval"), &YES).await.is(422).shows("15:00–16:00");
        assert_eq!(app.number("select count(*) from room_requests where state = 'open'").await, 1);
        ann.post(&format!("{one}/approval"), &with(&YES, &[("room", "2")])).await.is(303);
        app.anyone().get(&link).await.is(200).shows("已同意").shows("用后关空调").shows("书画室");
        ann.post(&format!("{one}/approval"), &YES).await.is(422);
        ann.post(&format!("{one}/refusal"), &[("why", "晚了")]).await.is(422).shows("刚刚有人答复了");
        // The room is taken, by a group.
        reserves(&ann, &[("room", "2"), ("date", "2026-03-10"), ("starts", "15:30"), ("ends", "16:30")]).await.is(422).shows("8 栋楼友会");
        ann.get(RESERVATIONS).await.is(200).shows("居民借用");
        ann.get("/centers/1").await.is(200).hides("份场地申请待答复");
        // Called off later: the reason is read by the link.
        ann.post(&format!("{RESERVATIONS}/1/cancellation"), &[("reason", "停电检修")]).await.is(303);
        app.anyone().get(&link).await.is(200).shows("中心已取消").shows("停电检修");
        assert_eq!(app.number(LIVE).await, 0);
    }

    async fn a_group_is_told_no_and_why(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let link = asked(&app).await;
        ann.post(&format!("{REQUESTS}/1/refusal"), &[("why", "")]).await.is(422);
        ann.post(&format!("{REQUESTS}/1/refusal"), &[("why", "那天全中心消毒")]).await.is(303);
        app.anyone().get(&link).await.is(200).shows("未同意").shows("那天全中心消毒");
        app.anyone().post(&format!("{link}/withdrawal"), &[]).await.is(409);
        let told = app.token("ann").await.get("/api/v1/room-requests?center=1").await.is(200).json();
        assert_eq!((&told["items"][0]["state"], &told["items"][0]["phone"]), (&json!("declined"), &json!("135****5111")));
        assert_eq!(app.number(LIVE).await, 0);
    }

    async fn a_group_takes_its_wish_back_and_is_forgotten(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let (waiting, granted) = (asked(&app).await, asked(&app).await);
        ann.post(&format!("{REQUESTS}/2/approval"), &YES).await.is(303);
        assert_eq!(app.number(LIVE).await, 1);
        for link in [&waiting, &granted] {
            app.anyone().post(&format!("{link}/withdrawal"), &[]).await.is(303);
            app.anyone().get(link).await.is(200).shows("已撤回");
            app.anyone().post(&format!("{link}/withdrawal"), &[]).await.is(409);
        }
        assert_eq!(app.number(LIVE).await, 0);
        assert_eq!(app.number("select count(*) from room_requests where contact_sealed is not null or contact_key <> ''").await, 0);
        ann.get(&format!("{REQUESTS}/1")).await.is(200).shows("联系人信息已删除").hides("黄秀英");
        ann.get(&format!("{RESERVATIONS}/1")).await.is(200).shows("申请人自己取消");
        // What has begun is not taken back.
        let late = asked(&app).await;
        ann.post(&format!("{REQUESTS}/3/approval"), &YES).await.is(303);
        app.at("2026-03-10T06:30:00Z");
        app.anyone().post(&format!("{late}/withdrawal"), &[]).await.is(409);
    }

    async fn a_form_sent_twice_is_one_wish_and_a_flood_is_stopped(app: TestApp) {
        let mut phone = app.anyone();
        let number = request();
        let first = asks(&phone, &[("request_id", &*number)]).await.is(303);
        phone.keep(&first);
        let again = asks(&app.anyone(), &[("request_id", &*number)]).await.is(303);
        assert_eq!(first.leads_to(), again.leads_to());
        assert_eq!(app.number("select count(*) from room_requests").await, 1);
        let plain = "select count(*) from room_requests where contact_sealed like '%黄秀英%' or contact_sealed like '%13511115111%'";
        assert_eq!(app.number(plain).await, 0);
        for _ in 0..4 {
            asks(&phone, &[]).await.is(303);
        }
        asks(&phone, &[]).await.is(422).shows("先等一等");
        for wrong in [("promise", ""), ("phone", "12"), ("heads", "0"), ("date", "2026-03-01"), ("date", "2027-03-01"), ("room", "9"), ("team", "99")] {
            asks(&app.anyone(), &[wrong]).await.is(422);
        }
        // In the morning of the day itself.
        asks(&app.anyone(), &[("date", "2026-03-05"), ("starts", "09:00"), ("ends", "12:00")]).await.is(422);
    }

    async fn the_public_page_says_when_rooms_are_free_and_nothing_of_who_is_there(app: TestApp) {
        let ann = app.sign_in("ann").await;
        reserves(&ann, &[]).await.is(303);
        let page = app.anyone().get("/agenda/1/request?day=2026-03-06").await.is(200);
        page.shows("08:30–14:00").shows("15:00–21:00").hides("站务会").hides("陈静雯");
        app.anyone().get("/agenda/1/request?day=yesterday").await.is(200).hides("21:00");
        app.anyone().get("/agenda/999/request").await.is(404);
        let link = asked(&app).await;
        let elsewhere = link.replace("/agenda/1/", "/agenda/2/");
        app.anyone().get(&elsewhere).await.is(404);
        app.anyone().get(&format!("{link}x")).await.is(404);
    }

    async fn another_centers_is_not_found(app: TestApp) {
        let ann = app.sign_in("ann").await;
        reserves(&ann, &[]).await.is(303);
        asked(&app).await;
        let olga = app.sign_in("olga").await;
        for path in [RESERVATIONS, REQUESTS, "/centers/1/reservations/1", "/centers/1/room-requests/1", "/centers/2/reservations/1", "/centers/2/room-requests/1"] {
            olga.get(path).await.is(404);
        }
        olga.post("/centers/2/reservations/1/cancellation", &[("reason", "x")]).await.is(404);
        olga.post("/centers/2/room-requests/1/approval", &YES).await.is(404);
        olga.post("/centers/2/reservations", &MEETING).await.is(422);
        let program = app.token("olga").await;
        for path in ["/api/v1/reservations/1", "/api/v1/room-requests/1"] {
            program.get(path).await.is(404);
        }
        app.sign_in("cai").await.get(RESERVATIONS).await.is(403);
        assert_eq!(app.number(LIVE).await, 1);
    }

    async fn erasing_somebody_forgets_that_they_asked_for_a_group(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let known = [("name", "黄秀英"), ("phone", "13511115111")];
        ann.post("/centers/1/people", &known).await.is(303);
        let person = app.number("select max(id) from people").await;
        let link = asked(&app).await;
        let program = app.token("ann").await;
        let asker = json!({"asker": "person", "identity": "看了身份证"});
        program.post_json(&format!("/api/v1/people/{person}/own-data"), asker).await.is(200).shows("商量加装电梯");
        let erasure = json!({"wanted_by": "person", "reason": "本人要求"});
        program.post_json(&format!("/api/v1/people/{person}/erasure"), erasure).await.is(201);
        app.token("ben").await.post_json("/api/v1/erasures/1/approval", json!({"number": person})).await.is(200);
        assert_eq!(app.number("select count(*) from room_requests where contact_sealed is not null or contact_key <> ''").await, 0);
        app.anyone().get(&link).await.is(200).shows("已撤回");
    }

    async fn who_asked_is_kept_for_its_time_only(app: TestApp) {
        asked(&app).await;
        app.at("2027-04-10T02:00:00Z");
        let ada = app.token("ada").await;
        let run = ada.post_json("/api/v1/retention/runs", json!({})).await.is(201).json();
        app.run_jobs().await;
        let path = format!("/api/v1/retention/runs/{}", run["id"]);
        let told = ada.get(&path).await.is(200).json();
        assert_eq!(told["records"]["room_requests"]["listed"], 1, "{told}");
        let records: i64 = told["records"].as_object().unwrap().values().map(|kind| kind["listed"].as_i64().unwrap()).sum();
        ada.post_json(&format!("{path}/confirmation"), json!({ "records": records })).await.is(200);
        app.run_jobs().await;
        assert_eq!(app.number("select count(*) from room_requests where contact_sealed is null and state = 'withdrawn'").await, 1);
    }
}

on_both_engines! {
    async fn of_a_meeting_and_a_session_at_once_one_has_the_room(app: TestApp) {
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        for round in 0..30_u32 {
            let day = format!("2026-{:02}-{:02}", 4 + round / 28, 1 + round % 28);
            let session = [("room", "1"), ("date", day.as_str()), ("starts", "10:00"), ("ends", "11:00")];
            let meeting = json!({"center": 1, "kind": "meeting", "title": "会", "holder": "陈", "room": 1, "date": day,
                "starts": "10:30", "ends": "11:30"});
            let (held, met) = rocket::tokio::join!(schedules(&ann, &session), program.post_json("/api/v1/reservations", meeting));
            let won = (held.status.code == 303, met.status.code == 201);
            assert!(won.0 != won.1, "round {round}: {} {}", held.text(), met.text());
            assert!(matches!(held.status.code, 303 | 422) && matches!(met.status.code, 201 | 409), "{} {}", held.status, met.status);
        }
        assert_eq!(app.number(OVERLAPS).await, 0);
    }

    async fn of_two_who_answer_one_does_and_whoever_takes_back_is_heard(app: TestApp) {
        let program = app.token("ann").await;
        for round in 1..=20_i64 {
            let link = asked(&app).await;
            let path = format!("/api/v1/room-requests/{round}");
            let yes = json!({"room": 1, "date": "2026-03-10", "starts": "14:00", "ends": "16:00"});
            let (approval, refusal) = (format!("{path}/approval"), format!("{path}/refusal"));
            let (granted, declined) =
                rocket::tokio::join!(program.post_json(&approval, yes), program.post_json(&refusal, json!({"why": "满了"})));
            assert!((granted.status.code == 200) != (declined.status.code == 204), "round {round}: {} {}", granted.text(), declined.text());
            if granted.status.code == 200 {
                let id = granted.json()["reservation_id"].as_i64().unwrap();
                let phone = app.anyone();
                let (back, off) = (format!("{link}/withdrawal"), format!("/api/v1/reservations/{id}/cancellation"));
                let (back, off) = rocket::tokio::join!(phone.post(&back, &[]), program.post_json(&off, json!({"reason": "停电"})));
                assert!((back.status.code == 303) != (off.status.code == 200), "round {round}: {} {}", back.text(), off.text());
            }
            assert_eq!(app.number(LIVE).await, 0, "round {round}");
        }
    }
}

/// What a history does: books, moves, calls off; in one of two rooms, at an hour of one day.
#[derive(Clone, Debug)]
enum Step {
    Book { room: usize, hour: u32 },
    Move { which: usize, room: usize, hour: u32 },
    CallOff { which: usize },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..2_usize, 9..18_u32).prop_map(|(room, hour)| Step::Book { room, hour }),
        3 => (0..20_usize, 0..2_usize, 9..18_u32).prop_map(|(which, room, hour)| Step::Move { which, room, hour }),
        2 => (0..20_usize).prop_map(|which| Step::CallOff { which }),
    ];
    prop::collection::vec(step, 1..25)
}

/// Where each reservation is, by the plain model: none where it is called off.
type Places = Vec<Option<(usize, u32)>>;

impl Step {
    /// What comes of it: whether it is done.
    fn on(&self, places: &mut Places) -> bool {
        let is_free = |places: &Places, place, but: Option<usize>| {
            places.iter().enumerate().all(|(index, there)| Some(index) == but || *there != Some(place))
        };
        match *self {
            Self::Book { room, hour } => {
                let free = is_free(places, (room, hour), None);
                if free {
                    places.push(Some((room, hour)));
                }
                free
            }
            Self::Move { which, room, hour } => {
                let done = matches!(places.get(which), Some(Some(_))) && is_free(places, (room, hour), Some(which));
                if done {
                    places[which] = Some((room, hour));
                }
                done
            }
            Self::CallOff { which } => match places.get_mut(which) {
                Some(place @ Some(_)) => {
                    *place = None;
                    true
                }
                _ => false,
            },
        }
    }

    async fn ask(&self, program: &User<'_>, day: &str) -> u16 {
        let body = |room: usize, hour: u32| {
            json!({"center": 1, "kind": "meeting", "title": "会", "holder": "陈", "room": room + 1, "date": day,
                "starts": format!("{hour:02}:00"), "ends": format!("{:02}:00", hour + 1)})
        };
        let answer = match *self {
            Self::Book { room, hour } => program.post_json("/api/v1/reservations", body(room, hour)).await,
            Self::Move { which, room, hour } => {
                program.post_json(&format!("/api/v1/reservations/{}", which + 1), body(room, hour)).await
            }
            Self::CallOff { which } => {
                let path = format!("/api/v1/reservations/{}/cancellation", which + 1);
                program.post_json(&path, json!({"reason": "改期"})).await
            }
        };
        answer.status.code
    }
}

/// The rooms and hours that are booked.
async fn booked(program: &User<'_>) -> BTreeSet<(i64, String)> {
    let told = program.get("/api/v1/reservations?center=1&state=coming").await.is(200).json();
    let place = |one: &Value| (one["room_id"].as_i64().unwrap(), one["starts_at"].as_str().unwrap().to_owned());
    told["items"].as_array().unwrap().iter().map(place).collect()
}

fn histories_are_as_the_model_says(engine: Engine) {
    let mut runner = TestRunner::new(Config { failure_persistence: None, ..Config::default() });
    for _ in 0..8 {
        let history = steps().new_tree(&mut runner).unwrap().current();
        run(engine, async move |app: TestApp| {
            let program = app.token("ann").await;
            let mut places = Places::new();
            for step in &history {
                let done = step.on(&mut places);
                let code = step.ask(&program, "2026-03-12").await;
                assert_eq!(matches!(code, 200 | 201), done, "{step:?} of {history:?}: {code}");
            }
            let expected: BTreeSet<(i64, String)> = places
                .iter()
                .flatten()
                .map(|(room, hour)| (*room as i64 + 1, format!("2026-03-12T{:02}:00:00Z", hour - 8)))
                .collect();
            assert_eq!(booked(&program).await, expected, "{history:?}");
            assert_eq!(app.number(OVERLAPS).await, 0);
        });
    }
}

#[test]
fn histories_on_sqlite() {
    histories_are_as_the_model_says(Engine::Sqlite);
}

#[test]
fn histories_on_postgres() {
    histories_are_as_the_model_says(Engine::Postgres);
}
