//! A document as DOCX (ECMA-376, WordprocessingML). Every run names its font for Chinese, for a program without one falls back to
//! whatever it has.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::sync::Arc;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::drawn::DrawnPicture;
use super::types::{Block, Document, PageWords, PaperCell, PaperPicture, PaperTable};
use crate::error::{Error, Result};

/// A4 upright with the margins that leave it, in twentieths of a point.
const PAGE: (u32, u32) = (11_906, 16_838);
const MARGIN: u32 = 1_440;
const WIDTH: u32 = PAGE.0 - 2 * MARGIN;

const DOCUMENT: &str = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\" \
    xmlns:wp=\"http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing\" \
    xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\" \
    xmlns:pic=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"";

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// What a run of text looks like.
#[derive(Clone, Copy, Default)]
struct RunLook {
    is_bold: bool,
    /// 黑体, for headings; 宋体 else.
    is_heading: bool,
    /// In half points; none as the paragraph's style says.
    size: Option<u32>,
}

/// The document as a file.
///
/// # Errors
/// `Internal` for a picture that is neither PNG nor JPEG.
pub fn docx(document: &Document) -> Result<Vec<u8>> {
    let mut body = DocxBody::default();
    for block in &document.blocks {
        body.block(block)?;
    }
    let section = format!(
        "<w:sectPr><w:headerReference w:type=\"default\" r:id=\"rHeader\"/><w:footerReference w:type=\"default\" r:id=\"rFooter\"/>\
         <w:pgSz w:w=\"{}\" w:h=\"{}\"/><w:pgMar w:top=\"{MARGIN}\" w:right=\"{MARGIN}\" w:bottom=\"{MARGIN}\" w:left=\"{MARGIN}\" \
         w:header=\"720\" w:footer=\"720\" w:gutter=\"0\"/></w:sectPr>",
        PAGE.0, PAGE.1
    );
    let text = format!("{HEAD}<w:document {DOCUMENT}><w:body>{}{section}</w:body></w:document>", body.xml);
    let parts = [
        ("[Content_Types].xml", CONTENT_TYPES.to_owned()),
        ("_rels/.rels", PACKAGE.to_owned()),
        ("docProps/core.xml", properties(&document.title)),
        ("word/document.xml", text),
        ("word/_rels/document.xml.rels", body.relations()),
        ("word/styles.xml", styles()),
        ("word/header1.xml", header(&document.header)),
        ("word/footer1.xml", footer(&document.pages)),
    ];
    packed(&parts, &body.pictures).map_err(Error::internal)
}

fn packed(parts: &[(&str, String)], pictures: &[(String, Arc<[u8]>)]) -> std::io::Result<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    let options = options.last_modified_time(zip::DateTime::default());
    let parts = parts.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes()));
    let pictures = pictures.iter().map(|(name, bytes)| (format!("word/media/{name}"), &**bytes));
    for (name, bytes) in parts.chain(pictures) {
        writer.start_file(name, options).map_err(std::io::Error::other)?;
        writer.write_all(bytes)?;
    }
    Ok(writer.finish().map_err(std::io::Error::other)?.into_inner())
}

/// A text as XML, without what XML cannot hold.
fn escaped(text: &str) -> String {
    let mut xml = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\t' => xml.push(' '),
            c if c < ' ' || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => xml.push(c),
        }
    }
    xml
}

fn run_properties(look: RunLook) -> String {
    let (latin, chinese) = if look.is_heading { ("Arial", "黑体") } else { ("Times New Roman", "宋体") };
    let bold = if look.is_bold { "<w:b/>" } else { "" };
    let size = look.size.map(|size| format!("<w:sz w:val=\"{size}\"/><w:szCs w:val=\"{size}\"/>")).unwrap_or_default();
    format!(
        "<w:rPr><w:rFonts w:ascii=\"{latin}\" w:hAnsi=\"{latin}\" w:eastAsia=\"{chinese}\" w:cs=\"{latin}\"/>{bold}{size}</w:rPr>"
    )
}

