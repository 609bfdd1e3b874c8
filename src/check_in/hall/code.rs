//! The codes on the hall's screen and the tickets that a phone gets for one: reckoned, signed, never stored.
//!
//! A code is the number of its half minute and the beginning of our signature over session and number, so a code that
//! is merely old is told from one that was never ours. Whoever scanned a good code gets a ticket in the page's form:
//! typing a name takes longer than a code lives.

use data_encoding::BASE32_NOPAD;

use crate::activities::SessionId;
use crate::check_in::types::Code;
use crate::clock::Now;
use crate::phones::PhoneId;
use crate::store::Sealer;

/// How long the screen shows one code, in milliseconds. The one before stays good, for a phone takes a moment to scan.
pub(super) const STEP: i64 = 30_000;

/// How long a ticket is good, in seconds: name and number, typed with one finger.
const TICKET: i64 = 10 * 60;

/// How far the clocks of several processes may differ, in seconds.
const SKEW: i64 = 60;

/// Bytes of a signature that are shown: 48 bits of a code that lives a minute, 88 of a ticket that lives ten.
const CODE_SIGNATURE: usize = 6;
const TICKET_SIGNATURE: usize = 11;

fn step(now: Now) -> u32 {
    u32::try_from(now.0.0 / STEP).unwrap_or_default()
}

/// Milliseconds until the screen shows the next code.
pub(super) fn lasts(now: Now) -> i64 {
    STEP - now.0.0.rem_euclid(STEP)
}

/// What the screen shows now: 16 characters.
pub(super) fn now(sealer: &Sealer, session: SessionId, now: Now) -> String {
    let step = step(now);
    let signature = sealer.sign("code", &format!("{session}:{step}"));
    BASE32_NOPAD.encode(&[&step.to_be_bytes()[..], &signature[..CODE_SIGNATURE]].concat())
}

/// The number in front, and the signature behind it.
fn split(text: &str, signature: usize) -> Option<(u32, Vec<u8>)> {
    let bytes = BASE32_NOPAD.decode(text.as_bytes()).ok()?;
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    (rest.len() == signature).then(|| (u32::from_be_bytes(*number), rest.to_vec()))
}

/// Looks at a scanned code.
///
/// # Errors
/// `unknown_code` for what was never the session's, `code_expired` for what is neither the current code nor the one before.
pub(super) fn check(sealer: &Sealer, session: SessionId, now: Now, text: &str) -> Result<(), Code> {
    let (number, signature) = split(text, CODE_SIGNATURE).ok_or(Code::UnknownCode)?;
    if !sealer.has_signed("code", &format!("{session}:{number}"), &signature) {
        return Err(Code::UnknownCode);
    }
    let age = i64::from(step(now)) - i64::from(number);
    if matches!(age, 0 | 1) { Ok(()) } else { Err(Code::CodeExpired) }
}

fn ticket_text(session: SessionId, issued: u32, phone: Option<PhoneId>) -> String {
    match phone {
        Some(phone) => format!("{session}:{issued}:{phone}"),
        None => format!("{session}:{issued}"),
    }
}

/// A ticket for who scanned a good code just now: 24 characters. A remembered phone's is good on that phone alone.
pub(super) fn ticket(sealer: &Sealer, session: SessionId, now: Now, phone: Option<PhoneId>) -> String {
    let issued = u32::try_from(now.0.0 / 1_000).unwrap_or_default();
    let signature = sealer.sign("ticket", &ticket_text(session, issued, phone));
    BASE32_NOPAD.encode(&[&issued.to_be_bytes()[..], &signature[..TICKET_SIGNATURE]].concat())
}

