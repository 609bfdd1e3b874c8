//! What is counted of many centers' days, put together once: it is recalled as long as none of their months is counted otherwise than
//! before. What it follows from is in its key (whose days, charged to whom, what is small, the numbers of [`crate::marks`]), so who may
//! read less never meets what was put together for who may read more, and nothing has to be taken back.

use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::Datelike;
use sha2::{Digest, Sha256};

use super::counted::Counted;
use super::reading::{self, Ask};
use super::{hiding, masks};
use crate::centers::CenterId;
use crate::clock::Month;
use crate::error::Result;
use crate::marks::{self, Versions};
use crate::store::{Conn, RecallKey, Recalled};

/// A group of what is asked for as one, and what it can be recalled by.
#[derive(Clone, Debug)]
pub(super) struct United {
    key: Option<RecallKey>,
    pub counted: Arc<Counted>,
}

/// Counts each group as one, as [`reading::read_for`] counts its members.
///
/// # Errors
/// As [`reading::read`].
pub(super) async fn groups(conn: &mut Conn, small: Option<i64>, groups: &[Vec<Ask>]) -> Result<Vec<United>> {
    let keys = RecallKeys::of(conn, small, groups).await?;
    read(conn, small, groups, &keys).await
}

/// Counts all groups as one.
///
/// # Errors
/// As [`reading::read`].
pub(super) async fn whole(conn: &mut Conn, small: Option<i64>, groups: &[Vec<Ask>]) -> Result<Arc<Counted>> {
    let keys = RecallKeys::of(conn, small, groups).await?;
    let all: Option<Vec<RecallKey>> = groups.iter().map(|asks| keys.key("united", asks)).collect();
    let recalled = conn.recalled();
    if let (Some(recalled), Some(all)) = (&recalled, all)
        && let Some(found) = recalled.find(&key_of_all(&all))
    {
        return Ok(found);
    }
    let parts = read(conn, small, groups, &keys).await?;
    Ok(joined(recalled.as_deref(), parts))
}

/// Whether all of what is asked for, each by itself, is so; `is` is always the same question.
///
/// # Errors
/// As [`reading::read`].
pub(super) async fn all(
    conn: &mut Conn,
    small: i64,
    groups: &[Vec<Ask>],
    is: impl Fn(&Counted, i64) -> bool,
) -> Result<bool> {
    let keys = RecallKeys::of(conn, Some(small), groups).await?;
    let are = |parts: &[Counted]| (parts.iter().all(|part| is(part, small)), 64);
    let found = each(conn, Some(small), ("all", &keys), groups, are).await?;
    Ok(found.into_iter().all(|(_, is)| *is))
}

/// Groups that were counted, as one.
pub(super) fn joined(recalled: Option<&Recalled>, parts: Vec<United>) -> Arc<Counted> {
    if let [one] = parts.as_slice() {
        return one.counted.clone();
    }
    let keys: Option<Vec<RecallKey>> = parts.iter().map(|part| part.key).collect();
    let place = recalled.zip(keys.map(|keys| key_of_all(&keys)));
    if let Some(found) = place.and_then(|(recalled, key)| recalled.find(&key)) {
        return found;
    }
    let mut whole = Counted::default();
    parts.iter().for_each(|part| whole.take_up(&part.counted));
    let whole = Arc::new(whole.in_one_piece());
    if let Some((recalled, key)) = place {
        recalled.keep(key, whole.clone(), whole.bytes());
    }
    whole
}

async fn read(conn: &mut Conn, small: Option<i64>, groups: &[Vec<Ask>], keys: &RecallKeys) -> Result<Vec<United>> {
    let unite = |parts: &[Counted]| {
        let mut whole = Counted::default();
        parts.iter().for_each(|part| whole.take_up(part));
        let whole = whole.in_one_piece();
        let bytes = whole.bytes();
        (whole, bytes)
    };
    let found = each(conn, small, ("united", keys), groups, unite).await?;
    Ok(found.into_iter().map(|(key, counted)| United { key, counted }).collect())
}

