//! The house's nouns: a typed key for each table's rows, and the number of a request. They stand on the ground, so that
//! every floor can name what it points at without naming the feature that keeps it.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::store::{id_type, text_column};

id_type!(
    /// A center.
    CenterId
);
id_type!(
    /// An account: who signs in. A person is something else.
    AccountId
);
id_type!(
    /// A signed-in browser or a bearer token.
    LoginId
);
id_type!(
    /// An organization that runs centers.
    ProviderId
);
id_type!(
    /// Who pays for the service.
    PurchaserId
);
id_type!(
    /// An authority that receives an agreement's reports without being its party.
    DepartmentId
);
id_type!(
    /// A department named in an agreement.
    RecipientId
);
id_type!(
    /// The day on which another provider takes a center over.
    ChangeoverId
);
id_type!(
    /// An agreement of a purchaser and a provider.
    AgreementId
);
id_type!(
    /// A paper of an agreement.
    AgreementDocumentId
);
id_type!(
    /// What an agreement asks to be reached.
    IndicatorId
);
id_type!(
    /// What was reached of it in a month, entered by hand.
    IndicatorValueId
);
id_type!(
    /// A set of indicators to begin with.
    IndicatorTemplateId
);
id_type!(
    /// An indicator of such a set.
    IndicatorTemplateItemId
);
id_type!(
    /// A public holiday, or a make-up workday.
    HolidayId
);
id_type!(
    /// Days that were brought in from a file.
    HolidayImportId
);
id_type!(
    /// A set of rules for centers.
    ProgrammeId
);
id_type!(
    /// A programme's rules from a day on.
    ProgrammeVersionId
);
id_type!(
    /// For which centers a programme holds.
    ProgrammeScopeId
);
id_type!(
    /// A time that somebody is in a team.
    TeamMemberId
);
id_type!(
    /// A roster that was brought in.
    ImportId
);
id_type!(
    /// Two rows of one human made one.
    MergeId
);
id_type!(
    /// A room.
    RoomId
);
id_type!(
    /// A time that a room is booked for something.
    BookingId
);
id_type!(
    /// A room for what is no activity: a meeting, maintenance, a residents' group.
    ReservationId
);
id_type!(
    /// A residents' group's wish for a room.
    RoomRequestId
);
id_type!(
    /// An activity that is kept to begin others with.
    ActivityTemplateId
);
id_type!(
    /// A kind of room.
    RoomKindId
);
id_type!(
    /// A time in which a room is closed.
    ClosureId
);
id_type!(
    /// A time in which a room is open beyond its week.
    OpeningId
);
id_type!(
    /// A week of opening hours, from its first day on.
    RoomWeekId
);
id_type!(
    /// A picture of a room.
    RoomPhotoId
);
id_type!(
    /// A picture that was taken at a session.
    SessionPhotoId
);
id_type!(
    /// A report that an agreement owes for some of its days.
    PeriodicReportId
);

impl PeriodicReportId {
    /// `R000012`, as it is written on paper.
    pub fn number(self) -> String {
        format!("R{:06}", self.0)
    }
}

