//! Which agreement pays for one completed session: its page, and what programs do about it.

use askama::Template;
use rocket::response::status::NoContent;
use rocket::{Route, get, post, routes};
use utoipa::ToSchema;

use super::charging;
use super::forms::Choices;
use super::queries::{self, open_in};
use super::types::{ActivityId, Session, SessionId};
use crate::agreements::Payer;
use crate::api::Problem;
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, correct]
}

pub(super) fn programs() -> Vec<Route> {
    routes![charge, correct_one]
}

#[derive(Template)]
#[template(path = "activities/charging.html")]
struct ChargingPage {
    center: Center,
    session: Session,
    payers: Vec<Payer>,
    form: Form,
}

impl ChargingPage {
    async fn load(conn: &mut Conn, (center, session): (Center, Session), again: Option<Form>) -> Result<Self> {
        let payers = charging::payers_of(conn, &session).await?;
        let form = match again {
            Some(form) => form,
            None => {
                let known = charging::of_session(conn, session.id).await?;
                Form::filled(Fields::default().with("charged_to", known.map(|id| id.to_string()).unwrap_or_default()))
            }
        };
        Ok(Self { center, session, payers, form })
    }

    fn back(&self) -> String {
        self.session.center_id.path(format_args!("/activities/{}", self.session.activity_id))
    }
}

impl View for ChargingPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("agreements.charged_to")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/sessions/<id>/charging")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<ChargingPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    Ok(Page(ChargingPage::load(&mut conn, opened, None).await?))
}

#[post("/centers/<center>/sessions/<id>/charging", data = "<fields>")]
async fn correct(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<ChargingPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let session = &opened.1;
        let mut tx = db.begin().await?;
        let charge = charging::correction(&fields, &charging::payers_of(&mut tx, session).await?)?;
        charging::correct(&by, now, &mut tx, session, &charge).await?;
        tx.commit().await?;
        Ok::<_, Error>(session.center_id.path(format_args!("/activities/{}", session.activity_id)))
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let form = Form::again(fields, errors);
        ChargingPage::load(&mut *db.read().await?, opened, Some(form)).await
    })
    .await
}

/// What pays for an activity.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `charging::read` reads it")]
pub(crate) struct ActivityCharge {
    center: i64,
    /// An agreement of the center; the main one where it is missing
    charged_to: Option<i64>,
}

/// Charges an activity to an agreement, with those of its sessions that are not completed.
#[utoipa::path(context_path = "/api/v1", tag = "activities", params(("id" = i64, Path)), request_body = ActivityCharge, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/activities/<id>/charging", data = "<fields>")]
pub(crate) async fn charge(by: Coordinator, db: &Db, now: Now, id: ActivityId, fields: Fields) -> Result<NoContent> {
    let center = crate::api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let activity = queries::activity(&by, &mut tx, center.id(), id).await?;
    let choices = Choices::load(&mut tx, &center, now).await?;
    let mut read = fields.read();
    let to = charging::read(&mut read, &choices, Some(&activity));
    let to = read.finish(|| to)?;
    charging::charge(&by, now, &mut tx, &activity, to).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// What pays for a completed session, and why it is another agreement than was thought.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `charging::correction` reads it")]
pub(crate) struct SessionCharge {
    /// An agreement that covers the center on the session's day; the main one where it is missing
    charged_to: Option<i64>,
    reason: String,
}

/// Charges a completed session to another agreement. 409 `session_not_completed`: any other follows its activity.
#[utoipa::path(context_path = "/api/v1", tag = "sessions", params(("id" = i64, Path)), request_body = SessionCharge, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/charging", data = "<fields>")]
pub(crate) async fn correct_one(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (_, session) = queries::open_to(&by, now, &mut tx, id).await?;
    let charge = charging::correction(&fields, &charging::payers_of(&mut tx, &session).await?)?;
    charging::correct(&by, now, &mut tx, &session, &charge).await?;
    tx.commit().await?;
    Ok(NoContent)
}
