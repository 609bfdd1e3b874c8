//! Writing into cells of a workbook that is somebody else's: every part but the sheets written to stays as it is byte for byte,
//! and so does all of those sheets but the cells, their rows' ends, and the area that the sheet says it has.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::package::{Package, attribute};
use super::places::{COLUMNS, LAST_ROW, escaped, name_of, place_of};
use super::{MAX_BYTES, MAX_CELL_CHARS, SheetFault};

/// What is written into a cell. It keeps the cell's format.
#[derive(Clone, Debug, PartialEq)]
pub enum Entered {
    /// Never a formula, whatever it begins with.
    Text(String),
    /// For forms that go on calculating with it.
    Number(f64),
}

/// A cell to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    /// The sheet's place in the book.
    pub sheet: usize,
    /// As the sheet counts: the first is 1.
    pub row: u32,
    /// The cell's place in its row: column A is 0.
    pub column: usize,
    pub entered: Entered,
}

/// A sheet's cells to be written, by row and column.
type ToWrite<'a> = BTreeMap<u32, BTreeMap<usize, &'a Entered>>;

/// The workbook with these cells written. Of two for one cell the later one holds. Formulas keep what they came to last, until
/// the workbook is opened by a program that calculates.
///
/// # Errors
/// `NoSuchPlace` for a sheet that is not there, a place outside of it or a number that is none, `Formula` for a cell that holds one (others may refer
/// to it), `CellTooLong`; and as [`super::read`]'s.
pub fn patch(bytes: &[u8], patches: &[Patch]) -> Result<Vec<u8>, SheetFault> {
    patch_and_put(bytes, patches, &BTreeMap::new())
}

/// As [`patch`], with the text of some parts that are no sheets put in the place of what they hold.
///
/// # Errors
/// As [`patch`].
pub(super) fn patch_and_put(
    bytes: &[u8],
    patches: &[Patch],
    put: &BTreeMap<String, String>,
) -> Result<Vec<u8>, SheetFault> {
    if bytes.len() > MAX_BYTES {
        return Err(SheetFault::TooLarge);
    }
    let mut package = Package::open(bytes)?;
    let mut by_part: BTreeMap<String, ToWrite<'_>> = BTreeMap::new();
    for patch in patches {
        let part = package.sheets.get(patch.sheet).and_then(|(_, part)| part.clone()).ok_or(SheetFault::NoSuchPlace)?;
        if patch.row == 0 || patch.row > LAST_ROW || patch.column >= COLUMNS {
            return Err(SheetFault::NoSuchPlace);
        }
        match &patch.entered {
            Entered::Text(text) if text.chars().count() > MAX_CELL_CHARS => return Err(SheetFault::CellTooLong),
            Entered::Number(number) if !number.is_finite() => return Err(SheetFault::NoSuchPlace),
            _ => {}
        }
        by_part.entry(part).or_default().entry(patch.row).or_default().insert(patch.column, &patch.entered);
    }
    let mut writer = ZipWriter::new(Cursor::new(Vec::with_capacity(bytes.len() + (64 << 10))));
    for number in 0..package.archive.len() {
        let part = package.archive.by_index_raw(number).map_err(|_| SheetFault::Broken)?;
        let name = part.name().map_err(|_| SheetFault::Broken)?.into_owned();
        let (wanted, whole) = (by_part.remove(&name), put.get(&name));
        if wanted.is_none() && whole.is_none() {
            writer.raw_copy_file(part).map_err(|_| SheetFault::Broken)?;
            continue;
        }
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let options = options.last_modified_time(part.last_modified().unwrap_or_default());
        drop(part);
        let xml = package.text(&name)?;
        writer.start_file(name, options).map_err(|_| SheetFault::Broken)?;
        match wanted {
            Some(wanted) => SheetWriter::new(&xml, wanted, &mut writer)?.run()?,
            None => writer.write_all(whole.unwrap_or(&xml).as_bytes()).map_err(|_| SheetFault::Broken)?,
        }
    }
    if !by_part.is_empty() {
        return Err(SheetFault::Broken);
    }
    Ok(writer.finish().map_err(|_| SheetFault::Broken)?.into_inner())
}

