//! What keeps a center in order, as files: what is broken, owned and practised.

use super::{Listing, Writer, day, maybe, text};
use crate::centers::Center;
use crate::error::Result;
use crate::store::Conn;
use crate::upkeep::{UpkeepCut, queries};
use crate::web::Lang;
use crate::web::table::Cell;

pub(super) async fn defects(
    conn: &mut Conn,
    lang: Lang,
    name: String,
    center: &Center,
    cut: &UpkeepCut,
) -> Result<Listing> {
    let head = [
        "upkeep.reported_on",
        "upkeep.room",
        "upkeep.what",
        "upkeep.state",
        "upkeep.mender",
        "upkeep.mend_by",
        "upkeep.ended_on",
        "upkeep.word",
    ];
    let mut file = Writer::new(lang, name, &head);
    for one in queries::defects(conn, center.id(), cut).await? {
        file.row([
            day(Some(center.zone.date(one.reported_at))),
            maybe(one.room.as_ref()),
            text(&one.what),
            text(lang.text(one.state.key())),
            maybe(one.mender.as_ref()),
            day(one.mend_by),
            day(one.ended_at.map(|at| center.zone.date(at))),
            maybe(one.word.as_ref()),
        ]);
    }
    Ok(file.done())
}

pub(super) async fn assets(conn: &mut Conn, lang: Lang, name: String, center: &Center) -> Result<Listing> {
    let head = [
        "upkeep.number",
        "upkeep.name",
        "upkeep.kind",
        "upkeep.origin",
        "upkeep.room",
        "upkeep.bought_on",
        "upkeep.cost",
        "upkeep.due_on",
        "upkeep.written_off",
        "upkeep.reason",
        "upkeep.note",
    ];
    let mut file = Writer::new(lang, name, &head);
    for one in queries::assets(conn, center.id()).await? {
        file.row([
            text(&one.number),
            text(&one.name),
            text(lang.text(one.kind.key())),
            text(lang.text(one.origin.key())),
            maybe(one.room.as_ref()),
            day(one.bought_on),
            one.cost_yuan.map_or(Cell::Empty, Cell::Number),
            day(one.due_on),
            day(one.written_off_on),
            maybe(one.written_off_why.as_ref()),
            maybe(one.note.as_ref()),
        ]);
    }
    Ok(file.done())
}

pub(super) async fn drills(conn: &mut Conn, lang: Lang, name: String, center: &Center) -> Result<Listing> {
    let head = [
        "upkeep.held_on",
        "upkeep.drill_kind",
        "upkeep.minutes",
        "upkeep.people",
        "upkeep.led_by",
        "upkeep.found",
        "upkeep.voided",
    ];
    let mut file = Writer::new(lang, name, &head);
    for one in queries::drills(conn, center.id()).await? {
        file.row([
            day(Some(one.held_on)),
            text(lang.text(one.kind.key())),
            Cell::Number(one.minutes),
            Cell::Number(one.people),
            text(&one.led_by),
            maybe(one.found.as_ref()),
            maybe(one.void_reason.as_ref()),
        ]);
    }
    Ok(file.done())
}
