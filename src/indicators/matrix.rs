//! Every center beside every indicator, on one sheet: a row for each center, a column for each thing that agreements ask for, and in
//! their cell how that stands.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use rocket::{Route, get, routes};

use super::listing::{self, IndicatorsCut};
use super::rules::IndicatorState;
use super::standing::{self, IndicatorLine, IndicatorTable};
use super::types::{CountedMeasure, CountedWithin, Indicator, IndicatorUnit};
use crate::agreements::AgreementId;
use crate::agreements::terms::{ReadAgreement, ReadCenter};
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::{Date, Now, Zone};
use crate::error::Result;
use crate::figures::small_cells;
use crate::store::Db;
use crate::web::cut::{Asked, CutPage, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

/// The looks that a state may have, each with the words for how many have it. The last says nothing good or bad.
const TONES: [(&str, &str); 4] = [
    ("ok", "indicators.matrix_ok"),
    ("warn", "indicators.matrix_behind"),
    ("bad", "indicators.matrix_far"),
    ("plain", "indicators.matrix_open"),
];

/// How many of the indicators have one look.
pub struct MatrixTone {
    pub look: &'static str,
    pub key: &'static str,
    pub count: usize,
}

impl MatrixTone {
    /// By which symbols they are known where no colours are seen.
    pub fn symbols(&self) -> String {
        let symbols = IndicatorState::ALL.iter().filter(|state| state.look() == self.look).map(|state| state.symbol());
        symbols.collect::<Vec<_>>().join(" ")
    }
}

/// What makes indicators of several agreements one column: what they are called, their unit, and what is counted for them.
type AskedAlike = (String, IndicatorUnit, Option<CountedMeasure>, Option<CountedWithin>);

fn asked_alike(indicator: &Indicator) -> AskedAlike {
    // A room is a center's own: each center's stands in the one column.
    let within = match indicator.within {
        Some(CountedWithin::Room(_)) => Some(CountedWithin::Room(0)),
        within => within,
    };
    (indicator.name.clone(), indicator.unit, indicator.measure, within)
}

/// A thing that agreements ask for.
#[derive(Clone, Debug)]
pub struct MatrixColumn {
    pub name: String,
    pub unit: IndicatorUnit,
    /// With its unit: what it is called beside a number.
    pub label: String,
    pub is_entered: bool,
}

impl MatrixColumn {
    fn of(lang: Lang, indicator: &Indicator) -> Self {
        let name = lang.pick(&indicator.name, &indicator.name_en).to_owned();
        let unit = lang.text(indicator.unit.key());
        let label = lang.with("indicators.in_unit", [("name", name.clone()), ("unit", unit)]);
        Self { name, unit: indicator.unit, label, is_entered: indicator.is_entered() }
    }
}

/// An indicator in its cell.
#[derive(Clone, Debug)]
pub struct MatrixLine {
    pub line: IndicatorLine,
    /// What is done and what is asked for, as far as it is told: `9 / 1,000`.
    pub told: String,
    /// What tells it from others of its cell: the worker, and the agreement where its row has several.
    pub apart: Vec<String>,
}

impl MatrixLine {
    fn of(lang: Lang, line: IndicatorLine, agreement: Option<&ReadAgreement>) -> Self {
        let told = format!("{} / {}", line.done(lang), line.shown(line.indicator.target));
        let worker = line.indicator.worker.as_ref();
        let worker = worker.map(|name| lang.text("indicators.worker") + &lang.text("list.colon") + name);
        let agreement = agreement.map(|one| format!("{} {} – {}", one.purchaser, one.starts_on, one.ends_on));
        Self { told, apart: worker.into_iter().chain(agreement).collect(), line }
    }

    /// All of it in a line of words.
    pub fn words(&self, lang: Lang) -> String {
        let said = format!("{} {}", self.told, lang.text(self.line.state().key()));
        std::iter::once(said).chain(self.apart.iter().cloned()).collect::<Vec<_>>().join(" · ")
    }
}

/// Whose a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum MatrixPlace {
    Center(CenterId),
    /// The centers of an agreement, all of them together.
    Together(AgreementId),
}

/// The row in which an indicator stands, by what it is called. What is asked of an agreement's only center is asked of that center,
/// whether it says so or not.
fn place(lang: Lang, agreement: &ReadAgreement, centers: &[ReadCenter], line: &IndicatorLine) -> (String, MatrixPlace) {
    match (line.indicator.center_id, centers) {
        (Some(id), _) => (line.center.clone().unwrap_or_default(), MatrixPlace::Center(id)),
        (None, [only]) => (only.center.clone(), MatrixPlace::Center(only.center_id)),
        (None, []) => (agreement.purchaser.clone(), MatrixPlace::Together(agreement.id)),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|one| one.center.as_str()).collect();
            (names.join(lang.pick("、", ", ")), MatrixPlace::Together(agreement.id))
        }
    }
}

