//! The roles, and what a role's scope is made of.

use crate::ids::{CenterId, DepartmentId, ProviderId, PurchaserId, TeamId};
use crate::store::text_enum;

text_enum!(
    /// What an account is for. Volunteers and residents have none: their phone is known instead.
    Role in "role" {
        CityAdmin = "city_admin",
        TownSupervisor = "town_supervisor",
        Committee = "committee",
        ProviderManager = "provider_manager",
        SocialWorker = "social_worker",
        TeamLeader = "team_leader",
        FrontDesk = "front_desk",
        Purchaser = "purchaser",
        Department = "department",
    }
);

/// Where a role holds. The view `account_centers` turns scopes into centers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    City,
    Town(String),
    Center(CenterId),
    Provider(ProviderId),
    Purchaser(PurchaserId),
    Department(DepartmentId),
    Team(TeamId),
}

/// The kind of place in which a role holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    City,
    Town,
    Center,
    Provider,
    Purchaser,
    Department,
    Team,
}

impl Scope {
    /// The field of a form that names such a place.
    pub(super) fn field(&self) -> &'static str {
        match self {
            Self::City => "role",
            Self::Town(_) => "town",
            Self::Center(_) => "center",
            Self::Provider(_) => "provider",
            Self::Purchaser(_) => "purchaser",
            Self::Department(_) => "department",
            Self::Team(_) => "team",
        }
    }

    fn place(&self) -> Place {
        match self {
            Self::City => Place::City,
            Self::Town(_) => Place::Town,
            Self::Center(_) => Place::Center,
            Self::Provider(_) => Place::Provider,
            Self::Purchaser(_) => Place::Purchaser,
            Self::Department(_) => Place::Department,
            Self::Team(_) => Place::Team,
        }
    }
}

impl Role {
    /// Where this role's work in a center begins, after the center's own address.
    pub fn first_page(self) -> &'static str {
        match self {
            Self::FrontDesk => "/desk",
            Self::TeamLeader => "/teams",
            Self::Purchaser | Self::Department => "/reports",
            _ => "",
        }
    }

    /// Where this role holds.
    pub fn place(self) -> Place {
        match self {
            Self::CityAdmin => Place::City,
            Self::TownSupervisor => Place::Town,
            Self::Committee | Self::SocialWorker | Self::FrontDesk => Place::Center,
            Self::ProviderManager => Place::Provider,
            Self::Purchaser => Place::Purchaser,
            Self::Department => Place::Department,
            Self::TeamLeader => Place::Team,
        }
    }

    /// Whether who has this role in a center has it from the provider that runs it: it ends on the day on which another provider does.
    pub fn is_the_providers(self) -> bool {
        matches!(self, Self::SocialWorker | Self::TeamLeader | Self::FrontDesk)
    }

    /// True if `scope` is the kind of place in which this role holds.
    pub fn holds_in(self, scope: &Scope) -> bool {
        self.place() == scope.place()
    }
}
