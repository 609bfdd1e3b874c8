//! What the forms are filled in with.

pub(super) const KIND: &[(&str, &str)] = &[("name", "录音室"), ("name_en", "Studio"), ("class", "own")];
pub(super) const PERSON: &[(&str, &str)] = &[
    ("name", "陈大文"),
    ("address", "东门路 8 号"),
    ("languages", "粤语"),
    ("emergency", "女儿 13900139000"),
    ("care", "耳背"),
    ("note", "要轮椅"),
    ("version", "1"),
    ("needy", "1"),
    ("needy.valid_from", "2026-01-01"),
    ("needy.document", "低保证"),
];
pub(super) const RESERVED: &[(&str, &str)] = &[
    ("center", "1"),
    ("kind", "meeting"),
    ("title", "站务会"),
    ("holder", "陈静雯"),
    ("attendees", "全体社工"),
    ("room", "2"),
    ("date", "2026-03-24"),
    ("starts", "09:00"),
    ("ends", "10:00"),
];
pub(super) const HELD: &[(&str, &str)] =
    &[("summary", "好"), ("materials", "纸"), ("next_time", "带凳子"), ("early", "1")];
pub(super) const WRITTEN: &[&str] = &["summary", "materials", "next_time"];
pub(super) const MINUTES: &[(&str, &str)] = &[("minutes", "一、排班")];
pub(super) const WISH: &[(&str, &str)] = &[
    ("request_id", "REQUEST"),
    ("group_name", "合唱队"),
    ("name", "李大树"),
    ("phone", "13511135113"),
    ("date", "2026-03-20"),
    ("starts", "09:00"),
    ("ends", "10:00"),
    ("heads", "12"),
    ("purpose", "排练"),
    ("promise", "1"),
];
pub(super) const GRANT: &[(&str, &str)] =
    &[("room", "2"), ("date", "2026-03-19"), ("starts", "14:00"), ("ends", "16:00"), ("word", "用后打扫")];
pub(super) const WHY: &[(&str, &str)] = &[("why", "那天消毒")];
pub(super) const ROOM: &[(&str, &str)] = &[
    ("name", "大厅"),
    ("kind", "12"),
    ("area_m2", "50"),
    ("capacity", "20"),
    ("floor", "二楼"),
    ("directions", "出电梯左转"),
];
pub(super) const WEEK: &[(&str, &str)] = &[
    ("first_day", "2026-03-02"),
    ("past_reason", "登记晚了"),
    ("hours.1.opens", "09:00"),
    ("hours.1.closes", "12:00"),
];
pub(super) const CLOSED: &[(&str, &str)] =
    &[("center", "1"), ("rooms", "1"), ("from", "2026-03-12"), ("to", "2026-03-12"), ("reason", "检修")];
pub(super) const OPENED: &[(&str, &str)] = &[
    ("center", "1"),
    ("rooms", "1"),
    ("day", "2026-03-12"),
    ("opens", "21:30"),
    ("closes", "22:00"),
    ("why", "居民大会"),
];
pub(super) const PLANNED: &[(&str, &str)] =
    &[("center", "1"), ("name", "训练室"), ("kind", "9"), ("area_m2", "60"), ("way", "conversion"), ("note", "等验收")];
pub(super) const STEP: &[(&str, &str)] = &[("state", "under_way"), ("on_date", "2026-03-02"), ("step_note", "拆墙")];
pub(super) const OPENING_UP: &[(&str, &str)] = &[
    ("opened_on", "2026-03-02"),
    ("past_reason", "登记晚了"),
    ("name", "训练室"),
    ("kind", "9"),
    ("area_m2", "60"),
    ("capacity", "12"),
];
pub(super) const PROFILE: &[(&str, &str)] =
    &[("name", "服务记录"), ("file_name", "记录_{center}"), ("format", "xlsx"), ("note", "照模板填"), ("version", "1")];
pub(super) const COLUMN: &[(&str, &str)] = &[("title", "所在市"), ("constant", "东莞市"), ("version", "1")];
pub(super) const COPIED: &[(&str, &str)] = &[("name", "市联合会"), ("copy_of", "1")];
pub(super) const FILING: &[(&str, &str)] =
    &[("center", "1"), ("from", "2026-03-01"), ("to", "2026-03-31"), ("full", "true"), ("reason", "导入系统")];
