//! For tests: how SQLite goes about a statement. It has no statistics, so it does on an empty database what it does on a full one.

use super::{Pool, migrate};

/// The steps in which SQLite goes about a statement.
pub(crate) async fn of(sql: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::open(&format!("sqlite:{}", folder.path().join("plan.db").display()), 1).await.unwrap();
    migrate(&pool).await.unwrap();
    let mut conn = pool.read().await.unwrap();
    let steps: Vec<(i64, i64, i64, String)> =
        sqlx::query_as(sqlx::AssertSqlSafe(format!("explain query plan {sql}"))).fetch_all(&mut *conn).await.unwrap();
    drop(conn);
    pool.close().await;
    steps.into_iter().map(|(.., step)| step).collect()
}

/// Checks that a statement looks for a person's attendances month by month, at so many places, and reads no attendance but
/// those.
pub(crate) async fn by_person(sql: &str, places: usize) {
    let plan = of(sql).await;
    const MONTHLY: &str = "SEARCH a USING INDEX attendances_by_month (<expr>=? AND person_id=?)";
    assert_eq!(plan.iter().filter(|step| **step == MONTHLY).count(), places, "{plan:#?}");
    for step in &plan {
        let months = step.contains("attendances USING COVERING INDEX attendances_by_month")
            || step.contains("attendances USING INDEX attendances_by_month");
        let other =
            step.contains("a USING AUTOMATIC") || step.contains("sessions_by_center") || step.contains("SCAN a");
        assert!(months || !other, "{step} in {plan:#?}");
    }
}

/// SQLite takes what is unique for one row, also where it is asked for all rows that have none: an index over what may be missing holds
/// only what is there. (But for people's ID numbers: on PostgreSQL only a key that is whole makes who changes it hold the person's row.)
#[rocket::async_test]
async fn what_is_unique_where_it_is_there_is_looked_for_where_it_is() {
    let steps = "select i.name || ' of ' || m.name as step from sqlite_master m join pragma_index_list(m.name) i
                 join pragma_index_info(i.name) x join pragma_table_info(m.name) c on c.name = x.name
                 where m.type = 'table' and i.\"unique\" = 1 and i.partial = 0 and x.seqno = 0 and c.\"notnull\" = 0 and c.pk = 0
                   and i.name <> 'people_id_number'";
    let folder = tempfile::tempdir().unwrap();
    let pool = Pool::open(&format!("sqlite:{}", folder.path().join("plan.db").display()), 1).await.unwrap();
    migrate(&pool).await.unwrap();
    let found: Vec<String> = sqlx::query_scalar(steps).fetch_all(&mut *pool.read().await.unwrap()).await.unwrap();
    pool.close().await;
    assert!(found.is_empty(), "{found:#?}");
}
