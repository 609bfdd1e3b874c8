//! The shifts of a session on one page, the worker's and the leader's alike: what is needed, who stands how, and whom to ask.

use askama::Template;

use super::keeper::ShiftKeeper;
use super::minors;
use super::queries::{self, Askable};
use super::types::{Need, Shift, ShiftNeedId, ShiftState, ShiftWarning};
use crate::activities::{self, Session, SessionStatus};
use crate::auth::TeamReader;
use crate::clock::{Now, Timestamp};
use crate::error::Result;
use crate::ids::{PersonId, TeamId};
use crate::insurance;
use crate::people::PersonRow;
use crate::qualifications::{self, QualificationKind};
use crate::store::Conn;
use crate::teams::{self, TeamName};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, View, filters};

/// Where the page stands: in the center, or on the leader's phone.
fn base(by: &ShiftKeeper, on_phone: bool) -> String {
    match (on_phone, by.team) {
        (true, Some(team)) => format!("/me/teams/{team}/sessions/{}", by.session),
        _ => by.center.path(format_args!("/sessions/{}", by.session)),
    }
}

/// What is said once somebody took a shift.
pub(super) fn word(warned: &[ShiftWarning], usual: &'static str) -> &'static str {
    if warned.contains(&ShiftWarning::Uninsured) { "done.shift_uninsured" } else { usual }
}

/// Where the shifts of a session are kept.
pub(super) fn home(by: &ShiftKeeper, on_phone: bool) -> String {
    format!("{}/shifts", base(by, on_phone))
}

#[derive(Template)]
#[template(path = "shifts/roster.html")]
pub(super) struct RosterPage {
    by: ShiftKeeper,
    on_phone: bool,
    base: String,
    session: Session,
    needs: Vec<Need>,
    shifts: Vec<Shift>,
    uncovered: Vec<PersonId>,
    misplaced: Vec<PersonId>,
    askable: Vec<Askable>,
    teams: Vec<TeamName>,
    kinds: Vec<QualificationKind>,
    now: Now,
    form: Form,
}

impl RosterPage {
    /// The page of whoever signed in.
    pub(super) async fn signed_in(
        reader: &TeamReader,
        conn: &mut Conn,
        now: Now,
        by: ShiftKeeper,
        form: Form,
    ) -> Result<Self> {
        let session = activities::queries::session(reader, conn, by.center.id(), by.session).await?;
        Self::load(conn, now, (by, false), session, form).await
    }

    /// The page on the leader's phone.
    pub(super) async fn on_phone(conn: &mut Conn, now: Now, by: ShiftKeeper, form: Form) -> Result<Self> {
        let session = activities::queries::session_at_the_door(conn, by.session).await?;
        Self::load(conn, now, (by, true), session, form).await
    }

    async fn load(
        conn: &mut Conn,
        now: Now,
        (by, on_phone): (ShiftKeeper, bool),
        session: Session,
        form: Form,
    ) -> Result<Self> {
        let needs = queries::kept(&by, conn).await?;
        let teams = match by.team {
            None => teams::queries::of_center(conn, by.center.id()).await?,
            Some(_) => Vec::new(),
        };
        let (day, here) = (session.local_date, Some(session.id));
        let misplaced = minors::misplaced(conn, now, &by.center, day, here).await?;
        Ok(Self {
            base: base(&by, on_phone),
            shifts: queries::of_session(conn, session.id).await?,
            uncovered: insurance::uncovered_takers(conn, session.id).await?,
            misplaced: misplaced.into_iter().map(|(_, person)| person).collect(),
            askable: queries::askable(conn, &by.center, session.id).await?,
            kinds: qualifications::queries::kinds(conn).await?,
            form: form.over(Fields::default().with("wanted", 1)),
            needs,
            teams,
            by,
            on_phone,
            session,
            now,
        })
    }

    /// Who stands how at a position.
    fn of(&self, need: &ShiftNeedId) -> Vec<&Shift> {
        self.shifts.iter().filter(|shift| shift.need_id == *need).collect()
    }

    /// Whom to ask for a position: of its team, of the one that serves there, or of any.
    fn to_ask(&self, need: &Need) -> Vec<&PersonRow> {
        let team: Option<TeamId> = need.team_id.or(self.session.team_id);
        let mut found: Vec<&PersonRow> = self
            .askable
            .iter()
            .filter(|one| team.is_none_or(|team| one.team_id == team))
            .map(|one| &one.person)
            .collect();
        found.dedup_by_key(|one| one.id);
        found
    }

    fn local(&self, at: &Timestamp) -> chrono::NaiveDateTime {
        self.session.zone.local(*at)
    }

    /// Whether they were chosen for the position, and it was refused.
    fn was_chosen(&self, need: &ShiftNeedId, person: &PersonId) -> bool {
        self.form.has("need", need) && self.form.has("person", person)
    }

    /// Whether it was said for the position that much is meant so.
    fn was_meant(&self, need: &ShiftNeedId) -> bool {
        self.form.has("need", need) && self.form.on("anyway")
    }

    /// Whether a minor would serve there when minors do not.
    fn is_misplaced(&self, shift: &Shift) -> bool {
        shift.state == ShiftState::Taken && self.misplaced.contains(&shift.person.id)
    }

    fn is_uncovered(&self, shift: &Shift) -> bool {
        self.uncovered.contains(&shift.person.id)
    }

    fn is_open(&self) -> bool {
        self.session.status == SessionStatus::Planned && self.now.0 < self.session.ends_at
    }

    /// Whether a leader's team serves here, or a worker looks: then more can be asked for.
    fn may_ask_for(&self) -> bool {
        self.is_open() && self.by.keeps(self.session.team_id, None)
    }

    /// Those of a series ask for the same at each.
    fn offers_later(&self) -> bool {
        !self.on_phone
    }
}

impl View for RosterPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("shifts.title")
    }

    fn frame(&self) -> Frame<'_> {
        if self.on_phone { Frame::Public } else { self.by.center.frame(Tab::Teams) }
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}

/// The form that changes one need, and takes it back.
#[derive(Template)]
#[template(path = "shifts/need.html")]
pub(super) struct NeedPage {
    by: ShiftKeeper,
    on_phone: bool,
    base: String,
    need: Need,
    form: Form,
    withdrawing: Form,
}

impl NeedPage {
    pub(super) async fn load(
        conn: &mut Conn,
        by: ShiftKeeper,
        on_phone: bool,
        id: ShiftNeedId,
        (form, withdrawing): (Option<Form>, Form),
    ) -> Result<Self> {
        let need = queries::need(&by, conn, id).await?;
        let note = need.note.clone().unwrap_or_default();
        let held = Fields::default().with("position", &need.position).with("wanted", need.wanted).with("note", note);
        let form = form.unwrap_or_else(|| Form::filled(held));
        Ok(Self { base: base(&by, on_phone), by, on_phone, need, form, withdrawing })
    }
}

impl View for NeedPage {
    fn title(&self, _: Lang) -> String {
        self.need.position.clone()
    }

    fn frame(&self) -> Frame<'_> {
        if self.on_phone { Frame::Public } else { self.by.center.frame(Tab::Teams) }
    }

    fn refill(&mut self, typed: Fields) {
        self.form = Form::filled(typed);
    }
}
