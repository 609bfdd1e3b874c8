//! `/api/v1/people/{id}/consents` and `/api/v1/consent-texts`.

use rocket::form::{Form as Multipart, FromForm};
use rocket::response::status::{Created, NoContent};
use rocket::serde::json::Json;
use rocket::{Route, State, get, post, routes};
use serde::Serialize;
use utoipa::ToSchema;

use super::door::DoorTexts;
use super::types::{Consent, ConsentId, ConsentText};
use super::{actions, forms, queries};
use crate::api::{self, List, Problem};
use crate::auth::{CityAdmin, Coordinator};
use crate::centers::{Center, CenterId};
use crate::clock::{Now, Zone};
use crate::error::{Error, Result};
use crate::fields::parse;
use crate::files::{self, FileAnswer, FileKind, SentFile};
use crate::people::{self, Person, PersonId};
use crate::store::{Conn, Db, Sealer};
use crate::web::Fields;

pub(super) fn routes() -> Vec<Route> {
    routes![list, give, withdraw, void, keep_paper, paper, remove_paper, texts, publish]
}

/// The kinds of files that a scan of a paper may be.
pub(crate) const PAPERS: &[FileKind] = &[FileKind::Jpeg, FileKind::Png, FileKind::Pdf];

#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentJson {
    id: i64,
    /// `service` (服务档案) or `photos` (肖像)
    purpose: String,
    /// Of the words that were before the person
    version: i64,
    /// `given` or `declined`
    answer: String,
    given_on: String,
    /// `paper`, `spoken`, `call` or `message`
    given_method: String,
    /// Who agreed for the person, and what they are to them: `parent`, `grandparent` or `other`
    guardian: Option<String>,
    guardianship: Option<String>,
    withdrawn_on: Option<String>,
    withdrawn_method: Option<String>,
    /// Why it was a mistake, if it was one
    void_reason: Option<String>,
    has_paper: bool,
    recorded_at: String,
    /// Whether it is a consent that holds now
    holds: bool,
}

impl ConsentJson {
    fn of(consent: Consent, sealer: &Sealer) -> Self {
        Self {
            id: consent.id.0,
            purpose: consent.purpose.to_string(),
            version: consent.version,
            answer: consent.answer.to_string(),
            given_on: consent.given_on.to_string(),
            given_method: consent.method.to_string(),
            guardian: consent.guardian(sealer),
            guardianship: consent.guardianship.map(|relation| relation.to_string()),
            withdrawn_on: consent.withdrawn_on.map(|day| day.to_string()),
            withdrawn_method: consent.withdrawn_method.map(|method| method.to_string()),
            has_paper: consent.file_id.is_some(),
            recorded_at: consent.recorded_at.rfc3339(),
            holds: consent.holds(),
            void_reason: consent.void_reason,
        }
    }
}

/// The person in the center that is meant: the one that is named, or the first that knows them.
async fn opened(by: &Coordinator, conn: &mut Conn, id: PersonId, center: Option<CenterId>) -> Result<(Center, Person)> {
    let center = match center {
        Some(center) => center,
        None => people::queries::center_of(by, conn, id).await?,
    };
    people::queries::open_in(by, conn, center, id).await
}

fn named(fields: &Fields) -> Result<Option<CenterId>> {
    let mut read = fields.read();
    let center = read.optional("center", parse::choice);
    read.finish(|| center)
}

/// All that the person said to a center, the first first; mistaken entries too. `center` is needed where several know the person.
#[utoipa::path(context_path = "/api/v1", tag = "consents", params(("id" = i64, Path), ("center" = Option<i64>, Query)), responses((status = 200, body = List<ConsentJson>), (status = "4XX", body = Problem)))]
#[get("/people/<id>/consents?<center>")]
pub(crate) async fn list(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    id: PersonId,
    center: Option<&str>,
) -> Result<Json<List<ConsentJson>>> {
    let center = center.map(|center| api::asked("center", Some(center), parse::choice)).transpose()?;
    let mut conn = db.read().await?;
    let (center, person) = opened(&by, &mut conn, id, center).await?;
    let said = queries::of_person(&mut conn, center.id(), person.id).await?;
    Ok(Json(List::whole(said.into_iter().map(|one| ConsentJson::of(one, sealer)).collect())))
}

/// What a person, or their guardian, said.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::consent` reads it")]
pub(crate) struct NewConsent {
    /// Needed where several centers know the person
    center: Option<i64>,
    /// `service` or `photos`
    purpose: String,
    /// `given` or `declined`
    answer: String,
    /// Today at the latest
    given_on: String,
    /// `paper`, `spoken`, `call` or `message`
    given_method: String,
    /// Of the words; those of the day, where it is left out
    version: Option<i64>,
    /// Needed, with what they are to the person, for a child under 14
    guardian: Option<String>,
    /// `parent`, `grandparent` or `other`
    guardianship: Option<String>,
}

