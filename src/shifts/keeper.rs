//! Who keeps the shifts of a session: says what it needs, asks people, writes down who said yes by phone.

use crate::audit::{Acting, Actor};
use crate::auth::{Role, TeamReader};
use crate::centers::{self, Center, CenterId};
use crate::error::{Error, Result};
use crate::ids::{SessionId, TeamId};
use crate::phones::Phone;
use crate::store::Conn;
use crate::teams::{ChangedBy, Steward};

/// Somebody who keeps the shifts of one session: a worker of its center; or the leader, signed in or by their confirmed phone, of the team
/// that serves there or of which it needs somebody. Only the functions here make one.
#[derive(Clone, Debug)]
pub struct ShiftKeeper {
    // Its own, so that the struct is written out nowhere else.
    actor: Actor,
    pub by: ChangedBy,
    pub center: Center,
    pub session: SessionId,
    /// Whose leader it is; none of a worker.
    pub team: Option<TeamId>,
}

impl Acting for ShiftKeeper {
    fn actor(&self) -> Actor {
        self.actor.clone()
    }
}

impl ShiftKeeper {
    /// Of whoever signed in.
    ///
    /// # Errors
    /// `NotFound` for another center's session, and for one that has nothing to do with the leader's team.
    pub async fn signed_in(by: &TeamReader, conn: &mut Conn, center: CenterId, session: SessionId) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let is_there: i64 = sqlx::query_scalar("select count(*) from sessions where id = $1 and center_id = $2")
            .bind(session)
            .bind(center.id())
            .fetch_one(&mut *conn)
            .await?;
        if is_there == 0 {
            return Err(Error::NotFound);
        }
        let mut keeper = Self { actor: by.actor(), by: ChangedBy::Worker, center, session, team: None };
        if by.role == Role::TeamLeader {
            let led: Vec<TeamId> = sqlx::query_scalar(
                "select r.team_id from account_scopes r where r.account_id = $1 and r.team_id is not null order by r.team_id",
            )
            .bind(by.account)
            .fetch_all(&mut *conn)
            .await?;
            keeper.by = ChangedBy::Leader;
            keeper.team = Some(concerned(conn, session, &led).await?.ok_or(Error::NotFound)?);
        }
        Ok(keeper)
    }

    /// As [`Self::signed_in`], where the address does not name the center.
    ///
    /// # Errors
    /// As there.
    pub async fn of_session(by: &TeamReader, conn: &mut Conn, session: SessionId) -> Result<Self> {
        let center: Option<CenterId> = sqlx::query_scalar("select center_id from sessions where id = $1")
            .bind(session)
            .fetch_optional(&mut *conn)
            .await?;
        Self::signed_in(by, conn, center.ok_or(Error::NotFound)?, session).await
    }

    /// Of the leader's phone, without a password.
    ///
    /// # Errors
    /// `NotFound` as [`Steward::on_phone`]'s, and for a session that has nothing to do with the team.
    pub async fn on_phone(conn: &mut Conn, phone: Option<Phone>, team: TeamId, session: SessionId) -> Result<Self> {
        let steward = Steward::on_phone(conn, &phone.ok_or(Error::NotFound)?, team).await?;
        concerned(conn, session, &[team]).await?.ok_or(Error::NotFound)?;
        let actor = steward.actor();
        Ok(Self { actor, by: ChangedBy::Leader, center: steward.center, session, team: Some(team) })
    }

    /// Whether a need of the session is theirs to keep: a leader's, where it is the team's, or where the session is and it asks for no other.
    pub(super) fn keeps(&self, serves: Option<TeamId>, asked: Option<TeamId>) -> bool {
        self.team.is_none() || self.team == asked || asked.is_none() && self.team == serves
    }
}

/// Which of the teams a session has to do with: the one that serves there before one that it needs somebody of.
async fn concerned(conn: &mut Conn, session: SessionId, teams: &[TeamId]) -> Result<Option<TeamId>> {
    let found: Vec<TeamId> = sqlx::query_scalar(
        "select x.team_id from (
             select s.team_id, 0 as place from sessions s where s.id = $1 and s.team_id is not null
             union all
             select n.team_id, 1 from shift_needs n where n.session_id = $1 and n.team_id is not null) x
         order by x.place, x.team_id",
    )
    .bind(session)
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().find(|team| teams.contains(team)))
}
