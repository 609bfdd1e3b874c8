//! Reading a planned room, a step, its opening and its withdrawal.

use super::types::{BuildState, RoomWay};
use crate::clock::Date;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::ids::RoomKindId;
use crate::rooms::{RoomInput, forms, times_forms};

pub struct PlannedInput {
    pub name: String,
    pub kind: RoomKindId,
    pub area_m2: i64,
    pub way: RoomWay,
    pub cost_yuan: Option<i64>,
    pub note: Option<String>,
}

/// Fields `name kind area_m2 way cost_yuan note`.
pub fn planned(fields: &Fields) -> Result<PlannedInput> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(40));
    let kind = read.required("kind", parse::choice);
    let area_m2 = read.required("area_m2", parse::integer(1..=20_000));
    let way = read.required("way", parse::choice);
    let cost_yuan = read.optional("cost_yuan", parse::integer(0..=1_000_000_000));
    let note = read.optional("note", parse::line(200));
    read.finish(|| {
        Some(PlannedInput {
            name: name?,
            kind: kind?,
            area_m2: area_m2?,
            way: way?,
            cost_yuan: cost_yuan?,
            note: note?,
        })
    })
}

pub struct StepInput {
    pub state: BuildState,
    pub on_date: Date,
    pub note: Option<String>,
}

/// Fields `state on_date step_note`: what was reached is reached by today.
pub fn step(fields: &Fields, today: Date) -> Result<StepInput> {
    let mut read = fields.read();
    let state = read.required("state", parse::choice);
    let on_date = read.required("on_date", parse::day(today, parse::TERMS));
    if on_date.is_some_and(|day| day > today) {
        read.fault::<()>("on_date", Fault::new("field.in_the_future"));
    }
    let note = read.optional("step_note", parse::line(200));
    read.finish(|| Some(StepInput { state: state?, on_date: on_date?, note: note? }))
}

pub struct OpenUpInput {
    pub room: RoomInput,
    pub opened_on: Date,
    /// Why, where it opened before today and months that are past count otherwise.
    pub reason: Option<String>,
}

/// The fields of a new room ([`forms::room`]), `opened_on`, and `past_reason` where that is before today.
pub fn open_up(fields: &Fields, today: Date) -> Result<OpenUpInput> {
    let mut read = fields.read();
    let facts = forms::read_facts(&mut read);
    let hours = forms::week(&mut read, fields);
    let opening = times_forms::first_day(&mut read, "opened_on", today);
    if opening.as_ref().is_some_and(|(day, _)| *day > today) {
        read.fault::<()>("opened_on", Fault::new("field.in_the_future"));
    }
    read.finish(|| {
        let (opened_on, reason) = opening?;
        Some(OpenUpInput { room: RoomInput { facts: facts?, hours }, opened_on, reason })
    })
}

/// Field `reason`.
pub fn withdrawal(fields: &Fields) -> Result<String> {
    times_forms::why(fields, "reason")
}
