//! How a name is typed. Each of its syllables may be read in several ways, surname readings first, and every one of them is
//! found: in full, by initials, or mixed as an input method gives it (`chenxy`).

use pinyin::{ToPinyin, ToPinyinMulti};
use unicode_normalization::UnicodeNormalization as _;

use super::name::is_han;
use crate::spelling::{fold, usual_characters};

/// Surnames that are read otherwise than the character's usual reading, or in a reading that few tables have. Those of two
/// characters (复姓) first.
const SURNAMES: &[(&str, &[&str])] = &[
    ("尉迟", &["yu", "chi"]),
    ("长孙", &["zhang", "sun"]),
    ("万俟", &["mo", "qi"]),
    ("单于", &["chan", "yu"]),
    ("澹台", &["tan", "tai"]),
    ("鲜于", &["xian", "yu"]),
    ("令狐", &["ling", "hu"]),
    ("濮阳", &["pu", "yang"]),
    ("乐正", &["yue", "zheng"]),
    ("亓官", &["qi", "guan"]),
    ("颛孙", &["zhuan", "sun"]),
    ("拓跋", &["tuo", "ba"]),
    ("谷梁", &["gu", "liang"]),
    ("夹谷", &["jia", "gu"]),
    ("贺若", &["he", "ruo"]),
    ("子车", &["zi", "ju"]),
    ("宰父", &["zai", "fu"]),
    ("仇", &["qiu"]),
    ("佴", &["nai"]),
    ("佘", &["she"]),
    ("便", &["pian"]),
    ("冼", &["xian"]),
    ("区", &["ou"]),
    ("卜", &["bu"]),
    ("华", &["hua"]),
    ("单", &["shan"]),
    ("厍", &["she"]),
    ("句", &["gou"]),
    ("召", &["shao"]),
    ("员", &["yun"]),
    ("哈", &["ha"]),
    ("啜", &["chuai"]),
    ("洗", &["xian"]),
    ("盖", &["ge"]),
    ("尉", &["wei"]),
    ("尹", &["yin"]),
    ("应", &["ying"]),
    ("幺", &["yao"]),
    ("折", &["she"]),
    ("撒", &["sa"]),
    ("晁", &["chao"]),
    ("晟", &["cheng"]),
    ("曲", &["qu"]),
    ("曾", &["zeng"]),
    ("查", &["zha"]),
    ("柏", &["bai"]),
    ("桓", &["huan"]),
    ("朴", &["piao"]),
    ("任", &["ren"]),
    ("乐", &["yue"]),
    ("乜", &["nie"]),
    ("於", &["yu"]),
    ("殷", &["yin"]),
    ("沈", &["shen"]),
    ("炅", &["gui"]),
    ("燕", &["yan"]),
    ("瞿", &["qu"]),
    ("石", &["shi"]),
    ("祭", &["zhai"]),
    ("种", &["chong"]),
    ("秘", &["bi"]),
    ("祝", &["zhu"]),
    ("笮", &["ze"]),
    ("繁", &["po"]),
    ("糜", &["mi"]),
    ("纪", &["ji"]),
    ("缪", &["miao"]),
    ("翟", &["zhai"]),
    ("能", &["nai"]),
    ("臧", &["zang"]),
    ("葛", &["ge"]),
    ("莘", &["shen"]),
    ("薄", &["bo"]),
    ("覃", &["qin"]),
    ("观", &["guan"]),
    ("解", &["xie"]),
    ("訾", &["zi"]),
    ("谌", &["chen"]),
    ("贲", &["ben"]),
    ("车", &["che"]),
    ("逄", &["pang"]),
    ("逯", &["lu"]),
    ("适", &["kuo"]),
    ("那", &["na"]),
    ("郇", &["xun"]),
    ("郗", &["xi"]),
    ("都", &["du"]),
    ("郝", &["hao"]),
    ("重", &["chong"]),
    ("长", &["zhang"]),
    ("阚", &["kan"]),
    ("隗", &["wei"]),
    ("隽", &["juan"]),
    ("韦", &["wei"]),
    ("黑", &["he"]),
    ("宓", &["mi"]),
    ("宿", &["su"]),
    ("宁", &["ning"]),
    ("缴", &["jiao"]),
    ("眭", &["sui"]),
    ("禚", &["zhuo"]),
    ("粘", &["nian"]),
    ("褚", &["chu"]),
    ("相", &["xiang"]),
    ("盛", &["sheng"]),
    ("郧", &["yun"]),
    ("占", &["zhan"]),
    ("庹", &["tuo"]),
    ("亓", &["qi"]),
    ("仉", &["zhang"]),
];

