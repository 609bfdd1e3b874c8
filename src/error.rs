//! The one error type: what went wrong, in the terms that an answer needs.

use std::borrow::Cow;

use rocket::http::Status;

use crate::clock::Timestamp;
use crate::store::{self, Violation};

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug)]
pub enum Error {
    /// Not there, or another center's: the two look alike on purpose.
    NotFound,
    /// Somebody was here and was erased, at that instant; nothing is known of them any more.
    Gone(Timestamp),
    /// The login has ended while its request was under way.
    Unauthorized,
    /// Signed in, but the role does not reach this.
    Forbidden,
    /// The rules say no; the sentence says why and what to do.
    Refused(Refusal),
    /// The input has faults, each at its field.
    Invalid(FieldErrors),
    /// The database does not answer now, or cannot be written.
    Unavailable,
    /// Too many want at once what takes long ([`crate::hands`]).
    Busy,
    /// Our fault. Logged once, under the number that the user is shown.
    Internal(Reference),
}

/// A "no" as data: a stable code for programs, a text key for people, and what the text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub code: &'static str,
    pub key: Cow<'static, str>,
    pub args: Vec<(&'static str, String)>,
}

impl Refusal {
    /// A refusal whose text is `refusal.<code>`.
    pub fn new(code: &'static str) -> Self {
        Self { code, key: format!("refusal.{code}").into(), args: Vec::new() }
    }

    pub fn with(mut self, name: &'static str, value: impl ToString) -> Self {
        self.args.push((name, value.to_string()));
        self
    }
}

/// Why a value is not taken: a text key, and the bound that the text names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub key: &'static str,
    pub bound: Option<String>,
}

impl Fault {
    pub fn new(key: &'static str) -> Self {
        Self { key, bound: None }
    }

    /// A fault whose text says `%{bound}`.
    pub fn bound(key: &'static str, bound: impl ToString) -> Self {
        Self { key, bound: Some(bound.to_string()) }
    }
}

/// Faults by field, in the order in which they were found, and perhaps one of the whole form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors {
    pub fields: Vec<(String, Fault)>,
    pub whole: Option<Refusal>,
}

impl FieldErrors {
    pub fn one(name: &str, fault: Fault) -> Self {
        Self { fields: vec![(name.to_owned(), fault)], whole: None }
    }

    pub fn whole(refusal: Refusal) -> Self {
        Self { fields: Vec::new(), whole: Some(refusal) }
    }

    pub fn get(&self, name: &str) -> Option<&Fault> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, fault)| fault)
    }

    pub fn is_empty(&self) -> bool {
        self.fields.is_empty() && self.whole.is_none()
    }
}

/// The number under which an internal error stands in the log.
#[derive(Clone, Debug)]
pub struct Reference(pub String);

impl Error {
    /// Logs `cause` once and keeps it from the user.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        let reference = Reference(format!("{:08x}", rand::random::<u32>()));
        tracing::error!(reference = %reference.0, %cause, "internal error");
        Self::Internal(reference)
    }

    pub fn refused(code: &'static str) -> Self {
        Self::Refused(Refusal::new(code))
    }

    /// One field's fault.
    pub fn field(name: &'static str, key: &'static str) -> Self {
        Self::Invalid(FieldErrors::one(name, Fault::new(key)))
    }

    /// With the fault of the field `from` at the field `to`, as which a page with several of the kind shows it.
    pub fn in_field(mut self, from: &str, to: &str) -> Self {
        if let Self::Invalid(errors) = &mut self {
            for (name, _) in errors.fields.iter_mut().filter(|(name, _)| name == from) {
                to.clone_into(name);
            }
        }
        self
    }

    pub fn status(&self) -> Status {
        match self {
            Self::NotFound => Status::NotFound,
            Self::Gone(_) => Status::Gone,
            Self::Unauthorized => Status::Unauthorized,
            Self::Forbidden => Status::Forbidden,
            Self::Refused(_) => Status::Conflict,
            Self::Invalid(_) => Status::UnprocessableEntity,
            Self::Unavailable | Self::Busy => Status::ServiceUnavailable,
            Self::Internal(_) => Status::InternalServerError,
        }
    }

    /// The code that the API answers with.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Gone(_) => "gone",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Refused(refusal) => refusal.code,
            Self::Invalid(_) => "invalid",
            Self::Unavailable => "unavailable",
            Self::Busy => "busy",
            Self::Internal(_) => "internal",
        }
    }

    /// What a form shows again: faults of fields, and a refusal as a fault of the whole form.
    ///
    /// # Errors
    /// Every other error is handed back, for it is no matter of the form.
    pub fn into_field_errors(self) -> Result<FieldErrors> {
        match self {
            Self::Invalid(errors) => Ok(errors),
            Self::Refused(refusal) => Ok(FieldErrors::whole(refusal)),
            other => Err(other),
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Invalid(errors)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::RowNotFound => Self::NotFound,
            // The store tells of it, once for all who meet it.
            error if store::is_unavailable(&error) => Self::Unavailable,
            error => Self::internal(error),
        }
    }
}

impl From<askama::Error> for Error {
    fn from(error: askama::Error) -> Self {
        Self::internal(error)
    }
}

/// A rule of the schema that was broken, told by whoever knows what it means there.
#[derive(Debug)]
pub enum Broken {
    Told(Error),
    Other(sqlx::Error),
}

impl From<sqlx::Error> for Broken {
    fn from(error: sqlx::Error) -> Self {
        Self::Other(error)
    }
}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Told(error) => error,
            Broken::Other(error) => error.into(),
        }
    }
}

/// Turns a broken rule of the schema into what it means for the user: `insert.await.on_unique("rooms_name", || …)?`.
pub trait OnViolation<T>: Sized {
    fn on(self, rule: &Violation, meaning: impl FnOnce() -> Error) -> Result<T, Broken>;

    /// What the unique index of this name holds is there already.
    fn on_unique(self, index: &'static str, meaning: impl FnOnce() -> Error) -> Result<T, Broken> {
        self.on(&Violation::Unique(index.to_owned()), meaning)
    }

    /// Something that was pointed to is not there. SQLite does not say what, so only where one thing can be meant.
    fn on_missing(self, meaning: impl FnOnce() -> Error) -> Result<T, Broken> {
        self.on(&Violation::ForeignKey, meaning)
    }
}

impl<T, E: Into<Broken>> OnViolation<T> for std::result::Result<T, E> {
    fn on(self, rule: &Violation, meaning: impl FnOnce() -> Error) -> Result<T, Broken> {
        self.map_err(|error| match error.into() {
            Broken::Other(error) if store::violation(&error).as_ref() == Some(rule) => Broken::Told(meaning()),
            broken => broken,
        })
    }
}
