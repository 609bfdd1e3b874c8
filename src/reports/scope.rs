//! Which centers are counted together, and whether the viewer may read their totals.

use super::{Period, rules};
use crate::agreements::ProviderId;
use crate::auth::{ReportReader, Role};
use crate::centers::{self, Center, CenterId};
use crate::clock::Date;
use crate::error::{Error, Result};
use crate::store::Conn;

/// A scope by its name: `center:4`, `provider:2`, `town:石排镇`, `city`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    Center(CenterId),
    Provider(ProviderId),
    Town(String),
    City,
}

impl std::str::FromStr for Scope {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const FORM: &str = "not of the form center:ID, provider:ID, town:NAME or city";
        match text.split_once(':') {
            None if text == "city" => Ok(Self::City),
            Some(("center", id)) => Ok(Self::Center(id.parse().map_err(|_| FORM)?)),
            Some(("provider", id)) => Ok(Self::Provider(id.parse().map_err(|_| FORM)?)),
            Some(("town", name)) if !name.is_empty() => Ok(Self::Town(name.to_owned())),
            _ => Err(FORM),
        }
    }
}

/// Centers whose totals the viewer may read, and of which days. What is counted takes one, and only this module makes it.
#[derive(Clone, Debug)]
pub struct Reach {
    centers: Vec<Center>,
    /// A purchaser's agreements; `None` for everyone else, who may read any day.
    terms: Option<Vec<Term>>,
}

/// A purchaser's agreement with a center, both dates included.
type Term = (CenterId, Date, Date);

impl Reach {
    /// One center that the viewer was let into, for roles whose right has no end.
    pub(super) fn into_center(center: Center) -> Self {
        Self { centers: vec![center], terms: None }
    }

    pub fn centers(&self) -> &[Center] {
        &self.centers
    }

    /// Whether the viewer may read some of every month of `period`, and of `period` itself.
    pub(super) fn agrees(&self, center: CenterId, period: Period) -> bool {
        self.terms_of(center)
            .is_none_or(|terms| rules::is_agreed(period, &terms) && !rules::agreed_days(period, &terms).is_empty())
    }

    /// The days of `period` that the viewer may read of a center, which are those that are counted.
    pub(super) fn days(&self, center: CenterId, period: Period) -> Vec<Period> {
        self.terms_of(center).map_or_else(|| vec![period], |terms| rules::agreed_days(period, &terms))
    }

    fn terms_of(&self, center: CenterId) -> Option<Vec<(Date, Date)>> {
        let of_center = |(id, starts, ends): &Term| (*id == center).then_some((*starts, *ends));
        Some(self.terms.as_ref()?.iter().filter_map(of_center).collect())
    }

    /// The condition that cuts sessions `alias` of a period to the days that the viewer may read. What it is made of,
    /// ids and dates, needs no binding.
    pub(super) fn cut(&self, alias: &str) -> String {
        let Some(terms) = &self.terms else { return "1 = 1".to_owned() };
        let term = |(center, starts, ends): &Term| {
            format!("({alias}.center_id = {center} and {alias}.local_date between '{starts}' and '{ends}')")
        };
        let agreed: Vec<String> = terms.iter().map(term).collect();
        if agreed.is_empty() { "1 = 0".to_owned() } else { format!("({})", agreed.join(" or ")) }
    }
}

/// One center, whatever the period: [`Reach::agrees`] says which the viewer may read.
///
/// # Errors
/// `NotFound` where the viewer does not reach the center.
pub(super) async fn ever(by: &ReportReader, conn: &mut Conn, id: CenterId) -> Result<Reach> {
    let centers = vec![centers::queries::open_to(by, conn, id).await?];
    Ok(Reach { centers, terms: terms(by, conn).await? })
}

/// One center's totals of `period`.
///
/// # Errors
/// `NotFound` where the viewer does not reach the center, and for a purchaser outside its agreements' days.
pub async fn center(by: &ReportReader, conn: &mut Conn, id: CenterId, period: Period) -> Result<Reach> {
    let reach = ever(by, conn, id).await?;
    if reach.agrees(id, period) { Ok(reach) } else { Err(Error::NotFound) }
}

/// Every center whose totals of `period` the viewer may read; there may be none.
pub async fn all(by: &ReportReader, conn: &mut Conn, period: Period) -> Result<Reach> {
    let centers = centers::queries::open_to_all(by, conn).await?;
    let reach = Reach { centers, terms: terms(by, conn).await? };
    let agreed = reach.centers.iter().filter(|center| reach.agrees(center.id(), period)).cloned().collect();
    Ok(Reach { centers: agreed, ..reach })
}

/// The centers of `scope`.
///
/// # Errors
/// `NotFound` for a scope that holds no center, or one that the viewer may not read: part of a total is no total.
pub async fn named(by: &ReportReader, conn: &mut Conn, scope: &Scope, period: Period) -> Result<Reach> {
    let asked = centers_of(conn, scope).await?;
    let mut reach = all(by, conn, period).await?;
    reach.centers.retain(|center| asked.contains(&center.id()));
    if asked.is_empty() || reach.centers.len() < asked.len() { Err(Error::NotFound) } else { Ok(reach) }
}

async fn centers_of(conn: &mut Conn, scope: &Scope) -> Result<Vec<CenterId>> {
    let (kind, id, town) = match scope {
        Scope::Center(id) => ("center", id.0, ""),
        Scope::Provider(id) => ("provider", id.0, ""),
        Scope::Town(name) => ("town", 0, name.as_str()),
        Scope::City => ("city", 0, ""),
    };
    Ok(sqlx::query_scalar(
        "select c.id from centers c join communities m on m.id = c.community_id
         where $1 = 'city' or ($1 = 'center' and c.id = $2) or ($1 = 'provider' and c.provider_id = $2)
            or ($1 = 'town' and m.town = $3)",
    )
    .bind(kind)
    .bind(id)
    .bind(town)
    .fetch_all(conn)
    .await?)
}

/// A purchaser's agreements; `None` for everyone else.
async fn terms(by: &ReportReader, conn: &mut Conn) -> Result<Option<Vec<Term>>> {
    if by.role != Role::Purchaser {
        return Ok(None);
    }
    let terms = sqlx::query_as(
        "select g.center_id, g.starts_on, g.ends_on from agreements g
         join account_scopes s on s.purchaser_id = g.purchaser_id where s.account_id = $1",
    )
    .bind(by.account)
    .fetch_all(conn)
    .await?;
    Ok(Some(terms))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_by_name() {
        assert_eq!("center:4".parse(), Ok(Scope::Center(CenterId(4))));
        assert_eq!("provider:2".parse(), Ok(Scope::Provider(ProviderId(2))));
        assert_eq!("town:石排镇".parse(), Ok(Scope::Town("石排镇".into())));
        assert_eq!("city".parse(), Ok(Scope::City));
        for wrong in ["", "city:1", "center:", "center:x", "town:", "planet:3"] {
            assert!(wrong.parse::<Scope>().is_err(), "{wrong}");
        }
    }
}
