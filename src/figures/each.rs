//! The figures of each of several centers by itself, and of all of them together: in as many statements as those of one, and of what is
//! asked for alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use roaring::RoaringBitmap;

use super::beside::{self, WaitingWork};
use super::counted::Counted;
use super::list::{Figure, Section, figures};
use super::types::{KindName, Numbers, Period, RoomUse};
use super::united::{self, United};
use super::{Reach, queries, room_use};
use crate::centers::{CenterId, Population, population};
use crate::clock::Now;
use crate::error::Result;
use crate::store::{Conn, Recalled};

/// What was counted of some centers, and read beside it: the figures of some sections follow from it. What is not asked for was not read.
pub struct EachCounted {
    period: Period,
    small: Option<i64>,
    sections: BTreeSet<Section>,
    recalled: Option<Arc<Recalled>>,
    /// In the order in which the centers are counted together.
    parts: Vec<United>,
    by_center: BTreeMap<CenterId, Arc<Counted>>,
    kinds: Vec<KindName>,
    team_kinds: Vec<KindName>,
    rooms: BTreeMap<CenterId, Vec<RoomUse>>,
    founded: BTreeMap<CenterId, i64>,
    /// None: of all centers together, in which a community that two of them serve is counted once.
    populations: BTreeMap<Option<CenterId>, Population>,
    waiting: BTreeMap<CenterId, WaitingWork>,
    ageless: RoaringBitmap,
}

/// Counts what the figures of these sections need, whatever the period and however many centers in a constant number of statements. Neither
/// who led anything nor the subgroups are among them: those are asked for where all is ([`queries::count`]).
///
/// # Errors
/// `Refused` as [`Reach::may_ask`] says.
pub async fn count_each(
    conn: &mut Conn,
    (reach, period): (&Reach, Period),
    now: Now,
    sections: &BTreeSet<Section>,
) -> Result<EachCounted> {
    reach.may_ask(period)?;
    let small = reach.small();
    let centers = queries::of_centers(reach, period);
    let parts = united::groups(conn, small, &centers).await?;
    let ids = centers.iter().filter_map(|asks| asks.first()).map(|ask| ask.center);
    let by_center = ids.zip(parts.iter().map(|part| part.counted.clone())).collect();
    let mut each = EachCounted {
        period,
        small,
        sections: sections.clone(),
        recalled: conn.recalled(),
        parts,
        by_center,
        kinds: Vec::new(),
        team_kinds: Vec::new(),
        rooms: BTreeMap::new(),
        founded: BTreeMap::new(),
        populations: BTreeMap::new(),
        waiting: BTreeMap::new(),
        ageless: RoaringBitmap::new(),
    };
    if sections.contains(&Section::Kinds) {
        each.kinds = queries::service_kinds(conn).await?;
    }
    if sections.contains(&Section::Teams) {
        each.team_kinds = queries::team_kinds(conn).await?;
    }
    if sections.contains(&Section::Rooms) {
        for room in room_use::rooms_of_each(conn, reach, period, &each.by_center).await? {
            each.rooms.entry(room.center_id).or_default().push(room);
        }
    }
    if sections.contains(&Section::Units) {
        each.founded = beside::founded(conn, reach, period).await?;
    }
    if sections.contains(&Section::Population) {
        let ids = reach.ids();
        let parts: Vec<(Option<CenterId>, CenterId)> =
            ids.iter().flat_map(|id| [(None, *id), (Some(*id), *id)]).collect();
        each.populations = population::of_parts(conn, &parts, period.last()).await?;
    }
    if sections.contains(&Section::Completeness) {
        each.waiting = beside::waiting(conn, reach, period, now).await?;
        let mut people = RoaringBitmap::new();
        each.by_center.values().for_each(|counted| people |= counted.participants());
        each.ageless = beside::ageless(conn, &people).await?;
    }
    Ok(each)
}

impl EachCounted {
    /// The figures of one of the centers; of one of which nothing may be read they are nought.
    pub fn of_center(&self, center: CenterId) -> Vec<Figure> {
        let nothing = Arc::default();
        self.figures(self.by_center.get(&center).unwrap_or(&nothing), Some(center))
    }

    /// Those of all centers together, each person once.
    pub fn together(&self) -> Vec<Figure> {
        self.figures(&united::joined(self.recalled.as_deref(), self.parts.clone()), None)
    }

    fn figures(&self, counted: &Counted, center: Option<CenterId>) -> Vec<Figure> {
        let waiting = of(&self.waiting, center).copied().fold(WaitingWork::default(), WaitingWork::and);
        let (completeness, hidden) = beside::completeness(self.small, counted, waiting, &self.ageless);
        let numbers = Numbers {
            period: self.period,
            total: counted.tally(),
            groups: queries::groups(counted),
            subgroups: Vec::new(),
            kinds: queries::kinds(&self.kinds, counted),
            teams: queries::teams(&self.team_kinds, counted),
            led: Vec::new(),
            rooms: of(&self.rooms, center).flatten().cloned().collect(),
            units: beside::units(counted, of(&self.founded, center).sum()),
            population: self.populations.get(&center).copied().unwrap_or_default(),
            completeness,
            hidden,
        };
        let mut list = figures(&numbers);
        list.retain(|figure| self.sections.contains(&figure.section));
        list
    }
}

/// What stands there of one center, or of each.
fn of<T>(found: &BTreeMap<CenterId, T>, center: Option<CenterId>) -> impl Iterator<Item = &T> {
    let range = match center {
        Some(center) => found.range(center..=center),
        None => found.range::<CenterId, _>(..),
    };
    range.map(|(_, of_center)| of_center)
}
