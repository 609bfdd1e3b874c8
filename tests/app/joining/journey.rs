//! A volunteer's way in a real browser, at the size of a phone, in both languages: the team's page, the form, the leader's yes on another
//! phone without a password, the own page; out again, a no with a word, and back.

use linli::store::{Db, Pool};

use crate::support::Engine;
use crate::support::browser::Browser;
use crate::support::cast::PASSWORD;
use crate::support::live::Live;

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
    let Some(live) = Live::furnished(engine) else { return };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let open = async || Browser::phone().lang(lang).open().await;
        let (Some(worker), Some(leader), Some(volunteer)) = (open().await, open().await, open().await) else { return };
        let walk = Walk { live };
        walk.worker_seeks(&worker).await;
        walk.poster_leads_to_the_team(&worker).await;
        walk.leader_is_made(&worker, &leader).await;
        walk.asks(&volunteer, "梁惠芳", "13800138000").await;
        walk.answers(&leader, true).await;
        walk.is_in_and_leaves(&volunteer).await;
        walk.asks(&volunteer, "梁惠芳", "13800138000").await;
        walk.answers(&leader, false).await;
        walk.open(&volunteer, "/me").await;
        volunteer.see("这次人满了").await;
        walk.asks(&volunteer, "梁惠芳", "13800138000").await;
        walk.answers(&leader, true).await;
        walk.open(&volunteer, "/me").await;
        assert!(volunteer.exists("form[action='/me/teams/1/leaving']").await, "back in the team");
        walk.looks_back(&leader).await;
        for browser in [worker, leader, volunteer] {
            let errors = browser.console_errors().await;
            assert!(errors.is_empty(), "{errors:?}");
            browser.close().await;
        }
    });
}

struct Walk {
    live: Live,
}

impl Walk {
    async fn poster_leads_to_the_team(&self, worker: &Browser) {
        self.open(worker, "/centers/1/teams/1/poster").await;
        assert_eq!(worker.read_qr(".poster .qr svg").await, self.live.link("/agenda/1/teams/1"));
    }

    async fn open(&self, browser: &Browser, path: &str) {
        browser.goto(&self.live.link(path)).await;
        browser.no_horizontal_scroll().await;
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let db = Db::from(Pool::open(&self.live.database_url, 1).await.unwrap());
        let number = sqlx::query_scalar(sql).fetch_one(&mut *db.read().await.unwrap()).await.unwrap();
        db.close().await;
        number
    }

    async fn worker_seeks(&self, worker: &Browser) {
        self.open(worker, "/sign-in?next=/account").await;
        worker.fill("[name=login]", "ann").await;
        worker.fill("[name=password]", PASSWORD).await;
        worker.click("main form.form .primary").await;
        worker.text(".avatar").await;
        self.open(worker, "/centers/1/teams/1/edit").await;
        worker.fill("[name=about]", "每周探访独居长者").await;
        worker.fill("[name=sought]", "有耐心的人").await;
        worker.check("[name=recruits]").await;
        worker.click("main form.form .primary").await;
        worker.text(".notice.ok[role=status]").await;
    }

    /// The leader's phone joins as everybody's does; the worker knows whose it is.
    async fn leader_is_made(&self, worker: &Browser, leader: &Browser) {
        self.asks(leader, "陈大文", "13900139000").await;
        self.open(worker, "/centers/1/teams/1/applications").await;
        worker.click("li details.ask:first-of-type summary").await;
        worker.check("form[action$='/approval'] [name=is_them]").await;
        worker.click("form[action$='/approval'] button").await;
        worker.text(".notice.ok[role=status]").await;
        self.open(worker, "/centers/1/teams/1").await;
        worker.click("form[action$='/leadership'] button").await;
        worker.text(".notice.ok[role=status]").await;
    }

    /// From the center's public page to the form, and onto the own page.
    async fn asks(&self, phone: &Browser, name: &str, number: &str) {
        self.open(phone, "/agenda/1").await;
        phone.click("#teams a[href='/agenda/1/teams/1']").await;
        phone.see("每周探访独居长者").await;
        phone.no_horizontal_scroll().await;
        phone.click("a[href$='/joining']").await;
        phone.fill("[name=name]", name).await;
        phone.no_horizontal_scroll().await;
        phone.fill("[name=phone]", number).await;
        phone.fill("[name=birth_date]", "1990-01-01").await;
        phone.fill("[name=skills]", "理发").await;
        phone.check("[name=risks]").await;
        phone.check("[name=consent]").await;
        phone.click("main form.form .primary").await;
        phone.text("#applications .badge.warn").await;
        phone.no_horizontal_scroll().await;
    }

    /// The leader's phone, without a password: from the own page to the team.
    async fn answers(&self, leader: &Browser, yes: bool) {
        self.open(leader, "/me").await;
        leader.click("a[href='/me/teams/1']").await;
        leader.see("梁惠芳").await;
        leader.not_see("13800138000").await;
        leader.no_horizontal_scroll().await;
        if yes {
            leader.click("#applications details.ask:first-of-type summary").await;
            leader.check("form[action$='/approval'] [name=is_them]").await;
            leader.no_horizontal_scroll().await;
            leader.click("form[action$='/approval'] button").await;
        } else {
            leader.click("#applications details.ask:last-of-type summary").await;
            leader.fill("form[action$='/refusal'] [name=word]", "这次人满了").await;
            leader.click("form[action$='/refusal'] button").await;
        }
        leader.text(".notice.ok[role=status]").await;
    }

    async fn is_in_and_leaves(&self, volunteer: &Browser) {
        self.open(volunteer, "/me").await;
        volunteer.see("0000025").await;
        volunteer.click("details.ask summary").await;
        volunteer.fill("form[action='/me/teams/1/leaving'] [name=reason]", "照顾孙子").await;
        volunteer.no_horizontal_scroll().await;
        volunteer.click("form[action='/me/teams/1/leaving'] button").await;
        volunteer.text(".notice.ok[role=status]").await;
        assert!(!volunteer.exists("form[action='/me/teams/1/leaving']").await);
        assert_eq!(self.number("select count(*) from team_members where left_on is not null").await, 1);
    }

    async fn looks_back(&self, leader: &Browser) {
        self.open(leader, "/me/teams/1").await;
        leader.see("0000025").await;
        leader.see("理发").await;
        let kept =
            "select count(*) from team_member_changes where change in ('joined', 'left', 'returned') and person_id = 2";
        assert_eq!(self.number(kept).await, 3);
        assert_eq!(self.number("select count(*) from people").await, 2);
    }
}
