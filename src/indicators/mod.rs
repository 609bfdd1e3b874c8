//! 指标: what an agreement asks to be reached, how far it is, and what is behind.
//!
//! An indicator belongs to an agreement, to one of its centers or to all of them together, perhaps to one worker. It is either *counted*,
//! a measure of [`crate::figures`] and at most one part of it, or *entered by hand*, month by month, with its paper: what Linli cannot count
//! yet, and marked as entered wherever it is shown. Counted ones are never stored: they follow the records.
//!
//! How far is far enough ([`rules`]): what is expected by now grows evenly over the days of an indicator's period.

mod actions;
pub(crate) mod api;
mod behind;
mod chart;
mod choices;
mod counting;
mod entry_pages;
pub(crate) mod forms;
pub mod listing;
pub mod matrix;
mod merging;
mod pages;
pub mod queries;
mod rights;
mod rules;
mod sheet_pages;
pub mod standing;
pub(crate) mod template_api;
mod template_pages;
mod templates;
mod types;
pub(crate) mod value_api;

use rocket::fairing::AdHoc;

use crate::centers;

pub use actions::{add, enter, revise, take_back, void};
pub use behind::Behind;
pub use chart::told as told_amount;
pub use merging::{JOURNALED, absorb};
pub use rights::ValueKeeper;
pub use rules::{IndicatorState, Progress};
pub use templates::{add_item, copy_template, found_template};
pub use types::{
    CopiedFor, CountedMeasure, CountedWithin, Indicator, IndicatorId, IndicatorSpan, IndicatorTemplateId, IndicatorUnit,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("indicators", |rocket| async {
        let rocket = rocket
            .mount("/", pages::routes())
            .mount("/", matrix::routes())
            .mount("/", sheet_pages::routes())
            .mount("/", entry_pages::routes())
            .mount("/", template_pages::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", value_api::routes())
            .mount("/api/v1", template_api::routes());
        centers::above_the_list(rocket, behind::on_the_list)
    })
}
