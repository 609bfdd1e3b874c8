//! The front desk without a browser: what a device is told, what it sends, how a picture is read, how it is enrolled.

use std::io::Cursor;

use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use linli::check_in::RequestId;
use linli::check_in::cards::CardCode;
use rocket::http::ContentType;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::check_in::card;
use crate::support::{Answer, TestApp, User, on_both_engines};

const DESK: &str = "/centers/1/front-desk";

/// A session 10:00 to 12:00 of the team 邻里敬老队 and one of nobody's at 14:00; four residents: 1 serves in the team, 2
/// came to the first activity last week, 3 is known to the center only, 4 to center 2 only.
pub(crate) async fn world(app: &TestApp) {
    let teas = "insert into activities (center_id, kind_id, title, published, created_at)
        select 1, id, '早茶会', 1, 0 from service_kinds where code = 'community_activity'";
    let choir = "insert into activities (center_id, kind_id, title, published, created_at)
        select 1, id, '合唱团', 1, 0 from service_kinds where code = 'community_activity'";
    for sql in [
        teas,
        choir,
        "insert into sessions (activity_id, center_id, team_id, starts_at, ends_at, local_date, status, updated_at)
         values (1, 1, 1, 1772676000000, 1772683200000, '2026-03-05', 'planned', 0),
                (2, 1, null, 1772690400000, 1772697600000, '2026-03-05', 'planned', 0),
                (1, 1, 1, 1772071200000, 1772078400000, '2026-02-26', 'completed', 0)",
        "insert into bookings (kind, room_id, session_id, starts_at, ends_at)
         select 'session', activity_id, id, starts_at, ends_at from sessions",
        "insert into codes (token, kind, subject_id, created_at)
         values ('tea', 'session', 1, 0), ('choir', 'session', 2, 0), ('before', 'session', 3, 0)",
        "insert into people (name, name_key, name_fold, pinyin, sounds, birth_date, phone_last4, created_at, updated_at)
         values ('梁惠芳', '梁惠芳', '梁惠芳', 'lianghuifang', 'liang hui fang', '1950-08-15', '1111', 0, 0),
                ('陈大文', '陈大文', '陈大文', 'chendawen', 'chen da/dai wen', null, '0081', 0, 0),
                ('李小明', '李小明', '李小明', 'lixiaoming', 'li xiao ming', '2012-05-05', null, 0, 0),
                ('欧阳志强', '欧阳志强', '欧阳志强', 'ouyangzhiqiang', 'ou yang zhi qiang', null, null, 0, 0)",
        "insert into enrolments (person_id, center_id, enrolled_at) values (1, 1, 0), (2, 1, 0), (3, 1, 0), (4, 2, 0)",
        "insert into team_members (team_id, person_id, joined_on, created_at) values (1, 1, '2025-01-01', 0)",
        "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth)
         values (3, 2, 'participant', 'roster', 1772071200000, 1772071200000, 0, 0, 0, 0)",
    ] {
        app.execute(sql).await;
    }
}

/// The QR of a card's link, as somebody holds it before a camera.
pub(crate) fn picture(code: &CardCode, width: u32, height: u32) -> GrayImage {
    let link = format!("https://linli.example/k/{}", code.plain());
    let qr = qrcode::QrCode::new(link).unwrap().render::<Luma<u8>>().max_dimensions(320, 320).build();
    let mut picture = GrayImage::from_pixel(width, height, Luma([214]));
    image::imageops::overlay(&mut picture, &qr, i64::from(width - qr.width()) / 2, i64::from(height - qr.height()) / 2);
    picture
}

