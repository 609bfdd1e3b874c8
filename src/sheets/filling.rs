//! Filling somebody's own form: a workbook in which cells have names that begin with `linli.` gets values by what follows in
//! those names. It knows no figure, only names and values. Every part but the sheets that are filled stays byte for byte, and the
//! workbook is told to calculate when it is opened: what its formulas came to before was of other numbers.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::areas::{SheetLook, pointed_at};
use super::package::{Package, attribute};
use super::patch::{Entered, Patch, patch_and_put};
use super::{MAX_BYTES, SheetFault};
use crate::error::{Error, Refusal};

/// How the names of cells that are filled begin, in whatever case: a spreadsheet program knows none.
const PREFIX: &str = "linli.";

/// Names of ours in one form.
const MOST_NAMES: usize = 1_000;

/// Cells that all names of a form cover together.
pub(super) const MOST_CELLS: usize = 20_000;

/// What is filled in, by key.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FormValues(BTreeMap<String, Entered>);

impl FormValues {
    pub fn with(mut self, key: &str, value: Entered) -> Self {
        self.put(key, value);
        self
    }

    pub fn put(&mut self, key: &str, value: Entered) {
        self.0.insert(matching(key), value);
    }

    pub fn get(&self, key: &str) -> Option<&Entered> {
        self.0.get(&matching(key))
    }
}

/// A key as a cell's name can say it: a name holds letters, digits, dots and low lines, and is the same in whatever case.
fn matching(key: &str) -> String {
    let fits = |c: char| if c.is_alphanumeric() || matches!(c, '.' | '_') { c } else { '_' };
    key.to_lowercase().chars().map(fits).collect()
}

/// A name of ours in a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormName {
    /// As the form writes it: `linli.visits.elderly`.
    pub name: String,
    /// What follows, as keys are compared.
    pub key: String,
    /// Where it points: `月报表!D8`.
    pub place: String,
    /// The sheet's place in the book.
    sheet: usize,
    /// The cells that are filled, from top to bottom; more than one where the form has a row for each of several.
    cells: Vec<(u32, usize)>,
}

impl FormName {
    /// How many rows it has; one where it is a single cell, merged or not.
    pub fn rows(&self) -> usize {
        self.cells.len()
    }

    /// Whether it has a row for each of several.
    pub fn is_a_list(&self) -> bool {
        self.cells.len() > 1
    }
}

/// A form with values in it.
#[derive(Clone, Debug, PartialEq)]
pub struct FilledForm {
    pub bytes: Vec<u8>,
    /// Names that were filled, as the form writes them.
    pub filled: Vec<String>,
    /// Names for which there was no value: their cells stand as they were.
    pub unknown: Vec<String>,
}

/// Why a form is not read or not filled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FormFault {
    Sheet(SheetFault),
    /// It carries programs (.xlsm).
    Macros,
    TooManyNames,
    /// A name's cell is not there any more, or it points at several places.
    Nowhere {
        name: String,
    },
    /// A name covers cells that are neither one nor one below the other.
    Shape {
        name: String,
        place: String,
    },
    /// There is a formula in a cell that has a name of ours.
    Formula {
        name: String,
        place: String,
    },
    /// There are more to be filled in than a name has rows.
    TooFewRows {
        name: String,
        place: String,
        rows: usize,
        needed: usize,
    },
}

impl From<SheetFault> for FormFault {
    fn from(fault: SheetFault) -> Self {
        Self::Sheet(fault)
    }
}

impl FormFault {
    /// As the fault of the form's field in which the file was sent, or as a refusal that names the cell.
    pub fn in_field(self, field: &str) -> Error {
        let refusal = match self {
            Self::Sheet(fault) => return fault.in_field(field),
            Self::Macros => Refusal::new("form_macros"),
            Self::TooManyNames => Refusal::new("form_names").with("most", MOST_NAMES),
            Self::Nowhere { name } => Refusal::new("form_nowhere").with("name", name),
            Self::Shape { name, place } => Refusal::new("form_shape").with("name", name).with("place", place),
            Self::Formula { name, place } => Refusal::new("form_formula").with("name", name).with("place", place),
            Self::TooFewRows { name, place, rows, needed } => Refusal::new("form_rows")
                .with("name", name)
                .with("place", place)
                .with("rows", rows)
                .with("needed", needed),
        };
        refusal.into()
    }
}

/// The cells of a form that have names of ours, in the order of the names.
///
/// It keeps a core busy as [`super::read`] does: lend it a hand.
///
/// # Errors
/// What keeps it from being filled, whatever with.
pub fn named_cells(form: &[u8]) -> Result<Vec<FormName>, FormFault> {
    names(&mut opened(form)?)
}

