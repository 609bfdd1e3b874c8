//! The shifts of a session, on the page of whoever signed in: a worker of its center, or the leader of a team that serves there.

use rocket::{Route, get, post, routes};

use super::keeper::ShiftKeeper;
use super::roster::{NeedPage, RosterPage, home, word};
use super::types::{ShiftId, ShiftNeedId};
use super::{actions, forms, taking};
use crate::auth::TeamReader;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, FieldErrors, Result};
use crate::ids::SessionId;
use crate::store::{Conn, Db};
use crate::web::{Fields, Form, Page, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![show, ask_for, edit_need, revise_need, withdraw_need, put_in, invite, release]
}

/// The page again, with what is wrong with what was sent.
async fn again(
    reader: &TeamReader,
    db: &Db,
    now: Now,
    by: ShiftKeeper,
    (fields, errors): (Fields, FieldErrors),
) -> Result<RosterPage> {
    RosterPage::signed_in(reader, &mut *db.read().await?, now, by, Form::again(fields, errors)).await
}

#[get("/centers/<center>/sessions/<id>/shifts")]
async fn show(reader: TeamReader, db: &Db, now: Now, center: CenterId, id: SessionId) -> Result<Page<RosterPage>> {
    let mut conn = db.read().await?;
    let by = ShiftKeeper::signed_in(&reader, &mut conn, center, id).await?;
    Ok(Page(RosterPage::signed_in(&reader, &mut conn, now, by, Form::new()).await?))
}

#[post("/centers/<center>/sessions/<id>/needs", data = "<fields>")]
async fn ask_for(
    reader: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<RosterPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::signed_in(&reader, &mut tx, center, id).await?;
    let made = async {
        actions::ask_for(&by, now, &mut tx, &forms::need(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, false))
    };
    Submitted::of(made.await, "done.shift_needed", async |errors| again(&reader, db, now, by, (fields, errors)).await)
        .await
}

/// The form of a need, with what is wrong with either of its two.
async fn need_again(
    conn: &mut Conn,
    by: ShiftKeeper,
    need: ShiftNeedId,
    forms: (Option<Form>, Form),
) -> Result<NeedPage> {
    NeedPage::load(conn, by, false, need, forms).await
}

#[get("/centers/<center>/sessions/<id>/needs/<need>")]
async fn edit_need(
    reader: TeamReader,
    db: &Db,
    center: CenterId,
    id: SessionId,
    need: ShiftNeedId,
) -> Result<Page<NeedPage>> {
    let mut conn = db.read().await?;
    let by = ShiftKeeper::signed_in(&reader, &mut conn, center, id).await?;
    Ok(Page(need_again(&mut conn, by, need, (None, Form::new())).await?))
}

#[post("/centers/<center>/sessions/<id>/needs/<need>", data = "<fields>")]
async fn revise_need(
    reader: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    need: ShiftNeedId,
    fields: Fields,
) -> Result<Submitted<NeedPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::signed_in(&reader, &mut tx, center, id).await?;
    let made = async {
        actions::revise_need(&by, now, &mut tx, need, &forms::revision(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, false))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        let form = Form::again(fields, errors);
        need_again(&mut *db.read().await?, by, need, (Some(form), Form::new())).await
    })
    .await
}

#[post("/centers/<center>/sessions/<id>/needs/<need>/withdrawal", data = "<fields>")]
async fn withdraw_need(
    reader: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    need: ShiftNeedId,
    fields: Fields,
) -> Result<Submitted<NeedPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::signed_in(&reader, &mut tx, center, id).await?;
    let made = async {
        actions::withdraw_need(&by, now, &mut tx, need, &forms::reason(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, false))
    };
    Submitted::of(made.await, "done.shift_withdrawn", async |errors| {
        let form = Form::again(fields, errors);
        need_again(&mut *db.read().await?, by, need, (None, form)).await
    })
    .await
}

/// Somebody said yes by phone, or across the desk.
#[post("/centers/<center>/sessions/<id>/shifts", data = "<fields>")]
async fn put_in(
    reader: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<RosterPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::signed_in(&reader, &mut tx, center, id).await?;
    let made = async {
        let (need, person, anyway) = forms::whom(&fields)?;
        let warned = taking::put_in(&by, now, &mut tx, (need, person), anyway).await?;
        tx.commit().await?;
        Ok::<_, Error>((home(&by, false), word(&warned, "done.shift_put_in")))
    };
    Submitted::with_word(made.await, async |errors| again(&reader, db, now, by, (fields, errors)).await).await
}

#[post("/centers/<center>/sessions/<id>/shifts/invitations", data = "<fields>")]
async fn invite(
    reader: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<RosterPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::signed_in(&reader, &mut tx, center, id).await?;
    let made = async {
        actions::invite(&by, now, &mut tx, forms::invited(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, false))
    };
    Submitted::of(made.await, "done.shift_invited", async |errors| again(&reader, db, now, by, (fields, errors)).await)
        .await
}

#[post("/centers/<center>/sessions/<id>/shifts/<shift>/return", data = "<fields>")]
async fn release(
    reader: TeamReader,
    db: &Db,
    now: Now,
    center: CenterId,
    id: SessionId,
    shift: ShiftId,
    fields: Fields,
) -> Result<Submitted<RosterPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::signed_in(&reader, &mut tx, center, id).await?;
    let made = async {
        let said = forms::word(&fields)?;
        actions::release(&by, now, &mut tx, shift, said.as_deref()).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, false))
    };
    Submitted::of(made.await, "done.shift_freed", async |errors| again(&reader, db, now, by, (fields, errors)).await)
        .await
}
