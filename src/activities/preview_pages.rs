//! The page that shows a series date by date before it is saved.

use askama::Template;
use rocket::http::Status;

use super::forms::{Choices, Plan};
use super::pages::{self, Draft, Scheduled};
use super::picks::{Bulk, Picks};
use super::preview::{self, AskedOfPreview, Laid, PreviewRow, PreviewSort};
use super::repeat::RuleWords;
use super::{ROOM_TAKEN, booking};
use crate::auth::Coordinator;
use crate::centers::Center;
use crate::clock::Now;
use crate::error::{Error, Fault, FieldErrors, Result};
use crate::fields::time_value;
use crate::store::Db;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, View, filters};

/// Every date of a series, before it is saved.
#[derive(Template)]
#[template(path = "activities/preview.html")]
pub(super) struct Preview {
    center: Center,
    plan: Plan,
    repeats: RuleWords,
    laid: Laid,
    form: Form,
    carried: Vec<(String, String)>,
    /// Whether skipped dates are made up at the end.
    makes_up: bool,
    /// True if something was picked that cannot be.
    faulty: bool,
}

/// The fields that the preview itself asks; all others are the plan's.
const OWN: [&str; 5] = ["confirm", "edit", "apply", "make_up", "overlap_reason"];

/// The plan's fields, carried along hidden, whatever they are. Those of dates and sorts have a dot in their names.
fn carried(fields: &Fields) -> Vec<(String, String)> {
    let names = fields.names().filter(|name| !name.contains('.') && !OWN.contains(name));
    let values = names.flat_map(|name| fields.all(name).iter().map(move |value| (name.to_owned(), value.clone())));
    values.filter(|(_, value)| !value.is_empty()).collect()
}

impl Preview {
    fn blocked(&self) -> usize {
        self.laid.rows.iter().filter(|row| !row.state.is_free()).count()
    }

    fn holidays(&self) -> usize {
        self.laid.rows.iter().filter(|row| row.state.is_free() && row.holiday.is_some()).count()
    }

    fn busy(&self) -> usize {
        self.laid.rows.iter().filter(|row| !row.busy.is_empty()).count()
    }

    /// The time of a row's date in its fields: as typed, or the plan's.
    fn typed(&self, row: &PreviewRow) -> (String, String) {
        let slot = self.plan.place.slot;
        match &row.typed {
            (starts, ends) if starts.is_empty() && ends.is_empty() => (time_value(slot.from), time_value(slot.to)),
            typed => typed.clone(),
        }
    }

    fn planned(&self) -> (String, String) {
        let slot = self.plan.place.slot;
        (time_value(slot.from), time_value(slot.to))
    }

    /// Whether nothing is to be asked about: every date is free.
    fn is_plain(&self) -> bool {
        self.blocked() + self.holidays() + self.busy() == 0
    }

    /// Whether the rooms can be had on the dates of a sort.
    fn is_free(&self, sort: &PreviewSort) -> bool {
        matches!(sort, PreviewSort::Holiday | PreviewSort::Busy)
    }

    fn asks_about_overlap(&self) -> bool {
        self.form.fault("overlap_reason").is_some() || !self.form.value("overlap_reason").is_empty()
    }
}

impl View for Preview {
    fn title(&self, lang: Lang) -> String {
        lang.text("preview.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn is_answer(&self) -> bool {
        true
    }
}

/// What came of a look at the dates: saved, or to be shown (again).
enum PreviewOutcome {
    Saved(super::ActivityId),
    Shown { laid: Laid, faulty: bool, errors: FieldErrors },
}

/// Shows a series, or saves it as it was picked.
pub(super) async fn series(by: &Coordinator, now: Now, db: &Db, lang: Lang, draft: Draft) -> Result<Scheduled> {
    let Draft { center, choices, plan, fields } = draft;
    let picks = Picks::read(&fields);
    // The first look makes up for what is lost; afterwards it is as the box says.
    let makes_up = picks.is_empty() || fields.get("make_up") == "1";
    let asked = AskedOfPreview { picks: &picks, bulk: Bulk::read(&fields), makes_up };
    let confirmed = fields.get("confirm") == "1" && asked.bulk.is_none();
    match decide(by, now, db, (&center, &plan, &choices), &asked, (confirmed, lang)).await? {
        PreviewOutcome::Saved(id) => Ok(pages::scheduled(&center, id)),
        PreviewOutcome::Shown { laid, faulty, errors } => {
            let status = if confirmed { Status::UnprocessableEntity } else { Status::Ok };
            let carried = carried(&fields);
            let repeats = plan.repeat.as_ref().map_or(RuleWords::of(None), RuleWords::of_repeat);
            let form = Form::again(fields, errors);
            let page = Preview { center, plan, repeats, laid, form, carried, makes_up, faulty };
            Ok(Scheduled::Preview(Box::new((status, Page(page)))))
        }
    }
}

async fn decide(
    by: &Coordinator,
    now: Now,
    db: &Db,
    (center, plan, choices): (&Center, &Plan, &Choices),
    asked: &AskedOfPreview<'_>,
    (confirmed, lang): (bool, Lang),
) -> Result<PreviewOutcome> {
    let look = async || -> Result<Laid> {
        preview::lay_out(by, &mut *db.read().await?, center, (plan, choices), asked, lang).await
    };
    let mut laid = look().await?;
    if !asked.picks.is_empty() {
        laid.tell_if_empty();
    }
    let mut errors = FieldErrors::default();
    if confirmed && laid.is_busy() && plan.overlap_reason.is_none() {
        errors = FieldErrors::one("overlap_reason", Fault::new("field.busy_on_dates"));
    }
    let is_seen = !asked.picks.is_empty() && !laid.has_grown;
    if confirmed && is_seen && laid.is_sound() && errors.is_empty() {
        match booking::series(by, now, db, center, plan, &laid.dated(plan)).await {
            Ok(id) => return Ok(PreviewOutcome::Saved(id)),
            // Lost to somebody who was faster: the preview shows who, and nothing is saved.
            Err(Error::Refused(refusal)) if refusal.code == ROOM_TAKEN => laid = look().await?,
            Err(Error::Refused(refusal)) => errors = FieldErrors::whole(refusal),
            Err(Error::Invalid(faults)) => errors = faults,
            Err(error) => return Err(error),
        }
    }
    let faulty = confirmed && !asked.picks.is_empty() && !laid.is_sound();
    Ok(PreviewOutcome::Shown { laid, faulty, errors })
}
