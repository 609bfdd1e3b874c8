//! One worker: what is known of them, who employs and supervises them, their sign-in, and the end of their time.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::accounts as sign_ins;
use super::career::{self, Employment, EmploymentId, Supervision, SupervisionId};
use super::posts::{self, Post};
use super::queries::LooseAccount;
use super::types::{
    Colleague, Expiry, FoundBy, Qualification, ServedElsewhere, WorkField, Worker, WorkerEvent, WorkerId, WorkerKind,
};
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
    routes![
        show,
        edit,
        update,
        link,
        end,
        employ,
        void_employment,
        supervise,
        end_supervision,
        void_supervision,
        join,
        part
    ]
}

/// What stands around one worker.
struct Circle {
    employments: Vec<Employment>,
    supervisors: Vec<Supervision>,
    supervised: Vec<Supervision>,
    posts: Vec<Post>,
    elsewhere: Vec<ServedElsewhere>,
    history: Vec<WorkerEvent>,
    /// Who may supervise them.
    colleagues: Vec<Colleague>,
    /// Sign-ins that may be theirs.
    loose: Vec<LooseAccount>,
}

/// One worker, and the form that ends their time here or changes when it will.
#[derive(Template)]
#[template(path = "workers/show.html")]
struct WorkerPage {
    center: Center,
    worker: Worker,
    today: Date,
    /// False for who has left: that stays.
    is_there: bool,
    /// Whether the account that was made with them waits for its owner, and the link that opens it, while it is good.
    is_unopened: bool,
    link: Option<OneTimeLink>,
    circle: Circle,
    form: Form,
}

impl WorkerPage {
    async fn load(
        by: &Manager,
        conn: &mut Conn,
        now: Now,
        desk: (&Sealer, &Site),
        opened: (Center, Worker),
    ) -> Result<Self> {
        let ((sealer, site), (center, worker)) = (desk, opened);
        let today = center.zone.date(now.0);
        let is_there = worker.is_there(today);
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
        let circle = Self::circle(by, conn, &center, &worker, today).await?;
        let form = Form::filled(proposed(&worker, today));
        Ok(Self { center, worker, today, is_there, is_unopened, link, circle, form })
    }

    async fn circle(by: &Manager, conn: &mut Conn, center: &Center, worker: &Worker, today: Date) -> Result<Circle> {
        let id = worker.worker_id;
        let mut colleagues = queries::colleagues(by, conn, center.id(), today).await?;
        colleagues.retain(|one| one.id != id);
        let loose = match worker.account_id {
            None => sign_ins::joinable(by, conn, worker, center.id()).await?,
            Some(_) => Vec::new(),
        };
        Ok(Circle {
            employments: career::employments(conn, id).await?,
            supervisors: career::supervisors(conn, id).await?,
            supervised: career::supervised_by(conn, id, today).await?,
            posts: posts::queries::filled_by(conn, center.id(), id, today).await?,
            elsewhere: queries::elsewhere(by, conn, worker).await?,
            history: queries::history(by, conn, center.id(), id).await?,
            colleagues,
            loose,
        })
    }

    /// Whether somebody supervises them without an end.
    fn is_supervised(&self) -> bool {
        self.circle.supervisors.iter().any(|one| one.ended_on.is_none())
    }

    /// Whether their leaving was refused, for they lead still.
    fn leads(&self) -> bool {
        self.form.refusal().is_some_and(|refusal| refusal.code == "worker_leads")
    }
}

/// What the page's forms propose.
fn proposed(worker: &Worker, today: Date) -> Fields {
    Fields::default()
        .with("ended_on", worker.ended_on.unwrap_or(today))
        .with("employed_on", today)
        .with("supervised_on", today)
        .with("supervised_until", today)
}

impl View for WorkerPage {
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
async fn show(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    id: WorkerId,
) -> Result<Page<WorkerPage>> {
    let mut conn = db.read().await?;
    let opened = open(&by, &mut conn, center, id).await?;
    Ok(Page(WorkerPage::load(&by, &mut conn, now, (sealer, &site), opened).await?))
}

#[derive(Template)]
#[template(path = "workers/edit.html")]
struct WorkerForm {
    center: Center,
    worker: Worker,
    form: Form,
}

impl WorkerForm {
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

