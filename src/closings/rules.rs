//! The text for the center's WeChat account: short, and without anybody's name.

use std::collections::BTreeSet;
use std::ops::Bound;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

use super::types::{SessionNotes, WechatOmission};
use crate::spelling;

/// Characters of the text; one of Chinese counts as one.
pub const MOST_CHARACTERS: usize = 120;

/// Characters of a sentence that is cut: less of one says nothing.
const LEAST_OF_A_SENTENCE: usize = 12;

/// Letters of a name that is not written in Chinese: a shorter one stands in many words.
const LEAST_LETTERS: usize = 5;

/// Digits of what may be the number of a phone at home.
const LEAST_DIGITS: usize = 7;

/// What stands after a part of a name where somebody is called by it: 陈伯, 梁阿姨, 芳姐.
const CALLED: &[&str] = &[
    "阿姨", "叔叔", "奶奶", "爷爷", "婆婆", "伯", "婆", "老师", "医生", "女士", "先生", "小姐", "姐", "哥", "大爷",
    "大妈", "叔", "姨",
];

/// Of these those before which a trade stands as often as a name (音乐老师, 家庭医生): with them a surname counts alone.
const TITLES: &[&str] = &["老师", "医生", "女士", "先生", "小姐"];

/// Surnames that are seldom one before a title: 向老师请教, 和医生一起.
const SELDOM_NAMES: &[&str] = &["向", "和", "从", "由"];

/// Words that stand in many texts, and of which many are given names too (国庆), or part what looks like one: 家明 in 大家明天.
const COMMON_WORDS: &[&str] = &[
    "大家", "国家", "专家", "居家", "在家", "回家", "家庭", "家长", "家属", "家人", "家园", "家乡", "家和", "活动",
    "中心", "社区", "社会", "服务", "志愿", "明天", "明年", "明显", "明确", "明白", "说明", "证明", "声明", "表明",
    "文明", "清明", "文化", "文艺", "文学", "文静", "人文", "语文", "作文", "中文", "英文", "英语", "英雄", "英勇",
    "国庆", "国学", "国防", "建国", "建设", "建立", "建议", "建党", "建军", "共建", "和平", "和谐", "和睦", "和美",
    "祥和", "平安", "平台", "平时", "平均", "平等", "平静", "太平", "安全", "安排", "安康", "安宁", "安心", "健康",
    "幸福", "快乐", "欢乐", "同乐", "长乐", "高兴", "开心", "爱心", "爱国", "关心", "热心", "同心", "童心", "真心",
    "友爱", "友善", "友好", "团结", "光明", "光荣", "荣誉", "阳光", "向阳", "朝阳", "春天", "春节", "春风", "新春",
    "迎春", "新年", "元旦", "金秋", "立春", "冬至", "小满", "天天", "天气", "明月", "海洋", "海报", "青年", "少年",
    "成年", "成长", "成功", "成立", "成员", "学习", "学生", "学校", "学会", "生活", "民生", "民主", "人民", "便民",
    "利民", "惠民", "为民", "富强", "自强", "自立", "自由", "立志", "励志", "有志", "有为", "美丽", "美好", "美化",
    "美食", "优秀", "先进", "进步", "前进", "向前", "创新", "创业", "振兴", "复兴", "发展", "希望", "未来", "理想",
    "梦想", "智慧", "聪明", "敬老", "敬业", "孝顺", "诚信", "公正", "胜利", "红旗", "东方", "中华", "新华", "书香",
    "百合", "茉莉", "桂花", "梅花", "兰花", "荷花", "菊花", "彩虹", "强化", "强调", "加强", "增强",
];

/// Characters that are words by themselves, before or behind what looks like a name: 家志 in 居家志愿, 有志 in 有志愿者.
const SMALL_WORDS: &str = "的了在是有和与及为对等由从向请让被把就都也还又不很最更可能会要";

/// Surnames of two characters; of every other Han name the first is the surname.
const DOUBLE_SURNAMES: &[&str] = &[
    "欧阳", "司徒", "上官", "诸葛", "司马", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "东方", "端木", "轩辕",
    "南宫", "长孙",
];

