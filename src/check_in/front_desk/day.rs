//! What a device knows for one day, so that it can go on without network: today's sessions, the people, and the hashes of
//! their cards. The device keeps it sealed and forgets it at local midnight.

use std::collections::{BTreeMap, HashSet};

use data_encoding::HEXLOWER;
use rocket::serde::json::Json;
use rocket::{Route, State, get, routes};
use serde::Serialize;
use sha2::{Digest, Sha256};
use sqlx::AssertSqlSafe;

use super::expected::expected;
use crate::activities::{DayGoingOn, LINGERING, SessionId};
use crate::auth::{Greeter, Role, Viewer};
use crate::centers::{self, CenterId};
use crate::check_in::queries::Today;
use crate::check_in::types::Part;
use crate::check_in::{cards, queries};
use crate::clock::{Date, Now, Timestamp};
use crate::error::Result;
use crate::people::{PersonId, PersonRow};
use crate::store::{Conn, Db, Flag, Sealer};
use crate::web::Lang;

pub(super) fn routes() -> Vec<Route> {
    routes![day]
}

#[derive(Serialize)]
struct RosterJson {
    now: Timestamp,
    date: Date,
    /// Local midnight: what is told here is to be forgotten then.
    ends_at: Timestamp,
    center: RosterCenter,
    salt: String,
    sessions: Vec<RosterSession>,
    people: Vec<RosterPerson>,
    cards: Vec<CardJson>,
}

#[derive(Serialize)]
struct RosterCenter {
    id: CenterId,
    name: String,
    zone: &'static str,
}

#[derive(Serialize)]
struct RosterSession {
    title: String,
    room: String,
    starts_at: Timestamp,
    ends_at: Timestamp,
    status: &'static str,
    capacity: Option<i64>,
    #[serde(flatten)]
    tally: DeskCount,
    /// Who is likely to come and is not in yet, the likeliest first.
    expected: Vec<PersonId>,
}

/// How many are there, as it changes all day.
#[derive(Serialize)]
pub(super) struct DeskCount {
    id: SessionId,
    /// All who are there or were; where people drop in, without participants who left.
    present: i64,
    /// Of them, those who take a seat.
    taken: i64,
}

impl From<&Today> for DeskCount {
    fn from(row: &Today) -> Self {
        Self { id: row.id, present: row.with_helpers(), taken: row.taken() }
    }
}

impl RosterSession {
    fn of(row: Today, expected: Vec<PersonId>, lang: Lang) -> Self {
        Self {
            tally: DeskCount::from(&row),
            expected,
            title: row.title.pick(lang).to_owned(),
            room: row.room,
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            status: row.status.code(),
            capacity: row.capacity,
        }
    }
}

#[derive(Serialize)]
struct RosterPerson {
    id: PersonId,
    name: String,
    /// As it is searched for, where that is not the name itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    fold: Option<String>,
    sounds: String,
    hint: Hint,
    /// Whether pictures may be taken of them; of most, nobody has asked.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    photos: bool,
    /// By session, where they come as something else than a participant.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    roles: BTreeMap<SessionId, Part>,
}

/// What tells two people of one name apart.
#[derive(Serialize)]
struct Hint {
    #[serde(skip_serializing_if = "Option::is_none")]
    born: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last4: Option<String>,
}

#[derive(Serialize)]
struct CardJson {
    hash: String,
    person: PersonId,
}

/// Seven statements, however many people there are.
#[get("/centers/<center>/front-desk/day")]
async fn day(
    by: Greeter,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
) -> Result<Json<RosterJson>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = DayGoingOn::today(center.zone, now);
    let date = today.date;
    let sessions = queries::on_day(&by, &mut conn, center.id(), today).await?;
    let people = people(&by, &mut conn, center.id(), today).await?;
    let known: HashSet<PersonId> = people.iter().map(|person| person.id).collect();
    let mut expected = expected(&mut conn, center.id(), today, &known).await?;
    let cards = cards::queries::of_center(&mut conn, sealer, center.id()).await?;
    // A salt of its own in every answer: hashes from two days, or of two devices, cannot be matched with each other.
    let salt = HEXLOWER.encode(&rand::random::<[u8; 16]>());
    let hash = |code: &str| HEXLOWER.encode(&Sha256::digest(format!("{salt}{code}")));
    let cards = cards
        .iter()
        .filter(|(_, person, _)| known.contains(person))
        .map(|(_, person, code)| CardJson { hash: hash(code.plain()), person: *person })
        .collect();
    // A desk without a network keeps its list as long as an evening goes on.
    let evening = sessions.iter().map(|row| row.ends_at.plus(LINGERING)).max();
    let midnight = center.zone.midnight(date.plus_days(1));
    let ends_at = evening.map_or(midnight, |over| over.max(midnight));
    Ok(Json(RosterJson {
        now: now.0,
        date,
        ends_at,
        center: RosterCenter { id: center.id(), name: center.head.name, zone: center.zone.name() },
        sessions: sessions
            .into_iter()
            .map(|row| {
                let expected = expected.remove(&row.id).unwrap_or_default();
                RosterSession::of(row, expected, lang)
            })
            .collect(),
        people,
        cards,
        salt,
    }))
}