/// A center, or all of an agreement together.
#[derive(Clone, Debug)]
pub struct MatrixRow {
    pub name: String,
    pub is_together: bool,
    /// Who asks.
    pub purchasers: String,
    /// One for each column, empty where nothing is asked.
    pub cells: Vec<Vec<MatrixLine>>,
}

impl MatrixRow {
    fn of(
        lang: Lang,
        (name, place): (String, MatrixPlace),
        width: usize,
        lines: Vec<(usize, ReadAgreement, IndicatorLine)>,
    ) -> Self {
        let agreements: BTreeSet<AgreementId> = lines.iter().map(|(_, agreement, _)| agreement.id).collect();
        let purchasers: BTreeSet<&str> = lines.iter().map(|(_, agreement, _)| agreement.purchaser.as_str()).collect();
        let purchasers = purchasers.into_iter().collect::<Vec<_>>().join(lang.pick("、", ", "));
        let has_several = agreements.len() > 1;
        let mut cells: Vec<Vec<MatrixLine>> = vec![Vec::new(); width];
        for (column, agreement, line) in lines {
            cells[column].push(MatrixLine::of(lang, line, has_several.then_some(&agreement)));
        }
        Self { name, is_together: matches!(place, MatrixPlace::Together(_)), purchasers, cells }
    }
}

/// The sheet.
#[derive(Clone, Debug, Default)]
pub struct IndicatorMatrix {
    /// In the order in which the agreements ask for them.
    pub columns: Vec<MatrixColumn>,
    /// In the order of their names.
    pub rows: Vec<MatrixRow>,
}

/// In which column, and of which agreement.
type PlacedLine = (usize, ReadAgreement, IndicatorLine);

impl IndicatorMatrix {
    /// What the cut leaves of these agreements, each where it belongs. The cut's order is a list's.
    pub fn of(lang: Lang, tables: Vec<IndicatorTable>, cut: &IndicatorsCut) -> Self {
        let mut columns: Vec<MatrixColumn> = Vec::new();
        let mut known: BTreeMap<AskedAlike, usize> = BTreeMap::new();
        let mut rows: BTreeMap<(String, MatrixPlace), Vec<PlacedLine>> = BTreeMap::new();
        for IndicatorTable { agreement, centers, lines, .. } in tables {
            for line in lines {
                let place = place(lang, &agreement, &centers, &line);
                if !cut.leaves(&agreement, &place.0, &line) {
                    continue;
                }
                let column = *known.entry(asked_alike(&line.indicator)).or_insert_with(|| {
                    columns.push(MatrixColumn::of(lang, &line.indicator));
                    columns.len() - 1
                });
                rows.entry(place).or_default().push((column, agreement.clone(), line));
            }
        }
        let width = columns.len();
        let rows = rows.into_iter().map(|(place, lines)| MatrixRow::of(lang, place, width, lines)).collect();
        Self { columns, rows }
    }

    fn lines(&self) -> impl Iterator<Item = &MatrixLine> {
        self.rows.iter().flat_map(|row| row.cells.iter().flatten())
    }

    pub fn count(&self) -> usize {
        self.lines().count()
    }

    /// How many have each of the three colours, and how many have none, if any.
    pub fn tones(&self) -> Vec<MatrixTone> {
        let count = |look: &str| self.lines().filter(|one| one.line.state().look() == look).count();
        let tones = TONES.into_iter().map(|(look, key)| MatrixTone { look, key, count: count(look) });
        tones.filter(|tone| tone.look != "plain" || tone.count > 0).collect()
    }
}

/// So many rows stand on one page.
const ROWS: usize = 40;

#[derive(Template)]
#[template(path = "indicators/matrix.html")]
struct IndicatorMatrixPage {
    columns: Vec<MatrixColumn>,
    rows: CutPage<MatrixRow>,
    /// Of all pages.
    tones: Vec<MatrixTone>,
    count: usize,
    toolbar: Toolbar,
    today: Date,
    told_before: Option<Date>,
}

impl IndicatorMatrixPage {
    fn asked(&self) -> String {
        listing::asked(&self.toolbar)
    }
}

impl View for IndicatorMatrixPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("indicators.matrix")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Indicators)
    }
}

