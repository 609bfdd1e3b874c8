//! A ledger as one archive, filled while it is sent: so many sessions at a time, and a picture at a time. Nothing is held in the database
//! while the reader takes what was packed.

use std::collections::BTreeSet;

use super::TakenLedger;
use super::papers::{self, LedgerWriting};
use super::queries::{self, START};
use super::types::LedgerPhoto;
use crate::archives::{Archive, ArchiveWriter};
use crate::centers::Center;
use crate::clock::Now;
use crate::documents::book;
use crate::error::{Error, Result};
use crate::files;
use crate::store::{Db, Sealer};
use crate::web::Lang;

/// Sessions whose lines are in memory together.
const AT_ONCE: usize = 50;

/// What is filled, and for whom.
pub(super) struct LedgerTask {
    pub center: Center,
    pub taken: TakenLedger,
    pub now: Now,
    pub lang: Lang,
}

/// The archive of a ledger that was taken.
pub(super) fn sent(db: &Db, sealer: &Sealer, task: LedgerTask) -> Archive {
    let (db, sealer) = (Db::from((**db).clone()), sealer.clone());
    let name = papers::archive_name(&task.center, task.lang, (task.taken.cut.from, task.taken.cut.to));
    Archive::sent(&name, move |writer| fill(writer, db, sealer, task))
}

async fn fill(mut writer: ArchiveWriter, db: Db, sealer: Sealer, task: LedgerTask) -> Result<()> {
    let LedgerTask { center, taken, now, lang } = task;
    let writing = LedgerWriting { center: &center, sealer: &sealer, lang, in_full: taken.in_full };
    let (mut after, mut folders, mut index) = (START, BTreeSet::new(), Vec::new());
    loop {
        let mut conn = db.read().await?;
        let sessions = queries::sessions(&mut conn, now, (center.id(), &taken.cut), (after, AT_ONCE)).await?;
        if sessions.is_empty() {
            break;
        }
        let mut lines = queries::lines(&mut conn, center.id(), &sessions).await?;
        drop(conn);
        let is_last = sessions.len() < AT_ONCE;
        for mut session in sessions {
            after = (session.starts_at, session.id);
            let folder = papers::folder(&center, lang, &session, &mut folders);
            for (name, bytes) in writing.papers(&session, &lines)? {
                writer.add(&folder, &name, bytes).await?;
            }
            let photos = lines.photos.remove(&session.id).unwrap_or_default();
            session.facts.photos = pictures(&mut writer, (&db, &sealer), (folder.as_str(), lang), photos).await?;
            // The list needs no texts.
            session.description = None;
            session.summary = None;
            index.push((session, folder));
        }
        if is_last {
            break;
        }
    }
    let name = format!("00-{}.xlsx", lang.text("ledgers.index"));
    writer.add("", &name, book(&[writing.index(&index)])?).await?;
    Ok(())
}

/// Puts a session's pictures into its folder, one after another, and says how many there were.
async fn pictures(
    writer: &mut ArchiveWriter,
    (db, sealer): (&Db, &Sealer),
    (folder, lang): (&str, Lang),
    photos: Vec<LedgerPhoto>,
) -> Result<i64> {
    let folder = format!("{folder}/{}", lang.text("ledger_part.photos"));
    let mut number = 0;
    for photo in photos {
        let read = files::read(&mut *db.read().await?, sealer, photo.file_id).await;
        let file = match read {
            Ok(file) => file,
            // Somebody took it away meanwhile.
            Err(Error::NotFound) => continue,
            Err(error) => return Err(error),
        };
        number += 1;
        let ending = file.name.rsplit_once('.').map_or("jpg", |(_, ending)| ending);
        let name = match &photo.caption {
            Some(caption) => format!("{number:02} {caption}.{ending}"),
            None => format!("{number:02}.{ending}"),
        };
        writer.add(&folder, &name, file.bytes).await?;
    }
    Ok(number)
}
