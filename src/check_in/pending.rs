//! Hours to confirm (待确认时数), of all closed sessions of a center in one list: what is ticked is confirmed at once, all of it or
//! nothing. What waits for longer than order 67 art. 11 allows is marked.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::forms;
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::holidays;
use crate::hours::{self, PendingStay, rules};
use crate::locks;
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, confirm]
}

/// Stays of one page, which are confirmed in one transaction.
pub(super) const PAGE: i64 = 100;

/// The hours of sessions before this day are overdue.
pub(super) async fn overdue_before(conn: &mut Conn, today: Date) -> Result<Date> {
    let holidays = holidays::queries::between(conn, today.minus_days(rules::LOOK_BACK), today).await?;
    Ok(rules::overdue_before(today, &holidays))
}

#[derive(Template)]
#[template(path = "check_in/pending.html")]
struct PendingPage {
    center: Center,
    stays: Vec<PendingStay>,
    total: i64,
    overdue: i64,
    overdue_before: Date,
    form: Form,
}

impl PendingPage {
    async fn load(by: &Coordinator, conn: &mut Conn, now: Now, center: Center, again: Option<Form>) -> Result<Self> {
        let overdue_before = overdue_before(conn, center.zone.date(now.0)).await?;
        let stays = hours::pending(by, conn, now, &center, None, PAGE).await?;
        let (total, overdue) = hours::pending_count(conn, center.id(), overdue_before).await?;
        let form = again.unwrap_or_else(|| Form::filled(proposed(&stays)));
        Ok(Self { center, stays, total, overdue, overdue_before, form })
    }

    fn path(&self) -> String {
        self.center.path("/hours")
    }

    fn is_overdue(&self, stay: &PendingStay) -> bool {
        stay.session.local_date < self.overdue_before
    }

    /// The stays of each session.
    fn sessions(&self) -> impl Iterator<Item = &[PendingStay]> {
        self.stays.chunk_by(|one, next| one.session.session_id == next.session.session_id)
    }

    fn has_more(&self) -> bool {
        i64::try_from(self.stays.len()).unwrap_or(i64::MAX) < self.total
    }
}

/// What the door saw, as the form proposes it: a forgotten check-out and a second place at the same time are ticked by hand.
fn proposed(stays: &[PendingStay]) -> Fields {
    stays.iter().fold(Fields::default(), |values, PendingStay { volunteer, .. }| {
        let values = values.with(&format!("minutes.{}", volunteer.attendance), volunteer.stay.minutes);
        match volunteer.stay.forgot_to_leave || volunteer.overlap.is_some() {
            true => values,
            false => values.with(&format!("confirm.{}", volunteer.attendance), 1),
        }
    })
}

impl View for PendingPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("pending.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/hours")]
async fn list(by: Coordinator, db: &Db, now: Now, center: CenterId) -> Result<Page<PendingPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(PendingPage::load(&by, &mut conn, now, center, None).await?))
}

#[post("/centers/<center>/hours", data = "<fields>")]
async fn confirm(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<PendingPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut tx = db.begin().await?;
        confirm_ticked(&by, now, &mut tx, &center, &fields).await?;
        tx.commit().await?;
        Ok(center.path("/hours"))
    };
    Submitted::of(made.await, "done.hours_confirmed", async |errors| {
        let form = Form::again(fields, errors);
        PendingPage::load(&by, &mut *db.read().await?, now, center, Some(form)).await
    })
    .await
}

/// Confirms what is ticked.
///
/// # Errors
/// `Refused("nothing_ticked")`, `Refused("too_many_ticked")`; `Refused("hours_confirmed")` where another worker was faster with one of them,
/// or it was taken back; `Invalid` for minutes that need a reason.
pub(super) async fn confirm_ticked(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    center: &Center,
    fields: &Fields,
) -> Result<usize> {
    let wanted = forms::ticks(fields);
    if wanted.is_empty() {
        return Err(Error::refused("nothing_ticked"));
    }
    if i64::try_from(wanted.len()).unwrap_or(i64::MAX) > PAGE {
        return Err(Error::refused("too_many_ticked"));
    }
    let seen = hours::pending(by, tx, now, center, Some(&wanted), PAGE).await?;
    locks::sessions(tx, seen.iter().map(|stay| stay.session.session_id)).await?;
    // Read again, for it may have changed before the sessions were held.
    let stays = hours::pending(by, tx, now, center, Some(&wanted), PAGE).await?;
    if stays.len() < wanted.len() {
        return Err(Error::refused("hours_confirmed"));
    }
    let hours = forms::confirmations(fields, &stays)?;
    hours::confirm_all(by, now, tx, center.id(), &hours).await?;
    Ok(hours.len())
}
