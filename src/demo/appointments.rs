//! When a worker of the demo's first center may be booked, and who took a slot.

use super::{Builder, Made};
use crate::appointments::{self, SlotTaker, forms, queries};
use crate::error::Result;
use crate::ids::{PersonId, RequestId};
use crate::store::Conn;
use crate::web::Fields;

pub(super) async fn book(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center, today) = (&made.coordinator, &made.center, b.today());
    let kind: Option<i64> =
        sqlx::query_scalar("select id from service_kinds where confidential = 1 order by id limit 1")
            .fetch_optional(&mut *tx)
            .await?;
    let room: Option<i64> = sqlx::query_scalar(
        "select r.id from rooms r where r.center_id = $1 and r.retired_at is null and r.capacity <= 12 order by r.capacity, r.id limit 1",
    )
    .bind(center.id())
    .fetch_optional(&mut *tx)
    .await?;
    let worker: Option<i64> = sqlx::query_scalar(
        "select id from workers where center_id = $1 and kind = 'social_worker' and ended_on is null and account_id is not null order by id limit 1",
    )
    .bind(center.id())
    .fetch_optional(&mut *tx)
    .await?;
    let (Some(kind), Some(room), Some(worker)) = (kind, room, worker) else { return Ok(()) };
    for (weekday, starts, ends) in [(2, "09:00", "11:30"), (4, "14:30", "17:00")] {
        let fields = Fields::default().with("worker", worker).with("room", room).with("kind", kind);
        let fields = fields.with("weekday", weekday).with("starts", starts).with("ends", ends);
        let fields = fields.with("slot_minutes", 50).with("by_phone", 1);
        appointments::offer(by, b.now, tx, center, &forms::times(&fields, today)?).await?;
    }
    let people: Vec<PersonId> = sqlx::query_scalar(
        "select e.person_id from enrolments e where e.center_id = $1 order by e.person_id limit 3 offset 20",
    )
    .bind(center.id())
    .fetch_all(&mut *tx)
    .await?;
    for person in people {
        let (_, free) = queries::free(tx, b.now, center, false).await?;
        let Some(slot) = free.into_iter().nth(1) else { break };
        let wish = forms::SlotWish { request: RequestId::random(), times: slot.times, starts_at: slot.slot.starts_at };
        appointments::take(&SlotTaker::Staff(by, person), b.now, tx, &b.sealer, center, &wish).await?;
    }
    Ok(())
}
