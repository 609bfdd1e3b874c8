//! The review list (待核对): scans that a device kept without a network and that the server did not follow afterwards: the
//! session was full, closed or cancelled meanwhile, a card reported lost, a code nobody knows. A worker decides each: it
//! counts all the same, or it does not. The scan itself stays as it is.

use std::sync::LazyLock;

use askama::Template;
use rocket::{Route, get, post, routes};

use super::admit::{Again, Attempt, Entrance, Way, Who, admit_one};
use super::forms;
use super::rules::Doorway;
use super::types::{Code, Method, Part, RequestId};
use crate::activities::title::{self, Sight};
use crate::activities::{SessionId, Title};
use crate::audit;
use crate::auth::{Coordinator, Viewer};
use crate::centers::{self, Center, CenterId};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
pub use crate::ids::ScanId;
use crate::people::{PersonId, PersonRow};
use crate::store::{Conn, Db};
use crate::web::nav::Tab;
use crate::web::{Fields, Form, Frame, Lang, Page, Submitted, View, filters};

/// What a worker decided about a scan, as it is kept.
const COUNTED: &str = "counted";
const DISMISSED: &str = "dismissed";

pub(super) fn routes() -> Vec<Route> {
    routes![list, count, dismiss]
}

/// A scan that waits for a decision.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct WaitingScan {
    pub id: ScanId,
    pub session_id: SessionId,
    #[sqlx(flatten)]
    pub title: Title,
    person_id: Option<PersonId>,
    name: Option<String>,
    birth_date: Option<Date>,
    phone_last4: Option<String>,
    pub part: Part,
    pub way: Way,
    pub outcome: Code,
    pub occurred_at: Timestamp,
    pub device: Option<String>,
    #[sqlx(flatten)]
    door: Doorway,
}

impl WaitingScan {
    /// Whose it is; nobody's where the code is unknown.
    pub fn person(&self) -> Option<PersonRow> {
        let (birth_date, phone_last4) = (self.birth_date, self.phone_last4.clone());
        Some(PersonRow { id: self.person_id?, name: self.name.clone()?, birth_date, phone_last4 })
    }

    /// When it counts from.
    fn counts_from(&self) -> Timestamp {
        self.door.believed(self.occurred_at)
    }

    /// Whether the device's clock is not believed, so that it counts from another time than the one it tells.
    pub fn is_off(&self) -> bool {
        self.counts_from() != self.occurred_at
    }

    /// Whether it can count all the same: somebody known came to a session that takes place.
    pub fn may_count(&self) -> bool {
        self.person_id.is_some() && self.way == Way::In && self.outcome != Code::Cancelled
    }
}

/// The condition under which a scan `x` waits: the device kept it, the server said no, and nothing has settled it since,
/// neither a decision nor the person's being in.
static WAITS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "x.offline = 1
         and x.outcome in ({})
         and not exists (select 1 from scan_reviews v where v.scan_id = x.id)
         and not exists (select 1 from attendances y
            where y.session_id = x.session_id and y.person_id = x.person_id and y.voided_at is null)",
        Code::listed(Code::may_be_reviewed)
    )
});

/// How many wait at a center.
pub(super) async fn waiting_count(conn: &mut Conn, center: CenterId) -> Result<i64> {
    let sql = format!(
        "select count(*) from scans x join sessions s on s.id = x.session_id where s.center_id = $1 and {}",
        *WAITS
    );
    Ok(sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(center).fetch_one(conn).await?)
}

async fn waiting(by: &Viewer, conn: &mut Conn, center: CenterId, one: Option<ScanId>) -> Result<Vec<WaitingScan>> {
    let sql = format!(
        "select x.id, x.session_id, {}, x.person_id, p.name, p.birth_date, p.phone_last4, x.part, x.way, x.outcome,
                x.occurred_at, u.name as device, s.status, s.starts_at, s.local_date, c.zone
         from scans x
         join sessions s on s.id = x.session_id
         join centers c on c.id = s.center_id
         join activities a on a.id = s.activity_id
         join service_kinds k on k.id = a.kind_id
         left join people p on p.id = x.person_id
         left join accounts u on u.id = x.account_id
         where s.center_id = $2 and ($3 = 0 or x.id = $3) and {}
         order by x.occurred_at, x.id limit 200",
        title::columns("$1"),
        *WAITS
    );
    Ok(sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(Sight::Of(by).reader())
        .bind(center)
        .bind(one.map_or(0, |id| id.0))
        .fetch_all(conn)
        .await?)
}

#[derive(Template)]
#[template(path = "check_in/review.html")]
struct ReviewPage {
    center: Center,
    scans: Vec<WaitingScan>,
    /// The scan whose form is shown again, and with what faults.
    again: Option<(ScanId, Form)>,
    blank: Form,
}

