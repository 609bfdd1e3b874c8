//! Reading a holiday's form.

use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};

/// The longest holiday, in days: a slip in the year is noticed.
const LONGEST: i64 = 31;

pub struct HolidayInput {
    pub starts_on: Date,
    pub ends_on: Date,
    pub name: String,
    pub name_en: String,
}

/// Fields `starts_on`, `ends_on` (the same day where it is left empty), `name name_en`.
pub fn holiday(fields: &Fields, today: Date) -> Result<HolidayInput> {
    let day = parse::day(today, parse::PLANS);
    let mut read = fields.read();
    let starts_on = read.required("starts_on", &day);
    let ends_on = read.optional("ends_on", &day);
    let name = read.required("name", parse::line(30));
    let name_en = read.required("name_en", parse::line(60));
    if let (Some(from), Some(Some(to))) = (starts_on, ends_on) {
        if to < from {
            read.fault::<()>("ends_on", Fault::new("field.ends_before_start"));
        } else if (to.0 - from.0).num_days() >= LONGEST {
            read.fault::<()>("ends_on", Fault::bound("field.holiday_too_long", LONGEST));
        }
    }
    read.finish(|| {
        let starts_on = starts_on?;
        Some(HolidayInput { starts_on, ends_on: ends_on?.unwrap_or(starts_on), name: name?, name_en: name_en? })
    })
}
