//! 复制季度安排: what took place in a quarter, as it would be in another; ticked, it is made.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{Route, get, post, routes};

use super::sheet::{self, CopyLine};
use super::types::Quarter;
use super::{copying, forms};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, FieldErrors, Refusal, Result};
use crate::ids::{ActivityId, RequestId};
use crate::store::{Conn, Db};
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, make]
}

#[derive(Template)]
#[template(path = "offerings/copy.html")]
struct QuarterCopyPage {
    center: Center,
    old_quarter: Quarter,
    new_quarter: Quarter,
    sources: Vec<Quarter>,
    targets: Vec<Quarter>,
    lines: Vec<CopyLine>,
    /// Why some of those ticked were not made.
    failed: BTreeMap<ActivityId, Refusal>,
    request: RequestId,
    form: Form,
}

impl QuarterCopyPage {
    async fn load(
        by: &Coordinator,
        conn: &mut Conn,
        now: Now,
        (center, quarters): (Center, (Quarter, Quarter)),
        (form, lang): (Form, Lang),
    ) -> Result<Self> {
        let today = center.zone.date(now.0);
        let lines = sheet::load(by, conn, now, &center, quarters, lang).await?;
        let request = form.value("request_id").parse().unwrap_or_else(|_| RequestId::random());
        let (sources, targets) = (forms::sources(today), forms::targets(today));
        let ((old_quarter, new_quarter), failed) = (quarters, BTreeMap::new());
        Ok(Self { center, old_quarter, new_quarter, sources, targets, lines, failed, request, form })
    }

    fn is_from(&self, quarter: &Quarter) -> bool {
        self.old_quarter == *quarter
    }

    fn is_to(&self, quarter: &Quarter) -> bool {
        self.new_quarter == *quarter
    }

    /// Whether a line is ticked: as it was sent, else every series that can be made.
    fn is_ticked(&self, line: &CopyLine) -> bool {
        match self.form.value("request_id").is_empty() {
            true => line.is_series && line.is_ready(),
            false => self.form.has("activities", line.source),
        }
    }

    fn failure(&self, line: &CopyLine) -> Option<&Refusal> {
        self.failed.get(&line.source)
    }

    /// Whether anything can be made.
    fn is_open(&self) -> bool {
        self.lines.iter().any(CopyLine::is_ready)
    }

    fn asks_about_overlap(&self) -> bool {
        self.lines.iter().any(CopyLine::is_busy) || self.form.fault("overlap_reason").is_some()
    }
}

impl View for QuarterCopyPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("offerings.copy")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Activities)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

#[get("/centers/<center>/quarter-copy")]
async fn show(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    asked: Asked,
) -> Result<Page<QuarterCopyPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let (quarters, form) = match forms::quarters(&asked.0, today) {
        Ok(quarters) => (quarters, Form::new()),
        Err(error) => (forms::usual(today), Form::again(Fields::default(), error.into_field_errors()?)),
    };
    Ok(Page(QuarterCopyPage::load(&by, &mut conn, now, (center, quarters), (form, lang)).await?))
}

#[post("/centers/<center>/quarter-copy", data = "<fields>")]
async fn make(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    fields: Fields,
) -> Result<Submitted<QuarterCopyPage>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let today = center.zone.date(now.0);
    let made = async {
        let wish = forms::wish(&fields, today)?;
        let outcome = copying::copy(&by, now, db, &center, (&wish, &forms::marks(&fields)?), lang).await?;
        Ok::<_, Error>((wish.quarters, outcome))
    };
    let (errors, failed) = match made.await {
        Ok(((from, to), outcome)) if outcome.failed.is_empty() => {
            let to = center.path(format_args!("/quarter-copy?from={from}&to={to}"));
            return Ok(Submitted::done(to, "done.quarter_copied"));
        }
        Ok((_, outcome)) => {
            let refusal = Refusal::new("copies_not_all");
            let refusal = refusal.with("made", outcome.made.len()).with("failed", outcome.failed.len());
            (FieldErrors::whole(refusal), outcome.failed)
        }
        Err(error) => (error.into_field_errors()?, BTreeMap::new()),
    };
    let quarters = shown(&fields, today);
    let form = Form::again(fields, errors);
    let mut page = QuarterCopyPage::load(&by, &mut *db.read().await?, now, (center, quarters), (form, lang)).await?;
    page.failed = failed;
    Ok(Submitted::again(page))
}

/// The quarters that a form names, or the usual ones where it names none that can be.
fn shown(fields: &Fields, today: Date) -> (Quarter, Quarter) {
    forms::quarters(fields, today).unwrap_or_else(|_| forms::usual(today))
}
