//! A department receives the reports of the agreements that name it: what their purchaser reads, in the same days, and no more.

use serde_json::json;

use crate::support::on_both_engines;

const MARCH: &str = "/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01";

on_both_engines! {
    async fn a_department_reads_and_cannot_write(app: TestApp) {
        let dan = app.sign_in("dan").await;
        dan.get("/centers/1/reports").await.is(200).shows("/centers/1/reports/2026-03");
        for ending in ["", ".csv", ".xlsx", ".docx", "/print"] {
            dan.get(&format!("/centers/1/reports/2026-03{ending}")).await.is(200);
        }
        dan.get("/reports?period=2026-03").await.is(200).shows("罗沙").hides("堑头");
        dan.get("/agreements/1/recipients").await.is(200).shows("莞城社会事务办公室").hides("/removal");
        for path in ["/centers/1", "/centers/1/people", "/centers/1/week", "/centers/1/teams", "/centers/1/changeover", "/departments"] {
            dan.get(path).await.is(403);
        }
        dan.post("/agreements/1/recipients", &[("department", "1")]).await.is(403);
        dan.post("/agreements/1/recipients/1/removal", &[]).await.is(403);
        // Another center's, and months outside the agreement's days.
        dan.get("/centers/2/reports").await.is(404);
        dan.get("/agreements/2/recipients").await.is(404);
        for month in ["2025-12", "2027-01"] {
            dan.get(&format!("/centers/1/reports/{month}")).await.is(404);
        }
        let program = app.token("dan").await;
        program.get(MARCH).await.is(200);
        program.get("/api/v1/summary?scope=center:1&from=2026-03-02&to=2026-04-01").await.is(409).is_refused("not_a_report_s_period");
        program.get("/api/v1/summary?scope=center:2&from=2026-03-01&to=2026-04-01").await.is(404);
        program.get("/api/v1/agreements/1/recipients").await.is(200);
        program.post_json("/api/v1/agreements/1/recipients", json!({"department": 1})).await.is(403);
    }

    async fn it_is_told_what_the_purchaser_is_told(app: TestApp) {
        let body = json!({"center": 1, "name": "何静雯", "phone": "13500001000", "kind": "social_worker", "started_on": "2026-01-01"});
        app.token("ben").await.post_json("/api/v1/workers", body).await.is(201);
        let told = async |who: &str| app.token(who).await.get(MARCH).await.is(200).json();
        assert_eq!(told("dan").await, told("pat").await);
        app.sign_in("dan").await.get("/centers/1/reports/2026-03").await.is(200).hides("何静雯");
    }

    async fn removal_ends_its_reach(app: TestApp) {
        let (ada, dan) = (app.sign_in("ada").await, app.sign_in("dan").await);
        ada.post("/agreements/1/recipients", &[("department", "1")]).await.is(422).shows("这个部门已经在抄送名单里");
        ada.post("/agreements/1/recipients", &[("department", "99")]).await.is(422);
        ada.post("/agreements/1/recipients/1/removal", &[]).await.is(303);
        ada.post("/agreements/1/recipients/1/removal", &[]).await.is(404);
        for path in ["/centers/1/reports", "/centers/1/reports/2026-03", "/centers/1/reports/2026-03.csv", "/agreements/1/recipients"] {
            dan.get(path).await.is(404);
        }
        dan.get("/reports?period=2026-03").await.is(200).hides("罗沙");
        app.token("dan").await.get(MARCH).await.is(404);
        ada.get("/agreements/1/recipients").await.is(200).shows("以前的");
        ada.post("/agreements/1/recipients", &[("department", "1")]).await.is(303);
        dan.get("/centers/1/reports/2026-03").await.is(200);
    }

    async fn of_two_purchasers_each_reads_its_days(app: TestApp) {
        // Pat's agreement ends with June; the other purchaser pays from July on, with the same provider.
        for sql in [
            "update agreements set ends_on = '2026-06-30' where id = 1",
            "update agreement_centers set ends_on = '2026-06-30' where agreement_id = 1",
            "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at)
             values (1, 2, '2026-07-01', '2026-12-31', 0)",
            "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
             select max(id), 1, '2026-07-01', '2026-12-31' from agreements",
        ] {
            app.execute(sql).await;
        }
        app.at("2026-07-15T02:00:00Z");
        for (login, june, july) in [("pat", 200, 404), ("dan", 200, 404), ("pia", 404, 200), ("ben", 200, 200), ("tom", 200, 200)] {
            let user = app.sign_in(login).await;
            for ending in ["", ".csv", ".xlsx", ".docx", "/print"] {
                user.get(&format!("/centers/1/reports/2026-06{ending}")).await.is(june);
                user.get(&format!("/centers/1/reports/2026-07{ending}")).await.is(july);
            }
            let program = app.token(login).await;
            program.get("/api/v1/summary?scope=center:1&from=2026-06-01&to=2026-07-01").await.is(june);
            program.get("/api/v1/summary?scope=center:1&from=2026-07-01&to=2026-08-01").await.is(july);
        }
        app.sign_in("pat").await.get("/agreements/1/recipients").await.is(200);
        app.sign_in("pia").await.get("/agreements/1/recipients").await.is(404);
    }

    async fn its_account_is_made_like_any_other(app: TestApp) {
        let ada = app.sign_in("ada").await;
        ada.post("/departments", &[("name", "莞城社会事务办公室")]).await.is(422).shows("这个名称已经有了");
        ada.get("/accounts/new?role=department").await.is(200).shows("莞城社会事务办公室");
        let account = [("name", "陈科长"), ("login", "chen"), ("role", "department"), ("department", "1")];
        ada.post("/accounts", &account).await.is(303);
        ada.get("/accounts").await.is(200).shows("莞城社会事务办公室");
        ada.post("/accounts", &[("name", "李科长"), ("login", "li.ke"), ("role", "department"), ("department", "9")]).await.is(422);
    }
}
