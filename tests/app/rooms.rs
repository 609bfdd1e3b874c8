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
        ben.get("/centers/1/audit").await.is(200).shows("撤销了功能室停用");
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

/// A form that adds a room of each of these kinds, called so.
fn at_once<'a>(rows: &'a [[(String, &'a str); 4]], weekend: (&'a str, &'a str)) -> Vec<(&'a str, &'a str)> {
    let hours = [
        ("weekdays.opens", "08:30"),
        ("weekdays.closes", "21:00"),
        ("weekend.opens", weekend.0),
        ("weekend.closes", weekend.1),
    ];
    rows.iter().flatten().map(|(name, value)| (name.as_str(), *value)).chain(hours).collect()
}

fn row<'a>(kind: i64, name: &'a str, area: &'a str) -> [(String, &'a str); 4] {
    let field = |name: &str| format!("{name}.{kind}");
    [(field("add"), "1"), (field("name"), name), (field("area_m2"), area), (field("capacity"), "20")]
}

on_both_engines! {
    async fn all_required_rooms_are_added_at_once(app: TestApp) {
        let otto = app.sign_in("otto").await;
        let page = otto.get("/centers/2/rooms").await.is(200).shows("一次添加 8 间必备功能室").shows("open>")
            .shows("name=\"add.1\" value=\"1\" checked").shows("name=\"name.8\" type=\"text\"").shows("value=\"志愿者之家\"");
        assert_eq!(page.text().matches(" checked").count(), 8);
        let names = ["大厅", "多功能厅", "阅览室", "长者室", "儿童室", "个案室", "小组室", "志愿者室"];
        let rows: Vec<_> = (1..).zip(names).map(|(kind, name)| row(kind, name, "50")).collect();
        otto.post("/centers/2/rooms/required", &at_once(&rows, ("09:00", "17:30"))).await.is(303);
        otto.get("/centers/2/rooms").await.is(200).shows("志愿者室").shows("400 m²").shows("79").hides("必备功能室：").hides("一次添加");
        assert_eq!(app.number("select count(*) from rooms where center_id = 2 and capacity = 20 and buffer_minutes = 0").await, 8);
        assert_eq!(app.number("select count(*) from room_weeks w join rooms r on r.id = w.room_id where r.center_id = 2").await, 8);
        let spans = "select count(*) from room_week_spans s join room_weeks w on w.id = s.week_id join rooms r on r.id = w.room_id
                     where r.center_id = 2 and (s.weekday > 5) = (s.opens = 540 and s.closes = 1050)";
        assert_eq!(app.number(spans).await, 56);
        assert_eq!(app.number("select count(*) from audit_events where action = 'room.added' and center_id = 2").await, 8);
        // Sent twice, nothing comes of it, and each row says why.
        let again = otto.post("/centers/2/rooms/required", &at_once(&rows, ("", ""))).await.is(422).shows("这个名称已经有了");
        assert_eq!(again.text().matches("href=\"#f-name.").count(), 8);
        assert_eq!(app.number("select count(*) from rooms where center_id = 2").await, 8);
    }

    async fn faults_of_many_rooms_stand_at_their_fields_and_none_is_added(app: TestApp) {
        let ben = app.sign_in("ben").await;
        let path = "/centers/1/rooms/required";
        let before = app.number("select count(*) from rooms").await;
        let mut rows = [row(6, "个案室", ""), row(7, "小组室", "70"), row(8, "小组室", "30")];
        let mut form = at_once(&rows, ("09:00", ""));
        form.retain(|(name, _)| *name != "weekdays.opens" && *name != "weekdays.closes");
        ben.post(path, &form).await.is(422).shows("#f-area_m2.6").hides("#f-area_m2.7").shows("#f-weekdays.opens").shows("#f-weekend.closes")
            .shows("value=\"个案室\"").hides("#f-name.8");
        rows[0][2].1 = "24";
        ben.post(path, &at_once(&rows, ("", ""))).await.is(422).shows("#f-name.8").hides("#f-name.7");
        ben.post(path, &at_once(&rows, ("17:00", "09:00"))).await.is(422).shows("关门要晚于开门");
        ben.post(path, &at_once(&[], ("", ""))).await.is(422).shows("请至少勾选一间功能室");
        // A kind that no center has to have is not read.
        ben.post(path, &at_once(&[row(9, "康复室", "40")], ("", ""))).await.is(422).shows("请至少勾选一间功能室");
        assert_eq!(app.number("select count(*) from rooms").await, before);
        rows[2][1].1 = "志愿者室";
        rows[1][0].1 = "0";
        ben.post(path, &at_once(&rows, ("", ""))).await.is(303);
        assert_eq!(app.number("select count(*) from rooms").await, before + 2);
        ben.get("/centers/1/rooms").await.is(200).shows("志愿者室").hides("小组室").shows("一次添加");
        app.sign_in("ann").await.get("/centers/1/rooms").await.is(200).hides("一次添加");
    }
}
