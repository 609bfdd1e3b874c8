//! `/api/v1/households`.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::queries::{self, Homes};
use super::types::{HomeStay, Household, HouseholdId, StayId};
use super::{actions, forms};
use crate::api::{self, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center};
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, create, show, revise, move_in, revise_stay]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HouseholdRow {
    id: i64,
    address: Option<String>,
    /// When the center opened a file for it
    opened_on: String,
    /// The head's name on the day
    head: Option<String>,
    /// Who lives there on the day
    members: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HouseholdsJson {
    items: Vec<HouseholdRow>,
    next: Option<String>,
    /// Households in which somebody lives on the day
    households: i64,
    /// Who lives in them on the day
    persons: i64,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct StayJson {
    id: i64,
    person_id: i64,
    name: String,
    /// `head`, `spouse`, `child`, `child_in_law`, `grandchild`, `parent`, `grandparent`, `sibling` or `other`
    relation: String,
    moved_in: String,
    /// The first day without them; null while they live there
    moved_out: Option<String>,
}

impl From<HomeStay> for StayJson {
    fn from(stay: HomeStay) -> Self {
        Self {
            id: stay.id.0,
            person_id: stay.person.id.0,
            name: stay.person.name,
            relation: stay.relation.to_string(),
            moved_in: stay.moved_in.to_string(),
            moved_out: stay.moved_out.map(|day| day.to_string()),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HouseholdJson {
    id: i64,
    address: Option<String>,
    opened_on: String,
    /// Grows with every change of address or date
    version: i64,
    /// Who lives or has lived there
    members: Vec<StayJson>,
}

impl HouseholdJson {
    async fn load(conn: &mut Conn, household: Household) -> Result<Self> {
        let members = queries::stays(conn, household.id).await?.into_iter().map(StayJson::from).collect();
        let Household { id, address, opened_on, version } = household;
        Ok(Self { id: id.0, address, opened_on: opened_on.to_string(), version, members })
    }
}

async fn open(by: &Coordinator, conn: &mut Conn, id: HouseholdId) -> Result<(Center, Household)> {
    let center = queries::center_of(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let household = queries::find(conn, center.id(), id).await?;
    Ok((center, household))
}

/// A center's households in which somebody lives on a day, today where none is given, by address; and how many there are.
#[utoipa::path(context_path = "/api/v1", tag = "households", params(("center" = i64, Query), ("on" = Option<String>, Query), ("cursor" = Option<String>, Query)), responses((status = 200, body = HouseholdsJson), (status = "4XX", body = Problem)))]
#[get("/households?<center>&<on>&<cursor>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: Option<&str>,
    on: Option<&str>,
    cursor: Option<&str>,
) -> Result<Json<HouseholdsJson>> {
    let center = api::asked("center", center, parse::choice)?;
    let on = on.map(|on| api::asked("on", Some(on), parse::date)).transpose()?;
    let skip = api::after(cursor)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let on = on.unwrap_or(center.zone.date(now.0));
    let counted = queries::count(&mut conn, center.id(), on).await?;
    let rows = queries::list(&mut conn, center.id(), on, &Homes::Lived, (skip, api::PAGE)).await?;
    let read = skip + i64::try_from(rows.len()).unwrap_or(0);
    let items = rows.into_iter().map(|row| HouseholdRow {
        id: row.id.0,
        address: row.address,
        opened_on: row.opened_on.to_string(),
        head: row.head,
        members: row.members,
    });
    Ok(Json(HouseholdsJson {
        items: items.collect(),
        next: (read < counted.households).then(|| read.to_string()),
        households: counted.households,
        persons: counted.persons,
    }))
}

/// One household, if a center of the token's knows it.
#[utoipa::path(context_path = "/api/v1", tag = "households", params(("id" = i64, Path)), responses((status = 200, body = HouseholdJson), (status = "4XX", body = Problem)))]
#[get("/households/<id>")]
pub(crate) async fn show(by: Coordinator, db: &Db, id: HouseholdId) -> Result<Json<HouseholdJson>> {
    let mut conn = db.read().await?;
    let (_, household) = open(&by, &mut conn, id).await?;
    Ok(Json(HouseholdJson::load(&mut conn, household).await?))
}

/// What a new household needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::household` reads it")]
pub(crate) struct NewHousehold {
    center: i64,
    address: Option<String>,
    /// Not after today
    opened_on: String,
    /// A person enrolled in the center, who lives there from that day on
    head_id: i64,
}

/// Opens a household. Its head leaves the one they lived in until then.
#[utoipa::path(context_path = "/api/v1", tag = "households", request_body = NewHousehold, responses((status = 201, body = HouseholdJson), (status = "4XX", body = Problem)))]
#[post("/households", data = "<fields>")]
pub(crate) async fn create(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<HouseholdJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::household(&fields, center.zone.date(now.0))?;
    let id = actions::open(&by, now, &mut tx, &center, &input).await?;
    let household = queries::find(&mut tx, center.id(), id).await?;
    let told = HouseholdJson::load(&mut tx, household).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/households/{id}")).body(Json(told)))
}

/// A household's own facts; what is left out here is taken out there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::revision` reads it")]
pub(crate) struct HouseholdChange {
    /// The version that the change starts from; without it, from what is there now
    version: Option<i64>,
    address: Option<String>,
    opened_on: String,
}

/// Revises a household. 409 `household_changed` where somebody changed it since that version.
#[utoipa::path(context_path = "/api/v1", tag = "households", params(("id" = i64, Path)), request_body = HouseholdChange, responses((status = 200, body = HouseholdJson), (status = "4XX", body = Problem)))]
#[post("/households/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: HouseholdId,
    fields: Fields,
) -> Result<Json<HouseholdJson>> {
    let mut tx = db.begin().await?;
    let (center, household) = open(&by, &mut tx, id).await?;
    let revision = forms::revision(&fields, center.zone.date(now.0))?;
    actions::revise(&by, now, &mut tx, &center, &household, &revision).await?;
    let household = queries::find(&mut tx, center.id(), id).await?;
    let told = HouseholdJson::load(&mut tx, household).await?;
    tx.commit().await?;
    Ok(Json(told))
}

/// Who comes to live in a household.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::move_in` reads it")]
pub(crate) struct NewStay {
    /// A person enrolled in the household's center
    person_id: i64,
    relation: String,
    /// Not after today
    moved_in: String,
}

/// A person moves in, and on that day leaves the household in which they lived.
#[utoipa::path(context_path = "/api/v1", tag = "households", params(("id" = i64, Path)), request_body = NewStay, responses((status = 201, body = HouseholdJson), (status = "4XX", body = Problem)))]
#[post("/households/<id>/members", data = "<fields>")]
pub(crate) async fn move_in(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: HouseholdId,
    fields: Fields,
) -> Result<Created<Json<HouseholdJson>>> {
    let mut tx = db.begin().await?;
    let (center, household) = open(&by, &mut tx, id).await?;
    let input = forms::move_in(&fields, center.zone.date(now.0))?;
    actions::move_in(&by, now, &mut tx, &center, id, &input).await?;
    let told = HouseholdJson::load(&mut tx, household).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/households/{id}")).body(Json(told)))
}

/// All of a stay: without `moved_out` the person lives there.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::stay` reads it")]
pub(crate) struct StayChange {
    relation: String,
    moved_in: String,
    moved_out: Option<String>,
}

/// Corrects a stay, ends it, or takes its end back.
#[utoipa::path(context_path = "/api/v1", tag = "households", params(("id" = i64, Path), ("stay" = i64, Path)), request_body = StayChange, responses((status = 200, body = HouseholdJson), (status = "4XX", body = Problem)))]
#[post("/households/<id>/members/<stay>", data = "<fields>")]
pub(crate) async fn revise_stay(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: HouseholdId,
    stay: StayId,
    fields: Fields,
) -> Result<Json<HouseholdJson>> {
    let mut tx = db.begin().await?;
    let (center, household) = open(&by, &mut tx, id).await?;
    let input = forms::stay(&fields, "", center.zone.date(now.0))?;
    actions::revise_stay(&by, now, &mut tx, &center, (id, stay), &input).await?;
    let told = HouseholdJson::load(&mut tx, household).await?;
    tx.commit().await?;
    Ok(Json(told))
}
