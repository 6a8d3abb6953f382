//! GIF: blocks of sub-blocks (`CompuServe`, version 89a).

use super::{Cursor, Misshapen};

const EXTENSION: u8 = 0x21;
const IMAGE: u8 = 0x2c;
const END: u8 = 0x3b;
/// How long a frame is shown, and what of it is transparent.
const CONTROL: u8 = 0xf9;
/// A block of some application; only those that say how often an animation runs are kept.
const APPLICATION: u8 = 0xff;

pub(super) fn cleaned(bytes: &[u8]) -> Result<Vec<u8>, Misshapen> {
    let mut input = Cursor::new(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    let head = input.take(13)?;
    out.extend_from_slice(head);
    out.extend_from_slice(input.take(table_size(head[10]))?);
    loop {
        let block = input.rest;
        let keep = match input.byte()? {
            END => {
                out.push(END);
                return Ok(out);
            }
            IMAGE => {
                let flags = input.take(9)?[8];
                input.take(table_size(flags))?;
                let _smallest_code = input.byte()?;
                skip_sub_blocks(&mut input)?;
                true
            }
            EXTENSION => {
                let label = input.byte()?;
                let body = input.rest;
                skip_sub_blocks(&mut input)?;
                let repeats = body.starts_with(b"\x0bNETSCAPE2.0") || body.starts_with(b"\x0bANIMEXTS1.0");
                label == CONTROL || (label == APPLICATION && repeats)
            }
            _ => return Err(Misshapen),
        };
        if keep {
            out.extend_from_slice(&block[..block.len() - input.rest.len()]);
        }
    }
}

/// The bytes of the colour table that these flags announce.
fn table_size(flags: u8) -> usize {
    if flags & 0x80 == 0 { 0 } else { 3 << ((flags & 0x07) + 1) }
}

fn skip_sub_blocks(input: &mut Cursor<'_>) -> Result<(), Misshapen> {
    loop {
        let size = usize::from(input.byte()?);
        if size == 0 {
            return Ok(());
        }
        input.take(size)?;
    }
}
