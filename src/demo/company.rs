//! The demo's people beside those who came: who brings and fetches the children, who comes along, and what visitors say.

use super::Made;
use crate::check_in::RequestId;
use crate::clock::Now;
use crate::error::Result;
use crate::store::Conn;

const SCORES: [i64; 8] = [5, 5, 4, 5, 4, 3, 5, 4];

const COMMENTS: [&str; 5] =
    ["很好，下次还来。", "老师讲得清楚。", "椅子再多几张就好了。", "街坊都很热情。", "时间可以早一点。"];

/// After the sessions have happened.
pub(super) async fn gather(tx: &mut Conn, made: &mut Made, now: Now) -> Result<()> {
    escorts(tx, made).await?;
    companions(tx, made).await?;
    ratings(tx, made).await?;
    // The next big afternoon asks for the code on the hall's screen.
    sqlx::query(
        "update sessions set rotating = 1 where id = (
            select min(s.id) from sessions s join activities a on a.id = s.activity_id
            where s.center_id = $1 and s.status = 'planned' and s.starts_at > $2 and a.kind_id = 3)",
    )
    .bind(made.center.id())
    .bind(now.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// Always the same grown-up for a child; at today's session nobody was fetched yet.
async fn escorts(tx: &mut Conn, made: &Made) -> Result<()> {
    for (way, status) in [("in", "'completed', 'planned'"), ("out", "'completed'")] {
        let sql = format!(
            "insert into escorts (attendance_id, way, name, recorded_at, recorded_by)
             select v.id, '{way}', case v.person_id % 4 when 0 then '外婆' when 1 then '妈妈' when 2 then '爷爷' else '爸爸' end,
                    case '{way}' when 'in' then s.starts_at else s.ends_at end, $2
             from attendances v join sessions s on s.id = v.session_id join activities a on a.id = s.activity_id
             where s.center_id = $1 and a.title like '四点半%' and v.part = 'participant' and s.status in ({status})"
        );
        sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(made.center.id())
            .bind(made.coordinator.account)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// Every ninth of those who come for their health brings a helper.
async fn companions(tx: &mut Conn, made: &Made) -> Result<()> {
    sqlx::query(
        "insert into head_counts (session_id, heads, counted_at, counted_by, attendance_id)
         select v.session_id, 1, v.came_at, $2, v.id
         from attendances v join sessions s on s.id = v.session_id
         where s.center_id = $1 and v.part = 'participant' and v.elderly = 1 and v.person_id % 9 = 0",
    )
    .bind(made.center.id())
    .bind(made.coordinator.account)
    .execute(tx)
    .await?;
    Ok(())
}

/// Every fourth visitor of a session says how it was, and some of them why.
async fn ratings(tx: &mut Conn, made: &mut Made) -> Result<()> {
    let held: Vec<(i64, String, i64)> = sqlx::query_as(
        "select s.id, s.local_date, count(*) from sessions s join attendances v on v.session_id = s.id
         where s.center_id = $1 and s.status = 'completed' and v.part = 'participant' and v.voided_at is null
         group by s.id, s.local_date order by s.id",
    )
    .bind(made.center.id())
    .fetch_all(&mut *tx)
    .await?;
    for (session, date, visitors) in held {
        for _ in 0..visitors / 4 {
            let comment = made.inventor.chance(0.3).then(|| made.inventor.pick(&COMMENTS).copied()).flatten();
            sqlx::query("insert into ratings (id, session_id, local_date, score, comment) values ($1, $2, $3, $4, $5)")
                .bind(RequestId::random().number())
                .bind(session)
                .bind(&date)
                .bind(made.inventor.pick(&SCORES).copied().unwrap_or(5))
                .bind(comment)
                .execute(&mut *tx)
                .await?;
        }
    }
    Ok(())
}
