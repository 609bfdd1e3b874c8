//! The session's page counts by itself.

use linli::store::{Db, Pool};

use crate::check_in::{SESSION, people, request, session};
use crate::support::app::{apart, fresh_database};
use crate::support::browser::Browser;
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, TestApp, on_both_engines};

on_both_engines! {
    async fn the_count_is_told_by_itself_on_its_day(app: TestApp) {
        session(&app, Some(20), None).await;
        people(&app, 2).await;
        let ann = app.sign_in("ann").await;
        let count = format!("{SESSION}/count");
        let piece = ann.get(&count).await.is(200).shows("<strong>0</strong>").shows("data-stamp=\"0-0-0-0\"").text();
        assert!(piece.len() < 1_000 && !piece.contains("<html"), "{piece}");
        let fields = [("request_id", &*request()), ("person_id", "1"), ("role", "participant")];
        ann.post(&format!("{SESSION}/attendances"), &fields).await.is(303);
        ann.get(&count).await.is(200).shows("<strong>1</strong>").shows("名额 20 人").hides("陈伯");
        app.sign_in("tom").await.get(&count).await.is(200).shows("<strong>1</strong>");
        for (moment, times) in [
            ("2026-03-04T13:00:00Z", Some(("43200", "55800"))),
            ("2026-03-04T12:59:59Z", None),
            ("2026-03-05T02:00:00Z", Some(("0", "9000"))),
            ("2026-03-05T04:29:59Z", Some(("0", "1"))),
            ("2026-03-05T04:30:00Z", None),
        ] {
            app.at(moment);
            let page = ann.get(SESSION).await.is(200);
            match times {
                Some((opens, closes)) => page.shows(&format!("data-opens=\"{opens}\" data-closes=\"{closes}\"")),
                None => page.hides("<session-count"),
            };
        }
        app.at("2026-03-05T02:00:00Z");
        app.execute("update sessions set status = 'cancelled'").await;
        ann.get(SESSION).await.is(200).hides("<session-count");
    }
}

/// In a real browser: the count grows, what is typed stays, and the roster comes when it is asked for.
#[test]
fn a_page_that_stands_open_counts_whoever_comes_by_phone() {
    let Some(url) = fresh_database(Engine::Sqlite) else { return };
    let prepared = url.clone();
    apart(async move {
        let app = TestApp::open(&prepared).await;
        session(&app, None, None).await;
        people(&app, 2).await;
        app.db().close().await;
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let Some(browser) = Browser::phone().open().await else { return };
        let live = Live::on(&url, 0);
        browser.goto(&format!("{}/sign-in?next={SESSION}", live.base)).await;
        browser.fill("[name=login]", "ann").await;
        browser.fill("[name=password]", PASSWORD).await;
        browser.click("main form.form .primary").await;
        browser.text("session-count").await;
        browser.fill("#q", "欧阳").await;
        execute(&url, "insert into attendances (session_id, person_id, part, method, came_at, recorded_at, elderly, disabled, needy, youth) select 1, 1, 'participant', 'phone', starts_at, starts_at, 0, 0, 0, 0 from sessions").await;
        // Every ten seconds, which is longer than a test waits for a text.
        for _ in 0..150 {
            if browser.exists("#fresh:not([hidden])").await {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
        browser.see("有新的签到").await;
        assert_eq!(browser.text(".live-count strong").await, "1");
        browser.not_see("陈伯1").await;
        browser.click("#fresh a").await;
        browser.see("陈伯1").await;
        let typed = browser.execute("return document.getElementById('q').value", vec![]).await;
        assert_eq!(typed, "欧阳", "what was typed stays");
        browser.no_horizontal_scroll().await;
        browser.close().await;
    });
}

/// As somebody does who comes by phone.
async fn execute(url: &str, sql: &'static str) {
    let mut tx = Db::from(Pool::open(url, 1).await.unwrap()).begin().await.unwrap();
    sqlx::query(sql).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}
