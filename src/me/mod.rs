//! `/me`, the resident's and volunteer's own page without a password: what this phone did and asked for; what is known of those for whom
//! it is confirmed; and the team that they lead.

mod leading;
mod page;
mod queries;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("me", |rocket| async { rocket.mount("/", page::routes()).mount("/", leading::routes()) })
}
