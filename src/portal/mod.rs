//! What the public sees: the front page, each center's agenda, its volunteer teams, the screen in the hall and the month on the wall. Published sessions only, and nobody's name but the
//! first one of whoever leads a team.

mod open;
mod pages;
mod teams;
mod today;
mod wall;
mod wall_open;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("portal", |rocket| async {
        let public = rocket.mount("/", pages::routes()).mount("/", teams::routes());
        public.mount("/", today::routes()).mount("/", wall::routes())
    })
}
