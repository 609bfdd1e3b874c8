//! A volunteer's number of our own, which people say and type: never the ID number.

use std::fmt;
use std::str::FromStr;

use crate::spelling::narrow;

/// A place in the row of all who ever served, and a check digit (ISO 7064 MOD 11,10): a slip of one digit is no other's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct VolunteerNumber(i64);

/// Digits before the check digit; more, once there are a million.
const DIGITS: usize = 6;

impl VolunteerNumber {
    /// The key of its row.
    pub fn place(self) -> i64 {
        self.0
    }

    fn check(digits: &str) -> u32 {
        let rest = digits.bytes().fold(10, |rest, digit| match (rest + u32::from(digit - b'0')) % 10 {
            0 => 20 % 11,
            sum => sum * 2 % 11,
        });
        (11 - rest) % 10
    }
}

impl fmt::Display for VolunteerNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:0DIGITS$}", self.0);
        write!(f, "{digits}{}", Self::check(&digits))
    }
}

impl FromStr for VolunteerNumber {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let typed = narrow(text).replace('-', "");
        let is_one =
            (DIGITS + 1..=DIGITS + 12).contains(&typed.len()) && typed.bytes().all(|byte| byte.is_ascii_digit());
        let (digits, check) =
            if is_one { typed.split_at(typed.len() - 1) } else { return Err("no volunteer's number") };
        match digits.parse() {
            Ok(place) if check == Self::check(digits).to_string() && Self(place).to_string() == typed => {
                Ok(Self(place))
            }
            _ => Err("no volunteer's number"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_number_has_seven_digits_and_more_when_needed() {
        assert_eq!(VolunteerNumber(1).to_string().len(), 7);
        assert_eq!(VolunteerNumber(12_345_678).to_string().len(), 9);
        // ISO 7064: 0794 has the check digit 5.
        assert_eq!(VolunteerNumber::check("0794"), 5);
        for wrong in ["", "1", "abcdefg", "000001", "00000100000100000010000001"] {
            assert!(wrong.parse::<VolunteerNumber>().is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_slip_of_a_digit_is_nobodys_number(place in 1_i64..100_000_000, at in 0_usize..7, by in 1_u8..10) {
            let number = VolunteerNumber(place);
            let text = number.to_string();
            prop_assert_eq!(text.parse(), Ok(number));
            prop_assert_eq!(format!(" {}－{}", &text[..3], &text[3..]).parse(), Ok(number));
            let mut slip = text.into_bytes();
            slip[at] = b'0' + (slip[at] - b'0' + by) % 10;
            prop_assert!(String::from_utf8(slip).unwrap().parse::<VolunteerNumber>().is_err());
        }
    }
}
