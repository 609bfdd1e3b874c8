//! Reading who is registered. What the clock alone decides, that kept seats are open by now, is computed here.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::hall::{self, HELD, Hall};
use super::rules::{self, DoorTurn};
use super::types::{CallLine, OwnPlace, Registration, RegistrationId, RegistrationState, RegistrationTerms, groups_of};
use crate::activities::Session;
use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::ids::{CenterId, PersonId, SessionId};
use crate::phones::Phone;
use crate::store::{Conn, rows};

/// What a session's page says of its places.
#[derive(Clone, Debug)]
pub struct SeatsLeft {
    pub terms: RegistrationTerms,
    pub capacity: Option<i64>,
    /// Seats that anybody may have; none where there are as many as come.
    pub free: Option<i64>,
    /// Heads that have a place.
    pub confirmed: i64,
    /// Who waits.
    pub waiting: usize,
}

impl SeatsLeft {
    fn of(hall: &Hall) -> Self {
        Self {
            terms: hall.terms,
            capacity: hall.session.capacity,
            free: hall.seats.free(&hall.turns),
            confirmed: hall.gone + hall.turns.iter().filter(|turn| turn.confirmed).map(|turn| turn.heads).sum::<i64>(),
            waiting: rules::line(&hall.turns).len(),
        }
    }

    pub fn is_full(&self) -> bool {
        self.free == Some(0)
    }
}

/// How many places a session has left.
pub async fn seats_left(conn: &mut Conn, now: Now, session: SessionId) -> Result<SeatsLeft> {
    Ok(SeatsLeft::of(&hall::look(conn, now, session).await?.settled(now)))
}

/// Everybody who is or was registered at a session: who has a place, then the waitlist in its order, then the others.
pub async fn of_session(conn: &mut Conn, now: Now, session: &Session) -> Result<(SeatsLeft, Vec<Registration>)> {
    let sql = format!(
        "select r.id as registration_id, r.session_id, p.id, p.name, p.birth_date, p.phone_last4, r.course_id, r.state, r.heads, r.made_at,
                r.changed_at, r.made_by, r.changed_by, r.word, r.call, s.status, s.starts_at, {HELD} as held,
                case when exists (select 1 from attendances a where a.session_id = r.session_id and a.person_id = r.person_id
                    and a.voided_at is null) then 1 else 0 end as came
         from registrations r join people p on p.id = r.person_id join sessions s on s.id = r.session_id
         where r.session_id = $1 and r.state <> 'merged' order by r.made_at, r.id"
    );
    let mut found: Vec<Registration> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(session.id).fetch_all(&mut *conn).await?;
    let hall = hall::look(conn, now, session.id).await?.settled(now);
    let line = rules::line(&hall.turns);
    for one in &mut found {
        let groups = groups_of(one.person.birth_date, &one.held, hall.session.bands, hall.session.local_date);
        one.priority = groups.iter().next().is_some();
        one.state = state_now(&hall, one.registration_id, one.state);
        one.place = line.iter().position(|id| *id == one.registration_id).map(|at| at + 1);
    }
    found.sort_by_key(|one| match (one.state, one.place) {
        (RegistrationState::Confirmed | RegistrationState::NoShow, _) => (0, 0),
        (RegistrationState::Waiting, place) => (1, place.unwrap_or(usize::MAX)),
        _ => (2, 0),
    });
    Ok((SeatsLeft::of(&hall), found))
}

/// The state of a registration as the clock has it.
fn state_now(hall: &Hall, id: RegistrationId, kept: RegistrationState) -> RegistrationState {
    let is_placed = hall.turns.iter().any(|turn| turn.id == id && turn.confirmed);
    if is_placed && kept == RegistrationState::Waiting { RegistrationState::Confirmed } else { kept }
}

fn own_sql() -> String {
    format!(
        "select r.id as registration_id, r.person_id, p.name, r.course_id, r.state, r.heads, r.session_id, s.center_id, r.link, r.phone_id,
                r.told_starts_at, r.told_room, {}, {}, c.name as center, {ROOM} as room, c.zone, s.starts_at, s.ends_at, s.local_date, s.status
         from registrations r join people p on p.id = r.person_id
         join sessions s on s.id = r.session_id join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id",
        title::column("$1", "s", "reason"),
        title::columns("$1")
    )
}

