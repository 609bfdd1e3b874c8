//! `/api/v1/trainings`, `/api/v1/commendations`, and what is known of one person.

use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::types::{Commendation, CommendationId, Honours, Trained, Training, TrainingId};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::fields::parse;
use crate::people::{self, PersonId};
use crate::store::{Conn, Db};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![
        trainings,
        record,
        training,
        attend,
        withdraw,
        void_training,
        commendations,
        give,
        commendation,
        void_commendation,
        of_person
    ]
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TrainingJson {
    id: i64,
    /// None where it was for whoever came
    team_id: Option<i64>,
    title: String,
    held_on: String,
    minutes: i64,
    /// Who gave it
    giver: String,
    place: Option<String>,
    /// Who attended
    people: i64,
    /// Why it was a mistake, if it was one
    void_reason: Option<String>,
}

impl From<Training> for TrainingJson {
    fn from(one: Training) -> Self {
        Self {
            id: one.id.0,
            team_id: one.team_id.map(|team| team.0),
            title: one.title,
            held_on: one.held_on.to_string(),
            minutes: one.minutes,
            giver: one.giver,
            place: one.place,
            people: one.people,
            void_reason: one.void_reason,
        }
    }
}

#[derive(Serialize, ToSchema)]
pub(crate) struct TrainedJson {
    person_id: i64,
    name: String,
    has_paper: bool,
}

impl From<Trained> for TrainedJson {
    fn from(one: Trained) -> Self {
        Self { person_id: one.person.id.0, name: one.person.name, has_paper: one.file_id.is_some() }
    }
}

/// A training and who attended it.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttendedTrainingJson {
    #[serde(flatten)]
    training: TrainingJson,
    trained: Vec<TrainedJson>,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct CommendationJson {
    id: i64,
    /// One of the two
    person_id: Option<i64>,
    team_id: Option<i64>,
    /// What the person or the team is called
    whom: String,
    title: String,
    /// `center`, `town`, `city` or `other`
    level: String,
    giver: Option<String>,
    given_on: String,
    /// The year that it is about
    for_year: Option<i64>,
    /// For what
    what: Option<String>,
    has_paper: bool,
    /// Why it was a mistake, if it was one
    void_reason: Option<String>,
}

impl From<Commendation> for CommendationJson {
    fn from(one: Commendation) -> Self {
        Self {
            id: one.id.0,
            person_id: one.person_id.map(|id| id.0),
            team_id: one.team_id.map(|id| id.0),
            level: one.level.to_string(),
            given_on: one.given_on.to_string(),
            has_paper: one.file_id.is_some(),
            whom: one.whom,
            title: one.title,
            giver: one.giver,
            for_year: one.for_year,
            what: one.what,
            void_reason: one.void_reason,
        }
    }
}

/// From always, without end; or the days of a year.
fn days(year: Option<&str>) -> Result<(Date, Date)> {
    let Some(year) = year else { return Ok((Date::FIRST, Date::LAST)) };
    let year = api::asked("year", Some(year), parse::integer(1_990..=2_199))?;
    let first = Date::parse(&format!("{year:04}-01-01")).unwrap_or(Date::FIRST);
    Ok((first, first.plus_years(1).minus_days(1)))
}

pub(super) async fn opened(by: &Coordinator, conn: &mut Conn, id: TrainingId) -> Result<(Center, Training)> {
    let center: CenterId = queries::center_of_training(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let training = queries::training(conn, center.id(), id).await?;
    Ok((center, training))
}

pub(super) async fn found(by: &Coordinator, conn: &mut Conn, id: CommendationId) -> Result<(Center, Commendation)> {
    let center: CenterId = queries::center_of_commendation(by, conn, id).await?;
    let center = centers::queries::open_to(by, conn, center).await?;
    let one = queries::commendation(conn, center.id(), id).await?;
    Ok((center, one))
}

/// A center's trainings, the latest first; of a year, where one is said.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("center" = i64, Query), ("year" = Option<i64>, Query)), responses((status = 200, body = List<TrainingJson>), (status = "4XX", body = Problem)))]
#[get("/trainings?<center>&<year>")]
pub(crate) async fn trainings(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
    year: Option<&str>,
) -> Result<Json<List<TrainingJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let days = days(year)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::trainings(&mut conn, center.id(), days).await?;
    Ok(Json(List::whole(found.into_iter().map(TrainingJson::from).collect())))
}

