//! The form that the first town's office asks for: the sample, as one would begin with it.

use super::{Builder, Town};
use crate::auth::{CityAdmin, ReportReader, Viewer};
use crate::error::{Error, Result};
use crate::files::{self, FileKind};
use crate::purchaser_forms::forms::NewForm;
use crate::purchaser_forms::{self, FormKeeper};
use crate::store::Conn;
use crate::web::Lang;

pub(super) async fn keep(b: &Builder, admin: &CityAdmin, tx: &mut Conn, towns: &[Town]) -> Result<()> {
    let town = towns.first().ok_or(Error::NotFound)?;
    let reader = ReportReader::of(Viewer::clone(admin)).ok_or(Error::Forbidden)?;
    let keeper = FormKeeper::of(reader).ok_or(Error::Forbidden)?;
    let sample = purchaser_forms::empty(&keeper, tx, b.now, Lang::Zh).await?;
    let file = files::check("服务情况月报表.xlsx", sample.bytes, &[FileKind::Xlsx])
        .map_err(|_| Error::internal("the sample form is no workbook"))?;
    let new = NewForm { owner: town.purchaser, name: "服务情况月报表".to_owned(), file };
    purchaser_forms::keep(&keeper, b.now, tx, &b.sealer, &new).await?;
    Ok(())
}
