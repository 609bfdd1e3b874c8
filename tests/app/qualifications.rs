//! What volunteers are qualified for, and the teams that take in nobody without.

use serde_json::{Value, json};

use crate::support::{TestApp, User, on_both_engines};

/// A legal team, the second of the center, and two residents.
async fn legal_team(app: &TestApp) -> User<'_> {
    let ann = app.sign_in("ann").await;
    for name in ["罗律师", "陈大文"] {
        ann.post("/centers/1/people", &[("name", name)]).await.is(303);
    }
    let team = [("name", "法律明灯队"), ("kind", "10"), ("founded_on", "2026-01-01")];
    ann.post("/centers/1/teams", &team).await.is(303);
    ann
}

const PAGE: &str = "/centers/1/people/1/qualifications";

async fn joins(ann: &User<'_>, person: &str) -> u16 {
    ann.post("/centers/1/teams/2/members", &[("person", person)]).await.status.code
}

on_both_engines! {
    async fn a_team_that_needs_a_qualification_takes_nobody_without(app: TestApp) {
        let ann = legal_team(&app).await;
        let refused = ann.post("/centers/1/teams/2/members", &[("person", "1")]).await.is(422);
        refused.shows("依法要有资格").shows("律师执业证、法律职业资格、基层法律服务工作者");
        let program = app.token("ann").await;
        program.post_json("/api/v1/teams/2/members", json!({"person_id": 1})).await.is(409).is_refused("not_qualified");
        // A certificate for other work is none for this.
        ann.post(PAGE, &[("kind", "1")]).await.is(303);
        ann.post(&format!("{PAGE}/1/confirmation"), &[("how.1", "original")]).await.is(303);
        assert_eq!(joins(&ann, "1").await, 422);
        // The right one, before and after somebody looked at it.
        let lawyer = [("kind", "4"), ("number", "L123"), ("issuer", "广东省司法厅"), ("issued_on", "2024-01-01"), ("valid_to", "2026-03-31")];
        ann.post(PAGE, &lawyer).await.is(303);
        program.post_json("/api/v1/teams/2/members", json!({"person_id": 1})).await.is(409).is_refused("qualification_unconfirmed");
        ann.post(&format!("{PAGE}/2/confirmation"), &[("how.2", "nonsense")]).await.is(422);
        ann.post(&format!("{PAGE}/2/confirmation"), &[("how.2", "register")]).await.is(303);
        ann.post(&format!("{PAGE}/2/confirmation"), &[("how.2", "register")]).await.is(404);
        assert_eq!((joins(&ann, "1").await, joins(&ann, "2").await), (303, 422));
        // A team without one takes anybody.
        ann.post("/centers/1/teams/1/members", &[("person", "2")]).await.is(303);
        // Nor may somebody lead who may not be in it, and no team begins with them.
        ann.post("/centers/1/teams/2/leadership", &[("person", "2")]).await.is(422).shows("依法要有资格");
        let team = [("name", "心晴队"), ("kind", "11"), ("founded_on", "2026-01-01"), ("leader_id", "2")];
        ann.post("/centers/1/teams", &team).await.is(422).shows("心理咨询师");
        assert_eq!(app.number("select count(*) from teams").await, 2);
    }

    async fn what_runs_out_is_told_ahead_and_ends(app: TestApp) {
        let ann = legal_team(&app).await;
        ann.post(PAGE, &[("kind", "4"), ("valid_to", "2026-05-30")]).await.is(303);
        ann.post(&format!("{PAGE}/1/confirmation"), &[("how.1", "original")]).await.is(303);
        assert_eq!(joins(&ann, "1").await, 303);
        ann.get("/centers/1/teams/2").await.is(200).shows("有效").hides("即将到期");
        ann.get("/centers/1").await.is(200).hides("志愿者的资格证书");
        app.at("2026-04-01T02:00:00Z");
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/teams/2").await.is(200).shows("即将到期").shows("2026年5月30日");
        ann.get("/centers/1").await.is(200).shows("志愿者的资格证书").shows("1 人的证书 60 天内到期");
        app.at("2026-05-30T02:00:00Z");
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/teams/2").await.is(200).shows("即将到期");
        app.at("2026-05-31T02:00:00Z");
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/teams/2").await.is(200).shows("已过期");
        ann.get("/centers/1").await.is(200).shows("1 人没有有效的资格");
        // Who left because of it comes back with a new one.
        ann.post("/centers/1/teams/2/members/1/leaving", &[]).await.is(303);
        let refused = ann.post("/centers/1/teams/2/members", &[("person", "1")]).await.is(422);
        refused.shows("证书已于2026-05-30到期");
        ann.post(PAGE, &[("kind", "5")]).await.is(303);
        ann.post(&format!("{PAGE}/2/confirmation"), &[("how.2", "issuer")]).await.is(303);
        assert_eq!(joins(&ann, "1").await, 303);
        ann.get(PAGE).await.is(200).shows("长期有效").shows("已过期").shows("向发证机关核实");
    }

    async fn a_mistake_is_taken_back_and_another_centers_person_is_not_found(app: TestApp) {
        let ann = legal_team(&app).await;
        ann.post(PAGE, &[("kind", "4")]).await.is(303);
        ann.post(&format!("{PAGE}/1/confirmation"), &[("how.1", "original")]).await.is(303);
        ann.post(&format!("{PAGE}/1/void"), &[("void.1", "")]).await.is(422);
        ann.post(&format!("{PAGE}/1/void"), &[("void.1", "登记错人")]).await.is(303);
        ann.post(&format!("{PAGE}/1/void"), &[("void.1", "登记错人")]).await.is(404);
        ann.get(PAGE).await.is(200).shows("登记错人");
        assert_eq!(joins(&ann, "1").await, 422);
        for (field, value) in [("valid_to", "2020-01-01"), ("issued_on", "2027-01-01"), ("kind", "99")] {
            let fields = [("kind", "4"), ("issued_on", "2024-01-01")];
            let fields: Vec<_> = fields.into_iter().filter(|(name, _)| *name != field).chain([(field, value)]).collect();
            ann.post(PAGE, &fields).await.is(422).shows(&format!("e-{field}"));
        }
        ann.post("/centers/1/people/2/qualifications/1/void", &[("void.1", "x")]).await.is(404);
        let olga = app.token("olga").await;
        olga.get("/api/v1/people/1/qualifications").await.is(404);
        olga.get("/api/v1/qualifications?center=1").await.is(404);
    }

    async fn the_matrix_lists_who_needs_what_and_who_has_it(app: TestApp) {
        let ann = legal_team(&app).await;
        ann.post(PAGE, &[("kind", "4"), ("valid_to", "2027-05-30"), ("number", "L5")]).await.is(303);
        ann.post(&format!("{PAGE}/1/confirmation"), &[("how.1", "original")]).await.is(303);
        assert_eq!(joins(&ann, "1").await, 303);
        ann.post("/centers/1/people/2/qualifications", &[("kind", "9")]).await.is(303);
        ann.get("/centers/1/qualifications").await.is(200).shows("罗律师").shows("陈大文").shows("急救员证").shows("律师执业证");
        ann.get("/centers/1/qualifications?state=unconfirmed").await.is(200).shows("陈大文").hides("罗律师");
        ann.get("/centers/1/qualifications?team=2").await.is(200).shows("罗律师").hides("陈大文");
        ann.get("/centers/1/qualifications?state=expired").await.is(200).shows("没有符合条件的记录");
        let told = app.token("ann").await.get("/api/v1/qualifications?center=1&team=2").await.is(200).json();
        let needed = &told["items"][0]["needed"][0];
        assert_eq!((&told["items"][0]["person_id"], &needed["state"]), (&json!(1), &json!("held")));
        assert_eq!(told["items"][0]["certificates"][0]["number"], "L5");
        let file = ann.post("/centers/1/exports", &[("list", "qualifications"), ("format", "csv")]).await.is(200);
        let text = String::from_utf8(file.body).unwrap();
        assert!(text.contains("罗律师") && text.contains("L5") && text.contains("2027-05-30") && text.contains("急救员证"), "{text}");
    }

    async fn an_own_kind_of_team_asks_for_an_own_kind_of_certificate(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let ann = legal_team(&app).await;
        let team = [("name", "无障碍手语"), ("name_en", "Sign language"), ("needs_qualification", "1")];
        ada.post("/catalogs/team-kinds", &team).await.is(303);
        let kind = app.number("select id from team_kinds where name = '无障碍手语'").await.to_string();
        ann.post("/centers/1/teams", &[("name", "手语队"), ("kind", &kind), ("founded_on", "2026-01-01")]).await.is(303);
        ann.post("/centers/1/teams/3/members", &[("person", "1")]).await.is(422).shows("目录里还没有它认可的证书");
        let code: String = sqlx::query_scalar("select code from team_kinds where name = '无障碍手语'")
            .fetch_one(&mut *app.db().read().await.unwrap()).await.unwrap();
        ada.get("/catalogs/qualifications/new").await.is(200).shows("无障碍手语");
        ada.post("/catalogs/qualifications", &[("name", "手语翻译员"), ("name_en", "Sign language interpreter"), ("team_kind", "none")]).await.is(422);
        ada.post("/catalogs/qualifications", &[("name", "手语翻译员"), ("name_en", "Sign language interpreter"), ("team_kind", &code)]).await.is(303);
        ada.get("/catalogs").await.is(200).shows("手语翻译员");
        ann.post("/centers/1/teams/3/members", &[("person", "1")]).await.is(422).shows("手语翻译员");
        let kinds = app.token("ann").await.get("/api/v1/qualification-kinds").await.is(200).json();
        let own: Vec<&Value> = kinds["items"].as_array().unwrap().iter().filter(|one| one["name"] == "手语翻译员").collect();
        ann.post(PAGE, &[("kind", &own[0]["id"].to_string())]).await.is(303);
        ann.post(&format!("{PAGE}/1/confirmation"), &[("how.1", "original")]).await.is(303);
        ann.post("/centers/1/teams/3/members", &[("person", "1")]).await.is(303);
    }
}
