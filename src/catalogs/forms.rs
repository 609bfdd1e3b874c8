//! Reading a kind's form, and the age bands'.

use super::types::Catalog;
use crate::error::{Fault, Result};
use crate::fields::{Fields, parse};
use crate::people::groups::{AgeBands, PriorityGroup};
use crate::rooms::RoomClass;

pub struct KindInput {
    pub name: String,
    pub name_en: String,
    /// Set for kinds of rooms.
    pub class: Option<RoomClass>,
    /// Read for kinds of teams.
    pub needs_qualification: bool,
    /// Read for kinds of services.
    pub confidential: bool,
    /// Read for subgroups: the group under which it stands.
    pub group: Option<PriorityGroup>,
    /// Read for certificates: the code of the kind of team whose work needs it.
    pub team_kind: Option<String>,
}

/// Fields `name name_en`, `class` for a kind of room, `needs_qualification` for one of team, `confidential` for one of
/// service, `group` for a subgroup, `team_kind` for a certificate.
pub fn kind(fields: &Fields, catalog: Catalog) -> Result<KindInput> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(30));
    let name_en = read.required("name_en", parse::line(60));
    let class = match catalog {
        Catalog::RoomKinds => read.required("class", parse::choice).map(Some),
        _ => Some(None),
    };
    let group = match catalog {
        Catalog::Subgroups => read.optional("group", parse::choice),
        _ => Some(None),
    };
    let team_kind = match catalog {
        Catalog::Qualifications => read.optional("team_kind", parse::line(40)),
        _ => Some(None),
    };
    let (needs_qualification, confidential) = (read.flag("needs_qualification"), read.flag("confidential"));
    read.finish(|| {
        let (name, name_en, class, group, team_kind) = (name?, name_en?, class?, group?, team_kind?);
        Some(KindInput { name, name_en, class, needs_qualification, confidential, group, team_kind })
    })
}

/// What may change of a kind that is in use.
pub struct KindRevision {
    pub name: String,
    pub name_en: String,
    /// Read for kinds of services.
    pub confidential: bool,
    /// Read for subgroups.
    pub retired: bool,
}

/// Fields `name name_en`, `confidential` for a kind of service, and `retired` for a subgroup.
pub fn revision(fields: &Fields) -> Result<KindRevision> {
    let mut read = fields.read();
    let name = read.required("name", parse::line(30));
    let name_en = read.required("name_en", parse::line(60));
    let (confidential, retired) = (read.flag("confidential"), read.flag("retired"));
    read.finish(|| Some(KindRevision { name: name?, name_en: name_en?, confidential, retired }))
}

/// Fields `elderly_from youth_from youth_to`, ages in whole years.
pub fn age_bands(fields: &Fields) -> Result<AgeBands> {
    let mut read = fields.read();
    let age = |min, max| move |text: &str| parse::integer(min..=max)(text).map(|age| age.unsigned_abs() as u32);
    let elderly_from = read.required("elderly_from", age(40, 100));
    let youth_from = read.required("youth_from", age(0, 30));
    let youth_to = read.required("youth_to", age(0, 39));
    if let (Some(from), Some(to)) = (youth_from, youth_to)
        && to < from
    {
        read.fault::<()>("youth_to", Fault::new("field.ends_before_start"));
    }
    read.finish(|| Some(AgeBands { elderly_from: elderly_from?, youth_from: youth_from?, youth_to: youth_to? }))
}
