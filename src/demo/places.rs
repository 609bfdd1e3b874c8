//! Where the rich center's rooms are, when they are open beyond the usual and closed within it: an evening, a morning of repairs over
//! what is planned; and a room that is being fitted out.

use std::time::Duration;

use super::{Builder, Made};
use crate::clock::Now;
use crate::error::{Error, Result};
use crate::rooms::planned::{self, forms as plans};
use crate::rooms::{self, Room, forms, times_forms};
use crate::store::Conn;
use crate::web::Fields;

/// A room, its floor, how to get there, and what makes it easier to use.
const PLACES: [(&str, &str, &str, &[&str]); 3] = [
    ("一楼服务大厅", "一楼", "正门进来就是", &["step_free", "wide_door", "accessible_toilet", "tactile_paving"]),
    ("多功能活动室", "二楼", "大厅右侧上电梯，出门直走", &["lift", "wide_door", "hearing_loop"]),
    ("书画室（东座三楼，请走侧门电梯）", "三楼", "从东座侧门上电梯", &["lift"]),
];

pub(super) async fn furnish(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let center = &made.center;
    let all = rooms::queries::of_center(tx, center.id()).await?;
    let called = |name: &str| all.iter().find(|room| room.name == name).ok_or(Error::NotFound);
    for (name, floor, directions, features) in PLACES {
        let room = called(name)?;
        rooms::revise(&made.manager, b.now, tx, room, &forms::facts(&described(room, floor, directions, features))?)
            .await?;
    }
    let hall = called("多功能活动室")?;
    let evening = Fields::default()
        .with("day", b.today().plus_days(9))
        .with("opens", "21:00")
        .with("closes", "22:30")
        .with("why", "居民代表会议");
    let input = times_forms::opening(&evening, b.now, center, std::slice::from_ref(hall))?;
    rooms::open_extra(&made.manager, b.now, tx, center.id(), &input).await?;
    let repairs = Fields::default()
        .with("from", b.today().plus_days(6))
        .with("starts", "08:30")
        .with("to", b.today().plus_days(6))
        .with("ends", "12:00")
        .with("reason", "空调检修");
    let input = times_forms::closing(&repairs, b.now, center, std::slice::from_ref(called("舞蹈室")?))?;
    rooms::close(&made.manager, b.now, tx, center.id(), &input).await?;
    build(b, tx, made, called("图书阅览室")?).await
}

/// What the form of a room says, with where it is.
fn described(room: &Room, floor: &str, directions: &str, features: &[&str]) -> Fields {
    let mut fields = Fields::default()
        .with("name", &room.name)
        .with("kind", room.kind_id)
        .with("area_m2", room.area_m2)
        .with("capacity", room.capacity)
        .with("buffer_minutes", room.buffer_minutes)
        .with("floor", floor)
        .with("directions", directions);
    for feature in features {
        fields.add("features", feature);
    }
    fields
}

/// A room that is being fitted out, like `like` in kind.
async fn build(b: &Builder, tx: &mut Conn, made: &Made, like: &Room) -> Result<()> {
    let (by, center, today) = (&made.manager, &made.center, b.today());
    let fields = Fields::default()
        .with("name", "三楼自习室")
        .with("kind", like.kind_id)
        .with("area_m2", 65)
        .with("way", "fitting_out")
        .with("cost_yuan", 86_000)
        .with("note", "暑假前完工");
    let begun = Now(b.now.0.minus(Duration::from_secs(40 * 24 * 3600)));
    let id = planned::add(by, begun, tx, center, &plans::planned(&fields)?).await?;
    let room = planned::queries::find(tx, center.id(), id).await?;
    let step = Fields::default()
        .with("state", "under_way")
        .with("on_date", today.minus_days(12))
        .with("step_note", "水电已改，正在铺地板");
    planned::step(by, b.now, tx, &b.sealer, &room, (&plans::step(&step, today)?, None)).await
}
