//! The main job, end to end, in a real browser: from the first start to the report that the purchaser reads. At the
//! size of a phone and of a desk, in both languages, on both engines; the QR code is read from the picture on the
//! screen, never from the database.

use linli::auth::setup;
use linli::store::{Db, Pool};
use serde_json::{Value, json};

use crate::support::browser::{Browser, Builder};
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, calendar};

/// What the journey needs to know of a language.
struct Words {
    tag: &'static str,
    already_in: &'static str,
    taken: &'static str,
}

const CHINESE: Words = Words { tag: "zh-CN", already_in: "已经签到", taken: "长者太极班" };
const ENGLISH: Words = Words { tag: "en", already_in: "Already", taken: "长者太极班" };

#[test]
fn on_a_phone_in_chinese() {
    journey(Engine::Sqlite, Browser::phone(), &CHINESE, "journey_a");
}

#[test]
fn at_a_desk_in_english() {
    journey(Engine::Sqlite, Browser::desktop(), &ENGLISH, "journey_b");
}

#[test]
fn on_a_phone_in_english_on_postgres() {
    journey(Engine::Postgres, Browser::phone(), &ENGLISH, "journey_c");
}

#[test]
fn at_a_desk_in_chinese_on_postgres() {
    journey(Engine::Postgres, Browser::desktop(), &CHINESE, "journey_d");
}

fn journey(engine: Engine, browser: Builder, words: &Words, name: &str) {
    let Some((live, _folder)) = Live::empty(engine, name) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = browser.lang(words.tag).open().await else { return };
        let walk = Walk { live, browser, words };
        walk.first_administrator().await;
        walk.organizations_rooms_and_accounts().await;
        walk.people_team_and_activities().await;
        walk.check_in().await;
        walk.closing().await;
        walk.report().await;
        walk.calendars();
        let errors = walk.browser.console_errors().await;
        // A form that comes back is a 422, which the console counts as a failed load; the page itself is what we want.
        let real: Vec<_> = errors.iter().filter(|line| !line.contains("422")).collect();
        assert!(real.is_empty(), "{real:?}");
        walk.browser.close().await;
    });
}

struct Walk<'a> {
    live: Live,
    browser: Browser,
    words: &'a Words,
}

