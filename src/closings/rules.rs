//! The text for the center's WeChat account: short, and without anybody's name.

use std::collections::BTreeSet;

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
        if DOUBLE_SURNAMES.contains(&surname.as_str()) {
            self.called.insert(surname);
        } else {
            self.called.extend(name.first().map(char::to_string));
        }
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
        let text = spelling::key(text);
        self.whole.iter().filter(|name| text.contains(name.as_str())).map(String::as_str).collect()
    }

    /// Whether what stands before a word of [`CALLED`] ends as somebody is called.
    fn ends(&self, before: &str) -> bool {
        before.char_indices().rev().take(2).any(|(at, _)| self.called.contains(&before[at..]))
    }
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
    let narrow = spelling::narrow(text);
    narrow.split(|c: char| !c.is_ascii_digit() && c != '-').any(|run| {
        let digits: Vec<u8> = run.bytes().filter(u8::is_ascii_digit).collect();
        let is_mobile = digits.windows(11).any(|part| part[0] == b'1' && (b'3'..=b'9').contains(&part[1]));
        is_mobile || run.split('-').any(|part| part.len() >= LEAST_DIGITS)
    })
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

    const PEOPLE: &[&str] = &["陈秀英", "欧阳小明", "买买提·艾力", "王芳", "Nguyễn Văn An"];
    const WORDS: &[&str] =
        &["大家很高兴", "，", "。", "\n", "包饺子", "！", "13800138002", "20 人", "陈", "下次再来，记得带水壶"];

    proptest! {
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
