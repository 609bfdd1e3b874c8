//! Several plans looked at together, before any of them is saved.

use super::booking::{self, Around};
use super::engaged::{self, Engaged, WantedTime};
use super::forms::{Choices, Plan};
use super::picks::Picks;
use super::preview::{AskedOfPreview, DateLook, Laid, PreviewRow, SeriesSurroundings, first_look};
use super::rules::{Occupant, Slot};
use super::title::Title;
use super::types::SessionId;
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::error::Result;
use crate::store::Conn;
use crate::web::Lang;

/// Lays out several plans as each is first shown, with as many queries as one needs. What a plan would take, those after it do not
/// get: they are meant to be made together.
pub async fn lay_out_all(
    by: &Coordinator,
    conn: &mut Conn,
    center: &Center,
    (plans, choices): (&[&Plan], &Choices),
    lang: Lang,
) -> Result<Vec<Laid>> {
    let dates: Vec<Vec<Slot>> = plans
        .iter()
        .map(|plan| {
            let mut slots = plan.possible_slots(center);
            slots.truncate(first_look(plan.times(), true, slots.len()));
            slots
        })
        .collect();
    let mut all: Vec<Slot> = dates.iter().flatten().copied().collect();
    all.sort_by_key(|slot| (slot.starts_at, slot.ends_at));
    all.dedup();
    let wanted: Vec<WantedTime> =
        plans.iter().zip(&dates).flat_map(|(plan, slots)| slots.iter().map(move |slot| plan.wants(slot))).collect();
    let around = Around::load(by, conn, center, &all).await?;
    let engaged = engaged::at(by, conn, center.id(), &wanted).await?;
    let holidays = booking::holidays(conn, &all).await?;
    let mut seen = SeriesSurroundings { around, engaged, holidays };
    let picks = Picks::default();
    let asked = AskedOfPreview { picks: &picks, bulk: None, makes_up: true };
    let mut laid = Vec::new();
    for (plan, slots) in plans.iter().zip(&dates) {
        let rows = DateLook { center, plan, choices, seen: &seen, lang }.rows(slots, &asked);
        seen.take(plan, choices, &rows);
        let kept = rows.iter().filter(|row| !row.is_skipped()).count();
        let is_short = plan.times().is_some_and(|times| kept < times);
        laid.push(Laid { rows, without: Vec::new(), has_grown: false, is_short });
    }
    Ok(laid)
}

impl Plan {
    fn wants(&self, slot: &Slot) -> WantedTime {
        WantedTime { slot: *slot, worker: self.place.worker(), team: self.place.team, session: None }
    }
}

impl SeriesSurroundings {
    /// What stands in the way of others once the plan is made so.
    fn take(&mut self, plan: &Plan, choices: &Choices, rows: &[PreviewRow]) {
        let title = Title::planned(&plan.texts.title, choices.kinds.iter().find(|kind| kind.id == plan.texts.kind));
        let team = choices.teams.iter().find(|team| Some(team.id) == plan.place.team);
        for row in rows.iter().filter(|row| !row.is_skipped()) {
            let Slot { starts_at, ends_at, .. } = row.placed;
            for room in row.rooms(plan) {
                let (booked_from, booked_to) = row.placed.with_buffer(room.buffer_minutes);
                let (room_id, title) = (room.id, title.clone());
                let there = Occupant { room_id, session_id: None, title, booked_from, booked_to, starts_at, ends_at };
                self.around.occupants.push(there);
            }
            self.engaged.push(Engaged {
                session_id: Some(SessionId(0)),
                worker_id: plan.place.worker(),
                team_id: plan.place.team,
                worker: plan.place.lead.as_ref().map(|lead| lead.name.clone()),
                team: team.map(|team| team.name.clone()),
                serving: None,
                title: Some(title.clone()),
                starts_at,
                ends_at,
            });
        }
    }
}
