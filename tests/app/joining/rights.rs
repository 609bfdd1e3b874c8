//! Every route × every kind of phone, with the exact status. A phone may on every route what nobody may, and no more, but for its own: the
//! rows below.

use rocket::http::Method;

use super::{applies, asks, comes, confirms, enters, has_served, leader, recruits};
use crate::access;
use crate::check_in::{request, session};
use crate::support::on_both_engines;

/// What is a phone's own: the route, where it is asked, and what a volunteer's, the leader's and a family's phone get.
const OWN: &[(Method, &str, &str, [&str; 3])] = &[
    (Method::Get, "/me/teams/<id>", "/me/teams/1", ["404", "200", "404"]),
    (Method::Post, "/me/applications/<id>/withdrawal", "/me/applications/3/withdrawal", ["404", "404", "303"]),
    (
        Method::Post,
        "/me/teams/<id>/applications/<application>/approval",
        "/me/teams/1/applications/1/approval",
        ["404", "303", "404"],
    ),
    (
        Method::Post,
        "/me/teams/<id>/applications/<application>/refusal",
        "/me/teams/1/applications/2/refusal",
        ["404", "422", "404"],
    ),
    (
        Method::Post,
        "/me/teams/<id>/members/<member>/suspension",
        "/me/teams/1/members/2/suspension",
        ["404", "422", "404"],
    ),
    (
        Method::Post,
        "/me/teams/<id>/members/<member>/resumption",
        "/me/teams/1/members/2/resumption",
        ["404", "422", "404"],
    ),
    (Method::Get, "/me/shifts", "/me/shifts", ["200", "200", "200"]),
    (Method::Post, "/me/shifts", "/me/shifts", ["422", "422", "422"]),
    (Method::Get, "/me/calendar", "/me/calendar", ["200", "200", "200"]),
    (Method::Post, "/me/calendar", "/me/calendar", ["422", "422", "422"]),
    (Method::Get, "/me/teams/<team>/sessions/<id>/shifts", "/me/teams/1/sessions/1/shifts", ["404", "200", "404"]),
    (Method::Post, "/me/teams/<team>/sessions/<id>/needs", "/me/teams/1/sessions/1/needs", ["404", "422", "404"]),
    (Method::Get, "/me/people/<person>/claims", "/me/people/1/claims", ["404", "200", "404"]),
    (Method::Post, "/me/people/<person>/claims", "/me/people/1/claims", ["404", "422", "404"]),
    (Method::Get, "/me/people/<person>/hours/<entry>/claim", "/me/people/2/hours/999/claim", ["404", "404", "404"]),
    (Method::Post, "/me/people/<person>/hours/<entry>/claim", "/me/people/2/hours/999/claim", ["404", "404", "404"]),
    (Method::Post, "/me/claims/<id>/withdrawal", "/me/claims/1/withdrawal", ["422", "422", "422"]),
    (Method::Get, "/me/teams/<id>/claims", "/me/teams/1/claims", ["404", "200", "404"]),
    (Method::Post, "/me/teams/<id>/claims", "/me/teams/1/claims", ["404", "422", "404"]),
    (Method::Get, "/me/people/<person>/certificates", "/me/people/2/certificates", ["200", "404", "404"]),
    (Method::Post, "/me/people/<person>/certificates", "/me/people/2/certificates", ["422", "404", "404"]),
    (Method::Post, "/me/teams/<id>/leaving", "/me/teams/1/leaving", ["422", "422", "422"]),
];

/// After these a phone is nobody any more: asked at the end.
const LAST: [&str; 2] = ["/me/forget", "/c/<token>/forget"];

