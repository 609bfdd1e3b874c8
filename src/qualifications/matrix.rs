//! Who of a center is qualified for what: everybody who serves where a qualification is needed, and whoever has one, beside the kinds of
//! certificates.

use std::collections::BTreeMap;

use askama::Template;
use rocket::{Route, get, routes};

use super::types::{Certificate, QualificationKind, QualificationKindId, QualificationState, WorkStanding};
use super::{queries, rules};
use crate::auth::Coordinator;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::ids::{PersonId, TeamId, TeamKindId};
use crate::people::PersonRow;
use crate::store::{Conn, Db, text_enum};
use crate::web::cut::{Asked, Toolbar};
use crate::web::nav::Tab;
use crate::web::{Frame, Lang, Page, View, filters};

pub(super) fn routes() -> Vec<Route> {
    routes![show]
}

text_enum!(
    QualifiedOrder in "qualified_order" {
        /// Who lacks one first, then who will.
        Urgency = "urgency",
        Name = "name",
    }
);

/// How the matrix is cut and put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QualifiedCut {
    team: Option<TeamId>,
    state: Option<QualificationState>,
    order: QualifiedOrder,
}

impl Default for QualifiedCut {
    fn default() -> Self {
        Self { team: None, state: None, order: QualifiedOrder::Urgency }
    }
}

impl QualifiedCut {
    /// Fields `team state sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let team = read.optional("team", parse::choice);
        let state = read.optional("state", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| Some(Self { team: team?, state: state?, order: order?.unwrap_or(QualifiedOrder::Urgency) }))
    }
}

/// Somebody's place in a team.
#[derive(sqlx::FromRow)]
struct PlaceRow {
    #[sqlx(flatten)]
    person: PersonRow,
    team_id: Option<TeamId>,
    team: Option<String>,
    kind_id: Option<TeamKindId>,
}

/// A person's line of the matrix.
pub struct QualifiedRow {
    pub person: PersonRow,
    /// Their teams whose work needs a qualification, and how they stand to it.
    pub needed: Vec<(TeamId, String, WorkStanding)>,
    pub certificates: Vec<Certificate>,
}

impl QualifiedRow {
    /// The best certificate of a kind, and how it stands.
    pub fn of(&self, kind: &QualificationKindId, today: &Date) -> Option<WorkStanding> {
        let standing = rules::standing(self.certificates.iter().filter(|one| one.kind_id == *kind), *today);
        (standing.state != QualificationState::Missing).then_some(standing)
    }

    /// The worst of what they need, or else of what they have.
    fn state(&self, today: Date) -> QualificationState {
        let needed = self.needed.iter().map(|(_, _, standing)| standing.state).max();
        let had = || self.certificates.iter().map(|one| rules::state(one, today)).max();
        needed.or_else(had).unwrap_or(QualificationState::Held)
    }
}

/// The matrix of a center as it is cut.
pub struct Matrix {
    pub rows: Vec<QualifiedRow>,
    /// The kinds that somebody has or needs.
    pub kinds: Vec<QualificationKind>,
    /// The teams to choose from.
    pub teams: BTreeMap<i64, String>,
}

impl Matrix {
    pub async fn load(conn: &mut Conn, center: CenterId, today: Date, cut: QualifiedCut) -> Result<Self> {
        let places: Vec<PlaceRow> = sqlx::query_as(
            "select p.id, p.name, p.birth_date, p.phone_last4, t.id as team_id, t.name as team, t.kind_id
             from team_members m join teams t on t.id = m.team_id join team_kinds k on k.id = t.kind_id
             join people p on p.id = m.person_id
             where t.center_id = $1 and m.left_on is null and t.disbanded_on is null and k.needs_qualification = 1
             union all
             select p.id, p.name, p.birth_date, p.phone_last4, null, null, null
             from enrolments e join people p on p.id = e.person_id
             where e.center_id = $1
               and exists (select 1 from qualifications q where q.person_id = p.id and q.voided_at is null)
             order by 1",
        )
        .bind(center)
        .fetch_all(&mut *conn)
        .await?;
        let mut certificates = queries::of_people(conn, places.iter().map(|place| place.person.id)).await?;
        let mut teams = BTreeMap::new();
        let mut rows: Vec<QualifiedRow> = Vec::new();
        for place in places {
            if rows.last().is_none_or(|row| row.person.id != place.person.id) {
                let certificates = certificates.remove(&place.person.id).unwrap_or_default();
                rows.push(QualifiedRow { person: place.person, needed: Vec::new(), certificates });
            }
            if let (Some(row), Some(team), Some(name), Some(kind)) =
                (rows.last_mut(), place.team_id, place.team, place.kind_id)
            {
                let fitting = row.certificates.iter().filter(|one| one.team_kind_id == Some(kind));
                row.needed.push((team, name.clone(), rules::standing(fitting, today)));
                teams.insert(team.0, name);
            }
        }
        rows.retain(|row| {
            cut.team.is_none_or(|team| row.needed.iter().any(|(id, ..)| *id == team))
                && cut.state.is_none_or(|state| row.state(today) == state)
        });
        match cut.order {
            QualifiedOrder::Urgency => rows.sort_by_key(|row| std::cmp::Reverse(row.state(today))),
            QualifiedOrder::Name => rows.sort_by(|a, b| a.person.name.cmp(&b.person.name)),
        }
        let mut kinds = queries::kinds(conn).await?;
        kinds.retain(|kind| rows.iter().any(|row| row.certificates.iter().any(|one| one.kind_id == kind.id)));
        Ok(Self { rows, kinds, teams })
    }

    pub fn toolbar(&self, lang: Lang, cut: QualifiedCut) -> Toolbar {
        let teams = self.teams.iter().map(|(id, name)| (id.to_string(), name.clone()));
        Toolbar::ordered(lang, cut.order, QualifiedOrder::ALL, QualifiedOrder::key)
            .with(("team", "qualifications.team"), cut.team, teams)
            .with_words(("state", "cut.state"), cut.state, QualificationState::ALL, QualificationState::key)
    }
}

#[derive(Template)]
#[template(path = "qualifications/matrix.html")]
struct MatrixPage {
    center: Center,
    matrix: Matrix,
    toolbar: Toolbar,
    today: Date,
}

impl MatrixPage {
    fn person(&self, person: &PersonId) -> String {
        self.center.path(format_args!("/people/{person}/qualifications"))
    }
}

impl View for MatrixPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("qualifications.matrix")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Teams)
    }
}

#[get("/centers/<center>/qualifications")]
async fn show(
    by: Coordinator,
    db: &Db,
    now: Now,
    lang: Lang,
    center: CenterId,
    asked: Asked,
) -> Result<Page<MatrixPage>> {
    let cut = QualifiedCut::read(&asked.0).unwrap_or_default();
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    let today = center.zone.date(now.0);
    let matrix = Matrix::load(&mut conn, center.id(), today, cut).await?;
    let toolbar = matrix.toolbar(lang, cut);
    Ok(Page(MatrixPage { center, matrix, toolbar, today }))
}
