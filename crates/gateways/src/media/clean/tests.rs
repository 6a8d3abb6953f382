use proptest::prelude::*;

use super::*;
use marzipan_tests::pictures::{gif, jpeg, moving_webp, png, quarters, webp};

fn samples() -> Vec<(FileType, Vec<u8>)> {
    let image = quarters(8);
    vec![
        (FileType::Jpeg, jpeg(&image, 3)),
        (FileType::Png, png(&image, 3)),
        (FileType::WebP, webp(&image, 3)),
        (FileType::WebP, moving_webp(&image)),
        (FileType::Gif, gif(&image)),
    ]
}

proptest! {
    /// Whatever is done to a file, it is cleaned or refused, never more than it was, and clean when it is cleaned.
    #[test]
    fn damaged_files_are_cleaned_or_refused(
        which in 0..5_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        cut in any::<prop::sample::Index>(),
        is_cut: bool,
    ) {
        let (file_type, mut bytes) = samples().swap_remove(which);
        for (place, value) in changes {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(clean) = cleaned(file_type, &bytes) {
            prop_assert!(clean.len() <= bytes.len() + 2);
            prop_assert_eq!(cleaned(file_type, &clean), Ok(clean));
        }
    }

    #[test]
    fn any_bytes_are_cleaned_or_refused(kind in 0..5_usize, bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = cleaned(FileType::ALL[kind], &bytes);
    }
}
