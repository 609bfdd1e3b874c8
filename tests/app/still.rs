//! A connection that reads one state of the database, whatever others commit meanwhile.

use linli::store::Conn;

use crate::support::on_both_engines;

async fn count(conn: &mut Conn) -> i64 {
    sqlx::query_scalar("select count(*) from purchasers").fetch_one(conn).await.unwrap()
}

on_both_engines! {
    async fn what_is_committed_after_its_first_look_is_seen_by_others_alone(app: TestApp) {
        let (mut still, mut other) = (app.db().read_still().await.unwrap(), app.db().read().await.unwrap());
        app.execute("insert into purchasers (name, created_at) values ('市残联', 0)").await;
        assert_eq!((count(&mut still).await, count(&mut other).await), (3, 3), "it has not looked yet");
        app.execute("insert into purchasers (name, created_at) values ('莞城文化站', 0)").await;
        assert_eq!((count(&mut still).await, count(&mut other).await), (3, 4));
        app.execute("delete from purchasers where name in ('市残联', '莞城文化站')").await;
        assert_eq!((count(&mut still).await, count(&mut other).await), (3, 2));
        drop(still);
        assert_eq!(count(&mut app.db().read_still().await.unwrap()).await, 2, "the next one begins anew");
    }
}