pub(super) const POST: &[(&str, &str)] = &[
    ("center", "1"),
    ("agreement", "1"),
    ("title", "行政助理"),
    ("kind", "staff"),
    ("working_time", "part"),
    ("opened_on", "2026-01-01"),
];
pub(super) const OPEN_ROOM: &[(&str, &str)] = &[
    ("title", "图书室开放"),
    ("description", "随到随看"),
    ("kind", "3"),
    ("room", "2"),
    ("since", "2026-12-01"),
    ("weekday", "7"),
];
pub(super) const OPENED_OF_1: &[(&str, &str)] = &[
    ("center", "1"),
    ("title", "图书室开放"),
    ("description", "随到随看"),
    ("kind", "3"),
    ("room", "2"),
    ("since", "2026-12-01"),
    ("weekday", "7"),
];
pub(super) const OPEN_ENDED: &[(&str, &str)] = &[("ended_on", "2026-12-02"), ("reason", "装修")];
pub(super) const TEA: &[(&str, &str)] = &[
    ("title", "茶话会"),
    ("description", "带杯子"),
    ("materials", "茶叶"),
    ("kind", "3"),
    ("room", "1"),
    ("date", "2026-03-09"),
    ("starts", "09:00"),
    ("ends", "10:00"),
    ("overlap_reason", "两场连着办"),
];
pub(super) const DECIDED: &str = "/centers/1/quarter-copy/1?to=2026-Q2&request_id=0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
pub(super) const QUARTER: &[(&str, &str)] = &[
    ("center", "1"),
    ("request_id", "REQUEST"),
    ("from", "2026-Q1"),
    ("to", "2026-Q2"),
    ("activities", "1"),
    ("overlap_reason", "两场连着办"),
];
pub(super) const TEMPLATE: &[(&str, &str)] = &[("center", "1"), ("activity", "1"), ("name", "茶话会")];
pub(super) const OUTING: &[(&str, &str)] = &[
    ("title", "参观科技馆"),
    ("kind", "3"),
    ("venue", "科技馆正门"),
    ("date", "2026-03-09"),
    ("starts", "09:00"),
    ("ends", "10:00"),
];
pub(super) const PLACE: &[(&str, &str)] = &[
    ("venue", "科技馆正门"),
    ("date", "2026-03-05"),
    ("starts", "09:00"),
    ("ends", "12:00"),
    ("overlap_reason", "两场连着办"),
    ("capacity_reason", "换了小一点的地方"),
];
pub(super) const PLACE_LINES: &[&str] = &["venue", "overlap_reason", "capacity_reason"];
pub(super) const SERIES: &[(&str, &str)] = &[
    ("title", "茶话会"),
    ("kind", "3"),
    ("room", "1"),
    ("date", "2026-03-09"),
    ("starts", "09:00"),
    ("ends", "10:00"),
    ("repeat", "weekly"),
    ("times", "2"),
    ("confirm", "1"),
    ("pick.2026-03-09", "book"),
    ("pick.2026-03-16", "skip"),
    ("reason.2026-03-16", "放假"),
];
pub(super) const UNIT: &[(&str, &str)] = &[
    ("center", "1"),
    ("version", "0"),
    ("name", "罗沙互助会"),
    ("kind", "community_organization"),
    ("standing", "neither"),
    ("contact", "钟姨"),
    ("address", "东门路 8 号"),
    ("supported_since", "2026-01-01"),
    ("supported_by", "本中心"),
    ("note", "可借礼堂"),
];
pub(super) const UNIT_LINES: &[&str] = &["name", "contact", "address", "supported_by"];
pub(super) const BROKEN: &[(&str, &str)] =
    &[("request_id", "0197f5a0-0000-7000-8000-00000000d001"), ("what", "灯不亮"), ("room", "1")];
pub(super) const BROKEN_AT_1: &[(&str, &str)] =
    &[("center", "1"), ("request_id", "0197f5a0-0000-7000-8000-00000000d002"), ("what", "灯不亮")];
pub(super) const MENDER: &[(&str, &str)] = &[("mender", "物业维修"), ("mend_by", "2026-03-20")];
pub(super) const MENDED: &[(&str, &str)] = &[("answer", "mended"), ("word", "换了灯管")];
pub(super) const THING: &[(&str, &str)] =
    &[("number", "A9"), ("name", "轮椅"), ("kind", "aid"), ("origin", "own"), ("note", "在前台")];
pub(super) const THING_OF_1: &[(&str, &str)] =
    &[("center", "1"), ("number", "A8"), ("name", "轮椅"), ("kind", "aid"), ("origin", "own"), ("note", "在前台")];
