//! What the session's page shows of units, and takes in of them.

use rocket::{Route, post, routes};

use super::forms::Meant;
use super::queries::{self, Participation};
use super::{ParticipationInput, actions, forms};
use crate::activities::Session;
use crate::activities::queries::open_in;
use crate::auth::{CenterReader, Coordinator, Viewer};
use crate::centers::CenterId;
use crate::check_in::session::{SessionForm, SessionPage, answer};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::ids::{ParticipationId, SessionId};
use crate::store::{Conn, Db};
use crate::units::{self, UnitId, UnitName, UnitPart};
use crate::web::{Fields, Form, Site, Submitted};

/// The most names that the field suggests: those who take part most. Any other is typed.
const SUGGESTED: i64 = 60;

/// The most units that a name may mean.
const MEANT: i64 = 12;

pub(super) fn routes() -> Vec<Route> {
    routes![take_part, withdraw]
}

/// The units at a session, and, for who may enter more, whom the field suggests.
#[derive(Default)]
pub struct UnitsThere {
    pub taking_part: Vec<Participation>,
    /// Whether the reader may open a unit's page.
    pub opens: bool,
    pub suggested: Vec<UnitName>,
    /// Which the typed name may mean, where it means several.
    pub meant: Vec<UnitName>,
}

impl UnitsThere {
    /// `form` is the one that is shown again, if it is.
    pub async fn load(by: &Viewer, conn: &mut Conn, session: &Session, form: Option<&Form>) -> Result<Self> {
        let mut there = Self {
            taking_part: queries::of_session(conn, session.id).await?,
            opens: CenterReader::includes(by.role),
            ..Self::default()
        };
        if Coordinator::includes(by.role) {
            let (center, day) = (session.center_id, session.local_date);
            there.suggested = units::queries::suggested(conn, center, day, SUGGESTED).await?;
            if let Some(form) = form
                && form.fault("unit").is_some_and(|fault| fault.key == "field.several_units")
            {
                there.meant = units::queries::named(conn, center, day, form.value("unit"), MEANT).await?;
            }
        }
        Ok(there)
    }

    pub fn parts(&self) -> &'static [UnitPart] {
        UnitPart::ALL
    }
}

/// The only unit that a typed name means.
async fn the_one(conn: &mut Conn, session: &Session, text: &str) -> Result<UnitId> {
    let found = units::queries::named(conn, session.center_id, session.local_date, text, MEANT).await?;
    match &*found {
        [one] => Ok(one.id),
        [] => Err(Error::field("unit", "field.no_such_unit")),
        _ => Err(Error::field("unit", "field.several_units")),
    }
}

#[post("/centers/<center>/sessions/<id>/units", data = "<fields>")]
async fn take_part(
    by: Coordinator,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: SessionId,
    fields: Fields,
) -> Result<Submitted<SessionPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let (meant, part, word) = forms::by_name(&fields)?;
        let mut tx = db.begin().await?;
        let unit = match meant {
            Meant::Chosen(unit) => unit,
            Meant::Typed(text) => the_one(&mut tx, &opened.1, &text).await?,
        };
        actions::take_part(&by, now, &mut tx, &opened.1, &ParticipationInput { unit, part, word }).await?;
        tx.commit().await?;
        Ok("done.unit_takes_part")
    };
    let made = made.await;
    answer(&by, db, now, &site, opened, SessionForm::Units, fields, made).await
}

#[post("/centers/<center>/sessions/<id>/units/<participation>/withdrawal")]
async fn withdraw(
    by: Coordinator,
    db: &Db,
    now: Now,
    site: Site,
    center: CenterId,
    id: SessionId,
    participation: ParticipationId,
) -> Result<Submitted<SessionPage>> {
    let opened = open_in(&by, now, &mut *db.read().await?, center, id).await?;
    let made = async {
        let mut tx = db.begin().await?;
        actions::withdraw(&by, now, &mut tx, &opened.1, participation).await?;
        tx.commit().await?;
        Ok("done.unit_withdrawn")
    };
    let made = made.await;
    answer(&by, db, now, &site, opened, SessionForm::Units, Fields::default(), made).await
}
