//! What a worker is.

use crate::auth::AccountId;
use crate::clock::Date;
pub use crate::ids::WorkerId;
use crate::people::PersonRow;
use crate::store::text_enum;

text_enum!(
    /// 社工 have a professional qualification; the center's other staff are 普通服务人员.
    WorkerKind in "worker_kind" { SocialWorker = "social_worker", Staff = "staff" }
);

text_enum!(
    /// 助理社会工作师, 社会工作师, 高级社会工作师: the national levels of the profession.
    Qualification in "qualification" { Assistant = "assistant", Intermediate = "intermediate", Senior = "senior" }
);

/// A worker as the center's list shows them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Worker {
    pub worker_id: WorkerId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    pub account_id: Option<AccountId>,
    pub login: Option<String>,
    pub kind: WorkerKind,
    pub qualification: Option<Qualification>,
    pub certificate_number: Option<String>,
    pub started_on: Date,
    pub ended_on: Option<Date>,
}

impl Worker {
    pub fn is_there(&self, day: impl std::borrow::Borrow<Date>) -> bool {
        self.ended_on.is_none_or(|ended_on| *day.borrow() < ended_on)
    }
}
