//! `/api/v1/sessions/{id}/shifts` and `needs`, `/api/v1/shifts/gaps` and `/api/v1/shift-limits`.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::gaps::GapsCut;
use super::keeper::ShiftKeeper;
use super::rules::ShiftLimits;
use super::types::{Need, Shift, ShiftGap, ShiftId, ShiftNeedId, ShiftWarning};
use super::{actions, forms, queries, taking};
use crate::api::{self, List, Problem};
use crate::auth::{CityAdmin, TeamReader};
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::ids::SessionId;
use crate::store::{Conn, Db};
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, put_in, invite, release, ask_for, revise_need, withdraw_need, gaps, limits, set_limits]
}

/// What a session needs.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShiftNeedJson {
    id: i64,
    /// The position in words
    position: String,
    wanted: i64,
    /// Who said yes
    taken: i64,
    /// Who was asked and has not answered
    invited: i64,
    /// Whose members are needed; null for anybody who serves in the center
    team_id: Option<i64>,
    /// The certificate that is needed
    kind_id: Option<i64>,
    note: Option<String>,
    /// Why nobody is needed there any more
    withdraw_reason: Option<String>,
    shifts: Vec<ShiftJson>,
}

/// Somebody's shift.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShiftJson {
    id: i64,
    person_id: i64,
    name: String,
    /// `invited`, `taken`, `declined`, `given_back`, `replaced` or `ended`
    state: String,
    /// What it comes to now: as `state`, or `substitute`, `asking`, `silent`, `came`, `missed` or `cancelled`
    standing: String,
    /// Whose shift it is to take over
    instead_of: Option<i64>,
    /// `worker`, `leader` or `oneself`
    by_whom: String,
    changed_at: String,
    word: Option<String>,
    /// Another shift of theirs is at the same time since one of the two was moved
    clashes: bool,
    /// They said yes, and may not serve there any more: they left the team or rest, or what the position asks of them ran out
    away: bool,
}

impl ShiftJson {
    fn of(one: &Shift, now: Now) -> Self {
        Self {
            id: one.shift_id.0,
            person_id: one.person.id.0,
            name: one.person.name.clone(),
            state: one.state.to_string(),
            standing: one.standing(&now).to_string(),
            instead_of: one.instead_of.map(|id| id.0),
            by_whom: one.by_whom.to_string(),
            changed_at: one.changed_at.rfc3339(),
            word: one.word.clone(),
            clashes: one.clashes.is_set(),
            away: one.away.is_set(),
        }
    }
}

impl ShiftNeedJson {
    fn of(need: Need, shifts: &[Shift], now: Now) -> Self {
        let theirs = shifts.iter().filter(|one| one.need_id == need.id);
        Self {
            id: need.id.0,
            shifts: theirs.map(|one| ShiftJson::of(one, now)).collect(),
            wanted: need.wanted,
            taken: need.taken,
            invited: need.invited,
            team_id: need.team_id.map(|id| id.0),
            kind_id: need.kind_id.map(|id| id.0),
            position: need.position,
            note: need.note,
            withdraw_reason: need.withdraw_reason,
        }
    }
}

/// The session's needs that the keeper keeps, with everybody's shifts.
async fn told(by: &ShiftKeeper, conn: &mut Conn, now: Now) -> Result<Vec<ShiftNeedJson>> {
    let needs = queries::kept(by, conn).await?;
    let shifts = queries::of_session(conn, by.session).await?;
    Ok(needs.into_iter().map(|need| ShiftNeedJson::of(need, &shifts, now)).collect())
}

async fn one(by: &ShiftKeeper, conn: &mut Conn, now: Now, id: ShiftNeedId) -> Result<ShiftNeedJson> {
    let need = queries::need(by, conn, id).await?;
    let shifts = queries::of_session(conn, by.session).await?;
    Ok(ShiftNeedJson::of(need, &shifts, now))
}

/// What a session needs volunteers for, and who does it.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", params(("id" = i64, Path)), responses((status = 200, body = List<ShiftNeedJson>), (status = "4XX", body = Problem)))]
#[get("/sessions/<id>/shifts")]
pub(crate) async fn list(reader: TeamReader, db: &Db, now: Now, id: SessionId) -> Result<Json<List<ShiftNeedJson>>> {
    let mut conn = db.read().await?;
    let by = ShiftKeeper::of_session(&reader, &mut conn, id).await?;
    Ok(Json(List::whole(told(&by, &mut conn, now).await?)))
}

