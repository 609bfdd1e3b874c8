//! Names and numbers as people type, paste and scan them: one table of inputs, and the same answers from the list of people, a
//! session's roster, a team's candidates, the cards, the door, the API and the desk without network.

use serde_json::json;

use crate::support::app::apart;
use crate::support::browser::Browser;
use crate::support::live::Live;
use crate::support::{Engine, TestApp, User, on_both_engines};

/// Who is registered, and by what they must be found.
const FOUND: &[(&str, &str, &[&str])] = &[
    ("José García", "139 1111 2222", &["José García", "jose garcia", "García", "JOSÉ", "josé gar", "jg"]),
    ("Nguyễn Văn An", "", &["nguyen van an", "Nguyễn", "nguyễn văn", "nva"]),
    ("卜晓茗", "", &["buxiaoming", "bxm", "晓茗", "卜 晓 茗"]),
    ("阚兰", "", &["kan", "kl"]),
    ("刘重阳", "", &["lcy", "lzy", "liuchongyang", "重阳"]),
    ("陈长发", "", &["chenchangfa", "chenzhangfa", "chencf"]),
    ("𠮷田明", "", &["𠮷田", "jtm"]),
    ("⻩伟明", "", &["黄伟明", "⻩伟明", "huangweiming", "hwm"]),
    ("⾼⽟", "", &["高玉", "gaoyu"]),
    ("买买提·艾力", "138 3333 4444", &["买买提艾力", "买买提•艾力", "买买提．艾力", "maimaiti", "aili"]),
    ("陈秀英", "13955556666", &["chenxy", "cxy", "xiuying", "chenxiuy"]),
];

/// A phone number, and how it is searched for.
const NUMBERS: &[(&str, &[&str])] = &[(
    "José García",
    &[
        "139-1111-2222",
        "+86 139 1111 2222",
        "8613911112222",
        "１３９１１１１２２２２",
        "\u{202d}13911112222\u{202c}",
        "2222",
        "-2222",
    ],
)];

async fn register(ann: &User<'_>) {
    for (name, phone, _) in FOUND {
        ann.post("/centers/1/people", &[("name", *name), ("phone", *phone)]).await.is(303);
    }
}

fn searches() -> impl Iterator<Item = (&'static str, &'static str)> {
    let names = FOUND.iter().flat_map(|(name, _, texts)| texts.iter().map(move |text| (*name, *text)));
    names.chain(NUMBERS.iter().flat_map(|(name, texts)| texts.iter().map(move |text| (*name, *text))))
}

