//! How a report's page and its files are called in an address: `2026-03` or another period, and `2026-03.csv`, `2026-03.xlsx` and
//! `2026-03.docx` for the files.

use rocket::request::FromParam;

use super::periods::ReportPeriod;

pub(crate) struct ReportName {
    pub period: ReportPeriod,
    pub format: ReportFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ReportFormat {
    Page,
    Csv,
    Xlsx,
    Docx,
}

impl<'a> FromParam<'a> for ReportName {
    type Error = &'a str;

    fn from_param(param: &'a str) -> Result<Self, Self::Error> {
        let (period, format) = match param.split_once('.') {
            None => (param, ReportFormat::Page),
            Some((period, "csv")) => (period, ReportFormat::Csv),
            Some((period, "xlsx")) => (period, ReportFormat::Xlsx),
            Some((period, "docx")) => (period, ReportFormat::Docx),
            Some(_) => return Err(param),
        };
        Ok(Self { period: period.parse().map_err(|_| param)?, format })
    }
}
