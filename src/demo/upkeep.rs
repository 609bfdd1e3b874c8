//! What is broken in the demo's first center, what it owns and lends, and what was practised.

use super::{Builder, Made};
use crate::error::Result;
use crate::store::Conn;
use crate::upkeep::{self, DefectAnswer, forms, queries};
use crate::web::Fields;

/// What is broken, in whose hands and within so many days, and whether it is mended.
type ReportedDefect = (&'static str, Option<(&'static str, u64)>, bool);

const BROKEN: [ReportedDefect; 4] = [
    ("二楼走廊第三盏灯不亮", Some(("物业维修班", 5)), false),
    ("男卫生间水龙头漏水", None, false),
    ("多功能活动室投影仪偏色", Some(("设备供应商", 10)), false),
    ("大门无障碍坡道扶手松动", Some(("物业维修班", 2)), true),
];

/// Number, name, kind, origin, yuan, whether it is lent.
const OWNED: [(&str, &str, &str, &str, i64, bool); 6] = [
    ("LS-001", "折叠轮椅", "aid", "donated", 680, true),
    ("LS-002", "折叠轮椅", "aid", "donated", 680, true),
    ("LS-010", "爱心雨伞（10 把）", "umbrella", "own", 250, true),
    ("LS-021", "投影仪", "device", "funds", 5_200, false),
    ("LS-022", "音响一套", "device", "funds", 3_600, false),
    ("LS-030", "折叠桌（20 张）", "furniture", "funds", 4_800, false),
];

pub(super) async fn keep(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center, today) = (&made.coordinator, &made.center, b.today());
    for (place, (what, mender, mended)) in BROKEN.into_iter().enumerate() {
        let request = format!("0197f5a0-0000-7000-8000-{place:012}");
        let fields = Fields::default().with("request_id", request).with("what", what);
        let input = forms::defect(&fields)?;
        let id = upkeep::report((by, Some(by.account)), b.now, tx, &b.sealer, center, (&input, None)).await?;
        let defect = queries::defect(tx, center.id(), id).await?;
        if let Some((mender, days)) = mender {
            upkeep::assign(by, b.now, tx, (center, &defect), (mender, today.plus_days(days))).await?;
        }
        if mended {
            upkeep::answer_defect(by, b.now, tx, (center, &defect), (DefectAnswer::Mended, "重新固定，已检查")).await?;
        }
    }
    for (number, name, kind, origin, yuan, lendable) in OWNED {
        let fields = Fields::default().with("number", number).with("name", name).with("kind", kind);
        let fields = fields.with("origin", origin).with("cost_yuan", yuan).with("bought_on", today.minus_days(400));
        let fields = if lendable { fields.with("lendable", 1) } else { fields };
        upkeep::add_asset(by, b.now, tx, center, &forms::asset(&fields, today)?).await?;
    }
    if let Some(chair) = queries::assets(tx, center.id()).await?.into_iter().find(|one| one.number == "LS-001") {
        let fields = Fields::default().with("unit", "东门社区居委会").with("due_on", today.plus_days(6));
        upkeep::lend(by, b.now, tx, (center, &chair), &forms::loan(&fields, today)?).await?;
    }
    for (ago, kind, minutes, people, found) in [
        (140_u64, "fire", 40, 62, "集合用时 3 分 20 秒；二楼西侧一只灭火器过期，次日更换"),
        (45, "first_aid", 60, 28, ""),
        (12, "inspection", 30, 4, "插座两处松动，已报修"),
    ] {
        let fields = Fields::default().with("held_on", today.minus_days(ago)).with("kind", kind);
        let fields = fields.with("minutes", minutes).with("people", people).with("led_by", "陈静雯");
        let input = forms::drill(&fields.with("found", found), today)?;
        upkeep::record_drill(by, b.now, tx, &b.sealer, center, (&input, None)).await?;
    }
    Ok(())
}
