//! A form filled: for one center, or with a row for each center that its purchaser pays for. Whoever fills it, it goes to the
//! purchaser: it says what the purchaser is told, of the days that it pays for and with no small number.

use super::types::{CheckedNames, FormKey, PurchaserForm};
use super::{PurchaserFormId, forms, queries, rules, sample};
use crate::auth::ReportReader;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::error::{Error, Result};
use crate::figures::{self, Period, Reach, TeamTally, scope};
use crate::files::{self, FileKind, KeptFile};
use crate::hands;
use crate::sheets::{self, FormValues};
use crate::store::{Conn, Sealer};
use crate::web::{Lang, filters};

/// A center's month in a form of a purchaser that pays for it.
///
/// # Errors
/// `NotFound` where the viewer may not read the center's month, or the form is of none of its purchasers; `Refused` where the
/// workbook cannot be filled.
pub async fn of_center(
    by: &ReportReader,
    conn: &mut Conn,
    (sealer, now, lang): (&Sealer, Now, Lang),
    (center, form): (CenterId, PurchaserFormId),
    month: Month,
) -> Result<KeptFile> {
    let period = Period::from(month);
    let own = scope::center(by, conn, now, center, period).await?;
    let center = own.centers().first().cloned().ok_or(Error::NotFound)?;
    let found = queries::of_center(by, conn, center.id(), period).await?;
    let form = found.into_iter().find(|found| found.id == form).ok_or(Error::NotFound)?;
    let reach = scope::as_told_to(conn, now, form.purchaser_id, &own).await?;
    let values = values_of(conn, (&reach, &center), (now, lang), (&form, month)).await?;
    let name = format!("{} {} {month}.xlsx", form.name, center.head.name);
    filled(conn, sealer, &form, name, (values.clone(), vec![values])).await
}

/// All centers of a form's purchaser that the viewer reaches: a row for each, in the order in which Linli counts them, and in single
/// cells what they come to together, each person once.
///
/// # Errors
/// As [`of_center`]'s; `Refused("form_wants_totals")` where single cells ask for the sum of several centers and the viewer reads
/// others as well: then only the purchaser's own reach is that sum.
pub async fn of_all(
    by: &ReportReader,
    conn: &mut Conn,
    (sealer, now, lang): (&Sealer, Now, Lang),
    form: PurchaserFormId,
    month: Month,
) -> Result<KeptFile> {
    let period = Period::from(month);
    let (form, paid) = queries::with_centers(by, conn, form, period).await?;
    let own = scope::all(by, conn, now, period).await?;
    let all = scope::as_told_to(conn, now, form.purchaser_id, &own).await?;
    let centers: Vec<Center> = all.centers().iter().filter(|center| paid.contains(&center.id())).cloned().collect();
    let mut rows = Vec::new();
    for center in &centers {
        let reach = all.of_one(center.id());
        rows.push(values_of(conn, (&reach, center), (now, lang), (&form, month)).await?);
    }
    let whole = match rows.as_slice() {
        [] => return Err(Error::NotFound),
        [only] => only.clone(),
        _ => {
            let names: Vec<&str> = centers.iter().map(|center| center.head.name.as_str()).collect();
            let about = rules::FormSubject {
                center: names.join("、"),
                period: filters::long_month(lang, month.first().0),
                from: period.from.to_string(),
                to: period.last().to_string(),
                purchaser: form.purchaser.clone(),
                provider: String::new(),
            };
            if all.centers().len() == centers.len() {
                let numbers = figures::count(conn, &all, period, now).await?;
                rules::values(&about, &figures::figures(&numbers), lang)
            } else {
                about.values()
            }
        }
    };
    let bytes = files::read(conn, sealer, form.file_id).await?.bytes;
    let wants_more = forms::names(bytes).await?.into_iter().any(|name| {
        let is_known = rows.first().is_some_and(|row| row.get(&name.key).is_some());
        !name.is_a_list() && is_known && whole.get(&name.key).is_none()
    });
    if wants_more {
        return Err(Error::refused("form_wants_totals"));
    }
    let name = format!("{} {month}.xlsx", form.name);
    filled(conn, sealer, &form, name, (whole, rows)).await
}

/// What a center's month says, for a form.
async fn values_of(
    conn: &mut Conn,
    (reach, center): (&Reach, &Center),
    (now, lang): (Now, Lang),
    (form, month): (&PurchaserForm, Month),
) -> Result<FormValues> {
    let period = Period::from(month);
    let numbers = figures::count(conn, reach, period, now).await?;
    let counted = reach.days(center.id(), period);
    let first = counted.iter().map(|days| days.from).min().unwrap_or(period.from);
    let last = counted.iter().map(|days| days.last()).max().unwrap_or(period.last());
    let day = |date: Date| filters::plain_date(lang, date.0);
    let about = rules::FormSubject {
        center: center.head.name.clone(),
        // A month of which only some days are counted says which.
        period: match counted.as_slice() {
            [whole] if *whole == period => filters::long_month(lang, month.first().0),
            parts => {
                let parts = parts.iter().map(|days| format!("{} – {}", day(days.from), day(days.last())));
                parts.collect::<Vec<_>>().join("、")
            }
        },
        from: first.to_string(),
        to: last.to_string(),
        purchaser: form.purchaser.clone(),
        provider: center.provider.clone().unwrap_or_default(),
    };
    Ok(rules::values(&about, &figures::figures(&numbers), lang))
}

async fn filled(
    conn: &mut Conn,
    sealer: &Sealer,
    form: &PurchaserForm,
    name: String,
    (whole, rows): (FormValues, Vec<FormValues>),
) -> Result<KeptFile> {
    let bytes = files::read(conn, sealer, form.file_id).await?.bytes;
    let made = hands::KNOWN.lend(move || sheets::fill(&bytes, &whole, &rows)).await?;
    let made = made.map_err(|fault| fault.in_field("file"))?;
    Ok(KeptFile { kind: FileKind::Xlsx, name, bytes: made.bytes })
}

/// The keys that a form may have, from the one list of figures: of a month in which nothing was.
pub(super) async fn known_keys(by: &ReportReader, conn: &mut Conn, now: Now, lang: Lang) -> Result<Vec<FormKey>> {
    let month = Period::from(Month::of(Date::parse("2000-01-01").unwrap_or(Date::FIRST)));
    let reach = scope::all(by, conn, now, month).await?;
    let mut numbers = figures::count(conn, &reach, month, now).await?;
    // The list leaves out kinds of team in which nobody served.
    let kinds = queries::team_kinds(conn).await?.into_iter().map(Some).chain([None]);
    numbers.teams = kinds.map(|kind| TeamTally { kind, visits: 0, persons: 0, minutes: 0 }).collect();
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
    let bytes = files::read(conn, sealer, form.file_id).await?.bytes;
    Ok(rules::check(forms::names(bytes).await?, &known, lang))
}
