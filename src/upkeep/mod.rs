//! What keeps a center in order, and what assessors ask to see of it: what is broken (reported with a photo from any phone there), who
//! mends it until when; the register of what the center owns, and what of it is lent out and overdue; safety drills as they were held.

mod actions;
pub(crate) mod api;
mod asset_pages;
mod defect_pages;
mod drill_pages;
mod forgetting;
pub(crate) mod forms;
pub(crate) mod lending_api;
mod merging;
pub mod queries;
mod reporting;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{
    add_asset, answer_defect, assign, bring_back, lend, record_drill, report, revise_asset, void_drill, write_off,
};
pub use forgetting::forget;
pub use merging::{JOURNALED, absorb};
pub use told::told;
pub use types::{
    AssetKind, AssetOrigin, CenterAsset, Defect, DefectAnswer, DefectState, Drill, DrillKind, Loan, UpkeepCut,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("upkeep", |rocket| async {
        rocket
            .manage(reporting::Reporters::default())
            .mount("/", defect_pages::routes())
            .mount("/", reporting::routes())
            .mount("/", asset_pages::routes())
            .mount("/", drill_pages::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", lending_api::routes())
    })
}
