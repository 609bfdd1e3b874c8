//! The posts (岗位) that an agreement asks of a center: what each asks for, who fills it, and since when it is vacant. An open one
//! stands on the center's public page. It ends with its agreement, without anybody's doing.

mod actions;
pub(crate) mod api;
pub mod forms;
mod pages;
pub mod queries;
mod rules;
mod types;

pub use actions::{fill, give_up, hand_over_posts, open, restore, return_posts, revise, vacate, void};
pub use forms::PostInput;
pub(super) use pages::routes;
pub use types::{Filling, FillingId, Post, PostId, PostOrder, PostState, PostsAsked, WorkingTime};
