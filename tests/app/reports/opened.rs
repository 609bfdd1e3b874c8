//! Every number of a report opens the rows behind it, for whoever reads the report: whatever its days, no link is a dead end, and the page
//! behind it is headed by the number that was tapped.

use linli::clock::Zone;

use super::month::{Held, Month, at};
use crate::support::{TestApp, User, on_both_engines};

const DAYS: [&str; 9] = [
    "2026-02-12 09:00",
    "2026-02-20 09:00",
    "2026-03-05 09:00",
    "2026-03-20 09:00",
    "2026-04-08 09:00",
    "2026-05-06 09:00",
    "2026-05-20 09:00",
    "2026-06-03 09:00",
    "2026-06-10 09:00",
];

/// Half a year of sessions with a team's help, to each of which eight came, one of them needy; and an organization founded in it.
async fn half_a_year(app: &TestApp) {
    let mut month = Month::begin(app).await;
    let team = month.team(1).await;
    let (mut people, mut helpers) = (Vec::new(), Vec::new());
    for n in 0..8 {
        people.push(month.person(Some(if n < 4 { "1950-05-01" } else { "1990-05-01" })).await);
    }
    month.grant(people[0], "needy", "2025-01-01", None).await;
    for _ in 0..4 {
        helpers.push(month.person(Some("1985-02-02")).await);
    }
    for day in DAYS {
        let id = month.session(at(day), 60, Held { team: Some(team), ..Held::default() }).await;
        for &person in &people {
            month.attend(id, person, "participant").await;
        }
        for &helper in &helpers {
            month.attend(id, helper, "volunteer").await;
            month.hours(id, helper, Some(team), 60).await;
        }
    }
    month.unit(1, Some("2026-03-15"), Some("2026-03-01")).await;
    month.commit().await;
}

/// Reports of the first agreement for these periods, submitted in their order.
async fn are_submitted(app: &TestApp, periods: &[&str]) {
    let ben = app.sign_in("ben").await;
    for (report, period) in (1..).zip(periods) {
        ben.post("/periodic-reports", &[("agreement", "1"), ("period", period)]).await.is(303);
        ben.post(&format!("/periodic-reports/{report}/submission"), &[]).await.is(303);
    }
}

/// What stands between two marks, wherever the first is.
fn all_between<'a>(page: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    page.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

fn plain(link: &str) -> String {
    link.replace("&#38;", "&").replace("&amp;", "&").split('#').next().unwrap_or_default().to_owned()
}

/// Follows a number to its rows, of each center where there are several, and gives the pages.
async fn opens(user: &User<'_>, link: &str) -> Vec<String> {
    let answer = user.get(link).await;
    if answer.status.code == 303 {
        return vec![user.get(&answer.leads_to()).await.is(200).text()];
    }
    let list = answer.is(200).text();
    let mut pages = Vec::new();
    for link in all_between(&list, "class=\"row-link grow\" href=\"", "\"") {
        pages.push(user.get(&plain(link)).await.is(200).text());
    }
    assert!(pages.len() > 1, "{list}");
    pages
}

/// Whatever a version leads to is there; of its numbers so many lead to their rows, and to pages that say the same number.
async fn crawls(app: &TestApp, login: &str, version: &str) -> usize {
    let user = app.sign_in(login).await;
    let page = user.get(version).await.is(200).text();
    for link in all_between(&page, "href=\"", "\"").into_iter().map(plain) {
        // The page of a database that is not there is what it says.
        if link.starts_with('/') && !link.starts_with("//") && link != "/not-ready" {
            let status = user.get(&link).await.status.code;
            assert!(status < 400, "{login}, {version}: {link} answers {status}");
        }
    }
    let numbers = all_between(&page, "class=\"rows-link\" href=\"", "</a>");
    for number in &numbers {
        let (link, shown) = number.split_once("\">").unwrap();
        let pages = opens(&user, &plain(link)).await;
        // A version hides small numbers from whoever reads it; who may know them finds them behind it. Of several centers each has its own.
        if let ([rows], false) = (pages.as_slice(), login == "ben" && shown.contains(['＊', '≥'])) {
            assert!(rows.contains(&format!(" · {shown} ")), "{login}, {version}: {link} is not headed {shown}");
        }
    }
    numbers.len()
}

