//! Where a page stands: in a center's work, above the centers, before the public, on paper, at the door.

use crate::ids::CenterId;

/// Where a page stands, which decides what is around it.
#[derive(Clone, Copy)]
pub enum Frame<'a> {
    /// Inside a center's work.
    Center { id: CenterId, name: &'a str, tab: Tab },
    /// The city's or an organization's level, above centers.
    City(Tab),
    /// What anyone sees.
    Public,
    /// A sheet for the printer.
    Print,
    /// A resident's phone at the door: a page of few kilobytes.
    Door,
    /// A television or tablet in the hall.
    Screen,
    /// A tablet that receives people all day: the whole screen is the page, and it can be installed.
    FrontDesk(CenterId),
}

/// The part of the work that a page belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Week,
    Activities,
    People,
    Teams,
    Units,
    Rooms,
    Reservations,
    Workers,
    Reports,
    Indicators,
    /// What agreements owe.
    PeriodicReports,
    Audit,
    Desk,
    Centers,
    Organizations,
    Accounts,
    Catalogs,
    /// In no list of the navigation: its field stands in the bar.
    Search,
    Me,
}
