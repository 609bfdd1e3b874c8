//! Reading who is at a session, who is expected, and what a desk has to do today.

use super::cards;
use super::rules::UNDO_WITHIN;
use super::types::{AttendanceId, HeadCountId, Heads, Method, Part};
use crate::activities::queries::ROOM;
use crate::activities::title::{self, Sight};
use crate::activities::{Admission, DayGoingOn, Session, SessionId, SessionStatus, Title};
use crate::auth::{Coordinator, Greeter, Role, TeamReader, Viewer};
use crate::centers::CenterId;
use crate::clock::{Now, Timestamp, Zone};
use crate::error::{Error, Result};
use crate::ids::AccountId;
use crate::people::groups::Groups;
use crate::people::{self, PersonId, PersonRow};
use crate::shifts::{self, Need};
use crate::store::{Conn, Flag, Sealer};

/// Whether the viewer sees names: who receives people does, who supervises does not.
pub fn sees_people(by: &Viewer) -> bool {
    Greeter::includes(by.role)
}

/// Somebody who is in.
#[derive(Debug, sqlx::FromRow)]
pub struct Present {
    #[sqlx(rename = "attendance_id")]
    pub id: AttendanceId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub part: Part,
    pub method: Method,
    pub came_at: Timestamp,
    pub left_at: Option<Timestamp>,
    recorded_at: Timestamp,
    recorded_by: Option<AccountId>,
    /// Heads without a name who came along.
    pub companions: i64,
    pub brought_by: Option<String>,
    pub fetched_by: Option<String>,
    photos: Flag,
    elderly: Flag,
    disabled: Flag,
    needy: Flag,
    youth: Flag,
}

impl Present {
    /// Whether the person, or their guardian, agreed that the center takes pictures of them.
    pub fn may_be_pictured(&self) -> bool {
        self.photos.is_set()
    }

    pub fn groups(&self) -> Groups {
        Groups {
            elderly: self.elderly.is_set(),
            disabled: self.disabled.is_set(),
            needy: self.needy.is_set(),
            youth: self.youth.is_set(),
        }
    }

    pub fn may_leave(&self) -> bool {
        self.left_at.is_none() && self.part != Part::Participant
    }

    /// Whether the viewer let them in a moment ago, and may say that it was a mistake without saying more.
    pub fn may_undo(&self, by: &Viewer, now: Now) -> bool {
        self.recorded_by == Some(by.account) && now.0 < self.recorded_at.plus(UNDO_WITHIN)
    }
}

const PRESENT: &str = "select a.id as attendance_id, p.id, p.name, p.birth_date, p.phone_last4, a.part, a.method,
        a.came_at, a.left_at, a.recorded_at, a.recorded_by, a.elderly, a.disabled, a.needy, a.youth,
        (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
         where h.attendance_id = a.id and h.voided_at is null) as companions,
        (select e.name from escorts e where e.attendance_id = a.id and e.way = 'in' and e.voided_at is null) as brought_by,
        (select e.name from escorts e where e.attendance_id = a.id and e.way = 'out' and e.voided_at is null) as fetched_by,
        case when exists (select 1 from photos_allowed f join sessions s on s.center_id = f.center_id
             where s.id = a.session_id and f.person_id = a.person_id) then 1 else 0 end as photos
     from attendances a join people p on p.id = a.person_id";

/// Who is in, the latest first.
pub async fn present(conn: &mut Conn, session: SessionId) -> Result<Vec<Present>> {
    let sql = format!("{PRESENT} where a.session_id = $1 and a.voided_at is null order by a.came_at desc, a.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(session).fetch_all(conn).await?)
}

/// A page of who is in, in the order of their rows: `limit` of them after the row `after`.
pub async fn present_after(conn: &mut Conn, session: SessionId, after: i64, limit: i64) -> Result<Vec<Present>> {
    let sql = format!("{PRESENT} where a.session_id = $1 and a.voided_at is null and a.id > $2 order by a.id limit $3");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(session).bind(after).bind(limit).fetch_all(conn).await?)
}

