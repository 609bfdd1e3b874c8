//! Personal numbers at rest: sealed so that a stolen database tells nothing, and found again by a keyed hash.
//!
//! XChaCha20-Poly1305 with a random nonce for what must be read back, by data keys that lie in the database and are exchanged
//! while people are served (`super::ring`); HMAC-SHA-256 for what must be found, and for what we sign to know it again without
//! keeping it. What wraps the data keys, hashes and signs comes from one secret and stays: `LINLI_KEY` (64 hex digits), or a
//! file beside the SQLite database made at first start.

use std::fmt;
use std::sync::Arc;

use chacha20poly1305::KeyInit;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER, HEXLOWER_PERMISSIVE};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::data_key::{DataKey, KeyNumber};
use super::ring::Ring;
use super::{OpenError, Pool};

/// Text that only the key's holder can read, as stored: the key's number, nonce and ciphertext in base64.
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

    pub(super) fn of(number: KeyNumber, sealed: &[u8]) -> Self {
        Self(number.tag() + &BASE64URL_NOPAD.encode(sealed))
    }

    /// The key that it names, and what is sealed.
    pub(super) fn parts(&self) -> Option<(KeyNumber, Vec<u8>)> {
        let (number, text) = KeyNumber::read(self.0.as_bytes());
        Some((number, BASE64URL_NOPAD.decode(text).ok()?))
    }
}

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealed(…)")
    }
}

/// Seals, opens and hashes with the installation's secret and the data keys that it wraps.
#[derive(Clone)]
pub struct Sealer {
    own: DataKey,
    outgoing: DataKey,
    ring: Arc<Ring>,
    hash_key: [u8; 32],
    sign_key: [u8; 32],
}

impl Sealer {
    /// One that knows the secret's own key alone, until it has read the others.
    pub fn new(secret: &[u8; 32]) -> Self {
        Self {
            own: DataKey::new(derive(secret, b"seal")),
            outgoing: DataKey::new(derive(secret, b"outgoing")),
            ring: Arc::new(Ring::new(DataKey::new(derive(secret, b"wrap")))),
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

    /// Reads the data keys again; who was never told where they lie looks there from now on.
    ///
    /// # Errors
    /// `LockedKey` for one that the secret does not unwrap, and where the database does not answer.
    pub async fn read_keys(&self, pool: &Pool) -> Result<(), OpenError> {
        self.ring.read(pool).await
    }

    /// The number of the key that seals now.
    pub fn current_key(&self) -> KeyNumber {
        self.latest().0
    }

    /// A new data key of this number, as it is kept.
    pub fn make_key(&self, number: KeyNumber) -> Sealed {
        self.ring.make(number)
    }

    /// Seals what is written in the transaction that is open now: when that is over, the key may be removed.
    pub fn seal(&self, text: &str) -> Sealed {
        let (number, key) = self.latest();
        Sealed::of(number, &key.seal("", text.as_bytes()))
    }

    /// `None` when it was sealed by a key that is not ours, or altered.
    pub fn open(&self, sealed: &Sealed) -> Option<String> {
        let (number, bytes) = sealed.parts()?;
        String::from_utf8(self.key(number)?.open("", &bytes)?).ok()
    }

    /// As [`Self::seal`] what is no text, for its place: elsewhere it does not open. As stored: the key's number, nonce and ciphertext.
    pub fn seal_bytes(&self, place: &str, bytes: &[u8]) -> Vec<u8> {
        let (number, key) = self.latest();
        [number.tag().into_bytes(), key.seal(place, bytes)].concat()
    }

    /// `None` when it was sealed by a key that is not ours or for another place, or altered.
    pub fn open_bytes(&self, place: &str, sealed: &[u8]) -> Option<Vec<u8>> {
        let (number, bytes) = KeyNumber::read(sealed);
        let opened = self.key(number).and_then(|key| key.open(place, bytes));
        // What names no key may begin as if it did, by chance.
        opened.or_else(|| self.own.open(place, sealed))
    }

    /// Seals by the secret's own key: for what must open before any other key is known.
    pub fn seal_by_secret(&self, text: &str) -> Sealed {
        Sealed::of(KeyNumber::OWN, &self.own.seal("", text.as_bytes()))
    }

    /// Seals what leaves us for a while and is kept nowhere here, as in a cookie: data keys that are exchanged meanwhile do not concern it.
    pub fn seal_outgoing(&self, text: &str) -> String {
        BASE64URL_NOPAD.encode(&self.outgoing.seal("", text.as_bytes()))
    }

    /// What comes back; `None` when it is not ours.
    pub fn open_returned(&self, sealed: &str) -> Option<String> {
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        String::from_utf8(self.outgoing.open("", &bytes)?).ok()
    }

    /// The same sealed by another key; `None` when it does not open.
    pub(super) fn reseal(&self, sealed: &Sealed, by: KeyNumber) -> Option<Sealed> {
        Some(Sealed::of(by, &self.key(by)?.seal("", self.open(sealed)?.as_bytes())))
    }

    /// As [`Self::reseal`] what is no text, for the same place.
    pub(super) fn reseal_bytes(&self, place: &str, sealed: &[u8], by: KeyNumber) -> Option<Vec<u8>> {
        let bytes = self.open_bytes(place, sealed)?;
        Some([by.tag().into_bytes(), self.key(by)?.seal(place, &bytes)].concat())
    }

    fn latest(&self) -> (KeyNumber, DataKey) {
        self.ring.current().unwrap_or_else(|| (KeyNumber::OWN, self.own.clone()))
    }

    fn key(&self, number: KeyNumber) -> Option<DataKey> {
        if number == KeyNumber::OWN { Some(self.own.clone()) } else { self.ring.find(number) }
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
    use chacha20poly1305::aead::{Aead, Payload};
    use chacha20poly1305::{XChaCha20Poly1305, XNonce};

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
    fn what_goes_out_comes_back_to_us_only() {
        let (ours, theirs) = (Sealer::new(&[1; 32]), Sealer::new(&[2; 32]));
        let out = ours.seal_outgoing("name=陈");
        assert_eq!((ours.open_returned(&out).as_deref(), theirs.open_returned(&out)), (Some("name=陈"), None));
        assert_eq!(ours.open(&Sealed::from_text(out)), None, "it is no value of the database");
    }

    #[test]
    fn a_sealed_value_names_its_key() {
        let read = |sealed: &'static [u8]| KeyNumber::read(sealed);
        assert_eq!(KeyNumber(31).tag(), "0000001f.");
        assert_eq!(read(b"0000001f.abc"), (KeyNumber(31), &b"abc"[..]));
        for none in [&b"+000001f.abc"[..], b"0000001fabc", b"0000001", b"AbCdEfG-._hij", b""] {
            assert_eq!(read(none), (KeyNumber::OWN, none));
        }
    }

    /// As files were kept before keys had numbers.
    #[test]
    fn bytes_that_seem_to_name_a_key_open_all_the_same() {
        let sealer = Sealer::new(&[1; 32]);
        let key = XChaCha20Poly1305::new(&derive(&[1; 32], b"seal").into());
        let nonce = *b"0000001f.random-nonce-24";
        let payload = Payload { msg: b"content".as_slice(), aad: b"file:1:0".as_slice() };
        let sealed = [&nonce[..], &key.encrypt(&XNonce::from(nonce), payload).unwrap()].concat();
        assert_eq!(sealer.open_bytes("file:1:0", &sealed).as_deref(), Some(&b"content"[..]));
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
