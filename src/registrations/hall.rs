//! The seats of a session while its row is held, or of all coming dates where they are taken together; and moving up who waits.

use std::collections::HashMap;

use serde_json::json;

use super::hand::RegistrationHand;
use super::rules::{self, Seats, Turn};
use super::types::{
    CourseId, PlaceSession, RegisteredBy, RegistrationId, RegistrationState, RegistrationTerms, groups_of,
};
use crate::activities::queries::ROOM;
use crate::activities::{Admission, SessionStatus};
use crate::audit;
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::{ActivityId, PersonId, SessionId};
use crate::locks;
use crate::people::Residence;
use crate::store::{Conn, Flag, rows, secret};

/// Letters of the link that leads back to a registration: not to be guessed.
pub(super) const LINK: usize = 20;

/// A session with its seats, and everybody who has one or waits.
#[derive(Clone, Debug)]
pub(super) struct Hall {
    pub session: PlaceSession,
    pub terms: RegistrationTerms,
    pub seats: Seats,
    pub turns: Vec<Turn>,
    pub people: HashMap<RegistrationId, PersonId>,
    /// Heads with a place who came to a room that people drop into, and left: their seats are free.
    pub gone: i64,
}

impl Hall {
    /// As the next who writes would leave it: what the clock alone decides is computed on reading.
    pub(super) fn settled(mut self, now: Now) -> Self {
        if self.session.is_coming(now) {
            self.seats.place(&mut self.turns);
        }
        self
    }

    /// Puts those of these back who have a place, as far as there are seats for them beside the others'; gives for whom there are none.
    pub(super) fn put_back(&mut self, now: Now, ids: &[RegistrationId]) -> Vec<RegistrationId> {
        let late = Timestamp(self.session.starts_at.0 + self.terms.late_minutes * 60_000);
        // Afterwards no seat is kept for anybody.
        if self.session.status != SessionStatus::Planned || now.0 >= late {
            return Vec::new();
        }
        let is_back = |turn: &Turn| turn.confirmed && ids.contains(&turn.id);
        let mut back: Vec<usize> = (0..self.turns.len()).filter(|at| is_back(&self.turns[*at])).collect();
        back.sort_by_key(|at| (self.turns[*at].made_at, self.turns[*at].id));
        for at in &back {
            self.turns[*at].confirmed = false;
        }
        let mut without = Vec::new();
        for at in back {
            let Turn { id, heads, priority, .. } = self.turns[at];
            self.turns[at].confirmed = self.seats.fit(&self.turns, heads, priority);
            if !self.turns[at].confirmed {
                without.push(id);
            }
        }
        without
    }

    /// The registration of somebody who has a seat or waits.
    pub(super) fn of(&self, person: PersonId) -> Option<Turn> {
        let is_theirs = |turn: &&Turn| self.people.get(&turn.id) == Some(&person);
        self.turns.iter().find(is_theirs).copied()
    }
}

/// The halls that are decided together, by their start.
#[derive(Clone, Debug)]
pub(super) struct Halls {
    pub all: Vec<Hall>,
    asked: SessionId,
}

impl Halls {
    /// The session that was asked for.
    ///
    /// # Errors
    /// `NotFound` where there is none.
    pub(super) fn here(&self) -> Result<&Hall> {
        self.all.iter().find(|hall| hall.session.id == self.asked).ok_or(Error::NotFound)
    }

    pub(super) fn here_mut(&mut self) -> Result<&mut Hall> {
        let asked = self.asked;
        self.all.iter_mut().find(|hall| hall.session.id == asked).ok_or(Error::NotFound)
    }

    pub(super) fn coming(&mut self, now: Now) -> impl Iterator<Item = &mut Hall> {
        self.all.iter_mut().filter(move |hall| hall.session.is_coming(now))
    }
}

/// Holds a session, and where its activity's dates are taken together all that are to come; and reads them as they are from then on.
pub(super) async fn hold(tx: &mut Conn, now: Now, session: SessionId) -> Result<Halls> {
    let ids = together(tx, now, session).await?;
    locks::sessions(tx, ids.iter().copied()).await?;
    Ok(Halls { all: load(tx, now, &ids).await?, asked: session })
}

