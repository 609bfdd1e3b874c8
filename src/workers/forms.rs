//! Reading a worker's forms: a new one's, a revision's, and an ending.

use super::types::{FoundBy, Qualification, WorkField, WorkerKind};
use crate::auth::AccountId;
use crate::auth::accounts::{self, Applicant, NewAccount};
use crate::clock::Date;
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, Reader, parse};
use crate::people::{Name, PhoneNumber};

/// What is known of somebody as a worker.
#[derive(Clone, Debug)]
pub struct WorkerRecord {
    pub kind: WorkerKind,
    pub qualification: Option<Qualification>,
    pub certificate_number: Option<String>,
    pub certificate_valid_to: Option<Date>,
    pub work_field: Option<WorkField>,
    pub found_by: Option<FoundBy>,
    pub started_on: Date,
}

pub struct WorkerInput {
    pub name: Name,
    pub phone: PhoneNumber,
    pub record: WorkerRecord,
    /// A sign-in to make along with the worker.
    pub account: Option<Applicant>,
    /// The sign-in that they have already.
    pub known_account: Option<AccountId>,
}

impl WorkerInput {
    /// Parts the account from it, ready to be written. To be called before a transaction begins: hashing takes its time.
    pub async fn with_account(mut self) -> Result<(Self, Option<NewAccount>)> {
        let account = match self.account.take() {
            Some(account) => Some(account.hashed().await?),
            None => None,
        };
        Ok((self, account))
    }
}

/// When a worker's time ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// From this day on.
    On(Date),
    /// Not after all.
    Never,
}

/// Field `ended_on`, the first day without the worker, or `stays`.
pub fn ending(fields: &Fields, today: Date) -> Result<Ending> {
    let mut read = fields.read();
    let ending = match read.flag("stays") {
        true => Some(Ending::Never),
        false => read.required("ended_on", parse::day(today, parse::ENDINGS)).map(Ending::On),
    };
    read.finish(|| ending)
}

/// Fields `kind qualification certificate_number certificate_valid_to work_field found_by started_on`.
fn record(read: &mut Reader<'_>, today: Date) -> Option<WorkerRecord> {
    let kind: Option<WorkerKind> = read.required("kind", parse::choice);
    let qualification: Option<Option<Qualification>> = read.optional("qualification", parse::choice);
    let certificate_number = read.optional("certificate_number", parse::line(40));
    let certificate_valid_to = read.optional("certificate_valid_to", parse::day(today, parse::EXPIRIES));
    let work_field = read.optional("work_field", parse::choice);
    let found_by = read.optional("found_by", parse::choice);
    let started_on = read.required("started_on", parse::day(today, parse::BEGINNINGS));
    if kind == Some(WorkerKind::Staff) && qualification.flatten().is_some() {
        read.fault::<()>("qualification", Fault::new("field.staff_unqualified"));
    }
    Some(WorkerRecord {
        kind: kind?,
        qualification: qualification?,
        certificate_number: certificate_number?,
        certificate_valid_to: certificate_valid_to?,
        work_field: work_field?,
        found_by: found_by?,
        started_on: started_on?,
    })
}

/// The fields of a record, and the `version` that the form was filled from; whoever sends none changes what is there now.
pub fn revision(fields: &Fields, today: Date) -> Result<(WorkerRecord, Option<i64>)> {
    let mut read = fields.read();
    let version = read.optional("version", parse::integer(0..=i64::MAX));
    let record = record(&mut read, today);
    read.finish(|| Some((record?, version?)))
}

/// A program's revision: it must say what it has seen.
pub fn api_revision(fields: &Fields, today: Date) -> Result<(WorkerRecord, Option<i64>)> {
    let mut read = fields.read();
    let version = read.required("version", parse::integer(0..=i64::MAX));
    let record = record(&mut read, today);
    read.finish(|| Some((record?, Some(version?))))
}

/// Field `account`: a sign-in that is to be the worker's.
pub fn account(fields: &Fields) -> Result<AccountId> {
    let mut read = fields.read();
    let account = read.required("account", parse::choice);
    read.finish(|| account)
}

/// Fields `name phone`, those of a record and, of the sign-in, `account`, one that there is, or, where `sign_in` is set,
/// `login`, and `password password_again` where the owner is not to choose it. Every fault is told at once, the account's too.
pub fn worker(fields: &Fields, today: Date) -> Result<WorkerInput> {
    let mut read = fields.read();
    let name = read.required("name", Name::parse);
    let phone = read.required("phone", PhoneNumber::parse);
    let record = record(&mut read, today);
    let known_account: Option<Option<AccountId>> = read.optional("account", parse::choice);
    let account = if read.flag("sign_in") && known_account == Some(None) {
        match accounts::read(fields) {
            Ok(account) => Some(account),
            Err(Error::Invalid(errors)) => {
                for (field, fault) in errors.fields.into_iter().filter(|(field, _)| field != "name") {
                    read.fault::<()>(&field, fault);
                }
                None
            }
            Err(error) => return Err(error),
        }
    } else {
        None
    };
    read.finish(|| {
        Some(WorkerInput { name: name?, phone: phone?, record: record?, account, known_account: known_account? })
    })
}
