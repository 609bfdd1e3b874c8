//! Every writing route leaves its audit entry, in the transaction that writes. `audit.txt` is the table: a route of the
//! server that has no row fails, and so does a row that has no route.

use crate::imports::{SMALL, sends, sends_as};
use std::collections::{BTreeMap, BTreeSet};

use linli::figures::refresh;
use linli::store::Engine;
use rocket::http::{ContentType, Method};
use sha2::{Digest, Sha256};

use crate::support::dump::Dump;
use crate::support::world::{World, in_the_world};
use crate::support::{Answer, TestApp, User};

const TABLE: &str = include_str!("audit.txt");

/// A line of the table.
pub(crate) struct Row {
    pub(crate) method: Method,
    pub(crate) route: &'static str,
    pub(crate) who: &'static str,
    path: &'static str,
    leaves: &'static str,
    pub(crate) body: &'static str,
}

pub(crate) fn rows() -> Vec<Row> {
    let lines = TABLE.lines().filter(|line| !line.is_empty() && !line.starts_with(['#', '!']));
    lines
        .map(|line| {
            let mut cells = line.splitn(5, " | ").map(str::trim);
            let (method, route) = cells.next().and_then(|cell| cell.split_once(' ')).expect("a method and a route");
            let mut cell = || cells.next().unwrap_or_default();
            let (who, path, leaves, body) = (cell(), cell(), cell(), cell());
            Row { method: method.parse().unwrap(), route: route.trim(), who, path, leaves, body }
        })
        .collect()
}

impl Row {
    fn is_looking(&self) -> bool {
        self.method == Method::Get
    }