/// With their number on the waitlist, and as the clock has them.
async fn shown(conn: &mut Conn, now: Now, mut found: Vec<OwnPlace>) -> Result<Vec<OwnPlace>> {
    let mut waiting: Vec<SessionId> = found.iter().filter(|one| one.is_open(&now)).map(|one| one.session_id).collect();
    waiting.sort_unstable();
    waiting.dedup();
    let halls = hall::look_all(conn, now, &waiting).await?;
    let halls: HashMap<SessionId, Hall> = halls.into_iter().map(|hall| (hall.session.id, hall.settled(now))).collect();
    for one in &mut found {
        let Some(hall) = halls.get(&one.session_id) else { continue };
        one.state = state_now(hall, one.registration_id, one.state);
        one.place = rules::line(&hall.turns).iter().position(|id| *id == one.registration_id).map(|at| at + 1);
    }
    Ok(found)
}

/// Whether a phone is shown registration `r`: those that it made itself, and all of those for whom it is confirmed. Whoever types a
/// name and a number learns no more of them.
fn is_shown_to(phone: &str) -> String {
    format!(
        "(r.phone_id = {phone} or exists (select 1 from phones_confirmed f where f.phone_id = {phone} and f.person_id = r.person_id))"
    )
}

/// The places to come that a phone's own page shows.
pub async fn own(phone: &Phone, conn: &mut Conn, now: Now) -> Result<Vec<OwnPlace>> {
    let sql = format!(
        "{} where s.ends_at > $2 and r.state in ('confirmed', 'waiting')
           and {}
         order by s.starts_at, r.id",
        own_sql(),
        is_shown_to("$3")
    );
    let found = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(now.0)
        .bind(phone.id)
        .fetch_all(&mut *conn)
        .await?;
    shown(conn, now, found).await
}

/// Somebody's places to come in a center.
pub async fn of_person(
    by: &Coordinator,
    conn: &mut Conn,
    now: Now,
    (center, person): (CenterId, PersonId),
) -> Result<Vec<OwnPlace>> {
    let sql = format!(
        "{} where s.ends_at > $2 and r.state in ('confirmed', 'waiting') and s.center_id = $3 and r.person_id = $4
         order by s.starts_at, r.id",
        own_sql()
    );
    let found = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(now.0)
        .bind(center)
        .bind(person)
        .fetch_all(&mut *conn)
        .await?;
    shown(conn, now, found).await
}

/// One of them, whatever became of it.
///
/// # Errors
/// `NotFound` for another phone's.
pub(super) async fn own_one(phone: &Phone, conn: &mut Conn, id: RegistrationId) -> Result<OwnPlace> {
    let sql = format!("{} where r.id = $2 and r.state <> 'merged' and {}", own_sql(), is_shown_to("$3"));
    sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(id)
        .bind(phone.id)
        .fetch_optional(conn)
        .await?
        .ok_or(Error::NotFound)
}

/// What a link leads back to: all that was asked for at once.
///
/// # Errors
/// `NotFound` for a link that leads nowhere.
pub(super) async fn by_link(conn: &mut Conn, now: Now, link: &str) -> Result<Vec<OwnPlace>> {
    let sql = format!("{} where r.link = $2 and r.state <> 'merged' order by s.starts_at, r.id", own_sql());
    let found: Vec<OwnPlace> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Public.reader())
        .bind(link.to_owned())
        .fetch_all(&mut *conn)
        .await?;
    if found.is_empty() { Err(Error::NotFound) } else { shown(conn, now, found).await }
}

/// The link of what a request registered, if it was answered before.
pub(super) async fn link_of(conn: &mut Conn, request: &str, session: SessionId) -> Result<Option<String>> {
    Ok(sqlx::query_scalar("select min(link) from registrations where request_id = $1 and session_id = $2")
        .bind(request.to_owned())
        .bind(session)
        .fetch_one(conn)
        .await?)
}

/// Of which session and center a registration is.
///
/// # Errors
/// `NotFound` where there is none.
pub(super) async fn session_of(conn: &mut Conn, id: RegistrationId) -> Result<(SessionId, CenterId)> {
    sqlx::query_as(
        "select s.id, s.center_id from registrations r join sessions s on s.id = r.session_id where r.id = $1",
    )
    .bind(id)
    .fetch_optional(conn)
    .await?
    .ok_or(Error::NotFound)
}

/// Somebody a phone speaks for, before a session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PhoneGuest {
    pub id: PersonId,
    pub name: String,
    /// Of a registration that holds.
    pub state: Option<RegistrationState>,
    pub registration_id: Option<RegistrationId>,
}

