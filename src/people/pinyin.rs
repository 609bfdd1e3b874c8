//! How a name is typed: full pinyin without tones, and initials, both in lower case.

use pinyin::ToPinyin;

/// Surnames that are read differently from the character's usual reading. Longer ones first.
const SURNAMES: &[(&str, &[&str])] = &[
    ("尉迟", &["yu", "chi"]),
    ("长孙", &["zhang", "sun"]),
    ("万俟", &["mo", "qi"]),
    ("单于", &["chan", "yu"]),
    ("单", &["shan"]),
    ("曾", &["zeng"]),
    ("解", &["xie"]),
    ("仇", &["qiu"]),
    ("区", &["ou"]),
    ("查", &["zha"]),
    ("任", &["ren"]),
    ("朴", &["piao"]),
    ("盖", &["ge"]),
    ("翟", &["zhai"]),
    ("覃", &["qin"]),
    ("缪", &["miao"]),
    ("乐", &["yue"]),
    ("冼", &["xian"]),
    ("洗", &["xian"]),
    ("折", &["she"]),
    ("员", &["yun"]),
    ("秘", &["bi"]),
    ("种", &["chong"]),
    ("重", &["chong"]),
    ("谌", &["chen"]),
    ("召", &["shao"]),
    ("句", &["gou"]),
    ("车", &["che"]),
    ("沈", &["shen"]),
    ("石", &["shi"]),
    ("祭", &["zhai"]),
    ("宿", &["su"]),
    ("尹", &["yin"]),
    ("繁", &["po"]),
];

/// The full pinyin and the initials of `name`: `梁惠芳` is `("lianghuifang", "lhf")`. Letters stay; the rest falls out.
pub fn of(name: &str) -> (String, String) {
    let mut syllables: Vec<String> = Vec::new();
    let surname = SURNAMES.iter().find(|(surname, _)| name.starts_with(surname) && name.len() > surname.len());
    if let Some((_, read)) = surname {
        syllables.extend(read.iter().map(ToString::to_string));
    }
    let given = &name[surname.map_or(0, |(surname, _)| surname.len())..];
    let mut word_goes_on = false;
    for (c, read) in given.chars().zip(given.to_pinyin()) {
        let letter = c.is_alphanumeric().then(|| c.to_lowercase().to_string());
        match (read, letter) {
            (Some(read), _) => syllables.push(typed(read.plain())),
            (None, Some(letter)) if word_goes_on => syllables.last_mut().into_iter().for_each(|word| *word += &letter),
            (None, Some(letter)) => syllables.push(letter),
            (None, None) => {}
        }
        word_goes_on = read.is_none() && c.is_alphanumeric();
    }
    let initials = syllables.iter().filter_map(|syllable| syllable.chars().next()).collect();
    (syllables.concat(), initials)
}

/// What was typed to search by sound: `Lü Hui'fang` is looked for as `lvhuifang`.
pub fn typed(text: &str) -> String {
    text.to_lowercase().replace('ü', "v").chars().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_typed_as_they_sound() {
        let cases = [
            ("梁惠芳", "lianghuifang", "lhf"),
            ("单小军", "shanxiaojun", "sxj"),
            ("曾国强", "zengguoqiang", "zgq"),
            ("区秀英", "ouxiuying", "oxy"),
            ("尉迟恭", "yuchigong", "ycg"),
            ("吕梅", "lvmei", "lm"),
            ("买买提·艾力", "maimaitiaili", "mmtal"),
            ("Anna Lee", "annalee", "al"),
        ];
        for (name, full, initials) in cases {
            assert_eq!(of(name), (full.to_owned(), initials.to_owned()), "{name}");
        }
    }
}
