//! Whether a file may be kept: by what it holds, whatever it is called.

use super::{CheckedFile, FileFault, FileKind, MAX_BYTES, picture};

/// Characters of a name that are kept.
const NAME: usize = 100;

/// The file as it may be kept, if it is of one of the kinds. A picture is made anew, [`picture::SIDE`] pixels to its longer side
/// at most, upright, without what a camera writes into it (place, time, owner).
///
/// # Errors
/// Why it may not.
pub fn check(name: &str, bytes: Vec<u8>, kinds: &[FileKind]) -> Result<CheckedFile, FileFault> {
    match bytes.len() {
        0 => return Err(FileFault::Empty),
        length if length > MAX_BYTES => return Err(FileFault::TooLarge),
        _ => {}
    }
    let kind = kind_of(&bytes).filter(|kind| kinds.contains(kind)).ok_or(FileFault::WrongKind)?;
    let bytes = if kind.is_picture() { picture::anew(kind, &bytes)? } else { bytes };
    if bytes.len() > MAX_BYTES {
        return Err(FileFault::TooLarge);
    }
    Ok(CheckedFile { kind, name: clean(name, kind), bytes })
}

/// What it is by its first bytes, and a workbook by its list of parts, which is at the end.
fn kind_of(bytes: &[u8]) -> Option<FileKind> {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some(FileKind::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some(FileKind::Png),
        [b'%', b'P', b'D', b'F', b'-', ..] => Some(FileKind::Pdf),
        [b'P', b'K', 3, 4, ..] => {
            const WORKBOOK: &[u8] = b"xl/workbook.xml";
            let end = &bytes[bytes.len().saturating_sub(256 << 10)..];
            end.windows(WORKBOOK.len()).any(|part| part == WORKBOOK).then_some(FileKind::Xlsx)
        }
        bytes => is_text(bytes).then_some(FileKind::Text),
    }
}

/// Text in any encoding, but none that a browser might take for a page, and none of the formats that only begin as text.
fn is_text(bytes: &[u8]) -> bool {
    let is_utf16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let control = |byte: &u8| *byte < b' ' && !matches!(byte, b'\t' | b'\r' | b'\n');
    let is_markup = bytes.trim_ascii_start().starts_with(b"<") || bytes.starts_with(b"{\\rtf");
    let known = std::str::from_utf8(bytes).is_ok()
        || encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).is_some();
    is_utf16 || (!bytes.iter().any(control) && !is_markup && known)
}

/// A name without folders and what a header or a file system might take amiss, and with the ending of what it is.
fn clean(name: &str, kind: FileKind) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let fits = |other: &str| {
        ending.eq_ignore_ascii_case(other)
            || matches!((kind, ending), (FileKind::Jpeg, "jpeg") | (FileKind::Text, "txt"))
    };
    let ending = if fits(kind.ending()) { ending } else { kind.ending() };
    let odd = |c: char| c.is_control() || "\"*:<>?|;%".contains(c) || ('\u{202a}'..='\u{202e}').contains(&c);
    let stem: String = stem.chars().filter(|c| !odd(*c)).take(NAME).collect();
    let stem = stem.trim().trim_start_matches('.');
    format!("{}.{ending}", if stem.is_empty() { "file" } else { stem })
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROSTER: &[u8] = include_bytes!("../../tests/samples/roster.xlsx");
    const CSV: &[u8] = include_bytes!("../../tests/samples/roster-gb18030.csv");

    #[test]
    fn a_file_is_what_it_holds() {
        let kind = |bytes: &[u8]| check("a.exe", bytes.to_vec(), FileKind::ALL).map(|file| file.kind());
        assert_eq!(kind(ROSTER), Ok(FileKind::Xlsx));
        assert_eq!(kind(CSV), Ok(FileKind::Text));
        assert_eq!(kind("\u{feff}姓名,电话\r\n".as_bytes()), Ok(FileKind::Text));
        assert_eq!(kind(b"\xff\xfe\x61\0"), Ok(FileKind::Text));
        assert_eq!(kind(b"%PDF-1.7\n"), Ok(FileKind::Pdf));
        for other in
            [&b"<html>"[..], b" \n<svg/>", b"MZ\x90\0", b"GIF89a\x01\0", b"PK\x03\x04 word/document.xml", b"{\\rtf1}"]
        {
            assert_eq!(kind(other), Err(FileFault::WrongKind), "{other:?}");
        }
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n and no more"), Err(FileFault::Broken));
        assert_eq!(kind(b""), Err(FileFault::Empty));
        assert_eq!(kind(&vec![b'a'; MAX_BYTES + 1]), Err(FileFault::TooLarge));
        assert_eq!(check("a.pdf", b"%PDF-1.7\n".to_vec(), &[FileKind::Jpeg]), Err(FileFault::WrongKind));
    }

    #[test]
    fn a_name_is_kept_as_far_as_it_is_one() {
        for (name, kept) in [
            ("名册 3月.xlsx", "名册 3月.xlsx"),
            ("C:\\桌面\\名册.XLSX", "名册.XLSX"),
            ("../../etc/passwd", "passwd.xlsx"),
            ("a\"\r\nSet-Cookie: b.exe", "aSet-Cookie b.xlsx"),
            ("\u{202e}xslx.exe", "xslx.xlsx"),
            ("", "file.xlsx"),
        ] {
            assert_eq!(clean(name, FileKind::Xlsx), kept);
        }
        assert_eq!(clean("a.jpeg", FileKind::Jpeg), "a.jpeg");
        assert_eq!(clean(&"长".repeat(300), FileKind::Pdf).chars().count(), NAME + 4);
    }
}
