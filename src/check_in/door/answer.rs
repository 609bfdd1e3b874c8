//! What the door says: the whole screen is the answer.

use askama::Template;
use chrono::NaiveDateTime;
use rocket::http::Status;
use rocket::request::Request;
use rocket::response::{self, Redirect, Responder};

use super::DoorPage;
use super::moment::Moment;
use crate::activities::Session;
use crate::check_in::admit::Answer;
use crate::check_in::types::Code;
use crate::check_in::{Way, rules};
use crate::clock::Timestamp;
use crate::error::Error;
use crate::phones::Look;
use crate::ratings;
use crate::web::{Frame, Lang, Page, View, filters};

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

    /// Who comes too early did nothing wrong: not the red of a refusal.
    fn colour(&self) -> &'static str {
        match self.refused {
            Some(Code::NotOpenYet) => "already",
            _ => self.kind(),
        }
    }

    fn is_early(&self) -> bool {
        self.refused == Some(Code::NotOpenYet)
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
                | Code::NotIn
                | Code::OnShift
                | Code::NotRegistered,
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

    pub(super) fn is_nowhere(&self) -> bool {
        self.refused == Some(Code::UnknownCode)
    }

    /// The code is no session's.
    pub(super) fn nowhere(look: Look) -> Self {
        Self {
            look,
            session: None,
            token: String::new(),
            name: None,
            refused: Some(Code::UnknownCode),
            way: Way::In,
            at: None,
        }
    }

    /// What the door says before anybody tried.
    pub(super) fn closed(look: Look, session: Session, code: Code) -> Self {
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

    pub(super) fn of(look: Look, session: Session, name: Option<String>, answer: Answer) -> Self {
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
pub(super) enum DoorAnswer {
    Asked(Status, Page<DoorPage>),
    Told(Status, Page<AnswerPage>),
    Question(Page<ratings::Question>),
    /// A code that lasts: to the session of the moment, or whichever of them is meant.
    Led(Redirect),
    Moment(Page<Moment>),
}

impl<'r> Responder<'r, 'static> for DoorAnswer {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Asked(status, page) => (status, page).respond_to(request),
            Self::Told(status, page) => (status, page).respond_to(request),
            Self::Question(page) => page.respond_to(request),
            Self::Led(redirect) => redirect.respond_to(request),
            Self::Moment(page) => page.respond_to(request),
        }
    }
}

impl DoorAnswer {
    pub(super) fn asked(page: DoorPage, status: Status) -> Self {
        Self::Asked(status, Page(page))
    }

    pub(super) fn told(page: AnswerPage) -> Self {
        Self::Told(page.status(), Page(page))
    }
}

/// What ends a visit early: the door has said all there is to say, or something went wrong.
pub(super) enum Stop {
    Told(Box<AnswerPage>),
    Failed(Error),
}

impl From<AnswerPage> for Stop {
    fn from(page: AnswerPage) -> Self {
        Self::Told(Box::new(page))
    }
}

impl<E: Into<Error>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl<'r> Responder<'r, 'static> for Stop {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        match self {
            Self::Told(page) => DoorAnswer::told(*page).respond_to(request),
            Self::Failed(error) => error.respond_to(request),
        }
    }
}
