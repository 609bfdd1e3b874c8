//! Secrets that people read aloud and type.

/// Crockford's base 32: no letter looks like a digit or like another letter.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A random text of so many digits and small letters, five bits each.
pub fn secret(length: usize) -> String {
    (0..length).map(|_| char::from(DIGITS[usize::from(rand::random::<u8>() & 31)])).collect()
}
