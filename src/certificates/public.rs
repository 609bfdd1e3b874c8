//! `/v/<token>`, the page behind a certificate's QR, for anybody: whether it is good, and no more than stands on it. It asks for no cookie,
//! and no search engine keeps it.

use askama::Template;
use rocket::http::{Header, Status};
use rocket::request::Request;
use rocket::response::{self, Responder};
use rocket::{Route, State, get, routes};

use super::paper::Paper;
use super::queries;
use super::types::{CertificateNumber, CertificateState, ServiceCertificate};
use crate::clock::{Date, Zone};
use crate::error::Result;
use crate::phones::{DoorThrottle, Look};
use crate::store::{Db, Sealer};
use crate::web::site::Browser;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

/// What is told of a certificate that was issued.
struct Proof {
    center: String,
    number: CertificateNumber,
    issued_on: Date,
    state: CertificateState,
    /// Of a good one alone.
    paper: Option<Paper>,
    revoked_on: Option<Date>,
}

impl Proof {
    fn of(one: ServiceCertificate, sealer: &Sealer) -> Result<Self> {
        let paper = if one.is_good() { Some(one.paper(sealer)?) } else { None };
        let revoked_on = one.revoked_at.map(|at| Zone::SHANGHAI.date(at));
        let (number, state) = (one.number(), one.state());
        Ok(Self { center: one.center, number, issued_on: one.issued_on, state, paper, revoked_on })
    }
}

/// Why nothing is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unproven {
    Unknown,
    TooMany,
}

impl Unproven {
    fn key(self) -> &'static str {
        match self {
            Self::Unknown => "proof.unknown_text",
            Self::TooMany => "proof.too_many",
        }
    }
}

#[derive(Template)]
#[template(path = "certificates/public.html")]
struct ProofPage {
    look: Look,
    token: String,
    proof: std::result::Result<Proof, Unproven>,
}

impl ProofPage {
    fn status(&self) -> Status {
        match self.proof {
            Ok(_) => Status::Ok,
            Err(Unproven::Unknown) => Status::NotFound,
            Err(Unproven::TooMany) => Status::TooManyRequests,
        }
    }

    fn word(&self) -> &'static str {
        match self.proof.as_ref().map(|proof| proof.state) {
            Ok(CertificateState::Good) => "proof.good",
            Ok(CertificateState::Revoked) => "proof.revoked",
            Ok(CertificateState::Erased) => "proof.erased",
            Err(_) => "proof.unknown",
        }
    }
}

impl View for ProofPage {
    fn title(&self, lang: Lang) -> String {
        lang.text(self.word())
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Door
    }
}

/// A page that no search engine lists.
struct Unlisted<V>(Status, Page<V>);

impl<'r, V: View> Responder<'r, 'static> for Unlisted<V> {
    fn respond_to(self, request: &'r Request<'_>) -> response::Result<'static> {
        let mut response = (self.0, self.1).respond_to(request)?;
        response.set_header(Header::new("X-Robots-Tag", "noindex, nofollow"));
        Ok(response)
    }
}

/// Whoever guesses is slowed down here as at the door.
#[get("/v/<token>")]
async fn show(
    db: &Db,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    look: Look,
    browser: Browser,
    token: &str,
) -> Result<Unlisted<ProofPage>> {
    let proof = if throttle.admits(browser.address) {
        match queries::by_token(&mut *db.read().await?, token).await? {
            Some(one) => Ok(Proof::of(one, sealer)?),
            None => Err(Unproven::Unknown),
        }
    } else {
        Err(Unproven::TooMany)
    };
    let page = ProofPage { look, token: token.to_owned(), proof };
    Ok(Unlisted(page.status(), Page(page)))
}
