//! A workbook's zip file: looked through once, within bounds, before anybody reads it.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};

use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::SheetFault;
use super::scan::XmlScan;

/// Bytes of all parts together, as they are found while inflating, not as the file says.
pub(super) const MAX_UNPACKED: usize = 60 << 20;

const MAX_PARTS: usize = 2_000;

/// Bytes of the parts that say which sheets there are.
const MAX_INDEX: u64 = 4 << 20;

/// A workbook that may be read.
pub(super) struct Package<'a> {
    pub(super) archive: ZipArchive<Cursor<&'a [u8]>>,
    /// The sheets' names and their parts', in the workbook's order. A chart that is a sheet has none.
    pub(super) sheets: Vec<(String, Option<String>)>,
    /// The part that lists the sheets.
    pub(super) workbook: String,
}

impl<'a> Package<'a> {
    /// # Errors
    /// Why it may not be read.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, SheetFault> {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| SheetFault::Broken)?;
        look_through(&mut archive)?;
        let (workbook, sheets) = sheets(&mut archive)?;
        Ok(Self { archive, sheets, workbook })
    }

    /// All of a part.
    ///
    /// # Errors
    /// `Broken` where it is not there or not UTF-8.
    pub(super) fn text(&mut self, part: &str) -> Result<String, SheetFault> {
        text(&mut self.archive, part, MAX_UNPACKED as u64)
    }
}

fn look_through(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(), SheetFault> {
    if archive.len() > MAX_PARTS || archive.has_duplicate_names() {
        return Err(SheetFault::Broken);
    }
    let (mut names, mut buffer) = (BTreeSet::new(), vec![0; 16 << 10]);
    let mut unpacked = 0;
    for number in 0..archive.len() {
        let mut part = archive.by_index(number).map_err(|_| SheetFault::Broken)?;
        let name = part.name().map_err(|_| SheetFault::Broken)?.replace('\\', "/").to_ascii_lowercase();
        // Two that a reader may take for one another.
        if !names.insert(name.trim_start_matches(['.', '/']).to_owned()) {
            return Err(SheetFault::Broken);
        }
        // Whatever is read as XML is called so: see `sheets`.
        let mut scan = (is_xml(&name) || name.ends_with(".rels")).then(XmlScan::new);
        loop {
            let read = part.read(&mut buffer).map_err(|_| SheetFault::Broken)?;
            if read == 0 {
                break;
            }
            unpacked += read;
            if unpacked > MAX_UNPACKED {
                return Err(SheetFault::Unpacked);
            }
            if let Some(scan) = &mut scan {
                scan.feed(&buffer[..read])?;
            }
        }
        scan.map_or(Ok(()), |scan| scan.finish())?;
    }
    Ok(())
}

fn text(archive: &mut ZipArchive<Cursor<&[u8]>>, name: &str, most: u64) -> Result<String, SheetFault> {
    let part = archive.by_name(name).map_err(|_| SheetFault::NotAWorkbook)?;
    let mut text = String::new();
    let read = part.take(most + 1).read_to_string(&mut text).map_err(|_| SheetFault::Broken)?;
    if read as u64 > most { Err(SheetFault::Broken) } else { Ok(text) }
}

/// The value of an attribute, whatever prefix its name has.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
}

/// Calls `each` for every tag that begins.
fn each_tag(xml: &str, mut each: impl FnMut(&str, &BytesStart<'_>)) -> Result<(), SheetFault> {
    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        match reader.read_event().map_err(|_| SheetFault::Broken)? {
            Event::Start(tag) | Event::Empty(tag) => each(tag.local_name().as_ref(), &tag),
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// A sheet's name, and its part.
type SheetPart = (String, Option<String>);

/// The part of the workbook, and which parts are the sheets. What calamine reads besides has fixed names that end in `.xml`, so all of it was looked
/// through; what a relationship names must, too.
fn sheets(archive: &mut ZipArchive<Cursor<&[u8]>>) -> Result<(String, Vec<SheetPart>), SheetFault> {
    let mut workbook = None;
    let package = text(archive, "_rels/.rels", MAX_INDEX)?;
    each_tag(&package, |_, tag| {
        if attribute(tag, "Type").is_some_and(|kind| kind.ends_with("/relationships/officeDocument")) {
            workbook = attribute(tag, "Target");
        }
    })?;
    let workbook = workbook.ok_or(SheetFault::NotAWorkbook)?;
    let workbook = workbook.trim_start_matches('/');
    let (folder, file) = workbook.rsplit_once('/').map_or(("", workbook), |(folder, file)| (folder, file));
    if !is_xml(file) {
        return Err(SheetFault::NotAWorkbook);
    }
    let within = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    let mut targets = Vec::new();
    each_tag(&text(archive, &within(&format!("_rels/{file}.rels")), MAX_INDEX)?, |_, tag| {
        targets.push((attribute(tag, "Id"), attribute(tag, "Type"), attribute(tag, "Target")));
    })?;
    let mut sheets = Vec::new();
    let mut is_workbook = false;
    each_tag(&text(archive, workbook, MAX_INDEX)?, |name, tag| {
        is_workbook |= name == "workbook";
        if name != "sheet" {
            return;
        }
        let id = attribute(tag, "id");
        let target = targets.iter().find(|(of, ..)| id.is_some() && *of == id);
        let part = target.and_then(|(_, kind, target)| {
            let target = target.as_ref().filter(|target| is_xml(target))?;
            let is_worksheet = kind.as_ref().is_some_and(|kind| kind.ends_with("/worksheet"));
            is_worksheet.then(|| target.strip_prefix('/').map_or_else(|| within(target), str::to_owned))
        });
        sheets.push((attribute(tag, "name").unwrap_or_default(), part));
    })?;
    if is_workbook { Ok((workbook.to_owned(), sheets)) } else { Err(SheetFault::NotAWorkbook) }
}

fn is_xml(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".xml")
}
