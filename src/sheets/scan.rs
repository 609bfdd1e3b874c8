//! A look at XML as it is inflated, byte by byte, which keeps no more of it than one tag: whether reading it can do harm.
//!
//! It understands less than XML, and what it does not understand it refuses: so a parser that comes after it, and that is more
//! lenient, sees no other tags than it has seen.

use super::SheetFault;

/// Bytes of a tag with its attributes.
const MAX_TAG: usize = 256 << 10;

/// Bytes of a cell's text in all its pieces, of a comment, of a piece of text between two tags.
const MAX_PIECE: usize = 1 << 20;

const MAX_DEPTH: usize = 64;

/// Shared texts: fifty thousand rows with eight that occur once each.
const MAX_STRINGS: usize = 400_000;

/// Of what a reader of workbooks keeps a record each: styles, sheets, names, relationships.
const MAX_RECORDS: usize = 70_000;

const RECORDS: [&str; 9] =
    ["xf", "font", "fill", "border", "numFmt", "sheet", "definedName", "Relationship", "cellStyle"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Text,
    Tag,
    Quotes(u8),
    Comment,
    CData,
    Instruction,
}

/// What has been seen of a part.
pub(super) struct XmlScan {
    inside: Inside,
    /// The tag that has begun, without its brackets.
    tag: Vec<u8>,
    /// Bytes of the text, comment or instruction so far.
    run: usize,
    /// Bytes of text since a cell, a shared text or a paragraph began.
    piece: usize,
    /// The two bytes before this one.
    tail: [u8; 2],
    depth: usize,
    strings: usize,
    records: usize,
}

impl XmlScan {
    pub(super) fn new() -> Self {
        Self { inside: Inside::Text, tag: Vec::new(), run: 0, piece: 0, tail: [0; 2], depth: 0, strings: 0, records: 0 }
    }

    /// # Errors
    /// What reading on could do harm by.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Result<(), SheetFault> {
        for byte in bytes {
            self.step(*byte)?;
        }
        Ok(())
    }

    /// # Errors
    /// `Broken` where something has begun and not ended.
    pub(super) fn finish(&self) -> Result<(), SheetFault> {
        if self.inside == Inside::Text && self.depth == 0 { Ok(()) } else { Err(SheetFault::Broken) }
    }

    fn step(&mut self, byte: u8) -> Result<(), SheetFault> {
        match (self.inside, byte) {
            // XML has none, but in UTF-16, which a reader might understand and we do not.
            (_, 0) => return Err(SheetFault::Broken),
            (Inside::Text, b'<') => self.begin(Inside::Tag),
            (Inside::Text, _) => self.count(true)?,
            (Inside::Tag, b'<') | (Inside::Quotes(_), b'<') => return Err(SheetFault::Broken),
            (Inside::Tag, b'>') => {
                self.inside = Inside::Text;
                self.run = 0;
                self.ended()?;
            }
            (Inside::Tag, byte) => {
                self.push(byte)?;
                self.opening(byte)?;
            }
            (Inside::Quotes(quote), byte) => {
                self.push(byte)?;
                if byte == quote {
                    self.inside = Inside::Tag;
                }
            }
            (Inside::Comment, b'>') if self.run >= 2 && self.tail == *b"--" => self.begin(Inside::Text),
            (Inside::CData, b'>') if self.run >= 2 && self.tail == *b"]]" => self.begin(Inside::Text),
            (Inside::Instruction, b'>') if self.run >= 1 && self.tail[1] == b'?' => {
                let is_declaration = self.tag.starts_with(b"?xml ");
                if is_declaration && !is_utf8(&self.tag) {
                    return Err(SheetFault::Encoding);
                }
                self.begin(Inside::Text);
            }
            // What others might take for an end already.
            (Inside::Comment, b'>') if self.run < 2 => return Err(SheetFault::Broken),
            (Inside::Instruction, b'>') => return Err(SheetFault::Broken),
            (Inside::Instruction, byte) => {
                self.push(byte)?;
                self.count(false)?;
            }
            (Inside::Comment, _) => self.count(false)?,
            (Inside::CData, _) => self.count(true)?,
        }
        self.tail = [self.tail[1], byte];
        Ok(())
    }

    fn begin(&mut self, inside: Inside) {
        self.inside = inside;
        self.run = 0;
        self.tag.clear();
    }

    fn push(&mut self, byte: u8) -> Result<(), SheetFault> {
        self.tag.push(byte);
        if self.tag.len() > MAX_TAG { Err(SheetFault::Broken) } else { Ok(()) }
    }

    fn count(&mut self, is_text: bool) -> Result<(), SheetFault> {
        self.run += 1;
        self.piece += usize::from(is_text);
        if self.run > MAX_PIECE || self.piece > MAX_PIECE { Err(SheetFault::CellTooLong) } else { Ok(()) }
    }

    /// What has begun, now that this byte is there.
    fn opening(&mut self, byte: u8) -> Result<(), SheetFault> {
        match self.tag.as_slice() {
            b"?" => self.inside = Inside::Instruction,
            b"!--" => self.begin(Inside::Comment),
            b"![CDATA[" => self.begin(Inside::CData),
            tag if tag[0] == b'!' && !b"!--".starts_with(tag) && !b"![CDATA[".starts_with(tag) => {
                // A document type: entities, and files from elsewhere.
                return Err(SheetFault::Broken);
            }
            _ if byte == b'"' || byte == b'\'' => self.inside = Inside::Quotes(byte),
            _ => {}
        }
        Ok(())
    }

    fn ended(&mut self) -> Result<(), SheetFault> {
        let (is_end, tag) = match self.tag.as_slice() {
            [b'/', tag @ ..] => (true, tag),
            tag => (false, tag),
        };
        let is_whole = tag.ends_with(b"/");
        let name = tag.split(|byte| byte.is_ascii_whitespace() || *byte == b'/').next().unwrap_or_default();
        let name = name.rsplit(|byte| *byte == b':').next().unwrap_or_default();
        let name = std::str::from_utf8(name).map_err(|_| SheetFault::Broken)?;
        if name.is_empty() {
            return Err(SheetFault::Broken);
        }
        if is_end {
            self.depth = self.depth.checked_sub(1).ok_or(SheetFault::Broken)?;
            return Ok(());
        }
        self.depth += usize::from(!is_whole);
        if self.depth > MAX_DEPTH {
            return Err(SheetFault::Broken);
        }
        match name {
            "si" => {
                self.strings += 1;
                self.piece = 0;
            }
            "c" | "row" | "comment" | "p" => self.piece = 0,
            // A reader makes room for so many at once.
            "sst" if number_of(tag, b"uniqueCount").is_some_and(|count| count > MAX_STRINGS) => {
                return Err(SheetFault::TooMuchText);
            }
            name => self.records += usize::from(RECORDS.contains(&name)),
        }
        if self.strings > MAX_STRINGS {
            Err(SheetFault::TooMuchText)
        } else if self.records > MAX_RECORDS {
            Err(SheetFault::Broken)
        } else {
            Ok(())
        }
    }
}

