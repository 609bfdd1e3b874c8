//! The words of a report: what is looked for before it is submitted, and what is taken out of it afterwards.

use linli::periodic_reports::verifying::{Verification, verify_number};
use serde_json::{Value, json};

use crate::audit::picture_in;
use crate::check_in::people;
use crate::imports::sends_as;
use crate::periodic::{a_draft, begins, is_unchanged, submits, writes};
use crate::support::{TestApp, on_both_engines};

const REPORT: &str = "/periodic-reports/1";
const API: &str = "/api/v1/reports/1";

/// The three who are enrolled are called so.
const NAMES: [&str; 3] = [
    "update people set name = '陈秀英', name_key = '陈秀英', name_fold = '陈秀英' where id = 1",
    "update people set name = '王芳', name_key = '王芳', name_fold = '王芳' where id = 2",
    "update people set name = '李建国', name_key = '李建国', name_fold = '李建国' where id = 3",
];

/// What is found, and where: sentence, words and why.
fn told(hits: &Value) -> Vec<Value> {
    let all = hits["items"].as_array().unwrap().iter();
    all.map(|hit| json!([hit["sentence"], hit["words"], hit["why"]])).collect()
}

/// March's report in two versions, of which the second is accepted. The same overview stands in both, and the same words below the sheet.
async fn two_versions(app: &TestApp) {
    a_draft(app).await;
    let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
    writes(&ben, "overview", "一户人家得到了帮助。", "0").await;
    writes(&ben, "plan", "下月办讲座。", "0").await;
    let sheet = picture_in(30);
    sends_as(&ben, &format!("{REPORT}/evidence"), ("sheet", "签到表.png"), &sheet).await.is(303);
    ben.post(&format!("{REPORT}/evidence/1"), &[("caption", "某户的签到表")]).await.is(303);
    submits(app, "1").await;
    pat.post(&format!("{REPORT}/return"), &[("version", "1"), ("comment", "请补充")]).await.is(303);
    writes(&ben, "services", "早茶会照常。", "0").await;
    submits(app, "1").await;
    pat.post(&format!("{REPORT}/acceptance"), &[("version", "2")]).await.is(303);
}

