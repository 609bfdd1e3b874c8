//! Adding and renaming kinds, and setting the age bands.

use super::forms::{KindInput, KindRevision};
use super::types::{Catalog, Kind};
use crate::audit;
use crate::auth::CityAdmin;
use crate::clock::{Now, Zone};
use crate::error::{Error, OnViolation, Result};
use crate::people::groups::{self, AgeBands};
use crate::people::subgroups::{self, SubgroupInput};
use crate::rooms::RoomClass;
use crate::store::{Conn, Flag};

/// Adds a kind to a catalog. Its code is made here, for nobody needs to invent one.
///
/// # Errors
/// `Invalid` at `name` if the catalog has a kind of that name, at `team_kind` if no kind of team has that code.
pub async fn add(by: &CityAdmin, now: Now, tx: &mut Conn, catalog: Catalog, input: &KindInput) -> Result<()> {
    let code = format!("own_{:08x}", rand::random::<u32>());
    let sql = match catalog {
        Catalog::Subgroups => {
            let KindInput { name, name_en, group, .. } = input;
            let subgroup = SubgroupInput { name: name.clone(), name_en: name_en.clone(), priority_group: *group };
            return subgroups::add(by, now, tx, &subgroup).await;
        }
        Catalog::RoomKinds => {
            "insert into room_kinds (code, name, name_en, class) values ($1, $2, $3, $4) returning id"
        }
        Catalog::TeamKinds => {
            "insert into team_kinds (code, name, name_en, needs_qualification) values ($1, $2, $3, $4) returning id"
        }
        Catalog::ServiceKinds => {
            "insert into service_kinds (code, name, name_en, confidential) values ($1, $2, $3, $4) returning id"
        }
        Catalog::Qualifications => {
            check_team_kind(tx, input.team_kind.as_deref()).await?;
            "insert into qualification_kinds (code, name, name_en, team_kind) values ($1, $2, $3, $4) returning id"
        }
    };
    let insert = sqlx::query_scalar(sql).bind(code).bind(&input.name).bind(&input.name_en);
    let insert = match catalog {
        Catalog::RoomKinds | Catalog::Subgroups => insert.bind(input.class.unwrap_or(RoomClass::Own)),
        Catalog::TeamKinds => insert.bind(Flag::from(input.needs_qualification)),
        Catalog::ServiceKinds => insert.bind(Flag::from(input.confidential)),
        Catalog::Qualifications => insert.bind(input.team_kind.as_deref()),
    };
    let id: i64 = taken(insert.fetch_one(&mut *tx).await)?;
    audit::record(tx, by, now, audit::entry("kind.added", id).because(&input.name)).await
}

/// Looks whether there is such a kind of team.
async fn check_team_kind(tx: &mut Conn, code: Option<&str>) -> Result<()> {
    let Some(code) = code else { return Ok(()) };
    let count: i64 =
        sqlx::query_scalar("select count(*) from team_kinds where code = $1").bind(code).fetch_one(tx).await?;
    if count == 0 { Err(Error::field("team_kind", "field.not_a_choice")) } else { Ok(()) }
}

/// Renames a kind, everywhere and for every year: a kind is what it is called. A kind of service also becomes
/// confidential, or no more: what was published of it is hidden, or shown, from then on.
///
/// # Errors
/// `Invalid` at `name` if the catalog has another kind of that name.
pub async fn revise(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    catalog: Catalog,
    kind: &Kind,
    revision: &KindRevision,
) -> Result<()> {
    let sql = match catalog {
        Catalog::Subgroups => return revise_subgroup(by, now, tx, kind, revision).await,
        Catalog::RoomKinds => "update room_kinds set name = $2, name_en = $3 where id = $1",
        Catalog::TeamKinds => "update team_kinds set name = $2, name_en = $3 where id = $1",
        Catalog::Qualifications => "update qualification_kinds set name = $2, name_en = $3 where id = $1",
        Catalog::ServiceKinds => "update service_kinds set name = $2, name_en = $3, confidential = $4 where id = $1",
    };
    let KindRevision { name, name_en, confidential, .. } = revision;
    let update = sqlx::query(sql).bind(kind.id).bind(name).bind(name_en);
    let update = match catalog {
        Catalog::RoomKinds | Catalog::TeamKinds | Catalog::Subgroups | Catalog::Qualifications => update,
        Catalog::ServiceKinds => update.bind(Flag::from(*confidential)),
    };
    taken(update.execute(&mut *tx).await)?;
    if kind.confidential.is_some_and(|was| was.is_set() != *confidential) {
        let action = if *confidential { "kind.made_confidential" } else { "kind.made_open" };
        audit::record(tx, by, now, audit::entry(action, kind.id).because(name)).await?;
    }
    if (&kind.name, &kind.name_en) == (name, name_en) {
        return Ok(());
    }
    let renamed = format!("{} → {name}", kind.name);
    audit::record(tx, by, now, audit::entry("kind.renamed", kind.id).because(&renamed)).await
}

async fn revise_subgroup(by: &CityAdmin, now: Now, tx: &mut Conn, kind: &Kind, revision: &KindRevision) -> Result<()> {
    let KindRevision { name, name_en, retired, .. } = revision;
    if (&kind.name, &kind.name_en) != (name, name_en) {
        subgroups::rename(by, now, tx, (kind.id, &kind.name), (name, name_en)).await?;
    }
    subgroups::set_retired(by, now, tx, (kind.id, name), *retired).await
}

/// The name is another kind's already.
fn taken<T>(written: sqlx::Result<T>) -> Result<T> {
    let taken = || Error::field("name", "field.name_taken");
    Ok(written
        .on_unique("room_kinds_name", taken)
        .on_unique("team_kinds_name", taken)
        .on_unique("service_kinds_name", taken)
        .on_unique("qualification_kinds_name", taken)?)
}

/// Sets the ages at which somebody counts as elderly or youth, from today on, if they are others than today's. What was
/// before is counted as it was.
pub async fn set_age_bands(by: &CityAdmin, now: Now, tx: &mut Conn, bands: AgeBands) -> Result<()> {
    let today = Zone::SHANGHAI.date(now.0);
    if groups::age_bands(tx, today).await? == bands {
        return Ok(());
    }
    groups::set_age_bands(tx, today, bands).await?;
    let detail = format!("{}+, {}–{}", bands.elderly_from, bands.youth_from, bands.youth_to);
    audit::record(tx, by, now, audit::entry("age_bands.set", 0).because(&detail)).await
}
