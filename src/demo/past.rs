//! The demo's past: who came, who helped, what was written about it. Thousands of rows, so they are inserted as they
//! would stand, not checked in one by one; the groups are those of each session's date, by the same rule as at the door.

use std::time::Duration;

use super::names::Inventor;
use super::{Builder, Made};
use crate::activities::{SessionId, cancel, queries};
use crate::clock::{Date, Now, Timestamp};
use crate::error::Result;
use crate::people::PersonId;
use crate::people::groups::{AgeBands, Groups, Membership, PriorityGroup, groups_on};
use crate::store::Conn;
use crate::teams::TeamId;

const SUMMARIES: [&str; 5] = [
    "居民参与积极，秩序良好。",
    "新来了几位街坊，已介绍中心的其他服务。",
    "活动顺利，下次增加座椅。",
    "现场气氛热闹，大家希望多办几场。",
    "按计划完成，已收集意见。",
];

#[derive(sqlx::FromRow)]
struct HeldSession {
    id: SessionId,
    starts_at: Timestamp,
    ends_at: Timestamp,
    local_date: Date,
    capacity: i64,
    team_id: Option<TeamId>,
    title: String,
    kind_id: i64,
}

struct Resident {
    id: PersonId,
    birth_date: Option<Date>,
    memberships: Vec<Membership>,
    /// How much at home they are here: a few come to everything, many once in a while.
    zeal: f64,
}

impl Resident {
    fn groups(&self, on: Date) -> Groups {
        groups_on(self.birth_date, &self.memberships, AgeBands::default(), on)
    }
}

