//! Reading the catalogs.

use super::types::{Catalog, Kind, TeamKindName};
use crate::error::{Error, Result};
use crate::people::subgroups;
use crate::store::Conn;

/// All kinds of a catalog, in the order they were added.
pub async fn kinds(conn: &mut Conn, catalog: Catalog) -> Result<Vec<Kind>> {
    let sql = match catalog {
        Catalog::Subgroups => {
            let all = subgroups::all(conn).await?;
            return Ok(all
                .into_iter()
                .map(|one| Kind {
                    id: one.id.0,
                    name: one.name,
                    name_en: one.name_en,
                    class: None,
                    needs_qualification: None,
                    confidential: None,
                    group: one.priority_group,
                    retired: one.retired.is_set(),
                    team: None,
                    team_en: None,
                })
                .collect());
        }
        Catalog::RoomKinds => {
            "select id, name, name_en, class, cast(null as bigint) as needs_qualification,
                    cast(null as bigint) as confidential
             from room_kinds order by id"
        }
        Catalog::TeamKinds => {
            "select id, name, name_en, cast(null as text) as class, needs_qualification,
                    cast(null as bigint) as confidential
             from team_kinds order by id"
        }
        Catalog::ServiceKinds => {
            "select id, name, name_en, cast(null as text) as class, cast(null as bigint) as needs_qualification,
                    confidential
             from service_kinds order by id"
        }
        Catalog::Qualifications => {
            "select q.id, q.name, q.name_en, cast(null as text) as class, cast(null as bigint) as needs_qualification,
                    cast(null as bigint) as confidential, t.name as team, t.name_en as team_en
             from qualification_kinds q left join team_kinds t on t.code = q.team_kind order by q.id"
        }
    };
    Ok(sqlx::query_as(sql).fetch_all(conn).await?)
}

/// The kinds of teams, those whose work needs a qualification first.
pub async fn team_kinds(conn: &mut Conn) -> Result<Vec<TeamKindName>> {
    Ok(sqlx::query_as("select code, name, name_en from team_kinds order by needs_qualification desc, id")
        .fetch_all(conn)
        .await?)
}

pub async fn find(conn: &mut Conn, catalog: Catalog, id: i64) -> Result<Kind> {
    kinds(conn, catalog).await?.into_iter().find(|kind| kind.id == id).ok_or(Error::NotFound)
}
