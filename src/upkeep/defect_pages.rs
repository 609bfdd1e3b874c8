//! What is broken in a center: the list with its form, one defect, and what becomes of it.

use askama::Template;
use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::types::{Defect, DefectAnswer, DefectId, UpkeepCut};
use super::{actions, forms, queries};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::files::{self, CheckedFile, FileAnswer, FileKind, SentFile};
use crate::rooms::{self, Room};
use crate::store::{Conn, Db, Sealer};
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// What a photo may be.
pub(super) const PHOTOS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png];

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, assign, answer, photo]
}

/// The file that was sent in the field `photo`, if one was.
pub(super) async fn sent_photo(sent: Option<SentFile>, kinds: &'static [FileKind]) -> Result<Option<CheckedFile>> {
    match sent {
        Some(file) if !file.is_empty() => Ok(Some(file.checked("photo", kinds).await?)),
        _ => Ok(None),
    }
}

#[derive(Template)]
#[template(path = "upkeep/list.html")]
struct DefectsPage {
    center: Center,
    defects: Vec<Defect>,
    rooms: Vec<Room>,
    toolbar: Toolbar,
    today: Date,
    form: Form,
}

impl DefectsPage {
    async fn load(
        conn: &mut Conn,
        now: Now,
        lang: Lang,
        center: Center,
        (cut, form): (UpkeepCut, Form),
    ) -> Result<Self> {
        let rooms = rooms::queries::of_center(conn, center.id()).await?;
        Ok(Self {
            defects: queries::defects(conn, center.id(), &cut).await?,
            toolbar: cut.toolbar(lang, &rooms),
            today: center.zone.date(now.0),
            rooms,
            center,
            form,
        })
    }

    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        self.center.zone.local(*at)
    }
}

impl View for DefectsPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("upkeep.defects")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

fn blank() -> Form {
    Form::filled(Fields::default().with("request_id", uuid::Uuid::now_v7()))
}

#[get("/centers/<center>/defects")]
async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    asked: Asked,
) -> Result<Page<DefectsPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let cut = UpkeepCut::read(&asked.0).unwrap_or_default();
    Ok(Page(DefectsPage::load(&mut conn, now, lang, center, (cut, blank())).await?))
}

#[derive(FromForm)]
struct StaffReport<'r> {
    #[field(default = "")]
    request_id: &'r str,
    #[field(default = "")]
    what: &'r str,
    #[field(default = "")]
    room: &'r str,
    photo: Option<SentFile>,
}

#[post("/centers/<center>/defects", data = "<sent>")]
async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
    sent: rocket::form::Result<'_, Multipart<StaffReport<'_>>>,
) -> Result<Submitted<DefectsPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let (fields, photo) = match sent {
        Ok(sent) => {
            let StaffReport { request_id, what, room, photo } = sent.into_inner();
            let fields = Fields::default().with("request_id", request_id).with("what", what).with("room", room);
            (fields, photo)
        }
        Err(_) => (Fields::default().with("request_id", uuid::Uuid::now_v7()), None),
    };
    let made = async {
        let input = forms::defect(&fields)?;
        let photo = sent_photo(photo, PHOTOS).await?;
        let mut tx = db.begin().await?;
        let id =
            actions::report((&by, Some(by.account)), now, &mut tx, sealer, &center, (&input, photo.as_ref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/defects/{id}")))
    };
    Submitted::of(made.await, "done.defect_reported", async |errors| {
        let asked = (UpkeepCut::default(), Form::again(fields, errors));
        DefectsPage::load(&mut *db.read().await?, now, lang, center, asked).await
    })
    .await
}

#[derive(Template)]
#[template(path = "upkeep/show.html")]
struct DefectPage {
    center: Center,
    defect: Defect,
    today: Date,
    /// Who mends it; and what became of it.
    assigning: Form,
    answering: Form,
}

impl DefectPage {
    async fn load(by: &Coordinator, conn: &mut Conn, now: Now, (center, id): (CenterId, DefectId)) -> Result<Self> {
        let center = centers::queries::open_to(by, conn, center).await?;
        let defect = queries::defect(conn, center.id(), id).await?;
        let today = center.zone.date(now.0);
        let mend_by = defect.mend_by.unwrap_or_else(|| today.plus_days(7)).max(today);
        let values = Fields::default().with("mender", defect.mender.as_deref().unwrap_or_default());
        let assigning = Form::filled(values.with("mend_by", mend_by));
        Ok(Self { center, defect, today, assigning, answering: Form::new() })
    }

    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        self.center.zone.local(*at)
    }

    fn endings(&self) -> [DefectAnswer; 2] {
        [DefectAnswer::Mended, DefectAnswer::Dismissed]
    }

    fn beginning(&self) -> DefectAnswer {
        DefectAnswer::Reopened
    }
}

impl View for DefectPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("upkeep.defect")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Rooms)
    }

    fn refill(&mut self, typed: Fields) {
        if typed.get("answer").is_empty() {
            self.assigning = Form::filled(typed);
        } else {
            self.answering = Form::filled(typed);
        }
    }
}

#[get("/centers/<center>/defects/<id>")]
async fn show(by: Coordinator, db: &Db, now: Now, center: CenterId, id: DefectId) -> Result<Page<DefectPage>> {
    Ok(Page(DefectPage::load(&by, &mut *db.read().await?, now, (center, id)).await?))
}

#[post("/centers/<center>/defects/<id>/assignment", data = "<fields>")]
async fn assign(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: DefectId,
    fields: Fields,
) -> Result<Submitted<DefectPage>> {
    let page = DefectPage::load(&by, &mut *db.read().await?, now, (center, id)).await?;
    let made = async {
        let (mender, until) = forms::assignment(&fields, page.today)?;
        let mut tx = db.begin().await?;
        actions::assign(&by, now, &mut tx, (&page.center, &page.defect), (&mender, until)).await?;
        tx.commit().await?;
        Ok::<_, Error>(page.center.path(format_args!("/defects/{id}")))
    };
    Submitted::of(made.await, "done.defect_assigned", async |errors| {
        Ok(DefectPage { assigning: Form::again(fields, errors), ..page })
    })
    .await
}

#[post("/centers/<center>/defects/<id>/answer", data = "<fields>")]
async fn answer(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: DefectId,
    fields: Fields,
) -> Result<Submitted<DefectPage>> {
    let page = DefectPage::load(&by, &mut *db.read().await?, now, (center, id)).await?;
    let made = async {
        let (answer, word) = forms::answer(&fields)?;
        let mut tx = db.begin().await?;
        actions::answer_defect(&by, now, &mut tx, (&page.center, &page.defect), (answer, &word)).await?;
        tx.commit().await?;
        Ok::<_, Error>(page.center.path(format_args!("/defects/{id}")))
    };
    Submitted::of(made.await, "done.defect_answered", async |errors| {
        Ok(DefectPage { answering: Form::again(fields, errors), ..page })
    })
    .await
}

#[get("/centers/<center>/defects/<id>/photo")]
async fn photo(by: Coordinator, db: &Db, sealer: &State<Sealer>, center: CenterId, id: DefectId) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let photo = queries::photo(&mut conn, center.id(), id).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, photo).await?))
}
