//! How a report's files are called in an address: `2.docx`, `2.xlsx` and `2.csv` for a version, `draft.docx` for the draft; of a version alone
//! `2.json`, `2.canonical.json` and `2.texts.json`.

use rocket::request::FromParam;

use super::proof_files::ProofFile;

pub(crate) enum FiledName {
    /// None for the draft.
    Paper(Option<i64>, FiledEnding),
    Proof(i64, ProofFile),
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
        let number = match name {
            "draft" => None,
            number => Some(number.parse::<i64>().map_err(|_| param)?),
        };
        let proof = |which| number.map(|number| Self::Proof(number, which)).ok_or(param);
        match ending {
            "csv" => Ok(Self::Paper(number, FiledEnding::Csv)),
            "xlsx" => Ok(Self::Paper(number, FiledEnding::Xlsx)),
            "docx" => Ok(Self::Paper(number, FiledEnding::Docx)),
            "json" => proof(ProofFile::Version),
            "canonical.json" => proof(ProofFile::Text),
            "texts.json" => proof(ProofFile::Words),
            _ => Err(param),
        }
    }
}
