//! The pictures of a session: sent from its closing page, seen by who may close it, taken away.

use rocket::form::Form as Multipart;
use rocket::{Route, State, get, post, routes};

use super::pages::ClosingPage;
use super::photos::SentPhotos;
use super::types::SessionPhotoId;
use super::{actions, queries};
use crate::activities::SessionId;
use crate::activities::queries::open_in;
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::files::{self, FileAnswer};
use crate::store::{Db, Sealer};
use crate::web::Submitted;
use crate::web::form::Done;

pub(super) fn routes() -> Vec<Route> {
    routes![add, picture, remove]
}

#[post("/centers/<center>/sessions/<id>/photos", data = "<sent>")]
async fn add(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: SessionId,
    sent: rocket::form::Result<'_, Multipart<SentPhotos>>,
) -> Result<Submitted<ClosingPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let typed = SentPhotos::caption_of(&sent);
    let made = async {
        let (pictures, caption) = SentPhotos::checked(sent).await?;
        let mut tx = db.begin().await?;
        actions::add_photos(&by, now, &mut tx, sealer, &opened.1, (pictures.as_slice(), caption.as_deref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(format!("{}/closing", opened.1.path()))
    };
    let made = made.await;
    Submitted::of(made, "done.session_photos_kept", async |errors| {
        let page = ClosingPage::load(&by, now, &mut *db.read().await?, opened, None).await?;
        Ok(page.with_pictures_refused(&typed, errors))
    })
    .await
}

#[get("/centers/<center>/sessions/<id>/photos/<photo>")]
async fn picture(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: SessionId,
    photo: SessionPhotoId,
) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let (_, session) = open_in(&by, now, &mut conn, center, id).await?;
    let file = queries::photo(&mut conn, session.id, photo).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}

#[post("/centers/<center>/sessions/<id>/photos/<photo>/removal")]
async fn remove(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    photo: SessionPhotoId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (_, session) = open_in(&by, now, &mut tx, center, id).await?;
    actions::remove_photo(&by, now, &mut tx, &session, photo).await?;
    tx.commit().await?;
    Ok(Done::to(format!("{}/closing", session.path()), "done.session_photo_removed"))
}
