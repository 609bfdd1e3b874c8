//! The roles, and what a role's scope is made of.

use crate::agreements::{ProviderId, PurchaserId};
use crate::centers::CenterId;
use crate::store::text_enum;
use crate::teams::TeamId;

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
    Team(TeamId),
}

impl Role {
    /// True if `scope` is the kind of place in which this role holds.
    pub fn holds_in(self, scope: &Scope) -> bool {
        matches!(
            (self, scope),
            (Self::CityAdmin, Scope::City)
                | (Self::TownSupervisor, Scope::Town(_))
                | (Self::Committee | Self::SocialWorker | Self::FrontDesk, Scope::Center(_))
                | (Self::ProviderManager, Scope::Provider(_))
                | (Self::Purchaser, Scope::Purchaser(_))
                | (Self::TeamLeader, Scope::Team(_))
        )
    }
}
