//! A picture of a document (DrawingML), as large as there is room for it beside another one.

use std::io::Cursor;

use image::{ImageFormat, ImageReader};

use super::types::PaperPicture;
use crate::error::{Error, Result};

/// English metric units: of a pixel at 96 to the inch, and of a centimetre.
const PIXEL: u64 = 9_525;
const CENTIMETRE: u64 = 360_000;

/// The room for one of two beside each other: 7.5 cm by 5.5 cm.
const ROOM: (u64, u64) = (CENTIMETRE * 15 / 2, CENTIMETRE * 11 / 2);

/// A picture as it stands in a paragraph.
pub(super) struct DrawnPicture {
    /// What its file is called.
    pub name: String,
    pub run: String,
}

impl DrawnPicture {
    /// The picture with its number in the document; `told` is read to who does not see it, and is XML already.
    ///
    /// # Errors
    /// `Internal` for one that is neither PNG nor JPEG.
    pub fn of(picture: &PaperPicture, (number, told): (usize, &str)) -> Result<Self> {
        let broken = || Error::internal("a picture of a document is none");
        let reader = ImageReader::new(Cursor::new(&*picture.bytes)).with_guessed_format().map_err(|_| broken())?;
        let ending = match reader.format() {
            Some(ImageFormat::Png) => "png",
            Some(ImageFormat::Jpeg) => "jpeg",
            _ => return Err(broken()),
        };
        let (width, height) = reader.into_dimensions().map_err(|_| broken())?;
        let (width, height) = fitted(u64::from(width), u64::from(height));
        let run = format!(
            "<w:r><w:drawing><wp:inline distT=\"0\" distB=\"0\" distL=\"0\" distR=\"0\"><wp:extent cx=\"{width}\" cy=\"{height}\"/>\
             <wp:docPr id=\"{number}\" name=\"{number}\" descr=\"{told}\"/><a:graphic>\
             <a:graphicData uri=\"http://schemas.openxmlformats.org/drawingml/2006/picture\"><pic:pic><pic:nvPicPr>\
             <pic:cNvPr id=\"{number}\" name=\"{number}\" descr=\"{told}\"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>\
             <a:blip r:embed=\"rPicture{number}\"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>\
             <a:off x=\"0\" y=\"0\"/><a:ext cx=\"{width}\" cy=\"{height}\"/></a:xfrm><a:prstGeom prst=\"rect\"><a:avLst/></a:prstGeom>\
             </pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"
        );
        Ok(Self { name: format!("image{number}.{ending}"), run })
    }
}

/// A picture's size in English metric units: its own, or smaller where there is no room for that.
fn fitted(width: u64, height: u64) -> (u64, u64) {
    let (width, height) = (width.max(1) * PIXEL, height.max(1) * PIXEL);
    // In thousandths; never above its own size.
    let scale = (ROOM.0 * 1_000 / width).min(ROOM.1 * 1_000 / height).min(1_000);
    ((width * scale / 1_000).max(1), (height * scale / 1_000).max(1))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::documents) fn picture(format: ImageFormat) -> PaperPicture {
        let mut bytes = Cursor::new(Vec::new());
        image::RgbImage::new(2_000, 40).write_to(&mut bytes, format).unwrap();
        PaperPicture { bytes: bytes.into_inner().into(), caption: "开场 <1>".into() }
    }

    #[test]
    fn a_picture_is_as_wide_as_there_is_room() {
        assert_eq!(fitted(100, 50), (952_500, 476_250));
        let (width, height) = fitted(1_600, 400);
        assert!(width <= ROOM.0 && width > ROOM.0 * 99 / 100 && height.abs_diff(width / 4) < 10);
        assert!(fitted(10, 100_000).1 <= ROOM.1);
        let none = PaperPicture { bytes: b"%PDF-1.7".as_slice().into(), caption: String::new() };
        assert!(DrawnPicture::of(&none, (1, "")).is_err());
    }
}
