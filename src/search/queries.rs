//! Finding things by what they are called: people as their own list finds them, the rest by a part of the name.

use super::types::{Hit, HitKind};
use crate::activities::title::{self, Sight};
use crate::auth::{CenterReader, CityAdmin, Coordinator, Manager, Role, TeamReader, Viewer};
use crate::centers::{self, CenterId};
use crate::error::Result;
use crate::people;
use crate::spelling;
use crate::store::{Conn, Flag, Sealer};

/// The most that is shown of each kind.
const OF_EACH: usize = 8;

#[derive(sqlx::FromRow)]
struct HitRow {
    kind: HitKind,
    id: i64,
    name: String,
    detail: String,
    center_id: Option<CenterId>,
    center: Option<String>,
}

/// Everything that `by` may see and that is called like `text`, in one center or in all of theirs.
pub async fn find(
    by: &Viewer,
    conn: &mut Conn,
    sealer: &Sealer,
    center: Option<CenterId>,
    text: &str,
) -> Result<Vec<Hit>> {
    let text: String = text.chars().take(people::queries::SEARCHED).collect();
    let wanted: String = spelling::narrow(text.trim()).chars().filter(|c| !matches!(c, '%' | '_' | '\\')).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let mut hits = Vec::new();
    if let Some(by) = Coordinator::of(by.clone()) {
        let people = people::queries::search_reach(&by, conn, sealer, center, &text, OF_EACH).await?;
        let centers = centers::queries::reached_by(&by, conn).await?;
        let name = |id| centers.iter().find(|center| center.id == id).map(|center| center.name.clone());
        for found in people {
            hits.push(Hit {
                kind: HitKind::Person,
                id: found.person.id.0,
                detail: found.person.tell_apart(),
                name: found.person.name,
                center: Some((found.center_id, name(found.center_id).unwrap_or_default())),
            });
        }
    }
    hits.extend(others(by, conn, center, &wanted).await?);
    Ok(hits)
}

/// All but people. A parameter for each right: without it a part finds nothing.
async fn others(by: &Viewer, conn: &mut Conn, center: Option<CenterId>, wanted: &str) -> Result<Vec<Hit>> {
    let title = title::columns("$4");
    let sql = format!(
        "with reach as materialized (
            select c.id, c.name from centers c join account_centers r on r.center_id = c.id
            where r.account_id = $1 and ($2 = 0 or c.id = $2)
         ), activity as (
            select a.id, a.center_id, {title} from activities a join service_kinds k on k.id = a.kind_id
            join reach r on r.id = a.center_id where $5 = 1
         )
         select * from (select 'activity' as kind, v.id, v.title as name, v.kind as detail, r.id as center_id, r.name as center
            from activity v join reach r on r.id = v.center_id
            where lower(v.title) like $3 order by v.id desc limit $9) x1
         union all
         select * from (select 'team' as kind, t.id, t.name, k.name as detail, r.id as center_id, r.name as center
            from teams t join team_kinds k on k.id = t.kind_id join reach r on r.id = t.center_id
            where ($6 = 1 or $6 = 2 and exists (select 1 from account_scopes s where s.account_id = $1 and s.team_id = t.id))
              and lower(t.name) like $3 order by t.name limit $9) x2
         union all
         select * from (select 'room' as kind, m.id, m.name, k.name as detail, r.id as center_id, r.name as center
            from rooms m join room_kinds k on k.id = m.kind_id join reach r on r.id = m.center_id
            where $7 = 1 and m.retired_at is null and lower(m.name) like $3 order by m.name limit $9) x3
         union all
         select * from (select 'worker' as kind, w.id, p.name, '' as detail, r.id as center_id, r.name as center
            from workers w join people p on p.id = w.person_id join reach r on r.id = w.center_id
            where $7 = 1 and lower(p.name) like $3 order by p.name limit $9) x4
         union all
         select * from (select 'unit' as kind, u.id, u.name, '' as detail, r.id as center_id, r.name as center
            from units u join reach r on r.id = u.center_id
            where $5 = 1 and lower(u.name) like $3 order by u.name limit $9) x7
         union all
         select * from (select 'center' as kind, c.id, c.name, m.town as detail, c.id as center_id, c.name as center
            from centers c join communities m on m.id = c.community_id join account_centers q on q.center_id = c.id
            where q.account_id = $1 and (lower(c.name) like $3 or lower(m.town) like $3) order by c.id limit $9) x5
         union all
         select * from (select 'account' as kind, a.id, a.name, coalesce(a.login, '') as detail,
                cast(null as bigint) as center_id, cast(null as text) as center
            from accounts a
            where $8 = 1 and (lower(a.name) like $3 or lower(a.login) like $3) order by a.name limit $9) x6"
    );
    let teams = match by.role {
        Role::TeamLeader => 2,
        role => i64::from(TeamReader::includes(role)),
    };
    let rows: Vec<HitRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(by.account)
        .bind(center.map_or(0, |center| center.0))
        .bind(format!("%{}%", wanted.to_lowercase()))
        .bind(Sight::Of(by).reader())
        .bind(Flag::from(CenterReader::includes(by.role)))
        .bind(teams)
        .bind(Flag::from(Manager::includes(by.role)))
        .bind(Flag::from(CityAdmin::includes(by.role)))
        .bind(OF_EACH as i64)
        .fetch_all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Hit {
            kind: row.kind,
            id: row.id,
            name: row.name,
            detail: row.detail,
            center: row.center_id.zip(row.center),
        })
        .collect())
}
