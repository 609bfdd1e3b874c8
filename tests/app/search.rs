//! One search over everything: each kind is found by whom it is open to, and by nobody else.

use serde_json::json;

use crate::support::{User, on_both_engines};

/// The kinds and names that a search finds.
async fn finds(user: &User<'_>, body: serde_json::Value) -> Vec<(String, String)> {
    let told = user.post_json("/api/v1/search", body).await.is(200).json();
    let hit =
        |hit: &serde_json::Value| (hit["kind"].as_str().unwrap().to_owned(), hit["name"].as_str().unwrap().to_owned());
    told["items"].as_array().unwrap().iter().map(hit).collect()
}

async fn names(user: &User<'_>, text: &str) -> Vec<String> {
    finds(user, json!({"q": text})).await.into_iter().map(|(_, name)| name).collect()
}

on_both_engines! {
    async fn each_kind_is_found_by_whom_it_is_open_to(app: TestApp) {
        let (ada, ann) = (app.token("ada").await, app.token("ann").await);
        ann.post_json("/api/v1/people", json!({"center": 1, "name": "琼成姑"})).await.is(201);
        let team = json!({"center": 1, "name": "琼心队", "kind": 5, "founded_on": "2026-03-01"});
        ann.post_json("/api/v1/teams", team).await.is(201);
        app.sign_in("ada").await.post("/centers/1/rooms", &[("name", "琼唱室"), ("kind", "5"), ("area_m2", "20"), ("capacity", "4")]).await.is(303);
        let activity = |title: &str, kind: i64, day: &str| json!({"center": 1, "title": title, "kind": kind, "room": 2, "date": day, "starts": "14:00", "ends": "15:00"});
        ann.post_json("/api/v1/activities", activity("琼唱团", 3, "2026-03-06")).await.is(201);
        // Case work: its title is for those who do it.
        ann.post_json("/api/v1/activities", activity("琼女士面谈", 1, "2026-03-07")).await.is(201);
        let worker = [("name", "琼静雯"), ("phone", "13600136009"), ("kind", "social_worker"), ("started_on", "2026-01-01")];
        app.sign_in("ada").await.post("/centers/1/workers", &worker).await.is(303);
        ann.post_json("/api/v1/units", json!({"center": 1, "name": "琼记士多", "kind": "shop"})).await.is(201);
        let kinds = |found: Vec<(String, String)>| found.into_iter().map(|(kind, _)| kind).collect::<std::collections::BTreeSet<_>>();
        let of = async |user: &User<'_>| kinds(finds(user, json!({"q": "琼"})).await).into_iter().collect::<Vec<_>>().join(" ");
        assert_eq!(of(&ann).await, "activity person team unit");
        assert_eq!(of(&ada).await, "activity person room team unit worker");
        assert_eq!(of(&app.token("ben").await).await, "activity room unit worker");
        assert_eq!(of(&app.token("cai").await).await, "activity unit");
        for nobody in ["fay", "pat", "olga"] {
            assert_eq!(of(&app.token(nobody).await).await, "", "{nobody}");
        }
        assert!(names(&ann, "琼女士").await.contains(&"琼女士面谈".to_owned()));
        for other in ["cai", "ben", "tom"] {
            assert_eq!(names(&app.token(other).await, "琼女士").await, Vec::<String>::new(), "{other}");
        }
        assert!(names(&ada, "ann").await.len() == 1, "accounts by their login");
        assert_eq!(finds(&ann, json!({"q": "琼", "center": 1})).await.len(), 6, "two of the programme, two people, a team, a unit");
        ann.post_json("/api/v1/search", json!({"q": "琼", "center": 9})).await.is(404);
        // The page, and its field in the bar of every page.
        let browser = app.sign_in("ann").await;
        browser.get("/centers/1").await.is(200).shows("id=\"bar-q\"");
        browser.post("/search", &[("q", "琼"), ("center", "1")]).await.is(200).shows("琼心队").shows("琼成姑").hides("琼唱室");
        browser.post("/search", &[("q", "没有这个")]).await.is(200).shows("没有找到");
        browser.post("/search", &[("q", "%")]).await.is(200).shows("没有找到");
    }

    async fn people_are_found_as_their_own_list_finds_them(app: TestApp) {
        let ann = app.token("ann").await;
        for (name, phone) in [("José García", ""), ("Nguyễn Văn An", ""), ("梁惠芳", "13911112222"), ("卜晓茗", ""), ("刘重阳", ""), ("陈长发", ""), ("买买提·艾力", ""), ("⻩伟明", ""), ("Ａｎｎａ", "")] {
            ann.post_json("/api/v1/people", json!({"center": 1, "name": name, "phone": phone})).await.is(201);
        }
        // field.md F1 to F3 and F5 to F8, through the search.
        for (text, found) in [
            ("José García", "José García"), ("jose garcia", "José García"), ("nguyen van an", "Nguyễn Văn An"),
            ("139-1111-2222", "梁惠芳"), ("+86 139 1111 2222", "梁惠芳"), ("\u{202d}13911112222\u{202c}", "梁惠芳"),
            ("１３９１１１１２２２２", "梁惠芳"), ("2222", "梁惠芳"), ("buxiaoming", "卜晓茗"), ("lcy", "刘重阳"),
            ("chenchangfa", "陈长发"), ("买买提艾力", "买买提·艾力"), ("买买提•艾力", "买买提·艾力"), ("黄伟明", "⻩伟明"),
            ("anna", "Ａｎｎａ"),
        ] {
            assert_eq!(names(&ann, text).await, [found], "{text}");
        }
    }
}