/// Writes down what a person said. 409 `consent_recorded` where just that is on record, `consent_stands` for a no beside a yes.
#[utoipa::path(context_path = "/api/v1", tag = "consents", params(("id" = i64, Path)), request_body = NewConsent, responses((status = 201, body = ConsentJson), (status = "4XX", body = Problem)))]
#[post("/people/<id>/consents", data = "<fields>")]
pub(crate) async fn give(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PersonId,
    fields: Fields,
) -> Result<Created<Json<ConsentJson>>> {
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id, named(&fields)?).await?;
    let input = forms::consent(&fields, center.zone.date(now.0))?;
    let said = actions::give(&by, now, &mut tx, sealer, (&center, person.id), &input).await?;
    let said = queries::find(&mut tx, (center.id(), person.id), said).await?;
    tx.commit().await?;
    Ok(Created::new(format!("/api/v1/people/{id}/consents")).body(Json(ConsentJson::of(said, sealer))))
}

/// That a person takes a consent back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::withdrawal` reads it")]
pub(crate) struct NewWithdrawal {
    /// Needed where several centers know the person
    center: Option<i64>,
    /// `service` or `photos`
    purpose: String,
    /// Today at the latest
    withdrawn_on: String,
    /// `paper`, `spoken`, `call` or `message`
    withdrawn_method: String,
}

/// Takes back every consent to the purpose. 409 `no_consent` where there is none.
#[utoipa::path(context_path = "/api/v1", tag = "consents", params(("id" = i64, Path)), request_body = NewWithdrawal, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/consents/withdrawal", data = "<fields>")]
pub(crate) async fn withdraw(by: Coordinator, db: &Db, now: Now, id: PersonId, fields: Fields) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id, named(&fields)?).await?;
    let input = forms::withdrawal(&fields, "", center.zone.date(now.0))?;
    actions::withdraw(&by, now, &mut tx, (&center, person.id), &input).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// Why an entry is a mistake.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::void_reason` reads it")]
pub(crate) struct MistakenConsent {
    /// Needed where several centers know the person
    center: Option<i64>,
    reason: String,
}

/// Marks an entry as a mistake, with its withdrawal; it stays on record. 404 where that was done before.
#[utoipa::path(context_path = "/api/v1", tag = "consents", params(("id" = i64, Path), ("consent" = i64, Path)), request_body = MistakenConsent, responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/consents/<consent>/void", data = "<fields>")]
pub(crate) async fn void(
    by: Coordinator,
    db: &Db,
    now: Now,
    id: PersonId,
    consent: ConsentId,
    fields: Fields,
) -> Result<NoContent> {
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id, named(&fields)?).await?;
    let reason = forms::void_reason(&fields, "reason")?;
    actions::void(&by, now, &mut tx, (&center, person.id), consent, &reason).await?;
    tx.commit().await?;
    Ok(NoContent)
}

#[derive(FromForm)]
pub(crate) struct SentConsentPaper {
    paper: SentFile,
}

/// A scan of what was signed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body, which is no JSON")]
pub(crate) struct ConsentPaper {
    /// A photo (JPEG, PNG) or a PDF, up to 10 MB
    #[schema(format = Binary)]
    paper: String,
}

/// Keeps a scan with an entry, sealed; a new one takes the place of the old. `center` as for the list.
#[utoipa::path(context_path = "/api/v1", tag = "consents", params(("id" = i64, Path), ("consent" = i64, Path), ("center" = Option<i64>, Query)), request_body(content = ConsentPaper, content_type = "multipart/form-data"), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/consents/<consent>/paper?<center>", data = "<sent>")]
pub(crate) async fn keep_paper(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PersonId,
    consent: ConsentId,
    center: Option<&str>,
    sent: rocket::form::Result<'_, Multipart<SentConsentPaper>>,
) -> Result<NoContent> {
    let center = center.map(|center| api::asked("center", Some(center), parse::choice)).transpose()?;
    let (center, person) = opened(&by, &mut *db.read().await?, id, center).await?;
    queries::paper(&mut *db.read().await?, (center.id(), person.id), consent).await?;
    let sent = sent.map_err(|_| Error::field("paper", "field.required"))?;
    let scan = sent.into_inner().paper.checked("paper", PAPERS).await?;
    let mut tx = db.begin().await?;
    actions::keep_paper(&by, now, &mut tx, sealer, (&center, person.id), consent, Some(&scan)).await?;
    tx.commit().await?;
    Ok(NoContent)
}

