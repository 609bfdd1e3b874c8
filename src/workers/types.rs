//! What a worker is.

use super::forms::WorkerRecord;
use crate::auth::AccountId;
use crate::clock::Date;
use crate::fields::Fields;
pub use crate::ids::WorkerId;
use crate::people::PersonRow;
use crate::store::text_enum;

text_enum!(
    /// 社工 have a professional qualification; the center's other staff are 普通服务人员.
    WorkerKind in "worker_kind" { SocialWorker = "social_worker", Staff = "staff" }
);

text_enum!(
    /// 助理社会工作师, 社会工作师, 高级社会工作师: the national levels of the profession, the lowest first.
    Qualification in "qualification" { Assistant = "assistant", Intermediate = "intermediate", Senior = "senior" }
);

text_enum!(
    /// 专业领域: whom a worker mostly works with, or where.
    WorkField in "work_field" {
        Elderly = "elderly",
        Youth = "youth",
        Family = "family",
        Disabled = "disabled",
        Justice = "justice",
        Medical = "medical",
        School = "school",
        Community = "community",
        Other = "other",
    }
);

text_enum!(
    /// How a worker was found. The notice asks for general staff from the community first.
    FoundBy in "found_by" { Community = "community", OpenCall = "open_call", Other = "other" }
);

/// A worker as the center's list shows them.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Worker {
    pub worker_id: WorkerId,
    #[sqlx(flatten)]
    pub person: PersonRow,
    /// The languages and dialects that the person speaks.
    pub languages: Option<String>,
    pub account_id: Option<AccountId>,
    pub login: Option<String>,
    pub kind: WorkerKind,
    pub qualification: Option<Qualification>,
    pub certificate_number: Option<String>,
    /// The last day on which the certificate is good.
    pub certificate_valid_to: Option<Date>,
    pub work_field: Option<WorkField>,
    pub found_by: Option<FoundBy>,
    pub started_on: Date,
    pub ended_on: Option<Date>,
    /// Grows with every change.
    pub version: i64,
}

/// Days before a certificate runs out on which that is said.
pub const EXPIRY_DAYS: u64 = 60;

/// A certificate that needs somebody's care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// It was good until that day.
    Past(Date),
    /// It is good until that day, in the next [`EXPIRY_DAYS`].
    Soon(Date),
}

impl Worker {
    pub fn is_there(&self, day: impl std::borrow::Borrow<Date>) -> bool {
        self.ended_on.is_none_or(|ended_on| *day.borrow() < ended_on)
    }

    /// What is to be said of their certificate; nothing of one that is good for longer, or without an end.
    pub fn expiry(&self, today: impl std::borrow::Borrow<Date>) -> Option<Expiry> {
        let today = *today.borrow();
        match self.certificate_valid_to? {
            last if last < today => Some(Expiry::Past(last)),
            last if last <= today.plus_days(EXPIRY_DAYS) => Some(Expiry::Soon(last)),
            _ => None,
        }
    }

    /// Whether this, and no more, is known of them.
    pub(super) fn is_known_as(&self, record: &WorkerRecord) -> bool {
        (self.kind, self.qualification, &self.certificate_number)
            == (record.kind, record.qualification, &record.certificate_number)
            && (self.certificate_valid_to, self.work_field) == (record.certificate_valid_to, record.work_field)
            && (self.found_by, self.started_on) == (record.found_by, record.started_on)
    }

    /// As its form is filled.
    pub fn as_fields(&self) -> Fields {
        let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
        Fields::default()
            .with("kind", self.kind)
            .with("qualification", self.qualification.map_or("", Qualification::code))
            .with("certificate_number", self.certificate_number.clone().unwrap_or_default())
            .with("certificate_valid_to", day(self.certificate_valid_to))
            .with("work_field", self.work_field.map_or("", WorkField::code))
            .with("found_by", self.found_by.map_or("", FoundBy::code))
            .with("started_on", self.started_on)
            .with("version", self.version)
    }
}

text_enum!(
    /// Whether somebody works in the center still.
    WorkerState in "worker_state" { Present = "present", Left = "left" }
);

text_enum!(
    /// The order of a list; those who have left stand last in each.
    WorkerOrder in "worker_order" {
        Name = "name",
        /// Who came last, first.
        Newest = "newest",
        /// Whose certificate runs out first, first.
        Expiry = "expiry",
    }
);

