//! The list of a center's activities: cut to some of them, in an order.

use chrono::NaiveDateTime;

use super::attributes::{ServiceLine, Target};
use super::queries::{Helpers, activity_columns};
use super::title::Sight;
use super::types::{Activity, ServiceKind, ServiceKindId};
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::clock::{Timestamp, Zone};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::rooms::{Room, RoomId};
use crate::store::{Conn, text_enum};
use crate::teams::TeamId;
use crate::web::Lang;
use crate::web::cut::{NameSought, Toolbar};

text_enum!(
    ActivityOrder in "activity_order" {
        /// The nearest first, and of those past the latest.
        Date = "date",
        Title = "title",
        Kind = "kind",
        /// Which have most sessions first.
        Sessions = "sessions",
    }
);

text_enum!(
    ActivityState in "activity_state" {
        /// A session is to come.
        Coming = "coming",
        Past = "past",
        /// Not published.
        Draft = "draft",
    }
);

/// How the list is cut and put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivitiesCut {
    wanted: NameSought,
    pub(super) kind: Option<ServiceKindId>,
    pub(super) team: Option<TeamId>,
    pub(super) room: Option<RoomId>,
    pub(super) state: Option<ActivityState>,
    pub(super) line: Option<ServiceLine>,
    pub(super) group: Option<Target>,
    order: ActivityOrder,
}

impl Default for ActivitiesCut {
    fn default() -> Self {
        let order = ActivityOrder::Date;
        let wanted = NameSought::default();
        Self { wanted, kind: None, team: None, room: None, state: None, line: None, group: None, order }
    }
}

impl ActivitiesCut {
    /// Fields `q kind team room state line group sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let kind = read.optional("kind", parse::choice);
        let team = read.optional("team", parse::choice);
        let room = read.optional("room", parse::choice);
        let state = read.optional("state", parse::choice);
        let line = read.optional("line", parse::choice);
        let group = read.optional("group", parse::choice);
        let order = read.optional("sort", parse::choice);
        let wanted = NameSought::read(fields);
        read.finish(|| {
            let order = order?.unwrap_or(ActivityOrder::Date);
            let (kind, team, room) = (kind?, team?, room?);
            Some(Self { wanted, kind, team, room, state: state?, line: line?, group: group?, order })
        })
    }

    /// Whether the database alone can cut and order it: a text is compared as it is spelled, not as it is stored.
    fn is_by_date(&self) -> bool {
        self.wanted.is_empty() && self.order == ActivityOrder::Date
    }

    /// The rows that it leaves of those that the database found, in its order.
    fn of(&self, mut rows: Vec<ActivityRow>, lang: Lang) -> Vec<ActivityRow> {
        rows.retain(|row| self.wanted.is_in([row.activity.title.pick(lang)]));
        match self.order {
            ActivityOrder::Date => {}
            ActivityOrder::Title => rows.sort_by(|a, b| a.activity.title.pick(lang).cmp(b.activity.title.pick(lang))),
            ActivityOrder::Kind => rows.sort_by_key(|row| row.activity.kind_id.0),
            ActivityOrder::Sessions => rows.sort_by_key(|row| std::cmp::Reverse(row.sessions)),
        }
        rows
    }

    pub fn toolbar(&self, lang: Lang, kinds: &[ServiceKind], teams: &[Helpers], rooms: &[Room]) -> Toolbar {
        let kinds = kinds.iter().map(|kind| (kind.id.to_string(), lang.pick(&kind.name, &kind.name_en).to_owned()));
        let teams = teams.iter().map(|team| (team.id.to_string(), team.name.clone()));
        let rooms = rooms.iter().map(|room| (room.id.to_string(), room.name.clone()));
        Toolbar::ordered(lang, self.order, ActivityOrder::ALL, ActivityOrder::key)
            .with_text(&self.wanted)
            .with(("kind", "reports.kind"), self.kind, kinds)
            .with(("team", "activities.field_team"), self.team, teams)
            .with(("room", "rooms.room"), self.room, rooms)
            .with_words(("line", "activities.field_line"), self.line, ServiceLine::ALL, ServiceLine::key)
            .with_words(
                ("group", "activities.field_groups"),
                self.group,
                &Target::all().collect::<Vec<_>>(),
                Target::key,
            )
            .with_words(("state", "cut.state"), self.state, ActivityState::ALL, ActivityState::key)
    }
}

