//! Who answers for a team: takes people in or not, lets them rest, sees who serves.

use super::queries;
use super::types::{ChangedBy, TeamId};
use crate::audit::{Acting, Actor};
use crate::auth::{Coordinator, Role, TeamReader};
use crate::centers::{self, Center, CenterId};
use crate::error::{Error, Result};
use crate::ids::{AccountId, PhoneId};
use crate::phones::{ConfirmedHow, Phone};
use crate::store::Conn;

/// Somebody who answers for one team: a worker of its center, the account of its leader, or the leader's confirmed phone without any
/// account. Only the functions here make one, of a team that is there.
#[derive(Clone, Debug)]
pub struct Steward {
    // Its own, so that the struct is written out nowhere else.
    actor: Actor,
    pub by: ChangedBy,
    pub center: Center,
    pub team: TeamId,
}

impl Acting for Steward {
    fn actor(&self) -> Actor {
        self.actor.clone()
    }
}

impl Steward {
    /// Of whoever signed in.
    ///
    /// # Errors
    /// `NotFound` for another center's team, for one that a leader does not lead, and for one that is disbanded.
    pub async fn signed_in(by: &TeamReader, conn: &mut Conn, center: CenterId, team: TeamId) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let found = queries::find(by, conn, center.id(), team).await?;
        if found.disbanded_on.is_some() {
            return Err(Error::NotFound);
        }
        let leads = by.role == Role::TeamLeader;
        let as_whom = if leads { ChangedBy::Leader } else { ChangedBy::Worker };
        Ok(Self { actor: by.actor(), by: as_whom, center, team })
    }

    /// As [`Self::signed_in`], of a worker.
    ///
    /// # Errors
    /// As there.
    pub async fn coordinator(by: &Coordinator, conn: &mut Conn, center: CenterId, team: TeamId) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let found = queries::find(by, conn, center.id(), team).await?;
        if found.disbanded_on.is_some() { Err(Error::NotFound) } else { Ok(Self::worker(by, &center, team)) }
    }

    /// Of a worker who found the team.
    pub fn worker(by: &Coordinator, center: &Center, team: TeamId) -> Self {
        Self { actor: by.actor(), by: ChangedBy::Worker, center: center.clone(), team }
    }

    /// Of the leader's phone, without a password.
    ///
    /// # Errors
    /// `NotFound` for a phone that is not confirmed to be the leader's, as for a team that is not there.
    pub async fn on_phone(conn: &mut Conn, phone: &Phone, team: TeamId) -> Result<Self> {
        let center: Option<CenterId> = sqlx::query_scalar(
            "select t.center_id from teams t
             join phones_confirmed c on c.person_id = t.leader_id and c.phone_id = $1
             join team_members m on m.team_id = t.id and m.person_id = t.leader_id and m.left_on is null
                 and m.suspended_on is null
             where t.id = $2 and t.disbanded_on is null",
        )
        .bind(phone.id)
        .bind(team)
        .fetch_optional(&mut *conn)
        .await?;
        let center = centers::queries::public(conn, center.ok_or(Error::NotFound)?).await?;
        Ok(Self { actor: phone.actor(), by: ChangedBy::Leader, center, team })
    }

    /// How it is known whose a phone is, where these say so.
    pub fn vouches(&self) -> ConfirmedHow {
        match self.by {
            ChangedBy::Worker => ConfirmedHow::Worker,
            ChangedBy::Leader | ChangedBy::Oneself => ConfirmedHow::Leader,
        }
    }
}

/// The account and the phone of whoever acts, for a row that says who it was.
pub fn account_and_phone(actor: &Actor) -> (Option<AccountId>, Option<PhoneId>) {
    match actor {
        Actor::Account { id, .. } => (Some(*id), None),
        Actor::Phone(id) => (None, Some(PhoneId(*id))),
        Actor::Operator => (None, None),
    }
}
