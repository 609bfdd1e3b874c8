//! A form on a page: what was entered, what is wrong with it, and the two ways in which a submission ends.

use rocket::http::{Cookie, Status};
use rocket::request::Request;
use rocket::response::{self, Redirect, Responder};

use super::page::{FLASH, Page, View};
use crate::error::{Fault, FieldErrors, Refusal, Result};
use crate::fields::Fields;

/// What a template needs to draw a form: empty, filled with a record, or shown again with faults.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: Fields,
    errors: FieldErrors,
    /// What the record holds by now, in the reader's words, of each field that is entered differently.
    present: Fields,
}

impl Form {
    pub fn new() -> Self {
        Self::default()
    }

    /// Filled with a record's present values.
    pub fn filled(values: Fields) -> Self {
        Self { values, ..Self::default() }
    }

    /// As it was sent, with what is wrong.
    pub fn again(values: Fields, errors: FieldErrors) -> Self {
        Self { values, errors, ..Self::default() }
    }

    /// Before `rest`: what was not sent is as it says.
    pub fn over(self, rest: Fields) -> Self {
        Self { values: self.values.or(rest), ..self }
    }

    /// Beside what was entered, what the record holds by now where that is another.
    pub fn beside(self, present: Fields) -> Self {
        Self { present, ..self }
    }

    pub fn present(&self, name: &str) -> Option<&str> {
        self.present.all(name).first().map(String::as_str)
    }

    pub fn value(&self, name: &str) -> &str {
        self.values.get(name)
    }

    /// The value at a place of those under one name.
    pub fn nth(&self, name: &str, place: &usize) -> &str {
        self.values.all(name).get(*place).map_or("", String::as_str)
    }

    /// How many values there are under a name, without the empty ones at the end.
    pub fn count(&self, name: &str) -> usize {
        self.values.all(name).iter().rposition(|value| !value.is_empty()).map_or(0, |last| last + 1)
    }

    pub fn has(&self, name: &str, value: impl ToString) -> bool {
        self.values.has(name, &value.to_string())
    }

    pub fn on(&self, name: &str) -> bool {
        self.has(name, "1")
    }

    pub fn fault(&self, name: &str) -> Option<&Fault> {
        self.errors.get(name)
    }

    /// The ids of what describes a field besides its label, for `aria-describedby`.
    pub fn described_by(&self, name: &str, hint: &str) -> String {
        let parts = [("h", !hint.is_empty()), ("e", self.fault(name).is_some()), ("n", self.present(name).is_some())];
        parts.iter().filter(|(_, there)| *there).map(|(id, _)| format!("{id}-{name}")).collect::<Vec<_>>().join(" ")
    }

    pub fn faults(&self) -> &[(String, Fault)] {
        &self.errors.fields
    }

    pub fn refusal(&self) -> Option<&Refusal> {
        self.errors.whole.as_ref()
    }

    pub fn is_faulty(&self) -> bool {
        !self.errors.is_empty()
    }
}

/// How a submission ends: elsewhere with a word of success, or at the same form again.
pub enum Submitted<V> {
    Done { to: Box<Redirect>, flash: &'static str },
    Again(Box<V>),
}

impl<V> Submitted<V> {
    /// 303 to `to`, where the text `flash` (a `done.…` key) is shown.
    pub fn done(to: impl TryInto<rocket::http::uri::Reference<'static>>, flash: &'static str) -> Self {
        Self::Done { to: Box::new(Redirect::to(to)), flash }
    }

    /// How a form's handler ends: 303 to where `made` leads, with the word `flash`; or the page again, with what is wrong. Every
    /// other error is handed on.
    ///
    /// # Errors
    /// Those of `made` that are no matter of the form, and those of `page`.
    pub async fn of<R>(
        made: Result<R>,
        flash: &'static str,
        page: impl AsyncFnOnce(FieldErrors) -> Result<V>,
    ) -> Result<Self>
    where
        R: TryInto<rocket::http::uri::Reference<'static>>,
    {
        Self::with_word(made.map(|to| (to, flash)), page).await
    }

    /// As [`Submitted::of`], where what was done has the word to say.
    ///
    /// # Errors
    /// As [`Submitted::of`].
    pub async fn with_word<R>(
        made: Result<(R, &'static str)>,
        page: impl AsyncFnOnce(FieldErrors) -> Result<V>,
    ) -> Result<Self>
    where
        R: TryInto<rocket::http::uri::Reference<'static>>,
    {
        match made {
            Ok((to, flash)) => Ok(Self::done(to, flash)),
            Err(error) => Ok(Self::again(page(error.into_field_errors()?).await?)),
        }
    }

    /// 422 and the form as it was sent, with its faults.
    pub fn again(view: V) -> Self {
        Self::Again(Box::new(view))
    }
}

impl<'r, V: View> Responder<'r, 'static> for Submitted<V> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Done { to, flash } => Done { to: *to, flash }.respond_to(request),
            Self::Again(view) => (Status::UnprocessableEntity, Page(*view)).respond_to(request),
        }
    }
}

/// A redirect with a word of success, for actions that have no form to show again.
pub struct Done {
    to: Redirect,
    flash: &'static str,
}

impl Done {
    pub fn to(to: impl TryInto<rocket::http::uri::Reference<'static>>, flash: &'static str) -> Self {
        Self { to: Redirect::to(to), flash }
    }
}

impl<'r> Responder<'r, 'static> for Done {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        request.cookies().add(Cookie::build((FLASH, self.flash)).path("/").http_only(true));
        self.to.respond_to(request)
    }
}
