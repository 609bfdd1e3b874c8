//! What was hidden when a report was frozen is hidden ever after (DECISIONS 27: decided once), also where the version was taken back, for it
//! was read in between. A month that is counted again, with a late
//! entry in it, would else be told beside the version, and what only one of the two hides would follow from the other.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::counted::Filter;
use super::list::Measure;
use super::masking::CellKey;
use super::reading::{self, Ask, months_of_asks, rests_of_month};
use super::scope::{PLACE_ALONE, Reach};
use super::told_sessions;
use super::types::Period;
use crate::agreements::AgreementId;
use crate::centers::CenterId;
use crate::clock::Month;
use crate::error::{Error, Result};
use crate::people::groups::PriorityGroup;
use crate::store::{self, Conn};

/// A center's month, as it is charged to an agreement.
type MaskPlace = (CenterId, Month, AgreementId);

/// What was hidden of some months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masks(BTreeMap<MaskPlace, BTreeSet<CellKey>>);

fn place(ask: &Ask) -> Option<MaskPlace> {
    let agreement = ask.agreement.filter(|agreement| *agreement != PLACE_ALONE)?;
    Some((ask.center, Month::of(ask.days.from), agreement))
}

impl Masks {
    /// What has been hidden of these, each of one month.
    ///
    /// # Errors
    /// As the database says.
    pub(super) async fn of(conn: &mut Conn, asks: &[Ask]) -> Result<Self> {
        let places: BTreeSet<MaskPlace> = asks.iter().filter_map(place).collect();
        let months = places.iter().map(|(_, month, _)| *month);
        let (Some(first), Some(last)) = (months.clone().min(), months.max()) else { return Ok(Self::default()) };
        let centers: BTreeSet<CenterId> = places.iter().map(|(center, ..)| *center).collect();
        let rows: Vec<(CenterId, String, AgreementId, String)> = sqlx::query_as(
            "select m.center_id, m.month, m.agreement_id, m.hidden
             from json_each(cast($1 as json_text)) j
             cross join figure_masks m
             where m.center_id = cast(cast(j.value as text) as bigint) and m.month >= $2 and m.month <= $3",
        )
        .bind(store::rows(centers, |center| json!(center)))
        .bind(first.to_string())
        .bind(last.to_string())
        .fetch_all(conn)
        .await?;
        let mut masks = Self::default();
        for (center, month, agreement, hidden) in rows {
            let place = Month::parse(&month).map(|month| (center, month, agreement));
            if let Some(place) = place.filter(|place| places.contains(place)) {
                masks.0.entry(place).or_default().extend(cells(&hidden)?);
            }
        }
        Ok(masks)
    }

    /// Of one of them.
    pub(super) fn of_month(&self, ask: &Ask) -> Option<&BTreeSet<CellKey>> {
        self.0.get(&place(ask)?)
    }

    /// What is hidden of the months of these periods before whoever this reaches, as it is now. Of a month that a period parts nothing of
    /// people is told; what is hidden of the whole of it is decided where another of the periods tells the whole.
    ///
    /// # Errors
    /// As the database says.
    pub async fn found(conn: &mut Conn, reach: &Reach, periods: &[Period]) -> Result<Self> {
        let asks = months_of_asks(periods.iter().flat_map(|period| reach.asks(*period)));
        let rests: Vec<Vec<Ask>> = asks.iter().map(|ask| rests_of_month(*ask)).collect();
        let mut others = reading::read(conn, &rests.concat()).await?.into_iter();
        let mut has_people =
            |rests: usize| others.by_ref().take(rests).fold(false, |any, rest| any || rest.has_people());
        let is_parted: Vec<bool> = rests.iter().map(|rests| has_people(rests.len())).collect();
        let counted = reading::read_for(conn, reach.small(), &asks).await?;
        let told = asks.iter().zip(counted).zip(is_parted).filter(|(_, is_parted)| !is_parted);
        let told: Vec<(MaskPlace, BTreeSet<CellKey>)> =
            told.filter_map(|((ask, counted), _)| Some((place(ask)?, counted.hidden))).collect();
        let of_sessions = told_sessions::hidden(conn, reach, periods).await?;
        let of_sessions = of_sessions.into_iter().filter_map(|(ask, hidden)| Some((place(&ask)?, hidden)));
        let places: BTreeSet<MaskPlace> = told.iter().map(|(place, _)| *place).collect();
        let of_sessions: Vec<_> = of_sessions.filter(|(place, _)| places.contains(place)).collect();
        let mut masks = Self::default();
        for (place, hidden) in told.into_iter().chain(of_sessions).filter(|(_, hidden)| !hidden.is_empty()) {
            masks.0.entry(place).or_default().extend(hidden);
        }
        Ok(masks)
    }

