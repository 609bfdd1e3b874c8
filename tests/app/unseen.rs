//! Text that hides something: whatever a form or a program calls a thing, somebody must be able to read it, and it must not turn
//! round what stands after it. One row a form; every field of text that the sources read stands in one of them.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Map, Value, json};

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

/// A form as it is filled in well: who sends it, whereto, its fields, and which of them are a line of text, or a text.
struct Form {
    who: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    lines: &'static [&'static str],
    texts: &'static [&'static str],
}

const fn form(
    who: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    lines: &'static [&'static str],
    texts: &'static [&'static str],
) -> Form {
    Form { who, path, fields, lines, texts }
}

const KIND: &[(&str, &str)] = &[("name", "录音室"), ("name_en", "Studio"), ("class", "own")];
const PERSON: &[(&str, &str)] = &[
    ("name", "陈大文"),
    ("address", "东门路 8 号"),
    ("languages", "粤语"),
    ("emergency", "女儿 13900139000"),
    ("care", "耳背"),
    ("note", "要轮椅"),
    ("version", "1"),
    ("needy", "1"),
    ("needy.valid_from", "2026-01-01"),
    ("needy.document", "低保证"),
];
const TEA: &[(&str, &str)] = &[
    ("title", "茶话会"),
    ("description", "带杯子"),
    ("kind", "3"),
    ("room", "1"),
    ("date", "2026-03-09"),
    ("starts", "09:00"),
    ("ends", "10:00"),
];
const SERIES: &[(&str, &str)] = &[
    ("title", "茶话会"),
    ("kind", "3"),
    ("room", "1"),
    ("date", "2026-03-09"),
    ("starts", "09:00"),
    ("ends", "10:00"),
    ("repeat", "weekly"),
    ("times", "2"),
    ("confirm", "1"),
    ("pick.2026-03-09", "book"),
    ("pick.2026-03-16", "skip"),
    ("reason.2026-03-16", "放假"),
];
const UNIT: &[(&str, &str)] = &[
    ("center", "1"),
    ("version", "0"),
    ("name", "罗沙互助会"),
    ("kind", "community_organization"),
    ("standing", "neither"),
    ("contact", "钟姨"),
    ("address", "东门路 8 号"),
    ("supported_since", "2026-01-01"),
    ("supported_by", "本中心"),
    ("note", "可借礼堂"),
];
const UNIT_LINES: &[&str] = &["name", "contact", "address", "supported_by"];
const REASON: &[(&str, &str)] = &[("reason", "点错了")];

