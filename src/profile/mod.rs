//! One person's page, the form that registers and revises them, and one unit's page. Each shows what many features know of
//! somebody, so it stands above them all.

mod consents;
mod form;
mod papers;
mod phones;
mod queries;
mod show;
mod unit;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("profile", |rocket| async {
        let rocket = rocket.mount("/", show::routes()).mount("/", form::routes()).mount("/", papers::routes());
        let rocket = rocket.mount("/", consents::routes());
        rocket.mount("/", phones::routes()).mount("/", unit::routes())
    })
}
