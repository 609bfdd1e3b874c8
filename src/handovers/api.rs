//! `/api/v1/workers/{id}/handover` and `/api/v1/handovers`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Handover, HandoverId, HandoverItem, OpenThing, ThingName};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Manager;
use crate::centers::{self, Center};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::Fields;
use crate::workers::{self, Worker, WorkerId};

pub(super) fn routes() -> Vec<Route> {
    routes![open_things, create, show, undo]
}

/// One thing that a worker has in hand.
#[derive(Serialize, ToSchema)]
pub(crate) struct OpenThingJson {
    /// `sessions`, `appointments`, `supervision`, `posts`, `liaison`, which are given to others; `closings`, `hours`, `teams`, `imports`, `erasures`, `devices`,
    /// which are listed
    kind: String,
    /// The session, the appointment, the supervision, the post, the team …
    id: i64,
    /// What it is called, where it has a name that may be told
    name: Option<String>,
    /// A session's or an appointment's day
    date: Option<String>,
    /// When on that day an appointment begins
    time: Option<String>,
}

/// The name, the day and the time, as far as each is there and told.
fn told(name: &ThingName) -> [Option<String>; 3] {
    match name {
        ThingName::Session(title, day) => [title.own().map(str::to_owned), Some(day.to_string()), None],
        ThingName::Appointment(at) => [None, Some(Date(at.date()).to_string()), Some(at.format("%H:%M").to_string())],
        ThingName::Text(text) => [Some(text.clone()), None, None],
        ThingName::Number(_) => [None, None, None],
    }
}

impl From<OpenThing> for OpenThingJson {
    fn from(thing: OpenThing) -> Self {
        let [name, date, time] = told(&thing.name);
        Self { kind: thing.kind.to_string(), id: thing.subject_id, name, date, time }
    }
}

