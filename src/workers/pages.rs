//! A center's workers: the list, a new one's form, and the end of one's time.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::queries::LooseAccount;
use super::types::{Qualification, Worker, WorkerId, WorkerKind};
use super::{Ending, actions, forms, queries};
use crate::auth::{Manager, links};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, OneTimeLink, Page, Site, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, new, create, leave, link, end]
}

#[derive(Template)]
#[template(path = "workers/list.html")]
struct WorkersPage {
    center: Center,
    workers: Vec<Worker>,
    /// Accounts that wait for their staff record.
    loose: Vec<LooseAccount>,
    today: Date,
}

impl WorkersPage {
    fn present(&self) -> usize {
        self.workers.iter().filter(|worker| worker.is_there(self.today)).count()
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

#[get("/centers/<center>/workers")]
async fn list(by: Manager, db: &Db, now: Now, center: CenterId) -> Result<Page<WorkersPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let workers = queries::all(&mut conn, center.id(), today).await?;
    let loose = queries::loose_accounts(&by, &mut conn, center.id()).await?;
    Ok(Page(WorkersPage { center, workers, loose, today }))
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

/// One worker, and the form that ends their time here or changes when it will.
#[derive(Template)]
#[template(path = "workers/show.html")]
struct LeavePage {
    center: Center,
    worker: Worker,
    /// False for who has left: that stays.
    is_there: bool,
    /// Whether the account that was made with them waits for its owner, and the link that opens it, while it is good.
    is_unopened: bool,
    link: Option<OneTimeLink>,
    form: Form,
}

impl LeavePage {
    async fn load(
        by: &Manager,
        conn: &mut Conn,
        now: Now,
        desk: (&Sealer, &Site),
        opened: (Center, Worker),
    ) -> Result<Self> {
        let ((sealer, site), (center, worker)) = (desk, opened);
        let is_there = worker.is_there(center.zone.date(now.0));
        let account = worker.account_id.filter(|_| is_there);
        let is_unopened = match account {
            Some(account) => links::is_unopened(conn, account).await?,
            None => false,
        };
        let waiting = match account {
            Some(account) => links::pending_first(by, conn, now, sealer, account).await?,
            None => None,
        };
        let shown =
            |link: links::AccountLink| OneTimeLink::new(site, link.path(), center.zone.local(link.ends_at), "opening");
        let link = waiting.map(shown).transpose()?;
        Ok(Self { center, worker, is_there, is_unopened, link, form: Form::new() })
    }
}

impl View for LeavePage {
    fn title(&self, _: Lang) -> String {
        self.worker.person.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Workers)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

async fn open(by: &Manager, conn: &mut Conn, center: CenterId, id: WorkerId) -> Result<(Center, Worker)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let worker = queries::find(conn, center.id(), id).await?;
    Ok((center, worker))
}

#[get("/centers/<center>/workers/<id>", rank = 2)]
async fn leave(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    id: WorkerId,
) -> Result<Page<LeavePage>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, center, id).await?;
    let proposed = opened.1.ended_on.unwrap_or(opened.0.zone.date(now.0));
    let form = Form::filled(Fields::default().with("ended_on", proposed));
    Ok(Page(LeavePage { form, ..LeavePage::load(&by, &mut conn, now, (sealer, &site), opened).await? }))
}

/// Another link for the account that was made with the worker and that nobody has opened yet.
#[post("/centers/<center>/workers/<id>/link")]
async fn link(by: Manager, db: &Db, now: Now, sealer: &State<Sealer>, center: CenterId, id: WorkerId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, center, id).await?;
    let account = worker.account_id.filter(|_| worker.is_there(center.zone.date(now.0))).ok_or(Error::NotFound)?;
    links::issue_again(&by, now, &mut tx, sealer, account).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/workers/{id}")), "done.link_made"))
}

#[post("/centers/<center>/workers/<id>/ending", data = "<fields>")]
async fn end(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    id: WorkerId,
    fields: Fields,
) -> Result<Submitted<LeavePage>> {
    let (center, worker) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let ending = forms::ending(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::end(&by, now, &mut tx, &center, &worker, ending).await?;
        tx.commit().await?;
        let done = if ending == Ending::Never { "done.worker_stays" } else { "done.worker_ended" };
        Ok((center.path("/workers"), done))
    };
    Submitted::with_word(made.await, async |errors| {
        let mut conn = db.read().await?;
        let page = LeavePage::load(&by, &mut conn, now, (sealer, &site), (center, worker)).await?;
        Ok(LeavePage { form: Form::again(fields, errors), ..page })
    })
    .await
}
