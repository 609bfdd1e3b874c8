//! Shifts in the volunteer's own hand: what they hold, what they are asked, what they may take. The phone has to be theirs for certain.

use std::collections::BTreeSet;

use askama::Template;
use rocket::{Route, get, post, routes};

use super::roster::word;
use super::rules::{self, ShiftSpan};
use super::types::{OpenShift, OwnShift, ShiftId, ShiftState};
use super::{actions, forms, queries, taking};
use crate::clock::{Now, Zone};
use crate::error::{Error, FieldErrors, Result};
use crate::ids::{PersonId, TeamId};
use crate::phones::{self, ConfirmedPhone, Phone};
use crate::store::{Conn, Db};
use crate::web::{Fields, Form, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, take, accept, decline, give_back, ask_substitute]
}

/// The shifts of those whose phone it is.
pub struct OwnShifts {
    names: Vec<(PersonId, String)>,
    held: Vec<OwnShift>,
    open: Vec<OpenShift>,
    /// Who may take one over, by team.
    members: Vec<(TeamId, PersonId, String)>,
    now: Now,
}

impl OwnShifts {
    pub async fn load(by: &[ConfirmedPhone], conn: &mut Conn, now: Now) -> Result<Self> {
        let held = queries::own(by, conn, now).await?;
        let teams: BTreeSet<TeamId> = held.iter().filter_map(|shift| shift.team_id).collect();
        let teams: Vec<TeamId> = teams.into_iter().collect();
        let members = match teams.is_empty() {
            true => Vec::new(),
            false => queries::substitutes(by, conn, &teams).await?,
        };
        Ok(Self { names: queries::names(by, conn).await?, open: open(by, conn, now).await?, held, members, now })
    }

    pub fn is_empty(&self) -> bool {
        self.held.is_empty() && self.open.is_empty()
    }

    pub fn now(&self) -> &Now {
        &self.now
    }

    pub fn open(&self) -> &[OpenShift] {
        &self.open
    }

    /// What they are asked and may still answer.
    pub fn asked(&self) -> Vec<&OwnShift> {
        self.held.iter().filter(|shift| shift.state == ShiftState::Invited && shift.is_open()).collect()
    }

    /// What they hold, cancelled ones among them.
    pub fn taken(&self) -> Vec<&OwnShift> {
        self.held.iter().filter(|shift| shift.state == ShiftState::Taken).collect()
    }

    /// Whose it is, where the phone speaks for several.
    pub fn name(&self, person: &PersonId) -> Option<&str> {
        let several = self.names.len() > 1;
        self.names.iter().find(|(id, _)| several && id == person).map(|(_, name)| name.as_str())
    }

    /// Who may take over a shift.
    pub fn substitutes(&self, shift: &OwnShift) -> Vec<(&PersonId, &str)> {
        let fits = |(team, person, _): &&(TeamId, PersonId, String)| {
            shift.team_id == Some(*team) && *person != shift.person_id
        };
        self.members.iter().filter(fits).map(|(_, person, name)| (person, name.as_str())).collect()
    }
}

/// What they may take: nothing at the time of another one, and it is told where it would be much.
async fn open(by: &[ConfirmedPhone], conn: &mut Conn, now: Now) -> Result<Vec<OpenShift>> {
    let today = Zone::SHANGHAI.date(now.0);
    let until = today.plus_days(queries::AHEAD);
    let mut found = queries::open(by, conn, now, until).await?;
    if found.is_empty() {
        return Ok(found);
    }
    let limits = queries::limits(conn).await?;
    let people: Vec<PersonId> = by.iter().map(|one| one.person).collect();
    let spans = queries::spans(conn, &people, (today, until), limits.days_running).await?;
    found.retain_mut(|shift| {
        let span = ShiftSpan { starts_at: shift.starts_at, ends_at: shift.ends_at, local_date: shift.local_date };
        let own = spans.iter().filter(|(person, ..)| *person == shift.person_id);
        let taken: Vec<ShiftSpan> = own.map(|(_, _, span)| *span).collect();
        shift.is_much = !rules::too_much(&span, &taken, &limits).is_empty();
        !taken.iter().any(|other| other.overlaps(&span))
    });
    Ok(found)
}

#[derive(Template)]
#[template(path = "shifts/own_page.html")]
struct OwnShiftsPage {
    shifts: OwnShifts,
    form: Form,
}

impl OwnShiftsPage {
    async fn load(phone: &Phone, conn: &mut Conn, now: Now, form: Form) -> Result<Self> {
        let confirmed = phones::confirmed(conn, phone).await?;
        Ok(Self { shifts: OwnShifts::load(&confirmed, conn, now).await?, form })
    }

