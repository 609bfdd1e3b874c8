//! A year's arrangement as people have it: a table from a file, or lines copied from the notice, `2月14日（周六）、2月28日（周六）`.

use chrono::{Datelike as _, NaiveDate};
use unicode_normalization::UnicodeNormalization as _;

use super::types::HolidayKind;
use crate::clock::Date;
use crate::error::Fault;
use crate::fields::parse;
use crate::sheets::headers::{self, HeaderField};
use crate::sheets::{Book, SheetCell, SheetRow};

/// Lines of a year. It has some twenty.
const MOST_LINES: usize = 200;

/// Characters of a cell that are kept: more than any of them may have.
const SHOWN: usize = 120;

/// The longest span, in days: a slip in the month is noticed.
pub(super) const LONGEST: i64 = 31;

/// What the columns are called, by their place in what `headers::find` gives.
const COLUMNS: &[HeaderField] = &[
    HeaderField {
        key: "starts_on",
        names: &["第一天", "开始日期", "开始", "日期", "时间", "First day", "starts_on", "date"],
    },
    HeaderField { key: "ends_on", names: &["最后一天", "结束日期", "结束", "Last day", "ends_on"] },
    HeaderField { key: "name", names: &["名称", "中文名称", "节日", "节假日", "Name", "Name in Chinese"] },
    HeaderField { key: "name_en", names: &["英文名称", "英文名", "English name", "Name in English", "name_en"] },
    HeaderField { key: "kind", names: &["类型", "类别", "性质", "放假或补班", "Kind"] },
];

/// The usual names in English.
const ENGLISH: &[(&str, &str)] = &[
    ("元旦", "New Year's Day"),
    ("除夕", "Spring Festival"),
    ("春节", "Spring Festival"),
    ("清明", "Tomb-Sweeping Day"),
    ("劳动节", "Labour Day"),
    ("端午", "Dragon Boat Festival"),
    ("中秋", "Mid-Autumn Festival"),
    ("国庆", "National Day"),
];

/// A span of days that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadEntry {
    pub kind: HolidayKind,
    pub starts_on: Date,
    pub ends_on: Date,
    pub name: String,
    pub name_en: String,
}

/// A line with the days it says, or with what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLine {
    /// As the sheet counts.
    pub number: u32,
    /// What stands there: first day, last day, name, English name, kind.
    pub cells: Vec<String>,
    pub fault: Option<Fault>,
    pub entries: Vec<ReadEntry>,
}

impl ReadLine {
    /// What stands there, as one reads it.
    pub fn text(&self) -> String {
        let cells: Vec<&str> = self.cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        cells.join(" ")
    }
}

/// The lines of the first sheet that has any, for the arrangement of `year`.
///
/// # Errors
/// Where there is no line of days, or too many.
pub fn lines(book: &Book, year: i64) -> Result<Vec<ReadLine>, Fault> {
    let none = || Fault::new("field.holiday_none");
    let sheet = book.sheets.iter().find(|sheet| !sheet.is_hidden && !sheet.rows.is_empty()).ok_or_else(none)?;
    let year = i32::try_from(year).map_err(|_| none())?;
    let (columns, data) = match headers::find(&sheet.rows, COLUMNS) {
        Some(header) => (header.columns, header.data),
        // Without a head: days, name, kind.
        None => (vec![Some(0), None, Some(1), None, Some(2)], 0),
    };
    let rows = sheet.rows.get(data..).unwrap_or_default();
    match rows.len() {
        0 => Err(none()),
        count if count > MOST_LINES => Err(Fault::bound("field.holiday_too_many", MOST_LINES)),
        _ => Ok(rows.iter().map(|row| line(row, &columns, year)).collect()),
    }
}

fn line(row: &SheetRow, columns: &[Option<usize>], year: i32) -> ReadLine {
    let cell = |place: usize| {
        let column = columns.get(place).copied().flatten();
        let text = column.and_then(|column| row.cells.get(column)).map(SheetCell::shown).unwrap_or_default();
        text.chars().filter(|c| !c.is_control()).take(SHOWN).collect::<String>().trim().to_owned()
    };
    let cells: Vec<String> = (0..COLUMNS.len()).map(cell).collect();
    let (fault, entries) = match entries(&cells, year) {
        Ok(entries) => (None, entries),
        Err(fault) => (Some(fault), Vec::new()),
    };
    ReadLine { number: row.number, cells, fault, entries }
}

