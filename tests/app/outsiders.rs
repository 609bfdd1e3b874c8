//! What a purchaser and a department can lay hands on: every route there is, every link on every page that they are given, every file and
//! what is inside of it. Nobody's name, phone or ID number is in any of it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::io::{Cursor, Read as _};

use linli::exports::{CenterList, CityList};

use crate::support::world::{World, in_the_world};
use crate::support::{Answer, Engine, TestApp, User};
use crate::{access, audit};

/// What everybody is called by now, before their number.
const NAME: &str = "龘靐";
const PHONE: &str = "13912345678";
const ID_NUMBER: &str = "11010519491231002X";

/// In full, by groups, and masked, which says that somebody with such a number was here.
const NUMBERS: [&str; 6] = [PHONE, "139 1234 5678", "139****5678", ID_NUMBER, "1101************2X", "1949-12-31"];

/// Of the filled world: those who ask for a room, whom units name, and the numbers that people and units gave.
const OTHERS: [&str; 8] =
    ["黄秀英", "周老师", "13800138000", "13900139000", "13511115111", "0769-22101001", "0769-22223333", "13600136000"];

/// Of one page with ever other questions, as a calendar has them, so many are asked.
const QUESTIONS: usize = 16;

/// And of one with the rows behind figures, for so many of them.
const FIGURES: usize = 60;

/// Everybody has another name, and a phone and an ID number; what was called by the old names before still is. Gives those names.
async fn everybody_is_known_again(app: &TestApp) -> Vec<String> {
    let mut tx = app.begin().await;
    let residents = "select p.name from people p where not exists (select 1 from workers w where w.person_id = p.id)";
    let names: Vec<(String,)> = sqlx::query_as(residents).fetch_all(&mut *tx).await.unwrap();
    sqlx::query(
        "update people set name = $1 || id, name_key = $1 || id, name_fold = $1 || id, phone_sealed = $2, phone_last4 = '5678',
                id_number_sealed = $3, birth_date = '1949-12-31'",
    )
    .bind(NAME)
    .bind(app.sealer.seal(PHONE))
    .bind(app.sealer.seal(ID_NUMBER))
    .execute(&mut *tx)
    .await
    .unwrap();
    // A case is called by whom it is about.
    sqlx::query(
        "update activities set title = $1 where kind_id in (select id from service_kinds where code = 'case_work')",
    )
    .bind(format!("探访{NAME}"))
    .execute(&mut *tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    names.into_iter().map(|(name,)| name).filter(|name| name.chars().count() > 1).collect()
}

/// February's and March's reports are submitted too, with a picture and a sheet, by a manager who took the name out.
async fn reports_are_submitted(app: &TestApp, world: &World) {
    app.at("2026-04-02T02:00:00Z");
    let ben = app.sign_in("ben").await;
    for month in ["february", "march"] {
        let path = format!("/periodic-reports/{}", world.name(month));
        if month == "march" {
            let words = [("content", "三月平稳。"), ("version", "1")];
            ben.post(&format!("{path}/chapters/overview"), &words).await.is(303);
        }
        ben.post(&format!("{path}/submission"), &[]).await.is(303);
    }
}

/// All that a file or page says: of an archive its names and what is in each of its files, and so on.
fn words_of(bytes: &[u8]) -> String {
    if !bytes.starts_with(b"PK\x03\x04") {
        // A calendar breaks its lines in the middle of a word.
        return String::from_utf8_lossy(bytes).replace("\r\n ", "");
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut words = String::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        words.push_str(&file.name().unwrap());
        words.push_str(&words_of(&content));
    }
    words
}

/// What a page leads to, here.
fn links(page: &str) -> Vec<String> {
    let of = |start: &str| -> Vec<String> {
        let found = page.split(start).skip(1).filter_map(|rest| rest.split('"').next());
        found.map(|link| link.replace("&amp;", "&").split('#').next().unwrap_or_default().to_owned()).collect()
    };
    let mut all = of(" href=\"");
    all.extend(of(" src=\""));
    all
}

/// Somebody outside, with a browser and a program, and what was found.
struct Outsider<'a> {
    login: &'static str,
    browser: User<'a>,
    program: User<'a>,
    anyone: User<'a>,
    names: &'a [String],
    waits: VecDeque<String>,
    seen: BTreeSet<String>,
    /// How often each path was asked, whatever the question.
    asked: BTreeMap<String, usize>,
    /// Paths by the kind of what came, where something came.
    came: BTreeMap<String, BTreeSet<String>>,
    told: Vec<String>,
}

