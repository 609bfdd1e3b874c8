//! What a profile is, and what a row of its file is made of.

use std::collections::BTreeMap;

use crate::clock::{Date, Timestamp};
pub use crate::ids::{ExportColumnId, ExportProfileId};
use crate::ids::{SessionId, TeamId};
use crate::people::PersonRow;
use crate::store::{Flag, text_enum};

text_enum!(
    /// What a row of the file is.
    FilingSubject in "filing_subject" {
        /// Somebody who serves in a team.
        Volunteers = "volunteers",
        /// What somebody did at one session, confirmed.
        ServiceRecords = "service_records",
    }
);

text_enum!(
    /// What the file is.
    FilingFormat in "filing_format" { Workbook = "xlsx", Utf8 = "csv_utf8", Gb18030 = "csv_gb18030" }
);

impl FilingFormat {
    pub fn ending(self) -> &'static str {
        match self {
            Self::Workbook => "xlsx",
            Self::Utf8 | Self::Gb18030 => "csv",
        }
    }
}

text_enum!(
    /// How a day is written: 2026-03-05, 2026年3月5日, 20260305.
    DateForm in "date_form" { Iso = "iso", Chinese = "chinese", Compact = "compact" }
);

text_enum!(
    /// Where a column goes.
    ColumnStep in "column_step" { Up = "up", Down = "down" }
);

text_enum!(
    /// What stands in a column.
    FilingField in "filing_field" {
        /// The row's number in the file.
        RowNumber = "row_number",
        /// Nothing: a column that the other system fills.
        Blank = "blank",
        Name = "name",
        VolunteerNumber = "volunteer_number",
        IdKind = "id_kind",
        IdNumber = "id_number",
        Sex = "sex",
        BirthDate = "birth_date",
        Phone = "phone",
        Address = "address",
        Team = "team",
        TeamKind = "team_kind",
        JoinedOn = "joined_on",
        Activity = "activity",
        ServiceKind = "service_kind",
        ServedOn = "served_on",
        StartsAt = "starts_at",
        EndsAt = "ends_at",
        Place = "place",
        Content = "content",
        /// With one decimal, rounded down: never more than was given.
        Hours = "hours",
        Minutes = "minutes",
        /// 组织单位: the center; of what was brought from elsewhere, the unit that it names.
        Organizer = "organizer",
        /// 负责人: the worker who led the session, else the team's leader.
        InCharge = "in_charge",
        Source = "source",
        SessionCode = "session_code",
    }
);

/// Where a lack is mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MendedAt {
    Person,
    Team,
    Session,
}

impl FilingField {
    /// Whether a profile of the subject may have it.
    pub fn fits(self, subject: FilingSubject) -> bool {
        match self {
            Self::JoinedOn => subject == FilingSubject::Volunteers,
            _ => self.mended_at() != Some(MendedAt::Session) || subject == FilingSubject::ServiceRecords,
        }
    }

    /// Where what is missing of it is entered; none for what is made with the file.
    pub fn mended_at(self) -> Option<MendedAt> {
        match self {
            Self::RowNumber | Self::Blank => None,
            Self::Name
            | Self::VolunteerNumber
            | Self::IdKind
            | Self::IdNumber
            | Self::Sex
            | Self::BirthDate
            | Self::Phone
            | Self::Address => Some(MendedAt::Person),
            Self::Team | Self::TeamKind | Self::JoinedOn => Some(MendedAt::Team),
            Self::Activity
            | Self::ServiceKind
            | Self::ServedOn
            | Self::StartsAt
            | Self::EndsAt
            | Self::Place
            | Self::Content
            | Self::Hours
            | Self::Minutes
            | Self::Organizer
            | Self::InCharge
            | Self::Source
            | Self::SessionCode => Some(MendedAt::Session),
        }
    }

    pub fn is_a_day(self) -> bool {
        matches!(self, Self::BirthDate | Self::JoinedOn | Self::ServedOn)
    }

    /// Whether it goes out in full only with the right to reveal.
    pub fn is_masked(self) -> bool {
        matches!(self, Self::IdNumber | Self::Phone)
    }
}

/// A profile.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ExportProfile {
    pub id: ExportProfileId,
    pub name: String,
    pub subject: FilingSubject,
    pub file_name: String,
    pub format: FilingFormat,
    pub note: Option<String>,
    pub version: i64,
    pub retired_at: Option<Timestamp>,
}

/// A column of a profile: a field, or the same text in every row.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct ExportColumn {
    pub id: ExportColumnId,
    pub place: i64,
    pub title: String,
    pub field: Option<FilingField>,
    pub constant: Option<String>,
    pub required: Flag,
    pub date_form: DateForm,
}

impl ExportColumn {
    pub fn is_a_day(&self) -> bool {
        self.field.is_some_and(FilingField::is_a_day)
    }
}

/// With what a profile is filled: both days are included.
#[derive(Clone, Debug)]
pub struct FilingAsked {
    pub from: Date,
    pub to: Date,
    /// None means all of the center.
    pub teams: Vec<TeamId>,
    /// Why numbers go out in full; masked without.
    pub reason: Option<String>,
}

/// What a row says in a field, before a column writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilingValue {
    Text(String),
    Day(Date),
    Minutes(i64),
}

/// A row of a file. What is not among the values is not known.
#[derive(Clone, Debug)]
pub struct FilingRow {
    pub person: PersonRow,
    pub session: Option<SessionId>,
    pub team: Option<TeamId>,
    pub values: BTreeMap<FilingField, FilingValue>,
}

impl FilingRow {
    pub fn text(&self, field: FilingField) -> Option<&str> {
        match self.values.get(&field) {
            Some(FilingValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn served_on(&self) -> Option<Date> {
        match self.values.get(&FilingField::ServedOn) {
            Some(FilingValue::Day(day)) => Some(*day),
            _ => None,
        }
    }
}

/// A profile, filled.
#[derive(Clone, Debug)]
pub struct FilledProfile {
    pub profile: ExportProfile,
    pub columns: Vec<ExportColumn>,
    pub rows: Vec<FilingRow>,
    /// There are more than one file holds.
    pub is_cut: bool,
    /// Records of people whom the center forgot.
    pub forgotten: i64,
    /// Records without a session and a team, of which nobody can say whose they are to file.
    pub homeless: i64,
}
