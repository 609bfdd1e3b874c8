//! A person's own data as one file: everything that is kept of them, for whom it is, told in the audit; and no table is forgotten.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use linli::store::Engine;
use serde_json::{Value, json};

use crate::support::workbook::{sheets, texts};
use crate::support::world::in_the_world;
use crate::support::{TestApp, User, on_both_engines};

/// Every column that says of which person a row is, and the part of the file that tells it; or why none does.
const POINTING: &[(&str, &str, Result<&str, &str>)] = &[
    ("enrolments", "person_id", Ok("enrolments")),
    ("group_memberships", "person_id", Ok("memberships")),
    ("person_phones", "person_id", Ok("other_phones")),
    ("household_members", "person_id", Ok("households")),
    ("consents", "person_id", Ok("consents")),
    ("qualifications", "person_id", Ok("qualifications")),
    ("insured_people", "person_id", Ok("insurances")),
    ("shifts", "person_id", Ok("shifts")),
    ("registrations", "person_id", Ok("registrations")),
    ("courses", "person_id", Err("a course is told by its dates, in the part `registrations`")),
    ("trained_people", "person_id", Ok("trainings")),
    ("commendations", "person_id", Ok("commendations")),
    ("cards", "person_id", Ok("cards")),
    ("attendances", "person_id", Ok("attendances")),
    ("scans", "person_id", Ok("scans")),
    ("phone_people", "person_id", Ok("phones")),
    ("feeds", "person_id", Ok("feeds")),
    ("teams", "leader_id", Ok("teams")),
    ("team_members", "person_id", Ok("teams")),
    ("team_member_changes", "person_id", Ok("team_changes")),
    ("volunteers", "person_id", Ok("volunteers")),
    ("volunteers", "came_with", Err("of which of two a number was; the number is told")),
    ("team_applications", "person_id", Ok("applications")),
    ("hours_entries", "person_id", Ok("hours")),
    ("hour_claims", "person_id", Ok("claims")),
    ("service_certificates", "person_id", Ok("service_certificates")),
    ("certificate_requests", "person_id", Ok("certificate_requests")),
    ("workers", "person_id", Ok("workers")),
    ("import_rows", "person_id", Ok("imports")),
    ("loans", "person_id", Ok("loans")),
    ("appointments", "person_id", Ok("appointments")),
    ("people", "merged_into", Err("the part `former`, of whom was two: tests/app/merges")),
    ("cards", "came_with", Err("for whom a card was made before two were one; the card is told")),
    ("merges", "kept_id", Err("the part `former`")),
    ("merges", "merged_id", Err("the part `former`")),
    ("people_told_apart", "person_id", Err("that two are two says nothing of either")),
    ("people_told_apart", "other_id", Err("as above")),
    ("erased_enrolments", "person_id", Err("who was erased is nobody any more")),
    ("erasures", "person_id", Err("who was erased is nobody any more; that it is asked for, the page says")),
];

/// Tables that hold something of a person by way of another row, and where that is told; or why it is not.
const BEHIND: &[(&str, &str)] = &[
    ("people", "the facts themselves"),
    (
        "merge_entries",
        "what it takes to take a merge back; what was known before is told as the facts of one, or as `former`",
    ),
    ("head_counts", "how many came along stands with the attendance"),
    ("escorts", "who brought or fetched a child is somebody else's name"),
    ("scan_reviews", "what a worker decided about a scan became an attendance, or did not"),
    ("files", "that there is a scan is told; it is shown in person"),
    ("file_pieces", "as the files"),
    ("ratings", "nobody knows whose they are"),
    ("retention_runs", "a list of what is kept too long; what is in it is told where it stands"),
    ("retention_items", "as above"),
    ("phones", "with the phones that speak for the person"),
    ("households", "the address stands with the stay"),
    ("audit_events", "what was done, without who did it and why"),
    ("employments", "with the work, in the part `careers`"),
    ("supervisions", "as above; who supervised them is somebody else's name"),
    ("post_fillings", "as above, with the post"),
    ("team_liaisons", "which team a worker looks after is the center's work; the team's page says it"),
    ("trainings", "with who attended, in the part `trainings`"),
    ("handovers", "that their work went to others from a day on is told by the audit"),
    ("handover_items", "as above; what went to whom is others' work now"),
    ("accounts", "the login of somebody who works here stands with their work; an account is no person"),
    ("imports", "the roster stands with its row"),
    ("room_requests", "found by name and number as the door knows them, in the part `room_requests`"),
    ("publicity_entries", "that a certificate was made public is told with it"),
];

