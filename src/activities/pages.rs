//! A center's activities: the list, one activity with its sessions, and the form that schedules one.

use crate::auth::{CenterReader, Coordinator, Viewer};
use askama::Template;
use rocket::http::Status;
use rocket::{Responder, Route, get, post, routes};

use super::attributes::Attributes;
use super::booking;
use super::forms::{self, Choices, Plan};
use super::listing::{self, ActivitiesCut, ActivityRow};
use super::preview_pages::{self, Preview};
use super::types::{Activity, ActivityId, Session, SessionStatus};
use super::{NthWeekday, Rhythm, actions, charging, pictures, queries};
use crate::agreements::{self, Payer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, FieldErrors, Result};
use crate::fields::time_value;
use crate::holidays::Holiday;
use crate::rooms::affected::{self, AffectedSession};
use crate::rooms::{self, RoomId};
use crate::store::{Conn, Db};
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};
use crate::workers::WorkerId;

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, show, edit, update]
}

/// Activities of the past on one page of the list.
const PAST_PAGE: i64 = 30;

#[derive(Template)]
#[template(path = "activities/list.html")]
struct ActivitiesPage {
    center: Center,
    coming: Vec<ActivityRow>,
    gone: Vec<ActivityRow>,
    page: i64,
    has_more: bool,
    toolbar: Toolbar,
    may_schedule: bool,
}

impl View for ActivitiesPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("activities.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }
}

#[get("/centers/<center>/activities?<page>")]
async fn list(
    by: CenterReader,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    page: Option<u16>,
    asked: Asked,
) -> Result<Page<ActivitiesPage>> {
    let cut = ActivitiesCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let page = i64::from(page.unwrap_or(1).max(1));
    let (here, how) = ((center.id(), now.0), (&cut, lang));
    let coming = if page == 1 { listing::coming(&by, &mut conn, here, how).await? } else { Vec::new() };
    let mut gone = listing::gone(&by, &mut conn, here, how, (PAST_PAGE + 1, (page - 1) * PAST_PAGE)).await?;
    let has_more = gone.len() > PAST_PAGE.unsigned_abs() as usize;
    gone.truncate(PAST_PAGE.unsigned_abs() as usize);
    let kinds = queries::kinds(&mut conn).await?;
    let teams = queries::helpers(&mut conn, center.id()).await?;
    let rooms = rooms::queries::of_center(&mut conn, center.id()).await?;
    let toolbar = cut.toolbar(lang, &kinds, &teams, &rooms);
    let may_schedule = Coordinator::includes(by.role);
    Ok(Page(ActivitiesPage { center, coming, gone, page, has_more, toolbar, may_schedule }))
}

#[derive(Template)]
#[template(path = "activities/show.html")]
pub(super) struct Show {
    center: Center,
    activity: Activity,
    coming: Vec<Session>,
    past: Vec<Session>,
    /// Those with a day among the sessions to come: what is planned on one may be meant so, or a slip.
    holidays: Vec<Holiday>,
    /// Those whose room is shut to them.
    shut: Vec<AffectedSession>,
    now: Timestamp,
    may_schedule: bool,
    /// How many activities show its picture.
    shown_by: i64,
    /// The center's agreements, whenever they run.
    payers: Vec<Payer>,
    pub(super) picturing: Form,
}

impl Show {
    pub(super) async fn load(
        by: &Viewer,
        conn: &mut Conn,
        now: Now,
        (center, id): (CenterId, ActivityId),
    ) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let activity = queries::activity(by, conn, center.id(), id).await?;
        let sessions = queries::of_activity(by, conn, id).await?;
        let (coming, mut past): (Vec<_>, Vec<_>) = sessions.into_iter().partition(|session| session.ends_at > now.0);
        past.reverse();
        let slots: Vec<_> = coming.iter().map(Session::slot).collect();
        let holidays = booking::holidays(conn, &slots).await?;
        let shut = affected::of_center(conn, &center, now).await?;
        let shown_by = match activity.picture_file_id {
            Some(file) => pictures::shown_by(conn, file).await?,
            None => 0,
        };
        let payers = agreements::queries::payers(conn, center.id(), Date::FIRST).await?;
        let (now, may_schedule, picturing) = (now.0, Coordinator::includes(by.role), Form::new());
        Ok(Self { center, shut, activity, coming, past, holidays, now, may_schedule, shown_by, payers, picturing })
    }

    /// The agreement that pays for it, where one was chosen.
    fn payer(&self) -> Option<&Payer> {
        self.payers.iter().find(|payer| Some(payer.id) == self.activity.charged_to)
    }

    /// Whether several agreements pay for the center on a session's day.
    fn is_shared(&self, session: &Session) -> bool {
        self.payers.iter().filter(|payer| payer.covers(session.local_date)).count() > 1
    }

    /// Whether anything is said of what it offers.
    fn is_told(&self) -> bool {
        self.activity.attributes != Attributes::default()
    }

    /// Where its picture is, if there is one.
    fn picture(&self) -> Option<String> {
        self.activity.picture_file_id.map(pictures::path)
    }

    fn shut(&self, session: &Session) -> Option<&AffectedSession> {
        self.shut.iter().find(|one| one.id == session.id)
    }

    fn holiday(&self, session: &Session) -> Option<&Holiday> {
        let is_planned = session.status == SessionStatus::Planned && session.ends_at > self.now;
        self.holidays.iter().find(|holiday| is_planned && holiday.covers(session.local_date))
    }

    fn is_live(&self, session: &Session) -> bool {
        session.is_live(&self.now)
    }

    /// How many of those to come take place, and how many are skipped or cancelled.
    fn to_come(&self) -> (usize, usize) {
        let planned = self.coming.iter().filter(|session| session.status == SessionStatus::Planned).count();
        (planned, self.coming.len() - planned)
    }
}

