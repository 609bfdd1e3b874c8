//! What a form is filled with: of one agreement what its report has, or what is counted now; of several agreements together what is
//! counted now.

use super::periods::FormDays;
use super::queries;
use super::rules::{self, FormSubject, FormWants};
use super::types::{FormSource, PurchaserForm};
use crate::auth::ReportReader;
use crate::centers::{Center, CenterId};
use crate::clock::{Date, Month, Now};
use crate::error::{Error, Result};
use crate::figures::{self, Figure, Period, Reach, Reported, scope, small_cells};
use crate::periodic_reports::document::{FrozenFigure, FrozenReport};
use crate::periodic_reports::periods::PeriodName;
use crate::periodic_reports::{self, AgreementFrame, ReportedKind, StandingVersion, VersionState};
use crate::sheets::FormValues;
use crate::store::Conn;
use crate::web::text::Named as _;
use crate::web::{Lang, filters};

/// The values of a form: those of its single cells, and a row for each center.
pub(super) struct FormNumbers {
    pub source: FormSource,
    /// The centers' names.
    pub called: String,
    pub whole: FormValues,
    pub rows: Vec<FormValues>,
}

/// What is counted of an agreement's days: in the centers that the reader reads, and whether these are all of them.
struct AgreedPart<'a> {
    frame: &'a AgreementFrame,
    days: &'a FormDays,
    reach: Reach,
    centers: Vec<Center>,
    is_whole: bool,
}

/// An agreement's days, in one of its centers or in all that the reader reads.
///
/// # Errors
/// `NotFound` where the reader does not read them; `Refused("period_not_over")`.
pub(super) async fn of_agreement(
    by: &ReportReader,
    conn: &mut Conn,
    (now, lang): (Now, Lang),
    (frame, center): (&AgreementFrame, Option<CenterId>),
    (days, wants): (&FormDays, &FormWants),
) -> Result<FormNumbers> {
    if !small_cells::is_told_to_all(conn, now, days.days.to).await? {
        return Err(Error::refused("period_not_over"));
    }
    let place = center.map_or(Reported::City, Reported::Center);
    let (reach, is_whole) = match scope::agreement_in(by, conn, now, (frame.id, &place), days.days).await {
        // Those of its centers that are the reader's.
        Err(Error::NotFound) if center.is_none() => (scope::agreement(by, conn, now, frame.id).await?, false),
        found => (found?, true),
    };
    let has_days = |one: &&Center| !reach.days(one.id(), days.days).is_empty();
    let centers: Vec<Center> = reach.centers().iter().filter(has_days).cloned().collect();
    if centers.is_empty() {
        return Err(Error::NotFound);
    }
    let part = AgreedPart { frame, days, reach, centers, is_whole };
    let versions = periodic_reports::queries::standing_versions(conn, &[(frame.id, days.days)]).await?;
    match last(&versions) {
        Some(version) => part.as_reported(version, lang),
        None => part.as_counted(conn, (now, lang), wants).await,
    }
}

/// The version that is to be trusted most: what was accepted, or else what was submitted last.
pub(super) fn last<'a>(versions: impl IntoIterator<Item = &'a StandingVersion>) -> Option<&'a StandingVersion> {
    versions.into_iter().max_by_key(|version| (version.state == VersionState::Accepted, version.number))
}

impl AgreedPart<'_> {
    /// As a version has it: of one center alone every number, of several those that each has by itself.
    fn as_reported(&self, version: &StandingVersion, lang: Lang) -> Result<FormNumbers> {
        let document = FrozenReport::read(&version.document)?;
        let parties = (document.agreement.purchaser.as_str(), document.agreement.provider.as_str());
        let known = |center: &Center| document.centers.iter().find(|known| known.id == center.id());
        let mut listed: Vec<&Center> = self.centers.iter().filter(|center| known(center).is_some()).collect();
        if listed.is_empty() {
            listed = self.centers.iter().collect();
        }
        let name = |center: &Center| known(center).map_or_else(|| center.head.name.clone(), |known| known.name.clone());
        let names: Vec<String> = listed.iter().map(|center| name(center)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let row = |(center, name): (&&Center, &&str)| {
            let part = document.by_center.iter().find(|part| part.center == center.id());
            let figures: &[FrozenFigure] = match document.centers.as_slice() {
                [only] if only.id == center.id() => &document.figures,
                _ => part.map_or(&[], |part| part.figures.as_slice()),
            };
            let counted = self.reach.days(center.id(), self.days.days);
            rules::values(&about(lang, self.days, (&[*name], &counted), parties), figures, lang)
        };
        let rows: Vec<FormValues> = listed.iter().zip(&names).map(row).collect();
        let is_listed = |id: CenterId| listed.iter().any(|center| center.id() == id);
        let is_whole = self.is_whole && document.centers.iter().all(|known| is_listed(known.id));
        let about_all = about(lang, self.days, (&names, &[self.days.days]), parties);
        let whole = match rows.as_slice() {
            [only] => only.clone(),
            _ if is_whole => rules::values(&about_all, &document.figures, lang),
            _ => about_all.values(),
        };
        Ok(FormNumbers { source: version.into(), called: names.join("、"), whole, rows })
    }

    /// As it is counted now, for the purchaser.
    async fn as_counted(&self, conn: &mut Conn, (now, lang): (Now, Lang), wants: &FormWants) -> Result<FormNumbers> {
        let period = self.days.days;
        let parties = (self.frame.purchaser.as_str(), self.frame.provider.as_str());
        let told = scope::as_reported_to(conn, now, self.frame.id, &self.reach).await?;
        let names: Vec<&str> = self.centers.iter().map(|center| center.head.name.as_str()).collect();
        let found = figures::count_each(conn, (&told, period), now, &wants.sections).await?;
        let row = |(center, name): (&Center, &&str)| {
            let about = about(lang, self.days, (&[*name], &told.days(center.id(), period)), parties);
            rules::values(&about, &found.of_center(center.id()), lang)
        };
        let rows: Vec<FormValues> = self.centers.iter().zip(&names).map(row).collect();
        let about_all = about(lang, self.days, (&names, &[period]), parties);
        let whole = match rows.as_slice() {
            [only] => only.clone(),
            _ if self.is_whole && wants.totals => rules::values(&about_all, &found.together(), lang),
            _ => about_all.values(),
        };
        Ok(FormNumbers { source: FormSource::Live, called: names.join("、"), whole, rows })
    }
}

