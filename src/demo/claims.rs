//! What the demo's volunteers say of their hours: service that waits for an answer, that was confirmed, and that was declined; and a row of
//! the ledger that is said to be wrong.

use super::{Builder, Made};
use crate::claims::{self, Claimant, forms};
use crate::error::Result;
use crate::hours::EntryId;
use crate::ids::{PersonId, TeamId};
use crate::store::Conn;
use crate::web::Fields;

/// How many days ago, from when to when, what, and where.
const SERVED: [(u64, &str, &str, &str, &str); 3] = [
    (6, "09:00", "11:30", "陪独居长者到镇医院复诊", "镇人民医院"),
    (9, "14:00", "16:00", "上门帮黄婆婆换灯管、修水龙头", "罗沙东区"),
    (12, "19:30", "21:00", "自己在家练习理发", "家里"),
];

pub(super) async fn claim(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center) = (&made.coordinator, &made.center);
    // Somebody of a team, and not its leader, who may still vouch for it.
    let member: Option<(PersonId, TeamId)> = sqlx::query_as(
        "select m.person_id, m.team_id from team_members m join teams t on t.id = m.team_id
         where t.center_id = $1 and t.disbanded_on is null and m.left_on is null and m.suspended_on is null and m.joined_on <= $2
           and t.leader_id is not null and t.leader_id <> m.person_id
         order by m.id limit 1",
    )
    .bind(center.id())
    .bind(b.today().minus_days(30))
    .fetch_optional(&mut *tx)
    .await?;
    let Some((person, team)) = member else { return Ok(()) };
    let claimant = Claimant::worker(by, tx, center.id(), person).await?;
    let mut asked = Vec::new();
    for (days, from, to, content, place) in SERVED {
        let told = Fields::default().with("served_on", b.today().minus_days(days)).with("from_time", from);
        let told = told.with("to_time", to).with("content", content).with("place", place).with("team", team);
        let input = forms::report(&told, b.today())?;
        asked.push(claims::report(&claimant, b.now, tx, center, &input).await?);
    }
    let [_, confirmed, declined] = asked[..] else { return Ok(()) };
    let yes = Fields::default().with("answer", claims::ClaimAnswer::Confirm).with(&format!("pick.{confirmed}"), 1);
    // Where it overlaps what a door saw, both count for a reason.
    let yes = yes.with(&format!("why.{confirmed}"), "社区来电核实过");
    claims::decide(by, b.now, tx, center, &yes).await?;
    let no = Fields::default().with("answer", claims::ClaimAnswer::Decline).with(&format!("pick.{declined}"), 1);
    claims::decide(by, b.now, tx, center, &no.with("word", "在家练习不属于志愿服务，谢谢您的用心")).await?;
    let entry: Option<(EntryId, i64)> = sqlx::query_as(
        "select h.id, h.minutes from hours_entries h
         where h.person_id = $1 and h.session_id is not null and h.reverses_id is null and h.minutes > 0
           and not exists (select 1 from hours_entries v where v.reverses_id = h.id) order by h.id desc limit 1",
    )
    .bind(person)
    .fetch_optional(&mut *tx)
    .await?;
    let Some((entry, minutes)) = entry else { return Ok(()) };
    let wrong = Fields::default().with("minutes", minutes + 30).with("reason", "活动结束后留下来收拾场地");
    claims::correct(&claimant, b.now, tx, center, entry, &forms::correction(&wrong)?).await.map(|_| ())
}
