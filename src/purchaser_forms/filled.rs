//! A form filled: for one center, or with a row for each center that its purchaser pays for. Whoever fills it, it goes to the
//! purchaser: it says what the purchaser is told, of the days that it pays for and with no small number; and where a report of these days
//! stands, what stands in that.

use super::numbers::{self, FormNumbers};
use super::periods::{FormAsked, FormDays};
use super::rules::FormWants;
use super::types::{CheckedNames, FormFilling, FormKey, PurchaserForm};
use super::{PurchaserFormId, forms, queries, rules, sample};
use crate::auth::ReportReader;
use crate::centers::CenterId;
use crate::clock::{Date, Month, Now};
use crate::error::{Error, Result};
use crate::figures::{self, Period, scope};
use crate::files::{self, FileKind, KeptFile};
use crate::hands;
use crate::sheets::{self, FormName};
use crate::store::{Conn, Sealer};
use crate::web::Lang;

/// A center's days in a form of a purchaser that pays for it.
///
/// # Errors
/// `NotFound` where the viewer may not read these days of the center, or the form is of none of its purchasers; `Refused` where they are
/// not over, or the workbook cannot be filled.
pub async fn of_center(
    by: &ReportReader,
    conn: &mut Conn,
    (sealer, now, lang): (&Sealer, Now, Lang),
    (center, form): (CenterId, PurchaserFormId),
    asked: &FormAsked,
) -> Result<FormFilling> {
    let form = queries::form(by, conn, form).await?;
    let paid = queries::paid(by, conn, Some(form.purchaser_id), Some(center)).await?;
    let days = FormDays::of(&paid, asked)?;
    let book = NamedBook::read(conn, sealer, &form).await?;
    let wanted = (&days, &FormWants::of(&book.names));
    let found = match &days.agreement {
        Some(frame) => numbers::of_agreement(by, conn, (now, lang), (frame, Some(center)), wanted).await?,
        None => numbers::together(by, conn, (now, lang), (&form, center), wanted).await?,
    };
    let name = format!("{} {} {}.xlsx", form.name, found.called, days.word());
    filled(book, name, (days, found)).await
}

/// All centers of a form's purchaser that the viewer reaches: a row for each, in the order in which Linli counts them, and in single
/// cells what they come to together, each person once.
///
/// # Errors
/// As [`of_center`]'s; `Refused("form_wants_totals")` where single cells ask for the sum of several centers and the viewer does not read all
/// of it, or, of several agreements together, reads others as well: then only the purchaser's own reach is that sum.
pub async fn of_all(
    by: &ReportReader,
    conn: &mut Conn,
    (sealer, now, lang): (&Sealer, Now, Lang),
    form: PurchaserFormId,
    asked: &FormAsked,
) -> Result<FormFilling> {
    let form = queries::form(by, conn, form).await?;
    let paid = queries::paid(by, conn, Some(form.purchaser_id), None).await?;
    let days = FormDays::of(&paid, asked)?;
    let book = NamedBook::read(conn, sealer, &form).await?;
    let wanted = (&days, &FormWants::of(&book.names));
    let found = match &days.agreement {
        Some(frame) => numbers::of_agreement(by, conn, (now, lang), (frame, None), wanted).await?,
        None => numbers::all_together(by, conn, (now, lang), &form, wanted).await?,
    };
    let wants_more = book.names.iter().any(|name| {
        let is_known = found.rows.first().is_some_and(|row| row.get(&name.key).is_some());
        !name.is_a_list() && is_known && found.whole.get(&name.key).is_none()
    });
    if wants_more {
        return Err(Error::refused("form_wants_totals"));
    }
    let name = format!("{} {}.xlsx", form.name, days.word());
    filled(book, name, (days, found)).await
}

/// A form's workbook, and which of its cells ask for something.
struct NamedBook {
    bytes: Vec<u8>,
    names: Vec<FormName>,
}

impl NamedBook {
    async fn read(conn: &mut Conn, sealer: &Sealer, form: &PurchaserForm) -> Result<Self> {
        let bytes = files::read(conn, sealer, form.file_id).await?.bytes;
        let names = forms::names(bytes.clone()).await?;
        Ok(Self { bytes, names })
    }
}

async fn filled(
    book: NamedBook,
    name: String,
    (days, FormNumbers { source, whole, rows, .. }): (FormDays, FormNumbers),
) -> Result<FormFilling> {
    let made = hands::KNOWN.lend(move || sheets::fill(&book.bytes, &whole, &rows)).await?;
    let made = made.map_err(|fault| fault.in_field("file"))?;
    let file = KeptFile { kind: FileKind::Xlsx, name, bytes: made.bytes };
    Ok(FormFilling { file, days, source, empty: made.unknown })
}

/// The keys that a form may have, from the one list of figures: of a month in which nothing was.
pub(super) async fn known_keys(by: &ReportReader, conn: &mut Conn, now: Now, lang: Lang) -> Result<Vec<FormKey>> {
    let month = Period::from(Month::of(Date::parse("2000-01-01").unwrap_or(Date::FIRST)));
    let reach = scope::all(by, conn, now, month).await?;
    // The list leaves out kinds of team in which nobody served.
    let kinds = figures::queries::team_kinds(conn).await?;
    let numbers = figures::count(conn, &reach, month, now).await?.with_every_team(kinds);
    Ok(rules::known(&figures::figures(&numbers), lang))
}

/// The sample form, with what each key says in the reader's language.
///
/// # Errors
/// As the database says.
pub async fn empty(by: &ReportReader, conn: &mut Conn, now: Now, lang: Lang) -> Result<KeptFile> {
    sample::sample(&known_keys(by, conn, now, lang).await?, lang)
}

/// What of a kept form is filled.
pub(super) async fn checked(
    by: &ReportReader,
    conn: &mut Conn,
    (sealer, now, lang): (&Sealer, Now, Lang),
    form: &PurchaserForm,
) -> Result<CheckedNames> {
    let known = known_keys(by, conn, now, lang).await?;
    Ok(rules::check(NamedBook::read(conn, sealer, form).await?.names, &known, lang))
}
