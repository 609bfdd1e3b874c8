//! One session's place in the calendar: move it, cancel it, skip it, add it again. Its check-in page is elsewhere.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::booking::{self, Conflict};
use super::forms::{self, Choices, HandMade};
use super::placing::{self, Placed, SetField, SetFields};
use super::types::{Session, SessionId, SessionStatus};
use super::{SeriesScope, queries, rescheduling, rules};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::time_value;
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, reschedule, cancel, skip, restore]
}

#[derive(Template)]
#[template(path = "activities/schedule.html")]
struct Schedule {
    center: Center,
    session: Session,
    known: Placed,
    choices: Choices,
    /// Others of the series to come of which something was set by hand, and what.
    altered: Vec<(Session, SetFields)>,
    /// True if the session has siblings, so that a change may be for several.
    is_series: bool,
    /// The session's number when it was looked at.
    seen: String,
    moving: Form,
    cancelling: Form,
    skipping: Form,
    restoring: Form,
}

impl Schedule {
    fn scopes(&self) -> &'static [SeriesScope] {
        SeriesScope::ALL
    }

    fn answers(&self) -> &'static [HandMade] {
        HandMade::ALL
    }

    /// Whether a field is asked for now, or was answered.
    fn asks(&self, name: &str) -> bool {
        self.moving.fault(name).is_some() || !self.moving.value(name).is_empty()
    }

    /// Whether it is asked why a session is to be added again at a time at which somebody is busy.
    fn asks_to_restore(&self) -> bool {
        self.restoring.fault("overlap_reason").is_some() || !self.restoring.value("overlap_reason").is_empty()
    }

    fn is_planned(&self) -> bool {
        self.session.status == SessionStatus::Planned
    }

    fn is_completed(&self) -> bool {
        self.session.status == SessionStatus::Completed
    }

    async fn load(by: &Coordinator, conn: &mut Conn, now: Now, center: Center, session: Session) -> Result<Self> {
        let activity = queries::activity(by, conn, center.id(), session.activity_id).await?;
        let choices = Choices::beside(conn, &center, now, Some(&session)).await?;
        let mut placings = placing::of_activity(conn, activity.id).await?;
        let series = queries::of_activity(by, conn, activity.id).await?;
        let is_to_come = |other: &Session| {
            other.id != session.id && other.status == SessionStatus::Planned && other.starts_at > now.0
        };
        let altered = series.into_iter().filter(is_to_come).filter_map(|other| {
            let by_hand = placings.get(&other.id)?.by_hand;
            (!by_hand.is_empty()).then_some((other, by_hand))
        });
        let altered = altered.collect();
        let placing = placings.remove(&session.id).unwrap_or_default();
        let known = Placed { session: session.clone(), placing };
        let moving = Form::filled(values(&known));
        let scope = || Form::filled(Fields::default().with("scope", SeriesScope::One));
        let is_series = activity.is_series();
        let seen = session.sequence.to_string();
        let (cancelling, skipping, restoring) = (scope(), scope(), Form::new());
        Ok(Self { center, session, known, choices, altered, is_series, seen, moving, cancelling, skipping, restoring })
    }
}

impl View for Schedule {
    fn title(&self, lang: Lang) -> String {
        lang.text("schedule.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.get("starts").is_empty() {
            self.cancelling = Form::filled(typed.clone());
            self.skipping = Form::filled(typed.clone());
            self.restoring = Form::filled(typed);
        } else {
            self.seen = typed.get("sequence").to_owned();
            self.moving = Form::filled(typed);
        }
    }
}

fn values(known: &Placed) -> Fields {
    let (session, slot) = (&known.session, known.session.slot());
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let fields = Fields::default()
        .with("room", id(known.placing.rooms.first().map(|id| id.0)))
        .with("venue", known.placing.venue.as_deref().filter(|_| known.placing.rooms.is_empty()).unwrap_or_default())
        .with("worker", id(session.worker_id.map(|id| id.0)))
        .with("team", id(session.team_id.map(|id| id.0)))
        .with("capacity", id(session.capacity))
        .with("date", slot.date)
        .with("starts", time_value(slot.from))
        .with("ends", time_value(slot.to))
        .with("scope", SeriesScope::One);
    known.placing.rooms.iter().skip(1).fold(fields, |fields, room| fields.with("more_rooms", room))
}

