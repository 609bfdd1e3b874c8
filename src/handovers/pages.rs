//! What a worker has in hand, the form that gives it to others, and what became of it.

use askama::Template;
use rocket::{Route, get, post, routes};

use super::types::{Handover, HandoverId, HandoverItem, HandoverKind, HandoverOutcome, OpenThing, ThingName};
use super::{actions, forms, queries};
use crate::auth::Manager;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::form::Done;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};
use crate::workers::{self, Colleague, Worker, WorkerId};

pub(super) fn routes() -> Vec<Route> {
    routes![new, create, show, undo]
}

/// How many things of a kind are shown before the rest is folded.
const SHOWN: usize = 8;

/// The things of one kind.
struct KindOfThings<'a, T> {
    kind: HandoverKind,
    things: Vec<&'a T>,
}

impl<'a, T> KindOfThings<'a, T> {
    fn of(things: &'a [T], kind: impl Fn(&T) -> HandoverKind) -> Vec<Self> {
        let of = |wanted: HandoverKind| Self {
            kind: wanted,
            things: things.iter().filter(|thing| kind(thing) == wanted).collect(),
        };
        HandoverKind::ALL.iter().map(|kind| of(*kind)).filter(|group| !group.things.is_empty()).collect()
    }

    fn first(&self) -> &[&'a T] {
        &self.things[..self.things.len().min(SHOWN)]
    }

    fn rest(&self) -> &[&'a T] {
        self.things.get(SHOWN..).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "handovers/new.html")]
struct HandoverPage {
    center: Center,
    worker: Worker,
    things: Vec<OpenThing>,
    /// Who is there and may take over.
    others: Vec<Worker>,
    /// Social workers of the provider.
    supervisors: Vec<Colleague>,
    before: Vec<Handover>,
    form: Form,
}

impl HandoverPage {
    async fn load(
        by: &Manager,
        conn: &mut Conn,
        now: Now,
        (center, worker): (Center, Worker),
        from: Date,
        form: Form,
    ) -> Result<Self> {
        let mut others = workers::queries::all(conn, center.id(), from).await?;
        others.retain(|one| one.is_there(from) && one.worker_id != worker.worker_id);
        let mut supervisors = workers::queries::colleagues(by, conn, center.id(), from).await?;
        supervisors.retain(|one| one.id != worker.worker_id);
        Ok(Self {
            things: queries::open_things(by, conn, now, &center, &worker, from).await?,
            before: queries::of_worker(conn, worker.worker_id).await?,
            center,
            worker,
            others,
            supervisors,
            form,
        })
    }

    fn groups(&self) -> Vec<KindOfThings<'_, OpenThing>> {
        KindOfThings::of(&self.things, |thing| thing.kind)
    }

    fn has(&self, kind: HandoverKind) -> bool {
        self.things.iter().any(|thing| thing.kind == kind)
    }

    fn has_rest(&self) -> bool {
        self.things.iter().any(|thing| !thing.kind.is_given())
    }
}

impl View for HandoverPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("handovers.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Workers)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// A worker who is there.
async fn open(by: &Manager, conn: &mut Conn, now: Now, center: CenterId, id: WorkerId) -> Result<(Center, Worker)> {
    let center = centers::queries::open_to(by, conn, center).await?;
    let worker = workers::queries::find(conn, center.id(), id).await?;
    if worker.is_there(center.zone.date(now.0)) { Ok((center, worker)) } else { Err(Error::NotFound) }
}

/// `?from=` is the day from which on others do it; the day on which they leave, or today, where none is said.
#[get("/centers/<center>/workers/<id>/handover?<from>")]
async fn new(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: WorkerId,
    from: Option<&str>,
) -> Result<Page<HandoverPage>> {
    let mut conn = db.read().await?;
    let (center, worker) = open(&by, &mut conn, now, center, id).await?;
    let today = center.zone.date(now.0);
    let from = from.and_then(Date::parse).unwrap_or(worker.ended_on.unwrap_or(today));
    let form = Form::filled(Fields::default().with("from", from).with("leaves", 1));
    Ok(Page(HandoverPage::load(&by, &mut conn, now, (center, worker), from, form).await?))
}

#[post("/centers/<center>/workers/<id>/handover", data = "<fields>")]
async fn create(
    by: Manager,
    db: &Db,
    now: Now,
    center: CenterId,
    id: WorkerId,
    fields: Fields,
) -> Result<Submitted<HandoverPage>> {
    let (center, worker) = open(&by, &mut *db.read().await?, now, center, id).await?;
    let today = center.zone.date(now.0);
    let made = async {
        let input = forms::handover(&fields, today)?;
        let mut tx = db.begin().await?;
        let handover = actions::hand_over(&by, now, &mut tx, &center, &worker, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/handovers/{handover}")))
    };
    Submitted::of(made.await, "done.handed_over", async |errors| {
        let from = Date::parse(fields.get("from")).unwrap_or(today);
        let form = Form::again(fields, errors);
        HandoverPage::load(&by, &mut *db.read().await?, now, (center, worker), from, form).await
    })
    .await
}

#[derive(Template)]
#[template(path = "handovers/show.html")]
struct HandedOver {
    center: Center,
    handover: Handover,
    items: Vec<HandoverItem>,
    /// Whether it can be taken back: the worker is there, without an end.
    may_undo: bool,
}

impl HandedOver {
    fn groups(&self) -> Vec<KindOfThings<'_, HandoverItem>> {
        KindOfThings::of(&self.items, |item| item.kind)
    }

    fn count(&self, outcome: HandoverOutcome) -> usize {
        self.items.iter().filter(|item| item.outcome == outcome).count()
    }

    fn given(&self) -> usize {
        self.count(HandoverOutcome::Given)
    }

    fn called_off(&self) -> usize {
        self.count(HandoverOutcome::Cancelled)
    }

    fn listed(&self) -> usize {
        self.count(HandoverOutcome::Listed)
    }
}

impl View for HandedOver {
    fn title(&self, lang: Lang) -> String {
        lang.text("handovers.list")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Workers)
    }
}

#[get("/centers/<center>/handovers/<id>")]
async fn show(by: Manager, db: &Db, center: CenterId, id: HandoverId) -> Result<Page<HandedOver>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let handover = queries::find(&mut conn, center.id(), id).await?;
    let items = queries::items(&by, &mut conn, id).await?;
    let worker = workers::queries::find(&mut conn, center.id(), handover.worker_id).await?;
    let may_undo = handover.undone_at.is_none() && worker.ended_on.is_none();
    Ok(Page(HandedOver { center, handover, items, may_undo }))
}

#[post("/centers/<center>/handovers/<id>/undoing")]
async fn undo(by: Manager, db: &Db, now: Now, center: CenterId, id: HandoverId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let handover = queries::find(&mut tx, center.id(), id).await?;
    actions::undo(&by, now, &mut tx, &center, &handover).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/handovers/{id}")), "done.handover_undone"))
}
