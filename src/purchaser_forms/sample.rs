//! An empty form to begin with: the figures that every form asks for, each beside a cell with its name.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook, XlsxError};

use super::types::FormKey;
use crate::error::{Error, Result};
use crate::files::{FileKind, KeptFile};
use crate::web::Lang;

/// The sheet's name, in both languages: the names of cells point at it.
const SHEET: &str = "月报表";

/// Keys that the sample asks for, in the order of its rows.
const ROWS: [&str; 15] = [
    "linli.sessions",
    "linli.visits",
    "linli.persons",
    "linli.visits.elderly",
    "linli.persons.elderly",
    "linli.visits.disabled",
    "linli.persons.disabled",
    "linli.visits.needy",
    "linli.persons.needy",
    "linli.visits.youth",
    "linli.persons.youth",
    "linli.volunteer_visits",
    "linli.volunteers",
    "linli.hours",
    "linli.units_served",
];

/// The sample, with what each key says.
///
/// # Errors
/// `Internal` for what no workbook holds.
pub(super) fn sample(known: &[FormKey], lang: Lang) -> Result<KeptFile> {
    let bytes = workbook(known, lang).map_err(Error::internal)?;
    Ok(KeptFile { kind: FileKind::Xlsx, name: "linli-form.xlsx".to_owned(), bytes })
}

fn workbook(known: &[FormKey], lang: Lang) -> std::result::Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same sample is the same file.
    book.set_properties(&DocProperties::new().set_creation_datetime(&ExcelDateTime::from_ymd(2000, 1, 1)?));
    let title = Format::new().set_bold().set_align(FormatAlign::Center);
    let framed = Format::new().set_border(FormatBorder::Thin);
    let head = Format::new().set_border(FormatBorder::Thin).set_bold();
    let whole = Format::new().set_border(FormatBorder::Thin).set_num_format("#,##0");
    let decimal = Format::new().set_border(FormatBorder::Thin).set_num_format("#,##0.0");
    let sheet = book.add_worksheet().set_name(SHEET)?;
    sheet.set_column_width(0, 44)?.set_column_width(1, 18)?.set_column_width(2, 34)?;
    sheet.merge_range(0, 0, 0, 2, &lang.text("purchaser_forms.sample_title"), &title)?;
    let words = ["purchaser_forms.key_center", "purchaser_forms.key_period"];
    for (row, key) in (1..).zip(words) {
        sheet.write_string(row, 0, lang.text(key))?;
    }
    let heads = ["purchaser_forms.item", "purchaser_forms.this_period", "purchaser_forms.cell_name"];
    for (column, key) in (0..).zip(heads) {
        sheet.write_string_with_format(3, column, lang.text(key), &head)?;
    }
    for (row, key) in (4..).zip(ROWS) {
        let said = known.iter().find(|known| known.key == key).map_or(key, |known| known.meaning.as_str());
        sheet.write_string_with_format(row, 0, said, &framed)?;
        sheet.write_blank(row, 1, if key == "linli.hours" { &decimal } else { &whole })?;
        sheet.write_string_with_format(row, 2, key, &framed)?;
    }
    let row = 4 + u32::try_from(ROWS.len()).unwrap_or_default();
    sheet.write_string_with_format(row, 0, lang.text("purchaser_forms.sample_formula"), &framed)?;
    sheet.write_formula_with_format(row, 1, Formula::new("=IF(B7=0,0,B6/B7)"), &decimal)?;
    book.define_name("linli.center", &format!("='{SHEET}'!$B$2"))?;
    book.define_name("linli.period", &format!("='{SHEET}'!$B$3"))?;
    for (row, key) in (5..).zip(ROWS) {
        book.define_name(key, &format!("='{SHEET}'!$B${row}"))?;
    }
    book.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_a_form_that_can_be_filled() {
        for lang in [Lang::Zh, Lang::En] {
            let names = crate::sheets::named_cells(&sample(&[], lang).unwrap().bytes).unwrap();
            assert_eq!(names.len(), ROWS.len() + 2);
            assert!(names.iter().all(|name| !name.is_a_list()));
        }
    }
}
