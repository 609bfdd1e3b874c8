//! Agreements: several centers, two purchasers of one, what changed and why, an early end, a mistake, papers, what is charged to which, and
//! what stays as it is once it was reported.

use serde_json::{Value, json};

use crate::activities::schedules;
use crate::audit::picture;
use crate::check_in;
use crate::imports::sends_as;
use crate::periodic::{a_draft, begins, submits, writes};
use crate::support::{Answer, TestApp, User, on_both_engines};

const YEAR: [(&str, &str); 2] = [("starts_on", "2026-01-01"), ("ends_on", "2026-12-31")];

/// Concludes an agreement of the first provider for the year, or says why not.
async fn conclude(ada: &User<'_>, more: &[(&str, &str)]) -> Answer {
    ada.post("/agreements", &[&[("provider", "1")], &YEAR[..], more].concat()).await
}

/// A second purchaser of center 1, in the same days: 莞城文化站, agreement 3.
async fn two_purchasers(app: &TestApp) {
    let ada = app.sign_in("ada").await;
    ada.post("/purchasers", &[("name", "莞城文化站")]).await.is(303);
    conclude(&ada, &[("center", "1"), ("purchaser", "3"), ("number", "文购 2026-8")]).await.is(303);
}

on_both_engines! {
    async fn an_agreement_covers_several_centers_each_in_its_days(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let made = conclude(&ada, &[
            ("center", "4"), ("center", "3"), ("purchaser", "1"), ("from.4", "2026-03-01"), ("to.4", "2026-06-30"),
            ("number", "莞社购 2026-3"), ("amount", "480,000.50"), ("services", "长者服务\n青少年服务"), ("due.quarter", "15"),
        ]).await.is(303);
        assert_eq!(made.leads_to(), "/agreements/3");
        ada.get("/agreements/3").await.is(200).shows("莞社购 2026-3").shows("480,000.50 元").shows("青少年服务").shows("季报")
            .shows("2026年3月1日").shows("2026年4月15日");
        assert_eq!(app.number("select count(*) from agreement_centers where agreement_id = 3").await, 2);
        assert_eq!(app.number("select count(*) from agreement_centers where center_id = 4 and starts_on = '2026-03-01' and ends_on = '2026-06-30'").await, 1);
        assert_eq!(app.number("select amount_fen from agreements where id = 3").await, 48_000_050);
        assert_eq!(app.number("select count(*) from audit_events where action = 'agreement.concluded' and subject_id = 3").await, 2);
        let ben = app.sign_in("ben").await;
        for center in ["/centers/3/rooms", "/centers/4/rooms", "/agreements/3"] {
            ben.get(center).await.is(200);
        }
        let outside = [("center", "5"), ("purchaser", "1"), ("from.5", "2025-12-31")];
        conclude(&ada, &outside).await.is(422).shows("id=\"e-from.5\"");
        conclude(&ada, &[("purchaser", "1")]).await.is(422).shows("id=\"e-center\"");
    }

    async fn two_purchasers_may_pay_for_a_center_of_one_provider(app: TestApp) {
        let ada = app.sign_in("ada").await;
        ada.post("/purchasers", &[("name", "莞城文化站")]).await.is(303);
        let other = [("provider", "2"), ("purchaser", "3"), ("center", "1"), YEAR[0], YEAR[1]];
        ada.post("/agreements", &other).await.is(422).shows("已由另一家机构承接").shows("莞爱社会工作服务中心");
        conclude(&ada, &[("center", "1"), ("purchaser", "1")]).await.is(422).shows("这个中心在这段时间已有协议");
        conclude(&ada, &[("center", "1"), ("purchaser", "3")]).await.is(303);
        // The days after are another's to take.
        let next = [("provider", "2"), ("purchaser", "3"), ("center", "1"), ("starts_on", "2027-01-01"), ("ends_on", "2027-12-31")];
        ada.post("/agreements", &next).await.is(303);
        // Each reads its own agreement, and nobody else's.
        let (pat, pia) = (app.sign_in("pat").await, app.sign_in("pia").await);
        pat.get("/agreements/1").await.is(200).hides("/agreements/1/edit");
        pat.get("/agreements/3").await.is(404);
        pia.get("/agreements/1").await.is(404);
        assert_eq!(app.token("pat").await.get("/api/v1/agreements").await.is(200).json()["items"].as_array().unwrap().len(), 1);
        for (login, status) in [("tom", 200), ("cai", 200), ("ben", 200), ("otto", 404), ("olga", 404), ("lei", 403), ("fay", 403)] {
            app.sign_in(login).await.get("/agreements/1").await.is(status);
        }
        app.anyone().get("/agreements/1").await.is(303);
        ada.get("/agreements/999").await.is(404);
    }

    async fn what_an_agreement_said_before_is_kept_with_who_and_why(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let now = [("center", "1"), ("provider", "1"), ("purchaser", "1"), YEAR[0], YEAR[1]];
        // As it is, nothing is written, and nobody is asked why.
        ada.post("/agreements/1", &now).await.is(303);
        assert_eq!(app.number("select count(*) from agreement_versions").await, 0);
        let longer = [("center", "1"), ("provider", "1"), ("purchaser", "1"), YEAR[0], ("ends_on", "2027-06-30"), ("services", "加长者餐")];
        ada.post("/agreements/1", &longer).await.is(422).shows("id=\"e-reason\"");
        ada.post("/agreements/1", &[&longer[..], &[("reason", "补充协议一号")]].concat()).await.is(303);
        ada.get("/agreements/1").await.is(200).shows("第 2 版").shows("补充协议一号").shows("2026年12月31日").shows("2027年6月30日").shows("加长者餐");
        let told = app.token("pat").await.get("/api/v1/agreements/1/versions").await.is(200).json();
        assert_eq!(told["items"][0]["was"]["ends_on"], "2026-12-31");
        assert_eq!((&told["items"][0]["changed_by"], &told["items"][0]["reason"]), (&json!("ada"), &json!("补充协议一号")));
        // One that has not begun needs no reason.
        let to_come = [("center", "3"), ("purchaser", "1"), ("provider", "1"), ("starts_on", "2027-01-01"), ("ends_on", "2027-12-31")];
        ada.post("/agreements", &to_come).await.is(303);
        ada.post("/agreements/3", &[&to_come[..4], &[("ends_on", "2028-06-30")]].concat()).await.is(303);
        assert_eq!(app.number("select count(*) from agreement_versions where reason is null").await, 1);
    }

    async fn a_center_with_posts_of_the_agreement_is_not_left_out(app: TestApp) {
        let (ada, ben) = (app.sign_in("ada").await, app.sign_in("ben").await);
        let both = [("center", "1"), ("center", "3"), ("provider", "1"), ("purchaser", "1"), YEAR[0], YEAR[1], ("reason", "加一个中心")];
        ada.post("/agreements/1", &both).await.is(303);
        let post = [("agreement", "1"), ("title", "社工"), ("kind", "social_worker"), ("working_time", "full"), ("opened_on", "2026-01-01"), ("count", "2")];
        ben.post("/centers/3/posts", &post).await.is(303);
        ben.get("/agreements/1").await.is(200).shows("设 2 个").shows("空缺 2").shows("/centers/3/posts");
        let one = [("center", "1"), ("provider", "1"), ("purchaser", "1"), YEAR[0], YEAR[1], ("reason", "减一个中心")];
        ada.post("/agreements/1", &one).await.is(422).shows("岗位");
        ada.post("/agreements/1/void", &[("void_reason", "录错")]).await.is(422).shows("不能撤销");
    }

    async fn an_early_end_ends_the_purchasers_days(app: TestApp) {
        app.at("2026-08-05T02:00:00Z");
        let (ada, pat) = (app.sign_in("ada").await, app.sign_in("pat").await);
        pat.get("/centers/1/reports/2026-07").await.is(200);
        let end = "/agreements/1/ending";
        ada.post(end, &[("last_day", "2026-12-31"), ("end_reason", "机构退出")]).await.is(422);
        ada.post(end, &[("last_day", "2026-06-30"), ("end_reason", "")]).await.is(422);
        ada.post(end, &[("last_day", "2026-06-30"), ("end_reason", "机构退出")]).await.is(303);
        ada.get("/agreements/1").await.is(200).shows("提前结束").shows("机构退出").shows("2026年12月31日");
        pat.get("/centers/1/reports/2026-07").await.is(404);
        pat.get("/centers/1/reports/2026-06").await.is(200);
        // Another provider may have the days that are free now.
        let next = [("provider", "2"), ("purchaser", "1"), ("center", "1"), ("starts_on", "2026-07-01"), ("ends_on", "2026-12-31")];
        ada.post("/agreements", &next).await.is(303);
        let back = [("center", "1"), ("provider", "1"), ("purchaser", "1"), YEAR[0], YEAR[1], ("reason", "撤回")];
        ada.post("/agreements/1", &back).await.is(422).shows("已由另一家机构承接");
    }

    async fn what_was_mistyped_leaves_no_reach(app: TestApp) {
        let ada = app.sign_in("ada").await;
        conclude(&ada, &[("center", "3"), ("center", "4"), ("purchaser", "1")]).await.is(303);
        let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
        ben.get("/centers/3/rooms").await.is(200);
        pat.get("/centers/3/reports").await.is(200);
        ada.post("/agreements/3/void", &[("void_reason", "")]).await.is(422);
        ada.post("/agreements/3/void", &[("void_reason", "录错中心")]).await.is(303);
        ada.post("/agreements/3/void", &[("void_reason", "录错中心")]).await.is(404);
        for (who, path) in [(&ben, "/centers/3/rooms"), (&ben, "/centers/4/rooms"), (&pat, "/centers/3/reports"), (&ben, "/agreements/3"), (&pat, "/agreements/3")] {
            who.get(path).await.is(404);
        }
        ada.get("/organizations").await.is(200).hides("href=\"/agreements/3\"");
        ada.get("/agreements/3").await.is(200).shows("已撤销").shows("录错中心").hides("/agreements/3/edit");
        ada.get("/agreements/3/edit").await.is(404);
        assert_eq!(app.number("select count(*) from agreements where id = 3 and voided_at is not null").await, 1, "its row stays");
        assert_eq!(app.number("select count(*) from operators where center_id in (3, 4)").await, 0);
        // The center that another had by the mistake goes back to whom it was.
        ada.post("/agreements/2/ending", &[("last_day", "2026-03-01"), ("end_reason", "到期")]).await.is(303);
        conclude(&ada, &[("center", "2"), ("purchaser", "1"), ("from.2", "2026-03-02")]).await.is(303);
        let otto = app.sign_in("otto").await;
        otto.get("/centers/2/rooms").await.is(404);
        ada.post("/agreements/4/void", &[("void_reason", "录错")]).await.is(303);
        otto.get("/centers/2/rooms").await.is(200);
        ben.get("/centers/2/rooms").await.is(404);
        assert_eq!(app.number("select count(*) from operators where center_id = 2 and ends_on is null").await, 1);
    }

    async fn papers_are_read_by_the_parties_and_kept_by_the_provider(app: TestApp) {
        let (ada, ben, pat) = (app.sign_in("ada").await, app.sign_in("ben").await, app.sign_in("pat").await);
        let papers = "/agreements/1/documents";
        sends_as(&ben, papers, ("paper", "协议正本.png"), &picture()).await.is(303);
        sends_as(&ben, papers, ("paper", "乱码.pdf"), b"nothing").await.is(422);
        sends_as(&pat, papers, ("paper", "协议.png"), &picture()).await.is(403);
        sends_as(&app.sign_in("otto").await, papers, ("paper", "协议.png"), &picture()).await.is(404);
        let (paper, file) = (format!("{papers}/1"), format!("{papers}/1/file"));
        for (login, status) in [("ada", 200), ("ben", 200), ("pat", 200), ("tom", 200), ("cai", 200), ("otto", 404), ("pia", 404)] {
            app.sign_in(login).await.get(&file).await.is(status);
        }
        ada.get("/agreements/2/documents/1/file").await.is(404);
        let listed = app.token("pat").await.get("/api/v1/agreements/1/documents").await.is(200).json();
        assert_eq!(listed["items"][0]["added_by"], "ben");
        ada.post("/agreements/1/void", &[("void_reason", "录错")]).await.is(422).shows("不能撤销");
        ben.post(&format!("{paper}/removal"), &[("remove_reason.1", "传错")]).await.is(403);
        ada.post(&format!("{paper}/removal"), &[]).await.is(422);
        ada.post(&format!("{paper}/removal"), &[("remove_reason.1", "传错文件")]).await.is(303);
        ada.post(&format!("{paper}/removal"), &[("remove_reason.1", "传错文件")]).await.is(404);
        pat.get("/agreements/1").await.is(200).shows("传错文件");
        pat.get(&file).await.is(404);
        assert_eq!(app.number("select count(*) from files").await, 0);
    }

    async fn an_activity_is_charged_to_one_of_two(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/activities/new").await.is(200).hides("name=\"charged_to\"");
        two_purchasers(&app).await;
        ann.get("/centers/1/activities/new").await.is(200).shows("name=\"charged_to\"").shows("文购 2026-8");
        schedules(&ann, &[("charged_to", "2")]).await.is(422);
        schedules(&ann, &[("charged_to", "3")]).await.is(303);
        assert_eq!(app.number("select count(*) from sessions where charged_to = 3").await, 1);
        ann.get("/centers/1/activities/1").await.is(200).shows("莞城文化站");
        ann.get("/centers/1/activities/1/edit").await.is(200).shows("<option value=\"3\" selected>");
        let token = app.token("ann").await;
        token.post_json("/api/v1/activities/1/charging", json!({"center": 1})).await.is(204);
        assert_eq!(app.number("select count(*) from sessions where charged_to is not null").await, 0);
        token.post_json("/api/v1/activities/1/charging", json!({"center": 1, "charged_to": 2})).await.is(422);
        token.post_json("/api/v1/activities/1/charging", json!({"center": 1, "charged_to": 1})).await.is(204);
        assert_eq!(app.number("select count(*) from sessions where charged_to = 1").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'activity.charged'").await, 2);
        app.sign_in("ada").await.post("/agreements/1/void", &[("void_reason", "录错")]).await.is(422).shows("不能撤销");
    }

    async fn a_completed_session_is_charged_otherwise_with_a_reason(app: TestApp) {
        two_purchasers(&app).await;
        check_in::session(&app, None, None).await;
        let (ann, charging) = (app.sign_in("ann").await, "/centers/1/sessions/1/charging");
        ann.post(charging, &[("charged_to", "3"), ("reason", "文化站出资")]).await.is(422);
        app.execute("update sessions set status = 'completed', closed_at = 1, closed_by = 1, summary = '好'").await;
        ann.get("/centers/1/activities/1").await.is(200).shows(charging);
        // A change of the activity leaves what was held as it was.
        app.token("ann").await.post_json("/api/v1/activities/1/charging", json!({"center": 1, "charged_to": 1})).await.is(204);
        assert_eq!(app.number("select count(*) from sessions where charged_to is null").await, 1);
        ann.post(charging, &[("charged_to", "3")]).await.is(422);
        ann.post(charging, &[("charged_to", "2"), ("reason", "记错")]).await.is(422);
        ann.post(charging, &[("charged_to", "3"), ("reason", "文化站出资")]).await.is(303);
        ann.post(charging, &[("charged_to", "3"), ("reason", "文化站出资")]).await.is(303);
        assert_eq!(app.number("select charged_to from sessions").await, 3);
        assert_eq!(app.number("select count(*) from audit_events where action = 'session.charged'").await, 1);
        app.sign_in("olga").await.get(charging).await.is(404);
    }

    async fn programs_conclude_and_end_agreements(app: TestApp) {
        let ada = app.token("ada").await;
        let body = json!({
            "center": [3, 4], "from": {"4": "2026-02-01"}, "provider": 1, "purchaser": 1, "starts_on": "2025-09-01", "ends_on": "2026-08-31",
            "years_from": "start", "due": {"half_year": 10, "year": 30}, "amount": "1200",
        });
        let made = ada.post_json("/api/v1/agreements", body.clone()).await.is(201).json();
        assert_eq!((&made["amount_fen"], &made["centers"][1]["starts_on"]), (&json!(120_000), &json!("2026-02-01")));
        // By hand: half-years from 1 September end on 28 February and 31 August.
        let halves = json!([
            {"starts_on": "2025-09-01", "ends_on": "2026-02-28", "due_on": "2026-03-10"},
            {"starts_on": "2026-03-01", "ends_on": "2026-08-31", "due_on": "2026-09-10"},
        ]);
        assert_eq!((&made["reports"][0]["cycle"], &made["reports"][0]["periods"]), (&json!("half_year"), &halves));
        assert_eq!(made["reports"][1]["periods"][0]["due_on"], "2026-09-30");
        let again = ada.post_json("/api/v1/agreements", body).await.is(422).json();
        assert_eq!(again["errors"]["center"]["code"], "field.agreement_overlaps");
        let ended = json!({"last_day": "2026-01-31", "end_reason": "机构退出"});
        let ended = ada.post_json("/api/v1/agreements/3/ending", ended).await.is(200).json();
        assert_eq!((&ended["ends_on"], &ended["agreed_to"]), (&json!("2026-01-31"), &json!("2026-08-31")));
        assert_eq!(ended["centers"].as_array().unwrap().len(), 1, "one center had not begun by then");
        ada.post_json("/api/v1/agreements/3/void", json!({"void_reason": "录错"})).await.is(204);
        assert_eq!(ada.get("/api/v1/agreements/3").await.is(200).json()["centers"], json!([]));
        assert_eq!(ada.get("/api/v1/agreements").await.is(200).json()["items"].as_array().unwrap().len(), 2);
    }
}