impl View for Show {
    fn title(&self, lang: Lang) -> String {
        self.activity.title.pick(lang).to_owned()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }
}

#[get("/centers/<center>/activities/<id>", rank = 2)]
async fn show(by: CenterReader, db: &Db, now: Now, center: CenterId, id: ActivityId) -> Result<Page<Show>> {
    Ok(Page(Show::load(&by, &mut *db.read().await?, now, (center, id)).await?))
}

/// The form of a new activity.
#[derive(Template)]
#[template(path = "activities/new.html")]
pub(crate) struct NewActivityPage {
    center: Center,
    choices: Choices,
    form: Form,
    /// Where it is sent.
    action: String,
}

impl NewActivityPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, form: Form) -> Result<Self> {
        let (choices, action) = (Choices::load(conn, &center, now).await?, center.path("/activities"));
        Ok(Self { choices, center, form, action })
    }

    fn rhythms(&self) -> &'static [Rhythm] {
        Rhythm::ALL
    }

    /// Whether somebody is busy elsewhere, or a reason was given for it.
    fn asks_about_overlap(&self) -> bool {
        self.form.fault("overlap_reason").is_some() || !self.form.value("overlap_reason").is_empty()
    }

    fn nths(&self) -> &'static [NthWeekday] {
        NthWeekday::ALL
    }

    /// The weekdays, Monday first.
    fn weekdays(&self) -> std::ops::RangeInclusive<i64> {
        1..=7
    }
}

impl View for NewActivityPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("activities.new")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/activities/new?<room>&<date>&<starts>&<worker>")]
async fn new(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    room: Option<RoomId>,
    date: Option<&str>,
    starts: Option<i64>,
    worker: Option<WorkerId>,
) -> Result<Page<NewActivityPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let starts = starts.filter(|minute| (0..1_380).contains(minute)).unwrap_or(14 * 60);
    let mut values = Fields::default()
        .with("date", date.map_or_else(|| center.zone.date(now.0).plus_days(1).to_string(), str::to_owned))
        .with("starts", time_value(starts))
        .with("ends", time_value((starts + 90).min(1_440)))
        .with("repeat", Rhythm::Once)
        .with("published", 1);
    if let Some(room) = room {
        values.add("room", &room.to_string());
    }
    // The account's own worker leads, most of the time; from a worker's week, that worker.
    let own = queries::own_worker(&mut conn, center.id(), by.account, center.zone.date(now.0)).await?;
    if let Some(worker) = worker.or(own) {
        values.add("worker", &worker.to_string());
    }
    Ok(Page(NewActivityPage::load(&mut conn, now, center, Form::filled(values)).await?))
}

/// The form of a new activity of the center, filled already.
pub(crate) async fn planning(
    conn: &mut Conn,
    now: Now,
    center: Center,
    values: Fields,
) -> Result<Page<NewActivityPage>> {
    Ok(Page(NewActivityPage::load(conn, now, center, Form::filled(values)).await?))
}

/// How scheduling ends: done, or the form again, or the preview of a series, which is no fault.
#[derive(Responder)]
pub(crate) enum Scheduled {
    Form(Box<Submitted<NewActivityPage>>),
    Preview(Box<(Status, Page<Preview>)>),
}