/// One live attendance of the session.
///
/// # Errors
/// `NotFound` for a voided one and for another session's.
pub async fn attendance(conn: &mut Conn, session: SessionId, id: AttendanceId) -> Result<Present> {
    let sql = format!("{PRESENT} where a.session_id = $1 and a.id = $2 and a.voided_at is null");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(session).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// When somebody came; also of an attendance that was voided meanwhile, for whoever is told of what they did.
pub async fn came_at(conn: &mut Conn, id: AttendanceId) -> Result<Timestamp> {
    Ok(sqlx::query_scalar("select came_at from attendances where id = $1").bind(id).fetch_one(conn).await?)
}

/// Somebody who may be ticked: expected, or found by the search.
#[derive(Debug, sqlx::FromRow)]
pub struct Candidate {
    #[sqlx(flatten)]
    pub person: PersonRow,
    /// What they came as before, or what a shift, a registration or their team membership makes them.
    pub part: Part,
}

/// Most rows of the list to tick; beyond it the search is quicker.
const EXPECTED: i64 = 200;

/// Who is likely to come and is not in yet: those who have a shift, the members of the team that serves, then who came to earlier sessions of
/// the activity, the most frequent first.
pub async fn expected(conn: &mut Conn, session: &Session) -> Result<Vec<Candidate>> {
    Ok(sqlx::query_as(
        "select p.id, p.name, p.birth_date, p.phone_last4,
                case when max(x.on_shift) = 1 then 'volunteer'
                     when exists (select 1 from registrations r where r.session_id = $2 and r.person_id = p.id
                         and r.state in ('confirmed', 'waiting', 'no_show')) then 'participant'
                     else max(x.part) end as part
         from (
            select a.person_id, a.part, count(*) as times, 0 as on_shift
            from attendances a join sessions o on o.id = a.session_id
            where o.activity_id = $1 and o.id <> $2 and o.starts_at < $3 and a.voided_at is null
            group by a.person_id, a.part
            union all
            select f.person_id, 'volunteer', 2000, 1 from shifts f where f.session_id = $2 and f.state = 'taken'
            union all
            select r.person_id, 'participant', 3000, 0 from registrations r where r.session_id = $2 and r.state = 'confirmed'
            union all
            select m.person_id, 'volunteer', 1000, 0 from team_members m where m.team_id = $4 and m.left_on is null and m.suspended_on is null
         ) x
         join people p on p.id = x.person_id
         join enrolments e on e.person_id = p.id and e.center_id = $5
         where not exists (select 1 from attendances v
             where v.session_id = $2 and v.person_id = p.id and v.voided_at is null)
         group by p.id, p.name, p.birth_date, p.phone_last4, p.pinyin
         order by sum(x.times) desc, p.pinyin, p.id limit $6",
    )
    .bind(session.activity_id)
    .bind(session.id)
    .bind(session.starts_at)
    .bind(session.team_id)
    .bind(session.center_id)
    .bind(EXPECTED)
    .fetch_all(conn)
    .await?)
}

/// People of the session's center by characters, pinyin, initials, a phone number or its last four digits, or the holder of the
/// card that was read; those who are in are left out. A team leader finds whom the session knows: the team's members, and who came to the activity before.
pub async fn search(
    by: &Viewer,
    conn: &mut Conn,
    sealer: &Sealer,
    session: &Session,
    text: &str,
    limit: usize,
) -> Result<Vec<Candidate>> {
    let leads = by.role == Role::TeamLeader;
    // Who is left out afterwards must not use up the list.
    let most = if leads { usize::MAX } else { EXPECTED as usize };
    let mut people = people::queries::search(conn, sealer, session.center_id, text, most).await?;
    if people.is_empty() {
        people.extend(cards::queries::holder(conn, sealer, session.center_id, text).await?);
    }
    let known: Vec<(PersonId, String)> = sqlx::query_as(
        "select person_id, 'in' as what from attendances where session_id = $1 and voided_at is null
         union all select person_id, 'serves' from team_members where team_id = $2 and left_on is null and suspended_on is null
         union all select person_id, 'shift' from shifts where session_id = $1 and state = 'taken'
         union all select person_id, 'registered' from registrations
            where session_id = $1 and state in ('confirmed', 'waiting', 'no_show')
         union select a.person_id, 'came' from attendances a join sessions o on o.id = a.session_id
            where o.activity_id = $3 and o.id <> $1 and o.starts_at < $4 and a.voided_at is null",
    )
    .bind(session.id)
    .bind(session.team_id)
    .bind(session.activity_id)
    .bind(session.starts_at)
    .fetch_all(conn)
    .await?;
    let is = |what: &str, id| known.iter().any(|(person, word)| *person == id && word == what);
    let candidate = |person: PersonRow| Candidate {
        part: match (is("shift", person.id), is("registered", person.id), is("serves", person.id)) {
            (true, ..) | (false, false, true) => Part::Volunteer,
            _ => Part::Participant,
        },
        person,
    };
    let found = people.into_iter().filter(|row| !is("in", row.id));
    let reached = found
        .filter(|row| !leads || ["serves", "shift", "registered", "came"].into_iter().any(|what| is(what, row.id)));
    Ok(reached.take(limit).map(candidate).collect())
}

/// What the session needs volunteers for, for whoever keeps its shifts.
pub(super) async fn needs(by: &Viewer, conn: &mut Conn, session: SessionId) -> Result<Vec<Need>> {
    if TeamReader::includes(by.role) { shifts::queries::needs(conn, session).await } else { Ok(Vec::new()) }
}

/// What somebody comes as who checks in alone: as they are in already, as a volunteer if they have a shift, as a participant if they are
/// registered, as a volunteer if their team serves, else as a participant.
pub async fn part_at(conn: &mut Conn, session: SessionId, person: PersonId) -> Result<Part> {
    Ok(sqlx::query_scalar(
        "select coalesce(
            (select min(a.part) from attendances a
             where a.session_id = s.id and a.person_id = $2 and a.voided_at is null),
            (select 'volunteer' from shifts f where f.session_id = s.id and f.person_id = $2 and f.state = 'taken' limit 1),
            (select 'participant' from registrations r where r.session_id = s.id and r.person_id = $2
                and r.state in ('confirmed', 'waiting', 'no_show') limit 1),
            (select 'volunteer' from team_members m
             where m.team_id = s.team_id and m.person_id = $2 and m.left_on is null and m.suspended_on is null),
            'participant')
         from sessions s where s.id = $1",
    )
    .bind(session)
    .bind(person)
    .fetch_one(conn)
    .await?)
}

