//! Two purchasers pay for one center at the same time: each is told what it is charged with, and no session is told twice.

use linli::figures::refresh::{check, refresh};

use super::{MARCH, figures, month::Held, month::Month, month::at};
use crate::outsiders::told_of;
use crate::support::cast::PASSWORD;
use crate::support::{TestApp, on_both_engines};

/// Purchaser 3 pays for center 1 too, from 10 March on: agreement 3. Quan reads for it.
pub(super) async fn a_second_pays(app: &TestApp) {
    let ada = app.sign_in("ada").await;
    ada.post("/purchasers", &[("name", "市残联")]).await.is(303);
    let parties = [("center", "1"), ("provider", "1"), ("purchaser", "3")];
    let days = [("starts_on", "2026-03-10"), ("ends_on", "2026-12-31")];
    ada.post("/agreements", &[&parties[..], &days].concat()).await.is(303);
    let account = [("name", "全科长"), ("login", "quan"), ("role", "purchaser"), ("purchaser", "3")];
    let passwords = [("password", PASSWORD), ("password_again", PASSWORD)];
    ada.post("/accounts", &[&account[..], &passwords].concat()).await.is(303);
}

/// A worker says which of the two pays for a session that was held.
async fn is_charged(app: &TestApp, session: i64, to: &str) {
    let charge = [("charged_to", to), ("reason", "记错出资方")];
    app.sign_in("ann").await.post(&format!("/centers/1/sessions/{session}/charging"), &charge).await.is(303);
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
    // What was written behind the pages' back is kept from here on; what the pages change is theirs to mark.
    refresh(app.db(), app.clock.now()).await.unwrap();
    ids
}

/// Sessions, visits, persons, those without a name, and visits of the elderly.
async fn told(app: &TestApp, who: &str) -> [i64; 5] {
    let found = figures(app, who, "center:1", MARCH).await;
    ["sessions", "visits", "persons", "unnamed", "visits.elderly"].map(|key| found.get(key).copied().unwrap_or(0))
}

