//! Accident insurance of volunteers: whom a policy covers on which day, the gap before what is risky, and the insurer's list.

use serde_json::json;

use crate::support::workbook::first_sheet;
use crate::support::{TestApp, User, on_both_engines};

/// Three volunteers of the center's team, whose session on 10 March is risky.
async fn risky<'a>(app: &'a TestApp) -> User<'a> {
    let ann = app.sign_in("ann").await;
    for (name, id_number) in [("甲一", "11010519491231002X"), ("乙二", ""), ("丙三", "")] {
        ann.post("/centers/1/people", &[("name", name), ("id_number", id_number)]).await.is(303);
        let person = app.number("select max(id) from people").await.to_string();
        ann.post("/centers/1/teams/1/members", &[("person", &person)]).await.is(303);
    }
    let plan =
        [("title", "擦外墙"), ("kind", "3"), ("room", "1"), ("team", "1"), ("date", "2026-03-10"), ("starts", "09:00")];
    let plan = [
        &plan[..],
        &[
            ("ends", "10:00"),
            ("repeat", "weekly"),
            ("times", "3"),
            ("confirm", "1"),
            ("pick.2026-03-10", "book"),
            ("pick.2026-03-17", "book"),
            ("pick.2026-03-24", "book"),
        ],
    ]
    .concat();
    ann.post("/centers/1/activities", &plan).await.is(303);
    ann
}

fn policy<'a>(number: &'a str, covers: &'a str, from: &'a str, to: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("insurer", "中国人寿"), ("policy_number", number), ("covers", covers), ("valid_from", from), ("valid_to", to)]
}

async fn uncovered(app: &TestApp, session: i64) -> Vec<i64> {
    let told = app.token("ann").await.get(&format!("/api/v1/sessions/{session}/risk")).await.is(200).json();
    {
        let mut people: Vec<i64> =
            told["uncovered"].as_array().unwrap().iter().map(|one| one.as_i64().unwrap()).collect();
        people.sort_unstable();
        people
    }
}

on_both_engines! {
    async fn a_gap_is_shown_before_what_is_risky(app: TestApp) {
        let ann = risky(&app).await;
        let page = "/centers/1/sessions/1";
        ann.get(page).await.is(200).shows("没有标记为有人身危险");
        assert!(uncovered(&app, 1).await.is_empty(), "nothing is asked of what is not risky");
        ann.post(&format!("{page}/risk"), &[("risky", "1"), ("later", "1")]).await.is(303);
        assert_eq!(app.number("select count(*) from risky_sessions").await, 3);
        ann.post("/centers/1/sessions/2/risk", &[("risky", "0")]).await.is(303);
        assert_eq!(app.number("select count(*) from risky_sessions").await, 2);
        ann.get(page).await.is(200).shows("3 名队员当天没有保险").shows("丙三");
        // Named people, from the day on which they are put on the list.
        ann.post("/centers/1/insurances", &policy("P1", "people", "2026-03-01", "2026-03-15")).await.is(303);
        ann.post("/centers/1/insurances/1/people", &[("person", "1")]).await.is(303);
        ann.post("/centers/1/insurances/1/people", &[("person", "1")]).await.is(303);
        assert_eq!(app.number("select count(*) from insured_people").await, 1);
        assert_eq!((uncovered(&app, 1).await, uncovered(&app, 3).await), (vec![2, 3], vec![1, 2, 3]), "the policy ends before the 24th");
        // One of the team covers whoever serves then.
        ann.post("/centers/1/insurances", &[&policy("P2", "team", "2026-03-20", "2027-03-19")[..], &[("team", "1")]].concat()).await.is(303);
        assert!(uncovered(&app, 3).await.is_empty());
        ann.post("/centers/1/insurances/2/people", &[("person", "1")]).await.is(409).shows("不按名单保障");
        ann.post("/centers/1/insurances/2/void", &[("reason", "登记错了")]).await.is(303);
        assert_eq!(uncovered(&app, 3).await.len(), 3);
        ann.post("/centers/1/insurances", &policy("P3", "volunteers", "2026-03-01", "2026-12-31")).await.is(303);
        assert!(uncovered(&app, 1).await.is_empty() && uncovered(&app, 3).await.is_empty());
        ann.get(page).await.is(200).shows("帮忙的队员都有保险");
        // Who is taken off is covered no more, from that day.
        ann.post("/centers/1/insurances/3/void", &[("reason", "登记错了")]).await.is(303);
        ann.post("/centers/1/insurances/1/people/1/removal", &[]).await.is(303);
        ann.post("/centers/1/insurances/1/people/1/removal", &[]).await.is(404);
        assert_eq!(uncovered(&app, 1).await, [1, 2, 3]);
    }

    async fn a_policy_is_read_and_refused_like_any_form(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/insurances").await.is(200).shows("还没有登记保单");
        ann.post("/centers/1/insurances", &policy("P1", "people", "2026-03-02", "2026-03-01")).await.is(422);
        ann.post("/centers/1/insurances", &policy("P1", "team", "2026-03-01", "2026-03-02")).await.is(422);
        ann.post("/centers/1/insurances", &[&policy("P1", "team", "2026-03-01", "2026-03-02")[..], &[("team", "99")]].concat()).await.is(422);
        ann.post("/centers/1/insurances", &policy("P1", "people", "2026-03-01", "2026-03-20")).await.is(303);
        ann.post("/centers/1/insurances", &policy("P1", "people", "2026-03-01", "2026-03-20")).await.is(422).shows("已经登记了");
        ann.get("/centers/1/insurances").await.is(200).shows("即将到期");
        ann.get("/centers/1/insurances/1").await.is(200).shows("名单是空的");
        ann.post("/centers/1/insurances/1/people", &[("person", "99")]).await.is(404);
        app.sign_in("olga").await.get("/centers/1/insurances/1").await.is(404);
        app.token("olga").await.get("/api/v1/insurances/1").await.is(404);
    }

    async fn the_insurers_list_has_numbers_in_full_for_a_reason(app: TestApp) {
        let ann = risky(&app).await;
        ann.post("/centers/1/insurances", &policy("P1", "volunteers", "2026-03-01", "2026-12-31")).await.is(303);
        ann.get("/centers/1/insurances/1").await.is(200).shows("甲一").hides("11010519491231002X");
        ann.post("/centers/1/insurances/1/list", &[("reason", "")]).await.is(422);
        let file = ann.post("/centers/1/insurances/1/list", &[("reason", "报送名单")]).await.is(200);
        let rows = first_sheet(&file);
        assert_eq!(rows.len(), 4);
        assert!(rows.iter().any(|row| row[0] == "甲一" && row[3] == "11010519491231002X"), "{rows:?}");
        let detail: String = sqlx::query_scalar("select detail from audit_events where action = 'insurance.list_handed_out'")
            .fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert_eq!(detail, "报送名单, 3");
        let told = app.token("ann").await.post_json("/api/v1/insurances/1/list", json!({"reason": "对账"})).await.is(200).json();
        assert_eq!(told["items"].as_array().unwrap().len(), 3);
    }
}
