//! What people agreed to (个人信息保护法 art. 14–15, 29; 民法典 art. 1019): for which purpose, to which words, when, how, and who said it
//! for a child under 14. A yes can be taken back at any time, and what it carried stops then; nothing is ever deleted.
//!
//! Each center asks for itself, for each is a handler of its own. What a consent stops or allows, the features below read from the
//! views of migration 0036: who may be pictured (`photos_allowed`), and of whom no service record is kept any more
//! (`service_stopped`). The latter refuses new groups, papers and sealed notes, and takes the person off the lists for care; they
//! come in as everybody does, and what is on record stays until somebody erases it, for a slip of the hand must not destroy it.
//!
//! At the door nobody signs: whoever gives a name to the page has its words before them, and the phone keeps which version it was.

mod actions;
pub(crate) mod api;
mod door;
mod forgetting;
mod merging;
pub mod forms;
mod pages;
pub mod queries;
pub mod rules;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{give, keep_paper, publish, receive, void, withdraw};
pub use door::{DoorText, DoorTexts};
pub use forgetting::forget;
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{
    Consent, ConsentAnswer, ConsentId, ConsentMethod, ConsentState, ConsentText, ConsentTextId, Guardian, Guardianship,
    Purpose,
};

use crate::store::SealedColumn;

pub const SEALED: &[SealedColumn] = &[SealedColumn::text("consents", &["id"], "guardian_sealed")];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("consents", |rocket| async {
        let rocket = rocket.manage(DoorTexts::default());
        rocket.mount("/", pages::routes()).mount("/api/v1", api::routes())
    })
}
