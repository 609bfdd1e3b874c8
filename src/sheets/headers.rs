//! Where a messy sheet's header stands, and which column is which: titles above it, merged heads over two rows, spaces within
//! words, full-width letters, remarks in brackets. A guess, to be shown and corrected by whoever knows.

use unicode_normalization::UnicodeNormalization as _;

use super::SheetRow;

/// A header is looked for in so many rows that hold something.
const LOOKED_AT: usize = 30;

/// What a column may be: its names as people write them, in any language, the usual one first.
#[derive(Clone, Copy, Debug)]
pub struct HeaderField {
    pub key: &'static str,
    pub names: &'static [&'static str],
}

/// A header that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundHeader {
    /// The header's first and last row, as the sheet counts.
    pub rows: (u32, u32),
    /// The place in the sheet's rows of the first row of data; there may be none.
    pub data: usize,
    /// For each field, in their order, the place of its column.
    pub columns: Vec<Option<usize>>,
    /// The columns' heads as they stand there, for whoever corrects the guess.
    pub heads: Vec<String>,
}

/// How well a head names a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// It holds a name: 居民姓名.
    Holds,
    /// It begins with one: 联系电话 1.
    Begins,
    /// It is one, or is one but for a remark in brackets: 出生日期（年月日）.
    Is,
}

/// The header of `rows`, if at least two of the fields, or the only one that is asked for, are found in it.
pub fn find(rows: &[SheetRow], fields: &[HeaderField]) -> Option<FoundHeader> {
    // The most fields, the surest, and of equals the one that is one row.
    let mut best: Option<((usize, usize, bool), FoundHeader)> = None;
    for first in 0..rows.len().min(LOOKED_AT) {
        for height in [1, 2] {
            let Some(lines) = rows.get(first..first + height) else { continue };
            // Two rows that are merged are neighbours.
            if lines[height - 1].number - lines[0].number >= 2 || (height == 2 && is_title(&lines[0], &lines[1])) {
                continue;
            }
            let names = names(lines);
            let (columns, exact) = columns(&names, fields);
            let found = columns.iter().flatten().count();
            let good = (found, exact, height == 1);
            if best.as_ref().is_none_or(|(most, _)| good > *most) {
                let rows = (lines[0].number, lines[height - 1].number);
                let heads = names.into_iter().map(|names| names.shown).collect();
                best = Some((good, FoundHeader { rows, data: first + height, columns, heads }));
            }
        }
    }
    let ((found, exact, _), header) = best?;
    // A single word somewhere in a title is no header.
    (found >= 2 || (found == fields.len() && exact == found && found > 0)).then_some(header)
}

/// Whether a row is a title and no part of the header below it: it stands alone above all the columns. What it says (敬老服务队时数登记表)
/// would else be read into each of them.
fn is_title(upper: &SheetRow, lower: &SheetRow) -> bool {
    let filled = |row: &SheetRow| -> Vec<usize> {
        row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(place, _)| place).collect()
    };
    let (upper, lower) = (filled(upper), filled(lower));
    upper.len() == 1 && lower.len() > 1 && upper[0] <= lower[0]
}

/// What one column's head may be called.
struct Names {
    shown: String,
    /// The surest first.
    plain: Vec<String>,
}

/// The heads of the columns of one row, or of two of which the upper one's cells may reach over several of the lower one's.
fn names(lines: &[SheetRow]) -> Vec<Names> {
    let width = lines.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let text = |row: &SheetRow, column: usize| {
        row.cells.get(column).map(|cell| cell.shown().trim().to_owned()).unwrap_or_default()
    };
    let mut over = String::new();
    (0..width)
        .map(|column| {
            let upper = text(&lines[0], column);
            let lower = lines.get(1).map(|row| text(row, column)).unwrap_or_default();
            if !upper.is_empty() {
                over.clone_from(&upper);
            } else if lower.is_empty() {
                over.clear();
            }
            let said = match (upper.is_empty(), lower.is_empty()) {
                // Merged over several columns: 联系方式 over 电话 and 住址.
                (_, false) => vec![lower.clone(), format!("{over}{lower}")],
                (false, true) => vec![upper],
                (true, true) => Vec::new(),
            };
            Names {
                shown: said.last().cloned().unwrap_or_default(),
                plain: said.iter().map(|name| plain(name)).filter(|name| !name.is_empty()).collect(),
            }
        })
        .collect()
}

/// A head without what people write in different ways: width, case, spaces, colons, stars for what is required.
fn plain(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric() || matches!(c, '(' | ')')).collect()
}

/// A head without its remark in brackets.
fn without_remark(text: &str) -> &str {
    match text.split_once('(') {
        Some((before, _)) if !before.is_empty() => before,
        _ => text,
    }
}

fn fit(head: &str, name: &str) -> Option<Fit> {
    let bare = without_remark(head);
    if head == name || bare == name {
        Some(Fit::Is)
    } else if bare.starts_with(name) {
        Some(Fit::Begins)
    } else if bare.contains(name) && name.chars().count() >= 2 {
        Some(Fit::Holds)
    } else {
        None
    }
}

