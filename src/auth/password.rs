//! Passwords: argon2id, at least twelve characters, and not one that people commonly choose. Every way in which one comes, by
//! a page or at the command line, reads it by [`typed`].

use argon2::password_hash::phc::{Output, ParamsString, PasswordHash as Phc, Salt};
use argon2::password_hash::{self, CustomizedPasswordHasher};
use argon2::{Algorithm, Argon2, Block, Params, PasswordVerifier, Version};
use unicode_normalization::UnicodeNormalization as _;

use crate::error::{Error, Fault, Result};
use crate::hands::{self, Hands};

/// The shortest password, in characters (NIST SP 800-63B asks for 8; the customer for 12).
pub const SHORTEST: usize = 12;

/// A long text would keep the hash busy; nobody types one.
const LONGEST: usize = 200;

/// What a password is as it was typed: full width is ASCII, and a composed letter its parts put together (NFKC, as NIST SP
/// 800-63B asks); spaces around it, which keyboards and clipboards add, are not part of it.
fn typed(text: &str) -> String {
    text.nfkc().filter(|c| *c != '\0').collect::<String>().trim().to_owned()
}

/// A new password that passed the rules.
pub struct NewPassword(String);

impl NewPassword {
    /// `about` are words that must not carry the password, besides the product's: its account's login and name.
    pub fn parse(text: &str, about: &[&str]) -> Result<Self, Fault> {
        let text = typed(text);
        match text.chars().count() {
            count if count < SHORTEST => Err(Fault::bound("field.password_short", SHORTEST)),
            count if count > LONGEST => Err(Fault::bound("field.too_long", LONGEST)),
            _ if zxcvbn::zxcvbn(&text, &[about, &["linli"]].concat()).score() < zxcvbn::Score::Three => {
                Err(Fault::new("field.password_common"))
            }
            _ => Ok(Self(text)),
        }
    }

    /// Takes tens of milliseconds of a hand's time. Writing takes a [`PasswordHash`], so that nobody hashes while holding a
    /// transaction: on SQLite every check-in would wait for it.
    ///
    /// # Errors
    /// `Busy` where too many want a hand.
    pub async fn hash(self) -> Result<PasswordHash> {
        let salt: [u8; 16] = rand::random();
        let work = move || Hasher.hash_password_customized(self.0.as_bytes(), &salt, None, None, Params::default());
        let hash = hands::KNOWN.lend(work).await?.map_err(Error::internal)?;
        Ok(PasswordHash(hash.to_string()))
    }
}

/// An argon2id hash in PHC format.
pub struct PasswordHash(String);

impl PasswordHash {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// True if `password` is the one that was hashed. `None`, for an unknown login, takes as long as a wrong password. The work is
/// done by one of `hands`.
///
/// # Errors
/// `Busy` where too many want a hand.
pub async fn verify(hands: &'static Hands, password: &str, hash: Option<String>) -> Result<bool> {
    // The hash of a random text, with the parameters of `hash` above.
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXJhbmRvbXNhbHQ$XGHd/VUJIbSdTA5v5Qh2Vc3z0vBqIj9Z7uD0ZKxJkHk";
    let password = typed(password);
    let work = move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
        let hash = Phc::new(&hash);
        let matches = hash.is_ok_and(|hash| Hasher.verify_password(password.as_bytes(), &hash).is_ok());
        matches && known
    };
    hands.lend(work).await
}

/// Argon2 as its crate has it, in memory that goes back to the system at once. What is smaller than this the allocator keeps
/// for the next who asks, and cuts small things out of it, so that the next needs more: hundreds of sign-ins cost hundreds of
/// megabytes for good (GNU's `M_MMAP_THRESHOLD` grows with what was freed, up to 32 MiB).
struct Hasher;

/// A mapping of its own has what is larger than 32 MiB. Only what is written to takes memory: the blocks.
const OWN_MAPPING: usize = 33 << 20;

impl CustomizedPasswordHasher<Phc> for Hasher {
    type Params = Params;

    fn hash_password_customized(
        &self,
        password: &[u8],
        salt: &[u8],
        algorithm: Option<&str>,
        version: Option<u32>,
        params: Params,
    ) -> password_hash::Result<Phc> {
        let algorithm = algorithm.map(Algorithm::try_from).transpose()?.unwrap_or_default();
        let version = version.map(Version::try_from).transpose()?.unwrap_or_default();
        let (salt, shown) = (Salt::new(salt)?, ParamsString::try_from(&params)?);
        let mut out = [0; Output::MAX_LENGTH];
        let length = params.output_len().unwrap_or(Params::DEFAULT_OUTPUT_LEN);
        let out = out.get_mut(..length).ok_or(password_hash::Error::OutputSize)?;
        let mut blocks = Vec::with_capacity(params.block_count().max(OWN_MAPPING / Block::SIZE));
        blocks.resize(params.block_count(), Block::default());
        Argon2::new(algorithm, version, params).hash_password_into_with_memory(password, &salt, out, blocks)?;
        Ok(Phc {
            algorithm: algorithm.ident(),
            version: Some(version.into()),
            params: shown,
            salt: Some(salt),
            hash: Some(Output::new(out)?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_common_passwords_are_refused() {
        let fault = |text: &str| NewPassword::parse(text, &["admin", "linli"]).err().map(|fault| fault.key);
        assert_eq!(fault("short1!"), Some("field.password_short"));
        for common in ["password1234", "123456789012", "qwertyuiop12", "aaaaaaaaaaaa", "adminadmin12", "iloveyou1234"] {
            assert_eq!(fault(common), Some("field.password_common"), "{common}");
        }
        assert_eq!(fault("correct-harbour-tulip"), None);
        assert_eq!(fault("四月的雨落在莞城老街上呀"), None);
        assert_eq!(fault("linlilinlilinli"), Some("field.password_common"));
        assert_eq!(fault("  short pass  "), Some("field.password_short"), "spaces around it do not make it longer");
    }

    #[rocket::async_test]
    async fn our_hashes_are_argon2s_own() {
        use argon2::PasswordHasher as _;

        let password = "correct-harbour-tulip";
        let theirs = Argon2::default().hash_password(password.as_bytes()).unwrap().to_string();
        let ours = NewPassword::parse(password, &[]).unwrap().hash().await.unwrap().0;
        assert!(ours.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{ours}");
        Argon2::default().verify_password(password.as_bytes(), ours.as_str()).unwrap();
        for hash in [theirs, ours] {
            assert!(verify(&hands::KNOWN, password, Some(hash.clone())).await.unwrap());
            assert!(!verify(&hands::KNOWN, "correct-harbour-tulips", Some(hash)).await.unwrap());
        }
        assert!(!verify(&hands::KNOWN, password, None).await.unwrap());
        assert!(!verify(&hands::KNOWN, password, Some("no hash".into())).await.unwrap());
    }

    #[test]
    fn a_password_is_what_was_meant() {
        for text in ["café-harbour-tulip ", "\u{3000}cafe\u{301}-harbour-tulip", "ｃａｆé-harbour-tulip\0"] {
            assert_eq!(typed(text), "café-harbour-tulip", "{text:?}");
        }
        assert_eq!(typed(&typed(" x ")), "x");
        assert_ne!(typed("Tulip harbour"), typed("tulip harbour"));
    }
}
