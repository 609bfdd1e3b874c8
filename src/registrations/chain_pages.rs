//! A 接龙 pasted, looked at, and registered in one go. Nothing is written before the second step.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::matching::{MatchedLine, matched};
use super::staff::{ChainOutcome, register_chain};
use super::types::RegistrationTerms;
use super::{chain, forms, terms};
use crate::activities::Session;
use crate::activities::queries::open_in;
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Fault, Result};
use crate::ids::{RequestId, SessionId};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, read, register]
}

#[derive(Template)]
#[template(path = "registrations/chain.html")]
struct ChainPage {
    center: Center,
    session: Session,
    terms: RegistrationTerms,
    lines: Vec<MatchedLine>,
    request: RequestId,
    form: Form,
}

impl ChainPage {
    /// The lines of the text that the form holds, with whom they may mean.
    async fn load(conn: &mut Conn, now: Now, (center, session): (Center, Session), form: Form) -> Result<Self> {
        let text: String = form.value("text").chars().take(forms::LONGEST_CHAIN).collect();
        let lines = matched(conn, now, session.id, chain::read(&text)).await?;
        let terms = terms::of_session(conn, session.id).await?;
        let request = form.value("request_id").parse().unwrap_or_else(|_| RequestId::random());
        Ok(Self { center, session, terms, lines, request, form })
    }

    fn path(&self) -> String {
        self.session.path()
    }

    fn field(&self, name: &str, number: &usize) -> String {
        format!("{name}.{number}")
    }

    /// What a line's field holds, or else what was read.
    fn shown(&self, name: &str, number: &usize, read: impl ToString) -> String {
        let typed = self.form.value(&self.field(name, number));
        if typed.is_empty() { read.to_string() } else { typed.to_owned() }
    }

    fn is_picked(&self, line: &MatchedLine, number: &usize, value: &str) -> bool {
        match self.form.value(&self.field("pick", number)) {
            "" => line.certain().is_some_and(|one| one.person.id.to_string() == value),
            picked => picked == value,
        }
    }
}

impl View for ChainPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("chain.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }

    fn is_answer(&self) -> bool {
        !self.lines.is_empty()
    }
}

#[get("/centers/<center>/sessions/<id>/chain")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<ChainPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    Ok(Page(ChainPage::load(&mut conn, now, opened, Form::new()).await?))
}

/// Names are no part of an address: the text is sent as a form, and only read.
#[post("/centers/<center>/sessions/<id>/chain", data = "<fields>")]
async fn read(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<std::result::Result<Page<ChainPage>, Submitted<ChainPage>>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    let text = forms::chain(&fields).and_then(|text| match chain::read(&text).is_empty() {
        true => Err(Error::from(crate::error::FieldErrors::one("text", Fault::new("field.no_chain")))),
        false => Ok(text),
    });
    match text {
        Ok(text) => {
            let form = Form::filled(Fields::default().with("text", text));
            Ok(Ok(Page(ChainPage::load(&mut conn, now, opened, form).await?)))
        }
        Err(error) => {
            let form = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(ChainPage::load(&mut conn, now, opened, form).await?)))
        }
    }
}

#[post("/centers/<center>/sessions/<id>/chain/registrations", data = "<fields>")]
async fn register(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<ChainPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let (request, lines) = forms::picks(&fields)?;
        let mut tx = db.begin().await?;
        let outcome = register_chain(&by, now, &mut tx, sealer, &opened.1, (request, &lines)).await?;
        tx.commit().await?;
        Ok::<_, Error>((format!("{}/registrations", opened.1.path()), word(outcome)))
    };
    Submitted::with_word(made.await, async |errors| {
        ChainPage::load(&mut *db.read().await?, now, opened, Form::again(fields, errors)).await
    })
    .await
}

/// What is said afterwards.
fn word(outcome: ChainOutcome) -> &'static str {
    match outcome {
        ChainOutcome { left_out: 1.., .. } => "done.chain_left_out",
        ChainOutcome { fewer: 1.., .. } => "done.chain_fewer",
        ChainOutcome { waiting: 1.., .. } => "done.chain_waiting",
        _ => "done.chain_registered",
    }
}
