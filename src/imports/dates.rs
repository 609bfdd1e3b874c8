//! Days as staff write them: `1950年3月5日`, `1950.3.5`, `1950-3-5`, `50-3-5`, `19500305`.

use chrono::{Datelike as _, NaiveDate};

use crate::clock::Date;
use crate::spelling;

/// The day, as far as the text says it without a doubt: two digits of a year are of the last century only if they cannot be
/// of this one.
pub fn parse(text: &str, today: Date) -> Option<Date> {
    let text: String = spelling::narrow(text).split_whitespace().collect();
    let text = text.trim_end_matches(['日', '号']);
    let parts: Vec<&str> = text.split(['年', '月', '-', '/', '.', '—', '－']).collect();
    let (year, month, day) = match parts.as_slice() {
        [year, month, day] => (*year, *month, *day),
        [whole] if whole.len() == 8 => (whole.get(..4)?, whole.get(4..6)?, whole.get(6..)?),
        _ => return None,
    };
    let number = |text: &str, most: usize| {
        let is_number = !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<u32>().ok()).flatten()
    };
    let (month, day) = (number(month, 2)?, number(day, 2)?);
    let year = match year.len() {
        4 => number(year, 4)?,
        2 => {
            let (short, this) = (number(year, 2)?, u32::try_from(today.0.year()).ok()?);
            let century = this / 100 * 100;
            if century + short <= this {
                return None;
            }
            century - 100 + short
        }
        _ => return None,
    };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).map(Date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_staff_write_them() {
        let today = Date(NaiveDate::from_ymd_opt(2026, 3, 5).unwrap());
        for text in [
            "1950年3月5日",
            "1950.3.5",
            "1950-3-5",
            "1950/03/05",
            "50-3-5",
            "19500305",
            "１９５０年３月５日",
            " 1950 年 3 月 5 日 ",
        ] {
            assert_eq!(parse(text, today).map(|day| day.to_string()).as_deref(), Some("1950-03-05"), "{text}");
        }
        for text in
            ["", "1950", "1950.3", "1950-13-1", "1950-2-30", "10-3-5", "5/3/1950", "不详", "1950-3-5-1", "195003"]
        {
            assert_eq!(parse(text, today), None, "{text}");
        }
    }
}