/// Holds several sessions of one activity.
pub(super) async fn hold_all(tx: &mut Conn, now: Now, sessions: &[SessionId]) -> Result<Halls> {
    let asked = sessions.first().copied().ok_or(Error::NotFound)?;
    let mut ids = together(tx, now, asked).await?;
    ids.extend(sessions.iter().filter(|id| !ids.contains(id)).copied().collect::<Vec<_>>());
    locks::sessions(tx, ids.iter().copied()).await?;
    Ok(Halls { all: load(tx, now, &ids).await?, asked })
}

/// As [`hold`], to look at only.
pub(super) async fn look(conn: &mut Conn, now: Now, session: SessionId) -> Result<Hall> {
    load(conn, now, &[session]).await?.pop().ok_or(Error::NotFound)
}

/// Several sessions, to look at only.
pub(super) async fn look_all(conn: &mut Conn, now: Now, sessions: &[SessionId]) -> Result<Vec<Hall>> {
    if sessions.is_empty() { Ok(Vec::new()) } else { load(conn, now, sessions).await }
}

async fn together(conn: &mut Conn, now: Now, session: SessionId) -> Result<Vec<SessionId>> {
    let mut ids: Vec<SessionId> = sqlx::query_scalar(
        "select o.id from sessions s
         join registration_terms w on w.activity_id = s.activity_id and w.session_id is null and w.whole = 1
         join sessions o on o.activity_id = s.activity_id and o.status = 'planned' and o.starts_at > $2
         where s.id = $1",
    )
    .bind(session)
    .bind(now.0)
    .fetch_all(conn)
    .await?;
    if !ids.contains(&session) {
        ids.push(session);
    }
    Ok(ids)
}

#[derive(sqlx::FromRow)]
struct TurnRow {
    id: RegistrationId,
    session_id: SessionId,
    person_id: PersonId,
    course_id: Option<CourseId>,
    course_waits: Flag,
    state: RegistrationState,
    heads: i64,
    made_at: Timestamp,
    birth_date: Option<Date>,
    held: String,
    /// Heads of theirs that came.
    came: i64,
    /// They left a room that people drop into: their seats are free.
    has_left: Flag,
}

/// What disability and need somebody `p` holds on the day of session `s`, joined by `+`.
pub(super) const HELD: &str = "coalesce((select string_agg(m.priority_group, '+') from memberships_held m
    where m.person_id = p.id and m.priority_group in ('disabled', 'needy') and m.valid_from <= s.local_date
      and (m.valid_to is null or m.valid_to >= s.local_date)), '')";

/// The seats that are taken are counted as the door counts them: where people drop in, who left takes none, nor does a head without a name,
/// for nobody sees it leave.
async fn load(conn: &mut Conn, now: Now, ids: &[SessionId]) -> Result<Vec<Hall>> {
    let asked = rows(ids, |id| json!(id));
    let sessions: Vec<PlaceSession> = sqlx::query_as(
        "select s.id, s.center_id, s.activity_id, s.starts_at, s.local_date, s.capacity, s.status,
                b.elderly_from, b.youth_from, b.youth_to,
                (select count(*) from attendances a where a.session_id = s.id and a.part = 'participant' and a.voided_at is null
                    and (y.admission <> $2 or a.left_at is null))
                + (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                   left join attendances w on w.id = h.attendance_id
                   where h.session_id = s.id and h.voided_at is null
                     and (y.admission <> $2 or (h.attendance_id is not null and w.left_at is null))) as present
         from sessions s
         join activities y on y.id = s.activity_id
         join age_bands b on b.valid_from = (select max(v.valid_from) from age_bands v where v.valid_from <= s.local_date)
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
         order by s.starts_at, s.id",
    )
    .bind(&asked)
    .bind(Admission::DropIn)
    .fetch_all(&mut *conn)
    .await?;
    let sql = format!(
        "select r.id, r.session_id, r.person_id, r.course_id, case when c.state = 'waiting' then 1 else 0 end as course_waits,
                r.state, r.heads, r.made_at, p.birth_date, {HELD} as held,
                case when i.id is null then 0 else 1 + (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                    where h.attendance_id = i.id and h.voided_at is null) end as came,
                case when y.admission = $2 and i.left_at is not null then 1 else 0 end as has_left
         from registrations r join sessions s on s.id = r.session_id join people p on p.id = r.person_id
         join activities y on y.id = s.activity_id
         left join courses c on c.id = r.course_id
         left join attendances i on i.session_id = r.session_id and i.person_id = r.person_id
             and i.part = 'participant' and i.voided_at is null
         where r.session_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and r.state in ('confirmed', 'waiting')
         order by r.id"
    );
    let turns: Vec<TurnRow> =
        sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(&asked).bind(Admission::DropIn).fetch_all(&mut *conn).await?;
    let terms = terms_of(conn, ids).await?;
    let hall = |session: PlaceSession| {
        let id = session.id;
        let own = turns.iter().filter(|row| row.session_id == id);
        let terms = terms.get(&id).copied().unwrap_or_default();
        of_rows(now, session, terms, own)
    };
    Ok(sessions.into_iter().map(hall).collect())
}