/// A text as runs; a line's end is a break.
fn runs(text: &str, look: RunLook) -> String {
    let properties = run_properties(look);
    let lines: Vec<String> = text
        .replace("\r\n", "\n")
        .split('\n')
        .map(|line| format!("<w:r>{properties}<w:t xml:space=\"preserve\">{}</w:t></w:r>", escaped(line)))
        .collect();
    lines.join(&format!("<w:r>{properties}<w:br/></w:r>"))
}

/// A paragraph of a style; `more` is what its properties say besides.
fn paragraph(style: &str, more: &str, inside: &str) -> String {
    format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/>{more}</w:pPr>{inside}</w:p>")
}

#[derive(Default)]
struct DocxBody {
    xml: String,
    /// Their names and what they hold.
    pictures: Vec<(String, Arc<[u8]>)>,
}

impl DocxBody {
    fn block(&mut self, block: &Block) -> Result<()> {
        let text = RunLook::default();
        let heading = RunLook { is_bold: true, is_heading: true, size: None };
        match block {
            Block::Title(title) => self.xml.push_str(&paragraph("Title", "", &runs(title, heading))),
            Block::Heading(level, title) => {
                let style = format!("Heading{}", (*level).clamp(1, 3));
                self.xml.push_str(&paragraph(&style, "", &runs(title, heading)));
            }
            Block::Paragraph(words) => self.xml.push_str(&paragraph("Normal", "", &runs(words, text))),
            Block::Note(words) => {
                self.xml.push_str(&paragraph("Note", "", &runs(words, RunLook { size: Some(18), ..text })));
            }
            Block::Table(table) => self.table(table),
            Block::Pictures(all) => self.pictures(all)?,
            Block::PageBreak => self.xml.push_str("<w:p><w:r><w:br w:type=\"page\"/></w:r></w:p>"),
            Block::Signatures(lines) => {
                // Two beside each other, so that they stand on the page that is signed.
                for pair in lines.chunks(2) {
                    let space = "<w:keepNext/><w:spacing w:before=\"240\" w:after=\"0\"/>";
                    let signed: Vec<String> = pair.iter().map(|line| format!("{line}__________________")).collect();
                    self.xml.push_str(&paragraph("Normal", space, &runs(&signed.join("\u{3000}"), text)));
                }
            }
        }
        Ok(())
    }

    fn table(&mut self, table: &PaperTable) {
        if !table.title.is_empty() {
            let title = runs(&table.title, RunLook { is_bold: true, ..RunLook::default() });
            self.xml.push_str(&paragraph("Normal", "<w:keepNext/>", &title));
        }
        let all: u32 = table.columns.iter().map(|column| column.width.max(1)).sum::<u32>().max(1);
        let widths: Vec<u32> = table.columns.iter().map(|column| WIDTH * column.width.max(1) / all).collect();
        let grid: String = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
        let cell = |width: u32, is_number: bool, text: &str, look: RunLook| {
            let side = if is_number { "<w:jc w:val=\"right\"/>" } else { "" };
            let inside = paragraph("Cell", side, &runs(text, look));
            format!("<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/></w:tcPr>{inside}</w:tc>")
        };
        let head = RunLook { is_bold: true, size: Some(20), ..RunLook::default() };
        let titles: String = widths
            .iter()
            .zip(&table.columns)
            .map(|(width, column)| cell(*width, column.kind.is_number(), &column.title, head))
            .collect();
        let mut rows = format!("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{titles}</w:tr>");
        for row in &table.rows {
            let cells: String = widths
                .iter()
                .zip(&table.columns)
                .enumerate()
                .map(|(place, (width, column))| {
                    let shown = row.get(place).unwrap_or(&PaperCell::Empty).shown(column.kind);
                    cell(*width, column.kind.is_number(), &shown, RunLook { size: Some(20), ..RunLook::default() })
                })
                .collect();
            _ = write!(rows, "<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>");
        }
        // Two tables without a paragraph between them would be one.
        _ = write!(
            self.xml,
            "<w:tbl><w:tblPr><w:tblStyle w:val=\"TableGrid\"/><w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/>\
             </w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{}",
            paragraph("Cell", "", "")
        );
    }

