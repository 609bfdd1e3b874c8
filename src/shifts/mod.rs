//! Shifts (班次) of volunteers: what a session needs, who is asked, who said yes, gave it back or found a substitute, and what the coming
//! weeks still lack. As many as are wanted say yes and no more, nobody is in two places; what the law or good sense asks of minors and of
//! long days is looked at before. A session that is moved or cancelled leaves the shifts as they are: what that means is seen when they
//! are read. The door knows them: whoever has a shift comes as a volunteer.

mod actions;
pub(crate) mod api;
mod forgetting;
pub(crate) mod forms;
mod gaps;
mod hand;
mod keeper;
mod leading;
mod limits;
mod merging;
mod minors;
mod own;
mod pages;
pub mod queries;
mod roster;
pub mod rules;
mod taking;
mod told;
mod types;

use rocket::fairing::AdHoc;

pub use actions::{
    ask_for, ask_substitute, decline, give_back, invite, release, revise_need, set_limits, withdraw_need,
};
pub use forgetting::forget;
pub use gaps::{GapOrder, GapsCut};
pub use keeper::ShiftKeeper;
pub use merging::{JOURNALED, absorb, sessions_of_both};
pub use own::OwnShifts;
pub use taking::{accept, put_in, take};
pub use told::told;
pub use types::{
    Need, OpenShift, OwnShift, RotaLine, Shift, ShiftGap, ShiftId, ShiftNeedId, ShiftRefusal, ShiftStanding,
    ShiftState, ShiftWarning,
};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("shifts", |rocket| async {
        let rocket = rocket.mount("/", pages::routes()).mount("/", leading::routes()).mount("/", own::routes());
        let rocket = rocket.mount("/", gaps::routes()).mount("/", limits::routes());
        rocket.mount("/api/v1", api::routes())
    })
}
