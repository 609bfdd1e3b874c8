//! The words that people agree to: every version, and the form of the next one.

use askama::Template;
use rocket::{Route, State, get, post, routes, uri};

use super::door::DoorTexts;
use super::types::{ConsentText, Purpose};
use super::{actions, forms, queries};
use crate::auth::{CityAdmin, Coordinator};
use crate::clock::{Date, Now, Zone};
use crate::error::{Error, Result};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![list, publish]
}

#[derive(Template)]
#[template(path = "consents/texts.html")]
struct ConsentTexts {
    texts: Vec<ConsentText>,
    today: Date,
    /// Who does a center's work reads them; the city administrator publishes.
    may_publish: bool,
    form: Form,
}

impl ConsentTexts {
    async fn load(conn: &mut Conn, now: Now, may_publish: bool, form: Option<Form>) -> Result<Self> {
        let today = Zone::SHANGHAI.date(now.0);
        let form = form.unwrap_or_else(|| Form::filled(Fields::default().with("effective_from", today)));
        Ok(Self { texts: queries::texts(conn).await?, today, may_publish, form })
    }

    fn purposes(&self) -> &'static [Purpose] {
        Purpose::ALL
    }

    fn of(&self, purpose: &Purpose) -> impl Iterator<Item = &ConsentText> {
        self.texts.iter().filter(move |text| text.purpose == *purpose)
    }

    /// Whether these are before people today.
    fn holds(&self, text: &ConsentText) -> bool {
        self.of(&text.purpose).find(|one| one.effective_from <= self.today).is_some_and(|one| one.id == text.id)
    }

    fn is_to_come(&self, text: &ConsentText) -> bool {
        self.today < text.effective_from
    }
}

impl View for ConsentTexts {
    fn title(&self, lang: Lang) -> String {
        lang.text("consents.texts")
    }

    fn frame(&self) -> Frame<'_> {
        Frame::City(Tab::Catalogs)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/consent-texts")]
async fn list(by: Coordinator, db: &Db, now: Now) -> Result<Page<ConsentTexts>> {
    Ok(Page(ConsentTexts::load(&mut *db.read().await?, now, CityAdmin::includes(by.role), None).await?))
}

#[post("/consent-texts", data = "<fields>")]
async fn publish(
    by: CityAdmin,
    db: &Db,
    now: Now,
    door: &State<DoorTexts>,
    fields: Fields,
) -> Result<Submitted<ConsentTexts>> {
    let made = async {
        let input = forms::text(&fields, Zone::SHANGHAI.date(now.0))?;
        let mut tx = db.begin().await?;
        actions::publish(&by, now, &mut tx, &input).await?;
        tx.commit().await?;
        door.forget();
        Ok::<_, Error>(uri!(list))
    };
    Submitted::of(made.await, "done.text_published", async |errors| {
        ConsentTexts::load(&mut *db.read().await?, now, true, Some(Form::again(fields, errors))).await
    })
    .await
}
