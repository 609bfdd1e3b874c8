//! Reading a new worker's form.

use super::types::{Qualification, WorkerKind};
use crate::auth::AccountId;
use crate::auth::accounts::{self, Applicant, NewAccount};
use crate::clock::Date;
use crate::error::{Error, Fault, Result};
use crate::fields::{Fields, parse};
use crate::people::{Name, PhoneNumber};

pub struct WorkerInput {
    pub name: Name,
    pub phone: PhoneNumber,
    pub kind: WorkerKind,
    pub qualification: Option<Qualification>,
    pub certificate_number: Option<String>,
    pub started_on: Date,
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

/// Fields `name phone kind qualification certificate_number started_on` and, of the sign-in, `account`, one that there is, or,
/// where `sign_in` is set, `login`, and `password password_again` where the owner is not to choose it. Every fault is told at once, the account's too.
pub fn worker(fields: &Fields, today: Date) -> Result<WorkerInput> {
    let mut read = fields.read();
    let name = read.required("name", Name::parse);
    let phone = read.required("phone", PhoneNumber::parse);
    let kind: Option<WorkerKind> = read.required("kind", parse::choice);
    let qualification: Option<Option<Qualification>> = read.optional("qualification", parse::choice);
    let certificate_number = read.optional("certificate_number", parse::line(40));
    let started_on = read.required("started_on", parse::day(today, parse::BEGINNINGS));
    if kind == Some(WorkerKind::Staff) && qualification.flatten().is_some() {
        read.fault::<()>("qualification", Fault::new("field.staff_unqualified"));
    }
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
        Some(WorkerInput {
            name: name?,
            phone: phone?,
            kind: kind?,
            qualification: qualification?,
            certificate_number: certificate_number?,
            started_on: started_on?,
            account,
            known_account: known_account?,
        })
    })
}