/// What a session is to need.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::need` reads it")]
pub(crate) struct NewShiftNeed {
    /// The position in words
    position: String,
    /// 1 to 99
    wanted: i64,
    /// Whose members are needed; a leader's own
    team: Option<i64>,
    /// The id of a kind of certificate that is needed
    kind: Option<i64>,
    note: Option<String>,
    /// All later planned sessions of the series too
    later: Option<bool>,
}

/// Says what a session needs. 422 at `position` for one that it has.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", params(("id" = i64, Path)), request_body = NewShiftNeed, responses((status = 201, body = ShiftNeedJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/needs", data = "<fields>")]
pub(crate) async fn ask_for(
    reader: TeamReader,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Created<Json<ShiftNeedJson>>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::of_session(&reader, &mut tx, id).await?;
    let made = actions::ask_for(&by, now, &mut tx, &forms::need(&fields)?).await?;
    let made = one(&by, &mut tx, now, made).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/sessions/{id}/shifts")).body(Json(made)))
}

/// What of a need is to be another.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::revision` reads it")]
pub(crate) struct NewNeedRevision {
    position: String,
    /// Not fewer than said yes
    wanted: i64,
    note: Option<String>,
}

/// Changes what a session needs.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", params(("id" = i64, Path), ("need" = i64, Path)), request_body = NewNeedRevision, responses((status = 200, body = ShiftNeedJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/needs/<need>", data = "<fields>")]
pub(crate) async fn revise_need(
    reader: TeamReader,
    db: &Db,
    now: Now,
    id: SessionId,
    need: ShiftNeedId,
    fields: Fields,
) -> Result<Json<ShiftNeedJson>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::of_session(&reader, &mut tx, id).await?;
    actions::revise_need(&by, now, &mut tx, need, &forms::revision(&fields)?).await?;
    let revised = one(&by, &mut tx, now, need).await?;
    tx.commit().await?;
    Ok(Json(revised))
}

/// Why nobody is needed any more.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct NeedWithdrawal {
    reason: String,
}

/// Takes a need back: who said yes or was asked is free.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", params(("id" = i64, Path), ("need" = i64, Path)), request_body = NeedWithdrawal, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/needs/<need>/withdrawal", data = "<fields>")]
pub(crate) async fn withdraw_need(
    reader: TeamReader,
    db: &Db,
    now: Now,
    id: SessionId,
    need: ShiftNeedId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::of_session(&reader, &mut tx, id).await?;
    actions::withdraw_need(&by, now, &mut tx, need, &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Who said yes.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::whom` reads it")]
pub(crate) struct NewShift {
    /// One of the session's needs
    need: i64,
    /// Somebody who serves
    person: i64,
    /// Though it is much: long on one day, or many days in a row
    anyway: Option<bool>,
}

/// A shift that was taken.
#[derive(Serialize, ToSchema)]
pub(crate) struct TakenJson {
    need: ShiftNeedJson,
    /// What is to be known and keeps nobody from it: `long_day`, `many_days` or `uninsured`
    warnings: Vec<String>,
}

/// Writes down that somebody said yes. 409 with the reason where they cannot: `shift_full`, `shift_overlap`, `shift_too_much` and so on.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", params(("id" = i64, Path)), request_body = NewShift, responses((status = 201, body = TakenJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/shifts", data = "<fields>")]
pub(crate) async fn put_in(
    reader: TeamReader,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Created<Json<TakenJson>>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::of_session(&reader, &mut tx, id).await?;
    let (need, person, anyway) = forms::whom(&fields)?;
    let warned = taking::put_in(&by, now, &mut tx, (need, person), anyway).await?;
    let need = one(&by, &mut tx, now, need).await?;
    tx.commit().await?;
    let warnings = warned.iter().map(ShiftWarning::to_string).collect();
    Ok(Created::new(format!("/api/v1/sessions/{id}/shifts")).body(Json(TakenJson { need, warnings })))
}

/// Whom to ask.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::invited` reads it")]
pub(crate) struct NewInvitation {
    /// One of the session's needs
    need: i64,
    /// Somebody who serves in its team
    person: i64,
}

/// Asks somebody whether they take a shift; they answer on their own phone.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", params(("id" = i64, Path)), request_body = NewInvitation, responses((status = 201, body = ShiftNeedJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/shifts/invitations", data = "<fields>")]
pub(crate) async fn invite(
    reader: TeamReader,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Created<Json<ShiftNeedJson>>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::of_session(&reader, &mut tx, id).await?;
    let (need, person) = forms::invited(&fields)?;
    actions::invite(&by, now, &mut tx, (need, person)).await?;
    let need = one(&by, &mut tx, now, need).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/sessions/{id}/shifts")).body(Json(need)))
}

/// What was said.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::word` reads it")]
pub(crate) struct ShiftReturn {
    word: Option<String>,
}

/// Frees somebody who cannot come, or takes a question back. 409 `shift_settled` where it stands elsewhere by now.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", params(("id" = i64, Path), ("shift" = i64, Path)), request_body = ShiftReturn, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/shifts/<shift>/return", data = "<fields>")]
pub(crate) async fn release(
    reader: TeamReader,
    db: &Db,
    now: Now,
    id: SessionId,
    shift: ShiftId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::of_session(&reader, &mut tx, id).await?;
    actions::release(&by, now, &mut tx, shift, forms::word(&fields)?.as_deref()).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// What a coming session still lacks.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShiftGapJson {
    session_id: i64,
    need_id: i64,
    starts_at: String,
    ends_at: String,
    team_id: Option<i64>,
    position: String,
    wanted: i64,
    taken: i64,
    invited: i64,
    declined: i64,
    /// Who said yes, and has another shift at the same time since one was moved
    clashes: i64,
    /// Who is under 18, where no adult is there
    alone: i64,
    /// Who said yes, and may not serve there any more
    away: i64,
    /// Who is under 18, where it was moved to an hour at which they do not serve, or is too long for them
    misplaced: usize,
}

impl From<ShiftGap> for ShiftGapJson {
    fn from(gap: ShiftGap) -> Self {
        Self {
            session_id: gap.session_id.0,
            need_id: gap.need_id.0,
            starts_at: gap.starts_at.rfc3339(),
            ends_at: gap.ends_at.rfc3339(),
            team_id: gap.team_id.map(|id| id.0),
            position: gap.position,
            wanted: gap.wanted,
            taken: gap.taken,
            invited: gap.invited,
            declined: gap.declined,
            clashes: gap.clashes,
            alone: gap.alone,
            away: gap.away,
            misplaced: gap.misplaced,
        }
    }
}

/// What the coming four weeks still lack; of a leader, of their own team.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", params(("center" = i64, Query), ("team" = Option<i64>, Query), ("sort" = Option<String>, Query, description = "`date` or `missing`")), responses((status = 200, body = List<ShiftGapJson>), (status = "4XX", body = Problem)))]
#[get("/shifts/gaps?<center>")]
pub(crate) async fn gaps(
    reader: TeamReader,
    db: &Db,
    now: Now,
    center: Option<&str>,
    asked: Asked,
) -> Result<Json<List<ShiftGapJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&reader, &mut conn, center).await?;
    let found = GapsCut::read(&asked.0)?.list(&reader, &mut conn, now, &center).await?;
    Ok(Json(List::whole(found.into_iter().map(ShiftGapJson::from).collect())))
}

