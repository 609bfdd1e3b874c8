//! A volunteer's whole way in real browsers, at the size of a phone: a shift taken, a substitute who says yes, in and out at the door, hours
//! confirmed in the list of many, a certificate asked for, issued, proven on another phone, revoked, and opened again.

use super::journey::Walk;
use crate::check_in::{another, card, people, session};
use crate::support::browser::Browser;
use crate::support::cast::PASSWORD;
use crate::support::live::Live;
use crate::support::{Engine, TestApp};

#[test]
fn from_a_shift_to_a_proof_in_chinese() {
    journey(Engine::Sqlite, "zh-CN");
}

#[test]
fn from_a_shift_to_a_proof_in_english_on_postgres() {
    journey(Engine::Postgres, "en");
}

fn journey(engine: Engine, lang: &str) {
    let Some(url) = crate::support::app::fresh_database(engine) else { return };
    let live = Live::on(&url, 0);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let app = TestApp::open(&url).await;
        let open = async || Browser::phone().lang(lang).open().await;
        let (Some(first), Some(second), Some(worker), Some(reader)) =
            (open().await, open().await, open().await, open().await)
        else {
            return;
        };
        let walk = Walk { live, app, lang: lang.to_owned() };
        is_needed(&walk).await;
        takes_and_asks_for_a_substitute(&walk, &first).await;
        takes_over(&walk, &second).await;
        walk.open(&first, "/me").await;
        assert!(!first.exists("#taken").await, "the shift is somebody else's now");
        comes_and_goes(&walk, &second).await;
        is_confirmed(&walk, &worker).await;
        walk.asks(&second).await;
        walk.issues(&worker).await;
        let proof = walk.prints(&second, ("2 小时", "2 h")).await;
        reader.goto(&proof).await;
        reader.see(if lang == "en" { "Genuine" } else { "证明属实" }).await;
        reader.see("陈伯2").await;
        walk.revokes(&worker).await;
        reader.goto(&proof).await;
        reader.see(if lang == "en" { "Revoked" } else { "已撤销" }).await;
        reader.not_see("陈伯2").await;
        for browser in [first, second, worker, reader] {
            let errors = browser.console_errors().await;
            assert!(errors.is_empty(), "{errors:?}");
            browser.close().await;
        }
    });
}

/// Tomorrow's session needs one member of the team at the door; there are two.
async fn is_needed(walk: &Walk) {
    session(&walk.app, None, Some(1)).await;
    people(&walk.app, 2).await;
    another(&walk.app, "next", "2026-03-06", None, Some(1)).await;
    let ann = walk.app.sign_in("ann").await;
    for person in ["1", "2"] {
        ann.post("/centers/1/teams/1/members", &[("person", person)]).await.is(303);
    }
    let wanted = [("position", "签到"), ("wanted", "1"), ("team", "1")];
    ann.post("/centers/1/sessions/2/needs", &wanted).await.is(303);
}

/// The own card was shown to it, so the phone is theirs.
async fn is_of(walk: &Walk, phone: &Browser, person: i64) {
    let code = card(&walk.app, person).await;
    walk.open(phone, &format!("/k/{}", code.plain())).await;
    phone.click("button.go").await;
    phone.text(".next").await;
}

async fn takes_and_asks_for_a_substitute(walk: &Walk, phone: &Browser) {
    is_of(walk, phone, 1).await;
    walk.open(phone, "/me").await;
    phone.click("#open-shifts button.primary").await;
    phone.text("#taken").await;
    phone.no_horizontal_scroll().await;
    phone.click("#taken details.ask:first-of-type summary").await;
    phone.select("#taken form[action$='/substitution'] select", "2").await;
    phone.click("#taken form[action$='/substitution'] button").await;
    phone.text(".notice.ok[role=status]").await;
    phone.see("陈伯2").await;
}

async fn takes_over(walk: &Walk, phone: &Browser) {
    is_of(walk, phone, 2).await;
    walk.open(phone, "/me").await;
    phone.see("陈伯1").await;
    phone.click("#asked form[action$='/acceptance'] button").await;
    phone.text("#taken").await;
}

/// One tap in, as a volunteer, and one out; then the session is closed without confirming anything.
async fn comes_and_goes(walk: &Walk, phone: &Browser) {
    walk.live.at("2026-03-06T02:00:00Z");
    walk.open(phone, "/c/next").await;
    phone.see(if walk.lang == "en" { "As a volunteer" } else { "作为志愿者" }).await;
    phone.click("button.go").await;
    phone.text(".word").await;
    walk.live.at("2026-03-06T04:00:00Z");
    walk.open(phone, "/c/next").await;
    phone.click("button.go[name=leaving]").await;
    phone.text(".word").await;
    walk.live.at("2026-03-06T04:10:00Z");
    walk.app.at("2026-03-06T04:10:00Z");
    let ann = walk.app.sign_in("ann").await;
    ann.post("/centers/1/sessions/2/closing", &[("summary", "都来了")]).await.is(303);
}

/// In the list of what waits, as it proposes.
async fn is_confirmed(walk: &Walk, worker: &Browser) {
    walk.open(worker, "/sign-in?next=/centers/1/hours").await;
    worker.fill("[name=login]", "ann").await;
    worker.fill("[name=password]", PASSWORD).await;
    worker.click("main form.form .primary").await;
    worker.see("陈伯2").await;
    worker.no_horizontal_scroll().await;
    worker.click("form#entry .primary").await;
    worker.text(".notice.ok[role=status]").await;
}
