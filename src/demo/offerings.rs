//! What the demo's activities say of themselves, and two that are kept as templates.

use super::{Builder, Made};
use crate::activities::{self, ActivityId, Attributes, ServiceLine, Target, TargetGroups, Texts, queries};
use crate::agreements;
use crate::error::Result;
use crate::offerings;
use crate::people::groups::PriorityGroup;
use crate::store::Conn;

/// Title, for which groups (none for everybody), which service, what it costs, and what is needed.
type OfferShown = (&'static str, &'static [PriorityGroup], ServiceLine, i64, Option<&'static str>);

const OFFERS: [OfferShown; 6] = [
    ("长者太极晨练班", &[PriorityGroup::Elderly], ServiceLine::Public, 0, Some("音箱一台")),
    ("四点半课堂", &[PriorityGroup::Youth], ServiceLine::Volunteer, 0, Some("绘本、铅笔")),
    ("残健同行手工坊", &[PriorityGroup::Disabled, PriorityGroup::Needy], ServiceLine::Volunteer, 0, Some("毛线、珠子")),
    ("扇面画", &[], ServiceLine::Public, 10, Some("空白扇面二十把")),
    ("家电维修日", &[], ServiceLine::Convenience, 5, Some("工具箱、常用零件")),
    ("便民理发", &[PriorityGroup::Elderly], ServiceLine::Convenience, 0, None),
];

/// Which is paid for by the center's second purchaser.
const CHARGED: &str = "扇面画";

/// Which are kept as templates.
const KEPT: [&str; 2] = ["长者太极晨练班", "便民理发"];

pub(super) async fn offer(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center) = (&made.coordinator, &made.center);
    let known: Vec<(ActivityId, String)> =
        sqlx::query_as("select id, title from activities where center_id = $1 order by id")
            .bind(center.id())
            .fetch_all(&mut *tx)
            .await?;
    let called = |title: &str| known.iter().find(|(_, other)| other == title).map(|(id, _)| *id);
    for (title, groups, line, cost, materials) in OFFERS {
        let Some(id) = called(title) else { continue };
        let activity = queries::activity(by, tx, center.id(), id).await?;
        let targets = groups.iter().copied().map(Target::Group);
        let everybody = groups.is_empty().then_some(Target::Everybody);
        let attributes = Attributes {
            groups: TargetGroups::of(targets.chain(everybody)),
            line: Some(line),
            materials: materials.map(str::to_owned),
            cost: Some(cost),
        };
        let texts = Texts {
            title: title.to_owned(),
            description: activity.description.clone(),
            kind: activity.kind_id,
            published: activity.published.is_set(),
            admission: activity.admission,
            attributes,
            charged_to: activity.charged_to,
        };
        activities::revise(by, b.now, tx, &activity, &texts).await?;
        if title == CHARGED {
            let second = agreements::queries::payers(tx, center.id(), b.today()).await?;
            let second = second.into_iter().map(|payer| payer.id).max();
            activities::charge(by, b.now, tx, &activity, second).await?;
        }
    }
    for title in KEPT {
        if let Some(id) = called(title) {
            offerings::keep(by, b.now, tx, center, id, title).await?;
        }
    }
    Ok(())
}
