//! Further numbers of a person, and the phones that speak for them, on their page.

use rocket::{Route, State, post, routes};

use super::show::PersonPage;
use crate::auth::Coordinator;
use crate::centers::CenterId;
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::queries::open_in;
use crate::people::{PersonId, other_phones};
use crate::phones::{self, ConfirmedHow, PhoneId};
use crate::store::{Db, Sealer};
use crate::web::form::Done;
use crate::web::{Fields, Form, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![add, remove, confirm, end_confirmation]
}

#[post("/centers/<center>/people/<id>/phones", data = "<fields>")]
async fn add(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Submitted<PersonPage>> {
    let (center, person) = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let input = other_phones::read(&fields)?;
        let mut tx = db.begin().await?;
        other_phones::add(&by, now, &mut tx, sealer, (&center, person.id), &input).await?;
        tx.commit().await?;
        Ok::<_, Error>(center.path(format_args!("/people/{id}")))
    };
    Submitted::of(made.await, "done.phone_added", async |errors| {
        let mut page = PersonPage::load(&by, &mut *db.read().await?, now, sealer, center, person).await?;
        page.phoning = Form::again(fields, errors);
        Ok(page)
    })
    .await
}

#[post("/centers/<center>/people/<id>/phones/<phone>/removal")]
async fn remove(by: Coordinator, db: &Db, now: Now, center: CenterId, id: PersonId, phone: i64) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, person) = open_in(&by, &mut tx, center, id).await?;
    other_phones::remove(&by, now, &mut tx, (&center, person.id), phone).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/people/{id}")), "done.phone_removed"))
}

/// 是本人: whoever works here knows the person, and that the phone is theirs.
#[post("/centers/<center>/people/<id>/remembered-phones/<phone>/confirmation")]
async fn confirm(by: Coordinator, db: &Db, now: Now, center: CenterId, id: PersonId, phone: PhoneId) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, person) = open_in(&by, &mut tx, center, id).await?;
    phones::confirm((&by, ConfirmedHow::Worker), now, &mut tx, (&center, person.id), phone).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/people/{id}#remembered")), "done.phone_confirmed"))
}

#[post("/centers/<center>/people/<id>/remembered-phones/<phone>/ending")]
async fn end_confirmation(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    id: PersonId,
    phone: PhoneId,
) -> Result<Done> {
    let mut tx = db.begin().await?;
    let (center, person) = open_in(&by, &mut tx, center, id).await?;
    phones::end_confirmation(&by, now, &mut tx, (&center, person.id), phone).await?;
    tx.commit().await?;
    Ok(Done::to(center.path(format_args!("/people/{id}#remembered")), "done.phone_confirmation_ended"))
}
