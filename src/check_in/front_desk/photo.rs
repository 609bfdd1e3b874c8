//! Reading the codes in a picture, for browsers whose `BarcodeDetector` knows no QR codes.
//!
//! A picture is somebody's face as well as a card: it is decoded in memory, and neither kept nor logged.

use std::io::Cursor;

use image::imageops::FilterType;
use image::{GrayImage, ImageFormat, ImageReader, Limits};
use rocket::data::{Data, ToByteUnit};
use rocket::serde::json::{Json, Value, json};
use rocket::tokio::sync::Semaphore;
use rocket::{Route, post, routes};

use crate::auth::Greeter;
use crate::centers::{self, CenterId};
use crate::error::{Error, Result};
use crate::hands;
use crate::store::Db;

pub(super) fn routes() -> Vec<Route> {
    routes![read]
}

const MOST_MIB: u64 = 8;

/// Pixels to a side. A small file can hold a huge picture: it is refused by its header, before memory is taken for it.
const MOST_PIXELS: u32 = 8_192;

/// Memory for one picture: 36 megapixels of colour.
const MOST_MEMORY: u64 = 110 << 20;

/// Sides to which pictures are made smaller to look for codes: a card held away needs many pixels, a blurred one few.
const SIDES: [u32; 3] = [1_600, 900, 480];

/// A code's text is ours if it is short.
const LONGEST: usize = 300;

/// Pictures held at one time, on their way here or being read.
static HELD: Semaphore = Semaphore::const_new(12);

#[post("/centers/<center>/front-desk/photo", data = "<picture>")]
async fn read(by: Greeter, db: &Db, center: CenterId, picture: Data<'_>) -> Result<Json<Value>> {
    centers::queries::open_to(&by, &mut *db.read().await?, center).await?;
    let held = hands::in_time(&HELD).await?;
    let bytes = picture
        .open(MOST_MIB.mebibytes())
        .into_bytes()
        .await
        .map_err(|_| Error::field("photo", "field.not_a_picture"))?;
    if !bytes.is_complete() {
        return Err(Error::field("photo", "field.picture_too_large"));
    }
    let read = move || {
        let _held = held;
        codes(&bytes.into_inner())
    };
    let codes = hands::KNOWN.lend(read).await??;
    Ok(Json(json!({ "codes": codes })))
}

/// The texts of the QR codes in a JPEG or PNG.
fn codes(bytes: &[u8]) -> Result<Vec<String>> {
    let picture = decode(bytes)?;
    for side in SIDES {
        let found = detect(shrink(&picture, side));
        if !found.is_empty() {
            return Ok(found);
        }
        if picture.width().max(picture.height()) <= side / 2 {
            break;
        }
    }
    Ok(Vec::new())
}

fn decode(bytes: &[u8]) -> Result<GrayImage> {
    let format = image::guess_format(bytes).ok().filter(|kind| matches!(kind, ImageFormat::Jpeg | ImageFormat::Png));
    let format = format.ok_or_else(|| Error::field("photo", "field.not_a_picture"))?;
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MOST_PIXELS), Some(MOST_PIXELS));
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    match reader.decode() {
        Ok(picture) => Ok(picture.into_luma8()),
        Err(image::ImageError::Limits(_)) => Err(Error::field("photo", "field.picture_too_large")),
        Err(_) => Err(Error::field("photo", "field.not_a_picture")),
    }
}

fn shrink(picture: &GrayImage, side: u32) -> GrayImage {
    let (width, height) = picture.dimensions();
    let longest = width.max(height);
    if longest <= side {
        return picture.clone();
    }
    let scaled = |length: u32| (u64::from(length) * u64::from(side) / u64::from(longest)).max(1) as u32;
    image::imageops::resize(picture, scaled(width), scaled(height), FilterType::Triangle)
}

fn detect(picture: GrayImage) -> Vec<String> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    let pixel = |x: usize, y: usize| picture.as_raw().get(y * width + x).copied().unwrap_or(255);
    let mut prepared = rqrr::PreparedImage::prepare_from_greyscale(width, height, pixel);
    let read = prepared.detect_grids().into_iter().filter_map(|grid| Some(grid.decode().ok()?.1));
    let mut found: Vec<String> = read.filter(|text| text.len() <= LONGEST).collect();
    found.sort();
    found.dedup();
    found
}
