//! What a purchaser may fetch beside the summary and the file of a month: the rows behind each number, the parts of a period, who takes
//! part, indicators, its own form filled, reports that were submitted, and workbooks. All of it is told into the one web of [`Known`].

use std::collections::{BTreeMap, BTreeSet};
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use serde_json::{Value, json};

use super::cells::{Known, dates, periods};
use super::figures;
use crate::audit::FORM;
use crate::imports::sends_as;
use crate::support::workbook::sheets;
use crate::support::{TestApp, User};

/// The counts of people, and what hangs together with them.
const OF_PEOPLE: [&str; 6] = ["visits", "persons", "unnamed", "volunteer_visits", "volunteers", "minutes"];

/// As the columns of a workbook are called.
const COLUMNS: [(&str, &str); 5] = [
    ("场次", "sessions"),
    ("人次", "visits"),
    ("人数", "persons"),
    ("志愿者人次", "volunteer_visits"),
    ("志愿者", "volunteers"),
];

/// What the agreement asks for: measure, of which part, and the same as the end of a figure's key.
const ASKED: [(&str, Option<&str>, &str); 6] = [
    ("visits", None, ""),
    ("visits", Some("group:needy"), ".needy"),
    ("persons", Some("group:needy"), ".needy"),
    ("persons", Some("group:disabled"), ".disabled"),
    ("visits", Some("kind:1"), ".kind.case_work"),
    ("volunteers", None, ""),
];

/// What the roll-up's sheet of the whole calls its numbers; of the groups it has the persons.
const WHOLE: [(&str, &str); 8] = [
    ("场次", "sessions"),
    ("人次", "visits"),
    ("其中未具名", "unnamed"),
    ("人数", "persons"),
    ("志愿者", "volunteers"),
    ("已确认时数", "minutes"),
    ("参与居民", "residents"),
    ("2026年新增参与居民", "newcomers"),
];

/// The columns of the roll-up's file from the fifth on, as keys; of its sheets of towns and providers from the third.
const ROLL_UP: [&str; 10] = [
    "sessions",
    "visits",
    "unnamed",
    "persons",
    "persons.elderly",
    "persons.disabled",
    "persons.needy",
    "persons.youth",
    "persons.none",
    "volunteers",
];

/// Who reads, and which figures there are; `items` has the ends of keys by what they are called, where that is of one alone.
pub(super) struct Purchaser<'a> {
    pub(super) app: &'a TestApp,
    pub(super) program: User<'a>,
    pub(super) browser: User<'a>,
    pub(super) keys: BTreeSet<String>,
    pub(super) items: BTreeMap<String, String>,
}

/// From which source how many numbers were told as they are.
pub(super) type Sources = BTreeMap<&'static str, usize>;

fn name_of(period: (u32, u32), key: &str) -> String {
    format!("{period:?} {key}")
}

