//! Reading what is broken, owned, lent and practised, of a center that the reader was let into.

use sqlx::AssertSqlSafe;

use super::types::{AssetId, CenterAsset, Defect, DefectId, DefectState, Drill, DrillId, Loan, UpkeepCut};
use crate::auth::Viewer;
use crate::centers::CenterId;
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::store::Conn;

/// The most rows of a list's page.
const PAGE: i64 = 400;

const DEFECT: &str =
    "select d.id, d.room_id, r.name as room, d.what, d.state, d.photo_id, d.reported_at, w.name as reported_by,
        d.mender, d.mend_by, d.word, d.ended_at, e.name as ended_by
     from defects d left join rooms r on r.id = d.room_id left join accounts w on w.id = d.reported_by
     left join accounts e on e.id = d.ended_by";

/// The center's defects, as the list is cut.
pub async fn defects(conn: &mut Conn, center: CenterId, cut: &UpkeepCut) -> Result<Vec<Defect>> {
    let sql = format!(
        "{DEFECT} where d.center_id = $1 and (cast($2 as text) is null or d.state = $2)
           and (cast($3 as bigint) is null or d.room_id = $3)
         order by {} limit {PAGE}",
        cut.order_by()
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(cut.state).bind(cut.room).fetch_all(conn).await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn defect(conn: &mut Conn, center: CenterId, id: DefectId) -> Result<Defect> {
    let sql = format!("{DEFECT} where d.center_id = $1 and d.id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// How many are open.
pub async fn open_defects(conn: &mut Conn, center: CenterId) -> Result<i64> {
    Ok(sqlx::query_scalar("select count(*) from defects where center_id = $1 and state in ($2, $3)")
        .bind(center)
        .bind(DefectState::Reported)
        .bind(DefectState::Assigned)
        .fetch_one(conn)
        .await?)
}

/// The number of the defect that a request reported before.
pub(super) async fn reported_by(conn: &mut Conn, request: &str) -> Result<Option<(DefectId, CenterId)>> {
    Ok(sqlx::query_as("select id, center_id from defects where request_id = $1")
        .bind(request.to_owned())
        .fetch_optional(conn)
        .await?)
}

/// The columns of an [`CenterAsset`] `a`, with who has it now.
const ASSET: &str =
    "select a.id, a.room_id, r.name as room, a.number, a.name, a.kind, a.origin, a.bought_on, a.cost_yuan, a.lendable,
        a.note, a.written_off_on, a.written_off_why, l.due_on, coalesce(p.name, l.unit) as with_whom
     from assets a left join rooms r on r.id = a.room_id
     left join loans l on l.asset_id = a.id and l.back_at is null left join people p on p.id = l.person_id";

/// What the center owns, and owned: what is overdue and what is out first, what is written off last.
pub async fn assets(conn: &mut Conn, center: CenterId) -> Result<Vec<CenterAsset>> {
    let sql = format!(
        "{ASSET} where a.center_id = $1
         order by case when a.written_off_on is null then 0 else 1 end, case when l.due_on is null then 1 else 0 end, l.due_on,
                  a.number, a.id limit {PAGE}"
    );
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn asset(conn: &mut Conn, center: CenterId, id: AssetId) -> Result<CenterAsset> {
    let sql = format!("{ASSET} where a.center_id = $1 and a.id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// Who had a thing, the latest first.
pub async fn loans(conn: &mut Conn, asset: AssetId) -> Result<Vec<Loan>> {
    Ok(sqlx::query_as(
        "select l.id, l.asset_id, l.person_id, coalesce(p.name, l.unit) as whom, l.lent_at, l.due_on, l.back_at, l.word, l.lost
         from loans l left join people p on p.id = l.person_id where l.asset_id = $1 order by l.id desc limit 100",
    )
    .bind(asset)
    .fetch_all(conn)
    .await?)
}

const DRILL: &str = "select id, held_on, kind, minutes, people, led_by, found, file_id, voided_at, void_reason from drills where center_id = $1";

/// The center's drills, the latest first; those that were a mistake last.
pub async fn drills(conn: &mut Conn, center: CenterId) -> Result<Vec<Drill>> {
    let sql =
        format!("{DRILL} order by case when voided_at is null then 0 else 1 end, held_on desc, id desc limit {PAGE}");
    Ok(sqlx::query_as(AssertSqlSafe(sql)).bind(center).fetch_all(conn).await?)
}

/// One of them.
///
/// # Errors
/// `NotFound` for another center's.
pub async fn drill(conn: &mut Conn, center: CenterId, id: DrillId) -> Result<Drill> {
    let sql = format!("{DRILL} and id = $2");
    sqlx::query_as(AssertSqlSafe(sql)).bind(center).bind(id).fetch_optional(conn).await?.ok_or(Error::NotFound)
}

/// The photo of a defect.
///
/// # Errors
/// `NotFound` for another center's, and where there is none.
pub(super) async fn photo(conn: &mut Conn, center: CenterId, id: DefectId) -> Result<FileId> {
    defect(conn, center, id).await?.photo_id.ok_or(Error::NotFound)
}

/// The center of a defect that the viewer may reach.
pub(super) async fn center_of_defect(by: &Viewer, conn: &mut Conn, id: DefectId) -> Result<CenterId> {
    center_of(by, conn, "defects", id.0).await
}

/// The center of an asset that the viewer may reach.
pub(super) async fn center_of_asset(by: &Viewer, conn: &mut Conn, id: AssetId) -> Result<CenterId> {
    center_of(by, conn, "assets", id.0).await
}

/// The center of a drill that the viewer may reach.
pub(super) async fn center_of_drill(by: &Viewer, conn: &mut Conn, id: DrillId) -> Result<CenterId> {
    center_of(by, conn, "drills", id.0).await
}

async fn center_of(by: &Viewer, conn: &mut Conn, table: &str, id: i64) -> Result<CenterId> {
    let sql = format!(
        "select x.center_id from {table} x join account_centers r on r.center_id = x.center_id where x.id = $1 and r.account_id = $2"
    );
    let found: Option<CenterId> =
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(id).bind(by.account).fetch_optional(conn).await?;
    found.ok_or(Error::NotFound)
}
