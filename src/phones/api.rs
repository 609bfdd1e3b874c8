//! `/api/v1/people/{id}/remembered-phones`: the phones that speak for somebody.

use rocket::response::status::NoContent;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::confirmed::{self, ConfirmedHow, SpeakingPhone};
use crate::api::{List, Problem};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::Result;
use crate::ids::{PersonId, PhoneId};
use crate::people::{self, Person};
use crate::store::{Conn, Db};

pub(super) fn routes() -> Vec<Route> {
    routes![list, confirm, end_confirmation]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct RememberedPhoneJson {
    id: i64,
    /// What its browser calls itself
    label: String,
    added_at: String,
    seen_at: String,
    /// Null where it is not confirmed to be the person's: it shows only what it did itself
    confirmed_at: Option<String>,
    /// `card`, `worker` or `leader`
    confirmed_how: Option<String>,
}

impl From<SpeakingPhone> for RememberedPhoneJson {
    fn from(phone: SpeakingPhone) -> Self {
        Self {
            id: phone.id.0,
            label: phone.label,
            added_at: phone.added_at.rfc3339(),
            seen_at: phone.seen_at.rfc3339(),
            confirmed_at: phone.confirmed_at.map(|at| at.rfc3339()),
            confirmed_how: phone.how.map(|how| how.code().to_owned()),
        }
    }
}

/// The person, in the first of the reader's centers that knows them.
async fn opened(by: &Coordinator, conn: &mut Conn, id: PersonId) -> Result<(Center, Person)> {
    let center = people::queries::center_of(by, conn, id).await?;
    people::queries::open_in(by, conn, center, id).await
}

/// The phones that speak for a person, the latest seen first.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, body = List<RememberedPhoneJson>), (status = "4XX", body = Problem)))]
#[get("/people/<id>/remembered-phones", rank = 2)]
pub(crate) async fn list(by: Coordinator, db: &Db, id: PersonId) -> Result<Json<List<RememberedPhoneJson>>> {
    let mut conn = db.read().await?;
    let (_, person) = opened(&by, &mut conn, id).await?;
    let phones = confirmed::of_person(&mut conn, person.id).await?;
    Ok(Json(List::whole(phones.into_iter().map(RememberedPhoneJson::from).collect())))
}

/// 是本人: says that a phone is the person's. From then on it shows their hours, and may leave a team for them.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path), ("phone" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/remembered-phones/<phone>/confirmation")]
pub(crate) async fn confirm(by: Coordinator, db: &Db, now: Now, id: PersonId, phone: PhoneId) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id).await?;
    confirmed::confirm((&by, ConfirmedHow::Worker), now, &mut tx, (&center, person.id), phone).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Says that a phone is not the person's, or no more.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path), ("phone" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/remembered-phones/<phone>/ending")]
pub(crate) async fn end_confirmation(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: PersonId,
    phone: PhoneId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id).await?;
    confirmed::end_confirmation(&by, now, &mut tx, (&center, person.id), phone).await?;
    tx.commit().await?;
    Ok(NoContent)
}
