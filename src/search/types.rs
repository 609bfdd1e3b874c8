//! What a search finds.

use crate::centers::CenterId;
use crate::store::text_enum;

text_enum!(
    /// Of what a hit is, in the order in which they are shown.
    HitKind in "hit" {
        Person = "person",
        Activity = "activity",
        Team = "team",
        Room = "room",
        Unit = "unit",
        Worker = "worker",
        Center = "center",
        Account = "account",
    }
);

/// One thing that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub kind: HitKind,
    pub id: i64,
    pub name: String,
    /// What tells it from another of the name, or says what it is.
    pub detail: String,
    /// Where it is; none for an account.
    pub center: Option<(CenterId, String)>,
}

impl Hit {
    /// The address of its page.
    pub fn path(&self) -> String {
        let inside = |folder: &str| match &self.center {
            Some((center, _)) => center.path(format_args!("/{folder}/{}", self.id)),
            None => String::new(),
        };
        match self.kind {
            HitKind::Person => inside("people"),
            HitKind::Activity => inside("activities"),
            HitKind::Team => inside("teams"),
            HitKind::Room => inside("rooms"),
            HitKind::Unit => inside("units"),
            HitKind::Worker => inside("workers"),
            HitKind::Center => CenterId(self.id).path(""),
            HitKind::Account => format!("/accounts/{}", self.id),
        }
    }
}