/// Lets what has begun have happened: most of it is closed, the last two days' is still to do, one typhoon cancelled a day.
pub(super) async fn live(b: &Builder, tx: &mut Conn, made: &mut Made, rich: bool) -> Result<()> {
    let residents = residents(tx, made).await?;
    let members: Vec<(TeamId, PersonId)> = sqlx::query_as(
        "select m.team_id, m.person_id from team_members m join teams t on t.id = m.team_id where t.center_id = $1 order by m.id",
    )
    .bind(made.center.id())
    .fetch_all(&mut *tx)
    .await?;
    let sessions: Vec<HeldSession> = sqlx::query_as(
        "select s.id, s.starts_at, s.ends_at, s.local_date, s.capacity, s.team_id, a.title, a.kind_id
         from sessions s join activities a on a.id = s.activity_id
         where s.center_id = $1 and s.status = 'planned' and s.starts_at < $2 order by s.starts_at, s.id",
    )
    .bind(made.center.id())
    .bind(b.now.0)
    .fetch_all(&mut *tx)
    .await?;
    let typhoon = b.today().minus_days(38);
    for session in &sessions {
        if session.local_date == typhoon {
            let found = queries::session(&made.coordinator, tx, made.center.id(), session.id).await?;
            let then = Now(session.starts_at.minus(Duration::from_secs(20 * 3600)));
            cancel(&made.coordinator, then, tx, &[&found], "台风蓝色预警，活动取消").await?;
            continue;
        }
        let over = session.ends_at < b.now.0;
        let to_do = session.local_date > b.today().minus_days(3) && made.inventor.chance(0.3);
        attend(tx, made, session, &residents, b.now).await?;
        let helpers: Vec<PersonId> =
            members.iter().filter(|(team, _)| Some(*team) == session.team_id).map(|(_, person)| *person).collect();
        // Yesterday's hours wait to be confirmed, and those of a day that was forgotten.
        let waits = [1, 21].into_iter().any(|days| session.local_date == b.today().minus_days(days));
        help(tx, made, session, &helpers, &residents, over && !to_do && !waits).await?;
        if over && !to_do {
            close(tx, made, session).await?;
        }
    }
    if rich {
        // Not everyone told their birthday: the report says how many.
        sqlx::query("update people set birth_date = null where id in (select min(person_id) from enrolments where center_id = $1)")
            .bind(made.center.id())
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

async fn residents(tx: &mut Conn, made: &mut Made) -> Result<Vec<Resident>> {
    let people: Vec<(PersonId, Option<Date>)> = sqlx::query_as(
        "select p.id, p.birth_date from people p join enrolments e on e.person_id = p.id
         where e.center_id = $1 and p.birth_date is not null order by p.id",
    )
    .bind(made.center.id())
    .fetch_all(&mut *tx)
    .await?;
    let granted: Vec<(PersonId, PriorityGroup, Date, Option<Date>)> = sqlx::query_as(
        "select g.person_id, g.priority_group, g.valid_from, g.valid_to from memberships_held g
         join enrolments e on e.person_id = g.person_id where e.center_id = $1 and g.priority_group is not null",
    )
    .bind(made.center.id())
    .fetch_all(&mut *tx)
    .await?;
    Ok(people
        .into_iter()
        .map(|(id, birth_date)| Resident {
            id,
            birth_date,
            memberships: granted
                .iter()
                .filter(|(person, ..)| *person == id)
                .map(|(_, group, from, to)| Membership::of(*group, *from, *to))
                .collect(),
            zeal: if made.inventor.chance(0.2) { 0.7 } else { 0.12 },
        })
        .collect())
}

/// Whom a session is for, by its title: children's hours are not full of grandparents.
fn suits(title: &str, groups: Groups) -> bool {
    match title {
        title if title.contains("四点半") || title.contains("少年") || title.contains("绘本") => groups.youth,
        title if title.contains("长者") || title.contains("义诊") || title.contains("手机") => groups.elderly,
        title if title.contains("残健") => groups.disabled || groups.needy,
        _ => !groups.youth,
    }
}

async fn attend(tx: &mut Conn, made: &mut Made, session: &HeldSession, residents: &[Resident], now: Now) -> Result<()> {
    let most = if session.kind_id == 1 { 3 } else { session.capacity * 8 / 10 };
    let mut came = 0;
    for resident in residents {
        let groups = resident.groups(session.local_date);
        if came >= most || !suits(&session.title, groups) || !made.inventor.chance(resident.zeal) {
            continue;
        }
        let came_at = arrival(&mut made.inventor, session);
        if came_at > now.0 {
            continue;
        }
        let method = if made.inventor.chance(0.6) { "phone" } else { "roster" };
        insert(tx, made, session, resident.id, "participant", method, (came_at, None), groups).await?;
        came += 1;
    }
    if session.kind_id == 3 && made.inventor.chance(0.35) {
        let heads = made.inventor.between(2..9);
        sqlx::query(
            "insert into head_counts (session_id, heads, elderly, counted_at, counted_by) values ($1, $2, $3, $4, $5)",
        )
        .bind(session.id)
        .bind(heads)
        .bind(heads / 2)
        .bind(session.starts_at)
        .bind(made.coordinator.account)
        .execute(&mut *tx)
        .await?;
    }
    Ok(())
}

/// From a quarter of an hour before to a quarter after.
fn arrival(inventor: &mut Inventor, session: &HeldSession) -> Timestamp {
    Timestamp(session.starts_at.0 + inventor.between(-900..900) * 1_000)
}

/// Two or three of the team help; whoever forgot to sign out is found by the worker at closing.
async fn help(
    tx: &mut Conn,
    made: &mut Made,
    session: &HeldSession,
    helpers: &[PersonId],
    residents: &[Resident],
    closed: bool,
) -> Result<()> {
    let count = usize::try_from(made.inventor.between(2..4)).unwrap_or(2);
    let first = usize::try_from(made.inventor.between(0..8)).unwrap_or(0);
    let mut helping: Vec<PersonId> =
        helpers.iter().cycle().skip(first).take(count.min(helpers.len())).copied().collect();
    helping.sort();
    helping.dedup();
    for person in helping {
        let groups =
            residents.iter().find(|r| r.id == person).map_or(Groups::default(), |r| r.groups(session.local_date));
        let came_at = session.starts_at.minus(Duration::from_secs(15 * 60));
        let left_at = made.inventor.chance(0.8).then_some(session.ends_at);
        insert(tx, made, session, person, "volunteer", "roster", (came_at, left_at), groups).await?;
        if closed {
            let minutes = came_at.minutes_until(session.ends_at);
            sqlx::query(
                "insert into hours_entries (person_id, session_id, team_id, minutes, source, original_minutes, confirmed_at, confirmed_by)
                 values ($1, $2, $3, $4, $5, $4, $6, $7)",
            )
            .bind(person)
            .bind(session.id)
            .bind(session.team_id)
            .bind(minutes)
            .bind(if left_at.is_some() { "measured" } else { "adjusted" })
            .bind(session.ends_at)
            .bind(made.coordinator.account)
            .execute(&mut *tx)
            .await?;
        }
    }
    Ok(())
}

async fn insert(
    tx: &mut Conn,
    made: &Made,
    session: &HeldSession,
    person: PersonId,
    part: &str,
    method: &str,
    (came_at, left_at): (Timestamp, Option<Timestamp>),
    groups: Groups,
) -> Result<()> {
    sqlx::query(
        "insert into attendances (session_id, person_id, part, method, came_at, left_at, recorded_at, recorded_by,
                                  elderly, disabled, needy, youth)
         values ($1, $2, $3, $4, $5, $6, $5, $7, $8, $9, $10, $11)
         on conflict (session_id, person_id, part) where voided_at is null do nothing",
    )
    .bind(session.id)
    .bind(person)
    .bind(part)
    .bind(method)
    .bind(came_at)
    .bind(left_at)
    .bind((method != "phone").then_some(made.coordinator.account))
    .bind(i64::from(groups.elderly))
    .bind(i64::from(groups.disabled))
    .bind(i64::from(groups.needy))
    .bind(i64::from(groups.youth))
    .execute(tx)
    .await?;
    Ok(())
}

async fn close(tx: &mut Conn, made: &mut Made, session: &HeldSession) -> Result<()> {
    let summary = made.inventor.pick(&SUMMARIES).copied().unwrap_or_default();
    sqlx::query("update sessions set status = 'completed', summary = $1, closed_at = $2, closed_by = $3, updated_at = $2 where id = $4")
        .bind(summary)
        .bind(session.ends_at.plus(Duration::from_secs(15 * 60)))
        .bind(made.coordinator.account)
        .bind(session.id)
        .execute(tx)
        .await?;
    Ok(())
}
