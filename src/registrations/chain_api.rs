//! A 接龙 by the API: read and matched, and then registered.

use std::collections::BTreeMap;

use rocket::serde::json::Json;
use rocket::{Route, State, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::matching::{MatchedLine, matched};
use super::staff::{ChainOutcome, register_chain};
use super::types::RegistrationRefusal;
use super::{chain, forms};
use crate::activities::queries::open_to;
use crate::api::{List, Problem};
use crate::auth::Coordinator;
use crate::clock::Now;
use crate::error::Result;
use crate::ids::SessionId;
use crate::store::{Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![read_chain, register_chain_lines]
}

/// A 接龙 as it was copied.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::chain` reads it")]
pub(crate) struct PastedChain {
    text: String,
}

/// A line of a 接龙, with whom it may mean.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChainLineJson {
    number: usize,
    text: String,
    name: String,
    companions: i64,
    /// People of the center who are called so
    people: Vec<ChainPersonJson>,
}

/// Somebody who may be meant.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChainPersonJson {
    id: i64,
    name: String,
    birth_year: Option<i32>,
    phone_last4: Option<String>,
    /// Has a place or waits there already
    registered: bool,
    /// What the terms have against them, as the code of a refusal; registering the line says that a worker knows better
    against: Option<&'static str>,
}

impl From<MatchedLine> for ChainLineJson {
    fn from(matched: MatchedLine) -> Self {
        let person = |one: super::matching::ChainPerson| ChainPersonJson {
            id: one.person.id.0,
            birth_year: one.person.birth_year(),
            name: one.person.name,
            phone_last4: one.person.phone_last4,
            registered: one.registered.is_set(),
            against: one.against.map(RegistrationRefusal::code),
        };
        Self {
            number: matched.line.number,
            text: matched.line.text,
            name: matched.line.name,
            companions: matched.line.companions,
            people: matched.meant.into_iter().map(person).collect(),
        }
    }
}

/// Reads a 接龙 and says whom its lines may mean. Nothing is written.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), request_body = PastedChain, responses((status = 200, body = List<ChainLineJson>), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/chain", data = "<fields>")]
pub(crate) async fn read_chain(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: SessionId,
    fields: Fields,
) -> Result<Json<List<ChainLineJson>>> {
    let mut conn = db.read().await?;
    let (_, session) = open_to(&by, now, &mut conn, id).await?;
    let lines = chain::read(&forms::chain(&fields)?);
    let lines = matched(&mut conn, now, session.id, lines).await?;
    Ok(Json(List::whole(lines.into_iter().map(ChainLineJson::from).collect())))
}

/// The lines that are to be registered: for each, under its number N, `pick.N` (a person's id, `new` or `skip`), `name.N` where it is
/// somebody new, and `companions.N`.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::picks` reads it")]
pub(crate) struct PickedChain {
    /// A UUID of the client's; the same again changes nothing
    request_id: String,
    /// By line: a person's id, `new` or `skip`
    pick: Option<BTreeMap<String, String>>,
    name: Option<BTreeMap<String, String>>,
    companions: Option<BTreeMap<String, i64>>,
}

/// What came of a 接龙.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChainOutcomeJson {
    confirmed: usize,
    waiting: usize,
    /// For whom there was neither a seat nor a waitlist, or who serve there
    left_out: usize,
    /// Who were registered before, and for whose further companions there was no seat
    fewer: usize,
}

impl From<ChainOutcome> for ChainOutcomeJson {
    fn from(outcome: ChainOutcome) -> Self {
        let ChainOutcome { confirmed, waiting, left_out, fewer } = outcome;
        Self { confirmed, waiting, left_out, fewer }
    }
}

/// Registers the lines of a 接龙, in their order.
#[utoipa::path(context_path = "/api/v1", tag = "registrations", params(("id" = i64, Path)), request_body = PickedChain, responses((status = 200, body = ChainOutcomeJson), (status = "4XX", body = Problem)))]
#[post("/sessions/<id>/chain/registrations", data = "<fields>")]
pub(crate) async fn register_chain_lines(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: SessionId,
    fields: Fields,
) -> Result<Json<ChainOutcomeJson>> {
    let mut tx = db.begin().await?;
    let (_, session) = open_to(&by, now, &mut tx, id).await?;
    let (request, lines) = forms::picks(&fields)?;
    let outcome = register_chain(&by, now, &mut tx, sealer, &session, (request, &lines)).await?;
    tx.commit().await?;
    Ok(Json(outcome.into()))
}