#[get("/indicators/matrix")]
async fn show(by: ReportReader, db: &Db, now: Now, lang: Lang, asked: Asked) -> Result<Page<IndicatorMatrixPage>> {
    let cut = IndicatorsCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let tables = standing::of_all(&by, &mut conn, now, cut.agreements()).await?;
    let known = standing::known(&by, &mut conn, &tables, listing::CHOICES).await?;
    let matrix = IndicatorMatrix::of(lang, tables, &cut);
    Ok(Page(IndicatorMatrixPage {
        tones: matrix.tones(),
        count: matrix.count(),
        columns: matrix.columns,
        rows: CutPage::of(matrix.rows, &asked.0, ROWS),
        toolbar: cut.toolbar(lang, &known),
        today: Zone::SHANGHAI.date(now.0),
        told_before: small_cells::told_before(&by, &mut conn, now).await?,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agreements::{ProviderId, PurchaserId};
    use crate::fields::Fields;
    use crate::figures::{Period, Telling};
    use crate::ids::WorkerId;
    use crate::indicators::rules;
    use crate::indicators::types::{IndicatorId, IndicatorSpan};
    use crate::store::Flag;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn year() -> Period {
        Period::new(date("2026-01-01"), date("2027-01-01")).unwrap()
    }

    fn name_of(center: i64) -> String {
        format!("中心{center}")
    }

    /// Of a hundred, half of which is expected: so many are done, or it is hidden how many.
    fn line(name: &str, center: Option<i64>, done: Option<i64>) -> IndicatorLine {
        let indicator = Indicator {
            id: IndicatorId(1),
            agreement_id: AgreementId(1),
            center_id: center.map(CenterId),
            worker_id: None,
            worker: None,
            name: name.to_owned(),
            name_en: name.to_owned(),
            unit: IndicatorUnit::Visits,
            target: 100,
            span: IndicatorSpan::Whole,
            place: 1,
            measure: Some(CountedMeasure::Visits),
            within: None,
            subgroup_bit: None,
            version: 0,
        };
        IndicatorLine {
            indicator,
            center: center.map(name_of),
            days: Some(year()),
            progress: done.map(|done| rules::progress(100, done, year(), date("2026-07-03"))),
            told: if done.is_some() { Telling::Exactly } else { Telling::Hidden },
        }
    }

    fn of_worker(name: &str, id: i64, done: i64) -> IndicatorLine {
        let mut line = line(name, None, Some(done));
        line.indicator.worker_id = Some(WorkerId(id));
        line.indicator.worker = Some(format!("社工{id}"));
        line
    }

    fn table(agreement: i64, centers: &[i64], lines: Vec<IndicatorLine>) -> IndicatorTable {
        let (starts_on, ends_on) = (date("2026-01-01"), date("2026-12-31"));
        let center = |id: &i64| ReadCenter {
            agreement_id: AgreementId(agreement),
            center_id: CenterId(*id),
            center: name_of(*id),
            starts_on,
            ends_on,
            is_read: Flag::from(true),
        };
        IndicatorTable {
            agreement: ReadAgreement {
                id: AgreementId(agreement),
                provider_id: ProviderId(1),
                purchaser_id: PurchaserId(agreement),
                provider: "机构".to_owned(),
                purchaser: format!("街道{agreement}"),
                starts_on,
                ends_on,
            },
            centers: centers.iter().map(center).collect(),
            years: vec![year()],
            year: 0,
            lines,
        }
    }

    fn of(tables: Vec<IndicatorTable>) -> IndicatorMatrix {
        IndicatorMatrix::of(Lang::Zh, tables, &IndicatorsCut::default())
    }

    fn cut(tables: Vec<IndicatorTable>, state: &str) -> IndicatorMatrix {
        let cut = IndicatorsCut::read(&Fields::from_form(&format!("state={state}&sort=name"))).unwrap();
        IndicatorMatrix::of(Lang::Zh, tables, &cut)
    }

    /// The columns, and each row with what is in its cells.
    fn read(matrix: &IndicatorMatrix) -> (Vec<&str>, Vec<(&str, Vec<String>)>) {
        let words = |cell: &Vec<MatrixLine>| cell.iter().map(|one| one.words(Lang::Zh)).collect::<Vec<_>>().join("|");
        let row = |row: &MatrixRow| row.cells.iter().map(words).collect::<Vec<_>>();
        let rows = matrix.rows.iter().map(|one| (one.name.as_str(), row(one))).collect();
        (matrix.columns.iter().map(|column| column.name.as_str()).collect(), rows)
    }

    #[test]
    fn each_stands_beside_its_center_below_its_name() {
        let first = table(2, &[2], vec![line("探访", Some(2), Some(10)), line("讲座", Some(2), None)]);
        let second = table(1, &[1], vec![line("培训", Some(1), Some(50)), line("探访", Some(1), Some(100))]);
        let matrix = of(vec![first, second]);
        let cells = |words: [&str; 3]| words.map(str::to_owned).to_vec();
        let rows = vec![
            ("中心1", cells(["100 / 100 已完成", "", "50 / 100 正常"])),
            ("中心2", cells(["10 / 100 严重落后", "＊ / 100 看不到全部", ""])),
        ];
        assert_eq!(read(&matrix), (vec!["探访", "讲座", "培训"], rows));
        assert_eq!((matrix.count(), matrix.columns[0].label.as_str()), (4, "探访（人次）"));
        assert_eq!((matrix.rows[0].purchasers.as_str(), matrix.rows[0].is_together), ("街道1", false));
    }

    #[test]
    fn what_is_asked_of_several_together_has_a_row_of_its_own() {
        let lines = vec![line("探访", None, Some(50)), line("探访", Some(2), Some(45))];
        let matrix = of(vec![table(1, &[1, 2], lines), table(2, &[3], vec![line("探访", None, Some(50))])]);
        let rows: Vec<_> = matrix.rows.iter().map(|row| (row.name.as_str(), row.is_together)).collect();
        assert_eq!(rows, [("中心1、中心2", true), ("中心2", false), ("中心3", false)], "an only center is that center");
        assert_eq!(of(vec![table(1, &[], vec![line("探访", None, None)])]).rows[0].name, "街道1");
    }

    #[test]
    fn what_is_counted_otherwise_is_another_column() {
        let mut others = vec![line("使用", Some(1), Some(1)); 5];
        others[1].indicator.unit = IndicatorUnit::Items;
        others[2].indicator.measure = None;
        others[3].indicator.within = Some(CountedWithin::Room(3));
        others[4].indicator.within = Some(CountedWithin::Room(4));
        let matrix = of(vec![table(1, &[1], others)]);
        let cells: Vec<usize> = matrix.rows[0].cells.iter().map(Vec::len).collect();
        assert_eq!(cells, [1, 1, 1, 2], "a room is its center's own");
        assert!(matrix.columns[2].is_entered && !matrix.columns[1].is_entered);
    }

    #[test]
    fn several_in_a_cell_are_told_apart() {
        let workers = table(1, &[1], vec![of_worker("带领", 7, 50), of_worker("带领", 8, 49)]);
        let cell = "50 / 100 正常 · 社工：社工7|49 / 100 正常 · 社工：社工8";
        assert_eq!(read(&of(vec![workers])).1, [("中心1", vec![cell.to_owned()])]);
        let payers = [1, 2].map(|payer| table(payer, &[1], vec![line("探访", Some(1), Some(50))]));
        let matrix = of(payers.to_vec());
        let cell = "50 / 100 正常 · 街道1 2026-01-01 – 2026-12-31|50 / 100 正常 · 街道2 2026-01-01 – 2026-12-31";
        assert_eq!(read(&matrix).1, [("中心1", vec![cell.to_owned()])]);
        assert_eq!(matrix.rows[0].purchasers, "街道1、街道2");
    }

    #[test]
    fn it_is_counted_by_colours_and_cut_by_state() {
        let all = || {
            let done = [Some(100), Some(50), Some(45), Some(10), None];
            let named = ["甲", "乙", "丙", "丁", "戊"].into_iter().zip(done);
            vec![table(1, &[1], named.map(|(name, done)| line(name, Some(1), done)).collect())]
        };
        let tones = |matrix: IndicatorMatrix| {
            matrix.tones().iter().map(|tone| (tone.look, tone.count, tone.symbols())).collect::<Vec<_>>()
        };
        let tone = |look: &'static str, count: usize, symbols: &str| (look, count, symbols.to_owned());
        assert_eq!(
            tones(of(all())),
            [tone("ok", 2, "▲ ✓"), tone("warn", 1, "▼"), tone("bad", 1, "✕ ▼▼"), tone("plain", 1, "? ○")]
        );
        assert_eq!(
            tones(cut(all(), "late")),
            [tone("ok", 0, "▲ ✓"), tone("warn", 1, "▼"), tone("bad", 1, "✕ ▼▼")],
            "nothing is said of what there is not"
        );
        assert_eq!(read(&cut(all(), "far_behind")).0, ["丁"]);
        assert!(of(Vec::new()).rows.is_empty());
    }

    #[test]
    fn every_state_has_one_of_the_looks() {
        for state in IndicatorState::ALL {
            assert!(TONES.iter().any(|(look, _)| *look == state.look()), "{state}");
        }
    }
}
