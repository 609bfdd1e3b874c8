//! What the demo's city asks of its centers beside the notice, and a workday that makes up for a day off. Both are marked as samples:
//! no town has issued such a guide, and real arrangements are announced year by year.

use super::{Builder, Town};
use crate::auth::CityAdmin;
use crate::error::Result;
use crate::holidays::{self, HolidayKind};
use crate::programmes::{self, forms};
use crate::store::Conn;
use crate::web::Fields;

pub(super) async fn set(b: &Builder, admin: &CityAdmin, tx: &mut Conn, towns: &[Town]) -> Result<()> {
    let today = b.today();
    let names = Fields::default()
        .with("name", "镇街社区综合服务中心建设指引（示例）")
        .with("name_en", "Guide for centers of towns (sample)")
        .with("source", "示例，并无此文件")
        .with("gives_rules", "1");
    let id = programmes::add(admin, b.now, tx, &forms::programme(&names)?).await?;
    let programme = programmes::queries::find(tx, id).await?;
    // From the beginning, and milder from next quarter on.
    for (valid_from, area, percent, why) in [
        (today.minus_days(200), 1_200, 40, "按镇街中心的规模"),
        (today.plus_days(90), 1_000, 30, "社区场地有限，先满足必备功能室"),
    ] {
        let rules = Fields::default()
            .with("valid_from", valid_from)
            .with("area_m2", area)
            .with("optional_percent", percent)
            .with("kinds_by", forms::BY_CATALOG)
            .with("reason", why);
        programmes::add_version(admin, b.now, tx, &programme, &forms::version(&rules, today)?).await?;
    }
    if let Some(last) = towns.last() {
        let scope = Fields::default().with("center", last.center).with("from_date", today.minus_days(200));
        programmes::place(admin, b.now, tx, &programme, &forms::scope(&scope, today)?).await?;
    }
    work_on_a_saturday(b, admin, tx).await
}

/// The first Saturday in three weeks that is not in the list.
async fn work_on_a_saturday(b: &Builder, admin: &CityAdmin, tx: &mut Conn) -> Result<()> {
    let saturday = b.today().monday().plus_days(26);
    for day in (0..4).map(|week| saturday.plus_days(7 * week)) {
        if holidays::queries::touching(tx, day, day).await?.is_empty() {
            let fields = Fields::default()
                .with("kind", HolidayKind::Workday)
                .with("starts_on", day)
                .with("name", "调休上班（示例）")
                .with("name_en", "Make-up workday (sample)");
            holidays::add(admin, b.now, tx, &holidays::forms::holiday(&fields, b.today())?).await?;
            return Ok(());
        }
    }
    Ok(())
}
