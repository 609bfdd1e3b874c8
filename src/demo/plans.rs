//! What happens in the demo's rooms: weekly series, a few fortnightly ones, and single events.

use super::centers::MONTHS_BEHIND_DAYS;
use super::{Builder, Made};
use crate::activities::forms::Choices;
use crate::activities::{self, Dated, Fate, Rhythm, Slot};
use crate::clock::{Date, Now};
use crate::error::Result;
use crate::store::Conn;
use crate::web::Fields;

/// A series: title, service kind (1 case work, 2 group work, 3 community activity), room, weekday, start and end in
/// minutes, team (1 to 11, 0 for none), weeks between, what it is about.
struct Series(&'static str, i64, usize, i64, i64, i64, i64, u32, &'static str);

const SERIES: [Series; 40] = [
    Series("长者太极晨练班", 3, 8, 1, 510, 600, 7, 1, "教练带练二十四式，初学者也能跟上。请穿平底鞋。"),
    Series("长者太极晨练班（周四）", 3, 8, 4, 510, 600, 7, 1, "教练带练二十四式，初学者也能跟上。请穿平底鞋。"),
    Series("量血压测血糖义诊", 3, 0, 2, 540, 660, 9, 1, "社区医生坐诊，测血糖请空腹。"),
    Series("四点半课堂", 2, 4, 1, 990, 1080, 2, 1, "小学生放学后做作业、读绘本。"),
    Series("四点半课堂（周三）", 2, 4, 3, 990, 1080, 2, 1, "小学生放学后做作业、读绘本。"),
    Series("四点半课堂（周五）", 2, 4, 5, 990, 1080, 2, 1, "小学生放学后做作业、读绘本。"),
    Series("智能手机学习班", 2, 6, 2, 870, 960, 8, 1, "微信视频、预约挂号、防诈骗。请自带手机。"),
    Series("粤曲私伙局", 3, 1, 3, 1140, 1260, 6, 1, "曲友自带乐器，街坊来听都欢迎。"),
    Series("社区合唱团排练", 3, 1, 5, 570, 690, 6, 1, "每周排两首，年底社区晚会演出。"),
    Series("书法兴趣小组", 2, 9, 2, 570, 660, 0, 1, "笔墨中心准备，纸请自带。"),
    Series("国画入门", 2, 9, 4, 870, 960, 0, 1, "从梅兰竹菊开始。"),
    Series("心晴茶座", 2, 6, 4, 600, 690, 11, 1, "照顾家人的人也需要被照顾。小组保密。"),
    Series("法律咨询日", 1, 5, 3, 870, 990, 10, 1, "律师志愿者当面解答，一人约二十分钟。"),
    Series("个案会谈", 1, 5, 1, 870, 960, 0, 1, "预约会谈。"),
    Series("亲子绘本时光", 3, 4, 6, 600, 690, 2, 1, "三到八岁，家长陪同。"),
    Series("残健同行手工坊", 2, 7, 3, 570, 660, 3, 1, "编织、串珠，作品义卖。"),
    Series("独居长者电话关怀", 1, 7, 5, 870, 960, 1, 1, "志愿者逐户打电话问候并记录。"),
    Series("广场舞交流", 3, 8, 2, 1140, 1230, 7, 1, "晚饭后一起跳。"),
    Series("读报会", 3, 2, 1, 570, 630, 6, 1, "读报、聊时事。"),
    Series("少年编程俱乐部", 2, 6, 6, 870, 990, 8, 1, "用图形积木做小游戏，十到十五岁。"),
    Series("旧物换绿植", 3, 0, 6, 570, 690, 5, 2, "旧书旧衣旧电池换一盆绿萝。"),
    Series("家庭垃圾分类课", 3, 1, 6, 870, 930, 5, 2, "边玩边学。"),
    Series("长者生日会", 3, 3, 5, 870, 990, 1, 2, "给当月寿星过生日，一起吃蛋糕。"),
    Series("八段锦晨练", 3, 8, 3, 510, 570, 7, 1, "动作慢，人人能练。"),
    Series("八段锦晨练（周五）", 3, 8, 5, 510, 570, 7, 1, "动作慢，人人能练。"),
    Series("少儿街舞", 3, 8, 6, 960, 1050, 2, 1, "七到十二岁，穿运动鞋。"),
    Series("长者棋牌", 3, 3, 1, 840, 990, 1, 1, "象棋、围棋、麻将。"),
    Series("长者棋牌（周三）", 3, 3, 3, 840, 990, 1, 1, "象棋、围棋、麻将。"),
    Series("长者茶话", 3, 3, 2, 600, 690, 1, 1, "喝茶，讲古，认识新街坊。"),
    Series("健康讲座", 3, 1, 4, 930, 1020, 9, 1, "每周一个题目：血压、睡眠、关节。"),
    Series("青年读书会", 3, 2, 5, 1140, 1230, 6, 1, "一人讲一章。"),
    Series("古籍修复体验", 2, 2, 4, 600, 690, 6, 1, "学做线装本。"),
    Series("硬笔书法", 2, 9, 5, 990, 1080, 0, 1, "给孩子练一手好字。"),
    Series("扇面画", 2, 9, 6, 570, 660, 0, 1, "材料中心准备。"),
    Series("志愿者例会", 2, 7, 1, 1140, 1200, 4, 1, "总结上周，安排本周。"),
    Series("新手爸妈小组", 2, 6, 3, 1140, 1230, 2, 1, "喂养、睡眠、情绪，一起聊。"),
    Series("就业指导", 1, 5, 2, 570, 690, 0, 1, "改简历，模拟面试。"),
    Series("家电维修日", 3, 0, 4, 870, 990, 5, 1, "小家电免费修，零件收成本。"),
    Series("便民理发", 3, 0, 5, 540, 660, 1, 1, "六十岁以上街坊免费。"),
    Series("社区议事会", 3, 1, 2, 1140, 1230, 4, 2, "街坊商量身边事。"),
];

