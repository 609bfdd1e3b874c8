//! Places in real browsers, at the size of a phone: a grandmother and whom she brings; a 接龙 that a worker pastes and is asked about; who moves up
//! when somebody gives a place up; who cannot come tomorrow, and who has the seat at once; and whoever is called.

use linli::store::{Db, Pool};
use serde_json::json;

use crate::check_in::{another, people, session};
use crate::support::app::{apart, fresh_database};
use crate::support::browser::Browser;
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, TestApp};

const PAGE: &str = "/agenda/1/sessions/2";
const LIST: &str = "/centers/1/sessions/2/registrations";
const CHAIN: &str = "#接龙\n明天的插花班，限5人\n1. 陈秀英 2人\n2. 王伟明\n3. 李阿姨";

#[test]
fn on_a_phone_in_chinese() {
    journey(Engine::Sqlite, "zh-CN");
}

#[test]
fn on_a_phone_in_english_on_postgres() {
    journey(Engine::Postgres, "en");
}

fn journey(engine: Engine, lang: &str) {
    let Some(url) = fresh_database(engine) else { return };
    let prepared = url.clone();
    apart(async move {
        let app = TestApp::open(&prepared).await;
        furnish(&app).await;
        app.db().close().await;
    });
    let walk = Walk { live: Live::on(&url, 0), lang: lang.to_owned() };
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let open = async || Browser::phone().lang(lang).open().await;
        let (Some(grandmother), Some(neighbour), Some(worker)) = (open().await, open().await, open().await) else {
            return;
        };
        walk.comes_with_one(&grandmother).await;
        walk.pastes(&worker).await;
        walk.somebody_moves_up(&worker).await;
        walk.waits(&neighbour).await;
        walk.cannot_come(&grandmother).await;
        walk.has_the_seat(&neighbour).await;
        walk.calls(&worker).await;
        for browser in [grandmother, neighbour, worker] {
            let errors = browser.console_errors().await;
            assert!(errors.is_empty(), "{errors:?}");
            browser.close().await;
        }
    });
}

/// A lesson of tomorrow with five seats; somebody whom the center knows, and two who are called alike.
async fn furnish(app: &TestApp) {
    session(app, None, None).await;
    another(app, "lesson", "2026-03-06", Some(5), None).await;
    people(app, 3).await;
    for called in [
        "update people set name = '陈秀英', name_key = '陈秀英', name_fold = '陈秀英' where id = 1",
        "update people set name = '王伟明', name_key = '王伟明', name_fold = '王伟明' where id > 1",
        "update people set phone_last4 = '0099' where id = 3",
    ] {
        app.execute(called).await;
    }
    let terms = json!({"mode": "recommended", "waitlist": true, "companions": 2});
    app.token("ann").await.post_json("/api/v1/activities/1/registration-terms", terms).await.is(200);
}

struct Walk {
    live: Live,
    lang: String,
}

impl Walk {
    async fn open(&self, browser: &Browser, path: &str) {
        browser.goto(&self.live.link(path)).await;
        browser.no_horizontal_scroll().await;
    }

    /// The page that stands there, by its name.
    async fn is_good(&self, browser: &Browser, page: &str) {
        browser.no_horizontal_scroll().await;
        browser.is_accessible(&format!("{page}, {}", self.lang)).await;
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let db = Db::from(Pool::open(&self.live.database_url, 1).await.unwrap());
        let number = sqlx::query_scalar(sql).fetch_one(&mut *db.read().await.unwrap()).await.unwrap();
        db.close().await;
        number
    }

    async fn seats(&self) -> i64 {
        self.number("select cast(sum(heads) as bigint) from registrations where state = 'confirmed'").await
    }

    async fn registers(&self, phone: &Browser, name: &str, number: &str, companions: &str) {
        self.open(phone, PAGE).await;
        self.is_good(phone, "a session's public page").await;
        phone.fill("#entry [name=name]", name).await;
        phone.fill("#entry [name=phone]", number).await;
        phone.fill("#entry [name=companions]", companions).await;
        phone.click("#entry .primary").await;
        phone.text(".notice.ok[role=status]").await;
        phone.see(name).await;
        self.is_good(phone, "what a link leads back to").await;
    }

    async fn comes_with_one(&self, grandmother: &Browser) {
        self.registers(grandmother, "黄秀英", "13700137000", "1").await;
        grandmother.text(".acts .badge.ok").await;
        assert_eq!(self.seats().await, 2, "hers, and one for whom she brings");
    }

