//! Rooms for what is no activity: a meeting of last week with its minutes, one to come, lamps that are mended, and residents' groups that
//! asked: one waits, one may come on conditions, one was told no.

use super::{Builder, Made};
use crate::activities::occupying;
use crate::clock::Date;
use crate::error::Result;
use crate::fields::time_value;
use crate::ids::RequestId;
use crate::phones;
use crate::reservations::{self, ReservationId, RoomRequestId, forms, queries};
use crate::rooms::{self, Room};
use crate::store::Conn;
use crate::web::{Fields, Lang};

/// Who asked: group, contact, number, for what, days ahead.
const ASKED: [(&str, &str, &str, &str, u64); 3] = [
    ("8 栋楼友会", "黄玉兰", "13512345681", "商量加装电梯，请街坊都来听", 9),
    ("夕阳红合唱队", "李国强", "13512345682", "排练端午节目", 12),
    ("养生产品交流会", "陈先生", "13512345683", "介绍保健品", 6),
];

const MINUTES: &str = "一、上周活动人数比前一周多，下棋角凳子不够，由何伟明添四张。\n二、端午活动分工：场地陈静雯，物资罗志文，周五前报名单。\n三、独居长者名单核对完毕，新增两户。";

/// A time of the day at which a room is free for so many minutes.
async fn free(b: &Builder, tx: &mut Conn, made: &Made, day: Date, minutes: i64) -> Result<Option<(Room, i64)>> {
    let rooms = occupying::free_times(tx, b.now, &made.center, day).await?;
    let fits = |spans: &[(i64, i64)]| spans.iter().find(|(from, to)| to - from >= minutes).map(|(from, _)| *from);
    Ok(rooms.into_iter().find_map(|(room, spans)| Some((room, fits(&spans)?))))
}

/// A day, a place and a time in the fields of a form.
fn at(fields: Fields, day: Date, room: &Room, from: i64, minutes: i64) -> Fields {
    let fields = fields.with("date", day).with("room", room.id);
    fields.with("starts", time_value(from)).with("ends", time_value(from + minutes))
}

pub(super) async fn reserve(b: &Builder, tx: &mut Conn, made: &Made) -> Result<()> {
    let today = b.today();
    let meeting = Fields::default().with("kind", "meeting").with("title", "站务会").with("holder", "陈静雯");
    let meeting = meeting.with("attendees", "全体社工和工作人员").with("heads", 7);
    if let Some(held) = book(b, tx, made, meeting.clone(), today.minus_days(7)).await? {
        let held = queries::find(tx, made.center.id(), held).await?;
        reservations::write_minutes(&made.coordinator, b.now, tx, &made.center, &held, Some(MINUTES)).await?;
    }
    book(b, tx, made, meeting, today.plus_days(7)).await?;
    let mending =
        Fields::default().with("kind", "maintenance").with("title", "换灯管、修空调").with("holder", "物业电工 李师傅");
    book(b, tx, made, mending, today.plus_days(3)).await?;
    for asked in ASKED {
        ask(b, tx, made, asked).await?;
    }
    let (open, _) = queries::requests(tx, made.center.id()).await?;
    let named = |name: &str| open.iter().find(|one| one.group_name == name).map(|one| one.id);
    if let Some(choir) = named(ASKED[1].0) {
        grant(b, tx, made, choir).await?;
    }
    if let Some(sellers) = named(ASKED[2].0) {
        let why = "功能室不借给推销活动，请谅解";
        reservations::decline(&made.coordinator, b.now, tx, &made.center, sellers, why).await?;
    }
    Ok(())
}

/// Books an hour of a day, where a room is free.
async fn book(b: &Builder, tx: &mut Conn, made: &Made, fields: Fields, day: Date) -> Result<Option<ReservationId>> {
    let Some((room, from)) = free(b, tx, made, day, 60).await? else { return Ok(None) };
    let rooms = rooms::queries::of_center(tx, made.center.id()).await?;
    let input = forms::reservation(&at(fields, day, &room, from, 60), &made.center, &rooms, b.now)?;
    let booked = reservations::reserve(&made.coordinator, b.now, tx, &made.center, &input).await?;
    Ok(booked.first().copied())
}

async fn ask(
    b: &Builder,
    tx: &mut Conn,
    made: &Made,
    (group, name, number, purpose, ahead): (&str, &str, &str, &str, u64),
) -> Result<()> {
    let day = b.today().plus_days(ahead);
    let Some((room, from)) = free(b, tx, made, day, 120).await? else { return Ok(()) };
    let rooms = rooms::queries::of_center(tx, made.center.id()).await?;
    let who = Fields::default().with("request_id", RequestId::random()).with("group_name", group).with("name", name);
    let what = who.with("phone", number).with("heads", 18).with("purpose", purpose).with("promise", 1);
    let wish = forms::wish(&at(what, day, &room, from, 120), &made.center, &rooms, &[], b.now)?;
    let (phone, _) = phones::known_or_new(None, "Mozilla/5.0 (Linux; Android 14) Mobile", b.now, tx).await?;
    let rules = Lang::Zh.text("room_requests.rules");
    reservations::send(&phone, b.now, tx, &b.sealer, &made.center, (&wish, &rules)).await.map(|_| ())
}

async fn grant(b: &Builder, tx: &mut Conn, made: &Made, id: RoomRequestId) -> Result<()> {
    let one = queries::request(tx, made.center.id(), id).await?;
    let rooms = rooms::queries::of_center(tx, made.center.id()).await?;
    let Some(room) = rooms.iter().find(|room| Some(room.id) == one.room_id).cloned() else { return Ok(()) };
    let word = Fields::default().with("word", "音响到前台借，用后归还；九点前结束");
    let fields = at(word, one.day, &room, one.from_minute, one.to_minute - one.from_minute);
    let answer = forms::grant(&fields, &made.center, &rooms, b.now)?;
    reservations::grant(&made.coordinator, b.now, tx, &made.center, &one, &answer).await.map(|_| ())
}
