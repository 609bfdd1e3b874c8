//! Centers, organizations and rooms.

use crate::support::on_both_engines;

on_both_engines! {
    async fn the_first_start_loads_the_annex(app: TestApp) {
        assert_eq!(app.number("select count(*) from centers").await, 25);
        assert_eq!(app.number("select count(*) from team_kinds").await, 11);
        assert_eq!(app.number("select cast(sum(registered + second) as bigint) from populations").await, 466_214);
        let ada = app.sign_in("ada").await;
        ada.get("/centers").await.is(200).shows("罗沙社区综合服务中心").shows("梅沙社区综合服务中心").shows("14,633").shows("30,000").hides("44,633");
    }

    async fn a_faulty_room_comes_back_with_its_values(app: TestApp) {
        let ada = app.sign_in("ada").await;
        ada.post("/centers/1/rooms", &[("name", "舞蹈室"), ("kind", "12"), ("area_m2", "-1"), ("hours.1.opens", "21:00"), ("hours.1.closes", "08:00")])
            .await.is(422).shows("value=\"舞蹈室\"").shows("请填 1–20000 之间的整数").shows("请填写这一项").shows("关门要晚于开门");
        ada.post("/centers/1/rooms", &[("name", "书画室"), ("kind", "14"), ("area_m2", "50"), ("capacity", "20")])
            .await.is(422).shows("这个名称已经有了");
        ada.post("/centers/1/rooms", &[("name", "舞蹈室"), ("kind", "999"), ("area_m2", "50"), ("capacity", "20")])
            .await.is(422).shows("请从列表中选择");
    }

    async fn another_centers_record_is_not_found(app: TestApp) {
        let (ben, olga) = (app.sign_in("ben").await, app.sign_in("olga").await);
        ben.get("/centers/1/rooms/1").await.is(200);
        ben.get("/centers/2/rooms").await.is(404);
        ben.get("/centers/2/rooms/1").await.is(404);
        olga.get("/centers/1/rooms").await.is(404);
        olga.get("/centers/2/rooms").await.is(200).shows("还没有功能室");
    }

    async fn an_agreement_gives_the_center_and_overlaps_none(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let mut form = [("center", "1"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2026-12-31"), ("ends_on", "2027-12-31")];
        ada.post("/agreements", &form).await.is(422).shows("这个中心在这段时间已有协议");
        form[3].1 = "2027-01-01";
        ada.post("/agreements", &form).await.is(303);
        form[4].1 = "2026-01-01";
        ada.post("/agreements", &form).await.is(422).shows("结束不能早于开始");
        ada.get("/centers").await.is(200).shows("莞爱社会工作服务中心");
    }

    async fn a_closure_made_by_mistake_is_taken_back(app: TestApp) {
        let (ben, ann) = (app.sign_in("ben").await, app.sign_in("ann").await);
        let span = [("from", "2026-03-06"), ("to", "2026-03-06"), ("reason", "消防检修")];
        ben.post("/centers/1/rooms/1/closures", &span).await.is(303);
        let tea = [("title", "茶话会"), ("kind", "3"), ("room", "1"), ("date", "2026-03-06"), ("starts", "14:00"), ("ends", "16:00")];
        ann.post("/centers/1/activities", &tea).await.is(422).shows("消防检修");
        ben.get("/centers/1/rooms/1").await.is(200).shows("撤销停用").shows("/closures/1/void")
            .shows("2026年3月6日").hides("3月6日 00:00");
        let void = "/centers/1/rooms/1/closures/1/void";
        ben.post(void, &[]).await.is(422).shows("请填写这一项").shows("href=\"#f-void_reason.1\"").shows("<details class=\"expander\" open>");
        ben.post("/centers/1/rooms/2/closures/1/void", &[("void_reason.1", "填错日期")]).await.is(404);
        ben.post(void, &[("void_reason.1", "填错日期")]).await.is(303);
        ben.post(void, &[("void_reason.1", "填错日期")]).await.is(404);
        ben.get("/centers/1/rooms").await.is(200).hides("消防检修");
        ann.post("/centers/1/activities", &tea).await.is(303);
        let kept = "select count(*) from room_closures c join accounts a on a.id = c.voided_by
                    where a.login = 'ben' and c.voided_at > 0 and c.void_reason = '填错日期'";
        assert_eq!(app.number(kept).await, 1);
        ben.get("/centers/1/audit").await.is(200).shows("撤销功能室停用");
    }

    async fn the_api_makes_and_lists_rooms(app: TestApp) {
        let ben = app.token("ben").await;
        let made = ben.post_json("/api/v1/rooms", serde_json::json!({
            "center": 1, "name": "舞蹈室", "kind": 12, "area_m2": 80, "capacity": 30,
            "hours": {"6": {"opens": "09:00", "closes": "17:00"}}
        })).await.is(201);
        assert_eq!(made.json()["hours"]["6"]["closes"], "17:00");
        let list = ben.get("/api/v1/rooms?center=1").await.is(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 3);
        ben.get("/api/v1/rooms?center=2").await.is(404).is_refused("not_found");
        let faults = ben.post_json("/api/v1/rooms", serde_json::json!({"center": 1, "name": "x"})).await.is(422).is_refused("invalid").json();
        assert_eq!(faults["errors"]["capacity"]["code"], "field.required");
        ben.ask(rocket::http::Method::Post, "/api/v1/rooms", Some((rocket::http::ContentType::JSON, "[".into()))).await.is(400).is_refused("bad_request");
    }
}

on_both_engines! {
    async fn a_center_goes_to_whose_agreement_covers_today(app: TestApp) {
        let (ada, ben, otto) = (app.sign_in("ada").await, app.sign_in("ben").await, app.sign_in("otto").await);
        let mut form = [("center", "2"), ("provider", "1"), ("purchaser", "1"), ("starts_on", "2019-01-01"), ("ends_on", "2019-02-01")];
        ada.post("/agreements", &form).await.is(303);
        (form[3].1, form[4].1) = ("2027-01-01", "2027-12-31");
        ada.post("/agreements", &form).await.is(303);
        ben.get("/centers/2/rooms").await.is(404);
        otto.get("/centers/2/rooms").await.is(200);
        // New year, by the server's own hand.
        app.at("2026-12-31T16:30:00Z");
        linli::start::fill(app.db(), app.clock.now()).await.unwrap();
        let (ben, otto) = (app.sign_in("ben").await, app.sign_in("otto").await);
        ben.get("/centers/2/rooms").await.is(200);
        otto.get("/centers/2/rooms").await.is(404);
    }

    async fn a_room_may_stay_open_until_midnight(app: TestApp) {
        let ada = app.sign_in("ada").await;
        let form = [("name", "夜校"), ("kind", "18"), ("area_m2", "50"), ("capacity", "20"), ("hours.1.opens", "18:00"), ("hours.1.closes", "00:00")];
        ada.post("/centers/1/rooms", &form).await.is(303);
        assert_eq!(app.number("select closes from room_week_spans where weekday = 1 order by week_id desc limit 1").await, 1440);
        let id = app.number("select max(id) from rooms").await;
        ada.get(&format!("/centers/1/rooms/{id}")).await.is(200).shows("name=\"hours.1.closes\" value=\"00:00\"");
        ada.post("/centers/1/rooms", &[("hours.1.opens", "4611686018427387914:00")]).await.is(422);
    }
}
