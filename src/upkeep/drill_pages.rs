//! Safety drills and checks: the log that assessors ask for.

use askama::Template;
use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::defect_pages::sent_photo;
use super::types::{Drill, DrillId, DrillKind};
use super::{actions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer, FileKind, SentFile};
use crate::store::{Conn, Db, Sealer};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// What a drill's sheet or photo may be.
const SHEETS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, void, sheet]
}

#[derive(Template)]
#[template(path = "upkeep/drills.html")]
struct DrillsPage {
    center: Center,
    drills: Vec<Drill>,
    form: Form,
    /// Why an entry is a mistake.
    voiding: Form,
}

impl DrillsPage {
    async fn load(conn: &mut Conn, center: Center, form: Form) -> Result<Self> {
        Ok(Self { drills: queries::drills(conn, center.id()).await?, center, form, voiding: Form::new() })
    }

    fn kinds(&self) -> &'static [DrillKind] {
        DrillKind::ALL
    }

    fn field(&self, one: &Drill) -> String {
        field_of(one.id)
    }
}

fn field_of(id: DrillId) -> String {
    format!("void.{id}")
}

impl View for DrillsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("upkeep.drills")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.names().any(|name| name.starts_with("void.")) {
            self.voiding = Form::filled(typed);
        } else {
            self.form = Form::filled(typed);
        }
    }
}

fn proposal(today: Date) -> Form {
    Form::filled(Fields::default().with("held_on", today))
}

#[get("/centers/<center>/drills")]
async fn list(by: Coordinator, db: &Db, now: Now, center: CenterId) -> Result<Page<DrillsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    Ok(Page(DrillsPage::load(&mut conn, center, proposal(today)).await?))
}

#[derive(FromForm)]
struct SentDrill<'r> {
    #[field(default = "")]
    held_on: &'r str,
    #[field(default = "")]
    kind: &'r str,
    #[field(default = "")]
    minutes: &'r str,
    #[field(default = "")]
    people: &'r str,
    #[field(default = "")]
    led_by: &'r str,
    #[field(default = "")]
    found: &'r str,
    photo: Option<SentFile>,
}

#[post("/centers/<center>/drills", data = "<sent>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    sent: rocket::form::Result<'_, Multipart<SentDrill<'_>>>,
) -> Result<Submitted<DrillsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let (fields, photo) = match sent {
        Ok(sent) => {
            let SentDrill { held_on, kind, minutes, people, led_by, found, photo } = sent.into_inner();
            let fields = Fields::default().with("held_on", held_on).with("kind", kind).with("minutes", minutes);
            (fields.with("people", people).with("led_by", led_by).with("found", found), photo)
        }
        Err(_) => (Fields::default(), None),
    };
    let made = async {
        let input = forms::drill(&fields, center.zone.date(now.0))?;
        let photo = sent_photo(photo, SHEETS).await?;
        let mut tx = db.begin().await?;
        actions::record_drill(&by, now, &mut tx, sealer, &center, (&input, photo.as_ref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/drills"))
    };
    Submitted::of(made.await, "done.drill_recorded", async |errors| {
        DrillsPage::load(&mut *db.read().await?, center, Form::again(fields, errors)).await
    })
    .await
}

#[post("/centers/<center>/drills/<id>/void", data = "<fields>")]
async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: DrillId,
    fields: Fields,
) -> Result<Submitted<DrillsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let mut read = fields.read();
        let reason = read.required(&field_of(id), crate::fields::parse::line(80));
        let reason = read.finish(|| reason)?;
        let mut tx = db.begin().await?;
        let drill = queries::drill(&mut tx, center.id(), id).await?;
        actions::void_drill(&by, now, &mut tx, (&center, &drill), &reason).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path("/drills"))
    };
    Submitted::of(made.await, "done.drill_voided", async |errors| {
        let today = center.zone.date(now.0);
        let mut page = DrillsPage::load(&mut *db.read().await?, center, proposal(today)).await?;
        page.voiding = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[get("/centers/<center>/drills/<id>/sheet")]
async fn sheet(by: Coordinator, db: &Db, sealer: &State<Sealer>, center: CenterId, id: DrillId) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let sheet = queries::drill(&mut conn, center.id(), id).await?.file_id.ok_or(Error::NotFound)?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, sheet).await?))
}