impl Purchaser<'_> {
    /// Everything else that there is.
    pub(super) async fn gathers(&self, known: &mut Known) -> Sources {
        let mut told = Sources::new();
        for period in periods().into_iter().filter(|period| period.1 <= 3 || [(1, 12), (12, 12)].contains(period)) {
            *told.entry("parts").or_default() += self.parts(known, period).await;
            *told.entry("residents").or_default() += self.residents(known, period).await;
            *told.entry("workbooks").or_default() += self.workbook(known, period).await;
            *told.entry("roll-up").or_default() += self.roll_up(known, period).await;
            *told.entry("roll-up's sheets").or_default() += self.roll_up_sheets(known, period).await;
            for key in &self.keys {
                *told.entry("rows").or_default() += self.rows_behind(known, period, key).await;
            }
        }
        told.insert("indicators", self.indicators(known).await);
        told.insert("forms", self.own_form(known).await);
        told.insert("frozen", self.frozen(known).await);
        told
    }

    /// The same period by months and by centers.
    async fn parts(&self, known: &mut Known, period: (u32, u32)) -> usize {
        let (from, to) = dates(period);
        let mut told = 0;
        for by in ["month", "center"] {
            let path = format!("/api/v1/summary?scope=center:1&from={from}&to={to}&by={by}");
            let answer = self.program.get(&path).await.is(200).json();
            for part in answer["parts"].as_array().unwrap() {
                let name = part["part"].as_str().unwrap();
                let of = match name.strip_prefix("2026-") {
                    Some(month) => (month.parse().unwrap(), month.parse().unwrap()),
                    None => period,
                };
                told += tells(known, of, &part["figures"]);
            }
        }
        told
    }

    /// Who took part, as participant or volunteer, and who of them is new.
    async fn residents(&self, known: &mut Known, period: (u32, u32)) -> usize {
        let (from, to) = dates(period);
        let path = format!("/api/v1/summary?scope=center:1&from={from}&to={to}");
        let answer = self.program.get(&path).await.is(200).json();
        let [residents, newcomers, persons, volunteers] =
            ["residents", "newcomers", "persons", "volunteers"].map(|key| name_of(period, key));
        known.tell(&residents, &json!({"value": answer["residents"], "at_least": answer["residents_at_least"]}));
        known.tell(&newcomers, &json!({"value": answer["newcomers"]}));
        let one = std::slice::from_ref::<String>;
        known.at_most(one(&newcomers), one(&residents));
        known.at_most(one(&persons), one(&residents));
        known.at_most(one(&volunteers), one(&residents));
        known.at_most(one(&residents), &[persons.clone(), volunteers.clone()]);
        if period.0 == period.1 {
            for longer in periods().into_iter().filter(|(first, last)| *first <= period.0 && period.1 <= *last) {
                known.at_most(one(&residents), &[name_of(longer, "residents")]);
            }
        }
        usize::from(answer["residents"].is_i64()) + usize::from(answer["newcomers"].is_i64())
    }

    /// The sessions behind a number, each with what is told of it. No two are on one day here.
    async fn rows_behind(&self, known: &mut Known, period: (u32, u32), key: &str) -> usize {
        let (measure, part) = key.split_once('.').unwrap_or((key, ""));
        if !OF_PEOPLE.contains(&measure) {
            return 0;
        }
        let (from, to) = dates(period);
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/summary/rows?scope=center:1&from={from}&to={to}&figure={key}{cursor}");
            let answer = self.program.get(&path).await;
            if answer.status.code == 404 {
                return 0;
            }
            let answer = answer.is(200).json();
            rows.extend(answer["items"].as_array().unwrap().clone());
            match answer["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        // Of a kind it is all that the session has.
        let of = if part.is_empty() || part.starts_with("kind.") { measure } else { key };
        let names: Vec<String> =
            rows.iter().map(|row| format!("{of} of session {}", row["date"].as_str().unwrap())).collect();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{key}: a session is one row");
        for (name, row) in names.iter().zip(&rows) {
            known.tell(name, row);
        }
        if names.is_empty() {
            return 0;
        }
        let whole = [name_of(period, key)];
        known.at_most(&whole, &names);
        match measure {
            "persons" | "volunteers" => names.iter().for_each(|name| known.at_most(std::slice::from_ref(name), &whole)),
            _ => known.at_most(&names, &whole),
        }
        rows.iter().filter(|row| row["value"].is_i64()).count()
    }

    /// What an agreement asks for is counted over its year.
    async fn indicators(&self, known: &mut Known) -> usize {
        const LIST: &str = "/api/v1/agreements/1/indicators";
        let (ben, ann) = (self.app.token("ben").await, self.app.token("ann").await);
        for (measure, within, _) in ASKED {
            let unit = if measure == "visits" { "visits" } else { "persons" };
            let mut body = json!({"name": format!("{measure} {within:?}"), "unit": unit, "target": 500, "span": "project_year", "measure": measure});
            if let Some(within) = within {
                body["within"] = json!(within);
            }
            ben.post_json(LIST, body).await.is(201);
        }
        let (told, whole) = (self.program.get(LIST).await.is(200).json(), ann.get(LIST).await.is(200).json());
        let mut count = 0;
        for (measure, within, end) in ASKED {
            let is_it = |one: &&Value| one["measure"] == measure && one["within"] == json!(within);
            let find = |list: &Value| list["items"].as_array().unwrap().iter().find(is_it).unwrap().clone();
            let (told, whole) = (find(&told), find(&whole));
            known.tell(
                &name_of((1, 12), &format!("{measure}{end}")),
                &json!({"value": told["done"], "at_least": told["at_least"]}),
            );
            count += usize::from(told["done"].is_i64());
            // What is hidden does not show in where it leads to.
            if told["hidden"] == json!(true) && !told["forecast"].is_null() && told["at_least"] != whole["done"] {
                assert_ne!(told["forecast"], whole["forecast"], "{told}");
            }
        }
        count
    }

    /// The purchaser's own form, filled for each month.
    async fn own_form(&self, known: &mut Known) -> usize {
        let kept =
            sends_as(&self.browser, "/purchaser-forms", ("file", "莞城月报表.xlsx"), FORM).await.is(303).leads_to();
        let id = kept.rsplit('/').next().unwrap().split('?').next().unwrap();
        let form = self.program.get(&format!("/api/v1/purchaser-forms/{id}")).await.is(200).json();
        let mut told = 0;
        for month in 1..=3u32 {
            let path = format!("/api/v1/purchaser-forms/{id}/filled?period=2026-{month:02}&center=1");
            let file = self.program.get(&path).await.is(200);
            let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file.body)).unwrap();
            for named in form["cells"].as_array().unwrap() {
                let key = named["name"].as_str().unwrap().trim_start_matches("linli.");
                let (sheet, place) = named["place"].as_str().unwrap().split_once('!').unwrap();
                if !self.keys.contains(key) || named["rows"] != 1 {
                    continue;
                }
                let value = number(&book.worksheet_range(sheet).unwrap(), place);
                known.tell(&name_of((month, month), key), &json!({ "value": value }));
                told += usize::from(value.is_some());
            }
        }
        told
    }

    /// The months and the quarter as they were submitted, the whole and by centers.
    async fn frozen(&self, known: &mut Known) -> usize {
        let ben = self.app.sign_in("ben").await;
        let reports = [(1, 1, "month"), (2, 2, "month"), (3, 3, "month"), (1, 3, "quarter")];
        let mut told = 0;
        for (first, last, kind) in reports {
            let word = format!("{kind}:2026-{first:02}-01");
            ben.post("/periodic-reports", &[("agreement", "1"), ("period", word.as_str())]).await.is(303);
            let id = self.app.number("select max(id) from periodic_reports").await;
            ben.post(&format!("/periodic-reports/{id}/submission"), &[]).await.is(303);
            let version = self.program.get(&format!("/api/v1/reports/{id}/versions/1")).await.is(200).json();
            told += tells(known, (first, last), &version["figures"]);
            for figures in version["by_center"].as_object().unwrap().values() {
                told += tells(known, (first, last), figures);
            }
        }
        told
    }

    /// The center by itself, its town, its provider and all that the purchaser reads: the same here.
    async fn roll_up(&self, known: &mut Known, period: (u32, u32)) -> usize {
        let name = named(period);
        let fields = [("list", "rollup"), ("format", "csv"), ("period", name.as_str())];
        let csv = self.browser.post("/exports", &fields).await.is(200).text();
        let mut reader = csv::Reader::from_reader(csv.trim_start_matches('\u{feff}').as_bytes());
        let mut told = 0;
        for row in reader.records().map(|row| row.unwrap()) {
            for (key, cell) in ROLL_UP.iter().zip(row.iter().skip(4)) {
                let value = cell.parse::<i64>().ok();
                known.tell(&name_of(period, key), &json!({ "value": value }));
                told += usize::from(value.is_some());
            }
        }
        told
    }

    /// The same as a workbook: the center, its town and its provider, all of it with who took part, and the trend by months.
    async fn roll_up_sheets(&self, known: &mut Known, period: (u32, u32)) -> usize {
        let name = named(period);
        let fields = [("list", "rollup"), ("format", "xlsx"), ("period", name.as_str())];
        let file = self.browser.post("/exports", &fields).await.is(200);
        let sheets = sheets(&file);
        let sheet = |n: usize| sheets[n].1.iter().skip(1);
        let mut cells: Vec<(String, Data)> = Vec::new();
        for (n, first) in [(0, 4), (1, 2), (2, 2)] {
            for row in sheet(n) {
                let numbers = ROLL_UP.iter().zip(row.iter().skip(first));
                cells.extend(numbers.map(|(key, cell)| (name_of(period, key), cell.clone())));
            }
        }
        for row in sheet(3) {
            let Some(label) = text(&row[0]) else { continue };
            let key = WHOLE.iter().find(|(called, _)| *called == label).map(|(_, key)| (*key).to_owned());
            let of_group = || self.items.get(label).map(|end| format!("persons{end}"));
            if let Some(key) = key.or_else(of_group) {
                cells.push((name_of(period, &key), row[1].clone()));
            }
        }
        for row in sheet(4) {
            // Of the year before there is no agreement.
            let month =
                text(&row[0]).and_then(|month| month.strip_prefix("2026-")).and_then(|month| month.parse().ok());
            if let Some(month) = month {
                let of = |key, cell: &Data| (name_of((month, month), key), cell.clone());
                cells.extend([of("visits", &row[1]), of("persons", &row[3])]);
            }
        }
        for (name, cell) in &cells {
            let least = text(cell).and_then(|said| said.strip_prefix("≥ ")).and_then(|least| least.parse::<i64>().ok());
            known.tell(name, &json!({"value": float(cell).map(|number| number as i64), "at_least": least}));
        }
        cells.iter().filter(|(_, cell)| float(cell).is_some()).count()
    }

    /// Each thing's row in the sheets of a workbook; a share of a whole says as much as the number.
    async fn workbook(&self, known: &mut Known, period: (u32, u32)) -> usize {
        let name = named(period);
        let file = self.browser.get(&format!("/centers/1/reports/{name}.xlsx")).await.is(200);
        let (from, to) = dates(period);
        let truth = figures(self.app, "ann", "center:1", (&from, &to)).await;
        let mut told = 0;
        for (sheet, rows) in sheets(&file) {
            let Some(at) = rows.iter().position(|row| row.iter().skip(1).any(|cell| measure(cell).is_some())) else {
                continue;
            };
            for row in &rows[at + 1..] {
                let item = row.first().and_then(text).and_then(|label| self.items.get(label));
                for (head, cell) in rows[at].iter().zip(row.iter()).skip(1) {
                    let value = float(cell);
                    match (measure(head), item) {
                        (Some(measure), _) if measure != "sessions" && value.is_some_and(|n| n == 1.0 || n == 2.0) => {
                            panic!("{name}.xlsx, {sheet}: {row:?} has so few {measure}");
                        }
                        (Some(measure), Some(end)) => {
                            let value = value.map(|n| n as i64);
                            known.tell(&name_of(period, &format!("{measure}{end}")), &json!({ "value": value }));
                            told += usize::from(value.is_some());
                        }
                        (None, Some(end)) => {
                            let shares = value.map_or_else(Vec::new, |share| as_shares(&truth, end, share));
                            let is_told = |key: &String| known.is_told(&name_of(period, key));
                            let is_fine = shares.is_empty() || shares.iter().any(is_told);
                            assert!(is_fine, "{name}.xlsx, {sheet}: {row:?} tells {shares:?} by a share");
                        }
                        (_, None) => {}
                    }
                }
            }
        }
        told
    }
}

