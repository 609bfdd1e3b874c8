//! The page on which a session is closed, and on which its record stands afterwards.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::types::{MOST_PHOTOS, NotPictured, SessionNotes, SessionPhoto};
use super::{actions, forms, queries, rules};
use crate::activities::queries::open_in;
use crate::activities::{Session, SessionId, SessionStatus};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::check_in::queries::{self as presence, Counts, Present};
use crate::check_in::{self, Part};
use crate::clock::Now;
use crate::error::{Error, FieldErrors, Result};
use crate::hours::queries::volunteers;
use crate::hours::{self, EntryId, Volunteer};
use crate::ratings::{self, RatingSummary};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, close, reopen, confirm, correct, revise]
}

#[derive(Template)]
#[template(path = "closings/closing.html")]
pub(super) struct ClosingPage {
    center: Center,
    session: Session,
    now: Now,
    counts: Counts,
    volunteers: Vec<Volunteer>,
    /// Staff who did not check out; volunteers say so in their own rows.
    staff_in: Vec<Present>,
    ratings: Option<RatingSummary>,
    not_pictured: NotPictured,
    photos: Vec<SessionPhoto>,
    notes: SessionNotes,
    /// What whoever closed the session before this one left for it.
    last_word: Option<String>,
    /// Of what closes it, and of the hours.
    form: Form,
    /// Of the record, once it is closed.
    record: Form,
    /// Of the pictures.
    picturing: Form,
}

impl ClosingPage {
    pub(super) async fn load(
        by: &Coordinator,
        now: Now,
        conn: &mut Conn,
        (center, session): (Center, Session),
        again: Option<Form>,
    ) -> Result<Self> {
        let volunteers = volunteers(conn, now, &session).await?;
        let counts = presence::counts(conn, session.id).await?;
        let notes = queries::notes(conn, session.id).await?;
        let written = written(&session, &notes);
        // One volunteer's form brings one volunteer's fields: the others keep what was proposed.
        let form = match again {
            Some(form) if session.status == SessionStatus::Completed => form.over(proposed(&volunteers)),
            Some(form) => form,
            None => Form::filled(proposed(&volunteers).or(written.clone())),
        };
        let ratings = ratings::summary(by, now, conn, &session).await?;
        let mut staff_in = presence::present(conn, session.id).await?;
        staff_in.retain(|row| row.part == Part::Staff && row.left_at.is_none());
        Ok(Self {
            not_pictured: queries::not_pictured(by, conn, &session).await?,
            photos: queries::photos(conn, session.id).await?,
            last_word: presence::last_word(by, conn, &session).await?,
            record: Form::filled(written),
            picturing: Form::new(),
            center,
            session,
            now,
            counts,
            volunteers,
            staff_in,
            ratings,
            notes,
            form,
        })
    }

    /// As it is, with what is wrong with the pictures that were sent, and what was written below them.
    pub(super) fn with_pictures_refused(self, caption: &str, errors: FieldErrors) -> Self {
        Self { picturing: Form::again(Fields::default().with("caption", caption), errors), ..self }
    }

    /// As it is, with the record that was sent. Who did not see what is written by now sees it here, and saves over it knowingly.
    fn with_record_again(self, fields: Fields, errors: FieldErrors) -> Self {
        let is_news = errors.whole.is_some() || fields.get("seen").is_empty();
        let fields = if is_news { self.seen().or(fields) } else { fields };
        Self { record: Form::again(fields, errors), ..self }
    }

    /// The mark of what this page shows of the record.
    fn seen(&self) -> Fields {
        Fields::default().with("seen", rules::mark(self.session.summary.as_deref(), &self.notes))
    }

    fn path(&self) -> String {
        self.session.path()
    }

    fn is_planned(&self) -> bool {
        self.session.status == SessionStatus::Planned
    }

    fn is_completed(&self) -> bool {
        self.session.status == SessionStatus::Completed
    }

    fn has_begun(&self) -> bool {
        self.session.starts_at <= self.now.0
    }

    /// Before its end.
    fn is_running(&self) -> bool {
        self.is_planned() && self.has_begun() && self.now.0 < self.session.ends_at
    }

    /// As [`check_in::reopen`] has it.
    fn may_reopen(&self) -> bool {
        let today = self.center.zone.date(self.now.0);
        self.is_completed()
            && today <= self.session.local_date
            && self.volunteers.iter().all(|volunteer| volunteer.entry.is_none())
    }

    /// While there is one to be held, or it was.
    fn takes_photos(&self) -> bool {
        (self.is_completed() || (self.is_planned() && self.has_begun())) && self.photos.len() < MOST_PHOTOS
    }

    /// Case work is told to nobody.
    fn may_be_told(&self) -> bool {
        self.is_completed() && !self.session.title.is_confidential()
    }

    fn field(&self, name: &str, id: impl std::fmt::Display) -> String {
        format!("{name}.{id}")
    }
}

/// What the door saw, as the form proposes it: a forgotten check-out has to be ticked by hand.
fn proposed(volunteers: &[Volunteer]) -> Fields {
    volunteers.iter().fold(Fields::default(), |values, volunteer| {
        let minutes = volunteer.entry.as_ref().map_or(volunteer.stay.minutes, |entry| entry.minutes);
        let values = values.with(&format!("minutes.{}", volunteer.attendance), minutes);
        match volunteer.stay.forgot_to_leave {
            true => values,
            false => values.with(&format!("confirm.{}", volunteer.attendance), 1),
        }
    })
}