/// Tables that hold nothing of a person: places, plans, words, and how Linli itself works.
const OTHERS: &str = "marks figure_sets figure_masks periodic_reports report_comments report_evidence report_version_rows report_reminders \
    report_version_texts report_version_earlier report_chapters report_versions privacy_answers report_receipts report_version_evidence account_links account_scopes registration_terms appointment_times reservations reservation_files activities age_bands agreement_centers agreement_cycles agreement_documents agreement_versions agreements bookings center_communities \
    centers codes communities consent_texts data_keys devices holidays import_mappings jobs logins operators \
    departments agreement_departments changeovers \
    posts populations providers purchasers room_closures room_kinds room_openings room_week_spans room_weeks rooms \
    planned_room_steps planned_rooms room_features room_photos activity_templates activity_copies \
    service_kinds session_notes session_photos sessions settings setup_links subgroups team_kinds unit_participations units \
    retention_terms small_cells qualification_kinds insurances risky_sessions shift_needs shift_limits \
    open_rooms open_room_terms open_room_spans open_days certificate_settings publicity_lists star_levels defects assets drills export_profiles export_columns purchaser_forms \
    programmes programme_versions programme_kinds programme_scopes holiday_imports \
    indicators indicator_values indicator_templates indicator_template_items";

/// Every table that there is.
fn tables() -> BTreeSet<String> {
    let texts = fs::read_dir("migrations").unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let name = |line: &str| Some(line.strip_prefix("create table ")?.split([' ', '(']).next()?.to_owned());
    texts.flat_map(|text| text.lines().filter_map(name).collect::<Vec<_>>()).collect()
}

/// Each table's columns that say of which person a row is: those that point at people, and those that are called so.
fn columns() -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir("migrations").unwrap() {
        let mut table = String::new();
        for line in fs::read_to_string(entry.unwrap().path()).unwrap().lines() {
            let line = line.trim();
            let named = |rest: &str| rest.split([' ', '(']).next().unwrap_or_default().to_owned();
            if let Some(rest) = line.strip_prefix("create table ").or(line.strip_prefix("alter table ")) {
                table = named(rest);
            }
            let line = line.rsplit(" add column ").next().unwrap_or(line);
            let is_column = line.contains(" bigint");
            if is_column && (line.contains("references people (id)") || line.starts_with("person_id ")) {
                found.insert((table.clone(), named(line)));
            }
        }
    }
    found
}

#[test]
fn every_table_that_knows_a_person_is_told_or_excused() {
    let named: BTreeSet<_> =
        POINTING.iter().map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned())).collect();
    assert_eq!(columns(), named, "say in which part of the file it is told, or why it is not");
    let told: BTreeSet<&str> = POINTING.iter().map(|(table, ..)| *table).collect();
    let behind = BEHIND.iter().map(|(table, _)| *table);
    let known: BTreeSet<&str> = told.into_iter().chain(behind).chain(OTHERS.split_whitespace()).collect();
    let there = tables();
    let there: BTreeSet<&str> = there.iter().map(String::as_str).collect();
    assert_eq!(known, there, "a table is told, or stands behind one that is, or holds nothing of a person");
}

async fn number(app: &TestApp, sql: String) -> i64 {
    let mut conn = app.db().read().await.unwrap();
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap()
}

const ASKED: &[(&str, &str)] = &[("asker", "person"), ("identity", "当面看了身份证")];

async fn told(user: &User<'_>, person: i64) -> Value {
    let body = json!({"asker": "person", "identity": "当面看了身份证"});
    user.post_json(&format!("/api/v1/people/{person}/own-data"), body).await.is(200).json()
}

/// The sheets of the workbook, by name.
async fn workbook(user: &User<'_>, person: i64) -> BTreeMap<String, Vec<Vec<String>>> {
    let file = user.post(&format!("/centers/1/people/{person}/own-data"), ASKED).await.is(200);
    sheets(&file).into_iter().map(|(name, rows)| (name, rows.iter().map(|row| texts(row)).collect())).collect()
}

