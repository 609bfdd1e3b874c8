//! The pages of an erasure: what would go and what stays, asking for it, and deciding.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{Erasure, ErasureId, Traces, WantedBy};
use super::{actions, forms, queries};
use crate::auth::{Coordinator, Manager, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::queries::open_in;
use crate::people::{Person, PersonId};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, ask, list, approve, decline]
}

/// What would go, what stays, and the form that asks for it.
#[derive(Template)]
#[template(path = "erasure/show.html")]
struct ErasurePage {
    center: Center,
    person: Person,
    traces: Traces,
    latest: Option<Erasure>,
    /// Whether the reader may decide as well.
    decides: bool,
    form: Form,
}

impl ErasurePage {
    async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        (center, person): (Center, Person),
        form: Form,
    ) -> Result<Self> {
        let traces = queries::traces(by, conn, now, &[person.id]).await?.pop().ok_or(Error::NotFound)?;
        let latest = queries::latest(conn, center.id(), person.id).await?;
        Ok(Self { decides: Manager::includes(by.role), center, person, traces, latest, form })
    }

    fn wishes(&self) -> &'static [WantedBy] {
        WantedBy::ALL
    }

    /// The person's page.
    fn back(&self) -> String {
        self.center.path(format_args!("/people/{}", self.person.id))
    }

    fn is_asked(&self) -> bool {
        self.latest.as_ref().is_some_and(Erasure::is_asked)
    }
}

impl View for ErasurePage {
    fn title(&self, lang: Lang) -> String {
        lang.text("erasure.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/people/<id>/erasure", rank = 2)]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: PersonId) -> Result<Page<ErasurePage>> {
    let mut conn = db.read().await?;
    let opened = open_in(&by, &mut conn, center, id).await?;
    Ok(Page(ErasurePage::load(&by, &mut conn, now, opened, Form::new()).await?))
}

#[post("/centers/<center>/people/<id>/erasure", data = "<fields>")]
async fn ask(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<ErasurePage>> {
    let opened = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = forms::erasure(&fields, &opened.1)?;
        let mut tx = db.begin().await?;
        actions::ask(&by, now, &mut tx, (&opened.0, &opened.1), &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(opened.0.path(format_args!("/people/{id}/erasure")))
    };
    let made = made.await;
    Submitted::of(made, "done.erasure_asked", async |errors| {
        ErasurePage::load(&by, &mut *db.read().await?, now, opened, Form::again(fields, errors)).await
    })
    .await
}

/// What waits for a decision, and what was decided.
#[derive(Template)]
#[template(path = "erasure/list.html")]
struct ErasuresPage {
    center: Center,
    waiting: Vec<(Erasure, Option<Traces>)>,
    decided: Vec<Erasure>,
    /// Reasons are for who may see the people, as in the logbook.
    reads_reasons: bool,
    form: Form,
}

impl ErasuresPage {
    async fn load(by: &Viewer, conn: &mut Conn, now: Now, center: Center, form: Form) -> Result<Self> {
        let all = queries::of_center(conn, center.id()).await?;
        let (asked, decided): (Vec<_>, Vec<_>) = all.into_iter().partition(Erasure::is_asked);
        let people: Vec<PersonId> = asked.iter().map(|erasure| erasure.person_id).collect();
        let traces = queries::traces(by, conn, now, &people).await?;
        let of = |erasure: &Erasure| traces.iter().find(|traces| traces.person_id == erasure.person_id).cloned();
        let waiting = asked.into_iter().map(|erasure| (erasure.clone(), of(&erasure))).collect();
        Ok(Self { center, waiting, decided, reads_reasons: Coordinator::includes(by.role), form })
    }

    fn field(&self, name: &str, erasure: &Erasure) -> String {
        format!("{name}.{}", erasure.id)
    }

    fn is_wiping(&self) -> bool {
        self.decided.iter().any(|erasure| erasure.extent.is_some() && erasure.wiped_at.is_none())
    }
}

impl View for ErasuresPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("erasure.list")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Audit)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/erasures")]
async fn list(by: Manager, db: &Db, now: Now, center: CenterId) -> Result<Page<ErasuresPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(ErasuresPage::load(&by, &mut conn, now, center, Form::new()).await?))
}

async fn answer(
    by: &Manager,
    db: &Db,
    now: Now,
    center: Center,
    fields: Fields,
    made: Result<&'static str>,
) -> Result<Submitted<ErasuresPage>> {
    let made = made.map(|flash| (center.path("/erasures"), flash));
    Submitted::with_word(made, async |errors| {
        ErasuresPage::load(by, &mut *db.read().await?, now, center, Form::again(fields, errors)).await
    })
    .await
}

/// Erases; the person's number is typed once more, for nothing takes it back.
#[post("/centers/<center>/erasures/<id>/approval", data = "<fields>")]
async fn approve(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: ErasureId,
    fields: Fields,
) -> Result<Submitted<ErasuresPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let erasure = queries::find(&mut conn, center.id(), id).await?;
    drop(conn);
    let made = async {
        forms::confirmation(&fields, &format!("number.{id}"), erasure.person_id)?;
        actions::erase(&by, now, db, sealer, &center, &erasure).await?;
        Ok("done.erased")
    };
    let made = made.await;
    answer(&by, db, now, center, fields, made).await
}

#[post("/centers/<center>/erasures/<id>/refusal", data = "<fields>")]
async fn decline(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: ErasureId,
    fields: Fields,
) -> Result<Submitted<ErasuresPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let erasure = queries::find(&mut conn, center.id(), id).await?;
    drop(conn);
    let made = async {
        let reason = forms::declining(&fields, &format!("decline_reason.{id}"))?;
        let mut tx = db.begin().await?;
        actions::decline(&by, now, &mut tx, &center, &erasure, &reason).await?;
        tx.commit().await?;
        Ok("done.erasure_declined")
    };
    let made = made.await;
    answer(&by, db, now, center, fields, made).await
}
