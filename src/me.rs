//! `/me`, the resident's and volunteer's own page: what this phone is remembered for, without a password.

use askama::Template;
use rocket::fairing::AdHoc;
use rocket::http::CookieJar;
use rocket::response::Redirect;
use rocket::{get, post, routes};

use crate::activities::queries::ROOM;
use crate::activities::title::PUBLISHED;
use crate::check_in::Part;
use crate::clock::{Now, Timestamp, Zone};
use crate::error::Result;
use crate::phones::{self, Phone};
use crate::store::{Conn, Db};
use crate::web::{Lang, Page, View, filters};

pub fn stage() -> AdHoc {
    AdHoc::on_ignite("me", |rocket| async { rocket.mount("/", routes![show, forget]) })
}

#[derive(Template)]
#[template(path = "me.html")]
struct Me {
    remembered: bool,
    people: Vec<Own>,
    coming: Vec<OwnVisit>,
    visits: Vec<OwnVisit>,
}

impl View for Me {
    fn title(&self, lang: Lang) -> String {
        lang.text("me.title")
    }
}

#[get("/me")]
async fn show(db: &Db, now: Now, phone: Option<Phone>) -> Result<Page<Me>> {
    let Some(phone) = phone else {
        return Ok(Page(Me { remembered: false, people: Vec::new(), coming: Vec::new(), visits: Vec::new() }));
    };
    let mut conn = db.read().await?;
    Ok(Page(Me {
        remembered: true,
        people: own_people(&mut conn, &phone).await?,
        coming: coming(&mut conn, &phone, now).await?,
        visits: visits(&mut conn, &phone).await?,
    }))
}

#[post("/me/forget")]
async fn forget(db: &Db, now: Now, phone: Option<Phone>, jar: &CookieJar<'_>) -> Result<Redirect> {
    if let Some(phone) = phone {
        let mut tx = db.begin().await?;
        phones::forget(&phone, now, &mut tx).await?;
        tx.commit().await?;
    }
    phones::drop_cookie(jar);
    Ok(Redirect::to("/me"))
}

/// A session that a remembered phone's people may want to come to, or came to.
#[derive(Debug, sqlx::FromRow)]
struct OwnVisit {
    title: String,
    center: String,
    room: String,
    zone: Zone,
    starts_at: Timestamp,
    ends_at: Timestamp,
    name: Option<String>,
    part: Option<Part>,
}

impl OwnVisit {
    fn starts(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.starts_at)
    }

    fn ends(&self) -> chrono::NaiveDateTime {
        self.zone.local(self.ends_at)
    }
}

/// Somebody a phone speaks for, with what their own page tells them.
#[derive(Debug, sqlx::FromRow)]
struct Own {
    name: String,
    visits: i64,
    /// Confirmed volunteer minutes, corrections included.
    minutes: i64,
}

/// What `/me` knows of, where it is [`PUBLISHED`]: the visits `v` to sessions `s` that this phone itself checked in. A name and a number typed in
/// show nothing of somebody's other visits. What is not public, and case work, stays between the person and the worker.
const OWN_VISITS: &str = "scans q
     join attendances v on v.id = q.attendance_id and v.voided_at is null
     join sessions s on s.id = v.session_id
     join activities a on a.id = s.activity_id
     join service_kinds k on k.id = a.kind_id";

/// The people the phone speaks for, the first one first.
async fn own_people(conn: &mut Conn, phone: &Phone) -> Result<Vec<Own>> {
    let sql = format!(
        "select p.name,
                (select count(*) from {OWN_VISITS}
                 where {PUBLISHED} and q.phone_id = $1 and q.outcome = 'admitted' and v.person_id = p.id) as visits,
                (select cast(coalesce(sum(h.minutes), 0) as bigint) from {OWN_VISITS}
                 join hours_entries h on h.session_id = v.session_id and h.person_id = v.person_id
                 where {PUBLISHED} and q.phone_id = $1 and q.outcome = 'admitted' and v.part = 'volunteer'
                   and v.person_id = p.id
                ) as minutes
         from phone_people f join people p on p.id = f.person_id
         where f.phone_id = $1 order by f.added_at, p.id"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(phone.id).fetch_all(conn).await?)
}

/// Published sessions that are still to come, and to which it has checked in nobody yet, at the centers where the phone checked somebody in, the next ones first.
async fn coming(conn: &mut Conn, phone: &Phone, now: Now) -> Result<Vec<OwnVisit>> {
    let sql = format!(
        "select {VISIT}, {ROOM} as room, null as name, null as part
         from sessions s
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id and {PUBLISHED}
         {PLACE}
         where s.status = 'planned' and s.ends_at > $2
           and exists (select 1 from scans q join sessions o on o.id = q.session_id
               where q.phone_id = $1 and q.outcome = 'admitted' and o.center_id = s.center_id)
           and not exists (select 1 from scans q
               where q.phone_id = $1 and q.outcome = 'admitted' and q.session_id = s.id)
         order by s.starts_at, s.id limit 12"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(phone.id).bind(now.0).fetch_all(conn).await?)
}

/// Where the phone checked its people in, the latest first.
async fn visits(conn: &mut Conn, phone: &Phone) -> Result<Vec<OwnVisit>> {
    let sql = format!(
        "select {VISIT}, {ROOM} as room, p.name, v.part
         from {OWN_VISITS}
         join people p on p.id = v.person_id
         {PLACE}
         where {PUBLISHED} and q.phone_id = $1 and q.outcome = 'admitted' order by s.starts_at desc, v.id desc limit 20"
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(phone.id).fetch_all(conn).await?)
}

const VISIT: &str = "a.title, c.name as center, c.zone, s.starts_at, s.ends_at";

const PLACE: &str = "join centers c on c.id = s.center_id";