/// A training.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::training` reads it")]
pub(crate) struct NewTraining {
    center: i64,
    title: String,
    held_on: String,
    /// 5 to 6000
    minutes: i64,
    /// Who gave it
    giver: String,
    place: Option<String>,
    /// Where it was a team's
    team: Option<i64>,
}

/// Writes down a training. Who attended is entered after it.
#[utoipa::path(context_path = "/api/v1", tag = "honours", request_body = NewTraining, responses((status = 201, body = TrainingJson), (status = "4XX", body = Problem)))]
#[post("/trainings", data = "<fields>")]
pub(crate) async fn record(by: Coordinator, db: &Db, now: Now, fields: Fields) -> Result<Created<Json<TrainingJson>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::training(&fields, center.zone.date(now.0))?;
    let id = actions::record(&by, now, &mut tx, &center, &input).await?;
    let made = queries::training(&mut tx, center.id(), id).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/trainings/{id}")).body(Json(made.into())))
}

/// A training, with who attended it.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path)), responses((status = 200, body = AttendedTrainingJson), (status = "4XX", body = Problem)))]
#[get("/trainings/<id>")]
pub(crate) async fn training(by: Coordinator, db: &Db, id: TrainingId) -> Result<Json<AttendedTrainingJson>> {
    let mut conn = db.read().await?;
    let (_, training) = opened(&by, &mut conn, id).await?;
    let trained = queries::trained(&mut conn, id).await?.into_iter().map(TrainedJson::from).collect();
    Ok(Json(AttendedTrainingJson { training: training.into(), trained }))
}

/// Who attended.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::people` reads it")]
pub(crate) struct NewTrained {
    /// People enrolled in the center, one at least
    person: Option<Vec<i64>>,
}

