//! Text that hides something: whatever a form or a program calls a thing, somebody must be able to read it, and it must not turn
//! round what stands after it. One row a form; every field of text that the sources read stands in one of them.

mod bodies;
mod filled;
mod forms;
mod pages;

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};

use self::bodies::{AFTERWARDS_BODIES, BODIES};
use self::forms::Form;
use self::pages::{AFTERWARDS, PAGES};
use crate::check_in::{people, request, session};
use crate::locales::files;
use crate::support::{Answer, TestApp, User, on_both_engines};

/// Nothing to see, or something that hides: in no line of text.
const LINES: [&str; 8] = [
    "\u{200b}\u{200b}",
    "\u{3164}",
    "\u{2800}",
    "\u{fe0f}\u{fe0f}",
    "\u{301}",
    "A\u{202e}txt.exe",
    "\u{2066}x",
    "甲\u{200b}乙",
];

/// In no text of several lines either, in which a joiner may stand between the parts of a picture.
const TEXTS: [&str; 6] = ["\u{200b}\u{200b}", "\u{3164}", "\u{fe0f}", "A\u{202e}txt.exe", "\u{2066}x", "甲\u{1b}[2J"];

impl Form {
    fn with<'a>(&self, field: &str, text: &'a str) -> Vec<(&'static str, &'a str)>
    where
        'static: 'a,
    {
        self.fields.iter().map(|(name, value)| (*name, if *name == field { text } else { *value })).collect()
    }

    /// Each field of it with each text that it must refuse.
    fn poisoned(&self) -> Vec<(&'static str, &'static str)> {
        let of = |fields: &[&'static str], texts: &[&'static str]| {
            fields.iter().flat_map(|field| texts.iter().map(|text| (*field, *text))).collect::<Vec<_>>()
        };
        [of(self.lines, &LINES), of(self.texts, &TEXTS)].concat()
    }
}

/// A mark is no text.
fn sent(name: &str, value: &str) -> Value {
    if name == "id_number" && value == "1" { json!(true) } else { json!(value) }
}

async fn send(user: &User<'_>, form: &Form, fields: &[(&str, &str)]) -> Answer {
    let id = request();
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, if *value == "REQUEST" { &*id } else { *value })).collect();
    if !form.path.starts_with("/api/") {
        return user.post(form.path, &fields).await;
    }
    let body: Map<String, Value> = fields.iter().map(|(name, value)| ((*name).to_owned(), sent(name, value))).collect();
    user.post_json(form.path, body.into()).await
}

/// Whether an answer tells that what was written is not to be seen, at its field where a program asked.
fn blames(answer: &Answer, form: &Form, field: &str) -> bool {
    let says = |texts: &[&str]| texts.iter().any(|text| answer.text().contains(text));
    answer.status.code == 422
        && match form.path.starts_with("/api/") {
            true => answer.json()["errors"][field].is_object(),
            false => says(&["看不见的字符", "看得见的文字", "至少要有一个字"]) || form.path == "/accounts",
        }
}

async fn who<'a>(app: &'a TestApp, form: &Form) -> User<'a> {
    match form.who {
        "nobody" => app.anyone(),
        login if form.path.starts_with("/api/") => app.token(login).await,
        login => app.sign_in(login).await,
    }
}

/// Every poisoned form comes back, and what slips through is told together.
async fn refuses_all(app: &TestApp, forms: &[Form]) {
    let mut slipped = Vec::new();
    for form in forms {
        let user = who(app, form).await;
        for (field, text) in form.poisoned() {
            let answer = send(&user, form, &form.with(field, text)).await;
            if !blames(&answer, form, field) {
                slipped.push(format!("{} {field} {text:?}: {}", form.path, answer.status.code));
            }
        }
    }
    assert!(slipped.is_empty(), "{} taken:\n{}", slipped.len(), slipped.join("\n"));
}

/// A certificate, and a wish for another.
async fn certified(app: &TestApp) {
    app.execute(
        "insert into hours_entries (person_id, center_id, served_on, content, minutes, source, original_minutes, confirmed_at)
         values (1, 1, '2026-02-01', '送餐', 60, 'self_reported', 60, 0)",
    )
    .await;
    let signs = [("in_charge", "何伟明"), ("handled_by", "陈静雯"), ("contact", "0769-22101001")];
    let whom = [("person", "1"), ("from", "2026-01-01"), ("to", "2026-03-05")];
    app.sign_in("ann").await.post("/centers/1/certificates", &[&whom[..], &signs].concat()).await.is(303);
    app.execute("insert into phones (secret_hash, label, created_at, seen_at) values ('x', '', 0, 0)").await;
    app.execute(
        "insert into certificate_requests (center_id, person_id, phone_id, period_from, period_to, purpose, state, asked_at)
         select 1, 2, max(h.id), '2026-01-01', '2026-03-01', '入学', 'open', 0 from phones h",
    )
    .await;
}