/// A plan that was read, with what it was read from.
pub(crate) struct Draft {
    pub(crate) center: Center,
    pub(crate) choices: Choices,
    pub(crate) plan: Plan,
    pub(crate) fields: Fields,
    /// Where its forms are sent.
    pub(crate) action: String,
}

impl Draft {
    /// Reads what was sent; the form again where it is faulty, or was asked for by who comes back from the preview.
    pub(crate) fn read(
        center: Center,
        choices: Choices,
        fields: Fields,
        action: String,
    ) -> Result<Result<Self, Scheduled>> {
        match forms::plan(&fields, &center, &choices) {
            Ok(plan) => {
                let draft = Self { center, choices, plan, fields, action };
                let is_back = !draft.fields.get("edit").is_empty();
                Ok(if is_back { Err(draft.into_form(FieldErrors::default())) } else { Ok(draft) })
            }
            Err(error) => {
                let form = Form::again(fields, error.into_field_errors()?);
                Ok(Err(again(NewActivityPage { center, choices, form, action })))
            }
        }
    }

    pub(crate) fn into_form(self, errors: FieldErrors) -> Scheduled {
        let Self { center, choices, fields, action, .. } = self;
        again(NewActivityPage { center, choices, form: Form::again(fields, errors), action })
    }
}

fn again(page: NewActivityPage) -> Scheduled {
    Scheduled::Form(Box::new(Submitted::again(page)))
}

#[post("/centers/<center>/activities", data = "<fields>")]
async fn create(by: Coordinator, db: &Db, now: Now, lang: Lang, center: CenterId, fields: Fields) -> Result<Scheduled> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let choices = Choices::load(&mut conn, &center, now).await?;
    drop(conn);
    let action = center.path("/activities");
    let draft = match Draft::read(center, choices, fields, action)? {
        Ok(draft) => draft,
        Err(form) => return Ok(form),
    };
    if draft.plan.repeat.is_some() {
        return preview_pages::series(&by, now, db, lang, draft).await;
    }
    match booking::single(&by, now, db, &draft.center, &draft.plan).await {
        Ok(id) => Ok(scheduled(&draft.center, id)),
        Err(error) => Ok(draft.into_form(error.into_field_errors()?)),
    }
}

pub(crate) fn scheduled(center: &Center, id: ActivityId) -> Scheduled {
    let to = center.path(format_args!("/activities/{id}"));
    Scheduled::Form(Box::new(Submitted::done(to, "done.activity_scheduled")))
}

/// The form of what an activity says of itself.
#[derive(Template)]
#[template(path = "activities/edit.html")]
struct EditActivityPage {
    center: Center,
    activity: Activity,
    choices: Choices,
    form: Form,
}

impl View for EditActivityPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("activities.edit")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

async fn open(
    by: &Coordinator,
    conn: &mut Conn,
    now: Now,
    center: CenterId,
    id: ActivityId,
) -> Result<(Center, Activity, Choices)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let activity = queries::activity(by, conn, center.id(), id).await?;
    let choices = Choices::load(conn, &center, now).await?;
    Ok((center, activity, choices))
}

#[get("/centers/<center>/activities/<id>/edit")]
async fn edit(by: Coordinator, db: &Db, now: Now, center: CenterId, id: ActivityId) -> Result<Page<EditActivityPage>> {
    let (center, activity, choices) = open(&by, &mut *db.read().await?, now, center, id).await?;
    let mut values = Fields::default()
        .with("title", activity.title.own().unwrap_or_default())
        .with("description", activity.description.as_deref().unwrap_or_default())
        .with("kind", activity.kind_id)
        .with("admission", activity.admission)
        .with("charged_to", activity.charged_to.map(|id| id.to_string()).unwrap_or_default());
    values = activity.attributes.fill(values);
    if activity.published.is_set() {
        values.add("published", "1");
    }
    Ok(Page(EditActivityPage { center, activity, choices, form: Form::filled(values) }))
}

#[post("/centers/<center>/activities/<id>", data = "<fields>")]
async fn update(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ActivityId,
    fields: Fields,
) -> Result<Submitted<EditActivityPage>> {
    let mut tx = db.begin().await?;
    let (center, activity, choices) = open(&by, &mut tx, now, center, id).await?;
    let revised = async {
        let texts = forms::texts(&fields, &choices, &activity)?;
        actions::revise(&by, now, &mut tx, &activity, &texts).await?;
        charging::charge(&by, now, &mut tx, &activity, texts.charged_to).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(revised.await.map(|()| center.path(format_args!("/activities/{id}"))), "done.saved", async |errors| {
        Ok(EditActivityPage { center, activity, choices, form: Form::again(fields, errors) })
    })
    .await
}
