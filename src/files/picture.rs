//! Pictures are made anew: what a camera writes beside the pixels is gone, and what is hidden behind them, too.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::{FileFault, FileKind};

/// Pixels to the longer side, at most: enough for a page of paper.
pub(super) const SIDE: u32 = 1_600;

/// Pixels to a side of what is sent: a small file can hold a huge picture, and is refused by its header.
pub(super) const MOST_PIXELS: u32 = 12_000;

/// Memory for one picture: 50 megapixels of colour.
const MOST_MEMORY: u64 = 150 << 20;

const QUALITY: u8 = 85;

pub(super) fn anew(kind: FileKind, bytes: &[u8]) -> Result<Vec<u8>, FileFault> {
    let format = if kind == FileKind::Png { ImageFormat::Png } else { ImageFormat::Jpeg };
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MOST_PIXELS), Some(MOST_PIXELS));
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(fault)?;
    // The decoder of a format may leave the pixels to whoever asks for them.
    limits.reserve(decoder.total_bytes()).map_err(fault)?;
    let upright = decoder.orientation().map_err(fault)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(fault)?;
    if picture.width().max(picture.height()) > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    picture.apply_orientation(upright);
    let mut made = Cursor::new(Vec::new());
    match kind {
        FileKind::Png if picture.color().has_alpha() => picture.into_rgba8().write_to(&mut made, ImageFormat::Png),
        FileKind::Png => picture.into_rgb8().write_to(&mut made, ImageFormat::Png),
        _ => picture.into_rgb8().write_with_encoder(JpegEncoder::new_with_quality(&mut made, QUALITY)),
    }
    .map_err(fault)?;
    Ok(made.into_inner())
}

fn fault(error: ImageError) -> FileFault {
    if matches!(error, ImageError::Limits(_)) { FileFault::TooManyPixels } else { FileFault::Broken }
}

#[cfg(test)]
mod tests {
    use image::{Rgb, RgbImage};

    use super::*;

    fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
        let mut made = Cursor::new(Vec::new());
        picture.write_to(&mut made, format).unwrap();
        made.into_inner()
    }

    /// A JPEG with what a camera writes: turned a quarter to the right, and a place.
    fn from_a_camera(jpeg: &[u8]) -> Vec<u8> {
        let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        exif.extend(b"GPS 23.04N 113.75E");
        let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
        [&jpeg[..2], b"\xff\xe1", &length, &exif, &jpeg[2..]].concat()
    }

    #[test]
    fn a_photo_is_upright_small_and_says_nothing_of_its_place() {
        let red_left =
            RgbImage::from_fn(3_200, 1_000, |x, _| if x < 1_600 { Rgb([220, 0, 0]) } else { Rgb([0, 0, 220]) });
        let sent = from_a_camera(&encoded(&red_left, ImageFormat::Jpeg));
        let made = anew(FileKind::Jpeg, &sent).unwrap();
        let holds = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).any(|part| part == word);
        assert!(holds(&sent, b"GPS") && !holds(&made, b"GPS") && !holds(&made, b"Exif"));
        let shown = image::load_from_memory(&made).unwrap().into_rgb8();
        assert_eq!(shown.dimensions(), (500, 1_600));
        assert!(shown.get_pixel(250, 100)[0] > 180 && shown.get_pixel(250, 1_500)[2] > 180, "red is above now");
    }

    #[test]
    fn a_small_picture_keeps_its_size_and_its_transparency() {
        let small = image::RgbaImage::from_pixel(7, 9, image::Rgba([1, 2, 3, 128]));
        let mut sent = Cursor::new(Vec::new());
        small.write_to(&mut sent, ImageFormat::Png).unwrap();
        let made = anew(FileKind::Png, &sent.into_inner()).unwrap();
        assert_eq!(image::load_from_memory(&made).unwrap().into_rgba8(), small);
    }

    #[test]
    fn a_huge_picture_is_refused_by_its_header() {
        let mut sent = encoded(&RgbImage::new(8, 8), ImageFormat::Png);
        // Width and height of the PNG's first chunk, and its checksum made anew.
        sent[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let crc = flate2::Crc::new();
        let mut crc = crc;
        crc.update(&sent[12..29]);
        sent[29..33].copy_from_slice(&crc.sum().to_be_bytes());
        assert_eq!(anew(FileKind::Png, &sent), Err(FileFault::TooManyPixels));
        let cut = encoded(&RgbImage::new(64, 64), ImageFormat::Png);
        assert_eq!(anew(FileKind::Png, &cut[..cut.len() / 2]), Err(FileFault::Broken));
    }
}
