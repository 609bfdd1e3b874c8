//! Making the days of a center's open rooms as they are to be, and closing those that are over.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::jobs::KEEP;
use super::queries::{self, TakenRoom};
use super::rules::{self, AHEAD, DaySpan, SHORTEST};
use super::types::{OpenDay, OpenRoom};
use crate::activities::open::{self, StandingPlace};
use crate::activities::title::Sight;
use crate::activities::{SessionId, Slot};
use crate::audit::{self, Actor};
use crate::centers::CenterId;
use crate::check_in::{InWords, close_by_themselves};
use crate::clock::{Date, Now, Timestamp, Zone};
use crate::error::Result;
use crate::holidays::{self, Holiday};
use crate::ids::AccountId;
use crate::rooms::{self, Closure, Room, RoomId};
use crate::store::{self, Conn};
use crate::web::Lang;
use crate::{jobs, locks};

/// How often a center is looked at, beside the moments at which something is over: what closes a room is found then.
const EVERY_MILLIS: i64 = 3_600_000;

/// What a center's open rooms are compared with.
struct Ground {
    zone: Zone,
    today: Date,
    /// Those in use.
    rooms: BTreeMap<RoomId, Room>,
    holidays: Vec<Holiday>,
    closures: Vec<Closure>,
    booked: Vec<TakenRoom>,
}

impl Ground {
    async fn load(conn: &mut Conn, center: CenterId, (zone, today): (Zone, Date), rooms: &[RoomId]) -> Result<Self> {
        let after = today.plus_days(AHEAD);
        let span = (zone.midnight(today), zone.midnight(after));
        let known = rooms::queries::of_center(conn, center).await?;
        Ok(Self {
            zone,
            today,
            rooms: known.into_iter().map(|room| (room.id, room)).collect(),
            holidays: holidays::queries::between(conn, today, after).await?,
            closures: rooms::queries::closures(conn, center, span.0, span.1).await?,
            booked: queries::booked(conn, rooms, span).await?,
        })
    }

    fn holiday(&self, day: Date) -> Option<&Holiday> {
        self.holidays.iter().find(|holiday| holiday.covers(day))
    }

    /// What closes the room on a day, and why.
    fn closed(&self, room: RoomId, day: Date) -> impl Iterator<Item = (DaySpan, &str)> {
        self.closures.iter().filter(move |closure| closure.room_id == room).filter_map(move |closure| {
            let span = rules::on_day(self.zone, day, (closure.starts_at, closure.ends_at))?;
            Some((span, closure.reason.as_str()))
        })
    }

    /// When the room may stand open on a day.
    fn open(&self, open: &OpenRoom, day: Date) -> Vec<DaySpan> {
        let (Some(term), Some(room)) = (open.term(day), self.rooms.get(&open.room_id)) else { return Vec::new() };
        let closed: Vec<DaySpan> = self.closed(open.room_id, day).map(|(span, _)| span).collect();
        rules::open_on(term, day, self.holiday(day).is_some(), &room.hours.on(day), &closed)
    }

    /// For what else the room is booked on a day.
    fn taken(&self, room: RoomId, day: Date, but: &[SessionId]) -> Vec<DaySpan> {
        let others = self.booked.iter().filter(|booked| booked.room_id == room);
        let others = others.filter(|booked| booked.session_id.is_none_or(|session| !but.contains(&session)));
        others.filter_map(|booked| rules::on_day(self.zone, day, (booked.starts_at, booked.ends_at))).collect()
    }

    /// Why a day that was made is not to be, in the words that stay with it.
    fn reason(&self, open: &OpenRoom, day: &OpenDay) -> String {
        let text = |key: &str| Lang::Zh.text(key);
        let date = day.local_date;
        if open.is_ended(date) {
            return text("open_rooms.reason_ended");
        }
        if !self.rooms.contains_key(&open.room_id) {
            return text("open_rooms.reason_retired");
        }
        let touches = |(span, _): &(DaySpan, &str)| span.0 < day.closes && day.opens < span.1;
        if let Some((_, reason)) = self.closed(open.room_id, date).find(touches) {
            return reason.to_owned();
        }
        let keeps_holidays = open.term(date).is_some_and(|term| !term.on_holidays);
        match self.holiday(date).filter(|_| keeps_holidays) {
            Some(holiday) => holiday.name.clone(),
            None => text("open_rooms.reason_changed"),
        }
    }
}

