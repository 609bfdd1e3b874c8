//! Reading what the organizations' forms bring.

use super::types::{ProviderId, PurchaserId};
use crate::centers::CenterId;
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};

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

pub struct NewAgreement {
    pub provider: ProviderId,
    pub purchaser: PurchaserId,
    pub center: CenterId,
    pub starts_on: Date,
    pub ends_on: Date,
}

pub fn agreement(fields: &Fields, today: Date) -> Result<NewAgreement> {
    let day = parse::day(today, parse::TERMS);
    let mut read = fields.read();
    let provider = read.required("provider", parse::choice);
    let purchaser = read.required("purchaser", parse::choice);
    let center = read.required("center", parse::choice);
    let starts_on = read.required("starts_on", &day);
    let ends_on = read.required("ends_on", &day);
    if let (Some(starts_on), Some(ends_on)) = (starts_on, ends_on)
        && ends_on < starts_on
    {
        read.fault::<()>("ends_on", Fault::new("field.ends_before_start"));
    }
    read.finish(|| {
        Some(NewAgreement {
            provider: provider?,
            purchaser: purchaser?,
            center: center?,
            starts_on: starts_on?,
            ends_on: ends_on?,
        })
    })
}
