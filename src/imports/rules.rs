//! How long somebody served and when, as staff write it: `12`, `12.5`, `12小时30分`, `750分钟`; `2024年3月5日`, `2024年3月`, `2024年`,
//! `2024年1月至6月`. What may mean two things means none.

use chrono::{Datelike as _, NaiveDate};

use super::dates;
use crate::clock::{Date, Month};
use crate::spelling;

/// What stands behind a number of hours, the longest first.
const HOURS: [&str; 11] = ["个小时", "小时", "个钟头", "钟头", "个钟", "hours", "hour", "hrs", "hr", "时", "h"];

const MINUTES: [&str; 7] = ["分钟", "分", "minutes", "minute", "mins", "min", "m"];

/// The minutes that a text says; a number alone is hours. Less than a minute is rounded.
///
/// # Errors
/// The key of what is wrong: `import.hours_unread`, or `import.hours_none` for nothing and less.
pub fn minutes(text: &str) -> Result<i64, &'static str> {
    let text = spelling::narrow(text).to_lowercase();
    let (is_negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.as_str()),
    };
    match span(&without_thousands(text)) {
        None => Err("import.hours_unread"),
        Some(minutes) if is_negative || minutes == 0 => Err("import.hours_none"),
        Some(minutes) => Ok(minutes),
    }
}

/// `1,234.5` as `1234.5`; a comma that stands elsewhere stays.
fn without_thousands(text: &str) -> String {
    let mut parts = text.split(',');
    let first = parts.next().unwrap_or_default();
    let are_thousands = parts.all(|part| {
        let digits = part.chars().take_while(char::is_ascii_digit).count();
        digits == 3
    });
    let is_number = !first.is_empty() && first.len() <= 3 && first.bytes().all(|byte| byte.is_ascii_digit());
    if are_thousands && is_number { text.replace(',', "") } else { text.to_owned() }
}

fn span(text: &str) -> Option<i64> {
    if let Some((hours, minutes)) = text.split_once(':') {
        let (hours, _) = decimal(hours).filter(|(hours, rest)| hours.is_whole() && rest.is_empty())?;
        return hours.times(60)?.checked_add(under_an_hour(minutes, &[""])?);
    }
    if matches!(text, "半小时" | "半个小时" | "半个钟") {
        return Some(30);
    }
    let (first, rest) = decimal(text)?;
    if rest.is_empty() {
        return first.times(60);
    }
    if MINUTES.contains(&rest) {
        return first.times(1);
    }
    if matches!(rest, "个半小时" | "个半钟" | "个半") {
        return first.times(60)?.checked_add(30);
    }
    let rest = HOURS.iter().find_map(|unit| rest.strip_prefix(unit))?;
    match rest {
        "" | "整" => first.times(60),
        "半" => first.times(60)?.checked_add(30),
        rest => first.times(60)?.checked_add(under_an_hour(rest, &MINUTES)?),
    }
}

/// The minutes that stand behind hours: less than sixty, and whole.
fn under_an_hour(text: &str, units: &[&str]) -> Option<i64> {
    let (minutes, unit) = decimal(text)?;
    let is_said = unit.is_empty() || units.contains(&unit);
    minutes.times(1).filter(|minutes| is_said && *minutes < 60)
}

/// A number as it was written, so that 0.1 is a tenth.
#[derive(Clone, Copy)]
struct Decimal {
    digits: i128,
    scale: i128,
}

impl Decimal {
    fn is_whole(self) -> bool {
        self.scale == 1
    }

    /// The number so many times, rounded to a whole one, half of it up.
    fn times(self, n: i128) -> Option<i64> {
        let product = self.digits.checked_mul(n)?.checked_mul(2)?.checked_add(self.scale)?;
        i64::try_from(product.div_euclid(self.scale.checked_mul(2)?)).ok()
    }
}