/// Brings a center's open rooms up to date, and has them looked at again when something is over. The same again changes nothing.
pub(crate) async fn keep(now: Now, tx: &mut Conn, center: CenterId) -> Result<()> {
    // Of two who do this, one comes after the other.
    if !locks::center(tx, center).await? {
        return Ok(());
    }
    let zone = queries::zone(tx, center).await?;
    let today = zone.date(now.0);
    let all = queries::of_center(Sight::Public, tx, center).await?;
    let held: Vec<SessionId> = queries::days(tx, center, today).await?.iter().map(|day| day.session_id).collect();
    locks::sessions(tx, held).await?;
    let rooms: BTreeSet<RoomId> = all.iter().filter(|open| !open.is_ended(today)).map(|open| open.room_id).collect();
    for room in &rooms {
        locks::room(tx, *room).await?;
    }
    take_back(now, tx, center).await?;
    let declarers = queries::declarers(tx, center).await?;
    let days = queries::days(tx, center, today).await?;
    let rooms: Vec<RoomId> = rooms.into_iter().collect();
    let mut ground = Ground::load(tx, center, (zone, today), &rooms).await?;
    for open in &all {
        let by = declarers
            .get(&open.id)
            .map_or(Actor::Operator, |(account, name)| Actor::Account { id: AccountId(*account), name: name.clone() });
        let days: Vec<&OpenDay> = days.iter().filter(|day| day.open_room_id == open.id).collect();
        settle(&by, now, tx, open, (zone, &days)).await?;
        renew(&by, now, tx, &mut ground, open, &days).await?;
    }
    let left = queries::days(tx, center, today).await?;
    let next =
        left.iter().filter(|day| day.is_unsettled()).map(|day| day.settles_at(zone)).filter(|at| *at > now.0).min();
    match next {
        Some(next) => jobs::ask(tx, KEEP, &center.to_string(), next).await,
        None => Ok(()),
    }
}

