//! Work on pictures. Rule: a picture's size is known and judged before it is decoded, and what is made of it shows it
//! upright, in the colours that every screen has, and tells nothing else.
//!
//! All of it is slow and plain: it runs on the [`Workshop`](super::Workshop)'s threads.

use std::io::Cursor;

use domain::media::{self, FileType, MOST_BYTES};
use image::codecs::png::{CompressionType, FilterType as PngFilter, PngEncoder};
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, RgbaImage};
use jpeg_encoder::{ColorType, Encoder as JpegEncoder, SamplingFactor};
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

use super::clean;

/// The most pixels that a picture may have.
const MOST_PIXELS: u64 = 50_000_000;

/// The longest side that every kind we write can have.
const LONGEST_SIDE: u32 = 16_383;

/// What decoding may take in memory: the pixels at four bytes each, twice.
const MOST_MEMORY: u64 = MOST_PIXELS * 8;

/// Of renditions, in the encoders' measure: little enough for a phone, enough for a label's small print.
const WEBP_QUALITY: f32 = 80.0;
const JPEG_QUALITY: u8 = 82;

/// Of a picture that had to be written anew to stand upright: as good as unchanged.
const UPRIGHT_QUALITY: u8 = 93;

/// A file that may be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What it is.
    pub file_type: FileType,
    /// Its bytes without metadata, upright.
    pub bytes: Vec<u8>,
    /// How large it is, where it is a picture.
    pub picture: Option<Picture>,
}

/// The size of a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Picture {
    pub width: u32,
    pub height: u32,
}

/// Why a file is not kept. Each is a sentence for whoever sent it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing was sent.
    #[error("Is empty.")]
    Empty,
    /// It has more than [`MOST_BYTES`].
    #[error("May have at most 10 MiB.")]
    TooLong,
    /// It is of a kind that is not kept; with the kind, where it is known.
    #[error("{0} JPEG, PNG, WebP and GIF pictures and PDF documents are taken.")]
    OtherType(&'static str),
    /// It has more pixels than are decoded.
    #[error("Has {width} x {height} pixels: at most 50 megapixels are taken, and 16,383 a side.")]
    TooLarge {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
    },
    /// It says what it is, and is not.
    #[error("Can not be read as {0}: it is damaged or not whole.")]
    Damaged(&'static str),
}

/// One rendition of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields say themselves")]
pub struct Rendition {
    pub file_type: FileType,
    pub width: u32,
    pub height: u32,
    pub bytes: Vec<u8>,
}

/// Judges a file by its content and takes its metadata away.
///
/// A picture that its camera held askew is turned upright and written anew; every other one keeps its pixels as they
/// were coded. It has been decoded whole once when this is done.
pub fn accept(bytes: &[u8]) -> Result<Accepted, Refused> {
    if bytes.is_empty() {
        return Err(Refused::Empty);
    }
    if bytes.len() > MOST_BYTES {
        return Err(Refused::TooLong);
    }
    let file_type = FileType::of(bytes).ok_or_else(|| Refused::OtherType(other_type(bytes)))?;
    let damaged = |_| Refused::Damaged(name(file_type));
    let cleaned = clean::cleaned(file_type, bytes).map_err(damaged)?;
    if !file_type.is_picture() {
        return Ok(Accepted { file_type, bytes: cleaned, picture: None });
    }
    // The orientation stands in what was taken away.
    let orientation = decoder(file_type, bytes)?.orientation().unwrap_or(Orientation::NoTransforms);
    let (mut image, profile) = decoded(file_type, &cleaned)?;
    let upright = match orientation {
        Orientation::NoTransforms => cleaned,
        turned => {
            image.apply_orientation(turned);
            written(&in_usual_colours(image.clone(), profile.as_deref()), file_type, UPRIGHT_QUALITY)?
        }
    };
    let picture = Picture { width: image.width(), height: image.height() };
    Ok(Accepted { file_type, bytes: upright, picture: Some(picture) })
}

/// The renditions of a picture that [`accept`] gave back: in each of its [`widths`](media::widths) a WebP, and for those
/// who can not show that a JPEG, or a PNG where it is transparent. Of an animation it is the first frame.
pub fn renditions(file_type: FileType, bytes: &[u8]) -> Result<Vec<Rendition>, Refused> {
    let (image, profile) = decoded(file_type, bytes)?;
    let mut image = in_eight_bits(image);
    premultiply(&mut image);
    let mut made = Vec::new();
    // From the widest down: each is made of the one before it, which is quicker and shows no difference.
    for width in media::widths(image.width()).into_iter().rev() {
        image = narrowed(&image, width);
        let mut shown = image.clone();
        unpremultiply(&mut shown);
        let shown = in_usual_colours(shown, profile.as_deref());
        let plain = if shown.color().has_alpha() { FileType::Png } else { FileType::Jpeg };
        let height = shown.height();
        made.push(Rendition {
            file_type: plain,
            width,
            height,
            bytes: written(&shown, plain, JPEG_QUALITY)?,
        });
        made.push(Rendition { file_type: FileType::WebP, width, height, bytes: webp(&shown, WEBP_QUALITY)? });
    }
    // The narrowest first, and of each width the smaller file.
    made.reverse();
    Ok(made)
}

/// The decoder of a picture, after a look at its size.
fn decoder(file_type: FileType, bytes: &[u8]) -> Result<impl ImageDecoder + '_, Refused> {
    let damaged = |_| Refused::Damaged(name(file_type));
    let format = match file_type {
        FileType::Jpeg => ImageFormat::Jpeg,
        FileType::Png => ImageFormat::Png,
        FileType::WebP => ImageFormat::WebP,
        FileType::Gif => ImageFormat::Gif,
        FileType::Pdf => return Err(Refused::Damaged(name(file_type))),
    };
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || width.max(height) > LONGEST_SIDE {
        return Err(Refused::TooLarge { width, height });
    }
    if width == 0 || height == 0 {
        return Err(Refused::Damaged(name(file_type)));
    }
    Ok(decoder)
}