/// The names that must not be told, as they are compared ([`spelling::key`]).
#[derive(Clone, Debug, Default)]
pub struct SecretNames {
    whole: BTreeSet<String>,
    /// The given names of who has one of two Han characters: 秀英 of 陈秀英. Some are words as well (国庆): a sentence too many is left out.
    given: BTreeSet<String>,
    /// What stands before the words of [`CALLED`]: a surname, or the last character.
    called: BTreeSet<String>,
    surnames: BTreeSet<String>,
}

impl SecretNames {
    /// Those of these keys that can be told from any other word: two Han characters, or a few letters; and what people make of them.
    /// A name of one character alone is found only where somebody is called by it.
    pub fn of(keys: impl IntoIterator<Item = String>) -> Self {
        let mut names = Self::default();
        for key in keys {
            let characters: Vec<char> = key.chars().collect();
            let han = characters.iter().filter(|c| is_han(**c)).count();
            if han == characters.len() && (1..=4).contains(&han) {
                names.take_apart(&characters);
            }
            if han >= 2 || characters.len() >= LEAST_LETTERS {
                names.whole.insert(key);
            }
        }
        names
    }

    /// The parts by which whoever has this name is called: one to four Han characters.
    fn take_apart(&mut self, name: &[char]) {
        let surname: String = name.iter().take(2).collect();
        let surname = match name.first() {
            Some(first) if !DOUBLE_SURNAMES.contains(&surname.as_str()) => first.to_string(),
            _ => surname,
        };
        self.called.insert(surname.clone());
        self.surnames.insert(surname);
        if name.len() >= 2 {
            self.called.extend(name.last().map(char::to_string));
        }
        if name.len() >= 3 {
            self.given.insert(name[name.len() - 2..].iter().collect());
        }
    }

    /// Whether somebody is named in it, or called by a part of their name.
    pub fn stand_in(&self, text: &str) -> bool {
        let text = spelling::key(text);
        self.whole.iter().chain(&self.given).any(|name| text.contains(name.as_str()))
            || CALLED.iter().any(|word| text.match_indices(word).any(|(at, _)| self.ends(&text[..at])))
    }

    /// The whole names that stand in a text, as they are compared.
    pub fn whole_in(&self, text: &str) -> BTreeSet<&str> {
        standing_in(&self.whole, &spelling::key(text)).into_iter().map(|(_, name)| name).collect()
    }

