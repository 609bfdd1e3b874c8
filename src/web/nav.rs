//! What a role finds around its pages: each item once, for every role that has it.

use super::frame::Frame;
pub use super::frame::Tab;
use crate::auth::{Role, Viewer};

/// A link of the main navigation.
pub struct Item {
    pub href: String,
    /// The text's key; the icon bears the same name.
    pub key: &'static str,
    pub icon: &'static str,
    pub current: bool,
}

/// The main navigation for `viewer` around a page in `frame`.
pub fn items(viewer: Option<&Viewer>, frame: Frame<'_>) -> Vec<Item> {
    let Some(viewer) = viewer else { return Vec::new() };
    match frame {
        Frame::Center { id, tab: current, .. } => CENTER
            .iter()
            .filter(|entry| entry.roles.contains(&viewer.role))
            .map(|entry| entry.item(format!("/centers/{id}{}", entry.path), current))
            .collect(),
        Frame::City(current) => CITY
            .iter()
            .filter(|entry| entry.roles.contains(&viewer.role))
            .map(|entry| entry.item(entry.path.to_owned(), current))
            .collect(),
        _ => Vec::new(),
    }
}

struct Entry {
    tab: Tab,
    path: &'static str,
    key: &'static str,
    icon: &'static str,
    roles: &'static [Role],
}

impl Entry {
    fn item(&self, href: String, current: Tab) -> Item {
        Item { href, key: self.key, icon: self.icon, current: self.tab == current }
    }
}

use Role::{CityAdmin, Committee, FrontDesk, ProviderManager, Purchaser, SocialWorker, TeamLeader, TownSupervisor};

const READERS: &[Role] = &[CityAdmin, TownSupervisor, Committee, ProviderManager, SocialWorker];
const WORKERS: &[Role] = &[CityAdmin, SocialWorker];
const MANAGERS: &[Role] = &[CityAdmin, ProviderManager];

const CENTER: &[Entry] = &[
    Entry { tab: Tab::Overview, path: "", key: "nav.overview", icon: "home", roles: READERS },
    Entry { tab: Tab::Week, path: "/week", key: "nav.week", icon: "calendar", roles: READERS },
    Entry {
        tab: Tab::Desk,
        path: "/desk",
        key: "nav.desk",
        icon: "scan",
        roles: &[CityAdmin, SocialWorker, TeamLeader, FrontDesk],
    },
    Entry { tab: Tab::People, path: "/people", key: "nav.people", icon: "people", roles: WORKERS },
    Entry {
        tab: Tab::Reports,
        path: "/reports",
        key: "nav.reports",
        icon: "chart",
        roles: &[CityAdmin, TownSupervisor, Committee, ProviderManager, SocialWorker, Purchaser],
    },
    Entry { tab: Tab::Activities, path: "/activities", key: "nav.activities", icon: "file", roles: READERS },
    Entry {
        tab: Tab::Teams,
        path: "/teams",
        key: "nav.teams",
        icon: "team",
        roles: &[CityAdmin, SocialWorker, TeamLeader],
    },
    Entry { tab: Tab::Rooms, path: "/rooms", key: "nav.rooms", icon: "door", roles: READERS },
    Entry { tab: Tab::Workers, path: "/workers", key: "nav.workers", icon: "people", roles: MANAGERS },
    Entry {
        tab: Tab::Audit,
        path: "/audit",
        key: "nav.audit",
        icon: "inbox",
        roles: &[CityAdmin, ProviderManager, SocialWorker],
    },
];

const CITY: &[Entry] = &[
    Entry { tab: Tab::Centers, path: "/centers", key: "nav.centers", icon: "home", roles: Role::ALL },
    Entry {
        tab: Tab::Reports,
        path: "/summary",
        key: "nav.reports",
        icon: "chart",
        roles: &[CityAdmin, TownSupervisor, ProviderManager, Purchaser],
    },
    Entry {
        tab: Tab::Organizations,
        path: "/organizations",
        key: "nav.organizations",
        icon: "team",
        roles: &[CityAdmin],
    },
    Entry { tab: Tab::Accounts, path: "/accounts", key: "nav.accounts", icon: "people", roles: &[CityAdmin] },
    Entry { tab: Tab::Catalogs, path: "/catalogs", key: "nav.catalogs", icon: "gear", roles: &[CityAdmin] },
    Entry { tab: Tab::Audit, path: "/audit", key: "nav.audit", icon: "inbox", roles: &[CityAdmin] },
    Entry { tab: Tab::Me, path: "/account", key: "nav.account", icon: "gear", roles: Role::ALL },
];