/// The pixels and the colour profile.
fn decoded(file_type: FileType, bytes: &[u8]) -> Result<(DynamicImage, Option<Vec<u8>>), Refused> {
    let mut decoder = decoder(file_type, bytes)?;
    let profile = decoder.icc_profile().ok().flatten();
    let image = DynamicImage::from_decoder(decoder).map_err(|_| Refused::Damaged(name(file_type)))?;
    Ok((image, profile))
}

/// As RGB, or as RGBA where some of it is transparent.
fn in_eight_bits(image: DynamicImage) -> DynamicImage {
    if !image.color().has_alpha() {
        return image.into_rgb8().into();
    }
    let pixels = image.into_rgba8();
    if pixels.pixels().all(|pixel| pixel.0[3] == 255) {
        return DynamicImage::from(pixels).into_rgb8().into();
    }
    pixels.into()
}

/// Weighs each pixel's colour with its opacity, so that what is not seen does not colour what is beside it.
fn premultiply(image: &mut DynamicImage) {
    let DynamicImage::ImageRgba8(pixels) = image else { return };
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = &mut pixel.0;
        for colour in [red, green, blue] {
            *colour = scaled(*colour, *alpha, 255);
        }
    }
}

fn unpremultiply(image: &mut DynamicImage) {
    let DynamicImage::ImageRgba8(pixels) = image else { return };
    for pixel in pixels.pixels_mut() {
        let [red, green, blue, alpha] = &mut pixel.0;
        for colour in [red, green, blue] {
            *colour = scaled(*colour, 255, *alpha);
        }
    }
}

/// `value * by / of`, rounded, at most 255; 0 where `of` is.
fn scaled(value: u8, by: u8, of: u8) -> u8 {
    let product = u32::from(value) * u32::from(by);
    let rounded = (product + u32::from(of) / 2).checked_div(u32::from(of)).unwrap_or(0);
    u8::try_from(rounded).unwrap_or(u8::MAX)
}

/// The picture in a width, which is not more than it has.
fn narrowed(image: &DynamicImage, width: u32) -> DynamicImage {
    if width == image.width() {
        return image.clone();
    }
    let height = u64::from(image.height()) * u64::from(width) + u64::from(image.width()) / 2;
    let height = u32::try_from(height / u64::from(image.width())).unwrap_or(1).max(1);
    // Far too large a picture is first averaged down to twice the width, in little time and memory.
    let twice = if image.width() > 2 * width && image.height() > 2 * height {
        image.thumbnail_exact(2 * width, 2 * height)
    } else {
        image.clone()
    };
    twice.resize_exact(width, height, FilterType::CatmullRom)
}

