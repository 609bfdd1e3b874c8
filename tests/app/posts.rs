//! The posts that an agreement asks of a center: filled, vacant since, given up, and told to the public.

use serde_json::{Value, json};

use crate::support::{User, on_both_engines};

async fn opens(ben: &User<'_>, title: &str, kind: &str, qualification: Value, count: i64) -> Vec<i64> {
    let body = json!({
        "center": 1, "agreement": 1, "title": title, "kind": kind, "qualification": qualification, "working_time": "full",
        "opened_on": "2026-01-01", "count": count,
    });
    let told = ben.post_json("/api/v1/posts", body).await.is(201).json();
    told["items"].as_array().unwrap().iter().map(|post| post["id"].as_i64().unwrap()).collect()
}

async fn hires(ben: &User<'_>, name: &str, phone: &str, qualification: Value) -> i64 {
    let body = json!({
        "center": 1, "name": name, "phone": phone, "kind": "social_worker", "qualification": qualification, "started_on": "2026-01-01",
    });
    ben.post_json("/api/v1/workers", body).await.is(201).json()["id"].as_i64().unwrap()
}

on_both_engines! {
    async fn a_post_is_filled_vacated_and_taken_back(app: TestApp) {
        let ben = app.token("ben").await;
        let post = opens(&ben, "一线社工", "social_worker", json!("intermediate"), 1).await[0];
        let (one, other) = (hires(&ben, "何静雯", "13500001000", json!("senior")).await, hires(&ben, "罗志文", "13500001001", json!("assistant")).await);
        let path = |what: &str| format!("/api/v1/posts/{post}/{what}");
        let fill = |worker: i64, day: &str| json!({"worker": worker, "filled_on": day});
        for (worker, day, field, code) in [
            (other, "2026-02-01", "worker", "field.post_asks_more"),
            (999, "2026-02-01", "worker", "field.not_a_choice"),
            (one, "2025-12-31", "worker", "field.not_there_then"),
            (one, "2027-01-01", "filled_on", "field.no_post_then"),
        ] {
            let faults = ben.post_json(&path("fillings"), fill(worker, day)).await.is(422).json();
            assert_eq!(faults["errors"][field]["code"], code);
        }
        let filled = ben.post_json(&path("fillings"), fill(one, "2026-02-01")).await.is(200).json();
        assert_eq!((&filled["state"], &filled["vacant_since"]), (&json!("filled"), &Value::Null));
        let third = hires(&ben, "周丽", "13500001002", json!("intermediate")).await;
        assert_eq!(ben.post_json(&path("fillings"), fill(third, "2026-01-15")).await.is(422).json()["errors"]["filled_on"]["code"], "field.filled_then");
        let told = ben.post_json(&path("fillings"), fill(third, "2026-03-01")).await.is(200).json();
        assert_eq!(told["fillings"][0]["ended_on"], "2026-03-01", "who was before is so no more");
        let told = ben.post_json(&path("fillings/2/void"), json!({})).await.is(200).json();
        assert_eq!((told["fillings"].as_array().unwrap().len(), &told["fillings"][0]["ended_on"]), (1, &Value::Null));
        let told = ben.post_json(&path("vacancy"), json!({"vacant_on": "2026-03-03"})).await.is(200).json();
        assert_eq!((&told["state"], &told["vacant_since"]), (&json!("vacant"), &json!("2026-03-03")));
        ben.post_json(&path("vacancy"), json!({"vacant_on": "2026-03-03"})).await.is(404);
        app.token("otto").await.post_json(&path("vacancy"), json!({"vacant_on": "2026-03-03"})).await.is(404);
        app.token("ann").await.post_json(&path("vacancy"), json!({"vacant_on": "2026-03-03"})).await.is(403);
    }

    async fn who_leaves_fills_no_post_and_the_public_reads_which_are_open(app: TestApp) {
        let (ben, page) = (app.token("ben").await, app.sign_in("ben").await);
        let posts = opens(&ben, "青少年社工", "social_worker", json!("assistant"), 2).await;
        let worker = hires(&ben, "何静雯", "13500001000", json!("assistant")).await;
        let filled = json!({"worker": worker, "filled_on": "2026-02-01"});
        ben.post_json(&format!("/api/v1/posts/{}/fillings", posts[0]), filled).await.is(200);
        app.anyone().get("/agenda/1").await.is(200).shows("招聘岗位").shows("青少年社工").hides("何静雯");
        app.anyone().get("/agenda/2").await.is(200).hides("招聘岗位");
        page.get("/centers/1").await.is(200).shows("1 个岗位空缺");
        ben.post_json(&format!("/api/v1/workers/{worker}/ending"), json!({"ended_on": "2026-03-05"})).await.is(200);
        let told = ben.get("/api/v1/posts?center=1&state=vacant").await.is(200).json();
        let since: Vec<_> = told["items"].as_array().unwrap().iter().map(|post| post["vacant_since"].as_str().unwrap()).collect();
        assert_eq!(since, ["2026-03-05", "2026-01-01"]);
        page.get("/centers/1").await.is(200).shows("2 个岗位空缺");
        // Who reads how the center works reads the posts; who answers for it writes.
        app.sign_in("cai").await.get("/centers/1/posts").await.is(200).shows("青少年社工").hides("/posts/new");
        page.get("/centers/1/posts?state=filled").await.is(200).shows("没有这样的岗位");
        let first = page.get("/centers/1/posts?order=vacant").await.is(200).text();
        assert!(first.find("2026年1月1日").unwrap() < first.find("2026年3月5日").unwrap(), "the longest vacant first");
        let file = page.post("/centers/1/exports", &[("list", "posts"), ("format", "csv"), ("state", "vacant")]).await.is(200).text();
        assert!(file.contains("2026-03-05") && file.contains("助理社会工作师"), "{file}");
        // With the agreement they are over.
        app.at("2027-01-01T02:00:00Z");
        let ben = app.token("ben").await;
        assert_eq!(ben.get("/api/v1/posts?center=1").await.is(200).json()["items"], json!([]));
        assert_eq!(ben.get("/api/v1/posts?center=1&state=ended").await.is(200).json()["items"].as_array().unwrap().len(), 2);
        app.anyone().get("/agenda/1").await.is(200).hides("招聘岗位");
    }

    async fn a_post_is_changed_and_given_up_and_comes_back(app: TestApp) {
        let (ben, page) = (app.token("ben").await, app.sign_in("ben").await);
        page.get("/centers/1/posts").await.is(200).shows("还没有岗位");
        let post = opens(&ben, "行政助理", "staff", Value::Null, 1).await[0];
        let revised = |version: i64| json!({
            "version": version, "agreement": 1, "title": "行政与后勤", "kind": "staff", "working_time": "part", "opened_on": "2026-02-01",
        });
        let path = format!("/api/v1/posts/{post}");
        let told = ben.post_json(&path, revised(0)).await.is(200).json();
        assert_eq!((&told["title"], &told["working_time"], &told["version"]), (&json!("行政与后勤"), &json!("part"), &json!(1)));
        ben.post_json(&path, revised(0)).await.is_refused("post_changed");
        for (agreement, day, field) in [(2, "2026-02-01", "agreement"), (1, "2025-12-31", "opened_on"), (1, "2027-01-01", "opened_on")] {
            let mut body = revised(1);
            (body["agreement"], body["opened_on"]) = (json!(agreement), json!(day));
            let faults = ben.post_json(&path, body).await.is(422).json();
            assert!(!faults["errors"][field].is_null(), "{faults}");
        }
        let unqualified = json!({"center": 1, "agreement": 1, "title": "保洁", "kind": "staff", "qualification": "senior", "working_time": "full", "opened_on": "2026-01-01", "count": 21});
        let faults = ben.post_json("/api/v1/posts", unqualified).await.is(422).json();
        assert_eq!(faults["errors"].as_object().unwrap().keys().collect::<Vec<_>>(), ["count", "qualification"]);
        let told = ben.post_json(&format!("{path}/ending"), json!({"ended_on": "2026-03-05"})).await.is(200).json();
        assert_eq!(told["state"], "ended");
        ben.post_json(&format!("{path}/ending"), json!({"ended_on": "2026-03-05"})).await.is(404);
        page.get(&format!("/centers/1/posts/{post}")).await.is(200).shows("恢复岗位");
        assert_eq!(ben.post_json(&format!("{path}/restoration"), json!({})).await.is(200).json()["state"], "vacant");
        page.get("/centers/1/audit?part=staff").await.is(200).shows("设立了岗位").shows("行政与后勤");
    }

    async fn of_two_who_are_put_into_one_post_one_is_in_it(app: TestApp) {
        let ben = app.token("ben").await;
        let (one, other) = (hires(&ben, "何静雯", "13500001000", json!("senior")).await, hires(&ben, "罗志文", "13500001001", json!("senior")).await);
        for post in opens(&ben, "一线社工", "social_worker", Value::Null, 10).await {
            let path = format!("/api/v1/posts/{post}/fillings");
            let fill = |worker: i64| json!({"worker": worker, "filled_on": "2026-03-05"});
            let (first, second) = rocket::tokio::join!(ben.post_json(&path, fill(one)), ben.post_json(&path, fill(other)));
            let mut codes = [first.status.code, second.status.code];
            codes.sort_unstable();
            assert_eq!(codes, [200, 422], "{} {}", first.text(), second.text());
        }
        assert_eq!(app.number("select count(*) from post_fillings where voided_at is null and ended_on is null").await, 10);
    }
}
