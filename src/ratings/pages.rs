//! The phone's page after the session: five faces, a line of text, thank you.

use askama::Template;
use rocket::http::{Cookie, CookieJar, SameSite, Status};
use rocket::request::{FromRequest, Outcome, Request};
use rocket::response::Redirect;
use rocket::{Either, Route, post, routes};

use super::queries;
use super::types::{OPEN_FOR, REMARK, SCORES, is_open};
use crate::activities::{self, Session, SessionId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::ids::RequestId;
use crate::phones::{Look, Phone};
use crate::store::{Conn, Db};
use crate::web::{Fields, Form, Frame, Lang, Page, Site, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![rate]
}

const COOKIE: &str = "rated";

/// For which session this phone answered, if for one.
pub struct RatedOn(Option<SessionId>);

#[rocket::async_trait]
impl<'r> FromRequest<'r> for RatedOn {
    type Error = std::convert::Infallible;

    async fn from_request(request: &'r Request<'_>) -> Outcome<Self, Self::Error> {
        Outcome::Success(Self(request.cookies().get(COOKIE).and_then(|cookie| cookie.value().parse().ok())))
    }
}

/// The question, or thanks for the answer.
#[derive(Template)]
#[template(path = "ratings/question.html")]
pub struct Question {
    look: Look,
    session: Session,
    answered: bool,
    form: Form,
    request: RequestId,
}

impl Question {
    fn path(&self) -> String {
        self.session.door()
    }

    fn scores(&self) -> &'static [i64] {
        &SCORES
    }
}

impl View for Question {
    fn title(&self, lang: Lang) -> String {
        self.session.title.pick(lang).to_owned()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Door
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// What the phone is asked of the session, while it is asked: only who checked in there.
pub async fn question(
    conn: &mut Conn,
    now: Now,
    look: Look,
    session: &Session,
    phone: &Phone,
    asked: RatedOn,
) -> Result<Option<Question>> {
    if !is_open(session, now) || !queries::came(conn, session.id, phone).await? {
        return Ok(None);
    }
    let answered = asked.0 == Some(session.id);
    Ok(Some(Question { look, session: session.clone(), answered, form: Form::new(), request: RequestId::timeless() }))
}

#[post("/c/<token>/rating", data = "<fields>")]
async fn rate(
    db: &Db,
    now: Now,
    look: Look,
    site: Site,
    phone: Option<Phone>,
    asked: RatedOn,
    jar: &CookieJar<'_>,
    token: &str,
    fields: Fields,
) -> Result<Either<Redirect, (Status, Page<Question>)>> {
    let mut conn = db.read().await?;
    let session = activities::queries::session_by_token(&mut conn, token).await?;
    let question = match &phone {
        Some(phone) => question(&mut conn, now, look, &session, phone, asked).await?,
        None => None,
    };
    drop(conn);
    let question = question.ok_or_else(|| Error::refused("not_asked"))?;
    if question.answered {
        return Ok(Either::Left(Redirect::to(session.door())));
    }
    let mut read = fields.read();
    let request: Option<RequestId> = read.required("request_id", parse::choice);
    let score = read.required("score", parse::integer(1..=5));
    let remark = read.optional("remark", parse::line(REMARK));
    let (request, score, remark) = match read.finish(|| Some((request?, score?, remark?))) {
        Ok(read) => read,
        Err(error) => {
            let form = Form::again(fields, error.into_field_errors()?);
            return Ok(Either::Right((Status::UnprocessableEntity, Page(Question { form, ..question }))));
        }
    };
    let mut tx = db.begin().await?;
    queries::keep(&mut tx, now, &session, request, score, remark).await?;
    tx.commit().await?;
    jar.add(
        Cookie::build((COOKIE, session.id.to_string()))
            .path(session.door())
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(site.is_https())
            .max_age(OPEN_FOR.try_into().unwrap_or(rocket::time::Duration::DAY)),
    );
    Ok(Either::Left(Redirect::to(session.door())))
}
