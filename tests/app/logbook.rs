//! The logbook: sentences with names, for whom they are, and its filters.

use crate::support::on_both_engines;

on_both_engines! {
    async fn the_logbook_names_whom_a_thing_was_done_to_and_to_whom_it_may(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        ann.post("/centers/1/people", &[("name", "梁惠芳")]).await.is(303);
        ben.post("/centers/1/rooms", &[("name", "舞蹈室"), ("kind", "12"), ("area_m2", "50"), ("capacity", "20")]).await.is(303);
        ann.get("/centers/1/audit").await.is(200).shows("登记了居民").shows("梁惠芳").shows("添加了功能室").shows("舞蹈室");
        // Who answers for the staff reads that it was done, not to whom.
        ben.get("/centers/1/audit").await.is(200).shows("登记了居民").shows("舞蹈室").hides("梁惠芳");
        app.sign_in("ada").await.get("/audit").await.is(200).shows("梁惠芳").shows("舞蹈室");
    }

    async fn the_logbook_is_cut_by_what_by_whom_and_by_day(app: TestApp) {
        let (ann, ben) = (app.sign_in("ann").await, app.sign_in("ben").await);
        ann.post("/centers/1/people", &[("name", "梁惠芳")]).await.is(303);
        ben.post("/centers/1/rooms", &[("name", "舞蹈室"), ("kind", "12"), ("area_m2", "50"), ("capacity", "20")]).await.is(303);
        app.at("2026-03-06T00:30:00+08:00");
        ann.post("/centers/1/people", &[("name", "欧阳志强")]).await.is(303);
        let shown = async |query: &str| ann.get(&format!("/centers/1/audit{query}")).await.is(200).text();
        let has = |page: &str| ["梁惠芳", "欧阳志强", "舞蹈室"].map(|name| page.contains(name));
        assert_eq!(has(&shown("").await), [true, true, true]);
        assert_eq!(has(&shown("?part=people").await), [true, true, false]);
        assert_eq!(has(&shown("?part=rooms").await), [false, false, true]);
        // The day is the center's, not Greenwich's.
        assert_eq!(has(&shown("?day=2026-03-05").await), [true, false, true]);
        assert_eq!(has(&shown("?day=2026-03-06&part=people").await), [false, true, false]);
        let who = app.number("select id from accounts where login = 'ben'").await;
        assert_eq!(has(&shown(&format!("?who={who}")).await), [false, false, true]);
        assert_eq!(has(&shown("?part=nonsense&day=yesterday&who=x").await), [true, true, true]);
        assert!(shown("?part=accounts").await.contains("没有符合条件的记录"));
    }

    async fn signing_in_is_told_where_it_is_asked_for(app: TestApp) {
        let ada = app.sign_in("ada").await;
        app.anyone().post("/sign-in", &[("login", "ann"), ("password", crate::support::cast::PASSWORD)]).await.is(303);
        assert!(app.number("select count(*) from audit_events where action = 'login.opened'").await > 0);
        let shown = async |query: &str| {
            let page = ada.get(&format!("/audit{query}")).await.is(200).text();
            i64::try_from(page.matches("<time>").count()).unwrap()
        };
        let signed_in = app.number("select count(*) from audit_events where subject = 'login'").await;
        let rest = app.number("select count(*) from audit_events where subject <> 'login'").await;
        assert_eq!((shown("").await, shown("?part=sign_ins").await), (rest, signed_in));
    }
}
