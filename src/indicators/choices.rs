//! What may be chosen for an indicator, with what it is called.

use super::queries::{self, AgreedChoice};
use super::types::{CountedMeasure, CountedWithin, IndicatorSpan, IndicatorUnit};
use crate::agreements::AgreementId;
use crate::agreements::terms::ReadCenter;
use crate::catalogs::{self, Catalog, Kind};
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::ids::WorkerId;
use crate::people::groups::PriorityGroup;
use crate::store::Conn;
use crate::web::Lang;

/// The words of the city's lists, and what an agreement's centers have.
pub struct IndicatorChoices {
    kinds: Vec<Kind>,
    team_kinds: Vec<Kind>,
    subgroups: Vec<Kind>,
    rooms: Vec<AgreedChoice>,
    pub workers: Vec<AgreedChoice>,
}

/// Parts that belong together: the key of what they are called, and each as it is sent and read.
pub struct PartChoices {
    pub key: &'static str,
    pub parts: Vec<(CountedWithin, String)>,
}

impl IndicatorChoices {
    /// Of an agreement; without one, of a template, which knows no rooms and no workers.
    ///
    /// # Errors
    /// As the database says.
    pub async fn load(conn: &mut Conn, agreement: Option<AgreementId>) -> Result<Self> {
        let (rooms, workers) = match agreement {
            Some(id) => (queries::rooms(conn, id).await?, queries::workers(conn, id).await?),
            None => (Vec::new(), Vec::new()),
        };
        Ok(Self {
            kinds: catalogs::queries::kinds(conn, Catalog::ServiceKinds).await?,
            team_kinds: catalogs::queries::kinds(conn, Catalog::TeamKinds).await?,
            subgroups: catalogs::queries::kinds(conn, Catalog::Subgroups).await?,
            rooms,
            workers,
        })
    }

    pub fn units(&self) -> &'static [IndicatorUnit] {
        IndicatorUnit::ALL
    }

    pub fn spans(&self) -> &'static [IndicatorSpan] {
        IndicatorSpan::ALL
    }

    pub fn measures(&self) -> &'static [CountedMeasure] {
        CountedMeasure::ALL
    }

    /// Every part of which something can be counted.
    pub fn parts(&self, lang: Lang) -> Vec<PartChoices> {
        let groups = PriorityGroup::ALL.iter().map(|group| Some(*group)).chain([None]).map(CountedWithin::Group);
        let of = |key, parts: Vec<CountedWithin>| PartChoices {
            key,
            parts: parts.into_iter().map(|part| (part, self.called(lang, part))).collect(),
        };
        let ids = |kinds: &[Kind], part: fn(i64) -> CountedWithin| -> Vec<CountedWithin> {
            kinds.iter().map(|kind| part(kind.id)).collect()
        };
        let mut teams = ids(&self.team_kinds, |id| CountedWithin::TeamKind(Some(id)));
        teams.push(CountedWithin::TeamKind(None));
        let rooms = self.rooms.iter().map(|room| CountedWithin::Room(room.id)).collect();
        let all = [
            of("indicators.parts_kinds", ids(&self.kinds, CountedWithin::Kind)),
            of("indicators.parts_groups", groups.collect()),
            of("indicators.parts_subgroups", ids(&self.subgroups, CountedWithin::Subgroup)),
            of("indicators.parts_teams", teams),
            of("indicators.parts_rooms", rooms),
        ];
        all.into_iter().filter(|of| !of.parts.is_empty()).collect()
    }

    /// What a part is called.
    pub fn called(&self, lang: Lang, part: CountedWithin) -> String {
        let of = |kinds: &[Kind], id: i64| {
            let found = kinds.iter().find(|kind| kind.id == id);
            found.map_or_else(|| "—".to_owned(), |kind| lang.pick(&kind.name, &kind.name_en).to_owned())
        };
        match part {
            CountedWithin::Group(group) => lang.text(group.map_or("reports.rest", PriorityGroup::key)),
            CountedWithin::Subgroup(id) => of(&self.subgroups, id),
            CountedWithin::Kind(id) => of(&self.kinds, id),
            CountedWithin::TeamKind(Some(id)) => of(&self.team_kinds, id),
            CountedWithin::TeamKind(None) => lang.text("reports.no_team"),
            CountedWithin::Room(id) => {
                let room = self.rooms.iter().find(|room| room.id == id);
                room.map_or_else(|| "—".to_owned(), |room| format!("{} · {}", room.name, room.center))
            }
        }
    }

    /// Looks whether what was chosen is one of these.
    ///
    /// # Errors
    /// `Invalid` at `center`, `worker` or `within`.
    pub fn check(
        &self,
        centers: &[ReadCenter],
        (center, worker, within): (Option<CenterId>, Option<WorkerId>, Option<CountedWithin>),
    ) -> Result<()> {
        let known = |name| Err(Error::field(name, "field.not_a_choice"));
        if center.is_some_and(|id| !centers.iter().any(|one| one.center_id == id)) {
            return known("center");
        }
        if worker.is_some_and(|id| !self.workers.iter().any(|one| one.id == id.0)) {
            return known("worker");
        }
        self.check_part(within)
    }

    /// As [`Self::check`], of the part alone.
    ///
    /// # Errors
    /// `Invalid` at `within`.
    pub fn check_part(&self, within: Option<CountedWithin>) -> Result<()> {
        let has = |kinds: &[Kind], id: i64| kinds.iter().any(|kind| kind.id == id);
        let is_there = match within {
            None | Some(CountedWithin::Group(_) | CountedWithin::TeamKind(None)) => true,
            Some(CountedWithin::Subgroup(id)) => has(&self.subgroups, id),
            Some(CountedWithin::Kind(id)) => has(&self.kinds, id),
            Some(CountedWithin::TeamKind(Some(id))) => has(&self.team_kinds, id),
            Some(CountedWithin::Room(id)) => self.rooms.iter().any(|room| room.id == id),
        };
        if is_there { Ok(()) } else { Err(Error::field("within", "field.not_a_choice")) }
    }
}
