//! What a name is.

use crate::error::Fault;

/// A person's name: spaces inside a Han name mean nothing (`张 三`), elsewhere one is enough. It says something: it has
/// a letter that can be seen. And it is what it looks like: two names that look alike are alike, and none turns round
/// the text that follows it.
///
/// # Errors
/// Over 60 characters, with a control character, without a letter that can be seen, or with a character that cannot.
pub fn name(text: &str) -> Result<String, Fault> {
    let text = crate::fields::parse::line(60)(text)?;
    if !text.chars().any(|c| c.is_alphabetic() && !is_unseen(c)) {
        return Err(Fault::new("field.not_a_name"));
    }
    if text.chars().any(is_unseen) {
        return Err(Fault::new("field.unseen_characters"));
    }
    let joint = if text.chars().all(|c| c.is_whitespace() || is_han(c)) { "" } else { " " };
    Ok(text.split_whitespace().collect::<Vec<_>>().join(joint))
}

/// Unicode's format characters (Cf: zero width, marks and overrides of direction, tags), line separators, and the other
/// code points that show nothing by default, Hangul fillers among them, which count as letters. Variation selectors may
/// stay: some Han names are written with one.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}' | '\u{890}'..='\u{891}'
        | '\u{8e2}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e00ff}'
        | '\u{e01f0}'..='\u{e0fff}')
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '\u{f900}'..='\u{faff}' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_han_name_has_no_spaces() {
        assert_eq!(name("张　 三").unwrap(), "张三");
        assert_eq!(name("Anna  Lee").unwrap(), "Anna Lee");
    }

    #[test]
    fn a_name_has_a_letter() {
        for text in ["\u{200b}\u{200d}", "\u{feff}", "138", "！", "\u{3164}", "\u{115f}\u{1160}", "\u{ffa0} \u{3164}"]
        {
            assert_eq!(name(text).unwrap_err().key, "field.not_a_name", "{text:?}");
        }
    }

    #[test]
    fn a_name_hides_nothing() {
        for text in [
            "张\u{200b}三",
            "张三\u{202e}",
            "\u{2066}张三\u{2069}",
            "张三\u{3164}",
            "An\u{ad}na",
            "张三\u{e0041}",
            "张\u{2028}三",
        ] {
            assert_eq!(name(text).unwrap_err().key, "field.unseen_characters", "{text:?}");
        }
        assert!(name("张\u{7}三").is_err());
        assert_eq!(name("葛\u{e0100}").unwrap(), "葛\u{e0100}", "a glyph of this name's own");
        for text in ["김민수", "Иван", "محمد", "Zoë", "José"] {
            assert_eq!(name(text).unwrap(), text);
        }
    }
}
