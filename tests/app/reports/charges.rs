//! Two purchasers pay for one center at the same time: each is told what it is charged with, and no session is told twice.

use serde_json::json;

use super::{figures, month::Held, month::Month, month::at};
use crate::support::{TestApp, on_both_engines};

const MARCH: (&str, &str) = ("2026-03-01", "2026-04-01");

/// Purchaser 2 pays for center 1 too, from 10 March on; its account is purchaser 1's, given to it.
async fn a_second_pays(app: &TestApp) {
    for sql in [
        "insert into purchasers (name, created_at) values ('市残联', 0)",
        "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at)
         select 1, max(id), '2026-03-10', '2026-12-31', 0 from purchasers",
        "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
         select max(id), 1, '2026-03-10', '2026-12-31' from agreements",
        "update marks set version = version + 1",
    ] {
        app.execute(sql).await;
    }
}

/// Who reads as the one purchaser, or as the other.
async fn pat_is_of(app: &TestApp, first: bool) {
    let which = if first { "min" } else { "max" };
    app.execute(
        format!(
            "update account_scopes set purchaser_id = (select {which}(id) from purchasers)
         where account_id = (select id from accounts where login = 'pat')"
        )
        .leak(),
    )
    .await;
}

async fn three_sessions(app: &TestApp) -> [i64; 3] {
    let mut month = Month::begin(app).await;
    // Of either age more than are hidden from a purchaser.
    let mut people = Vec::new();
    for n in 0..8 {
        people.push(month.person(Some(if n < 4 { "1950-05-01" } else { "1990-05-01" })).await);
    }
    let mut ids = [0; 3];
    for (id, day) in ids.iter_mut().zip(["2026-03-05 09:00", "2026-03-12 09:00", "2026-03-20 09:00"]) {
        *id = month.session(at(day), 60, Held::default()).await;
        for &person in &people {
            month.attend(*id, person, "participant").await;
        }
    }
    month.heads(ids[2], 3, [0; 4], false).await;
    month.commit().await;
    app.at("2026-04-02T02:00:00Z");
    ids
}

on_both_engines! {
    async fn no_session_is_told_to_two_purchasers(app: TestApp) {
        let [_, _, third] = three_sessions(&app).await;
        a_second_pays(&app).await;
        linli::figures::refresh::refresh(app.db(), app.clock.now()).await.unwrap();
        let told = async |who: &str| {
            let found = figures(&app, who, "center:1", MARCH).await;
            ["sessions", "visits", "persons", "unnamed", "visits.elderly"].map(|key| found.get(key).copied().unwrap_or(0))
        };
        // Where nothing is said, the older agreement pays.
        assert_eq!(told("ann").await, [3, 27, 8, 3, 12]);
        assert_eq!(told("pat").await, [3, 27, 8, 3, 12]);
        pat_is_of(&app, false).await;
        assert_eq!(told("pat").await, [0, 0, 0, 0, 0]);
        // The third is the second purchaser's.
        app.execute(format!("update sessions set charged_to = (select max(id) from agreements) where id = {third}").leak()).await;
        app.execute("update marks set version = version + 1").await;
        assert_eq!(told("pat").await, [1, 11, 8, 3, 4]);
        pat_is_of(&app, true).await;
        assert_eq!(told("pat").await, [2, 16, 8, 0, 8]);
        assert_eq!(told("ann").await, [3, 27, 8, 3, 12], "the center's own numbers are all of it");
        // What is kept says the same as the rows.
        linli::figures::refresh::refresh(app.db(), app.clock.now()).await.unwrap();
        assert_eq!(told("pat").await, [2, 16, 8, 0, 8]);
        assert!(linli::figures::refresh::check(&mut app.db().read().await.unwrap(), |_| ()).await.unwrap().is_empty());
        // A page and its file list what was charged, and nothing of the other's.
        let pat = app.sign_in("pat").await;
        pat.get("/centers/1/reports/2026-03").await.is(200).hides("2026-03-20");
        pat.get("/centers/1/reports/2026-03.csv").await.is(200);
        let ann = app.token("ann").await;
        let all = ann.get(&format!("/api/v1/summary?scope=center:1&from={}&to={}&by=center", MARCH.0, MARCH.1)).await.is(200).json();
        assert_eq!(all["from"], json!(MARCH.0));
    }

    async fn a_session_charged_to_an_agreement_that_ended_before_it_is_the_others(app: TestApp) {
        let [_, _, third] = three_sessions(&app).await;
        a_second_pays(&app).await;
        app.execute(format!("update sessions set charged_to = (select max(id) from agreements) where id = {third}").leak()).await;
        app.execute("update agreement_centers set ends_on = '2026-03-15' where agreement_id = (select max(id) from agreements)").await;
        let found = figures(&app, "pat", "center:1", MARCH).await;
        assert_eq!(found["sessions"], 3);
    }
}