/// Puts people on the list of those who attended; who is on it stays. 409 `training_voided`.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path)), request_body = NewTrained, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/trainings/<id>/people", data = "<fields>")]
pub(crate) async fn attend(by: Coordinator, db: &Db, now: Now, id: TrainingId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, training) = opened(&by, &mut tx, id).await?;
    actions::attend(&by, now, &mut tx, &center, &training, &forms::people(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Takes somebody off the list who was not there.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path), ("person" = i64, Path)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/trainings/<id>/people/<person>/removal")]
pub(crate) async fn withdraw(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: TrainingId,
    person: PersonId,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, training) = opened(&by, &mut tx, id).await?;
    actions::withdraw(&by, now, &mut tx, &center, &training, person).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Why it is a mistake, or was taken back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::reason` reads it")]
pub(crate) struct MistakenHonour {
    reason: String,
}

/// Marks a training as a mistake: nobody attended it. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path)), request_body = MistakenHonour, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/trainings/<id>/void", data = "<fields>")]
pub(crate) async fn void_training(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: TrainingId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, _) = opened(&by, &mut tx, id).await?;
    actions::void_training(&by, now, &mut tx, &center, id, &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A center's commendations, the latest first; of those given in a year, where one is said.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("center" = i64, Query), ("year" = Option<i64>, Query)), responses((status = 200, body = List<CommendationJson>), (status = "4XX", body = Problem)))]
#[get("/commendations?<center>&<year>")]
pub(crate) async fn commendations(
    by: Coordinator,
    db: &Db,
    center: Option<&str>,
    year: Option<&str>,
) -> Result<Json<List<CommendationJson>>> {
    let center = api::asked("center", center, parse::choice)?;
    let days = days(year)?;
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let found = queries::commendations(&mut conn, center.id(), days).await?;
    Ok(Json(List::whole(found.into_iter().map(CommendationJson::from).collect())))
}

/// A commendation, of a team or of each of several people.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::award` and `forms::honoured` read it")]
pub(crate) struct NewCommendation {
    center: i64,
    title: String,
    /// `center`, `town`, `city` or `other`
    level: String,
    /// Who commends; needed for `other`
    giver: Option<String>,
    given_on: String,
    /// The year that it is about
    for_year: Option<i64>,
    /// For what
    what: Option<String>,
    /// Either a team of the center
    team: Option<i64>,
    /// or people enrolled in it
    person: Option<Vec<i64>>,
}

/// Commends a team, or each of several people; who has this commendation of this day keeps it. Answers what was made. 409
/// `commended_already` where all have it.
#[utoipa::path(context_path = "/api/v1", tag = "honours", request_body = NewCommendation, responses((status = 201, body = List<CommendationJson>), (status = "4XX", body = Problem)))]
#[post("/commendations", data = "<fields>")]
pub(crate) async fn give(
    by: Coordinator,
    db: &Db,
    now: Now,
    fields: Fields,
) -> Result<Created<Json<List<CommendationJson>>>> {
    let center = api::sent("center", &fields)?;
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let input = forms::award(&fields, center.zone.date(now.0))?;
    let whom = forms::honoured(&fields)?;
    let given = actions::give(&by, now, &mut tx, &center, &input, &whom).await?;
    let made = queries::these(&mut tx, center.id(), &given).await?;
    tx.commit().await?;
    let made = List::whole(made.into_iter().map(CommendationJson::from).collect());
    Ok(Created::new(format!("/api/v1/commendations?center={}", center.id())).body(Json(made)))
}

/// One commendation.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path)), responses((status = 200, body = CommendationJson), (status = "4XX", body = Problem)))]
#[get("/commendations/<id>", rank = 2)]
pub(crate) async fn commendation(by: Coordinator, db: &Db, id: CommendationId) -> Result<Json<CommendationJson>> {
    let (_, one) = found(&by, &mut *db.read().await?, id).await?;
    Ok(Json(one.into()))
}

/// Marks a commendation as a mistake, or as taken back; the same can be given again. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path)), request_body = MistakenHonour, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/commendations/<id>/void", data = "<fields>")]
pub(crate) async fn void_commendation(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: CommendationId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, _) = found(&by, &mut tx, id).await?;
    actions::void_commendation(&by, now, &mut tx, &center, id, &forms::reason(&fields)?).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// A training that a person attended.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrainingOfJson {
    id: i64,
    center: String,
    title: String,
    held_on: String,
    minutes: i64,
    giver: String,
}

#[derive(Serialize, ToSchema)]
pub(crate) struct HonoursJson {
    person_id: i64,
    /// All confirmed minutes, of all centers
    minutes: i64,
    /// Of how many stars they have the hours; associations rate, nobody is rated here
    reached_hours_of_stars: Option<i64>,
    trainings: Vec<TrainingOfJson>,
    commendations: Vec<CommendationJson>,
}

impl HonoursJson {
    fn of(person: PersonId, known: Honours) -> Self {
        let training = |one: super::TrainingOf| TrainingOfJson {
            id: one.id.0,
            center: one.center,
            title: one.title,
            held_on: one.held_on.to_string(),
            minutes: one.minutes,
            giver: one.giver,
        };
        Self {
            person_id: person.0,
            minutes: known.minutes,
            reached_hours_of_stars: known.stars,
            trainings: known.trainings.into_iter().map(training).collect(),
            commendations: known.commendations.into_iter().map(CommendationJson::from).collect(),
        }
    }
}

/// What a person was trained in and commended for by the token's centers, and of how many stars they have the hours, by the whole ledger.
#[utoipa::path(context_path = "/api/v1", tag = "honours", params(("id" = i64, Path)), responses((status = 200, body = HonoursJson), (status = "4XX", body = Problem)))]
#[get("/people/<id>/honours", rank = 2)]
pub(crate) async fn of_person(by: Coordinator, db: &Db, id: PersonId) -> Result<Json<HonoursJson>> {
    let mut conn = db.read().await?;
    let center = people::queries::center_of(&by, &mut conn, id).await?;
    let (_, person) = people::queries::open_in(&by, &mut conn, center, id).await?;
    let known = queries::of_person(&by, &mut conn, person.id).await?;
    Ok(Json(HonoursJson::of(person.id, known)))
}
