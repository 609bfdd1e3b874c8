//! A form of a page, or a body of the API.

/// A form as it is filled in well: who sends it, whereto, its fields, and which of them are a line of text, or a text.
pub(super) struct Form {
    pub(super) who: &'static str,
    pub(super) path: &'static str,
    pub(super) fields: &'static [(&'static str, &'static str)],
    pub(super) lines: &'static [&'static str],
    pub(super) texts: &'static [&'static str],
}

pub(super) const fn form(
    who: &'static str,
    path: &'static str,
    fields: &'static [(&'static str, &'static str)],
    lines: &'static [&'static str],
    texts: &'static [&'static str],
) -> Form {
    Form { who, path, fields, lines, texts }
}
