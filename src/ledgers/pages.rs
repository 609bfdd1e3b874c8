//! A center's ledger: what each session has and lacks, and all of it as an archive.

use askama::Template;
use rocket::{Route, State, get, post, routes};

use super::archive::{self, LedgerTask};
use super::days::LedgerDays;
use super::papers::shown_count;
use super::rules::{self, PartState};
use super::types::{LedgerActivity, LedgerCut, LedgerPart, LedgerSession, MOST};
use super::{actions, forms, queries};
use crate::activities::queries::kinds;
use crate::activities::{ServiceKind, Title};
use crate::archives::Archive;
use crate::auth::{Coordinator, Filer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::figures::hours;
use crate::store::{Conn, Db, Sealer};
use crate::web::cut::Asked;
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show, take]
}

/// The most sessions that the page lists; it says how many more there are.
const LISTED: usize = 200;

/// A paper of a session, as the page shows it.
struct ShownPart {
    part: LedgerPart,
    state: PartState,
    /// How much of it there is, where that is a number.
    shown: String,
    /// Where what is missing is mended, for whom that page is.
    href: Option<String>,
}

impl ShownPart {
    fn is_missing(&self) -> bool {
        self.state == PartState::Missing
    }

    fn is_there(&self) -> bool {
        self.state == PartState::There
    }
}

/// A session of the list.
struct ShownLine {
    title: Title,
    day: Date,
    starts: chrono::NaiveDateTime,
    href: String,
    parts: Vec<ShownPart>,
    missing: usize,
}

/// How many sessions have a paper, and how many lack it.
struct LedgerTally {
    part: LedgerPart,
    there: usize,
    missing: usize,
}

/// What the period holds.
struct LedgerSum {
    sessions: usize,
    /// Those that lack nothing.
    whole: usize,
    missing: usize,
    tallies: Vec<LedgerTally>,
    /// There are more than one ledger holds.
    is_cut: bool,
}

impl LedgerSum {
    fn of(sessions: &[LedgerSession], is_cut: bool) -> Self {
        let count = |part: LedgerPart, state: PartState| {
            sessions.iter().filter(|one| rules::state(&one.facts, part) == state).count()
        };
        let tally = |part: &LedgerPart| LedgerTally {
            part: *part,
            there: count(*part, PartState::There),
            missing: count(*part, PartState::Missing),
        };
        let tallies: Vec<LedgerTally> = LedgerPart::ALL.iter().map(tally).collect();
        Self {
            sessions: sessions.len(),
            whole: sessions.iter().filter(|one| rules::lacks(&one.facts).is_empty()).count(),
            missing: tallies.iter().map(|one| one.missing).sum(),
            tallies,
            is_cut,
        }
    }
}

#[derive(Template)]
#[template(path = "ledgers/show.html")]
struct LedgerPage {
    center: Center,
    /// The periods that are asked for most, by their name's key, with the address of each.
    usual: Vec<(&'static str, String)>,
    /// The days that are listed, where others were asked for too.
    only: Option<(Date, Date)>,
    /// Which sessions are asked for; also what is typed to take them.
    form: Form,
    kinds: Vec<ServiceKind>,
    activities: Vec<LedgerActivity>,
    /// None where what is asked for could not be read.
    sum: Option<LedgerSum>,
    lines: Vec<ShownLine>,
    /// Sessions beyond those that are listed.
    more: usize,
    may_reveal: bool,
}

impl LedgerPage {
    /// As the fields say; of those that are faulty only the form.
    ///
    /// # Errors
    /// `NotFound` where none of the days is the reader's.
    async fn load(
        by: &Filer,
        now: Now,
        conn: &mut Conn,
        center: Center,
        (form, asked): (Form, Option<LedgerCut>),
    ) -> Result<Self> {
        let (kinds, may_reveal) = (kinds(conn).await?, Coordinator::includes(by.role));
        let (mut activities, mut sum, mut lines, mut more) = (Vec::new(), None, Vec::new(), 0);
        let days = LedgerDays::of(by, conn, now, center.id()).await?;
        let mut only = None;
        if let Some(asked) = asked {
            let cut = days.within(asked)?;
            only = (cut != asked).then_some((cut.from, cut.to));
            activities = queries::activities(conn, center.id(), &cut).await?;
            let (sessions, is_cut) = queries::all(conn, now, center.id(), &cut).await?;
            sum = Some(LedgerSum::of(&sessions, is_cut));
            lines = sessions.iter().map(|one| line(&center, one, may_reveal)).collect();
            if form.on("lacking") {
                lines.retain(|line| line.missing > 0);
            }
            more = lines.len().saturating_sub(LISTED);
            lines.truncate(LISTED);
        }
        let usual =
            forms::usual(center.zone.date(now.0)).into_iter().filter(|(_, asked)| days.between(*asked).is_some());
        let address = |(from, to): (Date, Date)| center.path(format_args!("/ledger?from={from}&to={to}"));
        let usual = usual.map(|(key, asked)| (key, address(asked))).collect();
        Ok(Self { center, usual, only, form, kinds, activities, sum, lines, more, may_reveal })
    }

