//! Which lists there are.

use crate::store::text_enum;
use crate::web::table::Table;

text_enum!(
    /// A list of one center.
    CenterList in "export_list" {
        People = "people",
        Households = "households",
        Activities = "activities",
        Teams = "teams",
        Rooms = "rooms",
        Reservations = "reservations",
        Workers = "workers",
        Units = "units",
        Qualifications = "qualifications",
        Posts = "posts",
        Claims = "claims",
        Gaps = "gaps",
        Defects = "defects",
        Assets = "assets",
        Drills = "drills",
        Registrations = "registrations",
        Certificates = "certificates",
        /// From which a year's commendations are chosen.
        Commendable = "commendable",
    }
);

text_enum!(
    /// A list above the centers.
    CityList in "export_list" {
        Centers = "centers",
        Agreements = "agreements",
        /// Of the agreements that run, with how they stand.
        Indicators = "indicators",
        /// The same, every center beside every indicator.
        IndicatorMatrix = "indicator_matrix",
        Accounts = "accounts",
        /// What agreements owe.
        PeriodicReports = "periodic_reports",
        /// Of a year, with the make-up workdays.
        Holidays = "holidays",
        /// Centers, towns and providers in numbers, over a period.
        RollUp = "rollup",
    }
);

text_enum!(
    ExportFormat in "export_format" { Workbook = "xlsx", Text = "csv" }
);

/// A workbook of several tables.
pub(super) struct ListBook {
    /// The file's, without its ending.
    pub name: String,
    /// Each table under its sheet's name.
    pub sheets: Vec<(String, Table)>,
}