/// The number at the beginning, and what stands behind it.
fn decimal(text: &str) -> Option<(Decimal, &str)> {
    let length = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let whole = length(text);
    if whole == 0 || whole > 6 {
        return None;
    }
    let (number, rest) = text.split_at(whole);
    let Some(behind) = rest.strip_prefix('.') else {
        return Some((Decimal { digits: number.parse().ok()?, scale: 1 }, rest));
    };
    let places = length(behind);
    if places == 0 || places > 15 {
        return None;
    }
    let (fraction, rest) = behind.split_at(places);
    let digits = format!("{number}{fraction}").parse().ok()?;
    Some((Decimal { digits, scale: 10_i128.checked_pow(u32::try_from(places).ok()?)? }, rest))
}

/// The days of which a text speaks: one, or a time whose hours are a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServedTime {
    pub first: Date,
    pub last: Date,
}

impl ServedTime {
    fn day(day: Date) -> Self {
        Self { first: day, last: day }
    }

    fn months(year: i32, from: u32, to: u32) -> Option<Self> {
        let first = |month| NaiveDate::from_ymd_opt(year, month, 1).map(Date).filter(|day| *day >= Date::FIRST);
        Some(Self { first: first(from)?, last: Month::of(first(to)?).end().minus_days(1) })
    }

    pub fn is_one_day(self) -> bool {
        self.first == self.last
    }

    /// The most minutes that there are in it.
    pub fn most(self) -> i64 {
        ((self.last.0 - self.first.0).num_days() + 1) * 24 * 60
    }
}

/// The day or the time that a text says, which is over.
///
/// # Errors
/// The key of what is wrong: `field.not_a_date`, `import.month_unsure`, `field.in_the_future`, `import.period_not_over`.
pub fn served(text: &str, today: Date) -> Result<ServedTime, &'static str> {
    let text = spelling::narrow(text);
    // What a spreadsheet makes of 2024.10, where it takes it for a number.
    if text.len() == 6 && text.ends_with(".1") && text.bytes().take(4).all(|byte| byte.is_ascii_digit()) {
        return Err("import.month_unsure");
    }
    match one(&text, today).or_else(|| from_to(&text, today)) {
        None => Err("field.not_a_date"),
        Some(time) if time.first > today => Err("field.in_the_future"),
        Some(time) if time.last > today => Err("import.period_not_over"),
        Some(time) => Ok(time),
    }
}

/// A day of which it is known that it lies in the last decades: two digits of a year are enough.
pub fn day(text: &str, today: Date) -> Option<Date> {
    let text = spelling::narrow(text);
    let short = || {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let is_short = digits == 2 && text.get(2..).is_some_and(|rest| rest.starts_with(['年', '-', '/', '.']));
        dates::parse(&format!("20{text}"), today).filter(|day| is_short && *day <= today)
    };
    dates::parse(&text, today).or_else(short)
}

fn one(text: &str, today: Date) -> Option<ServedTime> {
    day(text, today).map(ServedTime::day).or_else(|| year(text)).or_else(|| month(text)).or_else(|| part_of_year(text))
}

