//! What the demo's coming sessions need volunteers for: positions of the team that serves, some of them taken, somebody asked, and what is
//! still missing.

use super::{Builder, Made};
use crate::auth::TeamReader;
use crate::error::{Error, Result};
use crate::ids::{PersonId, SessionId, TeamId};
use crate::shifts::{self, ShiftKeeper, forms};
use crate::store::Conn;
use crate::web::Fields;

/// Sessions of the coming weeks that ask for somebody.
const SESSIONS: i64 = 6;

pub(super) async fn ask(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let reader = TeamReader::of((*made.coordinator).clone()).ok_or(Error::Forbidden)?;
    let coming: Vec<(SessionId, TeamId)> = sqlx::query_as(
        "select s.id, s.team_id from sessions s
         where s.center_id = $1 and s.team_id is not null and s.status = 'planned' and s.starts_at > $2
         order by s.starts_at, s.id limit $3",
    )
    .bind(made.center.id())
    .bind(b.now.0)
    .bind(SESSIONS)
    .fetch_all(&mut *tx)
    .await?;
    for (number, (session, team)) in coming.into_iter().enumerate() {
        let by = ShiftKeeper::signed_in(&reader, tx, made.center.id(), session).await?;
        let members: Vec<PersonId> = sqlx::query_scalar(
            "select person_id from team_members where team_id = $1 and left_on is null and suspended_on is null order by id limit 4",
        )
        .bind(team)
        .fetch_all(&mut *tx)
        .await?;
        let mut left = members.into_iter();
        for (position, wanted) in [("签到", 1 + number % 2), ("引导", 2)] {
            let fields = Fields::default().with("position", position).with("wanted", wanted).with("team", team);
            let need = shifts::ask_for(&by, b.now, tx, &forms::need(&fields)?).await?;
            if let Some(person) = left.next() {
                says(shifts::put_in(&by, b.now, tx, (need, person), true).await.map(drop))?;
            }
            if let Some(person) = left.next() {
                says(shifts::invite(&by, b.now, tx, (need, person)).await.map(drop))?;
            }
        }
    }
    Ok(())
}

/// Whoever has another shift at the time, or came as a participant, stays where they are.
fn says(answer: Result<()>) -> Result<()> {
    match answer {
        Err(Error::Refused(_)) => Ok(()),
        answer => answer,
    }
}
