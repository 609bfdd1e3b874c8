//! Reading what the organizations' forms bring.

use std::collections::BTreeSet;

use serde_json::json;

use super::rules;
use super::types::{AgreedCenter, AgreementText, DueCycle, ProviderId, PurchaserId, ReportCycle, YearsFrom};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::store;

pub struct NewOrganization {
    pub name: String,
    pub contact: Option<String>,
}

pub fn organization(fields: &Fields) -> Result<NewOrganization> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(80));
    let contact = read.optional("contact", parse::line(120));
    read.finish(|| Some(NewOrganization { name: name?, contact: contact? }))
}

/// A center that an agreement is to cover, on which days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CenterDays {
    pub center: CenterId,
    pub starts_on: Date,
    pub ends_on: Date,
}

impl CenterDays {
    /// A center's days up to a last one.
    pub(super) fn until(one: &AgreedCenter, last: Date) -> Self {
        Self { center: one.center_id, starts_on: one.starts_on, ends_on: one.ends_on.min(last) }
    }

    /// As a statement reads several: `center`, `from`, `to`.
    pub(super) fn all(of: &[Self]) -> String {
        store::rows(of, |one| json!({"center": one.center, "from": one.starts_on, "to": one.ends_on}))
    }
}

pub struct NewAgreement {
    pub number: Option<String>,
    pub provider: ProviderId,
    pub purchaser: PurchaserId,
    pub starts_on: Date,
    pub ends_on: Date,
    /// By rising ids, each once; there is at least one.
    pub centers: Vec<CenterDays>,
    pub services: Option<String>,
    pub amount_fen: Option<i64>,
    pub payment: Option<String>,
    pub years_from: YearsFrom,
    /// The shorter first.
    pub cycles: Vec<DueCycle>,
}

impl NewAgreement {
    pub(super) fn center_ids(&self) -> BTreeSet<CenterId> {
        self.centers.iter().map(|one| one.center).collect()
    }

    /// The fields of the parties that are others than in `text`.
    pub(super) fn other_parties(&self, text: &AgreementText) -> Vec<&'static str> {
        let parties =
            [("provider", self.provider != text.provider_id), ("purchaser", self.purchaser != text.purchaser_id)];
        parties.into_iter().filter(|(_, is_another)| *is_another).map(|(field, _)| field).collect()
    }

    /// Whether this, and no more, is what `text` says.
    pub(super) fn is_known_as(&self, text: &AgreementText) -> bool {
        let centers = text.centers.iter().map(|one| (one.center_id, one.starts_on, one.ends_on));
        let own = self.centers.iter().map(|one| (one.center, one.starts_on, one.ends_on));
        (self.provider, self.purchaser, self.starts_on, self.ends_on)
            == (text.provider_id, text.purchaser_id, text.starts_on, text.ends_on)
            && (&self.number, &self.services, &self.payment) == (&text.number, &text.services, &text.payment)
            && (self.amount_fen, self.years_from) == (text.amount_fen, text.years_from)
            && self.cycles == text.cycles
            && own.eq(centers)
    }
}

/// Fields `number provider purchaser starts_on ends_on services amount payment years_from`, `center` (several), of each of these
/// `from.ID` and `to.ID` where its days are others than the agreement's, and `due.CYCLE`, days after a period's end.
pub fn agreement(fields: &Fields, today: Date) -> Result<NewAgreement> {
    let mut read = fields.read();
    let new = read_agreement(&mut read, today);
    read.finish(|| new)
}

/// What an agreement is to say from now on.
pub struct AgreementRevision {
    pub new: NewAgreement,
    pub reason: Option<String>,
    /// What the form was filled from; whoever sends none changes what is there now.
    pub version: Option<i64>,
}

/// As [`agreement`], with the `reason` for which one is changed, and the `version` that the form was filled from.
pub fn revision(fields: &Fields, today: Date) -> Result<AgreementRevision> {
    let mut read = fields.read();
    let version = read.optional("version", parse::integer(0..=i64::MAX));
    read_revision(read, today, version)
}

/// A program's revision: it must say what it has seen.
pub fn api_revision(fields: &Fields, today: Date) -> Result<AgreementRevision> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(0..=i64::MAX)).map(Some);
    read_revision(read, today, version)
}

fn read_revision(mut read: Reader<'_>, today: Date, version: Option<Option<i64>>) -> Result<AgreementRevision> {
    let new = read_agreement(&mut read, today);
    let reason = read.optional("reason", parse::line(80));
    read.finish(|| Some(AgreementRevision { new: new?, reason: reason?, version: version? }))
}

