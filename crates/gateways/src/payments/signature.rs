//! How providers sign their webhooks: `t=SECONDS,v1=HEX` over `SECONDS.BODY` by HMAC-SHA256.
//!
//! Rule: nothing of a body is read before its signature was found good, and signatures are compared in constant time.

use std::time::Duration;

use domain::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};

use super::WebhookRefused;

/// A webhook may be so old, and its sender's clock so far ahead.
pub(super) const TOLERANCE: Duration = Duration::from_mins(5);
/// The longest header that is looked at.
const LONGEST_HEADER: usize = 2000;
/// The block of SHA-256, in bytes.
const BLOCK: usize = 64;

/// The keyed hash of some parts, one after the other.
pub(super) fn mac(secret: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    begun(secret, parts).finalize().into_bytes().into()
}

fn begun(secret: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    // What HMAC itself does with a key: a long one is hashed, a short one is filled up.
    let mut block = [0; BLOCK];
    if secret.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(secret));
    } else {
        block[..secret.len()].copy_from_slice(secret);
    }
    let mut mac = Hmac::<Sha256>::new(&block.into());
    for part in parts {
        mac.update(part);
    }
    mac
}

/// The header of a body that is sent at this time.
pub(super) fn sign(secret: &[u8], at: Timestamp, body: &[u8]) -> String {
    let seconds = at.as_micros().div_euclid(1_000_000).to_string();
    let mac = mac(secret, &[seconds.as_bytes(), b".", body]);
    format!("t={seconds},v1={}", hex(&mac))
}

/// Whether a body came from who knows the secret, and lately. The header may bring several signatures: a provider that
/// changes its secret signs with both for a while.
pub(super) fn check(secret: &[u8], header: &str, body: &[u8], now: Timestamp) -> Result<(), WebhookRefused> {
    if secret.is_empty() || header.len() > LONGEST_HEADER {
        return Err(WebhookRefused::Forged);
    }
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let seconds = parts().find(|(name, _)| *name == "t").map(|(_, value)| value);
    let seconds = seconds.filter(|text| text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_digit()));
    let seconds = seconds.ok_or(WebhookRefused::Forged)?;
    let expected = begun(secret, &[seconds.as_bytes(), b".", body]);
    let is_good = parts()
        .filter(|(name, _)| *name == "v1")
        .filter_map(|(_, value)| unhex(value))
        .any(|given| expected.clone().verify_slice(&given).is_ok());
    if !is_good {
        return Err(WebhookRefused::Forged);
    }
    let sent = seconds.parse::<i64>().map_err(|_| WebhookRefused::Forged)?;
    let sent = Timestamp::from_micros(sent.saturating_mul(1_000_000));
    if now.since(sent) > TOLERANCE || sent.since(now) > TOLERANCE {
        return Err(WebhookRefused::Stale);
    }
    Ok(())
}

/// Small hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |value: u8| char::from(DIGITS[usize::from(value & 15)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(*byte)]).collect()
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: Vec<u8> = text
        .chars()
        .map(|digit| digit.to_digit(16).and_then(|value| u8::try_from(value).ok()))
        .collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] * 16 + pair[1]).collect();
    if digits.len() == 64 { bytes.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"whsec_test";
    const NOW: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);

    #[test]
    fn the_keyed_hash_is_that_of_the_rfc() {
        // RFC 4231, test cases 2 and 6: a short key, and one that is longer than a block.
        let short = mac(b"Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(hex(&short), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = mac(&[0xaa; 131], &[b"Test Using Larger Than Block-Size Key - Hash Key First"]);
        assert_eq!(hex(&long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn a_body_is_good_with_its_signature_only() {
        let header = sign(SECRET, NOW, b"{}");
        assert_eq!(check(SECRET, &header, b"{}", NOW), Ok(()));
        assert_eq!(check(SECRET, &header, b"{ }", NOW), Err(WebhookRefused::Forged));
        assert_eq!(check(b"another", &header, b"{}", NOW), Err(WebhookRefused::Forged));
        assert_eq!(check(b"", &sign(b"", NOW, b"{}"), b"{}", NOW), Err(WebhookRefused::Forged));
        let later = header.replace("t=1700000000", "t=1700000001");
        assert_eq!(check(SECRET, &later, b"{}", NOW), Err(WebhookRefused::Forged));
        for header in ["", "t=1700000000", "v1=00", "t=,v1=", "t=-1,v1=é", "t=1700000000,v1=zz"] {
            assert_eq!(check(SECRET, header, b"{}", NOW), Err(WebhookRefused::Forged), "{header}");
        }
    }

    #[test]
    fn one_good_signature_of_several_is_enough() {
        let (old, new) = (sign(b"old secret", NOW, b"{}"), sign(SECRET, NOW, b"{}"));
        let both = format!("{old},{},v0=1234", new.trim_start_matches("t=1700000000,"));
        assert_eq!(check(SECRET, &both, b"{}", NOW), Ok(()));
    }

    #[test]
    fn five_minutes_are_tolerated_either_way() {
        let header = sign(SECRET, NOW, b"{}");
        let second = Duration::from_secs(1);
        for (now, expected) in [
            (NOW.plus(TOLERANCE), Ok(())),
            (NOW.minus(TOLERANCE), Ok(())),
            (NOW.plus(TOLERANCE + second), Err(WebhookRefused::Stale)),
            (NOW.minus(TOLERANCE + second), Err(WebhookRefused::Stale)),
        ] {
            assert_eq!(check(SECRET, &header, b"{}", now), expected);
        }
    }
}
