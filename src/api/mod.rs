//! What every part of the JSON API shares: the list envelope, the problem document, and the OpenAPI description.
//!
//! Handlers live with their features (`<feature>/api.rs`) and call the same actions as the pages. A bearer token is
//! the only way in (see `auth::guards`); errors become problem documents in `web::errors`.

mod openapi;

use rocket::fairing::AdHoc;
use rocket::{get, routes};
use serde::Serialize;
use utoipa::ToSchema;

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

    /// A page of up to `size` items out of `items`, which holds one more if there is more.
    pub fn page(mut items: Vec<T>, size: usize, key: impl Fn(&T) -> i64) -> Self {
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| key(last).to_string());
        Self { items, next }
    }
}

/// The most items of one page of a list.
pub const PAGE: i64 = 100;

/// RFC 9457, with a stable `code`.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    pub r#type: String,
    pub title: String,
    pub status: u16,
    /// Stable, for programs: `not_found`, `invalid`, a refusal's code, …
    pub code: String,
    pub detail: Option<String>,
    /// By field, where the input is at fault.
    pub errors: Option<std::collections::BTreeMap<String, FieldProblem>>,
}

#[derive(Serialize, ToSchema)]
pub struct FieldProblem {
    pub code: String,
    pub message: String,
}

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("api", |rocket| async { rocket.mount("/api/v1", routes![description]) })
}

/// The description of this API, for anyone: it holds no data.
#[get("/openapi.json")]
fn description() -> (rocket::http::ContentType, String) {
    (rocket::http::ContentType::JSON, openapi::description())
}
