//! What a center did, in numbers (DESIGN section 5): counted over a period of local dates and a scope of centers, read
//! across features and never written.
//!
//! What counts, decided once and used by every page, file and API answer:
//!
//! - A session belongs to the period by its local date, and counts when it is **completed** and somebody came: an
//!   attendance that is not voided, in whatever role, or an unnamed head.
//! - Visits and persons are those of completed sessions. A session that is past and not closed adds nothing; it stands
//!   under completeness instead, so that nobody takes half a count for a whole one.
//! - Unnamed heads add to visits and to the groups' visits, never to persons.
//! - A row's persons are the different people among that row's visits. Somebody who turns 60 within the period is
//!   therefore in the rest before the birthday and among the elderly after it, and once in the total.
//! - The rest of unnamed heads is what the tallies leave over, never below zero: a head tallied in two groups makes it
//!   smaller than it is.
//! - Hours stand in the period of their session, whenever they were confirmed; reversing entries take away.
//! - A room is booked from the start of its buffer to the end of it: the time in which nobody else could have it.
//! - A unit of the community counts once in each part that it had in sessions that count. An organization was founded with
//!   support where the support began by the day it was founded; it stands in the period of that day.
//! - Residents taking part are participants and volunteers together, each once; new is who had taken part in none of the centers before.
//!
//! How it is counted: the database keeps, of each center's months and years, the sums and the sets of people (`counted`), each good as
//! long as no row was changed since ([`crate::marks`]). What is asked for is put together from them (`reading`); edges, and what is not
//! good any more, are counted from the rows (`building`), and `refresh` keeps it anew. What was put together is recalled as long as
//! none of its months was changed (`united`).
//!
//! No figure holds a resident's name or any other personal data: a purchaser reads them. What is so small that it tells of somebody all the
//! same is left out where it is counted ([`masking`]), for whoever a [`Reach`] was made for: nothing above has to think of it, but to say
//! [`Telling`] what it shows. The rows behind a figure are [`behind`], and who may not know the people reads none of their names there.

pub(crate) mod api;
pub mod behind;
mod beside;
mod building;
mod charged;
mod counted;
mod each;
mod growing;
mod hiding;
mod led;
mod list;
mod masking;
pub mod masks;
mod newcomers;
mod pages;
mod parts;
mod puzzle;
pub mod queries;
mod reading;
pub mod refresh;
mod room_use;
pub mod rules;
pub mod scope;
pub mod small_cells;
mod told_sessions;
mod types;
mod united;

pub use counted::{Counted, Filter};
pub use each::{EachCounted, count_each};
pub use growing::grown;
pub use list::{
    Figure, FigureUnit, FileColumn, Grid, Item, Measure, Section, definitions, definitions_of, figures, grid, rows,
};
pub use masking::Telling;
pub use newcomers::{Newcomers, newcomers};
pub(crate) use pages::{AskedRows, cell, hours, rows_path, shown};
pub use parts::{PartOf, PartTally, parts};
pub use queries::{by_center, by_month, by_months, count, each_by_center, each_together};
pub use scope::{Reach, Reported};
pub use types::{
    Completeness, GroupTally, KindName, KindTally, Led, LedKind, Numbers, Period, RoomUse, SubgroupTally, Tally,
    TeamTally, UnitTally,
};

use rocket::fairing::AdHoc;

/// The setting's pages, and keeping what is derived.
pub fn stage() -> AdHoc {
    AdHoc::on_ignite("figures", |rocket| async {
        rocket.mount("/", pages::routes()).mount("/api/v1", api::routes()).attach(refresh::stage())
    })
}