    /// Two to a row, each with its words below; a row stays on one page. (A paragraph that stays with its next one would keep all rows
    /// together in LibreOffice.)
    fn pictures(&mut self, all: &[PaperPicture]) -> Result<()> {
        let half = WIDTH / 2;
        let mut rows = String::new();
        for pair in all.chunks(2) {
            let mut cells = String::new();
            for place in 0..2 {
                let inside = match pair.get(place) {
                    Some(picture) => self.picture(picture)?,
                    // No cell is without a paragraph.
                    None => paragraph("Cell", "", ""),
                };
                _ = write!(cells, "<w:tc><w:tcPr><w:tcW w:w=\"{half}\" w:type=\"dxa\"/></w:tcPr>{inside}</w:tc>");
            }
            _ = write!(rows, "<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>");
        }
        _ = write!(
            self.xml,
            "<w:tbl><w:tblPr><w:tblW w:w=\"{WIDTH}\" w:type=\"dxa\"/><w:tblLayout w:type=\"fixed\"/></w:tblPr><w:tblGrid>\
             <w:gridCol w:w=\"{half}\"/><w:gridCol w:w=\"{half}\"/></w:tblGrid>{rows}</w:tbl>{}",
            paragraph("Cell", "", "")
        );
        Ok(())
    }

    fn picture(&mut self, picture: &PaperPicture) -> Result<String> {
        let number = self.pictures.len() + 1;
        let drawn = DrawnPicture::of(picture, (number, &escaped(&picture.caption)))?;
        self.pictures.push((drawn.name, picture.bytes.clone()));
        let caption = runs(&picture.caption, RunLook { size: Some(18), ..RunLook::default() });
        let centered = "<w:jc w:val=\"center\"/>";
        Ok(paragraph("Cell", centered, &drawn.run) + &paragraph("Note", centered, &caption))
    }

    fn relations(&self) -> String {
        const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let one = |id: &str, kind: &str, target: &str| {
            format!("<Relationship Id=\"{id}\" Type=\"{KIND}/{kind}\" Target=\"{target}\"/>")
        };
        let mut all = one("rStyles", "styles", "styles.xml");
        all += &one("rHeader", "header", "header1.xml");
        all += &one("rFooter", "footer", "footer1.xml");
        for (number, (name, _)) in (1..).zip(&self.pictures) {
            all += &one(&format!("rPicture{number}"), "image", &format!("media/{name}"));
        }
        format!("{HEAD}<Relationships xmlns=\"{RELATIONSHIPS}\">{all}</Relationships>")
    }
}

const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

const CONTENT_TYPES: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
    <Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>\
    <Default Extension=\"xml\" ContentType=\"application/xml\"/>\
    <Default Extension=\"png\" ContentType=\"image/png\"/><Default Extension=\"jpeg\" ContentType=\"image/jpeg\"/>\
    <Override PartName=\"/word/document.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml\"/>\
    <Override PartName=\"/word/styles.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml\"/>\
    <Override PartName=\"/word/header1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.header+xml\"/>\
    <Override PartName=\"/word/footer1.xml\" ContentType=\"application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml\"/>\
    <Override PartName=\"/docProps/core.xml\" ContentType=\"application/vnd.openxmlformats-package.core-properties+xml\"/></Types>";

const PACKAGE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
    <Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">\
    <Relationship Id=\"r1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" \
    Target=\"word/document.xml\"/>\
    <Relationship Id=\"r2\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" \
    Target=\"docProps/core.xml\"/></Relationships>";

fn properties(title: &str) -> String {
    format!(
        "{HEAD}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:creator>Linli</dc:creator></cp:coreProperties>",
        escaped(title)
    )
}

fn header(text: &str) -> String {
    let inside =
        if text.is_empty() { String::new() } else { runs(text, RunLook { size: Some(18), ..RunLook::default() }) };
    let line = paragraph("Normal", "<w:jc w:val=\"center\"/>", &inside);
    format!("{HEAD}<w:hdr {DOCUMENT}>{line}</w:hdr>")
}

