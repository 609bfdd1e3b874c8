//! Codes that last: one poster for an activity, a room or a center, that leads to the session of the moment.

use crate::check_in::{another, request, session};
use crate::support::{Answer, TestApp, on_both_engines};

/// The lasting code of an address's activity, room or center, made by the worker.
async fn code(app: &TestApp, of: &str) -> String {
    let ann = app.sign_in("ann").await;
    assert_eq!(ann.post(&format!("{of}/code"), &[]).await.leads_to(), format!("{of}/poster"));
    let poster = ann.get(&format!("{of}/poster")).await.is(200).text();
    let (_, short) = poster.split_once("class=\"short\">").unwrap();
    let address = short.split('<').next().unwrap();
    address[address.find("/c/").unwrap()..].to_owned()
}

/// Gives a name and a number where the page's form is sent to.
async fn enters(app: &TestApp, path: &str, name: &str) -> Answer {
    let fields = [("request_id", &*request()), ("name", name), ("phone", "13800138000")];
    app.anyone().post(path, &fields).await
}

/// Another activity in room 1, whose session `/c/art` begins an hour after the first one.
async fn the_next_class(app: &TestApp) {
    app.execute(
        "insert into activities (center_id, kind_id, title, published, created_at)
         select 1, id, '书画班', 1, 0 from service_kinds where code = 'community_activity'",
    )
    .await;
    another(app, "art", "2026-03-05", None, None).await;
    app.execute("update sessions set activity_id = 2, starts_at = starts_at + 7200000, ends_at = ends_at + 7200000 where id = 2").await;
}

on_both_engines! {
    async fn a_poster_of_an_activity_leads_to_the_session_of_the_moment(app: TestApp) {
        session(&app, None, None).await;
        another(&app, "later", "2026-03-06", None, None).await;
        let poster = code(&app, "/centers/1/activities/1").await;
        assert_eq!(code(&app, "/centers/1/activities/1").await, poster, "it stays as it is");
        let phone = app.anyone();
        assert_eq!(phone.get(&poster).await.leads_to(), "/c/tea");
        enters(&app, "/c/tea", "梁惠芳").await.is(200).shows("签到成功");
        // The same sheet on the next day, and at night.
        app.at("2026-03-06T01:30:00Z");
        assert_eq!(phone.get(&poster).await.leads_to(), "/c/later");
        app.at("2026-03-05T18:00:00Z");
        phone.get(&poster).await.is(200).shows("现在没有可以签到的活动").shows("早茶会").shows("10:00–12:00").hides("name=\"phone\"");
        app.at("2026-03-09T02:00:00Z");
        phone.get(&poster).await.is(200).shows("现在没有可以签到的活动").hides("早茶会");
        // Nothing is written to the poster's own address.
        enters(&app, &poster, "陈大文").await.is(404);
        assert_eq!(app.number("select count(*) from attendances").await, 1);
    }

    async fn at_the_change_of_class_nobody_is_misfiled(app: TestApp) {
        session(&app, None, None).await;
        the_next_class(&app).await;
        for of in ["/centers/1/rooms/1", "/centers/1"] {
            app.at("2026-03-05T02:30:00Z");
            let poster = code(&app, of).await;
            assert_eq!(app.anyone().get(&poster).await.leads_to(), "/c/tea", "{of}");
            // Both doors are open: whoever comes says which is meant, whatever the clock says when the form is sent.
            app.at("2026-03-05T03:50:00Z");
            app.anyone().get(&poster).await.is(200).shows("您来参加哪一场").shows("href=\"/c/tea\"").shows("href=\"/c/art\"");
            let name = format!("来{of}的人").replace(['/', '1'], "");
            enters(&app, "/c/art", &name).await.is(200).shows("书画班");
            app.at("2026-03-05T04:40:00Z");
            assert_eq!(app.anyone().get(&poster).await.leads_to(), "/c/art", "{of}");
        }
        assert_eq!(app.number("select count(*) from attendances where session_id = 2").await, 2);
        assert_eq!(app.number("select count(*) from attendances where session_id = 1").await, 0);
        app.sign_in("ben").await.get("/centers/1/rooms/99/poster").await.is(404);
    }

    async fn what_is_confidential_stands_behind_no_lasting_code(app: TestApp) {
        session(&app, None, None).await;
        let room = code(&app, "/centers/1/rooms/1").await;
        app.execute("update activities set kind_id = (select id from service_kinds where code = 'case_work')").await;
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/activities/1/code", &[]).await.is(404);
        ann.get("/centers/1/activities/1").await.is(200).hides("activities/1/code");
        app.anyone().get(&room).await.is(200).shows("请到前台").hides("早茶会").hides("个案").hides("10:00");
    }

    async fn a_lasting_code_alone_admits_to_no_session_whose_code_rotates(app: TestApp) {
        session(&app, None, None).await;
        let poster = code(&app, "/centers/1/activities/1").await;
        app.execute("update sessions set rotating = 1").await;
        let led = app.anyone().get(&poster).await.leads_to();
        app.anyone().get(&led).await.is(200).shows("请再扫一次屏幕上的二维码").hides("name=\"phone\"");
        enters(&app, &led, "梁惠芳").await.is(409);
        assert_eq!(app.number("select count(*) from attendances").await, 0);
    }

    async fn of_those_who_make_a_code_at_once_one_does(app: TestApp) {
        session(&app, None, None).await;
        let ann = app.sign_in("ann").await;
        for body in [&[][..], &[("replace", "1")]] {
            let make = || ann.post("/centers/1/rooms/1/code", body);
            let (one, two, three) = rocket::tokio::join!(make(), make(), make());
            for answer in [one, two, three] {
                assert_eq!(answer.leads_to(), "/centers/1/rooms/1/poster");
            }
            assert_eq!(app.number("select count(*) from codes where kind = 'room' and replaced_at is null").await, 1);
        }
        assert_eq!(app.number("select count(*) from audit_events where action = 'room.code_made'").await, 1);
    }

    async fn a_code_that_was_replaced_leads_nowhere(app: TestApp) {
        session(&app, None, None).await;
        let old = code(&app, "/centers/1/activities/1").await;
        app.sign_in("ann").await.post("/centers/1/activities/1/code", &[("replace", "1")]).await.is(303);
        let new = code(&app, "/centers/1/activities/1").await;
        assert_ne!(old, new);
        app.anyone().get(&old).await.is(404);
        assert_eq!(app.anyone().get(&new).await.leads_to(), "/c/tea");
        assert_eq!(app.number("select count(*) from audit_events where action = 'activity.code_replaced'").await, 1);
        assert_eq!(app.number("select count(*) from audit_events where action = 'activity.code_made'").await, 1);
    }
}
