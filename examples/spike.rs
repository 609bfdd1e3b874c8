use std::time::Instant;
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor, Row};
fn places(rows: usize, columns: usize, q: bool) -> String {
    let mut t = String::new();
    for p in 0..rows*columns { t.push_str(match (p, p%columns) {(0,_)=>"(",(_,0)=>"), (",_=>", "}); if q {t.push('?')} else {t.push('$'); t.push_str(&(p+1).to_string());} }
    t.push(')'); t
}
static N: std::sync::atomic::AtomicI64 = std::sync::atomic::AtomicI64::new(0);
fn next() -> i64 { N.fetch_add(1, std::sync::atomic::Ordering::Relaxed) }
async fn ins(c: &mut AnyConnection, n: usize, q: bool, returning: bool, pad: usize) {
    let p = places(n+pad, 8, q);
    let sql = if pad > 0 { format!("insert into t (a,b,c,d,e,f,g,h) select * from (values {p}) v where column1 is not null") } else { format!("insert into t (a,b,c,d,e,f,g,h) values {p}") };
    let sql = if returning { format!("{sql} returning id,a,b,c") } else { sql };
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for _ in 0..n { let k = next(); query = query.bind(k).bind(k%20000).bind("participant").bind(uuid::Uuid::new_v4().to_string()).bind(1700000000000i64).bind(None::<i64>).bind("card").bind(0i64); }
    for _ in 0..pad { query = query.bind(None::<i64>).bind(None::<i64>).bind(None::<String>).bind(None::<String>).bind(None::<i64>).bind(None::<i64>).bind(None::<String>).bind(None::<i64>); }
    if returning { let r = query.fetch_all(c).await.unwrap(); assert_eq!(r.len(), n); } else { query.execute(c).await.unwrap(); }
}
async fn json(c: &mut AnyConnection, n: usize) {
    let rows: serde_json::Map<String, serde_json::Value> = (0..n).map(|i| { let k = next(); (i.to_string(), serde_json::json!({"a":k,"b":k%20000,"c":"participant","d":uuid::Uuid::new_v4().to_string(),"e":1700000000000i64,"f":null,"g":"card","h":0})) }).collect();
    sqlx::query("insert into t (a,b,c,d,e,f,g,h) select cast(j.value ->> 'a' as bigint),cast(j.value ->> 'b' as bigint),j.value ->> 'c',j.value ->> 'd',cast(j.value ->> 'e' as bigint),cast(j.value ->> 'f' as bigint),j.value ->> 'g',cast(j.value ->> 'h' as bigint) from json_each(cast($1 as json_text)) j").bind(serde_json::Value::Object(rows).to_string()).execute(c).await.unwrap();
}
async fn facts(c: &mut AnyConnection, n: usize, q: bool, agg: bool) {
    let p = places(n, 2, q);
    let sql = if agg { format!("with asked(n,k) as (values {p}) select string_agg(q.n || ',' || coalesce(cast(t.id as text),'') || ',' || coalesce(t.c,'') || ',' || coalesce(cast(t.b as text),'') || ',' || coalesce(cast(t.f as text),''), ';') from asked q left join t on t.a = q.k") } else { format!("with asked(n,k) as (values {p}) select q.n, t.id, t.c, t.b, t.f, t.g, t.h, t.e, t.a, t.d from asked q left join t on t.a = q.k") };
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for i in 0..n { query = query.bind(i as i64).bind((i*37) as i64); }
    let rows = query.fetch_all(c).await.unwrap();
    if agg { let s: String = rows[0].get(0); std::hint::black_box(s.split(';').count()); } else { for r in &rows { let _: i64 = r.get("n"); let _: Option<i64> = r.get("id"); let _: Option<String> = r.get("c"); let _: Option<i64> = r.get("b"); let _: Option<i64> = r.get("f"); let _: Option<String> = r.get("g"); let _: Option<i64> = r.get("h");let _: Option<i64> = r.get("e");let _: Option<i64> = r.get("a"); } }
}
fn main() {
    let rt = rocket::tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    rt.block_on(async {
        sqlx::any::install_default_drivers();
        let url = std::env::args().nth(1).unwrap();
        let lite = url.starts_with("sqlite");
        let mut c = AnyConnection::connect(&url).await.unwrap();
        if lite { c.execute("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma temp_store = memory; pragma cache_size=-32000; pragma wal_autocheckpoint=4000").await.unwrap(); }
        else { c.execute("set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off").await.unwrap(); _ = c.execute("create domain json_text as json").await; }
        _ = c.execute("drop table if exists t").await;
        c.execute(if lite {"create table t (id integer primary key, a bigint not null, b bigint, c text, d text unique, e bigint, f bigint, g text, h bigint)"} else {"create table t (id bigserial primary key, a bigint not null, b bigint, c text, d text unique, e bigint, f bigint, g text, h bigint)"}).await.unwrap();
        c.execute("create index ta on t(a)").await.unwrap(); c.execute("create index tb on t(b)").await.unwrap();
        for n in [1usize, 16, 64, 128] {
            for what in ["empty","values $","values ?","values returning","padded","json","facts rows","facts agg"] {
                let q = lite;
                let rounds = 200;
                let (mut t_in, mut t_commit) = (0u128, 0u128);
                for r in 0..rounds + 20 {
                    if r == 20 { t_in = 0; t_commit = 0; }
                    let mut tx = if lite { c.begin_with("begin immediate").await.unwrap() } else { c.begin().await.unwrap() };
                    let a = Instant::now();
                    match what {
                        "empty" => {},
                        "values $" => ins(&mut tx, n, false, false, 0).await,
                        "values ?" => ins(&mut tx, n, q, false, 0).await,
                        "values returning" => ins(&mut tx, n, q, true, 0).await,
                        "padded" => ins(&mut tx, n, q, false, n/3+1).await,
                        "json" => json(&mut tx, n).await,
                        "facts rows" => facts(&mut tx, n, q, false).await,
                        _ => facts(&mut tx, n, q, true).await,
                    }
                    let b = Instant::now();
                    tx.commit().await.unwrap();
                    t_in += (b-a).as_nanos(); t_commit += b.elapsed().as_nanos();
                }
                println!("{n:4} {what:18} {:8.1} us/batch  {:6.1} us/row  commit {:6.1}", t_in as f64/rounds as f64/1e3, t_in as f64/rounds as f64/1e3/n as f64, t_commit as f64/rounds as f64/1e3);
            }
        }
    });
}
