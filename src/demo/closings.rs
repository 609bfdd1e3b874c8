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
        "大家一起包饺子，从和面到下锅都自己动手。几位长者教年轻人擀皮，笑声不断！\n下个月继续，欢迎带家人来。",
        "面粉 5 斤，肉馅 4 斤，一次性手套 1 盒",
        "擀面杖不够，多借四根；靠窗两桌容易滑，先铺防滑垫。",
        &["和面", "包饺子", "出锅"],
    ),
    (
        "跟着老师练了八段锦前四式，动作慢、讲得细。中途休息量了血压。",
        "饮用水 1 箱",
        "音响线接触不良，请提前试音。",
        &["晨练"],
    ),
    ("居民代表讨论了楼道杂物清理，定下每月第一个周六一起动手。", "", "请物业派人参加。", &["议事", "现场"]),
];

/// The sun over hills, in other colours each time.
fn picture(number: u8) -> Result<CheckedFile> {
    const WIDTH: u32 = 960;
    const HEIGHT: u32 = 640;
    let shade = number.wrapping_mul(37) % 90;
    let scene = RgbImage::from_fn(WIDTH, HEIGHT, |x, y| {
        let (across, down) = (i64::from(x) - 700, i64::from(y) - 170);
        let hill = 430 + (i64::from(x) - 420).pow(2) / 2_400;
        if across * across + down * down < 8_100 {
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
