//! Units of the community at a session: for whom it is, who helps, and who lends the place. A social worker says so on the
//! session's page, before it or afterwards.

mod actions;
pub(crate) mod api;
mod forms;
mod pages;
pub mod queries;

use rocket::Route;

pub use actions::{take_part, withdraw};
pub use forms::ParticipationInput;
pub(super) use pages::UnitsThere;

pub(super) fn routes() -> Vec<Route> {
    pages::routes()
}