/// Which workers a list shows, and in what order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WorkersAsked {
    pub kind: Option<WorkerKind>,
    pub qualification: Option<Qualification>,
    pub state: Option<WorkerState>,
    /// Only those who are there and whose certificate has run out, or will soon.
    pub expiring: bool,
    pub order: Option<WorkerOrder>,
}

impl WorkersAsked {
    /// Fields `kind qualification state expiring order`; what is nonsense cuts nothing, as in an address that somebody
    /// changed by hand.
    pub fn read(fields: &Fields) -> Self {
        Self {
            kind: fields.get("kind").parse().ok(),
            qualification: fields.get("qualification").parse().ok(),
            state: fields.get("state").parse().ok(),
            expiring: fields.get("expiring") == "1",
            order: fields.get("order").parse().ok(),
        }
    }

    /// As it stands in an address and in a form.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("kind", self.kind.map(|kind| kind.to_string())),
            ("qualification", self.qualification.map(|level| level.to_string())),
            ("state", self.state.map(|state| state.to_string())),
            ("expiring", self.expiring.then(|| "1".to_owned())),
            ("order", self.order.map(|order| order.to_string())),
        ];
        parts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    pub fn order(&self) -> WorkerOrder {
        self.order.unwrap_or(WorkerOrder::Name)
    }

    /// Whether not all are shown.
    pub fn is_cut(&self) -> bool {
        *self != Self { order: self.order, ..Self::default() }
    }
}

/// How many of the general staff came from the community, in a center and in all that its provider runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct Recruited {
    pub center_staff: i64,
    pub center_community: i64,
    pub provider_staff: i64,
    pub provider_community: i64,
}

impl Recruited {
    /// In percent, of the center; nothing where there is no general staff.
    pub fn center_share(&self) -> Option<i64> {
        share(self.center_community, self.center_staff)
    }

    /// In percent, of the provider.
    pub fn provider_share(&self) -> Option<i64> {
        share(self.provider_community, self.provider_staff)
    }
}

fn share(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| part * 100 / whole)
}

/// A worker by name, of the center or another of its provider's.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Colleague {
    pub id: WorkerId,
    pub name: String,
    pub center: String,
    pub kind: WorkerKind,
    pub qualification: Option<Qualification>,
    pub started_on: Date,
    pub ended_on: Option<Date>,
}

impl Colleague {
    pub fn is_there(&self, day: Date) -> bool {
        self.started_on <= day && self.ended_on.is_none_or(|ended_on| day < ended_on)
    }
}

/// A center in which somebody serves or served, besides the one that is looked at.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ServedElsewhere {
    pub worker_id: WorkerId,
    pub center_id: crate::centers::CenterId,
    pub center: String,
    pub kind: WorkerKind,
    pub started_on: Date,
    pub ended_on: Option<Date>,
}

/// Something that was done about a worker.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WorkerEvent {
    pub at: crate::clock::Timestamp,
    pub actor: String,
    pub action: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    fn worker(valid_to: Option<&str>) -> Worker {
        Worker {
            worker_id: WorkerId(1),
            person: PersonRow {
                id: crate::people::PersonId(1),
                name: "何静雯".into(),
                birth_date: None,
                phone_last4: None,
            },
            languages: None,
            account_id: None,
            login: None,
            kind: WorkerKind::SocialWorker,
            qualification: None,
            certificate_number: None,
            certificate_valid_to: valid_to.map(day),
            work_field: None,
            found_by: None,
            started_on: day("2026-01-01"),
            ended_on: None,
            version: 0,
        }
    }

    #[test]
    fn a_certificate_is_warned_of_sixty_days_ahead() {
        let today = day("2026-03-05");
        let soon = today.plus_days(EXPIRY_DAYS);
        assert_eq!(worker(None).expiry(today), None);
        assert_eq!(worker(Some("2026-03-04")).expiry(today), Some(Expiry::Past(day("2026-03-04"))));
        assert_eq!(worker(Some("2026-03-05")).expiry(today), Some(Expiry::Soon(today)), "good on its last day");
        assert_eq!(worker(Some(&soon.to_string())).expiry(today), Some(Expiry::Soon(soon)));
        assert_eq!(worker(Some(&soon.plus_days(1).to_string())).expiry(today), None);
    }

    #[test]
    fn a_share_of_nobody_is_none() {
        let recruited = Recruited { center_staff: 3, center_community: 2, ..Recruited::default() };
        assert_eq!((recruited.center_share(), recruited.provider_share()), (Some(66), None));
    }
}
