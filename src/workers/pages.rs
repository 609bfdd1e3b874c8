//! A center's workers: the list, and a new one's form.

use askama::Template;
use rocket::{FromForm, Route, State, get, post, routes};

use super::queries::LooseAccount;
use super::types::{
    Expiry, FoundBy, Qualification, Recruited, WorkField, Worker, WorkerKind, WorkerOrder, WorkerState, WorkersAsked,
};
use super::{actions, forms, queries};
use crate::auth::{Manager, links};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create]
}

#[derive(Template)]
#[template(path = "workers/list.html")]
struct WorkersPage {
    center: Center,
    workers: Vec<Worker>,
    asked: WorkersAsked,
    recruited: Recruited,
    /// How many have a certificate that has run out or will soon.
    expiring: i64,
    /// Accounts that wait for their staff record.
    loose: Vec<LooseAccount>,
    today: Date,
}

impl WorkersPage {
    fn present(&self) -> usize {
        self.workers.iter().filter(|worker| worker.is_there(self.today)).count()
    }

    fn kinds(&self) -> &'static [WorkerKind] {
        WorkerKind::ALL
    }

    fn qualifications(&self) -> &'static [Qualification] {
        Qualification::ALL
    }

    fn states(&self) -> &'static [WorkerState] {
        WorkerState::ALL
    }

    fn orders(&self) -> &'static [WorkerOrder] {
        WorkerOrder::ALL
    }

    fn is_kind(&self, kind: &WorkerKind) -> bool {
        self.asked.kind == Some(*kind)
    }

    fn is_level(&self, level: &Qualification) -> bool {
        self.asked.qualification == Some(*level)
    }

    fn is_state(&self, state: &WorkerState) -> bool {
        self.asked.state == Some(*state)
    }

    fn is_order(&self, order: &WorkerOrder) -> bool {
        self.asked.order() == *order
    }
}

impl View for WorkersPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("workers.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Workers)
    }
}

/// What the list's address says after its question mark.
#[derive(FromForm)]
struct WorkersQuery<'r> {
    kind: Option<&'r str>,
    qualification: Option<&'r str>,
    state: Option<&'r str>,
    expiring: Option<&'r str>,
    order: Option<&'r str>,
}

impl WorkersQuery<'_> {
    fn asked(&self) -> WorkersAsked {
        let fields = Fields::default()
            .with("kind", self.kind.unwrap_or_default())
            .with("qualification", self.qualification.unwrap_or_default())
            .with("state", self.state.unwrap_or_default())
            .with("expiring", self.expiring.unwrap_or_default())
            .with("order", self.order.unwrap_or_default());
        WorkersAsked::read(&fields)
    }
}

#[get("/centers/<center>/workers?<query..>")]
async fn list(by: Manager, db: &Db, now: Now, center: CenterId, query: WorkersQuery<'_>) -> Result<Page<WorkersPage>> {
    let asked = query.asked();
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    Ok(Page(WorkersPage {
        workers: queries::list(&mut conn, center.id(), today, asked).await?,
        recruited: queries::recruited(&by, &mut conn, center.id(), today).await?,
        expiring: queries::expiring(&by, &mut conn, center.id(), today).await?,
        loose: queries::loose_accounts(&by, &mut conn, center.id()).await?,
        center,
        asked,
        today,
    }))
}

#[derive(Template)]
#[template(path = "workers/new.html")]
struct NewWorkerPage {
    center: Center,
    loose: Vec<LooseAccount>,
    form: Form,
}

impl NewWorkerPage {
    fn kinds(&self) -> &'static [WorkerKind] {
        WorkerKind::ALL
    }

    fn qualifications(&self) -> &'static [Qualification] {
        Qualification::ALL
    }

    fn work_fields(&self) -> &'static [WorkField] {
        WorkField::ALL
    }

    fn ways(&self) -> &'static [FoundBy] {
        FoundBy::ALL
    }
}

impl View for NewWorkerPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("workers.new")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Workers)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// `?account=` is one that was made under 账户 and waits for its staff record.
#[get("/centers/<center>/workers/new?<account>")]
async fn new(by: Manager, db: &Db, now: Now, center: CenterId, account: Option<i64>) -> Result<Page<NewWorkerPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let loose = queries::loose_accounts(&by, &mut conn, center.id()).await?;
    let values = Fields::default().with("kind", WorkerKind::SocialWorker).with("started_on", center.zone.date(now.0));
    let values = match loose.iter().find(|known| Some(known.id.0) == account) {
        Some(known) => values.with("account", known.id).with("name", &known.name),
        None => values.with("sign_in", 1),
    };
    Ok(Page(NewWorkerPage { center, loose, form: Form::filled(values) }))
}

#[post("/centers/<center>/workers", data = "<fields>")]
async fn create(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<NewWorkerPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let (input, account) = forms::worker(&fields, center.zone.date(now.0))?.with_account().await?;
        let mut tx = db.begin().await?;
        let known = input.known_account;
        let waits = match (&account, known) {
            (Some(account), _) => account.waits(),
            (None, Some(known)) => links::is_unopened(&mut tx, known).await?,
            (None, None) => false,
        };
        let id = actions::add(&by, now, &mut tx, sealer, &center, input, account).await?;
        tx.commit().await?;
        let list = center.path("/workers");
        // Where the account waits for its owner, their page shows the link.
        Ok::<_, Error>(if waits { format!("{list}/{id}") } else { list })
    };
    Submitted::of(made.await, "done.worker_added", async |errors| {
        let form = Form::again(fields, errors);
        let loose = queries::loose_accounts(&by, &mut *db.read().await?, center.id()).await?;
        Ok(NewWorkerPage { center, loose, form })
    })
    .await
}