fn of_rows<'a>(
    now: Now,
    session: PlaceSession,
    terms: RegistrationTerms,
    own: impl Iterator<Item = &'a TurnRow>,
) -> Hall {
    let (mut turns, mut people, mut registered, mut gone) = (Vec::new(), HashMap::new(), 0, 0);
    for row in own {
        let groups = groups_of(row.birth_date, &row.held, session.bands, session.local_date);
        let confirmed = row.state == RegistrationState::Confirmed;
        // Who had a place and left keeps none of it but for those of theirs who have not come yet.
        let present = if row.has_left.is_set() { 0 } else { row.came };
        // Who waits and is in already stands among those without a place: they need a seat for the others only.
        let heads = if confirmed { present + (row.heads - row.came).max(0) } else { (row.heads - present).max(0) };
        if confirmed {
            registered += present;
            gone += row.came - present;
        }
        people.insert(row.id, row.person_id);
        turns.push(Turn {
            id: row.id,
            heads,
            priority: groups.iter().next().is_some(),
            made_at: row.made_at,
            confirmed,
            // Where the dates are not taken together any more, each is waited for by itself.
            course: row.course_id.filter(|_| row.course_waits.is_set() && terms.whole.is_set()),
            came: !confirmed && row.came > 0,
        });
    }
    let is_kept = now.0 < Seats::open_at(session.starts_at, terms.kept_hours);
    let kept = if is_kept { terms.kept } else { 0 };
    let seats = Seats { capacity: session.capacity, kept, walk_ins: (session.present - registered).max(0) };
    Hall { session, terms, seats, turns, people, gone }
}

#[derive(sqlx::FromRow)]
struct TermsRow {
    session_id: SessionId,
    #[sqlx(flatten)]
    terms: RegistrationTerms,
}

/// The terms of sessions: their own, else their activity's; whether a course is taken whole is the activity's to say. What has none is not
/// among them.
pub(super) async fn terms_of(conn: &mut Conn, ids: &[SessionId]) -> Result<HashMap<SessionId, RegistrationTerms>> {
    let found: Vec<TermsRow> = sqlx::query_as(
        "select s.id as session_id, t.mode, coalesce(w.whole, 0) as whole, t.kept, t.kept_hours, t.waitlist, t.companions,
                t.age_from, t.age_to, t.only_groups, t.only_residence, t.opens_days, t.closes_hours, t.late_minutes
         from sessions s
         left join registration_terms w on w.activity_id = s.activity_id and w.session_id is null
         left join registration_terms o on o.session_id = s.id
         join registration_terms t on t.id = coalesce(o.id, w.id)
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(ids, |id| json!(id)))
    .fetch_all(conn)
    .await?;
    Ok(found.into_iter().map(|row| (row.session_id, row.terms)).collect())
}