fn file(picture: GrayImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

async fn day(user: &User<'_>) -> Value {
    user.fetch(&format!("{DESK}/day"), None).await.is(200).json()
}

fn names(day: &Value) -> Vec<&str> {
    day["people"].as_array().unwrap().iter().map(|person| person["name"].as_str().unwrap()).collect()
}

fn scan(session: i64, what: Value, way: &str, at: &str) -> Value {
    let mut item = json!({"request_id": RequestId::random().to_string(), "session_id": session, "way": way, "occurred_at": at, "offline": false});
    for (key, value) in what.as_object().unwrap() {
        item[key] = value.clone();
    }
    item
}

async fn send(user: &User<'_>, sent_at: &str, items: &[Value]) -> Answer {
    let body = json!({"sent_at": sent_at, "items": items}).to_string();
    user.fetch(&format!("{DESK}/scans"), Some((ContentType::JSON, body.into_bytes()))).await
}

const NOW: &str = "2026-03-05T02:00:00Z";

on_both_engines! {
    async fn the_desk_knows_the_centers_people_and_a_leader_those_of_the_teams_sessions(app: TestApp) {
        world(&app).await;
        let code = card(&app, 1).await;
        let told = day(&app.sign_in("fay").await).await;
        assert_eq!(told["date"], "2026-03-05");
        assert_eq!(told["ends_at"], "2026-03-05T16:00:00Z");
        assert_eq!(told["sessions"].as_array().unwrap().len(), 2);
        assert_eq!(names(&told), ["陈大文", "梁惠芳", "李小明"]);
        assert_eq!(told["people"][1]["roles"], json!({"1": "volunteer"}));
        assert_eq!(told["people"][1]["hint"], json!({"born": 1950, "last4": "1111"}));

        let salt = told["salt"].as_str().unwrap();
        let hash = data_encoding::HEXLOWER.encode(&Sha256::digest(format!("{salt}{}", code.plain())));
        assert_eq!(told["cards"], json!([{"hash": hash, "person": 1}]));
        let again = day(&app.sign_in("ann").await).await;
        assert_ne!(again["salt"], told["salt"], "hashes of two answers do not match");

        app.execute("update cards set revoked_at = 1").await;
        let of_team = day(&app.sign_in("lei").await).await;
        assert_eq!(of_team["sessions"].as_array().unwrap().len(), 1);
        assert_eq!(names(&of_team), ["陈大文", "梁惠芳"]);
        assert_eq!(of_team["cards"], json!([]));
        app.sign_in("olga").await.fetch(&format!("{DESK}/day"), None).await.is(404);
        app.anyone().fetch(&format!("{DESK}/day"), None).await.is(401).is_refused("unauthorized");
    }

    async fn scans_are_answered_one_by_one(app: TestApp) {
        world(&app).await;
        let code = card(&app, 1).await;
        let fay = app.sign_in("fay").await;
        let link = json!({"card": format!("https://linli.example/k/{}", code.plain())});
        let first = scan(1, link.clone(), "in", NOW);
        let told = send(&fay, NOW, std::slice::from_ref(&first)).await.is(200).json();
        assert_eq!(told["answers"][0]["answer"], "in");
        assert_eq!(told["answers"][0]["name"], "梁惠芳");
        assert_eq!(told["answers"][0]["at"], NOW);
        let items = [
            first,
            scan(1, link, "in", NOW),
            scan(1, json!({"card": "no card at all"}), "in", NOW),
            scan(2, json!({"person_id": 3}), "out", NOW),
            scan(1, json!({"person_id": 4}), "in", NOW),
            scan(999, json!({"person_id": 2}), "in", NOW),
            json!({"request_id": "x", "session_id": 1}),
        ];
        let told = send(&fay, NOW, &items).await.is(200).json();
        let said: Vec<&str> = told["answers"].as_array().unwrap().iter().map(|a| a["answer"].as_str().unwrap()).collect();
        let mut sorted = said.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, ["already", "in", "not_found", "not_found", "refused", "refused", "unknown"], "{told:#}");
        let of = |n: usize| told["answers"].as_array().unwrap().iter().find(|a| a["request_id"] == items[n]["request_id"]).unwrap();
        assert_eq!(of(0)["answer"], "in", "the same request, the same answer");
        assert_eq!(of(1)["answer"], "already");
        assert_eq!(of(2)["code"], "unknown_code");
        assert_eq!(of(6)["code"], "request_id", "the field that is not to be read");
        assert_eq!(of(4)["name"], Value::Null, "another center's resident is not named");
        assert!(told["answers"].as_array().unwrap().iter().all(|a| !a["text"].as_str().unwrap().is_empty()));
        assert_eq!(app.number("select count(*) from attendances where session_id = 1").await, 1);
        assert_eq!(app.number("select count(*) from scans where method = 'card' and outcome = 'unknown_code'").await, 1);

        // A device whose clock is a year ahead: what counts is how long before sending it was.
        let late = scan(1, json!({"person_id": 2, "offline": true}), "in", "2027-03-05T01:40:00Z");
        send(&fay, "2027-03-05T02:00:00Z", &[late]).await.is(200);
        assert_eq!(app.number("select came_at from attendances where person_id = 2 and session_id = 1").await, 1772674800000);
        assert_eq!(app.number("select offline from scans where person_id = 2 and session_id = 1").await, 1);

        let many: Vec<Value> = (0..501).map(|_| scan(1, json!({"card": "x"}), "in", NOW)).collect();
        send(&fay, NOW, &many).await.is(422);
        send(&fay, "yesterday", &[scan(1, json!({"card": "x"}), "in", NOW)]).await.is(422);
    }

    async fn the_day_tells_how_many_are_there_and_who_is_expected(app: TestApp) {
        world(&app).await;
        app.execute("update sessions set capacity = 60 where id = 1").await;
        let fay = app.sign_in("fay").await;
        let told = day(&fay).await;
        assert_eq!(told["sessions"][0]["expected"], json!([1, 2]), "who serves, then who came before");
        assert_eq!(told["sessions"][1]["expected"], json!([]));
        send(&fay, NOW, &[scan(1, json!({"person_id": 1}), "in", NOW), scan(1, json!({"person_id": 3}), "in", NOW)]).await.is(200);
        let heads = [("request_id", RequestId::random().to_string()), ("heads", "5".to_owned())];
        let heads: Vec<_> = heads.iter().map(|(name, value)| (*name, value.as_str())).collect();
        fay.post("/centers/1/sessions/1/head-counts", &heads).await.is(303);
        let told = day(&fay).await;
        assert_eq!(told["sessions"][0]["expected"], json!([2]));
        assert_eq!((&told["sessions"][0]["present"], &told["sessions"][0]["taken"]), (&json!(7), &json!(6)), "a volunteer takes no seat");
        let pulse = fay.fetch(&format!("{DESK}/pulse"), None).await.is(200).json();
        assert_eq!(pulse["sessions"][0], json!({"id": 1, "present": 7, "taken": 6}));
        let of_team = day(&app.sign_in("lei").await).await;
        assert_eq!(of_team["sessions"][0]["expected"], json!([2]));
    }

    async fn who_came_along_is_written_down_at_the_desk(app: TestApp) {
        world(&app).await;
        app.execute("update sessions set capacity = 3 where id = 1").await;
        let fay = app.sign_in("fay").await;
        let told = send(&fay, NOW, &[scan(1, json!({"person_id": 3}), "in", NOW)]).await.is(200).json();
        let attendance = told["answers"][0]["attendance"].to_string();
        let writes = async |rest: &[(&str, &str)]| {
            let fields = [&[("session", "1"), ("attendance", attendance.as_str())][..], rest].concat();
            fay.post(&format!("{DESK}/company"), &fields).await
        };
        let told = writes(&[("companions", "2"), ("way", "in"), ("name", "外婆王秀英")]).await.is(200).json();
        assert_eq!(told, json!({"taken": true, "text": "已记下。"}));
        writes(&[("way", "out"), ("name", "妈妈")]).await.is(200);
        let full = writes(&[("companions", "3"), ("way", "in"), ("name", "爸爸")]).await.is(200).json();
        assert_eq!(full, json!({"taken": false, "text": "这场活动已经满员。"}), "all or nothing");
        writes(&[("companions", "21")]).await.is(422);
        let page = app.sign_in("ann").await.get("/centers/1/sessions/1").await.is(200);
        page.shows("同行 2 人").shows("外婆王秀英 送来").shows("妈妈 接走").hides("爸爸");
        assert_eq!(day(&fay).await["sessions"][0]["taken"], 3, "companions take seats");
        app.sign_in("olga").await.post(&format!("{DESK}/company"), &[]).await.is(404);
    }

    async fn a_newcomer_is_registered_at_the_desk_once(app: TestApp) {
        world(&app).await;
        let fay = app.sign_in("fay").await;
        let new = scan(1, json!({"walk_in": {"name": "新街坊", "phone": ""}}), "in", NOW);
        for _ in 0..2 {
            let told = send(&fay, NOW, std::slice::from_ref(&new)).await.is(200).json();
            assert_eq!((&told["answers"][0]["answer"], &told["answers"][0]["name"]), (&json!("in"), &json!("新街坊")));
            let record = format!("/centers/1/sessions/1/attendances/{}", told["answers"][0]["attendance"]);
            fay.get(&record).await.is(200).shows("同行").shows("现场登记");
        }
        assert_eq!(app.number("select count(*) from people where name = '新街坊'").await, 1);
        // The name alone tells nobody apart: the desk is asked, and says that it has looked.
        let told = send(&fay, NOW, &[scan(1, json!({"walk_in": {"name": "陈大文"}}), "in", NOW)]).await.is(200).json();
        assert_eq!((&told["answers"][0]["code"], &told["answers"][0]["answer"]), (&json!("name_known"), &json!("refused")));
        assert!(told["answers"][0]["text"].as_str().unwrap().contains("再登记一次"), "{told}");
        let told = send(&fay, NOW, &[scan(1, json!({"walk_in": {"name": "陈大文", "anyway": true}}), "in", NOW)]).await.is(200).json();
        assert_eq!(told["answers"][0]["answer"], "in");
        for (bad, why) in [
            (json!({"name": "", "phone": ""}), "这不像姓名"),
            (json!({"name": "王五", "phone": "12"}), "11 位手机号"),
            (json!("王五"), "这条记录不完整，不能处理。"),
        ] {
            let told = send(&fay, NOW, &[scan(1, json!({"walk_in": bad}), "in", NOW)]).await.is(200).json();
            assert_eq!(told["answers"][0]["answer"], "refused");
            assert!(told["answers"][0]["text"].as_str().unwrap().contains(why), "{told}");
        }
        let far = send(&fay, NOW, &[scan(999, json!({"walk_in": {"name": "王五"}}), "in", NOW)]).await.is(200).json();
        assert_eq!(far["answers"][0]["answer"], "not_found");
        assert_eq!(app.number("select count(*) from people where name = '王五'").await, 0);
    }

    async fn a_newcomer_whom_a_device_kept_is_not_lost(app: TestApp) {
        world(&app).await;
        let fay = app.sign_in("fay").await;
        let kept = |session: i64, name: &str, at: &str| {
            let mut item = scan(session, json!({"walk_in": {"name": name, "phone": "12"}}), "in", at);
            item["offline"] = json!(true);
            item
        };
        // First without an answer, then again as one that was kept: one person, one visit.
        let mut twice = scan(1, json!({"walk_in": {"name": "新街坊", "phone": "13800138000"}}), "in", NOW);
        send(&fay, NOW, std::slice::from_ref(&twice)).await.is(200);
        twice["offline"] = json!(true);
        let told = send(&fay, NOW, &[twice]).await.is(200).json();
        assert_eq!(told["answers"][0]["answer"], "in", "{told}");
        // The next morning: of a name that is known, with half a number, at a session that was closed meanwhile.
        app.execute("update sessions set status = 'completed', closed_at = 1, closed_by = 1, summary = '好' where id = 2").await;
        app.at("2026-03-06T00:30:00Z");
        let fay = app.sign_in("fay").await;
        let items = [kept(1, "陈大文", "2026-03-05T02:10:00Z"), kept(2, "李四", "2026-03-05T06:10:00Z")];
        for _ in 0..2 {
            let told = send(&fay, "2026-03-06T00:30:00Z", &items).await.is(200).json();
            assert_eq!((&told["answers"][0]["answer"], &told["answers"][1]["answer"]), (&json!("in"), &json!("refused")), "{told}");
        }
        assert_eq!(app.number("select count(*) from people where name in ('新街坊', '陈大文', '李四')").await, 4);
        assert_eq!(app.number("select count(*) from attendances where session_id = 1 and came_at = 1772676600000 and method = 'walk_in'").await, 1);
        app.sign_in("ann").await.get("/centers/1/desk/review").await.is(200).shows("李四");
    }

    async fn a_newcomer_is_not_lost_where_the_session_was_moved_meanwhile(app: TestApp) {
        world(&app).await;
        let fay = app.sign_in("fay").await;
        let mut item = scan(1, json!({"walk_in": {"name": "新街坊", "phone": "13800138000"}}), "in", NOW);
        item["offline"] = json!(true);
        // Three days later in the plan, while the device had no network.
        app.execute("update sessions set starts_at = starts_at + 259200000, ends_at = ends_at + 259200000, local_date = '2026-03-08' where id = 1").await;
        let told = send(&fay, NOW, std::slice::from_ref(&item)).await.is(200).json();
        assert_eq!((&told["answers"][0]["answer"], &told["answers"][0]["code"]), (&json!("refused"), &json!("session_moved")), "{told}");
        assert_eq!(app.number("select count(*) from people where name = '新街坊'").await, 1);
        // Another center's session stays unknown.
        let mut foreign = scan(999, json!({"walk_in": {"name": "别处", "phone": "13800138001"}}), "in", NOW);
        foreign["offline"] = json!(true);
        let told = send(&fay, NOW, &[foreign]).await.is(200).json();
        assert_eq!(told["answers"][0]["answer"], "not_found", "{told}");
        assert_eq!(app.number("select count(*) from people where name = '别处'").await, 0);
    }

    async fn a_picture_is_read_and_garbage_is_not(app: TestApp) {
        let fay = app.sign_in("fay").await;
        let path = format!("{DESK}/photo");
        let code = CardCode::random();
        let link = format!("https://linli.example/k/{}", code.plain());
        for (picture, format) in [
            (picture(&code, 640, 480), ImageFormat::Jpeg),
            (picture(&code, 640, 480), ImageFormat::Png),
            (picture(&code, 3000, 2000), ImageFormat::Jpeg),
        ] {
            let told = fay.fetch(&path, Some((ContentType::JPEG, file(picture, format)))).await.is(200).json();
            assert_eq!(told["codes"], json!([link]));
        }
        let blank = GrayImage::from_pixel(640, 480, Luma([200]));
        let told = fay.fetch(&path, Some((ContentType::JPEG, file(blank, ImageFormat::Jpeg)))).await.is(200).json();
        assert_eq!(told["codes"], json!([]));

        let mut cut = file(picture(&code, 640, 480), ImageFormat::Png);
        cut.truncate(900);
        // A megabyte of nothing says that it is 20,000 pixels wide.
        let huge = file(GrayImage::new(20_000, 10), ImageFormat::Png);
        for bad in [b"not a picture".to_vec(), b"GIF89a".to_vec(), cut, huge, vec![0xff; 9 << 20]] {
            fay.fetch(&path, Some((ContentType::JPEG, bad))).await.is(422).is_refused("invalid");
        }
    }

    async fn a_device_is_enrolled_once_and_cut_off(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/devices", &[("name", "")]).await.is(422);
        let page = ann.post("/centers/1/devices", &[("name", "一楼平板")]).await.is(200).text();
        let link = page.split("/enrol/").nth(1).unwrap().split('<').next().unwrap().to_owned();
        assert_eq!(link.len(), 12, "{link}");
        ann.get("/centers/1/devices").await.hides(&link);
        assert_eq!(app.number("select count(*) from devices where length(link_hash) = 64").await, 1);

        let path = format!("/enrol/{link}");
        let mut tablet = app.anyone();
        tablet.get(&path).await.is(200).shows("一楼平板").shows("罗沙");
        assert_eq!(app.number("select count(*) from accounts where name = '一楼平板'").await, 0, "a preview enrols nothing");
        let enrolled = tablet.post(&path, &[]).await;
        assert_eq!(enrolled.leads_to(), DESK);
        tablet.keep(&enrolled);
        app.anyone().get(&path).await.is(404);
        app.anyone().post(&path, &[]).await.is(404);

        tablet.get(DESK).await.is(200);
        tablet.get("/centers/1/people").await.is(403);
        tablet.get("/centers/1/devices").await.is(403);
        tablet.fetch("/centers/2/front-desk/day", None).await.is(404);
        app.at("2026-11-05T02:00:00Z");
        let ann = app.sign_in("ann").await;
        // That it was seen is written beside the answer, and waits for nobody: on a busy machine the next one writes it.
        for _ in 0..50 {
            tablet.fetch(&format!("{DESK}/pulse"), None).await.is(200);
            if ann.get("/centers/1/devices").await.text().contains("最近使用 11月5日") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        ann.get("/centers/1/devices").await.is(200).shows("使用中").shows("登记 3月5日 10:00").shows("最近使用 11月5日 10:00");

        app.sign_in("olga").await.post("/centers/2/devices/1/cut-off", &[]).await.is(404);
        ann.post("/centers/1/devices/1/cut-off", &[]).await.is(303);
        tablet.fetch(&format!("{DESK}/pulse"), None).await.is(401);
        send(&tablet, NOW, &[scan(1, json!({"card": "x"}), "in", NOW)]).await.is(401);
        ann.post("/centers/1/devices/1/cut-off", &[]).await.is(404);
        ann.get("/centers/1/devices").await.shows("已停用");
        for action in ["device.added", "device.enrolled", "device.cut_off"] {
            ann.get("/centers/1/audit").await.shows(&linli::web::Lang::Zh.text(&format!("audit.{action}")));
        }
    }

    async fn a_link_ends_after_ten_minutes_and_with_whom_it_was_made_by(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let link = async || {
            let page = ann.post("/centers/1/devices", &[("name", "平板")]).await.is(200).text();
            format!("/enrol/{}", page.split("/enrol/").nth(1).unwrap().split('<').next().unwrap())
        };
        let late = link().await;
        app.at("2026-03-05T02:10:00Z");
        app.anyone().get(&late).await.is(404);
        app.anyone().post(&late, &[]).await.is(404);
        let orphan = link().await;
        app.execute("update accounts set disabled_at = 1 where login = 'ann'").await;
        app.anyone().post(&orphan, &[]).await.is(404);
        assert_eq!(app.number("select count(*) from accounts where name = '平板'").await, 0);
    }

    async fn the_page_can_be_installed(app: TestApp) {
        let fay = app.sign_in("fay").await;
        let page = fay.get(DESK).await.is(200).text();
        for name in ["梁惠芳", "fay"] {
            assert!(!page.contains(name), "a browser keeps this page: no personal data");
        }
        let worker = app.anyone().get("/front-desk/worker.js").await.is(200);
        assert_eq!(worker.header("service-worker-allowed"), "/centers/");
        assert_eq!(worker.header("cache-control"), "no-cache");
        let manifest = fay.get(&format!("{DESK}/app.webmanifest")).await.is(200).json();
        assert_eq!(manifest["start_url"], DESK);
        for icon in manifest["icons"].as_array().unwrap() {
            let icon = app.anyone().get(icon["src"].as_str().unwrap()).await.is(200);
            assert_eq!(icon.header("content-type"), "image/png");
            assert!(icon.body.starts_with(b"\x89PNG"));
        }
    }
}