    /// The actions that it leaves, in the order of the alphabet.
    pub(crate) fn actions(&self) -> Vec<&'static str> {
        let mut actions: Vec<_> = self.leaves.split_whitespace().filter(|word| word.contains('.')).collect();
        actions.sort_unstable();
        actions
    }

    pub(crate) fn path(&self, world: &World) -> String {
        match self.is_one_time() {
            true => self.path.replace("$setup", SETUP).replace("$invitation", SETUP),
            false => world.fill(self.path),
        }
    }

    async fn ask(&self, user: &User<'_>, world: &World) -> Answer {
        let path = self.path(world);
        if self.is_looking() {
            return user.get(&path).await;
        }
        if self.body == "a roster" {
            return sends(user, &path, "roster.csv", SMALL).await;
        }
        if self.body == "a form" {
            return sends_as(user, &path, ("file", "另一张月报表.xlsx"), FORM).await;
        }
        if self.body == "another form" {
            return sends_as(user, &path, ("file", "月报表.xlsx"), &another_form()).await;
        }
        if self.body == "a paper" {
            return sends_as(user, &path, ("paper", "证明.png"), &picture()).await;
        }
        if self.body == "a photo" {
            return sends_as(user, &path, ("photo", "功能室.png"), &picture()).await;
        }
        if self.body == "a sheet" {
            return sends_as(user, &path, ("sheet", "签到表.png"), &picture()).await;
        }
        if self.body == "a drawing" {
            return sends_as(user, &path, ("picture", "活动.png"), &picture()).await;
        }
        if self.body == "a step" {
            let step = "state=under_way&on_date=2026-03-04";
            return user.fetch(&path, Some((ContentType::Form, step.as_bytes().to_vec()))).await;
        }
        if self.body == "a month" {
            let month = "month=2026-02&value=12";
            return user.fetch(&path, Some((ContentType::Form, month.as_bytes().to_vec()))).await;
        }
        if self.body == "a picture" {
            return user.fetch(&path, Some((ContentType::PNG, picture()))).await;
        }
        self.send(user, world, world.fill(self.body)).await
    }

    /// Asks with another body than its own.
    pub(crate) async fn send(&self, user: &User<'_>, world: &World, body: String) -> Answer {
        let path = self.path(world);
        if path.starts_with("/api/") || body.starts_with('{') {
            return user.ask(Method::Post, &path, Some((ContentType::JSON, body))).await;
        }
        let fields: Vec<(&str, &str)> = body.split('&').filter_map(|field| field.split_once('=')).collect();
        user.post(&path, &fields).await
    }

    /// Whether a one-time link that `prepare` makes is needed.
    fn is_one_time(&self) -> bool {
        self.path.contains("$setup") || self.path.contains("$invitation")
    }

    /// An erasure that waits, and a list that waits for its confirmation.
    async fn prepare_erasures(&self, app: &TestApp) {
        if self.route.contains("/erasures/<id>/") {
            app.execute(
                "insert into erasures (person_id, center_id, wanted_by, reason, asked_at, asked_by, state)
                 select p.id, 1, 'person', '搬走了', 0, a.id, 'asked' from people p, accounts a
                 where p.name = '梁惠芳' and a.login = 'ann'",
            )
            .await;
        }
        if self.route.contains("/retention/runs/<id>") && app.number("select count(*) from retention_runs").await == 0 {
            app.execute(
                "insert into retention_runs (state, made_at, made_by) select 'listed', 0, id from accounts where login = 'ada'",
            )
            .await;
            app.execute("insert into retention_items (run_id, kind, record_id, before) values (1, 'phones', 999, 1)")
                .await;
        }
    }

    /// A day at which nobody was counted.
    async fn prepare_open_days(&self, app: &TestApp) {
        if self.route.ends_with("/days/<session>/restoration") {
            app.execute("update open_days set settled_at = 1 where id = (select min(id) from open_days)").await;
            let first = "(select session_id from open_days where id = (select min(id) from open_days))";
            for change in [
                "update sessions set status = 'skipped' where id =",
                "update bookings set released_at = 1 where session_id =",
            ] {
                let mut tx = app.begin().await;
                sqlx::query(sqlx::AssertSqlSafe(format!("{change} {first}"))).execute(&mut *tx).await.unwrap();
                tx.commit().await.unwrap();
            }
        }
    }

    /// Two who were made one, or said to be two.
    async fn prepare_merges(&self, app: &TestApp) {
        if self.route.contains("/merges/<id>") {
            let ann = app.token("ann").await;
            let (one, other) = (
                app.number("select min(person_id) from enrolments where center_id = 1").await,
                app.number("select max(person_id) from enrolments where center_id = 1").await,
            );
            ann.post_json("/api/v1/people/merges", serde_json::json!({"kept": one, "merged": other})).await.is(201);
        }
        if self.route.ends_with("/doubles/again") || self.route.ends_with("/apart/undoing") {
            app.execute("insert into people_told_apart (person_id, other_id, told_at, told_by) select p.id, o.id, 0, 1 from people p join people o on o.id > p.id").await;
        }
    }

    /// A picture of a room is there, and one of a room that is being built.
    async fn prepare_pictures(&self, app: &TestApp) {
        let of_a_room = self.route.ends_with("<photo>") || self.route.ends_with("<photo>/removal");
        let of_a_step = self.route.ends_with("<step>/photo");
        if of_a_room || of_a_step {
            let ben = app.sign_in("ben").await;
            sends_as(&ben, "/centers/1/rooms/2/photos", ("photo", "功能室.png"), &picture()).await.is(303);
        }
        if of_a_step {
            app.execute("update planned_room_steps set file_id = (select max(file_id) from room_photos)").await;
        }
    }

    /// A paper that is to be looked at or taken away is there.
    async fn prepare_papers(&self, app: &TestApp) {
        let papers = [
            ("membership", "group_memberships", "memberships", "证明.png"),
            ("consent", "consents", "consents", "同意书.png"),
            ("certificate", "qualifications", "qualifications", "证书.png"),
        ];
        for (id, table, part, file) in papers {
            let is_removed = self.route.ends_with("/removal") && id != "certificate";
            if !self.route.contains(&format!("/<{id}>/paper")) || !(self.is_looking() || is_removed) {
                continue;
            }
            let ann = app.sign_in("ann").await;
            let mut conn = app.db().read().await.unwrap();
            let sql = format!("select person_id from {table} where id = 1");
            let person: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *conn).await.unwrap();
            drop(conn);
            let path = format!("/centers/1/people/{person}/{part}/1/paper");
            sends_as(&ann, &path, ("paper", file), &picture()).await.is(303);
        }
        if self.is_looking() && self.route.contains("/<person>/paper") {
            let person = app.number("select max(person_id) from trained_people").await;
            let path = format!("/centers/1/trainings/1/people/{person}/paper");
            sends_as(&app.sign_in("ann").await, &path, ("paper", "证书.png"), &picture()).await.is(303);
        }
        if self.is_looking() && self.route.contains("/commendations/<id>/paper") {
            let path = "/centers/1/commendations/1/paper";
            sends_as(&app.sign_in("ann").await, path, ("paper", "奖状.png"), &picture()).await.is(303);
        }
    }

    /// What only this row's route needs of the world.
    pub(crate) async fn prepare(&self, app: &TestApp) {
        // What is to be taken back, is so now.
        match self.route.rsplit_once("/<id>/") {
            Some((_, "reopening")) => {
                app.execute("update sessions set status = 'completed', closed_at = 1, closed_by = 1, summary = '好' where id in (select s.id from sessions s join activities a on a.id = s.activity_id where a.title = '早操')").await;
            }
            Some((_, "acceptance/undoing")) => crate::periodic_answers::accepts_what_waits(app).await,
            Some(("/centers/<center>/rooms", "restoration")) => {
                app.execute("update rooms set retired_at = 1 where name = '心理咨询室'").await;
            }
            Some(("/centers/<center>/workers", "link")) => {
                app.execute("update accounts set password_hash = null where login = 'ann'").await;
                app.execute("update workers set account_id = (select id from accounts where login = 'ann')").await;
            }
            Some(("/centers/<center>/teams", "restoration")) => {
                app.execute("update teams set disbanded_on = '2026-03-01' where name = '绿芽队'").await;
            }
            _ => {}
        }
        if self.method == Method::Get && self.route.ends_with("/poster") && !self.route.contains("/sessions/") {
            app.execute(
                "insert into codes (token, kind, subject_id, created_at)
                 select 'lasting' || w.kind || w.id, w.kind, w.id, 0
                 from (select 'center' as kind, 1 as id union all select 'room', 1
                       union all select 'activity', id from activities) w
                 where not exists (select 1 from codes c where c.kind = w.kind and c.subject_id = w.id)",
            )
            .await;
        }
        self.prepare_open_days(app).await;
        self.prepare_merges(app).await;
        if self.route.ends_with("/parting") {
            app.execute("update workers set account_id = (select id from accounts where login = 'ann') where id = (select min(id) from workers)").await;
        }
        if let Some((_, step)) = self.route.split_once("/imports/<id>") {
            let ann = app.token("ann").await;
            let told = sends(&ann, "/api/v1/people/imports?center=1", "roster.csv", SMALL).await.is(201).json();
            app.execute("update import_rows set verdict = 'birth_id_mismatch' where row = 3").await;
            if step == "/undoing" {
                let path = format!("/api/v1/people/imports/{}/application", told["id"]);
                ann.post_json(&path, serde_json::json!({})).await.is(200);
            }
        }
        self.prepare_erasures(app).await;
        self.prepare_papers(app).await;
        self.prepare_pictures(app).await;
        if self.path.contains("$invitation") {
            let mut tx = app.begin().await;
            sqlx::query(
                "insert into account_links (account_id, opens, secret_hash, created_at, ends_at)
                 select id, 1, $1, 0, 9000000000000 from accounts where login = 'fay'",
            )
            .bind(data_encoding::HEXLOWER.encode(&Sha256::digest(SETUP)))
            .execute(&mut *tx)
            .await
            .unwrap();
            tx.commit().await.unwrap();
        }
        if self.path.contains("$setup") {
            // As on the first start: nobody can sign in, and the link that was printed is good.
            app.execute("update accounts set login = null").await;
            let mut tx = app.begin().await;
            sqlx::query("insert into setup_links (secret_hash, created_at) values ($1, 0)")
                .bind(data_encoding::HEXLOWER.encode(&Sha256::digest(SETUP)))
                .execute(&mut *tx)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
    }
}