fn read_agreement(read: &mut Reader<'_>, today: Date) -> Option<NewAgreement> {
    let day = parse::day(today, parse::TERMS);
    let number = read.optional("number", parse::line(60));
    let centers: Option<Vec<CenterId>> = read.every("center", parse::choice);
    let provider = read.required("provider", parse::choice);
    let purchaser = read.required("purchaser", parse::choice);
    let starts_on = read.required("starts_on", &day);
    let ends_on = read.required("ends_on", &day);
    let days = match (starts_on, ends_on) {
        (Some(starts_on), Some(ends_on)) if ends_on < starts_on => {
            read.fault("ends_on", Fault::new("field.ends_before_start"))
        }
        (starts_on, ends_on) => starts_on.zip(ends_on),
    };
    let centers = centers.and_then(|centers| read_centers(read, today, centers, days));
    let services = read.optional("services", parse::text(2_000));
    let amount_fen = read.optional("amount", rules::fen);
    let payment = read.optional("payment", parse::text(2_000));
    let years_from = read.optional("years_from", parse::choice);
    let cycles = read_cycles(read);
    let (starts_on, ends_on) = days?;
    Some(NewAgreement {
        number: number?,
        provider: provider?,
        purchaser: purchaser?,
        starts_on,
        ends_on,
        centers: centers?,
        services: services?,
        amount_fen: amount_fen?,
        payment: payment?,
        years_from: years_from?.unwrap_or(YearsFrom::Calendar),
        cycles: cycles?,
    })
}

/// Reads each center's own days, which lie within the agreement's.
fn read_centers(
    read: &mut Reader<'_>,
    today: Date,
    mut centers: Vec<CenterId>,
    days: Option<(Date, Date)>,
) -> Option<Vec<CenterDays>> {
    centers.sort_unstable();
    centers.dedup();
    if centers.is_empty() {
        return read.fault("center", Fault::new("field.required"));
    }
    let mut found = Vec::new();
    let mut is_whole = true;
    for center in centers {
        let (from, to) = (format!("from.{center}"), format!("to.{center}"));
        let day = |text: &str| {
            let date = parse::day(today, parse::TERMS)(text)?;
            match days {
                Some((first, last)) if date < first || last < date => Err(Fault::new("field.outside_agreement")),
                _ => Ok(date),
            }
        };
        let own = (read.optional(&from, day), read.optional(&to, day));
        let (Some((first, last)), (Some(starts_on), Some(ends_on))) = (days, own) else {
            is_whole = false;
            continue;
        };
        let (starts_on, ends_on) = (starts_on.unwrap_or(first), ends_on.unwrap_or(last));
        if ends_on < starts_on {
            read.fault::<()>(&to, Fault::new("field.ends_before_start"));
        }
        found.push(CenterDays { center, starts_on, ends_on });
    }
    is_whole.then_some(found)
}

/// Reads for which periods reports are due: a year at most after their end.
fn read_cycles(read: &mut Reader<'_>) -> Option<Vec<DueCycle>> {
    let read: Vec<Option<Option<DueCycle>>> = ReportCycle::ALL
        .iter()
        .map(|cycle| {
            let due_days = read.optional(&format!("due.{cycle}"), parse::integer(0..=365))?;
            Some(due_days.map(|due_days| DueCycle { cycle: *cycle, due_days }))
        })
        .collect();
    let read: Option<Vec<Option<DueCycle>>> = read.into_iter().collect();
    Some(read?.into_iter().flatten().collect())
}

/// On which day an agreement ends instead, and why.
pub struct AgreementEnding {
    pub last_day: Date,
    pub reason: String,
}

/// Fields `last_day`, the last on which it runs, and `end_reason`.
pub fn ending(fields: &Fields, today: Date) -> Result<AgreementEnding> {
    let mut read = fields.read();
    let last_day = read.required("last_day", parse::day(today, parse::TERMS));
    let reason = read.required("end_reason", parse::line(80));
    read.finish(|| Some(AgreementEnding { last_day: last_day?, reason: reason? }))
}

/// Why an agreement or a paper of one is taken away, in the field `name`.
pub fn reason(fields: &Fields, name: &str) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required(name, parse::line(80));
    read.finish(|| reason)
}

/// What a paper is, where that is said.
pub fn title(fields: &Fields) -> Result<Option<String>> {
    let mut read = fields.read();
    let title = read.optional("title", parse::line(60));
    read.finish(|| title)
}
