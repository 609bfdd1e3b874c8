//! Volunteer teams, their members and leaders.

use serde_json::json;

use crate::support::{TestApp, User, on_both_engines};

async fn residents<'a>(app: &'a TestApp) -> User<'a> {
    let ann = app.sign_in("ann").await;
    ann.post("/centers/1/people", &[("name", "梁惠芳"), ("birth_date", "1948-03-02")]).await.is(303);
    ann.post("/centers/1/people", &[("name", "梁惠芳"), ("birth_date", "1979-12-12")]).await.is(303);
    ann.post("/centers/1/people", &[("name", "陈大文")]).await.is(303);
    ann
}

on_both_engines! {
    async fn a_team_is_founded_with_its_leader(app: TestApp) {
        let ann = residents(&app).await;
        let team = [("name", "晨光环保队"), ("kind", "5"), ("founded_on", "2026-03-01")];
        assert_eq!(ann.post("/centers/1/teams", &[&team[..], &[("leader", "cdw")]].concat()).await.leads_to(), "/centers/1/teams/2");
        ann.get("/centers/1/teams/2").await.is(200).shows("陈大文").shows("队长").shows("环保");
        ann.post("/centers/1/teams", &team).await.is(422).shows("这个名称已经有了");
        ann.post("/centers/1/teams", &[("name", "另一队"), team[1], team[2], ("leader", "不存在")]).await.is(422).shows("没有找到这位居民");
        ann.post("/centers/1/teams", &[("name", "另一队"), team[1], team[2], ("leader", "lhf")]).await.is(422).shows("请在下面选一位").shows("1948").shows("1979");
        ann.post("/centers/1/teams", &[("name", "另一队"), team[1], team[2], ("leader", "lhf"), ("leader_id", "2")]).await.is(303);
        assert_eq!(app.number("select leader_id from teams where name = '另一队'").await, 2);
    }

    async fn members_come_and_go(app: TestApp) {
        let ann = residents(&app).await;
        ann.post("/centers/1/teams/1/candidates", &[("q", "cdw")]).await.is(200).shows("陈大文").hides("梁惠芳");
        ann.post("/centers/1/teams/1/members", &[("person", "3")]).await.is(303);
        ann.post("/centers/1/teams/1/members", &[("person", "3")]).await.is(303);
        assert_eq!(app.number("select count(*) from team_members").await, 1);
        ann.post("/centers/1/teams/1/leadership", &[("person", "3")]).await.is(303);
        ann.get("/centers/1/people/3").await.is(200).shows("邻里敬老队");
        ann.post("/centers/1/teams/1/members/3/leaving", &[]).await.is(303);
        ann.post("/centers/1/teams/1/members/3/leaving", &[]).await.is(404);
        assert_eq!(app.number("select count(*) from teams where leader_id is null").await, 1);
        ann.post("/centers/1/teams/1/members", &[("person", "3")]).await.is(303);
        assert_eq!(app.number("select count(*) from team_members").await, 2, "who comes back is a new membership");
        ann.post("/centers/1/teams/1/members", &[("person", "99")]).await.is(404);
    }

    async fn a_leader_sees_the_own_team_and_nothing_else(app: TestApp) {
        let ann = residents(&app).await;
        ann.post("/centers/1/teams", &[("name", "晨光环保队"), ("kind", "5"), ("founded_on", "2026-03-01")]).await.is(303);
        ann.post("/centers/1/teams/1/members", &[("person", "3")]).await.is(303);
        let lei = app.sign_in("lei").await;
        lei.get("/centers/1/teams").await.is(200).shows("邻里敬老队").hides("晨光环保队");
        lei.get("/centers/1/teams/1").await.is(200).shows("陈大文").hides("/people/3").hides("退出队伍");
        lei.get("/centers/1/teams/2").await.is(404);
        lei.get("/centers/1/people").await.is(403);
        lei.post("/centers/1/teams/1/members", &[("person", "1")]).await.is(403);
        let list = app.token("lei").await.get("/api/v1/teams?center=1").await.is(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }

    async fn a_disbanded_team_stays_on_record_and_takes_nobody(app: TestApp) {
        let ann = residents(&app).await;
        ann.post("/centers/1/teams/1/disbanding", &[]).await.is(303);
        ann.get("/centers/1/teams").await.is(200).shows("已解散");
        ann.post("/centers/1/teams/1/members", &[("person", "3")]).await.is(404);
        ann.post("/centers/1/teams/1/disbanding", &[]).await.is(404);
    }

    async fn hours_are_the_teams_and_the_members(app: TestApp) {
        let ann = residents(&app).await;
        ann.post("/centers/1/teams/1/members", &[("person", "3")]).await.is(303);
        app.execute("insert into activities (center_id, kind_id, title, published, created_at) values (1, 1, '探访', 0, 0)").await;
        app.execute(
            "insert into sessions (activity_id, center_id, starts_at, ends_at, local_date, status, updated_at)
             values (1, 1, 0, 1, '2026-03-01', 'completed', 0)",
        ).await;
        app.execute(
            "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at)
             values (3, 1, 1, 200, 'measured', 200, 0), (3, 1, 1, -20, 'adjusted', -20, 0), (3, 1, null, 600, 'measured', 600, 0)",
        ).await;
        ann.get("/centers/1/teams/1").await.is(200).shows("3 小时").hides("13 小时");
    }

    async fn the_api_founds_teams_and_takes_members(app: TestApp) {
        residents(&app).await;
        let ann = app.token("ann").await;
        let made = ann.post_json("/api/v1/teams", json!({"center": 1, "name": "科普队", "kind": 8, "founded_on": "2026-03-01", "leader_id": 1})).await.is(201).json();
        assert_eq!((&made["members"], &made["leader_id"], &made["minutes"]), (&json!(1), &json!(1), &json!(0)));
        let joined = ann.post_json("/api/v1/teams/2/members", json!({"person_id": 3})).await.is(201).json();
        assert_eq!(joined["members"], 2);
        app.token("olga").await.post_json("/api/v1/teams/2/members", json!({"person_id": 3})).await.is(404);
    }
}
