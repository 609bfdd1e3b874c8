//! What a consent is.

use crate::clock::{Date, Timestamp};
use crate::files::FileId;
pub use crate::ids::{ConsentId, ConsentTextId};
use crate::store::{Flag, Sealed, Sealer, text_enum};

text_enum!(
    /// What people are asked to agree to.
    Purpose in "purpose" {
        /// 签到: the name and the number that somebody gives at the door.
        Door = "door",
        /// 服务档案: groups, papers, health and whom to call, all of it sensitive (个人信息保护法 art. 28).
        Service = "service",
        /// 肖像: pictures and films of activities (民法典 art. 1019).
        Photos = "photos",
        /// 志愿服务: what is kept of whoever joins a team (志愿服务条例 art. 19–21).
        Volunteer = "volunteer",
    }
);

impl Purpose {
    /// Those that a worker asks everybody about. The door's words are before whoever types a name there.
    pub const ASKED: [Self; 2] = [Self::Service, Self::Photos];

    /// Those to which a person's answers are written down: whoever joins a team answers by phone, or on paper.
    pub const ANSWERED: [Self; 3] = [Self::Service, Self::Photos, Self::Volunteer];

    /// Characters of its words, in Chinese and in English. Those of the door are read on a phone, whose page weighs 15 KB at most.
    pub fn most(self) -> (usize, usize) {
        match self {
            Self::Door => (120, 300),
            Self::Service | Self::Photos | Self::Volunteer => (1_000, 2_500),
        }
    }
}

text_enum!(
    ConsentAnswer in "consent_answer" { Given = "given", Declined = "declined" }
);

text_enum!(
    /// How an answer came.
    ConsentMethod in "consent_method" {
        /// Signed.
        Paper = "paper",
        /// Said to a worker, who noted it.
        Spoken = "spoken",
        /// Said on the phone.
        Call = "call",
        /// Written in a message.
        Message = "message",
        /// By a form on their own phone.
        Form = "form",
    }
);

impl ConsentMethod {
    /// Those of which a worker makes a note.
    pub const NOTED: [Self; 4] = [Self::Paper, Self::Spoken, Self::Call, Self::Message];
}

text_enum!(
    /// What whoever agrees for a child is to it.
    Guardianship in "guardianship" { Parent = "parent", Grandparent = "grandparent", Other = "other" }
);

text_enum!(
    /// How a person stands to a purpose.
    ConsentState in "consent_state" {
        /// Nobody asked.
        Unasked = "unasked",
        Given = "given",
        Withdrawn = "withdrawn",
        Declined = "declined",
        /// A child said yes for itself: that does not count.
        NeedsGuardian = "needs_guardian",
    }
);

impl ConsentState {
    /// Whether the person said no, now or after a yes.
    pub fn is_stopped(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Declined)
    }
}

/// Who agrees for a child.
#[derive(Clone, Debug)]
pub struct Guardian {
    pub name: String,
    pub relation: Guardianship,
}

/// The words of a purpose, in one version.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ConsentText {
    pub id: ConsentTextId,
    pub purpose: Purpose,
    pub version: i64,
    pub wording: String,
    pub wording_en: String,
    pub effective_from: Date,
    /// None where it came with Linli.
    pub published_at: Option<Timestamp>,
}

/// What somebody said to a center.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Consent {
    pub id: ConsentId,
    pub purpose: Purpose,
    /// Of the words that were before them.
    pub version: i64,
    pub answer: ConsentAnswer,
    pub given_on: Date,
    pub method: ConsentMethod,
    guardian_sealed: Option<Sealed>,
    pub guardianship: Option<Guardianship>,
    pub recorded_at: Timestamp,
    /// The account that wrote it down.
    pub recorded_by: Option<String>,
    pub file_id: Option<FileId>,
    pub withdrawn_on: Option<Date>,
    pub withdrawn_method: Option<ConsentMethod>,
    pub withdrawn_by: Option<String>,
    pub voided_at: Option<Timestamp>,
    pub void_reason: Option<String>,
    pub(super) held: Flag,
}

impl Consent {
    /// The name of whoever agreed for the person.
    pub fn guardian(&self, sealer: &Sealer) -> Option<String> {
        sealer.open(self.guardian_sealed.as_ref()?)
    }

    /// Whether it holds now.
    pub fn holds(&self) -> bool {
        self.held.is_set()
    }

    /// Whether it may be taken back: a yes that was not yet, and was no mistake.
    pub fn stands(&self) -> bool {
        self.answer == ConsentAnswer::Given && self.withdrawn_on.is_none() && self.voided_at.is_none()
    }
}
