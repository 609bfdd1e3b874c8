//! What is told beside what is kept of months and years: the organizations that were founded, and what is missing from the numbers. By
//! center: those of several are read as one's are.

use std::collections::{BTreeMap, BTreeSet};

use roaring::RoaringBitmap;
use serde_json::json;
use sqlx::AssertSqlSafe;

use super::Reach;
use super::counted::{Counted, Filter};
use super::list::Measure;
use super::masking::{CellKey, Telling};
use super::queries::{OF_PLACE, charged};
use super::scope::ASKED;
use super::types::{Completeness, Period, UnitTally};
use crate::centers::CenterId;
use crate::claims::ClaimState;
use crate::clock::Now;
use crate::error::Result;
use crate::store::{self, Conn};

/// The community organizations that were founded in the period, and supported by the day on which they were.
pub(super) async fn founded(conn: &mut Conn, reach: &Reach, period: Period) -> Result<BTreeMap<CenterId, i64>> {
    let sql = format!(
        "with {ASKED}
         select q.center_id, count(*) from asked q cross join units u
         where u.center_id = q.center_id and u.founded_on >= q.from_date and u.founded_on < q.to_date
           and u.supported_since <= u.founded_on and {OF_PLACE}
         group by q.center_id"
    );
    let found: Vec<(CenterId, i64)> =
        sqlx::query_as(AssertSqlSafe(sql)).bind(reach.asked(period)).fetch_all(conn).await?;
    Ok(found.into_iter().collect())
}

pub(super) fn units(counted: &Counted, founded: i64) -> UnitTally {
    let of = |measure| counted.value(measure, &Filter::Whole).unwrap_or(0);
    UnitTally {
        served: of(Measure::UnitsServed),
        helping: of(Measure::UnitsHelping),
        lending: of(Measure::UnitsLending),
        founded,
    }
}

/// What waits for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WaitingWork {
    open_sessions: i64,
    pending_claims: i64,
}

impl WaitingWork {
    pub fn and(self, other: Self) -> Self {
        Self {
            open_sessions: self.open_sessions + other.open_sessions,
            pending_claims: self.pending_claims + other.pending_claims,
        }
    }
}

/// The sessions that ended before `now` and are not closed, and what is said of hours and waits for an answer; nothing of a center where
/// there is neither.
pub(super) async fn waiting(
    conn: &mut Conn,
    reach: &Reach,
    period: Period,
    now: Now,
) -> Result<BTreeMap<CenterId, WaitingWork>> {
    // Those still planned are few, and have an index of their own: by their days SQLite would read all that were held.
    let sql = format!(
        "with {ASKED}
         select x.center_id, cast(sum(x.open_sessions) as bigint), cast(sum(x.pending_claims) as bigint)
         from (select q.center_id, count(*) as open_sessions, 0 as pending_claims
               from asked q cross join sessions s
               where s.center_id = q.center_id and s.status = 'planned' and s.ends_at <= $2
                 and not (s.local_date < q.from_date) and not (s.local_date >= q.to_date) and {}
               group by q.center_id
               union all
               select q.center_id, 0 as open_sessions, count(*) as pending_claims
               from asked q cross join hour_claims c
               where c.center_id = q.center_id and c.state = $3 and c.served_on >= q.from_date and c.served_on < q.to_date
                 and {OF_PLACE}
               group by q.center_id) x
         group by x.center_id",
        charged("s")
    );
    let found: Vec<(CenterId, i64, i64)> = sqlx::query_as(AssertSqlSafe(sql))
        .bind(reach.asked(period))
        .bind(now.0)
        .bind(ClaimState::Pending)
        .fetch_all(conn)
        .await?;
    let of = |(center, open_sessions, pending_claims)| (center, WaitingWork { open_sessions, pending_claims });
    Ok(found.into_iter().map(of).collect())
}

/// So many people are looked up one by one; of more, all who have no birth date are read. (Where it is tested, both.)
const FEW: u64 = if cfg!(debug_assertions) { 3 } else { 5_000 };

/// Who has no birth date: all of these who have none, and perhaps others.
pub(super) async fn ageless(conn: &mut Conn, people: &RoaringBitmap) -> Result<RoaringBitmap> {
    const AGELESS: &str = "p.birth_date is null and coalesce(p.erased_born, 0) = 0";
    // In one row: thousands of rows cost more on their way than to be found.
    let found: Option<String> = if people.len() <= FEW {
        let sql = format!(
            "select string_agg(cast(p.id as text), ',') from people p
             where p.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j) and {AGELESS}"
        );
        let ids = store::rows(people, |id| json!(id));
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(ids).fetch_one(conn).await?
    } else {
        let sql = format!("select string_agg(cast(p.id as text), ',') from people p where {AGELESS}");
        sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(conn).await?
    };
    Ok(found.iter().flat_map(|ids| ids.split(',')).filter_map(|id| id.parse::<u32>().ok()).collect())
}

/// What is missing from the numbers, and what of what was counted and of this is not told, or not all of it: before whoever is told
/// nothing that is less than `small`, where that is said.
pub(super) fn completeness(
    small: Option<i64>,
    counted: &Counted,
    waiting: WaitingWork,
    ageless: &RoaringBitmap,
) -> (Completeness, BTreeSet<CellKey>) {
    let without_birth_date = i64::try_from(counted.participants().intersection_len(ageless)).unwrap_or(i64::MAX);
    let pending_claims = waiting.pending_claims;
    let mut hidden = counted.hidden.clone();
    // Those whose age nobody knows are no part of any month that is told; that there is none is, where everybody who came is told.
    let is_told = counted.told(Measure::Persons, &Filter::Whole) == Telling::Exactly;
    if small.is_some() && (without_birth_date > 0 || !is_told) {
        hidden.insert((Measure::WithoutBirthDate, Filter::Whole));
    }
    // Nor are those who say something of their hours, and wait for the answer.
    if small.is_some() && pending_claims > 0 {
        hidden.insert((Measure::PendingClaims, Filter::Whole));
    }
    let told = |measure, number| if hidden.contains(&(measure, Filter::Whole)) { 0 } else { number };
    let missing = Completeness {
        open_sessions: waiting.open_sessions,
        unconfirmed_hours: counted.value(Measure::UnconfirmedHours, &Filter::Whole).unwrap_or(0),
        pending_claims: told(Measure::PendingClaims, pending_claims),
        without_birth_date: told(Measure::WithoutBirthDate, without_birth_date),
    };
    (missing, hidden)
}
