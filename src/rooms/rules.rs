//! What is asked of a center's rooms (`programmes`; the notice's section 四, 4 came first): an area in all, every required kind,
//! and a share of the optional kinds. Falling short warns and blocks nothing: the annex itself plans a center of 1,200 m².

use std::collections::BTreeSet;

use super::types::{RoomClass, RoomKind, RoomKindId};
use crate::programmes::{ProgrammeRules, RequiredKinds};

/// How a center's rooms stand to what is asked of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    pub area_m2: i64,
    /// None where no area is asked for.
    pub area_asked: Option<i64>,
    /// Required kinds that no room has.
    pub missing_required: Vec<RoomKind>,
    pub optional_there: usize,
    pub optional_asked: usize,
}

impl Standard {
    /// The area that is asked for, where the rooms have less.
    pub fn short_area(&self) -> Option<i64> {
        self.area_asked.filter(|asked| self.area_m2 < *asked)
    }

    pub fn is_met(&self) -> bool {
        self.short_area().is_none() && self.missing_required.is_empty() && self.optional_there >= self.optional_asked
    }
}

/// The kinds of the catalog that these rules require.
pub fn required<'a>(kinds: &'a [RoomKind], asked: &'a ProgrammeRules) -> impl Iterator<Item = &'a RoomKind> {
    kinds.iter().filter(|kind| match &asked.kinds {
        RequiredKinds::Catalog => kind.class == RoomClass::Required,
        RequiredKinds::Listed(listed) => listed.contains(&kind.id),
    })
}

/// Compares rooms, each a kind and square metres, with what is asked. A kind that is required counts among the optional ones no
/// more, and of those that the catalog calls required and the rules do not, nothing is asked.
pub fn standard(rooms: &[(RoomKindId, i64)], kinds: &[RoomKind], asked: &ProgrammeRules) -> Standard {
    let there: BTreeSet<RoomKindId> = rooms.iter().map(|(kind, _)| *kind).collect();
    let required: Vec<&RoomKind> = required(kinds, asked).collect();
    let optional: Vec<&RoomKind> = kinds
        .iter()
        .filter(|kind| kind.class == RoomClass::Optional && required.iter().all(|other| other.id != kind.id))
        .collect();
    let percent = usize::try_from(asked.optional_percent).unwrap_or(0);
    Standard {
        area_m2: rooms.iter().map(|(_, area)| area).sum(),
        area_asked: asked.area_m2,
        missing_required: required.into_iter().filter(|kind| !there.contains(&kind.id)).cloned().collect(),
        optional_there: optional.iter().filter(|kind| there.contains(&kind.id)).count(),
        optional_asked: (optional.len() * percent).div_ceil(100),
    }
}

/// How many people a room of this kind mostly holds: proposed to whoever adds it, and corrected by them.
pub fn usual_capacity(kind: &RoomKind) -> i64 {
    match kind.code.as_str() {
        "multi_purpose" => 60,
        "reception" | "elderly" => 40,
        "reading" | "children" => 30,
        "group_work" => 12,
        "casework" => 4,
        _ => 20,
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    use super::*;

    fn kind(id: i64, class: RoomClass) -> RoomKind {
        let (code, name, name_en) = (String::new(), id.to_string(), id.to_string());
        RoomKind { id: RoomKindId(id), code, class, name, name_en }
    }

    fn class(number: u8) -> RoomClass {
        [RoomClass::Required, RoomClass::Optional, RoomClass::Own][usize::from(number)]
    }

    proptest! {
        /// Counting on paper: kind by kind, ticking which are there.
        #[test]
        fn rooms_are_measured_as_on_paper(
            classes in vec(0_u8..3, 0..12),
            rooms in vec((0_i64..12, 1_i64..900), 0..12),
            area in proptest::option::of(1_i64..3_000),
            percent in 0_i64..=100,
            listed in proptest::option::of(btree_set(0_i64..12, 0..6)),
        ) {
            let kinds: Vec<RoomKind> = (0..).zip(&classes).map(|(id, number)| kind(id, class(*number))).collect();
            let asked = ProgrammeRules {
                area_m2: area,
                optional_percent: percent,
                kinds: match &listed {
                    None => RequiredKinds::Catalog,
                    Some(listed) => RequiredKinds::Listed(listed.iter().map(|id| RoomKindId(*id)).collect()),
                },
            };
            let measured: Vec<_> = rooms.iter().map(|(kind, area)| (RoomKindId(*kind), *area)).collect();
            let told = standard(&measured, &kinds, &asked);

            let (mut missing, mut optional, mut had, mut total) = (Vec::new(), 0_i64, 0_i64, 0_i64);
            for (_, area) in &rooms {
                total += area;
            }
            for (id, number) in (0_i64..).zip(&classes) {
                let is_there = rooms.iter().any(|(kind, _)| *kind == id);
                let is_required = match &listed {
                    None => *number == 0,
                    Some(listed) => listed.contains(&id),
                };
                if is_required {
                    if !is_there {
                        missing.push(RoomKindId(id));
                    }
                } else if *number == 1 {
                    optional += 1;
                    had += i64::from(is_there);
                }
            }
            prop_assert_eq!(told.area_m2, total);
            prop_assert_eq!(told.short_area().is_some(), area.is_some_and(|area| total < area));
            prop_assert_eq!(told.missing_required.iter().map(|kind| kind.id).collect::<Vec<_>>(), missing.clone());
            // A share of p percent is reached where had / optional ≥ p / 100.
            let share_is_met = told.optional_there >= told.optional_asked;
            prop_assert_eq!(share_is_met, had * 100 >= optional * percent);
            prop_assert_eq!(told.is_met(), share_is_met && missing.is_empty() && told.short_area().is_none());
        }
    }
}