/// What the forms speak of: a session under way with a participant, a volunteer and five heads, and a closed room.
async fn a_morning(app: &TestApp) {
    app.execute("insert into activity_templates (center_id, name, plan, created_at) values (1, '读书会', '{}', 0)")
        .await;
    session(app, None, None).await;
    people(app, 2).await;
    certified(app).await;
    let ann = app.token("ann").await;
    for (person, role) in [(1, "participant"), (2, "volunteer")] {
        let body = json!({"request_id": request(), "person_id": person, "role": role});
        ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
    }
    let heads = json!({"request_id": request(), "heads": 5});
    ann.post_json("/api/v1/sessions/1/head_counts", heads).await.is(201);
    let closed = [("from", "2026-03-10"), ("to", "2026-03-10"), ("reason", "检修")];
    let ben = app.sign_in("ben").await;
    ben.post("/centers/1/rooms/1/closures", &closed).await.is(303);
    let evening = [("rooms", "1"), ("day", "2026-03-11"), ("opens", "21:30"), ("closes", "22:30"), ("why", "居民大会")];
    ben.post("/centers/1/room-openings", &evening).await.is(303);
    let aim = [("name", "入户探访"), ("unit", "visits"), ("target", "600"), ("span", "whole")];
    ben.post("/agreements/1/indicators", &aim).await.is(303);
    app.sign_in("ada").await.post("/indicator-templates", &[("name", "区级标准")]).await.is(303);
    let planned = [("name", "康复室"), ("kind", "9"), ("area_m2", "60"), ("way", "fitting_out")];
    ben.post("/centers/1/planned-rooms", &planned).await.is(303);
    let grant = [("group", "needy"), ("valid_from", "2026-01-01"), ("document", "低保证")];
    let ann = app.sign_in("ann").await;
    ann.post("/centers/1/people/1/memberships", &grant).await.is(303);
    ann.post("/centers/1/people", &[("name", "梁惠芳"), ("phone", "13800138009")]).await.is(303);
    ann.post("/centers/1/people/1/erasure", &[("wanted_by", "person"), ("reason", "搬走了")]).await.is(303);
    ann.post("/centers/1/households", &[("head_id", "1"), ("opened_on", "2026-01-10")]).await.is(303);
    ann.post("/centers/1/people/1/qualifications", &[("kind", "4")]).await.is(303);
    let policy = [
        ("insurer", "中国人寿"),
        ("policy_number", "P0"),
        ("covers", "people"),
        ("valid_from", "2026-01-01"),
        ("valid_to", "2026-12-31"),
    ];
    ann.post("/centers/1/insurances", &policy).await.is(303);
    ann.post("/centers/1/insurances/1/people", &[("person", "1")]).await.is(303);
    let open = [("title", "图书室开放"), ("kind", "3"), ("room", "2"), ("since", "2026-12-01"), ("weekday", "7")];
    ann.post("/centers/1/open-rooms", &open).await.is(303);
    let training = [("title", "急救培训"), ("held_on", "2026-02-10"), ("minutes", "120"), ("giver", "红十字会")];
    ann.post("/centers/1/trainings", &training).await.is(303);
    let award = [("title", "优秀志愿者"), ("level", "center"), ("given_on", "2026-02-20"), ("person", "1")];
    ann.post("/centers/1/commendations", &award).await.is(303);
    let broken = [("request_id", request()), ("what", "灯不亮".to_owned())];
    ann.post("/centers/1/defects", &broken.each_ref().map(|(name, value)| (*name, value.as_str()))).await.is(303);
    for number in ["A1", "A2"] {
        let thing = [("number", number), ("name", "轮椅"), ("kind", "aid"), ("origin", "own"), ("lendable", "1")];
        ann.post("/centers/1/assets", &thing).await.is(303);
    }
    ann.post("/centers/1/assets/2/loans", &[("unit", "居委会"), ("due_on", "2026-03-20")]).await.is(303);
    let drill = [("held_on", "2026-03-01"), ("kind", "fire"), ("minutes", "30"), ("people", "25"), ("led_by", "罗")];
    ann.post("/centers/1/drills", &drill).await.is(303);
    ann.post("/centers/1/teams/1", &[("recruits", "1")]).await.is(303);
    let served = [("served_on", "2026-03-05"), ("from_time", "06:00"), ("to_time", "07:00"), ("content", "送餐")];
    ann.post("/centers/1/people/2/claims", &served).await.is(303);
    ann.post("/centers/1/sessions/1/needs", &[("position", "签到"), ("wanted", "1")]).await.is(303);
    ann.post("/centers/1/units", &[("name", "罗沙小学"), ("kind", "school"), ("phone", "0769-22101001")]).await.is(303);
    let meeting = [("kind", "meeting"), ("title", "例会"), ("holder", "陈静雯"), ("room", "2"), ("date", "2026-03-24")];
    ann.post("/centers/1/reservations", &[&meeting[..], &[("starts", "14:00"), ("ends", "15:00")]].concat())
        .await
        .is(303);
    let group = [("group_name", "楼友会"), ("name", "黄秀英"), ("phone", "13511115111"), ("date", "2026-03-19")];
    let what = [("starts", "14:00"), ("ends", "16:00"), ("heads", "15"), ("purpose", "开会"), ("promise", "1")];
    let asked = request();
    let wish = [&[("request_id", asked.as_str())][..], &group, &what].concat();
    app.anyone().post("/agenda/1/request", &wish).await.is(303);
    let worker = [("name", "罗志文"), ("phone", "13500009999"), ("kind", "staff"), ("started_on", "2026-01-04")];
    ben.post("/centers/1/workers", &worker).await.is(303);
    let counsellor = app.number("select max(id) from workers").await.to_string();
    let times = [("worker", counsellor.as_str()), ("room", "2"), ("kind", "1"), ("weekday", "1"), ("starts", "09:00")];
    let more = [("ends", "12:00"), ("slot_minutes", "60"), ("by_phone", "1")];
    ann.post("/centers/1/appointments/times", &[&times[..], &more].concat()).await.is(303);
    let number = request();
    let taken =
        [("request_id", number.as_str()), ("times", "1"), ("starts_at", "2026-03-09T01:00:00Z"), ("person", "1")];
    ann.post("/centers/1/appointments", &taken).await.is(303);
    reported(&ben).await;
}

