//! Which lists there are.

use crate::store::text_enum;

text_enum!(
    /// A list of one center.
    CenterList in "export" {
        People = "people",
        Households = "households",
        Activities = "activities",
        Teams = "teams",
        Rooms = "rooms",
        Workers = "workers",
    }
);

text_enum!(
    /// A list above the centers.
    CityList in "export" { Centers = "centers", Agreements = "agreements", Accounts = "accounts" }
);

text_enum!(
    ExportFormat in "export_format" { Workbook = "xlsx", Text = "csv" }
);
