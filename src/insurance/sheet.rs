//! The list of the insured for the insurer: names, dates of birth, ID and phone numbers in full, for a reason that is kept.

use rocket::{Route, State, post, routes};

use super::pages::InsurancePage;
use super::types::{Insurance, InsuranceId};
use super::{forms, queries};
use crate::audit;
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::people::{self, PersonId};
use crate::store::{Conn, Db, Sealer};
use crate::web::table::{Cell, File, Table};
use crate::web::{Fields, Form, Lang, Submitted};

pub(super) fn routes() -> Vec<Route> {
    routes![hand_out]
}

/// Somebody as an insurer asks: numbers in full.
pub(super) struct InsurerRow {
    pub name: String,
    pub sex: Option<people::Sex>,
    pub birth_date: Option<crate::clock::Date>,
    pub id_number: Option<String>,
    pub phone: Option<String>,
}

/// The rows of a policy's list, told in the audit with the reason and their number.
pub(super) async fn rows(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    sealer: &Sealer,
    (center, insurance): (&Center, &Insurance),
    reason: &str,
) -> Result<Vec<InsurerRow>> {
    let today = center.zone.date(now.0);
    let day = today.max(insurance.valid_from).min(insurance.valid_to);
    let insured = queries::insured(tx, insurance.id, day).await?;
    let ids: Vec<PersonId> = insured.iter().map(|one| one.person.id).collect();
    let people = people::queries::these(tx, center.id(), &ids).await?;
    let row = |person: people::Person| InsurerRow {
        sex: person.sex,
        birth_date: person.birth_date,
        id_number: person.id_number(sealer).map(|number| number.as_str().to_owned()),
        phone: person.phone(sealer).map(|phone| phone.as_str().to_owned()),
        name: person.name,
    };
    let rows: Vec<InsurerRow> = people.into_iter().map(row).collect();
    let detail = format!("{reason}, {}", rows.len());
    let entry = audit::entry("insurance.list_handed_out", insurance.id.0).at(center.id());
    audit::record(tx, by, now, entry.because(&detail)).await?;
    Ok(rows)
}

/// Field `reason`. Every cell is text, as insurers' forms want them.
#[post("/centers/<center>/insurances/<id>/list", data = "<fields>")]
async fn hand_out(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
    id: InsuranceId,
    fields: Fields,
) -> Result<Result<File, Submitted<InsurancePage>>> {
    let opened = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let reason = forms::reason(&fields)?;
        let mut tx = db.begin().await?;
        let insurance = queries::find(&mut tx, opened.id(), id).await?;
        let rows = rows(&by, now, &mut tx, sealer, (&opened, &insurance), &reason).await?;
        tx.commit().await?;
        let head = ["people.name", "people.sex", "people.birth_date", "people.id_number", "people.phone"];
        let mut table = Table::new(format!("insured-{id}"), head.into_iter().map(|key| lang.text(key)));
        for row in rows {
            let text = |value: Option<String>| value.map_or(Cell::Empty, Cell::Text);
            table.row([
                Cell::Text(row.name),
                text(row.sex.map(|sex| lang.text(sex.key()))),
                text(row.birth_date.map(|day| day.to_string())),
                text(row.id_number),
                text(row.phone),
            ]);
        }
        table.xlsx()
    };
    match made.await {
        Ok(file) => Ok(Ok(file)),
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) => {
            let mut page = InsurancePage::load(&by, &mut *db.read().await?, now, (center, id)).await?;
            page.handing = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(page)))
        }
        Err(error) => Err(error),
    }
}