/// How many are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Counts {
    pub participants: i64,
    pub volunteers: i64,
    pub staff: i64,
    pub heads: i64,
    /// Seats that are taken: as many as came, or, where people drop in, as are inside.
    pub taken: i64,
}

impl Counts {
    /// 人次 of the session: participants and heads without a name.
    pub fn visits(&self) -> i64 {
        self.participants + self.heads
    }

    /// All who are there or were.
    pub fn everybody(&self) -> i64 {
        self.visits() + self.volunteers + self.staff
    }

    /// The same as long as nobody comes and nothing is taken back.
    pub fn stamp(&self) -> String {
        let left = if self.taken == self.visits() { String::new() } else { format!("-{}", self.taken) };
        format!("{}-{}-{}-{}{left}", self.participants, self.volunteers, self.staff, self.heads)
    }

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The seats of session `s` of activity `a` that are taken, as the door counts them (`admit`); `drop_in`: the place of that word.
fn taken(drop_in: &str) -> String {
    format!(
        "(select count(*) from attendances v
          where v.session_id = s.id and v.part = 'participant' and v.voided_at is null
            and (a.admission <> {drop_in} or v.left_at is null))
         + (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
            left join attendances w on w.id = h.attendance_id
            where h.session_id = s.id and h.voided_at is null
              and (a.admission <> {drop_in} or (h.attendance_id is not null and w.left_at is null)))"
    )
}

pub async fn counts(conn: &mut Conn, session: SessionId) -> Result<Counts> {
    let sql = format!(
        "select cast(coalesce(sum(case when part = 'participant' then 1 else 0 end), 0) as bigint) as participants,
                cast(coalesce(sum(case when part = 'volunteer' then 1 else 0 end), 0) as bigint) as volunteers,
                cast(coalesce(sum(case when part = 'staff' then 1 else 0 end), 0) as bigint) as staff,
                (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                 where h.session_id = $1 and h.voided_at is null) as heads,
                (select {} from sessions s join activities a on a.id = s.activity_id where s.id = $1) as taken
         from attendances where session_id = $1 and voided_at is null",
        taken("$2")
    );
    let counting = sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(session).bind(Admission::DropIn);
    Ok(counting.fetch_one(conn).await?)
}

/// The word that whoever closed the activity's session before this one left for it.
pub async fn last_word(_: &Coordinator, conn: &mut Conn, session: &Session) -> Result<Option<String>> {
    let before: Option<Option<String>> = sqlx::query_scalar(
        "select n.next_time from sessions o left join session_notes n on n.session_id = o.id
         where o.activity_id = $1 and o.id <> $2 and o.starts_at < $3 and o.status = $4
         order by o.starts_at desc, o.id desc limit 1",
    )
    .bind(session.activity_id)
    .bind(session.id)
    .bind(session.starts_at)
    .bind(SessionStatus::Completed)
    .fetch_optional(conn)
    .await?;
    Ok(before.flatten())
}

