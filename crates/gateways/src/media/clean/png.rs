//! PNG: chunks with a name each (ISO/IEC 15948).

use super::{Cursor, Misshapen, length};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The picture, its colours, and the frames of an animation.
const KEPT: [&[u8; 4]; 16] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP", b"sBIT",
    b"pHYs", b"bKGD", b"acTL", b"fcTL", b"fdAT",
];

pub(super) fn cleaned(bytes: &[u8]) -> Result<Vec<u8>, Misshapen> {
    let mut input = Cursor::new(bytes);
    input.expect(SIGNATURE)?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(SIGNATURE);
    loop {
        let chunk = input.rest;
        let size = length(u32::from_be_bytes(input.array()?))?;
        let name: [u8; 4] = input.array()?;
        let checksum = 4;
        input.take(size.checked_add(checksum).ok_or(Misshapen)?)?;
        if KEPT.contains(&&name) {
            out.extend_from_slice(&chunk[..chunk.len() - input.rest.len()]);
        }
        if name == *b"IEND" {
            return Ok(out);
        }
    }
}
