//! What agreements are charged with: before whoever reads it, and as a purchaser is told.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{Reach, Reported, Term, Terms, centers_of, reach, small_cells, terms};
use crate::agreements::{AgreementId, PurchaserId};
use crate::auth::ReportReader;
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now};
use crate::error::{Error, Result};
use crate::figures::types::Period;
use crate::store::{self, Conn};

/// What an agreement is charged with, of every center that it covers and that the viewer reaches; no day of it that the viewer may not
/// read.
///
/// # Errors
/// `NotFound` for an agreement of which the viewer reaches no center, or none by this agreement.
pub async fn agreement(by: &ReportReader, conn: &mut Conn, now: Now, id: AgreementId) -> Result<Reach> {
    agreements(by, conn, now, &[id]).await
}

/// The same of several agreements together.
///
/// # Errors
/// As [`agreement`], where that is so of all of them.
pub(crate) async fn agreements(by: &ReportReader, conn: &mut Conn, now: Now, ids: &[AgreementId]) -> Result<Reach> {
    let covered = covered(conn, ids).await?;
    let mut centers = centers::queries::reported_to_all(by, conn).await?;
    let days = read_days(&terms(by, conn).await?, covered);
    centers.retain(|center| days.iter().any(|term| term.0 == center.id()));
    if centers.is_empty() {
        return Err(Error::NotFound);
    }
    reach(by, conn, now, (centers, days.into_iter().collect())).await
}

/// As [`agreement`], of each of several by itself, and of those alone of which the viewer reaches anything: in as many statements as of one.
///
/// # Errors
/// As the database says.
pub(crate) async fn each_agreement(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    ids: &[AgreementId],
) -> Result<BTreeMap<AgreementId, Reach>> {
    let covered = covered(conn, ids).await?;
    let centers = centers::queries::reported_to_all(by, conn).await?;
    let centers: BTreeMap<CenterId, Center> = centers.into_iter().map(|center| (center.id(), center)).collect();
    let mut days: BTreeMap<AgreementId, Vec<Term>> = BTreeMap::new();
    for term in read_days(&terms(by, conn).await?, covered) {
        if let (Some(agreement), true) = (term.3, centers.contains_key(&term.0)) {
            days.entry(agreement).or_default().push(term);
        }
    }
    let nothing = reach(by, conn, now, (Vec::new(), Terms::default())).await?;
    let of = |terms: Vec<Term>| {
        let own: BTreeSet<CenterId> = terms.iter().map(|term| term.0).collect();
        let centers = own.iter().filter_map(|id| centers.get(id).cloned()).collect();
        Reach { centers, terms: terms.into_iter().collect(), ..nothing.clone() }
    };
    Ok(days.into_iter().map(|(agreement, terms)| (agreement, of(terms))).collect())
}

/// The same as it is reported to the purchaser of each ([`as_reported_to`]): what an agreement is charged with is that one's.
///
/// # Errors
/// As the database says.
pub(crate) async fn each_as_reported(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    ids: &[AgreementId],
) -> Result<BTreeMap<AgreementId, Reach>> {
    let small = small_cells::setting(conn).await?;
    let mut all = each_agreement(by, conn, now, ids).await?;
    for reach in all.values_mut() {
        reach.small = Some(small);
        reach.until = small.until(now);
        reach.of_report = true;
    }
    Ok(all)
}

/// Of what agreements cover, the days that a viewer reads, each by its agreement.
fn read_days(reached: &Terms, covered: Vec<CoveredDays>) -> Vec<Term> {
    let mut days: Vec<Term> = Vec::new();
    for (center, starts, ends, id) in covered {
        let may = reached.of(center).iter().filter(|term| term.2.is_none_or(|agreement| agreement == id));
        days.extend(may.map(|term| (center, starts.max(term.0), ends.min(term.1), Some(id))));
    }
    days.retain(|(_, starts, ends, _)| starts <= ends);
    days
}

