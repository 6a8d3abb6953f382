use image::AnimationDecoder as _;
use marzipan_tests::pictures::{
    assert_tells_nothing, assert_upright, disc, encoded, gif, held, jpeg, moving_webp, png, png_that_claims,
    png_with_profile, quarters, webp,
};

use super::*;

fn contains(bytes: &[u8], words: &[u8]) -> bool {
    bytes.windows(words.len()).any(|window| window == words)
}

fn image_of(file_type: FileType, bytes: &[u8]) -> DynamicImage {
    decoded(file_type, bytes).expect("can be read").0
}

#[test]
fn every_orientation_is_turned_upright() {
    let upright = quarters(64);
    for orientation in 1..=8 {
        let stored = held(&upright, orientation);
        for (file_type, bytes) in [
            (FileType::Jpeg, jpeg(&stored, orientation)),
            (FileType::Png, png(&stored, orientation)),
            (FileType::WebP, webp(&stored, orientation)),
        ] {
            let accepted = accept(&bytes).expect("a picture");
            assert_eq!(accepted.file_type, file_type);
            assert_eq!(
                accepted.picture,
                Some(Picture { width: 64, height: 32 }),
                "{file_type:?} {orientation}"
            );
            assert_tells_nothing(&accepted.bytes);
            assert_upright(&image_of(file_type, &accepted.bytes));
            for rendition in renditions(file_type, &accepted.bytes).expect("a picture") {
                assert_tells_nothing(&rendition.bytes);
                assert_upright(&image_of(rendition.file_type, &rendition.bytes));
            }
        }
    }
}

#[test]
fn what_stands_upright_keeps_its_pixels() {
    let image = quarters(64);
    for (file_type, bytes) in [
        (FileType::Jpeg, jpeg(&image, 1)),
        (FileType::Png, png(&image, 1)),
        (FileType::WebP, webp(&image, 1)),
        (FileType::Gif, gif(&image)),
    ] {
        let accepted = accept(&bytes).expect("a picture");
        assert_tells_nothing(&accepted.bytes);
        assert_eq!(image_of(file_type, &accepted.bytes), image_of(file_type, &bytes), "{file_type:?}");
        // Nothing is left to take away.
        assert_eq!(accept(&accepted.bytes).expect("a picture"), accepted);
    }
}

#[test]
fn animations_still_move() {
    let image = quarters(16);
    let accepted = accept(&gif(&image)).expect("a picture");
    let decoder = image::codecs::gif::GifDecoder::new(Cursor::new(&accepted.bytes)).expect("a GIF");
    assert_eq!(decoder.into_frames().collect_frames().expect("frames").len(), 2);
    assert!(contains(&accepted.bytes, b"NETSCAPE2.0"), "still repeats");

    let accepted = accept(&moving_webp(&image)).expect("a picture");
    assert_tells_nothing(&accepted.bytes);
    let decoder = image::codecs::webp::WebPDecoder::new(Cursor::new(&accepted.bytes)).expect("a WebP");
    assert_eq!(decoder.into_frames().collect_frames().expect("frames").len(), 2);
    assert_upright(&image_of(
        FileType::WebP,
        &renditions(FileType::WebP, &accepted.bytes).expect("a picture")[0].bytes,
    ));
}

#[test]
fn renditions_have_three_widths_and_two_kinds() {
    let sizes = |width: u32| -> Vec<(FileType, u32, u32)> {
        let bytes = encoded(&quarters(width), ImageFormat::Png);
        let made = renditions(FileType::Png, &bytes).expect("a picture");
        made.iter()
            .map(|made| {
                let image = image_of(made.file_type, &made.bytes);
                assert_eq!((image.width(), image.height()), (made.width, made.height));
                assert_eq!(FileType::of(&made.bytes), Some(made.file_type));
                (made.file_type, made.width, made.height)
            })
            .collect()
    };
    let of = |widths: &[u32]| -> Vec<(FileType, u32, u32)> {
        widths.iter().flat_map(|w| [(FileType::WebP, *w, w / 2), (FileType::Jpeg, *w, w / 2)]).collect()
    };
    assert_eq!(sizes(2000), of(&[320, 800, 1600]));
    assert_eq!(sizes(400), of(&[320, 400]));
    assert_eq!(sizes(20), of(&[20]));
}

#[test]
fn the_narrowest_pictures_are_made_too() {
    for (width, height) in [(1, 1), (1, 3000), (3000, 1), (2, 3)] {
        let image = DynamicImage::from(RgbImage::from_pixel(width, height, image::Rgb([1, 2, 3])));
        let accepted = accept(&encoded(&image, ImageFormat::Png)).expect("a picture");
        assert!(!renditions(FileType::Png, &accepted.bytes).expect("a picture").is_empty());
    }
}

