//! `/c/<token>`, the page behind every QR: light, large, and without a script. GET shows the session, POST checks in,
//! so that a link preview checks nobody in.

use askama::Template;
use chrono::NaiveDateTime;
use rocket::http::{CookieJar, Status};
use rocket::request::Request;
use rocket::response::{self, Redirect, Responder};
use rocket::{Route, State, get, post, routes};

use super::actions::FirstVisit;
use super::admit::{Answer, Refused};
use super::forms::{self, DoorInput};
use super::hall::{self, Gate, Pass};
use super::spoken::{self, Spoken};
use super::types::{Code, RequestId};
use super::{Queue, Way, actions, rules};
use crate::activities::{self, Session};
use crate::clock::{Now, Timestamp};
use crate::error::{Error, FieldErrors, Result};
use crate::people::{self, PersonId};
use crate::phones::{self, DoorThrottle, Look, Phone};
use crate::ratings::{self, RatedOn};
use crate::store::{Conn, Db, Sealer};
use crate::web::site::Browser;
use crate::web::{Fields, Form, Frame, Lang, Page, Site, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, check_in, forget]
}

/// The phone's page before it checks in: one tap, "who is here?", or name and phone.
#[derive(Template)]
#[template(path = "check_in/door.html")]
pub(super) struct DoorPage {
    look: Look,
    session: Session,
    today: bool,
    people: Vec<Spoken>,
    /// Asks for a name and a number, at first or for one more of the family.
    asking: bool,
    form: Form,
    request: RequestId,
    pass: Pass,
}

impl DoorPage {
    fn local(&self, at: &Timestamp) -> NaiveDateTime {
        self.session.zone.local(*at)
    }
}

impl View for DoorPage {
    fn title(&self, lang: Lang) -> String {
        self.session.title.pick(lang).to_owned()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Door
    }
}

/// The whole screen is the answer.
#[derive(Template)]
#[template(path = "check_in/answer.html")]
pub(super) struct AnswerPage {
    look: Look,
    /// None where the code belongs to no session.
    session: Option<Session>,
    token: String,
    name: Option<String>,
    /// The code, or none for "you are in" and "you have left".
    refused: Option<Code>,
    way: Way,
    at: Option<NaiveDateTime>,
}

impl AnswerPage {
    /// The class of the body: word, shape and colour go together.
    fn kind(&self) -> &'static str {
        match self.refused {
            None => "ok",
            Some(code) if code.is_already() => "already",
            Some(_) => "refused",
        }
    }

    fn status(&self) -> Status {
        match self.refused {
            None | Some(Code::AlreadyIn | Code::AlreadyLeft) => Status::Ok,
            Some(Code::UnknownCode) => Status::NotFound,
            Some(Code::TooMany) => Status::TooManyRequests,
            Some(
                Code::NotOpenYet
                | Code::Closed
                | Code::Cancelled
                | Code::Full
                | Code::CodeExpired
                | Code::CardRevoked
                | Code::NotIn,
            ) => Status::Conflict,
        }
    }

    /// The key of the one word on the screen.
    fn word(&self) -> &'static str {
        match (self.refused, self.way) {
            (None, Way::In) => "door.in",
            (None, Way::Out) => "door.left",
            (Some(code), _) if code.is_already() => "door.already",
            (Some(_), _) => "door.not_in",
        }
    }

    /// A card was shown that is no good: somebody may try again, or give a name.
    fn is_about_a_card(&self) -> bool {
        self.session.is_some() && matches!(self.refused, Some(Code::UnknownCode | Code::CardRevoked))
    }

    /// What the door says before anybody tried.
    fn closed(look: Look, session: Session, code: Code) -> Self {
        let opens = session.zone.local(rules::Doorway::from(&session).opens_at());
        let at = (code == Code::NotOpenYet).then_some(opens);
        Self {
            look,
            token: session.check_in_token.clone(),
            session: Some(session),
            name: None,
            refused: Some(code),
            way: Way::In,
            at,
        }
    }

    fn of(look: Look, session: Session, name: Option<String>, answer: Answer) -> Self {
        let (refused, way, at) = match answer {
            Answer::Admitted(admitted) => (None, admitted.way, Some(admitted.at)),
            Answer::Refused(refused) => (Some(refused.code), Way::In, refused.since),
        };
        let at = at.map(|at: Timestamp| session.zone.local(at));
        match refused {
            Some(code) if !code.is_already() => Self { name, ..Self::closed(look, session, code) },
            _ => Self { look, token: session.check_in_token.clone(), session: Some(session), name, refused, way, at },
        }
    }
}

impl View for AnswerPage {
    fn title(&self, lang: Lang) -> String {
        lang.text(self.word())
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Door
    }
}

/// What a phone is shown: the way in, what the door says, or how it was.
enum DoorAnswer {
    Door(Status, Page<DoorPage>),
    Answer(Status, Page<AnswerPage>),
    Question(Page<ratings::Question>),
}

