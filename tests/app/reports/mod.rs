//! Section 5's numbers against an independent recount, and the pages, files and answers that show them.

mod forms;
mod charges;
mod city;
mod doors;
mod edges;
mod frozen;
mod gathered;
mod grown;
mod histories;
mod kept;
mod killed;
mod behind;
mod cells;
mod masks;
mod month;
mod opened;
pub(crate) mod paper;
mod races;
mod random;
mod recount;
mod rollup;
mod rollup_file;
mod told_before;
mod under_way;

use std::collections::BTreeMap;

use calamine::Data;
use linli::centers::CenterId;
use linli::clock::Timestamp;
use month::{Held, Month, at};
use recount::Rows;
use serde_json::{Value, json};

use crate::support::workbook::sheets;
use crate::support::{TestApp, on_both_engines};

/// 2 April 2026: March is over.
const AFTER: &str = "2026-04-02T02:00:00Z";

const MARCH: (&str, &str) = ("2026-03-01", "2026-04-01");

/// March 2026 with everything in it that is easily counted wrong. Center 1 has two rooms, center 2 gets one.
async fn a_tricky_month(app: &TestApp) {
    let mut month = Month::begin(app).await;
    let (worker, other, staff) = (
        month.worker(1, "social_worker").await,
        month.worker(1, "social_worker").await,
        month.worker(1, "staff").await,
    );
    let (elders, medical) = (month.team(1).await, month.team(9).await);
    let far_room = month.room(2, "堑头大厅").await;

    // In two groups all month: elderly and disabled.
    let chen = month.person(Some("1950-05-01")).await;
    month.grant(chen, "disabled", "2020-01-01", None).await;
    // Turns 60 on 16 March.
    let liang = month.person(Some("1966-03-16")).await;
    // Needy until 10 March.
    let huang = month.person(Some("1980-01-01")).await;
    month.grant(huang, "needy", "2025-01-01", Some("2026-03-10")).await;
    let child = month.person(Some("2016-07-01")).await;
    let unknown = month.person(None).await;
    let volunteer = month.person(Some("1985-02-02")).await;
    let second = month.person(Some("1962-02-02")).await;

    let led = |worker| Held { worker: Some(worker), team: Some(elders), ..Held::default() };
    let early = month.session(at("2026-03-03 09:00"), 120, led(worker)).await;
    for person in [chen, liang, huang, child, unknown] {
        month.attend(early, person, "participant").await;
    }
    // Came twice by mistake: voided once, and stands once.
    month.attendance(early, volunteer, "participant", true).await;
    month.attend(early, volunteer, "volunteer").await;
    let entry = month.hours(early, volunteer, Some(elders), 120).await;
    month.reverse(early, volunteer, Some(elders), 120, entry).await;
    month.hours(early, volunteer, Some(elders), 90).await;
    // Helped here in a medical team's name, and nobody confirmed the other's hours.
    month.attend(early, second, "volunteer").await;

    let late = month.session(at("2026-03-20 09:00"), 60, Held { kind: 2, room: 2, ..led(worker) }).await;
    for person in [chen, liang, huang] {
        month.attend(late, person, "participant").await;
    }
    month.attend(late, second, "volunteer").await;
    month.hours(late, second, Some(medical), 60).await;
    month.heads(late, 12, [5, 1, 0, 2], false).await;
    month.heads(late, 3, [3, 1, 0, 0], false).await;
    month.heads(late, 40, [40, 0, 0, 0], true).await;

    // Only heads, only a voided attendance, only staff: the middle one is no session.
    let heads_only = month.session(at("2026-03-21 09:00"), 60, led(other)).await;
    month.heads(heads_only, 7, [0, 0, 0, 0], false).await;
    let nobody = month.session(at("2026-03-22 09:00"), 60, led(other)).await;
    month.attendance(nobody, chen, "participant", true).await;
    let staff_only = month.session(at("2026-03-23 09:00"), 60, led(staff)).await;
    month.attend(staff_only, volunteer, "staff").await;
    // Cancelled with somebody at the door; forgotten; and still to come.
    let cancelled = month.session(at("2026-03-24 09:00"), 60, Held { status: "cancelled", ..led(worker) }).await;
    month.attend(cancelled, child, "participant").await;
    let forgotten = month.session(at("2026-03-25 09:00"), 60, Held { status: "planned", ..led(worker) }).await;
    month.attend(forgotten, child, "participant").await;
    month.heads(forgotten, 5, [0, 0, 0, 0], false).await;

    // At the month's edges by local time: in UTC the first is still February's, the second starts on the 31st and
    // ends in April, the third is April's though March's in UTC.
    let first = month.session(at("2026-03-01 01:00"), 60, Held::default()).await;
    month.attend(first, child, "participant").await;
    let midnight = month.session(at("2026-03-31 23:00"), 180, Held { team: Some(medical), ..Held::default() }).await;
    month.attend(midnight, huang, "participant").await;
    month.attend(midnight, volunteer, "volunteer").await;
    month.hours(midnight, volunteer, None, 45).await;
    let april = month.session(at("2026-04-01 05:00"), 60, Held::default()).await;
    month.attend(april, unknown, "participant").await;
    let february = month.session(at("2026-02-28 22:00"), 240, Held { room: 2, ..Held::default() }).await;
    month.attend(february, unknown, "participant").await;

    // Chen goes to the other center too: one person in the town's total... of the city.
    let elsewhere =
        month.session(at("2026-03-12 14:00"), 90, Held { center: 2, room: far_room, ..Held::default() }).await;
    for person in [chen, child] {
        month.attend(elsewhere, person, "participant").await;
    }

    units_of_the_month(&mut month, [early, late, midnight], [nobody, forgotten, april], elsewhere).await;

    month.close(1, at("2026-02-27 12:00"), at("2026-03-02 12:00")).await;
    month.close(1, at("2026-03-02 10:00"), at("2026-03-02 15:00")).await;
    month.close(2, at("2026-03-31 20:00"), at("2026-04-03 09:00")).await;
    month.commit().await;
    app.at(AFTER);
}

