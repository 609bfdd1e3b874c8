//! The roster as it goes back: the same file, with a column that says what is wrong.

use std::collections::BTreeMap;

use super::types::{Import, ImportField, ImportRow, ImportSource, RowFault};
use crate::error::{Error, Result};
use crate::files::KeptFile;
use crate::sheets::{self, Entered, Patch};
use crate::web::Lang;

/// What a row's last column says: the verdict, and each fault in words.
pub fn words(lang: Lang, row: &ImportRow) -> String {
    let faults: Vec<String> = row.faults().iter().map(|fault| said(lang, fault)).collect();
    let verdict = lang.text(row.verdict.key());
    let mut words = if faults.is_empty() { verdict } else { format!("{verdict}：{}", faults.join("；")) };
    if let Some(done) = row.done {
        words = format!("{words}（{}）", lang.text(done.key()));
    }
    for (field, outcome) in [(ImportField::Team, row.membership), (ImportField::Hours, row.hours)] {
        if let Some(outcome) = outcome {
            let colon = lang.text("list.colon");
            words = format!("{words}；{}{colon}{}", lang.text(field.key()), lang.text(outcome.key()));
        }
    }
    words
}

/// A fault in words: the field, and why.
pub fn said(lang: Lang, fault: &RowFault) -> String {
    let field = lang.text(&format!("import_field.{}", fault.field));
    let bound = fault.bound.iter().map(|bound| ("bound", bound.clone()));
    let why = lang.with(&fault.key, bound.chain(args(lang, fault)));
    format!("{field}{}{why}", lang.text("list.colon"))
}

/// What the text of a refusal names: in English by the names of `…_en`, where there are.
fn args(lang: Lang, fault: &RowFault) -> impl Iterator<Item = (&str, String)> {
    let plain = fault.args.iter().filter(|(name, _)| !name.ends_with("_en"));
    plain.map(move |(name, value)| {
        let english = fault.args.iter().find(|(other, _)| other.strip_suffix("_en") == Some(name));
        match english {
            Some((_, value)) if lang == Lang::En => (name.as_str(), value.clone()),
            _ => (name.as_str(), value.clone()),
        }
    })
}

/// The kept file with the verdict of every row beside it. Pasted cells go back as text.
///
/// # Errors
/// `Internal` where a file that was read cannot be written.
pub fn with_verdicts(lang: Lang, import: &Import, file: KeptFile, rows: &[ImportRow]) -> Result<KeptFile> {
    let mapping = import.mapping();
    let broken = |fault: sheets::SheetFault| Error::internal(format!("a roster cannot be written back: {fault:?}"));
    let said: BTreeMap<u32, String> =
        rows.iter().filter_map(|row| Some((u32::try_from(row.row).ok()?, words(lang, row)))).collect();
    let head = (mapping.header > 0).then(|| (mapping.header, lang.text("import.verdict")));
    let bytes = match import.source {
        ImportSource::Workbook => {
            let column = mapping.columns.len();
            let patches: Vec<Patch> = said
                .into_iter()
                .chain(head)
                .map(|(row, text)| Patch { sheet: mapping.sheet, row, column, entered: Entered::Text(text) })
                .collect();
            sheets::patch(&file.bytes, &patches).map_err(broken)?
        }
        ImportSource::Text | ImportSource::Pasted => {
            let texts: BTreeMap<u32, String> = said.into_iter().chain(head).collect();
            sheets::append_column(&file.bytes, &texts).map_err(broken)?
        }
    };
    Ok(KeptFile { bytes, ..file })
}
