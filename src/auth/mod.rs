//! Accounts, logins, roles, and the guards that prove a right.
//!
//! A right is a value: only a guard can make a [`Coordinator`], and an action that schedules asks for one. What the
//! role reaches is then cut by queries that join the view `account_centers` with the guard's account, so another
//! center's record is simply not found.

pub mod accounts;
mod guards;
pub mod links;
pub mod logins;
pub mod password;
mod role;
pub mod setup;
pub(crate) mod throttle;

use rocket::fairing::AdHoc;

pub use guards::{
    AuditReader, CenterReader, CityAdmin, Coordinator, Doorkeeper, FeedReader, Filer, Greeter, Manager, ReportReader,
    TeamReader, Viewer, Watcher,
};
pub use role::{Place, Role, Scope};

pub use crate::ids::{AccountId, LoginId};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("auth", |rocket| async {
        rocket.manage(throttle::Throttle::default()).manage(guards::Remembered::default())
    })
}
