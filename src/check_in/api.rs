//! `/api/v1/sessions/<id>/checkins`, `…/walk_ins` and `…/head_counts`.

use super::types::{AttendanceId, HeadCountId, Heads};
use rocket::http::Status;
use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::admit::{Again, Attempt, Queue, Who};
use super::forms::Shown;
use super::queries::{self, Present};
use super::sync::{Delivery, Told, Why, Word, sync};
use super::{Way, actions, forms, heads};
use crate::activities::{self, SessionId};
use crate::api::{self, List, PAGE, Problem};
use crate::auth::{Doorkeeper, Greeter, Watcher, logins};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, Result};
use crate::fields::Body;
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, check_in, batch, walk_in, void, check_out, head_counts, count_heads, void_heads]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AttendanceJson {
    id: i64,
    person_id: i64,
    /// `participant`, `volunteer` or `staff`
    role: String,
    /// `phone`, `roster`, `walk_in`, `card` or `paper`
    method: String,
    came_at: String,
    left_at: Option<String>,
    /// Priority groups on the session's local date
    groups: Vec<String>,
    /// Heads without a name who came along
    companions: i64,
    /// Who brought and who fetched a child, where that was written down
    brought_by: Option<String>,
    fetched_by: Option<String>,
    /// Whether the person, or their guardian, agreed to pictures
    photos: bool,
}

impl From<Present> for AttendanceJson {
    fn from(row: Present) -> Self {
        Self {
            id: row.id.0,
            person_id: row.person.id.0,
            role: row.part.to_string(),
            method: row.method.to_string(),
            came_at: row.came_at.rfc3339(),
            left_at: row.left_at.map(|at| at.rfc3339()),
            groups: row.groups().iter().map(|group| group.to_string()).collect(),
            companions: row.companions,
            photos: row.may_be_pictured(),
            brought_by: row.brought_by,
            fetched_by: row.fetched_by,
        }
    }
}

/// Who is in: the session's attendances that were not voided.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path), ("cursor" = Option<String>, Query)), responses((status = 200, body = List<AttendanceJson>), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/checkins?<cursor>")]
pub(crate) async fn list(
    by: Greeter,
    db: &Db,
    now: Now,
    id: SessionId,
    cursor: Option<&str>,
) -> Result<Json<List<AttendanceJson>>> {
    let after = api::after(cursor)?;
    let mut conn = db.read().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut conn, id).await?;
    let rows = queries::present_after(&mut conn, session.id, after, PAGE + 1).await?;
    Ok(Json(List::page(rows.into_iter().map(AttendanceJson::from).collect(), |row| row.id)))
}

