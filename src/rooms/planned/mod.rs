//! Rooms before they open: what kind, how large, by which works, how far these are, and what they cost. A planned room takes no
//! booking and counts in no area; opened, it becomes a room like the others.

mod actions;
pub(crate) mod api;
pub(crate) mod forms;
mod pages;
pub mod queries;
mod types;

pub use actions::{add, open_up, revise, step, withdraw};
pub use types::{BuildState, PlannedRoom, PlannedRoomId, PlannedStep, PlannedStepId, RoomWay};

pub(super) use api::routes as programs;
pub(super) use pages::routes as pages;
