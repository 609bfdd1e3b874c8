//! The session's page: its QR, who is in, the roster to tick, and what else a worker at the door needs.

use crate::auth::{Coordinator, Greeter, TeamReader, Viewer, Watcher};
use askama::Template;
use rocket::response::Redirect;
use rocket::{Route, State, get, post, routes};

mod heads;
mod stranger;

use super::cards::CardCode;
use super::hall::{self, Odd};
use super::participation::UnitsThere;
use super::queries::{self, Candidate, Counts, HeadCount, Present};
use super::types::{Code, Part, RequestId};
use super::{Again, Answer, Queue, Refused, actions, company, count, forms, sheets};
use crate::activities::queries::open_in;
use crate::activities::{DayGoingOn, Session, SessionId, SessionStatus, notice};
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::insurance::{self, Gap};
use crate::people::queries::Marks;
use crate::people::{self, Name, PersonId, PersonRow, PhoneNumber};
use crate::ratings::{self, RatingSummary};
use crate::shifts::Need;
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Site, Submitted, View, filters, qr};

pub(super) fn routes() -> Vec<Route> {
    routes![show, search, tick, scan_card, walk_in, heads::count_heads, heads::void_heads]
}

/// Most people that a search shows; whoever wants another types one more letter.
const FOUND: usize = 20;

/// Who comes most often stands on the page at once, the others are one tap away: so many rows are a phone's screen.
const SHOWN: usize = 8;

/// Who came last, so that those who are still to come are near.
const LATEST: usize = 4;

/// Which of the page's forms is shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SessionForm {
    Roster,
    Card,
    WalkIn,
    Heads,
    Counted,
    Units,
}

#[derive(Template)]
#[template(path = "check_in/session.html")]
pub(super) struct SessionPage {
    center: Center,
    session: Session,
    viewer: Viewer,
    now: Now,
    counts: Counts,
    present: Vec<Present>,
    expected: Vec<Candidate>,
    heads: Vec<HeadCount>,
    units: UnitsThere,
    odd: Odd,
    ratings: Option<RatingSummary>,
    risk: Gap,
    needs: Vec<Need>,
    /// What whoever closed the session before this one left for it.
    last_word: Option<String>,
    /// What was searched for, and who was found.
    found: Option<(String, Vec<Candidate>)>,
    /// Who was let in just now, and whether it was the first time.
    shown: Option<(PersonId, bool)>,
    qr: String,
    link: String,
    /// What can be sent around of it, in Chinese and in English.
    notice: Option<(String, String)>,
    request: RequestId,
    again: Option<(SessionForm, Form)>,
    /// Whom the walk-in's name may mean.
    namesakes: Vec<PersonRow>,
    blank: Form,
}

impl SessionPage {
    async fn load(
        by: &Viewer,
        now: Now,
        conn: &mut Conn,
        site: &Site,
        (center, session): (Center, Session),
        again: Option<(SessionForm, Form)>,
    ) -> Result<Self> {
        let (mut present, mut expected, mut odd) = (Vec::new(), Vec::new(), Odd::default());
        if queries::sees_people(by) {
            present = queries::present(conn, session.id).await?;
            odd = hall::odd::at(conn, session.id).await?;
            if session.status == SessionStatus::Planned {
                expected = queries::expected(conn, &session).await?;
            }
        }
        let namesakes = match &again {
            Some((SessionForm::WalkIn, form)) if is_namesake(form) => {
                let told = Marks { phone: !form.value("phone").is_empty(), ..Marks::default() };
                let name = Name::parse(form.value("name")).map_err(|_| Error::internal("a name that was read"))?;
                people::queries::namesakes(conn, center.id(), &name, told).await?
            }
            _ => Vec::new(),
        };
        let units = again.as_ref().filter(|(place, _)| *place == SessionForm::Units).map(|(_, form)| form);
        let units = UnitsThere::load(by, conn, &session, units).await?;
        let link = sheets::link(site, &session);
        Ok(Self {
            namesakes,
            units,
            viewer: by.clone(),
            now,
            counts: queries::counts(conn, session.id).await?,
            // Companions stand with whom they came along, and what a clicker counted in one number above.
            heads: queries::head_counts(conn, session.id).await?.into_iter().filter(HeadCount::stands_alone).collect(),
            odd,
            ratings: ratings::summary(by, now, conn, &session).await?,
            risk: insurance::gap(conn, session.id).await?,
            needs: queries::needs(by, conn, session.id).await?,
            last_word: match Coordinator::of(by.clone()) {
                Some(by) if session.status == SessionStatus::Planned => queries::last_word(&by, conn, &session).await?,
                _ => None,
            },
            present,
            expected,
            found: None,
            shown: None,
            qr: qr::svg(&link)?,
            link,
            notice: notice::texts(&center, &session, now, site)?,
            request: RequestId::random(),
            again,
            blank: Form::filled(Fields::default().with("role", Part::Participant)),
            center,
            session,
        })
    }