/// As [`agreement`], of those of its centers that are in `scope` and that it covers on days of `period`, where the viewer reads all of these
/// days: other centers' and other agreements' are not in it.
///
/// # Errors
/// `NotFound` where there is no such day, and where the viewer may not read some of them, for part of a total is no total.
pub async fn agreement_in(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    (id, scope): (AgreementId, &Reported),
    period: Period,
) -> Result<Reach> {
    let asked = centers_of(conn, scope).await?;
    let reach = agreement(by, conn, now, id).await?;
    let of_scope = covered(conn, &[id]).await?.into_iter().filter(|(center, ..)| asked.contains(center));
    let of_period: Vec<CoveredDays> =
        of_scope.filter(|(_, starts, ends, _)| period.between((*starts, *ends)).is_some()).collect();
    let is_read = |(center, starts, ends, _): &CoveredDays| {
        reach.ids().contains(center) && reach.all_days(*center, (*starts, *ends), period).is_some()
    };
    if of_period.is_empty() || !of_period.iter().all(is_read) {
        return Err(Error::NotFound);
    }
    let mut centers = reach.centers.clone();
    centers.retain(|center| of_period.iter().any(|(covered, ..)| *covered == center.id()));
    Ok(Reach { centers, ..reach })
}

/// The same, where the viewer may ask for `period`: the rows behind the numbers of the agreement's report.
///
/// # Errors
/// As [`agreement_in`]; `Refused` as [`Reach::may_ask`] says.
pub async fn charged(
    by: &ReportReader,
    conn: &mut Conn,
    now: Now,
    of: (AgreementId, &Reported),
    period: Period,
) -> Result<Reach> {
    let reach = agreement_in(by, conn, now, of, period).await?;
    reach.may_ask(period)?;
    Ok(reach)
}

/// As [`agreement`], of all its centers and of all their days: what stands for the whole of it.
///
/// # Errors
/// `NotFound` where the viewer may not read some of it, for part of a total is no total.
pub async fn whole_agreement(by: &ReportReader, conn: &mut Conn, now: Now, id: AgreementId) -> Result<Reach> {
    let reach = agreement(by, conn, now, id).await?;
    let is_read = |(center, starts, ends, _): CoveredDays| {
        let days = Period::new(starts, ends.plus_days(1));
        days.is_none_or(|days| reach.ids().contains(&center) && reach.days(center, days) == [days])
    };
    let is_whole = covered(conn, &[id]).await?.into_iter().all(is_read);
    if is_whole { Ok(reach) } else { Err(Error::NotFound) }
}

/// A center with its first and its last day in an agreement.
type CoveredDays = (CenterId, Date, Date, AgreementId);

/// The centers of some agreements.
async fn covered(conn: &mut Conn, ids: &[AgreementId]) -> Result<Vec<CoveredDays>> {
    Ok(sqlx::query_as(
        "select center_id, starts_on, ends_on, agreement_id from agreement_centers
         where agreement_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(ids, |id| json!(id)))
    .fetch_all(conn)
    .await?)
}

/// The same centers as a purchaser is told of them, for what goes to it whoever makes it: what its agreements are charged with, on those of
/// their days that the viewer may read, and no small number.
///
/// # Errors
/// As the database says.
pub async fn as_told_to(conn: &mut Conn, now: Now, purchaser: PurchaserId, reach: &Reach) -> Result<Reach> {
    let covered: Vec<Term> = sqlx::query_as(
        "select x.center_id, x.starts_on, x.ends_on, x.agreement_id
         from agreements g join agreement_centers x on x.agreement_id = g.id where g.purchaser_id = $1",
    )
    .bind(purchaser)
    .fetch_all(&mut *conn)
    .await?;
    let mut terms: Vec<Term> = Vec::new();
    for (center, starts, ends, agreement) in covered {
        let may = reach.terms.of(center).iter().filter(|term| term.2.is_none() || term.2 == agreement);
        terms.extend(may.map(|term| (center, starts.max(term.0), ends.min(term.1), agreement)));
    }
    terms.retain(|(_, starts, ends, _)| starts <= ends);
    let small = small_cells::setting(conn).await?;
    Ok(Reach {
        centers: reach.centers.clone(),
        terms: terms.into_iter().collect(),
        small: Some(small),
        until: small.until(now),
        of_report: false,
    })
}

/// The same for a report that is submitted to the purchaser of agreement `id`: its periods are the agreement's, whatever these are.
///
/// # Errors
/// As the database says.
pub async fn as_reported_to(conn: &mut Conn, now: Now, id: AgreementId, reach: &Reach) -> Result<Reach> {
    let purchaser: PurchaserId =
        sqlx::query_scalar("select purchaser_id from agreements where id = $1").bind(id).fetch_one(&mut *conn).await?;
    Ok(Reach { of_report: true, ..as_told_to(conn, now, purchaser, reach).await? })
}