/// Lets move up who can by now: what the clock opened, what became free, dates that were added to a course. Whoever changes anything of a
/// session's places does this in the same transaction, before and after.
pub(super) async fn settle(hand: &RegistrationHand, now: Now, tx: &mut Conn, halls: &mut Halls) -> Result<()> {
    join_late(now, tx, halls).await?;
    let mut moved: Vec<(SessionId, RegistrationId)> = Vec::new();
    for hall in halls.coming(now) {
        let session = hall.session.id;
        moved.extend(hall.seats.place(&mut hall.turns).into_iter().map(|id| (session, id)));
    }
    let courses = place_courses(now, halls);
    for hall in halls.coming(now) {
        let session = hall.session.id;
        let placed =
            hall.turns.iter().filter(|turn| turn.confirmed && courses.iter().any(|(_, ids)| ids.contains(&turn.id)));
        moved.extend(placed.map(|turn| (session, turn.id)));
    }
    if moved.is_empty() {
        return Ok(());
    }
    let center = halls.here()?.session.center_id;
    confirm(hand, now, tx, &moved).await?;
    sqlx::query(
        "update courses set state = 'confirmed', changed_at = $2
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(rows(&courses, |(course, _)| json!(course)))
    .bind(now.0)
    .execute(&mut *tx)
    .await?;
    let entries: Vec<_> =
        moved.iter().map(|(session, _)| audit::entry("session.moved_up", session.0).at(center)).collect();
    audit::record_all(tx, hand, now, &entries).await
}

async fn confirm(
    hand: &RegistrationHand,
    now: Now,
    tx: &mut Conn,
    moved: &[(SessionId, RegistrationId)],
) -> Result<()> {
    sqlx::query(
        "update registrations set state = 'confirmed', changed_at = $2, changed_by = $3
         where id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) and state = 'waiting'",
    )
    .bind(rows(moved, |(_, id)| json!(id)))
    .bind(now.0)
    .bind(hand.by)
    .execute(tx)
    .await?;
    Ok(())
}

/// Which courses get their place at all dates, with their registrations.
pub(super) fn place_courses(now: Now, halls: &mut Halls) -> Vec<(CourseId, Vec<RegistrationId>)> {
    let of = |halls: &Halls, course: CourseId| -> Vec<RegistrationId> {
        let turns = halls.all.iter().flat_map(|hall| &hall.turns);
        turns.filter(|turn| turn.course == Some(course)).map(|turn| turn.id).collect()
    };
    let before = halls.clone();
    let mut dates: Vec<(Seats, Vec<Turn>)> =
        halls.coming(now).map(|hall| (hall.seats, std::mem::take(&mut hall.turns))).collect();
    let placed = rules::courses_placed(&mut dates);
    for (hall, (_, turns)) in halls.coming(now).zip(dates) {
        hall.turns = turns;
    }
    placed.into_iter().map(|course| (course, of(&before, course))).collect()
}

#[derive(sqlx::FromRow)]
struct LateDate {
    course_id: CourseId,
    session_id: SessionId,
}

