//! The demo's businesses, schools and community organizations, and what they did in the center.

use super::centers::MONTHS_BEHIND_DAYS;
use super::{Builder, Made};
use crate::activities::{self, SessionId};
use crate::check_in::participation::{self, ParticipationInput};
use crate::clock::Now;
use crate::error::Result;
use crate::store::Conn;
use crate::units::{self, UnitId, UnitPart, forms};
use crate::web::Fields;

/// name, kind, whom to ask for, phone, address
const UNITS: [(&str, &str, &str, &str, &str); 9] = [
    ("罗沙小学", "school", "德育处 周老师", "0769-22101001", "罗沙路 30 号"),
    ("东门社区卫生服务站", "public_institution", "护士长 邓姑娘", "0769-22101002", "东门路 8 号"),
    ("莞城街道司法所", "agency", "", "0769-22101003", ""),
    ("莞盛电子有限公司", "enterprise", "行政部 彭经理", "13826900011", "罗沙工业区二路 5 号"),
    ("东门药房", "shop", "老板娘", "13826900012", "东门路 15 号"),
    ("阿明理发店", "shop", "阿明", "13826900013", "罗沙路 22 号铺"),
    ("旧书屋", "shop", "", "", "罗沙路 41 号铺"),
    ("罗沙粤曲社", "community_organization", "社长 何伯", "13826900014", ""),
    ("罗沙乐龄互助会", "community_organization", "会长 钟姨", "13826900015", "中心三楼"),
];

/// name, standing, founded and supported so many days ago, by whom
const ORGANIZATIONS: [(&str, &str, u64, Option<u64>, &str); 2] =
    [("罗沙粤曲社", "registered", 2_900, None, ""), ("罗沙乐龄互助会", "on_record", 24, Some(70), "本中心")];

/// The one that moved away, and how many days ago.
const GONE: (&str, u64) = ("旧书屋", 40);

/// An activity, which unit takes part in it, as what, and with what.
const TAKING_PART: [(&str, &str, UnitPart, &str); 8] = [
    ("量血压测血糖义诊", "东门社区卫生服务站", UnitPart::Helping, "医生一名、护士两名"),
    ("量血压测血糖义诊", "东门药房", UnitPart::Helping, "血糖试纸"),
    ("少年编程俱乐部", "罗沙小学", UnitPart::Served, "五年级"),
    ("少年编程俱乐部", "莞盛电子有限公司", UnitPart::Helping, "工程师讲课"),
    ("粤曲私伙局", "罗沙粤曲社", UnitPart::Helping, "乐队伴奏"),
    ("便民理发", "阿明理发店", UnitPart::Helping, "师傅两位"),
    ("家庭垃圾分类课", "罗沙小学", UnitPart::Lending, "操场"),
    ("长者茶话", "罗沙乐龄互助会", UnitPart::Served, ""),
];

/// After the sessions have happened.
pub(super) async fn take_part(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let then = Now(made.center.zone.midnight(b.today().minus_days(MONTHS_BEHIND_DAYS + 10)));
    let mut known = Vec::new();
    for (name, kind, contact, phone, address) in UNITS {
        let mut fields = Fields::default()
            .with("name", name)
            .with("kind", kind)
            .with("contact", contact)
            .with("phone", phone)
            .with("address", address);
        for (_, standing, founded, supported, by) in ORGANIZATIONS.iter().filter(|(of, ..)| *of == name) {
            fields.add("standing", standing);
            fields.add("founded_on", &b.today().minus_days(*founded).to_string());
            if let Some(supported) = supported {
                fields.add("supported_since", &b.today().minus_days(*supported).to_string());
                fields.add("supported_by", by);
            }
        }
        let input = forms::unit(&fields, b.today())?;
        known.push((name, units::register(&made.coordinator, then, tx, &b.sealer, &made.center, &input).await?));
    }
    let id_of = |name: &str| known.iter().find(|(of, _)| *of == name).map_or(UnitId(0), |(_, id)| *id);
    for (title, name, part, word) in TAKING_PART {
        let word = Some(word.to_owned()).filter(|word| !word.is_empty());
        let input = ParticipationInput { unit: id_of(name), part, word };
        for id in sessions(tx, made, title).await? {
            let session = activities::queries::session(&made.coordinator, tx, made.center.id(), id).await?;
            let then = Now(session.starts_at.min(b.now.0));
            participation::take_part(&made.coordinator, then, tx, &session, &input).await?;
        }
    }
    let last_day = b.today().minus_days(GONE.1);
    units::end(&made.coordinator, b.now, tx, &made.center, id_of(GONE.0), last_day).await
}

/// The sessions of an activity that were held or are planned.
async fn sessions(tx: &mut Conn, made: &Made, title: &str) -> Result<Vec<SessionId>> {
    Ok(sqlx::query_scalar(
        "select s.id from sessions s join activities a on a.id = s.activity_id
         where s.center_id = $1 and a.title = $2 and s.status in ('planned', 'completed') order by s.starts_at",
    )
    .bind(made.center.id())
    .bind(title)
    .fetch_all(tx)
    .await?)
}