fn entries(cells: &[String], year: i32) -> Result<Vec<ReadEntry>, Fault> {
    let [from, to, name, name_en, kind] = cells else { return Err(Fault::new("field.required")) };
    let not_days = || Fault::new("field.holiday_not_days");
    let days = if to.is_empty() { spans(from, year) } else { spans(&format!("{from}至{to}"), year) };
    let days = days.filter(|days| !days.is_empty()).ok_or_else(not_days)?;
    if name.is_empty() {
        return Err(Fault::new("field.required"));
    }
    let name = parse::line(30)(name)?;
    let kind = match kind.as_str() {
        "" if name.contains('班') => HolidayKind::Workday,
        "" => HolidayKind::Holiday,
        kind => kind_of(kind).ok_or(Fault::new("field.holiday_kind"))?,
    };
    let name_en = if name_en.is_empty() { english(&name, kind) } else { parse::line(60)(name_en)? };
    days.into_iter().map(|days| entry(days, (kind, &name, &name_en), year)).collect()
}

fn entry(
    (starts_on, ends_on): (Date, Date),
    (kind, name, name_en): (HolidayKind, &str, &str),
    year: i32,
) -> Result<ReadEntry, Fault> {
    if ends_on < starts_on {
        return Err(Fault::new("field.ends_before_start"));
    }
    if (ends_on.0 - starts_on.0).num_days() >= LONGEST {
        return Err(Fault::bound("field.holiday_too_long", LONGEST));
    }
    // A notice has days of the December before it, and may have some of the January after it.
    let window = NaiveDate::from_ymd_opt(year - 1, 12, 1).zip(NaiveDate::from_ymd_opt(year + 1, 1, 31));
    if !window.is_some_and(|(first, last)| first <= starts_on.0 && ends_on.0 <= last) {
        return Err(Fault::bound("field.holiday_other_year", year));
    }
    Ok(ReadEntry { kind, starts_on, ends_on, name: name.to_owned(), name_en: name_en.to_owned() })
}

fn kind_of(text: &str) -> Option<HolidayKind> {
    let text = text.nfkc().collect::<String>().to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| text.contains(word));
    if says(&["班", "工作", "work", "make-up"]) {
        Some(HolidayKind::Workday)
    } else if says(&["假", "休", "节", "holiday", "off"]) {
        Some(HolidayKind::Holiday)
    } else {
        None
    }
}

/// What a day is called in English, where nobody says it; the name itself where nobody knows.
fn english(name: &str, kind: HolidayKind) -> String {
    let known = ENGLISH.iter().find(|(zh, _)| name.contains(zh)).map(|(_, en)| *en);
    match (kind, known) {
        (HolidayKind::Workday, Some(en)) => format!("Make-up workday, {en}"),
        (HolidayKind::Workday, None) => "Make-up workday".to_owned(),
        (HolidayKind::Holiday, Some(en)) => en.to_owned(),
        (HolidayKind::Holiday, None) => name.to_owned(),
    }
}

/// What the parts of a list of days say for those that follow: `2月14日、28日`.
struct HolidaySaidBefore {
    year: i32,
    month: Option<u32>,
}

/// The spans that a text lists. Where it says no year, `year` is meant. `None` where something in it is no day.
fn spans(text: &str, year: i32) -> Option<Vec<(Date, Date)>> {
    let text = without_remarks(&text.nfkc().collect::<String>());
    let mut said = HolidaySaidBefore { year, month: None };
    text.split(['、', ',', ';']).filter(|part| !part.trim().is_empty()).map(|part| span(part, &mut said)).collect()
}

/// `（周四）` and the like are left out.
fn without_remarks(text: &str) -> String {
    let mut depth = 0_usize;
    let outside = |c: &char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    text.chars().filter(outside).collect()
}