const ONE: &str = "/api/v1/agreements/1";

/// All that the first agreement says, as a program sends it, but for what is otherwise.
fn revised(other: Value) -> Value {
    let mut body = json!({
        "center": [1], "provider": 1, "purchaser": 1, "starts_on": "2026-01-01", "ends_on": "2026-12-31", "reason": "补充协议",
    });
    body.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    body
}

fn ending(last_day: &str) -> Value {
    json!({"last_day": last_day, "end_reason": "机构退出"})
}

on_both_engines! {
    async fn an_agreement_does_not_end_before_any_of_its_centers_begins(app: TestApp) {
        app.at("2026-04-02T02:00:00Z");
        app.execute("update agreement_centers set starts_on = '2026-07-01' where agreement_id = 1").await;
        begins(&app, "month:2026-03-01").await;
        let early = [("last_day", "2026-04-15"), ("end_reason", "机构退出")];
        app.sign_in("ada").await.post("/agreements/1/ending", &early).await.is(422).shows("还没有一个中心开始");
        let told = app.token("ada").await.post_json(&format!("{ONE}/ending"), ending("2026-04-15")).await.is(422).json();
        assert_eq!(told["errors"]["last_day"]["code"], "field.no_center_begun");
        let lists = async |shown: bool| {
            for login in ["ben", "pat"] {
                let told = app.token(login).await.get("/api/v1/reports").await.is(200).text();
                assert_eq!(told.contains("month:2026-03-01"), shown, "{login}");
                app.sign_in(login).await.get("/periodic-reports").await.is(200);
            }
        };
        lists(true).await;
        // One that was left without any before that was refused stands in nobody's way.
        app.execute("delete from agreement_centers where agreement_id = 1").await;
        lists(false).await;
        app.sign_in("ben").await.get("/periodic-reports/1").await.is(404);
    }

    async fn days_that_a_report_tells_of_stay_the_agreements(app: TestApp) {
        a_draft(&app).await;
        submits(&app, "1").await;
        let (ada, page, end) = (app.token("ada").await, app.sign_in("ada").await, format!("{ONE}/ending"));
        ada.post_json(&end, ending("2026-03-20")).await.is(409).is_refused("agreement_days_submitted");
        let by_page = [("last_day", "2026-03-20"), ("end_reason", "机构退出")];
        page.post("/agreements/1/ending", &by_page).await.is(422).shows("R000001（2026-03-01 – 2026-03-31）");
        for other in [
            json!({"version": 1, "ends_on": "2026-03-20"}),
            json!({"version": 1, "starts_on": "2026-03-10"}),
            json!({"version": 1, "from": {"1": "2026-03-02"}}),
            json!({"version": 1, "to": {"1": "2026-03-30"}}),
            json!({"version": 1, "from": {"1": "2026-04-01"}}),
        ] {
            ada.post_json(ONE, revised(other)).await.is(409).is_refused("agreement_days_submitted");
        }
        // Those before and after are free, and so are all of them once it was taken back.
        ada.post_json(ONE, revised(json!({"version": 1, "starts_on": "2026-03-01", "to": {"1": "2026-03-31"}}))).await.is(200);
        app.sign_in("ben").await.post("/periodic-reports/1/withdrawal", &[]).await.is(303);
        ada.post_json(&end, ending("2026-03-20")).await.is(200);
    }

    async fn an_agreement_ends_on_the_last_day_of_what_was_accepted_at_the_earliest(app: TestApp) {
        a_draft(&app).await;
        submits(&app, "1").await;
        app.sign_in("pat").await.post("/periodic-reports/1/acceptance", &[("version", "1")]).await.is(303);
        let (ada, end) = (app.token("ada").await, format!("{ONE}/ending"));
        ada.post_json(&end, ending("2026-03-30")).await.is(409).is_refused("agreement_days_accepted");
        ada.post_json(&end, ending("2026-03-31")).await.is(200);
        // The next one's days begin after it.
        let next = [("provider", "2"), ("purchaser", "1"), ("center", "1"), ("starts_on", "2026-04-01"), ("ends_on", "2026-12-31")];
        app.sign_in("ada").await.post("/agreements", &next).await.is(303);
    }

    async fn an_agreement_in_use_keeps_its_parties(app: TestApp) {
        a_draft(&app).await;
        let ada = app.token("ada").await;
        // A draft in which nobody wrote goes with it.
        ada.post_json(ONE, revised(json!({"version": 1, "purchaser": 2}))).await.is(200);
        ada.post_json(ONE, revised(json!({"version": 2}))).await.is(200);
        writes(&app.sign_in("ben").await, "overview", "三月平稳。", "0").await;
        let told = ada.post_json(ONE, revised(json!({"version": 3, "provider": 2, "purchaser": 2}))).await.is(422).json();
        for party in ["provider", "purchaser"] {
            assert_eq!(told["errors"][party]["code"], "field.party_in_use", "{told}");
        }
        // Also once what was submitted is taken back.
        submits(&app, "1").await;
        app.sign_in("ben").await.post("/periodic-reports/1/withdrawal", &[]).await.is(303);
        writes(&app.sign_in("ben").await, "overview", "", "1").await;
        let other = [("center", "1"), ("provider", "2"), ("purchaser", "1"), YEAR[0], YEAR[1], ("reason", "录错")];
        app.sign_in("ada").await.post("/agreements/1", &other).await.is(422).shows("id=\"e-provider\"").shows("双方不能更换");
        assert_eq!(app.number("select provider_id from agreements where id = 1").await, 1);
    }

    async fn who_ran_a_center_ran_it_on_some_day(app: TestApp) {
        let ada = app.sign_in("ada").await;
        conclude(&ada, &[("center", "3"), ("purchaser", "1")]).await.is(303);
        // Mistyped: the first of them never had it.
        let other = [("center", "3"), ("provider", "2"), ("purchaser", "1"), YEAR[0], YEAR[1], ("reason", "录错机构")];
        ada.post("/agreements/3", &other).await.is(303);
        assert_eq!(app.number("select count(*) from operators where center_id = 3").await, 1);
        assert_eq!(app.number("select provider_id from operators where center_id = 3").await, 2);
        // Known late: it had the center until the other began.
        conclude(&ada, &[("center", "4"), ("purchaser", "1")]).await.is(303);
        ada.post("/agreements/4/ending", &[("last_day", "2026-02-28"), ("end_reason", "机构退出")]).await.is(303);
        let next = [("provider", "2"), ("purchaser", "1"), ("center", "4"), ("starts_on", "2026-03-01"), ("ends_on", "2026-12-31")];
        ada.post("/agreements", &next).await.is(303);
        let former = "select count(*) from operators
                      where center_id = 4 and provider_id = 1 and starts_on = '2026-01-01' and ends_on = '2026-02-28'";
        let now = "select count(*) from operators
                   where center_id = 4 and provider_id = 2 and starts_on = '2026-03-01' and ends_on is null";
        assert_eq!((app.number(former).await, app.number(now).await), (1, 1));
        assert_eq!(app.number("select count(*) from operators where ends_on < starts_on").await, 0);
    }

    async fn who_saves_over_a_newer_agreement_is_told_and_loses_nothing(app: TestApp) {
        let ada = app.sign_in("ada").await;
        ada.get("/agreements/1/edit").await.is(200).shows("name=\"version\" value=\"1\"");
        let saved = async |version: &'static str, more: (&'static str, &'static str)| {
            let seen = [("version", version), ("center", "1"), ("provider", "1"), ("purchaser", "1"), YEAR[0], YEAR[1]];
            ada.post("/agreements/1", &[&seen[..], &[("reason", "补充协议"), more]].concat()).await
        };
        saved("1", ("services", "加长者餐")).await.is(303);
        saved("1", ("payment", "分两期")).await.is(422).shows("有人改过这份协议").shows("现在是：加长者餐").shows("分两期")
            .shows("name=\"version\" value=\"2\"");
        assert_eq!(app.number("select count(*) from agreements where services = '加长者餐' and payment is null").await, 1);
        saved("2", ("payment", "分两期")).await.is(303);
        let program = app.token("ada").await;
        program.post_json(ONE, revised(json!({"version": 2, "number": "莞社购 1"}))).await.is(409).is_refused("agreement_changed");
        let told = program.post_json(ONE, revised(json!({"number": "莞社购 1"}))).await.is(422).json();
        assert_eq!(told["errors"]["version"]["code"], "field.required");
        assert_eq!(program.get(ONE).await.is(200).json()["version"], 3);
        // What ended meanwhile does not run again unseen.
        program.post_json(&format!("{ONE}/ending"), ending("2026-06-30")).await.is(200);
        program.post_json(ONE, revised(json!({"version": 3, "number": "莞社购 1"}))).await.is(409).is_refused("agreement_changed");
        program.post_json(ONE, revised(json!({"version": 4, "number": "莞社购 1"}))).await.is(200);
    }
}
