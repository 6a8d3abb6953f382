//! JPEG: segments behind markers (ISO/IEC 10918-1, annex B).

use super::{Cursor, Misshapen};

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

pub(super) fn cleaned(bytes: &[u8]) -> Result<Vec<u8>, Misshapen> {
    let mut input = Cursor::new(bytes);
    input.expect(b"\xff\xd8")?;
    let mut out = Vec::with_capacity(bytes.len());
    out.extend_from_slice(b"\xff\xd8");
    loop {
        let marker = marker(&mut input)?;
        match marker {
            END => {
                out.extend_from_slice(&[0xff, END]);
                return Ok(out);
            }
            // Marks without a segment mean nothing outside of a scan.
            0x01 | 0xd0..=0xd7 => continue,
            0x00 | 0xd8 => return Err(Misshapen),
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(input.array()?));
        let body = input.take(length.checked_sub(2).ok_or(Misshapen)?)?;
        if let Some(kept) = kept(marker, body) {
            let length = u16::try_from(kept.len() + 2).map_err(|_| Misshapen)?;
            out.extend_from_slice(&[0xff, marker]);
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(kept);
        }
        if marker == SCAN {
            copy_scan(&mut input, &mut out)?;
        }
    }
}

/// The next marker, behind any filling.
fn marker(input: &mut Cursor<'_>) -> Result<u8, Misshapen> {
    input.expect(b"\xff")?;
    loop {
        match input.byte()? {
            0xff => {}
            marker => return Ok(marker),
        }
    }
}

/// What stays of a segment: tables, frames and scans whole; of the application's own only what tells the colours.
fn kept(marker: u8, body: &[u8]) -> Option<&[u8]> {
    /// A JFIF segment that says its thumbnail has no width and no height.
    const WITHOUT_THUMBNAIL: std::ops::Range<usize> = 12..14;
    match marker {
        0xc0..=0xcf | SCAN | 0xdb | 0xdc | 0xdd => Some(body),
        // Nothing is lost with one that has a thumbnail: it tells a density, and otherwise what is usual.
        0xe0 if body.starts_with(b"JFIF\0") && body.get(WITHOUT_THUMBNAIL) == Some(&[0, 0]) => {
            body.get(..WITHOUT_THUMBNAIL.end)
        }
        0xe2 if body.starts_with(b"ICC_PROFILE\0") => Some(body),
        0xee if body.starts_with(b"Adobe") => Some(body),
        _ => None,
    }
}

/// Copies the coded picture up to the marker behind it.
fn copy_scan(input: &mut Cursor<'_>, out: &mut Vec<u8>) -> Result<(), Misshapen> {
    let coded = input.rest;
    let mut at = 0;
    loop {
        let next = coded.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff));
        at += next.ok_or(Misshapen)?;
        match coded.get(at + 1).ok_or(Misshapen)? {
            // A byte that looks like a marker and is none, and a restart within the scan.
            0x00 | 0xd0..=0xd7 => at += 2,
            0xff => at += 1,
            _ => break,
        }
    }
    out.extend_from_slice(input.take(at)?);
    Ok(())
}