/// What became of one thing.
#[derive(Serialize, ToSchema)]
pub(crate) struct HandoverItemJson {
    kind: String,
    /// Of what was given, the session, the appointment, the new supervision, the new filling of a post, the new time with a team
    id: i64,
    name: Option<String>,
    date: Option<String>,
    /// When on that day an appointment begins
    time: Option<String>,
    /// Who has it, or looks after it, from then on
    worker_id: Option<i64>,
    /// `given`, `cancelled`, `listed` or `returned`
    outcome: String,
    /// True where who has it now has another session or appointment at the same time
    clashes: bool,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HandoverJson {
    id: i64,
    center_id: i64,
    /// Whose work it was
    worker_id: i64,
    from: String,
    made_at: String,
    undone_at: Option<String>,
    items: Vec<HandoverItemJson>,
}

impl HandoverJson {
    fn of(handover: &Handover, items: Vec<HandoverItem>) -> Self {
        let item = |item: HandoverItem| {
            let [name, date, time] = told(&item.name);
            HandoverItemJson {
                kind: item.kind.to_string(),
                id: item.subject_id,
                name,
                date,
                time,
                worker_id: item.worker.map(|(id, _)| id.0),
                outcome: item.outcome.to_string(),
                clashes: item.clashes,
            }
        };
        Self {
            id: handover.id.0,
            center_id: handover.center_id.0,
            worker_id: handover.worker_id.0,
            from: handover.from_day.to_string(),
            made_at: handover.made_at.rfc3339(),
            undone_at: handover.undone_at.map(|at| at.rfc3339()),
            items: items.into_iter().map(item).collect(),
        }
    }
}

async fn open(by: &Manager, conn: &mut Conn, now: Now, id: WorkerId) -> Result<(Center, Worker)> {
    let center = workers::queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let worker = workers::queries::find(conn, center.id(), id).await?;
    if worker.is_there(center.zone.date(now.0)) { Ok((center, worker)) } else { Err(Error::NotFound) }
}

/// All that a worker has in hand from a day on, today where none is said. 404 where they have left.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path), ("from" = Option<String>, Query)), responses((status = 200, body = List<OpenThingJson>), (status = "4XX", body = Problem)))]
#[get("/workers/<id>/handover?<from>")]
pub(crate) async fn open_things(
    by: Manager,
    db: &Db,
    now: Now,
    id: WorkerId,
    from: Option<&str>,
) -> Result<Json<List<OpenThingJson>>> {
    let from = from.map(|day| api::asked("from", Some(day), parse::date)).transpose()?;
    let mut conn = db.read().await?;
    let (center, worker) = open(&by, &mut conn, now, id).await?;
    let from: Date = from.unwrap_or(center.zone.date(now.0));
    let things = queries::open_things(&by, &mut conn, now, &center, &worker, from).await?;
    Ok(Json(List::whole(things.into_iter().map(OpenThingJson::from).collect())))
}

/// Who takes over what.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::handover` reads it")]
pub(crate) struct NewHandover {
    /// The first day on which others do it
    from: String,
    /// A worker of the center who takes over everything for which nobody else is named
    successor: Option<i64>,
    /// Who leads the sessions
    sessions: Option<i64>,
    /// Who takes over the appointments, and reads from then on who comes
    appointments: Option<i64>,
    /// True where appointments are called off instead
    cancel_appointments: Option<bool>,
    /// Why, where they are: whoever had one is told so. Nothing brings them back
    appointments_reason: Option<String>,
    /// Who supervises the colleagues: a social worker of the provider
    supervisor: Option<i64>,
    /// Who fills the posts; they stay vacant where nobody is named
    posts: Option<i64>,
    /// Who looks after the teams
    liaison: Option<i64>,
    /// Who looks after what cannot be given
    rest: Option<i64>,
    /// True where their time in the center ends on that day, too
    leaves: Option<bool>,
}

/// Hands a worker's work over, all or nothing. 409 `handover_empty` where they have nothing in hand.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), request_body = NewHandover, responses((status = 201, body = HandoverJson), (status = "4XX", body = Problem)))]
#[post("/workers/<id>/handover", data = "<fields>")]
pub(crate) async fn create(
    by: Manager,
    db: &Db,
    now: Now,
    id: WorkerId,
    fields: Fields,
) -> Result<Created<Json<HandoverJson>>> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, now, id).await?;
    let input = forms::handover(&fields, center.zone.date(now.0))?;
    let made = actions::hand_over(&by, now, &mut tx, &center, &worker, &input).await?;
    let handover = queries::find(&mut tx, center.id(), made).await?;
    let items = queries::items(&by, &mut tx, made).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/handovers/{made}")).body(Json(HandoverJson::of(&handover, items))))
}

async fn open_made(by: &Manager, conn: &mut Conn, id: HandoverId) -> Result<(Center, Handover)> {
    let center = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let handover = queries::find(conn, center.id(), id).await?;
    Ok((center, handover))
}

/// A handover and what became of each thing.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), responses((status = 200, body = HandoverJson), (status = "4XX", body = Problem)))]
#[get("/handovers/<id>")]
pub(crate) async fn show(by: Manager, db: &Db, id: HandoverId) -> Result<Json<HandoverJson>> {
    let mut conn = db.read().await?;
    let (_, handover) = open_made(&by, &mut conn, id).await?;
    let items = queries::items(&by, &mut conn, id).await?;
    Ok(Json(HandoverJson::of(&handover, items)))
}

/// Takes a handover back, as far as what was given stands. 409 `handover_gone` where the worker has left or will; 404 where it was taken
/// back already.
#[utoipa::path(context_path = "/api/v1", tag = "workers", params(("id" = i64, Path)), responses((status = 200, body = HandoverJson), (status = "4XX", body = Problem)))]
#[post("/handovers/<id>/undoing")]
pub(crate) async fn undo(by: Manager, db: &Db, now: Now, id: HandoverId) -> Result<Json<HandoverJson>> {
    let mut tx = db.begin().await?;
    let (center, handover) = open_made(&by, &mut tx, id).await?;
    actions::undo(&by, now, &mut tx, &center, &handover).await?;
    let handover = queries::find(&mut tx, center.id(), id).await?;
    let items = queries::items(&by, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Json(HandoverJson::of(&handover, items)))
}