impl Walk<'_> {
    async fn open(&self, path: &str) {
        self.browser.goto(&self.live.link(path)).await;
        self.browser.no_horizontal_scroll().await;
    }

    /// Fills the page's form in and sends it.
    async fn enter(&self, fields: &[(&str, &str)]) {
        for (name, value) in fields {
            let field = format!("main form.form [name='{name}']");
            match self.browser.attr(&field, "type").await.as_deref() {
                Some("radio" | "checkbox") => {
                    self.browser.check(&format!("{field}[value='{value}']")).await;
                }
                _ if self.browser.exists(&format!("main form.form select[name='{name}']")).await => {
                    self.browser.select(&field, value).await;
                }
                _ => self.browser.fill(&field, value).await,
            }
        }
        self.browser.click("main form.form .primary").await;
    }

    /// Waits for the page after a redirect: the word of success.
    async fn done(&self) {
        // The message after a redirect, not a notice that the page before shows too.
        self.browser.text(".notice.ok[role=status]").await;
        self.browser.no_horizontal_scroll().await;
    }

    async fn sign_in(&self, login: &str) {
        self.open("/account").await;
        if self.browser.exists("form[action='/sign-out']").await {
            self.browser.execute("document.querySelector(\"form[action='/sign-out']\").submit()", vec![]).await;
            self.browser.text(".portal-hero").await;
        }
        self.open("/sign-in?next=/account").await;
        self.enter(&[("login", login), ("password", PASSWORD)]).await;
        self.browser.text(".avatar").await;
    }

    async fn first_administrator(&self) {
        let secret = self.live.setup_secret().await;
        self.open(&format!("/setup/{secret}")).await;
        assert_eq!(self.browser.attr("html", "lang").await.as_deref(), Some(self.words.tag));
        self.enter(&[("name", "管理员"), ("login", "admin"), ("password", PASSWORD), ("password_again", PASSWORD)])
            .await;
        self.done().await;
        self.browser.see("罗沙社区综合服务中心").await;
    }

    async fn organizations_rooms_and_accounts(&self) {
        self.open("/providers/new").await;
        self.enter(&[("name", "莞爱社会工作服务中心")]).await;
        self.done().await;
        self.open("/purchasers/new").await;
        self.enter(&[("name", "莞城街道办事处")]).await;
        self.done().await;
        self.open("/agreements/new").await;
        let period = [("starts_on", "2026-01-01"), ("ends_on", "2026-12-31")];
        self.enter(&[&[("center", "1"), ("provider", "1"), ("purchaser", "1")], &period[..]].concat()).await;
        self.done().await;
        self.open("/centers/1/rooms/new").await;
        self.enter(&[("name", "多功能活动室"), ("kind", "2"), ("area_m2", "200"), ("capacity", "60")]).await;
        self.done().await;
        self.open("/centers/1/workers/new").await;
        self.browser.execute("document.querySelectorAll('main details').forEach(d => d.open = true)", vec![]).await;
        let worker =
            [("name", "陈静雯"), ("phone", "13800138000"), ("kind", "social_worker"), ("started_on", "2026-01-01")];
        self.enter(&[&worker[..], &[("sign_in", "1"), ("login", "jingwen")]].concat()).await;
        let for_worker = self.browser.text("#link-url").await;
        self.open("/accounts/new?role=purchaser").await;
        self.enter(&[("purchaser", "1"), ("name", "购买方"), ("login", "payer")]).await;
        let for_purchaser = self.browser.text("#link-url").await;
        for link in [for_worker, for_purchaser] {
            let (_, path) = link.trim().split_once("/invitations/").expect("a link");
            self.open(&format!("/invitations/{path}")).await;
            self.enter(&[("password", PASSWORD), ("password_again", PASSWORD)]).await;
            self.browser.text(".avatar").await;
        }
    }

    async fn people_team_and_activities(&self) {
        self.sign_in("jingwen").await;
        self.register(&[("name", "梁惠芳"), ("birth_date", "1950-08-15"), ("phone", "13900001111")], None).await;
        self.register(
            &[("name", "欧阳志强"), ("birth_date", "1985-02-01"), ("phone", "13900002222")],
            Some("disabled"),
        )
        .await;
        self.register(&[("name", "李小明"), ("birth_date", "2012-05-05")], Some("needy")).await;
        self.register(&[("name", "王大力"), ("birth_date", "1990-10-10"), ("phone", "13900003333")], None).await;
        self.open("/centers/1/teams/new").await;
        self.enter(&[("name", "邻里敬老队"), ("kind", "1"), ("founded_on", "2026-01-01")]).await;
        self.done().await;
        self.open("/centers/1/teams/1").await;
        for name in ["欧阳志强", "王大力"] {
            self.browser.fill("#candidates [name=q]", name).await;
            self.browser.submit("#candidates form").await;
            self.browser.click("#candidates .rows button").await;
            self.done().await;
        }
        self.browser.click("form[action$='/leadership'] button").await;
        self.done().await;

        let activity = [
            ("title", "长者太极班"),
            ("kind", "3"),
            ("date", "2026-03-05"),
            ("starts", "10:30"),
            ("ends", "11:30"),
            ("room", "1"),
            ("team", "1"),
        ];
        self.open("/centers/1/activities/new").await;
        self.enter(&activity).await;
        self.done().await;
        // The same room at the same time again: refused, naming what is there.
        self.open("/centers/1/activities/new").await;
        self.enter(&[&[("title", "合唱团")], &activity[1..]].concat()).await;
        assert!(self.browser.text(".error-summary").await.contains(self.words.taken));
        assert_eq!(self.browser.attr("[name=title]", "value").await.as_deref(), Some("合唱团"));
        // Weekly for a quarter, in the afternoon: every date is shown before it is booked.
        self.browser.fill("[name=starts]", "14:00").await;
        self.browser.fill("[name=ends]", "15:00").await;
        self.enter(&[("repeat", "weekly"), ("times", "13")]).await;
        self.browser.text("ul.preview").await;
        assert_eq!(self.browser.count("ul.preview > li").await, 13);
        self.browser.no_horizontal_scroll().await;
        self.browser.click("button[name=confirm]").await;
        self.done().await;
        self.open("/centers/1/week?date=2026-03-05").await;
        self.browser.see("长者太极班").await;
        self.browser.see("合唱团").await;
    }

    async fn register(&self, fields: &[(&str, &str)], granted: Option<&str>) {
        self.open("/centers/1/people/new").await;
        if let Some(group) = granted {
            self.browser.execute("document.querySelectorAll('main details').forEach(d => d.open = true)", vec![]).await;
            self.browser.check(&format!("[name={group}]")).await;
            self.browser.fill(&format!("[name='{group}.document']"), "证件").await;
            self.browser.fill(&format!("[name='{group}.valid_from']"), "2025-01-01").await;
        }
        self.enter(fields).await;
        self.done().await;
    }

    async fn check_in(&self) {
        self.open("/centers/1/sessions/1").await;
        let link = self.browser.read_qr(".qr-card svg").await;
        assert!(link.starts_with(&self.live.link("/c/")), "{link}");
        self.open("/centers/1/sessions/1/poster").await;
        assert_eq!(self.browser.read_qr(".poster .qr svg").await, link);

        // A resident's own phone: name and number once, one tap ever after.
        let Some(phone) = Browser::phone().lang(self.words.tag).without_javascript().open().await else { return };
        phone.goto(&link).await;
        phone.no_horizontal_scroll().await;
        phone.fill("[name=name]", "梁惠芳").await;
        phone.fill("[name=phone]", "139 0000 1111").await;
        phone.click("button.go").await;
        phone.text("body.ok").await;
        phone.see("梁惠芳").await;
        phone.goto(&link).await;
        phone.click("ul.people button").await;
        phone.text("body.already").await;
        phone.see(self.words.already_in).await;
        phone.close().await;

        // The worker ticks another, found by the initials of her name, and counts heads.
        self.open("/centers/1/sessions/1").await;
        self.browser.fill("#q", "lxm").await;
        self.browser.submit("main form[role=search]").await;
        self.browser.click("ul.roster button.tick").await;
        self.done().await;
        // More elderly than heads: what is wrong has the focus, though it stands far below the field for the scanner.
        self.browser.click("#heads > summary").await;
        self.browser.fill("#heads [name=heads]", "3").await;
        self.browser.click("#heads .reveal summary").await;
        self.browser.fill("#heads [name=elderly]", "4").await;
        self.browser.click("#heads .form-actions button").await;
        self.browser.text("#faults:focus").await;
        self.browser.fill("#heads [name=elderly]", "0").await;
        self.browser.click("#heads .form-actions button").await;
        self.done().await;
        self.browser.fill("#q", "ouyang").await;
        self.browser.submit("main form[role=search]").await;
        self.browser.click("ul.roster button[value=volunteer]").await;
        self.done().await;
        assert_eq!(self.browser.text(".live-count strong").await, "5");
    }

    async fn closing(&self) {
        self.live.at("2026-03-05T04:05:00Z");
        self.open("/centers/1/sessions/1/closing").await;
        // He forgot to sign out: his minutes count only because the worker says so.
        self.browser.check("input[name^='confirm']").await;
        self.enter(&[("summary", "天气好，来的人多。")]).await;
        self.done().await;
        self.browser.see("天气好，来的人多。").await;
    }

    async fn report(&self) {
        self.open("/centers/1/reports/2026-03").await;
        self.numbers(json!([1, 5, 2, 1.5])).await;
        // The purchaser reads of months that are over.
        self.live.at("2026-04-01T02:00:00Z");
        self.sign_in("payer").await;
        self.open("/home").await;
        self.open("/centers/1/reports/2026-03").await;
        // Two people and one volunteer are too few to be told.
        self.numbers(json!([1, 5, null, null])).await;
        for name in ["梁惠芳", "李小明", "欧阳志强"] {
            self.browser.not_see(name).await;
        }
        self.live.at("2026-03-05T04:05:00Z");
    }

    /// One session; two named participants and three heads; an hour and a half by a volunteer.
    async fn numbers(&self, told: Value) {
        let numbers = "return [...document.querySelectorAll('.report .stats > div')].slice(0, 4).map(d => parseFloat(d.querySelector('dd').textContent))";
        let shown = self.browser.execute(numbers, vec![]).await;
        assert_eq!(shown, told, "sessions, visits, persons, hours");
    }

    fn calendars(&self) {
        let feed = self.live.get("/calendar/centers/1.ics");
        let events = calendar::parse(&feed);
        if let Some(events) = events {
            assert_eq!(events.len(), 14, "{events:?}");
            assert!(
                events.iter().any(|event| event.summary == "长者太极班" && event.starts == "2026-03-05T10:30:00+08:00")
            );
        }
        let one = self.live.get("/calendar/sessions/1.ics");
        if let Some(events) = calendar::parse(&one) {
            assert_eq!(events.len(), 1);
        }
    }
}

impl Live {
    /// The one-time link's secret, as the server printed it at its start.
    async fn setup_secret(&self) -> String {
        let pool = Pool::open(&self.database_url, 1).await.unwrap();
        let db = Db::from(pool);
        while !made_one(&db).await {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        let secret = setup::link(&db, &self.sealer, self.clock.now()).await.unwrap();
        secret.expect("no account yet")
    }
}

/// Whether the server made its link; before that there may be no table yet.
async fn made_one(db: &Db) -> bool {
    let links = sqlx::query_scalar::<_, i64>("select count(*) from setup_links");
    links.fetch_one(&mut *db.read().await.unwrap()).await.is_ok_and(|links| links > 0)
}
