//! How a report's files are called in an address: `2.docx`, `2.xlsx` and `2.csv` for a version, `draft.docx` for the draft.

use rocket::request::FromParam;

pub(crate) struct FiledName {
    /// None for the draft.
    pub version: Option<i64>,
    pub ending: FiledEnding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FiledEnding {
    Csv,
    Xlsx,
    Docx,
}

impl<'a> FromParam<'a> for FiledName {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        let (name, ending) = param.split_once('.').ok_or(param)?;
        let ending = match ending {
            "csv" => FiledEnding::Csv,
            "xlsx" => FiledEnding::Xlsx,
            "docx" => FiledEnding::Docx,
            _ => return Err(param),
        };
        let version = match name {
            "draft" => None,
            number => Some(number.parse::<i64>().map_err(|_| param)?),
        };
        Ok(Self { version, ending })
    }
}
