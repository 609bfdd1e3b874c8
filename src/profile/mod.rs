//! One person's page, and the form that registers and revises them. It shows what many features know of somebody, so it stands above them all.

mod form;
mod papers;
mod phones;
mod queries;
mod show;

use rocket::fairing::AdHoc;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("profile", |rocket| async {
        rocket
            .mount("/", show::routes())
            .mount("/", form::routes())
            .mount("/", papers::routes())
            .mount("/", phones::routes())
    })
}
