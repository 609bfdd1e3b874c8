//! 报名设置: on what terms one registers, of an activity and of one session.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::types::{RegistrationMode, RegistrationTerms};
use super::{forms, terms};
use crate::activities::queries::{activity, open_in};
use crate::activities::{Session, Title};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, FieldErrors, Result};
use crate::ids::{ActivityId, SessionId};
use crate::people::Residence;
use crate::people::groups::PriorityGroup;
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, set, show_session, set_session, unset_session]
}

#[derive(Template)]
#[template(path = "registrations/terms.html")]
struct RegistrationTermsPage {
    center: Center,
    activity: ActivityId,
    called: Title,
    /// Where it is one session's.
    session: Option<Session>,
    /// The session has terms of its own.
    own: bool,
    form: Form,
}

impl RegistrationTermsPage {
    async fn of_activity(by: &Coordinator, conn: &mut Conn, (center, id): (CenterId, ActivityId)) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let found = activity(by, conn, center.id(), id).await?;
        let said = terms::of_activity(conn, id).await?.unwrap_or_else(first);
        let form = Form::filled(forms::as_fields(&said));
        Ok(Self { center, activity: id, called: found.title, session: None, own: true, form })
    }

    async fn of_session(conn: &mut Conn, (center, session): (Center, Session)) -> Result<Self> {
        let own = terms::are_own(conn, session.id).await?;
        let said = terms::of_session(conn, session.id).await?;
        let form = Form::filled(forms::as_fields(&said));
        let called = session.title.clone();
        Ok(Self { center, activity: session.activity_id, called, session: Some(session), own, form })
    }

    fn with(self, (fields, errors): (Fields, FieldErrors)) -> Self {
        Self { form: Form::again(fields, errors), ..self }
    }

    fn path(&self) -> String {
        match &self.session {
            Some(session) => format!("{}/registration-terms", session.path()),
            None => self.center.path(format_args!("/activities/{}/registration-terms", self.activity)),
        }
    }

    fn back(&self) -> String {
        match &self.session {
            Some(session) => session.path(),
            None => self.center.path(format_args!("/activities/{}", self.activity)),
        }
    }

    fn modes(&self) -> &'static [RegistrationMode] {
        RegistrationMode::ALL
    }

    fn groups(&self) -> &'static [PriorityGroup] {
        PriorityGroup::ALL
    }

    fn residences(&self) -> &'static [Residence] {
        Residence::ALL
    }
}

/// What the form of an activity begins with of which nothing was said.
fn first() -> RegistrationTerms {
    RegistrationTerms { mode: RegistrationMode::Recommended, ..RegistrationTerms::default() }
}

impl View for RegistrationTermsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("registrations.terms")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/activities/<id>/registration-terms")]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: ActivityId) -> Result<Page<RegistrationTermsPage>> {
    Ok(Page(RegistrationTermsPage::of_activity(&by, &mut *db.read().await?, (center, id)).await?))
}

#[post("/centers/<center>/activities/<id>/registration-terms", data = "<fields>")]
async fn set(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ActivityId,
    fields: Fields,
) -> Result<Submitted<RegistrationTermsPage>> {
    let page = RegistrationTermsPage::of_activity(&by, &mut *db.read().await?, (center, id)).await?;
    let made = async {
        let said = forms::terms(&fields)?;
        let mut tx = db.begin().await?;
        terms::set_for_activity(&by, now, &mut tx, (&page.center, id), &said).await?;
        tx.commit().await?;
        Ok::<_, Error>(page.back())
    };
    Submitted::of(made.await, "done.saved", async |errors| Ok(page.with((fields, errors)))).await
}

#[get("/centers/<center>/sessions/<id>/registration-terms")]
async fn show_session(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
) -> Result<Page<RegistrationTermsPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    Ok(Page(RegistrationTermsPage::of_session(&mut conn, opened).await?))
}

#[post("/centers/<center>/sessions/<id>/registration-terms", data = "<fields>")]
async fn set_session(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<RegistrationTermsPage>> {
    let (center, session) = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let said = forms::terms(&fields)?;
        let mut tx = db.begin().await?;
        terms::set_for_session(&by, now, &mut tx, &session, &said).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/registrations", session.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.saved", async |errors| {
        let page = RegistrationTermsPage::of_session(&mut *db.read().await?, (center, session)).await?;
        Ok(page.with((fields, errors)))
    })
    .await
}

#[post("/centers/<center>/sessions/<id>/registration-terms/removal")]
async fn unset_session(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (_, session) = open_in(&by, now, &mut tx, center, id).await?;
    terms::unset_for_session(&by, now, &mut tx, &session).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{}/registrations", session.path()), "done.saved"))
}