/// The form with values in its named cells: of `whole` in single cells, of `rows`, in their order, in those that have a row for
/// each. A number keeps its cell's format; a text is never a formula. The rows that are left over stay as they are.
///
/// # Errors
/// As [`named_cells`]; `TooFewRows` where a name has fewer rows than there are.
pub fn fill(form: &[u8], whole: &FormValues, rows: &[FormValues]) -> Result<FilledForm, FormFault> {
    let mut package = opened(form)?;
    let (mut patches, mut filled, mut unknown) = (Vec::new(), Vec::new(), Vec::new());
    for name in names(&mut package)? {
        let values: Vec<Option<&Entered>> = match name.is_a_list() {
            true => rows.iter().map(|row| row.get(&name.key)).collect(),
            false => vec![whole.get(&name.key)],
        };
        if values.iter().all(Option::is_none) {
            unknown.push(name.name);
            continue;
        }
        if values.len() > name.cells.len() {
            let (rows, needed) = (name.cells.len(), values.len());
            return Err(FormFault::TooFewRows { name: name.name, place: name.place, rows, needed });
        }
        for ((row, column), value) in name.cells.iter().zip(values) {
            if let Some(value) = value {
                patches.push(Patch { sheet: name.sheet, row: *row, column: *column, entered: value.clone() });
            }
        }
        filled.push(name.name);
    }
    let workbook = package.workbook.clone();
    let mut put = BTreeMap::new();
    if let Some(text) = calculating(&package.text(&workbook)?)? {
        put.insert(workbook, text);
    }
    let bytes = if patches.is_empty() { form.to_vec() } else { patch_and_put(form, &patches, &put)? };
    Ok(FilledForm { bytes, filled, unknown })
}

fn opened(form: &[u8]) -> Result<Package<'_>, FormFault> {
    match form {
        [] => return Err(SheetFault::Empty.into()),
        bytes if bytes.len() > MAX_BYTES => return Err(SheetFault::TooLarge.into()),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(SheetFault::OldOrLocked.into()),
        [b'P', b'K', 3, 4, ..] => {}
        _ => return Err(SheetFault::NotAWorkbook.into()),
    }
    let mut package = Package::open(form)?;
    let kinds = package.text("[Content_Types].xml").map_err(|_| SheetFault::NotAWorkbook)?;
    if kinds.contains("macroEnabled") || kinds.contains("vbaProject") { Err(FormFault::Macros) } else { Ok(package) }
}

fn place_in(reader: &Reader<&[u8]>) -> usize {
    usize::try_from(reader.buffer_position()).unwrap_or(usize::MAX)
}

