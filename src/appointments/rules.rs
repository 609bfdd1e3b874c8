//! Which slots are free: decided without asking anybody.

use super::types::{AppointmentTimes, FreeSlot};
use crate::activities::Slot;
use crate::clock::{Date, Timestamp, Zone};
use crate::ids::WorkerId;
use crate::rooms::RoomId;

/// Days that a slot may lie ahead.
pub const AHEAD: u64 = 28;

/// What is in the way of a worker or of a room, from when to when.
#[derive(Clone, Debug, Default)]
pub struct TakenTimes {
    pub workers: Vec<(WorkerId, Timestamp, Timestamp)>,
    /// With the rooms' buffers.
    pub rooms: Vec<(RoomId, Timestamp, Timestamp)>,
}

impl TakenTimes {
    fn has(&self, times: &AppointmentTimes, slot: &Slot) -> bool {
        let meets = |from: Timestamp, to: Timestamp| from < slot.ends_at && slot.starts_at < to;
        // The room is needed with its buffer, as it will be booked.
        let (before, after) = slot.with_buffer(times.buffer_minutes);
        self.workers.iter().any(|(worker, from, to)| *worker == times.worker_id && meets(*from, *to))
            || self.rooms.iter().any(|(room, from, to)| *room == times.room_id && *from < after && before < *to)
    }
}

/// The slots of these times on `day`, taken or not.
pub fn slots_on(times: &AppointmentTimes, zone: Zone, day: Date) -> Vec<Slot> {
    let holds =
        times.weekday == day.weekday() && times.valid_from <= day && times.ended_on.is_none_or(|ended| day < ended);
    if !holds {
        return Vec::new();
    }
    let count = (times.to_minute - times.from_minute) / times.slot_minutes;
    (0..count)
        .map(|place| {
            let from = times.from_minute + place * times.slot_minutes;
            Slot::new(zone, day, from, from + times.slot_minutes)
        })
        .collect()
}

/// The free slots of `days` that have not begun, in order of time. `is_off` says on which days nobody works; `is_open` whether the room
/// is open then.
pub fn free(
    times: &[AppointmentTimes],
    zone: Zone,
    days: impl Iterator<Item = Date>,
    now: Timestamp,
    taken: &TakenTimes,
    (is_off, is_open): (impl Fn(Date) -> bool, impl Fn(RoomId, &Slot) -> bool),
) -> Vec<FreeSlot> {
    let mut free: Vec<FreeSlot> = Vec::new();
    for day in days.filter(|day| !is_off(*day)) {
        for one in times {
            let slots = slots_on(one, zone, day).into_iter();
            let here = slots.filter(|slot| slot.starts_at > now && !taken.has(one, slot) && is_open(one.room_id, slot));
            free.extend(here.map(|slot| FreeSlot { times: one.id, slot }));
        }
    }
    free.sort_by_key(|one| (one.slot.starts_at, one.times.0));
    free
}

/// What one worker offers of one kind in one room, on whichever weekdays.
pub struct SlotOffer<'a> {
    pub times: &'a AppointmentTimes,
    /// The days that have free slots, with them.
    pub days: Vec<(Date, Vec<&'a FreeSlot>)>,
}

/// The `free` slots, which are in their order, under who offers them; who has none left comes last.
pub fn offers<'a>(times: &'a [AppointmentTimes], free: &'a [FreeSlot]) -> Vec<SlotOffer<'a>> {
    let like = |one: &AppointmentTimes| (one.worker_id, one.kind_id, one.room_id, one.slot_minutes);
    let mut offers: Vec<SlotOffer<'a>> = Vec::new();
    for one in times {
        if offers.iter().all(|offer| like(offer.times) != like(one)) {
            offers.push(SlotOffer { times: one, days: Vec::new() });
        }
    }
    for slot in free {
        let Some(of) = times.iter().find(|one| one.id == slot.times) else { continue };
        let Some(offer) = offers.iter_mut().find(|offer| like(offer.times) == like(of)) else { continue };
        match offer.days.last_mut() {
            Some((day, slots)) if *day == slot.slot.date => slots.push(slot),
            _ => offer.days.push((slot.slot.date, vec![slot])),
        }
    }
    offers.sort_by_key(|offer| offer.days.is_empty());
    offers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::activities::ServiceKindId;
    use crate::store::Flag;

    fn times(ended_on: Option<&str>) -> AppointmentTimes {
        AppointmentTimes {
            id: crate::ids::AppointmentTimesId(1),
            worker_id: WorkerId(1),
            worker: "罗志文".into(),
            room_id: RoomId(1),
            room: "心理咨询室".into(),
            buffer_minutes: 0,
            kind_id: ServiceKindId(1),
            kind: "个案".into(),
            kind_en: "Case work".into(),
            weekday: 5,
            from_minute: 540,
            to_minute: 685,
            slot_minutes: 60,
            by_phone: Flag::default(),
            valid_from: Date::parse("2026-07-03").unwrap(),
            ended_on: ended_on.and_then(Date::parse),
        }
    }

    #[test]
    fn what_is_left_over_is_no_slot_and_the_last_day_is_none() {
        let day = |text| Date::parse(text).unwrap();
        let spans = |times: &AppointmentTimes, on| -> Vec<_> {
            slots_on(times, Zone::SHANGHAI, day(on)).iter().map(|slot| (slot.from, slot.to)).collect()
        };
        assert_eq!(spans(&times(None), "2026-07-03"), [(540, 600), (600, 660)]);
        assert!(spans(&times(None), "2026-07-04").is_empty(), "another weekday");
        assert!(spans(&times(None), "2026-06-26").is_empty(), "before it begins");
        assert_eq!(spans(&times(Some("2026-07-10")), "2026-07-03").len(), 2);
        assert!(spans(&times(Some("2026-07-10")), "2026-07-10").is_empty());
    }

    #[test]
    fn who_is_busy_a_minute_of_it_is_not_free() {
        let day = Date::parse("2026-07-03").unwrap();
        let at = |minute| Zone::SHANGHAI.at_minute(day, minute);
        let ask = |taken: &TakenTimes, now| {
            let days = [day].into_iter();
            free(&[times(None)], Zone::SHANGHAI, days, now, taken, (|_| false, |_, _: &Slot| true)).len()
        };
        assert_eq!(ask(&TakenTimes::default(), at(0)), 2);
        assert_eq!(ask(&TakenTimes::default(), at(540)), 1, "the first has begun");
        let led = TakenTimes { workers: vec![(WorkerId(1), at(599), at(601))], rooms: Vec::new() };
        assert_eq!(ask(&led, at(0)), 0);
        let other =
            TakenTimes { workers: vec![(WorkerId(2), at(0), at(1440))], rooms: vec![(RoomId(1), at(660), at(700))] };
        assert_eq!(ask(&other, at(0)), 2);
    }
}