/// The secret of a one-time link: the first administrator's, or an account's.
const SETUP: &str = "the-first-start";

/// A purchaser's own form.
pub(crate) const FORM: &[u8] = include_bytes!("../samples/purchaser-form.xlsx");

/// One with a single named cell.
fn another_form() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("表").unwrap();
    book.define_name("linli.visits", "='表'!$B$2").unwrap();
    book.save_to_buffer().unwrap()
}

/// A picture without a code: reading it is what counts.
pub(crate) fn picture() -> Vec<u8> {
    picture_in(0)
}

/// The same in another shade: another picture.
pub(crate) fn picture_in(shade: u8) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image::GrayImage::from_pixel(40, 40, image::Luma([shade])).write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// The words of the table's exceptions, each with its reason.
fn reasons() -> BTreeSet<&'static str> {
    TABLE.lines().filter(|line| line.starts_with('!')).filter_map(|line| line.split_whitespace().next()).collect()
}

async fn entries(app: &TestApp, after: i64) -> Vec<String> {
    let mut conn = app.db().read().await.unwrap();
    let sql = "select action from audit_events where id > $1 order by action";
    sqlx::query_scalar(sql).bind(after).fetch_all(&mut *conn).await.unwrap()
}

/// Lets every entry fail, or none any more.
async fn keep_no_entries(app: &TestApp, engine: Engine, none: bool) {
    match (engine, none) {
        (Engine::Sqlite, true) => {
            app.execute(
                "create trigger no_entries before insert on audit_events begin select raise(abort, 'none'); end",
            )
            .await;
        }
        (Engine::Sqlite, false) => app.execute("drop trigger no_entries").await,
        (Engine::Postgres, true) => {
            app.execute(
                "create function no_entries() returns trigger language plpgsql as 'begin raise exception ''none''; end'",
            )
            .await;
            app.execute("create trigger no_entries before insert on audit_events execute function no_entries()").await;
        }
        (Engine::Postgres, false) => app.execute("drop trigger no_entries on audit_events").await,
    }
}

