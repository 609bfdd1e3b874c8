//! Subgroups (低保, 独居 …): finer than the notice's four groups, each under one of them or under none. One under disabled or
//! needy grants that group while it holds; one under elderly or youth grants nothing, for age decides.

use super::groups::PriorityGroup;
use crate::audit;
use crate::auth::CityAdmin;
use crate::clock::Now;
use crate::error::{Error, OnViolation, Result};
pub use crate::ids::SubgroupId;
use crate::store::{Conn, Flag};

/// Each has a bit of `attendances.subgroups`: so many there can be. The door packs four flags beside them into one value.
const BITS: i64 = 59;

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Subgroup {
    pub id: SubgroupId,
    pub code: String,
    pub priority_group: Option<PriorityGroup>,
    pub name: String,
    pub name_en: String,
    /// No longer granted; memberships go on.
    pub retired: Flag,
}

/// What a subgroup is called, and under which group it stands.
pub struct SubgroupInput {
    pub name: String,
    pub name_en: String,
    pub priority_group: Option<PriorityGroup>,
}

/// All subgroups, those that can be granted first, under their groups in the notice's order.
pub async fn all(conn: &mut Conn) -> Result<Vec<Subgroup>> {
    let mut all: Vec<Subgroup> = sqlx::query_as(
        "select id, code, priority_group, name, name_en, case when retired_at is null then 0 else 1 end as retired
         from subgroups order by id",
    )
    .fetch_all(conn)
    .await?;
    all.sort_by_key(|one| (one.retired.is_set(), one.priority_group.is_none(), one.priority_group));
    Ok(all)
}

/// Adds a subgroup. Its code is made here, for nobody needs to invent one.
///
/// # Errors
/// `Refused("subgroups_full")` where there are as many as an attendance can tell apart.
pub async fn add(by: &CityAdmin, now: Now, tx: &mut Conn, input: &SubgroupInput) -> Result<()> {
    let id: Option<i64> = sqlx::query_scalar(
        "insert into subgroups (code, priority_group, name, name_en, bit)
         select $1, $2, $3, $4, b.next from (select coalesce(max(bit), -1) + 1 as next from subgroups where bit < cast($5 as bigint)) b
         where b.next < cast($5 as bigint) returning id",
    )
    .bind(format!("own_{:08x}", rand::random::<u32>()))
    .bind(input.priority_group)
    .bind(&input.name)
    .bind(&input.name_en)
    .bind(BITS)
    .fetch_optional(&mut *tx)
    .await
    .on_unique("subgroups_bit", || Error::Busy)?;
    let id = id.ok_or_else(|| Error::refused("subgroups_full"))?;
    audit::record(tx, by, now, audit::entry("kind.added", id).because(&input.name)).await
}

/// Renames a subgroup; under which group it stands does not change, for attendances have been counted by it.
pub async fn rename(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    (id, known): (i64, &str),
    (name, name_en): (&str, &str),
) -> Result<()> {
    sqlx::query("update subgroups set name = $2, name_en = $3 where id = $1")
        .bind(id)
        .bind(name.to_owned())
        .bind(name_en.to_owned())
        .execute(&mut *tx)
        .await?;
    let renamed = format!("{known} → {name}");
    audit::record(tx, by, now, audit::entry("kind.renamed", id).because(&renamed)).await
}

/// Takes a subgroup out of use, or back into it. Memberships in it go on either way.
pub async fn set_retired(
    by: &CityAdmin,
    now: Now,
    tx: &mut Conn,
    (id, name): (i64, &str),
    retired: bool,
) -> Result<()> {
    let changed = sqlx::query(
        "update subgroups set retired_at = $2
         where id = $1 and (retired_at is null and cast($2 as bigint) is not null
                            or retired_at is not null and cast($2 as bigint) is null)",
    )
    .bind(id)
    .bind(retired.then_some(now.0))
    .execute(&mut *tx)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    let action = if retired { "kind.retired" } else { "kind.restored" };
    audit::record(tx, by, now, audit::entry(action, id).because(name)).await
}

/// The subgroup of a code that can be granted.
///
/// # Errors
/// `Invalid` at `group`.
pub(super) async fn grantable(conn: &mut Conn, code: &str) -> Result<SubgroupId> {
    sqlx::query_scalar("select id from subgroups where code = $1 and retired_at is null")
        .bind(code.to_owned())
        .fetch_optional(conn)
        .await?
        .ok_or_else(|| Error::field("group", "field.not_a_choice"))
}
