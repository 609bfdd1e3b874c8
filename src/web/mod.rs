//! The shell around every page: language, layout, form fields, errors, assets, headers.

pub mod assets;
pub mod chart;
pub mod entry;
pub mod errors;
pub mod filters;
pub mod frame;
pub mod form;
pub mod headers;
pub mod nav;
pub mod page;
pub mod preferences;
pub mod qr;
pub mod site;
pub mod steps;
pub mod table;
pub mod text;

use rocket::fairing::AdHoc;

pub use crate::fields::Fields;
pub use form::{Form, Submitted};
pub use frame::Frame;
pub use page::{Page, View};
pub use site::Site;
pub use text::Lang;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("web", |rocket| async {
        rocket
            .attach(headers::Headers)
            .attach(headers::SameSiteOnly)
            .attach(headers::RequestLog)
            .attach(assets::stage())
            .attach(preferences::stage())
            .attach(errors::stage())
    })
}
