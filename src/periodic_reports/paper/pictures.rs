//! The pictures of a report on paper: those that were frozen with it and are still there. Sheets are none of them: names stand on these.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::files::{self, FileId};
use crate::periodic_reports::document::{FrozenEvidence, FrozenReport};
use crate::periodic_reports::types::{Evidence, EvidenceKind};
use crate::store::{Conn, Sealer};

/// The most pictures of one paper, two sheets of them; more are listed.
const MOST: usize = 12;

/// A picture that stands on a report's paper.
#[derive(Clone)]
pub(super) struct FiledPicture {
    /// Where a page finds it.
    pub address: String,
    file: FileId,
    /// Nothing until it is read.
    pub bytes: Arc<[u8]>,
}

/// By their numbers those of what is kept that are pictures, and what the document says that they are; `path` is the report's.
pub(super) fn pictures(document: &FrozenReport, kept: &[(i64, Evidence)], path: &str) -> BTreeMap<i64, FiledPicture> {
    let picture = |frozen: &FrozenEvidence| {
        let (_, one) = kept.iter().find(|(number, _)| *number == frozen.number)?;
        let is_as_frozen = one.kind == EvidenceKind::Photo && one.digest.as_ref() == Some(&frozen.file);
        let file = one.file_id.filter(|_| is_as_frozen)?;
        let address = format!("{path}/evidence/{}", one.id);
        Some((frozen.number, FiledPicture { address, file, bytes: Arc::default() }))
    };
    let photos = document.evidence.iter().filter(|frozen| frozen.kind == EvidenceKind::Photo);
    photos.filter_map(picture).take(MOST).collect()
}

/// The same with what they hold; what is not what was kept is none of them.
pub(super) async fn read(
    conn: &mut Conn,
    sealer: &Sealer,
    found: BTreeMap<i64, FiledPicture>,
) -> Result<BTreeMap<i64, FiledPicture>> {
    let mut whole = BTreeMap::new();
    for (number, picture) in found {
        match files::read(conn, sealer, picture.file).await {
            Ok(file) => _ = whole.insert(number, FiledPicture { bytes: file.bytes.into(), ..picture }),
            Err(Error::NotFound | Error::Internal(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(whole)
}