/// Days that were given up and that somebody had take place after all belong to their declaration again. From then on they stay as they
/// are.
async fn take_back(now: Now, tx: &mut Conn, center: CenterId) -> Result<()> {
    sqlx::query(
        "update open_days set dropped_at = null, restored_at = $2
         where dropped_at is not null and open_room_id in (select o.id from open_rooms o where o.center_id = $1)
           and session_id in (select s.id from sessions s where s.center_id = $1 and s.status in ('planned', 'completed'))",
    )
    .bind(center)
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// When a center is looked at next, whatever happens.
pub(super) fn next_look(now: Now) -> Timestamp {
    Timestamp((now.0.0.div_euclid(EVERY_MILLIS) + 1) * EVERY_MILLIS)
}

/// Closes the days that are over; those at which nobody was counted are skipped, to be looked at by a worker.
async fn settle(by: &Actor, now: Now, tx: &mut Conn, open: &OpenRoom, (zone, days): (Zone, &[&OpenDay])) -> Result<()> {
    let over = days.iter().filter(|day| day.is_unsettled() && day.settles_at(zone) <= now.0);
    let over: Vec<SessionId> = over.map(|day| day.session_id).collect();
    if over.is_empty() {
        return Ok(());
    }
    let (summary, nobody) = (Lang::Zh.text("open_rooms.summary"), Lang::Zh.text("open_rooms.reason_nobody"));
    let words = InWords { summary: &summary, nobody: &nobody };
    close_by_themselves(by, now, tx, open.center_id, &over, &words).await?;
    sqlx::query(
        "update open_days set settled_at = $2
         where session_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(&over, |id| json!(id)))
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Gives up the days to come that are not to be, and makes those that are missing.
async fn renew(
    by: &Actor,
    now: Now,
    tx: &mut Conn,
    ground: &mut Ground,
    open: &OpenRoom,
    days: &[&OpenDay],
) -> Result<()> {
    let at = (ground.zone, open.room_id);
    let going: Vec<SessionId> = days.iter().filter(|day| day.is_to_come(now.0, at)).map(|day| day.session_id).collect();
    let (mut dropped, mut slots): (Vec<(SessionId, String)>, Vec<Slot>) = (Vec::new(), Vec::new());
    for date in ground.today.until(ground.today.plus_days(AHEAD)) {
        let that_day = || days.iter().filter(move |day| day.local_date == date);
        let to_come: Vec<&OpenDay> = that_day().filter(|day| day.is_to_come(now.0, at)).copied().collect();
        let mut taken = ground.taken(open.room_id, date, &going);
        // What has begun, and what a worker took out by hand, stays as it is.
        taken.extend(that_day().filter(|day| !day.is_to_come(now.0, at)).map(|day| (day.opens, day.closes)));
        let there: Vec<DaySpan> = to_come.iter().map(|day| (day.opens, day.closes)).collect();
        let plan = rules::plan(&ground.open(open, date), &taken, &there);
        let given_up = plan.drop.iter().filter_map(|place| to_come.get(*place));
        dropped.extend(given_up.map(|day| (day.session_id, ground.reason(open, day))));
        let made = plan.make.iter().map(|(opens, closes)| Slot::new(ground.zone, date, *opens, *closes));
        slots.extend(made.filter(|slot| now.0.minutes_until(slot.ends_at) >= SHORTEST));
    }
    if dropped.is_empty() && slots.is_empty() {
        return Ok(());
    }
    give_up(now, tx, ground, &dropped).await?;
    make(now, tx, ground, open, &slots).await?;
    let told = format!("+{} −{}", slots.len(), dropped.len());
    let entry = audit::entry("open_room.days_changed", open.id.0).at(open.center_id).because(&told);
    audit::record(tx, by, now, entry).await
}

async fn give_up(now: Now, tx: &mut Conn, ground: &mut Ground, dropped: &[(SessionId, String)]) -> Result<()> {
    let asked: Vec<(SessionId, &str)> = dropped.iter().map(|(id, reason)| (*id, reason.as_str())).collect();
    let skipped = open::skip(now, tx, &asked).await?;
    if skipped.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update open_days set dropped_at = $2
         where session_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(&skipped, |id| json!(id)))
    .bind(now.0)
    .execute(tx)
    .await?;
    ground.booked.retain(|booked| booked.session_id.is_none_or(|session| !skipped.contains(&session)));
    Ok(())
}

async fn make(now: Now, tx: &mut Conn, ground: &mut Ground, open: &OpenRoom, slots: &[Slot]) -> Result<()> {
    let Some(room) = ground.rooms.get(&open.room_id) else { return Ok(()) };
    let opened = StandingPlace {
        center: open.center_id,
        activity: open.activity_id,
        room: open.room_id,
        capacity: room.capacity,
    };
    let made = open::make(now, tx, opened, slots).await?;
    sqlx::query(
        "insert into open_days (open_room_id, session_id, local_date, opens, closes)
         select cast($2 as bigint), cast(j.value ->> 'session' as bigint), j.value ->> 'date',
                cast(j.value ->> 'opens' as bigint), cast(j.value ->> 'closes' as bigint)
         from json_each(cast($1 as json_text)) j",
    )
    .bind(store::rows(
        made.iter().zip(slots),
        |(session, slot)| json!({"session": session, "date": slot.date, "opens": slot.from, "closes": slot.to}),
    ))
    .bind(open.id)
    .execute(tx)
    .await?;
    ground.booked.extend(made.iter().zip(slots).map(|(session, slot)| TakenRoom {
        room_id: open.room_id,
        session_id: Some(*session),
        starts_at: slot.starts_at,
        ends_at: slot.ends_at,
    }));
    Ok(())
}