fn span(part: &str, said: &mut HolidaySaidBefore) -> Option<(Date, Date)> {
    let halves = ["至", "到", "~", "–", "—", " - "].iter().find_map(|mark| part.split_once(mark));
    let Some((first, last)) = halves else {
        let (day, _) = one_day(part, said)?;
        return Some((day, day));
    };
    let (from, _) = one_day(first, said)?;
    let (to, has_year) = one_day(last, said)?;
    // From December into January.
    let to = if to < from && !has_year { Date(to.0.with_year(to.0.year() + 1)?) } else { to };
    Some((from, to))
}

/// The day, and whether its year was said.
fn one_day(text: &str, said: &mut HolidaySaidBefore) -> Option<(Date, bool)> {
    let is_between = |c: char| c.is_whitespace() || "-/.年月日号".contains(c);
    if text.chars().any(|c| !c.is_ascii_digit() && !is_between(c)) {
        return None;
    }
    let numbers: Vec<&str> = text.split(is_between).filter(|number| !number.is_empty()).collect();
    let number = |text: &str| text.parse::<u32>().ok();
    let (year, month, day) = match numbers.as_slice() {
        [year, month, day] if year.len() == 4 => (Some(*year), number(month)?, number(day)?),
        [whole] if whole.len() == 8 => (whole.get(..4), number(whole.get(4..6)?)?, number(whole.get(6..)?)?),
        [month, day] => (None, number(month)?, number(day)?),
        [day] => (None, said.month?, number(day)?),
        _ => return None,
    };
    if let Some(year) = year {
        said.year = year.parse().ok()?;
    }
    said.month = Some(month);
    Some((Date(NaiveDate::from_ymd_opt(said.year, month, day)?), year.is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheets;

    fn told(text: &str) -> Option<String> {
        let spans = spans(text, 2027)?;
        Some(spans.iter().map(|(from, to)| format!("{from}..{to}")).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn days_are_read_as_notices_write_them() {
        for (text, days) in [
            ("1月1日（周五）至3日（周日）", "2027-01-01..2027-01-03"),
            ("2027-10-01", "2027-10-01..2027-10-01"),
            ("2027/10/1～2027/10/7", "2027-10-01..2027-10-07"),
            ("20271001 - 20271007", "2027-10-01..2027-10-07"),
            ("2月20日（周六）、28日（周日）", "2027-02-20..2027-02-20 2027-02-28..2027-02-28"),
            ("2026年12月31日至1月2日", "2026-12-31..2027-01-02"),
            ("１０月１日到７日", "2027-10-01..2027-10-07"),
        ] {
            assert_eq!(told(text).as_deref(), Some(days), "{text}");
        }
        for wrong in ["初一", "3日", "13月1日", "2月30日", "1月1日至", "2027", "周六"] {
            assert_eq!(told(wrong), None, "{wrong}");
        }
    }

    fn read(text: &str) -> Vec<ReadLine> {
        lines(&sheets::read_pasted(text).unwrap(), 2027).unwrap()
    }

    #[test]
    fn a_table_is_read_with_its_head_and_without() {
        let table = read("日期\t名称\t类型\n1月1日至3日\t元旦\t放假\n1月9日\t元旦调休\t补班");
        let bare = read("1月1日至3日\t元旦\t放假\n1月9日\t元旦调休\t补班");
        for lines in [table, bare] {
            let entries: Vec<&ReadEntry> = lines.iter().flat_map(|line| &line.entries).collect();
            assert_eq!(lines.iter().filter_map(|line| line.fault.as_ref()).count(), 0);
            assert_eq!(entries.len(), 2);
            assert_eq!((entries[0].kind, entries[0].name_en.as_str()), (HolidayKind::Holiday, "New Year's Day"));
            assert_eq!(
                (entries[1].kind, entries[1].starts_on),
                (HolidayKind::Workday, Date::parse("2027-01-09").unwrap())
            );
        }
        let faulty = read(
            "日期\t名称\t类型\n某天\t元旦\t放假\n1月9日\t\t补班\n1月9日\t元旦\t加菜\n2029-01-01\t元旦\t放假\n3月1日至4月9日\t长假\t放假",
        );
        let faults: Vec<&str> = faulty.iter().filter_map(|line| Some(line.fault.as_ref()?.key)).collect();
        assert_eq!(
            faults,
            [
                "field.holiday_not_days",
                "field.required",
                "field.holiday_kind",
                "field.holiday_other_year",
                "field.holiday_too_long"
            ]
        );
    }
}