/// Copies a sheet's XML, and writes what is wanted where it belongs.
struct SheetWriter<'x, 'p, W> {
    xml: &'x str,
    reader: Reader<&'x [u8]>,
    /// So far it is copied.
    copied: usize,
    wanted: ToWrite<'p>,
    /// The row and column after the last that is wanted.
    reach: (u32, usize),
    /// The prefix of the sheet's own names, with its colon.
    prefix: String,
    to: W,
}

impl<'x, 'p, W: Write> SheetWriter<'x, 'p, W> {
    fn new(xml: &'x str, wanted: ToWrite<'p>, to: W) -> Result<Self, SheetFault> {
        let last_row = wanted.keys().next_back().copied().unwrap_or(0);
        let last_column = wanted.values().filter_map(|cells| cells.keys().next_back().copied()).max().unwrap_or(0);
        let mut reader = Reader::from_str(xml);
        reader.config_mut().check_end_names = false;
        Ok(Self { xml, reader, copied: 0, wanted, reach: (last_row, last_column), prefix: String::new(), to })
    }

    fn place(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX).min(self.xml.len())
    }

    /// The next event, and where it begins.
    fn next(&mut self) -> Result<(usize, Event<'x>), SheetFault> {
        let from = self.place();
        match self.reader.read_event().map_err(|_| SheetFault::Broken)? {
            Event::Eof => Err(SheetFault::Broken),
            event => Ok((from, event)),
        }
    }

    fn put(&mut self, text: &str) -> Result<(), SheetFault> {
        self.to.write_all(text.as_bytes()).map_err(|_| SheetFault::Broken)
    }

    /// Copies what has not been copied before `to`.
    fn copy_to(&mut self, to: usize) -> Result<(), SheetFault> {
        let text = self.xml.get(self.copied..to).ok_or(SheetFault::Broken)?;
        self.copied = to;
        self.put(text)
    }

    fn run(mut self) -> Result<(), SheetFault> {
        loop {
            let (from, event) = self.next()?;
            match event {
                Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "dimension" => {
                    self.widen(from, &tag)?;
                }
                Event::Start(tag) if tag.local_name().as_ref() == "sheetData" => {
                    self.prefix = prefix(&tag);
                    self.rows()?;
                    break;
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "sheetData" => {
                    self.prefix = prefix(&tag);
                    self.copy_to(from)?;
                    self.copied = self.place();
                    self.put(&format!("<{}>", tag.name().as_ref()))?;
                    self.rows_before(u32::MAX)?;
                    self.put(&format!("</{}>", tag.name().as_ref()))?;
                    break;
                }
                _ => {}
            }
        }
        self.copy_to(self.xml.len())
    }

    /// The area that the sheet says it has, with what is written.
    fn widen(&mut self, from: usize, tag: &BytesStart<'_>) -> Result<(), SheetFault> {
        let Some(area) = attribute(tag, "ref") else { return Ok(()) };
        let (first, last) = area.split_once(':').unwrap_or((&area, &area));
        let (Some(first), Some(last)) = (place_of(first), place_of(last)) else { return Ok(()) };
        let rows = self.wanted.keys().next().copied().unwrap_or(first.0);
        let columns = self.wanted.values().filter_map(|cells| cells.keys().next().copied()).min().unwrap_or(first.1);
        let first = (first.0.min(rows), first.1.min(columns));
        let last = (last.0.max(self.reach.0), last.1.max(self.reach.1));
        let wide = format!("\"{}:{}\"", name_of(first.0, first.1), name_of(last.0, last.1));
        self.copy_to(from)?;
        let to = self.place();
        let text = self.xml.get(from..to).ok_or(SheetFault::Broken)?;
        self.put(&text.replacen(&format!("\"{area}\""), &wide, 1))?;
        self.copied = to;
        Ok(())
    }

    /// All rows, from behind `<sheetData>` to before its end.
    fn rows(&mut self) -> Result<(), SheetFault> {
        let mut last = 0;
        loop {
            let (from, event) = self.next()?;
            match event {
                Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                    last = after(last, number(&tag))?;
                    self.copy_to(from)?;
                    self.rows_before(last)?;
                    match self.wanted.remove(&last) {
                        Some(cells) => {
                            self.row_head(from, &tag)?;
                            self.cells(last, cells)?;
                        }
                        None => self.skip("row")?,
                    }
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "row" => {
                    last = after(last, number(&tag))?;
                    self.copy_to(from)?;
                    self.rows_before(last)?;
                    if let Some(cells) = self.wanted.remove(&last) {
                        self.row_head(from, &tag)?;
                        self.new_cells(last, cells)?;
                        self.put(&format!("</{}>", tag.name().as_ref()))?;
                    }
                }
                Event::End(tag) if tag.local_name().as_ref() == "sheetData" => {
                    self.copy_to(from)?;
                    return self.rows_before(u32::MAX);
                }
                _ => {}
            }
        }
    }

    /// Reads to behind the end of what has begun.
    fn skip(&mut self, name: &str) -> Result<(), SheetFault> {
        loop {
            if let (_, Event::End(tag)) = self.next()?
                && tag.local_name().as_ref() == name
            {
                return Ok(());
            }
        }
    }

    /// The rows that are not there, before one that is.
    fn rows_before(&mut self, row: u32) -> Result<(), SheetFault> {
        let after = self.wanted.split_off(&row);
        for (row, cells) in std::mem::replace(&mut self.wanted, after) {
            self.put(&format!("<{}row r=\"{row}\">", self.prefix))?;
            self.new_cells(row, cells)?;
            self.put(&format!("</{}row>", self.prefix))?;
        }
        Ok(())
    }

    /// A row's tag as it was, but open, and without the hint of which columns it has, which may not hold any more.
    fn row_head(&mut self, from: usize, tag: &BytesStart<'_>) -> Result<(), SheetFault> {
        let to = self.place();
        let text = self.xml.get(from..to).ok_or(SheetFault::Broken)?;
        let open = text.trim_end_matches('>').trim_end_matches('/').trim_end();
        let open = match attribute(tag, "spans") {
            Some(spans) => open.replacen(&format!(" spans=\"{spans}\""), "", 1),
            None => open.to_owned(),
        };
        self.copied = to;
        self.put(&format!("{open}>"))
    }

    fn new_cells(&mut self, row: u32, cells: BTreeMap<usize, &Entered>) -> Result<(), SheetFault> {
        cells.into_iter().try_for_each(|(column, entered)| self.cell(row, column, None, entered))
    }

    /// The cells of a row that is there, to behind its end.
    fn cells(&mut self, row: u32, mut wanted: BTreeMap<usize, &Entered>) -> Result<(), SheetFault> {
        let mut next = 0;
        loop {
            let (from, event) = self.next()?;
            let (tag, is_whole) = match event {
                Event::Start(tag) if tag.local_name().as_ref() == "c" => (tag, false),
                Event::Empty(tag) if tag.local_name().as_ref() == "c" => (tag, true),
                Event::End(tag) if tag.local_name().as_ref() == "row" => {
                    self.copy_to(from)?;
                    return self.new_cells(row, wanted);
                }
                _ => continue,
            };
            let column = match attribute(&tag, "r") {
                Some(name) => place_of(&name).filter(|place| *place >= (row, next) && place.0 == row),
                None => Some((row, next)),
            };
            let (_, column) = column.ok_or(SheetFault::Broken)?;
            next = column + 1;
            self.copy_to(from)?;
            let after = wanted.split_off(&column);
            self.new_cells(row, std::mem::replace(&mut wanted, after))?;
            let entered = wanted.remove(&column);
            if !is_whole {
                self.old_cell(entered.is_some())?;
            }
            if let Some(entered) = entered {
                self.copied = self.place();
                self.cell(row, column, attribute(&tag, "s").as_deref(), entered)?;
            }
        }
    }

    /// Reads to behind a cell's end; one that is written over has no formula.
    fn old_cell(&mut self, is_written: bool) -> Result<(), SheetFault> {
        loop {
            match self.next()?.1 {
                Event::Start(tag) | Event::Empty(tag) if is_written && tag.local_name().as_ref() == "f" => {
                    return Err(SheetFault::Formula);
                }
                Event::End(tag) if tag.local_name().as_ref() == "c" => return Ok(()),
                _ => {}
            }
        }
    }

    fn cell(&mut self, row: u32, column: usize, format: Option<&str>, entered: &Entered) -> Result<(), SheetFault> {
        let (at, p) = (name_of(row, column), self.prefix.clone());
        let format = format.map(|format| format!(" s=\"{format}\"")).unwrap_or_default();
        self.put(&match entered {
            Entered::Number(number) => format!("<{p}c r=\"{at}\"{format}><{p}v>{number}</{p}v></{p}c>"),
            Entered::Text(text) => format!(
                "<{p}c r=\"{at}\"{format} t=\"inlineStr\"><{p}is><{p}t xml:space=\"preserve\">{}</{p}t></{p}is></{p}c>",
                escaped(text)
            ),
        })
    }
}

