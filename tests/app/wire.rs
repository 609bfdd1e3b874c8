//! What goes over the wire, and where an error leads.

use std::collections::BTreeSet;
use std::io::Read as _;

use flate2::read::GzDecoder;
use rocket::http::{Cookie, Header};

use crate::support::{User, on_both_engines};

/// What a browser that takes `accepts` is sent: its packing, its bytes, and the page.
async fn sent(user: &User<'_>, path: &str, accepts: &'static str) -> (Option<String>, usize, String) {
    let mut request = user.app.client.get(path.to_owned()).header(Header::new("Accept-Encoding", accepts));
    for (name, value) in &user.cookies {
        request = request.cookie(Cookie::new(name.clone(), value.clone()));
    }
    let answer = request.dispatch().await;
    assert_eq!(answer.status().code, 200, "{path}");
    let packing = answer.headers().get_one("Content-Encoding").map(str::to_owned);
    let vary: Vec<_> = answer.headers().get("Vary").collect();
    assert!(vary.contains(&"Accept-Encoding"), "{path}: {vary:?}");
    let body = answer.into_bytes().await.unwrap();
    let mut page = String::new();
    match packing.as_deref() {
        Some("gzip") => _ = GzDecoder::new(&body[..]).read_to_string(&mut page).unwrap(),
        _ => page = String::from_utf8(body.clone()).unwrap(),
    }
    (packing, body.len(), page)
}

on_both_engines! {
    async fn a_browser_that_takes_gzip_gets_the_same_page_in_fewer_bytes(app: TestApp) {
        let ann = app.sign_in("ann").await;
        let styles = linli::web::assets::path("linli.css");
        for path in ["/centers/1", styles.as_str()] {
            let (plain, size, page) = sent(&ann, path, "identity").await;
            assert_eq!(plain, None);
            for accepts in ["gzip, deflate, br", "br;q=1.0, gzip;q=0.8", "*"] {
                let (packing, smaller, same) = sent(&ann, path, accepts).await;
                assert_eq!((packing.as_deref(), same == page), (Some("gzip"), true), "{path} {accepts}");
                assert!(smaller * 2 < size, "{path}: {smaller} of {size} bytes");
            }
            assert_eq!(sent(&ann, path, "br, gzip;q=0").await.0, None);
        }
        // Two answers of one page differ in length by more than what is in them.
        let mut lengths = BTreeSet::new();
        for _ in 0..12 {
            lengths.insert(sent(&ann, "/centers/1", "gzip").await.1);
        }
        assert!(lengths.len() > 3, "{lengths:?}");
    }

    async fn an_error_leads_on(app: TestApp) {
        let (ann, nobody) = (app.sign_in("ann").await, app.anyone());
        ann.get("/centers/1/people/999").await.is(404).shows("href=\"/centers/1/people\"").shows("href=\"/home\"");
        ann.get("/centers/1/people/abc").await.is(404).shows("href=\"/centers/1/people\"");
        ann.get("/centers/1/sessions/999").await.is(404).shows("href=\"/centers/1/activities\"");
        // What is not open to the role is not offered.
        app.sign_in("fay").await.get("/centers/1/people/999").await.hides("href=\"/centers/1/people\"");
        ann.get("/accounts").await.is(403).shows("当前登录：").shows("换一个账户登录");
        nobody.get("/nowhere/at/all").await.is(404).shows("/sign-in?next=%2Fnowhere%2Fat%2Fall").hides("/home");
    }

    async fn staff_are_no_residents_until_they_come_as_such(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        let before = app.number("select count(*) from enrolments where center_id = 1").await;
        let new = [("name", "何伟明"), ("phone", "13500135000"), ("kind", "staff"), ("started_on", "2026-03-01")];
        ben.post("/centers/1/workers", &new).await.is(303);
        assert_eq!(app.number("select count(*) from enrolments where center_id = 1").await, before + 1);
        ann.get("/centers/1/people").await.is(200).hides("何伟明");
        ann.get("/centers/1/cards").await.is(200).hides("何伟明");
        // Who is served is a resident.
        let id = app.number("select id from people where name = '何伟明'").await;
        let paper = [("group", "disabled"), ("valid_from", "2026-01-01"), ("document", "残疾证 1")];
        ann.post(&format!("/centers/1/people/{id}/memberships"), &paper).await.is(303);
        ann.get("/centers/1/people").await.is(200).shows("何伟明");
        app.execute("update enrolments set as_staff = 1 where person_id = (select id from people where name = '何伟明')").await;
        ann.get("/centers/1/people").await.is(200).hides("何伟明");
        // Looked for by name, they are found: they may well come to a class.
        ann.post("/centers/1/people/search", &[("q", "何伟明")]).await.is(200).shows("何伟明");
        let id = app.number("select id from people where name = '何伟明'").await;
        let page = ann.get(&format!("/centers/1/people/{id}/edit")).await.is(200).text();
        let version = page.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
        let more = [("name", "何伟明"), ("phone", "13500135000"), ("birth_date", "1980-01-01"), ("version", version)];
        ann.post(&format!("/centers/1/people/{id}"), &more).await.is(303);
        ann.get("/centers/1/people").await.is(200).shows("何伟明");
    }
}
