//! A day at the front desk in a real browser: a card before the camera, a network that goes away, a page that is loaded
//! again without it, and everything in the database once when it is back.
//!
//! Debian's Chromium has no `BarcodeDetector` for QR codes, so the camera's frames are read by the server, and without
//! network by nobody: the page says so.

use std::path::PathBuf;

use linli::store::{Db, Pool};
use serde_json::{Value, json};

use crate::check_in::card;
use crate::front_desk::{picture, world};
use crate::support::app::{apart, fresh_database};
use crate::support::browser::{Browser, Builder};
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, TestApp};

const DESK: &str = "/centers/1/front-desk";

struct Words {
    tag: &'static str,
    into: &'static str,
    online: &'static str,
    offline: &'static str,
    waiting: [&'static str; 3],
    blind: &'static str,
    unverified: &'static str,
    to_be_checked: &'static str,
    signed_out: &'static str,
}

const CHINESE: Words = Words {
    tag: "zh-CN",
    into: "签到成功",
    online: "已联网",
    offline: "起断网",
    waiting: ["1 条待上传", "2 条待上传", "3 条待上传"],
    blind: "断网时，这个浏览器不能识别二维码",
    unverified: "未核对",
    to_be_checked: "已记录，待核对",
    signed_out: "这台设备已停用",
};

const ENGLISH: Words = Words {
    tag: "en",
    into: "Please go in.",
    online: "Online",
    offline: "Offline since",
    waiting: ["1 waiting", "2 waiting", "3 waiting"],
    blind: "Without network this browser cannot read QR codes",
    unverified: "Unverified",
    to_be_checked: "recorded, to be checked",
    signed_out: "This device is signed out",
};

#[test]
fn on_a_tablet_in_chinese() {
    journey(Engine::Sqlite, Browser::tablet(), &CHINESE);
}

#[test]
fn on_a_phone_in_english_on_postgres() {
    journey(Engine::Postgres, Browser::phone(), &ENGLISH);
}

/// Who came along is being written down for one while the next arrives: it stays with the one, and then it is the next one's turn.
#[test]
fn company_stays_with_whom_it_came() {
    let Some(url) = fresh_database(Engine::Sqlite) else { return };
    let prepared = url.clone();
    apart(async move {
        let app = TestApp::open(&prepared).await;
        world(&app).await;
        app.execute("update sessions set capacity = 60 where id = 1").await;
        app.db().close().await;
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = Browser::tablet().lang(CHINESE.tag).open().await else { return };
        let desk = Desk { url, browser, words: &CHINESE };
        let live = Live::on(&desk.url, 0);
        desk.sign_in(&live.base).await;
        desk.net(CHINESE.online).await;
        let arrives = async |name: &str| {
            desk.browser.see(name).await;
            desk.browser.click("#people button").await;
            desk.browser.text("#result[data-kind=in]").await;
            desk.browser.click("#result-close").await;
            assert_eq!(desk.browser.text("#last-name").await, name);
        };
        arrives("梁惠芳").await;
        desk.browser.click("#company summary").await;
        desk.browser.fill("#company-heads", "2").await;
        arrives("陈大文").await;
        assert_eq!(desk.browser.text("#company-whose").await, "梁惠芳", "it stays while somebody types");
        assert_eq!(desk.browser.execute("return document.getElementById('company-heads').value", vec![]).await, "2");
        desk.browser.click("#company-form button").await;
        desk.browser.see("梁惠芳 已记下").await;
        assert_eq!(desk.browser.text("#company-whose").await, "陈大文");
        desk.browser.fill("#company-heads", "1").await;
        desk.browser.click("#company-form button").await;
        // The second and three who came along: the first is a volunteer and takes no seat.
        desk.counts("4").await;
        let with = "select count(*) from head_counts h join attendances a on a.id = h.attendance_id join people p on p.id = a.person_id
             where h.voided_at is null and (p.name = '梁惠芳' and h.heads = 2 or p.name = '陈大文' and h.heads = 1)";
        assert_eq!(desk.number(with).await, 2);
        desk.browser.close().await;
    });
}

/// Somebody new comes while there is no network: kept, sealed, and registered once when it is back.
#[test]
fn a_newcomer_is_kept_without_network() {
    let Some(url) = fresh_database(Engine::Sqlite) else { return };
    let prepared = url.clone();
    apart(async move {
        let app = TestApp::open(&prepared).await;
        world(&app).await;
        app.execute("update sessions set capacity = 60 where id = 1").await;
        app.execute("insert into consents (person_id, center_id, purpose, text_id, answer, given_on, method, recorded_at) select p.id, 1, t.purpose, t.id, 'given', '2026-03-01', 'paper', 0 from people p, consent_texts t where p.name = '陈大文' and t.purpose = 'photos'").await;
        app.db().close().await;
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = Browser::tablet().lang(CHINESE.tag).open().await else { return };
        let desk = Desk { url, browser, words: &CHINESE };
        let live = Live::on(&desk.url, 0);
        let base = live.base.clone();
        desk.sign_in(&base).await;
        desk.net(CHINESE.online).await;
        // The day's sessions are tabs, and who is expected stands below without a search.
        assert_eq!(desk.browser.text("#sessions [aria-current] b").await, "早茶会");
        desk.browser.see("陈大文").await;
        // Who has not agreed to pictures bears a sign in the list, and once they are in.
        let signs = "return [...document.querySelectorAll('#people li')].map(one => one.innerText.includes('不拍照') + one.querySelector('b').innerText)";
        let signs = desk.browser.execute(signs, vec![]).await.to_string();
        assert!(signs.contains("true梁惠芳") && signs.contains("false陈大文"), "{signs}");
        desk.browser.click("#people button").await;
        desk.browser.text("#result[data-kind=in]").await;
        desk.browser.click("#result-close").await;
        assert_eq!(desk.browser.text("#last-name").await, "梁惠芳");
        assert!(desk.browser.text("#last-text").await.contains("不拍照"));
        // A volunteer takes no seat.
        desk.counts("0").await;
        // Who came along is written down beside the name.
        desk.browser.click("#company summary").await;
        desk.browser.fill("#company-heads", "2").await;
        desk.browser.click("#company-form button").await;
        desk.browser.see("已记下").await;
        desk.counts("2").await;
        desk.browser.text("body[data-installed=yes]").await;

        let port = live.stop();
        desk.browser.fill("#q", "新街坊").await;
        assert_eq!(desk.browser.execute("return document.getElementById('new-name').value", vec![]).await, "新街坊");
        desk.browser.click("#new-form button").await;
        desk.browser.text("#result[data-kind=unverified]").await;
        desk.net(CHINESE.offline).await;
        desk.net(CHINESE.waiting[0]).await;
        desk.keeps(1, 1).await;
        desk.browser.goto(&format!("{base}{DESK}")).await;
        desk.net(CHINESE.waiting[0]).await;
        // Two companions, and whoever waits to be sent.
        desk.counts("3").await;
        desk.browser.no_horizontal_scroll().await;

        let _live = Live::on(&desk.url, port);
        desk.look_again().await;
        desk.net(CHINESE.online).await;
        desk.keeps(0, 1).await;
        assert_eq!(desk.number("select count(*) from people where name = '新街坊'").await, 1);
        assert_eq!(desk.number("select count(*) from scans where offline = 1 and outcome = 'admitted'").await, 1);
        assert_eq!(desk.browser.text("#last-name").await, "新街坊");
        desk.browser.close().await;
    });
}

/// A film of one picture, as Chromium's camera for tests plays it: Y4M, grey.
fn film(picture: &image::GrayImage, folder: &tempfile::TempDir) -> PathBuf {
    let (width, height) = picture.dimensions();
    let mut film = format!("YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n").into_bytes();
    for _ in 0..2 {
        film.extend(b"FRAME\n");
        film.extend(picture.as_raw());
        film.extend(vec![128; (width * height / 2) as usize]);
    }
    let path = folder.path().join("card.y4m");
    std::fs::write(&path, film).unwrap();
    path
}

fn journey(engine: Engine, browser: Builder, words: &'static Words) {
    let Some(url) = fresh_database(engine) else { return };
    let prepared = url.clone();
    let (hers, his) = apart(async move {
        let app = TestApp::open(&prepared).await;
        world(&app).await;
        let cards = (card(&app, 1).await, card(&app, 2).await);
        app.db().close().await;
        cards
    });
    let folder = tempfile::tempdir().unwrap();
    let film = film(&picture(&hers, 640, 480), &folder);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = browser.lang(words.tag).camera(&film).open().await else { return };
        let desk = Desk { url, browser, words };
        let live = Live::on(&desk.url, 0);
        let base = live.base.clone();
        desk.sign_in(&base).await;

        // The card before the camera.
        desk.browser.text("#result[data-kind=in]").await;
        desk.browser.see(words.into).await;
        desk.browser.see("梁惠芳").await;
        desk.net(words.online).await;
        assert_eq!(desk.number("select count(*) from attendances where session_id = 1").await, 1);
        desk.browser.click("#result-close").await;
        desk.browser.text("body[data-installed=yes]").await;

        // Nobody answers any more: it is kept, and called what it is.
        let port = live.stop();
        desk.types(&his.to_string()).await;
        desk.browser.text("#result[data-kind=unverified]").await;
        desk.browser.see(words.unverified).await;
        desk.browser.see("陈大文").await;
        desk.net(words.offline).await;
        desk.net(words.waiting[0]).await;

        // Loaded again without network.
        desk.browser.goto(&format!("{base}{DESK}")).await;
        desk.net(words.offline).await;
        desk.net(words.waiting[0]).await;
        desk.browser.see(words.blind).await;
        // The film shows the card all the time: from here on, only what the test does.
        desk.browser.click("#camera-switch").await;
        desk.browser.no_horizontal_scroll().await;
        desk.browser.fill("#q", "lxm").await;
        desk.browser.click("#people button").await;
        desk.browser.see("李小明").await;
        desk.net(words.waiting[1]).await;
        desk.types("7KD4M-QQQQQ").await;
        desk.browser.see(words.to_be_checked).await;
        desk.net(words.waiting[2]).await;
        desk.keeps(3, 1).await;

        // The network is back.
        let live = Live::on(&desk.url, port);
        desk.look_again().await;
        desk.net(words.online).await;
        desk.keeps(0, 1).await;
        assert_eq!(desk.number("select count(*) from attendances where session_id = 1").await, 3);
        assert_eq!(desk.number("select count(*) from scans where offline = 1").await, 3);
        assert_eq!(desk.number("select count(*) from scans where outcome = 'unknown_code'").await, 1);

        // Cut off while something waits: the roster goes, what waits stays, and is sent once somebody signs in again.
        _ = live.stop();
        desk.types(&hers.to_string()).await;
        desk.net(words.waiting[0]).await;
        desk.execute("update logins set revoked_at = 1").await;
        let _live = Live::on(&desk.url, port);
        desk.look_again().await;
        desk.browser.see(words.signed_out).await;
        desk.keeps(1, 0).await;
        desk.browser.not_see("梁惠芳").await;
        desk.sign_in(&base).await;
        desk.net(words.online).await;
        desk.browser.click("#camera-switch").await;
        desk.keeps(0, 1).await;
        assert_eq!(desk.number("select count(*) from attendances where session_id = 1").await, 3);

        // Cut off while nobody looks: the page is not shown any more, and the roster goes all the same.
        desk.execute("update logins set revoked_at = 1").await;
        desk.browser.goto(&format!("{base}{DESK}")).await;
        desk.browser.text("form.form").await;
        desk.keeps(0, 0).await;
        desk.browser.close().await;
    });
}