    /// What the form was filled from; once its reader was told of another change, what is there now.
    fn version(&self) -> String {
        match self.form.refusal() {
            Some(refusal) if refusal.code == "worker_changed" => self.worker.version.to_string(),
            _ => self.form.value("version").to_owned(),
        }
    }
}

impl View for WorkerForm {
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

#[get("/centers/<center>/workers/<id>/edit")]
async fn edit(by: Manager, db: &Db, center: CenterId, id: WorkerId) -> Result<Page<WorkerForm>> {
    let (center, worker) = open(&by, &mut *db.read().await?, center, id).await?;
    let form = Form::filled(worker.as_fields());
    Ok(Page(WorkerForm { center, worker, form }))
}

#[post("/centers/<center>/workers/<id>", data = "<fields>", rank = 2)]
async fn update(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: WorkerId,
    fields: Fields,
) -> Result<Submitted<WorkerForm>> {
    let (center, worker) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let (record, seen) = forms::revision(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::revise(&by, now, &mut tx, &center, &worker, &record, seen).await?;
        Ok::<_, Error>(tx.commit().await?)
    };
    Submitted::of(made.await.map(|()| center.path(format_args!("/workers/{id}"))), "done.saved", async |errors| {
        // As it is now: whoever saves once more has been told.
        let worker = queries::find(&mut *db.read().await?, center.id(), id).await?;
        Ok(WorkerForm { center, worker, form: Form::again(fields, errors) })
    })
    .await
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

/// How a form of the worker's page ends: where it leads with a word, or there again with what is wrong.
async fn answered(
    (by, db, now): (&Manager, &Db, Now),
    desk: (&Sealer, &Site),
    opened: (Center, Worker),
    made: Result<(String, &'static str)>,
    fields: Fields,
) -> Result<Submitted<WorkerPage>> {
    Submitted::with_word(made, async |errors| {
        let mut conn = db.read().await?;
        let page = WorkerPage::load(by, &mut conn, now, desk, opened).await?;
        let rest = proposed(&page.worker, page.today);
        Ok(WorkerPage { form: Form::again(fields, errors).over(rest), ..page })
    })
    .await
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
) -> Result<Submitted<WorkerPage>> {
    let (center, worker) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let ending = forms::ending(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::end(&by, now, &mut tx, &center, &worker, ending).await?;
        tx.commit().await?;
        let done = if ending == Ending::Never { "done.worker_stays" } else { "done.worker_ended" };
        Ok((center.path("/workers"), done))
    };
    let made = made.await;
    answered((&by, db, now), (sealer, &site), (center, worker), made, fields).await
}

#[post("/centers/<center>/workers/<id>/employments", data = "<fields>")]
async fn employ(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    id: WorkerId,
    fields: Fields,
) -> Result<Submitted<WorkerPage>> {
    let (center, worker) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = career::read_employment(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        career::employ(&by, now, &mut tx, &center, &worker, &input).await?;
        tx.commit().await?;
        Ok((center.path(format_args!("/workers/{id}")), "done.saved"))
    };
    let made = made.await;
    answered((&by, db, now), (sealer, &site), (center, worker), made, fields).await
}

#[post("/centers/<center>/workers/<id>/employments/<employment>/void")]
async fn void_employment(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: WorkerId,
    employment: EmploymentId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, center, id).await?;
    career::void_employment(&by, now, &mut tx, &center, &worker, employment).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/workers/{id}")), "done.taken_back"))
}

#[post("/centers/<center>/workers/<id>/supervisions", data = "<fields>")]
async fn supervise(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    id: WorkerId,
    fields: Fields,
) -> Result<Submitted<WorkerPage>> {
    let (center, worker) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = career::read_supervision(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        career::supervise(&by, now, &mut tx, &center, &worker, input).await?;
        tx.commit().await?;
        Ok((center.path(format_args!("/workers/{id}")), "done.saved"))
    };
    let made = made.await;
    answered((&by, db, now), (sealer, &site), (center, worker), made, fields).await
}

#[post("/centers/<center>/workers/<id>/supervisions/ending", data = "<fields>")]
async fn end_supervision(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    id: WorkerId,
    fields: Fields,
) -> Result<Submitted<WorkerPage>> {
    let (center, worker) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let day = career::read_supervision_end(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        career::end_supervision(&by, now, &mut tx, &center, &worker, day).await?;
        tx.commit().await?;
        Ok((center.path(format_args!("/workers/{id}")), "done.saved"))
    };
    let made = made.await;
    answered((&by, db, now), (sealer, &site), (center, worker), made, fields).await
}

#[post("/centers/<center>/workers/<id>/supervisions/<supervision>/void")]
async fn void_supervision(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: WorkerId,
    supervision: SupervisionId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, center, id).await?;
    career::void_supervision(&by, now, &mut tx, &center, &worker, supervision).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/workers/{id}")), "done.taken_back"))
}

#[post("/centers/<center>/workers/<id>/account", data = "<fields>")]
async fn join(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    site: Site,
    center: CenterId,
    id: WorkerId,
    fields: Fields,
) -> Result<Submitted<WorkerPage>> {
    let (center, worker) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let account = forms::account(&fields)?;
        let mut tx = db.begin().await?;
        sign_ins::join(&by, now, &mut tx, &center, &worker, account).await?;
        tx.commit().await?;
        Ok((center.path(format_args!("/workers/{id}")), "done.account_joined"))
    };
    let made = made.await;
    answered((&by, db, now), (sealer, &site), (center, worker), made, fields).await
}

#[post("/centers/<center>/workers/<id>/account/parting")]
async fn part(by: Manager, db: &Db, now: Now, center: CenterId, id: WorkerId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, worker) = open(&by, &mut tx, center, id).await?;
    sign_ins::part(&by, now, &mut tx, &center, &worker).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/workers/{id}")), "done.account_parted"))
}