on_both_engines! {
    async fn no_session_is_told_to_two_purchasers(app: TestApp) {
        let [_, _, third] = three_sessions(&app).await;
        a_second_pays(&app).await;
        // Where nothing is said, the older agreement pays.
        assert_eq!(told(&app, "ann").await, [3, 27, 8, 3, 12]);
        assert_eq!(told(&app, "pat").await, [3, 27, 8, 3, 12]);
        assert_eq!(told(&app, "quan").await, [0; 5]);
        is_charged(&app, third, "3").await;
        for kept in [false, true] {
            if kept {
                refresh(app.db(), app.clock.now()).await.unwrap();
            }
            assert_eq!(told(&app, "quan").await, [1, 11, 8, 3, 4], "counted anew: {kept}");
            assert_eq!(told(&app, "pat").await, [2, 16, 8, 0, 8], "counted anew: {kept}");
            assert_eq!(told(&app, "ann").await, [3, 27, 8, 3, 12], "the center's own numbers are all of it");
        }
        assert!(check(&mut app.db().read().await.unwrap(), |_| ()).await.unwrap().is_empty());
        // A page, its paper and its file list what was charged, and nothing of the other's: each session has a title of its own.
        for (who, own, others) in [("pat", "活动10", "活动11"), ("quan", "活动11", "活动10")] {
            let user = app.sign_in(who).await;
            for page in ["/centers/1/reports/2026-03.csv", "/centers/1/reports/2026-03"] {
                user.get(page).await.is(200).shows(own).hides(others);
            }
            user.get("/centers/1/reports/2026-03/print").await.is(200).hides(others);
        }
        // And taken back it is as it was.
        is_charged(&app, third, "").await;
        assert_eq!(told(&app, "quan").await, [0; 5]);
        assert_eq!(told(&app, "pat").await, [3, 27, 8, 3, 12]);
    }

    /// Whatever each of the two may fetch, pages, files, rows and reports that were submitted, tells nothing of what is charged to the other.
    async fn two_purchasers_meet_on_no_route_and_in_no_file(app: TestApp) {
        let [_, _, third] = three_sessions(&app).await;
        a_second_pays(&app).await;
        is_charged(&app, third, "3").await;
        app.execute("update activities set title = '只记街道的太极' where id = (select min(activity_id) from sessions where local_date = '2026-03-12')").await;
        app.execute("update activities set title = '只记残联的手工' where id = (select min(activity_id) from sessions where local_date = '2026-03-20')").await;
        let ben = app.sign_in("ben").await;
        let mut from = Vec::new();
        for (report, (agreement, period)) in (1..).zip([("1", "month:2026-03-01"), ("3", "month:2026-03-10")]) {
            ben.post("/periodic-reports", &[("agreement", agreement), ("period", period)]).await.is(303);
            ben.post(&format!("/periodic-reports/{report}/submission"), &[]).await.is(303);
            let version = format!("/periodic-reports/{report}/versions/1");
            from.extend([version.clone(), format!("{version}/print")]);
            from.push(format!("/periodic-reports/{report}/rows?figure=sessions"));
            from.push(format!("/api/v1/reports/{report}/versions/1"));
        }
        for ending in ["", ".csv", ".xlsx", ".docx", "/print", "/rows?figure=sessions", "/rows?figure=visits"] {
            from.push(format!("/centers/1/reports/2026-03{ending}"));
        }
        from.push("/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01".to_owned());
        let words = ["只记街道的太极".to_owned(), "只记残联的手工".to_owned()];
        for (login, own, other) in [("pat", &words[..1], &words[1..]), ("quan", &words[1..], &words[..1])] {
            let told = told_of(login, &app, other, &from).await;
            assert!(told.is_empty(), "{}", told.join("\n"));
            // It was not for want of looking.
            let told = told_of(login, &app, own, &from).await;
            let places = ["/reports/2026-03.csv", "/reports/2026-03.xlsx", "/reports/2026-03.docx", "/rows", "/api/v1/summary/rows", "/versions/1"];
            for place in places {
                assert!(told.iter().any(|one| one.contains(place)), "{login} reads her own by {place}: {}", told.join("\n"));
            }
        }
    }

    async fn a_session_charged_to_an_agreement_that_ended_before_it_is_the_others(app: TestApp) {
        let [_, _, third] = three_sessions(&app).await;
        a_second_pays(&app).await;
        is_charged(&app, third, "3").await;
        assert_eq!(told(&app, "pat").await[0], 2);
        let end = [("last_day", "2026-03-15"), ("end_reason", "经费用完")];
        app.sign_in("ada").await.post("/agreements/3/ending", &end).await.is(303);
        assert_eq!(told(&app, "pat").await, [3, 27, 8, 3, 12]);
        assert_eq!(told(&app, "quan").await, [0; 5]);
    }

    /// What stands behind a report of one agreement is charged to it: on the page, in the file, and for a program.
    async fn a_report_s_number_opens_the_rows_of_its_own_agreement(app: TestApp) {
        let [_, _, third] = three_sessions(&app).await;
        a_second_pays(&app).await;
        is_charged(&app, third, "3").await;
        for sql in [
            "insert into units (center_id, name, name_key, pinyin, kind, founded_on, supported_since, created_at)
             values (1, '互助会', '互助会', '', 'community_organization', '2026-03-15', '2026-03-01', 0)",
            "insert into hour_claims (person_id, center_id, kind, served_on, starts_at, ends_at, minutes, state, asked_as, asked_at)
             select min(id), 1, 'self_reported', '2026-03-18', 1, 2, 1, 'pending', 'oneself', 0 from people",
        ] {
            app.execute(sql).await;
        }
        let ben = app.sign_in("ben").await;
        ben.post("/periodic-reports", &[("agreement", "1"), ("period", "month:2026-03-01")]).await.is(303);
        ben.post("/periodic-reports/1/submission", &[]).await.is(303);
        for (login, names) in [("ben", false), ("ann", true), ("pat", false), ("dan", false)] {
            let user = app.sign_in(login).await;
            let rows = user.get("/periodic-reports/1/rows?figure=visits").await.is(303).leads_to();
            let page = user.get(&rows).await.is(200).shows("· 16 人次").shows("只含记在这份协议名下的：莞城街道办事处").shows("活动10").hides("活动11");
            assert_eq!(page.text().contains("居民1号"), names, "{login}");
            let of = [("from", MARCH.0), ("to", MARCH.1), ("figure", "visits"), ("agreement", "1"), ("format", "csv")];
            user.post("/centers/1/reports/rows", &of).await.is(200).shows("活动10").hides("活动11");
        }
        // Read for the center itself it is all that the center did.
        let all = format!("/centers/1/rows?from={}&to={}&figure=visits", MARCH.0, MARCH.1);
        ben.get(&all).await.is(200).shows("· 27 人次").shows("活动11");
        ben.get(&format!("{all}&agreement=2")).await.is(404);
        app.sign_in("pat").await.get(&format!("{all}&agreement=3")).await.is(404);
        let told = async |login: &str, asked: &str| {
            let path = format!("/api/v1/summary/rows?{asked}&from={}&to={}", MARCH.0, MARCH.1);
            let answer = app.token(login).await.get(&path).await;
            (answer.status.code == 200)
                .then(|| answer.json()["items"].as_array().unwrap().iter().map(|row| row["value"].as_i64().unwrap()).sum::<i64>())
        };
        for (login, asked, value) in [
            ("ben", "scope=center:1&figure=visits", Some(27)),
            ("ben", "scope=center:1&figure=visits&agreement=1", Some(16)),
            ("ben", "scope=city&figure=visits&agreement=1", Some(16)),
            ("ben", "scope=center:1&figure=visits&agreement=3", Some(11)),
            ("quan", "scope=center:1&figure=visits&agreement=3", Some(11)),
            ("pat", "scope=center:1&figure=visits&agreement=3", None),
            ("ben", "scope=center:2&figure=visits&agreement=1", None),
            // What is the place's own is told once.
            ("ben", "scope=center:1&figure=organizations_founded&agreement=1", Some(1)),
            ("ben", "scope=center:1&figure=pending_claims&agreement=1", Some(1)),
        ] {
            assert_eq!(told(login, asked).await, value, "{login} {asked}");
        }
    }
}
