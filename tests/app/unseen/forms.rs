//! The forms of the pages and the bodies of the API, each filled in well.

/// A form as it is filled in well: who sends it, whereto, its fields, and which of them are a line of text, or a text.
pub(super) struct Form {
    pub(super) who: &'static str,
    pub(super) path: &'static str,
    pub(super) fields: &'static [(&'static str, &'static str)],
    pub(super) lines: &'static [&'static str],
    pub(super) texts: &'static [&'static str],
}

const fn form(
    who: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    lines: &'static [&'static str],
    texts: &'static [&'static str],
) -> Form {
    Form { who, path, fields, lines, texts }
}

const KIND: &[(&str, &str)] = &[("name", "录音室"), ("name_en", "Studio"), ("class", "own")];
const PERSON: &[(&str, &str)] = &[
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
const RESERVED: &[(&str, &str)] = &[
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
const HELD: &[(&str, &str)] = &[("summary", "好"), ("materials", "纸"), ("next_time", "带凳子"), ("early", "1")];
const WRITTEN: &[&str] = &["summary", "materials", "next_time"];
const MINUTES: &[(&str, &str)] = &[("minutes", "一、排班")];
const WISH: &[(&str, &str)] = &[
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
const GRANT: &[(&str, &str)] =
    &[("room", "2"), ("date", "2026-03-19"), ("starts", "14:00"), ("ends", "16:00"), ("word", "用后打扫")];
const WHY: &[(&str, &str)] = &[("why", "那天消毒")];
const ROOM: &[(&str, &str)] = &[
    ("name", "大厅"),
    ("kind", "12"),
    ("area_m2", "50"),
    ("capacity", "20"),
    ("floor", "二楼"),
    ("directions", "出电梯左转"),
];
const WEEK: &[(&str, &str)] = &[
    ("first_day", "2026-03-02"),
    ("past_reason", "登记晚了"),
    ("hours.1.opens", "09:00"),
    ("hours.1.closes", "12:00"),
];
const CLOSED: &[(&str, &str)] =
    &[("center", "1"), ("rooms", "1"), ("from", "2026-03-12"), ("to", "2026-03-12"), ("reason", "检修")];
const OPENED: &[(&str, &str)] = &[
    ("center", "1"),
    ("rooms", "1"),
    ("day", "2026-03-12"),
    ("opens", "21:30"),
    ("closes", "22:00"),
    ("why", "居民大会"),
];
const PLANNED: &[(&str, &str)] =
    &[("center", "1"), ("name", "训练室"), ("kind", "9"), ("area_m2", "60"), ("way", "conversion"), ("note", "等验收")];
const STEP: &[(&str, &str)] = &[("state", "under_way"), ("on_date", "2026-03-02"), ("step_note", "拆墙")];
const OPENING_UP: &[(&str, &str)] = &[
    ("opened_on", "2026-03-02"),
    ("past_reason", "登记晚了"),
    ("name", "训练室"),
    ("kind", "9"),
    ("area_m2", "60"),
    ("capacity", "12"),
];
const PROFILE: &[(&str, &str)] =
    &[("name", "服务记录"), ("file_name", "记录_{center}"), ("format", "xlsx"), ("note", "照模板填"), ("version", "1")];
const COLUMN: &[(&str, &str)] = &[("title", "所在市"), ("constant", "东莞市"), ("version", "1")];
const COPIED: &[(&str, &str)] = &[("name", "市联合会"), ("copy_of", "1")];
const FILING: &[(&str, &str)] =
    &[("center", "1"), ("from", "2026-03-01"), ("to", "2026-03-31"), ("full", "true"), ("reason", "导入系统")];
const POST: &[(&str, &str)] = &[
    ("center", "1"),
    ("agreement", "1"),
    ("title", "行政助理"),
    ("kind", "staff"),
    ("working_time", "part"),
    ("opened_on", "2026-01-01"),
];
const OPEN_ROOM: &[(&str, &str)] = &[
    ("title", "图书室开放"),
    ("description", "随到随看"),
    ("kind", "3"),
    ("room", "2"),
    ("since", "2026-12-01"),
    ("weekday", "7"),
];
const OPENED_OF_1: &[(&str, &str)] = &[
    ("center", "1"),
    ("title", "图书室开放"),
    ("description", "随到随看"),
    ("kind", "3"),
    ("room", "2"),
    ("since", "2026-12-01"),
    ("weekday", "7"),
];
const OPEN_ENDED: &[(&str, &str)] = &[("ended_on", "2026-12-02"), ("reason", "装修")];
const TEA: &[(&str, &str)] = &[
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
const DECIDED: &str = "/centers/1/quarter-copy/1?to=2026-Q2&request_id=0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
const QUARTER: &[(&str, &str)] = &[
    ("center", "1"),
    ("request_id", "REQUEST"),
    ("from", "2026-Q1"),
    ("to", "2026-Q2"),
    ("activities", "1"),
    ("overlap_reason", "两场连着办"),
];
const TEMPLATE: &[(&str, &str)] = &[("center", "1"), ("activity", "1"), ("name", "茶话会")];
const OUTING: &[(&str, &str)] = &[
    ("title", "参观科技馆"),
    ("kind", "3"),
    ("venue", "科技馆正门"),
    ("date", "2026-03-09"),
    ("starts", "09:00"),
    ("ends", "10:00"),
];
const PLACE: &[(&str, &str)] = &[
    ("venue", "科技馆正门"),
    ("date", "2026-03-05"),
    ("starts", "09:00"),
    ("ends", "12:00"),
    ("overlap_reason", "两场连着办"),
    ("capacity_reason", "换了小一点的地方"),
];
const PLACE_LINES: &[&str] = &["venue", "overlap_reason", "capacity_reason"];
const SERIES: &[(&str, &str)] = &[
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
const UNIT: &[(&str, &str)] = &[
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
const UNIT_LINES: &[&str] = &["name", "contact", "address", "supported_by"];
const BROKEN: &[(&str, &str)] =
    &[("request_id", "0197f5a0-0000-7000-8000-00000000d001"), ("what", "灯不亮"), ("room", "1")];
const BROKEN_AT_1: &[(&str, &str)] =
    &[("center", "1"), ("request_id", "0197f5a0-0000-7000-8000-00000000d002"), ("what", "灯不亮")];
const MENDER: &[(&str, &str)] = &[("mender", "物业维修"), ("mend_by", "2026-03-20")];
const MENDED: &[(&str, &str)] = &[("answer", "mended"), ("word", "换了灯管")];
const THING: &[(&str, &str)] =
    &[("number", "A9"), ("name", "轮椅"), ("kind", "aid"), ("origin", "own"), ("note", "在前台")];
const THING_OF_1: &[(&str, &str)] =
    &[("center", "1"), ("number", "A8"), ("name", "轮椅"), ("kind", "aid"), ("origin", "own"), ("note", "在前台")];
const LENT: &[(&str, &str)] = &[("unit", "东门居委会"), ("due_on", "2026-03-20")];
const PRACTISED: &[(&str, &str)] = &[
    ("held_on", "2026-03-01"),
    ("kind", "fire"),
    ("minutes", "30"),
    ("people", "20"),
    ("led_by", "罗志文"),
    ("found", "灭火器过期"),
];
const PRACTISED_AT_1: &[(&str, &str)] = &[
    ("center", "1"),
    ("held_on", "2026-03-01"),
    ("kind", "fire"),
    ("minutes", "30"),
    ("people", "20"),
    ("led_by", "罗志文"),
    ("found", "灭火器过期"),
];
const HANDED_OVER: &[(&str, &str)] =
    &[("from", "2026-03-06"), ("cancel_appointments", "1"), ("appointments_reason", "长期病假")];
const OFFERED: &[(&str, &str)] = &[("reason", "社工外出")];
const ASKED_FOR: &[(&str, &str)] = &[
    ("request_id", "0197f5a0-0000-7000-8000-00000000d003"),
    ("times", "1"),
    ("starts_at", "2026-03-09T02:00:00Z"),
    ("name", "黄秀英"),
    ("phone", "13511115111"),
    ("word", "想聊聊"),
];
const TRAINING: &[(&str, &str)] = &[
    ("center", "1"),
    ("title", "新人培训"),
    ("held_on", "2026-02-10"),
    ("minutes", "60"),
    ("giver", "本中心"),
    ("place", "书画室"),
];
const AWARD: &[(&str, &str)] = &[
    ("center", "1"),
    ("title", "年度优秀志愿者"),
    ("level", "other"),
    ("giver", "志愿者联合会"),
    ("given_on", "2026-02-20"),
    ("what", "一年探访五十次"),
    ("person", "1"),
];
const AWARD_LINES: &[&str] = &["title", "giver", "what"];
const CONSENT: &[(&str, &str)] = &[
    ("purpose", "photos"),
    ("answer", "given"),
    ("given_on", "2026-03-05"),
    ("given_method", "paper"),
    ("guardian", "陈丽"),
    ("guardianship", "parent"),
];
const JOINING: &[(&str, &str)] = &[
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
const PRESENTATION: &[(&str, &str)] =
    &[("about", "陪伴长者"), ("sought", "有耐心的人"), ("risks", "路上小心"), ("helpers", "2")];
const CHAIN: &[(&str, &str)] = &[("text", "#接龙\n1. 陈秀英 2人")];
const WORD: &[(&str, &str)] = &[("word", "这次人满了")];
const WORDS: &[(&str, &str)] =
    &[("purpose", "photos"), ("wording", "新的文字"), ("wording_en", "New words"), ("effective_from", "2026-03-05")];
const IDENTITY: &[(&str, &str)] = &[("asker", "person"), ("identity", "看了身份证")];
const ERASURE: &[(&str, &str)] = &[("wanted_by", "person"), ("reason", "搬走了")];
const CERTIFICATE: &[(&str, &str)] = &[("kind", "4"), ("number", "L1"), ("issuer", "省司法厅")];

const POLICY_OF_1: &[(&str, &str)] = &[
    ("center", "1"),
    ("insurer", "平安保险"),
    ("policy_number", "P1"),
    ("covers", "volunteers"),
    ("valid_from", "2026-01-01"),
    ("valid_to", "2026-12-31"),
    ("note", "含猝死"),
];

const POLICY: &[(&str, &str)] = &[
    ("insurer", "平安保险"),
    ("policy_number", "P1"),
    ("covers", "volunteers"),
    ("valid_from", "2026-01-01"),
    ("valid_to", "2026-12-31"),
    ("note", "含猝死"),
];

const CLAIM: &[(&str, &str)] = &[
    ("person", "2"),
    ("served_on", "2026-03-05"),
    ("from_time", "08:00"),
    ("to_time", "09:00"),
    ("content", "送餐"),
    ("place", "东门路"),
];
const CLAIM_OF_1: &[(&str, &str)] = &[
    ("center", "1"),
    ("person", "2"),
    ("served_on", "2026-03-05"),
    ("from_time", "08:00"),
    ("to_time", "09:00"),
    ("content", "送餐"),
    ("place", "东门路"),
];
const CORRECTION_OF_1: &[(&str, &str)] =
    &[("center", "1"), ("person", "2"), ("entry", "1"), ("minutes", "60"), ("reason", "早走")];
const CONFIRMING: &[(&str, &str)] = &[("answer", "confirm"), ("pick.1", "1"), ("minutes.1", "10"), ("why.1", "早走")];
const DECLINING: &[(&str, &str)] = &[("answer", "decline"), ("pick.1", "1"), ("word", "查无此事")];
const NEEDED: &[(&str, &str)] = &[("position", "引导"), ("wanted", "2"), ("note", "穿马甲")];

const REASON: &[(&str, &str)] = &[("reason", "点错了")];
const SIGNING: &[(&str, &str)] = &[("in_charge", "何伟明"), ("handled_by", "陈静雯"), ("contact", "0769-22101001")];
const SIGNING_OF_1: &[(&str, &str)] =
    &[("center", "1"), ("in_charge", "何伟明"), ("handled_by", "陈静雯"), ("contact", "0769-22101001")];
const CERTIFIED_ALL: &[(&str, &str)] = &[
    ("center", "1"),
    ("person", "1"),
    ("from", "2026-01-01"),
    ("to", "2026-03-05"),
    ("in_charge", "何伟明"),
    ("handled_by", "陈静雯"),
    ("contact", "0769-22101001"),
];
const CERTIFIED: &[(&str, &str)] = &[
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
const MADE_PUBLIC: &[(&str, &str)] = &[
    ("center", "1"),
    ("certificate", "1"),
    ("public_from", "2026-03-05"),
    ("public_to", "2026-03-11"),
    ("objections", "办公室 0769-22101001"),
];

const PROGRAMME: &[(&str, &str)] =
    &[("name", "试行方案"), ("name_en", "Trial"), ("source", "东社〔2026〕1号"), ("gives_rules", "true")];
const RULES: &[(&str, &str)] = &[
    ("valid_from", "2026-09-01"),
    ("area_m2", "1200"),
    ("optional_percent", "40"),
    ("kinds_by", "catalog"),
    ("reason", "新通知"),
];
const DAYS_OFF: &[(&str, &str)] =
    &[("year", "2028"), ("source", "国务院办公厅通知"), ("mode", "add"), ("cells", "2028-01-01,元旦,放假")];
const HOLIDAY: &[(&str, &str)] = &[("name", "节"), ("name_en", "Day"), ("starts_on", "2026-06-02")];

/// The pages' forms.
pub(super) const PAGES: &[Form] = &[
    form("ada", "/providers", &[("name", "甲社"), ("contact", "0769")], &["name", "contact"], &[]),
    form("ada", "/providers/1", &[("name", "甲社"), ("contact", "0769")], &["name", "contact"], &[]),
    form("ada", "/purchasers", &[("name", "甲办"), ("contact", "0769")], &["name", "contact"], &[]),
    form("ada", "/purchasers/1", &[("name", "甲办"), ("contact", "0769")], &["name", "contact"], &[]),
    form("ada", "/centers/1", &[("name", "罗沙"), ("address", "东门路")], &["name", "address"], &[]),
    form(
        "ada",
        "/catalogs/qualifications",
        &[("name", "手语翻译员"), ("name_en", "Interpreter"), ("team_kind", "legal")],
        &["name", "name_en", "team_kind"],
        &[],
    ),
    form("ada", "/catalogs/room-kinds", KIND, &["name", "name_en"], &[]),
    form("ada", "/export-profiles", COPIED, &["name"], &[]),
    form("ada", "/export-profiles/1", PROFILE, &["name", "file_name"], &["note"]),
    form("ada", "/export-profiles/2/columns", COLUMN, &["title", "constant"], &[]),
    form("ada", "/export-profiles/1/columns/2", COLUMN, &["title", "constant"], &[]),
    form("ann", "/centers/1/filings/1/file", FILING, &["reason"], &[]),
    form("ada", "/catalogs/team-kinds", KIND, &["name", "name_en"], &[]),
    form("ada", "/catalogs/service-kinds/1", KIND, &["name", "name_en"], &[]),
    form(
        "ada",
        "/holidays",
        &[("name", "节"), ("name_en", "Day"), ("starts_on", "2026-06-01")],
        &["name", "name_en"],
        &[],
    ),
    form("ada", "/holidays/imports", DAYS_OFF, &["source"], &["cells"]),
    form("ada", "/programmes", PROGRAMME, &["name", "name_en", "source"], &[]),
    form("ada", "/programmes/1", PROGRAMME, &["name", "name_en", "source"], &[]),
    form("ada", "/programmes/1/versions", RULES, &["reason"], &[]),
    form("ada", "/programmes/1/versions/1/void", &[("void.1", "填错了")], &["void.1"], &[]),
    form("ada", "/programmes/1/scopes/1/void", &[("mistaken.1", "填错了")], &["mistaken.1"], &[]),
    form(
        "ada",
        "/accounts",
        &[
            ("name", "某人"),
            ("role", "town_supervisor"),
            ("town", "莞城"),
            ("login", "x.y"),
            ("password", "correct-harbour-tulip"),
            ("password_again", "correct-harbour-tulip"),
        ],
        &["name", "town"],
        &[],
    ),
    form(
        "ada",
        "/centers/1/rooms",
        &[("name", "舞蹈室"), ("kind", "12"), ("area_m2", "50"), ("capacity", "20")],
        &["name"],
        &[],
    ),
    form(
        "ben",
        "/centers/1/rooms/1/closures",
        &[("from", "2026-03-09"), ("to", "2026-03-09"), ("reason", "检修")],
        &["reason"],
        &[],
    ),
    form("ben", "/centers/1/rooms/1", ROOM, &["name", "floor", "directions"], &[]),
    form("ben", "/centers/1/rooms/1/weeks", WEEK, &["past_reason"], &[]),
    form("ben", "/centers/1/rooms/1/photos", &[("photo", "x"), ("caption", "门口")], &["caption"], &[]),
    form("ben", "/centers/1/room-closures", CLOSED, &["reason"], &[]),
    form("ben", "/centers/1/room-openings", OPENED, &["why"], &[]),
    form("ben", "/centers/1/rooms/1/openings/1/void", &[("opening_reason.1", "填错了")], &["opening_reason.1"], &[]),
    form("ben", "/centers/1/planned-rooms", PLANNED, &["name", "note"], &[]),
    form("ben", "/centers/1/planned-rooms/1", PLANNED, &["name", "note"], &[]),
    form("ben", "/centers/1/planned-rooms/1/steps", STEP, &["step_note"], &[]),
    form("ben", "/centers/1/planned-rooms/1/opening", OPENING_UP, &["name", "past_reason"], &[]),
    form("ben", "/centers/1/planned-rooms/1/withdrawal", REASON, &["reason"], &[]),
    form("ben", "/centers/1/rooms/1/closures/1/void", &[("void_reason.1", "填错了")], &["void_reason.1"], &[]),
    form(
        "ben",
        "/centers/1/workers",
        &[
            ("name", "何静雯"),
            ("phone", "13500001234"),
            ("kind", "staff"),
            ("started_on", "2026-01-04"),
            ("certificate_number", "2015"),
        ],
        &["name", "certificate_number"],
        &[],
    ),
    form(
        "ann",
        "/centers/1/people",
        PERSON,
        &["name", "address", "languages", "emergency", "needy.document"],
        &["note", "care"],
    ),
    form("ann", "/centers/1/people/1", PERSON, &["name", "address", "languages", "emergency"], &["note", "care"]),
    form(
        "ann",
        "/centers/1/people/1/memberships",
        &[("group", "needy"), ("valid_from", "2026-01-01"), ("document", "低保证")],
        &["document"],
        &[],
    ),
    form("ann", "/centers/1/people/1/memberships/1/void", &[("void.1", "填错了")], &["void.1"], &[]),
    form("ann", "/centers/1/certificates", CERTIFIED, &["in_charge", "handled_by", "contact", "reason"], &[]),
    form("ann", "/centers/1/certificates/several", CERTIFIED_ALL, &["in_charge", "handled_by", "contact"], &[]),
    form("ann", "/centers/1/certificates/settings", SIGNING, &["in_charge", "handled_by", "contact"], &[]),
    form("ann", "/centers/1/certificates/publicity", MADE_PUBLIC, &["objections"], &[]),
    form("ann", "/centers/1/certificates/requests/1/refusal", WORD, &["word"], &[]),
    form("ann", "/centers/1/certificates/1/paper", REASON, &["reason"], &[]),
    form("ann", "/centers/1/certificates/1/revocation", REASON, &["reason"], &[]),
    form("ann", "/centers/1/reservations", RESERVED, &["title", "holder", "attendees"], &[]),
    form("ann", "/centers/1/reservations/1", RESERVED, &["title", "holder", "attendees"], &[]),
    form("ann", "/centers/1/reservations/1/cancellation", REASON, &["reason"], &[]),
    form("ann", "/centers/1/reservations/1/minutes", MINUTES, &[], &["minutes"]),
    form("ann", "/centers/1/room-requests/1/approval", GRANT, &["word"], &[]),
    form("ann", "/centers/1/room-requests/1/refusal", WHY, &["why"], &[]),
    form("ann", "/centers/1/room-requests/1/contact", REASON, &["reason"], &[]),
    form("nobody", "/agenda/1/request", WISH, &["group_name", "name", "purpose"], &[]),
    form("ann", "/centers/1/open-rooms", OPEN_ROOM, &["title"], &["description"]),
    form("ann", "/centers/1/open-rooms/1/ending", OPEN_ENDED, &["reason"], &[]),
    form("ann", "/centers/1/insurances", POLICY, &["insurer", "policy_number", "note"], &[]),
    form("ann", "/centers/1/sessions/1/needs", NEEDED, &["position", "note"], &[]),
    form("ann", "/centers/1/sessions/1/needs/1", NEEDED, &["position", "note"], &[]),
    form("ann", "/centers/1/sessions/1/needs/1/withdrawal", REASON, &["reason"], &[]),
    form("ann", "/centers/1/sessions/1/shifts/1/return", WORD, &["word"], &[]),
    form("ann", "/centers/1/sessions/1/registrations/1/cancellation", WORD, &["word"], &[]),
    form("ann", "/centers/1/sessions/1/registrations/1/excuse", WORD, &["word"], &[]),
    form("ann", "/centers/1/sessions/1/chain", CHAIN, &[], &["text"]),
    form("ann", "/centers/1/insurances/1/void", REASON, &["reason"], &[]),
    form("ann", "/centers/1/insurances/1/list", REASON, &["reason"], &[]),
    form("ann", "/centers/1/claims", CONFIRMING, &["why.1"], &[]),
    form("ann", "/centers/1/claims", DECLINING, &["word"], &[]),
    form("ann", "/centers/1/claims/1/undoing", REASON, &["reason"], &[]),
    form("ann", "/centers/1/people/2/claims", CLAIM, &["content", "place"], &[]),
    form("lei", "/centers/1/teams/1/claims", CLAIM, &["content", "place"], &[]),
    form("nobody", "/agenda/1/defects", BROKEN, &[], &["what"]),
    form("ann", "/centers/1/defects", BROKEN, &[], &["what"]),
    form("ann", "/centers/1/defects/1/assignment", MENDER, &["mender"], &[]),
    form("ann", "/centers/1/defects/1/answer", MENDED, &["word"], &[]),
    form("ann", "/centers/1/assets", THING, &["number", "name", "note"], &[]),
    form("ann", "/centers/1/assets/1", THING, &["number", "name", "note"], &[]),
    form("ann", "/centers/1/assets/1/writing-off", REASON, &["reason"], &[]),
    form("ann", "/centers/1/assets/1/loans", LENT, &["unit"], &[]),
    form("ann", "/centers/1/assets/2/return", WORD, &["word"], &[]),
    form("ann", "/centers/1/drills", PRACTISED, &["led_by"], &["found"]),
    form("ann", "/centers/1/drills/1/void", &[("void.1", "记错了")], &["void.1"], &[]),
    form("nobody", "/agenda/1/appointments", ASKED_FOR, &["name", "word"], &[]),
    form("ann", "/centers/1/appointments/1/cancellation", OFFERED, &["reason"], &[]),
    form("ben", "/centers/1/workers/1/handover", HANDED_OVER, &["appointments_reason"], &[]),
    form("ann", "/centers/1/trainings", TRAINING, &["title", "giver", "place"], &[]),
    form("ann", "/centers/1/trainings/1/void", REASON, &["reason"], &[]),
    form("ann", "/centers/1/commendations", AWARD, AWARD_LINES, &[]),
    form("ann", "/centers/1/commendations/year", AWARD, AWARD_LINES, &[]),
    form("ann", "/centers/1/commendations/1/void", REASON, &["reason"], &[]),
    form("ann", "/centers/1/people/1/qualifications", CERTIFICATE, &["number", "issuer"], &[]),
    form("ann", "/centers/1/people/1/qualifications/1/void", &[("void.1", "记错了")], &["void.1"], &[]),
    form("ann", "/centers/1/people/1/consents", CONSENT, &["guardian"], &[]),
    form("ann", "/centers/1/people/1/consents/1/void", &[("void_consent.1", "记错了")], &["void_consent.1"], &[]),
    form("ann", "/centers/1/people/1/own-data", IDENTITY, &["identity"], &[]),
    form("ada", "/consent-texts", WORDS, &[], &["wording", "wording_en"]),
    form("ann", "/centers/1/people/3/reveals", &[("which", "phone"), ("reason", "家访")], &["reason"], &[]),
    form("ann", "/centers/1/people/1/phones", &[("label", "女儿"), ("other_phone", "13900139001")], &["label"], &[]),
    form("ann", "/centers/1/people/1/card/revocation", REASON, &["reason"], &[]),
    form("ann", "/centers/1/people/3/erasure", ERASURE, &["reason"], &[]),
    form("ben", "/centers/1/erasures/1/refusal", &[("decline_reason.1", "还在参加活动")], &["decline_reason.1"], &[]),
    form(
        "ann",
        "/centers/1/households",
        &[("head_id", "2"), ("opened_on", "2026-01-10"), ("address", "罗沙路")],
        &["address"],
        &[],
    ),
    form("ann", "/centers/1/households/1", &[("opened_on", "2026-01-10"), ("address", "罗沙路")], &["address"], &[]),
    form("ann", "/centers/1/households/1/stays/1/void", &[("void.1", "填错了")], &["void.1"], &[]),
    form("ann", "/centers/1/units", UNIT, UNIT_LINES, &["note"]),
    form("ann", "/centers/1/units/1", UNIT, UNIT_LINES, &["note"]),
    form("ann", "/centers/1/units/1/reveals", REASON, &["reason"], &[]),
    form(
        "ann",
        "/centers/1/sessions/1/units",
        &[("unit", "罗沙小学"), ("part", "helping"), ("word", "借桌椅")],
        &["unit", "word"],
        &[],
    ),
    form("ann", "/centers/1/teams", &[("name", "晨光队"), ("kind", "5"), ("founded_on", "2026-03-01")], &["name"], &[]),
    form("ann", "/centers/1/teams/1", PRESENTATION, &["sought"], &["about", "risks"]),
    form("lei", "/centers/1/teams/1/members/2/suspension", REASON, &["reason"], &[]),
    form("ann", "/centers/1/teams/1/members/2/leaving", REASON, &["reason"], &[]),
    form("lei", "/centers/1/teams/1/applications/1/approval", WORD, &["word"], &[]),
    form("ann", "/centers/1/teams/1/applications/1/refusal", WORD, &["word"], &[]),
    form("nobody", "/agenda/1/teams/1/joining", JOINING, &["name", "skills", "available", "guardian"], &[]),
    form("ann", "/centers/1/devices", &[("name", "一楼平板")], &["name"], &[]),
    form("ann", "/centers/1/activities", TEA, &["title", "overlap_reason"], &["description", "materials"]),
    form("ann", "/centers/1/activities", OUTING, &["title", "venue"], &[]),
    form("ann", "/centers/1/sessions/1/schedule", PLACE, PLACE_LINES, &[]),
    form("ann", "/centers/1/activities", SERIES, &["reason.2026-03-16"], &[]),
    form("ann", "/centers/1/activities/1", TEA, &["title"], &["description", "materials"]),
    form("ann", "/centers/1/activities/1/template", TEMPLATE, &["name"], &[]),
    form("ann", "/centers/1/activity-templates/1", TEMPLATE, &["name"], &[]),
    form("ann", "/centers/1/quarter-copy", QUARTER, &["overlap_reason"], &[]),
    form("ann", DECIDED, TEA, &["title", "overlap_reason"], &["description", "materials"]),
    form("ann", "/api/v1/activity-templates", TEMPLATE, &["name"], &[]),
    form("ann", "/api/v1/activity-templates/1", TEMPLATE, &["name"], &[]),
    form("ann", "/api/v1/quarter-copies", QUARTER, &["overlap_reason"], &[]),
    form("ann", "/centers/1/sessions/1/schedule/cancellation", REASON, &["reason"], &[]),
    form("ann", "/centers/1/sessions/1/closing", HELD, &[], WRITTEN),
    form("ann", "/centers/1/sessions/1/record", HELD, &[], WRITTEN),
    form("ann", "/centers/1/sessions/1/photos", &[("photo", "x"), ("caption", "饺子")], &["caption"], &[]),
    form("ann", "/centers/1/sessions/1/attendances/1/void", REASON, &["reason"], &[]),
    form("ann", "/centers/1/sessions/1/attendances/1/escorts", &[("way", "in"), ("name", "外婆")], &["name"], &[]),
    form("ann", "/centers/1/sessions/1/head-counts/1/void", &[("void_reason.1", "数错了")], &["void_reason.1"], &[]),
    form(
        "ann",
        "/centers/1/sessions/1/walk-ins",
        &[("request_id", "REQUEST"), ("name", "陈小明"), ("role", "participant")],
        &["name"],
        &[],
    ),
    form(
        "nobody",
        "/c/tea",
        &[("request_id", "REQUEST"), ("name", "陈小明"), ("phone", "13800138001")],
        &["name"],
        &[],
    ),
];

/// The API's bodies.
pub(super) const BODIES: &[Form] = &[
    form("ben", "/api/v1/posts", POST, &["title"], &[]),
    form("ada", "/api/v1/export_profiles", COPIED, &["name"], &[]),
    form("ada", "/api/v1/export_profiles/1", PROFILE, &["name", "file_name"], &["note"]),
    form("ada", "/api/v1/export_profiles/2/columns", COLUMN, &["title", "constant"], &[]),
    form("ada", "/api/v1/export_profiles/1/columns/2", COLUMN, &["title", "constant"], &[]),
    form("ann", "/api/v1/export_profiles/1/filling", FILING, &["reason"], &[]),
    form("ben", "/api/v1/rooms/1", ROOM, &["name", "floor", "directions"], &[]),
    form("ben", "/api/v1/rooms/1/weeks", WEEK, &["past_reason"], &[]),
    form("ben", "/api/v1/room-closures", CLOSED, &["reason"], &[]),
    form("ben", "/api/v1/room-openings", OPENED, &["why"], &[]),
    form("ben", "/api/v1/rooms/1/closures/1/void", REASON, &["reason"], &[]),
    form("ben", "/api/v1/rooms/1/openings/1/void", REASON, &["reason"], &[]),
    form("ben", "/api/v1/planned-rooms", PLANNED, &["name", "note"], &[]),
    form("ben", "/api/v1/planned-rooms/1", PLANNED, &["name", "note"], &[]),
    form("ben", "/api/v1/planned-rooms/1/opening", OPENING_UP, &["name", "past_reason"], &[]),
    form("ben", "/api/v1/planned-rooms/1/withdrawal", REASON, &["reason"], &[]),
    form(
        "ben",
        "/api/v1/rooms",
        &[("center", "1"), ("name", "舞蹈室"), ("kind", "12"), ("area_m2", "50"), ("capacity", "20")],
        &["name"],
        &[],
    ),
    form(
        "ben",
        "/api/v1/workers",
        &[
            ("center", "1"),
            ("name", "何静雯"),
            ("phone", "13500001234"),
            ("kind", "staff"),
            ("started_on", "2026-01-04"),
            ("certificate_number", "2015"),
        ],
        &["name", "certificate_number"],
        &[],
    ),
    form(
        "ann",
        "/api/v1/people",
        &[
            ("center", "1"),
            ("name", "陈大文"),
            ("address", "东门路"),
            ("emergency", "女儿"),
            ("care", "耳背"),
            ("note", "要轮椅"),
        ],
        &["name", "address", "emergency"],
        &["note", "care"],
    ),
    form(
        "ann",
        "/api/v1/people/1",
        &[
            ("version", "1"),
            ("name", "陈大文"),
            ("address", "东门路"),
            ("emergency", "女儿"),
            ("care", "耳背"),
            ("note", "要轮椅"),
        ],
        &["name", "address", "emergency"],
        &["note", "care"],
    ),
    form("ann", "/api/v1/people/3/erasure", ERASURE, &["reason"], &[]),
    form("ben", "/api/v1/erasures/1/refusal", &[("decline_reason", "还在参加活动")], &["decline_reason"], &[]),
    form("ann", "/api/v1/units", UNIT, UNIT_LINES, &["note"]),
    form("ann", "/api/v1/units/1", UNIT, UNIT_LINES, &["note"]),
    form(
        "ann",
        "/api/v1/sessions/1/units",
        &[("unit_id", "1"), ("part", "helping"), ("word", "借桌椅")],
        &["word"],
        &[],
    ),
    form("ann", "/api/v1/teams/1", PRESENTATION, &["sought"], &["about", "risks"]),
    form("lei", "/api/v1/teams/1/members/2/suspension", REASON, &["reason"], &[]),
    form("ann", "/api/v1/teams/1/members/2/leaving", REASON, &["reason"], &[]),
    form("lei", "/api/v1/teams/1/applications/1/approval", WORD, &["word"], &[]),
    form("ann", "/api/v1/teams/1/applications/1/refusal", WORD, &["word"], &[]),
    form(
        "ann",
        "/api/v1/teams",
        &[("center", "1"), ("name", "晨光队"), ("kind", "5"), ("founded_on", "2026-03-01")],
        &["name"],
        &[],
    ),
    form(
        "ann",
        "/api/v1/activities",
        &[
            ("center", "1"),
            ("title", "茶话会"),
            ("description", "带杯子"),
            ("materials", "茶叶"),
            ("kind", "3"),
            ("room", "1"),
            ("date", "2026-03-09"),
            ("starts", "09:00"),
            ("ends", "10:00"),
        ],
        &["title"],
        &["description", "materials"],
    ),
    form(
        "ann",
        "/api/v1/households",
        &[("center", "1"), ("head_id", "2"), ("opened_on", "2026-01-10"), ("address", "罗沙路")],
        &["address"],
        &[],
    ),
    form("ann", "/api/v1/households/1", &[("opened_on", "2026-01-10"), ("address", "罗沙路")], &["address"], &[]),
    form("ann", "/api/v1/sessions/1/needs", NEEDED, &["position", "note"], &[]),
    form("ann", "/api/v1/sessions/1/needs/1", NEEDED, &["position", "note"], &[]),
    form("ann", "/api/v1/sessions/1/needs/1/withdrawal", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/shifts/1/return", WORD, &["word"], &[]),
    form("ann", "/api/v1/sessions/1/registrations/1/cancellation", WORD, &["word"], &[]),
    form("ann", "/api/v1/sessions/1/registrations/1/excuse", WORD, &["word"], &[]),
    form("ann", "/api/v1/sessions/1/chain", CHAIN, &[], &["text"]),
    form("ann", "/api/v1/certificates", CERTIFIED, &["in_charge", "handled_by", "contact", "reason"], &[]),
    form("ann", "/api/v1/certificates/several", CERTIFIED_ALL, &["in_charge", "handled_by", "contact"], &[]),
    form("ann", "/api/v1/certificates/settings", SIGNING_OF_1, &["in_charge", "handled_by", "contact"], &[]),
    form("ann", "/api/v1/certificates/publicity", MADE_PUBLIC, &["objections"], &[]),
    form("ann", "/api/v1/certificates/requests/1/refusal", WORD, &["word"], &[]),
    form("ann", "/api/v1/certificates/1/revocation", REASON, &["reason"], &[]),
    form("ann", "/api/v1/reservations", RESERVED, &["title", "holder", "attendees"], &[]),
    form("ann", "/api/v1/reservations/1", RESERVED, &["title", "holder", "attendees"], &[]),
    form("ann", "/api/v1/reservations/1/cancellation", REASON, &["reason"], &[]),
    form("ann", "/api/v1/reservations/1/minutes", MINUTES, &[], &["minutes"]),
    form("ann", "/api/v1/room-requests/1/approval", GRANT, &["word"], &[]),
    form("ann", "/api/v1/room-requests/1/refusal", WHY, &["why"], &[]),
    form("ann", "/api/v1/open_rooms", OPENED_OF_1, &["title"], &["description"]),
    form("ann", "/api/v1/open_rooms/1/ending", OPEN_ENDED, &["reason"], &[]),
    form("ann", "/api/v1/insurances", POLICY_OF_1, &["insurer", "policy_number", "note"], &[]),
    form("ann", "/api/v1/insurances/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/insurances/1/list", REASON, &["reason"], &[]),
    form("ann", "/api/v1/claims", CLAIM_OF_1, &["content", "place"], &[]),
    form("ann", "/api/v1/claims/corrections", CORRECTION_OF_1, &["reason"], &[]),
    form("ann", "/api/v1/claims/1/undoing", REASON, &["reason"], &[]),
    form("lei", "/api/v1/teams/1/claims", CLAIM, &["content", "place"], &[]),
    form("ann", "/api/v1/defects", BROKEN_AT_1, &[], &["what"]),
    form("ann", "/api/v1/defects/1/assignment", MENDER, &["mender"], &[]),
    form("ann", "/api/v1/defects/1/answer", MENDED, &["word"], &[]),
    form("ann", "/api/v1/assets", THING_OF_1, &["number", "name", "note"], &[]),
    form("ann", "/api/v1/assets/1", THING, &["number", "name", "note"], &[]),
    form("ann", "/api/v1/assets/1/writing-off", REASON, &["reason"], &[]),
    form("ann", "/api/v1/assets/1/loans", LENT, &["unit"], &[]),
    form("ann", "/api/v1/assets/2/return", WORD, &["word"], &[]),
    form("ann", "/api/v1/drills", PRACTISED_AT_1, &["led_by"], &["found"]),
    form("ann", "/api/v1/drills/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/appointments/1/cancellation", OFFERED, &["reason"], &[]),
    form("ben", "/api/v1/workers/1/handover", HANDED_OVER, &["appointments_reason"], &[]),
    form("ann", "/api/v1/trainings", TRAINING, &["title", "giver", "place"], &[]),
    form("ann", "/api/v1/trainings/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/commendations", AWARD, AWARD_LINES, &[]),
    form("ann", "/api/v1/commendations/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/people/1/qualifications", CERTIFICATE, &["number", "issuer"], &[]),
    form("ann", "/api/v1/people/1/qualifications/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/people/1/consents", CONSENT, &["guardian"], &[]),
    form("ann", "/api/v1/people/1/consents/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/people/1/own-data", IDENTITY, &["identity"], &[]),
    form("ada", "/api/v1/holidays", HOLIDAY, &["name", "name_en"], &[]),
    form("ada", "/api/v1/holidays/imports", DAYS_OFF, &["source"], &["cells"]),
    form("ada", "/api/v1/holidays/imports/preview", DAYS_OFF, &["source"], &["cells"]),
    form("ada", "/api/v1/programmes/1", PROGRAMME, &["name", "name_en", "source"], &[]),
    form("ada", "/api/v1/programmes/1/versions", RULES, &["reason"], &[]),
    form("ada", "/api/v1/programmes/1/versions/1/void", REASON, &["reason"], &[]),
    form("ada", "/api/v1/programmes/1/scopes/1/void", REASON, &["reason"], &[]),
    form("ada", "/api/v1/consent-texts", WORDS, &[], &["wording", "wording_en"]),
    form("ann", "/api/v1/sessions/1/cancellation", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/skipping", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/restoration", &[("overlap_reason", "队长带一半")], &["overlap_reason"], &[]),
    form("ann", "/api/v1/sessions/1/closing", HELD, &[], WRITTEN),
    form("ann", "/api/v1/sessions/1/record", HELD, &[], WRITTEN),
    form("ann", "/api/v1/sessions/1/checkins/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/head_counts/1/void", REASON, &["reason"], &[]),
    form("ann", "/api/v1/sessions/1/checkins/1/escorts", &[("way", "in"), ("name", "外婆")], &["name"], &[]),
    form(
        "ann",
        "/api/v1/sessions/1/walk_ins",
        &[("request_id", "REQUEST"), ("name", "陈小明"), ("role", "participant")],
        &["name"],
        &[],
    ),
];

/// After the session: the hours, and how it was.
pub(super) const AFTERWARDS: &[Form] = &[
    form("ben", "/centers/1/posts", POST, &["title"], &[]),
    form(
        "ben",
        "/centers/1/workers/1/employments",
        &[("employer", "邻家社工"), ("employed_on", "2026-01-04")],
        &["employer"],
        &[],
    ),
    form("ann", "/centers/1/hours", &[("confirm.2", "1"), ("minutes.2", "600"), ("why.2", "收拾")], &["why.2"], &[]),
    form(
        "ann",
        "/centers/1/sessions/1/hours",
        &[("attendance", "2"), ("minutes.2", "600"), ("why.2", "收拾")],
        &["why.2"],
        &[],
    ),
    form(
        "ann",
        "/centers/1/sessions/1/hours/1/correction",
        &[("corrected.1", "60"), ("reason.1", "早走")],
        &["reason.1"],
        &[],
    ),
    form("ann", "/centers/1/people/1/hours/1/claim", &[("minutes", "60"), ("reason", "早走")], &["reason"], &[]),
];

pub(super) const AFTERWARDS_BODIES: &[Form] = &[
    form(
        "ann",
        "/api/v1/sessions/1/hours",
        &[("attendance", "2"), ("minutes", "600"), ("reason", "收拾")],
        &["reason"],
        &[],
    ),
    form("ann", "/api/v1/sessions/1/hours/1/correction", &[("minutes", "60"), ("reason", "早走")], &["reason"], &[]),
];
