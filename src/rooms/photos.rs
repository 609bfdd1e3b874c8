//! Pictures of rooms: anybody may see them, so that who was never here knows the door.

use rocket::form::{Form as Multipart, FromForm};
use rocket::{Route, State, get, post, routes};

use super::queries;
use super::room_pages::{RoomShow, open};
use super::types::{Room, RoomId, RoomPhoto, RoomPhotoId};
use crate::audit;
use crate::auth::Manager;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::files::{self, CheckedFile, FileAnswer, FileKind, Secrecy, SentFile};
use crate::store::{Conn, Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Submitted};

/// The kinds of files that a picture may be.
pub(super) const PICTURES: &[FileKind] = &[FileKind::Jpeg, FileKind::Png];

pub(super) fn routes() -> Vec<Route> {
    routes![add, remove, picture]
}

#[derive(FromForm)]
pub(crate) struct SentPhoto {
    photo: SentFile,
    #[field(default = "")]
    caption: String,
}

impl SentPhoto {
    /// The picture as it may be kept, and what stands below it.
    ///
    /// # Errors
    /// `Invalid` at `photo` or `caption`.
    pub(super) async fn checked(
        sent: rocket::form::Result<'_, Multipart<Self>>,
    ) -> Result<(CheckedFile, Option<String>)> {
        let sent = sent.map_err(|_| Error::field("photo", "field.not_a_picture"))?.into_inner();
        let fields = Fields::default().with("caption", sent.caption.trim());
        let mut read = fields.read();
        let caption = read.optional("caption", parse::line(60));
        let caption = read.finish(|| caption)?;
        Ok((sent.photo.checked("photo", PICTURES).await?, caption))
    }
}

/// Keeps a picture of a room, open to everybody.
pub async fn keep_photo(
    by: &Manager,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    room: &Room,
    (picture, caption): (&CheckedFile, Option<&str>),
) -> Result<RoomPhotoId> {
    let file = files::keep(now, tx, sealer, picture, Secrecy::Plain).await?;
    let id: RoomPhotoId = sqlx::query_scalar(
        "insert into room_photos (room_id, file_id, caption, created_at, created_by)
         values ($1, $2, $3, $4, $5) returning id",
    )
    .bind(room.id)
    .bind(file)
    .bind(caption)
    .bind(now.0)
    .bind(by.account)
    .fetch_one(&mut *tx)
    .await?;
    audit::record(tx, by, now, audit::entry("room.photo_added", room.id.0).at(room.center_id)).await?;
    Ok(id)
}

/// Takes a picture away, whole: who is on it may have asked for that.
///
/// # Errors
/// `NotFound` for one that is gone already.
pub async fn remove_photo(by: &Manager, now: Now, tx: &mut Conn, room: &Room, photo: &RoomPhoto) -> Result<()> {
    let removed = sqlx::query("delete from room_photos where id = $1").bind(photo.id).execute(&mut *tx).await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    files::forget(tx, photo.file_id).await?;
    audit::record(tx, by, now, audit::entry("room.photo_removed", room.id.0).at(room.center_id)).await
}

#[post("/centers/<center>/rooms/<id>/photos", data = "<sent>")]
async fn add(
    by: Manager,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: RoomId,
    sent: rocket::form::Result<'_, Multipart<SentPhoto>>,
) -> Result<Submitted<RoomShow>> {
    let (center, room) = open(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let (picture, caption) = SentPhoto::checked(sent).await?;
        let mut tx = db.begin().await?;
        keep_photo(&by, now, &mut tx, sealer, &room, (&picture, caption.as_deref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/rooms/{id}")))
    };
    Submitted::of(made.await, "done.photo_kept", async |errors| {
        let mut page = RoomShow::load(&by, &mut *db.read().await?, now, center, room).await?;
        page.picturing = Form::again(Fields::default(), errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/rooms/<id>/photos/<photo>/removal")]
async fn remove(by: Manager, db: &Db, now: Now, center: CenterId, id: RoomId, photo: RoomPhotoId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, room) = open(&by, &mut tx, center, id).await?;
    let photo = queries::photo(&mut tx, room.id, photo).await?;
    remove_photo(&by, now, &mut tx, &room, &photo).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/rooms/{id}")), "done.photo_removed"))
}

#[get("/room-photos/<photo>")]
async fn picture(db: &Db, sealer: &State<Sealer>, photo: RoomPhotoId) -> Result<FileAnswer> {
    let mut conn = db.read().await?;
    let file = queries::public_photo(&mut conn, photo).await?;
    Ok(FileAnswer::shown(files::read(&mut conn, sealer, file).await?))
}
