//! The shell around every page: language, layout, form fields, errors, assets, headers.

pub mod assets;
pub mod chart;
pub mod compression;
pub mod cut;
pub mod entry;
pub mod errors;
pub mod filters;
pub mod frame;
pub mod fresh;
pub mod form;
pub mod headers;
pub mod nav;
pub mod one_time;
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
pub use fresh::{Etag, HeldCopy};
pub use one_time::OneTimeLink;
pub use page::{Page, PublicPage, ShareCard, View};
pub use site::Site;
pub use text::Lang;

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("web", |rocket| async {
        rocket
            // Before the headers: they are set on whatever is sent.
            .attach(compression::Compression)
            .attach(headers::Headers)
            .attach(headers::SameSiteOnly)
            .attach(headers::RequestLog)
            .attach(assets::stage())
            .attach(preferences::stage())
            .attach(errors::stage())
    })
}