/// Whom a phone speaks for, and whether they are registered at a session, as far as their page on it says so.
pub async fn guests(conn: &mut Conn, phone: &Phone, session: SessionId) -> Result<Vec<PhoneGuest>> {
    let sql = format!(
        "select p.id, p.name, r.state, r.id as registration_id
         from phone_people f join people p on p.id = f.person_id
         left join registrations r on r.session_id = $2 and r.person_id = p.id and r.state in ('confirmed', 'waiting') and {}
         where f.phone_id = $1 order by f.added_at, p.id",
        is_shown_to("$1")
    );
    let guests = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(phone.id).bind(session).fetch_all(conn).await?;
    Ok(guests)
}

/// Who is registered on a day and is told so by no phone, by session and name; who cannot come stays until the day is over. A phone that only
/// remembers somebody does not show what was taken elsewhere ([`own`]).
pub async fn call_list(by: &Coordinator, conn: &mut Conn, center: &Center, day: Date) -> Result<Vec<CallLine>> {
    let sql = format!(
        "select r.id as registration_id, r.session_id, p.id, p.name, p.birth_date, p.phone_last4,
                case when p.phone_sealed is null then 0 else 1 end as has_number, r.heads, r.state, r.call, r.called_at,
                {}, {ROOM} as room, c.zone, s.starts_at, s.ends_at
         from sessions s join registrations r on r.session_id = s.id and (r.state = 'confirmed' or (r.state = 'cancelled' and r.call is not null))
         join people p on p.id = r.person_id join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where s.center_id = $2 and s.local_date = $3 and s.status = 'planned'
           and not exists (select 1 from phones h where h.id = r.phone_id and h.revoked_at is null)
           and not exists (select 1 from phones_confirmed f where f.person_id = r.person_id)
         order by s.starts_at, s.id, p.pinyin, r.id",
        title::columns("$1")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center.id())
        .bind(day)
        .fetch_all(conn)
        .await?)
}

#[derive(sqlx::FromRow)]
struct PlacedRow {
    session_id: SessionId,
    person_id: PersonId,
    state: RegistrationState,
    heads: i64,
    present: i64,
}

/// Who has a place at sessions.
pub type PlacedTurns = HashMap<SessionId, HashMap<PersonId, DoorTurn>>;

/// Who has a place at these sessions, for the door: their heads, and how many of them are in. Where somebody waits, a seat that became free since
/// anything was written is theirs by now, as their turn comes: before any newcomer. Who of them that is, is said beside it
/// ([`super::take_turns`]).
pub async fn placed(
    conn: &mut Conn,
    now: Now,
    sessions: &[SessionId],
) -> Result<(PlacedTurns, HashSet<(SessionId, PersonId)>)> {
    let found: Vec<PlacedRow> = sqlx::query_as(
        "select r.session_id, r.person_id, r.state, r.heads,
                (select count(*) from attendances a where a.session_id = r.session_id and a.person_id = r.person_id
                    and a.part = 'participant' and a.voided_at is null)
                + (select cast(coalesce(sum(h.heads), 0) as bigint) from attendances a
                   join head_counts h on h.attendance_id = a.id and h.voided_at is null
                   where a.session_id = r.session_id and a.person_id = r.person_id
                     and a.part = 'participant' and a.voided_at is null) as present
         from json_each(cast($1 as json_text)) j
         join registrations r on r.session_id = cast(cast(j.value as text) as bigint) and r.state in ('confirmed', 'waiting')",
    )
    .bind(rows(sessions, |id| json!(id)))
    .fetch_all(&mut *conn)
    .await?;
    let mut waited: Vec<SessionId> =
        found.iter().filter(|row| row.state == RegistrationState::Waiting).map(|row| row.session_id).collect();
    waited.dedup();
    let (mut placed, mut turns) = (PlacedTurns::new(), HashSet::new());
    for row in found.into_iter().filter(|row| row.state == RegistrationState::Confirmed) {
        let turn = DoorTurn { heads: row.heads, present: row.present };
        placed.entry(row.session_id).or_default().insert(row.person_id, turn);
    }
    for mut hall in hall::look_all(conn, now, &waited).await? {
        for id in hall.seats.place(&mut hall.turns) {
            let turn = hall.turns.iter().find(|turn| turn.id == id);
            if let (Some(turn), Some(person)) = (turn, hall.people.get(&id)) {
                let own = placed.entry(hall.session.id).or_default();
                own.insert(*person, DoorTurn { heads: turn.heads, present: 0 });
                turns.insert((hall.session.id, *person));
            }
        }
    }
    Ok((placed, turns))
}