/// Which column each field is, a column being one field at most; and how many of them are named exactly.
fn columns(heads: &[Names], fields: &[HeaderField]) -> (Vec<Option<usize>>, usize) {
    let known: Vec<Vec<String>> =
        fields.iter().map(|field| field.names.iter().map(|name| plain(name)).collect()).collect();
    let mut fits = Vec::new();
    for (column, head) in heads.iter().enumerate() {
        for (place, said) in head.plain.iter().enumerate() {
            for (field, names) in known.iter().enumerate() {
                for (rank, name) in names.iter().enumerate() {
                    if let Some(fit) = fit(said, name) {
                        // The better fit first, then the longer name, the lower row, the usual name, the column further left.
                        fits.push((fit, name.chars().count(), (place, rank, column), field));
                    }
                }
            }
        }
    }
    fits.sort_by(|a, b| (b.0, b.1).cmp(&(a.0, a.1)).then(a.2.cmp(&b.2)));
    let mut columns = vec![None; fields.len()];
    let mut exact = 0;
    for (fit, _, (_, _, column), field) in fits {
        if columns[field].is_none() && !columns.contains(&Some(column)) {
            columns[field] = Some(column);
            exact += usize::from(fit == Fit::Is);
        }
    }
    (columns, exact)
}

#[cfg(test)]
mod tests {
    use super::super::{SheetCell, read, read_pasted};
    use super::*;

    const FIELDS: &[HeaderField] = &[
        HeaderField { key: "name", names: &["姓名", "名字", "name"] },
        HeaderField { key: "sex", names: &["性别", "sex", "gender"] },
        HeaderField { key: "birth", names: &["出生日期", "出生年月", "生日", "birth date", "date of birth"] },
        HeaderField {
            key: "id", names: &["身份证号码", "身份证号", "身份证", "证件号码", "id number"]
        },
        HeaderField { key: "phone", names: &["联系电话", "手机号码", "手机", "电话", "phone", "mobile"] },
        HeaderField { key: "address", names: &["住址", "地址", "address"] },
    ];

    fn found(text: &str) -> Option<FoundHeader> {
        find(&read_pasted(text).unwrap().sheets[0].rows, FIELDS)
    }

    #[test]
    fn the_rosters_header_is_found_below_its_titles() {
        let book = read(include_bytes!("../../tests/samples/roster.xlsx")).unwrap();
        let rows = &book.sheets[0].rows;
        let header = find(rows, FIELDS).unwrap();
        assert_eq!(header.rows, (3, 3));
        assert_eq!(header.columns, [Some(1), Some(2), Some(3), Some(4), Some(5), None]);
        assert_eq!((rows[header.data].number, rows[header.data].cells[1].shown()), (4, " 张强玉 ".to_owned()));
        assert_eq!(header.heads[1], "姓 名");
        assert_eq!(find(&book.sheets[1].rows, FIELDS), None, "a page of explanations has no header");
    }

    #[test]
    fn heads_are_known_as_people_write_them() {
        let header = found("*姓　名\t性别（男/女）\t出生日期：\tＩＤ　Ｎｕｍｂｅｒ\t联系电话1\t家庭地址").unwrap();
        assert_eq!(header.columns, [Some(0), Some(1), Some(2), Some(3), Some(4), Some(5)]);
        let english = found("No.\tName\tDate of Birth\tMobile").unwrap();
        assert_eq!(english.columns, [Some(1), None, Some(2), None, Some(3), None]);
    }

    #[test]
    fn a_head_over_two_rows_is_one() {
        let header = found(
            "登记表\n序号\t基本信息\t\t\t联系方式\t\n\t姓名\t性别\t身份证号\t电话\t住址\n1\t陈英\t女\t\t13800138000\t莞城\n",
        )
        .unwrap();
        assert_eq!((header.rows, header.data), ((3, 3), 3), "the lower row says all");
        assert_eq!(header.columns, [Some(1), Some(2), None, Some(3), Some(4), Some(5)]);
        // Merged downwards: the upper row alone has the name.
        let merged = found("姓名\t性别\t联系方式\t\n\t\t手机\t地址\n陈英\t女\t138\t莞城\n").unwrap();
        assert_eq!((merged.rows, merged.data), ((1, 2), 2));
        assert_eq!(merged.columns, [Some(0), Some(1), None, None, Some(2), Some(3)]);
        assert_eq!(merged.heads, ["姓名", "性别", "联系方式手机", "联系方式地址"]);
    }

    #[test]
    fn a_title_is_read_into_no_column() {
        let header = found("各户住址电话登记表\n序号\t姓名\t性别\n1\t陈英\t女\n").unwrap();
        assert_eq!((header.rows, header.data), ((2, 2), 2));
        assert_eq!(header.columns, [Some(1), Some(2), None, None, None, None]);
    }

    #[test]
    fn a_columns_own_name_wins_over_one_that_only_holds_it() {
        let header = found("监护人姓名\t姓名\t监护人电话\t电话\n").unwrap();
        assert_eq!((header.columns[0], header.columns[4]), (Some(1), Some(3)));
    }

    #[test]
    fn data_is_no_header() {
        assert_eq!(found("陈英\t女\t13800138000\n李华\t男\t13900139000\n"), None);
        assert_eq!(found("姓名登记\n陈英\n"), None, "one word in a title");
        assert_eq!(found("姓名\t电话\n").unwrap().data, 1, "and no row of data");
        let rows = [SheetRow { number: 7, cells: vec![SheetCell::Text("姓名".to_owned())] }];
        assert_eq!(find(&rows, &FIELDS[..1]).unwrap().columns, [Some(0)]);
    }
}