/// What is planted in one place each of a person, and must come out again.
async fn plants(app: &TestApp, ann: &User<'_>, person: i64) {
    let program = app.token("ann").await;
    let known = program.get(&format!("/api/v1/people/{person}")).await.is(200).json();
    let body = json!({
        "version": known["version"], "name": "梁惠芳", "id_number": "11010519491231002X", "residence": "migrant", "languages": "客家话",
        "phone": "13800138000", "address": "罗沙路 77 号", "note": "怕黑狗", "care": "左耳听不见", "emergency": "女儿小燕 13900130009",
    });
    program.post_json(&format!("/api/v1/people/{person}"), body).await.is(200);
    let hers = [("purpose", "service"), ("answer", "given"), ("given_on", "2026-03-05"), ("given_method", "paper")];
    let guardian = [("guardian", "梁小燕"), ("guardianship", "other")];
    ann.post(&format!("/centers/1/people/{person}/consents"), &[&hers[..], &guardian[..]].concat()).await.is(303);
}

fn tells_all(engine: Engine) {
    in_the_world(engine, async |app, world| {
        let ann = app.sign_in("ann").await;
        let person: i64 = world.name("person").parse().unwrap();
        plants(app, &ann, person).await;
        let leads = format!("update teams set leader_id = {person}");
        let mut tx = app.begin().await;
        sqlx::query(sqlx::AssertSqlSafe(leads)).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        let roster = "姓名,手机,语言\n梁惠芳,13800138000,白话\n";
        let program = app.token("ann").await;
        crate::imports::sends(&program, "/api/v1/people/imports?center=1", "a.csv", roster.as_bytes()).await.is(201);
        // Of each table, whoever has rows in it is told as many.
        let ada = app.token("ada").await;
        for (table, column, part) in POINTING {
            let Ok(part) = part else { continue };
            let whose = number(app, format!("select coalesce(min({column}), 0) from {table}")).await;
            assert!(whose > 0, "the world has nobody in {table}");
            let rows = number(app, format!("select count(*) from {table} where {column} = {whose}")).await;
            let parts = told(&ada, whose).await;
            let there = parts["parts"][part].as_array().map_or(0, Vec::len);
            assert!(there as i64 >= rows, "{table} has {rows} rows of {whose}, and {part} tells {there}");
        }
        // Every value that was planted, in full, in the file for people and in the one for programs.
        let sheets = format!("{:?}", workbook(&ann, person).await);
        let plain = told(&program, person).await.to_string();
        for value in [
            "梁惠芳",
            "11010519491231002X",
            "13800138000",
            "客家话",
            "罗沙路 77 号",
            "怕黑狗",
            "左耳听不见",
            "女儿小燕 13900130009",
            "梁小燕",
            "076922223333",
            "低保证 44190001",
            "早茶会",
            "罗沙路 12 号",
            "白话",
        ] {
            assert!(sheets.contains(value), "{value} is not in the workbook: {sheets}");
            assert!(plain.contains(value), "{value} is not in the JSON: {plain}");
        }
        // Of others nothing: the child that lives with her, and the workers.
        for other in ["李小明", "陈大文", "\"ann\""] {
            assert!(!sheets.contains(other) && !plain.contains(other), "{other} is somebody else");
        }
    });
}

#[test]
fn a_person_is_told_everything_that_is_kept_of_them_on_sqlite() {
    tells_all(Engine::Sqlite);
}

#[test]
fn a_person_is_told_everything_that_is_kept_of_them_on_postgres() {
    tells_all(Engine::Postgres);
}

#[test]
fn every_column_of_a_person_is_told_or_follows_from_what_is() {
    // What is found or put in order by, and how rows are told apart.
    const FOLLOWS: &[&str] = &[
        "id",
        "center_id",
        "name_key",
        "name_fold",
        "pinyin",
        "sounds",
        "phone_hash",
        "phone_last4",
        "id_number_hash",
        "version",
        "door_key",
        "person_id",
        // Where it leads is told as `former` of whom it leads to.
        "merged_into",
        // Of whom nothing is told any more.
        "erased_at",
        "erased_born",
    ];
    let source = fs::read_to_string("src/people/told.rs").unwrap();
    let mut forgotten = Vec::new();
    for entry in fs::read_dir("migrations").unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let mut table = String::new();
        for line in text.lines().map(str::trim) {
            if let Some(rest) = line.strip_prefix("create table ") {
                table = rest.split([' ', '(']).next().unwrap().to_owned();
            }
            let added = line.strip_prefix("alter table ").and_then(|rest| rest.split_once(" add column "));
            let (table, line) = added.map_or((table.as_str(), line), |(table, line)| (table, line));
            let column = line.split(' ').next().unwrap_or_default();
            let is_column = line.contains(" text") || line.contains(" bigint");
            if ["people", "enrolments"].contains(&table)
                && is_column
                && !FOLLOWS.contains(&column)
                && !column.starts_with("--")
            {
                let is_told = source.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == column);
                if !is_told {
                    forgotten.push(format!("{table}.{column}"));
                }
            }
        }
    }
    assert!(forgotten.is_empty(), "src/people/told.rs tells nothing of {forgotten:?}");
}