    /// The words of a sentence by which somebody is named or called, each once, in its order and as they are compared: 陈秀英, 秀英,
    /// 陈阿姨, 芳姐. Somebody is asked about each of them, so what is as likely a common word ([`COMMON_WORDS`]) is none, where
    /// [`SecretNames::stand_in`] rather leaves a sentence too many out.
    pub fn words_in(&self, sentence: &str) -> Vec<String> {
        let text = spelling::key(sentence);
        let mut parts: Vec<(usize, usize)> =
            standing_in(&self.whole, &text).into_iter().map(|(at, name)| (at, at + name.len())).collect();
        let given = standing_in(&self.given, &text).into_iter().map(|(at, name)| (at, at + name.len()));
        parts.extend(given.filter(|part| !is_common(&text, *part)));
        for word in CALLED {
            let called =
                text.match_indices(word).filter_map(|(at, _)| Some((self.called_at(text.get(..at)?, word)?, at)));
            parts.extend(called.map(|(from, at)| (from, at + word.len())));
        }
        parts.sort_unstable();
        // Of 陈秀英阿姨 three parts are found: it is one word.
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for (from, to) in parts {
            match merged.last_mut() {
                Some(last) if from < last.1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        let mut words: Vec<String> = Vec::new();
        for word in merged.into_iter().filter_map(|(from, to)| text.get(from..to)) {
            if words.iter().all(|known| known != word) {
                words.push(word.to_owned());
            }
        }
        words
    }

    /// Where the name begins by which somebody is called, of what stands before a word of [`CALLED`].
    fn called_at(&self, before: &str, word: &str) -> Option<usize> {
        let is_title = TITLES.contains(&word);
        let names = if is_title { &self.surnames } else { &self.called };
        let is_name = |name: &str| names.contains(name) && !(is_title && SELDOM_NAMES.contains(&name));
        let begins = before.char_indices().rev().take(2).map(|(at, _)| at);
        begins.filter(|at| before.get(*at..).is_some_and(is_name)).last()
    }

    /// Whether what stands before a word of [`CALLED`] ends as somebody is called.
    fn ends(&self, before: &str) -> bool {
        before.char_indices().rev().take(2).any(|(at, _)| self.called.contains(&before[at..]))
    }
}

/// The names that stand in a text, each with where it begins: looked for by what begins at each character, whatever their number.
fn standing_in<'n>(names: &'n BTreeSet<String>, text: &str) -> Vec<(usize, &'n str)> {
    let mut found = Vec::new();
    for rest in text.char_indices().filter_map(|(at, _)| text.get(at..)) {
        for begun in rest.char_indices().filter_map(|(at, last)| rest.get(..at + last.len_utf8())) {
            // The first that comes after what was read is it, or begins with it, or none does.
            match names.range::<str, _>((Bound::Included(begun), Bound::Unbounded)).next() {
                Some(name) if name == begun => found.push((text.len() - rest.len(), name.as_str())),
                Some(name) if name.starts_with(begun) => {}
                _ => break,
            }
        }
    }
    found
}

/// Whether what looks like a given name is a common word, or lies between two of them.
fn is_common(text: &str, (from, to): (usize, usize)) -> bool {
    let (Some(before), Some(name), Some(behind)) = (text.get(..from), text.get(from..to), text.get(to..)) else {
        return false;
    };
    let (Some(first), Some(last)) = (name.chars().next(), name.chars().next_back()) else { return false };
    let is_word = |one: Option<char>, other: Option<char>| {
        one.zip(other).is_some_and(|(one, other)| COMMON_WORDS.contains(&format!("{one}{other}").as_str()))
    };
    COMMON_WORDS.contains(&name)
        || (SMALL_WORDS.contains(first) || is_word(before.chars().next_back(), Some(first)))
            && (SMALL_WORDS.contains(last) || is_word(Some(last), behind.chars().next()))
}

/// A mark of what is written of a session: another one where anything of it is otherwise by now.
pub fn mark(summary: Option<&str>, notes: &SessionNotes) -> String {
    let texts = [summary, notes.materials.as_deref(), notes.next_time.as_deref()];
    // No text holds a NUL.
    let digest = Sha256::digest(texts.map(Option::unwrap_or_default).join("\0"));
    HEXLOWER.encode(&digest[..8])
}

/// The ideographs of Unicode, with those of the supplementary planes, in which some names are written.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}

/// What was not taken into the text, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    pub sentence: String,
    pub why: WechatOmission,
}

/// The text: `opening`, whose words are the center's own, and as many sentences of `summary` as fit and name nobody.
pub fn compose(opening: &str, summary: &str, names: &SecretNames) -> (String, Vec<LeftOut>) {
    let mut text: String = opening.chars().take(MOST_CHARACTERS).collect();
    let (mut left_out, mut is_full, mut is_begun) = (Vec::new(), false, false);
    for sentence in sentences(summary) {
        if let Some(why) = why_secret(&sentence, names) {
            left_out.push(LeftOut { sentence, why });
            continue;
        }
        let free = MOST_CHARACTERS - text.chars().count();
        if !is_full && sentence.chars().count() <= free {
            text.push_str(&sentence);
            is_begun = true;
            continue;
        }
        // One long sentence is all that some write.
        if !is_full && !is_begun && free >= LEAST_OF_A_SENTENCE {
            text.extend(sentence.chars().take(free - 1));
            text.push('…');
        }
        is_full = true;
        left_out.push(LeftOut { sentence, why: WechatOmission::Length });
    }
    (text, left_out)
}

