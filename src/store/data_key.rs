//! A data key: what seals and opens, and by which number a sealed value names it.

use std::str;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};

use super::types::id_type;

id_type!(
    /// Which data key; 0 is the one that comes from the installation's secret.
    KeyNumber
);

/// Characters by which a sealed value, text or not, names its key: eight hex digits and a dot, which is no digit of base64.
pub(super) const TAG: usize = 9;

impl KeyNumber {
    /// The secret's own: what it has sealed names none.
    pub const OWN: Self = Self(0);

    /// What stands before a value that it has sealed.
    pub(super) fn tag(self) -> String {
        match self {
            Self::OWN => String::new(),
            Self(number) => format!("{number:08x}."),
        }
    }

    /// The key that a sealed value names, and what is sealed.
    pub(super) fn read(sealed: &[u8]) -> (Self, &[u8]) {
        let named = || {
            let (digits, rest) = sealed.split_at_checked(TAG - 1)?;
            let digits =
                str::from_utf8(digits).ok().filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
            Some((Self(i64::from_str_radix(digits, 16).ok()?), rest.strip_prefix(b".")?))
        };
        named().unwrap_or((Self::OWN, sealed))
    }
}

/// XChaCha20-Poly1305 with a random nonce, which stands before what is sealed.
#[derive(Clone)]
pub(super) struct DataKey(XChaCha20Poly1305);

impl DataKey {
    pub(super) fn new(key: [u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(&key.into()))
    }

    pub(super) fn seal(&self, place: &str, bytes: &[u8]) -> Vec<u8> {
        let nonce = rand::random::<[u8; 24]>();
        let payload = Payload { msg: bytes, aad: place.as_bytes() };
        // Sealing fails only beyond 256 GiB.
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [&nonce[..], &sealed[..]].concat()
    }

    /// `None` when it was sealed by another key or for another place, or altered.
    pub(super) fn open(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, bytes) = sealed.split_at_checked(24)?;
        let nonce: [u8; 24] = nonce.try_into().ok()?;
        self.0.decrypt(&XNonce::from(nonce), Payload { msg: bytes, aad: place.as_bytes() }).ok()
    }
}
