//! The paper as files: a document that an office edits, and a workbook with a sheet for each table.

use super::types::{PaperChapter, ReportPaper};
use crate::documents::{self, Block, ColumnKind, Document, PageWords, PaperCell, PaperColumn, PaperTable};
use crate::error::Result;
use crate::web::Lang;
use crate::web::table::File;

/// The document.
///
/// # Errors
/// As [`documents::docx`]'s.
pub fn docx(paper: &ReportPaper) -> Result<File> {
    Ok(File::document(&paper.file, documents::docx(&document(paper))?))
}

/// The workbook.
///
/// # Errors
/// As [`documents::book`]'s.
pub fn xlsx(paper: &ReportPaper) -> Result<File> {
    Ok(File::workbook(&paper.file, documents::book(&sheets(paper))?))
}

/// First page, contents, chapters. What a chart shows stands in a table of its chapter.
fn document(paper: &ReportPaper) -> Document {
    let lang = paper.lang;
    let mut blocks = vec![Block::Title(paper.title.clone())];
    let note = |text: &String| Block::Note(text.clone());
    blocks.extend(Some(&paper.standing).filter(|text| !text.is_empty()).map(note));
    blocks.push(Block::Table(about(paper)));
    blocks.extend(paper.summary.iter().cloned().map(Block::Table));
    blocks.extend(paper.remarks.iter().map(note));
    blocks
        .push(Block::Signatures(paper.signatures.iter().map(|line| line.clone() + &lang.text("list.colon")).collect()));
    blocks.push(Block::PageBreak);
    blocks.push(Block::Heading(1, lang.text("paper.contents")));
    blocks.extend(paper.chapters.iter().map(|chapter| Block::Paragraph(heading(chapter))));
    for chapter in &paper.chapters {
        blocks.push(Block::Heading(1, heading(chapter)));
        let paragraphs = chapter.narrative.iter().flat_map(|text| text.lines());
        blocks.extend(
            paragraphs.filter(|line| !line.trim().is_empty()).map(|line| Block::Paragraph(line.trim().to_owned())),
        );
        blocks.extend(chapter.tables.iter().cloned().map(Block::Table));
        if !chapter.photos.is_empty() {
            blocks.push(Block::Pictures(chapter.photos.iter().map(|photo| photo.picture.clone()).collect()));
        }
        blocks.extend(chapter.notes.iter().map(note));
    }
    Document {
        title: paper.title.clone(),
        header: format!("{} {}", paper.title, paper.number),
        pages: PageWords {
            before: lang.pick("第 ", "Page ").to_owned(),
            between: lang.pick(" 页 / 共 ", " of ").to_owned(),
            after: lang.pick(" 页", "").to_owned(),
        },
        blocks,
    }
}

fn heading(chapter: &PaperChapter) -> String {
    format!("{}{}", chapter.number, chapter.title)
}

fn about(paper: &ReportPaper) -> PaperTable {
    let cell = |text: &String| PaperCell::Text(text.clone());
    PaperTable {
        title: String::new(),
        columns: vec![text_column(paper.lang, "csv.item", 16), text_column(paper.lang, "paper.content", 44)],
        rows: paper.about.iter().map(|(name, said)| vec![cell(name), cell(said)]).collect(),
    }
}

fn text_column(lang: Lang, key: &str, width: u32) -> PaperColumn {
    PaperColumn::new(lang.text(key), ColumnKind::Text, width)
}

/// A sheet each, called like its table or its chapter; what was written and how it is counted on the last.
fn sheets(paper: &ReportPaper) -> Vec<PaperTable> {
    let mut sheets = vec![PaperTable { title: paper.title.clone(), ..about(paper) }];
    sheets.extend(paper.summary.iter().cloned());
    let first = paper.summary.first().map_or(&paper.title, |table| &table.title);
    let mut words: Vec<Vec<PaperCell>> = Some(&paper.standing)
        .into_iter()
        .chain(&paper.remarks)
        .filter(|text| !text.is_empty())
        .map(|text| vec![PaperCell::Text(first.clone()), PaperCell::Text(text.clone())])
        .collect();
    for chapter in &paper.chapters {
        for table in &chapter.tables {
            let title = if table.title.is_empty() { &chapter.title } else { &table.title };
            sheets.push(PaperTable { title: title.clone(), ..table.clone() });
        }
        let said = chapter.narrative.iter().chain(&chapter.notes);
        words.extend(said.map(|text| vec![PaperCell::Text(chapter.title.clone()), PaperCell::Text(text.clone())]));
    }
    let columns = vec![text_column(paper.lang, "csv.part", 18), text_column(paper.lang, "paper.content", 60)];
    sheets.push(PaperTable { title: paper.lang.text("paper.words"), columns, rows: words });
    sheets
}