/// The scan of what was signed.
#[utoipa::path(context_path = "/api/v1", tag = "consents", params(("id" = i64, Path), ("consent" = i64, Path), ("center" = Option<i64>, Query)), responses((status = 200, description = "The file", content_type = "application/octet-stream"), (status = "4XX", body = Problem)))]
#[get("/people/<id>/consents/<consent>/paper?<center>")]
pub(crate) async fn paper(
    by: Coordinator,
    db: &Db,
    sealer: &State<Sealer>,
    id: PersonId,
    consent: ConsentId,
    center: Option<&str>,
) -> Result<FileAnswer> {
    let center = center.map(|center| api::asked("center", Some(center), parse::choice)).transpose()?;
    let mut conn = db.read().await?;
    let (center, person) = opened(&by, &mut conn, id, center).await?;
    let paper = queries::paper(&mut conn, (center.id(), person.id), consent).await?.ok_or(Error::NotFound)?;
    Ok(FileAnswer::attachment(files::read(&mut conn, sealer, paper).await?))
}

/// Takes the scan out. 404 where there is none.
#[utoipa::path(context_path = "/api/v1", tag = "consents", params(("id" = i64, Path), ("consent" = i64, Path), ("center" = Option<i64>, Query)), responses((status = 204), (status = "4XX", body = Problem)))]
#[post("/people/<id>/consents/<consent>/paper/removal?<center>")]
pub(crate) async fn remove_paper(
    by: Coordinator,
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    id: PersonId,
    consent: ConsentId,
    center: Option<&str>,
) -> Result<NoContent> {
    let center = center.map(|center| api::asked("center", Some(center), parse::choice)).transpose()?;
    let mut tx = db.begin().await?;
    let (center, person) = opened(&by, &mut tx, id, center).await?;
    queries::paper(&mut tx, (center.id(), person.id), consent).await?.ok_or(Error::NotFound)?;
    actions::keep_paper(&by, now, &mut tx, sealer, (&center, person.id), consent, None).await?;
    tx.commit().await?;
    Ok(NoContent)
}

#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentTextJson {
    id: i64,
    /// `door` (签到), `service` (服务档案) or `photos` (肖像)
    purpose: String,
    version: i64,
    wording: String,
    wording_en: String,
    effective_from: String,
}

impl From<ConsentText> for ConsentTextJson {
    fn from(text: ConsentText) -> Self {
        Self {
            id: text.id.0,
            purpose: text.purpose.to_string(),
            version: text.version,
            wording: text.wording,
            wording_en: text.wording_en,
            effective_from: text.effective_from.to_string(),
        }
    }
}

/// Every version of the words that people agree to, the latest first. Of a purpose those hold that are the last to have begun.
#[utoipa::path(context_path = "/api/v1", tag = "consents", responses((status = 200, body = List<ConsentTextJson>), (status = "4XX", body = Problem)))]
#[get("/consent-texts")]
pub(crate) async fn texts(_by: Coordinator, db: &Db) -> Result<Json<List<ConsentTextJson>>> {
    let texts = queries::texts(&mut *db.read().await?).await?;
    Ok(Json(List::whole(texts.into_iter().map(ConsentTextJson::from).collect())))
}

/// The next version of a purpose's words.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body; `forms::text` reads it")]
pub(crate) struct NewConsentText {
    /// `door`, `service` or `photos`
    purpose: String,
    wording: String,
    wording_en: String,
    /// Today at the earliest, and no earlier than the version before
    effective_from: String,
}

/// Publishes other words: for the city administrator.
#[utoipa::path(context_path = "/api/v1", tag = "consents", request_body = NewConsentText, responses((status = 201, body = ConsentTextJson), (status = "4XX", body = Problem)))]
#[post("/consent-texts", data = "<fields>")]
pub(crate) async fn publish(
    by: CityAdmin,
    db: &Db,
    now: Now,
    door: &State<DoorTexts>,
    fields: Fields,
) -> Result<Created<Json<ConsentTextJson>>> {
    let input = forms::text(&fields, Zone::SHANGHAI.date(now.0))?;
    let mut tx = db.begin().await?;
    let id = actions::publish(&by, now, &mut tx, &input).await?;
    let text = queries::texts(&mut tx).await?.into_iter().find(|text| text.id == id).ok_or(Error::NotFound)?;
    tx.commit().await?;
    door.forget();
    Ok(Created::new("/api/v1/consent-texts").body(Json(text.into())))
}
