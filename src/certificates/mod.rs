//! 志愿服务记录证明: what a center certifies of somebody's service, out of confirmed hours alone (志愿服务条例 art. 19; 志愿服务记录与证明出具办法
//! art. 15; 民发〔2015〕149号). The paper says 本单位记录 and claims no other authority.
//!
//! What is printed is frozen when it is issued: a correction of the ledger alters no paper, and the register shows where the two have come to
//! differ. A paper that is wrong is revoked, and another issued in its place. Its QR leads to a page that says whether it is good, to anybody,
//! and no more than stands on it.

mod actions;
pub(crate) mod api;
mod forgetting;
pub(crate) mod forms;
mod issue_pages;
pub mod listing;
mod merging;
pub(crate) mod more_api;
mod own;
mod pages;
mod paper;
mod paper_pages;
pub mod publicity;
mod publicity_pages;
mod public;
pub mod queries;
mod request_pages;
pub mod requests;
mod served;
mod told;
mod types;

use rocket::fairing::AdHoc;

use crate::store::SealedColumn;

pub use actions::{issue, revoke, set_signing};
pub use forgetting::forget;
pub use forms::{Asking, Issuing, Publishing};
pub use merging::{JOURNALED, absorb};
pub use paper::{Paper, PaperService};
pub use served::{served, total};
pub use told::told;
pub use types::{
    CertificateNumber, CertificateRequest, CertificateRequestId, CertificateRequestState, CertificateState,
    PublicityList, PublicityListId, ServiceCertificate, ServiceCertificateId, Signing,
};

pub const SEALED: &[SealedColumn] = &[SealedColumn::text("service_certificates", &["id"], "content_sealed")];

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("certificates", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", issue_pages::routes());
        let rocket = rocket.mount("/", paper_pages::routes()).mount("/", public::routes());
        let rocket = rocket.mount("/", request_pages::routes()).mount("/", publicity_pages::routes());
        rocket.mount("/", own::routes()).mount("/api/v1", api::routes()).mount("/api/v1", more_api::routes())
    })
}
