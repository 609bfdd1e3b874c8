//! What each social worker led, and of which kind.

use std::collections::BTreeSet;

use serde_json::json;

use super::counted::{Counted, Filter};
use super::list::Measure;
use super::types::{KindTally, Led, LedKind};
use crate::error::Result;
use crate::store::{self, Conn};
use crate::workers::WorkerKind;

/// The social workers among those who led sessions that count, the most sessions first.
pub(super) async fn led(conn: &mut Conn, counted: &Counted, kinds: &[KindTally]) -> Result<Vec<Led>> {
    let workers: BTreeSet<i64> = counted.workers().collect();
    let names: Vec<(i64, String)> = sqlx::query_as(
        "select v.id, p.name from workers v join people p on p.id = v.person_id
         where v.kind = $2 and v.id in (select cast(cast(j.value as text) as bigint) from json_each(cast($1 as json_text)) j)",
    )
    .bind(store::rows(workers, |worker| json!(worker)))
    .bind(WorkerKind::SocialWorker)
    .fetch_all(conn)
    .await?;
    let of = |worker, measure| counted.value(measure, &Filter::Worker(worker)).unwrap_or(0);
    let by_kind = |worker| {
        let of = |tally: &KindTally| {
            let (sessions, minutes) = counted.led_of_kind(worker, tally.kind.id);
            (sessions > 0).then(|| LedKind { kind: tally.kind.clone(), sessions, minutes })
        };
        kinds.iter().filter_map(of).collect()
    };
    let mut led: Vec<Led> = names
        .into_iter()
        .map(|(worker_id, name)| Led {
            sessions: of(worker_id, Measure::LedSessions),
            minutes: of(worker_id, Measure::LedMinutes),
            kinds: by_kind(worker_id),
            worker_id,
            name,
        })
        .collect();
    led.sort_by_key(|led| (std::cmp::Reverse(led.sessions), led.worker_id));
    Ok(led)
}
