//! 报名名单: a session's registrations before whoever keeps them.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::queries::{self, SeatsLeft};
use super::types::{Registration, RegistrationId, RegistrationState};
use super::{forms, staff};
use crate::activities::queries::open_in;
use crate::activities::{Session, SessionStatus};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, FieldErrors, Result};
use crate::fields::parse;
use crate::ids::{RequestId, SessionId};
use crate::people::{self, PersonRow};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, search, register, cancel, excuse, bring, move_up]
}

/// Most people that a search shows.
const FOUND: usize = 20;

/// Of which session a list goes into a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RegistrationsCut {
    pub session: SessionId,
}

impl RegistrationsCut {
    /// Field `session`.
    ///
    /// # Errors
    /// A fault where none is named.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let session = read.required("session", parse::choice);
        read.finish(|| Some(Self { session: session? }))
    }

    /// The session, with everybody who is registered there.
    ///
    /// # Errors
    /// `NotFound` for another center's.
    pub async fn list(
        self,
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        center: &Center,
    ) -> Result<(Session, Vec<Registration>)> {
        let (_, session) = open_in(by, now, conn, center.id(), self.session).await?;
        let (_, registrations) = queries::of_session(conn, now, &session).await?;
        Ok((session, registrations))
    }
}

#[derive(Template)]
#[template(path = "registrations/list.html")]
struct ListPage {
    center: Center,
    session: Session,
    left: SeatsLeft,
    registrations: Vec<Registration>,
    now: Now,
    request: RequestId,
    /// What was searched for, and who was found.
    found: Option<(String, Vec<PersonRow>)>,
    form: Form,
}

impl ListPage {
    async fn load(conn: &mut Conn, now: Now, (center, session): (Center, Session), form: Form) -> Result<Self> {
        let (left, registrations) = queries::of_session(conn, now, &session).await?;
        let request = form.value("request_id").parse().unwrap_or_else(|_| RequestId::random());
        Ok(Self { center, session, left, registrations, now, request, found: None, form })
    }

    fn clock(&self) -> &Now {
        &self.now
    }

    fn path(&self) -> String {
        self.session.path()
    }

    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        self.session.zone.local(*at)
    }

    fn is_coming(&self) -> bool {
        self.session.status == SessionStatus::Planned && self.now.0 < self.session.starts_at
    }

    fn takes(&self) -> bool {
        self.left.terms.takes() && self.is_coming()
    }

    fn placed(&self) -> Vec<&Registration> {
        self.of(|one| matches!(one.state, RegistrationState::Confirmed | RegistrationState::NoShow))
    }

    fn waiting(&self) -> Vec<&Registration> {
        self.of(Registration::is_waiting)
    }

    fn ended(&self) -> Vec<&Registration> {
        self.of(|one| !one.is_live() && one.state != RegistrationState::NoShow)
    }

    fn of(&self, is: impl Fn(&Registration) -> bool) -> Vec<&Registration> {
        self.registrations.iter().filter(|one| is(one)).collect()
    }

    fn is_registered(&self, person: &PersonRow) -> bool {
        self.registrations.iter().any(|one| one.is_live() && one.person.id == person.id)
    }
}

impl View for ListPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("registrations.list"), self.session.title.pick(lang))
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }

    fn is_answer(&self) -> bool {
        self.found.is_some()
    }
}

#[get("/centers/<center>/sessions/<id>/registrations")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<ListPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    Ok(Page(ListPage::load(&mut conn, now, opened, Form::new()).await?))
}

/// A name or number is no part of an address: the search is sent as a form.
#[post("/centers/<center>/sessions/<id>/registrations/search", data = "<fields>")]
async fn search(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Page<ListPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    let text: String = fields.get("q").chars().take(people::queries::SEARCHED).collect();
    let found = people::queries::search(&mut conn, sealer, opened.0.id(), &text, FOUND).await?;
    let page = ListPage::load(&mut conn, now, opened, Form::new()).await?;
    Ok(Page(ListPage { found: Some((text, found)), ..page }))
}

/// How a form of the page ends.
async fn ended(
    db: &Db,
    now: Now,
    opened: (Center, Session),
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<ListPage>> {
    let home = format!("{}/registrations", opened.1.path());
    Submitted::with_word(made.map(|word| (home, word)), async |errors: FieldErrors| {
        ListPage::load(&mut *db.read().await?, now, opened, Form::again(fields, errors)).await
    })
    .await
}

#[post("/centers/<center>/sessions/<id>/registrations", data = "<fields>")]
async fn register(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<ListPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let guest = forms::guest(&fields)?;
        let mut tx = db.begin().await?;
        let entered = staff::register_guest(&by, now, &mut tx, &opened.1, &guest).await?;
        tx.commit().await?;
        Ok::<_, Error>(match (entered.first, entered.state) {
            (false, _) => "done.registered_before",
            (true, RegistrationState::Waiting) => "done.registered_waiting",
            (true, _) => "done.registered_guest",
        })
    };
    let made = made.await;
    ended(db, now, opened, fields, made).await
}

#[post("/centers/<center>/sessions/<id>/registrations/<registration>/cancellation", data = "<fields>")]
async fn cancel(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    registration: RegistrationId,
    fields: Fields,
) -> Result<Submitted<ListPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let (word, course) = forms::ending(&fields)?;
        let mut tx = db.begin().await?;
        staff::cancel(&by, now, &mut tx, (id, registration), (word.as_deref(), course)).await?;
        tx.commit().await?;
        Ok::<_, Error>("done.registration_cancelled")
    };
    let made = made.await;
    ended(db, now, opened, fields, made).await
}

#[post("/centers/<center>/sessions/<id>/registrations/<registration>/excuse", data = "<fields>")]
async fn excuse(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    registration: RegistrationId,
    fields: Fields,
) -> Result<Submitted<ListPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let (word, _) = forms::ending(&fields)?;
        let mut tx = db.begin().await?;
        staff::excuse(&by, now, &mut tx, (id, registration), word.as_deref()).await?;
        tx.commit().await?;
        Ok::<_, Error>("done.registration_excused")
    };
    let made = made.await;
    ended(db, now, opened, fields, made).await
}

#[post("/centers/<center>/sessions/<id>/registrations/<registration>/companions", data = "<fields>")]
async fn bring(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    registration: RegistrationId,
    fields: Fields,
) -> Result<Submitted<ListPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let companions = forms::companions(&fields)?;
        let mut tx = db.begin().await?;
        staff::bring(&by, now, &mut tx, (id, registration), companions).await?;
        tx.commit().await?;
        Ok::<_, Error>("done.saved")
    };
    let made = made.await;
    ended(db, now, opened, fields, made).await
}

#[post("/centers/<center>/sessions/<id>/registrations/<registration>/place")]
async fn move_up(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    registration: RegistrationId,
) -> Result<Submitted<ListPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let mut tx = db.begin().await?;
        staff::move_up(&by, now, &mut tx, (id, registration)).await?;
        tx.commit().await?;
        Ok::<_, Error>("done.moved_up")
    };
    let made = made.await;
    ended(db, now, opened, Fields::default(), made).await
}
