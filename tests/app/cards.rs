//! Personal cards: given out, printed, lost and replaced; shown at the door, at the desk and by a program; and what they
//! tell to whoever finds one.

use std::process::Stdio;

use linli::check_in::cards;
use rocket::futures::future::join_all;
use serde_json::json;

use crate::check_in::{SESSION, another, people, request, session};
use crate::support::{Answer, User, on_both_engines};

const CARDS: &str = "/centers/1/cards";

fn of(person: i64) -> String {
    format!("/centers/1/people/{person}/card")
}

/// Issues and prints the cards of these people, and reads the codes off the sheet.
async fn codes(worker: &User<'_>, people: &[&str]) -> Vec<String> {
    let ticked: Vec<_> = people.iter().map(|person| ("person", *person)).collect();
    let sheet = worker.post(CARDS, &ticked).await.leads_to();
    printed(&worker.get(&sheet).await.is(200))
}

fn printed(sheet: &Answer) -> Vec<String> {
    let text = sheet.text();
    text.split("class=\"code\">").skip(1).map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

fn plain(code: &str) -> String {
    code.replace('-', "")
}

/// A code like a card's that is nobody's.
fn unknown() -> String {
    cards::CardCode::random().to_string()
}

async fn shows_at_the_desk(worker: &User<'_>, code: &str) -> Answer {
    worker.post(&format!("{SESSION}/cards"), &[("request_id", &request()), ("card", code)]).await
}

async fn types_at_the_door(phone: &User<'_>, code: &str) -> Answer {
    phone.post("/c/tea", &[("request_id", &request()), ("card", code)]).await
}

async fn sends(program: &User<'_>, card: &str, request: &str) -> Answer {
    let body = json!({"request_id": request, "card": card, "role": "participant"});
    program.post_json("/api/v1/sessions/1/checkins", body).await
}

/// What a picture of the card holds, drawn as the sheet draws it.
fn read_qr(sheet: &str) -> String {
    let svg = sheet.split("class=\"qr\">").nth(1).unwrap();
    let size: usize = svg.split("viewBox=\"0 0 ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    let mut dark = vec![false; size * size];
    let path = svg.split(" d=\"").nth(1).unwrap().split('"').next().unwrap();
    for piece in path.split('M').filter(|piece| piece.contains('v')) {
        let number = |text: &str| text.trim().parse::<usize>().unwrap();
        let (place, shape) = piece.split_once('h').unwrap();
        let (x, y) = place.trim().split_once([' ', ',']).unwrap();
        let (wide, rest) = shape.split_once('v').unwrap();
        let high = rest.split('H').next().unwrap();
        for row in number(y)..number(y) + number(high) {
            for column in number(x)..number(x) + number(wide) {
                dark[row * size + column] = true;
            }
        }
    }
    let mut picture =
        rqrr::PreparedImage::prepare_from_greyscale(size, size, |x, y| if dark[y * size + x] { 0 } else { 255 });
    picture.detect_grids()[0].decode().unwrap().1
}

on_both_engines! {
    async fn a_card_is_issued_printed_revoked_and_replaced(app: TestApp) {
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/people/1").await.is(200).shows("还没有发卡");
        assert_eq!(ann.post(&of(1), &[]).await.leads_to(), of(1));
        let page = ann.get(&of(1)).await.is(200).shows("可以使用").shows("2026年3月5日发卡");
        let text = page.text();
        let sheet = text.split('"').find(|part| part.contains("/cards/sheet?")).unwrap();
        let first = printed(&ann.get(sheet).await.is(200).shows("陈伯1").shows("罗沙社区综合服务中心"));
        assert_eq!(first.len(), 1);
        assert_eq!(printed(&ann.get(sheet).await), first, "printed again it is the same card");
        let sent = ann.get(sheet).await.text();
        assert_eq!(read_qr(&sent), format!("http://127.0.0.1:8000/k/{}", plain(&first[0])), "the picture holds the card's link");

        ann.post(&format!("{}/replacement", of(1)), &[]).await.is(422).shows("请填写这一项");
        assert_eq!(ann.post(&format!("{}/replacement", of(1)), &[("reason", "丢失")]).await.leads_to(), of(1));
        ann.get(sheet).await.is(404);
        let second = codes(&ann, &["1"]).await;
        assert_ne!(first, second);
        assert_eq!(ann.post(&format!("{}/revocation", of(1)), &[("reason", "丢失")]).await.leads_to(), of(1));
        ann.post(&format!("{}/revocation", of(1)), &[("reason", "丢失")]).await.is(422).shows("没有可以使用的卡");
        ann.get("/centers/1/people/1").await.is(200).shows("已停用");
        assert_eq!(app.number("select count(*) from cards where revoked_at is not null and revoked_by is not null").await, 2);
        assert_eq!(app.number("select count(*) from audit_events where action = 'card.issued' and center_id = 1").await, 2);
        assert_eq!(app.number("select count(*) from audit_events where action = 'card.revoked' and detail = '丢失'").await, 2);
    }

    async fn a_sheet_is_for_those_who_were_ticked(app: TestApp) {
        people(&app, 12).await;
        app.execute("insert into team_members (team_id, person_id, joined_on, created_at) values (1, 3, '2025-01-01', 0)").await;
        let ann = app.sign_in("ann").await;
        let one = codes(&ann, &["2"]).await;
        let three = codes(&ann, &["2", "3", "4", "2", "999"]).await;
        assert_eq!(three.len(), 3, "who was ticked twice gets one card, who is not of the center none");
        assert!(three.contains(&one[0]), "who has a card keeps it");
        ann.get(&format!("{CARDS}?without")).await.is(200).shows("陈伯1<").hides("陈伯2<");
        ann.get(&format!("{CARDS}?serving")).await.is(200).shows("陈伯3<").hides("陈伯1<");
        ann.post(&format!("{CARDS}/search"), &[("q", "cb")]).await.is(200).shows("陈伯1<").shows("陈伯2<");
        ann.post(&format!("{CARDS}/search"), &[("q", "王")]).await.is(200).shows("没有找到“王”");
        ann.post(CARDS, &[("shown", "1")]).await.is(422).shows("请先选中要发卡的人");
        ann.post(CARDS, &[("person", "999")]).await.is(404);
        let shown: Vec<String> = (1..=12).map(|person| person.to_string()).collect();
        let mut form: Vec<_> = shown.iter().map(|person| ("shown", person.as_str())).collect();
        form.push(("all", "1"));
        let sheet = ann.post(CARDS, &form).await.leads_to();
        assert!(sheet.bytes().all(|byte| byte.is_ascii_digit() || b"/-?=".contains(&byte) || byte.is_ascii_lowercase()), "{sheet}");
        let sheet = ann.get(&sheet).await.is(200);
        assert_eq!(printed(&sheet).len(), 12);
        assert_eq!(sheet.text().matches("class=\"card-sheet\"").count(), 2);
        assert_eq!(app.number("select count(*) from audit_events where action = 'card.issued'").await, 12);
        app.sign_in("olga").await.get("/centers/2/cards/sheet?cards=1-2-3").await.is(404);

        let mut conn = app.db().read().await.unwrap();
        let good = cards::queries::of_center(&mut conn, &app.sealer, linli::centers::CenterId(1)).await.unwrap();
        let mut known: Vec<String> = good.iter().map(|(_, _, code)| code.to_string()).collect();
        let mut seen = printed(&sheet);
        known.sort();
        seen.sort();
        assert_eq!(known, seen);
        assert!(cards::queries::of_center(&mut conn, &app.sealer, linli::centers::CenterId(2)).await.unwrap().is_empty());
    }

    async fn two_who_issue_at_once_give_one_card(app: TestApp) {
        people(&app, 3).await;
        let (ann, ada) = (app.sign_in("ann").await, app.sign_in("ada").await);
        let ticked = [("person", "1"), ("person", "2"), ("person", "3")];
        let tries = (0..16).map(|n| { let by = if n % 2 == 0 { &ann } else { &ada }; async move { loop {
            let answer = by.post(CARDS, &ticked).await;
            if answer.status.code != 503 { return answer.leads_to(); }
        } } });
        let sheets = join_all(tries).await;
        assert!(sheets.iter().all(|sheet| *sheet == sheets[0]), "{sheets:?}");
        assert_eq!(app.number("select count(*) from cards").await, 3);
        assert_eq!(app.number("select count(*) from audit_events where action = 'card.issued'").await, 3);
    }

    async fn a_typed_card_is_remembered_by_the_phone_and_let_in(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let code = codes(&app.sign_in("ann").await, &["1"]).await.remove(0);
        let mut phone = app.anyone();
        let page = phone.get("/c/tea").await.is(200).shows("有居民卡？").shows("name=\"card\"").hides("<script");
        assert!(page.body.len() < 6_000, "{} bytes", page.body.len());
        let wrong = format!("{}{}", &code[..10], if code.ends_with('A') { 'B' } else { 'A' });
        types_at_the_door(&phone, &wrong).await.is(422).shows("卡号不对").shows(&wrong);
        types_at_the_door(&phone, "").await.is(422);
        assert_eq!(app.number("select count(*) from scans").await, 0, "a slip is no try");
        // As a Chinese keyboard, in a hurry, writes it.
        let typed: String = code.to_lowercase().replace('0', "o").replace('1', "l").chars().map(|c| match c {
            '-' => '—',
            c => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        }).collect();
        let answer = types_at_the_door(&phone, &format!("  {typed} ")).await.is(200).shows("签到成功").shows("陈伯1");
        phone.keep(&answer);
        assert_eq!(app.number("select count(*) from attendances where person_id = 1 and method = 'card'").await, 1);
        assert_eq!(app.number("select count(*) from scans where card_id = 1 and phone_id = 1 and outcome = 'admitted'").await, 1);
        phone.get("/me").await.is(200).shows("早茶会");
        another(&app, "tai", "2026-03-06", None, None).await;
        app.at("2026-03-06T02:00:00Z");
        phone.get("/c/tai").await.is(200).shows("您好，").hides("name=\"card\"");
        phone.post("/c/tai", &[("request_id", &request()), ("person_id", "1")]).await.is(200).shows("签到成功");
        types_at_the_door(&app.anyone(), &code).await.is(200).shows("已经签过了");
        types_at_the_door(&app.anyone(), &unknown()).await.is(404).shows("没有找到这个二维码或卡号").shows("再试一次");
        assert_eq!(app.number("select count(*) from scans where outcome = 'unknown_code'").await, 1);
    }

    async fn a_scanned_card_makes_the_next_poster_one_tap(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        let code = codes(&app.sign_in("ann").await, &["1"]).await.remove(0);
        let (link, mut phone) = (format!("/k/{}", plain(&code)), app.anyone());
        let page = phone.get(&link).await.is(200).shows("陈＊＊").hides("陈伯").shows("让这部手机记住我").hides("<script");
        assert!(page.body.len() < 6_000, "{} bytes", page.body.len());
        phone.get(&link.to_lowercase().replace("/k/", "/k/%20")).await.is(200);
        for table in ["phones", "phone_people", "scans", "audit_events where action like 'phone%'"] {
            let sql = format!("select count(*) from {table}");
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
            assert_eq!(count, 0, "looking changes nothing: {table}");
        }
        let answer = phone.post(&link, &[]).await;
        assert_eq!(answer.leads_to(), link);
        phone.keep(&answer);
        phone.get(&link).await.is(200).shows("已经记住了这张卡").hides("陈伯");
        assert_eq!(phone.post(&link, &[]).await.leads_to(), link);
        assert_eq!(app.number("select count(*) from phone_people").await, 1);
        phone.get("/c/tea").await.is(200).shows("您好，").hides("name=\"phone\"");
        phone.post("/c/tea", &[("request_id", &request()), ("person_id", "1")]).await.is(200).shows("签到成功");
    }

    async fn several_cards_in_a_row_at_the_desk(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 3).await;
        let ann = app.sign_in("ann").await;
        let codes = codes(&ann, &["1", "2"]).await;
        let fay = app.sign_in("fay").await;
        fay.get(SESSION).await.is(200).shows("data-scan");
        let scanned = format!("https://linli.example/k/{}", plain(&codes[0]));
        let back = shows_at_the_desk(&fay, &scanned).await.leads_to();
        fay.get(&back).await.is(200).shows("<b>陈伯1</b> 已签到").shows("data-scan");
        let back = shows_at_the_desk(&fay, &codes[1]).await.leads_to();
        fay.get(&back).await.is(200).shows("<b>陈伯2</b> 已签到");
        app.at("2026-03-05T02:20:00Z");
        let back = shows_at_the_desk(&fay, &codes[0]).await.leads_to();
        fay.get(&back).await.is(200).shows("<b>陈伯1</b> 10:00 已经签过了");
        shows_at_the_desk(&fay, &unknown()).await.is(422).shows("没有找到这个二维码或卡号");
        shows_at_the_desk(&fay, "7KD4M").await.is(422).shows("卡号不对");
        shows_at_the_desk(&fay, "").await.is(422);
        assert_eq!(app.number("select count(*) from attendances where method = 'card' and recorded_by is not null").await, 2);
        app.sign_in("cai").await.get(&back).await.is(200).hides("陈伯1");
        app.execute("update sessions set capacity = 2").await;
        let third = self::codes(&ann, &["3"]).await;
        shows_at_the_desk(&fay, &third[0]).await.is(422).shows("已经满员");
    }

    async fn a_program_sends_a_card_instead_of_a_person(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let code = codes(&app.sign_in("ann").await, &["1"]).await.remove(0);
        let (program, id) = (app.token("fay").await, request());
        let first = sends(&program, &code, &id).await.is(201).json();
        assert_eq!(first["person_id"], 1);
        assert_eq!(sends(&program, &plain(&code), &id).await.is(200).json(), first);
        sends(&program, &code, &request()).await.is(409).is_refused("already_in");
        sends(&program, &unknown(), &request()).await.is(409).is_refused("unknown_code");
        assert_eq!(sends(&program, "7KD4M", &request()).await.is(422).json()["errors"]["card"]["code"], "field.not_a_card");
        let both = json!({"request_id": request(), "card": code, "person_id": 1, "role": "participant"});
        let faults = program.post_json("/api/v1/sessions/1/checkins", both).await.is(422).json();
        assert_eq!(faults["errors"]["card"]["code"], "field.person_or_card");
        let list = program.get("/api/v1/sessions/1/checkins").await.is(200).json();
        assert_eq!(list["items"][0]["method"], "card");
        app.anyone().get("/api/v1/openapi.json").await.is(200).shows("exactly one of this and `card`");
    }

    async fn a_lost_card_opens_no_door(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        let code = codes(&ann, &["1"]).await.remove(0);
        // Whoever found it was faster than the report.
        let (link, mut finder) = (format!("/k/{}", plain(&code)), app.anyone());
        let answer = finder.post(&link, &[]).await;
        finder.keep(&answer);
        finder.get("/c/tea").await.is(200).shows("陈伯1");
        ann.post(&format!("{}/replacement", of(1)), &[("reason", "丢失")]).await.leads_to();
        finder.get("/c/tea").await.is(200).hides("陈伯1").shows("name=\"phone\"");
        finder.post("/c/tea", &[("request_id", &request()), ("person_id", "1")]).await.is(404);

        for phone in [&finder, &app.anyone()] {
            phone.get(&link).await.is(410).shows("这张卡已经挂失").hides("陈");
            phone.post(&link, &[]).await.is(410).shows("这张卡已经挂失").hides("陈");
            types_at_the_door(phone, &code).await.is(409).shows("这张卡已经挂失").hides("陈伯");
        }
        shows_at_the_desk(&ann, &code).await.is(422).shows("这张卡已经挂失");
        sends(&app.token("ann").await, &code, &request()).await.is(409).is_refused("card_revoked");
        assert_eq!(app.number("select count(*) from scans where outcome = 'card_revoked' and card_id = 1").await, 4);
        assert_eq!(app.number("select count(*) from attendances").await, 0);
        assert_eq!(app.number("select count(*) from phones").await, 1);
        let new = codes(&ann, &["1"]).await.remove(0);
        types_at_the_door(&app.anyone(), &new).await.is(200).shows("签到成功");
        for path in [format!("/k/{}", plain(&unknown())), "/k/x".into(), "/k/%00".into()] {
            app.anyone().get(&path).await.is(404).shows("没有找到这个二维码或卡号");
            app.anyone().post(&path, &[]).await.is(404);
        }
    }

    async fn a_card_from_another_center_admits_and_enrols(app: TestApp) {
        session(&app, Some(1), None).await;
        people(&app, 2).await;
        app.execute("update enrolments set center_id = 2 where person_id = 1").await;
        let olga = app.sign_in("olga").await;
        let sheet = olga.post("/centers/2/cards", &[("person", "1")]).await.leads_to();
        let code = printed(&olga.get(&sheet).await).remove(0);
        let ann = app.sign_in("ann").await;
        ann.get(&of(1)).await.is(404);
        ann.post(&of(1), &[]).await.is(404);
        ann.get(&format!("{CARDS}/sheet?cards=1")).await.is(404);
        let mine = codes(&ann, &["2"]).await.remove(0);
        shows_at_the_desk(&ann, &mine).await.leads_to();
        shows_at_the_desk(&ann, &code).await.is(422).shows("已经满员");
        types_at_the_door(&app.anyone(), &code).await.is(409).shows("已经满员");
        assert_eq!(app.number("select count(*) from enrolments where center_id = 1").await, 1, "who is turned away stays unknown");
        assert_eq!(app.number("select count(*) from phones").await, 0);
        app.execute("update sessions set capacity = 2").await;
        shows_at_the_desk(&ann, &code).await.leads_to();
        assert_eq!(app.number("select count(*) from enrolments where center_id = 1").await, 2);
        shows_at_the_desk(&ann, &code).await;
        let told = "select count(*) from audit_events where action = 'person.enrolled_at_door' and subject_id = 1 and center_id = 1";
        assert_eq!(app.number(told).await, 1, "from then on the center may see who it is, so its audit says how that came");
        ann.get("/centers/1/audit").await.is(200).shows("凭卡或手机到场，本中心从此认识这位居民");
        olga.get("/centers/2/audit").await.is(200).hides("凭卡或手机到场，本中心从此认识这位居民");
        ann.get(&of(1)).await.is(200).shows("可以使用");
        assert_eq!(codes(&ann, &["1"]).await, [code], "one good card per person, whoever prints it");
    }

    async fn codes_stand_nowhere_in_the_clear(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        let code = codes(&ann, &["1"]).await.remove(0);
        types_at_the_door(&app.anyone(), &code).await.is(200);
        shows_at_the_desk(&ann, &code).await.leads_to();
        ann.post(&format!("{}/revocation", of(1)), &[("reason", "丢失")]).await.leads_to();
        for sql in [
            "select actor || action || coalesce(detail, '') from audit_events",
            "select request_id || method || outcome from scans",
            "select code_hash || code_sealed from cards",
            "select label || secret_hash from phones",
        ] {
            let rows: Vec<String> = sqlx::query_scalar(sql).fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
            assert!(!rows.is_empty());
            assert!(rows.iter().all(|row| !row.contains(&code) && !row.contains(&plain(&code))), "{sql}: {rows:?}");
        }
        for page in [&of(1), CARDS, "/centers/1/people/1", "/centers/1/audit", SESSION] {
            ann.get(page).await.is(200).hides(&code).hides(&plain(&code));
        }
    }

    async fn whoever_guesses_codes_is_slowed_down(app: TestApp) {
        session(&app, None, None).await;
        let from = async |address: &str, method: rocket::http::Method, path: &str| {
            let ask = app.client.req(method, path.to_owned()).remote(format!("{address}:4000").parse::<std::net::SocketAddr>().unwrap());
            let ask = ask.header(rocket::http::ContentType::Form).header(rocket::http::Header::new("Sec-Fetch-Site", "same-origin"));
            ask.body(format!("request_id={}&card={}", request(), unknown())).dispatch().await.status().code
        };
        for (method, own) in [(rocket::http::Method::Get, true), (rocket::http::Method::Post, true), (rocket::http::Method::Post, false)] {
            let address = format!("192.0.2.{}", 1 + i32::from(own) + method as i32 % 7 * 2);
            let path = || if own { format!("/k/{}", plain(&unknown())) } else { "/c/tea".to_owned() };
            let mut guesses = 0;
            while from(&address, method, &path()).await == 404 {
                guesses += 1;
                assert!(guesses < 500, "no limit");
            }
            assert_eq!(from(&address, method, &path()).await, 429);
            assert!(guesses >= 60, "{guesses}");
        }
        assert_eq!(from("198.51.100.1", rocket::http::Method::Get, &format!("/k/{}", plain(&unknown()))).await, 404);
    }
}

/// What the log says of a card's page: the route, not the code.
#[test]
fn the_log_names_no_code() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = std::process::Command::new(env!("CARGO_BIN_EXE_linli"))
        .current_dir(folder.path())
        .env("DATABASE_URL", "sqlite:log.db")
        .env("ROCKET_PORT", "0")
        .stdout(Stdio::piped())
        .stderr(std::fs::File::create(folder.path().join("err")).unwrap())
        .spawn()
        .unwrap();
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(server.stdout.take().unwrap()));
    let link = lines.find_map(|line| line.unwrap().trim().strip_prefix("http://").map(str::to_owned)).unwrap();
    let (host, _) = link.split_once('/').unwrap();
    let code = plain(&unknown());
    let mut socket = std::net::TcpStream::connect(host).unwrap();
    std::io::Write::write_all(&mut socket, format!("GET /k/{code} HTTP/1.0\r\nHost: {host}\r\n\r\n").as_bytes())
        .unwrap();
    let mut answer = String::new();
    _ = std::io::Read::read_to_string(&mut socket, &mut answer);
    assert!(answer.starts_with("HTTP/1.1 404") || answer.starts_with("HTTP/1.0 404"), "{answer}");
    crate::support::terminate(i32::try_from(server.id()).unwrap());
    assert!(server.wait().unwrap().success());
    let mut log: String = lines.map_while(Result::ok).collect();
    log += &std::fs::read_to_string(folder.path().join("err")).unwrap();
    assert!(log.contains("/k/<code>"), "{log}");
    assert!(!log.contains(&code), "{log}");
}
