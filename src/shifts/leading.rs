//! The shifts of a session, on the phone of the leader of a team that serves there, without a password.

use rocket::{Route, get, post, routes};

use super::keeper::ShiftKeeper;
use super::roster::{NeedPage, RosterPage, home, word};
use super::types::{ShiftId, ShiftNeedId};
use super::{actions, forms, taking};
use crate::clock::Now;
use crate::error::{Error, FieldErrors, Result};
use crate::ids::{SessionId, TeamId};
use crate::phones::Phone;
use crate::store::{Conn, Db};
use crate::web::{Fields, Form, Page, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![show, ask_for, edit_need, revise_need, withdraw_need, put_in, invite, release]
}

/// The page again, with what is wrong with what was sent.
async fn again(db: &Db, now: Now, by: ShiftKeeper, (fields, errors): (Fields, FieldErrors)) -> Result<RosterPage> {
    RosterPage::on_phone(&mut *db.read().await?, now, by, Form::again(fields, errors)).await
}

#[get("/me/teams/<team>/sessions/<id>/shifts")]
async fn show(phone: Option<Phone>, db: &Db, now: Now, team: TeamId, id: SessionId) -> Result<Page<RosterPage>> {
    let mut conn = db.read().await?;
    let by = ShiftKeeper::on_phone(&mut conn, phone, team, id).await?;
    Ok(Page(RosterPage::on_phone(&mut conn, now, by, Form::new()).await?))
}

#[post("/me/teams/<team>/sessions/<id>/needs", data = "<fields>")]
async fn ask_for(
    phone: Option<Phone>,
    db: &Db,
    now: Now,
    team: TeamId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<RosterPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::on_phone(&mut tx, phone, team, id).await?;
    let made = async {
        actions::ask_for(&by, now, &mut tx, &forms::need(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, true))
    };
    Submitted::of(made.await, "done.shift_needed", async |errors| again(db, now, by, (fields, errors)).await).await
}

/// The form of a need, with what is wrong with either of its two.
async fn need_again(
    conn: &mut Conn,
    by: ShiftKeeper,
    need: ShiftNeedId,
    forms: (Option<Form>, Form),
) -> Result<NeedPage> {
    NeedPage::load(conn, by, true, need, forms).await
}

#[get("/me/teams/<team>/sessions/<id>/needs/<need>")]
async fn edit_need(
    phone: Option<Phone>,
    db: &Db,
    team: TeamId,
    id: SessionId,
    need: ShiftNeedId,
) -> Result<Page<NeedPage>> {
    let mut conn = db.read().await?;
    let by = ShiftKeeper::on_phone(&mut conn, phone, team, id).await?;
    Ok(Page(need_again(&mut conn, by, need, (None, Form::new())).await?))
}

#[post("/me/teams/<team>/sessions/<id>/needs/<need>", data = "<fields>")]
async fn revise_need(
    phone: Option<Phone>,
    db: &Db,
    now: Now,
    team: TeamId,
    id: SessionId,
    need: ShiftNeedId,
    fields: Fields,
) -> Result<Submitted<NeedPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::on_phone(&mut tx, phone, team, id).await?;
    let made = async {
        actions::revise_need(&by, now, &mut tx, need, &forms::revision(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, true))
    };
    Submitted::of(made.await, "done.saved", async |errors| {
        let form = Form::again(fields, errors);
        need_again(&mut *db.read().await?, by, need, (Some(form), Form::new())).await
    })
    .await
}

#[post("/me/teams/<team>/sessions/<id>/needs/<need>/withdrawal", data = "<fields>")]
async fn withdraw_need(
    phone: Option<Phone>,
    db: &Db,
    now: Now,
    team: TeamId,
    id: SessionId,
    need: ShiftNeedId,
    fields: Fields,
) -> Result<Submitted<NeedPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::on_phone(&mut tx, phone, team, id).await?;
    let made = async {
        actions::withdraw_need(&by, now, &mut tx, need, &forms::reason(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, true))
    };
    Submitted::of(made.await, "done.shift_withdrawn", async |errors| {
        let form = Form::again(fields, errors);
        need_again(&mut *db.read().await?, by, need, (None, form)).await
    })
    .await
}

/// Somebody said yes by phone, or across the desk.
#[post("/me/teams/<team>/sessions/<id>/shifts", data = "<fields>")]
async fn put_in(
    phone: Option<Phone>,
    db: &Db,
    now: Now,
    team: TeamId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<RosterPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::on_phone(&mut tx, phone, team, id).await?;
    let made = async {
        let (need, person, anyway) = forms::whom(&fields)?;
        let warned = taking::put_in(&by, now, &mut tx, (need, person), anyway).await?;
        tx.commit().await?;
        Ok::<_, Error>((home(&by, true), word(&warned, "done.shift_put_in")))
    };
    Submitted::with_word(made.await, async |errors| again(db, now, by, (fields, errors)).await).await
}

#[post("/me/teams/<team>/sessions/<id>/shifts/invitations", data = "<fields>")]
async fn invite(
    phone: Option<Phone>,
    db: &Db,
    now: Now,
    team: TeamId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<RosterPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::on_phone(&mut tx, phone, team, id).await?;
    let made = async {
        actions::invite(&by, now, &mut tx, forms::invited(&fields)?).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, true))
    };
    Submitted::of(made.await, "done.shift_invited", async |errors| again(db, now, by, (fields, errors)).await).await
}

#[post("/me/teams/<team>/sessions/<id>/shifts/<shift>/return", data = "<fields>")]
async fn release(
    phone: Option<Phone>,
    db: &Db,
    now: Now,
    team: TeamId,
    id: SessionId,
    shift: ShiftId,
    fields: Fields,
) -> Result<Submitted<RosterPage>> {
    let mut tx = db.begin().await?;
    let by = ShiftKeeper::on_phone(&mut tx, phone, team, id).await?;
    let made = async {
        let said = forms::word(&fields)?;
        actions::release(&by, now, &mut tx, shift, said.as_deref()).await?;
        tx.commit().await?;
        Ok::<_, Error>(home(&by, true))
    };
    Submitted::of(made.await, "done.shift_freed", async |errors| again(db, now, by, (fields, errors)).await).await
}