/// Characters that the tables of readings lack, and one that they have and that sounds the same.
const ALIKE: &[(char, char)] =
    &[('𠮷', '吉'), ('髙', '高'), ('﨑', '崎'), ('濵', '滨'), ('邨', '村'), ('冨', '富'), ('淸', '清')];

/// Readings as a surname that the tables lack and that are not the usual one.
const ALSO: &[(char, &str)] = &[('费', "bi"), ('谌', "shen")];

/// The syllables of a name, each with its readings, as they are kept: `刘重阳` is `liu chong/zhong yang`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sounds(Vec<Vec<String>>);

impl Sounds {
    /// Letters of another script stay as a word; signs fall out.
    pub fn of(name: &str) -> Self {
        let mut syllables: Vec<Vec<String>> = Vec::new();
        let mut word = String::new();
        let name = usual_characters(name);
        for c in name.chars() {
            let readings = readings(c);
            if readings.is_empty() && c.is_alphanumeric() {
                word.extend(c.to_lowercase());
                continue;
            }
            if !word.is_empty() {
                syllables.push(vec![typed(&std::mem::take(&mut word))]);
            }
            if !readings.is_empty() {
                syllables.push(readings);
            }
        }
        if !word.is_empty() {
            syllables.push(vec![typed(&word)]);
        }
        syllables.iter_mut().for_each(|readings| readings.retain(|reading| !reading.is_empty()));
        syllables.retain(|readings| !readings.is_empty());
        let surname = SURNAMES.iter().find(|(surname, _)| name.starts_with(surname) && name.len() > surname.len());
        for (own, readings) in surname.into_iter().flat_map(|(_, own)| own.iter()).zip(&mut syllables) {
            readings.retain(|reading| reading != own);
            readings.insert(0, (*own).to_owned());
        }
        Self(syllables)
    }

    /// By what names are put in order: the first reading of each syllable.
    pub fn order(&self) -> String {
        self.0.iter().filter_map(|readings| readings.first()).map(String::as_str).collect()
    }

    /// As it is kept.
    pub fn text(&self) -> String {
        self.0.iter().map(|readings| readings.join("/")).collect::<Vec<_>>().join(" ")
    }
}

/// Every plain reading of a character, the usual one first; none for what is no Han character.
fn readings(c: char) -> Vec<String> {
    let c = ALIKE.iter().find(|(from, _)| *from == c).map_or(c, |(_, to)| *to);
    if !is_han(c) {
        return Vec::new();
    }
    let usual = c.to_pinyin().map(|reading| typed(reading.plain()));
    let all = c.to_pinyin_multi().into_iter().flatten().map(|reading| typed(reading.plain()));
    let mut found: Vec<String> = Vec::new();
    for reading in usual.into_iter().chain(all) {
        if !found.contains(&reading) {
            found.push(reading);
        }
    }
    found.extend(ALSO.iter().filter(|(own, _)| *own == c).map(|(_, reading)| (*reading).to_owned()));
    // Who has no ü types u for it, and passports have yu.
    let without: Vec<String> = found
        .iter()
        .filter(|reading| reading.contains('v'))
        .flat_map(|reading| ["u", "yu"].map(|plain| reading.replace('v', plain)))
        .collect();
    found.extend(without);
    found
}