/// A try to let a person in.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_check_in` reads it")]
pub(crate) struct NewCheckIn {
    /// A UUID made by the client: the same one again gives the same answer
    request_id: String,
    /// Who it is; exactly one of this and `card`
    person_id: Option<i64>,
    /// The code of a personal card, as it is printed or as the card's whole link
    card: Option<String>,
    /// `participant`, `volunteer` or `staff`; where it is missing, as they are in already, as a volunteer if they have a shift, as a
    /// participant if they are registered, as a volunteer if their team serves, and else as a participant
    role: Option<String>,
    /// `in` or `out`; `in`, where it is missing
    way: Option<String>,
    /// RFC 3339; now, where it is missing
    occurred_at: Option<String>,
    /// `phone`, `roster`, `walk_in`, `card` or `paper`; where it is missing, `card` for a card and else `roster`
    method: Option<String>,
    /// Let in though `not_registered`, by a worker who knows it
    anyway: Option<bool>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct AdmittedJson {
    attendance_id: i64,
    person_id: i64,
    came_at: String,
    /// Where the way is `out`
    left_at: Option<String>,
}

/// Checks a person in: 201 the first time, 200 where the same request comes again, 409 with the refusal's code.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path)), request_body = NewCheckIn, responses((status = 201, body = AdmittedJson), (status = 200, body = AdmittedJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/checkins", data = "<fields>")]
pub(crate) async fn check_in(
    by: Doorkeeper,
    db: &Db,
    queue: &State<Queue>,
    sealer: &State<Sealer>,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<(Status, Json<AdmittedJson>)> {
    let input = match forms::api_check_in(&fields, now) {
        Ok(input) => input,
        Err(error) => {
            stands(&by, db, now).await?;
            return Err(error);
        }
    };
    let attempt = Attempt {
        by: (&*by).into(),
        request: input.request,
        session: id,
        who: match input.who {
            Shown::Person(person) => Who::Person(person),
            Shown::Card(code) => Who::Card(code.hash(sealer)),
        },
        part: input.part,
        way: input.way,
        method: input.method,
        occurred_at: input.occurred_at,
        offline: false,
        entrance: input.entrance,
        again: Again::Repeat,
    };
    let admitted = queue.admit(attempt).await?.or_refusal()?;
    let (came_at, left_at) = match admitted.way {
        Way::In => (admitted.at, None),
        Way::Out => (queries::came_at(&mut *db.read().await?, admitted.attendance).await?, Some(admitted.at)),
    };
    let answer = AdmittedJson {
        attendance_id: admitted.attendance.0,
        person_id: admitted.person.0,
        came_at: came_at.rfc3339(),
        left_at: left_at.map(Timestamp::rfc3339),
    };
    Ok((created(admitted.first), Json(answer)))
}

/// A token may have ended since it was remembered. Where a try is decided that is looked up; where there was none, here.
///
/// # Errors
/// `Unauthorized` where it has.
async fn stands(by: &Doorkeeper, db: &Db, now: Now) -> Result<()> {
    match logins::stands(&mut *db.read().await?, now, by.login).await? {
        true => Ok(()),
        false => Err(Error::Unauthorized),
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct SyncedJson {
    /// By how many milliseconds the device's clock is behind; zero where it is right
    behind_ms: i64,
    /// In the order of the items. One without an answer was not decided, by a fault of the server: send it again
    answers: Vec<ToldJson>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ToldJson {
    request_id: String,
    /// `in`, `out`, `already`, `refused`, `unknown`, `not_found` or `invalid`
    answer: Word,
    /// The refusal's code, or the field that is not to be read
    code: Option<&'static str>,
    person_id: Option<i64>,
    /// When they came or went; with `already_in`, since when they are in
    at: Option<String>,
}

impl From<Told> for ToldJson {
    fn from(told: Told) -> Self {
        Self {
            request_id: told.request_id,
            answer: told.word,
            code: told.why.map(Why::code),
            person_id: told.person.map(|id| id.0),
            at: told.at.map(Timestamp::rfc3339),
        }
    }
}

/// Takes scans that a device made, now or while it had no network, in any order and any number of times. What is wrong
/// with one is told in its own answer.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", request_body = Delivery, responses((status = 200, body = SyncedJson), (status = "4XX", body = Problem)))]
#[post("/checkins/batch", data = "<delivery>")]
pub(crate) async fn batch(
    by: Doorkeeper,
    db: &Db,
    queue: &State<Queue>,
    sealer: &State<Sealer>,
    now: Now,
    delivery: Body<Delivery>,
) -> Result<Json<SyncedJson>> {
    let synced = sync((&*by).into(), now, sealer, queue, delivery.0).await?;
    if synced.told.iter().all(|told| told.word == Word::Invalid) {
        stands(&by, db, now).await?;
    }
    let answers = synced.told.into_iter().map(ToldJson::from).collect();
    Ok(Json(SyncedJson { behind_ms: synced.behind_ms, answers }))
}

/// What came of a request with a number: new the first time, the same again afterwards.
fn created(first: bool) -> Status {
    if first { Status::Created } else { Status::Ok }
}

/// Somebody at the door whom nobody has registered yet.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_walk_in` reads it")]
pub(crate) struct NewWalkIn {
    /// A UUID made by the client: the same one again, for the same name, number and part, is the same person
    request_id: String,
    name: String,
    /// With it a person whom the center knows by name and number is found again
    phone: Option<String>,
    /// `participant`, `volunteer` or `staff`
    role: String,
    /// Register although nothing tells the person from somebody of this name whom the center knows (`name_known`)
    anyway: Option<bool>,
}

/// Registers somebody at the door and checks them in: 201 the first time, 200 where the same request comes again, 409
/// with the refusal's code. Nobody is registered at a closed or full door.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path)), request_body = NewWalkIn, responses((status = 201, body = AttendanceJson), (status = 200, body = AttendanceJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/walk_ins", data = "<fields>")]
pub(crate) async fn walk_in(
    by: Greeter,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: SessionId,
    fields: Fields,
) -> Result<(Status, Json<AttendanceJson>)> {
    let (_, session) = activities::queries::open_to(&by, now, &mut *db.read().await?, id).await?;
    let (request, new) = forms::api_walk_in(&fields)?;
    let mut tx = db.begin().await?;
    let answer = actions::walk_in(&by, now, &mut tx, sealer, &session, request, &new, Again::Repeat).await?;
    tx.commit().await?;
    let admitted = answer.or_refusal()?;
    let attendance = queries::attendance(&mut *db.read().await?, id, admitted.attendance).await?;
    Ok((created(admitted.first), Json(attendance.into())))
}

/// Why a check-in or a count of heads is taken back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct Mistake {
    reason: String,
}

/// Marks a check-in as a mistake: it stays on record with the reason and counts no more, nor do hours that were
/// confirmed of it. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path), ("attendance" = i64, Path)), request_body = Mistake, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/checkins/<attendance>/void", data = "<fields>")]
pub(crate) async fn void(
    by: Greeter,
    db: &Db,
    now: Now,
    id: SessionId,
    attendance: AttendanceId,
    fields: Fields,
) -> Result<NoContent> {
    let (_, session) = activities::queries::open_to(&by, now, &mut *db.read().await?, id).await?;
    let reason = forms::reason(&fields)?;
    let mut tx = db.begin().await?;
    actions::void(&by, now, &mut tx, &session, attendance, &reason).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Somebody leaves now. 409 `already_left` where they did before.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path), ("attendance" = i64, Path)), responses((status = 200, body = AttendanceJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/checkins/<attendance>/departure")]
pub(crate) async fn check_out(
    by: Greeter,
    db: &Db,
    queue: &State<Queue>,
    now: Now,
    id: SessionId,
    attendance: AttendanceId,
) -> Result<Json<AttendanceJson>> {
    let mut conn = db.read().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut conn, id).await?;
    let present = queries::attendance(&mut conn, id, attendance).await?;
    drop(conn);
    actions::check_out(&by, now, queue, &session, &present).await?.or_refusal()?;
    Ok(Json(queries::attendance(&mut *db.read().await?, id, attendance).await?.into()))
}

/// People counted without a name; one head may be in several groups.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_heads` reads it")]
pub(crate) struct NewHeadCount {
    /// A UUID made by the client: the same one again is the same count
    request_id: String,
    heads: i64,
    elderly: Option<i64>,
    disabled: Option<i64>,
    needy: Option<i64>,
    youth: Option<i64>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HeadCountJson {
    id: i64,
    heads: i64,
    elderly: i64,
    disabled: i64,
    needy: i64,
    youth: i64,
}

impl HeadCountJson {
    fn of(id: HeadCountId, heads: &Heads) -> Self {
        let Heads { heads, elderly, disabled, needy, youth } = *heads;
        Self { id: id.0, heads, elderly, disabled, needy, youth }
    }
}

/// The counts of unnamed heads that were not taken back, the latest first.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path)), responses((status = 200, body = List<HeadCountJson>), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/head_counts")]
pub(crate) async fn head_counts(by: Watcher, db: &Db, now: Now, id: SessionId) -> Result<Json<List<HeadCountJson>>> {
    let mut conn = db.read().await?;
    activities::queries::open_to(&by, now, &mut conn, id).await?;
    let counts = queries::head_counts(&mut conn, id).await?;
    Ok(Json(List::whole(counts.iter().map(|count| HeadCountJson::of(count.id, &count.of)).collect())))
}

/// Adds a count of unnamed heads to a session: 201 the first time, 200 where the same request comes again.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path)), request_body = NewHeadCount, responses((status = 201, body = HeadCountJson), (status = 200, body = HeadCountJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/head_counts", data = "<fields>")]
pub(crate) async fn count_heads(
    by: Greeter,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<(Status, Json<HeadCountJson>)> {
    let (_, session) = activities::queries::open_to(&by, now, &mut *db.read().await?, id).await?;
    let (request, heads) = forms::api_heads(&fields)?;
    let mut tx = db.begin().await?;
    let (id, first) = heads::count_heads(&by, now, &mut tx, &session, request, &heads).await?;
    tx.commit().await?;
    Ok((created(first), Json(HeadCountJson::of(id, &heads))))
}

/// Takes back a count of heads, with the reason. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "check-in", params(("id" = i64, Path), ("count" = i64, Path)), request_body = Mistake, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/head_counts/<count>/void", data = "<fields>")]
pub(crate) async fn void_heads(
    by: Greeter,
    db: &Db,
    now: Now,
    id: SessionId,
    count: HeadCountId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, session) = activities::queries::open_to(&by, now, &mut tx, id).await?;
    let reason = forms::reason(&fields)?;
    heads::void_heads(&by, now, &mut tx, &session, count, &reason).await?;
    tx.commit().await?;
    Ok(NoContent)
}