/// What accepted reports are adjusted by, as far as it is not nought: what is counted from what people did.
const ADJUSTED: &str = "sessions visits unnamed persons volunteer_visits volunteers minutes led_sessions led_minutes";

/// These figures of the year, and how far all months are marked; none where the reader is nobody any more.
async fn counted(app: &TestApp, reader: &User<'_>) -> Option<(BTreeMap<String, i64>, i64)> {
    let marks = app.number("select cast(coalesce(sum(version), 0) as bigint) from marks").await;
    let answer = reader.get("/api/v1/summary?scope=city&from=2026-01-01&to=2027-01-01").await;
    if answer.status.code != 200 {
        return None;
    }
    let told = answer.json();
    let figure = |figure: &serde_json::Value| {
        let key = figure["key"].as_str()?.to_owned();
        let value = figure["value"].as_i64().filter(|value| *value != 0)?;
        let measure = key.split('.').next()?;
        ADJUSTED.split(' ').any(|known| known == measure).then_some((key, value))
    };
    Some((told["figures"].as_array()?.iter().filter_map(figure).collect(), marks))
}

/// What is wrong with a row: nothing, if all is as it says.
async fn faults(app: &TestApp, engine: Engine, world: &World, row: &Row) -> Result<(), String> {
    let reader = app.token("ada").await;
    row.prepare(app).await;
    let user = world.user(app, row.who, &row.path(world)).await;
    refresh::refresh_marked(app.db()).await.unwrap();
    let counted_before = counted(app, &reader).await;
    let before = Dump::of(app.db()).await;
    let actions = row.actions();
    let changes = async || before.changes(&Dump::of(app.db()).await, &[]);
    if !actions.is_empty() {
        keep_no_entries(app, engine, true).await;
        let answer = row.ask(&user, world).await;
        let (status, left) = (answer.status.code, changes().await);
        keep_no_entries(app, engine, false).await;
        if status < 500 || !left.is_empty() {
            return Err(format!(
                "its entry stands apart from what it writes: {status} where none can be kept, and {left:#?}"
            ));
        }
    }
    let last = app.number("select coalesce(max(id), 0) from audit_events").await;
    let answer = row.ask(&user, world).await;
    if answer.status.code >= 400 {
        return Err(format!("it is not taken: {} {}", answer.status, answer.text()));
    }
    // Whoever changes what counts marks the month, or what is kept of it would go on to be read.
    let stale = refresh::check(&mut app.db().read().await.unwrap(), |_| ()).await.unwrap();
    if !stale.is_empty() {
        return Err(format!("it marks no month: {stale:?}"));
    }
    let left = entries(app, last).await;
    if left != actions {
        return Err(format!("it leaves {left:?}"));
    }
    let written = changes().await;
    // Nor would a report that was accepted be counted again where only what is read beside the sets is otherwise.
    if let (Some((figures, marks)), Some((figures_now, marks_now))) = (counted_before, counted(app, &reader).await)
        && marks == marks_now
        && figures != figures_now
    {
        return Err(format!("it marks no month, and counts otherwise: {figures:?}, {figures_now:?}"));
    }
    match row.leaves {
        "reads" if !written.is_empty() => Err(format!("it writes: {written:#?}")),
        word if word.starts_with('!') && written.is_empty() => {
            Err("it writes nothing, and needs no exception".to_owned())
        }
        "" => Err("its row says nothing of what it leaves".to_owned()),
        _ => Ok(()),
    }
}