fn footer(words: &PageWords) -> String {
    let look = RunLook { size: Some(18), ..RunLook::default() };
    let field = |name: &str| {
        let properties = run_properties(look);
        format!("<w:fldSimple w:instr=\" {name} \"><w:r>{properties}<w:t>1</w:t></w:r></w:fldSimple>")
    };
    let mut inside = runs(&words.before, look) + &field("PAGE");
    if !words.between.is_empty() {
        inside += &(runs(&words.between, look) + &field("NUMPAGES"));
    }
    inside += &runs(&words.after, look);
    let line = paragraph("Normal", "<w:jc w:val=\"center\"/>", &inside);
    format!("{HEAD}<w:ftr {DOCUMENT}>{line}</w:ftr>")
}

fn styles() -> String {
    let style = |id: &str, name: &str, properties: &str, look: RunLook| {
        format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"{}><w:name w:val=\"{name}\"/>{}<w:qFormat/><w:pPr>{properties}</w:pPr>{}</w:style>",
            if id == "Normal" { " w:default=\"1\"" } else { "" },
            if id == "Normal" { "" } else { "<w:basedOn w:val=\"Normal\"/><w:next w:val=\"Normal\"/>" },
            run_properties(look)
        )
    };
    let spaced = |before: u32, after: u32| {
        format!("<w:spacing w:before=\"{before}\" w:after=\"{after}\" w:line=\"360\" w:lineRule=\"auto\"/>")
    };
    let heading = |level: u32, size: u32| {
        let properties = format!("<w:keepNext/>{}<w:outlineLvl w:val=\"{}\"/>", spaced(240, 120), level - 1);
        let look = RunLook { is_bold: true, is_heading: true, size: Some(size) };
        style(&format!("Heading{level}"), &format!("heading {level}"), &properties, look)
    };
    let border: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .iter()
        .map(|side| format!("<w:{side} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"auto\"/>"))
        .collect();
    let plain = |size| RunLook { size: Some(size), ..RunLook::default() };
    let title = RunLook { is_bold: true, is_heading: true, size: Some(36) };
    let tight = "<w:spacing w:before=\"20\" w:after=\"20\" w:line=\"240\" w:lineRule=\"auto\"/>";
    [
        format!("{HEAD}<w:styles {DOCUMENT}><w:docDefaults><w:rPrDefault>{}</w:rPrDefault></w:docDefaults>", run_properties(plain(24))),
        style("Normal", "Normal", &spaced(0, 120), plain(24)),
        style("Title", "Title", &format!("{}<w:jc w:val=\"center\"/>", spaced(240, 240)), title),
        heading(1, 32),
        heading(2, 28),
        heading(3, 24),
        style("Note", "Note", tight, plain(18)),
        style("Cell", "Cell", tight, plain(20)),
        format!("<w:style w:type=\"table\" w:styleId=\"TableGrid\"><w:name w:val=\"Table Grid\"/><w:tblPr><w:tblBorders>{border}</w:tblBorders></w:tblPr></w:style></w:styles>"),
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use image::ImageFormat;
    use quick_xml::events::Event;
    use zip::ZipArchive;

    use super::super::drawn::tests::picture;
    use super::super::types::{ColumnKind, PaperColumn};
    use super::*;
    use crate::clock::Date;

    fn whole() -> Document {
        let columns = vec![
            PaperColumn::new("项目", ColumnKind::Text, 20),
            PaperColumn::new("人次", ColumnKind::Count, 8),
            PaperColumn::new("日期", ColumnKind::Day, 10),
        ];
        let row = |text: &str, number| {
            vec![
                PaperCell::Text(text.into()),
                PaperCell::Number(number),
                PaperCell::Day(Date::parse("2026-03-05").unwrap()),
            ]
        };
        let rows = vec![row("老年人 & \"残疾人\" <w:p/>", 1_234), row("=1+1", 5), vec![PaperCell::Text("短".into())]];
        Document {
            title: "2026年3月服务报告 & <附件>".into(),
            header: "莞城 罗沙社区综合服务中心".into(),
            pages: PageWords { before: "第 ".into(), between: " 页 / 共 ".into(), after: " 页".into() },
            blocks: vec![
                Block::Title("服务报告".into()),
                Block::Heading(1, "一、服务情况".into()),
                Block::Paragraph("第一行\n第二行\u{b} Second & last".into()),
                Block::Table(PaperTable { title: "表一".into(), columns, rows }),
                Block::Pictures([ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Jpeg].map(picture).into()),
                Block::PageBreak,
                Block::Heading(9, "附".into()),
                Block::Note("说明".into()),
                Block::Signatures(vec!["填表人：".into(), "单位（盖章）：".into()]),
            ],
        }
    }

    fn part(bytes: &[u8], name: &str) -> String {
        let mut text = String::new();
        ZipArchive::new(Cursor::new(bytes)).unwrap().by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_part_is_well_formed() {
        let bytes = docx(&whole()).unwrap();
        let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        let names: Vec<String> =
            (0..archive.len()).map(|number| archive.by_index(number).unwrap().name().unwrap().into_owned()).collect();
        for name in names.iter().filter(|name| name.ends_with(".xml") || name.ends_with(".rels")) {
            let text = part(&bytes, name);
            let mut reader = quick_xml::Reader::from_str(&text);
            let mut depth = 0;
            loop {
                match reader.read_event().unwrap_or_else(|error| panic!("{name}: {error}")) {
                    Event::Start(_) => depth += 1,
                    Event::End(_) => depth -= 1,
                    Event::Eof => break,
                    _ => {}
                }
            }
            assert_eq!(depth, 0, "{name}");
        }
        let (text, relations) = (part(&bytes, "word/document.xml"), part(&bytes, "word/_rels/document.xml.rels"));
        for id in ["rHeader", "rFooter", "rPicture1", "rPicture2"] {
            assert!(text.contains(&format!("\"{id}\"")) && relations.contains(&format!("Id=\"{id}\"")), "{id}");
        }
        assert!(
            names.contains(&"word/media/image1.png".to_owned()) && names.contains(&"word/media/image2.jpeg".to_owned())
        );
    }

    #[test]
    fn what_people_wrote_is_text_and_in_a_chinese_font() {
        let text = part(&docx(&whole()).unwrap(), "word/document.xml");
        assert!(text.contains("老年人 &amp; &quot;残疾人&quot; &lt;w:p/&gt;") && text.contains("Second &amp; last"));
        assert!(text.contains("第一行</w:t></w:r><w:r>") && text.contains("<w:br/>") && !text.contains('\u{b}'));
        assert!(text.contains("1,234") && text.contains("2026-03-05"));
        let with_text = text.matches("<w:t xml:space").count();
        assert!(text.matches("w:eastAsia=").count() >= with_text, "every run says its font");
        assert_eq!(text.matches("<w:tblHeader/>").count(), 1);
        assert_eq!(text.matches("<w:jc w:val=\"right\"/>").count(), 4, "the numbers' column and its head");
        assert!(text.contains("Heading3"), "a deeper heading is the third");
        let footer = part(&docx(&whole()).unwrap(), "word/footer1.xml");
        assert!(footer.contains(" PAGE ") && footer.contains(" NUMPAGES ") && footer.contains("第 "));
    }

    #[test]
    fn pictures_stand_two_to_a_row_with_their_words() {
        let text = part(&docx(&whole()).unwrap(), "word/document.xml");
        let grid = text.split("<w:tbl>").nth(2).unwrap().split("</w:tbl>").next().unwrap();
        let rows: Vec<usize> = grid.split("<w:tr>").skip(1).map(|row| row.matches("<w:drawing>").count()).collect();
        assert_eq!(rows, [2, 1]);
        assert_eq!((grid.matches("<w:cantSplit/>").count(), grid.matches("<w:tc>").count()), (2, 4));
        assert_eq!(
            (grid.matches("descr=\"开场 &lt;1&gt;\"").count(), grid.matches(">开场 &lt;1&gt;</w:t>").count()),
            (6, 3)
        );
    }
}
