//! The form of whoever wants to join a team, on their phone: no account, no password, no script.

use askama::Template;
use rocket::http::{CookieJar, Status};
use rocket::{Either, Route, State, get, post, routes};

use super::{actions, forms, queries};
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::consents::{ConsentText, Guardianship};
use crate::error::{Error, FieldErrors, Refusal, Result};
use crate::ids::{RequestId, TeamId};
use crate::phones::{self, DoorThrottle, Handset};
use crate::store::{Conn, Db, Sealer};
use crate::teams::{PublicTeam, queries as teams};
use crate::web::form::Done;
use crate::web::{Fields, Form, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, send]
}

#[derive(Template)]
#[template(path = "applications/join.html")]
struct JoinPage {
    center: Center,
    team: PublicTeam,
    /// None where nothing was published to agree to: then nobody can be asked.
    words: Option<ConsentText>,
    request: RequestId,
    form: Form,
}

impl JoinPage {
    async fn load(conn: &mut Conn, now: Now, (center, team): (CenterId, TeamId), form: Form) -> Result<Self> {
        let center = centers::queries::public(conn, center).await?;
        let team = teams::public(conn, center.id(), team).await?;
        let words = queries::words(conn, now).await?;
        // A form that was sent with faults keeps its number: it is still the same wish.
        let request = form.value("request_id").parse().unwrap_or_else(|_| RequestId::random());
        Ok(Self { center, team, words, request, form })
    }

    fn is_open(&self) -> bool {
        self.team.recruits.is_set() && self.words.is_some()
    }

    /// Whether the guardian's part came back with faults.
    fn needs_guardian(&self) -> bool {
        ["guardian", "guardianship", "guardian_phone", "guardian_consent"]
            .iter()
            .any(|name| self.form.fault(name).is_some())
    }

    fn guardianships(&self) -> &'static [Guardianship] {
        Guardianship::ALL
    }

    fn path(&self) -> String {
        format!("/agenda/{}/teams/{}", self.center.id(), self.team.id)
    }
}

impl View for JoinPage {
    fn title(&self, lang: Lang) -> String {
        lang.with("applications.join_title", [("n", self.team.name.clone())])
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/agenda/<center>/teams/<id>/joining")]
async fn show(db: &Db, now: Now, center: CenterId, id: TeamId) -> Result<Page<JoinPage>> {
    Ok(Page(JoinPage::load(&mut *db.read().await?, now, (center, id), Form::new()).await?))
}

/// Once it is committed, the phone gets its cookie: the wish is the phone's.
#[post("/agenda/<center>/teams/<id>/joining", data = "<fields>")]
async fn send(
    db: &Db,
    now: Now,
    sealer: &State<Sealer>,
    throttle: &State<DoorThrottle>,
    at: Handset,
    jar: &CookieJar<'_>,
    center: CenterId,
    id: TeamId,
    fields: Fields,
) -> Result<Either<Done, (Status, Page<JoinPage>)>> {
    let read = centers::queries::public(&mut *db.read().await?, center).await?;
    let errors = if throttle.admits(at.browser.address) {
        let made = async {
            let input = forms::joining(&fields, read.zone.date(now.0))?;
            let mut tx = db.begin().await?;
            let team = teams::public(&mut tx, center, id).await?;
            let risks = team.risks.clone().unwrap_or_else(|| at.look.lang.text("teams.risks_default"));
            let (phone, secret) = phones::known_or_new(at.phone, &at.browser.agent, now, &mut tx).await?;
            actions::send(&phone, now, &mut tx, sealer, (&read, &team), (&input, &risks)).await?;
            tx.commit().await?;
            Ok::<_, Error>(secret)
        };
        match made.await {
            Ok(secret) => {
                if let Some(secret) = secret {
                    phones::set_cookie(jar, &at.site, secret);
                }
                return Ok(Either::Left(Done::to("/me", "done.application_sent")));
            }
            Err(error) => (Status::UnprocessableEntity, error.into_field_errors()?),
        }
    } else {
        let whole = Some(Refusal::new("too_many_tries"));
        (Status::TooManyRequests, FieldErrors { fields: Vec::new(), whole })
    };
    let form = Form::again(fields, errors.1);
    let page = JoinPage::load(&mut *db.read().await?, now, (center, id), form).await?;
    Ok(Either::Right(Page(page).with(errors.0)))
}
