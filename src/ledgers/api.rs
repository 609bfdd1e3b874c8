//! `/api/v1/ledger`.

use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::archive::{self, LedgerTask};
use super::days::LedgerDays;
use super::types::LedgerSession;
use super::{actions, forms, queries, rules};
use crate::api::{self, Problem};
use crate::archives::Archive;
use crate::auth::Filer;
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Db, Sealer};
use crate::web::cut::Asked;
use crate::web::{Fields, Lang};

pub(super) fn routes() -> Vec<Route> {
    routes![list, take]
}

/// What is on record of a center's sessions.
#[derive(Serialize, ToSchema)]
pub(crate) struct LedgerJson {
    center_id: i64,
    from: String,
    /// The last day
    to: String,
    /// True where some of the days that were asked for are not the caller's to read: `from` and `to` are what is left of them
    clipped: bool,
    /// True where there are more than the 2,000 that one ledger holds
    cut: bool,
    /// How many things are missing
    missing: usize,
    sessions: Vec<LedgerSessionJson>,
}

/// A session with what is there of it, and what is missing.
#[derive(Serialize, ToSchema)]
pub(crate) struct LedgerSessionJson {
    id: i64,
    activity_id: i64,
    /// Of a confidential kind, the kind's name
    title: String,
    date: String,
    starts_at: String,
    ends_at: String,
    confidential: bool,
    notice: bool,
    registered: i64,
    participants: i64,
    volunteers: i64,
    /// Who came without a name
    unnamed: i64,
    photos: i64,
    summary: bool,
    answers: i64,
    /// With one decimal; null of fewer answers than three
    average: Option<String>,
    /// Confirmed minutes of volunteers
    minutes: i64,
    /// Volunteers whose hours nobody confirmed
    unconfirmed: i64,
    /// Of `notice`, `register`, `sign_in`, `photos`, `summary`, `satisfaction` and `hours`
    missing: Vec<&'static str>,
}

impl LedgerSessionJson {
    fn of(session: LedgerSession) -> Self {
        let LedgerSession { id, activity_id, title, local_date, starts_at, ends_at, facts, .. } = session;
        Self {
            id: id.0,
            activity_id: activity_id.0,
            title: title.for_all(Lang::Zh).to_owned(),
            date: local_date.to_string(),
            starts_at: starts_at.rfc3339(),
            ends_at: ends_at.rfc3339(),
            confidential: facts.secret.is_set(),
            notice: facts.has_notice.is_set(),
            registered: facts.registered,
            participants: facts.participants,
            volunteers: facts.volunteers,
            unnamed: facts.heads,
            photos: facts.photos,
            summary: facts.has_summary.is_set(),
            answers: facts.answers,
            average: rules::average(&facts),
            minutes: facts.minutes,
            unconfirmed: facts.unconfirmed,
            missing: rules::lacks(&facts).into_iter().map(|part| part.code()).collect(),
        }
    }
}

/// What is on record of a center's sessions from one day to another, both included, and what is missing; `kind` and `activity` cut it. Of
/// each center the caller reads the days whose reports they read: 404 where none of those asked for is among them.
#[utoipa::path(context_path = "/api/v1", tag = "ledger", params(("center" = i64, Query), ("from" = String, Query), ("to" = String, Query), ("kind" = Option<i64>, Query), ("activity" = Option<i64>, Query)), responses((status = 200, body = LedgerJson), (status = "4XX", body = Problem)))]
#[get("/ledger?<center>")]
pub(crate) async fn list(by: Filer, db: &Db, now: Now, center: Option<&str>, query: Asked) -> Result<Json<LedgerJson>> {
    let center = api::asked("center", center, parse::choice)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let asked = forms::cut(&query.0)?;
    let cut = LedgerDays::of(&by, &mut conn, now, center.id()).await?.within(asked)?;
    let (sessions, is_cut) = queries::all(&mut conn, now, center.id(), &cut).await?;
    let sessions: Vec<LedgerSessionJson> = sessions.into_iter().map(LedgerSessionJson::of).collect();
    Ok(Json(LedgerJson {
        center_id: center.id().0,
        from: cut.from.to_string(),
        to: cut.to.to_string(),
        clipped: cut != asked,
        cut: is_cut,
        missing: sessions.iter().map(|one| one.missing.len()).sum(),
        sessions,
    }))
}

/// Of which sessions an archive is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::taken` reads it")]
pub(crate) struct LedgerBody {
    center: i64,
    from: String,
    /// The last day
    to: String,
    kind: Option<i64>,
    activity: Option<i64>,
    /// Phone numbers in full: needs the right to reveal, and a `reason`
    full: Option<bool>,
    reason: Option<String>,
}

/// The papers of these sessions as one ZIP, made while it is sent. Posted, for each time is kept in the audit with the number of sessions.
#[utoipa::path(context_path = "/api/v1", tag = "ledger", request_body = LedgerBody, responses((status = 200, description = "The archive", content_type = "application/zip"), (status = "4XX", body = Problem)))]
#[post("/ledger/archive", data = "<fields>")]
pub(crate) async fn take(
    by: Filer,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Archive> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let (cut, reason) = forms::taken(&fields)?;
    let taken = actions::take(&by, now, &mut tx, &center, (cut, reason.as_deref())).await?;
    tx.commit().await?;
    Ok(archive::sent(db, sealer, LedgerTask { center, taken, now, lang }))
}
