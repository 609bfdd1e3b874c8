//! Which calendars the demo's social worker has in the phone: the center's with its drafts, a room's, a team's, and the own one.

use super::{Builder, Made};
use crate::auth::FeedReader;
use crate::error::{Error, Result};
use crate::feeds::{self, FeedSubject, queries};
use crate::store::Conn;

pub(super) async fn subscribe(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let by = FeedReader::of((*made.coordinator).clone()).ok_or(Error::Forbidden)?;
    let center = made.center.id();
    let offered: Vec<FeedSubject> =
        queries::offered(&by, tx, center).await?.into_iter().map(|(subject, _)| subject).collect();
    let room = offered.iter().find(|subject| matches!(subject, FeedSubject::Room(_)));
    let team = offered.iter().find(|subject| matches!(subject, FeedSubject::Team(_)));
    let work =
        queries::own_work(by.account, tx, b.now).await?.into_iter().map(|one| FeedSubject::Worker(one.worker_id));
    let wanted = [FeedSubject::Center(center)].into_iter().chain(room.copied()).chain(team.copied()).chain(work);
    for subject in wanted {
        feeds::make(&by, b.now, tx, &b.sealer, subject).await?;
    }
    Ok(())
}
