//! Reports that an agreement owes (定期报告): the provider drafts one for some of its days, and submits it; what is submitted is frozen as a
//! version that anybody who reads it can verify; the purchaser accepts it, or returns it with comments, and another version follows.
//! What is corrected later is told as an adjustment by the next report, and changes no version. For which days there are reports, and until
//! when, the agreement says; where that is changed, drafts follow it (`settling`).
//!
//! [`rules`] has the way of a report as a table, [`document`] what is frozen, [`canonical`] how that is written, [`verifying`] what makes
//! it provable, against what the audit keeps of it, [`privacy`] what is looked for before anything is submitted.

mod actions;
pub(crate) mod answer_api;
pub(crate) mod api;
mod asked;
pub mod beside;
mod beside_json;
pub mod canonical;
mod charts;
mod counting;
mod differences;
pub mod document;
mod draft;
mod draft_pages;
mod earlier;
pub mod evidence;
mod evidence_pages;
mod filed_names;
pub mod forms;
mod freezing;
mod frozen_tables;
mod gathering;
pub mod jobs;
mod list_pages;
pub mod listing;
pub(crate) mod more_api;
mod paper;
pub(crate) mod paper_api;
mod paper_pages;
pub mod periods;
pub mod privacy;
mod proof_files;
pub mod queries;
mod redacting;
pub mod rights;
mod rows_pages;
pub mod rules;
mod sent;
mod settling;
mod trail;
mod types;
mod verify_pages;
pub mod verifying;
mod version_pages;

use rocket::fairing::AdHoc;

use crate::centers;

pub use actions::{accept, begin, confirm_receipt, give_back, remind, undo_acceptance, write_chapter};
pub use freezing::{submit, submit_alone, withdraw};
pub use redacting::redact;
pub use settling::drop_report;
pub use types::{
    AgreementFrame, Chapter, EvidenceId, EvidenceKind, PeriodicReport, PeriodicReportId, ReportComment, ReportState,
    ReportVersion, ReportedKind, StandingVersion, VersionState,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("periodic reports", |rocket| async {
        let rocket = rocket
            .mount("/", list_pages::routes())
            .mount("/", draft_pages::routes())
            .mount("/", evidence_pages::routes())
            .mount("/", version_pages::routes())
            .mount("/", differences::routes())
            .mount("/", rows_pages::routes())
            .mount("/", paper_pages::routes())
            .mount("/", verify_pages::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", answer_api::routes())
            .mount("/api/v1", more_api::routes())
            .mount("/api/v1", paper_api::routes());
        let rocket = centers::above_the_list(rocket, asked::on_the_list);
        crate::jobs::register(rocket, jobs::registry()).attach(jobs::attending())
    })
}