/// What a sentence, a title or a caption holds that must not be told.
pub fn why_secret(text: &str, names: &SecretNames) -> Option<WechatOmission> {
    if names.stand_in(text) {
        Some(WechatOmission::Name)
    } else {
        tells_a_number(text).then_some(WechatOmission::Number)
    }
}

/// The sentences of a text, each with its end: a line is one as well.
pub fn sentences(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for line in text.lines() {
        for part in line.split_inclusive(['。', '！', '？', '；', '!', '?', ';']) {
            let part = part.trim().trim_end_matches(['，', '、', '：', ',', ':']);
            // What has no letter is the rest of a row of marks.
            if !part.chars().any(char::is_alphanumeric) {
                continue;
            }
            let is_ended = part.ends_with(['。', '！', '？', '；', '!', '?', ';', '.', '…', '”', '）', ')']);
            found.push(if is_ended { part.to_owned() } else { format!("{part}。") });
        }
    }
    found
}

/// Whether a number of a phone, or one as long, stands in it, however it is written.
pub fn tells_a_number(text: &str) -> bool {
    !numbers_in(text).is_empty()
}

/// These numbers, in its order.
pub fn numbers_in(text: &str) -> Vec<String> {
    let narrow = spelling::narrow(text);
    let runs = narrow.split(|c: char| !c.is_ascii_digit() && c != '-').filter(|run| {
        let digits: Vec<u8> = run.bytes().filter(u8::is_ascii_digit).collect();
        let is_mobile = digits.windows(11).any(|part| part[0] == b'1' && (b'3'..=b'9').contains(&part[1]));
        is_mobile || run.split('-').any(|part| part.len() >= LEAST_DIGITS)
    });
    runs.map(|run| run.trim_matches('-').to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(of: &[&str]) -> SecretNames {
        SecretNames::of(of.iter().map(|name| spelling::key(name)))
    }

    #[test]
    fn a_sentence_that_names_somebody_is_left_out() {
        let known = names(&["陈秀英", "李", "Ann", "José García"]);
        let told = compose("本中心：", "大家包了饺子。陈 秀英带了馅！李子很甜；jose garcía sang", &known);
        assert_eq!(told.0, "本中心：大家包了饺子。李子很甜；jose garcía sang。", "José is not jose");
        assert_eq!(told.1, [LeftOut { sentence: "陈 秀英带了馅！".to_owned(), why: WechatOmission::Name }]);
        assert!(names(&["José García"]).stand_in("JOSÉ GARCÍA sang"));
    }

    #[test]
    fn who_is_called_by_a_part_of_their_name_is_named() {
        let known = names(&["陈秀英", "欧阳小明", "王芳", "李", "何伯1", "Ann Lee"]);
        for named in [
            "秀英来了",
            "小 明讲故事",
            "陈阿姨",
            "欧阳老师教的",
            "王女士说",
            "芳姐煮了糖水",
            "英姨",
            "李伯伯",
            "请陈 医生来",
        ] {
            assert!(known.stand_in(named), "{named}");
        }
        for plain in ["阿姨们跳舞", "老师教的", "陈皮", "王者", "欧先生", "何伯", "伯", "大家叫哥哥"]
        {
            assert!(!known.stand_in(plain), "{plain}");
        }
    }

    #[test]
    fn the_words_by_which_somebody_is_named_are_told() {
        let known = names(&["陈秀英", "欧阳小明", "王芳", "李乐", "赵家明", "张国庆", "孙有志", "向红", "Ann Lee"]);
        for (sentence, words) in [
            ("谢谢陈 秀英和秀英，陈秀英！", "陈秀英 秀英"),
            ("陈秀英阿姨带了馅", "陈秀英阿姨"),
            ("陈阿姨、芳姐和欧阳老师来了", "陈阿姨 芳姐 欧阳老师"),
            ("王女士说ann lee唱歌", "王女士 annlee"),
            ("张国庆讲故事", "张国庆"),
            ("邻居家明来帮忙", "家明"),
            ("乐姨来了", "乐姨"),
            // A trade, a word, and what two words make where they meet.
            ("音乐老师教的", ""),
            ("向老师请教", ""),
            ("国庆有志愿者值班，大家明天再来", ""),
        ] {
            assert_eq!(known.words_in(sentence).join(" "), words, "{sentence}");
        }
    }

    #[test]
    fn a_mark_is_of_all_three_texts() {
        let notes = |materials: &str, next_time: &str| SessionNotes {
            materials: Some(materials.to_owned()),
            next_time: Some(next_time.to_owned()),
        };
        let known = mark(Some("好"), &notes("纸", ""));
        assert_eq!(known, mark(Some("好"), &SessionNotes { materials: Some("纸".to_owned()), next_time: None }));
        for other in
            [mark(Some("好"), &notes("", "纸")), mark(Some("好纸"), &notes("", "")), mark(None, &notes("纸", ""))]
        {
            assert_ne!(known, other);
        }
    }

    #[test]
    fn a_number_that_may_be_a_phones_is_left_out_and_a_date_is_not() {
        for secret in
            ["联系13800138002", "打138 0013 8002", "+86-138-0013-8002", "０７６９－２２２２３３３３", "22101001 找我"]
        {
            assert!(tells_a_number(secret), "{secret}");
        }
        for plain in ["3月5日 14:00 开始", "2026-03-05", "来了120人，用了35张纸", "100-200 元"] {
            assert!(!tells_a_number(plain), "{plain}");
        }
    }

    #[test]
    fn what_does_not_fit_is_told() {
        let long = "好".repeat(130);
        let (text, left_out) = compose("开头。", &format!("{long}。再来"), &SecretNames::default());
        assert_eq!(text.chars().count(), MOST_CHARACTERS);
        assert!(text.ends_with("好…"));
        assert!(left_out.iter().all(|one| one.why == WechatOmission::Length) && left_out.len() == 2);
        let (text, left_out) = compose("", "一。二。\n\n三，\n——\n", &SecretNames::default());
        assert_eq!((text.as_str(), left_out.len()), ("一。二。三。", 0));
    }

    #[test]
    fn numbers_are_told_as_they_are_dialled() {
        assert_eq!(numbers_in("打138 0013 8002，或０７６９－２２２２３３３３。"), ["13800138002", "0769-22223333"]);
        assert!(numbers_in("3月5日 14:00，120人").is_empty());
    }

    const PEOPLE: &[&str] = &["陈秀英", "欧阳小明", "买买提·艾力", "王芳", "Nguyễn Văn An"];
    const WORDS: &[&str] =
        &["大家很高兴", "，", "。", "\n", "包饺子", "！", "13800138002", "20 人", "陈", "下次再来，记得带水壶"];

    proptest! {
        #[test]
        fn names_are_found_as_by_looking_for_each(
            text in "[陈秀英小明王ab]{0,40}", of in prop::collection::vec("[陈秀英小明王ab]{1,6}", 0..30)
        ) {
            let known = SecretNames::of(of);
            let each: BTreeSet<&str> =
                known.whole.iter().filter(|name| text.contains(name.as_str())).map(String::as_str).collect();
            prop_assert_eq!(known.whole_in(&text), each);
        }

        #[test]
        fn no_text_is_longer_than_120_or_names_anybody(
            parts in prop::collection::vec(
                prop_oneof![4 => prop::sample::select(WORDS), 1 => prop::sample::select(PEOPLE)], 0..60),
            opening in "[社区中心人次]{0,40}。",
        ) {
            let (text, left_out) = compose(&opening, &parts.concat(), &names(PEOPLE));
            prop_assert!(text.chars().count() <= MOST_CHARACTERS);
            prop_assert!(PEOPLE.iter().all(|name| !text.contains(name)), "{}", text);
            prop_assert!(!text.contains("13800138002"));
            let named = PEOPLE.iter().filter(|name| parts.contains(name)).count();
            prop_assert!(named == 0 || left_out.iter().any(|one| one.why == WechatOmission::Name));
        }
    }
}
