//! WebP: RIFF chunks (RFC 9649).

use super::{Cursor, Misshapen, length};

/// The picture, its colours, and the frames of an animation.
const KEPT: [&[u8; 4]; 7] = [b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"];

/// What a frame of an animation holds.
const IN_A_FRAME: [&[u8; 4]; 3] = [b"VP8 ", b"VP8L", b"ALPH"];

/// The head of a frame, before its chunks.
const FRAME_HEAD: usize = 16;

/// The flags that say there is EXIF or XMP data.
const METADATA_FLAGS: u8 = 0b0000_1100;

pub(super) fn cleaned(bytes: &[u8]) -> Result<Vec<u8>, Misshapen> {
    let mut input = Cursor::new(bytes);
    input.expect(b"RIFF")?;
    let size = length(u32::from_le_bytes(input.array()?))?;
    // What stands behind the length is no part of the file.
    let mut body = Cursor::new(input.take(size)?);
    body.expect(b"WEBP")?;
    let mut chunks = Vec::with_capacity(bytes.len());
    copy(&mut body, &mut chunks, &KEPT)?;

    let size = u32::try_from(chunks.len() + 4).map_err(|_| Misshapen)?;
    let mut out = Vec::with_capacity(chunks.len() + 12);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&size.to_le_bytes());
    out.extend_from_slice(b"WEBP");
    out.append(&mut chunks);
    Ok(out)
}

/// Copies the chunks whose names are listed.
fn copy(input: &mut Cursor<'_>, out: &mut Vec<u8>, names: &[&[u8; 4]]) -> Result<(), Misshapen> {
    while !input.is_at_end() {
        let name: [u8; 4] = input.array()?;
        let body = {
            let size = length(u32::from_le_bytes(input.array()?))?;
            input.take(size)?
        };
        // An odd chunk is filled up; some writers leave that out at the very end.
        if body.len() % 2 == 1 && !input.is_at_end() {
            input.byte()?;
        }
        if !names.contains(&&name) {
            continue;
        }
        let mut body = body.to_vec();
        match &name {
            b"VP8X" => *body.first_mut().ok_or(Misshapen)? &= !METADATA_FLAGS,
            b"ANMF" => {
                let (head, chunks) = body.split_at_checked(FRAME_HEAD).ok_or(Misshapen)?;
                let mut frame = head.to_vec();
                copy(&mut Cursor::new(chunks), &mut frame, &IN_A_FRAME)?;
                body = frame;
            }
            _ => {}
        }
        out.extend_from_slice(&name);
        out.extend_from_slice(&u32::try_from(body.len()).map_err(|_| Misshapen)?.to_le_bytes());
        out.extend_from_slice(&body);
        if body.len() % 2 == 1 {
            out.push(0);
        }
    }
    Ok(())
}
