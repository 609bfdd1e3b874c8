//! What catalogs are made of.

use crate::people::groups::PriorityGroup;
use crate::rooms::RoomClass;
use crate::store::{Flag, text_enum};

text_enum!(
    /// One of the lists of kinds, each a table of its own.
    Catalog in "catalogs" {
        RoomKinds = "room-kinds",
        TeamKinds = "team-kinds",
        ServiceKinds = "service-kinds",
        /// Kept by people.
        Subgroups = "subgroups",
        /// What volunteers may be qualified for.
        Qualifications = "qualifications",
    }
);

impl<'a> rocket::request::FromParam<'a> for Catalog {
    type Error = String;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        param.parse()
    }
}

/// A kind of any catalog. Rooms' kinds have a class; teams' kinds say whether the work needs a qualification, services'
/// kinds whether they are confidential, subgroups under which group they stand, certificates which teams need them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Kind {
    pub id: i64,
    pub name: String,
    pub name_en: String,
    pub class: Option<RoomClass>,
    pub needs_qualification: Option<Flag>,
    /// Kinds of services: whether what they say may name a person.
    pub confidential: Option<Flag>,
    /// Subgroups: the one of the four under which it stands, or none; and whether it is out of use.
    #[sqlx(default)]
    pub group: Option<PriorityGroup>,
    #[sqlx(default)]
    pub retired: bool,
    /// Certificates: the kind of team whose work needs it.
    #[sqlx(default)]
    pub team: Option<String>,
    #[sqlx(default)]
    pub team_en: Option<String>,
}

/// A kind of team, for choosing whose work needs a certificate.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct TeamKindName {
    pub code: String,
    pub name: String,
    pub name_en: String,
}
