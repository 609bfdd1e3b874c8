//! Which column of a roster is what: guessed by its head, and corrected by whoever knows.

use super::types::{ImportField, Mapping};
use crate::sheets::headers::{self, HeaderField};
use crate::sheets::{Book, BookSheet};

/// What the columns are called, in the order of [`ImportField::ALL`].
const NAMES: &[(ImportField, &[&str])] = &[
    (ImportField::Name, &["姓名", "居民姓名", "名字", "name", "full name"]),
    (ImportField::Sex, &["性别", "sex", "gender"]),
    (ImportField::BirthDate, &["出生日期", "出生年月日", "出生年月", "生日", "birth date", "date of birth", "born"]),
    (ImportField::IdNumber, &["身份证号码", "身份证号", "身份证", "公民身份号码", "证件号码", "id number", "id card"]),
    (ImportField::Phone, &["联系电话", "手机号码", "手机", "电话", "联系方式", "phone", "mobile", "telephone"]),
    (ImportField::Address, &["家庭住址", "现住址", "住址", "地址", "address"]),
    (ImportField::Languages, &["语言", "方言", "languages", "language"]),
    (ImportField::Note, &["备注", "说明", "note", "notes", "remarks"]),
    (ImportField::Groups, &["人群类别", "服务对象类别", "人员类别", "重点人群", "类别", "groups", "group"]),
    (ImportField::Residence, &["户籍/外来", "户籍类型", "户籍性质", "人口类型", "户籍", "residence"]),
    (
        ImportField::Team,
        &["志愿服务队伍", "志愿服务队", "志愿队伍", "服务队伍", "服务队", "所属队伍", "队伍", "team", "volunteer team"],
    ),
    (
        ImportField::JoinedOn,
        &["加入日期", "入队日期", "加入队伍日期", "加入时间", "入队时间", "joined on", "date joined", "joined"],
    ),
    (
        ImportField::FormerNumber,
        &[
            "原志愿者编号",
            "志愿者编号",
            "志愿者证号",
            "义工编号",
            "义工证号",
            "义工号",
            "volunteer number",
            "volunteer no",
        ],
    ),
    (
        ImportField::Hours,
        &[
            "服务时数",
            "服务时长",
            "志愿服务时数",
            "志愿服务时长",
            "志愿时数",
            "志愿时长",
            "累计时数",
            "时数",
            "时长",
            "service hours",
            "hours",
        ],
    ),
    (
        ImportField::ServedOn,
        &["服务日期", "服务时间", "服务年度", "服务期间", "活动日期", "service date", "served on", "period"],
    ),
    (ImportField::Content, &["服务内容", "服务项目", "活动名称", "活动内容", "service content", "content", "activity"]),
    (
        ImportField::Unit,
        &["服务单位", "服务组织", "记录单位", "组织单位", "主办单位", "organisation", "organization", "service unit"],
    ),
];

fn fields() -> Vec<HeaderField> {
    NAMES.iter().map(|(field, names)| HeaderField { key: field.code(), names }).collect()
}

/// The sheet that is most like a roster, and how it is read.
pub fn guess(book: &Book) -> Mapping {
    let shown = |sheet: &&(usize, &BookSheet)| !sheet.1.is_hidden;
    let sheets: Vec<(usize, &BookSheet)> = book.sheets.iter().enumerate().collect();
    let mapped = sheets.iter().filter(shown).map(|(place, sheet)| guess_sheet(*place, sheet));
    mapped.max_by_key(|mapping| (known(mapping), std::cmp::Reverse(mapping.sheet))).unwrap_or_default()
}

fn known(mapping: &Mapping) -> usize {
    mapping.columns.iter().flatten().count()
}

/// How the sheet at this place is read; without a header the columns are named by whoever looks at them.
pub fn guess_sheet(place: usize, sheet: &BookSheet) -> Mapping {
    let mut columns = vec![None; sheet.width()];
    let Some(found) = headers::find(&sheet.rows, &fields()) else {
        return Mapping { sheet: place, header: 0, heads: vec![String::new(); columns.len()], columns };
    };
    for ((field, _), column) in NAMES.iter().zip(&found.columns) {
        if let Some(slot) = column.and_then(|column| columns.get_mut(column)) {
            *slot = Some(*field);
        }
    }
    let mut heads = found.heads;
    heads.resize(columns.len(), String::new());
    Mapping { sheet: place, header: found.rows.1, heads, columns }
}
