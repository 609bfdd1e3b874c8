//! Reading terms and confirmations.

use super::types::{RetentionKind, RetentionTerm};
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};

/// The longest term: fifty years.
const LONGEST: i64 = 600;

/// Fields `months.<kind>` of the kinds that are named: nothing, or 0, is for good.
pub fn terms(fields: &Fields) -> Result<Vec<RetentionTerm>> {
    let mut read = fields.read();
    let mut terms = Vec::new();
    for kind in RetentionKind::ALL.iter().copied() {
        let name = format!("months.{kind}");
        if !fields.names().any(|known| known == name) {
            continue;
        }
        let months = read.optional(&name, |text| match text {
            "0" => Ok(None),
            text => parse::integer(kind.least()..=LONGEST)(text).map(Some),
        });
        if let Some(months) = months {
            terms.push(RetentionTerm { kind, months: months.flatten() });
        }
    }
    read.finish(|| Some(terms))
}

/// The number of records, typed by who confirms that they mean this list: field `records`.
pub fn confirmation(fields: &Fields, records: i64) -> Result<()> {
    let mut read = fields.read();
    let typed = read.required("records", |text| match text.parse::<i64>() {
        Ok(typed) if records == typed => Ok(()),
        _ => Err(Fault::new("field.not_the_records")),
    });
    read.finish(|| typed)
}
