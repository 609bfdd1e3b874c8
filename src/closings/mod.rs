//! What is written down of a session, on one page that fits a phone: who must not be pictured (named before the picture is taken), the
//! summary, pictures, what was used up, a word for next time, the volunteers' hours. Closing itself is `check_in`'s; all but
//! the hours may be put right afterwards, and pictures may come later.
//!
//! Out of it a text is made for the center's WeChat account ([`rules`]): a title, at most 120 characters, three pictures, and no name that can be recognized.
//!
//! Pictures are sealed, and seen by who may close sessions alone. They belong to the session, not to who is on them: nobody knows
//! who that is, so erasing a person leaves them; they are taken away by hand, or by `retention` when their term is over.

mod actions;
pub(crate) mod api;
pub mod forms;
mod pages;
mod photo_pages;
mod photos;
pub mod queries;
pub mod rules;
mod telling;
mod types;
pub(crate) mod wechat_api;
mod wechat_pages;

use rocket::fairing::AdHoc;

pub use actions::{add_photos, choose, close, forget_old, remove_photo, revise};
pub use telling::{ToldPicture, WechatText, wechat};
pub use types::{NotPictured, SessionNotes, SessionPhoto, SessionPhotoId, WechatOmission};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("closings", |rocket| async {
        rocket
            .mount("/", pages::routes())
            .mount("/", photo_pages::routes())
            .mount("/", wechat_pages::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", wechat_api::routes())
    })
}