/// January is reported, and February drafted.
async fn reported(ben: &User<'_>) {
    let months = [("agreement", "1"), ("period", "month:2026-01-01"), ("period", "month:2026-02-01")];
    ben.post("/periodic-reports", &months).await.is(303);
    ben.post("/periodic-reports/1/submission", &[]).await.is(303);
}

on_both_engines! {
    async fn no_form_takes_text_that_hides(app: TestApp) {
        a_morning(&app).await;
        refuses_all(&app, PAGES).await;
    }

    async fn no_program_brings_text_that_hides(app: TestApp) {
        a_morning(&app).await;
        refuses_all(&app, BODIES).await;
    }

    async fn nor_does_it_come_after_the_session(app: TestApp) {
        a_morning(&app).await;
        let mut phone = app.anyone();
        let came = phone.post("/c/tea", &[("request_id", &*request()), ("name", "梁惠芳"), ("phone", "13800138000")]).await.is(200);
        phone.keep(&came);
        let ann = app.token("ann").await;
        ann.post_json("/api/v1/sessions/1/checkins", json!({"request_id": request(), "person_id": 1, "role": "volunteer"})).await.is(201);
        app.at("2026-03-05T04:10:00Z");
        let why = |text: &'static str| json!({"summary": "好", "confirm": {"4": true}, "minutes": {"4": 600}, "why": {"4": text}});
        for text in LINES {
            ann.post_json("/api/v1/sessions/1/closing", why(text)).await.is(422);
        }
        ann.post_json("/api/v1/sessions/1/closing", why("收拾")).await.is(200);
        refuses_all(&app, AFTERWARDS).await;
        refuses_all(&app, AFTERWARDS_BODIES).await;
        for text in LINES {
            let fields = [("request_id", &*request()), ("score", "5"), ("remark", text)];
            phone.post("/c/tea/rating", &fields).await.is(422).shows("class=\"error\"");
        }
    }

    async fn what_shows_something_is_taken(app: TestApp) {
        a_morning(&app).await;
        // As they are, the forms have no such fault: what was refused above was refused for its text.
        for form in PAGES.iter().chain(BODIES) {
            let answer = send(&who(&app, form).await, form, form.fields).await;
            for field in form.lines.iter().chain(form.texts) {
                for fault in ["看不见的字符", "看得见的文字", "field.unseen", "field.nothing_to_see", "field.required"] {
                    assert!(!answer.text().contains(fault), "{} {field}: {}", form.path, answer.text());
                }
            }
        }
        let ann = app.sign_in("ann").await;
        // A family of four is one picture, joined by what cannot be seen.
        let note = "喜欢 👨\u{200d}👩\u{200d}👧\n第二行\t制表";
        ann.post("/centers/1/people", &[("name", "葛\u{e0100}兰"), ("note", note)]).await.is(303);
    }
}

/// The names of the fields that the sources read as text.
#[test]
fn every_field_of_text_stands_in_the_table() {
    let mut read = BTreeSet::new();
    for path in files("src", &["rs"]) {
        let text = fs::read_to_string(path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for of in ["parse::line(", "parse::text(", "Name::parse"] {
            for part in text.split(of).collect::<Vec<_>>().windows(2) {
                let before = part[0].rsplit(['(', ';', '\n']).next().unwrap();
                if let Some(name) = before.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                    // Those with a number in them are called by it in the table: `void.{membership}`, `{prefix}document`.
                    let same = name.replace("{membership}", "1").replace("{stay}", "1").replace("{prefix}", "needy.");
                    read.insert(same);
                }
            }
        }
    }
    let all = [PAGES, BODIES, AFTERWARDS, AFTERWARDS_BODIES].into_iter().flatten();
    let forms: BTreeSet<&str> = all.flat_map(|form| form.lines.iter().chain(form.texts)).copied().collect();
    let missing: Vec<_> = read
        .iter()
        .filter(|name| !forms.contains(name.as_str()) && !["remark", "purpose"].contains(&name.as_str()))
        .collect();
    assert!(missing.is_empty() && read.len() > 10, "no form brings: {missing:?} of {read:?}");
}