/// A center's days, of all agreements of the form's purchaser together.
///
/// # Errors
/// As [`scope::center`]'s.
pub(super) async fn together(
    by: &ReportReader,
    conn: &mut Conn,
    (now, lang): (Now, Lang),
    (form, center): (&PurchaserForm, CenterId),
    (days, wants): (&FormDays, &FormWants),
) -> Result<FormNumbers> {
    let own = scope::center(by, conn, now, center, days.days).await?;
    let center = own.centers().first().cloned().ok_or(Error::NotFound)?;
    let reach = scope::as_told_to(conn, now, form.purchaser_id, &own).await?;
    let found = figures::count_each(conn, (&reach, days.days), now, &wants.sections).await?;
    let whole = of_one((&reach, &center), &found.of_center(center.id()), lang, (form, days));
    Ok(FormNumbers { source: FormSource::Together, called: center.head.name, rows: vec![whole.clone()], whole })
}

/// The same of all centers of the form's purchaser that the reader reaches.
///
/// # Errors
/// As [`scope::all`]'s; `NotFound` where there is none.
pub(super) async fn all_together(
    by: &ReportReader,
    conn: &mut Conn,
    (now, lang): (Now, Lang),
    form: &PurchaserForm,
    (days, wants): (&FormDays, &FormWants),
) -> Result<FormNumbers> {
    let paid = queries::paid_by(by, conn, form.purchaser_id, days.days).await?;
    let own = scope::all(by, conn, now, days.days).await?;
    let all = scope::as_told_to(conn, now, form.purchaser_id, &own).await?;
    let reach = all.among(&paid);
    let centers = reach.centers();
    if centers.is_empty() {
        return Err(Error::NotFound);
    }
    let found = figures::count_each(conn, (&reach, days.days), now, &wants.sections).await?;
    let row = |center: &Center| of_one((&reach, center), &found.of_center(center.id()), lang, (form, days));
    let rows: Vec<FormValues> = centers.iter().map(row).collect();
    let names: Vec<&str> = centers.iter().map(|center| center.head.name.as_str()).collect();
    let about_all = about(lang, days, (&names, &[days.days]), (&form.purchaser, ""));
    let is_whole = all.centers().len() == centers.len();
    let whole = match rows.as_slice() {
        [only] => only.clone(),
        _ if is_whole && wants.totals => rules::values(&about_all, &found.together(), lang),
        _ => about_all.values(),
    };
    Ok(FormNumbers { source: FormSource::Together, called: names.join("、"), whole, rows })
}

/// What a center's days say.
fn of_one(
    (reach, center): (&Reach, &Center),
    found: &[Figure],
    lang: Lang,
    (form, days): (&PurchaserForm, &FormDays),
) -> FormValues {
    let parties = (form.purchaser.as_str(), center.provider.as_deref().unwrap_or_default());
    let agreed = reach.days(center.id(), days.days);
    rules::values(&about(lang, days, (&[center.head.name.as_str()], &agreed), parties), found, lang)
}

/// What numbers are of: the centers, and the days that are counted.
fn about(
    lang: Lang,
    days: &FormDays,
    (names, counted): (&[&str], &[Period]),
    (purchaser, provider): (&str, &str),
) -> FormSubject {
    let first = counted.iter().map(|part| part.from).min().unwrap_or(days.days.from);
    let last = counted.iter().map(|part| part.last()).max().unwrap_or(days.days.last());
    FormSubject {
        center: names.join("、"),
        period: called(lang, days, counted),
        from: first.to_string(),
        to: last.to_string(),
        purchaser: purchaser.to_owned(),
        provider: provider.to_owned(),
    }
}

/// What the days are called. Of a month of which only some are counted it says which.
fn called(lang: Lang, days: &FormDays, counted: &[Period]) -> String {
    let is_cut = days.kind == ReportedKind::Month && days.days != Period::from(Month::of(days.days.from));
    match counted {
        [whole] if *whole == days.days && !is_cut => PeriodName::of(days.kind, days.days).in_lang(lang).to_owned(),
        parts => {
            let day = |date: Date| filters::plain_date(lang, date.0);
            let parts = parts.iter().map(|days| format!("{} – {}", day(days.from), day(days.last())));
            parts.collect::<Vec<_>>().join("、")
        }
    }
}
