//! Lists as files: as their page shows them, for whom the page is, masked, and told in the audit.

use serde_json::json;

use crate::support::workbook::first_sheet;
use crate::support::{TestApp, User, on_both_engines};

/// The rows of a downloaded workbook, as text.
async fn workbook(user: &User<'_>, path: &str, fields: &[(&str, &str)]) -> Vec<Vec<String>> {
    let file = user.post(path, &[fields, &[("format", "xlsx")]].concat()).await.is(200);
    first_sheet(&file)
}

async fn registers(app: &TestApp) {
    let ann = app.token("ann").await;
    let paper = json!({"valid_from": "2026-01-01", "document": "低保证"});
    for body in [
        json!({"center": 1, "name": "安婆婆", "birth_date": "1940-01-01", "phone": "13800138001", "note": "怕狗"}),
        json!({"center": 1, "name": "白小孩", "birth_date": "2015-01-01", "phone": "13800138002"}),
        json!({"center": 1, "name": "=陈公式", "needy": paper}),
    ] {
        ann.post_json("/api/v1/people", body).await.is(201);
    }
}

on_both_engines! {
    async fn people_go_out_as_they_are_cut_and_masked(app: TestApp) {
        let ann = app.token("ann").await;
        for (name, born, phone) in [("安婆婆", "1940-01-01", "13800138001"), ("白小孩", "2015-01-01", "13800138002"), ("陈无日", "", "")] {
            ann.post_json("/api/v1/people", json!({"center": 1, "name": name, "birth_date": born, "phone": phone, "note": "怕狗"})).await.is(201);
        }
        let browser = app.sign_in("ann").await;
        let path = "/centers/1/exports";
        let rows = workbook(&browser, path, &[("list", "people")]).await;
        assert_eq!(rows[0][0], "姓名");
        assert_eq!(rows[1][..4], ["安婆婆", "1940", "****8001", "老年人"]);
        assert_eq!(rows.len(), 4);
        let whole = format!("{rows:?}");
        assert!(!whole.contains("13800138001") && !whole.contains("怕狗"), "{whole}");
        for (cut, names) in [
            (("group", "elderly"), vec!["安婆婆"]),
            (("missing", "birth"), vec!["陈无日"]),
            (("sort", "age"), vec!["安婆婆", "白小孩", "陈无日"]),
            (("sort", "newest"), vec!["陈无日", "白小孩", "安婆婆"]),
            (("unseen", "30"), vec!["安婆婆", "白小孩", "陈无日"]),
            (("team", "1"), vec![]),
        ] {
            let rows = workbook(&browser, path, &[("list", "people"), cut]).await;
            let found: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
            assert_eq!(found, names, "{cut:?}");
            let page = browser.get(&format!("/centers/1/people?{}={}", cut.0, cut.1)).await.is(200);
            for name in ["安婆婆", "白小孩", "陈无日"] {
                assert_eq!(page.text().contains(name), names.contains(&name), "the page is cut alike: {cut:?} {name}");
            }
        }
        // Each download stands in the audit, with the number of its rows.
        let detail: Vec<String> = sqlx::query_scalar("select detail from audit_events where action = 'export.taken' order by id limit 2")
            .fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert_eq!(detail, ["people.xlsx, 3", "people.xlsx, 1"]);
    }

    async fn whoever_came_lately_is_not_among_the_unseen(app: TestApp) {
        crate::check_in::session(&app, None, None).await;
        crate::check_in::people(&app, 2).await;
        let ann = app.token("ann").await;
        let body = json!({"request_id": crate::check_in::request(), "person_id": 1, "role": "participant"});
        ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
        let browser = app.sign_in("ann").await;
        let rows = workbook(&browser, "/centers/1/exports", &[("list", "people"), ("unseen", "30")]).await;
        assert_eq!(rows.len(), 2, "{rows:?}");
        app.at("2026-05-05T02:00:00Z");
        let browser = app.sign_in("ann").await;
        let rows = workbook(&browser, "/centers/1/exports", &[("list", "people"), ("unseen", "30")]).await;
        assert_eq!(rows.len(), 3, "{rows:?}");
    }

    async fn each_list_opens_for_the_roles_of_its_page_and_for_no_other(app: TestApp) {
        registers(&app).await;
        for (list, roles) in [
            ("people", "ada ann"),
            ("households", "ada ann"),
            ("activities", "ada ann ben cai tom"),
            ("teams", "ada ann lei"),
            ("rooms", "ada ann ben cai tom"),
            ("workers", "ada ben"),
            ("units", "ada ann"),
            ("certificates", "ada ann"),
            ("commendable", "ada ann"),
        ] {
            for who in ["ada", "tom", "cai", "ben", "ann", "lei", "fay", "pat", "dan"] {
                let user = app.sign_in(who).await;
                let status = if roles.split(' ').any(|role| role == who) { 200 } else { 403 };
                for format in ["xlsx", "csv"] {
                    user.post("/centers/1/exports", &[("list", list), ("format", format)]).await.is(status);
                }
            }
            app.sign_in("olga").await.post("/centers/1/exports", &[("list", list), ("format", "csv")]).await.is(404);
        }
        for (list, roles) in [("centers", "ada ann ben cai tom pat dan"), ("agreements", "ada"), ("accounts", "ada"), ("holidays", "ada"), ("rollup", "ada ann ben cai tom pat dan")] {
            for who in ["ada", "tom", "cai", "ben", "ann", "pat", "dan"] {
                let status = if roles.split(' ').any(|role| role == who) { 200 } else { 403 };
                app.sign_in(who).await.post("/exports", &[("list", list), ("format", "csv")]).await.is(status);
            }
        }
        // What is not for a reader on the page is not in their file either: the title of case work.
        let ann = app.token("ann").await;
        let talk = json!({"center": 1, "title": "陈女士面谈", "kind": 1, "room": 2, "date": "2026-03-07", "starts": "14:00", "ends": "15:00"});
        ann.post_json("/api/v1/activities", talk).await.is(201);
        let told = async |who: &str| format!("{:?}", workbook(&app.sign_in(who).await, "/centers/1/exports", &[("list", "activities")]).await);
        assert!(told("ann").await.contains("陈女士面谈") && !told("cai").await.contains("陈女士"));
        let accounts = workbook(&app.sign_in("ada").await, "/exports", &[("list", "accounts")]).await;
        assert!(accounts.iter().any(|row| row[3] == "ann") && accounts.len() > 8);
    }

    async fn every_list_is_cut_alike_on_its_page_in_its_file_and_by_a_program(app: TestApp) {
        let (ada, ann) = (app.sign_in("ada").await, app.sign_in("ann").await);
        let token = app.token("ann").await;
        for (name, kind) in [("晨光Ａ队", 1), ("暮色队", 3)] {
            token.post_json("/api/v1/teams", json!({"center": 1, "name": name, "kind": kind, "founded_on": "2026-01-05"})).await.is(201);
        }
        for (title, kind, room, published) in [("早茶会", 3, 1, true), ("书法班", 2, 2, false)] {
            let body = json!({"center": 1, "title": title, "kind": kind, "room": room, "date": "2026-03-07", "starts": "09:00", "ends": "10:00", "published": published});
            token.post_json("/api/v1/activities", body).await.is(201);
        }
        // A list's page, what its address asks, whose file it is, and the names that are left, in order.
        let cases: &[(&str, &str, &str, &[&str])] = &[
            ("teams", "", "/api/v1/teams", &["晨光Ａ队", "邻里敬老队", "暮色队"]),
            ("teams", "q=a队", "/api/v1/teams", &["晨光Ａ队"]),
            ("teams", "kind=3", "/api/v1/teams", &["暮色队"]),
            ("teams", "sort=name", "/api/v1/teams", &["晨光Ａ队", "暮色队", "邻里敬老队"]),
            ("teams", "state=disbanded", "/api/v1/teams", &[]),
            ("activities", "", "/api/v1/activities", &["早茶会", "书法班"]),
            ("activities", "kind=2", "/api/v1/activities", &["书法班"]),
            ("activities", "room=1", "/api/v1/activities", &["早茶会"]),
            ("activities", "state=draft", "/api/v1/activities", &["书法班"]),
            ("activities", "state=coming&kind=3", "/api/v1/activities", &["早茶会"]),
            ("activities", "state=past", "/api/v1/activities", &[]),
        ];
        let all = ["晨光Ａ队", "暮色队", "邻里敬老队", "早茶会", "书法班"];
        for (list, asked, api, names) in cases {
            let mut fields = vec![("list", *list)];
            fields.extend(asked.split('&').filter_map(|part| part.split_once('=')));
            let asked: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields[1..]).finish();
            let rows = workbook(&ann, "/centers/1/exports", &fields).await;
            let found: Vec<&str> = rows[1..].iter().map(|row| row[0].as_str()).collect();
            assert_eq!(found, *names, "{list}?{asked}");
            let page = ann.get(&format!("/centers/1/{list}?{asked}")).await.is(200);
            let told = token.get(&format!("{api}?center=1&{asked}")).await.is(200).text();
            for name in &all {
                let there = page.text().contains(&format!(">{name}</a>"));
                assert_eq!(there, names.contains(name), "the page of {list}?{asked}: {name}");
                assert_eq!(told.contains(name), names.contains(name), "the program's {list}?{asked}: {name}");
            }
            let none = page.text().contains("没有符合条件的记录");
            assert_eq!(none, names.is_empty() && !asked.is_empty(), "{list}?{asked} says that nothing is like this");
        }
        let sizes = workbook(&ann, "/centers/1/exports", &[("list", "rooms"), ("sort", "capacity"), ("seats", "20")]).await;
        let seats: Vec<f64> = sizes[1..].iter().map(|row| row[4].parse().unwrap()).collect();
        assert!(!seats.is_empty() && seats.is_sorted_by(|a, b| a >= b) && seats.iter().all(|seats| *seats >= 20.0), "{seats:?}");
        let city = async |list: &str, field: (&'static str, &'static str)| workbook(&ada, "/exports", &[("list", list), field]).await.len() - 1;
        let centers = city("centers", ("state", "")).await;
        assert_eq!(city("centers", ("state", "run")).await + city("centers", ("state", "vacant")).await, centers);
        assert!(city("centers", ("q", "罗沙")).await < centers);
        assert_eq!(city("agreements", ("state", "to_come")).await, 0);
        let accounts = city("accounts", ("role", "")).await;
        assert_eq!(city("accounts", ("role", "city_admin")).await, 1);
        assert_eq!(city("accounts", ("state", "active")).await + city("accounts", ("state", "waits")).await + city("accounts", ("state", "disabled")).await, accounts);
        ada.get("/accounts?role=city_admin").await.is(200).shows("看全部");
        ada.get("/organizations?state=to_come").await.is(200).shows("没有符合条件的记录");
        ada.get("/centers?q=%E6%B2%A1%E6%9C%89%E8%BF%99%E4%B8%AA").await.is(200).shows("没有符合条件的记录");
        // What means nothing is left out of a page, and refused to a program and to a file.
        ann.get("/centers/1/teams?kind=x&sort=y").await.is(200).shows("晨光");
        token.get("/api/v1/teams?center=1&kind=x").await.is(422);
        token.get("/api/v1/people?center=1&missing=teeth").await.is(422);
        ann.post("/centers/1/exports", &[("list", "teams"), ("format", "csv"), ("sort", "y")]).await.is(422);
    }

    async fn a_name_that_looks_like_a_formula_stays_text(app: TestApp) {
        registers(&app).await;
        let file = app.sign_in("ann").await.post("/centers/1/exports", &[("list", "people"), ("format", "csv")]).await.is(200);
        let text = String::from_utf8(file.body).unwrap();
        assert!(text.contains("\t=陈公式") && !text.lines().any(|line| line.starts_with('=')), "{text}");
    }
}