/// What happens elsewhere, month by month: title, which of the month's weekdays, weekday, start and end in minutes, venue, what
/// it is about.
const ELSEWHERE: [(&str, &str, i64, i64, i64, &str, &str); 2] = [
    ("公园健步走", "last", 6, 480, 570, "人民公园南门", "绕湖两圈，走得慢也有人陪。穿防滑鞋。"),
    ("线上家长课堂", "second", 3, 1_200, 1_290, "线上会议室", "孩子睡下以后，家长一起聊。链接当天发到群里。"),
];

/// Books the center's series from three months ago to a month from now. Dates whose room is closed are skipped.
pub(super) async fn schedule(b: &Builder, tx: &mut Conn, made: &Made, rich: bool) -> Result<()> {
    // As entered then: before the first session.
    let first_day = b.today().minus_days(MONTHS_BEHIND_DAYS);
    let then = Now(made.center.zone.midnight(first_day.minus_days(7)));
    let choices = Choices::load(tx, &made.center, then).await?;
    let series = SERIES.iter().filter(|series| series.2 < choices.rooms.len());
    for (index, series) in series.take(if rich { SERIES.len() } else { 3 }).enumerate() {
        let Series(title, kind, room, weekday, from, to, team, weeks, about) = series;
        let first = on_weekday(first_day, *weekday);
        let mut fields = Fields::default()
            .with("title", title)
            .with("description", about)
            .with("kind", kind)
            .with("room", choices.rooms.get(*room).map_or(0, |room| room.id.0))
            .with("date", first)
            .with("starts", clock(*from))
            .with("ends", clock(*to))
            .with("repeat", if *weeks == 1 { "weekly" } else { "fortnightly" })
            .with("until", b.today().plus_days(31));
        if *kind != 1 {
            fields.add("published", "1");
        }
        if let Some(lead) = choices.leads.get(index % choices.leads.len().max(1)) {
            fields.add("worker", &lead.id.to_string());
        }
        if let Some(team) = usize::try_from(*team - 1).ok().and_then(|team| choices.teams.get(team)) {
            fields.add("team", &team.id.to_string());
        }
        let plan = activities::forms::plan(&fields, &made.center, &choices)?;
        let dates: Vec<Dated> = plan
            .slots(&made.center)
            .into_iter()
            .map(|slot: Slot| Dated { slot, fate: Fate::Book(plan.place.rooms.clone()) })
            .collect();
        activities::schedule(&made.coordinator, then, tx, &made.center, &plan, &dates).await?;
    }
    if rich { elsewhere(b, tx, made, &choices, then).await } else { Ok(()) }
}

/// Plans what happens in no room of the center.
async fn elsewhere(b: &Builder, tx: &mut Conn, made: &Made, choices: &Choices, then: Now) -> Result<()> {
    let first_day = b.today().minus_days(MONTHS_BEHIND_DAYS);
    for (title, nth, weekday, from, to, venue, about) in ELSEWHERE {
        let fields = Fields::default()
            .with("title", title)
            .with("description", about)
            .with("kind", 3)
            .with("venue", venue)
            .with("capacity", 40)
            .with("date", first_day)
            .with("starts", clock(from))
            .with("ends", clock(to))
            .with("repeat", Rhythm::MonthlyWeekday)
            .with("nth", nth)
            .with("weekdays", weekday)
            .with("until", b.today().plus_days(61))
            .with("published", 1);
        let plan = activities::forms::plan(&fields, &made.center, choices)?;
        let slots = plan.slots(&made.center);
        let dates: Vec<Dated> = slots.into_iter().map(|slot| Dated { slot, fate: Fate::Book(Vec::new()) }).collect();
        activities::schedule(&made.coordinator, then, tx, &made.center, &plan, &dates).await?;
    }
    Ok(())
}

fn on_weekday(from: Date, weekday: i64) -> Date {
    from.until(from.plus_days(7)).find(|day| day.weekday() == weekday).unwrap_or(from)
}

fn clock(minutes: i64) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}
