//! What every part of the JSON API shares: the list envelope, and the problem document. The description stands in
//! `openapi`, above every feature that it describes.
//!
//! Handlers live with their features (`<feature>/api.rs`) and call the same actions as the pages. A bearer token is
//! the only way in (see `auth::guards`); errors become problem documents in `web::errors`.

use std::str::FromStr;

use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};

/// A list of things, and where the next page begins.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Pass it as `cursor` to go on; null at the end.
    pub next: Option<String>,
}

impl<T> List<T> {
    /// A list that is all there is.
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page of up to [`PAGE`] items out of `items`, which holds one more if there is more.
    pub fn page(mut items: Vec<T>, key: impl Fn(&T) -> i64) -> Self {
        let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| key(last).to_string());
        Self { items, next }
    }
}

/// The most items of one page of a list.
pub const PAGE: i64 = 100;

/// A list's `cursor`: the key after which the page begins, 0 where none is given.
///
/// # Errors
/// `Invalid` at `cursor` for what no list gave out: taken for the beginning, it would make a program read in circles.
pub fn after(cursor: Option<&str>) -> Result<i64> {
    let fields = Fields::default().with("cursor", cursor.unwrap_or_default());
    let mut read = fields.read();
    let after = read.optional("cursor", |text| match parse::choice(text)? {
        after @ 0.. => Ok(after),
        _ => Err(Fault::new("field.not_a_choice")),
    });
    read.finish(|| after).map(Option::unwrap_or_default)
}

/// What an address must say under `name` after its question mark.
///
/// # Errors
/// `Invalid` at `name` where it is missing or not what `parse` takes.
pub fn asked<T>(name: &str, value: Option<&str>, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<T> {
    read_one(&Fields::default().with(name, value.unwrap_or_default()), name, parse)
}

/// What a body must say under `name` before the rest of it can be read: mostly the center.
///
/// # Errors
/// As [`asked`].
pub fn sent<T: FromStr>(name: &str, fields: &Fields) -> Result<T> {
    read_one(fields, name, parse::choice)
}

fn read_one<T>(fields: &Fields, name: &str, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<T> {
    let mut read = fields.read();
    let value = read.required(name, parse);
    read.finish(|| value)
}

/// RFC 9457, with a stable `code`.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    pub r#type: String,
    pub title: String,
    pub status: u16,
    /// Stable, for programs: `not_found`, `invalid`, a refusal's code, …
    pub code: String,
    pub detail: Option<String>,
    /// The number of an error of Linli's own in its log.
    pub reference: Option<String>,
    /// By field, where the input is at fault.
    pub errors: Option<std::collections::BTreeMap<String, FieldProblem>>,
}

#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    pub code: String,
    pub message: String,
}
