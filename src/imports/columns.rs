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