/// A school in three parts, one of them in two sessions; a shop only where nobody came, where it was forgotten to close, in April,
/// and where it was taken back; and those who were founded, with support or too late for it.
async fn units_of_the_month(month: &mut Month, held: [i64; 3], not_counted: [i64; 3], elsewhere: i64) {
    let [early, late, midnight] = held;
    let school = month.unit(1, Some("2026-03-01"), Some("2026-03-01")).await;
    for (session, part) in [(early, "helping"), (late, "helping"), (late, "served"), (midnight, "lending_place")] {
        month.takes_part(session, school, part, false).await;
    }
    let shop = month.unit(1, Some("2026-03-31"), Some("2026-04-01")).await;
    for session in not_counted {
        month.takes_part(session, shop, "served", false).await;
    }
    month.takes_part(early, shop, "served", true).await;
    month.unit(1, Some("2026-04-01"), Some("2026-01-01")).await;
    let far = month.unit(2, Some("2026-03-15"), Some("2026-02-01")).await;
    month.takes_part(elsewhere, far, "lending_place", false).await;
}

async fn summary(app: &TestApp, login: &str, scope: &str, (from, to): (&str, &str)) -> Value {
    let path = format!("/api/v1/summary?scope={scope}&from={from}&to={to}");
    app.token(login).await.get(&path).await.is(200).json()
}

/// What no figure is: one that is not told.
pub(crate) const HIDDEN: i64 = -1;

/// An answer's figures by their keys.
fn by_key(answer: &Value) -> BTreeMap<String, i64> {
    let figures = answer["figures"].as_array().unwrap();
    let value = |f: &Value| f["value"].as_i64().unwrap_or(HIDDEN);
    let by_key: BTreeMap<String, i64> =
        figures.iter().map(|f| (f["key"].as_str().unwrap().to_owned(), value(f))).collect();
    assert_eq!(by_key.len(), figures.len(), "a key names one figure");
    by_key
}

pub(crate) async fn figures(app: &TestApp, login: &str, scope: &str, period: (&str, &str)) -> BTreeMap<String, i64> {
    by_key(&summary(app, login, scope, period).await)
}

/// Asserts figure by figure, so that a failure names it.
#[track_caller]
fn assert_same(found: &BTreeMap<String, i64>, expected: &BTreeMap<String, i64>, what: &str) {
    for (key, value) in expected {
        assert_eq!(found.get(key), Some(value), "{what}: {key}");
    }
    assert_eq!(found, expected, "{what}");
}