fn page_of(session: &Session) -> String {
    session.center_id.path(format_args!("/activities/{}", session.activity_id))
}

#[get("/centers/<center>/sessions/<id>/schedule")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<Schedule>> {
    let mut conn = db.read().await?;
    let (center, session) = queries::open_in(&by, now, &mut conn, center, id).await?;
    Ok(Page(Schedule::load(&by, &mut conn, now, center, session).await?))
}

#[post("/centers/<center>/sessions/<id>/schedule", data = "<fields>")]
async fn reschedule(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<Schedule>> {
    let mut conn = db.read().await?;
    let (center, session) = queries::open_in(&by, now, &mut conn, center, id).await?;
    rules::may_change(&session)?;
    let page = Schedule::load(&by, &mut conn, now, center, session).await?;
    drop(conn);
    let made = async {
        let change = forms::change(&fields, &page.center, &page.choices, &page.known)?;
        rescheduling::reschedule(&by, now, db, &page.center, &page.known, &change).await
    };
    Submitted::with_word(made.await.map(|changed| done(&page.session, changed)), async |errors| {
        // As it is by now, for somebody else may have changed it.
        let mut conn = db.read().await?;
        let (center, session) = queries::open_in(&by, now, &mut conn, page.center.id(), id).await?;
        let mut page = Schedule::load(&by, &mut conn, now, center, session).await?;
        page.moving = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

/// Where a change leads, and what is said of it. Who only gave more places wants to go on receiving people.
fn done(session: &Session, changed: SetFields) -> (String, &'static str) {
    let only = |fields: &[SetField]| changed.without(SetFields::of(fields.iter().copied())).is_empty();
    match () {
        () if changed.is_empty() => (page_of(session), "done.saved"),
        () if only(&[SetField::Capacity]) => (session.path(), "done.session_places"),
        () if only(&[SetField::Capacity, SetField::Worker, SetField::Team]) => (page_of(session), "done.saved"),
        () => (page_of(session), "done.session_moved"),
    }
}

async fn drop_out(
    by: &Coordinator,
    db: &Db,
    now: Now,
    (center, id): (CenterId, SessionId),
    fields: Fields,
    way: Conflict,
) -> Result<Submitted<Schedule>> {
    let mut tx = db.begin().await?;
    let (center, session) = queries::open_in(by, now, &mut tx, center, id).await?;
    let made = async {
        booking::drop_out(by, now, &mut tx, &session, &forms::reason(&fields)?, way).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    match made.await {
        Ok(()) => Ok(Submitted::done(page_of(&session), "done.session_dropped")),
        Err(Error::Invalid(errors)) => {
            let mut page = Schedule::load(by, &mut *db.read().await?, now, center, session).await?;
            let form = Form::again(fields, errors);
            match way {
                Conflict::Cancel => page.cancelling = form,
                Conflict::Skip => page.skipping = form,
            }
            Ok(Submitted::again(page))
        }
        Err(error) => Err(error),
    }
}

#[post("/centers/<center>/sessions/<id>/schedule/cancellation", data = "<fields>")]
async fn cancel(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<Schedule>> {
    drop_out(&by, db, now, (center, id), fields, Conflict::Cancel).await
}

#[post("/centers/<center>/sessions/<id>/schedule/skipping", data = "<fields>")]
async fn skip(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<Schedule>> {
    drop_out(&by, db, now, (center, id), fields, Conflict::Skip).await
}

#[post("/centers/<center>/sessions/<id>/schedule/restoration", data = "<fields>")]
async fn restore(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<Schedule>> {
    let (center, session) = queries::open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let reason = forms::overlap_reason(&fields)?;
        booking::restore(&by, now, db, &center, &session, reason.as_deref()).await
    };
    match made.await {
        Ok(()) => Ok(Submitted::done(page_of(&session), "done.session_restored")),
        Err(Error::Invalid(errors)) => {
            let mut page = Schedule::load(&by, &mut *db.read().await?, now, center, session).await?;
            page.restoring = Form::again(fields, errors);
            Ok(Submitted::again(page))
        }
        Err(error) => Err(error),
    }
}
