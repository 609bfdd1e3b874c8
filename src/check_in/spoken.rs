//! Whom a phone speaks for, as the door's page for one session shows them.

use crate::activities::SessionId;
use crate::clock::Timestamp;
use crate::error::Result;
use crate::people::PersonId;
use crate::phones::Phone;
use crate::store::{Conn, Flag};

/// Somebody a phone speaks for, as its page for one session shows them.
#[derive(Debug, sqlx::FromRow)]
pub struct Spoken {
    pub id: PersonId,
    pub name: String,
    /// Since when they are at the session, in whatever part.
    pub came_at: Option<Timestamp>,
    /// Since when they are gone again: who serves checks out.
    pub left_at: Option<Timestamp>,
    /// In the team that serves at the session: they come as volunteers.
    serves: Flag,
    /// In, and here to serve: they check out when they go.
    stays: Flag,
}

impl Spoken {
    pub fn serves(&self) -> bool {
        self.serves.is_set()
    }

    pub fn may_leave(&self) -> bool {
        self.stays.is_set()
    }

    pub fn seal(&self) -> char {
        self.name.chars().next().unwrap_or('·')
    }
}

/// The people the phone speaks for, the first one first.
pub async fn people(conn: &mut Conn, phone: &Phone, session: SessionId) -> Result<Vec<Spoken>> {
    Ok(sqlx::query_as(
        "select p.id, p.name,
                (select min(a.came_at) from attendances a
                 where a.session_id = s.id and a.person_id = p.id and a.voided_at is null) as came_at,
                (select max(a.left_at) from attendances a
                 where a.session_id = s.id and a.person_id = p.id and a.voided_at is null) as left_at,
                case when exists (select 1 from shifts f where f.session_id = s.id and f.person_id = p.id and f.state = 'taken')
                    or exists (select 1 from team_members m
                    where m.team_id = s.team_id and m.person_id = p.id and m.left_on is null and m.suspended_on is null) then 1 else 0 end as serves,
                case when exists (select 1 from attendances a
                    where a.session_id = s.id and a.person_id = p.id and a.voided_at is null
                      and a.part <> 'participant' and a.left_at is null) then 1 else 0 end as stays
         from phone_people f join people p on p.id = f.person_id join sessions s on s.id = $2
         where f.phone_id = $1 order by f.added_at, p.id",
    )
    .bind(phone.id)
    .bind(session)
    .fetch_all(conn)
    .await?)
}
