//! A month's report in real browsers: the provider's manager writes it on a phone and is stopped at a resident's name, the purchaser's
//! clerk returns it with a comment and accepts the second version; what is corrected afterwards is told by the next month's report and by
//! no other; and at a desk, in English, the quarter and the year are opened.

use linli::store::{Db, Pool};
use serde_json::{Value, json};

use crate::check_in::{request, session};
use crate::support::browser::Browser;
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, TestApp, app};

/// Twelve came, and four of them were ticked by mistake: neither is so few that it would not be told.
const RESIDENTS: [&str; 12] = [
    "梁惠芳",
    "黄丽珍",
    "李国强",
    "何伟明",
    "周小燕",
    "孙志远",
    "吴家宝",
    "冯秀兰",
    "邓永康",
    "曾淑仪",
    "彭建业",
    "潘少芬",
];

const MISTAKEN: usize = 4;

const MARCH: &str = "/periodic-reports/1";
const APRIL: &str = "/periodic-reports/2";

#[test]
fn a_report_is_written_returned_accepted_and_corrected() {
    journey(Engine::Sqlite);
}

#[test]
fn a_report_is_written_returned_accepted_and_corrected_on_postgres() {
    journey(Engine::Postgres);
}

fn journey(engine: Engine) {
    let Some(url) = app::fresh_database(engine) else { return };
    app::runtime().block_on(a_march(&url));
    let live = Live::on(&url, 0);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let phone = async || Browser::phone().open().await;
        let (Some(ben), Some(pat), Some(ann)) = (phone().await, phone().await, phone().await) else { return };
        let Some(desk) = Browser::desktop().lang("en").open().await else { return };
        let walk = Walk { live };
        walk.writes_march(&ben).await;
        walk.is_stopped_at_a_name(&ben).await;
        let first = walk.reads_and_returns(&pat).await;
        walk.mends_it(&ben).await;
        let second = walk.accepts(&pat).await;
        assert_ne!(first, second, "each version has a digest of its own");
        walk.corrects_march(&ann).await;
        walk.april_tells_of_it(&ben, &pat).await;
        walk.nothing_else_tells_of_it(&desk, &second).await;
        for browser in [ben, pat, ann, desk] {
            let errors = browser.console_errors().await;
            assert!(errors.is_empty(), "{errors:?}");
            browser.close().await;
        }
    });
}

/// On 5 March twelve residents come to one session.
async fn a_march(url: &str) {
    let app = TestApp::open(url).await;
    session(&app, None, None).await;
    let ann = app.token("ann").await;
    for name in RESIDENTS {
        let person = json!({"center": 1, "name": name, "birth_date": "1985-05-01"});
        let person = ann.post_json("/api/v1/people", person).await.is(201).json()["id"].clone();
        let comes = json!({"request_id": request(), "person_id": person, "role": "participant"});
        ann.post_json("/api/v1/sessions/1/checkins", comes).await.is(201);
    }
    app.at("2026-03-05T04:10:00Z");
    app.token("ann").await.post_json("/api/v1/sessions/1/closing", json!({"summary": "大家喝早茶"})).await.is(200);
    app.db().close().await;
}

/// The first number of each cell, of the table in what the first argument finds.
const CELLS: &str = "
    const within = document.querySelector(arguments[0]);
    const cells = within?.querySelector('table.stack')?.querySelectorAll('td.num') ?? [];
    return [...cells].map(cell => parseInt((cell.querySelector('.rows-link') ?? cell.firstChild).textContent.trim()));";

/// The same, of the section of a frozen report with this heading; null where there is none.
const CELLS_UNDER: &str = "
    const titled = part => part.querySelector(':scope > h2')?.textContent.trim() === arguments[0];
    const part = [...document.querySelectorAll('.report section')].find(titled);
    const cells = part?.querySelector('table.stack')?.querySelectorAll('td.num');
    return cells ? [...cells].map(cell => parseInt((cell.querySelector('.rows-link') ?? cell.firstChild).textContent.trim())) : null;";

/// Of the first page: sessions, visits, those without a name, persons.
const MAIN: &str = "
    const told = [...document.querySelectorAll('.report .stats > div')].slice(0, 4);
    return told.map(one => parseFloat(one.querySelector('dd').textContent));";

struct Walk {
    live: Live,
}

impl Walk {
    async fn open(&self, browser: &Browser, path: &str) {
        browser.goto(&self.live.link(path)).await;
        browser.no_horizontal_scroll().await;
    }

    async fn sign_in(&self, browser: &Browser, login: &str) {
        // Who was signed in weeks ago comes as somebody new.
        browser.cdp("Network.clearBrowserCookies", json!({})).await;
        self.open(browser, "/sign-in?next=/account").await;
        browser.fill("[name=login]", login).await;
        browser.fill("[name=password]", PASSWORD).await;
        browser.click("main form.form .primary").await;
        browser.text(".avatar").await;
    }