    fn most(&self) -> usize {
        MOST
    }
}

/// A session as the page lists it; who may not close sessions is not led to where that is done.
fn line(center: &Center, session: &LedgerSession, may_mend: bool) -> ShownLine {
    let parts: Vec<ShownPart> = LedgerPart::ALL
        .iter()
        .map(|part| {
            let state = rules::state(&session.facts, *part);
            let shown = match part {
                LedgerPart::Notice | LedgerPart::Summary => String::new(),
                LedgerPart::Satisfaction => {
                    let average = rules::average(&session.facts).map(|average| format!(" · {average}"));
                    format!("{}{}", session.facts.answers, average.unwrap_or_default())
                }
                // As hours are shown: with one decimal.
                LedgerPart::Hours => hours(session.facts.minutes),
                part => shown_count(session, *part).to_string(),
            };
            let href = mended_at(center, session, *part).filter(|_| may_mend && state == PartState::Missing);
            ShownPart { part: *part, state, shown, href }
        })
        .collect();
    ShownLine {
        title: session.title.clone(),
        day: session.local_date,
        starts: center.local(&session.starts_at),
        href: center.path(format_args!("/sessions/{}", session.id)),
        missing: parts.iter().filter(|part| part.is_missing()).count(),
        parts,
    }
}

/// The page on which somebody enters what is missing; none for what only those who came can say.
fn mended_at(center: &Center, session: &LedgerSession, part: LedgerPart) -> Option<String> {
    let id = session.id;
    match part {
        LedgerPart::Notice => Some(center.path(format_args!("/activities/{}/edit", session.activity_id))),
        LedgerPart::Register => Some(center.path(format_args!("/sessions/{id}/registrations"))),
        LedgerPart::SignIn => Some(center.path(format_args!("/sessions/{id}"))),
        LedgerPart::Photos | LedgerPart::Summary | LedgerPart::Hours => {
            Some(center.path(format_args!("/sessions/{id}/closing")))
        }
        LedgerPart::Satisfaction => None,
    }
}

impl View for LedgerPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("ledgers.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Reports)
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// What the address asks for, both days included: this month, where it says nothing. Fields `from to kind activity lacking`.
#[get("/centers/<center>/ledger")]
async fn show(
    by: Filer,
    db: &Db,
    now: Now,
    center: CenterId,
    asked: Asked,
) -> Result<Result<Page<LedgerPage>, Submitted<LedgerPage>>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let fields = asked.0.or(forms::this_month(center.zone.date(now.0)));
    match forms::cut(&fields) {
        Ok(cut) => {
            let form = Form::filled(fields);
            Ok(Ok(Page(LedgerPage::load(&by, now, &mut conn, center, (form, Some(cut))).await?)))
        }
        Err(error) => {
            let form = Form::again(fields, error.into_field_errors()?);
            Ok(Err(Submitted::again(LedgerPage::load(&by, now, &mut conn, center, (form, None)).await?)))
        }
    }
}

/// Fields `from to kind activity`, and `full` with a `reason` for numbers in full. Posted, for each time is kept in the audit.
#[post("/centers/<center>/ledger/archive", data = "<fields>")]
async fn take(
    by: Filer,
    db: &Db,
    now: Now,
    lang: Lang,
    sealer: &State<Sealer>,
    center: CenterId,
    fields: Fields,
) -> Result<Result<Archive, Submitted<LedgerPage>>> {
    let center = centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let made = async {
        let (cut, reason) = forms::taken(&fields)?;
        let mut tx = db.begin().await?;
        let taken = actions::take(&by, now, &mut tx, &center, (cut, reason.as_deref())).await?;
        tx.commit().await?;
        Ok::<_, Error>(taken)
    };
    let made = made.await;
    match made {
        Ok(taken) => Ok(Ok(archive::sent(db, sealer, LedgerTask { center, taken, now, lang }))),
        Err(error @ (Error::Invalid(_) | Error::Refused(_))) => {
            let asked = forms::cut(&fields).ok();
            let form = Form::again(fields, error.into_field_errors()?);
            let mut conn = db.read().await?;
            Ok(Err(Submitted::again(LedgerPage::load(&by, now, &mut conn, center, (form, asked)).await?)))
        }
        Err(error) => Err(error),
    }
}
