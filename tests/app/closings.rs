//! What is written down of a session: who must not be pictured, pictures, materials, a word for next time, and the text for the
//! center's WeChat account.

use std::sync::atomic::{AtomicU8, Ordering};

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use rocket::http::ContentType;
use serde_json::{Value, json};

use crate::audit::{picture, picture_in};
use crate::check_in::{SESSION, another, people, request, session};
use crate::imports::sends_as;
use crate::support::{Answer, TestApp, User, on_both_engines};
use crate::upkeep::sends;

const CLOSING: &str = "/centers/1/sessions/1/closing";
const PHOTOS: &str = "/centers/1/sessions/1/photos";
const WECHAT: &str = "/centers/1/sessions/1/wechat";
const API: &str = "/api/v1/sessions/1";

/// The shade of the next picture: no two are the same.
static SHADE: AtomicU8 = AtomicU8::new(1);

/// Sends so many pictures at once, as a phone does.
async fn sends_pictures(user: &User<'_>, path: &str, number: usize) -> Answer {
    const BORDER: &str = "linli-border-0191c7f2";
    let mut body = Vec::new();
    for place in 0..number {
        let head = format!(
            "--{BORDER}\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"{place}.png\"\r\n\
             Content-Type: image/png\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(&picture_in(SHADE.fetch_add(1, Ordering::Relaxed)));
        body.extend_from_slice(b"\r\n");
    }
    let caption = format!("--{BORDER}\r\nContent-Disposition: form-data; name=\"caption\"\r\n\r\n包饺子\r\n");
    body.extend_from_slice(caption.as_bytes());
    body.extend_from_slice(format!("--{BORDER}--\r\n").as_bytes());
    user.fetch(path, Some((ContentType::new("multipart", "form-data").with_params(("boundary", BORDER)), body))).await
}

async fn says(app: &TestApp, person: i64, answer: &str) {
    let said = [("purpose", "photos"), ("answer", answer), ("given_on", "2026-03-05"), ("given_method", "spoken")];
    app.sign_in("ann").await.post(&format!("/centers/1/people/{person}/consents"), &said).await.is(303);
}

async fn comes(app: &TestApp, person: i64, role: &str) {
    let body = json!({"request_id": request(), "person_id": person, "role": role});
    app.token("ann").await.post_json(&format!("{API}/checkins"), body).await.is(201);
}

/// The session of this morning is over and closed with these words.
async fn closed(app: &TestApp, summary: &str) {
    session(app, None, None).await;
    people(app, 2).await;
    comes(app, 1, "participant").await;
    app.at("2026-03-05T04:10:00Z");
    app.token("ann").await.post_json(&format!("{API}/closing"), json!({ "summary": summary })).await.is(200);
}

/// The text, and what was left out, each with why.
async fn told(app: &TestApp) -> (String, Vec<(String, String)>) {
    let told = app.token("ann").await.get(&format!("{API}/wechat")).await.is(200).json();
    let words = |value: &Value| value.as_str().unwrap().to_owned();
    let left_out = told["left_out"].as_array().unwrap().iter();
    (words(&told["text"]), left_out.map(|one| (words(&one["sentence"]), words(&one["why"]))).collect())
}

on_both_engines! {
    async fn who_refused_is_named_before_a_picture_is_taken(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 5).await;
        for person in 1..=3 {
            comes(&app, person, "participant").await;
        }
        says(&app, 1, "given").await;
        says(&app, 3, "declined").await;
        // The fourth has a place and is expected; the fifth does not come here.
        app.execute(
            "insert into registrations (session_id, person_id, state, heads, made_at, changed_at, made_by, changed_by, request_id, link)
             values (1, 4, 'confirmed', 1, 0, 0, 'worker', 'worker', 'x', 'x')",
        ).await;
        let page = app.sign_in("ann").await.get(CLOSING).await.is(200).hides("陈伯1").hides("陈伯5").text();
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("no {text}"));
        assert!(place("陈伯3") < place("陈伯2") && place("陈伯4") < place("name=\"photo\""), "first who refused, then who was not asked");
        assert!(place("name=\"photo\"") < place("name=\"summary\"") && place("name=\"summary\"") < place("name=\"next_time\""));
        let told = app.token("ann").await.get(&format!("{API}/closing")).await.is(200).json();
        let people: Vec<_> = told["not_pictured"].as_array().unwrap().iter().map(|one| (one["person_id"].as_i64(), one["refused"].as_bool())).collect();
        assert_eq!(people, [(Some(3), Some(true)), (Some(2), Some(false)), (Some(4), Some(false))]);
        // A no that came after a yes is a no.
        let back = [("purpose", "photos"), ("withdrawn_on.photos", "2026-03-05"), ("withdrawn_method.photos", "call")];
        app.sign_in("ann").await.post("/centers/1/people/1/consents/withdrawal", &back).await.is(303);
        app.sign_in("ann").await.get(CLOSING).await.is(200).shows("陈伯1");
    }

    async fn one_form_closes_and_the_next_session_reads_the_word(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "later", "2026-03-12", None, None).await;
        people(&app, 1).await;
        comes(&app, 1, "participant").await;
        app.at("2026-03-05T04:10:00Z");
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/sessions/2").await.is(200).hides("上次留言");
        let long = "长".repeat(501);
        let written = [("summary", "大家很高兴"), ("materials", "面粉五斤"), ("next_time", "多备十张凳子")];
        ann.post(CLOSING, &[written[0], written[1], ("next_time", &*long)]).await.is(422).shows("面粉五斤").shows("大家很高兴");
        ann.post(&format!("{SESSION}/record"), &written).await.is(422).shows("请先结束这场活动");
        assert_eq!(app.number("select count(*) from session_notes").await, 0);
        ann.post(CLOSING, &written).await.is(303);
        ann.get(CLOSING).await.is(200).shows("大家很高兴").shows("面粉五斤").shows("多备十张凳子");
        ann.get("/centers/1/sessions/2").await.is(200).shows("上次留言").shows("多备十张凳子");
        app.sign_in("tom").await.get("/centers/1/sessions/2").await.is(200).hides("多备十张凳子");
        app.at("2026-03-12T02:30:00Z");
        app.sign_in("ann").await.get("/centers/1/sessions/2/closing").await.is(200).shows("多备十张凳子");
        let next = app.token("ann").await.get("/api/v1/sessions/2/closing").await.is(200).json();
        assert_eq!(next["last_time"], "多备十张凳子");
        // What a program does not send stays; what is not changed leaves nothing.
        let ann = app.token("ann").await;
        let told = ann.post_json(&format!("{API}/record"), json!({"summary": "来了一位", "next_time": ""})).await.is(200).json();
        assert_eq!((&told["summary"], &told["materials"], &told["next_time"]), (&json!("来了一位"), &json!("面粉五斤"), &Value::Null));
        ann.post_json(&format!("{API}/record"), json!({"summary": "来了一位"})).await.is(200);
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.record_revised'").await, 1);
        app.sign_in("ann").await.get("/centers/1/sessions/2").await.is(200).hides("上次留言");
    }

    async fn a_session_keeps_nine_pictures_sealed(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        app.at("2026-03-05T01:00:00Z");
        sends_pictures(&ann, PHOTOS, 1).await.is(422).shows("开始以后才能传照片");
        app.at("2026-03-05T03:00:00Z");
        sends_as(&ann, PHOTOS, ("photo", "a.png"), b"no picture").await.is(422).shows("e-photo");
        sends_as(&ann, PHOTOS, ("photo", "a.pdf"), b"%PDF-1.7\n").await.is(422);
        sends_pictures(&ann, PHOTOS, 0).await.is(422);
        sends_pictures(&ann, PHOTOS, 10).await.is(422).shows("最多 9 张");
        assert_eq!(app.number("select count(*) from files").await, 0);
        sends_pictures(&ann, PHOTOS, 8).await.is(303);
        sends_pictures(&ann, PHOTOS, 2).await.is(422).shows("最多 9 张");
        let both = rocket::tokio::join!(sends_pictures(&ann, PHOTOS, 1), sends_pictures(&ann, PHOTOS, 1));
        let mut answers = [both.0.status.code, both.1.status.code];
        answers.sort_unstable();
        assert_eq!(answers, [303, 422], "of two who bring the last one, one comes too late");
        assert_eq!(app.number("select count(*) from files where is_sealed = 1 and name <> '0.png'").await, 9);
        ann.get(CLOSING).await.is(200).shows("photos/9\"").shows("包饺子").hides("name=\"photo\"");
        assert!(ann.get(&format!("{PHOTOS}/1")).await.is(200).header("content-type").starts_with("image/"));
        ann.post(&format!("{PHOTOS}/1/removal"), &[]).await.is(303);
        ann.post(&format!("{PHOTOS}/1/removal"), &[]).await.is(404);
        ann.get(&format!("{PHOTOS}/1")).await.is(404);
        assert_eq!(app.number("select count(*) from files").await, 8);
        // By another session's address, by another center, by who only reads, and by nobody it is not seen.
        another(&app, "later", "2026-03-12", None, None).await;
        ann.get("/centers/1/sessions/2/photos/2").await.is(404);
        app.sign_in("olga").await.get(&format!("{PHOTOS}/2")).await.is(404);
        app.token("olga").await.get(&format!("{API}/photos")).await.is(404);
        for login in ["tom", "cai", "fay", "pat", "lei"] {
            app.sign_in(login).await.get(&format!("{PHOTOS}/2")).await.is(403);
        }
        app.anyone().get(&format!("{PHOTOS}/2")).await.is(303);
        let cancelled = "update sessions set status = 'cancelled', reason = '停电' where id = 2";
        app.execute(cancelled).await;
        sends_pictures(&ann, "/centers/1/sessions/2/photos", 1).await.is(422).shows("没有举办");
    }

    async fn pictures_and_notes_outlive_reopening(app: TestApp) {
        closed(&app, "好").await;
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        sends_pictures(&program, &format!("{API}/photos"), 2).await.is(201);
        program.post_json(&format!("{API}/record"), json!({"summary": "好", "materials": "纸"})).await.is(200);
        ann.post(&format!("{SESSION}/reopening"), &[]).await.is(303);
        program.get(&format!("{API}/wechat")).await.is(409).is_refused("session_still_open");
        ann.get(CLOSING).await.is(200).shows("photos/2\"").shows(">纸</textarea>");
        // A program that knows nothing of the notes leaves them.
        let told = program.post_json(&format!("{API}/closing"), json!({"summary": "更好"})).await.is(200).json();
        assert_eq!((&told["summary"], &told["materials"]), (&json!("更好"), &json!("纸")));
        assert_eq!(told["photos"].as_array().unwrap().len(), 2);
    }

    async fn the_text_for_the_account_names_nobody(app: TestApp) {
        closed(&app, "大家一起包饺子。陈伯1 包得最快！联系电话13800138002。下周再来").await;
        let (text, left_out) = told(&app).await;
        assert!(text.contains("1 人次") && text.ends_with("大家一起包饺子。下周再来。"), "{text}");
        let named = |sentence: &str, why: &str| (sentence.to_owned(), why.to_owned());
        assert_eq!(left_out, [named("陈伯1 包得最快！", "name"), named("联系电话13800138002。", "number")]);
        let ann = app.sign_in("ann").await;
        ann.get(WECHAT).await.is(200).shows("readonly").shows("早茶会 · 2026年3月5日").shows("陈伯1 包得最快").shows("有人名");
        // A title that names somebody gives way to the kind.
        app.execute("update activities set title = '陈伯2讲故事'").await;
        let told = app.token("ann").await.get(&format!("{API}/wechat")).await.is(200).json();
        assert!(!told["title"].as_str().unwrap().contains("陈伯2"), "{told}");
        assert_eq!(told["left_out"][0], json!({"sentence": "陈伯2讲故事", "why": "name"}));
        app.sign_in("olga").await.get(WECHAT).await.is(404);
        app.sign_in("cai").await.get(WECHAT).await.is(403);
        app.execute("update service_kinds set confidential = 1").await;
        app.token("ann").await.get(&format!("{API}/wechat")).await.is(409).is_refused("session_confidential");
        ann.get(CLOSING).await.is(200).hides("公众号");
    }

    async fn who_has_a_shift_is_named_before_they_check_in(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        says(&app, 2, "declined").await;
        app.execute("insert into shift_needs (session_id, position, wanted, made_at) values (1, '签到', 1, 0)").await;
        app.execute(
            "insert into shifts (need_id, session_id, person_id, state, made_at, changed_at, by_whom)
             select max(id), 1, 2, 'taken', 0, 0, 'worker' from shift_needs",
        ).await;
        app.sign_in("ann").await.get(CLOSING).await.is(200).shows("陈伯2").hides("陈伯1");
        app.execute("update shifts set state = 'given_back'").await;
        app.sign_in("ann").await.get(CLOSING).await.is(200).hides("陈伯2");
    }

    async fn who_changes_a_record_that_another_changed_is_told(app: TestApp) {
        closed(&app, "第一个写的").await;
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        // Of two who close it, the later one's words are not lost.
        ann.post(CLOSING, &[("summary", "第二个写的")]).await.is(422).shows(">第二个写的</textarea>").shows("class=\"expander\" open");
        let mark = async || program.get(&format!("{API}/closing")).await.is(200).json()["mark"].as_str().unwrap().to_owned();
        let seen = mark().await;
        ann.get(CLOSING).await.is(200).shows(&format!("name=\"seen\" value=\"{seen}\""));
        program.post_json(&format!("{API}/record"), json!({"summary": "别人改的", "seen": seen})).await.is(200);
        let stale = json!({"summary": "我改的", "seen": seen});
        program.post_json(&format!("{API}/record"), stale).await.is(409).is_refused("session_record_changed");
        let now = mark().await;
        ann.post(&format!("{SESSION}/record"), &[("summary", "我改的"), ("seen", &*seen)]).await.is(422)
            .shows("刚才有别人改过这份记录").shows(">我改的</textarea>").shows("别人改的").shows(&format!("value=\"{now}\""));
        ann.post(&format!("{SESSION}/record"), &[("summary", "我改的"), ("seen", &*now)]).await.is(303);
        ann.get(CLOSING).await.is(200).shows("我改的").hides("别人改的");
    }

    async fn a_picture_that_is_sent_again_is_kept_once(app: TestApp) {
        closed(&app, "好").await;
        let ann = app.sign_in("ann").await;
        for _ in 0..2 {
            sends_as(&ann, PHOTOS, ("photo", "a.png"), &picture()).await.is(303);
        }
        let same = picture();
        let both = rocket::tokio::join!(
            sends_as(&ann, PHOTOS, ("photo", "b.png"), &same),
            sends_as(&ann, PHOTOS, ("photo", "c.png"), &same)
        );
        assert_eq!([both.0.status.code, both.1.status.code], [303, 303]);
        assert_eq!(app.number("select count(*) from files").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.photos_added'").await, 1);
        let broken = ("photo", "a.png", b"no picture".to_vec());
        sends(&ann, PHOTOS, &[("caption", "门口合影")], Some(&broken)).await.is(422).shows("value=\"门口合影\"");
    }

    async fn a_part_of_a_name_a_title_and_a_caption_are_looked_through(app: TestApp) {
        closed(&app, "惠芳带了馅。梁阿姨唱歌。何婉仪来了。大家高兴").await;
        app.execute("update people set name = '梁惠芳', name_key = '梁惠芳', name_fold = '梁惠芳' where id = 2").await;
        app.execute(
            "insert into people (name, name_key, name_fold, pinyin, sounds, created_at, updated_at, merged_into)
             values ('何婉仪', '何婉仪', '何婉仪', 'hewanyi', 'he wan yi', 0, 0, 2)",
        ).await;
        let (text, left_out) = told(&app).await;
        assert!(text.ends_with("参加。大家高兴。"), "{text}");
        assert!(left_out.len() == 3 && left_out.iter().all(|(_, why)| why == "name"), "{left_out:?}");
        app.execute("update activities set title = '报名找13800138000'").await;
        let ann = app.sign_in("ann").await;
        sends(&ann, PHOTOS, &[("caption", "陈伯1包饺子")], Some(&("photo", "a.png", picture()))).await.is(303);
        ann.post(WECHAT, &[("photo", "1")]).await.is(303);
        let told = app.token("ann").await.get(&format!("{API}/wechat")).await.is(200).json();
        assert_eq!(told["left_out"][0], json!({"sentence": "报名找13800138000", "why": "number"}));
        assert!(!told["title"].as_str().unwrap().contains("138"), "{told}");
        assert_eq!((&told["photos"][0]["caption"], &told["photos"][0]["caption_left_out"]), (&Value::Null, &json!("name")));
        ann.get(WECHAT).await.is(200).hides("陈伯1包饺子").shows("说明没有写进去");
        ann.get(CLOSING).await.is(200).shows("陈伯1包饺子");
    }

    async fn the_text_says_no_number_that_is_nought(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        comes(&app, 1, "volunteer").await;
        app.at("2026-03-05T04:10:00Z");
        let confirmed = json!({"summary": "好", "confirm": {"1": true}, "minutes": {"1": 90}, "why": {"1": "提前布置场地"}});
        app.token("ann").await.post_json(&format!("{API}/closing"), confirmed).await.is(200);
        let (text, _) = told(&app).await;
        assert!(text.ends_with("：志愿服务 1 小时 30 分钟。好。"), "{text}");
    }

    async fn three_pictures_go_with_it(app: TestApp) {
        closed(&app, "好").await;
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        says(&app, 1, "declined").await;
        sends_pictures(&ann, PHOTOS, 4).await.is(303);
        let page = ann.get(WECHAT).await.is(200).shows("download").text();
        assert!(page.find("陈伯1").unwrap() < page.find("name=\"photo\"").unwrap(), "warned before choosing");
        let ticks = |ids: &[&'static str]| ids.iter().map(|id| ("photo", *id)).collect::<Vec<_>>();
        ann.post(WECHAT, &ticks(&["1", "2", "3", "4"])).await.is(422).shows("最多选 3 张");
        ann.post(WECHAT, &ticks(&["1", "99"])).await.is(404);
        ann.post(WECHAT, &ticks(&["1", "3", "4"])).await.is(303);
        let chosen = async || {
            let told = program.get(&format!("{API}/wechat")).await.is(200).json();
            told["photos"].as_array().unwrap().iter().map(|photo| photo["id"].as_i64().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(chosen().await, [1, 3, 4]);
        program.post_json(&format!("{API}/wechat"), json!({"photo": [2]})).await.is(200);
        assert_eq!(chosen().await, [2]);
        program.post_json(&format!("{API}/photos/2/removal"), json!({})).await.is(204);
        assert_eq!(chosen().await, [0_i64; 0]);
        program.get(&format!("{API}/photos/3")).await.is(200);
    }

    async fn no_summary_makes_a_text_that_is_long_or_names_somebody(app: TestApp) {
        const WORDS: &[&str] =
            &["陈伯1", "陈伯 2", "大家很高兴，", "。", "！", "\n", "包饺子", "139-1111-2222", "下次带水壶", "陈", "伯1"];
        closed(&app, "好").await;
        let ann = app.token("ann").await;
        let mut runner = TestRunner::deterministic();
        let summaries = prop::collection::vec(prop::sample::select(WORDS), 1..60);
        for _ in 0..24 {
            let summary = format!("好{}", summaries.new_tree(&mut runner).unwrap().current().concat());
            ann.post_json(&format!("{API}/record"), json!({ "summary": summary })).await.is(200);
            let (text, _) = told(&app).await;
            assert!(text.chars().count() <= 120, "{text}");
            for secret in ["陈伯1", "陈伯2", "陈伯 2", "2222"] {
                assert!(!text.contains(secret), "{summary:?} became {text}");
            }
        }
    }

    async fn pictures_that_were_kept_long_enough_are_listed_and_erased(app: TestApp) {
        closed(&app, "好").await;
        sends_pictures(&app.sign_in("ann").await, PHOTOS, 2).await.is(303);
        app.at("2029-04-01T02:00:00Z");
        let ada = app.token("ada").await;
        let run = ada.post_json("/api/v1/retention/runs", json!({})).await.is(201).json()["id"].clone();
        app.run_jobs().await;
        let path = format!("/api/v1/retention/runs/{run}");
        let told = ada.get(&path).await.is(200).json();
        let kinds = told["records"].as_object().unwrap();
        assert_eq!(kinds["session_photos"]["listed"], 2);
        let records: i64 = kinds.values().map(|kind| kind["listed"].as_i64().unwrap()).sum();
        ada.post_json(&format!("{path}/confirmation"), json!({ "records": records })).await.is(200);
        app.run_jobs().await;
        assert_eq!(app.number("select (select count(*) from session_photos) + (select count(*) from files)").await, 0);
    }
}
