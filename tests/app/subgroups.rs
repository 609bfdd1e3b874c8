//! Subgroups: granted for a time like the groups, copied by attendances, counted in reports, kept by the city.

use serde_json::json;

use crate::audit::picture;
use crate::check_in::{people, request, session};
use crate::imports::sends_as;
use crate::support::workbook::sheets;
use crate::support::{TestApp, on_both_engines};

async fn grants(app: &TestApp, group: &str, status: u16) {
    let fields = [("group", group), ("valid_from", "2026-01-01"), ("document", "证 1")];
    app.sign_in("ann").await.post("/centers/1/people/1/memberships", &fields).await.is(status);
}

/// Elderly, disabled, needy and the subgroups of the only attendance.
async fn copied(app: &TestApp) -> (i64, i64, i64, i64) {
    let sql = "select elderly, disabled, needy, subgroups from attendances where voided_at is null";
    sqlx::query_as(sql).fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap()
}

on_both_engines! {
    async fn an_attendance_copies_them_and_follows(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 1).await;
        // 低保 is the first bit and makes needy; 独居 is the sixth and makes nobody old; 重度残疾 the eleventh.
        grants(&app, "subsistence", 303).await;
        grants(&app, "living_alone", 303).await;
        let ann = app.token("ann").await;
        let body = json!({"request_id": request(), "person_id": 1, "role": "participant"});
        ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
        assert_eq!(copied(&app).await, (0, 0, 1, 1 | 1 << 5));
        grants(&app, "severely_disabled", 303).await;
        assert_eq!(copied(&app).await, (0, 1, 1, 1 | 1 << 5 | 1 << 10));
        // One that ends before the day, and one that was a mistake, are told no more.
        let page = "/centers/1/people/1";
        let browser = app.sign_in("ann").await;
        browser.post(&format!("{page}/memberships/1/ending"), &[("valid_to.1", "2026-03-04")]).await.is(303);
        browser.post(&format!("{page}/memberships/3/void"), &[("void.3", "看错了证")]).await.is(303);
        assert_eq!(copied(&app).await, (0, 0, 0, 1 << 5));
        browser.get(page).await.is(200).shows("独居老人").shows("低保").shows("看错了证");
        grants(&app, "elderly", 422).await;
        grants(&app, "no_such", 422).await;
    }

    async fn reports_count_them(app: TestApp) {
        session(&app, None, None).await;
        people(&app, 2).await;
        grants(&app, "living_alone", 303).await;
        let ann = app.token("ann").await;
        for person in [1, 2] {
            let body = json!({"request_id": request(), "person_id": person, "role": "participant"});
            ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
        }
        app.execute("update sessions set status = 'completed'").await;
        app.at("2026-03-06T04:00:00Z");
        let told = ann.get("/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01").await.is(200).json();
        let figure = |key: &str| told["figures"].as_array().unwrap().iter().find(|one| one["key"] == key).map(|one| one["value"].clone());
        assert_eq!(figure("visits.subgroup.living_alone"), Some(1.into()), "{told}");
        assert_eq!(figure("persons.subgroup.living_alone"), Some(1.into()));
        assert_eq!(figure("visits.subgroup.subsistence"), Some(0.into()));
        let browser = app.sign_in("ann").await;
        browser.get("/centers/1/reports/2026-03").await.is(200).shows("独居老人").hides("失独老人");
        let file = browser.get("/centers/1/reports/2026-03.xlsx").await.is(200);
        let sheets = sheets(&file);
        let (_, rows) = sheets.iter().find(|(name, _)| name == "分类对象").expect("a sheet of the groups");
        assert!(rows.iter().flatten().any(|cell| *cell == *"独居老人"));
        // So small a number is a person: a purchaser is not told it.
        let told = app.token("pat").await.get("/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01").await.is(200).json();
        let alone = told["figures"].as_array().unwrap().iter().find(|one| one["key"] == "visits.subgroup.living_alone").unwrap();
        assert_eq!((&alone["value"], &alone["hidden"]), (&serde_json::Value::Null, &json!(true)));
        app.sign_in("pat").await.get("/centers/1/reports/2026-03").await.is(200).shows("独居老人").shows("＊");
    }

    async fn the_city_adds_renames_and_retires_them(app: TestApp) {
        people(&app, 1).await;
        let ada = app.sign_in("ada").await;
        let own = [("name", "随迁老人"), ("name_en", "Elderly who followed"), ("group", "elderly")];
        ada.post("/catalogs/subgroups", &own).await.is(303);
        ada.get("/catalogs").await.is(200).shows("随迁老人").shows("独居老人");
        let code: String = sqlx::query_scalar("select code from subgroups where name = '随迁老人'")
            .fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
        grants(&app, &code, 303).await;
        let id = app.number("select id from subgroups where name = '随迁老人'").await;
        let renamed = [("name", "随迁长者"), ("name_en", "Elderly who followed"), ("retired", "1")];
        ada.post(&format!("/catalogs/subgroups/{id}"), &renamed).await.is(303);
        grants(&app, &code, 422).await;
        app.sign_in("ann").await.get("/centers/1/people/1").await.is(200).shows("随迁长者").hides(&code);
        app.execute("update subgroups set bit = 58 where name = '随迁长者'").await;
        ada.post("/catalogs/subgroups", &own).await.is(422).shows("59");
    }

    async fn a_paper_s_scan_is_sealed_and_shown_to_who_may(app: TestApp) {
        people(&app, 1).await;
        grants(&app, "subsistence", 303).await;
        let ann = app.sign_in("ann").await;
        let path = "/centers/1/people/1/memberships/1/paper";
        ann.get(&format!("{path}/file")).await.is(404);
        sends_as(&ann, path, ("paper", "证.txt"), b"no picture").await.is(422);
        sends_as(&ann, path, ("paper", "证.png"), &picture()).await.is(303);
        let told = ann.get(&format!("{path}/file")).await.is(200);
        assert!(image::load_from_memory(&told.body).is_ok());
        let plain: Vec<Vec<u8>> = sqlx::query_scalar("select content from file_pieces").fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert!(plain.iter().all(|piece| image::load_from_memory(piece).is_err()), "it lies there sealed");
        app.sign_in("olga").await.get(&format!("{path}/file")).await.is(404);
        ann.get("/centers/1/people/1").await.is(200).shows("查看扫描件");
        ann.post(&format!("{path}/removal"), &[]).await.is(303);
        ann.get(&format!("{path}/file")).await.is(404);
        assert_eq!(app.number("select count(*) from file_pieces").await, 0);
    }
}
