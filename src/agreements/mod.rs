//! Who runs a center and who pays: providers, purchasers, and the agreements between them.
//!
//! An agreement gives a provider one or several centers, each for its days within the agreement's; the purchaser reads those
//! centers' reports for these days. At one time a center has one provider, and any number of purchasers who pay for it together; what an
//! activity is charged to then stands with it. What an agreement said before it was changed is kept, with who changed it and why.

mod actions;
pub(crate) mod api;
mod documents;
pub mod departments;
pub(crate) mod departments_api;
mod departments_pages;
pub(crate) mod forms;
mod hanging;
pub mod listing;
mod operating;
mod pages;
pub mod queries;
mod record_pages;
pub mod rules;
pub mod succession;
pub mod terms;
mod types;
pub mod versions;

use rocket::fairing::AdHoc;

pub use actions::{add_provider, add_purchaser, conclude, end, revise, take_back};
pub use departments::{DepartmentId, RecipientId, name_recipient};
pub use documents::{add_document, remove_document};
pub use forms::{AgreementEnding, AgreementRevision, NewAgreement};
pub use operating::hand_over;
pub use rules::{DuePeriod, periods};
pub use types::{
    AgreedCenter, AgreedPosts, Agreement, AgreementDocument, AgreementDocumentId, AgreementId, AgreementRecord,
    AgreementText, AgreementVersion, DueCycle, Organization, Payer, ProviderId, PurchaserId, ReportCycle, YearsFrom,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("agreements", |rocket| async {
        rocket
            .mount("/", pages::routes())
            .mount("/", record_pages::routes())
            .mount("/", departments_pages::routes())
            .mount("/api/v1", api::routes())
            .mount("/api/v1", departments_api::routes())
    })
}
