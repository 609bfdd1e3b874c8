//! Who employs and supervises the demo's workers, the posts of its agreements, and one who leaves soon.

use super::{Builder, Made};
use crate::agreements;
use crate::auth::Manager;
use crate::centers::Center;
use crate::error::{Error, Result};
use crate::handovers::{self, HandoverInput};
use crate::store::Conn;
use crate::web::Fields;
use crate::workers::posts::forms;
use crate::workers::{self, WorkerId, career, posts};

/// How many of a post there are, and the places of those who fill them among the workers.
type Fillers = (i64, &'static [usize]);

/// title; kind, least qualification, working time; who fills them
const POSTS: [(&str, [&str; 3], Fillers); 4] = [
    ("中心主任", ["social_worker", "intermediate", "full"], (1, &[2])),
    ("一线社工", ["social_worker", "assistant", "full"], (5, &[0, 1, 4, 6])),
    ("兼职督导", ["social_worker", "senior", "part"], (1, &[5])),
    ("行政与后勤", ["staff", "", "full"], (2, &[3, 7])),
];

/// The place of whoever supervises the others, where there are others.
const SUPERVISOR: usize = 5;

/// The place of whoever leaves.
const LEAVER: usize = 6;

/// Says who employs and who supervises them, and opens the posts of the agreement.
pub(super) async fn assign(b: &Builder, by: &Manager, tx: &mut Conn, center: &Center, ids: &[WorkerId]) -> Result<()> {
    let begun = b.today().minus_days(200);
    let agreement = agreements::queries::of_center(by, tx, center.id()).await?;
    // One to come may stand there already.
    let runs = |one: &agreements::Agreement| one.starts_on <= b.today() && b.today() <= one.ends_on;
    let agreement = agreement.into_iter().find(runs);
    let agreement = agreement.ok_or(Error::NotFound)?;
    // Where few work, few posts were agreed upon.
    let wanted = POSTS.iter().filter(|(.., (_, places))| places.iter().any(|place| *place < ids.len()));
    for (title, [kind, qualification, time], (count, places)) in wanted {
        let fields = Fields::default()
            .with("agreement", agreement.id)
            .with("title", title)
            .with("kind", kind)
            .with("qualification", qualification)
            .with("working_time", time)
            .with("count", usize::try_from(*count).unwrap_or(1).min(ids.len() + 1))
            .with("opened_on", begun);
        let (input, count) = forms::posts(&fields, b.today())?;
        let opened = posts::open(by, b.now, tx, center, &input, count).await?;
        for (post, place) in opened.into_iter().zip(*places) {
            let Some(worker) = ids.get(*place) else { continue };
            let post = posts::queries::find(tx, center.id(), post).await?;
            posts::fill(by, b.now, tx, center, &post, (*worker, begun)).await?;
        }
    }
    for (place, id) in ids.iter().enumerate() {
        let worker = workers::queries::find(tx, center.id(), *id).await?;
        let employer = if place == 7 { "莞城家政服务有限公司" } else { "" };
        let fields = Fields::default().with("employer", employer).with("employed_on", begun);
        career::employ(by, b.now, tx, center, &worker, &career::read_employment(&fields, b.today())?).await?;
        if let Some(supervisor) = ids.get(SUPERVISOR).filter(|supervisor| *supervisor != id) {
            let fields = Fields::default().with("supervisor", supervisor).with("supervised_on", begun);
            let input = career::read_supervision(&fields, b.today())?;
            career::supervise(by, b.now, tx, center, &worker, input).await?;
        }
    }
    Ok(())
}

/// Somebody leaves in three weeks, and another takes over what they lead.
pub(super) async fn hand_over(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (leaver, heir) = made.workers.get(LEAVER).zip(made.workers.first()).ok_or(Error::NotFound)?;
    let worker = workers::queries::find(tx, made.center.id(), *leaver).await?;
    let input = HandoverInput {
        from: b.today().plus_days(21),
        successor: Some(*heir),
        sessions: None,
        appointments: None,
        appointments_off: None,
        supervisor: None,
        liaison: None,
        posts: None,
        rest: None,
        leaves: true,
    };
    handovers::hand_over(&made.manager, b.now, tx, &made.center, &worker, &input).await?;
    Ok(())
}