/// Dates that were added to an activity since somebody took all of it: they are registered there too, in the order in which they took it.
async fn join_late(now: Now, tx: &mut Conn, halls: &mut Halls) -> Result<()> {
    let here = halls.here()?;
    if !here.terms.whole.is_set() {
        return Ok(());
    }
    let activity: ActivityId = here.session.activity_id;
    let coming: Vec<SessionId> = halls.coming(now).map(|hall| hall.session.id).collect();
    let late: Vec<LateDate> = sqlx::query_as(
        "select c.id as course_id, s.id as session_id
         from courses c join sessions s on s.activity_id = c.activity_id
         where c.activity_id = $1 and c.state in ('confirmed', 'waiting')
           and s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($2 as json_text)) j)
           and not exists (select 1 from registrations r where r.course_id = c.id and r.session_id = s.id)
           and not exists (select 1 from registrations r where r.person_id = c.person_id and r.session_id = s.id
               and r.state in ('confirmed', 'waiting', 'no_show'))
           and not exists (select 1 from shifts f where f.session_id = s.id and f.person_id = c.person_id and f.state = 'taken')",
    )
    .bind(activity)
    .bind(rows(&coming, |id| json!(id)))
    .fetch_all(&mut *tx)
    .await?;
    if late.is_empty() {
        return Ok(());
    }
    sqlx::query(sqlx::AssertSqlSafe(format!(
        "insert into registrations (session_id, person_id, course_id, state, heads, made_at, changed_at, made_by, changed_by,
                account_id, phone_id, request_id, link, told_starts_at, told_room)
         select s.id, c.person_id, c.id, 'waiting', c.heads, c.made_at, cast($2 as bigint), cast($3 as text),
                cast($3 as text), c.account_id, c.phone_id, c.request_id, c.link, s.starts_at, {ROOM}
         from json_each(cast($1 as json_text)) j join courses c on c.id = cast(j.value ->> 'course' as bigint)
         join sessions s on s.id = cast(j.value ->> 'session' as bigint)
         order by c.made_at, c.id"
    )))
    .bind(rows(&late, |one| json!({"session": one.session_id, "course": one.course_id})))
    .bind(now.0)
    .bind(RegisteredBy::Clock)
    .execute(&mut *tx)
    .await?;
    let ids: Vec<SessionId> = halls.all.iter().map(|hall| hall.session.id).collect();
    halls.all = load(tx, now, &ids).await?;
    Ok(())
}

/// A registration to be written.
#[derive(Clone, Debug)]
pub(super) struct NewTurn {
    pub session: SessionId,
    pub person: PersonId,
    pub course: Option<CourseId>,
    pub confirmed: bool,
    pub heads: i64,
    /// By which it stands in the line.
    pub made_at: Timestamp,
    pub request: String,
    pub link: String,
}

impl NewTurn {
    fn state(&self) -> RegistrationState {
        if self.confirmed { RegistrationState::Confirmed } else { RegistrationState::Waiting }
    }

    pub(super) async fn write(&self, hand: &RegistrationHand, now: Now, tx: &mut Conn) -> Result<RegistrationId> {
        let (account, phone) = hand.hands();
        let sql = format!(
            "insert into registrations (session_id, person_id, course_id, state, heads, made_at, changed_at, made_by, changed_by,
                    account_id, phone_id, request_id, link, told_starts_at, told_room)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
                     (select s.starts_at from sessions s where s.id = $1), (select {ROOM} from sessions s where s.id = $1)) returning id"
        );
        Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
            .bind(self.session)
            .bind(self.person)
            .bind(self.course)
            .bind(self.state())
            .bind(self.heads)
            .bind(self.made_at)
            .bind(now.0)
            .bind(hand.by)
            .bind(hand.by)
            .bind(account)
            .bind(phone)
            .bind(&self.request)
            .bind(&self.link)
            .fetch_one(tx)
            .await?)
    }
}

/// A link of its own.
pub(super) fn new_link() -> String {
    secret(LINK)
}

/// What of somebody matters at a session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct NewcomerFacts {
    pub session_id: SessionId,
    pub birth_date: Option<Date>,
    pub residence: Option<Residence>,
    pub held: String,
    /// They have a shift there.
    pub serves: Flag,
    /// Heads of theirs that are in already, and have their seats.
    pub present: i64,
}

pub(super) async fn newcomer(conn: &mut Conn, person: PersonId, sessions: &[SessionId]) -> Result<Vec<NewcomerFacts>> {
    let sql = format!(
        "select s.id as session_id, p.birth_date, p.residence, {HELD} as held,
                case when exists (select 1 from shifts f where f.session_id = s.id and f.person_id = p.id and f.state = 'taken')
                    then 1 else 0 end as serves,
                coalesce((select 1 + (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                              where h.attendance_id = i.id and h.voided_at is null)
                          from attendances i
                          where i.session_id = s.id and i.person_id = p.id and i.part = 'participant' and i.voided_at is null
                            and (y.admission <> $3 or i.left_at is null)), 0) as present
         from sessions s join people p on p.id = $2 join activities y on y.id = s.activity_id
         where s.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(rows(sessions, |id| json!(id)))
        .bind(person)
        .bind(Admission::DropIn)
        .fetch_all(conn)
        .await?)
}