impl<'r> Responder<'r, 'static> for DoorAnswer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Door(status, page) => (status, page).respond_to(request),
            Self::Answer(status, page) => (status, page).respond_to(request),
            Self::Question(page) => page.respond_to(request),
        }
    }
}

fn asked(page: DoorPage, status: Status) -> Result<DoorAnswer> {
    Ok(DoorAnswer::Door(status, Page(page)))
}

fn told(page: AnswerPage) -> Result<DoorAnswer> {
    let status = page.status();
    Ok(DoorAnswer::Answer(status, Page(page)))
}

/// The session behind a code, or the page that says there is none.
async fn find(look: Look, conn: &mut Conn, token: &str) -> Result<std::result::Result<Session, AnswerPage>> {
    match activities::queries::session_by_token(conn, token).await {
        Ok(session) => Ok(Ok(session)),
        Err(Error::NotFound) => Ok(Err(AnswerPage {
            look,
            session: None,
            token: String::new(),
            name: None,
            refused: Some(Code::UnknownCode),
            way: Way::In,
            at: None,
        })),
        Err(error) => Err(error),
    }
}

/// For whom the phone speaks.
async fn people_of(conn: &mut Conn, phone: Option<&Phone>, session: &Session) -> Result<Vec<Spoken>> {
    match phone {
        Some(phone) => spoken::people(conn, phone, session.id).await,
        None => Ok(Vec::new()),
    }
}

fn page(look: Look, now: Now, session: Session, people: Vec<Spoken>, asking: bool, form: Form) -> DoorPage {
    // A form that was sent with faults keeps its number: it is still the same try.
    let request = form.value("request_id").parse().unwrap_or_else(|_| RequestId::random());
    let today = session.zone.date(now.0) == session.local_date;
    let (asking, pass) = (asking || people.is_empty(), Pass::default());
    DoorPage { look, today, asking, people, session, form, request, pass }
}

/// `?another` asks for one more member of the family; `?k` is what the hall's screen showed (see [`Gate`]).
#[get("/c/<token>?<another>")]
#[allow(clippy::too_many_arguments)] // guards
async fn show(
    db: &Db,
    now: Now,
    look: Look,
    phone: Option<Phone>,
    gate: Gate<'_>,
    rated: RatedOn,
    token: &str,
    another: Option<&str>,
) -> Result<DoorAnswer> {
    let mut conn = db.read().await?;
    let session = match find(look, &mut conn, token).await? {
        Ok(session) => session,
        Err(nowhere) => return told(nowhere),
    };
    let people = people_of(&mut conn, phone.as_ref(), &session).await?;
    let open = rules::may_enter(&(&session).into(), now.0, now);
    // Who served checks out first, and is asked afterwards.
    let leaving = open.is_ok() && people.iter().any(Spoken::may_leave);
    if another.is_none()
        && !leaving
        && let Some(phone) = &phone
        && let Some(question) = ratings::question(&mut conn, now, look, &session, phone, rated).await?
    {
        return Ok(DoorAnswer::Question(Page(question)));
    }
    let pass = match open.and_then(|()| gate.opens(&session, phone.as_ref())) {
        Ok(pass) => pass,
        // No code is needed to go.
        Err(_) if leaving && another.is_none() => Pass::default(),
        Err(code) => {
            let mut people = people;
            // At an open door the others of the family still need the code.
            let told = open.is_err() || another.is_none() && people.iter().all(|person| person.came_at.is_some());
            people.retain(|_| told);
            let page = match people.into_iter().find_map(|person| Some((person.came_at?, person.name))) {
                Some((since, name)) => {
                    let refused = Refused { code: Code::AlreadyIn, person: None, since: Some(since) };
                    AnswerPage::of(look, session, Some(name), Answer::Refused(refused))
                }
                None => AnswerPage::closed(look, session, code),
            };
            let status = if page.refused == Some(Code::UnknownCode) { Status::NotFound } else { Status::Ok };
            return Ok(DoorAnswer::Answer(status, Page(page)));
        }
    };
    let page = page(look, now, session, people, another.is_some(), Form::new());
    asked(DoorPage { pass, ..page }, Status::Ok)
}

