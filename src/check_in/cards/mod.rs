//! Personal cards (居民卡): a random code that admits one person, printed as a QR and in letters. It holds no personal data,
//! and a lost one is revoked and reissued.

mod code;
pub mod queries;

pub use code::CardCode;
