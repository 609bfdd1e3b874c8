//! What a center owns: the register, one thing with who had it, and lending.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::types::{AssetId, AssetKind, AssetOrigin, CenterAsset, Loan};
use super::{actions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::people::{self, PersonRow};
use crate::rooms::{self, Room};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, revise, write_off, candidates, lend, bring_back]
}

/// The most people that a search for a borrower shows.
const CANDIDATES: usize = 12;

/// Days for which something is lent where nothing else is said.
const USUAL: u64 = 7;

#[derive(Template)]
#[template(path = "upkeep/assets.html")]
struct AssetsPage {
    center: Center,
    assets: Vec<CenterAsset>,
    rooms: Vec<Room>,
    today: Date,
    form: Form,
}

impl AssetsPage {
    async fn load(conn: &mut Conn, now: Now, center: Center, form: Form) -> Result<Self> {
        Ok(Self {
            assets: queries::assets(conn, center.id()).await?,
            rooms: rooms::queries::of_center(conn, center.id()).await?,
            today: center.zone.date(now.0),
            center,
            form,
        })
    }

    fn kinds(&self) -> &'static [AssetKind] {
        AssetKind::ALL
    }

    fn origins(&self) -> &'static [AssetOrigin] {
        AssetOrigin::ALL
    }
}

impl View for AssetsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("upkeep.assets")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/assets")]
async fn list(by: Coordinator, db: &Db, now: Now, center: CenterId) -> Result<Page<AssetsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let form = Form::filled(Fields::default().with("origin", AssetOrigin::Funds));
    Ok(Page(AssetsPage::load(&mut conn, now, center, form).await?))
}

#[post("/centers/<center>/assets", data = "<fields>")]
async fn create(by: Coordinator, db: &Db, now: Now, center: CenterId, fields: Fields) -> Result<Submitted<AssetsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let input = forms::asset(&fields, center.zone.date(now.0))?;
        let mut tx = db.begin().await?;
        let id = actions::add_asset(&by, now, &mut tx, &center, &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/assets/{id}")))
    };
    Submitted::of(made.await, "done.asset_added", async |errors| {
        AssetsPage::load(&mut *db.read().await?, now, center, Form::again(fields, errors)).await
    })
    .await
}

#[derive(Template)]
#[template(path = "upkeep/asset.html")]
struct AssetPage {
    center: Center,
    asset: CenterAsset,
    rooms: Vec<Room>,
    loans: Vec<Loan>,
    today: Date,
    search: Form,
    /// Whom the search found; none before there was a search.
    found: Option<Vec<PersonRow>>,
    form: Form,
    lending: Form,
    returning: Form,
    ending: Form,
}

impl AssetPage {
    async fn load(by: &Coordinator, conn: &mut Conn, now: Now, (center, id): (CenterId, AssetId)) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let asset = queries::asset(conn, center.id(), id).await?;
        let today = center.zone.date(now.0);
        let lending = Form::filled(Fields::default().with("due_on", today.plus_days(USUAL)));
        Ok(Self {
            rooms: rooms::queries::of_center(conn, center.id()).await?,
            loans: queries::loans(conn, id).await?,
            form: Form::filled(values(&asset)),
            today,
            center,
            asset,
            search: Form::new(),
            found: None,
            lending,
            returning: Form::new(),
            ending: Form::new(),
        })
    }

    fn kinds(&self) -> &'static [AssetKind] {
        AssetKind::ALL
    }

    fn origins(&self) -> &'static [AssetOrigin] {
        AssetOrigin::ALL
    }

    fn day(&self, at: &Timestamp) -> Date {
        self.center.zone.date(*at)
    }
}

fn values(asset: &CenterAsset) -> Fields {
    let mut values = Fields::default()
        .with("number", &asset.number)
        .with("name", &asset.name)
        .with("kind", asset.kind)
        .with("origin", asset.origin)
        .with("room", asset.room_id.map(|id| id.to_string()).unwrap_or_default())
        .with("bought_on", asset.bought_on.map(|day| day.to_string()).unwrap_or_default())
        .with("cost_yuan", asset.cost_yuan.map(|yuan| yuan.to_string()).unwrap_or_default())
        .with("note", asset.note.as_deref().unwrap_or_default());
    if asset.lendable.is_set() {
        values.add("lendable", "1");
    }
    values
}

