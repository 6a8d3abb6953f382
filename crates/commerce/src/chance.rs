//! Random bytes and the ids made of them. Rule: the source is passed in by the binary, as the clock is.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use domain::time::Timestamp;
use uuid::Uuid;

/// Where random bytes come from. In the binary it is the operating system.
#[derive(Clone)]
pub struct Chance {
    fill: fn(&mut [u8]),
    count: Arc<AtomicU32>,
}

impl fmt::Debug for Chance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Chance")
    }
}

impl Chance {
    /// A source that fills a slice with bytes nobody can guess.
    pub fn new(fill: fn(&mut [u8])) -> Self {
        Self { fill, count: Arc::default() }
    }

    /// `N` random bytes.
    #[must_use]
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.fill)(&mut bytes);
        bytes
    }

    /// A version 4 UUID (RFC 9562, section 5.4): 122 bits that nobody can guess, and no time.
    #[must_use]
    pub fn random_uuid(&self) -> Uuid {
        uuid::Builder::from_random_bytes(self.bytes()).into_uuid()
    }

    /// A version 7 UUID of that moment (RFC 9562, section 5.7).
    ///
    /// The bits after the time hold a counter, so that ids made by one process sort in the order they were made even
    /// where the clock stands still, as a test-mode shop's does; 48 random bits follow.
    #[must_use]
    pub fn uuid(&self, now: Timestamp) -> Uuid {
        let count = self.count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let mut tail: [u8; 10] = self.bytes();
        // 26 bits of the counter around the variant's two bits: 4 + 8 in the first two bytes, 6 + 8 in the next.
        let value = u32::from_be_bytes(count) & 0x03ff_ffff;
        let [_, _, _, low] = value.to_be_bytes();
        tail[0] = u8::try_from((value >> 22) & 0x0f).unwrap_or(0);
        tail[1] = u8::try_from((value >> 14) & 0xff).unwrap_or(0);
        tail[2] = u8::try_from((value >> 8) & 0x3f).unwrap_or(0);
        tail[3] = low;
        uuid::Builder::from_unix_timestamp_millis(now.as_unix_millis(), &tail).into_uuid()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_one_moment_sort_in_the_order_they_were_made() {
        let chance = Chance::new(|bytes| bytes.fill(0xa5));
        let now = Timestamp::from_micros(1_577_836_800_000_000);
        let ids: Vec<Uuid> = (0..100_000).map(|_| chance.uuid(now)).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(ids.iter().all(|id| id.get_version_num() == 7 && id.get_variant() == uuid::Variant::RFC4122));
    }
}
