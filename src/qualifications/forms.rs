//! Reading a certificate's form.

use super::types::{CheckedHow, QualificationKindId};
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};

pub struct QualificationInput {
    pub kind: QualificationKindId,
    pub number: Option<String>,
    pub issuer: Option<String>,
    pub issued_on: Option<Date>,
    pub valid_to: Option<Date>,
}

/// Fields `kind number issuer issued_on valid_to`.
pub fn qualification(fields: &Fields, today: Date) -> Result<QualificationInput> {
    let mut read = fields.read();
    let kind = read.required("kind", parse::choice);
    let number = read.optional("number", parse::line(40));
    let issuer = read.optional("issuer", parse::line(60));
    let issued_on = read.optional("issued_on", |text| match parse::date(text)? {
        day if day > today => Err(Fault::new("field.in_the_future")),
        day => Ok(day),
    });
    let valid_to = read.optional("valid_to", parse::date);
    if let (Some(Some(issued)), Some(Some(valid_to))) = (issued_on, valid_to)
        && valid_to < issued
    {
        read.fault::<()>("valid_to", Fault::new("field.ends_before_start"));
    }
    read.finish(|| {
        let (kind, number, issuer) = (kind?, number?, issuer?);
        Some(QualificationInput { kind, number, issuer, issued_on: issued_on?, valid_to: valid_to? })
    })
}

/// How it was made sure of, in the field `name`.
pub fn confirmed_how(fields: &Fields, name: &str) -> Result<CheckedHow> {
    let mut read = fields.read();
    let how = read.required(name, parse::choice);
    read.finish(|| how)
}

/// Why an entry is a mistake, in the field `name`.
pub fn void_reason(fields: &Fields, name: &str) -> Result<String> {
    let mut read = fields.read();
    let reason = read.required(name, parse::line(80));
    read.finish(|| reason)
}
