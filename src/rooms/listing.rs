//! The list of a center's rooms: cut to some of them, in an order.

use std::cmp::Reverse;

use super::types::{Room, RoomClass, RoomKind, RoomKindId};
use crate::error::Result;
use crate::fields::{Fields, parse};
use crate::store::text_enum;
use crate::web::Lang;
use crate::web::cut::{NameSought, Toolbar};

text_enum!(
    RoomOrder in "room_order" {
        /// As the catalog has the kinds, required ones first.
        Kind = "kind",
        Name = "name",
        /// The largest first.
        Area = "area",
        /// What takes in most people first.
        Capacity = "capacity",
    }
);

/// How the list is cut and put in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomsCut {
    wanted: NameSought,
    class: Option<RoomClass>,
    kind: Option<RoomKindId>,
    /// People who find a place in it.
    seats: Option<i64>,
    order: RoomOrder,
}

impl Default for RoomsCut {
    fn default() -> Self {
        Self { wanted: NameSought::default(), class: None, kind: None, seats: None, order: RoomOrder::Kind }
    }
}

/// The sizes that the list is asked for, in people.
const SIZES: [i64; 4] = [10, 20, 50, 100];

impl RoomsCut {
    /// Fields `q class kind seats sort`.
    ///
    /// # Errors
    /// A fault for each word that means nothing.
    pub fn read(fields: &Fields) -> Result<Self> {
        let mut read = fields.read();
        let class = read.optional("class", parse::choice);
        let kind = read.optional("kind", parse::choice);
        let seats = read.optional("seats", parse::integer(1..=100_000));
        let order = read.optional("sort", parse::choice);
        let wanted = NameSought::read(fields);
        read.finish(|| {
            let order = order?.unwrap_or(RoomOrder::Kind);
            Some(Self { wanted, class: class?, kind: kind?, seats: seats?, order })
        })
    }

    /// The rooms that it leaves, in its order.
    pub fn of(&self, mut rooms: Vec<Room>) -> Vec<Room> {
        rooms.retain(|room| {
            self.class.is_none_or(|class| class == room.class)
                && self.kind.is_none_or(|kind| kind == room.kind_id)
                && self.seats.is_none_or(|seats| seats <= room.capacity)
                && self.wanted.is_in([room.name.as_str()])
        });
        match self.order {
            RoomOrder::Kind => {}
            RoomOrder::Name => rooms.sort_by(|a, b| a.name.cmp(&b.name)),
            RoomOrder::Area => rooms.sort_by_key(|room| Reverse(room.area_m2)),
            RoomOrder::Capacity => rooms.sort_by_key(|room| Reverse(room.capacity)),
        }
        rooms
    }

    pub fn toolbar(&self, lang: Lang, kinds: &[RoomKind]) -> Toolbar {
        let kinds = kinds.iter().map(|kind| (kind.id.to_string(), lang.pick(&kind.name, &kind.name_en).to_owned()));
        let sizes = SIZES.map(|seats| (seats.to_string(), lang.with("rooms.from_seats", [("n", seats.to_string())])));
        Toolbar::ordered(lang, self.order, RoomOrder::ALL, RoomOrder::key)
            .with_text(&self.wanted)
            .with_words(("class", "export.class"), self.class, RoomClass::ALL, RoomClass::key)
            .with(("kind", "rooms.kind"), self.kind, kinds)
            .with(("seats", "rooms.capacity"), self.seats, sizes)
    }
}