#[derive(sqlx::FromRow)]
struct RosterRow {
    #[sqlx(flatten)]
    person: PersonRow,
    name_fold: String,
    sounds: String,
    photos: Flag,
}

#[derive(sqlx::FromRow)]
struct Serves {
    session_id: SessionId,
    person_id: PersonId,
    part: Part,
}

/// Whom the viewer may receive: everybody the center knows; a team leader, whom the day's sessions of the team know (as
/// in [`queries::search`]).
async fn people(by: &Viewer, conn: &mut Conn, center: CenterId, day: DayGoingOn) -> Result<Vec<RosterPerson>> {
    let leads = Flag::from(by.role == Role::TeamLeader);
    let sql = format!(
        "with day as (
            select s.id, s.team_id, s.activity_id, s.starts_at from sessions s
            where s.center_id = $1 and {} and s.status <> 'skipped'
              and exists (select 1 from account_scopes x where x.account_id = $4 and x.team_id = s.team_id)
         )
         select p.id, p.name, p.birth_date, p.phone_last4, p.name_fold, p.sounds,
                case when exists (select 1 from photos_allowed f
                     where f.person_id = e.person_id and f.center_id = e.center_id) then 1 else 0 end as photos
         from enrolments e join people p on p.id = e.person_id
         where e.center_id = $1 and ($3 = 0
            or p.id in (select m.person_id from day d join team_members m on m.team_id = d.team_id and m.left_on is null and m.suspended_on is null)
            or p.id in (select f.person_id from day d join shifts f on f.session_id = d.id and f.state = 'taken')
            or p.id in (select r.person_id from day d join registrations r on r.session_id = d.id and r.state in ('confirmed', 'waiting'))
            or p.id in (select a.person_id from day d
                join sessions o on o.activity_id = d.activity_id and o.starts_at <= d.starts_at
                join attendances a on a.session_id = o.id and a.voided_at is null))
         order by p.pinyin, p.id",
        DayGoingOn::condition("$2", "$5", "$6")
    );
    let known: Vec<RosterRow> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(day.date)
        .bind(leads)
        .bind(by.account)
        .bind(day.eve)
        .bind(day.from)
        .fetch_all(&mut *conn)
        .await?;
    let is_on = DayGoingOn::condition("$2", "$3", "$4");
    let sql = format!(
        "select s.id as session_id, m.person_id, 'volunteer' as part
         from sessions s join team_members m on m.team_id = s.team_id and m.left_on is null and m.suspended_on is null
         where s.center_id = $1 and {is_on} and s.status <> 'skipped'
           and not exists (select 1 from registrations r where r.session_id = s.id and r.person_id = m.person_id
               and r.state in ('confirmed', 'waiting', 'no_show'))
         union
         select s.id, f.person_id, 'volunteer' from sessions s join shifts f on f.session_id = s.id and f.state = 'taken'
         where s.center_id = $1 and {is_on} and s.status <> 'skipped'
         union
         select s.id, a.person_id, a.part from sessions s join attendances a on a.session_id = s.id
         where s.center_id = $1 and {is_on} and a.voided_at is null and a.part <> 'participant'"
    );
    let serving: Vec<Serves> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(center)
        .bind(day.date)
        .bind(day.eve)
        .bind(day.from)
        .fetch_all(conn)
        .await?;
    let mut roles: BTreeMap<PersonId, BTreeMap<SessionId, Part>> = BTreeMap::new();
    for row in serving {
        roles.entry(row.person_id).or_default().insert(row.session_id, row.part);
    }
    let person = |row: RosterRow| RosterPerson {
        roles: roles.remove(&row.person.id).unwrap_or_default(),
        id: row.person.id,
        hint: Hint { born: row.person.birth_year(), last4: row.person.phone_last4 },
        fold: Some(row.name_fold).filter(|fold| *fold != row.person.name),
        sounds: row.sounds,
        photos: row.photos.is_set(),
        name: row.person.name,
    };
    Ok(known.into_iter().map(person).collect())
}