on_both_engines! {
    async fn it_is_handed_out_for_a_reason_and_each_time_is_kept(app: TestApp) {
        crate::check_in::people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        let page = "/centers/1/people/1/own-data";
        ann.get("/centers/1/people/1").await.is(200).shows(page);
        ann.get(page).await.is(200).shows("怎样核实身份");
        for fields in [&[][..], &[("asker", "person")], &[("identity", "看了身份证")], &[("asker", "neighbour"), ("identity", "看了身份证")]] {
            ann.post(page, fields).await.is(422);
        }
        assert_eq!(app.number("select count(*) from audit_events where action = 'person.own_data_told'").await, 0);
        ann.post(page, ASKED).await.is(200);
        told(&app.token("ann").await, 1).await;
        let detail: Vec<String> = sqlx::query_scalar("select detail from audit_events where action = 'person.own_data_told' order by id")
            .fetch_all(&mut *app.db().read().await.unwrap()).await.unwrap();
        assert_eq!(detail, ["person: 当面看了身份证"; 2]);
        // Whoever may not see numbers in full hands nothing out; another center does not know the person.
        for (who, status) in [("ben", 403), ("cai", 403), ("fay", 403), ("lei", 403), ("pat", 403), ("olga", 404)] {
            app.sign_in(who).await.post(page, ASKED).await.is(status);
        }
    }

    async fn what_another_center_wrote_down_stays_there(app: TestApp) {
        crate::check_in::session(&app, None, None).await;
        crate::check_in::people(&app, 1).await;
        app.execute("insert into enrolments (person_id, center_id, address, enrolled_at) values (1, 2, '堑头路 9 号', 0)").await;
        app.execute("insert into cards (person_id, center_id, code_hash, code_sealed, issued_at) values (1, 2, 'x', 'x', 0)").await;
        let [ann, olga, ada] = [app.token("ann").await, app.token("olga").await, app.token("ada").await];
        let body = json!({"request_id": crate::check_in::request(), "person_id": 1, "role": "participant"});
        ann.post_json("/api/v1/sessions/1/checkins", body).await.is(201);
        let centers = async |user: &User<'_>| {
            let told = told(user, 1).await;
            let (places, visits) = (told["parts"]["enrolments"].as_array().unwrap().len(), told["parts"]["attendances"].as_array().unwrap().len());
            (places, visits, told.to_string().contains("堑头路 9 号"))
        };
        assert_eq!(centers(&ann).await, (1, 1, false));
        assert_eq!(centers(&olga).await, (1, 0, true));
        assert_eq!(centers(&ada).await, (2, 1, true));
    }

    async fn case_work_is_told_to_whom_it_is_about(app: TestApp) {
        crate::check_in::people(&app, 1).await;
        let ann = app.token("ann").await;
        let talk = json!({"center": 1, "title": "陈伯面谈", "kind": 1, "room": 2, "date": "2026-03-05", "starts": "10:00", "ends": "11:00"});
        ann.post_json("/api/v1/activities", talk).await.is(201);
        let session = app.number("select max(id) from sessions").await;
        let body = json!({"request_id": crate::check_in::request(), "person_id": 1, "role": "participant"});
        ann.post_json(&format!("/api/v1/sessions/{session}/checkins"), body).await.is(201);
        let told = told(&ann, 1).await;
        assert_eq!(told["parts"]["attendances"][0]["activity"], json!("陈伯面谈"));
    }

    async fn a_program_that_keeps_workbooks_opens_it(app: TestApp) {
        crate::check_in::people(&app, 1).await;
        let ann = app.sign_in("ann").await;
        let sheets = workbook(&ann, 1).await;
        assert!(sheets["基本资料"].iter().any(|row| row == &["姓名", "陈伯1"]), "{sheets:?}");
        assert!(sheets["说明"].iter().any(|row| row == &["签到记录", "0"]), "what there is none of is told, too: {sheets:?}");
        assert!(!sheets.contains_key("签到记录"));
        let mut english = app.sign_in("ann").await;
        english.cookies.push(("lang".to_owned(), "en".to_owned()));
        let sheets = workbook(&english, 1).await;
        assert!(sheets["Facts"].iter().any(|row| row == &["Name", "陈伯1"]), "{sheets:?}");
    }
}
