//! A certificate's way in real browsers, at the size of a phone, in both languages: asked for on the own page, issued by the worker, proven by
//! the QR on another phone, revoked, and opened again; and what it takes on paper.

use linli::store::{Db, Pool};

use super::{ALL, SIGNS, serves};
use crate::check_in::{people, session};
use crate::first_use::sheets;
use crate::support::browser::Browser;
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, TestApp};

#[test]
fn on_a_phone_in_chinese() {
    journey(Engine::Sqlite, "zh-CN");
}

#[test]
fn on_a_phone_in_english() {
    journey(Engine::Sqlite, "en");
}

#[test]
fn on_a_phone_in_english_on_postgres() {
    journey(Engine::Postgres, "en");
}

fn journey(engine: Engine, lang: &str) {
    let Some(url) = crate::support::app::fresh_database(engine) else { return };
    let live = Live::on(&url, 0);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let app = TestApp::open(&url).await;
        session(&app, None, Some(1)).await;
        let open = async || Browser::phone().lang(lang).open().await;
        let (Some(worker), Some(volunteer), Some(reader)) = (open().await, open().await, open().await) else { return };
        let walk = Walk { live, app, lang: lang.to_owned() };
        walk.comes(&volunteer, &worker).await;
        walk.asks(&volunteer).await;
        walk.issues(&worker).await;
        let proof = walk.prints(&volunteer, ("2 小时 30 分钟", "2 h 30 min")).await;
        reader.goto(&proof).await;
        reader.see(if lang == "en" { "Genuine" } else { "证明属实" }).await;
        reader.see("梁惠芳").await;
        reader.no_horizontal_scroll().await;
        walk.revokes(&worker).await;
        reader.goto(&proof).await;
        reader.see(if lang == "en" { "Revoked" } else { "已撤销" }).await;
        reader.not_see("梁惠芳").await;
        reader.no_horizontal_scroll().await;
        walk.open(&volunteer, "/me").await;
        volunteer.see(if lang == "en" { "Revoked" } else { "已撤销" }).await;
        for browser in [worker, volunteer, reader] {
            let errors = browser.console_errors().await;
            assert!(errors.is_empty(), "{errors:?}");
            browser.close().await;
        }
    });
}

pub(super) struct Walk {
    pub(super) live: Live,
    pub(super) app: TestApp,
    pub(super) lang: String,
}

impl Walk {
    pub(super) async fn open(&self, browser: &Browser, path: &str) {
        browser.goto(&self.live.link(path)).await;
        browser.no_horizontal_scroll().await;
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let db = Db::from(Pool::open(&self.live.database_url, 1).await.unwrap());
        let number = sqlx::query_scalar(sql).fetch_one(&mut *db.read().await.unwrap()).await.unwrap();
        db.close().await;
        number
    }

    /// At the door, by name and number; a worker says that the phone is theirs, and confirms the hours.
    async fn comes(&self, volunteer: &Browser, worker: &Browser) {
        self.open(volunteer, "/c/tea").await;
        volunteer.fill("[name=name]", "梁惠芳").await;
        volunteer.fill("[name=phone]", "13800138000").await;
        volunteer.click("button.go").await;
        volunteer.text(".word").await;
        self.open(worker, "/sign-in?next=/account").await;
        worker.fill("[name=login]", "ann").await;
        worker.fill("[name=password]", PASSWORD).await;
        worker.click("main form.form .primary").await;
        worker.text(".avatar").await;
        let (person, phone) =
            (self.number("select max(id) from people").await, self.number("select max(id) from phones").await);
        let ann = self.app.sign_in("ann").await;
        let confirm = format!("/centers/1/people/{person}/remembered-phones/{phone}/confirmation");
        ann.post(&confirm, &[]).await.is(303);
        serves(&self.app, person, Some(1), "", 150).await;
    }

    pub(super) async fn asks(&self, volunteer: &Browser) {
        self.open(volunteer, "/me").await;
        volunteer.click("a[href$='/certificates']").await;
        volunteer.fill("[name=purpose]", "入学积分").await;
        volunteer.no_horizontal_scroll().await;
        volunteer.click("main form.form .primary").await;
        volunteer.text(".notice.ok[role=status]").await;
        volunteer.see("入学积分").await;
        volunteer.no_horizontal_scroll().await;
    }

    pub(super) async fn issues(&self, worker: &Browser) {
        self.open(worker, ALL).await;
        worker.click("a[href$='/certificates/requests']").await;
        worker.see("入学积分").await;
        worker.no_horizontal_scroll().await;
        worker.click("a[href*='request=1']").await;
        worker.no_horizontal_scroll().await;
        for (name, value) in SIGNS {
            worker.fill(&format!("[name={name}]"), value).await;
        }
        worker.click("form#entry .primary").await;
        worker.text(".notice.ok[role=status]").await;
        worker.see("志证〔2026〕1-0001号").await;
        worker.no_horizontal_scroll().await;
    }

    /// The paper on the volunteer's own phone; what its QR says.
    pub(super) async fn prints(&self, volunteer: &Browser, time: (&str, &str)) -> String {
        self.open(volunteer, "/me").await;
        volunteer.click("a[href='/me/certificates/1']").await;
        volunteer.see(if self.lang == "en" { time.1 } else { time.0 }).await;
        volunteer.no_horizontal_scroll().await;
        volunteer.read_qr(".certificate .proof svg").await
    }

    pub(super) async fn revokes(&self, worker: &Browser) {
        self.open(worker, "/centers/1/certificates/1").await;
        worker.fill("[name=reason]", "时数更正").await;
        worker.click("form#entry .danger").await;
        worker.text(".notice.ok[role=status]").await;
    }
}

/// One service is a sheet; two certificates are two; a hundred services go on on the next.
#[test]
fn each_certificate_begins_a_sheet_of_its_own() {
    let url = crate::support::app::fresh_database(Engine::Sqlite).unwrap();
    let live = Live::on(&url, 0);
    crate::support::app::runtime().block_on(async {
        let app = TestApp::open(&url).await;
        people(&app, 2).await;
        serves(&app, 1, None, "2026-02-01", 60).await;
        for n in 0..100 {
            serves(&app, 2, None, &format!("2026-02-{:02}", n % 28 + 1), 60).await;
        }
        let ann = app.sign_in("ann").await;
        for person in ["1", "2"] {
            super::issues(&ann, &super::whom(person)).await;
        }
        let Some(browser) = Browser::desktop().open().await else { return };
        browser.becomes(&ann, &live.base).await;
        let mut counted = Vec::new();
        for path in ["1/paper", "2/paper", "papers?ids=1-2"] {
            browser.goto(&live.link(&format!("{ALL}/{path}"))).await;
            counted.push(sheets(&browser).await);
        }
        assert_eq!(counted[0], 1, "one service is one sheet");
        assert!(counted[1] > 1, "a hundred services are more than a sheet");
        assert_eq!(counted[2], counted[0] + counted[1], "one after the other");
        browser.close().await;
    });
}