pub(super) const LENT: &[(&str, &str)] = &[("unit", "东门居委会"), ("due_on", "2026-03-20")];
pub(super) const PRACTISED: &[(&str, &str)] = &[
    ("held_on", "2026-03-01"),
    ("kind", "fire"),
    ("minutes", "30"),
    ("people", "20"),
    ("led_by", "罗志文"),
    ("found", "灭火器过期"),
];
pub(super) const PRACTISED_AT_1: &[(&str, &str)] = &[
    ("center", "1"),
    ("held_on", "2026-03-01"),
    ("kind", "fire"),
    ("minutes", "30"),
    ("people", "20"),
    ("led_by", "罗志文"),
    ("found", "灭火器过期"),
];
pub(super) const HANDED_OVER: &[(&str, &str)] =
    &[("from", "2026-03-06"), ("cancel_appointments", "1"), ("appointments_reason", "长期病假")];
pub(super) const OFFERED: &[(&str, &str)] = &[("reason", "社工外出")];
pub(super) const ASKED_FOR: &[(&str, &str)] = &[
    ("request_id", "0197f5a0-0000-7000-8000-00000000d003"),
    ("name", "黄秀英"),
    ("phone", "13511115111"),
    ("word", "想聊聊"),
];
pub(super) const TRAINING: &[(&str, &str)] = &[
    ("center", "1"),
    ("title", "新人培训"),
    ("held_on", "2026-02-10"),
    ("minutes", "60"),
    ("giver", "本中心"),
    ("place", "书画室"),
];
pub(super) const AWARD: &[(&str, &str)] = &[
    ("center", "1"),
    ("title", "年度优秀志愿者"),
    ("level", "other"),
    ("giver", "志愿者联合会"),
    ("given_on", "2026-02-20"),
    ("what", "一年探访五十次"),
    ("person", "1"),
];
pub(super) const AWARD_LINES: &[&str] = &["title", "giver", "what"];
pub(super) const CONSENT: &[(&str, &str)] = &[
    ("purpose", "photos"),
    ("answer", "given"),
    ("given_on", "2026-03-05"),
    ("given_method", "paper"),
    ("guardian", "陈丽"),
    ("guardianship", "parent"),
];
pub(super) const JOINING: &[(&str, &str)] = &[
    ("request_id", "REQUEST"),
    ("name", "李小树"),
    ("phone", "13511135111"),
    ("birth_date", "2012-05-05"),
    ("skills", "画画"),
    ("available", "周末"),
    ("guardian", "李大树"),
    ("guardian_phone", "13511135112"),
    ("guardianship", "parent"),
    ("guardian_consent", "1"),
    ("risks", "1"),
    ("consent", "1"),
    ("version", "1"),
];
pub(super) const PRESENTATION: &[(&str, &str)] =
    &[("about", "陪伴长者"), ("sought", "有耐心的人"), ("risks", "路上小心"), ("helpers", "2")];
pub(super) const CHAIN: &[(&str, &str)] = &[("text", "#接龙\n1. 陈秀英 2人")];
pub(super) const WORD: &[(&str, &str)] = &[("word", "这次人满了")];
pub(super) const WORDS: &[(&str, &str)] =
    &[("purpose", "photos"), ("wording", "新的文字"), ("wording_en", "New words"), ("effective_from", "2026-03-05")];
pub(super) const IDENTITY: &[(&str, &str)] = &[("asker", "person"), ("identity", "看了身份证")];
pub(super) const ERASURE: &[(&str, &str)] = &[("wanted_by", "person"), ("reason", "搬走了")];
pub(super) const CERTIFICATE: &[(&str, &str)] = &[("kind", "4"), ("number", "L1"), ("issuer", "省司法厅")];

pub(super) const POLICY_OF_1: &[(&str, &str)] = &[
    ("center", "1"),
    ("insurer", "平安保险"),
    ("policy_number", "P1"),
    ("covers", "volunteers"),
    ("valid_from", "2026-01-01"),
    ("valid_to", "2026-12-31"),
    ("note", "含猝死"),
];

pub(super) const POLICY: &[(&str, &str)] = &[
    ("insurer", "平安保险"),
    ("policy_number", "P1"),
    ("covers", "volunteers"),
    ("valid_from", "2026-01-01"),
    ("valid_to", "2026-12-31"),
    ("note", "含猝死"),
];

pub(super) const CLAIM: &[(&str, &str)] = &[
    ("person", "2"),
    ("served_on", "2026-03-05"),
    ("from_time", "08:00"),
    ("to_time", "09:00"),
    ("content", "送餐"),
    ("place", "东门路"),
];
pub(super) const CLAIM_OF_1: &[(&str, &str)] = &[
    ("center", "1"),
    ("person", "2"),
    ("served_on", "2026-03-05"),
    ("from_time", "08:00"),
    ("to_time", "09:00"),
    ("content", "送餐"),
    ("place", "东门路"),
];
pub(super) const CORRECTION_OF_1: &[(&str, &str)] =
    &[("center", "1"), ("person", "2"), ("entry", "1"), ("minutes", "60"), ("reason", "早走")];
