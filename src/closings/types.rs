//! What is written down of a session, its pictures, and who is not to be on them.

pub use crate::ids::SessionPhotoId;
use crate::people::PersonRow;
use crate::store::{Flag, text_enum};

/// The most pictures of one session: as many as a post in WeChat shows.
pub const MOST_PHOTOS: usize = 9;

/// The most of them that go with the text for the center's account.
pub const MOST_CHOSEN: usize = 3;

/// What stands beside the summary.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct SessionNotes {
    /// What was used up.
    pub materials: Option<String>,
    /// For whoever holds the activity's next session.
    pub next_time: Option<String>,
}

/// A picture that was taken at a session.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SessionPhoto {
    pub id: SessionPhotoId,
    pub caption: Option<String>,
    chosen: Flag,
}

impl SessionPhoto {
    /// Whether it goes with the text for the center's account.
    pub fn is_chosen(&self) -> bool {
        self.chosen.is_set()
    }
}

/// Of those who are at a session or registered for it, who did not agree to be pictured.
#[derive(Clone, Debug, Default)]
pub struct NotPictured {
    /// They said no, or took their yes back.
    pub refused: Vec<PersonRow>,
    /// Nobody asked them, or a child said yes for itself.
    pub unasked: Vec<PersonRow>,
}

impl NotPictured {
    pub fn is_empty(&self) -> bool {
        self.refused.is_empty() && self.unasked.is_empty()
    }
}

text_enum!(
    /// Why something of a session stands not in the text for the center's account.
    WechatOmission in "wechat_omission" {
        /// It names somebody.
        Name = "name",
        /// It holds what may be somebody's number.
        Number = "number",
        /// There was no room for it.
        Length = "length",
    }
);
