//! Which sessions a ledger is of, as a form or an address says.

use chrono::Datelike;

use super::types::LedgerCut;
use crate::clock::{Date, Month};
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};

/// The longest period of one ledger, in days: three years and a bit.
const LONGEST: i64 = 1_100;

/// The month of today: what is missing is mended while people remember.
pub fn this_month(today: Date) -> Fields {
    let (from, to) = days(Month::of(today), 1);
    Fields::default().with("from", from).with("to", to)
}

/// The first and the last day of so many months.
fn days(first: Month, months: usize) -> (Date, Date) {
    let last = (1..months).fold(first, |month, _| month.next());
    (first.first(), last.end().minus_days(1))
}

/// The months and quarters that are asked for most, by the key of their name.
pub fn usual(today: Date) -> [(&'static str, (Date, Date)); 4] {
    let month = Month::of(today);
    let back = |months: u32| (0..months).fold(month, |month, _| month.previous());
    let into = today.0.month0() % 3;
    [
        ("ledgers.this_month", days(month, 1)),
        ("ledgers.last_month", days(month.previous(), 1)),
        ("ledgers.this_quarter", days(back(into), 3)),
        ("ledgers.last_quarter", days(back(into + 3), 3)),
    ]
}

/// Fields `from to`, both included, `kind` and `activity`.
///
/// # Errors
/// `Invalid` for what is no day, and for a period that ends before it begins or is longer than three years.
pub fn cut(fields: &Fields) -> Result<LedgerCut> {
    read_cut(fields.read())
}

/// As [`cut`], and `full` with a `reason`: numbers in full.
///
/// # Errors
/// As [`cut`]'s; `Invalid` at `reason` where none is said.
pub fn taken(fields: &Fields) -> Result<(LedgerCut, Option<String>)> {
    let mut read = fields.read();
    let full = read.flag("full");
    let reason = match read.optional("reason", parse::line(80)) {
        Some(None) if full => read.fault("reason", Fault::new("field.required")),
        reason => reason.flatten().filter(|_| full),
    };
    Ok((read_cut(read)?, reason))
}

fn read_cut(mut read: Reader<'_>) -> Result<LedgerCut> {
    let (from, to) = (read.required("from", parse::date), read.required("to", parse::date));
    let kind = read.optional("kind", parse::choice);
    let activity = read.optional("activity", parse::choice);
    if let (Some(from), Some(to)) = (from, to) {
        if to < from {
            read.fault::<()>("to", Fault::new("field.ends_before_start"));
        } else if (to.0 - from.0).num_days() >= LONGEST {
            read.fault::<()>("to", Fault::bound("field.period_too_long", LONGEST));
        }
    }
    read.finish(|| Some(LedgerCut { from: from?, to: to?, kind: kind?, activity: activity? }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_quarters_are_whole() {
        let told = |today: &str| usual(Date::parse(today).unwrap()).map(|(_, (from, to))| format!("{from} {to}"));
        assert_eq!(
            told("2026-02-10"),
            ["2026-02-01 2026-02-28", "2026-01-01 2026-01-31", "2026-01-01 2026-03-31", "2025-10-01 2025-12-31"]
        );
        assert_eq!(told("2026-06-30")[2..], ["2026-04-01 2026-06-30", "2026-01-01 2026-03-31"]);
    }

    #[test]
    fn a_period_has_its_bounds() {
        let read = |from: &str, to: &str| cut(&Fields::default().with("from", from).with("to", to)).is_ok();
        assert!(read("2026-03-05", "2026-03-05") && read("2026-01-01", "2028-12-31"));
        assert!(!read("2026-03-05", "2026-03-04") && !read("2026-01-01", "2030-01-01") && !read("", "2026-01-01"));
    }
}