#[post("/c/<token>", data = "<fields>")]
#[allow(clippy::too_many_arguments)] // guards
async fn check_in(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    queue: &State<Queue>,
    look: Look,
    site: Site,
    browser: Browser,
    phone: Option<Phone>,
    gate: Gate<'_>,
    jar: &CookieJar<'_>,
    token: &str,
    fields: Fields,
) -> Result<DoorAnswer> {
    let session = match find(look, &mut *db.read().await?, token).await? {
        Ok(session) => session,
        Err(nowhere) => return told(nowhere),
    };
    let pass = match gate.takes(&session, phone.as_ref(), fields.get("ticket")) {
        Ok(pass) => pass,
        Err(_) if !fields.get("leaving").is_empty() => Pass::default(),
        Err(_) if is_in(db, phone.as_ref(), &session, &fields).await? => Pass::default(),
        Err(_) if phone.is_none() && !throttle.admits(browser.address) => {
            return told(AnswerPage::closed(look, session, Code::TooMany));
        }
        Err(code) => return stopped(db, now, look, session, phone.as_ref(), code).await,
    };
    let read = forms::page(&fields).and_then(|request| Ok((request, forms::door(&fields)?)));
    let (request, input) = match read {
        Ok(read) => read,
        Err(error) => return again(db, now, look, session, pass, phone, fields, error.into_field_errors()?).await,
    };
    let (person, answer) = match input {
        DoorInput::Known(person) => {
            // A phone that was forgotten meanwhile begins anew.
            let Some(phone) = phone else { return start_over(now, look, session, pass) };
            (Some(person), actions::visit(&phone, now, queue, &session, request, (person, Way::In)).await?)
        }
        DoorInput::Leaving(person) => {
            let Some(phone) = phone else { return start_over(now, look, session, pass) };
            (Some(person), actions::visit(&phone, now, queue, &session, request, (person, Way::Out)).await?)
        }
        DoorInput::New { .. } | DoorInput::Card(_) if !throttle.admits(browser.address) => {
            return told(AnswerPage::closed(look, session, Code::TooMany));
        }
        DoorInput::New { name, number } => {
            let mut tx = db.begin().await?;
            let visit =
                actions::first_visit(phone, &browser.agent, now, &mut tx, sealer, &session, request, (&name, &number))
                    .await?;
            tx.commit().await?;
            visit.seen(jar, &site)
        }
        DoorInput::Card(code) => {
            let (mut tx, card) = (db.begin().await?, code.hash(sealer));
            let visit =
                actions::first_visit_by_card(phone, &browser.agent, now, &mut tx, &session, request, card).await?;
            tx.commit().await?;
            visit.seen(jar, &site)
        }
    };
    let Some(person) = person else { return told(AnswerPage::of(look, session, None, answer)) };
    let name = people::queries::name(&mut *db.read().await?, person).await?;
    told(AnswerPage::of(look, session, Some(name), answer))
}

impl FirstVisit {
    /// Once it is committed, the phone gets its cookie.
    fn seen(self, jar: &CookieJar<'_>, site: &Site) -> (Option<PersonId>, Answer) {
        if let Some(secret) = self.secret {
            phones::set_cookie(jar, site, secret);
        }
        (self.person, self.answer)
    }
}

/// Whether the form is for somebody who is in already.
async fn is_in(db: &Db, phone: Option<&Phone>, session: &Session, fields: &Fields) -> Result<bool> {
    match (phone, fields.get("person_id").parse()) {
        (Some(phone), Ok(person)) => hall::is_in(&mut *db.read().await?, phone, session.id, person).await,
        _ => Ok(false),
    }
}

/// The gate says no; the door may have a better reason.
async fn stopped(
    db: &Db,
    now: Now,
    look: Look,
    session: Session,
    phone: Option<&Phone>,
    code: Code,
) -> Result<DoorAnswer> {
    let code = rules::may_enter(&(&session).into(), now.0, now).err().unwrap_or(code);
    let mut tx = db.begin().await?;
    hall::turn_away(now, &mut tx, phone, &session, code).await?;
    tx.commit().await?;
    told(AnswerPage::closed(look, session, code))
}

#[allow(clippy::too_many_arguments)] // what the page is made of
async fn again(
    db: &Db,
    now: Now,
    look: Look,
    session: Session,
    pass: Pass,
    phone: Option<Phone>,
    fields: Fields,
    errors: FieldErrors,
) -> Result<DoorAnswer> {
    let form = Form::again(fields, errors);
    let people = people_of(&mut *db.read().await?, phone.as_ref(), &session).await?;
    asked(DoorPage { pass, ..page(look, now, session, people, true, form) }, Status::UnprocessableEntity)
}

fn start_over(now: Now, look: Look, session: Session, pass: Pass) -> Result<DoorAnswer> {
    let page = page(look, now, session, Vec::new(), true, Form::new());
    asked(DoorPage { pass, ..page }, Status::UnprocessableEntity)
}

/// "Not me": the phone is forgotten and asks again.
#[post("/c/<token>/forget")]
async fn forget(db: &Db, now: Now, phone: Option<Phone>, jar: &CookieJar<'_>, token: &str) -> Result<Redirect> {
    if let Some(phone) = phone {
        let mut tx = db.begin().await?;
        phones::forget(&phone, now, &mut tx).await?;
        tx.commit().await?;
    }
    phones::drop_cookie(jar);
    Ok(Redirect::to(format!("/c/{}", urlencode(token))))
}

fn urlencode(token: &str) -> String {
    form_urlencoded::byte_serialize(token.as_bytes()).collect()
}