on_both_engines! {
    async fn the_numbers_equal_an_independent_recount(app: TestApp) {
        a_tricky_month(&app).await;
        let rows = Rows::load(&app).await;
        let now = Timestamp::parse_rfc3339(AFTER).unwrap();
        let every: Vec<i64> = (1..=25).collect();
        let periods = [MARCH, ("2026-03-16", "2026-03-21"), ("2026-02-01", "2026-05-01"), ("2026-03-31", "2026-04-01"), ("2026-01-01", "2026-01-02")];
        for period in periods {
            let expected = |centers| rows.figures(centers, period.0, period.1, now);
            assert_same(&figures(&app, "ann", "center:1", period).await, &expected(&[1]), &format!("center, {period:?}"));
            assert_same(&figures(&app, "ben", "provider:1", period).await, &expected(&[1]), &format!("provider, {period:?}"));
            assert_same(&figures(&app, "ada", "town:%E4%B8%9C%E5%9F%8E", period).await, &expected(&[2]), &format!("town, {period:?}"));
            assert_same(&figures(&app, "ada", "city", period).await, &expected(&every), &format!("city, {period:?}"));
        }
    }

    async fn service_without_a_session_counts_on_its_day_for_the_center_that_the_ledger_names(app: TestApp) {
        a_tricky_month(&app).await;
        let before = figures(&app, "ann", "center:1", MARCH).await;
        for row in [
            "select min(id), '2026-03-17', 1, 1, 50, 'self_reported', 50, 0 from people",
            "select min(id), '2026-03-31', 1, null, 20, 'self_reported', 20, 0 from people",
            "select min(id), '2026-02-28', 1, 1, 7, 'self_reported', 7, 0 from people",
            "select min(id), '2026-03-17', 2, null, 33, 'self_reported', 33, 0 from people",
            "select min(id), '2026-03-17', null, 1, 77, 'imported', 77, 0 from people",
        ] {
            let mut tx = app.begin().await;
            let sql = format!("insert into hours_entries (person_id, served_on, center_id, team_id, minutes, source, original_minutes, confirmed_at) {row}");
            sqlx::query(sqlx::AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
            linli::marks::all(&mut tx, [CenterId(1), CenterId(2)]);
            tx.commit().await.unwrap();
        }
        app.execute("insert into hour_claims (person_id, center_id, kind, served_on, starts_at, ends_at, minutes, state, asked_as, asked_at)
             select min(id), 1, 'self_reported', '2026-03-18', 1, 2, 1, 'pending', 'oneself', 0 from people").await;
        let after = figures(&app, "ann", "center:1", MARCH).await;
        assert_eq!(after["minutes"], before["minutes"] + 70, "what was brought from elsewhere counts for none");
        assert_eq!((before["pending_claims"], after["pending_claims"]), (0, 1));
        assert_eq!(after["volunteer_visits"], before["volunteer_visits"], "no door saw anybody");
        let rows = Rows::load(&app).await;
        let now = Timestamp::parse_rfc3339(AFTER).unwrap();
        let every: Vec<i64> = (1..=25).collect();
        for period in [MARCH, ("2026-03-31", "2026-04-01"), ("2026-02-01", "2026-03-18")] {
            let expected = |centers| rows.figures(centers, period.0, period.1, now);
            assert_same(&figures(&app, "ann", "center:1", period).await, &expected(&[1]), &format!("center, {period:?}"));
            assert_same(&figures(&app, "ada", "city", period).await, &expected(&every), &format!("city, {period:?}"));
        }
    }

    async fn the_tricky_month_counts_as_a_person_would(app: TestApp) {
        a_tricky_month(&app).await;
        let found = figures(&app, "ann", "center:1", MARCH).await;
        for (key, value, why) in [
            ("sessions", 6, "early, late, heads only, staff only, first, midnight"),
            ("visits", 32, "5 + 3 + 1 + 1 named, 15 + 7 heads"),
            ("unnamed", 22, ""),
            ("persons", 5, ""),
            ("visits.elderly", 3 + 8, "chen twice, liang after the birthday, and eight heads"),
            ("persons.elderly", 2, ""),
            ("visits.disabled", 2 + 2, ""),
            ("persons.disabled", 1, ""),
            ("visits.needy", 1, "huang on the 3rd, not on the 20th"),
            ("persons.needy", 1, ""),
            ("visits.youth", 2 + 2, ""),
            ("persons.youth", 1, ""),
            ("visits.none", 4 + 4 + 7, "liang before the birthday, huang twice after the membership, unknown"),
            ("persons.none", 3, ""),
            ("volunteer_visits", 4, ""),
            ("volunteers", 2, ""),
            ("minutes", 195, ""),
            ("minutes.team.elderly_care", 90, ""),
            ("minutes.team.medical", 105, ""),
            ("open_sessions", 1, ""),
            ("unconfirmed_hours", 1, ""),
            ("pending_claims", 0, ""),
            ("without_birth_date", 1, ""),
            ("units_served", 1, "the school; the shop where nobody came, where it was taken back, and in April"),
            ("units_helping", 1, "the school in two sessions"),
            ("units_lending_place", 1, ""),
            ("organizations_founded", 1, "the school's; the shop's was supported too late, another founded in April"),
        ] {
            assert_eq!(found[key], value, "{key}: {why}");
        }
        let led: Vec<i64> = found.iter().filter(|(key, _)| key.starts_with("led_sessions.") && !key.contains(".kind.")).map(|(_, n)| *n).collect();
        assert_eq!(led, [2, 1], "staff who are no social workers are not listed");
        let city = figures(&app, "ada", "city", MARCH).await;
        assert_eq!((city["visits"], city["persons"]), (34, 5), "who went to both centers is one person");
    }

    async fn a_scope_is_answered_whole_or_not_at_all(app: TestApp) {
        let month = "&from=2026-03-01&to=2026-04-01";
        for (login, scope, status) in [
            ("ada", "city", 200), ("ada", "provider:2", 200), ("ada", "provider:99", 404), ("ada", "center:99", 404),
            ("tom", "town:%E8%8E%9E%E5%9F%8E", 200), ("tom", "town:%E4%B8%9C%E5%9F%8E", 404), ("tom", "city", 404),
            ("ben", "provider:1", 200), ("ben", "provider:2", 404), ("pat", "center:1", 200), ("pat", "city", 404), ("olga", "center:1", 404),
        ] {
            let path = format!("/api/v1/summary?scope={scope}{month}");
            assert_eq!(app.token(login).await.get(&path).await.status.code, status, "{login} {scope}");
        }
        let pat = app.token("pat").await;
        pat.get("/api/v1/summary?scope=center:1&from=2026-12-01&to=2027-01-01").await.is(200);
        pat.get("/api/v1/summary?scope=center:1&from=2026-12-01&to=2027-02-01").await.is(409);
        pat.get("/api/v1/summary?scope=center:1&from=2027-01-01&to=2027-02-01").await.is(404);
        let faults = pat.get("/api/v1/summary?scope=planet&from=2026-02-30").await.is(422).is_refused("invalid").json();
        assert_eq!(faults["errors"]["scope"]["code"], "field.not_a_choice");
        assert_eq!(faults["errors"]["from"]["code"], "field.not_a_date");
        assert_eq!(faults["errors"]["to"]["code"], "field.required");
        let path = "/api/v1/summary?scope=center:1&from=2026-03-01&to=";
        assert_eq!(pat.get(&format!("{path}2026-03-01")).await.is(422).json()["errors"]["to"]["code"], "field.period_is_empty");
        assert_eq!(pat.get(&format!("{path}2036-03-01")).await.is(422).json()["errors"]["to"]["code"], "field.period_too_long");
    }

    async fn a_report_shows_the_numbers_and_nobodys_name(app: TestApp) {
        a_tricky_month(&app).await;
        let (ann, pat) = (app.sign_in("ann").await, app.sign_in("pat").await);
        ann.get("/centers/1/reports").await.is(200).shows("2026年3月").shows("2026年2月");
        pat.get("/centers/1/reports").await.is(200).shows("2026年3月").shows("/centers/1/reports/2026-02");
        for user in [&ann, &pat] {
            let report = user.get("/centers/1/reports/2026-03").await.is(200);
            report.shows("2026年3月服务月报").shows("莞爱社会工作服务中心").shows("莞城街道办事处").shows("含未具名 22 人次").shows("二楼多功能活动室").shows("活动");
        }
        // The two workers are staff; the residents are numbered from 3 on.
        let report = pat.get("/centers/1/reports/2026-03").await.is(200);
        let csv = pat.get("/centers/1/reports/2026-03.csv").await.is(200);
        for number in 3..=12 {
            assert!(!report.text().contains(&format!("居民{number}号")) && !csv.text().contains(&format!("居民{number}号")));
        }
        report.hides("/sessions/");
        ann.get("/centers/1/reports/2026-03").await.shows("/centers/1/sessions/");
    }

    async fn case_work_has_no_title_for_the_purchaser(app: TestApp) {
        let mut month = Month::begin(&app).await;
        let session = month.session(at("2026-03-03 09:00"), 60, Held { kind: 1, ..Held::default() }).await;
        month.heads(session, 1, [0; 4], false).await;
        month.commit().await;
        app.execute("update activities set title = '陈大文家庭走访'").await;
        app.sign_in("ann").await.get("/centers/1/reports/2026-03").await.is(200).shows("陈大文家庭走访");
        let pat = app.sign_in("pat").await;
        pat.get("/centers/1/reports/2026-03").await.is(200).hides("陈大文").shows("个案");
        pat.get("/centers/1/reports/2026-03.csv").await.is(200).hides("陈大文").shows("个案");
    }

    async fn a_purchaser_reads_its_agreements_months_only(app: TestApp) {
        let (pat, ann) = (app.sign_in("pat").await, app.sign_in("ann").await);
        for ending in ["", ".csv"] {
            pat.get(&format!("/centers/1/reports/2026-01{ending}")).await.is(200);
            pat.get(&format!("/centers/1/reports/2025-12{ending}")).await.is(404);
            ann.get(&format!("/centers/1/reports/2025-12{ending}")).await.is(200);
            ann.get(&format!("/centers/2/reports/2026-01{ending}")).await.is(404);
        }
        pat.get("/centers/2/reports/2026-03").await.is(404);
        app.at("2027-01-05T02:00:00Z");
        let pat = app.sign_in("pat").await;
        pat.get("/centers/1/reports").await.is(200).hides("2027年1月");
        pat.get("/reports?period=2026-03").await.is(200).shows("罗沙社区综合服务中心").hides("堑头");
        pat.get("/reports?period=2027-01").await.is(200).hides("罗沙").shows("还没有报告");
    }

    async fn a_month_agreed_in_part_is_counted_in_part_for_the_purchaser(app: TestApp) {
        let mut month = Month::begin(&app).await;
        for (day, heads) in [("2026-03-03", 1), ("2026-03-04", 10), ("2026-03-05", 100), ("2026-03-06", 1000)] {
            let session = month.session(at(&format!("{day} 09:30")), 60, Held::default()).await;
            month.heads(session, heads, [0; 4], false).await;
        }
        month.session(at("2026-03-03 14:00"), 60, Held { status: "planned", ..Held::default() }).await;
        month.commit().await;
        app.execute("update agreement_centers set starts_on = '2026-03-04', ends_on = '2026-03-05' where agreement_id = 1").await;
        app.at("2026-03-09T02:00:00Z");
        let numbers = async |login: &str| {
            let found = figures(&app, login, "center:1", MARCH).await;
            (found["visits"], found["open_sessions"], found["booked_minutes.room.1"], found["open_minutes.room.1"])
        };
        // Room 1 is open from 8:30 to 21:00, and every booking is fifteen minutes longer at both ends.
        assert_eq!(numbers("pat").await, (110, 0, 2 * 90, 2 * 750));
        assert_eq!(numbers("ann").await, (1111, 1, 5 * 90, 31 * 750));
        let pat = app.sign_in("pat").await;
        pat.get("/centers/1/reports/2026-03").await.is(200).shows("2026年3月4日 – 2026年3月5日").hides("1,111");
        pat.get("/centers/1/reports").await.is(200).shows(">110<").hides("1,111");
        pat.get("/reports?period=2026-03").await.is(200).shows("110").hides("1,111").shows("2026年3月4日 – 2026年3月5日").shows("只统计服务协议有效的日期");
        pat.get("/centers/1/reports/2026-03.csv").await.is(200).shows("统计期,罗沙社区综合服务中心,2026-03-04 – 2026-03-05,");
        app.sign_in("ann").await.get("/centers/1/reports/2026-03.csv").await.is(200).shows("2026-03-01 – 2026-03-31,");
        app.sign_in("ada").await.get("/reports?period=2026-03").await.is(200).hides("只统计服务协议有效的日期");
        let told = async |login: &str| {
            let told = app.token(login).await.get("/api/v1/summary?scope=center:1&from=2026-03-01&to=2026-04-01").await.is(200).json();
            assert_eq!((&told["asked_from"], &told["asked_to"]), (&json!("2026-03-01"), &json!("2026-04-01")), "{login}");
            assert_eq!(told["counted"], json!([{"center_id": 1, "from": told["from"], "to": told["to"]}]), "{login}");
            (told["from"].clone(), told["to"].clone())
        };
        assert_eq!(told("pat").await, (json!("2026-03-04"), json!("2026-03-06")));
        assert_eq!(told("ann").await, (json!("2026-03-01"), json!("2026-04-01")));
        // A part of the month that holds no day of the agreement.
        for login in ["pat", "ann"] {
            let status = if login == "pat" { 409 } else { 200 };
            app.token(login).await.get("/api/v1/summary?scope=center:1&from=2026-03-10&to=2026-04-01").await.is(status);
        }
        app.sign_in("ann").await.get("/centers/1/reports/2026-03").await.is(200).shows("2026年3月1日 – 2026年3月31日").shows("1,111");
    }

    /// A day's numbers next to another day's tell of one person; the pages give a purchaser the periods of reports, and so does the API.
    async fn a_purchaser_s_program_reads_the_periods_of_reports(app: TestApp) {
        a_tricky_month(&app).await;
        let (pat, ann) = (app.token("pat").await, app.token("ann").await);
        let rows = "&figure=visits";
        for (from, to) in [
            ("2026-03-05", "2026-03-06"), ("2026-03-05", "2026-04-01"), ("2026-03-01", "2026-03-31"),
            ("2026-02-01", "2026-03-02"), ("2026-02-01", "2026-04-01"), ("2026-01-01", "2026-12-01"), ("2026-02-01", "2026-05-01"),
        ] {
            let path = format!("/api/v1/summary?scope=center:1&from={from}&to={to}");
            pat.get(&path).await.is(409).is_refused("not_a_report_s_period");
            pat.get(&format!("/api/v1/summary/rows?scope=center:1&from={from}&to={to}{rows}")).await.is(409);
            ann.get(&path).await.is(200);
        }
        for (from, to) in [MARCH, ("2026-01-01", "2026-04-01"), ("2026-07-01", "2027-01-01"), ("2026-01-01", "2027-01-01")] {
            pat.get(&format!("/api/v1/summary?scope=center:1&from={from}&to={to}")).await.is(200);
        }
    }

    async fn the_csv_is_for_a_spreadsheet(app: TestApp) {
        a_tricky_month(&app).await;
        app.execute("update activities set title = '=cmd|''/c calc''!A1, \"x\"' where kind_id = 2").await;
        let answer = app.sign_in("ann").await.get("/centers/1/reports/2026-03.csv").await.is(200);
        assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
        assert_eq!(answer.header("content-disposition"), "attachment; filename=\"linli-1-2026-03.csv\"");
        let text = answer.text();
        assert!(text.starts_with("\u{feff}部分,项目,日期,"), "{text}");
        assert!(text.contains("\"\t=cmd|'/c calc'!A1, \"\"x\"\"\""), "a guard that does not show: {text}");
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<Vec<String>> = reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect();
        let total = rows.iter().find(|row| row[0] == "合计").unwrap();
        assert_eq!(total[5..8], ["6", "32", "5"]);
        let mut english = app.sign_in("ann").await;
        english.cookies.push(("lang".into(), "en".into()));
        english.get("/centers/1/reports/2026-03.csv").await.is(200).shows("Part,Item,Date,").shows("Priority group,");
    }

    /// `1/2` is a room and no day, `0102` has its zero, and a title that looks like a formula is a title.
    async fn text_stays_text_in_a_spreadsheet(app: TestApp) {
        a_tricky_month(&app).await;
        app.execute("update activities set title = '=1+1' where kind_id = 2").await;
        app.execute("update rooms set name = '0102' where id = 1").await;
        app.execute("update rooms set name = '3E5' where id = 2").await;
        app.execute("update team_kinds set name = '1/2' where id = 1").await;
        let ann = app.sign_in("ann").await;
        let csv = ann.get("/centers/1/reports/2026-03.csv").await.is(200).text();
        for text in ["0102", "3E5", "1/2", "=1+1"] {
            assert!(csv.contains(&format!("\"\t{text}\"")), "{text}: {csv}");
        }

        let file = ann.get("/centers/1/reports/2026-03.xlsx").await.is(200);
        assert_eq!(file.header("content-type"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
        assert_eq!(file.header("content-disposition"), "attachment; filename=\"linli-1-2026-03.xlsx\"");
        let found: Vec<Data> = sheets(&file).into_iter().flat_map(|(_, rows)| rows).flatten().collect();
        for text in ["0102", "3E5", "1/2", "=1+1"] {
            assert!(found.contains(&Data::String(text.to_owned())), "{text}: {found:?}");
        }
        ann.get("/centers/1/reports/2026-03").await.is(200).shows("/centers/1/reports/2026-03.xlsx").shows("/centers/1/reports/2026-03.csv");
        app.sign_in("pat").await.get("/centers/1/reports/2026-03.xlsx").await.is(200);
        app.sign_in("olga").await.get("/centers/1/reports/2026-03.xlsx").await.is(404);
    }

    async fn the_overview_says_what_is_today_and_what_waits(app: TestApp) {
        let mut month = Month::begin(&app).await;
        let person = month.person(None).await;
        let volunteer = month.person(Some("1980-01-01")).await;
        month.session(at("2026-03-05 09:30"), 60, Held { status: "planned", ..Held::default() }).await;
        month.session(at("2026-03-04 09:30"), 60, Held { status: "planned", ..Held::default() }).await;
        let done = month.session(at("2026-03-03 09:30"), 60, Held::default()).await;
        month.attend(done, person, "participant").await;
        month.attend(done, volunteer, "volunteer").await;
        let before = month.session(at("2026-02-05 09:30"), 60, Held::default()).await;
        month.heads(before, 2, [0; 4], false).await;
        let later = month.session(at("2026-02-06 09:30"), 60, Held::default()).await;
        month.heads(later, 50, [0; 4], false).await;
        month.commit().await;
        app.sign_in("ann").await.get("/centers/1").await.is(200)
            .shows("今天 1 场活动").shows("进行中 · 0 人").shows("待结束登记 1 场").shows("志愿时数待确认 1 人次")
            .shows("1 位居民缺出生日期").shows("上月同期 2").shows("▼ 50%").shows("/agenda/1").hides("/centers/1/edit");
        app.sign_in("ada").await.get("/centers/1").await.is(200).shows("/centers/1/edit");
        app.sign_in("ada").await.get("/centers/3").await.is(200).shows("今天没有安排活动").hides("都办好了").shows("“开始使用”还有几步没有完成").shows("尚未委托");
    }

    async fn coverage_is_of_all_residents_once_it_is_known_what_the_annex_printed(app: TestApp) {
        a_tricky_month(&app).await;
        let (ada, ann) = (app.sign_in("ada").await, app.sign_in("ann").await);
        let report = "/centers/1/reports/2026-03";
        ann.get(report).await.is(200).shows("占户籍人口").shows("占外来人口栏").hides("占居民");
        ada.get("/centers/1/edit").await.is(200).shows("value=\"unknown\" checked");
        let says = async |word: &str| {
            let form = [("name", "罗沙社区综合服务中心"), ("second_is", word)];
            ada.post("/centers/1", &form).await
        };
        says("many").await.is(422).shows("id=\"f-second_is\"");
        for (word, told) in [("all", json!("all")), ("migrant", json!("migrant"))] {
            says(word).await.is(303);
            ann.get(report).await.is(200).shows("占居民").hides("占外来人口栏");
            assert_eq!(summary(&app, "ann", "center:1", MARCH).await["second_population_is"], told);
        }
        // Of the whole city it is still not known.
        assert_eq!(summary(&app, "ada", "city", MARCH).await["second_population_is"], Value::Null);
        says("unknown").await.is(303);
        ann.get(report).await.is(200).shows("占外来人口栏").hides("占居民");
        says("unknown").await.is(303);
        assert_eq!(app.number("select count(*) from audit_events where action = 'center.population_said'").await, 3);
    }

    async fn the_summary_counts_people_once_across_centers(app: TestApp) {
        a_tricky_month(&app).await;
        let ada = app.sign_in("ada").await;
        ada.get("/reports?period=2026-03").await.is(200).shows("25 个中心").shows("34").shows("合计人数跨中心去重");
        assert_eq!(ada.get("/summary").await.leads_to(), "/reports");
        assert_eq!(ada.get("/summary/2026-03").await.leads_to(), "/reports?period=2026-03");
        app.sign_in("tom").await.get("/reports?period=2026-03").await.is(200).shows("罗沙").hides("堑头");
    }
}
