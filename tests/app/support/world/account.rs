//! What is told to others: reports that the agreement owes.

use serde_json::json;

use super::Maker;
use crate::support::app::{TestApp, User};

impl Maker<'_> {
    /// Of January a report in its second version, submitted after the first was returned; of February a draft; of March one that names somebody,
    /// with a picture and a sheet; of the quarter an empty one; and one that was written in, of a month that the agreement lost.
    pub(super) async fn reports(&mut self) {
        let app: &TestApp = self.app;
        let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
        let periods = ["month:2026-01-01", "month:2026-02-01", "month:2026-03-01", "quarter:2026-01-01"];
        let mut wanted = vec![("agreement", "1")];
        wanted.extend(periods.map(|period| ("period", period)));
        ben.post("/periodic-reports", &wanted).await.is(303);
        self.number("january", "select id from periodic_reports where starts_on = '2026-01-01' and kind = 'month'")
            .await;
        self.number("quarter", "select id from periodic_reports where kind = 'quarter'").await;
        self.number("february", "select id from periodic_reports where starts_on = '2026-02-01'").await;
        self.number("march", "select id from periodic_reports where starts_on = '2026-03-01'").await;
        app.execute(
            "insert into periodic_reports (public_id, agreement_id, kind, starts_on, ends_on, due_on, state, made_at)
             values ('STRAYSTRAYSTRAY1', 1, 'month', '2027-01-01', '2027-01-31', '2027-02-15', 'draft', 0)",
        )
        .await;
        self.number("stray", "select id from periodic_reports where starts_on = '2027-01-01'").await;
        app.execute(
            "insert into report_chapters (report_id, chapter, content, version, changed_at)
             select max(id), 'overview', '一月平稳。', 1, 0 from periodic_reports where starts_on = '2027-01-01'",
        )
        .await;
        let [january, february, march] =
            ["january", "february", "march"].map(|month| format!("/periodic-reports/{}", self.names[month]));
        writes(&ben, &january, "overview", "一月平稳。").await;
        ben.post(&format!("{january}/submission"), &[]).await.is(303);
        pat.post(&format!("{january}/return"), &[("version", "1"), ("comment", "请补充志愿服务")]).await.is(303);
        writes(&ben, &january, "volunteers", "志愿者服务长者。").await;
        ben.post(&format!("{january}/submission"), &[]).await.is(303);
        writes(&ben, &february, "overview", "二月平稳。").await;
        writes(&ben, &march, "overview", "梁惠芳得到了帮助。").await;
        let path = format!("/api/v1/reports/{}/privacy", self.names["march"]);
        let hits = app.token("ben").await.get(&path).await.is(200).json();
        self.name("hit", hits["items"][0]["hit"].as_str().unwrap_or_default());
        let photo = [("photo", self.names["session_photo"].as_str())];
        ben.post(&format!("{march}/photos"), &photo).await.is(303);
        self.number("evidence", "select max(id) from report_evidence").await;
        let sheet = crate::audit::picture();
        crate::imports::sends_as(&ben, &format!("{march}/evidence"), ("sheet", "签到表.png"), &sheet).await.is(303);
        let shown =
            app.token("ben").await.get(&format!("/api/v1/reports/{}", self.names["january"])).await.is(200).json();
        assert_eq!(shown["state"], json!("submitted"));
        self.name("public", shown["public_id"].as_str().unwrap_or_default());
    }
}

async fn writes(ben: &User<'_>, report: &str, chapter: &str, content: &str) {
    let fields = [("content", content), ("version", "0")];
    ben.post(&format!("{report}/chapters/{chapter}"), &fields).await.is(303);
}