/// What was typed to search by sound, as sounds are kept: `Lü Hui'fang` is `lvhuifang`.
pub fn typed(text: &str) -> String {
    let text = text.nfc().flat_map(char::to_lowercase).collect::<String>().replace(['ü', 'ǖ', 'ǘ', 'ǚ', 'ǜ'], "v");
    fold(&text).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// From how many letters on they may be the given name alone; fewer are how a name begins.
const ANYWHERE: usize = 3;

/// Whether a name of these [`Sounds::text`] may be what was [`typed`]: its syllables one after the other, of each a first part,
/// in any of its readings. The front desk's roster does the same without network (`roster.js`).
pub fn fits(sounds: &str, typed: &str) -> bool {
    let syllables: Vec<Vec<&str>> = sounds.split(' ').map(|readings| readings.split('/').collect()).collect();
    let starts = if typed.len() < ANYWHERE { 1 } else { syllables.len() };
    (0..starts.min(syllables.len())).any(|start| begins(&syllables[start..], typed))
}

/// Walks all ways at once: after each syllable, how many of the letters may have been used up.
fn begins(syllables: &[Vec<&str>], typed: &str) -> bool {
    let mut reached = vec![false; typed.len() + 1];
    reached[0] = true;
    for readings in syllables {
        let mut next = vec![false; typed.len() + 1];
        for (at, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
            for reading in readings {
                let common = reading.bytes().zip(typed.bytes().skip(at)).take_while(|(a, b)| a == b).count();
                next[at + 1..=at + common].fill(true);
            }
        }
        if next[typed.len()] {
            return true;
        }
        reached = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_with_every_reading() {
        assert_eq!(Sounds::of("梁惠芳").text(), "liang hui fang");
        assert_eq!(Sounds::of("Anna Lee").text(), "anna lee");
        assert_eq!(Sounds::of("José García").text(), "jose garcia");
        let order = |name: &str| Sounds::of(name).order();
        for (name, sounds) in [
            ("单小军", "shanxiaojun"),
            ("曾国强", "zengguoqiang"),
            ("区秀英", "ouxiuying"),
            ("尉迟恭", "yuchigong"),
            ("吕梅", "lvmei"),
            ("卜晓茗", "buxiaoming"),
            ("阚兰", "kanlan"),
            ("𠮷田明", "jitianming"),
            ("⻩伟明", "huangweiming"),
        ] {
            assert_eq!(order(name), sounds, "{name}");
        }
    }

    #[test]
    fn a_name_is_found_however_it_is_typed() {
        let fits = |name: &str, text: &str| fits(&Sounds::of(name).text(), &typed(text));
        for (name, texts) in [
            ("陈秀英", &["chenxiuying", "cxy", "chenxy", "cxiuying", "chenxiuy", "xiuying", "CHEN xiu", "ch"][..]),
            ("刘重阳", &["lcy", "lzy", "liuchongyang", "liuzhongyang", "lchongyang"]),
            ("陈长发", &["chenchangfa", "czf", "ccf", "chenzhangfa"]),
            ("卜晓茗", &["buxiaoming", "bxm"]),
            ("阚兰", &["kan", "kl"]),
            ("吕梅", &["lvmei", "Lü mei", "lu\u{308}mei", "lumei", "LYU Mei", "lm"]),
            ("买买提·艾力", &["maimaiti", "mmtal", "aili"]),
            ("Anna Lee", &["anna", "al", "lee", "anlee"]),
            ("Nguyễn Văn An", &["nguyen van an", "nva", "van an"]),
            ("单小军", &["shan", "sxj", "danxiaojun"]),
        ] {
            for text in texts {
                assert!(fits(name, text), "{name} by {text}");
            }
        }
        assert!(!fits("陈秀英", "xy") && !fits("陈秀英", "chenying") && !fits("陈秀英", "chenxiuyingx"));
    }

    #[test]
    fn a_surname_is_found_by_each_of_its_readings() {
        let rows = "牟 mu mou, 郄 qie, 费 fei bi, 番 pan, 呙 guo, 妫 gui, 覃 tan qin, 万俟 moqi, 尉迟 yuchi, 单于 chanyu, 长孙 zhangsun, \
             贾 jia, 冯 feng, 叶 ye, 陆 lu, 盖 gai ge, 仉 zhang, 逄 pang, 缪 miao, 乜 nie, 折 she, 朴 piao pu, 查 zha, 曾 zeng, \
             翟 zhai di, 尉 wei, 员 yun yuan, 繁 po fan, 种 chong, 祭 zhai ji, 过 guo, 哈 ha, 能 nai, 纪 ji, 葛 ge, 华 hua, 任 ren, \
             宁 ning, 应 ying, 訾 zi, 郗 xi chi, 隗 kui wei, 洗 xian, 召 shao, 那 na, 黑 he hei, 撒 sa, 秘 bi mi, 区 ou qu, 仇 qiu, \
             卜 bu, 句 gou, 解 xie jie, 乐 yue le, 宓 mi fu, 谌 chen shen, 褚 chu, 莘 shen xin, 吕 lv lu lyu, 佘 she, 阚 kan, 晁 chao";
        for row in rows.split(", ") {
            let (surname, readings) = row.trim().split_once(' ').unwrap();
            let sounds = Sounds::of(&format!("{surname}小明")).text();
            for reading in readings.split(' ') {
                assert!(fits(&sounds, &format!("{reading}xiaoming")), "{surname} by {reading}: {sounds}");
            }
        }
    }

    #[test]
    fn no_name_makes_a_search_long() {
        let name = "aaaaaaaaaaaa ".repeat(5);
        assert!(!fits(&Sounds::of(&name).text(), &format!("{}b", "a".repeat(59))));
    }
}
