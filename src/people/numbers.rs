//! Numbers that identify people: mobile and landline phones, and ID numbers with their check.

use std::fmt;

use crate::clock::Date;
use crate::error::Fault;
use crate::spelling::narrow;
use crate::store::text_enum;

/// A text whose long numbers show their ends alone: they are told by them as well, and a screen is read by others.
pub fn masked(text: &str) -> String {
    let (mut shown, mut number) = (String::new(), String::new());
    let put = |shown: &mut String, number: &mut String| {
        match number.len() > 6 {
            true => shown.push_str(&format!("****{}", &number[number.len() - 4..])),
            false => shown.push_str(number),
        }
        number.clear();
    };
    for c in text.chars() {
        if c.is_ascii_digit() {
            number.push(c);
        } else {
            put(&mut shown, &mut number);
            shown.push(c);
        }
    }
    put(&mut shown, &mut number);
    shown
}

text_enum!(
    /// As the ID card says.
    Sex in "sex" { Female = "f", Male = "m" }
);

/// A phone number in its one spelling: digits only, without +86.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Mainland mobile numbers (11 digits, 1[3-9]…), and landlines with their area code (0…, 10 to 12 digits).
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut digits: String = narrow(text).chars().filter(|c| !matches!(c, '-' | '(' | ')' | '.')).collect();
        for prefix in ["+86", "0086"] {
            if let Some(rest) = digits.strip_prefix(prefix) {
                digits = rest.to_owned();
            }
        }
        // A country's code without its sign: no number of ours is so long.
        if digits.len() == 13
            && let Some(rest) = digits.strip_prefix("861")
        {
            digits = format!("1{rest}");
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

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PhoneNumber(****{})", self.last4())
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
        let number = narrow(text).replace('-', "").to_ascii_uppercase();
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
        for text in [
            "13800138000",
            "138 0013 8000",
            "138-0013-8000",
            "+86 138 0013 8000",
            "008613800138000",
            "86138 0013 8000",
            "\u{202d}13800138000\u{202c}",
            "138\u{a0}0013\u{2011}8000",
            "１３８００１３８０００",
            "＋86 13800138000",
        ] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), "13800138000", "{text}");
        }
        assert_eq!(PhoneNumber::parse("0769-2222 5678").unwrap().masked(), "0769****5678");
        assert_eq!(PhoneNumber::parse("13800138000").unwrap().masked(), "138****8000");
        for text in ["", "1380013800", "12800138000", "138001380001", "22225678", "1380013800a", "+1 212 555 0100"] {
            assert_eq!(PhoneNumber::parse(text).unwrap_err().key, "field.not_a_phone", "{text}");
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
        for text in [
            "１1010519491231002Ｘ",
            "110105 19491231 002x",
            "110105-19491231-002X",
            "\u{202d}11010519491231002X\u{202c}",
        ] {
            assert_eq!(IdNumber::parse(text).unwrap().as_str(), "11010519491231002X", "{text:?}");
        }
    }
}
