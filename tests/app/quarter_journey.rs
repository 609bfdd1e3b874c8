//! A worker plans a quarter around 国庆 in a real browser, at a desk and on a phone, and counts what it takes; a residents' group asks for a
//! room by phone and reads the worker's condition; and the month hangs on the wall.

use std::cell::Cell;

use linli::store::{Db, Pool};

use crate::first_use::sheets;
use crate::support::Engine;
use crate::support::browser::{Browser, Builder};
use crate::support::cast::PASSWORD;
use crate::support::live::Live;

/// Monday 21 September 2026, 10:00: the quarter begins on a Thursday, which is 国庆.
const NOW: &str = "2026-09-21T02:00:00Z";

/// What a weekly class and a fortnightly clinic take, from the week's page to the saved series. By hand: for each to the form, the kind, the
/// rhythm, the room, to the preview, and saved; and once back to the list. Typed: the title, the day and how often, and the clinic's times.
const CLICKS: u32 = 6 + 7;
const FIELDS: u32 = 3 + 5;

/// A click takes a practised hand two seconds, a field six: the title is the longest.
const SECONDS: (u32, u32) = (2, 6);

struct Words {
    tag: &'static str,
    holiday: &'static str,
    twelve: &'static str,
    waits: &'static str,
    approved: &'static str,
    /// The Thursdays on which the class is in October: not on the first.
    thursdays: &'static str,
}

const CHINESE: Words = Words {
    tag: "zh-CN",
    holiday: "国庆节",
    twelve: "12 场",
    waits: "待答复",
    approved: "已同意",
    thursdays: "8、15、22、29日",
};

const ENGLISH: Words = Words {
    tag: "en",
    holiday: "National Day",
    twelve: "12 sessions",
    waits: "Waits",
    approved: "Approved",
    thursdays: "on 8, 15, 22, 29",
};

#[test]
fn a_quarter_is_planned_at_a_desk() {
    journey(Engine::Sqlite, Browser::desktop(), &CHINESE);
}

#[test]
fn a_quarter_is_planned_on_a_phone_in_english_on_postgres() {
    journey(Engine::Postgres, Browser::phone(), &ENGLISH);
}

fn journey(engine: Engine, browser: Builder, words: &Words) {
    let Some(live) = Live::furnished(engine) else { return };
    live.at(NOW);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let phone = Browser::phone().lang(words.tag).open();
        let (Some(browser), Some(phone)) = (browser.lang(words.tag).open().await, phone.await) else { return };
        let worker = Planning { live, browser, words, clicks: Cell::new(0), fields: Cell::new(0) };
        worker.sign_in().await;
        worker.plans_a_weekly_class().await;
        worker.plans_a_fortnightly_clinic().await;
        worker.has_counted().await;
        let link = worker.a_group_asks(&phone).await;
        worker.approves_with_a_condition().await;
        worker.the_group_reads_it(&phone, &link).await;
        worker.looks_at_the_wall().await;
        for browser in [worker.browser, phone] {
            let errors = browser.console_errors().await;
            assert!(errors.is_empty(), "{errors:?}");
            browser.close().await;
        }
    });
}

struct Planning<'a> {
    live: Live,
    browser: Browser,
    words: &'a Words,
    clicks: Cell<u32>,
    fields: Cell<u32>,
}

