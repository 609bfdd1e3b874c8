//! The page that shows a series date by date before it is saved.

use askama::Template;
use rocket::http::Status;

use super::actions::Dated;
use super::forms::Plan;
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
pub(crate) struct Preview {
    center: Center,
    plan: Plan,
    repeats: RuleWords,
    laid: Laid,
    form: Form,
    /// Where it is sent.
    action: String,
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

/// What a look at the dates of a draft's series found, as they were picked.
pub(crate) struct SeriesLook {
    laid: Laid,
    makes_up: bool,
    is_confirmed: bool,
    /// False at the first look.
    is_picked: bool,
    errors: FieldErrors,
}

impl SeriesLook {
    pub(crate) async fn at(by: &Coordinator, db: &Db, lang: Lang, draft: &Draft) -> Result<Self> {
        let Draft { center, choices, plan, fields, .. } = draft;
        let picks = Picks::read(fields);
        let is_picked = !picks.is_empty();
        // The first look makes up for what is lost; afterwards it is as the box says.
        let makes_up = !is_picked || fields.get("make_up") == "1";
        let asked = AskedOfPreview { picks: &picks, bulk: Bulk::read(fields), makes_up };
        let is_confirmed = fields.get("confirm") == "1" && asked.bulk.is_none();
        let mut laid = preview::lay_out(by, &mut *db.read().await?, center, (plan, choices), &asked, lang).await?;
        if is_picked {
            laid.tell_if_empty();
        }
        let mut errors = FieldErrors::default();
        if is_confirmed && laid.is_busy() && plan.overlap_reason.is_none() {
            errors = FieldErrors::one("overlap_reason", Fault::new("field.busy_on_dates"));
        }
        Ok(Self { laid, makes_up, is_confirmed, is_picked, errors })
    }

    /// The dates to be saved, once all were seen, nothing is wrong with any, and they were confirmed.
    pub(crate) fn dated(&self, plan: &Plan) -> Option<Vec<Dated>> {
        let is_seen = self.is_picked && !self.laid.has_grown;
        let is_ready = self.is_confirmed && is_seen && self.laid.is_sound() && self.errors.is_empty();
        is_ready.then(|| self.laid.dated(plan))
    }

    /// The look again after its dates could not be saved. Lost to somebody who was faster: it shows who.
    pub(crate) async fn after(
        mut self,
        error: Error,
        by: &Coordinator,
        db: &Db,
        lang: Lang,
        draft: &Draft,
    ) -> Result<Self> {
        match error {
            Error::Refused(refusal) if refusal.code == ROOM_TAKEN => return Self::at(by, db, lang, draft).await,
            Error::Refused(refusal) => self.errors = FieldErrors::whole(refusal),
            Error::Invalid(faults) => self.errors = faults,
            error => return Err(error),
        }
        Ok(self)
    }

    /// The page that shows it.
    pub(crate) fn shown(self, draft: Draft) -> Scheduled {
        let Self { laid, makes_up, is_confirmed, is_picked, errors } = self;
        let Draft { center, plan, fields, action, .. } = draft;
        let status = if is_confirmed { Status::UnprocessableEntity } else { Status::Ok };
        let faulty = is_confirmed && is_picked && !laid.is_sound();
        let carried = carried(&fields);
        let repeats = plan.repeat.as_ref().map_or(RuleWords::of(None), RuleWords::of_repeat);
        let form = Form::again(fields, errors);
        let page = Preview { center, plan, repeats, laid, form, action, carried, makes_up, faulty };
        Scheduled::Preview(Box::new((status, Page(page))))
    }
}

/// Shows a series, or saves it as it was picked.
pub(super) async fn series(by: &Coordinator, now: Now, db: &Db, lang: Lang, draft: Draft) -> Result<Scheduled> {
    let mut look = SeriesLook::at(by, db, lang, &draft).await?;
    if let Some(dates) = look.dated(&draft.plan) {
        match booking::series(by, now, db, &draft.center, &draft.plan, &dates).await {
            Ok(id) => return Ok(pages::scheduled(&draft.center, id)),
            Err(error) => look = look.after(error, by, db, lang, &draft).await?,
        }
    }
    Ok(look.shown(draft))
}