on_both_engines! {
    async fn what_is_registered_is_found_by_its_own_text_everywhere(app: TestApp) {
        let ann = app.sign_in("ann").await;
        register(&ann).await;
        world_of_one_session(&app).await;
        let places = ["/centers/1/people/search", "/centers/1/sessions/1/search", "/centers/1/teams/1/candidates", "/centers/1/cards/search"];
        for (name, text) in searches() {
            for place in places {
                let page = ann.post(place, &[("q", text)]).await.is(200).text();
                assert!(page.contains(&format!(">{name}<")) || page.contains(&format!(">{name}</")), "{name} by {text:?} at {place}");
            }
        }
        // And nobody by what is not theirs.
        for text in ["cheny", "139-0000-0000", "josefa", "%", "_", "0000"] {
            let page = ann.post("/centers/1/people/search", &[("q", text)]).await.is(200).text();
            assert!(FOUND.iter().all(|(name, ..)| !page.contains(&format!(">{name}<"))), "{text}");
        }
    }

    async fn pasted_numbers_are_taken(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let program = app.token("ann").await;
        for (index, phone) in ["\u{202d}13800138002\u{202c}", "138\u{a0}0013\u{2011}8002", "１３８００１３８００２", "86138 0013 8002", "+86-138-0013-8002"].iter().enumerate() {
            let name = format!("王小{}", ["一", "二", "三", "四", "五"][index]);
            ann.post("/centers/1/people", &[("name", name.as_str()), ("phone", *phone)]).await.is(303);
            let made = program.post_json("/api/v1/people", json!({"center": 1, "name": format!("{name}儿"), "phone": phone})).await.is(201).json();
            assert_eq!(made["phone"], "138****8002", "{phone:?}");
        }
        let id = [("name", "王建国"), ("id_number", "11010519491231002Ｘ")];
        ann.post("/centers/1/people", &id).await.is(303);
        let again = program.post_json("/api/v1/people", json!({"center": 2, "name": "王建国", "id_number": "110105 19491231 002x"})).await;
        assert!(matches!(again.status.code, 201 | 404), "{}", again.text());
        // A birth date that the number tells is held to the rule of its field.
        let unborn = program.post_json("/api/v1/people", json!({"center": 1, "name": "未来", "id_number": "110105203001010032"})).await;
        assert_eq!(unborn.status.code, 422, "{}", unborn.text());
        assert!(unborn.json()["errors"]["id_number"].is_object(), "{}", unborn.text());
    }

    async fn one_person_comes_however_the_name_is_spelt(app: TestApp) {
        let ann = app.sign_in("ann").await;
        world_of_one_session(&app).await;
        for (number, name) in ["买买提·艾力", "买买提•艾力", "买买提．艾力", "买买提艾力"].iter().enumerate() {
            let request = format!("7f2c3f8e-8f34-4c60-9d9e-2f5f9f3a1b{number:02}");
            let form = [("request_id", request.as_str()), ("name", *name), ("phone", "138 3333 4444")];
            let answer = app.anyone().post("/c/names", &form).await;
            assert!(matches!(answer.status.code, 200), "{name}: {}", answer.text());
        }
        assert_eq!(app.number("select count(*) from people").await, 1);
        assert_eq!(app.number("select count(*) from attendances").await, 1);
        // The desk is told who is known, by whatever spelling.
        ann.post("/centers/1/people", &[("name", "买买提•艾力"), ("phone", "13833334444")]).await.is(422).shows("/centers/1/people/1");
        for names in [["⻩伟明", "黄伟明"], ["⾼⽟", "高玉"], ["Ａｎｎａ", "anna"], ["José", "Jose\u{301}"]] {
            let phone = format!("1390000{:04}", names[0].len() * 7 + names[1].len());
            ann.post("/centers/1/people", &[("name", names[0]), ("phone", &phone)]).await.is(303);
            ann.post("/centers/1/people", &[("name", names[1]), ("phone", &phone)]).await.is(422);
        }
    }
}

/// A session of today whose code is `names`.
async fn world_of_one_session(app: &TestApp) {
    app.execute(
        "insert into activities (center_id, kind_id, title, published, created_at) values (1, 3, '早茶会', 1, 0)",
    )
    .await;
    app.execute(
        "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
         values (1, 1, 1772676000000, 1772683200000, '2026-03-05', 'planned', 0)",
    )
    .await;
    app.execute("insert into codes (token, kind, subject_id, created_at) values ('names', 'session', 1, 0)").await;
}

/// The front desk's own roster does it by itself: it has no network to ask.
#[test]
fn the_desk_without_network_finds_the_same() {
    let Some(live) = Live::furnished(Engine::Sqlite) else { return };
    apart(async move {
        let app = TestApp::open(&live.database_url).await;
        let ann = app.sign_in("ann").await;
        register(&ann).await;
        world_of_one_session(&app).await;
        let Some(browser) = Browser::tablet().open().await else { return };
        browser.becomes(&ann, &live.base).await;
        browser.goto(&format!("{}/centers/1/front-desk", live.base)).await;
        browser.see("已联网").await;
        for (name, text) in searches() {
            browser.fill("#q", text).await;
            let shown = browser.text("#people").await;
            assert!(shown.contains(name), "{name} by {text:?}: {shown:?}");
        }
        browser.close().await;
    });
}
