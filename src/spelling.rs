//! How text is compared: what looks alike is alike, and what cannot be seen is not there. Names, numbers and codes that people
//! type, paste and scan all go through here, so that the desk, the door, a search and a table brought from elsewhere agree.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Characters that show nothing: Unicode's format characters (Cf: zero width, marks and overrides of direction, tags), line
/// separators, and the other code points that are blank by default, Hangul fillers among them, which count as letters.
/// Variation selectors may stay: some Han names are written with one.
pub fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
        | '\u{e01f0}'..='\u{e0fff}')
}

/// Characters that turn the text around them: overrides, embeddings and isolates of direction.
pub fn turns_text(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a reader would see nothing of it: blanks, and marks that only change what stands before them.
pub fn shows_nothing(text: &str) -> bool {
    text.chars().all(|c| is_unseen(c) || is_selector(c) || is_combining_mark(c) || c.is_whitespace())
}

/// A number or code as it was meant, however it was typed, pasted or scanned: full-width characters as ASCII, every dash as
/// `-`, and nothing that shows nothing. Spaces go.
pub fn narrow(text: &str) -> String {
    let meant = |c: char| if is_dash(c) { '-' } else { c };
    text.nfkc().filter(|c| !c.is_whitespace() && !is_unseen(*c) && !is_selector(*c)).map(meant).collect()
}

/// The dashes and minus signs of Unicode, and the long vowel mark that a Chinese or Japanese keyboard gives for one.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{58a}' | '\u{5be}' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2e3a}'..='\u{2e3b}'
        | '\u{301c}' | '\u{3030}' | '\u{30fc}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' | '\u{ff70}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// The dots that stand between the parts of a name (间隔号), and those that are typed for one.
fn is_name_dot(c: char) -> bool {
    matches!(c, '.' | '·' | '•' | '․' | '‧' | '∙' | '⋅' | '・' | '･' | '。' | '．' | '᛫' | '⸱' | '\u{a78f}')
}

/// The **matching key** of a name: two names with one key are taken for the same name. Unicode NFKC, radicals and other
/// look-alikes as the usual character, full width as ASCII, and neither case, spaces nor the dots between a name's parts.
/// Accents count: José is not Jose.
pub fn key(name: &str) -> String {
    let counts = |c: &char| {
        !c.is_whitespace()
            && !is_unseen(*c)
            && !is_selector(*c)
            && !is_name_dot(*c)
            && !is_dash(*c)
            && !matches!(c, '\'' | '’' | '‘' | '`' | '´')
    };
    usual_characters(name).chars().flat_map(char::to_lowercase).filter(counts).nfc().collect()
}

/// The text with the usual character for each that looks like it: radicals, compatibility characters, full width.
pub fn usual_characters(text: &str) -> String {
    let usual = |c: char| usual(c).unwrap_or(c);
    text.chars().map(usual).nfkc().map(usual).collect()
}

/// A [`key`] without its accents, by which it is searched for: `nguyen van an` finds Nguyễn Văn An.
pub fn fold(text: &str) -> String {
    key(text).nfd().filter(|c| !is_combining_mark(*c)).map(|c| plain_letter(c).unwrap_or(c)).nfc().collect()
}

/// Latin letters whose accent is part of the letter for Unicode, and for nobody who searches.
fn plain_letter(c: char) -> Option<char> {
    Some(match c {
        'đ' | 'ð' => 'd',
        'ħ' => 'h',
        'ı' => 'i',
        'ł' => 'l',
        'ø' => 'o',
        'ŧ' => 't',
        'ŋ' => 'n',
        'ß' => 's',
        'ς' => 'σ',
        _ => return None,
    })
}

/// Radicals of the CJK Radicals Supplement, and below them the characters that they look like (Unicode's
/// EquivalentUnifiedIdeograph.txt). The Kangxi radicals are folded by NFKC itself.
const RADICALS: &str = "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺟⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲⻳";
const USUAL: &str = "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟";

/// The usual character for one that looks like it.
fn usual(c: char) -> Option<char> {
    if !('\u{2e80}'..='\u{2eff}').contains(&c) {
        return None;
    }
    RADICALS.chars().zip(USUAL.chars()).find(|(radical, _)| *radical == c).map(|(_, usual)| usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_meant() {
        for text in [
            "\u{202d}13800138002\u{202c}",
            "138\u{a0}0013\u{2007}8002",
            "１３８００１３８００２",
            "13800138002\u{200b}",
        ] {
            assert_eq!(narrow(text), "13800138002", "{text:?}");
        }
        assert_eq!(narrow("0769\u{2011}2222－5678"), "0769-2222-5678");
        assert_eq!(narrow("44190019500815003Ｘ"), "44190019500815003X");
    }

    #[test]
    fn one_name_has_one_key() {
        let same = [
            &["买买提·艾力", "买买提•艾力", "买买提．艾力", "买买提艾力", "买买提 · 艾力", "买买提・艾力"][..],
            &["黄伟明", "⻩伟明", "黄 伟明", "黄\u{200b}伟明"],
            &["高玉", "⾼⽟"],
            &["Anna", "Ａｎｎａ", "ANNA"],
            &["José García", "Jose\u{301} Garci\u{301}a", "JOSÉ GARCÍA"],
            &["葛兰", "葛\u{e0100}兰"],
            &["O’Brien", "O'Brien", "obrien"],
        ];
        for names in same {
            for name in names {
                assert_eq!(key(name), key(names[0]), "{name:?}");
            }
        }
        for (one, other) in [("José", "Jose"), ("张三", "张二"), ("沈", "沉")] {
            assert_ne!(key(one), key(other));
        }
    }

    #[test]
    fn accents_do_not_matter_to_a_search() {
        assert_eq!(fold("Nguyễn Văn An"), "nguyenvanan");
        assert_eq!(fold("José García"), "josegarcia");
        assert_eq!(fold("Đặng Thị Hồng"), "dangthihong");
        assert_eq!(fold("Łukasz Øst"), "lukaszost");
        assert_eq!(fold("黄伟明"), "黄伟明");
        assert_eq!(RADICALS.chars().count(), USUAL.chars().count());
        let desk = include_str!("web/assets/js/front-desk/spelling.js");
        assert!(desk.contains(RADICALS) && desk.contains(USUAL), "the desk without network knows the same");
    }
}
