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
