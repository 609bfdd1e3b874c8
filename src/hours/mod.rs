//! Volunteer hours (服务时数): a ledger of whole minutes. A row is never changed; a correction is a reversing row and,
//! where something is left, a new one. Only the volunteer part earns hours, and only what a worker confirmed counts
//! (志愿服务记录与证明出具办法 art. 7: time really given; art. 19: nothing else is recorded as service).
//!
//! A row with a session counts for the session's center, on its day. A row without one (what somebody told of and a worker confirmed) counts
//! for its `center_id`, on `served_on`; what was brought from elsewhere has no center: it is the person's, and in no center's report.

mod actions;
mod brought;
mod entering;
mod merging;
mod forgetting;
mod pending;
pub mod queries;
pub mod rules;
mod told;
mod types;

pub use actions::{confirm, confirm_all, correct, hold, reverse_all};
pub use brought::{import, known, unimport};
pub use entering::{amend, enter, take_back};
pub use forgetting::forget;
pub use merging::{JOURNALED, absorb, hand_over};
pub use pending::{PendingSession, PendingStay, meanwhile, pending, pending_count};
pub use queries::{UNCONFIRMED, Volunteer};
pub use told::told;
pub use types::{Amendment, BroughtHours, Confirmed, EntryId, MAX_MINUTES, ServiceTold, Source};
