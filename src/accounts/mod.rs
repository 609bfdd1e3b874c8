//! Accounts as their pages show them: signing in, everyone's own account, and the city administrator's list. What an
//! account may and how it is kept stands in `auth`, below the places in which a role holds.

mod browser;
mod invitation;
mod known;
pub mod listing;
mod own;
mod pages;
pub(crate) mod queries;
mod sign_in;

use rocket::fairing::AdHoc;

pub(crate) use sign_in::keep_login;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("accounts", |rocket| async {
        rocket
            .mount("/", sign_in::routes())
            .mount("/", own::routes())
            .mount("/", invitation::routes())
            .mount("/", pages::routes())
    })
}
