//! QR codes: SVG for the screen and for print, PNG to send around.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Luma};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::error::{Error, Result};

/// Level M survives a stained poster; the codes stay coarse because our links are short.
fn code(text: &str) -> Result<QrCode> {
    QrCode::with_error_correction_level(text, EcLevel::M).map_err(Error::internal)
}

/// An `<svg>` element of the code, with its quiet zone, that grows with its box.
pub fn svg(text: &str) -> Result<String> {
    let image = code(text)?.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
    Ok(image.split_once("?>").map_or(image.clone(), |(_, svg)| svg.to_owned()))
}

/// A PNG of about 1,000 pixels a side.
pub fn png(text: &str) -> Result<Vec<u8>> {
    let image = code(text)?.render::<Luma<u8>>().min_dimensions(1_000, 1_000).build();
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(image).write_to(&mut bytes, ImageFormat::Png).map_err(Error::internal)?;
    Ok(bytes.into_inner())
}
