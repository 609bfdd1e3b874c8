//! The demo's reading room stands open: three weeks of it are counted, two are to come.

use super::{Builder, Made};
use crate::activities::{self, SessionId};
use crate::auth::Greeter;
use crate::check_in::{RequestId, Tap, click};
use crate::clock::{Date, Now, Timestamp};
use crate::error::{Error, Result};
use crate::ids::ServiceKindId;
use crate::open_rooms::{self, forms};
use crate::people::groups::PriorityGroup;
use crate::rooms;
use crate::store::Conn;
use crate::web::Fields;

/// Days that are behind.
const BEHIND: u64 = 21;

pub(super) async fn open(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center) = (&made.coordinator, &made.center);
    let first = b.today().minus_days(BEHIND);
    let rooms = rooms::queries::of_center(tx, center.id()).await?;
    let kinds = activities::queries::kinds(tx).await?;
    let Some(room) = rooms.iter().find(|room| room.name == "图书阅览室") else { return Ok(()) };
    let Some(kind) = kinds.iter().find(|kind| kind.id == ServiceKindId(3)) else { return Ok(()) };
    let fields = Fields::default()
        .with("title", "图书阅览室开放")
        .with("description", "随到随看，借书请到前台登记。")
        .with("kind", kind.id)
        .with("room", room.id)
        .with("since", first)
        .with("opens", "09:00")
        .with("closes", "17:30")
        .with("published", 1);
    let fields = (2..=7).fold(fields, |fields, day| fields.with("weekday", day));
    let declared = forms::declared(&fields, first, &rooms, &kinds)?;
    let then = Now(center.zone.at_minute(first, 8 * 60));
    open_rooms::declare(by, then, tx, center, &declared).await?;
    for day in first.until(b.today()) {
        count(tx, made, day).await?;
        open_rooms::keep(Now(center.zone.at_minute(day, 18 * 60)), tx, center.id()).await?;
    }
    open_rooms::keep(b.now, tx, center.id()).await
}

/// Who came to the day's sessions, tapped in at once each.
async fn count(tx: &mut Conn, made: &Made, day: Date) -> Result<()> {
    let (by, center) = (&made.coordinator, &made.center);
    let greeter = Greeter::of((**by).clone()).ok_or(Error::Forbidden)?;
    let sessions: Vec<(SessionId, Timestamp)> = sqlx::query_as(
        "select s.id, s.ends_at from open_days d join sessions s on s.id = d.session_id
         where s.center_id = $1 and d.local_date = $2 and d.dropped_at is null and s.status = 'planned'
         order by s.starts_at",
    )
    .bind(center.id())
    .bind(day)
    .fetch_all(&mut *tx)
    .await?;
    for (id, ends_at) in sessions {
        let session = activities::queries::session(by, tx, center.id(), id).await?;
        let heads = 9 + (id.0 * 7 + day.weekday() * 5) % 23;
        let group = |number: i64| match number % 5 {
            0 | 1 => Some(PriorityGroup::Elderly),
            2 => Some(PriorityGroup::Youth),
            _ => None,
        };
        let taps: Vec<Tap> =
            (0..heads).map(|number| Tap { request: RequestId::random(), group: group(number) }).collect();
        click(&greeter, Now(Timestamp(ends_at.0 - 60_000)), tx, &session, &taps, &[]).await?;
    }
    Ok(())
}