pub(super) const CONFIRMING: &[(&str, &str)] =
    &[("answer", "confirm"), ("pick.1", "1"), ("minutes.1", "10"), ("why.1", "早走")];
pub(super) const DECLINING: &[(&str, &str)] = &[("answer", "decline"), ("pick.1", "1"), ("word", "查无此事")];
pub(super) const NEEDED: &[(&str, &str)] = &[("position", "引导"), ("wanted", "2"), ("note", "穿马甲")];

pub(super) const REASON: &[(&str, &str)] = &[("reason", "点错了")];
pub(super) const SIGNING: &[(&str, &str)] =
    &[("in_charge", "何伟明"), ("handled_by", "陈静雯"), ("contact", "0769-22101001")];
pub(super) const SIGNING_OF_1: &[(&str, &str)] =
    &[("center", "1"), ("in_charge", "何伟明"), ("handled_by", "陈静雯"), ("contact", "0769-22101001")];
pub(super) const CERTIFIED_ALL: &[(&str, &str)] = &[
    ("center", "1"),
    ("person", "1"),
    ("from", "2026-01-01"),
    ("to", "2026-03-05"),
    ("in_charge", "何伟明"),
    ("handled_by", "陈静雯"),
    ("contact", "0769-22101001"),
];
pub(super) const CERTIFIED: &[(&str, &str)] = &[
    ("center", "1"),
    ("person", "1"),
    ("from", "2026-01-01"),
    ("to", "2026-03-05"),
    ("in_charge", "何伟明"),
    ("handled_by", "陈静雯"),
    ("contact", "0769-22101001"),
    ("id_number", "1"),
    ("reason", "办理入学"),
];
pub(super) const MADE_PUBLIC: &[(&str, &str)] = &[
    ("center", "1"),
    ("certificate", "1"),
    ("public_from", "2026-03-05"),
    ("public_to", "2026-03-11"),
    ("objections", "办公室 0769-22101001"),
];

pub(super) const PROGRAMME: &[(&str, &str)] =
    &[("name", "试行方案"), ("name_en", "Trial"), ("source", "东社〔2026〕1号"), ("gives_rules", "true")];
pub(super) const RULES: &[(&str, &str)] = &[
    ("valid_from", "2026-09-01"),
    ("area_m2", "1200"),
    ("optional_percent", "40"),
    ("kinds_by", "catalog"),
    ("reason", "新通知"),
];
pub(super) const DAYS_OFF: &[(&str, &str)] =
    &[("year", "2028"), ("source", "国务院办公厅通知"), ("mode", "add"), ("cells", "2028-01-01,元旦,放假")];
pub(super) const HOLIDAY: &[(&str, &str)] = &[("name", "节"), ("name_en", "Day"), ("starts_on", "2026-06-02")];

pub(super) const AGREEMENT: &[(&str, &str)] = &[
    ("center", "3"),
    ("provider", "1"),
    ("purchaser", "1"),
    ("starts_on", "2026-01-01"),
    ("ends_on", "2026-12-31"),
    ("number", "莞社购 2026-3"),
    ("services", "长者服务"),
    ("payment", "分两期"),
];
pub(super) const AGREEMENT_REVISED: &[(&str, &str)] = &[
    ("version", "1"),
    ("center", "1"),
    ("provider", "1"),
    ("purchaser", "1"),
    ("starts_on", "2026-01-01"),
    ("ends_on", "2026-12-31"),
    ("number", "莞社购 2026-1"),
    ("services", "长者服务"),
    ("payment", "分两期"),
    ("reason", "补充协议"),
];
pub(super) const AGREEMENT_ENDED: &[(&str, &str)] = &[("last_day", "2026-06-30"), ("end_reason", "机构退出")];
pub(super) const AGREEMENT_VOIDED: &[(&str, &str)] = &[("void_reason", "录错中心")];
pub(super) const CHARGED: &[(&str, &str)] = &[("charged_to", "1"), ("reason", "记错出资方")];
pub(super) const AIM: &[(&str, &str)] =
    &[("name", "入户探访"), ("name_en", "Home visits"), ("unit", "visits"), ("target", "600"), ("span", "whole")];
pub(super) const AIM_SEEN: &[(&str, &str)] = &[
    ("version", "0"),
    ("name", "入户探访"),
    ("name_en", "Home visits"),
    ("unit", "visits"),
    ("target", "600"),
    ("span", "whole"),
];
pub(super) const REACHED: &[(&str, &str)] =
    &[("month", "2026-02"), ("value", "12"), ("word", "走访"), ("reason", "漏了一户")];