fn each_row(engine: Engine) {
    let mut wrong = Vec::new();
    // Each row needs a world of its own, and PostgreSQL takes longest to make one: there every sixth row is asked. Actions and statements
    // are one text for both engines, and SQLite is asked them all.
    let of_many = if engine == Engine::Sqlite { 1 } else { 6 };
    for row in rows().into_iter().filter(|row| !row.is_looking()).step_by(of_many) {
        in_the_world(engine, async |app, world| {
            if let Err(fault) = faults(app, engine, world, &row).await {
                wrong.push(format!("{} {}: {fault}", row.method, row.route));
            }
        });
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_writing_route_leaves_its_entry_on_sqlite() {
    each_row(Engine::Sqlite);
}

#[test]
fn every_writing_route_leaves_its_entry_on_postgres() {
    each_row(Engine::Postgres);
}

/// Rows that are asked between two looks at the database.
const TOGETHER: usize = 12;

/// Whoever looks at a page, or whose program reads, changes nothing.
fn looking(engine: Engine) {
    in_the_world(engine, async |app, world| {
        let mut wrong = Vec::new();
        let (first, last): (Vec<_>, Vec<_>) =
            rows().into_iter().filter(Row::is_looking).partition(|row| !row.is_one_time());
        // Many at once between two looks at the database: a look takes longer than they do. Of two one-time links the second would end the first.
        for some in first.chunks(TOGETHER).chain(last.chunks(1)) {
            let mut users = Vec::new();
            for row in some {
                row.prepare(app).await;
                users.push(world.user(app, row.who, &row.path(world)).await);
            }
            let before = Dump::of(app.db()).await;
            for (row, user) in some.iter().zip(&users) {
                let status = row.ask(user, world).await.status.code;
                let fits = match row.leaves {
                    "" => (200..400).contains(&status),
                    expected => expected == status.to_string(),
                };
                if !fits {
                    wrong.push(format!("GET {}: {status}", row.route));
                }
            }
            let written = before.changes(&Dump::of(app.db()).await, &[]);
            if !written.is_empty() {
                let routes: Vec<_> = some.iter().map(|row| row.route).collect();
                wrong.push(format!("one of GET {routes:#?}: {written:#?}"));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    });
}

#[test]
fn whoever_looks_changes_nothing_on_sqlite() {
    looking(Engine::Sqlite);
}

#[test]
fn whoever_looks_changes_nothing_on_postgres() {
    looking(Engine::Postgres);
}

#[test]
fn every_route_has_a_row() {
    in_the_world(Engine::Sqlite, async |app, _| {
        let name = |method: Method, route: &str| format!("{method} {}", route.split('?').next().unwrap());
        let served = app.client.rocket().routes().map(|route| name(route.method, route.uri.as_str()));
        let (served, listed): (BTreeSet<_>, BTreeSet<_>) =
            (served.collect(), rows().iter().map(|row| name(row.method, row.route)).collect());
        let missing: Vec<_> = served.difference(&listed).collect();
        let gone: Vec<_> = listed.difference(&served).collect();
        assert!(missing.is_empty() && gone.is_empty(), "no row for: {missing:#?}\nno route for: {gone:#?}");
    });
    let used: BTreeSet<_> = rows().iter().map(|row| row.leaves).filter(|word| word.starts_with('!')).collect();
    assert_eq!(used, reasons(), "an exception without a reason, or a reason that nobody needs");
}