    async fn pastes(&self, worker: &Browser) {
        self.open(worker, &format!("/sign-in?next={LIST}")).await;
        worker.fill("[name=login]", "ann").await;
        worker.fill("[name=password]", PASSWORD).await;
        worker.click("main form.form .primary").await;
        worker.text("#placed").await;
        worker.see("黄秀英").await;
        worker.click("main a[href$='/chain']").await;
        worker.fill("#entry [name=text]", CHAIN).await;
        self.is_good(worker, "a chain to be pasted").await;
        worker.click("#entry .primary").await;
        worker.see("陈秀英 2人").await;
        self.is_good(worker, "a chain that was read").await;
        let read = "return [0, 1, 2].map(n => [document.querySelector(`[name='pick.${n}']`).value,
            document.querySelector(`[name='companions.${n}']`).value])";
        // One is known, of one it is asked which, and one is new: nothing of it is written yet.
        assert_eq!(worker.execute(read, vec![]).await, json!([["1", "1"], ["", "0"], ["", "0"]]));
        assert_eq!(self.seats().await, 2);
        worker.select("[name='pick.1']", "3").await;
        worker.select("[name='pick.2']", "new").await;
        worker.click("#entry .primary").await;
        worker.text("#waiting").await;
        worker.see("李阿姨").await;
        self.is_good(worker, "who is registered").await;
        assert_eq!(self.seats().await, 5);
        assert_eq!(self.number("select person_id from registrations where person_id in (2, 3)").await, 3);
    }

    /// 王伟明 says no; 李阿姨 has the place.
    async fn somebody_moves_up(&self, worker: &Browser) {
        let place = self.number("select id from registrations where person_id = 3").await;
        let form = format!("form[action$='/registrations/{place}/cancellation']");
        worker.click(&format!("li:has({form}) details.ask:first-of-type summary")).await;
        worker.fill(&format!("{form} [name=word]"), "回老家").await;
        worker.no_horizontal_scroll().await;
        worker.click(&format!("{form} button")).await;
        worker.text("#ended").await;
        assert!(!worker.exists("#waiting").await, "nobody waits any more");
        assert_eq!(
            self.number("select count(*) from registrations r join people p on p.id = r.person_id where p.name = '李阿姨' and r.state = 'confirmed'")
                .await,
            1
        );
    }

    async fn waits(&self, neighbour: &Browser) {
        self.registers(neighbour, "黄小明", "13511115111", "0").await;
        neighbour.text(".acts .badge.warn").await;
        assert_eq!((self.seats().await, self.number(NEIGHBOUR).await), (5, 0));
    }

    async fn cannot_come(&self, grandmother: &Browser) {
        self.open(grandmother, "/me").await;
        self.is_good(grandmother, "the own page on the day before").await;
        grandmother.click(".notice.warn form[action^='/me/registrations/'] button").await;
        grandmother.text(".notice.ok[role=status]").await;
        assert!(!grandmother.exists("form[action^='/me/registrations/']").await, "nothing is to be given up any more");
        // At once, without anybody looking.
        assert_eq!((self.seats().await, self.number(NEIGHBOUR).await), (4, 1));
    }

    async fn has_the_seat(&self, neighbour: &Browser) {
        self.open(neighbour, "/me").await;
        neighbour.text("#places .badge.ok").await;
        neighbour.text(".notice.warn form[action^='/me/registrations/'] button").await;
        self.open(neighbour, PAGE).await;
        neighbour.see("黄小明").await;
    }

    /// Whoever has no page on a phone is on the list: one comes, one cannot.
    async fn calls(&self, worker: &Browser) {
        self.open(worker, "/centers/1/calls").await;
        worker.see("陈秀英").await;
        worker.see("李阿姨").await;
        worker.not_see("黄小明").await;
        self.is_good(worker, "who is to be called").await;
        let one = self.number("select id from registrations where person_id = 1").await;
        worker.click(&format!("form[action$='/calls/{one}'] button[value=comes]")).await;
        worker.text(".acts:has(form) .badge.info").await;
        let other = self
            .number("select r.id from registrations r join people p on p.id = r.person_id where p.name = '李阿姨'")
            .await;
        worker.click(&format!("form[action$='/calls/{other}'] button[value=cannot]")).await;
        worker.text(".acts:not(:has(form)) .badge.info").await;
        assert_eq!(
            self.number("select count(*) from registrations where call = 'comes' and state = 'confirmed'").await,
            1
        );
        assert_eq!(
            self.number("select count(*) from registrations where call = 'cannot' and state = 'cancelled'").await,
            1
        );
        assert_eq!(self.seats().await, 3);
    }
}

/// Whether the neighbour has a place.
const NEIGHBOUR: &str = "select count(*) from registrations r join people p on p.id = r.person_id
    where p.name = '黄小明' and r.state = 'confirmed'";
