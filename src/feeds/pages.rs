//! The calendars of whom works here: their own, and those of a center, its rooms and its teams.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{Feed, FeedId, FeedLine, FeedLink, FeedSubject};
use super::{actions, forms, queries};
use crate::activities::queries::instance;
use crate::auth::{FeedReader, Role};
use crate::centers::{self, Center, CenterHead, CenterId};
use crate::clock::Now;
use crate::error::Result;
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::frame::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Site, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, of_center, make, renew, revoke]
}

/// What makes addresses of links.
struct Links<'a> {
    site: &'a Site,
    sealer: &'a Sealer,
    instance: String,
    made: Vec<Feed>,
}

impl<'a> Links<'a> {
    async fn load(by: &FeedReader, conn: &mut Conn, now: Now, (site, sealer): (&'a Site, &'a Sealer)) -> Result<Self> {
        let made = queries::of_account(by, conn, now).await?;
        Ok(Self { site, sealer, instance: instance(conn).await?, made })
    }

    fn line(&self, subject: FeedSubject, label: String) -> FeedLine {
        let feed = self.made.iter().find(|feed| feed.is_of(subject));
        let link = feed.map(|feed| FeedLink::of(feed, self.site, self.sealer, &self.instance));
        FeedLine { of: subject.of(), subject: subject.number(), label, link }
    }
}

#[derive(Template)]
#[template(path = "feeds/own.html")]
struct OwnFeeds {
    /// Of one's own work, a line a center.
    work: Vec<FeedLine>,
    centers: Vec<CenterHead>,
    form: Form,
}

impl OwnFeeds {
    async fn load(by: &FeedReader, conn: &mut Conn, now: Now, with: (&Site, &Sealer)) -> Result<Self> {
        let links = Links::load(by, conn, now, with).await?;
        let work = queries::own_work(by.account, conn, now).await?;
        let line = |one: queries::OwnWork| {
            links.line(FeedSubject::Worker(one.worker_id), format!("{} · {}", one.name, one.center))
        };
        Ok(Self {
            work: work.into_iter().map(line).collect(),
            centers: centers::queries::reached_by(by, conn).await?,
            form: Form::new(),
        })
    }
}

impl View for OwnFeeds {
    fn title(&self, lang: Lang) -> String {
        lang.text("feeds.title")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Me)
    }
}

#[derive(Template)]
#[template(path = "feeds/center.html")]
struct CenterFeeds {
    center: Center,
    lines: Vec<FeedLine>,
}

impl View for CenterFeeds {
    fn title(&self, lang: Lang) -> String {
        lang.text("feeds.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Week)
    }
}

#[get("/feeds")]
async fn show(by: FeedReader, db: &Db, now: Now, site: Site, sealer: &State<Sealer>) -> Result<Page<OwnFeeds>> {
    Ok(Page(OwnFeeds::load(&by, &mut *db.read().await?, now, (&site, sealer)).await?))
}

#[get("/centers/<center>/feeds")]
async fn of_center(
    by: FeedReader,
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    center: CenterId,
) -> Result<Page<CenterFeeds>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let links = Links::load(&by, &mut conn, now, (&site, sealer)).await?;
    let whole = (by.role != Role::TeamLeader).then(|| (FeedSubject::Center(center.id()), center.head.name.clone()));
    let offered = queries::offered(&by, &mut conn, center.id()).await?;
    let lines = whole.into_iter().chain(offered).map(|(subject, name)| links.line(subject, name)).collect();
    Ok(Page(CenterFeeds { center, lines }))
}

/// One of the fields `center room team worker`.
#[post("/feeds", data = "<fields>")]
async fn make(
    by: FeedReader,
    db: &Db,
    now: Now,
    site: Site,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Submitted<OwnFeeds>> {
    let made = async {
        let subject = forms::subject(&fields)?;
        let mut tx = db.begin().await?;
        let feed = actions::make(&by, now, &mut tx, sealer, subject).await?;
        tx.commit().await?;
        Ok(feed.home())
    };
    Submitted::of(made.await, "done.feed_made", async |errors| {
        let page = OwnFeeds::load(&by, &mut *db.read().await?, now, (&site, sealer)).await?;
        Ok(OwnFeeds { form: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/feeds/<id>/renewal")]
async fn renew(by: FeedReader, db: &Db, now: Now, sealer: &State<Sealer>, id: FeedId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let feed = actions::renew(&by, now, &mut tx, sealer, id).await?;
    tx.commit().await?;
    Ok(Done::to(feed.home(), "done.feed_renewed"))
}

#[post("/feeds/<id>/revocation")]
async fn revoke(by: FeedReader, db: &Db, now: Now, id: FeedId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let feed = actions::revoke(&by, now, &mut tx, id).await?;
    tx.commit().await?;
    Ok(Done::to(feed.home(), "done.feed_revoked"))
}
