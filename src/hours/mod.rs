//! Volunteer hours (服务时数): a ledger of whole minutes. A row is never changed; a correction is a reversing row and,
//! where something is left, a new one. Only the volunteer part earns hours, and only what a worker confirmed counts
//! (志愿服务记录与证明出具办法 art. 7: time really given; art. 19: nothing else is recorded as service).

mod actions;
mod brought;
mod merging;
mod forgetting;
mod pending;
pub mod queries;
pub mod rules;
mod told;
mod types;

pub use actions::{confirm, confirm_all, correct, reverse_all};
pub use brought::{import, known, take_back};
pub use forgetting::forget;
pub use merging::{JOURNALED, absorb, hand_over};
pub use pending::{PendingSession, PendingStay, meanwhile, pending, pending_count};
pub use queries::{UNCONFIRMED, Volunteer};
pub use told::told;
pub use types::{BroughtHours, Confirmed, EntryId, MAX_MINUTES, Source};
