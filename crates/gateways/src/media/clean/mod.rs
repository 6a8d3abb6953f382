//! Takes from a file everything that is not the picture: where and when it was taken, with which camera, comments,
//! thumbnails, and whatever stands behind its end.
//!
//! Rule: nothing of the picture itself is changed; what is kept is listed, and all else goes. Colour profiles stay, for
//! without them a picture looks wrong.

mod gif;
mod jpeg;
mod png;
mod webp;

use domain::media::FileType;

/// The file does not have the shape of its kind: it ends too early, most often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Misshapen;

/// The file without its metadata.
pub(super) fn cleaned(file_type: FileType, bytes: &[u8]) -> Result<Vec<u8>, Misshapen> {
    match file_type {
        FileType::Jpeg => jpeg::cleaned(bytes),
        FileType::Png => png::cleaned(bytes),
        FileType::WebP => webp::cleaned(bytes),
        FileType::Gif => gif::cleaned(bytes),
        FileType::Pdf => ends_as_pdf(bytes).then(|| bytes.to_vec()).ok_or(Misshapen),
    }
}

/// A document is only looked at from outside: it is whole where its end mark stands near its end.
fn ends_as_pdf(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(1024)..];
    tail.windows(5).any(|window| window == b"%%EOF")
}

/// Reads a file from its start to its end.
struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    fn take(&mut self, count: usize) -> Result<&'a [u8], Misshapen> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Misshapen)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Misshapen> {
        self.take(N)?.try_into().map_err(|_| Misshapen)
    }

    fn byte(&mut self) -> Result<u8, Misshapen> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Insists on these bytes.
    fn expect(&mut self, wanted: &[u8]) -> Result<(), Misshapen> {
        if self.take(wanted.len())? == wanted { Ok(()) } else { Err(Misshapen) }
    }
}

/// A length as it stands in a file.
fn length(value: u32) -> Result<usize, Misshapen> {
    usize::try_from(value).map_err(|_| Misshapen)
}

#[cfg(test)]
mod tests;