    /// Those who were brought and whom nobody has fetched.
    fn not_fetched(&self) -> Vec<&Present> {
        if self.is_planned() { company::not_fetched(&self.present) } else { Vec::new() }
    }

    fn form(&self, place: SessionForm) -> &Form {
        self.again.as_ref().filter(|(at, _)| *at == place).map_or(&self.blank, |(_, form)| form)
    }

    /// Whether the buttons for language and text size take this form along.
    fn is_main(&self, name: &str) -> bool {
        name == match &self.again {
            Some((SessionForm::Heads, _)) => "heads",
            _ if self.found.is_some() => "search",
            _ => "walk-in",
        }
    }

    /// A walk-in that is half entered stands open: typed before, refused, or searched for in vain.
    fn walk_in_is_open(&self) -> bool {
        let form = self.walk_in();
        form.is_faulty() || !form.value("name").is_empty() || !form.value("phone").is_empty()
    }

    fn heads_are_open(&self) -> bool {
        let form = self.head_form();
        form.is_faulty() || !form.value("heads").is_empty()
    }

    fn roster(&self) -> &Form {
        self.form(SessionForm::Roster)
    }

    fn card(&self) -> &Form {
        self.form(SessionForm::Card)
    }

    /// Whether somebody was not let in for want of a place, which whoever coordinates can change.
    fn is_refused_for_places(&self) -> bool {
        let refusal = self.again.as_ref().and_then(|(_, form)| form.refusal());
        refusal.is_some_and(|refusal| refusal.code == Code::Full.code())
    }

    /// Who was let in just now, as long as they are in.
    fn welcomed(&self) -> Option<(&Present, bool)> {
        let (person, first) = self.shown?;
        Some((self.present.iter().find(|row| row.person.id == person)?, first))
    }

    fn may_undo(&self, person: &Present) -> bool {
        person.may_undo(&self.viewer, self.now)
    }

    fn walk_in(&self) -> &Form {
        self.form(SessionForm::WalkIn)
    }

    fn head_form(&self) -> &Form {
        self.form(SessionForm::Heads)
    }

    fn unit_form(&self) -> &Form {
        self.form(SessionForm::Units)
    }

    /// Units take part in what takes place.
    fn takes_units(&self) -> bool {
        self.may_coordinate() && matches!(self.session.status, SessionStatus::Planned | SessionStatus::Completed)
    }

    fn voiding(&self) -> &Form {
        self.form(SessionForm::Counted)
    }

    fn path(&self) -> String {
        self.session.path()
    }

    fn short(&self) -> &str {
        self.link.split_once("://").map_or(&self.link, |(_, rest)| rest)
    }

    fn sees_people(&self) -> bool {
        queries::sees_people(&self.viewer)
    }

    /// Who receives people may tick, while there is something to tick.
    fn may_receive(&self) -> bool {
        self.sees_people() && self.session.status == SessionStatus::Planned
    }

    /// Until its end a session of today is received at the front desk; closing it comes after.
    fn is_for_the_front_desk(&self) -> bool {
        let is_today = DayGoingOn::today(self.center.zone, self.now).holds(&self.session);
        self.may_receive() && is_today && !self.waits_for_closing()
    }

    fn keeps_shifts(&self) -> bool {
        TeamReader::includes(self.viewer.role)
    }

    fn may_coordinate(&self) -> bool {
        Coordinator::includes(self.viewer.role)
    }

    fn is_on(&self) -> bool {
        self.is_planned() && self.session.starts_at <= self.now.0 && self.now.0 < self.session.ends_at
    }

    fn is_planned(&self) -> bool {
        self.session.status == SessionStatus::Planned
    }

    fn waits_for_closing(&self) -> bool {
        self.is_planned() && self.now.0 >= self.session.ends_at
    }

    fn counts_itself(&self) -> Option<(i64, i64)> {
        count::by_itself(&self.session, self.now)
    }
}

impl View for SessionPage {
    fn title(&self, lang: Lang) -> String {
        self.session.title.pick(lang).to_owned()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }

    fn refill(&mut self, typed: Fields) {
        let place = if typed.get("heads").is_empty() { SessionForm::WalkIn } else { SessionForm::Heads };
        self.again = Some((place, Form::filled(typed)));
    }

    fn is_answer(&self) -> bool {
        self.found.is_some()
    }
}

/// Whoever was searched for in vain is new: the walk-in begins with what was typed, a number or a name.
fn newcomer(text: &str) -> Form {
    let field = match PhoneNumber::parse(text) {
        Ok(_) => "phone",
        Err(_) if CardCode::read(text).is_none() && text.chars().any(char::is_alphabetic) => "name",
        Err(_) => return Form::new(),
    };
    Form::filled(Fields::default().with(field, text.trim()).with("role", Part::Participant))
}

/// Whether the walk-in was asked: is it one of these?
fn is_namesake(form: &Form) -> bool {
    form.refusal().is_some_and(|refusal| refusal.code == "name_known")
}

