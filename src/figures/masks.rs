//! What was hidden when a report was frozen is hidden ever after (DECISIONS 27: decided once), also where the version was taken back, for it
//! was read in between. A month that is counted again, with a late
//! entry in it, would else be told beside the version, and what only one of the two hides would follow from the other. What was told then,
//! of a month or of a session, is known: as long as it is the same it is told, and nothing is told that follows from it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::counted::Filter;
use super::list::Measure;
use super::masking::CellKey;
use super::reading::{self, Ask, months_of_asks};
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

/// What versions said of a month.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MonthMask {
    /// What they hid.
    pub hidden: BTreeSet<CellKey>,
    /// What they told as it was then, with every value that was told of it.
    pub told: BTreeSet<(CellKey, i64)>,
}

impl MonthMask {
    /// Whether a number was told as it is now, and nothing forbids to tell it still: to hide it would help nobody.
    pub fn tells(&self, cell: &CellKey, value: i64, threshold: i64) -> bool {
        let is_small = 0 < value && value < threshold;
        !is_small && !self.hidden.contains(cell) && self.told.contains(&(*cell, value))
    }

    /// Whether a number was ever told, as whatever.
    pub fn told_once(&self, cell: &CellKey) -> bool {
        self.told.range((*cell, i64::MIN)..=(*cell, i64::MAX)).next().is_some()
    }

    /// Whether something was said of single sessions.
    pub fn is_of_sessions(&self) -> bool {
        let told = self.told.iter().map(|(cell, _)| cell);
        self.hidden.iter().chain(told).any(|(_, filter)| matches!(filter, Filter::Session(_)))
    }

    /// Less what is said already.
    fn less(&mut self, known: &Self) {
        self.hidden.retain(|cell| !known.hidden.contains(cell));
        self.told.retain(|cell| !known.told.contains(cell));
    }

    fn takes_in(&mut self, hidden: BTreeSet<CellKey>, told: BTreeSet<(CellKey, i64)>) {
        self.hidden.extend(hidden);
        self.told.extend(told);
    }
}

/// The same of some months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masks(BTreeMap<MaskPlace, MonthMask>);

fn place(ask: &Ask) -> Option<MaskPlace> {
    let agreement = ask.agreement.filter(|agreement| *agreement != PLACE_ALONE)?;
    Some((ask.center, Month::of(ask.days.from), agreement))
}