id_type!(
    /// What was submitted of a report.
    ReportVersionId
);
id_type!(
    /// What goes with a report: a picture, a sign-in sheet.
    EvidenceId
);
id_type!(
    /// A room before it opens.
    PlannedRoomId
);
id_type!(
    /// How far a planned room was on a day.
    PlannedStepId
);
id_type!(
    /// A human, however many roles.
    PersonId
);
id_type!(
    /// People who live together.
    HouseholdId
);
id_type!(
    /// A person's time in a household.
    StayId
);
id_type!(
    /// A finer group of people than the notice's four.
    SubgroupId
);
id_type!(
    /// A unit of the community.
    UnitId
);
id_type!(
    /// What a unit was at a session.
    ParticipationId
);
id_type!(
    /// What people are asked to agree to, in one version.
    ConsentTextId
);
id_type!(
    /// What a person said to it.
    ConsentId
);
id_type!(
    /// A certificate of what somebody may do.
    QualificationId
);
id_type!(
    /// What somebody may be qualified for.
    QualificationKindId
);
id_type!(
    /// A calendar that somebody subscribes to by a secret link.
    FeedId
);
id_type!(
    /// A room that stands open.
    OpenRoomId
);
id_type!(
    /// A policy of accident insurance.
    InsuranceId
);
id_type!(
    /// When a worker may be booked.
    AppointmentTimesId
);
id_type!(
    /// A time that somebody took.
    AppointmentId
);
id_type!(
    /// What somebody says of hours.
    ClaimId
);
id_type!(
    /// Something broken.
    DefectId
);
id_type!(
    /// Something that a center owns.
    AssetId
);
id_type!(
    /// A thing that somebody has, or had.
    LoanId
);
id_type!(
    /// A safety drill.
    DrillId
);
id_type!(
    /// A certificate of voluntary service.
    ServiceCertificateId
);
id_type!(
    /// A volunteer's wish to have one.
    CertificateRequestId
);
id_type!(
    /// Certificates made public together.
    PublicityListId
);
id_type!(
    /// A phone that is remembered: the device, not its number.
    PhoneId
);
id_type!(
    /// A volunteer team.
    TeamId
);
id_type!(
    /// A kind of team.
    TeamKindId
);
id_type!(
    /// A worker's time as a team's liaison.
    LiaisonId
);
id_type!(
    /// A training of volunteers.
    TrainingId
);
id_type!(
    /// A commendation of a volunteer, or of a team.
    CommendationId
);
id_type!(
    /// Somebody's wish to join a team.
    ApplicationId
);
id_type!(
    /// A person's work in a center.
    WorkerId
);
id_type!(
    /// A worker's time with an employer.
    EmploymentId
);
id_type!(
    /// A worker's time under a supervisor.
    SupervisionId
);
id_type!(
    /// A post of a center.
    PostId
);
id_type!(
    /// A worker's time in a post.
    FillingId
);
id_type!(
    /// A worker's work that went to others.
    HandoverId
);
id_type!(
    /// What a file for another system holds.
    ExportProfileId
);
id_type!(
    /// A column of it.
    ExportColumnId
);
id_type!(
    /// A purchaser's own form.
    PurchaserFormId
);
id_type!(
    /// A kind of service.
    ServiceKindId
);
id_type!(
    /// An activity: the series, or the single event.
    ActivityId
);
id_type!(
    /// One occurrence of an activity.
    SessionId
);
id_type!(
    /// What volunteers are needed for at a session.
    ShiftNeedId
);
id_type!(
    /// Somebody's part in it: asked, taken, given back.
    ShiftId
);
id_type!(
    /// Somebody's seats in a session, or their turn on its waitlist.
    RegistrationId
);
id_type!(
    /// Somebody's place in all dates of an activity.
    CourseId
);
id_type!(
    /// A row of `attendances`: a person, at a session, in a part.
    AttendanceId
);
id_type!(
    /// Heads counted without a name.
    HeadCountId
);
id_type!(
    /// A personal card.
    CardId
);
id_type!(
    /// A try at the door.
    ScanId
);
id_type!(
    /// A row of the hours' ledger.
    EntryId
);
id_type!(
    /// An erasure of somebody that was asked for.
    ErasureId
);
id_type!(
    /// A list of what was kept long enough.
    RetentionRunId
);
id_type!(
    /// A file that belongs to a record.
    FileId
);
id_type!(
    /// An enrolled tablet, or the link that will make one.
    DeviceId
);

/// A try's own number, made by the client: the same number again gives the same answer. Ours begin with the time (UUID
/// version 7), so that those of one hour lie side by side in the index, however many years are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(Uuid);

impl RequestId {
    pub fn random() -> Self {
        Self(Uuid::now_v7())
    }

    /// One that says nothing of the time, for what must not be traced to a moment.
    pub fn timeless() -> Self {
        Self(Uuid::new_v4())
    }

    /// The number of this page's try for `who`. A page has one number and may be gone back to: for the same person it
    /// is the same try, for another one a new try.
    pub fn of(self, who: impl std::fmt::Display) -> Self {
        let digest = Sha256::digest(format!("{self}:{who}"));
        let mut rest = [0; 10];
        rest.copy_from_slice(&digest[..10]);
        let milliseconds = u64::from_be_bytes(*self.0.as_bytes().first_chunk().unwrap_or(&[0; 8])) >> 16;
        Self(uuid::Builder::from_unix_timestamp_millis(milliseconds, &rest).into_uuid())
    }

    /// As a positive number, for a key that is random.
    pub fn number(self) -> i64 {
        i64::try_from(self.0.as_u64_pair().1 & (u64::MAX >> 2)).unwrap_or_default()
    }
}

impl std::fmt::Display for RequestId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for RequestId {
    type Err = uuid::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

text_column!(RequestId);

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn a_pages_number_is_one_try_per_person() {
        let page = RequestId::random();
        assert_eq!(page.of(7), page.of(7));
        assert_ne!(page.of(7), page.of(8));
        assert_ne!(page.of(7), RequestId::random().of(7));
        assert_eq!(page.to_string()[..13], page.of(7).to_string()[..13]);
    }
}
