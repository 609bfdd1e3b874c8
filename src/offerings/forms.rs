//! Reading what a template is called, and what is to be copied from which quarter into which.

use std::collections::BTreeMap;

use super::types::Quarter;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::ids::{ActivityId, RequestId};

/// Quarters back from which, and ahead into which, is copied.
const FAR: u32 = 4;

/// The most that may lie between the two: a year.
const APART: u32 = 4;

/// From which quarters may be copied: the present one and those before it, the latest first.
pub fn sources(today: Date) -> Vec<Quarter> {
    (0..=FAR).map(|back| Quarter::of(today).minus(back)).collect()
}

/// Into which quarters may be copied: the present one and those that come.
pub fn targets(today: Date) -> Vec<Quarter> {
    (0..=FAR).map(|ahead| Quarter::of(today).plus(ahead)).collect()
}

/// Days into a quarter from which on the next one is meant where nothing is said.
const EARLY: u64 = 45;

/// What is meant where nothing is said: the last quarter, into the present one while that is young, then into the next.
pub fn usual(today: Date) -> (Quarter, Quarter) {
    let present = Quarter::of(today);
    let is_young = today < present.first().plus_days(EARLY);
    (present.minus(1), if is_young { present } else { present.plus(1) })
}

/// Fields `from` and `to`, quarters like `2026-Q3`, each as usual where it is left out.
pub fn quarters(fields: &Fields, today: Date) -> Result<(Quarter, Quarter)> {
    let mut read = fields.read();
    let quarters = read_quarters(&mut read, today);
    read.finish(|| quarters)
}

fn read_quarters(read: &mut Reader<'_>, today: Date) -> Option<(Quarter, Quarter)> {
    let from = read.optional("from", |text| one_of(&sources(today), text));
    let to = read.optional("to", |text| one_of(&targets(today), text));
    let usual = usual(today);
    let (from, to) = (from?.unwrap_or(usual.0), to?.unwrap_or(usual.1));
    match from < to && to <= from.plus(APART) {
        true => Some((from, to)),
        false => read.fault("to", Fault::new("field.quarters_apart")),
    }
}

fn one_of(quarters: &[Quarter], text: &str) -> Result<Quarter, Fault> {
    quarters.iter().find(|quarter| quarter.to_string() == text).copied().ok_or(Fault::new("field.not_a_choice"))
}

/// What is to be copied.
pub struct CopyWish {
    pub quarters: (Quarter, Quarter),
    pub chosen: Vec<ActivityId>,
    /// Why it is meant so though somebody is busy elsewhere on some of the dates.
    pub overlap_reason: Option<String>,
    pub request: RequestId,
}

/// Fields `from to activities overlap_reason request_id`; `activities` once for each.
pub fn wish(fields: &Fields, today: Date) -> Result<CopyWish> {
    let mut read = fields.read();
    let quarters = read_quarters(&mut read, today);
    let chosen: Option<Vec<ActivityId>> = read.every("activities", parse::choice);
    let overlap_reason = read.optional("overlap_reason", parse::line(80));
    let request = read.required("request_id", |text| text.parse().map_err(|_| Fault::new("field.not_a_uuid")));
    if chosen.as_ref().is_some_and(Vec::is_empty) {
        read.fault::<()>("activities", Fault::new("field.required"));
    }
    read.finish(|| {
        let (quarters, chosen) = (quarters?, chosen?);
        Some(CopyWish { quarters, chosen, overlap_reason: overlap_reason?, request: request? })
    })
}

/// Fields `to` and `request_id`: into which quarter one activity is made again, by which try.
pub fn decided(fields: &Fields, today: Date) -> Result<(Quarter, RequestId)> {
    let mut read = fields.read();
    let to = read.required("to", |text| one_of(&targets(today), text));
    let request = read.required("request_id", |text| text.parse().map_err(|_| Fault::new("field.not_a_uuid")));
    read.finish(|| Some((to?, request?)))
}

/// The marks of what was shown: fields `seen.<activity>`, or `marks`, each `activity:mark`.
///
/// # Errors
/// `Invalid` at `marks`.
pub fn marks(fields: &Fields) -> Result<BTreeMap<ActivityId, String>> {
    let seen = fields.names().filter_map(|name| {
        let id = name.strip_prefix("seen.")?.parse().ok()?;
        Some((id, fields.get(name).to_owned()))
    });
    let mut seen: BTreeMap<ActivityId, String> = seen.collect();
    let mut read = fields.read();
    let marks = read.every("marks", mark);
    seen.extend(read.finish(|| marks)?);
    Ok(seen)
}

fn mark(text: &str) -> Result<(ActivityId, String), Fault> {
    let (id, mark) = text.split_once(':').ok_or(Fault::new("field.not_a_choice"))?;
    Ok((parse::choice(id)?, mark.to_owned()))
}

/// Fields `activity` and `name`: of which a template is to be made, and what it is to be called.
pub fn template(fields: &Fields) -> Result<(ActivityId, String)> {
    let mut read = fields.read();
    let activity = read.required("activity", parse::choice);
    let name = read.required("name", parse::line(60));
    read.finish(|| Some((activity?, name?)))
}

/// Field `name`: what a template is called.
pub fn name(fields: &Fields) -> Result<String> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(60));
    read.finish(|| name)
}
