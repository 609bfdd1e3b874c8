//! The call list: who is registered for a day and has no page on a phone, ticked by whoever calls them.

use askama::Template;
use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{CallAnswer, CallLine, RegistrationId};
use super::{forms, queries, staff};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, note]
}

pub(super) fn api_routes() -> Vec<Route> {
    routes![list, note_call]
}

#[derive(Template)]
#[template(path = "registrations/calls.html")]
struct CallsPage {
    center: Center,
    day: Date,
    calls: Vec<CallLine>,
    now: Now,
}

impl CallsPage {
    fn clock(&self) -> &Now {
        &self.now
    }

    fn path(&self) -> String {
        self.center.path("/calls")
    }

    fn answers(&self) -> &'static [CallAnswer] {
        CallAnswer::ALL
    }

    /// Who is registered for one session after the other.
    fn sessions(&self) -> Vec<&[CallLine]> {
        self.calls.chunk_by(|one, next| one.session_id == next.session_id).collect()
    }
}

impl View for CallsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("calls.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }
}

async fn of_day(
    by: &Coordinator,
    conn: &mut Conn,
    now: Now,
    center: CenterId,
    day: Option<Date>,
) -> Result<(Center, Date, Vec<CallLine>)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let day = day.unwrap_or_else(|| center.zone.date(now.0).plus_days(1));
    let calls = queries::call_list(by, conn, &center, day).await?;
    Ok((center, day, calls))
}

/// Of tomorrow, or of the day that is asked for; a word that is no day means tomorrow.
#[get("/centers/<center>/calls?<day>")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, day: Option<&str>) -> Result<Page<CallsPage>> {
    let day = day.and_then(Date::parse);
    let (center, day, calls) = of_day(&by, &mut *db.read().await?, now, center, day).await?;
    Ok(Page(CallsPage { center, day, calls, now }))
}

/// Of the center's, where the address names one.
async fn noted(
    by: &Coordinator,
    db: &Db,
    now: Now,
    (center, id): (Option<CenterId>, RegistrationId),
    fields: &Fields,
) -> Result<()> {
    let mut tx = db.begin().await?;
    let (session, of) = queries::session_of(&mut tx, id).await?;
    centers::queries::open_to(by, &mut tx, center.unwrap_or(of)).await?;
    if center.is_some_and(|center| center != of) {
        return Err(Error::NotFound);
    }
    let answer = forms::answer(fields)?;
    staff::note_call(by, now, &mut tx, (of, session, id), answer).await?;
    tx.commit().await?;
    Ok(())
}

/// Fields `answer`, and `day` to come back to.
#[post("/centers/<center>/calls/<id>", data = "<fields>")]
async fn note(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: RegistrationId,
    fields: Fields,
) -> Result<Done> {
    noted(&by, db, now, (Some(center), id), &fields).await?;
    let back = match Date::parse(fields.get("day")) {
        Some(day) => center.path(format_args!("/calls?day={day}")),
        None => center.path("/calls"),
    };
    Ok(Done::to(back, "done.call_noted"))
}

/// Somebody who is to be called.
#[derive(Serialize, ToSchema)]
pub(crate) struct CallJson {
    registration_id: i64,
    session_id: i64,
    session: String,
    starts_at: String,
    person_id: i64,
    name: String,
    /// A number is known; it is shown by the person's reveal
    has_number: bool,
    /// With whom they bring
    heads: i64,
    /// `confirmed`, or `cancelled` where they said that they cannot come
    state: String,
    /// `comes`, `cannot` or `not_reached`
    answer: Option<String>,
    called_at: Option<String>,
}

impl CallJson {
    fn of(one: &CallLine) -> Self {
        Self {
            registration_id: one.registration_id.0,
            session_id: one.session_id.0,
            session: one.title.pick(Lang::Zh).to_owned(),
            starts_at: one.starts_at.rfc3339(),
            person_id: one.person.id.0,
            name: one.person.name.clone(),
            has_number: one.has_number.is_set(),
            heads: one.heads,
            state: one.state.to_string(),
            answer: one.call.map(|answer| answer.to_string()),
            called_at: one.called_at.map(|at| at.rfc3339()),
        }
    }
}

/// Who is registered for a day and has no page on a phone; tomorrow where no day is named.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("center" = i64, Query), ("day" = Option<String>, Query)), responses((status = 200, body = List<CallJson>), (status = "4XX", body = Problem)))]
#[get("/calls?<center>&<day>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: Option<&str>,
    day: Option<&str>,
) -> Result<Json<List<CallJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let day = match day {
        Some(day) => Some(api::asked("day", Some(day), parse::date)?),
        None => None,
    };
    let (_, _, calls) = of_day(&by, &mut *db.read().await?, now, center, day).await?;
    Ok(Json(List::whole(calls.iter().map(CallJson::of).collect())))
}

/// What was said on the telephone.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::answer` reads it")]
pub(crate) struct CallAnswered {
    /// `comes`, `cannot` (the seat is free at once) or `not_reached`
    answer: String,
}

/// Writes down what was said on the telephone.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), request_body = CallAnswered, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/calls/<id>", data = "<fields>")]
pub(crate) async fn note_call(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: RegistrationId,
    fields: Fields,
) -> Result<NoContent> {
    noted(&by, db, now, (None, id), &fields).await?;
    Ok(NoContent)
}