fn digits(text: &str, lengths: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let is_number = lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

fn year_number(text: &str) -> Option<i32> {
    i32::try_from(digits(text, 4..=4)?).ok()
}

fn year(text: &str) -> Option<ServedTime> {
    let text = text.strip_suffix("全年").unwrap_or(text);
    let text = ["年度", "年"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    ServedTime::months(year_number(text)?, 1, 12)
}

fn month(text: &str) -> Option<ServedTime> {
    let text = text.strip_suffix('份').unwrap_or(text);
    let (year, month) = match text.split_once(['年', '-', '/', '.']) {
        Some((year, month)) => (year, month.strip_suffix('月').unwrap_or(month)),
        None if text.len() == 6 => text.split_at_checked(4)?,
        None => return None,
    };
    let month = digits(month, 1..=2)?;
    ServedTime::months(year_number(year)?, month, month)
}

fn part_of_year(text: &str) -> Option<ServedTime> {
    const PARTS: [(&[&str], u32, u32); 6] = [
        (&["上半年"], 1, 6),
        (&["下半年"], 7, 12),
        (&["第一季度", "一季度", "第1季度", "1季度", "Q1", "q1"], 1, 3),
        (&["第二季度", "二季度", "第2季度", "2季度", "Q2", "q2"], 4, 6),
        (&["第三季度", "三季度", "第3季度", "3季度", "Q3", "q3"], 7, 9),
        (&["第四季度", "四季度", "第4季度", "4季度", "Q4", "q4"], 10, 12),
    ];
    let found = PARTS.iter().find_map(|(names, from, to)| {
        let before = names.iter().find_map(|name| text.strip_suffix(name))?;
        Some((before, *from, *to))
    });
    let (before, from, to) = found?;
    let year = ["年度", "年", "-"].iter().find_map(|end| before.strip_suffix(end)).unwrap_or(before);
    ServedTime::months(year_number(year)?, from, to)
}

/// From one to another; what the second does not say of year and month, the first does.
fn from_to(text: &str, today: Date) -> Option<ServedTime> {
    let two = |(before, after): (&str, &str)| {
        let from = one(before, today)?;
        let (year, month) = (from.first.0.year(), from.first.0.month());
        let to = one(after, today)
            .or_else(|| one(&format!("{year}年{after}"), today))
            .or_else(|| one(&format!("{year}年{month}月{after}"), today))?;
        (from.first <= to.first && from.last <= to.last).then_some(ServedTime { first: from.first, last: to.last })
    };
    let said = ["至", "到", "~"].iter().find_map(|between| two(text.split_once(between)?));
    said.or_else(|| {
        let mut dashes =
            text.match_indices('-').filter_map(|(at, dash)| Some((text.get(..at)?, text.get(at + dash.len()..)?)));
        dashes.find_map(two)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn hours_are_read_as_staff_write_them() {
        let cases = [
            ("12", 720),
            ("12.5", 750),
            ("１２．５", 750),
            ("12小时30分", 750),
            ("12 小时 30 分钟", 750),
            ("750分钟", 750),
            ("750 分", 750),
            ("12:30", 750),
            ("12.5小时", 750),
            ("12个半小时", 750),
            ("12小时半", 750),
            ("半小时", 30),
            ("2个小时", 120),
            ("3h", 180),
            ("12 hours 30 minutes", 750),
            ("1,234.5", 74_070),
            ("33.3333333333333", 2_000),
            ("0.1", 6),
        ];
        for (text, expected) in cases {
            assert_eq!(minutes(text), Ok(expected), "{text}");
        }
        for text in ["0", "-3", "0小时", "0.001", "-1小时30分", "0:00"] {
            assert_eq!(minutes(text), Err("import.hours_none"), "{text}");
        }
        for text in
            ["", "很多", "12小时90分", "12:75", "1,23", "约3小时", "3次", "12-13", "1234567", "1.2.3", "小时", "."]
        {
            assert_eq!(minutes(text), Err("import.hours_unread"), "{text}");
        }
    }

    #[test]
    fn times_are_read_as_staff_write_them() {
        let today = date("2026-03-05");
        let cases = [
            ("2024年3月5日", "2024-03-05", "2024-03-05"),
            ("24.3.5", "2024-03-05", "2024-03-05"),
            ("2024", "2024-01-01", "2024-12-31"),
            ("2024年", "2024-01-01", "2024-12-31"),
            ("２０２４年度", "2024-01-01", "2024-12-31"),
            ("2024年全年", "2024-01-01", "2024-12-31"),
            ("2024年2月", "2024-02-01", "2024-02-29"),
            ("2024.12", "2024-12-01", "2024-12-31"),
            ("202411", "2024-11-01", "2024-11-30"),
            ("2024年3月份", "2024-03-01", "2024-03-31"),
            ("2024年上半年", "2024-01-01", "2024-06-30"),
            ("2024年第四季度", "2024-10-01", "2024-12-31"),
            ("2024Q2", "2024-04-01", "2024-06-30"),
            ("2024年1月至6月", "2024-01-01", "2024-06-30"),
            ("2024年1-6月", "2024-01-01", "2024-06-30"),
            ("2024年11月—2025年2月", "2024-11-01", "2025-02-28"),
            ("2023-2024", "2023-01-01", "2024-12-31"),
            ("2024-03-05至2024-03-07", "2024-03-05", "2024-03-07"),
            ("2024年3月5日到7日", "2024-03-05", "2024-03-07"),
        ];
        for (text, first, last) in cases {
            assert_eq!(served(text, today), Ok(ServedTime { first: date(first), last: date(last) }), "{text}");
        }
        for text in
            ["", "去年", "2024年13月", "2024-2-30", "2024-6-31", "5/3/2024", "2024年6月至3月", "1-6月", "20240231"]
        {
            assert_eq!(served(text, today), Err("field.not_a_date"), "{text}");
        }
        assert_eq!(served("2024.1", today), Err("import.month_unsure"));
        assert_eq!(served("2026-03-06", today), Err("field.in_the_future"));
        assert_eq!(served("2027年", today), Err("field.in_the_future"));
        assert_eq!(served("2026年", today), Err("import.period_not_over"));
        assert_eq!(served("2026年2月", today).unwrap().last, date("2026-02-28"));
    }

    proptest! {
        #[test]
        fn however_minutes_are_written_they_are_the_same(whole in 0_i64..9_999, rest in 0_i64..60) {
            let all = whole * 60 + rest;
            prop_assume!(all > 0);
            let written = [
                format!("{all}分钟"),
                format!("{all} min"),
                format!("{whole}小时{rest}分"),
                format!("{whole}:{rest:02}"),
                format!("{whole}h{rest}m"),
                format!("{:.6}", all as f64 / 60.0),
            ];
            for text in written {
                prop_assert_eq!(minutes(&text), Ok(all), "{}", text);
            }
            prop_assert_eq!(minutes(&format!("-{whole}小时{rest}分")), Err("import.hours_none"));
        }

        #[test]
        fn however_a_time_is_written_it_is_the_same(day in 0_u64..12_000, length in 0_u64..900) {
            let today = date("2026-03-05");
            let (first, last) = (date("1990-01-01").plus_days(day), date("1990-01-01").plus_days(day + length));
            prop_assume!(last <= today);
            let of = |day: Date| (day.0.year(), day.0.month(), day.0.day());
            let ((y, m, d), (y2, m2, d2)) = (of(first), of(last));
            for text in [format!("{y}年{m}月{d}日"), format!("{y}.{m}.{d}"), format!("{y}-{m:02}-{d:02}"), format!("{y}{m:02}{d:02}")] {
                prop_assert_eq!(served(&text, today), Ok(ServedTime { first, last: first }), "{}", text);
            }
            for text in [format!("{y}年{m}月{d}日至{y2}年{m2}月{d2}日"), format!("{first}~{last}"), format!("{y}.{m}.{d}-{y2}.{m2}.{d2}")] {
                prop_assert_eq!(served(&text, today), Ok(ServedTime { first, last }), "{}", text);
            }
            let month = ServedTime { first: Month::of(first).first(), last: Month::of(first).end().minus_days(1) };
            prop_assume!(month.last <= today);
            for text in [format!("{y}年{m}月"), format!("{y}/{m:02}"), format!("{y}{m:02}")] {
                prop_assert_eq!(served(&text, today), Ok(month), "{}", text);
            }
            prop_assert_eq!(month.most(), (month.last.0 - month.first.0).num_days() * 1_440 + 1_440);
        }
    }
}