impl<'a> Outsider<'a> {
    async fn new(login: &'static str, app: &'a TestApp, names: &'a [String]) -> Self {
        Self {
            login,
            browser: app.sign_in(login).await,
            program: app.token(login).await,
            anyone: app.anyone(),
            names,
            waits: VecDeque::new(),
            seen: BTreeSet::new(),
            asked: BTreeMap::new(),
            came: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    fn goes_to(&mut self, link: String) {
        let path = link.split('?').next().unwrap_or_default().to_owned();
        // The page of a database that is not there is what it says.
        if link.starts_with('/') && !link.starts_with("//") && path != "/not-ready" && !self.seen.contains(&link) {
            let asked = self.asked.entry(path).or_default();
            *asked += 1;
            if *asked <= if link.contains("figure=") { FIGURES } else { QUESTIONS } {
                self.seen.insert(link.clone());
                self.waits.push_back(link);
            }
        }
    }

    /// Which of the names and numbers are in it.
    fn named_in(&self, words: &str) -> Vec<&str> {
        let numbers = NUMBERS.iter().chain(&OTHERS).copied().chain([NAME]);
        numbers.chain(self.names.iter().map(String::as_str)).filter(|told| words.contains(*told)).collect()
    }

    /// What stands in it and is not told to everybody, on the same public page.
    async fn looks_at(&mut self, what: &str, answer: &Answer) {
        let words = words_of(&answer.body);
        let named = self.named_in(&words);
        if named.is_empty() {
            return;
        }
        let public = words_of(&self.anyone.get(what).await.body);
        let told = named.into_iter().filter(|name| !public.contains(*name)).collect::<Vec<_>>().join(", ");
        if !told.is_empty() {
            self.told.push(format!("{} is told of {told} by {what}", self.login));
        }
    }

    async fn goes_everywhere(&mut self) {
        while let Some(link) = self.waits.pop_front() {
            let user = if link.starts_with("/api/") { &self.program } else { &self.browser };
            let answer = user.get(&link).await;
            assert!(answer.status.code < 500, "{link}: {}", answer.text());
            if (300..400).contains(&answer.status.code) {
                self.goes_to(answer.header("location").to_owned());
                continue;
            }
            let kind = answer.header("content-type").split(';').next().unwrap_or_default().to_owned();
            if answer.status.code == 200 {
                self.came.entry(kind.clone()).or_default().insert(link.clone());
            }
            // What is refused may say something too.
            self.looks_at(&link, &answer).await;
            if kind == "text/html" && answer.status.code == 200 {
                links(&answer.text()).into_iter().for_each(|link| self.goes_to(link));
            }
            self.asks_for_figures(&link, &answer);
        }
    }

    /// The rows behind every figure of an answer.
    fn asks_for_figures(&mut self, link: &str, answer: &Answer) {
        let Some(asked) = link.strip_prefix("/api/v1/summary?").filter(|_| answer.status.code == 200) else { return };
        let told = answer.json();
        let keys: Vec<&str> =
            told["figures"].as_array().into_iter().flatten().filter_map(|one| one["key"].as_str()).collect();
        for key in keys {
            self.goes_to(format!("/api/v1/summary/rows?{asked}&figure={}", key.replace('#', "%23")));
        }
    }

    /// Every list as a file, those too that no page offers, and the rows behind numbers.
    async fn takes_every_list(&mut self) {
        let mut taken = 0;
        for (path, fields) in files_that_are_sent_for() {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let answer = self.browser.post(path, &fields).await;
            assert!(answer.status.code < 500, "{path} {fields:?}: {}", answer.text());
            taken += usize::from(answer.status.code == 200);
            let words = words_of(&answer.body);
            let named = self.named_in(&words).join(", ");
            if !named.is_empty() {
                self.told.push(format!("{} is told of {named} by {path} {fields:?}", self.login));
            }
        }
        assert!(taken >= 6, "{} was given {taken} files", self.login);
    }

    fn came_as(&self, kind: &str, part: &str) -> usize {
        self.came.get(kind).into_iter().flatten().filter(|link| link.contains(part)).count()
    }
}

/// Where any of these words is told to somebody, whatever that somebody may fetch, from these paths on.
pub(crate) async fn told_of(login: &'static str, app: &TestApp, words: &[String], from: &[String]) -> Vec<String> {
    let mut outsider = Outsider::new(login, app, words).await;
    let there = access::rows().filter(|row| row.method == rocket::http::Method::Get).map(|row| row.path.to_owned());
    there.chain(from.iter().cloned()).for_each(|path| outsider.goes_to(path));
    outsider.goes_everywhere().await;
    outsider.takes_every_list().await;
    outsider.told
}

/// Files that are posted for, each with what is asked.
fn files_that_are_sent_for() -> Vec<(&'static str, Vec<(&'static str, String)>)> {
    let centers = CenterList::ALL.iter().map(|list| ("/centers/1/exports", "list", list.code()));
    let city = CityList::ALL.iter().map(|list| ("/exports", "list", list.code()));
    let rows = ["visits", "persons", "volunteers", "minutes"].map(|key| ("/centers/1/reports/rows", "figure", key));
    let mut all = Vec::new();
    for (path, field, of) in centers.chain(city).chain(rows) {
        for format in ["csv", "xlsx"] {
            let more = [("from", "2026-03-01"), ("to", "2026-04-01"), ("period", "2026-03"), ("year", "2026")];
            let mut fields = vec![(field, of.to_owned()), ("format", format.to_owned())];
            fields.extend(more.map(|(name, value)| (name, value.to_owned())));
            all.push((path, fields));
        }
    }
    all
}

/// Where everything begins: each route by the path of something that is there, and what no page leads to.
fn beginnings(world: &World) -> Vec<String> {
    let there = audit::rows().into_iter().filter(|row| row.method == rocket::http::Method::Get);
    let mut all: Vec<String> = there.map(|row| row.path(world)).collect();
    all.extend(access::rows().filter(|row| row.method == rocket::http::Method::Get).map(|row| row.path.to_owned()));
    for ending in ["", ".csv", ".xlsx", ".docx", "/print"] {
        all.extend((1..=4).map(|month| format!("/centers/1/reports/2026-{month:02}{ending}")));
    }
    let periods = [
        ("2026-02-01", "2026-03-01"),
        ("2026-03-01", "2026-04-01"),
        ("2026-01-01", "2026-04-01"),
        ("2026-01-01", "2027-01-01"),
    ];
    for (from, to) in periods {
        all.push(format!("/api/v1/summary?scope=center:1&from={from}&to={to}"));
    }
    for report in ["january", "february", "march", "quarter"] {
        let report = world.name(report);
        all.extend([format!("/periodic-reports/{report}"), format!("/api/v1/reports/{report}")]);
        for version in 1..=2 {
            all.push(format!("/periodic-reports/{report}/versions/{version}"));
            all.push(format!("/api/v1/reports/{report}/versions/{version}"));
        }
        all.extend((1..=4).map(|evidence| format!("/periodic-reports/{report}/evidence/{evidence}")));
    }
    all
}

fn nobody_is_told_of(engine: Engine) {
    in_the_world(engine, async |app, world| {
        let names = everybody_is_known_again(app).await;
        assert!(names.len() > 4, "{names:?}");
        reports_are_submitted(app, world).await;
        // They are there to be told: who works with them reads them.
        let ann = app.sign_in("ann").await;
        ann.get("/centers/1/people").await.is(200).shows(NAME);
        ann.get("/centers/1/reports/2026-03/rows?figure=visits").await.is(200).shows(NAME);
        for login in ["pat", "dan"] {
            let mut outsider = Outsider::new(login, app, &names).await;
            beginnings(world).into_iter().for_each(|path| outsider.goes_to(path));
            outsider.goes_everywhere().await;
            outsider.takes_every_list().await;
            let came: BTreeMap<&str, usize> =
                outsider.came.iter().map(|(kind, paths)| (kind.as_str(), paths.len())).collect();
            println!("{login}: {came:?}");
            assert!(outsider.told.is_empty(), "{}", outsider.told.join("\n"));
            // It was not for want of looking.
            for (kind, part, least) in [
                ("text/html", "", 40),
                ("text/html", "/periodic-reports/", 4),
                ("text/html", "/rows?", 4),
                ("text/csv", "/reports/", 3),
                ("application/json", "/api/v1/summary", 20),
                ("application/json", "/versions/", 3),
                ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "/reports/", 3),
                ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "/reports/", 3),
            ] {
                let found = outsider.came_as(kind, part);
                assert!(found >= least, "{login} was given {found} of {kind} at {part:?}");
            }
        }
    });
}

#[test]
fn nobody_is_named_to_purchaser_or_department_sqlite() {
    nobody_is_told_of(Engine::Sqlite);
}

#[test]
fn nobody_is_named_to_purchaser_or_department_postgres() {
    nobody_is_told_of(Engine::Postgres);
}