impl View for AssetPage {
    fn title(&self, _: Lang) -> String {
        self.asset.name.clone()
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name == "q") {
            self.search = Form::filled(typed);
        } else if typed.names().any(|name| name == "number") {
            self.form = Form::filled(typed);
        } else if typed.names().any(|name| name == "due_on") {
            self.lending = Form::filled(typed);
        } else {
            self.returning = Form::filled(typed);
        }
    }

    fn is_answer(&self) -> bool {
        self.found.is_some()
    }
}

#[get("/centers/<center>/assets/<id>")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: AssetId) -> Result<Page<AssetPage>> {
    Ok(Page(AssetPage::load(&by, &mut *db.read().await?, now, (center, id)).await?))
}

/// A search is posted, for names do not belong in an address; it changes nothing.
#[post("/centers/<center>/assets/<id>/candidates", data = "<fields>")]
async fn candidates(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: AssetId,
    fields: Fields,
) -> Result<Page<AssetPage>> {
    let mut conn = db.read().await?;
    let mut page = AssetPage::load(&by, &mut conn, now, (center, id)).await?;
    page.found = Some(people::queries::search(&mut conn, sealer, page.center.id(), fields.get("q"), CANDIDATES).await?);
    page.search = Form::filled(fields);
    Ok(Page(page))
}

fn to(page: &AssetPage) -> String {
    page.center.path(format_args!("/assets/{}", page.asset.id))
}

#[post("/centers/<center>/assets/<id>", data = "<fields>")]
async fn revise(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: AssetId,
    fields: Fields,
) -> Result<Submitted<AssetPage>> {
    let page = AssetPage::load(&by, &mut *db.read().await?, now, (center, id)).await?;
    let made = async {
        let input = forms::asset(&fields, page.today)?;
        let mut tx = db.begin().await?;
        actions::revise_asset(&by, now, &mut tx, (&page.center, &page.asset), &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(to(&page))
    };
    Submitted::of(made.await, "done.saved", async |errors| Ok(AssetPage { form: Form::again(fields, errors), ..page }))
        .await
}

#[post("/centers/<center>/assets/<id>/writing-off", data = "<fields>")]
async fn write_off(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: AssetId,
    fields: Fields,
) -> Result<Submitted<AssetPage>> {
    let page = AssetPage::load(&by, &mut *db.read().await?, now, (center, id)).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        actions::write_off(&by, now, &mut tx, (&page.center, &page.asset), &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(to(&page))
    };
    Submitted::of(made.await, "done.asset_written_off", async |errors| {
        Ok(AssetPage { ending: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/centers/<center>/assets/<id>/loans", data = "<fields>")]
async fn lend(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: AssetId,
    fields: Fields,
) -> Result<Submitted<AssetPage>> {
    let page = AssetPage::load(&by, &mut *db.read().await?, now, (center, id)).await?;
    let made = async {
        let input = forms::loan(&fields, page.today)?;
        let mut tx = db.begin().await?;
        actions::lend(&by, now, &mut tx, (&page.center, &page.asset), &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(to(&page))
    };
    Submitted::of(made.await, "done.asset_lent", async |errors| {
        Ok(AssetPage { lending: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/centers/<center>/assets/<id>/return", data = "<fields>")]
async fn bring_back(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: AssetId,
    fields: Fields,
) -> Result<Submitted<AssetPage>> {
    let page = AssetPage::load(&by, &mut *db.read().await?, now, (center, id)).await?;
    let made = async {
        let (word, lost) = forms::return_of(&fields)?;
        let mut tx = db.begin().await?;
        actions::bring_back(&by, now, &mut tx, (&page.center, &page.asset), (word.as_deref(), lost)).await?;
        tx.commit().await?;
        Ok::<_, Error>(to(&page))
    };
    Submitted::of(made.await, "done.asset_back", async |errors| {
        Ok(AssetPage { returning: Form::again(fields, errors), ..page })
    })
    .await
}