impl ReviewPage {
    async fn load(by: &Viewer, conn: &mut Conn, center: Center, again: Option<(ScanId, Form)>) -> Result<Self> {
        let scans = waiting(by, conn, center.id(), None).await?;
        Ok(Self { center, scans, again, blank: Form::new() })
    }

    fn form(&self, scan: &ScanId) -> &Form {
        self.again.as_ref().filter(|(id, _)| id == scan).map_or(&self.blank, |(_, form)| form)
    }

    fn path(&self, scan: &ScanId) -> String {
        self.center.path(format_args!("/desk/review/{scan}"))
    }
}

impl View for ReviewPage {
    fn title(&self, lang: Lang) -> String {
        lang.text("review.title")
    }

    fn frame(&self) -> Frame<'_> {
        self.center.frame(Tab::Desk)
    }
}

#[get("/centers/<center>/desk/review")]
async fn list(by: Coordinator, db: &Db, center: CenterId) -> Result<Page<ReviewPage>> {
    let mut conn = db.read().await?;
    let center = centers::queries::open_to(&by, &mut conn, center).await?;
    Ok(Page(ReviewPage::load(&by, &mut conn, center, None).await?))
}

/// Counts the scan: the person was there, closed session or not. Only the seats can still stand in the way.
#[post("/centers/<center>/desk/review/<scan>/counting")]
async fn count(by: Coordinator, db: &Db, now: Now, center: CenterId, scan: ScanId) -> Result<Submitted<ReviewPage>> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    let waits = waiting(&by, &mut tx, center.id(), Some(scan)).await?.pop().ok_or(Error::NotFound)?;
    let (Some(person), true) = (waits.person_id, waits.may_count()) else { return Err(Error::NotFound) };
    let attempt = Attempt {
        by: (&by).into(),
        request: RequestId::random(),
        session: waits.session_id,
        who: Who::Person(person),
        part: Some(waits.part),
        way: Way::In,
        method: Method::Paper,
        occurred_at: waits.counts_from(),
        offline: false,
        entrance: Entrance::Correction,
        again: Again::Page,
    };
    let made = admit_one(now, &mut tx, attempt).await?.or_refusal();
    if let Ok(admitted) = &made {
        decide(&by, now, &mut tx, scan, COUNTED, None).await?;
        let entry = audit::entry("attendance.corrected", admitted.attendance.0).at(center.id());
        audit::record(&mut tx, &by, now, entry).await?;
    }
    // A try that was refused is on record too.
    tx.commit().await?;
    Submitted::of(made.map(|_| center.path("/desk/review")), "done.scan_counted", async |errors| {
        let form = Form::again(Fields::default(), errors);
        ReviewPage::load(&by, &mut *db.read().await?, center, Some((scan, form))).await
    })
    .await
}

/// Lets the scan be: it does not count, and a word says why.
#[post("/centers/<center>/desk/review/<scan>/dismissal", data = "<fields>")]
async fn dismiss(
    by: Coordinator,
    db: &Db,
    now: Now,
    center: CenterId,
    scan: ScanId,
    fields: Fields,
) -> Result<Submitted<ReviewPage>> {
    let mut tx = db.begin().await?;
    let center = centers::queries::open_to(&by, &mut tx, center).await?;
    waiting(&by, &mut tx, center.id(), Some(scan)).await?.pop().ok_or(Error::NotFound)?;
    let made = async {
        let reason = forms::reason(&fields)?;
        decide(&by, now, &mut tx, scan, DISMISSED, Some(&reason)).await?;
        let entry = audit::entry("scan.dismissed", scan.0).at(center.id()).because(&reason);
        audit::record(&mut tx, &by, now, entry).await?;
        tx.commit().await?;
        Ok(center.path("/desk/review"))
    };
    Submitted::of(made.await, "done.scan_dismissed", async |errors| {
        let form = Form::again(fields, errors);
        ReviewPage::load(&by, &mut *db.read().await?, center, Some((scan, form))).await
    })
    .await
}

/// # Errors
/// `NotFound` where somebody decided a moment ago.
async fn decide(
    by: &Coordinator,
    now: Now,
    tx: &mut Conn,
    scan: ScanId,
    decision: &str,
    reason: Option<&str>,
) -> Result<()> {
    let made = sqlx::query(
        "insert into scan_reviews (scan_id, decision, reason, decided_at, decided_by) values ($1, $2, $3, $4, $5)
         on conflict (scan_id) do nothing",
    )
    .bind(scan)
    .bind(decision)
    .bind(reason)
    .bind(now.0)
    .bind(by.account)
    .execute(tx)
    .await?;
    if made.rows_affected() == 1 { Ok(()) } else { Err(Error::NotFound) }
}
