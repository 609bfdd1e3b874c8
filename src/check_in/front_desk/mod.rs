//! The front desk (前台): one page that receives people all day, with a camera, a USB scanner, a photo or a typed code, and
//! goes on without network.
//!
//! The page is a shell that a service worker keeps; `day` is what the device knows for one day, `scans` takes what it saw,
//! at once or hours later, `walk_ins` whom it registered, `company` who came along, and `photo` reads a picture for browsers that cannot.

mod company;
mod day;
mod expected;
mod page;
mod photo;
mod scans;
mod walk_ins;

use rocket::Route;

pub(super) fn routes() -> Vec<Route> {
    [company::routes(), page::routes(), day::routes(), scans::routes(), photo::routes()].concat()
}