/// The picture in sRGB, which is what a picture without a profile is in.
fn in_usual_colours(image: DynamicImage, profile: Option<&[u8]>) -> DynamicImage {
    let image = in_eight_bits(image);
    let Some(profile) = profile.and_then(|profile| ColorProfile::new_from_slice(profile).ok()) else {
        return image;
    };
    // That of a grey or a printed picture speaks of other channels than the decoder gives.
    if profile.color_space != DataColorSpace::Rgb {
        return image;
    }
    let layout = if image.color().has_alpha() { Layout::Rgba } else { Layout::Rgb };
    let usual = ColorProfile::new_srgb();
    let Ok(transform) = profile.create_transform_8bit(layout, &usual, layout, TransformOptions::default())
    else {
        return image;
    };
    let mut turned = vec![0; image.as_bytes().len()];
    if transform.transform(image.as_bytes(), &mut turned).is_err() {
        return image;
    }
    let (width, height) = (image.width(), image.height());
    let turned = match layout {
        Layout::Rgba => RgbaImage::from_raw(width, height, turned).map(DynamicImage::from),
        _ => RgbImage::from_raw(width, height, turned).map(DynamicImage::from),
    };
    turned.unwrap_or(image)
}

/// The file of an RGB or RGBA picture. A GIF becomes none: it can not say that it stands askew.
fn written(image: &DynamicImage, file_type: FileType, quality: u8) -> Result<Vec<u8>, Refused> {
    let failed = Refused::Damaged(name(file_type));
    let mut out = Vec::new();
    match file_type {
        FileType::Jpeg => {
            let side = |side: u32| u16::try_from(side).map_err(|_| failed.clone());
            let (width, height) = (side(image.width())?, side(image.height())?);
            let mut encoder = JpegEncoder::new(&mut out, quality);
            encoder.set_progressive(true);
            encoder.set_optimized_huffman_tables(true);
            encoder.set_sampling_factor(SamplingFactor::F_2_2);
            let pixels = image.to_rgb8();
            encoder.encode(pixels.as_raw(), width, height, ColorType::Rgb).map_err(|_| failed)?;
        }
        FileType::Png => {
            let encoder =
                PngEncoder::new_with_quality(&mut out, CompressionType::Default, PngFilter::Adaptive);
            image.write_with_encoder(encoder).map_err(|_| failed)?;
        }
        FileType::WebP => out = webp(image, f32::from(quality))?,
        FileType::Gif | FileType::Pdf => return Err(failed),
    }
    Ok(out)
}

fn webp(image: &DynamicImage, quality: f32) -> Result<Vec<u8>, Refused> {
    let (width, height) = (image.width(), image.height());
    let encoder = match image {
        DynamicImage::ImageRgba8(pixels) => webp::Encoder::from_rgba(pixels, width, height),
        DynamicImage::ImageRgb8(pixels) => webp::Encoder::from_rgb(pixels, width, height),
        _ => return Err(Refused::Damaged(name(FileType::WebP))),
    };
    let coded = encoder.encode_simple(false, quality).map_err(|_| Refused::Damaged(name(FileType::WebP)))?;
    Ok(coded.to_vec())
}

fn name(file_type: FileType) -> &'static str {
    match file_type {
        FileType::Jpeg => "a JPEG picture",
        FileType::Png => "a PNG picture",
        FileType::WebP => "a WebP picture",
        FileType::Gif => "a GIF picture",
        FileType::Pdf => "a PDF document",
    }
}

/// What people send that is not kept, by how it begins.
fn other_type(bytes: &[u8]) -> &'static str {
    let start = &bytes[..bytes.len().min(512)];
    let text =
        String::from_utf8_lossy(start).trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']).to_lowercase();
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12) {
            Some(b"avif" | b"avis") => "Is an AVIF picture.",
            Some(b"heic" | b"heix" | b"mif1" | b"msf1" | b"hevc") => "Is a HEIC picture.",
            _ => "Is a film.",
        };
    }
    if text.starts_with("<svg") || (text.starts_with("<?xml") && text.contains("<svg")) {
        return "Is an SVG drawing, which can hold programs.";
    }
    if text.starts_with("<!doctype") || text.starts_with("<html") || text.contains("<script") {
        return "Is a web page.";
    }
    if start.starts_with(b"II*\0") || start.starts_with(b"MM\0*") {
        return "Is a TIFF picture.";
    }
    if start.starts_with(b"BM") {
        return "Is a BMP picture.";
    }
    if start.starts_with(b"MZ") || start.starts_with(b"\x7fELF") || start.starts_with(b"#!") {
        return "Is a program.";
    }
    "Is of a kind that is not known here."
}

#[cfg(test)]
mod tests;
