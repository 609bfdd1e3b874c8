//! Names and numbers as people type, paste and scan them: one table of inputs, and the same answers from the list of people, a
//! session's roster, a team's candidates, the cards, the door, the API and the desk without network.

use std::collections::BTreeMap;
use std::time::Duration;

use linli::check_in::cards::CardCode;
use linli::{people, spelling};
use serde_json::{Value, json};

use crate::check_in::card;
use crate::support::app::{apart, fresh_database};
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

/// One number, as it is typed and pasted.
const PHONES: [&str; 6] = [
    "\u{202d}13800138002\u{202c}",
    "138\u{a0}0013\u{2011}8002",
    "１３８００１３８００２",
    "86138 0013 8002",
    "+86-138-0013-8002",
    "１３８－００１３－８００２",
];

/// What scanners make of a card's link and of the code alone: with Caps Lock, full width, by a Chinese keyboard layout, with
/// marks that show nothing.
fn scanned(code: &CardCode) -> Vec<String> {
    let plain = code.plain();
    let wide = |text: &str| {
        let widened =
            |c: char| if c.is_ascii_graphic() { char::from_u32(u32::from(c) + 0xfee0).unwrap_or(c) } else { c };
        text.chars().map(widened).collect::<String>()
    };
    let link = format!("https://linli.example/k/{plain}");
    vec![
        plain.to_owned(),
        plain.to_lowercase(),
        code.to_string(),
        code.to_string().replace('-', "—"),
        code.to_string().replace('-', "·"),
        format!(" {code} "),
        wide(plain),
        wide(&plain.to_lowercase()),
        link.to_uppercase(),
        wide(&link),
        link.replace('/', "、"),
        link.replace('/', "、").replace('.', "。").replace(':', "："),
        link.replace('/', "\\"),
        format!("{link}?from=wechat"),
        format!("\u{feff}{link}\u{200b}"),
        format!("\u{202d}{code}\u{202c}"),
        plain.replace('0', "o").replace('1', "l"),
    ]
}

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
        for (index, phone) in PHONES.iter().enumerate() {
            let name = format!("王小{}", ["一", "二", "三", "四", "五", "六"][index]);
            ann.post("/centers/1/people", &[("name", name.as_str()), ("phone", *phone)]).await.is(303);
            let made = program.post_json("/api/v1/people", json!({"center": 1, "name": format!("{name}儿"), "phone": phone})).await.is(201).json();
            assert_eq!(made["phone"], "138****8002", "{phone:?}");
        }
        let id = [("name", "王建国"), ("id_number", "11010519491231002Ｘ")];
        ann.post("/centers/1/people", &id).await.is(303);
        let again = program.post_json("/api/v1/people", json!({"center": 2, "name": "王建国", "id_number": "110105 19491231 002x"})).await;
        assert!(matches!(again.status.code, 201 | 404), "{}", again.text());
    }

    /// A birth date that the number tells is held to the rule of its field, new or revised, on the page and for a program.
    async fn nobody_is_born_by_their_number_when_nobody_can_be(app: TestApp) {
        let (ann, program) = (app.sign_in("ann").await, app.token("ann").await);
        ann.post("/centers/1/people", &[("name", "王建国")]).await.is(303);
        for (number, fault) in [("110105203001010036", "field.in_the_future"), ("440524188001010014", "field.date_too_far")] {
            for (page, body) in [("/centers/1/people", "/api/v1/people"), ("/centers/1/people/1", "/api/v1/people/1")] {
                let form = [("name", "王建国"), ("id_number", number), ("version", "1")];
                ann.post(page, &form).await.is(422).shows("id=\"e-id_number\"");
                let body = program.post_json(body, json!({"center": 1, "version": 1, "name": "王建国", "id_number": number})).await;
                assert_eq!(body.status.code, 422, "{page}: {}", body.text());
                assert_eq!(body.json()["errors"]["id_number"]["code"], fault, "{}", body.text());
            }
        }
        assert_eq!(app.number("select count(*) from people where id_number_hash is null and birth_date is null").await, 1);
        assert_eq!(app.number("select count(*) from people").await, 1);
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
        let hall = "192.0.2.7";
        for (number, phone) in PHONES.iter().enumerate() {
            let request = format!("7f2c3f8e-8f34-4c60-9d9e-2f5f9f3a2b{number:02}");
            let form = [("request_id", request.as_str()), ("name", "王小一"), ("phone", *phone)];
            app.anyone().at_address(hall).post("/c/names", &form).await.is(200);
            let walks_in = json!({"request_id": request.replace("3a2b", "3a2c"), "name": "王 小一", "phone": phone, "role": "participant"});
            app.token("fay").await.post_json("/api/v1/sessions/1/walk_ins", walks_in).await.is_refused("already_in");
            let form = [("request_id", request.replace("3a2b", "3a2d")), ("name", "王小一".into()), ("phone", (*phone).into()), ("role", "participant".into())];
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ann.post("/centers/1/sessions/1/walk-ins", &form).await.is(303);
        }
        assert_eq!(app.number("select count(*) from people").await, 2);
        assert_eq!(app.number("select count(*) from attendances").await, 2);
        for names in [["⻩伟明", "黄伟明"], ["⾼⽟", "高玉"], ["Ａｎｎａ", "anna"], ["José", "Jose\u{301}"]] {
            let phone = format!("1390000{:04}", names[0].len() * 7 + names[1].len());
            ann.post("/centers/1/people", &[("name", names[0]), ("phone", &phone)]).await.is(303);
            ann.post("/centers/1/people", &[("name", names[1]), ("phone", &phone)]).await.is(422);
            let body = json!({"center": 1, "name": names[1], "phone": phone});
            app.token("ann").await.post_json("/api/v1/people", body).await.is_refused("person_enrolled");
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

on_both_engines! {
    /// A scanner does not know which field it types into.
    async fn a_card_is_read_where_a_name_is_searched_for(app: TestApp) {
        let (ann, fay) = (app.sign_in("ann").await, app.sign_in("fay").await);
        register(&ann).await;
        world_of_one_session(&app).await;
        let code = card(&app, 3).await;
        let places = [(&fay, "/centers/1/sessions/1/search"), (&ann, "/centers/1/cards/search")];
        for (text, (worker, place)) in scanned(&code).iter().flat_map(|text| places.map(|place| (text, place))) {
            worker.post(place, &[("q", text)]).await.is(200).shows(">卜晓茗<").hides(">阚兰<");
        }
        // Neither a card that is no good nor one of somebody whom the center does not know.
        app.execute("update cards set revoked_at = 1").await;
        for (worker, place) in places {
            worker.post(place, &[("q", code.plain())]).await.is(200).hides(">卜晓茗<");
        }
        app.execute("update cards set revoked_at = null").await;
        let elsewhere = app.sign_in("olga").await;
        elsewhere.post("/centers/2/cards/search", &[("q", code.plain())]).await.is(200).hides("卜晓茗");
        // A program and the door read the same.
        for (number, text) in scanned(&code).iter().enumerate() {
            let request = format!("7f2c3f8e-8f34-4c60-9d9e-2f5f9f3a1b{number:02}");
            let body = json!({"request_id": request, "card": text, "role": "participant"});
            let told = app.token("fay").await.post_json("/api/v1/sessions/1/checkins", body).await;
            assert_eq!(told.status.code, if number == 0 { 201 } else { 409 }, "{text}: {}", told.text());
            let form = [("request_id", request.replace("3a1b", "3a1c")), ("card", text.clone())];
            let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
            app.anyone().post("/c/names", &form).await.is(200).shows("卜晓茗");
        }
        assert_eq!(app.number("select count(*) from attendances").await, 1);
    }
}

/// The front desk's own roster does it by itself: it has no network to ask.
#[test]
fn the_desk_without_network_finds_the_same() {
    let Some(url) = fresh_database(Engine::Sqlite) else { return };
    apart(async move {
        let app = TestApp::open(&url).await;
        let ann = app.sign_in("ann").await;
        register(&ann).await;
        world_of_one_session(&app).await;
        let code = card(&app, 3).await;
        let Some(browser) = Browser::tablet().open().await else { return };
        let live = Live::on(&url, 0);
        browser.becomes(&ann, &live.base).await;
        browser.goto(&format!("{}/centers/1/front-desk", live.base)).await;
        browser.see("已联网").await;
        reads_as_the_server_does(&browser, &code).await;
        let port = live.stop();
        browser.execute("dispatchEvent(new Event('offline'))", vec![]).await;
        for (name, text) in searches() {
            browser.fill("#q", text).await;
            let shown = browser.text("#people").await;
            assert!(shown.contains(name), "{name} by {text:?}: {shown:?}");
        }
        // A scan is taken, whichever field it went to, and whoever the device knows is greeted by name.
        for text in scanned(&code) {
            for field in ["#q", "#code"] {
                browser.execute("document.getElementById('result').hidden = true; document.getElementById('result-name').textContent = ''", vec![]).await;
                browser.fill(field, &format!("{text}\u{e007}")).await;
                greets(&browser, "卜晓茗", &format!("{text:?} in {field}")).await;
            }
        }
        let _live = Live::on(&url, port);
        browser.execute("dispatchEvent(new Event('online'))", vec![]).await;
        browser.see("已联网").await;
        let delivered = async || app.number("select count(*) from scans where person_id = 3 and offline = 1").await;
        let all = 2 * i64::try_from(scanned(&code).len()).unwrap();
        for _ in 0..300 {
            if delivered().await == all {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert_eq!(delivered().await, all);
        browser.close().await;
        assert_eq!(app.number("select count(*) from attendances").await, 1);
    });
}

/// Waits until the desk has greeted somebody by name, whether or not the greeting is gone again.
async fn greets(browser: &Browser, name: &str, what: &str) {
    const LOOK: &str =
        "return [document.getElementById('result').dataset.kind, document.getElementById('result-name').textContent];";
    let mut shown = Value::Null;
    for _ in 0..200 {
        shown = browser.execute(LOOK, vec![]).await;
        if shown[1] != json!("") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(shown, json!(["unverified", name]), "{what}");
}

/// The device compares text by code of its own: it must say the same as the server of every character there is in the planes
/// that people write in, and of every card that is read.
async fn reads_as_the_server_does(browser: &Browser, code: &CardCode) {
    const LOOK: &str = "
        const file = name => performance.getEntriesByType('resource').map(entry => entry.name).find(url => url.endsWith(name));
        const [last, texts, codes] = arguments;
        return (async () => {
            const spelling = await import(file('/spelling.js'));
            const roster = await import(file('/roster.js'));
            const differs = {};
            for (let point = 1; point <= last; point++) {
                if (point >= 0xd800 && point < 0xe000 || point === 0x30000) { point = point === 0x30000 ? 0xe0000 : 0xe000; }
                const text = `a${String.fromCodePoint(point)}b`;
                const [narrow, fold] = [spelling.narrow(text), spelling.fold(text)];
                if (narrow !== text || fold !== text) differs[point] = [narrow, fold];
            }
            return [differs, texts.map(spelling.typed), codes.map(code => roster.plainCode(code) ?? null)];
        })();";
    const LAST: u32 = 0xe_0fff;
    let texts: Vec<&str> =
        searches().map(|(_, text)| text).chain(["Lü mei", "lu\u{308}mei", "ΓΙΩΡΓΟΣ", "İpek"]).collect();
    let mut codes = scanned(code);
    codes.extend(scanned(&CardCode::random()));
    codes.extend(
        ["7KD4M", "https://elsewhere.example/x", "ıııııııııı", "", "13800138000", "7KD4MQ9XT", "chenxiuyin"]
            .map(str::to_owned),
    );
    let said = browser.execute(LOOK, vec![json!(LAST), json!(texts), json!(codes)]).await;
    let told: BTreeMap<u32, (String, String)> = serde_json::from_value(said[0].clone()).unwrap();
    let points = (1..0xd800).chain(0xe000..0x3_0000).chain(0xe_0000..=LAST);
    let mut wrong = BTreeMap::new();
    for c in points.filter_map(char::from_u32) {
        let text = format!("a{c}b");
        let here = (spelling::narrow(&text), spelling::fold(&text));
        let there = told.get(&u32::from(c)).cloned().unwrap_or_else(|| (text.clone(), text.clone()));
        if here != there {
            wrong.insert(u32::from(c), format!("U+{:04X}: here {here:?}, at the desk {there:?}", u32::from(c)));
        }
    }
    // Characters that are newer than the browser mean nothing to it.
    const KNOWN: &str = "return arguments[0].filter(point => !/\\p{Cn}/u.test(String.fromCodePoint(point)));";
    let known = browser.execute(KNOWN, vec![json!(wrong.keys().collect::<Vec<_>>())]).await;
    let known: Vec<u32> = serde_json::from_value(known).unwrap();
    assert!(
        known.is_empty(),
        "{} characters:\n{}",
        known.len(),
        known.iter().take(40).map(|point| &*wrong[point]).collect::<Vec<_>>().join("\n")
    );
    let typed: Vec<String> = texts.iter().map(|text| people::pinyin::typed(text)).collect();
    assert_eq!(said[1], json!(typed));
    let read: Vec<Value> =
        codes.iter().map(|text| json!(CardCode::read(text).map(|code| code.plain().to_owned()))).collect();
    assert_eq!(said[2], Value::from(read));
}
