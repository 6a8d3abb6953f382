//! Pictures, made here, with everything in them that must not go out. The tests of the crate that cleans them use them
//! too.

use std::io::Cursor;

use image::codecs::png::PngEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageEncoder as _, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

/// Words that are in each sample's metadata and must be in nothing that goes out.
pub const SECRETS: [&[u8]; 5] =
    [b"7 Hidden Lane", b"SecretCam", b"<script>", b"http://ns.adobe.com/xap", b"Photoshop 3.0"];

/// Four quarters: red, green, blue and white, as one reads; half as high as wide.
pub fn quarters(width: u32) -> DynamicImage {
    let height = width / 2;
    DynamicImage::from(RgbImage::from_fn(width, height, |x, y| match (x < width / 2, y < height / 2) {
        (true, true) => Rgb([250, 10, 10]),
        (false, true) => Rgb([10, 250, 10]),
        (true, false) => Rgb([10, 10, 250]),
        (false, false) => Rgb([250, 250, 250]),
    }))
}

/// Fails where anything that stood in a sample's metadata, or behind its end, is in these bytes.
#[track_caller]
pub fn assert_tells_nothing(bytes: &[u8]) {
    let marks: [&[u8]; 3] = [b"Exif", b"eXIf", b"EXIF"];
    for words in SECRETS.iter().chain(&marks) {
        let is_there = bytes.windows(words.len()).any(|window| window == *words);
        assert!(!is_there, "holds {}", String::from_utf8_lossy(words));
    }
}

/// Fails where the picture is not [`quarters`], of whatever width, the way it should stand.
#[track_caller]
pub fn assert_upright(image: &DynamicImage) {
    let (width, height) = (image.width(), image.height());
    assert_eq!(width, 2 * height);
    let pixels = image.to_rgb8();
    let colours = [(1, 1), (3, 1), (1, 3), (3, 3)].map(|(x, y)| {
        let pixel = pixels.get_pixel(width * x / 4, height * y / 4);
        pixel.0.map(|value| value > 128)
    });
    let [red, green, blue] = [[true, false, false], [false, true, false], [false, false, true]];
    assert_eq!(colours, [red, green, blue, [true; 3]]);
}

/// A white disc on nothing.
pub fn disc(width: u32) -> DynamicImage {
    let middle = i64::from(width / 2);
    DynamicImage::from(RgbaImage::from_fn(width, width, |x, y| {
        let (x, y) = (i64::from(x) - middle, i64::from(y) - middle);
        if x * x + y * y < middle * middle / 2 { Rgba([255, 255, 255, 255]) } else { Rgba([0, 0, 0, 0]) }
    }))
}

/// The picture as a camera stores it that was held so that this orientation turns it upright.
pub fn held(upright: &DynamicImage, orientation: u8) -> DynamicImage {
    let back = match orientation {
        6 => 8,
        8 => 6,
        same => same,
    };
    let mut stored = upright.clone();
    stored.apply_orientation(Orientation::from_exif(back).expect("1 to 8"));
    stored
}

/// The file of a picture, with nothing else in it.
pub fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image.write_to(&mut out, format).expect("is written");
    out.into_inner()
}

/// EXIF data (TIFF, little-endian): the camera, the orientation, where the picture was taken, and a caption.
pub fn exif(orientation: u8) -> Vec<u8> {
    fn entry(tag: u16, kind: u16, count: u32, value: u32) -> Vec<u8> {
        let mut out = Vec::new();
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(value.to_le_bytes());
        out
    }
    let caption = b"7 Hidden Lane\0";
    let camera = b"SecretCam\0";
    let main_end = 8 + 2 + 4 * 12 + 4;
    let gps_end = main_end + 2 + 2 * 12 + 4;
    let at = |offset: usize| u32::try_from(offset).expect("small");
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    out.extend(4u16.to_le_bytes());
    out.extend(entry(0x010e, 2, at(caption.len()), at(gps_end + 24)));
    out.extend(entry(0x010f, 2, at(camera.len()), at(gps_end + 24 + caption.len())));
    out.extend(entry(0x0112, 3, 1, u32::from(orientation)));
    out.extend(entry(0x8825, 4, 1, at(main_end)));
    out.extend([0; 4]);
    out.extend(2u16.to_le_bytes());
    out.extend(entry(0x0001, 2, 2, u32::from(b'N')));
    out.extend(entry(0x0002, 5, 3, at(gps_end)));
    out.extend([0; 4]);
    for number in [51u32, 1, 28, 1, 40, 1] {
        out.extend(number.to_le_bytes());
    }
    out.extend_from_slice(caption);
    out.extend_from_slice(camera);
    out
}

/// A JPEG with EXIF, XMP and IPTC data, a comment, and a web page behind its end.
pub fn jpeg(image: &DynamicImage, orientation: u8) -> Vec<u8> {
    let plain = encoded(&image.to_rgb8().into(), ImageFormat::Jpeg);
    let mut out = plain[..2].to_vec();
    let mut segment = |marker: u8, head: &[u8], body: &[u8]| {
        let length = u16::try_from(head.len() + body.len() + 2).expect("short");
        out.extend([0xff, marker]);
        out.extend(length.to_be_bytes());
        out.extend_from_slice(head);
        out.extend_from_slice(body);
    };
    segment(0xe1, b"Exif\0\0", &exif(orientation));
    segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0", b"<x:xmpmeta>7 Hidden Lane</x:xmpmeta>");
    segment(0xed, b"Photoshop 3.0\0", b"8BIM 7 Hidden Lane");
    segment(0xfe, b"", b"<script>alert(1)</script>");
    out.extend_from_slice(&plain[2..]);
    out.extend_from_slice(b"<!DOCTYPE html><script>alert(1)</script>");
    out
}

