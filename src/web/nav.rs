//! What a role finds around its pages: each item once, for every role that has it.

use std::fmt::Display;

use super::frame::Frame;
pub use super::frame::Tab;
use crate::auth::{
    AuditReader, CenterReader, CityAdmin, Coordinator, Greeter, Manager, ReportReader, Role, TeamReader, Viewer,
};
use crate::ids::CenterId;

/// A link of the main navigation.
pub struct NavItem {
    pub href: String,
    /// The text's key; the icon bears the same name.
    pub key: &'static str,
    pub icon: &'static str,
    pub current: bool,
}

/// The main navigation for `viewer` around a page in `frame`.
pub fn items(viewer: Option<&Viewer>, frame: Frame<'_>) -> Vec<NavItem> {
    let Some(viewer) = viewer else { return Vec::new() };
    match frame {
        Frame::Center { id, tab: current, .. } => CENTER
            .iter()
            .filter(|entry| entry.roles.contains(&viewer.role))
            .map(|entry| entry.item(id.path(entry.path), current))
            .collect(),
        Frame::City(current) => CITY
            .iter()
            .filter(|entry| entry.roles.contains(&viewer.role))
            .map(|entry| entry.item(entry.path.to_owned(), current))
            .collect(),
        _ => Vec::new(),
    }
}

/// The list that a page stands in which is not there: of `/centers/3/people/999` the residents, for whom they are open.
pub fn list_above(viewer: &Viewer, path: &str) -> Option<NavItem> {
    let under = |path: &str, list: &str| path.strip_prefix(list).is_some_and(|rest| rest.starts_with('/'));
    if let Some((center, rest)) = path.strip_prefix("/centers/").and_then(|inside| inside.split_once('/')) {
        let rest = format!("/{rest}");
        let center = center.parse::<i64>().ok()?;
        // A session is found by its activity, whose list it has no page of its own beside.
        let rest = if under(&rest, "/sessions") { "/activities/".to_owned() } else { rest };
        let entry = CENTER.iter().find(|entry| !entry.path.is_empty() && under(&rest, entry.path))?;
        return entry
            .roles
            .contains(&viewer.role)
            .then(|| entry.item(format!("/centers/{center}{}", entry.path), Tab::Me));
    }
    let entry = CITY.iter().find(|entry| under(path, entry.path))?;
    entry.roles.contains(&viewer.role).then(|| entry.item(entry.path.to_owned(), Tab::Me))
}

impl CenterId {
    /// The address of a page of this center: `page` is what follows, from its slash on, and empty for the center's own.
    pub fn path(self, page: impl Display) -> String {
        format!("/centers/{self}{page}")
    }
}

struct NavEntry {
    tab: Tab,
    path: &'static str,
    key: &'static str,
    icon: &'static str,
    roles: &'static [Role],
}

impl NavEntry {
    fn item(&self, href: String, current: Tab) -> NavItem {
        NavItem { href, key: self.key, icon: self.icon, current: self.tab == current }
    }
}

/// Who answers for several centers: to the others the summary says no more than their own center's report.
const SEVERAL: &[Role] =
    &[Role::CityAdmin, Role::TownSupervisor, Role::ProviderManager, Role::Purchaser, Role::Department];

const CENTER: &[NavEntry] = &[
    NavEntry { tab: Tab::Overview, path: "", key: "nav.overview", icon: "home", roles: CenterReader::ROLES },
    NavEntry { tab: Tab::Week, path: "/week", key: "nav.week", icon: "calendar", roles: CenterReader::ROLES },
    NavEntry { tab: Tab::Desk, path: "/desk", key: "nav.desk", icon: "scan", roles: Greeter::ROLES },
    NavEntry { tab: Tab::People, path: "/people", key: "nav.people", icon: "people", roles: Coordinator::ROLES },
    NavEntry { tab: Tab::Reports, path: "/reports", key: "nav.reports", icon: "chart", roles: ReportReader::ROLES },
    NavEntry {
        tab: Tab::Activities,
        path: "/activities",
        key: "nav.activities",
        icon: "file",
        roles: CenterReader::ROLES,
    },
    NavEntry { tab: Tab::Teams, path: "/teams", key: "nav.teams", icon: "team", roles: TeamReader::ROLES },
    NavEntry { tab: Tab::Units, path: "/units", key: "nav.units", icon: "shop", roles: CenterReader::ROLES },
    NavEntry { tab: Tab::Rooms, path: "/rooms", key: "nav.rooms", icon: "door", roles: CenterReader::ROLES },
    NavEntry {
        tab: Tab::Reservations,
        path: "/reservations",
        key: "nav.reservations",
        icon: "inbox",
        roles: Coordinator::ROLES,
    },
    NavEntry { tab: Tab::Workers, path: "/workers", key: "nav.workers", icon: "badge", roles: Manager::ROLES },
    NavEntry { tab: Tab::Audit, path: "/audit", key: "nav.audit", icon: "history", roles: AuditReader::ROLES },
];

const CITY: &[NavEntry] = &[
    NavEntry { tab: Tab::Centers, path: "/centers", key: "nav.centers", icon: "home", roles: Role::ALL },
    NavEntry { tab: Tab::Reports, path: "/reports", key: "nav.reports", icon: "chart", roles: SEVERAL },
    NavEntry {
        tab: Tab::Indicators,
        path: "/indicators",
        key: "nav.indicators",
        icon: "target",
        roles: ReportReader::ROLES,
    },
    NavEntry {
        tab: Tab::PeriodicReports,
        path: "/periodic-reports",
        key: "nav.periodic_reports",
        icon: "file",
        roles: ReportReader::ROLES,
    },
    NavEntry {
        tab: Tab::Organizations,
        path: "/organizations",
        key: "nav.organizations",
        icon: "organization",
        roles: CityAdmin::ROLES,
    },
    NavEntry { tab: Tab::Accounts, path: "/accounts", key: "nav.accounts", icon: "key", roles: CityAdmin::ROLES },
    NavEntry { tab: Tab::Catalogs, path: "/catalogs", key: "nav.catalogs", icon: "list", roles: CityAdmin::ROLES },
    NavEntry { tab: Tab::Audit, path: "/audit", key: "nav.audit", icon: "history", roles: CityAdmin::ROLES },
    NavEntry { tab: Tab::Me, path: "/account", key: "nav.account", icon: "person", roles: Role::ALL },
];