impl Masks {
    /// What has been hidden and told of these, each of one month. A session that was hidden is so whoever pays for it by now: it may have
    /// been charged to another agreement since.
    ///
    /// # Errors
    /// As the database says.
    pub(super) async fn of(conn: &mut Conn, asks: &[Ask]) -> Result<Self> {
        let places: BTreeSet<MaskPlace> = asks.iter().filter_map(place).collect();
        let months = places.iter().map(|(_, month, _)| *month);
        let (Some(first), Some(last)) = (months.clone().min(), months.max()) else { return Ok(Self::default()) };
        let centers: BTreeSet<CenterId> = places.iter().map(|(center, ..)| *center).collect();
        let rows: Vec<(CenterId, String, AgreementId, String, String)> = sqlx::query_as(
            "select m.center_id, m.month, m.agreement_id, m.hidden, m.told
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
        let mut sessions: BTreeMap<(CenterId, Month), BTreeSet<CellKey>> = BTreeMap::new();
        for (center, month, agreement, hidden, told) in rows {
            let Some(month) = Month::parse(&month) else { continue };
            let hidden = cells(&hidden)?;
            let of_sessions = hidden.iter().filter(|(_, filter)| matches!(filter, Filter::Session(_)));
            sessions.entry((center, month)).or_default().extend(of_sessions);
            let place = (center, month, agreement);
            if places.contains(&place) {
                masks.0.entry(place).or_default().takes_in(hidden, numbers(&told)?);
            }
        }
        for place in places {
            if let Some(hidden) = sessions.get(&(place.0, place.1)).filter(|hidden| !hidden.is_empty()) {
                masks.0.entry(place).or_default().hidden.extend(hidden);
            }
        }
        Ok(masks)
    }

    /// Of one of them.
    pub(super) fn of_month(&self, ask: &Ask) -> Option<&MonthMask> {
        self.0.get(&place(ask)?)
    }

    /// What is hidden and told of the months of these periods before whoever this reaches, as it is now, as far as no version said so
    /// before. Of a month that a period parts nothing of people is told but its sessions; what is hidden of the whole of it is decided
    /// where another of the periods tells the whole.
    ///
    /// Of a longer period, too, every number of its months counts as told, for whoever reads the version may read the month. Nothing that
    /// must be hidden is told thereby: what counts as told was not hidden when the version was made, it is told on only as long as it is
    /// the same and not small, and what is hidden beside it is hidden as from somebody who knows it.
    ///
    /// # Errors
    /// As the database says.
    pub async fn found(conn: &mut Conn, reach: &Reach, periods: &[Period]) -> Result<Self> {
        let asks = months_of_asks(periods.iter().flat_map(|period| reach.asks(*period)));
        let counted = reading::read_for(conn, reach.small(), &asks).await?;
        let mut masks = Self::default();
        let whole = asks.iter().zip(counted).filter(|(ask, _)| !reading::is_parted(ask));
        for (place, counted) in whole.filter_map(|(ask, counted)| Some((place(ask)?, counted))) {
            let told = counted.told_cells();
            masks.0.entry(place).or_default().takes_in(counted.hidden, told);
        }
        for (ask, said) in told_sessions::said(conn, reach, periods).await? {
            if let Some(place) = place(&ask) {
                masks.0.entry(place).or_default().takes_in(said.hidden, said.told);
            }
        }
        // A report tells each month since its agreement began: what was kept with the last one is not kept again.
        let known = Self::of(conn, &asks).await?;
        for (place, mask) in &mut masks.0 {
            known.0.get(place).into_iter().for_each(|known| mask.less(known));
        }
        masks.0.retain(|_, mask| !mask.hidden.is_empty() || !mask.told.is_empty());
        Ok(masks)
    }

    /// Keeps them for a version that tells of these months.
    ///
    /// # Errors
    /// As the database says.
    pub async fn keep(&self, tx: &mut Conn, version: i64) -> Result<()> {
        sqlx::query(
            "insert into figure_masks (center_id, month, agreement_id, version_id, hidden, told)
             select cast(j.value ->> 'center' as bigint), j.value ->> 'month', cast(j.value ->> 'agreement' as bigint),
                    cast($2 as bigint), j.value ->> 'hidden', j.value ->> 'told'
             from json_each(cast($1 as json_text)) j",
        )
        .bind(store::rows(&self.0, |((center, month, agreement), mask)| {
            let told: Vec<String> = mask.told.iter().map(|(cell, value)| format!("{} {value}", word(cell))).collect();
            json!({
                "center": center, "month": month.to_string(), "agreement": agreement, "hidden": words(&mask.hidden),
                "told": told.join("\n"),
            })
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

fn word((measure, filter): &CellKey) -> String {
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
}

fn words(cells: &BTreeSet<CellKey>) -> String {
    cells.iter().map(word).collect::<Vec<_>>().join("\n")
}

/// # Errors
/// `Internal` for what Linli never wrote: to pass over it would tell what is hidden.
fn cells(words: &str) -> Result<BTreeSet<CellKey>> {
    words.lines().map(|line| cell(line).ok_or_else(|| unknown(line))).collect()
}

/// As [`cells`], each with its number.
fn numbers(words: &str) -> Result<BTreeSet<(CellKey, i64)>> {
    let number = |line: &str| {
        let (word, value) = line.rsplit_once(' ')?;
        Some((cell(word)?, value.parse().ok()?))
    };
    words.lines().map(|line| number(line).ok_or_else(|| unknown(line))).collect()
}

fn unknown(line: &str) -> Error {
    Error::internal(format!("a mask says {line:?}, which is nothing that is counted"))
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
        let told: BTreeSet<(CellKey, i64)> = all.iter().zip(0..).map(|(cell, value)| (*cell, value)).collect();
        let lines: Vec<String> = told.iter().map(|(cell, value)| format!("{} {value}", word(cell))).collect();
        assert_eq!(numbers(&lines.join("\n")).unwrap(), told);
        assert!(cells("visits whole\nvisits planet:3").is_err(), "what is not understood is not passed over");
    }
}
