//! The paper as a page for the printer: A4, black on white.

use askama::Template;

use super::types::ReportPaper;
use crate::documents::{PaperCell, PaperColumn, PaperTable};
use crate::web::{Frame, Lang, View, filters};

/// A narrow table of so many rows stands in two halves side by side.
const HALVED: std::ops::RangeInclusive<usize> = 12..=62;

/// The most columns of a narrow table.
const NARROW: usize = 4;

#[derive(Template)]
#[template(path = "papers/print.html")]
pub struct PrintedPaper {
    paper: ReportPaper,
    /// Where it was opened.
    back: String,
}

impl PrintedPaper {
    pub fn new(paper: ReportPaper, back: String) -> Self {
        Self { paper, back }
    }

    /// A table's rows, all or in two halves.
    fn halves<'a>(&self, table: &'a PaperTable) -> Vec<&'a [Vec<PaperCell>]> {
        let rows = table.rows.as_slice();
        match HALVED.contains(&rows.len()) && table.columns.len() <= NARROW {
            true => rows.chunks(rows.len().div_ceil(2)).collect(),
            false => vec![rows],
        }
    }

    /// A row's cells as they are read, each with whether it is a number's.
    fn cells(&self, table: &PaperTable, row: &[PaperCell]) -> Vec<(String, bool)> {
        let shown = |(cell, column): (&PaperCell, &PaperColumn)| (cell.shown(column.kind), column.kind.is_number());
        row.iter().zip(&table.columns).map(shown).collect()
    }
}

impl View for PrintedPaper {
    fn title(&self, _: Lang) -> String {
        self.paper.title.clone()
    }

    fn frame(&self) -> Frame<'_> {
        Frame::Print
    }
}
