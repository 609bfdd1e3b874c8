//! How a center's rooms stand, on any day, to what is asked of them: the warning on the page of rooms, a page of its own, and for
//! programs.

use askama::Template;
use rocket::serde::json::Json;
use rocket::{Route, get, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::rules::{self, Standard};
use super::types::{Room, RoomKind};
use super::{queries, types::RoomKindId};
use crate::api::{self, Problem};
use crate::auth::CenterReader;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::fields::parse;
use crate::programmes::{self, ProgrammeRules, RulesOfDay};
use crate::store::{Conn, Db};
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

pub(super) fn api_routes() -> Vec<Route> {
    routes![measured]
}

/// Rooms measured by the rules of a day.
pub struct Measured {
    /// None where no programme holds for the center on that day: then nothing is asked.
    pub by: Option<RulesOfDay>,
    pub standard: Standard,
    /// The kinds that are required: of which rooms are proposed.
    pub required: Vec<RoomKind>,
}

impl Measured {
    /// These rooms by the rules of `day`.
    pub(super) async fn of(
        conn: &mut Conn,
        center: CenterId,
        day: Date,
        rooms: &[(RoomKindId, i64)],
        kinds: &[RoomKind],
    ) -> Result<Self> {
        let by = programmes::queries::of_center(conn, center, day).await?;
        let none = ProgrammeRules::none();
        let asked = by.as_ref().map_or(&none, |by| &by.rules);
        let standard = rules::standard(rooms, kinds, asked);
        let required = rules::required(kinds, asked).cloned().collect();
        Ok(Self { by, standard, required })
    }

    /// Whether there is something to warn of.
    pub fn falls_short(&self) -> bool {
        self.by.is_some() && !self.standard.is_met()
    }
}

/// A room as it is measured.
pub(super) fn sizes(rooms: &[Room]) -> Vec<(RoomKindId, i64)> {
    rooms.iter().map(|room| (room.kind_id, room.area_m2)).collect()
}

/// The center's rooms that were in use when `day` ended, by the rules of that day. What rooms were like then is not kept but for
/// when they were added and taken out of use.
async fn on(conn: &mut Conn, center: &Center, day: Date) -> Result<Measured> {
    let rooms = queries::in_use_at(conn, center.id(), center.zone.midnight(day.plus_days(1))).await?;
    let kinds = queries::kinds(conn).await?;
    Measured::of(conn, center.id(), day, &rooms, &kinds).await
}

#[derive(Template)]
#[template(path = "rooms/standard.html")]
struct StandardPage {
    center: Center,
    day: Date,
    measured: Measured,
    form: Form,
}

impl View for StandardPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("standard.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }
}

/// Query `on`: the day, today where it is not said.
#[get("/centers/<center>/rooms/standard")]
async fn show(by: CenterReader, db: &Db, now: Now, center: CenterId, asked: Asked) -> Result<Page<StandardPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let day = Date::parse(asked.0.get("on")).unwrap_or_else(|| center.zone.date(now.0));
    let measured = on(&mut conn, &center, day).await?;
    let form = Form::filled(Fields::default().with("on", day));
    Ok(Page(StandardPage { center, day, measured, form }))
}

/// A kind of room
#[derive(Serialize, ToSchema)]
pub(crate) struct MissingKindJson {
    id: i64,
    name: String,
    name_en: String,
}

/// By what a center is measured
#[derive(Serialize, ToSchema)]
pub(crate) struct MeasureJson {
    programme_id: i64,
    name: String,
    name_en: String,
    /// Where it is printed
    source: String,
    /// Since when its rules hold
    valid_from: String,
}

/// How a center's rooms stand to what is asked of them; falling short blocks nothing
#[derive(Serialize, ToSchema)]
pub(crate) struct StandardJson {
    center_id: i64,
    on: String,
    /// Null where no programme holds for the center on that day
    programme: Option<MeasureJson>,
    area_m2: i64,
    /// Null where none is asked for
    area_asked_m2: Option<i64>,
    missing_kinds: Vec<MissingKindJson>,
    /// Optional kinds of which there is a room
    optional_kinds: usize,
    optional_kinds_asked: usize,
    met: bool,
}

impl StandardJson {
    fn of(center: CenterId, day: Date, measured: Measured) -> Self {
        let Measured { by, standard, .. } = measured;
        let missing =
            |kind: &RoomKind| MissingKindJson { id: kind.id.0, name: kind.name.clone(), name_en: kind.name_en.clone() };
        let is_asked = by.is_some();
        let programme = by.map(|by| MeasureJson {
            programme_id: by.programme_id.0,
            name: by.name,
            name_en: by.name_en,
            source: by.source,
            valid_from: by.valid_from.to_string(),
        });
        Self {
            center_id: center.0,
            on: day.to_string(),
            area_m2: standard.area_m2,
            area_asked_m2: standard.area_asked,
            // Where nothing is asked, nothing is missing.
            missing_kinds: standard.missing_required.iter().filter(|_| is_asked).map(missing).collect(),
            optional_kinds: standard.optional_there,
            optional_kinds_asked: standard.optional_asked,
            met: !is_asked || standard.is_met(),
            programme,
        }
    }
}

/// How the rooms that a center had on a day stand to what was asked of them on that day; today where none is said.
#[utoipa::path(context_path = "/api/v1", tag = "rooms", params(("center" = i64, Query), ("on" = Option<String>, Query)), responses((status = 200, body = StandardJson), (status = "4XX", body = Problem)))]
#[get("/rooms/standard?<center>&<on>")]
pub(crate) async fn measured(
    by: CenterReader,
    db: &Db,
    now: Now,
    center: Option<&str>,
    on: Option<&str>,
) -> Result<Json<StandardJson>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let day = match on {
        Some(on) => api::asked("on", Some(on), parse::date)?,
        None => center.zone.date(now.0),
    };
    let measured = self::on(&mut conn, &center, day).await?;
    Ok(Json(StandardJson::of(center.id(), day, measured)))
}