    /// Keeps them for a version that tells of these months.
    ///
    /// # Errors
    /// As the database says.
    pub async fn keep(&self, tx: &mut Conn, version: i64) -> Result<()> {
        sqlx::query(
            "insert into figure_masks (center_id, month, agreement_id, version_id, hidden)
             select cast(j.value ->> 'center' as bigint), j.value ->> 'month', cast(j.value ->> 'agreement' as bigint),
                    cast($2 as bigint), j.value ->> 'hidden'
             from json_each(cast($1 as json_text)) j",
        )
        .bind(store::rows(&self.0, |((center, month, agreement), hidden)| {
            json!({"center": center, "month": month.to_string(), "agreement": agreement, "hidden": words(hidden)})
        }))
        .bind(version)
        .execute(tx)
        .await?;
        Ok(())
    }
}

/// By which number what is recalled of these centers is known to be of the masks that there are now.
///
/// # Errors
/// As the database says.
pub(super) async fn versions(conn: &mut Conn, centers: &BTreeSet<CenterId>) -> Result<BTreeMap<CenterId, i64>> {
    let rows: Vec<(CenterId, i64)> = sqlx::query_as(
        "select m.center_id, count(*)
         from json_each(cast($1 as json_text)) j
         cross join figure_masks m
         where m.center_id = cast(cast(j.value as text) as bigint)
         group by m.center_id",
    )
    .bind(store::rows(centers, |center| json!(center)))
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().collect())
}

fn words(cells: &BTreeSet<CellKey>) -> String {
    let word = |(measure, filter): &CellKey| {
        let part = match filter {
            Filter::Whole => "whole".to_owned(),
            Filter::Group(group) => format!("group:{}", group.map_or("none", PriorityGroup::code)),
            Filter::Subgroup(bit) => format!("subgroup:{bit}"),
            Filter::Kind(kind) => format!("kind:{kind}"),
            Filter::TeamKind(kind) => kind.map_or("team:none".to_owned(), |kind| format!("team:{kind}")),
            Filter::Worker(worker) => format!("worker:{worker}"),
            Filter::Room(room) => format!("room:{room}"),
            Filter::Session(session) => format!("session:{session}"),
        };
        format!("{} {part}", measure.code())
    };
    cells.iter().map(word).collect::<Vec<_>>().join("\n")
}

/// # Errors
/// `Internal` for what Linli never wrote: to pass over it would tell what is hidden.
fn cells(words: &str) -> Result<BTreeSet<CellKey>> {
    let unknown = |line: &str| Error::internal(format!("a mask hides {line:?}, which is nothing that is counted"));
    words.lines().map(|line| cell(line).ok_or_else(|| unknown(line))).collect()
}

fn cell(line: &str) -> Option<CellKey> {
    let (measure, part) = line.split_once(' ')?;
    let filter = match part.split_once(':') {
        None => Filter::Whole,
        Some(("group", "none")) => Filter::Group(None),
        Some(("group", group)) => Filter::Group(Some(group.parse().ok()?)),
        Some(("subgroup", bit)) => Filter::Subgroup(bit.parse().ok()?),
        Some(("kind", kind)) => Filter::Kind(kind.parse().ok()?),
        Some(("team", "none")) => Filter::TeamKind(None),
        Some(("team", kind)) => Filter::TeamKind(Some(kind.parse().ok()?)),
        Some(("worker", worker)) => Filter::Worker(worker.parse().ok()?),
        Some(("room", room)) => Filter::Room(room.parse().ok()?),
        Some(("session", session)) => Filter::Session(session.parse().ok()?),
        Some(_) => return None,
    };
    Some((measure.parse::<Measure>().ok()?, filter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_read_as_it_was_written() {
        let groups = PriorityGroup::ALL.iter().copied().map(Some).chain([None]).map(Filter::Group);
        let others = [
            Filter::Whole,
            Filter::Subgroup(3),
            Filter::Kind(7),
            Filter::TeamKind(None),
            Filter::TeamKind(Some(9)),
            Filter::Worker(4),
            Filter::Room(5),
            Filter::Session(6),
        ];
        let filters: Vec<Filter> = groups.chain(others).collect();
        let all: BTreeSet<CellKey> =
            Measure::ALL.iter().flat_map(|measure| filters.iter().map(|filter| (*measure, *filter))).collect();
        assert_eq!(cells(&words(&all)).unwrap(), all);
        assert!(cells("visits whole\nvisits planet:3").is_err(), "what is not understood is not passed over");
    }
}