on_both_engines! {
    async fn every_number_of_a_version_opens_its_rows(app: TestApp) {
        half_a_year(&app).await;
        // It begins and ends in mid-month: the first quarter and the last month are cut.
        for sql in [
            "update agreements set starts_on = '2026-02-10', ends_on = '2026-06-15' where id = 1",
            "update agreement_centers set starts_on = '2026-02-10', ends_on = '2026-06-15' where agreement_id = 1",
        ] {
            app.execute(sql).await;
        }
        app.at("2026-07-02T02:00:00Z");
        let periods = [
            "month:2026-02-10", "month:2026-03-01", "quarter:2026-02-10", "month:2026-06-01", "quarter:2026-04-01", "whole:2026-02-10",
        ];
        are_submitted(&app, &periods).await;
        for (report, period) in (1..).zip(periods) {
            for login in ["pat", "dan", "ben"] {
                let opened = crawls(&app, login, &format!("/periodic-reports/{report}/versions/1")).await;
                assert!(opened > 20, "{login} opens {opened} numbers of {period}");
            }
        }
    }

    async fn what_cannot_be_opened_is_no_link(app: TestApp) {
        half_a_year(&app).await;
        for sql in [
            "update agreements set starts_on = '2026-02-15', ends_on = '2027-02-14', years_from = 'start' where id = 1",
            "update agreement_centers set starts_on = '2026-02-15', ends_on = '2027-02-14' where agreement_id = 1",
        ] {
            app.execute(sql).await;
        }
        app.at("2026-07-02T02:00:00Z");
        are_submitted(&app, &["quarter:2026-02-15"]).await;
        // Part of a month is told by no report's page, so the purchaser's own quarter is told by the report alone.
        for login in ["pat", "dan"] {
            assert_eq!(crawls(&app, login, "/periodic-reports/1/versions/1").await, 0, "{login}");
            app.sign_in(login).await.get("/periodic-reports/1/rows?figure=visits").await.is(409);
        }
        assert!(crawls(&app, "ben", "/periodic-reports/1/versions/1").await > 20);
    }

    async fn in_the_month_of_a_change_each_number_opens_its_half(app: TestApp) {
        half_a_year(&app).await;
        for sql in [
            "update agreements set ends_on = '2026-03-09' where id = 1",
            "update agreement_centers set ends_on = '2026-03-09' where agreement_id = 1",
            "insert into agreements (provider_id, purchaser_id, starts_on, ends_on, created_at) values (2, 1, '2026-03-10', '2026-12-31', 0)",
            "insert into agreement_centers (agreement_id, center_id, starts_on, ends_on)
             select max(id), 1, '2026-03-10', '2026-12-31' from agreements",
        ] {
            app.execute(sql).await;
        }
        app.at("2026-04-02T02:00:00Z");
        let now = app.clock.now();
        let mut tx = app.begin().await;
        linli::agreements::hand_over(&mut tx, Zone::SHANGHAI.date(now.0)).await.unwrap();
        tx.commit().await.unwrap();
        are_submitted(&app, &["month:2026-03-01"]).await;
        let pat = app.sign_in("pat").await;
        let rows = pat.get("/periodic-reports/1/rows?figure=visits").await.is(303).leads_to();
        // The session of the 20th is the other agreement's.
        pat.get(&rows).await.is(200).shows("· 8 人次").shows("2026年3月9日");
        for login in ["pat", "ben"] {
            assert!(crawls(&app, login, "/periodic-reports/1/versions/1").await > 20, "{login}");
        }
    }

    async fn a_report_of_several_centers_opens_each_of_them(app: TestApp) {
        half_a_year(&app).await;
        // The second joins in March.
        app.execute("insert into agreement_centers (agreement_id, center_id, starts_on, ends_on) values (1, 2, '2026-03-01', '2026-12-31')").await;
        app.at("2026-04-02T02:00:00Z");
        are_submitted(&app, &["quarter:2026-01-01"]).await;
        for login in ["pat", "ben"] {
            assert!(crawls(&app, login, "/periodic-reports/1/versions/1").await > 20, "{login}");
        }
    }
}
