//! The register of a center's certificates: cut to some of them, in an order.

use serde_json::json;

use super::queries;
use super::types::{CertificateState, ServiceCertificate};
use crate::centers::CenterId;
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::ids::{PersonId, TeamId};
use crate::store::{Conn, rows, text_enum};
use crate::teams::TeamName;
use crate::web::Lang;
use crate::web::cut::Toolbar;

text_enum!(
    CertificateOrder in "certificate_order" {
        /// The latest first.
        Number = "number",
        Name = "name",
        /// The longest service first.
        Minutes = "minutes",
    }
);

impl CertificateOrder {
    fn sql(self) -> &'static str {
        match self {
            Self::Number => "c.year desc, c.place desc",
            Self::Name => "p.pinyin, p.id, c.id desc",
            Self::Minutes => "c.minutes desc, c.id desc",
        }
    }
}

/// How the register is cut and put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CertificatesCut {
    year: Option<i64>,
    state: Option<CertificateState>,
    team: Option<TeamId>,
    order: CertificateOrder,
}

impl Default for CertificatesCut {
    fn default() -> Self {
        Self { year: None, state: None, team: None, order: CertificateOrder::Number }
    }
}

impl CertificatesCut {
    /// Fields `year state team sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let year = read.optional("year", parse::integer(2000..=2200));
        let state = read.optional("state", parse::choice);
        let team = read.optional("team", parse::choice);
        let order = read.optional("sort", parse::choice);
        read.finish(|| {
            let order = order?.unwrap_or(CertificateOrder::Number);
            Some(Self { year: year?, state: state?, team: team?, order })
        })
    }

    /// Revoked and erased, as the columns say it; none where either will do.
    fn flags(self) -> (Option<i64>, Option<i64>) {
        match self.state {
            None => (None, None),
            Some(CertificateState::Good) => (Some(0), Some(0)),
            Some(CertificateState::Revoked) => (Some(1), Some(0)),
            Some(CertificateState::Erased) => (None, Some(1)),
        }
    }

    pub fn toolbar(self, lang: Lang, years: &[i64], teams: &[TeamName]) -> Toolbar {
        let years = years.iter().map(|year| (year.to_string(), year.to_string()));
        let teams = teams.iter().map(|team| (team.id.to_string(), team.name.clone()));
        Toolbar::ordered(lang, self.order, CertificateOrder::ALL, CertificateOrder::key)
            .with(("year", "certificates.year"), self.year, years)
            .with_words(("state", "cut.state"), self.state, CertificateState::ALL, CertificateState::key)
            .with(("team", "certificates.team"), self.team, teams)
    }
}

/// The condition of a cut; `$1` is the center.
const CUT: &str = "c.center_id = $1
       and (cast($2 as bigint) is null or c.year = cast($2 as bigint))
       and (cast($3 as bigint) is null or case when c.revoked_at is null then 0 else 1 end = cast($3 as bigint))
       and (cast($4 as bigint) is null or case when c.erased_at is null then 0 else 1 end = cast($4 as bigint))
       and (cast($5 as bigint) is null or exists (
           select 1 from team_members m where m.team_id = cast($5 as bigint) and m.person_id = c.person_id))
       and (cast($6 as bigint) = 0
            or c.person_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($7 as json_text)) j))";

/// The certificates that a cut leaves, of these people alone where some are said: `limit` of them after `skipped`.
pub async fn list(
    conn: &mut Conn,
    center: CenterId,
    cut: CertificatesCut,
    people: Option<&[PersonId]>,
    (skipped, limit): (i64, i64),
) -> Result<Vec<ServiceCertificate>> {
    let sql = format!("{} where {CUT} order by {} limit $8 offset $9", queries::select(), cut.order.sql());
    let (revoked, erased) = cut.flags();
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(cut.year)
        .bind(revoked)
        .bind(erased)
        .bind(cut.team)
        .bind(i64::from(people.is_some()))
        .bind(rows(people.unwrap_or_default(), |id| json!(id)))
        .bind(limit)
        .bind(skipped)
        .fetch_all(conn)
        .await?)
}

/// How many a cut leaves.
pub async fn count(conn: &mut Conn, center: CenterId, cut: CertificatesCut) -> Result<i64> {
    let sql = format!("select count(*) from service_certificates c where {CUT}");
    let (revoked, erased) = cut.flags();
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql))
        .bind(center)
        .bind(cut.year)
        .bind(revoked)
        .bind(erased)
        .bind(cut.team)
        .bind(0_i64)
        .bind(rows(Vec::<PersonId>::new(), |id| json!(id)))
        .fetch_one(conn)
        .await?)
}

/// The years of which the register knows, the latest first.
pub async fn years(conn: &mut Conn, center: CenterId) -> Result<Vec<i64>> {
    Ok(sqlx::query_scalar(
        "select distinct c.year from service_certificates c where c.center_id = $1 order by c.year desc",
    )
    .bind(center)
    .fetch_all(conn)
    .await?)
}