on_both_engines! {
    async fn a_phone_may_what_nobody_may_and_its_own(app: TestApp) {
        session(&app, None, Some(1)).await;
        recruits(&app).await;
        let leader = leader(&app).await;
        let volunteer = comes(&app, "梁惠芳", "13800138000").await;
        app.sign_in("ann").await.post("/centers/1/teams/1/members", &[("person", "2")]).await.is(303);
        confirms(&app, 2).await;
        let mut family = comes(&app, "黄秀英", "13700137000").await;
        confirms(&app, 3).await;
        enters(&mut family, "黄小明", "13700137000").await;
        for (name, number) in [("孙志愿", "13511115111"), ("钱志愿", "13511115112")] {
            applies(&app, name, number).await;
        }
        asks(&family, &request(), "黄小明", "13700137000").await.is(303);
        let phones = [&volunteer, &leader, &family];
        let mut wrong = Vec::new();
        for row in access::rows().filter(|row| !LAST.contains(&row.route)) {
            if OWN.iter().any(|(method, route, ..)| (*method, *route) == (row.method, row.route)) {
                continue;
            }
            for (kind, phone) in ["volunteer", "leader", "family"].iter().zip(phones) {
                let found = access::status(phone, row.method, row.path).await;
                if found != row.statuses[0] {
                    wrong.push(format!("{} {} as {kind}: {found}, and nobody gets {}", row.method, row.path, row.statuses[0]));
                }
            }
        }
        for (method, route, path, expected) in OWN {
            assert!(access::rows().any(|row| (row.method, row.route) == (*method, *route)), "{route} is no route");
            for (phone, expected) in phones.iter().zip(expected) {
                let found = access::status(phone, *method, path).await;
                if found != *expected {
                    wrong.push(format!("{method} {path}: {found}, not {expected}"));
                }
            }
        }
        for phone in phones {
            assert_eq!(access::status(phone, Method::Post, "/me/forget").await, "303");
            phone.get("/me/teams/1").await.is(404);
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    async fn a_family_sees_the_numbers_of_those_for_whom_it_is_confirmed(app: TestApp) {
        session(&app, None, Some(1)).await;
        let ann = app.sign_in("ann").await;
        let mut family = comes(&app, "黄秀英", "13700137000").await;
        confirms(&app, 1).await;
        enters(&mut family, "黄小明", "13700137000").await;
        for person in ["1", "2"] {
            ann.post("/centers/1/teams/1/members", &[("person", person)]).await.is(303);
        }
        has_served(&app, 2).await;
        let page = family.get("/me").await.is(200);
        page.shows("黄秀英").shows("黄小明").shows("0000017").hides("0000025").hides("4 小时").hides("去年的探访");
        family.post("/me/teams/1/leaving", &[("person", "2")]).await.is(404);
        confirms(&app, 2).await;
        family.get("/me").await.is(200).shows("0000025").shows("4 小时").shows("去年的探访");
        family.post("/me/teams/1/leaving", &[("person", "2")]).await.is(303);
        assert_eq!(app.number("select count(*) from team_members where left_on is null and person_id = 1").await, 1);
    }

    async fn the_leaders_phone_shows_no_number_no_hours_and_no_other_team(app: TestApp) {
        session(&app, None, Some(1)).await;
        let leader = leader(&app).await;
        let ann = app.sign_in("ann").await;
        let person = [("name", "梁惠芳"), ("phone", "13800138000"), ("note", "怕黑狗"), ("needy", "1")];
        let needy = [("needy.valid_from", "2026-01-01"), ("needy.document", "低保证")];
        ann.post("/centers/1/people", &[&person[..], &needy].concat()).await.is(303);
        ann.post("/centers/1/teams/1/members", &[("person", "2")]).await.is(303);
        has_served(&app, 2).await;
        let page = leader.get("/me/teams/1").await.is(200);
        page.shows("梁惠芳").shows("****8000").hides("13800138000").hides("怕黑狗").hides("困难").hides("4 小时").hides("260").hides("/people/");
        ann.post("/centers/1/teams", &[("name", "晨光环保队"), ("kind", "5"), ("founded_on", "2026-03-01")]).await.is(303);
        leader.get("/me/teams/2").await.is(404);
        // Whoever only typed the leader's name and number leads nothing.
        let stranger = comes(&app, "陈大文", "13900139000").await;
        stranger.get("/me/teams/1").await.is(404);
        stranger.get("/me").await.is(200).hides("我带的队伍");
        leader.get("/me").await.is(200).shows("我带的队伍");
        ann.post("/centers/1/teams/1/leadership", &[("person", "2")]).await.is(303);
        leader.get("/me/teams/1").await.is(404);
    }
}
