//! The page on which a person's own data is asked for, and the file as its answer.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::own::{self, Asker};
use crate::auth::Coordinator;
use crate::centers::{Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::queries::open_in;
use crate::people::{Person, PersonId};
use crate::store::{Db, Sealer};
use crate::web::nav::Tab;
use crate::web::table::File;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, hand_out]
}

#[derive(Template)]
#[template(path = "exports/own_data.html")]
struct OwnDataPage {
    center: Center,
    person: Person,
    form: Form,
}

impl OwnDataPage {
    fn back(&self) -> String {
        self.center.path(format_args!("/people/{}", self.person.id))
    }

    fn askers(&self) -> &'static [Asker] {
        Asker::ALL
    }
}

impl View for OwnDataPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("own_data.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::People)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/people/<id>/own-data")]
async fn show(by: Coordinator, db: &Db, center: CenterId, id: PersonId) -> Result<Page<OwnDataPage>> {
    let (center, person) = open_in(&by, &mut *db.read().await?, center, id).await?;
    Ok(Page(OwnDataPage { center, person, form: Form::new() }))
}

/// Fields `asker identity`. The answer is the workbook, in the language of whoever hands it out.
#[post("/centers/<center>/people/<id>/own-data", data = "<fields>")]
async fn hand_out(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
    id: PersonId,
    fields: Fields,
) -> Result<Result<File, Submitted<OwnDataPage>>> {
    let (center, person) = open_in(&by, &mut *db.read().await?, center, id).await?;
    let made = async {
        let request = own::read(&fields)?;
        let mut tx = db.begin().await?;
        let data = own::hand_out(&by, now, &mut tx, sealer, (&center, &person), &request).await?;
        tx.commit().await?;
        data.workbook(lang)
    };
    match made.await {
        Ok(file) => Ok(Ok(file)),
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) => {
            let form = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(OwnDataPage { center, person, form })))
        }
        Err(error) => Err(error),
    }
}