/// A PNG with EXIF data, texts, a time, and a web page behind its end.
pub fn png(image: &DynamicImage, orientation: u8) -> Vec<u8> {
    let plain = encoded(image, ImageFormat::Png);
    // Behind the head, which is 13 bytes in a chunk of 25.
    let (head, rest) = plain.split_at(8 + 25);
    let mut out = head.to_vec();
    for (name, body) in [
        (b"eXIf", exif(orientation)),
        (b"tEXt", b"Comment\0<script>7 Hidden Lane</script>".to_vec()),
        (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0http://ns.adobe.com/xap/1.0/".to_vec()),
        (b"tIME", b"\x07\xe8\x01\x02\x03\x04\x05".to_vec()),
    ] {
        let chunk = [name.as_slice(), &body].concat();
        out.extend(u32::try_from(body.len()).expect("short").to_be_bytes());
        out.extend_from_slice(&chunk);
        out.extend(checksum(&chunk).to_be_bytes());
    }
    out.extend_from_slice(rest);
    out.extend_from_slice(b"<script>alert(1)</script>");
    out
}

/// A WebP with EXIF and XMP data, a chunk nobody knows, and a web page behind its end.
pub fn webp(image: &DynamicImage, orientation: u8) -> Vec<u8> {
    let picture = encoded(image, ImageFormat::WebP)[12..].to_vec();
    let mut chunks = riff(*b"VP8X", &canvas(image, 0x0c));
    chunks.extend(picture);
    chunks.extend(riff(*b"EXIF", &exif(orientation)));
    chunks.extend(riff(*b"XMP ", b"http://ns.adobe.com/xap/1.0/ 7 Hidden Lane"));
    chunks.extend(riff(*b"JUNK", b"<script>"));
    let mut out = riff(*b"RIFF", &[b"WEBP", chunks.as_slice()].concat());
    out.extend_from_slice(b"<script>alert(1)</script>");
    out
}

/// A WebP that moves: the picture twice, and in its frames a chunk nobody knows.
pub fn moving_webp(image: &DynamicImage) -> Vec<u8> {
    let picture = encoded(image, ImageFormat::WebP)[12..].to_vec();
    let mut frame = vec![0; 6];
    frame.extend(&canvas(image, 0)[4..10]);
    frame.extend([100, 0, 0, 0]);
    frame.extend(picture);
    frame.extend(riff(*b"JUNK", b"<script>"));
    let mut chunks = riff(*b"VP8X", &canvas(image, 0x02));
    chunks.extend(riff(*b"ANIM", &[0; 6]));
    chunks.extend(riff(*b"ANMF", &frame));
    chunks.extend(riff(*b"ANMF", &frame));
    riff(*b"RIFF", &[b"WEBP", chunks.as_slice()].concat())
}

fn canvas(image: &DynamicImage, flags: u8) -> Vec<u8> {
    let mut out = vec![flags, 0, 0, 0];
    out.extend(&(image.width() - 1).to_le_bytes()[..3]);
    out.extend(&(image.height() - 1).to_le_bytes()[..3]);
    out
}

fn riff(name: [u8; 4], body: &[u8]) -> Vec<u8> {
    let mut out = name.to_vec();
    out.extend(u32::try_from(body.len()).expect("short").to_le_bytes());
    out.extend_from_slice(body);
    if body.len() % 2 == 1 {
        out.push(0);
    }
    out
}

/// A GIF of two frames with a comment, XMP data, and a web page behind its end.
pub fn gif(image: &DynamicImage) -> Vec<u8> {
    let mut plain = Vec::new();
    {
        let mut encoder = image::codecs::gif::GifEncoder::new(&mut plain);
        encoder.set_repeat(image::codecs::gif::Repeat::Infinite).expect("is written");
        for picture in [image.to_rgba8(), image.fliph().to_rgba8()] {
            encoder.encode_frame(image::Frame::new(picture)).expect("is written");
        }
    }
    let table = if plain[10] & 0x80 == 0 { 0 } else { 3 << ((plain[10] & 7) + 1) };
    let (head, rest) = plain.split_at(13 + table);
    let mut out = head.to_vec();
    out.extend_from_slice(b"\x21\xfe\x0d7 Hidden Lane\x09<script>!\0");
    out.extend_from_slice(b"\x21\xff\x0bXMP DataXMP\x17http://ns.adobe.com/xap\0");
    out.extend_from_slice(rest);
    out.extend_from_slice(b"<script>alert(1)</script>");
    out
}

/// A PNG in the colours of a profile.
pub fn png_with_profile(image: &DynamicImage, profile: Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = PngEncoder::new(&mut out);
    encoder.set_icc_profile(profile).expect("PNG has profiles");
    encoder
        .write_image(image.as_bytes(), image.width(), image.height(), image.color().into())
        .expect("is written");
    out
}

/// A PNG whose head announces a size, and whose data is nearly nothing.
pub fn png_that_claims(width: u32, height: u32) -> Vec<u8> {
    let mut out = encoded(&quarters(2), ImageFormat::Png);
    out[16..20].copy_from_slice(&width.to_be_bytes());
    out[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = checksum(&out[12..29]);
    out[29..33].copy_from_slice(&sum.to_be_bytes());
    out
}

/// CRC-32 as PNG has it.
fn checksum(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { 0xedb8_8320 ^ (sum >> 1) } else { sum >> 1 };
        }
    }
    !sum
}