/// Every name of ours in the workbook's own part, and where it points.
fn defined(xml: &str) -> Result<Vec<(String, String)>, FormFault> {
    let mut reader = Reader::from_str(xml);
    let mut found: Vec<(String, String)> = Vec::new();
    let mut begun: Option<(String, usize)> = None;
    loop {
        let from = place_in(&reader);
        match reader.read_event().map_err(|_| SheetFault::Broken)? {
            Event::Start(tag) if tag.local_name().as_ref() == "definedName" => {
                begun = attribute(&tag, "name").map(|name| (name, place_in(&reader)));
            }
            Event::End(tag) if tag.local_name().as_ref() == "definedName" => {
                let Some((name, begins)) = begun.take() else { continue };
                if !name.get(..PREFIX.len()).is_some_and(|first| first.eq_ignore_ascii_case(PREFIX)) {
                    continue;
                }
                let text = xml.get(begins..from).ok_or(SheetFault::Broken)?;
                let text = quick_xml::escape::unescape(text).map_err(|_| SheetFault::Broken)?.into_owned();
                found.push((name, text));
                if found.len() > MOST_NAMES {
                    return Err(FormFault::TooManyNames);
                }
            }
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

fn names(package: &mut Package<'_>) -> Result<Vec<FormName>, FormFault> {
    let workbook = package.workbook.clone();
    let defined = defined(&package.text(&workbook)?)?;
    let mut looked: BTreeMap<usize, SheetLook> = BTreeMap::new();
    let (mut names, mut covered) = (Vec::new(), 0);
    for (name, text) in defined {
        let nowhere = || FormFault::Nowhere { name: name.clone() };
        let (called, area) = pointed_at(&text).ok_or_else(nowhere)?;
        let is_it = |(found, _): &(String, Option<String>)| found.to_lowercase() == called.to_lowercase();
        let sheet = package.sheets.iter().position(is_it).ok_or_else(nowhere)?;
        if let Entry::Vacant(vacant) = looked.entry(sheet) {
            let part = package.sheets.get(sheet).and_then(|(_, part)| part.clone()).ok_or_else(nowhere)?;
            vacant.insert(SheetLook::of(&package.text(&part)?)?);
        }
        let look = looked.get(&sheet).ok_or_else(nowhere)?;
        let place = format!("{called}!{}", area.shown());
        let Some(cells) = look.cells(&area) else { return Err(FormFault::Shape { name, place }) };
        covered += cells.len();
        if covered > MOST_CELLS {
            return Err(FormFault::Shape { name, place });
        }
        if cells.iter().any(|(row, column)| look.has_formula(*row, *column)) {
            return Err(FormFault::Formula { name, place });
        }
        let key = matching(name.get(PREFIX.len()..).unwrap_or_default());
        names.push(FormName { name, key, place, sheet, cells });
    }
    Ok(names)
}

/// The workbook's own part, told to calculate everything when it is opened; none where it says so already.
fn calculating(xml: &str) -> Result<Option<String>, SheetFault> {
    const WORD: &str = "fullCalcOnLoad";
    let mut reader = Reader::from_str(xml);
    let mut behind_names = None;
    loop {
        let from = place_in(&reader);
        match reader.read_event().map_err(|_| SheetFault::Broken)? {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "calcPr" => {
                let said = attribute(&tag, WORD);
                if said.as_deref().is_some_and(|said| said == "1" || said == "true") {
                    return Ok(None);
                }
                let to = place_in(&reader);
                let text = xml.get(from..to).ok_or(SheetFault::Broken)?;
                let changed = match text.find(WORD) {
                    Some(at) => with_one(text, at + WORD.len()).ok_or(SheetFault::Broken)?,
                    None => {
                        let full = tag.name();
                        let name: &str = full.as_ref();
                        let rest = text.get(1 + name.len()..).ok_or(SheetFault::Broken)?;
                        format!("<{name} {WORD}=\"1\"{rest}")
                    }
                };
                return Ok(Some(format!("{}{changed}{}", &xml[..from], &xml[to..])));
            }
            Event::End(tag) if tag.local_name().as_ref() == "definedNames" => {
                let full = tag.name();
                let name: &str = full.as_ref();
                let prefix = name.rsplit_once(':').map(|(prefix, _)| format!("{prefix}:")).unwrap_or_default();
                behind_names = Some((place_in(&reader), prefix));
            }
            Event::Eof => {
                return Ok(behind_names
                    .map(|(at, prefix)| format!("{}<{prefix}calcPr {WORD}=\"1\"/>{}", &xml[..at], &xml[at..])));
            }
            _ => {}
        }
    }
}

/// The tag with 1 as the value that begins behind `at`.
fn with_one(tag: &str, at: usize) -> Option<String> {
    let begins = at + tag.get(at..)?.find(['"', '\''])? + 1;
    let quote = tag.get(begins - 1..begins)?;
    let ends = begins + tag.get(begins..)?.find(quote)?;
    Some(format!("{}1{}", &tag[..begins], &tag[ends..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_is_told_to_calculate_once() {
        let told = |xml: &str| calculating(xml).unwrap();
        assert_eq!(told("<w><calcPr calcId=\"1\" fullCalcOnLoad=\"1\" /></w>"), None);
        assert_eq!(told("<w><calcPr fullCalcOnLoad='true'/></w>"), None);
        assert_eq!(
            told("<w><calcPr calcId=\"1\"/><x/></w>").unwrap(),
            "<w><calcPr fullCalcOnLoad=\"1\" calcId=\"1\"/><x/></w>"
        );
        assert_eq!(told("<w><calcPr fullCalcOnLoad=\"0\"/></w>").unwrap(), "<w><calcPr fullCalcOnLoad=\"1\"/></w>");
        assert_eq!(told("<w><calcPr fullCalcOnLoad='false'/></w>").unwrap(), "<w><calcPr fullCalcOnLoad='1'/></w>");
        assert_eq!(
            told("<x:w><x:definedNames></x:definedNames><x:y/></x:w>").unwrap(),
            "<x:w><x:definedNames></x:definedNames><x:calcPr fullCalcOnLoad=\"1\"/><x:y/></x:w>"
        );
    }

    #[test]
    fn keys_are_the_same_as_names_can_say_them() {
        let values = FormValues::default().with("persons.subgroup.Low-Income", Entered::Number(1.0));
        assert_eq!(values.get("persons.subgroup.low_income"), Some(&Entered::Number(1.0)));
        assert_eq!(values.get("persons"), None);
    }
}
