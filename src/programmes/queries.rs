//! Reading programmes, and by what a center is measured on a day.

use std::collections::{BTreeMap, BTreeSet};

use super::rules;
use super::types::{
    Programme, ProgrammeId, ProgrammeRules, ProgrammeScope, ProgrammeScopeId, ProgrammeVersion, ProgrammeVersionId,
    RequiredKinds, RulesOfDay, ScopeOf,
};
use crate::centers::{CenterId, CenterKind};
use crate::clock::{Date, Timestamp};
use crate::error::{Error, Result};
use crate::ids::RoomKindId;
use crate::store::{Conn, Flag};

const PROGRAMMES: &str = "select id, name, name_en, source, gives_rules from programmes";

/// All of them, as they were added.
pub async fn all(conn: &mut Conn) -> Result<Vec<Programme>> {
    let sql = format!("{PROGRAMMES} order by id");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_all(conn).await?)
}

pub async fn find(conn: &mut Conn, id: ProgrammeId) -> Result<Programme> {
    let sql = format!("{PROGRAMMES} where id = $1");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    id: ProgrammeVersionId,
    programme_id: ProgrammeId,
    valid_from: Date,
    area_m2: Option<i64>,
    optional_percent: i64,
    by_catalog: Flag,
    reason: String,
    created_by: Option<String>,
    voided_at: Option<Timestamp>,
    void_reason: Option<String>,
}

impl VersionRow {
    fn version(self, listed: &mut BTreeMap<ProgrammeVersionId, BTreeSet<RoomKindId>>) -> ProgrammeVersion {
        let kinds = if self.by_catalog.is_set() {
            RequiredKinds::Catalog
        } else {
            RequiredKinds::Listed(listed.remove(&self.id).unwrap_or_default())
        };
        ProgrammeVersion {
            id: self.id,
            programme_id: self.programme_id,
            valid_from: self.valid_from,
            rules: ProgrammeRules { area_m2: self.area_m2, optional_percent: self.optional_percent, kinds },
            reason: self.reason,
            created_by: self.created_by,
            voided_at: self.voided_at,
            void_reason: self.void_reason,
        }
    }
}

/// The versions of all programmes, or of one, the latest first; with those that were taken back.
pub async fn versions(conn: &mut Conn, of: Option<ProgrammeId>) -> Result<Vec<ProgrammeVersion>> {
    let found: Vec<VersionRow> = sqlx::query_as(
        "select v.id, v.programme_id, v.valid_from, v.area_m2, v.optional_percent, v.by_catalog, v.reason,
                a.name as created_by, v.voided_at, v.void_reason
         from programme_versions v left join accounts a on a.id = v.created_by
         where v.programme_id = coalesce(cast($1 as bigint), v.programme_id)
         order by v.valid_from desc, v.id desc",
    )
    .bind(of)
    .fetch_all(&mut *conn)
    .await?;
    let kinds: Vec<(ProgrammeVersionId, RoomKindId)> =
        sqlx::query_as("select version_id, kind_id from programme_kinds order by version_id, kind_id")
            .fetch_all(conn)
            .await?;
    let mut listed: BTreeMap<ProgrammeVersionId, BTreeSet<RoomKindId>> = BTreeMap::new();
    for (version, kind) in kinds {
        listed.entry(version).or_default().insert(kind);
    }
    Ok(found.into_iter().map(|row| row.version(&mut listed)).collect())
}

/// A version of the programme.
pub async fn version(conn: &mut Conn, of: ProgrammeId, id: ProgrammeVersionId) -> Result<ProgrammeVersion> {
    versions(conn, Some(of)).await?.into_iter().find(|version| version.id == id).ok_or(Error::NotFound)
}

const SCOPES: &str =
    "select s.id, s.programme_id, s.center_id, c.name as center, s.center_kind, s.from_date, s.to_date,
        s.voided_at, s.void_reason
     from programme_scopes s left join centers c on c.id = s.center_id";

/// For whom the programme holds, held and will hold.
pub async fn scopes(conn: &mut Conn, of: ProgrammeId) -> Result<Vec<ProgrammeScope>> {
    let sql = format!("{SCOPES} where s.programme_id = $1 order by s.from_date desc, s.id desc");
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(of).fetch_all(conn).await?)
}

pub async fn scope(conn: &mut Conn, of: ProgrammeId, id: ProgrammeScopeId) -> Result<ProgrammeScope> {
    let sql = format!("{SCOPES} where s.programme_id = $1 and s.id = $2");
    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(of).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// What is said of these, by the programmes that give rules.
pub(super) async fn said_of(conn: &mut Conn, whom: ScopeOf) -> Result<Vec<ProgrammeScope>> {
    let (center, kind) = match whom {
        ScopeOf::Center(center) => (Some(center), None),
        ScopeOf::Kind(kind) => (None, Some(kind)),
    };
    giving(conn, center, kind).await
}

/// The scopes of the programmes that give rules which speak of the center or of the kind.
async fn giving(conn: &mut Conn, center: Option<CenterId>, kind: Option<CenterKind>) -> Result<Vec<ProgrammeScope>> {
    let sql = format!(
        "{SCOPES} join programmes p on p.id = s.programme_id
         where p.gives_rules = $3 and (s.center_id = cast($1 as bigint) or s.center_kind = cast($2 as text))
         order by s.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(center).bind(kind).bind(Flag::from(true)).fetch_all(conn).await?)
}

/// By what the center is measured on `day`; none where no programme holds for it, or none of its versions has begun.
pub async fn of_center(conn: &mut Conn, center: CenterId, day: Date) -> Result<Option<RulesOfDay>> {
    let kind: CenterKind =
        sqlx::query_scalar("select kind from centers where id = $1").bind(center).fetch_one(&mut *conn).await?;
    let scopes = giving(conn, Some(center), Some(kind)).await?;
    let Some(id) = rules::programme_of((center, kind), &scopes, day) else { return Ok(None) };
    let versions = versions(conn, Some(id)).await?;
    let Some(version) = rules::version_on(id, &versions, day) else { return Ok(None) };
    let Programme { name, name_en, source, .. } = find(conn, id).await?;
    let (valid_from, rules) = (version.valid_from, version.rules.clone());
    Ok(Some(RulesOfDay { programme_id: id, name, name_en, source, valid_from, rules }))
}

/// A kind of room that may be asked for.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AskedKind {
    pub id: RoomKindId,
    pub name: String,
    pub name_en: String,
}

/// All kinds of the catalog, in its order.
pub async fn kinds(conn: &mut Conn) -> Result<Vec<AskedKind>> {
    Ok(sqlx::query_as("select id, name, name_en from room_kinds order by id").fetch_all(conn).await?)
}
