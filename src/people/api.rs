//! `/api/v1/people`. Numbers are masked here too; a reveal needs a person at a page, and a reason.

use rocket::response::status::Created;
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::listing::{self, PeopleCut};
use super::types::{Notes, Person, PersonId};
use super::{actions, forms, groups, queries};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers;
use crate::clock::Now;
use crate::error::Result;
use crate::fields::parse;
use crate::store::{Db, Sealer};
use crate::web::Fields;
use crate::web::cut::Asked;

pub(super) fn routes() -> Vec<Route> {
    routes![list, show, create, revise]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct PersonJson {
    id: i64,
    name: String,
    /// `f` or `m`
    sex: Option<String>,
    birth_date: Option<String>,
    /// Languages and dialects spoken
    languages: Option<String>,
    /// Masked: `138****1234`
    phone: Option<String>,
    /// Masked: `4419************12`
    id_number: Option<String>,
    /// `registered` (户籍) or `migrant` (外来)
    residence: Option<String>,
    /// What the center wrote down
    address: Option<String>,
    note: Option<String>,
    /// What to know for their good
    care: Option<String>,
    /// Whether there is somebody to call in an emergency; who, is revealed at a page
    has_emergency_contact: bool,
    enrolled_at: String,
    /// Grows with every change
    version: i64,
}

impl PersonJson {
    fn of(person: Person, sealer: &Sealer) -> Self {
        let Notes { address, note, care, emergency } = person.notes(sealer);
        Self {
            residence: person.residence.map(|residence| residence.code().to_owned()),
            has_emergency_contact: emergency.is_some(),
            care,
            id: person.id.0,
            sex: person.sex.map(|sex| sex.code().to_owned()),
            birth_date: person.birth_date.map(|date| date.to_string()),
            phone: person.phone(sealer).map(|phone| phone.masked()),
            id_number: person.id_number(sealer).map(|number| number.masked()),
            enrolled_at: person.enrolled_at.rfc3339(),
            version: person.version,
            languages: person.languages,
            address,
            note,
            name: person.name,
        }
    }
}

/// The people enrolled in a center, all or those of a group, a subgroup or a team, of whom something is missing, who have not come.
#[utoipa::path(
    context_path = "/api/v1", tag = "people",
    params(
        ("center" = i64, Query), ("group" = Option<String>, Query), ("subgroup" = Option<i64>, Query),
        ("missing" = Option<String>, Query, description = "`birth` or `consent`"),
        ("unseen" = Option<i64>, Query, description = "Not seen for so many days"),
        ("team" = Option<i64>, Query), ("cursor" = Option<String>, Query)
    ),
    responses((status = 200, body = List<PersonJson>), (status = "4XX", body = Problem))
)]
#[get("/people?<center>&<cursor>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    center: Option<&str>,
    cursor: Option<&str>,
    asked: Asked,
) -> Result<Json<List<PersonJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let after = api::after(cursor)?;
    let cut = PeopleCut::read(&asked.0)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let day = (today, groups::age_bands(&mut conn, today).await?);
    let people = listing::after(&mut conn, center.id(), day, &cut, (after, api::PAGE + 1)).await?;
    let people = people.into_iter().map(|person| PersonJson::of(person, sealer)).collect();
    Ok(Json(List::page(people, |person: &PersonJson| person.id)))
}

/// One person, if a center of the token's knows them.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), responses((status = 200, body = PersonJson), (status = "4XX", body = Problem)))]
#[get("/people/<id>")]
pub(crate) async fn show(by: Coordinator, db: &Db, sealer: &State<Sealer>, id: PersonId) -> Result<Json<PersonJson>> {
    let mut conn = db.read().await?;
    let center = queries::center_of(&by, &mut conn, id).await?;
    let person = queries::find(&mut conn, center, id).await?;
    Ok(Json(PersonJson::of(person, sealer)))
}

/// What a new person needs.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::person` reads it")]
pub(crate) struct NewPerson {
    center: i64,
    name: String,
    /// `f` or `m`
    sex: Option<String>,
    birth_date: Option<String>,
    /// Languages and dialects spoken
    languages: Option<String>,
    phone: Option<String>,
    /// 18 characters, with its check character
    id_number: Option<String>,
    /// `registered` (户籍) or `migrant` (外来)
    residence: Option<String>,
    address: Option<String>,
    /// Sealed, like the two that follow
    note: Option<String>,
    /// What to know for their good
    care: Option<String>,
    /// Whom to call: name, what they are to the person, number
    emergency: Option<String>,
    /// Register although somebody of this name and phone is enrolled
    anyway: Option<bool>,
    /// Membership in a priority group that is granted by a paper; age decides the others
    disabled: Option<NewMembership>,
    needy: Option<NewMembership>,
}

/// A paper that grants a priority group. Both dates are included.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a part of the body; `forms::person` reads it")]
pub(crate) struct NewMembership {
    valid_from: String,
    /// Open, where it is missing
    valid_to: Option<String>,
    document: String,
}

/// Registers a person. 409 `person_enrolled` where somebody of this name and phone is there.
#[utoipa::path(context_path = "/api/v1", tag = "people", request_body = NewPerson, responses((status = 201, body = PersonJson), (status = "4XX", body = Problem)))]
#[post("/people", data = "<fields>")]
pub(crate) async fn create(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    fields: Fields,
) -> Result<Created<Json<PersonJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::person(&fields, center.zone.date(now.0))?;
    let id = actions::register(&by, now, &mut tx, sealer, &center, &input).await?;
    let person = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/people/{id}")).body(Json(PersonJson::of(person, sealer))))
}

/// All of what is known of a person: what is left out here is taken out there, but for the numbers, of which only masks
/// are told.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::api_revision` reads it")]
pub(crate) struct NewRevision {
    /// The version that the change starts from
    version: i64,
    name: String,
    /// `f` or `m`
    sex: Option<String>,
    birth_date: Option<String>,
    /// Languages and dialects spoken
    languages: Option<String>,
    /// Left out, the one there is stays
    phone: Option<String>,
    forget_phone: Option<bool>,
    /// Left out, the one there is stays
    id_number: Option<String>,
    forget_id_number: Option<bool>,
    /// `registered` (户籍) or `migrant` (外来)
    residence: Option<String>,
    address: Option<String>,
    note: Option<String>,
    /// What to know for their good
    care: Option<String>,
    /// Whom to call; left out, the one there is stays
    emergency: Option<String>,
    forget_emergency: Option<bool>,
}

/// Revises a person. 409 `person_changed` where somebody changed them since that version: read it again first.
#[utoipa::path(context_path = "/api/v1", tag = "people", params(("id" = i64, Path)), request_body = NewRevision, responses((status = 200, body = PersonJson), (status = "4XX", body = Problem)))]
#[post("/people/<id>", data = "<fields>")]
pub(crate) async fn revise(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PersonId,
    fields: Fields,
) -> Result<Json<PersonJson>> {
    let mut tx = db.begin().await?;
    let center = queries::center_of(&by, &mut tx, id).await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let person = queries::find(&mut tx, center.id(), id).await?;
    let revision = forms::api_revision(&fields, center.zone.date(now.0))?;
    actions::revise(&by, now, &mut tx, sealer, &center, &person, &revision).await?;
    let person = queries::find(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Json(PersonJson::of(person, sealer)))
}
