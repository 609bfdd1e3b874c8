//! Numbers that identify people: mobile and landline phones, and ID numbers with their check.

use std::fmt;

use super::Sex;
use crate::clock::Date;
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

/// A phone number in its one spelling: digits only, without +86.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl Phone {
    /// Mainland mobile numbers (11 digits, 1[3-9]…), and landlines with their area code (0…, 10 to 12 digits).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut digits: String =
            text.chars().filter(|c| !matches!(c, ' ' | '-' | '－' | '\u{3000}' | '(' | ')')).collect();
        for prefix in ["+86", "0086"] {
            if let Some(rest) = digits.strip_prefix(prefix) {
                digits = rest.to_owned();
            }
        }
        let bytes = digits.as_bytes();
        let mobile = bytes.len() == 11 && bytes[0] == b'1' && (b'3'..=b'9').contains(&bytes[1]);
        let landline = (10..=12).contains(&bytes.len()) && bytes[0] == b'0' && bytes[1] != b'0';
        if bytes.iter().all(u8::is_ascii_digit) && (mobile || landline) {
            Ok(Self(digits))
        } else {
            Err(Fault::new("field.not_a_phone"))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn last4(&self) -> &str {
        &self.0[self.0.len() - 4..]
    }

    /// `138****1234`, `0769****5678`: what a screen shows.
    pub fn masked(&self) -> String {
        format!("{}****{}", &self.0[..self.0.len() - 8], self.last4())
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Phone(****{})", self.last4())
    }
}

/// A resident's ID number (居民身份证号码, GB 11643-1999): 17 digits and a check character.
#[derive(Clone, PartialEq, Eq)]
pub struct IdNumber(String);

impl IdNumber {
    /// # Errors
    /// Not 18 characters, a wrong check character (ISO 7064 MOD 11-2), or no date inside.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
        const CHECKS: &[u8; 11] = b"10X98765432";
        let number = text.replace(' ', "").to_ascii_uppercase();
        let bytes = number.as_bytes();
        if bytes.len() != 18 || !bytes[..17].iter().all(u8::is_ascii_digit) {
            return Err(Fault::new("field.not_an_id_number"));
        }
        let sum: u32 = bytes.iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
        if bytes[17] != CHECKS[(sum % 11) as usize] || birth_date(&number).is_none() {
            return Err(Fault::new("field.id_number_check"));
        }
        Ok(Self(number))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn birth_date(&self) -> Option<Date> {
        birth_date(&self.0)
    }

    /// The 17th digit: odd for men, even for women.
    pub fn sex(&self) -> Sex {
        if self.0.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// `4419************12`: where it was issued, and its end.
    pub fn masked(&self) -> String {
        format!("{}************{}", &self.0[..4], &self.0[16..])
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdNumber(…)")
    }
}

fn birth_date(number: &str) -> Option<Date> {
    Date::parse(&format!("{}-{}-{}", &number[6..10], &number[10..12], &number[12..14]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_phone_has_one_spelling() {
        for text in ["13800138000", "138 0013 8000", "138-0013-8000", "+86 138 0013 8000", "008613800138000"] {
            assert_eq!(Phone::parse(text).unwrap().as_str(), "13800138000", "{text}");
        }
        assert_eq!(Phone::parse("0769-2222 5678").unwrap().masked(), "0769****5678");
        assert_eq!(Phone::parse("13800138000").unwrap().masked(), "138****8000");
        for text in ["", "1380013800", "12800138000", "138001380001", "22225678", "1380013800a", "+1 212 555 0100"] {
            assert_eq!(Phone::parse(text).unwrap_err().key, "field.not_a_phone", "{text}");
        }
    }

    #[test]
    fn an_id_number_is_checked_and_says_birth_and_sex() {
        // The example of GB 11643-1999.
        let id = IdNumber::parse("11010519491231002x").unwrap();
        assert_eq!((id.birth_date().unwrap().to_string().as_str(), id.sex()), ("1949-12-31", Sex::Female));
        assert_eq!(id.masked(), "1101************2X");
        assert_eq!(IdNumber::parse("440524188001010014").unwrap().sex(), Sex::Male);
        assert_eq!(IdNumber::parse("110105194912310021").unwrap_err().key, "field.id_number_check");
        assert_eq!(IdNumber::parse("11010519491231002").unwrap_err().key, "field.not_an_id_number");
        assert_eq!(IdNumber::parse("１1010519491231002X").unwrap_err().key, "field.not_an_id_number");
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
