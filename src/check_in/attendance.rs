//! The page of one attendance: how it came about, who came along, the way out, and taking it back.

use crate::auth::{Coordinator, Greeter};
use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::company::{self, Escort};
use super::queries::{self, Present};
use super::types::AttendanceId;
use super::{Queue, Way, actions, forms};
use crate::activities::queries::open_in;
use crate::activities::{Session, SessionId, SessionStatus};
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{FieldErrors, Result};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, companions, escort, check_out, undo, void]
}

/// Which of the page's forms is shown again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CorrectionForm {
    Companions,
    Brought,
    Fetched,
    Void,
}

#[derive(Template)]
#[template(path = "check_in/attendance.html")]
struct AttendancePage {
    center: Center,
    session: Session,
    attendance: Present,
    escorts: Vec<Escort>,
    /// Who brought or fetched the person before.
    usual: Vec<String>,
    /// Whether the viewer may still change anything.
    open: bool,
    again: Option<(CorrectionForm, Form)>,
    blank: Form,
}

impl AttendancePage {
    async fn load(by: &Greeter, now: Now, conn: &mut Conn, at: Where) -> Result<Self> {
        let (center, session, attendance) = opened(by, now, conn, at).await?;
        Ok(Self {
            escorts: company::escorts(conn, attendance.id).await?,
            usual: company::usual(conn, center.id(), attendance.person.id).await?,
            blank: Form::filled(Fields::default().with("companions", attendance.companions)),
            open: session.status != SessionStatus::Completed || Coordinator::includes(by.role),
            again: None,
            center,
            session,
            attendance,
        })
    }

    fn form(&self, place: CorrectionForm) -> &Form {
        self.again.as_ref().filter(|(at, _)| *at == place).map_or(&self.blank, |(_, form)| form)
    }

    fn companions(&self) -> &Form {
        self.form(CorrectionForm::Companions)
    }

    fn voiding(&self) -> &Form {
        self.form(CorrectionForm::Void)
    }

    fn path(&self) -> String {
        self.session.path()
    }

    fn is_planned(&self) -> bool {
        self.session.status == SessionStatus::Planned
    }

    /// Children are brought and fetched; of whoever was, it stays in sight.
    fn is_escorted(&self) -> bool {
        self.attendance.groups().youth || !self.escorts.is_empty() || self.again.is_some()
    }

    /// Both ways: the word in the address, the text's scope, who it was, and the form.
    fn ways(&self) -> [(Way, &'static str, Option<&Escort>, &Form); 2] {
        let of = |way| self.escorts.iter().find(|escort| escort.way == way);
        [
            (Way::In, "escort.brought", of(Way::In), self.form(CorrectionForm::Brought)),
            (Way::Out, "escort.fetched", of(Way::Out), self.form(CorrectionForm::Fetched)),
        ]
    }
}

impl View for AttendancePage {
    fn title(&self, _: Lang) -> String {
        self.attendance.person.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }

