//! What a name is.

use std::fmt;
use std::ops::Deref;

use crate::error::Fault;
use crate::fields::parse;
use crate::spelling::{self, is_unseen};

/// A person's name as it is written: spaces inside a Han name mean nothing (`张 三`), elsewhere one is enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// A name says something: it has a letter that can be seen. And it is what it looks like: none turns round the text that
    /// follows it.
    ///
    /// # Errors
    /// Over 60 characters, with a control character, without a letter that can be seen, or with a character that cannot.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        if !spelling::usual_characters(text).chars().any(|c| c.is_alphabetic() && !is_unseen(c)) {
            return Err(Fault::new("field.not_a_name"));
        }
        let text = parse::line(60)(text)?;
        let joint = if text.chars().all(|c| c.is_whitespace() || is_han(c)) { "" } else { " " };
        Ok(Self(text.split_whitespace().collect::<Vec<_>>().join(joint)))
    }

    /// By what two names are taken for the same ([`spelling::key`]).
    pub fn key(&self) -> String {
        spelling::key(&self.0)
    }
}

impl Deref for Name {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(super) fn is_han(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fdf}' | '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' | '\u{f900}'..='\u{faff}' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Result<String, Fault> {
        Name::parse(text).map(|name| name.to_string())
    }

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
