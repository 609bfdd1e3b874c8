//! What the public sees: the front page, each center's agenda, and its volunteer teams. Published sessions only, and nobody's name but the
//! first one of whoever leads a team.

mod pages;
mod teams;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("portal", |rocket| async { rocket.mount("/", pages::routes()).mount("/", teams::routes()) })
}