fn is_utf8(declaration: &[u8]) -> bool {
    let text = String::from_utf8_lossy(declaration).to_ascii_lowercase();
    text.split_once("encoding").is_none_or(|(_, rest)| rest.contains("utf-8"))
}

/// An attribute's number; one that is too large for a number is the largest.
fn number_of(tag: &[u8], name: &[u8]) -> Option<usize> {
    let at = tag.windows(name.len()).position(|window| window == name)? + name.len();
    let digits = tag[at..].iter().skip_while(|byte| !byte.is_ascii_digit()).take_while(|byte| byte.is_ascii_digit());
    let digits: String = digits.map(|byte| char::from(*byte)).collect();
    (!digits.is_empty()).then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scanned(xml: &str) -> Result<(), SheetFault> {
        let mut scan = XmlScan::new();
        // In pieces, as they come out of the file.
        xml.as_bytes().chunks(3).try_for_each(|chunk| scan.feed(chunk))?;
        scan.finish()
    }

    #[test]
    fn well_formed_xml_passes() {
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- a > b --><x:a b=\"1 > 0\" c='\"'>t<![CDATA[<>]]]]>\
                   <b/><c /></x:a>\n";
        assert_eq!(scanned(xml), Ok(()));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for xml in [
            "<!DOCTYPE a [<!ENTITY b \"c\">]><a/>",
            "<!doctype a><a/>",
            "<!--><a/>-->",
            "<!---><a/>-->",
            "<?><a/>?>",
            "<a b='<c>'/>",
            "<a",
            "<a>",
            "</a>",
            "<a></a></a>",
            "<>",
            "<a>\0</a>",
            "<![cdata[<a/>]]>",
        ] {
            assert_eq!(scanned(xml), Err(SheetFault::Broken), "{xml}");
        }
        assert_eq!(scanned("<?xml version='1.0' encoding='utf-16'?><a/>"), Err(SheetFault::Encoding));
    }

    #[test]
    fn so_much_and_no_more() {
        let deep = |depth: usize| "<a>".repeat(depth) + &"</a>".repeat(depth);
        assert_eq!((scanned(&deep(MAX_DEPTH)), scanned(&deep(MAX_DEPTH + 1))), (Ok(()), Err(SheetFault::Broken)));
        let rooms = |count: &str| scanned(&format!("<sst count=\"1\" uniqueCount=\"{count}\"></sst>"));
        assert_eq!(rooms("400000"), Ok(()));
        assert_eq!(rooms("99999999999999999999999"), Err(SheetFault::TooMuchText));
        let long = "字".repeat(MAX_PIECE / 6 + 1);
        assert_eq!(scanned(&format!("<si><t>{long}</t></si><si><t>{long}</t></si>")), Ok(()));
        assert_eq!(scanned(&format!("<si><t>{long}</t><t>{long}</t></si>")), Err(SheetFault::CellTooLong));
    }
}