/// Looks at the ticket that a form brings. A phone that was remembered meanwhile may still show the one it got before.
///
/// # Errors
/// `code_expired` where there is none or it is too old, `unknown_code` for what was not given to this session and phone.
pub(super) fn check_ticket(
    sealer: &Sealer,
    session: SessionId,
    now: Now,
    phone: Option<PhoneId>,
    text: &str,
) -> Result<(), Code> {
    if text.is_empty() {
        return Err(Code::CodeExpired);
    }
    let (issued, signature) = split(text, TICKET_SIGNATURE).ok_or(Code::UnknownCode)?;
    let given_to = |phone| sealer.has_signed("ticket", &ticket_text(session, issued, phone), &signature);
    if !given_to(None) && !given_to(phone) {
        return Err(Code::UnknownCode);
    }
    let age = now.0.0 / 1_000 - i64::from(issued);
    if (-SKEW..=TICKET).contains(&age) { Ok(()) } else { Err(Code::CodeExpired) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;

    const TEA: SessionId = SessionId(1);
    const CHOIR: SessionId = SessionId(11);

    fn sealer() -> Sealer {
        Sealer::new(&[7; 32])
    }

    fn at(seconds: i64) -> Now {
        Now(Timestamp(1_772_676_000_000 + seconds * 1_000))
    }

    /// Every text that differs from `text` in one character.
    fn altered(text: &str) -> impl Iterator<Item = String> {
        let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        (0..text.len()).flat_map(move |place| {
            alphabet
                .chars()
                .filter(move |c| !text[place..].starts_with(*c))
                .map(move |c| format!("{}{c}{}", &text[..place], &text[place + 1..]))
        })
    }

    #[test]
    fn a_code_is_good_for_its_half_minute_and_the_next() {
        let code = now(&sealer(), TEA, at(0));
        assert_eq!((code.len(), lasts(at(0)), lasts(at(29))), (16, STEP, 1_000));
        assert_ne!(code, now(&sealer(), TEA, at(30)));
        for seconds in [0, 29, 30, 59] {
            assert_eq!(check(&sealer(), TEA, at(seconds), &code), Ok(()), "{seconds}");
        }
        for seconds in [60, 90, 86_400, -1] {
            assert_eq!(check(&sealer(), TEA, at(seconds), &code), Err(Code::CodeExpired), "{seconds}");
        }
        assert_eq!(check(&sealer(), CHOIR, at(0), &code), Err(Code::UnknownCode));
    }

    #[test]
    fn no_character_of_a_code_or_ticket_may_change() {
        let (code, ticket) = (now(&sealer(), TEA, at(0)), ticket(&sealer(), TEA, at(0), None));
        for wrong in altered(&code).chain(["".into(), code.to_lowercase(), code[1..].into(), format!("{code}A")]) {
            assert_eq!(check(&sealer(), TEA, at(0), &wrong), Err(Code::UnknownCode), "{wrong}");
        }
        for wrong in altered(&ticket).chain([code, format!("{ticket}A")]) {
            assert_eq!(check_ticket(&sealer(), TEA, at(0), None, &wrong), Err(Code::UnknownCode), "{wrong}");
        }
    }

    #[test]
    fn a_ticket_belongs_to_its_session_its_phone_and_its_ten_minutes() {
        let (anne, ben) = (Some(PhoneId(1)), Some(PhoneId(2)));
        let bound = ticket(&sealer(), TEA, at(0), anne);
        let tries = |session, seconds, phone, text: &str| check_ticket(&sealer(), session, at(seconds), phone, text);
        assert_eq!(tries(TEA, 600, anne, &bound), Ok(()));
        assert_eq!(tries(TEA, 601, anne, &bound), Err(Code::CodeExpired));
        assert_eq!(tries(TEA, 0, ben, &bound), Err(Code::UnknownCode));
        assert_eq!(tries(TEA, 0, None, &bound), Err(Code::UnknownCode));
        assert_eq!(tries(CHOIR, 0, anne, &bound), Err(Code::UnknownCode));
        let open = ticket(&sealer(), TEA, at(0), None);
        assert_eq!(tries(TEA, 300, ben, &open), Ok(()), "remembered since");
        assert_eq!(tries(TEA, 0, None, ""), Err(Code::CodeExpired));
    }
}
