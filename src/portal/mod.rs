//! What the public sees: the front page, and each center's agenda. Published sessions only, and nobody's name.

mod pages;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("portal", |rocket| async { rocket.mount("/", pages::routes()) })
}