/// The condition of an [`ActivitiesCut`] over activity `a`: `$3` is now, `$4` to `$7` its kind, team, room and state, each null
/// where it does not cut; `$10` and `$11` its line of service and the bit of one whom it is for.
pub(super) const CUT: &str = "(cast($4 as bigint) is null or a.kind_id = $4)
     and (cast($5 as bigint) is null or exists (select 1 from sessions x where x.activity_id = a.id and x.team_id = $5))
     and (cast($6 as bigint) is null or exists (select 1 from sessions x join session_rooms y on y.session_id = x.id
         where x.activity_id = a.id and y.room_id = $6))
     and ($7 is null or ($7 = 'draft' and a.published = 0)
       or $7 = case when exists (select 1 from sessions x where x.activity_id = a.id and x.status = 'planned' and x.ends_at > $3)
                    then 'coming' else 'past' end)
     and (cast($10 as text) is null or a.service_line = $10)
     and (cast($11 as bigint) is null or (a.target_groups & $11) <> 0)";

/// An activity in the list: how many of its sessions are to come, and the nearest.
#[derive(Debug, sqlx::FromRow)]
pub struct ActivityRow {
    #[sqlx(flatten)]
    pub activity: Activity,
    pub sessions: i64,
    pub coming: i64,
    pub next_at: Option<Timestamp>,
    pub last_at: Option<Timestamp>,
}

impl ActivityRow {
    /// When the nearest session to come begins, else when the last one did.
    pub fn at(&self, zone: &Zone) -> Option<NaiveDateTime> {
        self.next_at.or(self.last_at).map(|at| zone.local(at))
    }
}

const TO_COME: &str = "count(case when s.status = 'planned' and s.ends_at > $3 then 1 end)";

fn select_rows() -> String {
    format!(
        "select {}, count(s.id) as sessions, {TO_COME} as coming,
                min(case when s.status = 'planned' and s.ends_at > $3 then s.starts_at end) as next_at,
                max(s.starts_at) as last_at
         from activities a
         join service_kinds k on k.id = a.kind_id
         left join sessions s on s.activity_id = a.id
         where a.center_id = $2 and {CUT}
         group by a.id, a.center_id, a.title, a.description, a.kind_id, k.name, k.name_en, k.confidential, a.rule,
                  a.published",
        activity_columns()
    )
}

async fn found(
    by: &Viewer,
    conn: &mut Conn,
    (center, now): (CenterId, Timestamp),
    cut: &ActivitiesCut,
    rest: &str,
    (limit, offset): (i64, i64),
) -> Result<Vec<ActivityRow>> {
    let sql = format!("{} having {TO_COME} {rest} limit $8 offset $9", select_rows());
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center)
        .bind(now)
        .bind(cut.kind)
        .bind(cut.team)
        .bind(cut.room)
        .bind(cut.state)
        .bind(limit)
        .bind(offset)
        .bind(cut.line)
        .bind(cut.group.map(Target::bit))
        .fetch_all(conn)
        .await?)
}

/// Those of the center's activities that have a session to come, the nearest first; the language is that in which texts are
/// looked for and ordered.
pub async fn coming(
    by: &Viewer,
    conn: &mut Conn,
    (center, now): (CenterId, Timestamp),
    (cut, lang): (&ActivitiesCut, Lang),
) -> Result<Vec<ActivityRow>> {
    let rows = found(by, conn, (center, now), cut, "> 0 order by next_at, a.id", (i64::MAX, 0)).await?;
    Ok(cut.of(rows, lang))
}

/// Those of the center's activities that have none to come, the latest first: up to `limit` after the first `offset`.
pub async fn gone(
    by: &Viewer,
    conn: &mut Conn,
    (center, now): (CenterId, Timestamp),
    (cut, lang): (&ActivitiesCut, Lang),
    (limit, offset): (i64, i64),
) -> Result<Vec<ActivityRow>> {
    let order = "= 0 order by last_at desc, a.id desc";
    if cut.is_by_date() {
        return found(by, conn, (center, now), cut, order, (limit, offset)).await;
    }
    let rows = cut.of(found(by, conn, (center, now), cut, order, (i64::MAX, 0)).await?, lang);
    let from = usize::try_from(offset).unwrap_or(usize::MAX);
    Ok(rows.into_iter().skip(from).take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
}