    async fn again(phone: &Phone, db: &Db, now: Now, (fields, errors): (Fields, FieldErrors)) -> Result<Self> {
        Self::load(phone, &mut *db.read().await?, now, Form::again(fields, errors)).await
    }
}

impl View for OwnShiftsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("shifts.own")
    }
}

/// Where one's own shifts stand.
const HOME: &str = "/me/shifts";

/// The right to a shift of one's own.
async fn hand(conn: &mut Conn, phone: &Phone, shift: ShiftId) -> Result<ConfirmedPhone> {
    let person = queries::shift(conn, shift).await?.person_id;
    phones::confirmed_for(conn, phone, person).await
}

#[get("/me/shifts")]
async fn show(db: &Db, now: Now, phone: Option<Phone>) -> Result<Page<OwnShiftsPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    Ok(Page(OwnShiftsPage::load(&phone, &mut *db.read().await?, now, Form::new()).await?))
}

/// Fields `need person anyway`.
#[post("/me/shifts", data = "<fields>")]
async fn take(db: &Db, now: Now, phone: Option<Phone>, fields: Fields) -> Result<Submitted<OwnShiftsPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let made = async {
        let (need, person, anyway) = forms::whom(&fields)?;
        let mut tx = db.begin().await?;
        let by = phones::confirmed_for(&mut tx, &phone, person).await?;
        let warned = taking::take(&by, now, &mut tx, need, anyway).await?;
        tx.commit().await?;
        Ok::<_, Error>((HOME, word(&warned, "done.shift_taken")))
    };
    let made = made.await;
    Submitted::with_word(made, async |errors| OwnShiftsPage::again(&phone, db, now, (fields, errors)).await).await
}

/// Field `anyway`.
#[post("/me/shifts/<id>/acceptance", data = "<fields>")]
async fn accept(
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    id: ShiftId,
    fields: Fields,
) -> Result<Submitted<OwnShiftsPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let made = async {
        let mut tx = db.begin().await?;
        let by = hand(&mut tx, &phone, id).await?;
        let warned = taking::accept(&by, now, &mut tx, id, forms::anyway(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>((HOME, word(&warned, "done.shift_taken")))
    };
    let made = made.await;
    Submitted::with_word(made, async |errors| OwnShiftsPage::again(&phone, db, now, (fields, errors)).await).await
}

/// Field `word`.
#[post("/me/shifts/<id>/refusal", data = "<fields>")]
async fn decline(
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    id: ShiftId,
    fields: Fields,
) -> Result<Submitted<OwnShiftsPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let made = async {
        let mut tx = db.begin().await?;
        let by = hand(&mut tx, &phone, id).await?;
        actions::decline(&by, now, &mut tx, id, forms::word(&fields)?.as_deref()).await?;
        tx.commit().await?;
        Ok::<_, Error>((HOME, "done.shift_declined"))
    };
    let made = made.await;
    Submitted::with_word(made, async |errors| OwnShiftsPage::again(&phone, db, now, (fields, errors)).await).await
}

/// Field `word`.
#[post("/me/shifts/<id>/return", data = "<fields>")]
async fn give_back(
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    id: ShiftId,
    fields: Fields,
) -> Result<Submitted<OwnShiftsPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let made = async {
        let mut tx = db.begin().await?;
        let by = hand(&mut tx, &phone, id).await?;
        actions::give_back(&by, now, &mut tx, id, forms::word(&fields)?.as_deref()).await?;
        tx.commit().await?;
        Ok::<_, Error>((HOME, "done.shift_given_back"))
    };
    let made = made.await;
    Submitted::with_word(made, async |errors| OwnShiftsPage::again(&phone, db, now, (fields, errors)).await).await
}

/// Field `person`: who is to take it over.
#[post("/me/shifts/<id>/substitution", data = "<fields>")]
async fn ask_substitute(
    db: &Db,
    now: Now,
    phone: Option<Phone>,
    id: ShiftId,
    fields: Fields,
) -> Result<Submitted<OwnShiftsPage>> {
    let phone = phone.ok_or(Error::NotFound)?;
    let made = async {
        let mut tx = db.begin().await?;
        let by = hand(&mut tx, &phone, id).await?;
        actions::ask_substitute(&by, now, &mut tx, id, forms::person(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>((HOME, "done.substitute_asked"))
    };
    let made = made.await;
    Submitted::with_word(made, async |errors| OwnShiftsPage::again(&phone, db, now, (fields, errors)).await).await
}
