//! A center's workers and their accounts; the catalogs; the audit.

use serde_json::{Value, json};

use crate::support::{cast, on_both_engines};

const JINGWEN: [(&str, &str); 10] = [
    ("name", "何静雯"),
    ("phone", "13500001234"),
    ("kind", "social_worker"),
    ("qualification", "intermediate"),
    ("certificate_number", "20154419001234"),
    ("started_on", "2026-01-04"),
    ("sign_in", "1"),
    ("login", "jingwen"),
    ("password", cast::PASSWORD),
    ("password_again", cast::PASSWORD),
];

/// The same worker as a program sends her.
fn jingwen() -> Value {
    let mut fields: serde_json::Map<String, Value> =
        JINGWEN.iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    fields.insert("center".to_owned(), json!(1));
    fields.insert("sign_in".to_owned(), json!(true));
    fields.into()
}

on_both_engines! {
    async fn a_program_takes_a_worker_on_and_lets_her_go(app: TestApp) {
        let ben = app.token("ben").await;
        app.token("otto").await.post_json("/api/v1/workers", jingwen()).await.is(404);
        let faults = ben.post_json("/api/v1/workers", json!({"center": 1, "kind": "staff", "qualification": "senior"})).await.is(422).json();
        let keys: Vec<_> = faults["errors"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["name", "phone", "qualification", "started_on"]);
        let made = ben.post_json("/api/v1/workers", jingwen()).await.is(201).hides("13500001234").hides(cast::PASSWORD).json();
        assert_eq!((&made["login"], &made["qualification"], &made["ended_on"]), (&json!("jingwen"), &json!("intermediate"), &Value::Null));
        let mut again = jingwen();
        again["login"] = json!("wenwen");
        assert_eq!(ben.post_json("/api/v1/workers", again).await.is(422).json()["errors"]["name"]["code"], "field.works_here");
        assert_eq!(ben.get("/api/v1/workers?center=1").await.is(200).json()["items"], json!([made]));

        let program = app.token("jingwen").await;
        program.get("/api/v1/people?center=1").await.is(200);
        let ending = format!("/api/v1/workers/{}/ending", made["id"]);
        ben.post_json(&ending, json!({"ended_on": "2025-12-31"})).await.is(422);
        app.token("otto").await.post_json(&ending, json!({"ended_on": "2026-03-05"})).await.is(404);
        assert_eq!(ben.post_json(&ending, json!({"ended_on": "2026-03-05"})).await.is(200).json()["ended_on"], "2026-03-05");
        ben.post_json(&ending, json!({"ended_on": "2026-03-05"})).await.is(404);
        program.get("/api/v1/people?center=1").await.is(401);
    }

    async fn a_worker_comes_with_an_account_and_loses_it_on_leaving(app: TestApp) {
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/workers", &JINGWEN).await.is(303);
        ben.get("/centers/1/workers").await.is(200).shows("何静雯").shows("社会工作师").shows("jingwen");
        let jingwen = app.sign_in("jingwen").await;
        jingwen.get("/centers/1/people").await.is(200).shows("何静雯");
        jingwen.get("/centers/2/people").await.is(404);
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2025-12-31")]).await.is(422).shows("结束不能早于开始");
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-05")]).await.is(303);
        assert!(jingwen.get("/centers/1/people").await.leads_to().starts_with("/sign-in"));
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-05")]).await.is(404);
        ben.get("/centers/1/workers").await.is(200).shows("已离职");
    }

    async fn who_leaves_on_a_day_to_come_works_until_then(app: TestApp) {
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/workers", &JINGWEN).await.is(303);
        let (jingwen, program) = (app.sign_in("jingwen").await, app.token("jingwen").await);
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-07")]).await.is(303);
        ben.get("/centers/1/workers").await.is(200).shows("即将离职").hides("已离职");
        let enters = async || app.anyone().post("/sign-in", &[("login", "jingwen"), ("password", cast::PASSWORD)]).await.status.code;
        // The last second of 6 March in Dongguan.
        app.at("2026-03-06T15:59:59Z");
        jingwen.get("/centers/1/people").await.is(200);
        jingwen.get("/centers/1/activities/new").await.is(200).shows("何静雯");
        assert_eq!(enters().await, 303);
        app.at("2026-03-06T16:00:00Z");
        assert!(jingwen.get("/centers/1/people").await.leads_to().starts_with("/sign-in"));
        program.get("/api/v1/centers").await.is(401);
        assert_eq!(enters().await, 422);
        let ben = app.sign_in("ben").await;
        ben.get("/centers/1/workers").await.is(200).shows("已离职");
    }

    async fn who_works_in_two_centers_loses_the_one_on_its_day(app: TestApp) {
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/workers", &JINGWEN).await.is(303);
        app.execute("insert into account_scopes (account_id, center_id) select id, 2 from accounts where login = 'jingwen'").await;
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-07")]).await.is(303);
        let jingwen = app.sign_in("jingwen").await;
        jingwen.get("/centers/1/people").await.is(200);
        app.at("2026-03-06T16:00:00Z");
        jingwen.get("/centers/1/people").await.is(404);
        jingwen.get("/centers/2/people").await.is(200);
    }

    async fn an_end_to_come_is_changed_and_taken_back(app: TestApp) {
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/workers", &JINGWEN).await.is(303);
        let ends = async |day: &str| ben.post("/centers/1/workers/1/ending", &[("ended_on", day)]).await;
        ends("2026-03-07").await.is(303);
        ben.get("/centers/1/workers/1").await.is(200).shows("更改离职日期").shows("value=\"2026-03-07\"").shows("不离职了");
        ends("2026-03-09").await.is(303);
        app.at("2026-03-07T16:00:00Z");
        let jingwen = app.sign_in("jingwen").await;
        jingwen.get("/centers/1/people").await.is(200);
        let ben = app.token("ben").await;
        let stays = ben.post_json("/api/v1/workers/1/ending", json!({"stays": true})).await.is(200).json();
        assert_eq!(stays["ended_on"], Value::Null);
        app.at("2026-04-01T02:00:00Z");
        let jingwen = app.sign_in("jingwen").await;
        jingwen.get("/centers/1/people").await.is(200);
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-04-01")]).await.is(303);
        for change in [("ended_on", "2026-05-01"), ("stays", "1")] {
            ben.post("/centers/1/workers/1/ending", &[change]).await.is(404);
        }
        ben.get("/centers/1/workers/1").await.is(200).hides("不离职了");
        assert_eq!(app.number("select count(*) from audit_events where action = 'worker.stays'").await, 1);
    }

    async fn nobody_is_twice_a_worker_at_one_time(app: TestApp) {
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/workers", &JINGWEN).await.is(303);
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-10")]).await.is(303);
        let from = |day| [JINGWEN[0], JINGWEN[1], JINGWEN[2], ("started_on", day)];
        ben.post("/centers/1/workers", &from("2026-03-09")).await.is(422).shows("已经是本中心的工作人员");
        ben.post("/centers/1/workers", &from("2026-03-10")).await.is(303);
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-11")]).await.is(422).shows("已经是本中心的工作人员");
        ben.post("/centers/1/workers/1/ending", &[("stays", "1")]).await.is(422);
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-08")]).await.is(303);
    }

    async fn who_leads_is_there_on_the_day(app: TestApp) {
        let (ann, ben) = (app.token("ann").await, app.sign_in("ben").await);
        ben.post("/centers/1/workers", &JINGWEN).await.is(303);
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-20")]).await.is(303);
        let tea = |date: &str, times: i64| json!({"center": 1, "title": "早茶会", "kind": 3, "room": 1, "worker": 1, "date": date,
            "starts": "09:00", "ends": "10:00", "repeat": if times > 1 { "weekly" } else { "once" },
            "times": if times > 1 { json!(times) } else { Value::Null }, "on_conflict": "fail"});
        for (date, times) in [("2026-03-20", 1), ("2026-03-06", 3)] {
            let faults = ann.post_json("/api/v1/activities", tea(date, times)).await.is(422).json();
            assert_eq!(faults["errors"]["worker"]["code"], "field.worker_gone", "{date}");
        }
        ann.post_json("/api/v1/activities", tea("2026-03-06", 2)).await.is(201);
        let place = json!({"room": 1, "worker": 1, "date": "2026-03-13", "starts": "09:00", "ends": "10:00", "scope": "all"});
        let faults = ann.post_json("/api/v1/sessions/1/schedule", place).await.is(422).json();
        assert_eq!(faults["errors"]["worker"]["code"], "field.worker_gone");
        ann.post_json("/api/v1/sessions/2/cancellation", json!({"reason": "台风"})).await.is(200);
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-10")]).await.is(303);
        let restored = ann.post_json("/api/v1/sessions/2/restoration", json!({})).await.is(200).json();
        assert_eq!(restored["worker_id"], Value::Null, "who has left by then does not come back with it");
        // Entered afterwards: who has left since led it.
        app.at("2026-03-16T02:00:00Z");
        app.sign_in("ann").await.get("/centers/1/activities/new").await.is(200).shows("何静雯 (3月10日");
        app.token("ann").await.post_json("/api/v1/activities", tea("2026-03-09", 1)).await.is(201);
        app.token("ann").await.post_json("/api/v1/activities", tea("2026-03-10", 1)).await.is(422);
    }

    async fn what_is_known_of_a_worker_is_changed_and_warned_of(app: TestApp) {
        let (ben, page) = (app.token("ben").await, app.sign_in("ben").await);
        ben.post_json("/api/v1/workers", jingwen()).await.is(201);
        page.get("/centers/1/workers/1/edit").await.is(200).shows("value=\"20154419001234\"");
        let record = |valid_to: &str, version: i64| json!({
            "version": version, "kind": "social_worker", "qualification": "senior", "certificate_number": "2015", "certificate_valid_to": valid_to,
            "work_field": "justice", "found_by": "open_call", "started_on": "2026-01-04",
        });
        // Sixty days from the fifth of March are the fourth of May.
        let told = ben.post_json("/api/v1/workers/1", record("2026-05-05", 0)).await.is(200).json();
        assert_eq!((&told["work_field"], &told["version"]), (&json!("justice"), &json!(1)));
        page.get("/centers/1/workers").await.is(200).hides("到期</span>");
        page.get("/centers/1").await.is(200).hides("60 天内到期");
        ben.post_json("/api/v1/workers/1", record("2026-05-04", 0)).await.is_refused("worker_changed");
        ben.post_json("/api/v1/workers/1", record("2026-05-04", 1)).await.is(200);
        ben.post_json("/api/v1/workers/1", record("2026-05-04", 2)).await.is(200);
        assert_eq!(app.number("select count(*) from audit_events where action = 'worker.revised'").await, 2, "the third said nothing new");
        page.get("/centers/1/workers").await.is(200).shows("证书 2026年5月4日 到期").shows("1 人的证书");
        page.get("/centers/1/workers/1").await.is(200).shows("证书 2026年5月4日 到期").shows("司法矫正").shows("公开招聘").shows("修改了工作人员资料");
        page.get("/centers/1").await.is(200).shows("1 人的证书已过期或 60 天内到期");
        app.sign_in("ann").await.get("/centers/1").await.is(200).hides("证书");
        assert_eq!(ben.get("/api/v1/workers?center=1&expiring=true").await.is(200).json()["items"].as_array().unwrap().len(), 1);
        page.get("/centers/1/workers?kind=staff").await.is(200).shows("没有符合条件的工作人员");
        page.get("/centers/1/workers?state=left").await.is(200).hides("何静雯");
        page.get("/centers/1/workers?state=present&order=expiry&qualification=senior").await.is(200).shows("何静雯");
        let file = page.post("/centers/1/exports", &[("list", "workers"), ("format", "csv"), ("expiring", "1")]).await.is(200).text();
        assert!(file.contains("司法矫正") && file.contains("2026-05-04"), "{file}");
        let file = page.post("/centers/1/exports", &[("list", "workers"), ("format", "csv"), ("kind", "staff")]).await.is(200).text();
        assert!(!file.contains("何静雯"), "cut as the list is: {file}");
        let faults = ben.post_json("/api/v1/workers/1", json!({"version": 2, "kind": "staff", "qualification": "senior", "started_on": "2026-01-04"})).await.is(422).json();
        assert_eq!(faults["errors"]["qualification"]["code"], "field.staff_unqualified");
    }

    async fn general_staff_comes_from_the_community_first(app: TestApp) {
        let ben = app.token("ben").await;
        // Its provider runs another center as well.
        app.execute("insert into operators (center_id, provider_id, starts_on) values (3, 1, '2026-01-01')").await;
        for (place, (center, found_by)) in [(1, "community"), (1, "community"), (1, "open_call"), (3, "other")].iter().enumerate() {
            let body = json!({
                "center": center, "name": format!("保洁{place}"), "phone": format!("1350000777{place}"), "kind": "staff", "found_by": found_by,
                "started_on": "2026-01-04",
            });
            ben.post_json("/api/v1/workers", body).await.is(201);
        }
        let told = ben.get("/api/v1/workers/recruitment?center=1").await.is(200).json();
        assert_eq!(told, json!({"center_staff": 3, "center_community": 2, "provider_staff": 4, "provider_community": 2}));
        app.sign_in("ben").await.get("/centers/1/workers").await.is(200).shows("66% 来自社区").shows("合计 50%");
    }

    async fn who_employs_and_supervises_is_kept_with_its_dates(app: TestApp) {
        let ben = app.token("ben").await;
        ben.post_json("/api/v1/workers", jingwen()).await.is(201);
        for (center, name, phone) in [(1, "罗志文", "13500005001"), (1, "周丽", "13500005002")] {
            let body = json!({"center": center, "name": name, "phone": phone, "kind": "social_worker", "started_on": "2026-01-01"});
            ben.post_json("/api/v1/workers", body).await.is(201);
        }
        let employ = |employer: Value, day: &str| json!({"employer": employer, "employed_on": day});
        ben.post_json("/api/v1/workers/1/employments", employ(Value::Null, "2026-01-04")).await.is(200);
        let told = ben.post_json("/api/v1/workers/1/employments", employ(json!("东莞市人力资源公司"), "2026-02-01")).await.is(200).json();
        let names: Vec<_> = told["employments"].as_array().unwrap().iter().map(|one| one["employer"].as_str().unwrap()).collect();
        assert_eq!(names, ["东莞市人力资源公司", "莞爱社会工作服务中心"]);
        let faults = ben.post_json("/api/v1/workers/1/employments", employ(json!("别处"), "2026-02-01")).await.is(422).json();
        assert_eq!(faults["errors"]["employed_on"]["code"], "field.day_taken");
        let told = ben.post_json("/api/v1/workers/1/employments/2/void", json!({})).await.is(200).json();
        assert_eq!(told["employments"].as_array().unwrap().len(), 1);
        ben.post_json("/api/v1/workers/1/employments/2/void", json!({})).await.is(404);

        let supervise = |supervisor: i64, day: &str| json!({"supervisor": supervisor, "supervised_on": day});
        for (supervisor, day, field) in [(1, "2026-02-01", "supervisor"), (999, "2026-02-01", "supervisor"), (2, "2025-12-31", "supervised_on")] {
            let faults = ben.post_json("/api/v1/workers/1/supervisions", supervise(supervisor, day)).await.is(422).json();
            assert!(!faults["errors"][field].is_null(), "{supervisor} {day}: {faults}");
        }
        ben.post_json("/api/v1/workers/1/supervisions", supervise(2, "2026-02-01")).await.is(200);
        let told = ben.post_json("/api/v1/workers/1/supervisions", supervise(3, "2026-03-01")).await.is(200).json();
        let dates = |told: &Value| -> Vec<(String, Value)> {
            let one = |one: &Value| (one["name"].as_str().unwrap().to_owned(), one["ended_on"].clone());
            told["supervisors"].as_array().unwrap().iter().map(one).collect()
        };
        assert_eq!(dates(&told), [("周丽".to_owned(), Value::Null), ("罗志文".to_owned(), json!("2026-03-01"))]);
        ben.post_json("/api/v1/workers/1/supervisions", supervise(2, "2026-02-15")).await.is(422);
        let told = ben.post_json("/api/v1/workers/1/supervisions/2/void", json!({})).await.is(200).json();
        assert_eq!(dates(&told), [("罗志文".to_owned(), Value::Null)], "whoever was before goes on");
        ben.post_json("/api/v1/workers/1/supervisions/ending", json!({"supervised_until": "2026-03-05"})).await.is(200);
        ben.post_json("/api/v1/workers/1/supervisions/ending", json!({"supervised_until": "2026-03-05"})).await.is(404);
        ben.post_json("/api/v1/workers/1/supervisions", supervise(2, "2026-03-05")).await.is(200);
        ben.post_json("/api/v1/workers/2/ending", json!({"ended_on": "2026-04-01"})).await.is_refused("worker_leads");
        let kind = json!({"version": 0, "kind": "staff", "started_on": "2026-01-01"});
        assert_eq!(ben.post_json("/api/v1/workers/2", kind).await.is(422).json()["errors"]["kind"]["code"], "field.supervises");
        app.token("otto").await.get("/api/v1/workers/1/career").await.is(404);
        let page = app.sign_in("ben").await;
        page.get("/centers/1/workers/1").await.is(200).shows("莞爱社会工作服务中心").shows("罗志文").shows("指定了督导");
        page.get("/centers/1/workers/2").await.is(200).shows("督导的同事").shows("何静雯");
    }

    async fn an_account_and_a_record_are_joined_whichever_was_first(app: TestApp) {
        let (ada, ben) = (app.sign_in("ada").await, app.sign_in("ben").await);
        ben.post("/centers/1/workers", &JINGWEN[..6]).await.is(303);
        let account = app.number("select id from accounts where login = 'ann'").await;
        // From the worker's page, and parted again.
        ben.get("/centers/1/workers/1").await.is(200).shows("关联账户").shows("(ann)").hides("(olga)");
        let olga = app.number("select id from accounts where login = 'olga'").await.to_string();
        ben.post("/centers/1/workers/1/account", &[("account", &olga)]).await.is(422).shows("这个账户已有员工登记");
        ben.post("/centers/1/workers/1/account", &[("account", &account.to_string())]).await.is(303);
        ben.get("/centers/1/workers/1").await.is(200).shows("解除关联").shows("ann");
        ben.post("/centers/1/workers/1/account", &[("account", &account.to_string())]).await.is(422).shows("先解除关联再换");
        let mut other = JINGWEN;
        other[0].1 = "罗志文";
        other[1].1 = "13500005001";
        ben.post("/centers/1/workers", &other[..6]).await.is(303);
        ben.get("/centers/1/workers/2").await.is(200).hides("(ann)");
        ben.post("/centers/1/workers/2/account", &[("account", &account.to_string())]).await.is(422);
        ben.post("/centers/1/workers/1/account/parting", &[]).await.is(303);
        ben.post("/centers/1/workers/1/account/parting", &[]).await.is(404);
        app.sign_in("ann").await.get("/centers/1/people").await.is(200);
        // From the account's page.
        let page = format!("/accounts/{account}");
        ada.get(&page).await.is(200).shows("员工登记").shows("何静雯").shows("罗志文");
        ada.post(&format!("{page}/worker"), &[("worker", "99")]).await.is(422);
        ada.post(&format!("{page}/worker"), &[("worker", "1")]).await.is(303);
        ada.get(&page).await.is(200).shows("解除关联").hides("罗志文");
        ada.post(&format!("{page}/worker/2/parting"), &[]).await.is(404);
        // It ends with their time, and does so no more once it is parted.
        ben.post("/centers/1/workers/1/ending", &[("ended_on", "2026-03-07")]).await.is(303);
        assert_eq!(app.number("select count(*) from account_scopes where ends_at is not null").await, 1);
        ada.post(&format!("{page}/worker/1/parting"), &[]).await.is(303);
        assert_eq!(app.number("select count(*) from account_scopes where ends_at is not null").await, 0);
        let program = app.token("ben").await;
        assert_eq!(program.post_json("/api/v1/workers/1/account", json!({"account": account})).await.is(200).json()["login"], "ann");
        assert_eq!(app.number("select count(*) from account_scopes where ends_at is not null").await, 1, "it ends with the day that is set");
        assert_eq!(program.post_json("/api/v1/workers/1/account/parting", json!({})).await.is(200).json()["login"], Value::Null);
    }

    async fn of_two_who_join_one_account_one_does(app: TestApp) {
        let ben = app.token("ben").await;
        for place in 0..2 {
            let body = json!({"center": 1, "name": format!("社工{place}"), "phone": format!("1350000600{place}"), "kind": "social_worker", "started_on": "2026-01-01"});
            ben.post_json("/api/v1/workers", body).await.is(201);
        }
        let body = json!({"account": app.number("select id from accounts where login = 'ann'").await});
        for round in 0..10 {
            let (one, other) = rocket::tokio::join!(
                ben.post_json("/api/v1/workers/1/account", body.clone()),
                ben.post_json("/api/v1/workers/2/account", body.clone()),
            );
            let mut codes = [one.status.code, other.status.code];
            codes.sort_unstable();
            assert_eq!(codes, [200, 422], "round {round}");
            let joined = if one.status.code == 200 { 1 } else { 2 };
            ben.post_json(&format!("/api/v1/workers/{joined}/account/parting"), json!({})).await.is(200);
        }
    }

    async fn a_faulty_worker_makes_nothing(app: TestApp) {
        let ben = app.sign_in("ben").await;
        ben.post("/centers/1/workers", &[("name", "何静雯"), ("kind", "staff"), ("qualification", "senior"), ("sign_in", "1"), ("login", "x"), ("password", "short")])
            .await.is(422).shows("有职业资格的请选").shows("密码至少 12 个字符").shows("3 到 40 个字母").shows("请填写这一项");
        let mut taken = JINGWEN;
        taken[7].1 = "ann";
        ben.post("/centers/1/workers", &taken).await.is(422).shows("这个用户名已经有人用了");
        assert_eq!(app.number("select count(*) from people").await, 0, "the person goes with the transaction");
        ben.post("/centers/1/workers", &JINGWEN).await.is(303);
        ben.post("/centers/1/workers", &JINGWEN[..6]).await.is(422).shows("已经是本中心的工作人员");
    }

    async fn workers_are_the_managers_matter(app: TestApp) {
        app.sign_in("ann").await.get("/centers/1/workers").await.is(403);
        app.sign_in("otto").await.get("/centers/1/workers").await.is(404);
        app.sign_in("otto").await.post("/centers/1/workers", &JINGWEN).await.is(404);
    }

    async fn kinds_are_added_and_renamed(app: TestApp) {
        let ada = app.sign_in("ada").await;
        ada.post("/catalogs/team-kinds", &[("name", "敬老"), ("name_en", "Elders")]).await.is(422).shows("这个名称已经有了");
        ada.post("/catalogs/team-kinds", &[("name", "宠物关爱"), ("name_en", "Pet care"), ("needs_qualification", "1")]).await.is(303);
        ada.post("/catalogs/room-kinds", &[("name", "录音室"), ("name_en", "Studio"), ("class", "own")]).await.is(303);
        ada.post("/catalogs/room-kinds", &[("name", "录音棚"), ("name_en", "Studio")]).await.is(422).shows("请填写这一项");
        ada.post("/catalogs/service-kinds/1", &[("name", "个案服务"), ("name_en", "Case work")]).await.is(303);
        ada.post("/catalogs/service-kinds/99", &[("name", "x"), ("name_en", "x")]).await.is(404);
        ada.get("/catalogs").await.is(200).shows("宠物关爱").shows("录音室").shows("个案服务");
        ada.get("/audit").await.is(200).shows("修改了目录类别的名称").shows("个案 → 个案服务");
    }

    async fn age_bands_hold_from_now_on(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.sign_in("ann").await);
        ann.post("/centers/1/people", &[("name", "陈大文"), ("birth_date", "1964-01-01")]).await.is(303);
        ann.get("/centers/1/people/1").await.is(200).shows("badge group elderly");
        ada.post("/catalogs/ages", &[("elderly_from", "65"), ("youth_from", "14"), ("youth_to", "6")]).await.is(422).shows("结束不能早于开始");
        ada.post("/catalogs/ages", &[("elderly_from", "65"), ("youth_from", "6"), ("youth_to", "25")]).await.is(303);
        ann.get("/centers/1/people/1").await.is(200).hides("badge group elderly");
    }

    async fn a_manager_reads_that_a_number_was_revealed_and_not_why(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        ann.post("/centers/1/people", &[("name", "张桂英"), ("phone", "13800138000")]).await.is(303);
        ann.post("/centers/1/people/1/reveals", &[("which", "phone"), ("reason", "联系张桂英的儿子")]).await.is(200);
        let closing = [("from", "2026-03-10"), ("to", "2026-03-10"), ("reason", "消防检修")];
        ben.post("/centers/1/rooms/1/closures", &closing).await.is(303);
        ben.get("/centers/1/audit").await.is(200).shows("只有社工和市级管理员看得到").shows("消防检修").hides("张桂英");
        for login in ["ann", "ada"] {
            app.sign_in(login).await.get("/centers/1/audit").await.is(200)
                .shows("联系张桂英的儿子").hides("只有社工和市级管理员看得到");
        }
    }

    async fn the_audit_shows_a_center_its_own(app: TestApp) {
        let (ann, olga) = (app.sign_in("ann").await, app.sign_in("olga").await);
        for index in 0..101 {
            ann.post("/centers/1/people", &[("name", &format!("居民{index}"))]).await.is(303);
        }
        olga.post("/centers/2/people", &[("name", "别处的人")]).await.is(303);
        app.execute("insert into audit_events (at, actor, action, subject, subject_id, center_id) values (0, 'phone 7', 'thing.unheard_of', 'thing', 1, 1)").await;
        let first = ann.get("/centers/1/audit").await.is(200).shows("登记了居民").shows("居民100").shows("thing.unheard_of").shows("7 号").shows("?before=").hides("别处的人");
        let text = first.text();
        let next = text.split("?before=").nth(1).unwrap().split('"').next().unwrap();
        ann.get(&format!("/centers/1/audit?before={next}")).await.is(200).shows("添加了功能室").hides("?before=");
        app.sign_in("ben").await.get("/centers/1/audit").await.is(200);
        olga.get("/centers/1/audit").await.is(404);
        ann.get("/audit").await.is(403);
        app.sign_in("ada").await.get("/audit").await.is(200).shows("堑头");
    }
}
