//! One person's page, the form that registers and revises them, one unit's page and one team's. Each shows what many features know of
//! somebody, so it stands above them all.

mod consents;
mod form;
mod papers;
mod phones;
mod queries;
mod show;
mod team;
mod team_acts;
mod unit;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("profile", |rocket| async {
        let rocket = rocket.mount("/", show::routes()).mount("/", form::routes()).mount("/", papers::routes());
        let rocket = rocket.mount("/", consents::routes());
        let rocket = rocket.mount("/", phones::routes()).mount("/", unit::routes());
        rocket.mount("/", team::routes()).mount("/", team_acts::routes())
    })
}
