//! What is printed on a card.

use std::fmt;
use std::str::FromStr;

use crate::spelling::narrow;
use crate::store::Sealer;

/// Crockford's digits: nothing that looks like something else in print, and no accidental words.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Nine random digits (45 bits) and one that tells a slip.
const LENGTH: usize = 10;

/// A card's code: `7KD4M-Q9XTA` in print, without the dash in the QR's link.
#[derive(Clone, PartialEq, Eq)]
pub struct CardCode([u8; LENGTH]);

/// A code is a key: it does not belong in a log.
impl fmt::Debug for CardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardCode(…)")
    }
}

impl CardCode {
    pub fn random() -> Self {
        let mut values = [0; LENGTH];
        for value in &mut values[..LENGTH - 1] {
            *value = rand::random::<u8>() % 32;
        }
        values[LENGTH - 1] = check(&values[..LENGTH - 1]);
        Self(values.map(|value| DIGITS[usize::from(value)]))
    }

    /// The ten digits, as in the link and in the hash.
    pub fn plain(&self) -> &str {
        // Always of `DIGITS`.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// By what the database finds it.
    pub fn hash(&self, sealer: &Sealer) -> String {
        sealer.hash("card", self.plain())
    }

    /// The code in what was read or typed: bare, with spaces and dashes, small letters, the wide ones of a Chinese
    /// keyboard, or a card's whole link.
    pub fn read(text: &str) -> Option<Self> {
        // A Chinese keyboard types 、 for the slash of a link that a scanner reads out.
        let text = narrow(text).replace(['、', '\\'], "/").replace(['·', '_', '.', '。'], "-");
        let last = text.to_ascii_lowercase().rfind("/k/").map_or(text.as_str(), |at| &text[at + 3..]);
        last.split(['?', '#']).next()?.parse().ok()
    }
}

/// `7KD4M-Q9XTA`
impl fmt::Display for CardCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (head, tail) = self.plain().split_at(LENGTH / 2);
        write!(f, "{head}-{tail}")
    }
}

impl FromStr for CardCode {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut values = Vec::with_capacity(LENGTH);
        for byte in text.bytes().filter(|byte| !matches!(byte, b' ' | b'-')) {
            let digit = match byte.to_ascii_uppercase() {
                b'O' => b'0',
                b'I' | b'L' => b'1',
                other => other,
            };
            let value = DIGITS.iter().position(|known| *known == digit).ok_or("no such digit")?;
            values.push(u8::try_from(value).map_err(|_| "no such digit")?);
        }
        let values: [u8; LENGTH] = values.try_into().map_err(|_| "not ten digits")?;
        if check(&values[..LENGTH - 1]) != values[LENGTH - 1] {
            return Err("a digit is wrong");
        }
        Ok(Self(values.map(|value| DIGITS[usize::from(value)])))
    }
}

/// Luhn's check digit for 32 digits: finds every single slip, and nearly every swap of neighbours.
fn check(values: &[u8]) -> u8 {
    let sum: u8 = values
        .iter()
        .rev()
        .enumerate()
        .map(|(n, value)| {
            let weighed = if n % 2 == 0 { value * 2 } else { *value };
            weighed / 32 + weighed % 32
        })
        .fold(0, |sum, value| (sum + value) % 32);
    (32 - sum) % 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_written() {
        let code = CardCode::random();
        let plain = code.plain().to_owned();
        for text in [
            plain.clone(),
            code.to_string(),
            plain.to_lowercase(),
            format!(" {code} "),
            format!("https://linli.example/k/{plain}"),
            format!("http://127.0.0.1:8000/k/{plain}?from=wechat"),
            plain.replace('0', "o").replace('1', "l"),
            plain.chars().map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap()).collect(),
            code.to_string().replace('-', "—"),
            format!("HTTPS://LINLI.EXAMPLE/K/{plain}"),
            format!("https:、、linli。example、k、{plain}"),
            format!("ｈｔｔｐｓ：／／linli.example／ｋ／{plain}"),
            format!("\u{feff}{plain}\u{200b}"),
        ] {
            assert_eq!(CardCode::read(&text), Some(code.clone()), "{text}");
        }
    }

    #[test]
    fn one_wrong_digit_is_noticed() {
        for _ in 0..200 {
            let code = CardCode::random();
            for place in 0..LENGTH {
                for other in DIGITS {
                    let mut wrong = code.0;
                    wrong[place] = *other;
                    let read = std::str::from_utf8(&wrong).unwrap().parse::<CardCode>();
                    assert_eq!(read.is_ok(), *other == code.0[place]);
                }
            }
        }
        assert!(CardCode::read("7KD4M").is_none());
        assert!(CardCode::read("https://elsewhere.example/x").is_none());
    }
}
