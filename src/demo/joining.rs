//! Teams that seek members, two who wait for an answer, one who was told no, and a leader whose card makes any phone theirs.

use super::{Builder, Made};
use crate::applications;
use crate::auth::TeamReader;
use crate::check_in::cards;
use crate::error::{Error, Result};
use crate::ids::{PersonId, TeamId};
use crate::phones;
use crate::store::{Conn, Sealed};
use crate::teams::{self, Steward};
use crate::web::Fields;

/// Teams of the center, by their place, that seek members: what they do, and whom they look for.
pub(super) const SEEKING: [(&str, &str, &str); 2] = [
    (
        "夕阳红敬老队",
        "每周四下午探访独居长者：陪聊天、量血压、换灯泡、读报纸。新队员先跟老队员走三次。",
        "有耐心，每月能来两次",
    ),
    ("绿色罗沙环保队", "周六上午清理河岸和楼道，教孩子分类。工具由中心提供。", "不怕晒，家长可以带孩子一起来"),
];

/// Who asked: name, number, born, skills, when.
const ASKED: [(&str, &str, &str, &str, &str); 3] = [
    ("何嘉欣", "13512345671", "1996-04-18", "护理专业，会量血压", "周四下午"),
    ("吴子轩", "13512345672", "2010-09-01", "会拍照剪视频", "周末"),
    ("冯永健", "13512345673", "1961-02-11", "开车", "随时"),
];

/// Opens the teams, sends the wishes, and gives the first team's leader a card; the address of that.
pub(super) async fn open(b: &Builder, tx: &mut Conn, made: &Made) -> Result<String> {
    let center = &made.center;
    let by = TeamReader::of((*made.coordinator).clone()).ok_or(Error::Forbidden)?;
    for (name, about, sought) in SEEKING {
        let team = named(&by, tx, made, name).await?;
        let told = Fields::default().with("about", about).with("sought", sought).with("recruits", 1).with("helpers", 3);
        teams::present(&made.coordinator, b.now, tx, center, &team, &teams::forms::presentation(&told)?).await?;
    }
    let team = named(&by, tx, made, SEEKING[0].0).await?;
    for who in ASKED {
        ask(b, tx, made, team.id, who).await?;
    }
    let steward = Steward::signed_in(&by, tx, center.id(), team.id).await?;
    let (waiting, _) = applications::queries::of_team(&steward, tx, &b.sealer).await?;
    if let Some(last) = waiting.last() {
        let word = "这个月名额满了，下个月再来报名好吗";
        applications::decline(&steward, b.now, tx, &b.sealer, last.row.id, word).await?;
    }
    let leader: PersonId = team.leader_id.ok_or(Error::NotFound)?;
    cards::issue(&made.coordinator, b.now, tx, &b.sealer, center, &[leader]).await?;
    let sealed: Sealed =
        sqlx::query_scalar("select code_sealed from cards where person_id = $1 and revoked_at is null")
            .bind(leader)
            .fetch_one(&mut *tx)
            .await?;
    let code = b.sealer.open(&sealed).ok_or_else(|| Error::internal("a card's code does not open"))?;
    Ok(format!("/k/{code}"))
}

pub(super) async fn named(by: &TeamReader, tx: &mut Conn, made: &Made, name: &str) -> Result<teams::Team> {
    let all = teams::queries::list(by, tx, made.center.id()).await?;
    all.into_iter().find(|team| team.name == name).ok_or(Error::NotFound)
}

async fn ask(
    b: &Builder,
    tx: &mut Conn,
    made: &Made,
    team: TeamId,
    (name, number, born, skills, available): (&str, &str, &str, &str, &str),
) -> Result<()> {
    let who = Fields::default().with("request_id", crate::ids::RequestId::random()).with("name", name);
    let who = who.with("phone", number).with("birth_date", born).with("skills", skills).with("available", available);
    let agreed = who.with("risks", 1).with("consent", 1).with("version", 1);
    // Looked at only of the one who is under age.
    let guardian = agreed.with("guardian", "吴志强").with("guardian_phone", "13512345679");
    let fields = guardian.with("guardianship", "parent").with("guardian_consent", 1);
    let input = applications::joining(&fields, b.today())?;
    let team = teams::queries::public(tx, made.center.id(), team).await?;
    let agent = "Mozilla/5.0 (Linux; Android 14) Mobile";
    let (phone, _) = phones::known_or_new(None, agent, b.now, tx).await?;
    let risks = crate::web::Lang::Zh.text("teams.risks_default");
    applications::send(&phone, b.now, tx, &b.sealer, (&made.center, &team), (&input, &risks)).await
}
