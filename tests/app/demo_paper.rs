//! The demo's richest month on paper: an office files six sheets, not thirteen.

use linli::clock::{Clock, Now};
use sqlx::AssertSqlSafe;

use crate::first_use::sheets;
use crate::support::TestApp;
use crate::support::app::runtime;
use crate::support::browser::Browser;
use crate::support::live::Live;
use crate::support::program::{linli, said};

const MOST: usize = 6;

async fn texts(app: &TestApp, sql: &str) -> Vec<(i64, String)> {
    let mut conn = app.db().read().await.unwrap();
    sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(&mut *conn).await.unwrap()
}

#[test]
fn the_demo_s_richest_month_is_filed_on_six_sheets() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("demo.db").display());
    let (well, told) = said(linli(&url, &["demo"]));
    assert!(well, "{told}");
    let live = Live::on(&url, 0);
    runtime().block_on(async {
        let app = TestApp::open(&url).await;
        // The demo is of today.
        let Now(now) = Clock::system().now();
        live.clock.set(now);
        app.clock.set(now);
        let months = texts(
            &app,
            "select center_id, substr(local_date, 1, 7) from sessions where status = 'completed'
             group by center_id, substr(local_date, 1, 7) order by count(*) desc limit 1",
        )
        .await;
        let (center, month) = months.first().unwrap();
        let mut papers = vec![format!("/centers/{center}/reports/{month}/print")];
        let versions = texts(
            &app,
            "select r.id, cast(v.number as text) from report_versions v join periodic_reports r on r.id = v.report_id
             where r.kind = 'month' order by length(v.document) desc limit 1",
        )
        .await;
        papers.extend(versions.iter().map(|(id, number)| format!("/periodic-reports/{id}/versions/{number}/print")));
        assert_eq!(papers.len(), 2);
        for lang in ["zh-CN", "en"] {
            let Some(browser) = Browser::desktop().lang(lang).open().await else { return };
            browser.becomes(&app.sign_in("manager").await, &live.base).await;
            for paper in &papers {
                browser.goto(&format!("{}{paper}", live.base)).await;
                let found = sheets(&browser).await;
                assert!((2..=MOST).contains(&found), "{paper} in {lang} takes {found} sheets");
            }
            browser.close().await;
        }
    });
}
