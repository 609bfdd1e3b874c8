//! How many people live where a center serves, as a source prints it.

use std::collections::BTreeMap;

use serde_json::json;

use crate::clock::Date;
use crate::error::Result;
use crate::ids::CenterId;
use crate::store::{Conn, rows, text_enum};

text_enum!(
    /// What the second number of a printed population counts. In 15 of the annex's 25 rows it is the first one plus a round
    /// hundred, so it may well be everybody; an administrator says which, for each community.
    SecondNumber in "second_number" { Migrant = "migrant", All = "all" }
);

/// The residents of some communities, in the two numbers in which they are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Population {
    /// Registered residents, 户籍人口.
    pub registered: i64,
    /// The other number, headed 外来人口.
    pub second: i64,
    /// What that one counts, where it is known and the same for all of them.
    pub second_is: Option<SecondNumber>,
}

impl Population {
    /// Everybody, where that is known: two numbers are not added up on a guess.
    pub fn all(self) -> Option<i64> {
        match self.second_is? {
            SecondNumber::Migrant => Some(self.registered + self.second),
            SecondNumber::All => Some(self.second),
        }
    }

    /// The migrant residents, where that is known.
    pub fn migrant(self) -> Option<i64> {
        match self.second_is? {
            SecondNumber::Migrant => Some(self.second),
            SecondNumber::All => Some((self.second - self.registered).max(0)),
        }
    }

    /// The key of what the second number is called.
    pub fn second_key(self) -> &'static str {
        self.second_is.map_or("second_number.unknown", SecondNumber::key)
    }

    fn and(self, other: Self) -> Self {
        Self {
            registered: self.registered + other.registered,
            second: self.second + other.second,
            second_is: self.second_is.filter(|word| other.second_is == Some(*word)),
        }
    }
}

#[derive(sqlx::FromRow)]
struct PopulationRow {
    center_id: CenterId,
    community_id: i64,
    registered: i64,
    second: i64,
    second_is: Option<SecondNumber>,
}

/// Who lives in the communities that each of the centers serves on `day`, by the latest numbers of that day; before there are
/// any, by the first.
pub async fn of_centers(conn: &mut Conn, centers: &[CenterId], day: Date) -> Result<BTreeMap<CenterId, Population>> {
    let found = served(conn, centers, day).await?;
    let mut populations: BTreeMap<CenterId, Population> = BTreeMap::new();
    for row in found {
        let own = Population { registered: row.registered, second: row.second, second_is: row.second_is };
        populations.entry(row.center_id).and_modify(|sum| *sum = sum.and(own)).or_insert(own);
    }
    Ok(populations)
}

/// As [`of_centers`], of all of them together: a community that two of them serve is counted once.
pub async fn together(conn: &mut Conn, centers: &[CenterId], day: Date) -> Result<Population> {
    let mut found = served(conn, centers, day).await?;
    found.sort_by_key(|row| row.community_id);
    found.dedup_by_key(|row| row.community_id);
    let own =
        |row: &PopulationRow| Population { registered: row.registered, second: row.second, second_is: row.second_is };
    Ok(found.iter().map(own).reduce(Population::and).unwrap_or_default())
}

/// As [`together`], for each of several parts: a center's part is what stands beside it, and it may stand in many.
pub async fn of_parts<P: Ord + Clone>(
    conn: &mut Conn,
    of: &[(P, CenterId)],
    day: Date,
) -> Result<BTreeMap<P, Population>> {
    let mut centers: Vec<CenterId> = of.iter().map(|(_, center)| *center).collect();
    centers.sort_unstable();
    centers.dedup();
    let found = served(conn, &centers, day).await?;
    let mut communities: BTreeMap<P, BTreeMap<i64, Population>> = BTreeMap::new();
    for (part, center) in of {
        let of_part = communities.entry(part.clone()).or_default();
        for row in found.iter().filter(|row| row.center_id == *center) {
            let own = Population { registered: row.registered, second: row.second, second_is: row.second_is };
            of_part.insert(row.community_id, own);
        }
    }
    let sum = |of_part: BTreeMap<i64, Population>| of_part.into_values().reduce(Population::and).unwrap_or_default();
    Ok(communities.into_iter().map(|(part, of_part)| (part, sum(of_part))).collect())
}

/// The latest numbers on `day` of the community in which a center has its seat.
pub async fn of_seat(conn: &mut Conn, center: CenterId, day: Date) -> Result<Population> {
    let found: Option<PopulationRow> = sqlx::query_as(
        "select c.id as center_id, p.community_id, p.registered, p.second, p.second_is
         from centers c join populations p on p.community_id = c.community_id
         where c.id = $1 order by case when p.counted_on <= $2 then 0 else 1 end,
                                  case when p.counted_on <= $2 then p.counted_on end desc, p.counted_on limit 1",
    )
    .bind(center)
    .bind(day)
    .fetch_optional(conn)
    .await?;
    let own =
        |row: PopulationRow| Population { registered: row.registered, second: row.second, second_is: row.second_is };
    Ok(found.map(own).unwrap_or_default())
}

async fn served(conn: &mut Conn, centers: &[CenterId], day: Date) -> Result<Vec<PopulationRow>> {
    Ok(sqlx::query_as(
        "select s.center_id, p.community_id, p.registered, p.second, p.second_is
         from center_communities s
         join populations p on p.community_id = s.community_id
         where s.center_id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)
           and (s.from_date is null or s.from_date <= $2) and (s.to_date is null or s.to_date >= $2)
           and p.counted_on = coalesce(
                (select max(x.counted_on) from populations x where x.community_id = s.community_id and x.counted_on <= $2),
                (select min(x.counted_on) from populations x where x.community_id = s.community_id))
         order by s.center_id, p.community_id",
    )
    .bind(rows(centers, |center| json!(center)))
    .bind(day)
    .fetch_all(conn)
    .await?)
}
