//! What `/healthz` and `/livez` say.

use crate::support::on_both_engines;

on_both_engines! {
    async fn health_looks_at_writing_and_does_not_write_each_time(app: TestApp) {
        for _ in 0..50 {
            app.anyone().get("/healthz").await.is(200).shows("ok");
        }
        assert!(app.number("select count(*) from settings where key = 'pulse'").await <= 1);
        app.anyone().get("/livez").await.is(200).shows("alive");
    }

    async fn a_database_that_a_newer_program_changed_is_served_no_more(app: TestApp) {
        let checksum = match app.db().engine() { Engine::Sqlite => "x'00'", Engine::Postgres => "'\\x00'" };
        let newer = format!(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (99999999, 'to come', true, {checksum}, 0)"
        );
        let mut tx = app.begin().await;
        sqlx::query(sqlx::AssertSqlSafe(newer)).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        app.db().look_at_schema().await;
        app.anyone().get("/healthz").await.is(503).shows("a newer Linli has changed the database (migration 99999999)");
        let page = app.anyone().get("/sign-in").await.is(503).shows("请过一会儿再试");
        assert_eq!(page.header("retry-after"), "2");
        app.anyone().get("/api/v1/centers").await.is(503).is_refused("unavailable");
        app.anyone().get("/livez").await.is(200);
        app.anyone().get("/assets/x/linli.css").await.is(200);
        app.execute("delete from _sqlx_migrations where version = 99999999").await;
        app.db().look_at_schema().await;
        app.anyone().get("/healthz").await.is(200);
        app.anyone().get("/sign-in").await.is(200);
    }

    /// As SQLite does where the disk is full or fails: the driver does not hear of it.
    async fn a_transaction_that_ended_by_itself_costs_one_connection(app: TestApp) {
        for _ in 0..20 {
            let mut tx = app.begin().await;
            sqlx::query("rollback").execute(&mut *tx).await.unwrap();
            drop(tx);
        }
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &[("name", "陈大文")]).await.is(303);
    }

    async fn a_number_that_does_not_open_is_our_fault(app: TestApp) {
        let ann = app.sign_in("ann").await;
        ann.post("/centers/1/people", &[("name", "梁惠芳"), ("phone", "13822222217")]).await.is(303);
        let reveal = [("which", "phone"), ("reason", "家访前联系")];
        ann.post("/centers/1/people/1/reveals", &reveal).await.is(200).shows("13822222217");
        ann.post("/centers/1/people/1/reveals", &[("which", "id_number"), ("reason", "家访前联系")]).await.is(404);
        let mut tx = app.begin().await;
        let foreign = linli::store::Sealer::new(&[8; 32]).seal("13822222217");
        sqlx::query("update people set phone_sealed = $1").bind(foreign).execute(&mut *tx).await.unwrap();
        tx.commit().await.unwrap();
        ann.post("/centers/1/people/1/reveals", &reveal).await.is(500);
        assert_eq!(app.number("select count(*) from audit_events where action = 'person.phone_revealed'").await, 1);
    }

    async fn reading_goes_on_where_nothing_can_be_written(app: TestApp) {
        let ann = app.sign_in("ann").await;
        app.at("2026-03-05T03:00:00Z"); // an hour later: her login's last visit would be written down
        match app.db().engine() {
            Engine::Sqlite => app.execute("create trigger no_visit before update on logins begin select raise(abort, 'read only'); end").await,
            Engine::Postgres => {
                app.execute("create function no_visit() returns trigger language plpgsql as $$ begin raise exception 'read only' using errcode = '25006'; end $$").await;
                app.execute("create trigger no_visit before update on logins for each row execute function no_visit()").await;
            }
        }
        ann.get("/centers/1").await.is(200);
        ann.get("/centers/1/people").await.is(200);
    }
}
