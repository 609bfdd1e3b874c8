//! A version for whoever looks after it without Linli: the text that was hashed, byte for byte, the words with what it takes to find their
//! digests in it, and all of it as programs read it.

use serde_json::json;

use super::more_api::FrozenVersionJson;
use super::queries;
use super::types::{PeriodicReport, ReportVersion};
use super::version_pages::ReadVersion;
use crate::auth::ReportReader;
use crate::error::{Error, Result};
use crate::figures::small_cells;
use crate::store::Conn;
use crate::web::table::File;

/// Which of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProofFile {
    Text,
    Words,
    Version,
}

/// Whether a reader of versions may have the text that was hashed: how many attendances are behind the figures stands in it, and tells of
/// them what they hide (`FrozenReport::for_outsiders`).
pub(super) fn has_text(by: &ReportReader) -> bool {
    small_cells::are_seen_by(by)
}

/// A file of a version.
///
/// # Errors
/// `NotFound` for a version that the reader may not know of, `Forbidden` for a text that it may not have ([`has_text`]), and
/// `Refused("report_unreadable")` where the version's document is asked for and nobody can read it.
pub(super) async fn proof_file(
    by: &ReportReader,
    conn: &mut Conn,
    report: PeriodicReport,
    (number, which): (i64, ProofFile),
) -> Result<File> {
    let version = queries::version(by, conn, report.id, number).await?;
    let name = format!("linli-{}-{number}", report.number());
    match which {
        ProofFile::Text if !has_text(by) => Err(Error::Forbidden),
        ProofFile::Text => Ok(File::json(&format!("{name}.canonical"), queries::document(conn, version.id).await?)),
        ProofFile::Words => Ok(File::json(&format!("{name}.texts"), words(conn, &report, &version).await?)),
        ProofFile::Version => {
            let read = ReadVersion::load(by, conn, report, number).await?;
            let told = serde_json::to_string_pretty(&FrozenVersionJson::from(read)).map_err(Error::internal)?;
            Ok(File::json(&name, told))
        }
    }
}

/// Every text that was not taken out, with its salt: it tells nothing that the words beside it do not.
async fn words(conn: &mut Conn, report: &PeriodicReport, version: &ReportVersion) -> Result<String> {
    let texts = queries::texts(conn, version.id).await?;
    let texts = texts.into_values().filter(|text| text.redacted_at.is_none()).filter_map(|text| {
        let (content, salt) = (text.content?, text.salt?);
        Some(json!({"place": text.place, "content": content, "salt": salt, "digest": text.digest}))
    });
    let number = format!("{}-{}", report.number(), version.number);
    let told = json!({"version": number, "digest": version.digest, "texts": texts.collect::<Vec<_>>()});
    serde_json::to_string_pretty(&told).map_err(Error::internal)
}
