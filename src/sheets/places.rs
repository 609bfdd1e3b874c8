//! A cell's place by its name, and a text as a sheet's XML has it.

/// The rows and columns that a sheet may have: <https://support.microsoft.com/office/excel-specifications-and-limits>.
pub(super) const LAST_ROW: u32 = 1_048_576;
pub(super) const COLUMNS: usize = 16_384;

/// `B3` as row 3, column 1.
pub(super) fn place_of(name: &str) -> Option<(u32, usize)> {
    let name = name.replace('$', "");
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, digits) = name.split_at(digits);
    let mut column = 0;
    for letter in letters.bytes() {
        let letter = letter.to_ascii_uppercase();
        column = if letter.is_ascii_uppercase() { column * 26 + usize::from(letter - b'A') + 1 } else { return None };
        if column > COLUMNS {
            return None;
        }
    }
    Some((digits.parse().ok()?, column.checked_sub(1)?))
}

/// Row 3, column 1 as `B3`.
pub(super) fn name_of(row: u32, column: usize) -> String {
    let (mut letters, mut rest) = (Vec::new(), column + 1);
    while rest > 0 {
        letters.push(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(rest - 1) % 26]);
        rest = (rest - 1) / 26;
    }
    letters.reverse();
    format!("{}{row}", String::from_utf8_lossy(&letters))
}

/// A text as XML, without what XML cannot hold. What Excel would take for an escape of its own (`_x000A_`) is escaped.
pub(super) fn escaped(text: &str) -> String {
    let legal = |c: &char| *c >= ' ' && !matches!(*c, '\u{fffe}' | '\u{ffff}') || matches!(c, '\t' | '\n');
    let mut xml = String::with_capacity(text.len() + 16);
    let text: String = text.replace("\r\n", "\n").chars().filter(legal).collect();
    for (at, c) in text.char_indices() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '_' if is_escape(&text.as_bytes()[at..]) => xml.push_str("_x005F_"),
            c => xml.push(c),
        }
    }
    xml
}

fn is_escape(text: &[u8]) -> bool {
    matches!(text, [b'_', b'x', digits @ .., ] if digits.len() >= 5 && digits[4] == b'_' && digits[..4].iter().all(u8::is_ascii_hexdigit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_their_names() {
        for (name, place) in
            [("A1", (1, 0)), ("Z9", (9, 25)), ("AA10", (10, 26)), ("XFD1048576", (LAST_ROW, COLUMNS - 1))]
        {
            assert_eq!((name_of(place.0, place.1), place_of(name)), (name.to_owned(), Some(place)));
        }
        assert_eq!((place_of("1"), place_of("字1"), place_of("A"), place_of("AAAAAAAA1")), (None, None, None, None));
        assert_eq!(escaped("a<b>&\u{b}\"_x000A_ _x1"), "a&lt;b&gt;&amp;\"_x005F_x000A_ _x1");
    }
}