on_both_engines! {
    async fn words_that_are_taken_out_stand_in_no_version_and_are_quoted_nowhere(app: TestApp) {
        two_versions(&app).await;
        let (ben, pat) = (app.sign_in("ben").await, app.sign_in("pat").await);
        begins(&app, "month:2026-04-01").await;
        ben.get("/periodic-reports/2").await.is(200).shows("一户人家").shows("下月办讲座。");
        let before = pat.get(&format!("{REPORT}/versions/1")).await.is(200);
        before.shows("一户人家").shows("某户的签到表");
        for place in ["overview", "evidence.1"] {
            let why = [("place", place), ("reason", "写了姓名")];
            ben.post(&format!("{REPORT}/versions/2/redaction"), &why).await.is(303);
        }
        for number in [1, 2] {
            let page = pat.get(&format!("{REPORT}/versions/{number}")).await.is(200);
            page.hides("一户人家").hides("某户的签到表").shows("下月办讲座。").shows("这段文字已删去");
            let read = app.token("pat").await.get(&format!("{API}/versions/{number}")).await.is(200).json();
            assert_eq!((&read["narrative"]["overview"], &read["narrative"]["plan"]), (&Value::Null, &json!("下月办讲座。")));
        }
        // Nor is it kept anywhere else, where the next draft would offer it.
        ben.get("/periodic-reports/2").await.is(200).hides("一户人家").shows("下月办讲座。");
        for held in [
            "select count(*) from report_chapters where content like '%一户人家%'",
            "select count(*) from report_evidence where caption is not null",
            "select count(*) from report_version_texts where content like '%一户%' or content like '%某户%'",
        ] {
            assert_eq!(app.number(held).await, 0, "{held}");
        }
        let entries = "select count(*) from audit_events where action = 'periodic_report.redacted'";
        assert_eq!(app.number(entries).await, 4, "each place of each version");
        // All of it still verifies, and says what was taken out.
        assert!(is_unchanged(&app).await);
        let mut conn = app.db().read().await.unwrap();
        let found = verify_number(&mut conn, &app.sealer, "R000001").await.unwrap();
        drop(conn);
        assert_eq!(found.len(), 2);
        for one in found {
            assert!(Verification::is_unchanged(&one), "{one:?}");
            assert_eq!(one.taken_out, ["evidence.1", "overview"]);
        }
        // Once is enough, from whichever version.
        let again = json!({"place": "overview", "reason": "写了姓名"});
        app.token("ben").await.post_json(&format!("{API}/versions/1/redaction"), again).await.is(404);
    }

    async fn what_was_taken_out_is_asked_about_when_it_is_written_again(app: TestApp) {
        a_draft(&app).await;
        let (ben, program) = (app.sign_in("ben").await, app.token("ben").await);
        let helped = "三月平稳。陈伯1得到了帮助。";
        writes(&ben, "overview", helped, "0").await;
        let hits = async || program.get(&format!("{API}/privacy")).await.is(200).json();
        let kept = json!({"hit": hits().await["items"][0]["hit"], "reason": "本人同意"});
        program.post_json(&format!("{API}/privacy"), kept).await.is(204);
        submits(&app, "1").await;
        let back = json!({"version": 1, "comment": "请删去姓名"});
        app.token("pat").await.post_json(&format!("{API}/return"), back).await.is(204);
        ben.get(REPORT).await.is(200).shows("陈伯1得到了帮助");
        let why = [("place", "overview"), ("reason", "有姓名")];
        ben.post(&format!("{REPORT}/versions/1/redaction"), &why).await.is(303);
        ben.get(REPORT).await.is(200).hides("陈伯1得到了帮助");
        writes(&ben, "overview", helped, "2").await;
        assert_eq!(told(&hits().await), [json!(["陈伯1得到了帮助。", ["陈伯1"], "name"])]);
        program.post_json(&format!("{API}/submission"), json!({})).await.is(409).is_refused("report_privacy");
        assert!(is_unchanged(&app).await);
    }

    async fn parts_of_names_what_people_are_called_by_and_numbers_are_asked_about(app: TestApp) {
        a_draft(&app).await;
        for name in NAMES {
            app.execute(name).await;
        }
        let (ben, program) = (app.sign_in("ben").await, app.token("ben").await);
        let narrative = "三月平稳。秀英来帮忙。陈阿姨唱歌！芳姐煮糖水。建国以来变化大。有事打138 0013 8002。";
        writes(&ben, "overview", narrative, "0").await;
        let sheet = picture_in(30);
        sends_as(&ben, &format!("{REPORT}/evidence"), ("sheet", "签到表.png"), &sheet).await.is(303);
        ben.post(&format!("{REPORT}/evidence/1"), &[("caption", "找芳姐，0769-22101001")]).await.is(303);
        let privacy = format!("{API}/privacy");
        let hits = program.get(&privacy).await.is(200).json();
        let expected = [
            json!(["秀英来帮忙。", ["秀英"], "name"]),
            json!(["陈阿姨唱歌！", ["陈阿姨"], "name"]),
            json!(["芳姐煮糖水。", ["芳姐"], "name"]),
            json!(["有事打138 0013 8002。", ["13800138002"], "number"]),
            json!(["找芳姐，0769-22101001。", ["芳姐", "0769-22101001"], "name"]),
        ];
        assert_eq!(told(&hits), expected);
        let submission = format!("{REPORT}/submission");
        let page = ben.get(&submission).await.is(200);
        page.shows("找到：秀英").shows("陈阿姨").shows("13800138002").shows("0769-22101001").hides("建国以来");
        ben.post(&submission, &[]).await.is(422);
        program.post_json(&format!("{API}/submission"), json!({})).await.is(409).is_refused("report_privacy");

        // However many are enrolled, it is looked up in as many statements.
        let statements = async || {
            let before = app.db().statements();
            program.get(&privacy).await.is(200);
            app.db().statements() - before
        };
        let few = statements().await;
        people(&app, 40).await;
        assert_eq!(statements().await, few);

        // Each is changed, or kept for a reason.
        ben.post(&format!("{REPORT}/evidence/1"), &[("caption", "签到表")]).await.is(303);
        for hit in hits["items"].as_array().unwrap().iter().take(4) {
            let kept = json!({"hit": hit["hit"], "reason": "本人同意写出"});
            program.post_json(&privacy, kept).await.is(204);
        }
        assert_eq!(program.get(&privacy).await.is(200).json()["items"], json!([]));
        submits(&app, "1").await;
    }
}
