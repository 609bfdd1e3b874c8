//! Volunteer teams (志愿服务队伍): of one of the notice's eleven kinds or of an own kind, with a leader and members.

mod actions;
pub(crate) mod api;
mod forgetting;
pub(crate) mod forms;
pub mod liaisons;
pub mod listing;
mod membership;
mod merging;
mod number;
mod pages;
mod presenting;
pub mod queries;
pub mod rules;
mod steward;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{add_member, bring_member, create, disband, lead, present, restore};
pub use forgetting::forget;
pub use forms::{Presentation, TeamInput, reason, reason_or_none};
pub use liaisons::{absorb_liaisons, hand_over_liaisons, return_liaisons, set_liaison};
pub use membership::{BroughtMember, join, leave_oneself, numbers, part, resume, suspend, take_back};
pub use merging::{JOURNALED, absorb};
pub use number::VolunteerNumber;
pub use steward::{Steward, account_and_phone};
pub use told::told;
pub use types::{
    ChangedBy, FormerMember, LiaisonChoice, LiaisonId, LiaisonOf, LookedAfter, Member, MemberChange, MemberChanged,
    MemberStanding, MemberState, NumberedVolunteer, OwnTeam, PublicTeam, Team, TeamId, TeamKind, TeamKindId, TeamName,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("teams", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", presenting::routes());
        rocket.mount("/api/v1", api::routes())
    })
}
