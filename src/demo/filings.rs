//! A profile of the demo city's own, beside the two that come along: in another order, with the city in every row.

use super::Builder;
use crate::auth::CityAdmin;
use crate::error::{Error, Result};
use crate::filings::{self, ColumnStep, ExportProfileId, FilingField, FilingSubject, forms, queries};
use crate::store::Conn;
use crate::web::Fields;

pub(super) async fn shape(b: &Builder, by: &CityAdmin, tx: &mut Conn) -> Result<()> {
    let shipped = queries::profiles(tx).await?;
    let original = shipped.into_iter().find(|one| one.subject == FilingSubject::ServiceRecords);
    let original = original.ok_or(Error::NotFound)?;
    let id = filings::copy(by, b.now, tx, ("市志愿服务联合会汇总表", original.id)).await?;
    let profile = queries::profile(tx, id).await?;
    let about = Fields::default()
        .with("name", &profile.name)
        .with("file_name", "{center}志愿服务汇总_{from}_{to}")
        .with("format", profile.format)
        .with("note", "市级自定的汇总表，每月 10 日前上报上个月的。")
        .with("version", profile.version);
    filings::revise(by, b.now, tx, &profile, &forms::profile(&about)?).await?;
    for column in [
        Fields::default().with("title", "所在市").with("constant", "东莞市"),
        Fields::default().with("title", "志愿者编号").with("field", FilingField::VolunteerNumber).with("required", 1),
        Fields::default().with("title", "备注").with("field", FilingField::Blank),
    ] {
        let profile = queries::profile(tx, id).await?;
        let input = forms::column(&column.with("version", profile.version), profile.subject)?;
        filings::add_column(by, b.now, tx, &profile, &input).await?;
    }
    to_the_top(b, by, tx, id, "所在市").await?;
    let profile = queries::profile(tx, id).await?;
    let columns = queries::columns(tx, id).await?;
    let served = columns.into_iter().find(|column| column.field == Some(FilingField::ServedOn));
    let served = served.ok_or(Error::NotFound)?;
    let written = Fields::default()
        .with("title", &served.title)
        .with("field", FilingField::ServedOn)
        .with("required", 1)
        .with("date_form", "chinese")
        .with("version", profile.version);
    let input = forms::column(&written, profile.subject)?;
    filings::revise_column(by, b.now, tx, (&profile, &served), &input).await
}

async fn to_the_top(b: &Builder, by: &CityAdmin, tx: &mut Conn, id: ExportProfileId, title: &str) -> Result<()> {
    loop {
        let profile = queries::profile(tx, id).await?;
        let columns = queries::columns(tx, id).await?;
        let place = columns.iter().position(|column| column.title == title).ok_or(Error::NotFound)?;
        if place == 0 {
            return Ok(());
        }
        let step = (ColumnStep::Up, profile.version);
        filings::move_column(by, b.now, tx, (&profile, &columns[place]), step).await?;
    }
}
