//! The compressed forms of a body. Rule: the client names those it takes; the smallest of them is given.

use std::io::Write as _;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Smaller bodies are not worth compressing.
pub(crate) const WORTH_COMPRESSING: usize = 1024;
/// A good half of what Brotli can save, for a twentieth of its time.
const BROTLI_QUALITY: i32 = 5;

/// A form of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coding {
    /// As it is.
    Identity,
    /// Gzip.
    Gzip,
    /// Brotli.
    Brotli,
}

impl Coding {
    /// The form that a client takes and that is the smallest.
    #[must_use]
    pub fn asked_for(headers: &HeaderMap) -> Self {
        let mut best = (Self::Identity, 0);
        for value in headers.get_all(ACCEPT_ENCODING) {
            for part in value.to_str().unwrap_or_default().split(',') {
                let (name, weight) = part.split_once(';').unwrap_or((part, "q=1"));
                let coding = match name.trim() {
                    name if name.eq_ignore_ascii_case("br") => Self::Brotli,
                    name if name.eq_ignore_ascii_case("gzip") => Self::Gzip,
                    "*" => Self::Gzip,
                    _ => continue,
                };
                let weight = thousandths(weight);
                if weight > best.1 || (weight == best.1 && weight > 0 && coding == Self::Brotli) {
                    best = (coding, weight);
                }
            }
        }
        best.0
    }

    /// Its name in `Content-Encoding`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Gzip => "gzip",
            Self::Brotli => "br",
        }
    }

    /// The body in this form; `None` where it would not be smaller.
    #[must_use]
    pub fn compress(self, body: &[u8]) -> Option<bytes::Bytes> {
        if body.len() < WORTH_COMPRESSING {
            return None;
        }
        let room = Vec::with_capacity(body.len() / 4);
        let compressed = match self {
            Self::Identity => return None,
            Self::Gzip => {
                let mut encoder = GzEncoder::new(room, Compression::default());
                encoder.write_all(body).and_then(|()| encoder.finish())
            }
            Self::Brotli => {
                let parameters =
                    BrotliEncoderParams { quality: BROTLI_QUALITY, ..BrotliEncoderParams::default() };
                let mut out = room;
                brotli::BrotliCompress(&mut &*body, &mut out, &parameters).map(|_| out)
            }
        };
        // Writing into memory does not fail.
        let compressed = compressed.ok().filter(|compressed| compressed.len() < body.len())?;
        Some(bytes::Bytes::copy_from_slice(&compressed))
    }
}

/// A weight such as `q=0.5`, in thousandths; what can not be read weighs nothing.
fn thousandths(weight: &str) -> u32 {
    let number = weight.trim().strip_prefix("q=").or_else(|| weight.trim().strip_prefix("Q="));
    let Some((whole, part)) = number.map(|number| number.split_once('.').unwrap_or((number, ""))) else {
        return 0;
    };
    if whole == "1" {
        return 1000;
    }
    let digits: String = part.chars().chain("000".chars()).take(3).collect();
    if whole == "0" { digits.parse().unwrap_or(0) } else { 0 }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_smallest_form_that_is_taken_is_given() {
        for (asks, coding) in [
            ("gzip, deflate, br", Coding::Brotli),
            ("br;q=0.5, gzip", Coding::Gzip),
            ("gzip", Coding::Gzip),
            ("*", Coding::Gzip),
            ("br;q=0, gzip;q=0", Coding::Identity),
            ("deflate", Coding::Identity),
            ("gzip;q=nonsense", Coding::Identity),
            ("BR;q=1.0", Coding::Brotli),
            ("", Coding::Identity),
        ] {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(asks))]);
            assert_eq!(Coding::asked_for(&headers), coding, "{asks}");
        }
        assert_eq!(Coding::asked_for(&HeaderMap::new()), Coding::Identity);
    }

    #[test]
    fn a_compressed_body_reads_back() {
        let body = "marzipan ".repeat(1000);
        let gzip = Coding::Gzip.compress(body.as_bytes()).expect("worth it");
        let mut text = String::new();
        flate2::read::GzDecoder::new(&*gzip).read_to_string(&mut text).expect("reads");
        assert_eq!(text, body);
        let brotli_bytes = Coding::Brotli.compress(body.as_bytes()).expect("worth it");
        let mut out = Vec::new();
        brotli::BrotliDecompress(&mut &*brotli_bytes, &mut out).expect("reads");
        assert_eq!(out, body.as_bytes());
    }

    #[test]
    fn what_does_not_shrink_stays() {
        assert_eq!(Coding::Gzip.compress(b"short"), None);
        let noise: Vec<u8> = (0..4096_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect();
        assert_eq!(Coding::Gzip.compress(&noise[..]).filter(|made| made.len() >= noise.len()), None);
        assert_eq!(Coding::Identity.compress(&[0; 4096]), None);
    }
}
