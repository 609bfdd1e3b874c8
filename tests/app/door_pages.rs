//! The phone's pages at the door: how many bytes they cost, who can read them, and that WeChat shows them.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use crate::check_in::{another, request, session};
use crate::support::browser::Browser;
use crate::support::live::Live;
use crate::support::{Engine, TestApp};

/// What a first visit may cost, everything included.
const MOST: usize = 15 * 1024;

/// As WeChat on an Android phone calls itself.
const WECHAT: &str = "Mozilla/5.0 (Linux; Android 13; V2158A Build/TP1A.220624.014; wv) AppleWebKit/537.36 (KHTML, like \
    Gecko) Version/4.0 Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160117 MMWEBSDK/20240301 MMWEBID/3030 \
    MicroMessenger/8.0.48.2580(0x28003036) WeChat/arm64 Weixin NetType/WIFI Language/zh_CN ABI/arm64";

/// A phone on the wire: every byte that comes down is counted, and nothing is kept but cookies.
struct Wire<'a> {
    live: &'a Live,
    lang: &'a str,
    cookies: Vec<(String, String)>,
}

impl<'a> Wire<'a> {
    fn new(live: &'a Live, lang: &'a str) -> Self {
        Self { live, lang, cookies: Vec::new() }
    }

    /// One answer, from its first byte to its last.
    fn ask(&mut self, method: &str, path: &str, body: &str) -> String {
        let host = self.live.base.trim_start_matches("http://");
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut socket = TcpStream::connect(host).unwrap();
        write!(
            socket,
            "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept-Language: {}\r\nCookie: {}\r\n\
             Sec-Fetch-Site: same-origin\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            self.lang,
            cookies.join("; "),
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        for line in answer.lines().take_while(|line| !line.is_empty()) {
            if let Some((name, rest)) = line.strip_prefix("set-cookie: ").and_then(|cookie| cookie.split_once('=')) {
                self.cookies.retain(|(known, _)| known != name);
                self.cookies.push((name.to_owned(), rest.split(';').next().unwrap().to_owned()));
            }
        }
        answer
    }

    /// Checks in by name and number.
    fn enters(&mut self, path: &str, name: &str) -> String {
        let fields = [("request_id", &*request()), ("name", name), ("phone", "13800138000")];
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.ask("POST", path, &body)
    }

    /// The bytes of an answer and of all that its page links.
    #[track_caller]
    fn weighs(&mut self, answer: &str, shows: &str) -> usize {
        assert!(answer.contains(shows), "{shows} is not in {answer}");
        assert!(!answer.contains("<script") && !answer.contains("<img"), "{answer}");
        let linked: Vec<String> = answer
            .split("<link")
            .skip(1)
            .filter_map(|tag| Some(tag.split_once("href=\"")?.1.split('"').next()?.to_owned()))
            .collect();
        assert_eq!(linked.len(), 2, "a style and an icon");
        let assets: usize = linked.iter().map(|path| self.ask("GET", path, "").len()).sum();
        let weight = answer.len() + assets;
        assert!(weight <= MOST, "{weight} bytes for {shows}");
        weight
    }
}

/// A town with a session on Thursday (`/c/tea`) and the next on Friday (`/c/tai`).
async fn town() -> (Live, TestApp) {
    let live = Live::furnished(Engine::Sqlite).expect("SQLite is always there");
    let app = TestApp::open(&live.database_url).await;
    session(&app, None, None).await;
    another(&app, "tai", "2026-03-06", None, None).await;
    (live, app)
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

#[test]
fn every_page_at_the_door_fits_into_fifteen_kilobytes() {
    runtime().block_on(async {
        let (live, app) = town().await;
        let worst = [
            ("zh-CN", ["姓名", "签到成功", "还没有开始", "您好", "谁来了", "您觉得怎么样"]),
            ("en", ["Name", "You are in", "not open yet", "Hello", "Who is here", "How was it"]),
        ]
        .map(|(lang, shows)| {
            live.at("2026-03-05T02:00:00Z");
            let mut phone = Wire::new(&live, lang);
            let answer = phone.ask("GET", "/c/tea", "");
            let first = phone.weighs(&answer, shows[0]);
            let answer = phone.enters("/c/tea", &format!("梁惠芳 {lang}"));
            let welcome = phone.weighs(&answer, shows[1]);
            let answer = phone.ask("GET", "/c/tai", "");
            let refused = phone.weighs(&answer, shows[2]);
            live.at("2026-03-06T02:00:00Z");
            let answer = phone.ask("GET", "/c/tai", "");
            let one_tap = phone.weighs(&answer, shows[3]);
            for name in ["陈小明", "王大力", "李阿婆"] {
                phone.enters("/c/tea", &format!("{name} {lang}"));
            }
            let answer = phone.ask("GET", "/c/tai", "");
            let family = phone.weighs(&answer, shows[4]);
            live.at("2026-03-05T05:00:00Z");
            let answer = phone.ask("GET", "/c/tea", "");
            let question = phone.weighs(&answer, shows[5]);
            [first, welcome, refused, one_tap, family, question]
        });
        println!("bytes of the door's pages: {worst:?}");
        drop(app);
    });
}

/// The pages that a phone may meet, in their order.
async fn walk(live: &Live, app: &TestApp, lang: &str) {
    let Some(phone) = Browser::phone().lang(lang).open().await else { return };
    let check = async |state: &str, shows: &str| {
        phone.text(shows).await;
        phone.no_horizontal_scroll().await;
        phone.is_accessible(&format!("{state}, {lang}")).await;
    };
    live.at("2026-03-05T02:00:00Z");
    phone.goto(&live.link("/c/nowhere")).await;
    check("unknown code", "body.refused").await;
    phone.goto(&live.link("/c/tai")).await;
    check("too early", "body.already").await;
    phone.goto(&live.link("/c/tea")).await;
    check("first visit", "[name=phone]").await;
    phone.fill("[name=name]", "梁惠芳").await;
    phone.fill("[name=phone]", "1390000").await;
    phone.click("button.go").await;
    check("a slip", ".field.invalid").await;
    phone.fill("[name=phone]", "139 0000 1111").await;
    phone.click("button.go").await;
    check("you are in", "body.ok").await;
    phone.goto(&live.link("/c/tea")).await;
    phone.click("ul.people button").await;
    check("already in", "body.already").await;
    live.at("2026-03-06T02:00:00Z");
    phone.goto(&live.link("/c/tai")).await;
    check("one tap", "p.hello").await;
    phone.goto(&live.link("/c/tea?another")).await;
    phone.fill("[name=name]", "陈小明").await;
    phone.fill("[name=phone]", "139 0000 1111").await;
    phone.click("button.go").await;
    phone.text("body.ok").await;
    phone.goto(&live.link("/c/tai")).await;
    check("family", "ul.people").await;
    live.at("2026-03-05T05:00:00Z");
    phone.goto(&live.link("/c/tea")).await;
    check("how was it", ".faces").await;
    phone.check("input[name=score][value='4']").await;
    phone.fill("[name=remark]", "茶好喝").await;
    phone.click("button.go").await;
    phone.not_see("13900001111").await;
    check("thank you", "h1").await;
    assert!(!phone.exists(".faces").await, "asked once");
    let errors = phone.console_errors().await;
    let real: Vec<_> = errors.iter().filter(|line| !line.contains("422") && !line.contains("404")).collect();
    assert!(real.is_empty(), "{real:?}");

    live.at("2026-03-06T02:00:10Z");
    phone.becomes(&app.sign_in("ann").await, &live.base).await;
    for rotating in ["update sessions set rotating = 0", "update sessions set rotating = 1"] {
        app.execute(rotating).await;
        for page in ["/centers/1/sessions/2/screen", "/centers/1/sessions/2", "/centers/1/sessions/1"] {
            phone.goto(&live.link(page)).await;
            check(&format!("{page}, {rotating}"), "h1").await;
        }
    }
    phone.close().await;
}

#[test]
fn every_page_at_the_door_is_for_everyone_in_chinese() {
    runtime().block_on(async {
        let (live, app) = town().await;
        walk(&live, &app, "zh-CN").await;
    });
}

#[test]
fn every_page_at_the_door_is_for_everyone_in_english() {
    runtime().block_on(async {
        let (live, app) = town().await;
        walk(&live, &app, "en").await;
    });
}

#[test]
fn wechat_without_scripts_checks_in_and_taps_once_the_next_day() {
    runtime().block_on(async {
        let (live, app) = town().await;
        app.execute("update sessions set rotating = 1").await;
        let Some(phone) = Browser::phone().calling_itself(WECHAT).without_javascript().open().await else { return };
        let Some(screen) = Browser::desktop().open().await else { return };
        let fay = app.sign_in("fay").await;
        live.at("2026-03-05T02:00:00Z");
        screen.becomes(&fay, &live.base).await;
        screen.goto(&live.link("/centers/1/sessions/1/screen")).await;
        let link = screen.read_qr(".hall .code svg").await;
        phone.goto(&link).await;
        phone.no_horizontal_scroll().await;
        phone.fill("[name=name]", "梁惠芳").await;
        phone.fill("[name=phone]", "139 0000 1111").await;
        live.at("2026-03-05T02:05:00Z");
        phone.click("button.go").await;
        phone.see("签到成功").await;
        // The screen swaps in place what changed: the code, and how many are in.
        screen.see("1 人已到").await;
        assert_ne!(screen.read_qr(".hall .code svg").await, link);
        phone.goto(&link).await;
        phone.see("已经签过了").await;

        live.at("2026-03-06T02:00:00Z");
        screen.goto(&live.link("/centers/1/sessions/2/screen")).await;
        phone.goto(&screen.read_qr(".hall .code svg").await).await;
        phone.click("button.go").await;
        phone.see("签到成功").await;
        let errors = screen.console_errors().await;
        assert!(errors.is_empty(), "{errors:?}");
        phone.close().await;
        screen.close().await;
    });
}
