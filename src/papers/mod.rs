//! A report on paper, as an office files it: a first page that is complete by itself, then its chapters with their tables, and places
//! for signatures and seal.
//!
//! [`ReportPaper`] is made by one function of what is told ([`PaperFacts`]): a report that follows the records and one that was frozen
//! hand over the same kinds of things. Print, DOCX and workbook read the paper and nothing else, so all three say the same.

mod chapters;
mod outputs;
mod pages;
#[cfg(test)]
mod paper_tests;
mod types;
mod values;

pub use outputs::{docx, xlsx};
pub use pages::PrintedPaper;
pub use types::{
    ComparedFigures, PaperActivity, PaperChapter, PaperChart, PaperFacts, PaperIndicator, PaperPart, PaperParty,
    PaperPhoto, PaperStep, PaperSteps, ReportPaper,
};
pub use values::{PaperFigure, indicator_kind, told};