    /// The word of success, on the page after a redirect.
    async fn is_done(&self, browser: &Browser) {
        browser.text(".notice.ok[role=status]").await;
        browser.no_horizontal_scroll().await;
    }

    async fn number(&self, sql: &'static str) -> i64 {
        let db = Db::from(Pool::open(&self.live.database_url, 1).await.unwrap());
        let number = sqlx::query_scalar(sql).fetch_one(&mut *db.read().await.unwrap()).await.unwrap();
        db.close().await;
        number
    }

    /// Ticks periods and begins their drafts.
    async fn begins(&self, browser: &Browser, periods: &[&str]) {
        self.open(browser, "/periodic-reports/new?agreement=1").await;
        for period in periods {
            browser.check(&format!("#entry [name=period][value='{period}']")).await;
        }
        browser.click("#entry .form-actions .primary").await;
        self.is_done(browser).await;
    }

    /// From the draft, by way of what is looked at before.
    async fn submits(&self, browser: &Browser, report: &str) {
        self.open(browser, report).await;
        browser.click(&format!("a.button.primary[href='{report}/submission']")).await;
        browser.click("#submit form .primary").await;
        self.is_done(browser).await;
    }

    async fn accepts_last(&self, browser: &Browser, report: &str) {
        self.open(browser, report).await;
        browser.click(&format!("#answer form[action='{report}/acceptance'] .primary")).await;
        self.is_done(browser).await;
    }

    async fn overview(&self, browser: &Browser) -> String {
        let typed = browser.execute("return document.querySelector('#f-overview').value", vec![]).await;
        typed.as_str().unwrap().to_owned()
    }

    /// What was typed is kept without a button.
    async fn writes_march(&self, ben: &Browser) {
        self.live.at("2026-04-02T02:00:00Z");
        self.sign_in(ben, "ben").await;
        self.begins(ben, &["month:2026-03-01"]).await;
        ben.see("2026年3月").await;
        assert_eq!(ben.execute(CELLS, vec![json!("#figures")]).await, json!([1, 12, 0, 12]));
        ben.is_accessible("a draft on a phone").await;
        ben.fill("#f-overview", "三月平稳。梁惠芳得到了帮助。").await;
        ben.see("已保存").await;
        self.open(ben, MARCH).await;
        assert_eq!(self.overview(ben).await, "三月平稳。梁惠芳得到了帮助。");
        assert_eq!(self.number("select count(*) from report_chapters where chapter = 'overview'").await, 1);
    }

    async fn is_stopped_at_a_name(&self, ben: &Browser) {
        ben.click(&format!("a.button.primary[href='{MARCH}/submission']")).await;
        ben.see("梁惠芳得到了帮助。").await;
        ben.no_horizontal_scroll().await;
        ben.is_accessible("a name before it is submitted").await;
        assert!(!ben.exists("#submit form").await, "there is nothing to submit it with");
        assert_eq!(self.number("select count(*) from report_versions").await, 0);
        ben.click(&format!("#privacy a[href='{MARCH}#overview']")).await;
        ben.fill("#f-overview", "三月平稳。一位街坊得到了帮助。").await;
        ben.click("#overview form .button").await;
        self.is_done(ben).await;
        ben.click(&format!("a.button.primary[href='{MARCH}/submission']")).await;
        ben.see("没有发现居民或工作人员的姓名和电话。").await;
        ben.click("#submit form .primary").await;
        self.is_done(ben).await;
        ben.see("一位街坊得到了帮助。").await;
    }

    /// It comes to the purchaser without a name, and goes back with a word on a chapter. Gives its digest.
    async fn reads_and_returns(&self, pat: &Browser) -> String {
        self.sign_in(pat, "pat").await;
        self.open(pat, "/periodic-reports").await;
        pat.see("已提交").await;
        pat.is_accessible("what is owed, on a phone").await;
        self.open(pat, MARCH).await;
        pat.see("一位街坊得到了帮助。").await;
        for name in RESIDENTS {
            pat.not_see(name).await;
        }
        assert_eq!(pat.execute(MAIN, vec![]).await, json!([1, 12, 0, 12]));
        pat.click("#answer details > summary").await;
        pat.is_accessible("a version on a phone").await;
        pat.fill("#entry [name='comments.overview']", "请写明来了多少人").await;
        pat.click("#entry .button").await;
        self.is_done(pat).await;
        pat.see("已退回").await;
        pat.text(".report .hash").await
    }

    async fn mends_it(&self, ben: &Browser) {
        self.open(ben, "/periodic-reports").await;
        ben.see("已退回").await;
        self.open(ben, MARCH).await;
        assert!(ben.text("#overview .notice").await.contains("请写明来了多少人"));
        ben.fill("#f-overview", "三月平稳，来了十二位街坊。").await;
        ben.click("#overview form .button").await;
        self.is_done(ben).await;
        self.submits(ben, MARCH).await;
        ben.see("第 2 版").await;
    }