/// The pages' forms.
const PAGES: &[Form] = &[
    form("ada", "/providers", &[("name", "甲社"), ("contact", "0769")], &["name", "contact"], &[]),
    form("ada", "/providers/1", &[("name", "甲社"), ("contact", "0769")], &["name", "contact"], &[]),
    form("ada", "/purchasers", &[("name", "甲办"), ("contact", "0769")], &["name", "contact"], &[]),
    form("ada", "/purchasers/1", &[("name", "甲办"), ("contact", "0769")], &["name", "contact"], &[]),
    form("ada", "/centers/1", &[("name", "罗沙"), ("address", "东门路")], &["name", "address"], &[]),
    form("ada", "/catalogs/room-kinds", KIND, &["name", "name_en"], &[]),
    form("ada", "/catalogs/team-kinds", KIND, &["name", "name_en"], &[]),
    form("ada", "/catalogs/service-kinds/1", KIND, &["name", "name_en"], &[]),
    form(
        "ada",
        "/holidays",
        &[("name", "节"), ("name_en", "Day"), ("starts_on", "2026-06-01")],
        &["name", "name_en"],
        &[],
    ),
    form(
        "ada",
        "/accounts",
        &[
            ("name", "某人"),
            ("role", "town_supervisor"),
            ("town", "莞城"),
            ("login", "x.y"),
            ("password", "correct-harbour-tulip"),
            ("password_again", "correct-harbour-tulip"),
        ],
        &["name", "town"],
        &[],
    ),
    form(
        "ada",
        "/centers/1/rooms",
        &[("name", "舞蹈室"), ("kind", "12"), ("area_m2", "50"), ("capacity", "20")],
        &["name"],
        &[],
    ),
    form(
        "ben",
        "/centers/1/rooms/1/closures",
        &[("from", "2026-03-09"), ("to", "2026-03-09"), ("reason", "检修")],
        &["reason"],
        &[],
    ),
    form("ben", "/centers/1/rooms/1/closures/1/void", &[("void_reason.1", "填错了")], &["void_reason.1"], &[]),
    form(
        "ben",
        "/centers/1/workers",
        &[
            ("name", "何静雯"),
            ("phone", "13500001234"),
            ("kind", "staff"),
            ("started_on", "2026-01-04"),
            ("certificate_number", "2015"),
        ],
        &["name", "certificate_number"],
        &[],
    ),
    form(
        "ann",
        "/centers/1/people",
        PERSON,
        &["name", "address", "languages", "emergency", "needy.document"],
        &["note", "care"],
    ),
    form("ann", "/centers/1/people/1", PERSON, &["name", "address", "languages", "emergency"], &["note", "care"]),
    form(
        "ann",
        "/centers/1/people/1/memberships",
        &[("group", "needy"), ("valid_from", "2026-01-01"), ("document", "低保证")],
        &["document"],
        &[],
    ),
    form("ann", "/centers/1/people/1/memberships/1/void", &[("void.1", "填错了")], &["void.1"], &[]),
    form("ann", "/centers/1/people/3/reveals", &[("which", "phone"), ("reason", "家访")], &["reason"], &[]),
    form("ann", "/centers/1/people/1/phones", &[("label", "女儿"), ("other_phone", "13900139001")], &["label"], &[]),
    form("ann", "/centers/1/people/1/card/revocation", REASON, &["reason"], &[]),
    form(
        "ann",
        "/centers/1/households",
        &[("head_id", "2"), ("opened_on", "2026-01-10"), ("address", "罗沙路")],
        &["address"],
        &[],
    ),
    form("ann", "/centers/1/households/1", &[("opened_on", "2026-01-10"), ("address", "罗沙路")], &["address"], &[]),
    form("ann", "/centers/1/households/1/stays/1/void", &[("void.1", "填错了")], &["void.1"], &[]),
    form("ann", "/centers/1/units", UNIT, UNIT_LINES, &["note"]),
    form("ann", "/centers/1/units/1", UNIT, UNIT_LINES, &["note"]),
    form("ann", "/centers/1/units/1/reveals", REASON, &["reason"], &[]),
    form(
        "ann",
        "/centers/1/sessions/1/units",
        &[("unit", "罗沙小学"), ("part", "helping"), ("word", "借桌椅")],
        &["unit", "word"],
        &[],
    ),
    form("ann", "/centers/1/teams", &[("name", "晨光队"), ("kind", "5"), ("founded_on", "2026-03-01")], &["name"], &[]),
    form("ann", "/centers/1/devices", &[("name", "一楼平板")], &["name"], &[]),
    form("ann", "/centers/1/activities", TEA, &["title"], &["description"]),
    form("ann", "/centers/1/activities", SERIES, &["reason.2026-03-16"], &[]),
    form("ann", "/centers/1/activities/1", TEA, &["title"], &["description"]),
    form("ann", "/centers/1/sessions/1/schedule/cancellation", REASON, &["reason"], &[]),
    form("ann", "/centers/1/sessions/1/closing", &[("summary", "好"), ("early", "1")], &[], &["summary"]),
    form("ann", "/centers/1/sessions/1/attendances/1/void", REASON, &["reason"], &[]),
    form("ann", "/centers/1/sessions/1/attendances/1/escorts", &[("way", "in"), ("name", "外婆")], &["name"], &[]),
    form("ann", "/centers/1/sessions/1/head-counts/1/void", &[("void_reason.1", "数错了")], &["void_reason.1"], &[]),
    form(
        "ann",
        "/centers/1/sessions/1/walk-ins",
        &[("request_id", "REQUEST"), ("name", "陈小明"), ("role", "participant")],
        &["name"],
        &[],
    ),
    form(
        "nobody",
        "/c/tea",
        &[("request_id", "REQUEST"), ("name", "陈小明"), ("phone", "13800138001")],
        &["name"],
        &[],
    ),
];