fn prefix(tag: &BytesStart<'_>) -> String {
    tag.name().as_ref().rsplit_once(':').map(|(prefix, _)| format!("{prefix}:")).unwrap_or_default()
}

/// The number of the row after `last`. Rows stand in order: where they do not, nobody knows which of two is meant.
fn after(last: u32, number: Option<u32>) -> Result<u32, SheetFault> {
    let number = number.unwrap_or(last.saturating_add(1));
    if number > last { Ok(number) } else { Err(SheetFault::Broken) }
}

/// A row's number, where it says one.
fn number(tag: &BytesStart<'_>) -> Option<u32> {
    attribute(tag, "r")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use zip::ZipArchive;

    use super::super::{SheetCell, read};
    use super::*;

    const ROSTER: &[u8] = include_bytes!("../../tests/samples/roster.xlsx");
    const FORM: &[u8] = include_bytes!("../../tests/samples/purchaser-form.xlsx");

    fn text(sheet: usize, row: u32, column: usize, text: &str) -> Patch {
        Patch { sheet, row, column, entered: Entered::Text(text.to_owned()) }
    }

    /// Each part as it lies in the file, packed, and its text.
    fn parts(bytes: &[u8]) -> Vec<(String, u32, Vec<u8>, Vec<u8>)> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        (0..archive.len())
            .map(|number| {
                let (mut packed, mut unpacked) = (Vec::new(), Vec::new());
                archive.by_index_raw(number).unwrap().read_to_end(&mut packed).unwrap();
                let mut part = archive.by_index(number).unwrap();
                part.read_to_end(&mut unpacked).unwrap();
                (part.name().unwrap().into_owned(), part.crc32(), packed, unpacked)
            })
            .collect()
    }

    /// The sheet's XML after patching; all other parts are as before.
    fn patched(bytes: &[u8], patches: &[Patch]) -> (Vec<u8>, String) {
        let file = patch(bytes, patches).unwrap();
        let mut xml = String::new();
        let (before, after) = (parts(bytes), parts(&file));
        assert_eq!(before.len(), after.len());
        for (before, after) in before.into_iter().zip(after) {
            if before.0 == "xl/worksheets/sheet1.xml" {
                assert_eq!(before.0, after.0);
                xml = String::from_utf8(after.3).unwrap();
            } else {
                assert!(before == after, "{} has changed", before.0);
            }
        }
        (file, xml)
    }

    fn shown(bytes: &[u8], row: u32, column: usize) -> String {
        let rows = &read(bytes).unwrap().sheets[0].rows;
        let row = rows.iter().find(|found| found.number == row).unwrap();
        row.cells.get(column).map(SheetCell::shown).unwrap_or_default()
    }

    #[test]
    fn a_roster_gets_its_verdicts_and_keeps_the_rest() {
        let before = read(ROSTER).unwrap();
        let width = before.sheets[0].width();
        let (file, xml) = patched(
            ROSTER,
            &[
                text(0, 3, width, "结果"),
                text(0, 5, width, "号码 <有误> & \"请核对\" _x000A_\n= 1"),
                text(0, 7, 3, "1990-12-22"),
                text(0, 130, width, "共 127 行"),
            ],
        );
        assert_eq!(shown(&file, 3, width), "结果");
        assert_eq!(shown(&file, 5, width), "号码 <有误> & \"请核对\" _x000A_\n= 1");
        assert_eq!(shown(&file, 130, width), "共 127 行");
        assert!(xml.contains("<dimension ref=\"A1:J130\" />"), "the area has grown");
        let mut after = read(&file).unwrap();
        after.sheets[0].rows.retain(|row| row.number != 130);
        for row in &mut after.sheets[0].rows {
            row.cells.truncate(width);
            while row.cells.last().is_some_and(SheetCell::is_empty) {
                row.cells.pop();
            }
        }
        assert_eq!(after, before);
    }

    #[test]
    fn a_form_is_filled_and_keeps_its_looks() {
        let number = |row, number| Patch { sheet: 0, row, column: 3, entered: Entered::Number(number) };
        let (file, xml) = patched(FORM, &[number(5, 12.0), number(18, 7.5), text(0, 2, 3, "2026年3月")]);
        assert!(xml.contains("<c r=\"D5\" s=\"4\"><v>12</v></c>"));
        assert!(xml.contains("<c r=\"D18\" s=\"5\"><v>7.5</v></c>"));
        assert_eq!((shown(&file, 5, 3), shown(&file, 2, 3)), ("12".to_owned(), "2026年3月".to_owned()));
        let original =
            String::from_utf8(parts(FORM).into_iter().find(|part| part.0.ends_with("sheet1.xml")).unwrap().3);
        let (original, rest) = (original.unwrap(), xml.split_once("</sheetData>").unwrap().1);
        assert_eq!(rest, original.split_once("</sheetData>").unwrap().1, "merged cells, the chart, the margins");
        assert_eq!(patch(FORM, &[number(19, 1.0)]), Err(SheetFault::Formula));
    }

    #[test]
    fn rows_and_cells_stand_in_order_whatever_the_sheet_looks_like() {
        let written = |xml: &str, places: &[(u32, usize)]| {
            let one = Entered::Number(1.0);
            let mut wanted: ToWrite<'_> = BTreeMap::new();
            for (row, column) in places {
                wanted.entry(*row).or_default().insert(*column, &one);
            }
            let mut made = Vec::new();
            SheetWriter::new(xml, wanted, &mut made).unwrap().run().map(|()| String::from_utf8(made).unwrap())
        };
        let cell = |name: &str| format!("<c r=\"{name}\"><v>1</v></c>");
        assert_eq!(
            written("<w><sheetData/><x/></w>", &[(2, 1), (2, 0)]).unwrap(),
            format!("<w><sheetData><row r=\"2\">{}{}</row></sheetData><x/></w>", cell("A2"), cell("B2"))
        );
        assert_eq!(
            written(
                "<w><dimension ref=\"B2\"/><sheetData><row r=\"2\" spans=\"2:2\" ht=\"9\"/><row r='4'><c r='B4'/></row></sheetData></w>",
                &[(2, 27), (3, 0), (4, 0), (4, 1), (4, 2), (5, 0)]
            )
            .unwrap(),
            format!(
                "<w><dimension ref=\"A2:AB5\"/><sheetData><row r=\"2\" ht=\"9\">{}</row><row r=\"3\">{}</row>\
                 <row r='4'>{}{}{}</row><row r=\"5\">{}</row></sheetData></w>",
                cell("AB2"), cell("A3"), cell("A4"), cell("B4"), cell("C4"), cell("A5")
            )
        );
        // Rows and cells that do not say where they are, and names with a prefix.
        assert_eq!(
            written(
                "<x:w><x:sheetData><x:row><x:c/><x:c s=\"3\"><x:v>5</x:v></x:c></x:row></x:sheetData></x:w>",
                &[(1, 1)]
            )
            .unwrap(),
            "<x:w><x:sheetData><x:row><x:c/><x:c r=\"B1\" s=\"3\"><x:v>1</x:v></x:c></x:row></x:sheetData></x:w>"
        );
        for broken in [
            "<w/>",
            "<w><sheetData><row r=\"3\"/><row r=\"2\"/></sheetData></w>",
            "<w><sheetData><row r=\"1\"><c r=\"B2\"/></row></sheetData></w>",
            "<w><sheetData><row r=\"1\"><c r=\"B1\"/><c r=\"A1\"/></row></sheetData></w>",
        ] {
            assert_eq!(written(broken, &[(1, 1)]), Err(SheetFault::Broken), "{broken}");
        }
    }

    #[test]
    fn there_is_no_place_outside_of_the_sheet() {
        for (sheet, row, column) in [(9, 1, 0), (0, 0, 0), (0, LAST_ROW + 1, 0), (0, 1, COLUMNS)] {
            assert_eq!(patch(ROSTER, &[text(sheet, row, column, "")]), Err(SheetFault::NoSuchPlace));
        }
    }
}