/// What is made of each group: recalled, or made of what is read now. The word says what is made.
async fn each<T: Any + Send + Sync>(
    conn: &mut Conn,
    small: Option<i64>,
    (word, keys): (&str, &RecallKeys),
    groups: &[Vec<Ask>],
    make: impl Fn(&[Counted]) -> (T, usize),
) -> Result<Vec<(Option<RecallKey>, Arc<T>)>> {
    let recalled = conn.recalled();
    let keys: Vec<Option<RecallKey>> = groups.iter().map(|asks| keys.key(word, asks)).collect();
    let find = |key: &Option<RecallKey>| recalled.as_ref().zip(key.as_ref()).and_then(|(all, key)| all.find::<T>(key));
    let known: Vec<Option<Arc<T>>> = keys.iter().map(find).collect();
    let missing = groups.iter().zip(&known).filter(|(_, known)| known.is_none()).flat_map(|(asks, _)| asks);
    let missing: Vec<Ask> = missing.copied().collect();
    let counted = match missing.is_empty() {
        true => Vec::new(),
        false => reading::read_for(conn, small, &missing).await?,
    };
    let mut rest = counted.as_slice();
    let mut found = Vec::with_capacity(groups.len());
    for ((asks, key), known) in groups.iter().zip(keys).zip(known) {
        let answer = match known {
            Some(known) => known,
            None => {
                let (mine, others) = rest.split_at(asks.len().min(rest.len()));
                rest = others;
                let (made, bytes) = make(mine);
                let made = Arc::new(made);
                if let (Some(recalled), Some(key)) = (&recalled, key) {
                    recalled.keep(key, made.clone(), bytes);
                }
                made
            }
        };
        found.push((key, answer));
    }
    Ok(found)
}

fn key_of_all(keys: &[RecallKey]) -> RecallKey {
    Sha256::digest(keys.concat()).into()
}

/// What the keys of some groups are made of: read before the groups are, so what is changed meanwhile is asked for under another key.
struct RecallKeys {
    /// What holds for all of them; none for who recalls nothing.
    rules: Option<String>,
    /// By center, of what was hidden when it was told.
    masks: BTreeMap<CenterId, i64>,
    versions: Versions,
}

impl RecallKeys {
    async fn of(conn: &mut Conn, small: Option<i64>, groups: &[Vec<Ask>]) -> Result<Self> {
        if conn.recalled().is_none() {
            return Ok(Self { rules: None, masks: BTreeMap::new(), versions: Versions::default() });
        }
        let asks = || groups.iter().flatten();
        let centers: BTreeSet<CenterId> = asks().map(|ask| ask.center).collect();
        let first = asks().map(|ask| ask.days.from).min();
        let Some((first, last)) = first.zip(asks().map(|ask| ask.days.last()).max()) else {
            return Ok(Self { rules: Some(String::new()), masks: BTreeMap::new(), versions: Versions::default() });
        };
        let (parents, masks) = match small {
            Some(_) => (hiding::parents(conn).await?, masks::versions(conn, &centers).await?),
            None => Default::default(),
        };
        let versions = marks::versions(conn, centers, (Month::of(first), Month::of(last))).await?;
        Ok(Self { rules: Some(format!("{small:?} {parents:?}")), masks, versions })
    }

    /// None where something may change without being marked.
    fn key(&self, word: &str, asks: &[Ask]) -> Option<RecallKey> {
        let mut text = format!("{word} {}", self.rules.as_ref()?);
        for ask in asks {
            let days = [ask.days.from, ask.days.to].map(|day| day.0.num_days_from_ce());
            // By it a month is told whole or in parts.
            let term = ask.term.map(|(first, last)| [first, last].map(|day| day.0.num_days_from_ce()));
            let agreement = ask.agreement.map(|agreement| agreement.0);
            let mask = self.masks.get(&ask.center).copied().unwrap_or(0);
            let months = (Month::of(ask.days.from), Month::of(ask.days.last()));
            let version = self.versions.of(ask.center, months)?;
            _ = write!(text, ";{} {days:?} {term:?} {agreement:?} {mask} {version:?}", ask.center);
        }
        Some(Sha256::digest(text).into())
    }
}