impl Planning<'_> {
    async fn open(&self, path: &str) {
        self.browser.goto(&self.live.link(path)).await;
        self.browser.no_horizontal_scroll().await;
    }

    async fn sign_in(&self) {
        self.open("/sign-in?next=/account").await;
        self.browser.fill("[name=login]", "ann").await;
        self.browser.fill("[name=password]", PASSWORD).await;
        self.browser.click("main form.form .primary").await;
        self.browser.text(".avatar").await;
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let db = Db::from(Pool::open(&self.live.database_url, 1).await.unwrap());
        let number = sqlx::query_scalar(sql).fetch_one(&mut *db.read().await.unwrap()).await.unwrap();
        db.close().await;
        number
    }

    async fn clicks(&self, css: &str) {
        self.browser.click(css).await;
        self.clicks.set(self.clicks.get() + 1);
    }

    async fn ticks(&self, name: &str, value: &str) {
        self.browser.check(&format!("#entry [name={name}][value='{value}']")).await;
        self.clicks.set(self.clicks.get() + 1);
    }

    async fn chooses(&self, name: &str, value: &str) {
        self.browser.select(&format!("#entry [name={name}]"), value).await;
        self.clicks.set(self.clicks.get() + 1);
    }

    async fn types(&self, name: &str, text: &str) {
        self.browser.fill(&format!("#entry [name={name}]"), text).await;
        self.fields.set(self.fields.get() + 1);
    }

    /// The word of success, on the page after a redirect.
    async fn is_done(&self) {
        self.browser.text(".notice.ok[role=status]").await;
        self.browser.no_horizontal_scroll().await;
    }

    /// Thursdays from two to half past three, as the form proposes: twelve, of which the first would be 国庆.
    async fn plans_a_weekly_class(&self) {
        self.open("/centers/1/week").await;
        self.clicks(".page-head a.primary").await;
        self.types("title", "八段锦班").await;
        self.ticks("kind", "3").await;
        self.types("date", "2026-10-01").await;
        self.ticks("repeat", "weekly").await;
        self.types("times", "12").await;
        self.chooses("room", "1").await;
        self.clicks("#entry .form-actions .primary").await;
        self.browser.see(self.words.holiday).await;
        self.browser.see(self.words.twelve).await;
        self.browser.no_horizontal_scroll().await;
        self.browser.is_accessible(&format!("preview, {}", self.words.tag)).await;
        assert_eq!(self.number("select count(*) from sessions").await, 0, "nothing is saved by looking");
        self.clicks("button[name=confirm]").await;
        self.is_done().await;
        let planned =
            "select count(*) from sessions where activity_id = 1 and status = 'planned' and local_date > '2026-10-03'";
        assert_eq!(self.number(planned).await, 12);
    }

    async fn plans_a_fortnightly_clinic(&self) {
        self.clicks("nav.crumbs a[href='/centers/1/activities']").await;
        self.clicks("a.primary[href='/centers/1/activities/new']").await;
        self.types("title", "中医义诊").await;
        self.ticks("kind", "3").await;
        self.types("date", "2026-10-02").await;
        self.types("starts", "09:00").await;
        self.types("ends", "11:00").await;
        self.ticks("repeat", "fortnightly").await;
        self.types("times", "6").await;
        self.chooses("room", "2").await;
        self.clicks("#entry .form-actions .primary").await;
        self.browser.see(self.words.holiday).await;
        self.clicks("button[name=confirm]").await;
        self.is_done().await;
        let kept = "select count(*) from sessions where activity_id = 2 and status = 'planned'
                    and local_date in ('2026-10-16', '2026-10-30', '2026-11-13', '2026-11-27', '2026-12-11', '2026-12-25')";
        assert_eq!(self.number(kept).await, 6);
        assert_eq!(self.number("select count(*) from sessions where status = 'skipped'").await, 2, "国庆 twice");
    }

    /// Under two minutes.
    async fn has_counted(&self) {
        let (clicks, fields) = (self.clicks.get(), self.fields.get());
        let seconds = clicks * SECONDS.0 + fields * SECONDS.1;
        println!("a quarter around 国庆, {}: {clicks} clicks, {fields} fields, {seconds} seconds", self.words.tag);
        assert!(clicks <= CLICKS && fields <= FIELDS, "{clicks} clicks, {fields} fields");
        assert!(seconds < 120, "{seconds} seconds");
        assert_eq!(self.number("select count(*) from sessions where status = 'planned'").await, 18);
    }

    /// From the center's public page, without an account; gives the address of the answer.
    async fn a_group_asks(&self, phone: &Browser) -> String {
        phone.goto(&self.live.link("/agenda/1")).await;
        phone.no_horizontal_scroll().await;
        phone.click("a[href='/agenda/1/request']").await;
        for (name, value) in [
            ("group_name", "8 栋楼友会"),
            ("name", "黄秀英"),
            ("phone", "13511115111"),
            ("date", "2026-10-10"),
            ("starts", "14:00"),
            ("ends", "16:00"),
            ("heads", "15"),
            ("purpose", "商量加装电梯"),
        ] {
            phone.fill(&format!("#entry [name={name}]"), value).await;
        }
        phone.check("#entry [name=promise]").await;
        phone.is_accessible(&format!("a wish for a room, {}", self.words.tag)).await;
        phone.click("#entry .form-actions .primary").await;
        phone.see(self.words.waits).await;
        phone.no_horizontal_scroll().await;
        let path = phone.execute("return location.pathname", vec![]).await;
        path.as_str().expect("an address").to_owned()
    }

    /// The worker finds it on the center's page and grants a room, on a condition.
    async fn approves_with_a_condition(&self) {
        self.open("/centers/1").await;
        self.browser.click("a.row-link[href='/centers/1/room-requests']").await;
        self.browser.click("a.row-link[href='/centers/1/room-requests/1']").await;
        self.browser.see("8 栋楼友会").await;
        self.browser.no_horizontal_scroll().await;
        self.browser.select("#entry [name=room]", "1").await;
        self.browser.fill("#entry [name=word]", "用后关空调").await;
        self.browser.click("#entry .form-actions .primary").await;
        self.is_done().await;
        let booked = "select count(*) from bookings where kind = 'request' and room_id = 1 and released_at is null";
        assert_eq!(self.number(booked).await, 1);
    }

    async fn the_group_reads_it(&self, phone: &Browser, link: &str) {
        phone.goto(&self.live.link(link)).await;
        phone.see(self.words.approved).await;
        phone.see("用后关空调").await;
        phone.see("二楼多功能活动室").await;
    }

    /// October on paper: the class in one line with its Thursdays, the clinic by its dates, and nothing of the group.
    async fn looks_at_the_wall(&self) {
        self.open("/centers/1/week").await;
        self.browser.click("a[href='/centers/1/wall']").await;
        self.browser.click("a[href='?month=2026-10&paper=a4']").await;
        self.browser.see(self.words.thursdays).await;
        let sheet = self.browser.text(".wall").await;
        for text in ["八段锦班", "14:00–15:30", "二楼多功能活动室", "中医义诊", "09:00–11:00", "书画室", "16", "30"]
        {
            assert!(sheet.contains(text), "{text} is not in {sheet}");
        }
        assert_eq!(sheet.matches("八段锦班").count(), 1, "{sheet}");
        assert_eq!(sheet.matches("中医义诊").count(), 2, "{sheet}");
        assert!(!sheet.contains("8 栋楼友会"), "{sheet}");
        // It is printed at the desk.
        if self.words.tag == CHINESE.tag {
            assert_eq!(sheets(&self.browser).await, 1);
        }
    }
}
