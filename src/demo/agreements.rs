//! What the demo's agreements say: one that was supplemented, with its paper; a second purchaser of the first center; and one to come
//! over two centers.

use super::{Builder, Town};
use crate::agreements::{self, AgreementId, AgreementText, queries};
use crate::auth::{CityAdmin, Manager, Viewer};
use crate::error::{Error, Result};
use crate::files::{self, FileKind};
use crate::store::Conn;
use crate::web::Fields;

/// A signed copy, as small as a PDF can be.
const SIGNED: &[u8] =
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n\
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n";

pub(super) async fn agree(b: &Builder, admin: &CityAdmin, tx: &mut Conn, towns: &[Town]) -> Result<()> {
    let Some(first) = towns.first() else { return Ok(()) };
    let known = queries::of_center(admin, tx, first.center).await?.into_iter().next().ok_or(Error::NotFound)?;
    supplement(b, admin, tx, known.id).await?;
    second_purchaser(b, admin, tx, first).await?;
    // The third center changes its provider before that.
    if let [_, one, _, other, ..] = towns {
        over_two_centers(b, admin, tx, (one, other)).await?;
    }
    Ok(())
}

/// The first center's agreement says more since a supplement, and its signed copy lies with it.
async fn supplement(b: &Builder, admin: &CityAdmin, tx: &mut Conn, id: AgreementId) -> Result<()> {
    let known = queries::open_to(admin, tx, id).await?;
    let more = Fields::default()
        .with("number", "莞城社购〔2026〕1 号")
        .with("services", "长者、残疾人、困难居民和青少年服务；志愿队伍培育；便民服务每月不少于两次")
        .with("amount", "480000")
        .with("payment", "签订后付 40%，中期评估合格后付 40%，末期评估合格后付 20%")
        .with("due.month", 10)
        .with("due.quarter", 15)
        .with("due.year", 30)
        .with("reason", "补充协议：写明服务内容、付款和报告时限");
    let revision = agreements::forms::revision(&more.or(parties(&known.text)), b.today())?;
    agreements::revise(admin, b.now, tx, id, &revision).await?;
    let paper = files::check("服务协议.pdf", SIGNED.to_vec(), &[FileKind::Pdf])
        .map_err(|_| Error::internal("a paper that was made is none"))?;
    let manager = Manager::of(Viewer::clone(admin)).ok_or(Error::Forbidden)?;
    let record = queries::open_to(admin, tx, id).await?;
    agreements::add_document(&manager, b.now, tx, &b.sealer, &record, (Some("服务协议（盖章扫描件）"), &paper)).await?;
    Ok(())
}

/// Who, where and when, as it stands.
fn parties(text: &AgreementText) -> Fields {
    let whole = Fields::default()
        .with("provider", text.provider_id)
        .with("purchaser", text.purchaser_id)
        .with("starts_on", text.starts_on)
        .with("ends_on", text.ends_on);
    text.centers.iter().fold(whole, |fields, one| fields.with("center", one.center_id))
}

/// The culture station pays for some of what the first center does.
async fn second_purchaser(b: &Builder, admin: &CityAdmin, tx: &mut Conn, town: &Town) -> Result<()> {
    let new = agreements::forms::organization(&Fields::default().with("name", "莞城文化服务中心"))?;
    let purchaser = agreements::add_purchaser(admin, b.now, tx, &new).await?;
    let starts_on = b.today().minus_days(230);
    let fields = Fields::default()
        .with("number", "莞城文购〔2026〕8 号")
        .with("provider", town.provider)
        .with("purchaser", purchaser)
        .with("center", town.center)
        .with("starts_on", starts_on)
        .with("ends_on", starts_on.plus_years(1))
        .with("services", "社区文艺活动")
        .with("amount", "60000")
        .with("years_from", "start")
        .with("due.half_year", 20);
    agreements::conclude(admin, b.now, tx, &agreements::forms::agreement(&fields, b.today())?).await?;
    Ok(())
}

/// From when both their agreements are over, two centers are one provider's.
async fn over_two_centers(b: &Builder, admin: &CityAdmin, tx: &mut Conn, (one, other): (&Town, &Town)) -> Result<()> {
    let starts_on = b.today().minus_days(200).plus_years(1).plus_days(1);
    let fields = Fields::default()
        .with("number", "联合社购〔2027〕2 号")
        .with("provider", one.provider)
        .with("purchaser", one.purchaser)
        .with("center", one.center)
        .with("center", other.center)
        .with("starts_on", starts_on)
        .with("ends_on", starts_on.plus_years(3).minus_days(1))
        .with(&format!("from.{}", other.center), starts_on.plus_days(60))
        .with("amount", "1260000")
        .with("years_from", "start")
        .with("due.quarter", 15)
        .with("due.year", 30);
    agreements::conclude(admin, b.now, tx, &agreements::forms::agreement(&fields, b.today())?).await?;
    Ok(())
}