/// Heads without a name, as counted at one time.
#[derive(Debug, sqlx::FromRow)]
pub struct HeadCount {
    pub id: HeadCountId,
    #[sqlx(flatten)]
    pub of: Heads,
    pub counted_at: Timestamp,
    attendance_id: Option<AttendanceId>,
    clicked: Flag,
}

impl HeadCount {
    /// Whether it is a count of its own: no company of somebody, and none of a clicker's many.
    pub fn stands_alone(&self) -> bool {
        self.attendance_id.is_none() && !self.clicked.is_set()
    }

    /// The field in which a page with several counts asks why `id` is taken back.
    pub fn field_of(id: HeadCountId) -> String {
        format!("void_reason.{id}")
    }

    pub fn reason_field(&self) -> String {
        Self::field_of(self.id)
    }

    /// The group tallies above zero: text key and number.
    pub fn tallies(&self) -> Vec<(&'static str, i64)> {
        [
            ("group.elderly", self.of.elderly),
            ("group.disabled", self.of.disabled),
            ("group.needy", self.of.needy),
            ("group.youth", self.of.youth),
        ]
        .into_iter()
        .filter(|(_, number)| *number > 0)
        .collect()
    }
}

pub async fn head_counts(conn: &mut Conn, session: SessionId) -> Result<Vec<HeadCount>> {
    Ok(sqlx::query_as(
        "select id, heads, elderly, disabled, needy, youth, counted_at, attendance_id, clicked from head_counts
         where session_id = $1 and voided_at is null order by id desc",
    )
    .bind(session)
    .fetch_all(conn)
    .await?)
}

/// The numbers of one count, taken back or not.
pub(super) async fn head_count(conn: &mut Conn, id: HeadCountId) -> Result<Heads> {
    Ok(sqlx::query_as("select heads, elderly, disabled, needy, youth from head_counts where id = $1")
        .bind(id)
        .fetch_one(conn)
        .await?)
}

/// A session of the day, as the desk lists it.
#[derive(Debug, sqlx::FromRow)]
pub struct Today {
    pub id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    pub room: String,
    pub team: Option<String>,
    pub zone: Zone,
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub status: SessionStatus,
    pub capacity: Option<i64>,
    pub present: i64,
    pub heads: i64,
    participants: i64,
    taken: i64,
}

impl Today {
    /// Seats that are taken.
    pub fn taken(&self) -> i64 {
        self.taken
    }

    /// Who takes a seat, and who serves there.
    pub fn with_helpers(&self) -> i64 {
        self.taken + self.present - self.participants
    }

    pub fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    pub fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }

    pub fn is_on(&self, now: Now) -> bool {
        self.status == SessionStatus::Planned && self.starts_at <= now.0 && now.0 < self.ends_at
    }

    /// Over, and nobody has closed it yet.
    pub fn waits_for_closing(&self, now: Now) -> bool {
        self.status == SessionStatus::Planned && self.ends_at <= now.0
    }
}

/// The sessions of a day at the center that the viewer's role reaches, in their order.
pub async fn on_day(by: &Viewer, conn: &mut Conn, center: CenterId, day: DayGoingOn) -> Result<Vec<Today>> {
    let own_teams_only = Flag::from(by.role == Role::TeamLeader);
    let sql = format!(
        "select s.id, {}, {ROOM} as room, t.name as team, c.zone, s.starts_at, s.ends_at, s.status, s.capacity,
                (select count(*) from attendances v where v.session_id = s.id and v.voided_at is null) as present,
                (select cast(coalesce(sum(h.heads), 0) as bigint) from head_counts h
                 where h.session_id = s.id and h.voided_at is null) as heads,
                (select count(*) from attendances v
                 where v.session_id = s.id and v.part = 'participant' and v.voided_at is null) as participants,
                {} as taken
         from sessions s
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         join centers c on c.id = s.center_id
         left join teams t on t.id = s.team_id
         where s.center_id = $2 and {} and s.status <> 'skipped'
           and ($4 = 0 or exists (select 1 from account_scopes x where x.account_id = $5 and x.team_id = s.team_id))
         order by s.starts_at, room, s.id",
        title::columns("$1"),
        taken("$6"),
        DayGoingOn::condition("$3", "$7", "$8")
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center)
        .bind(day.date)
        .bind(own_teams_only)
        .bind(by.account)
        .bind(Admission::DropIn)
        .bind(day.eve)
        .bind(day.from)
        .fetch_all(conn)
        .await?)
}