    /// Both texts beside each other, and a yes to the second. Gives its digest.
    async fn accepts(&self, pat: &Browser) -> String {
        self.open(pat, MARCH).await;
        pat.click(&format!("a[href='{MARCH}/differences?from=1&to=2']")).await;
        pat.see("一位街坊得到了帮助。").await;
        pat.see("来了十二位街坊。").await;
        pat.no_horizontal_scroll().await;
        pat.is_accessible("two versions on a phone").await;
        self.accepts_last(pat, MARCH).await;
        pat.see("已接受").await;
        assert!(!pat.exists("#answer").await, "it was answered");
        pat.text(".report .hash").await
    }

    /// In May a worker takes four of March's visits back.
    async fn corrects_march(&self, ann: &Browser) {
        self.live.at("2026-05-04T02:00:00Z");
        self.sign_in(ann, "ann").await;
        for attendance in 1..=MISTAKEN {
            self.open(ann, &format!("/centers/1/sessions/1/attendances/{attendance}")).await;
            ann.fill("#entry [name=reason]", "点错了人").await;
            ann.click("#entry .form-actions button").await;
            self.is_done(ann).await;
        }
        assert_eq!(self.number("select count(*) from attendances where voided_at is null").await, 8);
    }

    async fn april_tells_of_it(&self, ben: &Browser, pat: &Browser) {
        self.sign_in(ben, "ben").await;
        self.begins(ben, &["month:2026-04-01"]).await;
        assert_eq!(ben.execute(CELLS, vec![json!("#figures")]).await, json!([0, 0, 0, 0]), "April by itself");
        assert_eq!(ben.execute(CELLS, vec![json!("#adjustments")]).await, json!([-4, -4]), "visits and persons");
        ben.is_accessible("a draft with a correction").await;
        self.submits(ben, APRIL).await;
        assert_eq!(ben.execute(MAIN, vec![]).await, json!([0, 0, 0, 0]));
        self.sign_in(pat, "pat").await;
        self.open(pat, APRIL).await;
        pat.see("R000001").await;
        let told = pat.execute(CELLS_UNDER, vec![json!("以往报告期的更正")]).await;
        assert_eq!(told, json!([-4, -4]));
        self.accepts_last(pat, APRIL).await;
        // What was accepted stays as it is.
        self.open(pat, MARCH).await;
        assert_eq!(pat.execute(MAIN, vec![]).await, json!([1, 12, 0, 12]));
    }

    /// Where the list leads to from a period.
    async fn path_of(&self, desk: &Browser, name: &str) -> String {
        self.open(desk, "/periodic-reports").await;
        let find = "return [...document.querySelectorAll('a.row-link')]
            .find(link => link.textContent.trim() === arguments[0])?.getAttribute('href') ?? null;";
        let found = desk.execute(find, vec![json!(name)]).await;
        found.as_str().unwrap_or_else(|| panic!("{name} is not in the list")).to_owned()
    }

    async fn nothing_else_tells_of_it(&self, desk: &Browser, accepted: &str) {
        self.live.at("2026-06-03T02:00:00Z");
        self.sign_in(desk, "ben").await;
        self.begins(desk, &["month:2026-05-01", "quarter:2026-01-01", "year:2026-01-01"]).await;
        desk.is_accessible("what is owed, at a desk").await;
        let may = self.path_of(desk, "May 2026").await;
        let quarter = self.path_of(desk, "2026, quarter 1").await;
        let year = self.path_of(desk, "Year 2026").await;
        for (report, own) in
            [(&may, json!([0, 0, 0, 0])), (&quarter, json!([1, 8, 0, 8])), (&year, json!([1, 8, 0, 8]))]
        {
            self.open(desk, report).await;
            assert_eq!(desk.execute(CELLS, vec![json!("#figures")]).await, own, "{report}");
            assert!(!desk.exists("#adjustments").await, "{report} tells of what April told");
            desk.is_accessible(&format!("{report} at a desk")).await;
        }
        for (report, own) in [(&may, json!([0, 0, 0, 0])), (&quarter, json!([1, 8, 0, 8]))] {
            self.submits(desk, report).await;
            assert_eq!(desk.execute(MAIN, vec![]).await, own, "{report}");
            let told = desk.execute(CELLS_UNDER, vec![json!("Corrections to earlier periods")]).await;
            assert_eq!(told, Value::Null, "{report}");
            desk.is_accessible(&format!("{report} as it is frozen")).await;
        }
        // The year is not over.
        self.open(desk, &format!("{year}/submission")).await;
        assert!(!desk.exists("#submit form").await);
        self.open(desk, &format!("{MARCH}/versions/2")).await;
        assert_eq!(desk.execute(MAIN, vec![]).await, json!([1, 12, 0, 12]));
        assert_eq!(desk.text(".report .hash").await, accepted);
        desk.click("a[href^='/reports/verify/']").await;
        desk.text("h2 .badge.ok").await;
        assert!(!desk.exists("h2 .badge.bad").await, "every version is as it was submitted");
        desk.is_accessible("what was verified").await;
    }
}
