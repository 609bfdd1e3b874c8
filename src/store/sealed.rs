//! Personal numbers at rest: sealed so that a stolen database tells nothing, and found again by a keyed hash.
//!
//! XChaCha20-Poly1305 with a random nonce for what must be read back; HMAC-SHA-256 for what must be found, and for what
//! we sign to know it again without keeping it. The keys come from one secret: `LINLI_KEY` (64 hex digits), or a file beside the SQLite database made at first start.

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Text that only the key's holder can read, as stored: nonce and ciphertext in base64.
#[derive(Clone, sqlx::Type, serde::Serialize)]
#[sqlx(transparent)]
#[serde(transparent)]
pub struct Sealed(String);

impl Sealed {
    /// As it was written; whether it is ours, [`Sealer::open`] says.
    pub fn from_text(text: String) -> Self {
        Self(text)
    }

    pub fn as_text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// Seals, opens and hashes with the installation's secret.
#[derive(Clone)]
pub struct Sealer {
    cipher: XChaCha20Poly1305,
    hash_key: [u8; 32],
    sign_key: [u8; 32],
}

impl Sealer {
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            cipher: XChaCha20Poly1305::new(&derive(secret, b"seal").into()),
            hash_key: derive(secret, b"find"),
            sign_key: derive(secret, b"sign"),
        }
    }

    /// Reads a secret of 64 hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?;
        Some(Self::new(&bytes.try_into().ok()?))
    }

    pub fn new_hex_secret() -> String {
        HEXLOWER.encode(&rand::random::<[u8; 32]>())
    }

    pub fn seal(&self, text: &str) -> Sealed {
        let nonce = rand::random::<[u8; 24]>();
        // Sealing fails only beyond 256 GiB.
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), text.as_bytes()).unwrap_or_default();
        Sealed(BASE64URL_NOPAD.encode(&[&nonce[..], &sealed[..]].concat()))
    }

    /// `None` when it was sealed with another key, or altered.
    pub fn open(&self, sealed: &Sealed) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(sealed.0.as_bytes()).ok()?;
        let (nonce, text) = bytes.split_at_checked(24)?;
        let nonce: [u8; 24] = nonce.try_into().ok()?;
        String::from_utf8(self.cipher.decrypt(&XNonce::from(nonce), text).ok()?).ok()
    }

    /// Seals what is no text, for its place: elsewhere it does not open. As stored: nonce and ciphertext.
    pub fn seal_bytes(&self, place: &str, bytes: &[u8]) -> Vec<u8> {
        let nonce = rand::random::<[u8; 24]>();
        let payload = Payload { msg: bytes, aad: place.as_bytes() };
        // Sealing fails only beyond 256 GiB.
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), payload).unwrap_or_default();
        [&nonce[..], &sealed[..]].concat()
    }

    /// `None` when it was sealed with another key or for another place, or altered.
    pub fn open_bytes(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (nonce, bytes) = sealed.split_at_checked(24)?;
        let nonce: [u8; 24] = nonce.try_into().ok()?;
        self.cipher.decrypt(&XNonce::from(nonce), Payload { msg: bytes, aad: place.as_bytes() }).ok()
    }

    /// The keyed hash by which a number is found again. `kind` keeps phones and ID numbers apart.
    pub fn hash(&self, kind: &str, text: &str) -> String {
        HEXLOWER.encode(&mac(&self.hash_key, &[kind.as_bytes(), b":", text.as_bytes()].concat()))
    }

    /// Our signature of a text. `kind` keeps what is signed for one purpose from being shown for another.
    pub fn sign(&self, kind: &str, text: &str) -> [u8; 32] {
        mac(&self.sign_key, &[kind.as_bytes(), b":", text.as_bytes()].concat())
    }

    /// Whether `signature` is the beginning of ours; how long that takes tells nothing of where it is wrong.
    pub fn has_signed(&self, kind: &str, text: &str, signature: &[u8]) -> bool {
        keyed(&self.sign_key, &[kind.as_bytes(), b":", text.as_bytes()].concat())
            .verify_truncated_left(signature)
            .is_ok()
    }
}

fn derive(secret: &[u8; 32], purpose: &[u8]) -> [u8; 32] {
    mac(secret, purpose)
}

fn mac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    keyed(key, message).finalize().into_bytes().into()
}

fn keyed(key: &[u8; 32], message: &[u8]) -> Hmac<Sha256> {
    // HMAC pads its key with zeros to the hash's block of 64 bytes; done here, nothing can fail.
    let mut block = [0; 64];
    block[..32].copy_from_slice(key);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
    mac.update(message);
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_only() {
        let (ours, theirs) = (Sealer::new(&[1; 32]), Sealer::new(&[2; 32]));
        let sealed = ours.seal("13800138000");
        assert_eq!(ours.open(&sealed).as_deref(), Some("13800138000"));
        assert_eq!(theirs.open(&sealed), None);
        assert_ne!(ours.seal("13800138000").0, sealed.0, "two sealings never look alike");
        assert_eq!(ours.hash("phone", "1"), ours.hash("phone", "1"));
        assert_ne!(ours.hash("phone", "1"), ours.hash("id", "1"));
        let piece = ours.seal_bytes("file:1:0", b"\xff\0");
        assert_eq!(ours.open_bytes("file:1:0", &piece).as_deref(), Some(&b"\xff\0"[..]));
        assert_eq!((ours.open_bytes("file:1:1", &piece), theirs.open_bytes("file:1:0", &piece)), (None, None));
    }

    #[test]
    fn what_is_signed_is_known_again_for_its_purpose_only() {
        let (ours, theirs) = (Sealer::new(&[1; 32]), Sealer::new(&[2; 32]));
        let signature = &ours.sign("code", "7")[..6];
        assert!(ours.has_signed("code", "7", signature));
        assert!(!ours.has_signed("code", "8", signature) && !ours.has_signed("ticket", "7", signature));
        assert!(!theirs.has_signed("code", "7", signature) && !ours.has_signed("code", "7", b""));
    }
}
