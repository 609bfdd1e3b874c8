//! What the demo's volunteers were trained in and commended for, and who looks after two of their teams.

use super::{Builder, Made, joining};
use crate::auth::TeamReader;
use crate::error::{Error, Result};
use crate::honours::{self, Honoured, forms, queries};
use crate::ids::PersonId;
use crate::store::Conn;
use crate::teams::{self, Team};
use crate::web::Fields;

/// Trainings: days ago, what, minutes, who gave it, where.
const TRAININGS: [(u64, &str, i64, &str, &str); 2] = [
    (62, "心肺复苏与急救包扎", 180, "东莞市红十字会", "二楼多功能活动室"),
    (24, "独居长者探访：怎样开口，怎样听", 90, "罗沙社区综合服务中心", "书画室"),
];

pub(super) async fn honour(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center, today) = (&made.coordinator, &made.center, b.today());
    let reader = TeamReader::of((**by).clone()).ok_or(Error::Forbidden)?;
    let team = joining::named(&reader, tx, made, joining::SEEKING[0].0).await?;
    let members = members_of(tx, &team).await?;
    for (place, (ago, title, minutes, giver, where_to)) in TRAININGS.into_iter().enumerate() {
        let fields = Fields::default()
            .with("title", title)
            .with("held_on", today.minus_days(ago))
            .with("minutes", minutes)
            .with("giver", giver)
            .with("place", where_to);
        let fields = if place == 1 { fields.with("team", team.id) } else { fields };
        let id = honours::record(by, b.now, tx, center, &forms::training(&fields, today)?).await?;
        let training = queries::training(tx, center.id(), id).await?;
        let there: Vec<PersonId> = members.iter().copied().skip(place).take(8).collect();
        honours::attend(by, b.now, tx, center, &training, &there).await?;
    }
    let best: Vec<PersonId> = members.iter().copied().take(2).collect();
    for (title, level, ago, whom) in [
        ("优秀志愿者", "center", 80, Honoured::People(best)),
        ("优秀志愿服务队伍", "town", 75, Honoured::Team(team.id)),
    ] {
        let given_on = today.minus_days(ago);
        let fields = Fields::default()
            .with("title", title)
            .with("level", level)
            .with("given_on", given_on)
            .with("what", "长年探访独居长者");
        honours::give(by, b.now, tx, center, &forms::award(&fields, today)?, &whom).await?;
    }
    let workers = teams::liaisons::choices(tx, center.id(), today, None).await?;
    for ((name, ..), worker) in joining::SEEKING.into_iter().zip(workers) {
        let team = joining::named(&reader, tx, made, name).await?;
        teams::set_liaison(by, b.now, tx, center, &team, Some(worker.id)).await?;
    }
    Ok(())
}

/// Who serves in the team, the first first.
async fn members_of(tx: &mut Conn, team: &Team) -> Result<Vec<PersonId>> {
    Ok(sqlx::query_scalar("select person_id from team_members where team_id = $1 and left_on is null order by id")
        .bind(team.id)
        .fetch_all(tx)
        .await?)
}