/// What is written of a session, as its forms propose it.
fn written(session: &Session, notes: &SessionNotes) -> Fields {
    Fields::default()
        .with("summary", session.summary.as_deref().unwrap_or_default())
        .with("materials", notes.materials.as_deref().unwrap_or_default())
        .with("next_time", notes.next_time.as_deref().unwrap_or_default())
        .with("seen", rules::mark(session.summary.as_deref(), notes))
}

impl View for ClosingPage {
    fn title(&self, lang: Lang) -> String {
        format!("{} · {}", lang.text("closing.title"), self.session.title.pick(lang))
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }

    fn refill(&mut self, typed: Fields) {
        match self.is_completed() {
            true => self.record = Form::filled(typed.or(self.seen())),
            false => self.form = Form::filled(typed),
        }
    }
}

async fn answer(
    by: &Coordinator,
    db: &Db,
    now: Now,
    opened: (Center, Session),
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<ClosingPage>> {
    let made = made.map(|flash| (format!("{}/closing", opened.1.path()), flash));
    Submitted::with_word(made, async |errors| {
        let form = Form::again(fields, errors);
        ClosingPage::load(by, now, &mut *db.read().await?, opened, Some(form)).await
    })
    .await
}

#[get("/centers/<center>/sessions/<id>/closing")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<ClosingPage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, now, &mut conn, center, id).await?;
    Ok(Page(ClosingPage::load(&by, now, &mut conn, opened, None).await?))
}

/// Of a session that is still running, a page asks once more (`early`): it may be the wrong one.
#[post("/centers/<center>/sessions/<id>/closing", data = "<fields>")]
async fn close(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<ClosingPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let session = &opened.1;
        let is_running = session.starts_at <= now.0 && now.0 < session.ends_at;
        if is_running && session.status == SessionStatus::Planned && fields.get("early") != "1" {
            return Err(Error::refused("session_running"));
        }
        let mut tx = db.begin().await?;
        actions::close(&by, now, &mut tx, session, &fields).await?;
        tx.commit().await?;
        Ok("done.session_closed")
    };
    let made = made.await.map(|flash| (format!("{}/closing", opened.1.path()), flash));
    Submitted::with_word(made, async |errors| {
        let mut conn = db.read().await?;
        let opened = open_in(&by, now, &mut conn, center, id).await?;
        // Of two who close it, the later one's words are of the record by now.
        if opened.1.status == SessionStatus::Completed && !fields.get("summary").is_empty() {
            let page = ClosingPage::load(&by, now, &mut conn, opened, None).await?;
            return Ok(page.with_record_again(fields, errors));
        }
        ClosingPage::load(&by, now, &mut conn, opened, Some(Form::again(fields, errors))).await
    })
    .await
}

#[post("/centers/<center>/sessions/<id>/reopening")]
async fn reopen(by: Coordinator, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (_, session) = open_in(&by, now, &mut tx, center, id).await?;
    check_in::reopen(&by, now, &mut tx, &session).await?;
    tx.commit().await?;
    Ok(Done::to(session.path(), "done.session_reopened"))
}

/// Confirms one volunteer's hours after the session was closed.
#[post("/centers/<center>/sessions/<id>/hours", data = "<fields>")]
async fn confirm(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<ClosingPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let confirmed = check_in::forms::confirmation(&fields, check_in::forms::names)?;
        let mut tx = db.begin().await?;
        check_in::confirm(&by, now, &mut tx, &opened.1, confirmed).await?;
        tx.commit().await?;
        Ok("done.hours_confirmed")
    };
    let made = made.await;
    answer(&by, db, now, opened, fields, made).await
}

#[post("/centers/<center>/sessions/<id>/hours/<entry>/correction", data = "<fields>")]
async fn correct(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    entry: EntryId,
    fields: Fields,
) -> Result<Submitted<ClosingPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let (minutes, why) = (format!("corrected.{entry}"), format!("reason.{entry}"));
        let (minutes, reason) = check_in::forms::correction(&fields, &minutes, &why)?;
        let mut tx = db.begin().await?;
        hours::correct(&by, now, &mut tx, &opened.1, entry, minutes, &reason).await?;
        tx.commit().await?;
        Ok("done.hours_corrected")
    };
    let made = made.await;
    answer(&by, db, now, opened, fields, made).await
}

/// Puts right what was written of a closed session.
#[post("/centers/<center>/sessions/<id>/record", data = "<fields>")]
async fn revise(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<ClosingPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let mut tx = db.begin().await?;
        let record = forms::record(&fields, &queries::notes(&mut tx, id).await?)?;
        actions::revise(&by, now, &mut tx, &opened.1, &record).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/closing", opened.1.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.session_record_revised", async |errors| {
        let mut conn = db.read().await?;
        let opened = open_in(&by, now, &mut conn, center, id).await?;
        Ok(ClosingPage::load(&by, now, &mut conn, opened, None).await?.with_record_again(fields, errors))
    })
    .await
}