    fn refill(&mut self, typed: Fields) {
        let place = match typed.get("way") {
            "in" => CorrectionForm::Brought,
            "out" => CorrectionForm::Fetched,
            _ if typed.get("companions").is_empty() => CorrectionForm::Void,
            _ => CorrectionForm::Companions,
        };
        self.again = Some((place, Form::filled(typed)));
    }
}

/// Where the page is.
type Where = (CenterId, SessionId, AttendanceId);

async fn opened(
    by: &Greeter,
    now: Now,
    conn: &mut Conn,
    (center, id, attendance): Where,
) -> Result<(Center, Session, Present)> {
    let (center, session) = open_in(by, now, conn, center, id).await?;
    let attendance = queries::attendance(conn, session.id, attendance).await?;
    Ok((center, session, attendance))
}

/// The page again with what was sent and why it was not taken.
async fn again(
    by: &Greeter,
    now: Now,
    db: &Db,
    at: Where,
    place: CorrectionForm,
    (fields, errors): (Fields, FieldErrors),
) -> Result<AttendancePage> {
    let page = AttendancePage::load(by, now, &mut *db.read().await?, at).await?;
    Ok(AttendancePage { again: Some((place, Form::again(fields, errors))), ..page })
}

#[get("/centers/<center>/sessions/<id>/attendances/<attendance>")]
async fn show(
    by: Greeter,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    attendance: AttendanceId,
) -> Result<Page<AttendancePage>> {
    Ok(Page(AttendancePage::load(&by, now, &mut *db.read().await?, (center, id, attendance)).await?))
}

#[post("/centers/<center>/sessions/<id>/attendances/<attendance>/companions", data = "<fields>")]
async fn companions(
    by: Greeter,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    attendance: AttendanceId,
    fields: Fields,
) -> Result<Submitted<AttendancePage>> {
    let at = (center, id, attendance);
    let made = async {
        let mut tx = db.begin().await?;
        let (_, session, attendance) = opened(&by, now, &mut tx, at).await?;
        let heads = forms::companions(&fields)?;
        company::set_companions(&by, now, &mut tx, &session, attendance.id, heads).await?;
        tx.commit().await?;
        Ok(session.path())
    };
    Submitted::of(made.await, "done.companions", async |errors| {
        again(&by, now, db, at, CorrectionForm::Companions, (fields, errors)).await
    })
    .await
}

#[post("/centers/<center>/sessions/<id>/attendances/<attendance>/escorts", data = "<fields>")]
async fn escort(
    by: Greeter,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    attendance: AttendanceId,
    fields: Fields,
) -> Result<Submitted<AttendancePage>> {
    let at = (center, id, attendance);
    let place = if fields.get("way") == Way::Out.code() { CorrectionForm::Fetched } else { CorrectionForm::Brought };
    let made = async {
        let mut tx = db.begin().await?;
        let (_, session, attendance) = opened(&by, now, &mut tx, at).await?;
        let (way, name) = forms::escort(&fields)?;
        company::escort(&by, now, &mut tx, &session, attendance.id, (way, &name)).await?;
        tx.commit().await?;
        Ok(match way {
            Way::Out => (session.path(), "done.fetched"),
            Way::In => (format!("{}/attendances/{}", session.path(), attendance.id), "done.brought"),
        })
    };
    Submitted::with_word(made.await, async |errors| again(&by, now, db, at, place, (fields, errors)).await).await
}

#[post("/centers/<center>/sessions/<id>/attendances/<attendance>/void", data = "<fields>")]
async fn void(
    by: Greeter,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    attendance: AttendanceId,
    fields: Fields,
) -> Result<Submitted<AttendancePage>> {
    let at = (center, id, attendance);
    let made = async {
        let mut tx = db.begin().await?;
        let (_, session, attendance) = opened(&by, now, &mut tx, at).await?;
        let reason = forms::reason(&fields)?;
        actions::void(&by, now, &mut tx, &session, attendance.id, &reason).await?;
        tx.commit().await?;
        Ok(session.path())
    };
    Submitted::of(made.await, "done.attendance_voided", async |errors| {
        again(&by, now, db, at, CorrectionForm::Void, (fields, errors)).await
    })
    .await
}

/// The word beside the name that was let in just now. Too late, it leads to the form that asks why.
#[post("/centers/<center>/sessions/<id>/attendances/<attendance>/undo")]
async fn undo(
    by: Greeter,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    id: SessionId,
    attendance: AttendanceId,
) -> Result<Submitted<AttendancePage>> {
    let at = (center, id, attendance);
    let made = async {
        let mut tx = db.begin().await?;
        let (_, session, attendance) = opened(&by, now, &mut tx, at).await?;
        actions::undo(&by, now, &mut tx, &session, &attendance, &lang.text("undo.reason")).await?;
        tx.commit().await?;
        Ok(session.path())
    };
    Submitted::of(made.await, "done.undone", async |errors| {
        again(&by, now, db, at, CorrectionForm::Void, (Fields::default(), errors)).await
    })
    .await
}

#[post("/centers/<center>/sessions/<id>/attendances/<attendance>/departure")]
async fn check_out(
    by: Greeter,
    db: &Db,
    queue: &State<Queue>,
    now: Now,
    center: CenterId,
    id: SessionId,
    attendance: AttendanceId,
) -> Result<Done> {
    let at = (center, id, attendance);
    let (_, session, attendance) = opened(&by, now, &mut *db.read().await?, at).await?;
    actions::check_out(&by, now, queue, &session, &attendance).await?.or_refusal()?;
    Ok(Done::to(session.path(), "done.checked_out"))
}