/// The API's bodies.
const BODIES: &[Form] = &[
    form(
        "ben",
        "/api/v1/rooms",
        &[("center", "1"), ("name", "舞蹈室"), ("kind", "12"), ("area_m2", "50"), ("capacity", "20")],
        &["name"],
        &[],
    ),
    form(
        "ben",
        "/api/v1/workers",
        &[
            ("center", "1"),
            ("name", "何静雯"),
            ("phone", "13500001234"),
            ("kind", "staff"),
            ("started_on", "2026-01-04"),
            ("certificate_number", "2015"),
        ],
        &["name", "certificate_number"],
        &[],
    ),
    form(
        "ann",
        "/api/v1/people",
        &[
            ("center", "1"),
            ("name", "陈大文"),
            ("address", "东门路"),
            ("emergency", "女儿"),
            ("care", "耳背"),
            ("note", "要轮椅"),
        ],
        &["name", "address", "emergency"],
        &["note", "care"],
    ),
    form(
        "ann",
        "/api/v1/people/1",
        &[
            ("version", "1"),
            ("name", "陈大文"),
            ("address", "东门路"),
            ("emergency", "女儿"),
            ("care", "耳背"),
            ("note", "要轮椅"),
        ],
        &["name", "address", "emergency"],
        &["note", "care"],
    ),
    form("ann", "/api/v1/units", UNIT, UNIT_LINES, &["note"]),
    form("ann", "/api/v1/units/1", UNIT, UNIT_LINES, &["note"]),
    form(
        "ann",
        "/api/v1/sessions/1/units",
        &[("unit_id", "1"), ("part", "helping"), ("word", "借桌椅")],
        &["word"],
        &[],
    ),
    form(
        "ann",
        "/api/v1/teams",
        &[("center", "1"), ("name", "晨光队"), ("kind", "5"), ("founded_on", "2026-03-01")],
        &["name"],
        &[],
    ),
    form(
        "ann",
        "/api/v1/activities",
        &[
            ("center", "1"),
            ("title", "茶话会"),
            ("description", "带杯子"),
            ("kind", "3"),
            ("room", "1"),
            ("date", "2026-03-09"),
            ("starts", "09:00"),
            ("ends", "10:00"),
        ],
        &["title"],
        &["description"],
    ),
    form(
        "ann",
        "/api/v1/households",
        &[("center", "1"), ("head_id", "2"), ("opened_on", "2026-01-10"), ("address", "罗沙路")],
        &["address"],
        &[],
    ),
    form("ann", "/api/v1/households/1", &[("opened_on", "2026-01-10"), ("address", "罗沙路")], &["address"], &[]),
    form("ann", "/api/v1/sessions/1/cancellation", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/skipping", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/closing", &[("summary", "好")], &[], &["summary"]),
    form("ann", "/api/v1/sessions/1/checkins/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/head_counts/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/checkins/1/escorts", &[("way", "in"), ("name", "外婆")], &["name"], &[]),
    form(
        "ann",
        "/api/v1/sessions/1/walk_ins",
        &[("request_id", "REQUEST"), ("name", "陈小明"), ("role", "participant")],
        &["name"],
        &[],
    ),
];

/// After the session: the hours, and how it was.
const AFTERWARDS: &[Form] = &[
    form(
        "ann",
        "/centers/1/sessions/1/hours",
        &[("attendance", "2"), ("minutes.2", "600"), ("why.2", "收拾")],
        &["why.2"],
        &[],
    ),
    form(
        "ann",
        "/centers/1/sessions/1/hours/1/correction",
        &[("corrected.1", "60"), ("reason.1", "早走")],
        &["reason.1"],
        &[],
    ),
];

const AFTERWARDS_BODIES: &[Form] = &[
    form(
        "ann",
        "/api/v1/sessions/1/hours",
        &[("attendance", "2"), ("minutes", "600"), ("reason", "收拾")],
        &["reason"],
        &[],
    ),
    form("ann", "/api/v1/sessions/1/hours/1/correction", &[("minutes", "60"), ("reason", "早走")], &["reason"], &[]),
];

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

async fn send(user: &User<'_>, form: &Form, fields: &[(&str, &str)]) -> Answer {
    let id = request();
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (*name, if *value == "REQUEST" { &*id } else { *value })).collect();
    if !form.path.starts_with("/api/") {
        return user.post(form.path, &fields).await;
    }
    let body: Map<String, Value> = fields.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
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

/// What the forms speak of: a session under way with a participant, a volunteer and five heads, and a closed room.
async fn a_morning(app: &TestApp) {
    session(app, None, None).await;
    people(app, 2).await;
    let ann = app.token("ann").await;
    for (person, role) in [(1, "participant"), (2, "volunteer")] {
        let body = json!({"request_id": request(), "person_id": person, "role": role});
        ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
    }
    let heads = json!({"request_id": request(), "heads": 5});
    ann.post_json("/api/v1/sessions/1/head_counts", heads).await.is(201);
    let closed = [("from", "2026-03-10"), ("to", "2026-03-10"), ("reason", "检修")];
    app.sign_in("ben").await.post("/centers/1/rooms/1/closures", &closed).await.is(303);
    let grant = [("group", "needy"), ("valid_from", "2026-01-01"), ("document", "低保证")];
    let ann = app.sign_in("ann").await;
    ann.post("/centers/1/people/1/memberships", &grant).await.is(303);
    ann.post("/centers/1/people", &[("name", "梁惠芳"), ("phone", "13800138009")]).await.is(303);
    ann.post("/centers/1/households", &[("head_id", "1"), ("opened_on", "2026-01-10")]).await.is(303);
    ann.post("/centers/1/units", &[("name", "罗沙小学"), ("kind", "school"), ("phone", "0769-22101001")]).await.is(303);
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
    let missing: Vec<_> = read.iter().filter(|name| !forms.contains(name.as_str()) && *name != "remark").collect();
    assert!(missing.is_empty() && read.len() > 10, "no form brings: {missing:?} of {read:?}");
}
