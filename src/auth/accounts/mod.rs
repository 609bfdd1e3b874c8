//! Accounts: made, listed, disabled and given new passwords by the city administrator.

mod actions;
mod pages;
pub mod queries;

use rocket::fairing::AdHoc;

pub use actions::{Applicant, NewAccount, change_password, create, create_token, disable, enable, reset_password};
pub(crate) use actions::{create_for_device, end_device};

use crate::error::Result;
use crate::web::Fields;
use crate::web::fields::{Fault, parse};

pub(super) fn stage() -> AdHoc {
    AdHoc::on_ignite("accounts", |rocket| async { rocket.mount("/", pages::routes()) })
}

/// Reads the name, login and password of a new account.
pub fn read(fields: &Fields) -> Result<Applicant> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(60));
    let login = read.required("login", login);
    let password = read.required("password", |text| {
        super::password::NewPassword::parse(text, &[fields.get("login"), fields.get("name"), "linli"])
    });
    if password.is_some() && fields.get("password") != fields.get("password_again") {
        read.fault::<()>("password_again", Fault::new("field.password_differs"));
    }
    read.finish(|| Some(Applicant { name: name?, login: login?, password: password? }))
}

/// A login: 3 to 40 letters, digits, dots or dashes; case does not matter.
pub fn login(text: &str) -> Result<String, Fault> {
    let fits = (3..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'@'));
    if fits { Ok(text.to_ascii_lowercase()) } else { Err(Fault::new("field.not_a_login")) }
}
