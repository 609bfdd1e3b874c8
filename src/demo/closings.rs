//! What was written down of the last sessions of the demo's first center, with pictures that are drawn: no face is on them.

use std::io::Cursor;

use image::{ImageFormat, Rgb, RgbImage};

use super::{Builder, Made};
use crate::activities::{SessionId, queries as activities};
use crate::closings::{self, forms, queries};
use crate::error::{Error, Result};
use crate::files::{self, CheckedFile, FileKind};
use crate::store::Conn;
use crate::web::Fields;

/// Summary, materials, the word for next time, and the captions of the pictures.
type Written = (&'static str, &'static str, &'static str, &'static [&'static str]);

const WRITTEN: [Written; 3] = [
    (
        "来的街坊比上次多，老朋友带着新朋友，气氛很好！志愿者分成两组，一组接待，一组陪新来的人。\n下次照常举办，欢迎带家人来。",
        "一次性纸杯 1 条，饮用水 1 箱，签名笔 4 支",
        "凳子不够，多借四张；靠窗那边地面滑，先铺防滑垫。",
        &["布置场地", "活动现场", "收拾整理"],
    ),
    (
        "内容讲得慢、讲得细，大家都跟得上。中途休息时量了血压，有两位血压偏高，已提醒复查。",
        "饮用水 1 箱",
        "音响线接触不良，请提前试音。",
        &["活动现场"],
    ),
    ("人不多，但每个人都说了话，定下下个月一起做一次大扫除。", "", "请物业派人参加。", &["开场", "活动现场"]),
];

/// The sun over hills, in other colours each time.
fn picture(number: u8) -> Result<CheckedFile> {
    const WIDTH: u32 = 480;
    const HEIGHT: u32 = 320;
    let shade = number.wrapping_mul(37) % 90;
    let scene = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (across, down) = (i64::from(x) - 350, i64::from(y) - 85);
        let hill = 215 + (i64::from(x) - 210).pow(2) / 1_200;
        if across * across + down * down < 2_025 {
            Rgb([255, 214, 120])
        } else if i64::from(y) > hill {
            Rgb([70 + shade, 140, 96])
        } else {
            Rgb([190, 214 - shade / 2, 236])
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    scene.write_to(&mut bytes, ImageFormat::Png).map_err(Error::internal)?;
    files::check("活动.png", bytes.into_inner(), &[FileKind::Png])
        .map_err(|_| Error::internal("a picture that was drawn is none"))
}

pub(super) async fn write_down(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let (by, center) = (&made.coordinator, made.center.id());
    let last: Vec<SessionId> = sqlx::query_scalar(
        "select s.id from sessions s join activities a on a.id = s.activity_id join service_kinds k on k.id = a.kind_id
         where s.center_id = $1 and s.status = 'completed' and k.confidential = 0 and s.team_id is not null
         order by s.starts_at desc, s.id desc limit 3",
    )
    .bind(center)
    .fetch_all(&mut *tx)
    .await?;
    let mut number = 0;
    for (id, (summary, materials, word, captions)) in last.into_iter().zip(WRITTEN) {
        let session = activities::session(by, tx, center, id).await?;
        let fields = Fields::default().with("summary", summary).with("materials", materials).with("next_time", word);
        let record = forms::record(&fields, &queries::notes(tx, id).await?)?;
        closings::revise(by, b.now, tx, &session, &record).await?;
        for caption in captions {
            number += 1;
            let drawn = picture(number)?;
            let sent = (std::slice::from_ref(&drawn), Some(*caption));
            closings::add_photos(by, b.now, tx, &b.sealer, &session, sent).await?;
        }
        let first: Vec<_> = queries::photos(tx, id).await?.iter().take(2).map(|photo| photo.id).collect();
        closings::choose(by, b.now, tx, &session, &first).await?;
    }
    Ok(())
}
