//! A 接龙 as it is copied out of a WeChat group: `1. 陈秀英 2人`, `2、王伟明`, `3 李阿姨+1`, with headings, pictures and remarks in between. What
//! cannot be read is left to whoever pastes it: every line is shown, and nothing is written before they say so.

use unicode_normalization::UnicodeNormalization as _;

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainLine {
    pub number: usize,
    /// As it was pasted.
    pub text: String,
    pub name: String,
    pub companions: i64,
}

/// Most lines that are read.
pub const MOST: usize = 200;

/// The numbered lines, in their order. A line that names nobody, as an open place at the end, is none.
pub fn read(text: &str) -> Vec<ChainLine> {
    text.lines().filter_map(line).take(MOST).collect()
}

/// Characters as they are usually written: `⑧`, `８` and `8️⃣` are 8.
fn usual(text: &str) -> String {
    let joins = |c: &char| {
        matches!(c, '\u{fe0e}' | '\u{fe0f}' | '\u{20e3}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    };
    let plain: String = text.chars().filter(|c| !joins(c)).collect();
    plain.nfkc().collect()
}

fn line(pasted: &str) -> Option<ChainLine> {
    let text = usual(pasted);
    let text = text.trim().trim_start_matches('(');
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    if !(1..=3).contains(&digits) {
        return None;
    }
    let number: usize = text.get(..digits)?.parse().ok()?;
    let rest = text.get(digits..)?;
    let separator =
        |c: char| c.is_whitespace() || matches!(c, '.' | '、' | ',' | ':' | ')' | '。' | '-' | '·' | '．' | '】' | ']');
    let after = rest.trim_start_matches(separator);
    // A day, an hour, a price or a limit of a heading: no place in the line.
    let is_measure = rest.starts_with(['月', '日', '号', '点', '时', '元', '人', '位', '周', '年', '/', '岁', '楼']);
    let is_clock = rest.starts_with([':', '.', '-']) && after.starts_with(|c: char| c.is_ascii_digit());
    if is_measure || is_clock {
        return None;
    }
    let (companions, cut) = company(after);
    let name = name(after.get(..cut)?);
    let seen = name.chars().any(char::is_alphabetic);
    seen.then(|| ChainLine { number, text: pasted.trim().to_owned(), name, companions })
}

/// A number in words, up to ten.
fn worded(c: char) -> Option<i64> {
    let place = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'].iter().position(|one| *one == c);
    match c {
        '两' | '俩' => Some(2),
        _ => place.and_then(|at| i64::try_from(at + 1).ok()),
    }
}

/// How many come along, and where in the text that is said: before it stands the name.
fn company(text: &str) -> (i64, usize) {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let number_at = |from: usize| -> Option<(i64, usize)> {
        let gap = chars[from..].iter().take_while(|(_, c)| c.is_whitespace()).count();
        let from = from + gap;
        let digits = chars[from..].iter().take_while(|(_, c)| c.is_ascii_digit()).count();
        match digits {
            0 => chars.get(from).and_then(|(_, c)| worded(*c)).map(|n| (n, from + 1)),
            1 | 2 => {
                let said: String = chars[from..from + digits].iter().map(|(_, c)| *c).collect();
                said.parse().ok().map(|n| (n, from + digits))
            }
            _ => None,
        }
    };
    let counts_people = |at: usize| {
        let gap = chars[at..].iter().take_while(|(_, c)| c.is_whitespace()).count();
        chars.get(at + gap).is_some_and(|(_, c)| matches!(c, '人' | '位' | '个' | '名' | '口'))
    };
    for (at, (place, c)) in chars.iter().copied().enumerate() {
        let found = match c {
            // So many more.
            '+' | '加' | '带' => number_at(at + 1).map(|(n, _)| n),
            // So many in all.
            'x' | 'X' | '×' | '*' => number_at(at + 1).map(|(n, _)| n - 1),
            _ => number_at(at).filter(|(_, end)| !c.is_whitespace() && counts_people(*end)).map(|(n, _)| n - 1),
        };
        if let Some(companions) = found {
            return (companions.clamp(0, super::forms::MOST_COMPANIONS), place);
        }
        // Somebody comes along, and it is not said how many; a name does not begin with these.
        if at >= 2 && matches!(c, '带' | '和' | '跟' | '与' | '+') {
            return (1, place);
        }
    }
    (0, text.len())
}

/// The name at the beginning of what is left: letters, and what stands between those of a foreign one.
fn name(text: &str) -> String {
    let text = text.trim();
    let chars: Vec<char> = text.chars().collect();
    let latin = |at: usize| chars.get(at).is_some_and(char::is_ascii_alphabetic);
    let mut name = String::new();
    for (at, c) in chars.iter().enumerate() {
        let joins = *c == '·' || *c == '•' || *c == ' ' && at > 0 && latin(at - 1) && latin(at + 1);
        match c.is_alphabetic() || joins {
            true => name.push(*c),
            false => break,
        }
    }
    let name = ["报名", "全家", "一家", "共"].iter().fold(name.as_str(), |name, word| name.trim_end_matches(word));
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> Option<(usize, String, i64)> {
        line(text).map(|line| (line.number, line.name, line.companions))
    }

    fn is(text: &str, number: usize, name: &str, companions: i64) {
        assert_eq!(one(text), Some((number, name.to_owned(), companions)), "{text}");
    }

    #[test]
    fn names_and_companions_are_read_in_many_shapes() {
        is("1. 陈秀英 2人", 1, "陈秀英", 1);
        is("2、王伟明", 2, "王伟明", 0);
        is("3 李阿姨+1", 3, "李阿姨", 1);
        is("4.黄伯", 4, "黄伯", 0);
        is("5）赵六 两位", 5, "赵六", 1);
        is("⑧ 周姨", 8, "周姨", 0);
        is("９．陈大文", 9, "陈大文", 0);
        is("10️⃣ 何婆婆🌹", 10, "何婆婆", 0);
        is("11:林太", 11, "林太", 0);
        is("12，梁生（带孙子）", 12, "梁生", 1);
        is("13. 罗桂芳带2个孙", 13, "罗桂芳", 2);
        is("14. 罗桂芳带孙女", 14, "罗桂芳", 1);
        is("15. 陈秀英一家三口", 15, "陈秀英", 2);
        is("16. 欧阳娜娜 x3", 16, "欧阳娜娜", 2);
        is("17. 阿卜杜拉·买买提", 17, "阿卜杜拉·买买提", 0);
        is("18. Mary Chan +2", 18, "Mary Chan", 2);
        is("19 李和平", 19, "李和平", 0);
        is("20. 陈秀英 13800138000", 20, "陈秀英", 0);
        is("21. 王姨共2人", 21, "王姨", 1);
        is("22. 张三 1人", 22, "张三", 0);
        is("23. 张三 ＋ ２", 23, "张三", 2);
        is("(24) 张三", 24, "张三", 0);
        is("25.陈秀英 十个人", 25, "陈秀英", 9);
        is("  26 、 张三  ", 26, "张三", 0);
    }

    #[test]
    fn headings_and_open_places_are_no_lines() {
        for text in [
            "#接龙",
            "12月5日 插花班",
            "9:00 开始",
            "9.5 周五下午",
            "20人满",
            "请大家报名",
            "",
            "5.",
            "6. ",
            "7. 🌹",
            "2026年12月",
            "3楼活动室",
            "例 姓名 人数",
            "1380013800 陈",
        ] {
            assert_eq!(one(text), None, "{text}");
        }
    }

    #[test]
    fn a_whole_paste_is_read_in_order() {
        let text =
            "#接龙\n12月5日 上午9:00 插花班，限20人\n例 姓名 人数\n\n1. 陈秀英 2人\n2、王伟明\n3 李阿姨+1 🌹\n4.\n";
        let names: Vec<String> = read(text).into_iter().map(|line| line.name).collect();
        assert_eq!(names, ["陈秀英", "王伟明", "李阿姨"]);
        assert_eq!(read(&"1 张三\n".repeat(300)).len(), MOST);
    }
}