#[test]
fn what_is_transparent_stays_so_without_a_dark_rim() {
    let bytes = encoded(&disc(1000), ImageFormat::Png);
    let made = renditions(FileType::Png, &bytes).expect("a picture");
    assert!(made.iter().all(|made| matches!(made.file_type, FileType::WebP | FileType::Png)));
    for rendition in made {
        let image = image_of(rendition.file_type, &rendition.bytes).to_rgba8();
        assert_eq!(image.get_pixel(0, 0).0[3], 0);
        assert_eq!(image.get_pixel(image.width() / 2, image.height() / 2).0, [255; 4]);
        if rendition.file_type == FileType::Png {
            let seen = image.pixels().filter(|pixel| pixel.0[3] > 8);
            assert!(seen.into_iter().all(|pixel| pixel.0[..3].iter().all(|value| *value > 200)));
        }
    }
    // Where nothing is, there is no need of a PNG.
    let opaque = DynamicImage::from(quarters(10).to_rgba8());
    let made = renditions(FileType::Png, &encoded(&opaque, ImageFormat::Png)).expect("a picture");
    assert!(made.iter().any(|made| made.file_type == FileType::Jpeg));
}

#[test]
fn other_colours_become_those_of_every_screen() {
    let muted = DynamicImage::from(RgbImage::from_pixel(10, 10, image::Rgb([200, 100, 100])));
    let profile = ColorProfile::new_display_p3().encode().expect("a profile");
    let bytes = png_with_profile(&muted, profile);
    let accepted = accept(&bytes).expect("a picture");
    assert!(contains(&accepted.bytes, b"iCCP"), "the original keeps its profile");
    for rendition in renditions(FileType::Png, &accepted.bytes).expect("a picture") {
        let [red, green, _] = image_of(rendition.file_type, &rendition.bytes).to_rgb8().get_pixel(5, 5).0;
        assert!(red > 206 && green < 100, "{red} {green}");
    }
    let turned = DynamicImage::from(RgbImage::from_pixel(10, 10, image::Rgb([200, 100, 100])));
    let broken = png_with_profile(&turned, b"no profile".to_vec());
    let made = renditions(FileType::Png, &accept(&broken).expect("a picture").bytes).expect("a picture");
    assert_eq!(
        image_of(made[1].file_type, &made[1].bytes).to_rgb8().get_pixel(5, 5).0[0].abs_diff(200) / 4,
        0
    );
}

#[test]
fn a_picture_is_judged_before_it_is_decoded() {
    for (width, height) in [(60_000, 60_000), (u32::MAX / 2, 1), (10_000, 5_001), (16_384, 1)] {
        let refused = accept(&png_that_claims(width, height));
        assert!(
            matches!(refused, Err(Refused::TooLarge { .. } | Refused::Damaged(_))),
            "{width} x {height}: {refused:?}"
        );
    }
    assert_eq!(
        accept(&png_that_claims(10_000, 5_001)),
        Err(Refused::TooLarge { width: 10_000, height: 5_001 })
    );
    // What claims a size that is fit must have it.
    assert!(matches!(accept(&png_that_claims(10_000, 5_000)), Err(Refused::Damaged(_))));
    let mut wide = encoded(&quarters(2), ImageFormat::Gif);
    wide[6..10].copy_from_slice(&[0xff; 4]);
    assert!(matches!(accept(&wide), Err(Refused::TooLarge { .. })));
}

#[test]
fn a_file_that_is_cut_off_is_refused() {
    let image = quarters(64);
    for (name, bytes) in
        [("JPEG", jpeg(&image, 6)), ("PNG", png(&image, 6)), ("WebP", webp(&image, 6)), ("GIF", gif(&image))]
    {
        // What stands behind the end is at most this long.
        for cut in 1..bytes.len() - 41 {
            assert!(accept(&bytes[..cut]).is_err(), "a {name} of {cut} bytes");
        }
    }
    let pdf = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n";
    assert_eq!(accept(pdf).expect("a document").picture, None);
    assert!(accept(&pdf[..20]).is_err());
}

#[test]
fn other_kinds_are_refused_by_their_content() {
    let cases: [(&[u8], &str); 10] = [
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
        (b"\xef\xbb\xbf <?xml version=\"1.0\"?><!-- x --><svg/>", "SVG"),
        (b"<!DOCTYPE html><title>x</title>", "web page"),
        (b"<b>x</b><script>", "web page"),
        (b"MZ\x90\0", "program"),
        (b"\0\0\0\x20ftypavif", "AVIF"),
        (b"\0\0\0\x20ftypheic", "HEIC"),
        (b"\0\0\0\x20ftypmp42", "film"),
        (b"BM....", "BMP"),
        (b"PK\x03\x04", "not known"),
    ];
    for (bytes, word) in cases {
        let refused = accept(bytes).expect_err("is no picture");
        assert!(refused.to_string().contains(word), "{refused}");
    }
    assert_eq!(accept(b""), Err(Refused::Empty));
    let long = [b"\xff\xd8\xff".as_slice(), &vec![0; MOST_BYTES]].concat();
    assert_eq!(accept(&long), Err(Refused::TooLong));
    // A name and a first byte are not enough.
    assert!(matches!(accept(b"GIF89a<script>alert(1)</script>"), Err(Refused::Damaged(_))));
    assert!(matches!(accept(b"\xff\xd8\xff\xe0<script>alert(1)</script>"), Err(Refused::Damaged(_))));
}