/// A period as it stands in addresses.
fn named((first, last): (u32, u32)) -> String {
    match last - first {
        0 => format!("2026-{first:02}"),
        11 => "2026".to_owned(),
        _ => format!("2026-Q{}", last / 3),
    }
}

/// Figures of an answer, by their keys.
fn tells(known: &mut Known, period: (u32, u32), list: &Value) -> usize {
    let list = list.as_array().unwrap().iter();
    let mut told = 0;
    // A frozen report numbers workers by itself.
    for figure in list.filter(|figure| !figure["key"].as_str().unwrap().contains(".worker.")) {
        known.tell(&name_of(period, figure["key"].as_str().unwrap()), figure);
        told += usize::from(figure["value"].is_i64());
    }
    told
}

/// Of which of a thing's numbers this is the share of the whole.
fn as_shares(truth: &BTreeMap<String, i64>, end: &str, share: f64) -> Vec<String> {
    let is_it = |measure: &&str| {
        let (part, whole) = (truth.get(&format!("{measure}{end}")), truth.get(*measure));
        part.zip(whole).is_some_and(|(part, whole)| *part > 0 && (share * *whole as f64 - *part as f64).abs() < 0.01)
    };
    ["visits", "persons"]
        .into_iter()
        .filter(|measure| is_it(measure))
        .map(|measure| format!("{measure}{end}"))
        .collect()
}

fn text(cell: &Data) -> Option<&str> {
    match cell {
        Data::String(text) => Some(text),
        _ => None,
    }
}

fn float(cell: &Data) -> Option<f64> {
    match cell {
        Data::Float(number) => Some(*number),
        Data::Int(number) => Some(*number as f64),
        _ => None,
    }
}

/// What a column counts, by its head.
fn measure(cell: &Data) -> Option<&'static str> {
    let head = text(cell)?;
    COLUMNS.iter().find(|(label, _)| *label == head).map(|(_, code)| *code)
}

/// The number at `D9`, where there is one.
fn number(range: &calamine::Range<Data>, place: &str) -> Option<i64> {
    let digits = place.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = place.split_at(digits);
    let column = letters.bytes().fold(0u32, |sum, letter| sum * 26 + u32::from(letter - b'A') + 1);
    let row: u32 = row.parse().ok()?;
    range.get_value((row - 1, column - 1)).and_then(float).map(|number| number as i64)
}