/// What is too much for a volunteer, and when minors may serve.
#[derive(Serialize, ToSchema)]
pub(crate) struct ShiftLimitsJson {
    day_minutes: i64,
    days_running: i64,
    /// Minutes after midnight
    minors_from: i64,
    minors_to: i64,
    minors_minutes: i64,
}

impl From<ShiftLimits> for ShiftLimitsJson {
    fn from(limits: ShiftLimits) -> Self {
        let ShiftLimits { day_minutes, days_running, minors_from, minors_to, minors_minutes } = limits;
        Self { day_minutes, days_running, minors_from, minors_to, minors_minutes }
    }
}

/// What is warned of, and when minors may serve.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", responses((status = 200, body = ShiftLimitsJson), (status = "4XX", body = Problem)))]
#[get("/shift-limits")]
pub(crate) async fn limits(_by: TeamReader, db: &Db) -> Result<Json<ShiftLimitsJson>> {
    Ok(Json(queries::limits(&mut *db.read().await?).await?.into()))
}

/// What is to be too much.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::limits` reads it")]
pub(crate) struct NewShiftLimits {
    /// Hours on one day, more than which are warned of
    day_hours: i64,
    /// Days in a row, more than which are warned of
    days_running: i64,
    /// Such as `08:00`
    minors_from: String,
    minors_to: String,
    /// Hours on one day, more than which no minor serves
    minors_hours: i64,
}

/// Changes what is warned of, and when minors may serve.
#[utoipa::path(context_path = "/api/v1", tag = "shifts", request_body = NewShiftLimits, responses((status = 200, body = ShiftLimitsJson), (status = "4XX", body = Problem)))]
#[post("/shift-limits", data = "<fields>")]
pub(crate) async fn set_limits(by: CityAdmin, db: &Db, now: Now, fields: Fields) -> Result<Json<ShiftLimitsJson>> {
    let limits = forms::limits(&fields)?;
    let mut tx = db.begin().await?;
    actions::set_limits(&by, now, &mut tx, &limits).await?;
    tx.commit().await?;
    Ok(Json(limits.into()))
}