struct Desk {
    url: String,
    browser: Browser,
    words: &'static Words,
}

impl Desk {
    async fn sign_in(&self, base: &str) {
        self.browser.goto(&format!("{base}/sign-in?next={DESK}")).await;
        assert_eq!(self.browser.attr("html", "lang").await.as_deref(), Some(self.words.tag));
        self.browser.fill("[name=login]", "fay").await;
        self.browser.fill("[name=password]", PASSWORD).await;
        self.browser.click("main form.form .primary").await;
        self.browser.text("#main:not([hidden])").await;
        self.browser.no_horizontal_scroll().await;
    }

    /// As a USB scanner does: the code and Enter.
    async fn types(&self, code: &str) {
        self.browser.execute("document.getElementById('result').hidden = true", vec![]).await;
        self.browser.fill("#code", &format!("{code}\u{e007}")).await;
    }

    /// Waits until so many are there.
    async fn counts(&self, number: &str) {
        for _ in 0..50 {
            if self.browser.text("#count-n").await == number {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        assert_eq!(self.browser.text("#count-n").await, number);
    }

    /// Waits until the bar says this of the network.
    async fn net(&self, text: &str) {
        self.browser.see(text).await;
        let net = self.browser.text("#net").await;
        assert!(net.contains(text), "{net}");
    }

    /// As the browser does when a network comes back, instead of waiting for the next look.
    async fn look_again(&self) {
        self.browser.execute("dispatchEvent(new Event('online'))", vec![]).await;
    }

    /// Waits until the device keeps so many scans and days, all of them sealed.
    async fn keeps(&self, scans: i64, days: i64) {
        let wanted = json!({"queue": scans, "day": days, "plain": false});
        let mut kept = self.kept().await;
        for _ in 0..100 {
            if kept == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            kept = self.kept().await;
        }
        assert_eq!(kept, wanted);
    }

    /// How much the device keeps, and whether a name can be read in it.
    async fn kept(&self) -> Value {
        const LOOK: &str = "
            const opened = request => new Promise((ok, no) => { request.onsuccess = () => ok(request.result); request.onerror = no; });
            return (async () => {
                const db = await opened(indexedDB.open('linli-front-desk'));
                const all = name => opened(db.transaction(name).objectStore(name).getAll());
                const [queue, day] = [await all('queue'), await all('day')];
                const bytes = [...queue, ...day].map(row => new TextDecoder().decode(row.box.sealed ?? new Uint8Array()));
                const plain = [...bytes, JSON.stringify([queue, day])].some(text => text.includes('request_id') || text.includes('陈'));
                db.close();
                return { queue: queue.length, day: day.length, plain };
            })();";
        self.browser.execute(LOOK, vec![]).await
    }

    async fn db(&self) -> Db {
        Db::from(Pool::open(&self.url, 1).await.unwrap())
    }

    async fn number(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut *self.db().await.read().await.unwrap()).await.unwrap()
    }

    async fn execute(&self, sql: &'static str) {
        let mut tx = self.db().await.begin().await.unwrap();
        sqlx::query(sql).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
    }
}