/// `?came=` and `?was_in=` name the person who was let in just now, for a message with the name may not stand in
/// a cookie or an address.
#[get("/centers/<center>/sessions/<id>?<came>&<was_in>", rank = 2)]
async fn show(
    by: Watcher,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: SessionId,
    came: Option<PersonId>,
    was_in: Option<PersonId>,
) -> Result<Page<SessionPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    let page = SessionPage::load(&by, now, &mut conn, &site, opened, None).await?;
    let shown = came.map(|person| (person, true)).or(was_in.map(|person| (person, false)));
    Ok(Page(SessionPage { shown, ..page }))
}

/// A name or number is no part of an address: the search is sent as a form.
#[post("/centers/<center>/sessions/<id>/search", data = "<fields>")]
async fn search(
    by: Greeter,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Page<SessionPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    let text: String = fields.get("q").chars().take(people::queries::SEARCHED).collect();
    let found = queries::search(&by, &mut conn, sealer, &opened.1, &text, FOUND).await?;
    let again = found.is_empty().then(|| (SessionForm::WalkIn, newcomer(&text)));
    let page = SessionPage::load(&by, now, &mut conn, &site, opened, again).await?;
    Ok(Page(SessionPage { found: Some((text, found)), ..page }))
}

/// How a form of the page ends: back to the page with a word, or the page again with what is wrong.
pub(super) async fn answer(
    by: &Viewer,
    db: &Db,
    now: Now,
    site: &Site,
    opened: (Center, Session),
    place: SessionForm,
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<SessionPage>> {
    match made {
        Ok(flash) => Ok(Submitted::done(opened.1.path(), flash)),
        Err(error) => {
            let form = Form::again(fields, error.into_field_errors()?);
            let mut conn = db.read().await?;
            Ok(Submitted::again(SessionPage::load(by, now, &mut conn, site, opened, Some((place, form))).await?))
        }
    }
}

/// How letting somebody in ends: back to the page, which greets them by name; or the page again with what is wrong.
async fn received(
    by: &Greeter,
    db: &Db,
    now: Now,
    site: &Site,
    opened: (Center, Session),
    place: SessionForm,
    fields: Fields,
    said: Result<Answer>,
) -> Result<Result<Redirect, Submitted<SessionPage>>> {
    let refused = match said {
        Ok(Answer::Admitted(admitted)) => return Ok(Ok(welcome(&opened.1, "came", admitted.person))),
        // Ticked by two at once, or twice: what was wanted is so.
        Ok(Answer::Refused(Refused { code: Code::AlreadyIn, person: Some(person), .. })) => {
            return Ok(Ok(welcome(&opened.1, "was_in", person)));
        }
        Ok(Answer::Refused(refused)) => refused.refusal().into(),
        Err(error) => error,
    };
    answer(by, db, now, site, opened, place, fields, Err(refused)).await.map(Err)
}

fn welcome(session: &Session, word: &str, person: PersonId) -> Redirect {
    Redirect::to(format!("{}?{word}={person}", session.path()))
}

#[post("/centers/<center>/sessions/<id>/attendances", data = "<fields>")]
async fn tick(
    by: Greeter,
    db: &Db,
    queue: &State<Queue>,
    now: Now,
    site: Site,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Result<Redirect, Submitted<SessionPage>>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let request = forms::page(&fields)?;
        let who = forms::tick(&fields)?;
        actions::tick(&by, now, queue, &opened.1, request, who).await
    };
    let said = made.await;
    received(&by, db, now, &site, opened, SessionForm::Roster, fields, said).await
}

/// A card is scanned or its code typed; the page comes back ready for the next one.
#[post("/centers/<center>/sessions/<id>/cards", data = "<fields>")]
async fn scan_card(
    by: Greeter,
    db: &Db,
    queue: &State<Queue>,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Result<Redirect, Submitted<SessionPage>>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let request = forms::page(&fields)?;
        let card = forms::card(&fields)?.hash(sealer);
        actions::show_card(&by, now, queue, &opened.1, request, card).await
    };
    let said = match made.await {
        // Somebody whom a team leader's session does not know.
        Err(Error::NotFound) => Err(Error::refused(Code::UnknownCode.code())),
        said => said,
    };
    // The code is not shown again: the next one is scanned into an empty field.
    received(&by, db, now, &site, opened, SessionForm::Card, Fields::default(), said).await
}

#[post("/centers/<center>/sessions/<id>/walk-ins", data = "<fields>")]
async fn walk_in(
    by: Greeter,
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Result<Redirect, Submitted<SessionPage>>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let request = forms::page(&fields)?;
        let new = forms::walk_in(&fields)?;
        let mut tx = db.begin().await?;
        let said = actions::walk_in(&by, now, &mut tx, sealer, &opened.1, request, &new, Again::Page).await?;
        tx.commit().await?;
        Ok(said)
    };
    let said = made.await;
    received(&by, db, now, &site, opened, SessionForm::WalkIn, fields, said).await
}
