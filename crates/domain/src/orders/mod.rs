//! The states of an order and of its payment. Rule: what may follow what stands in one table each.

mod status;

pub use status::{OrderStatus, PaymentStatus};

/// The ref of the order with this number: seven digits, as the published API shows it.
#[must_use]
pub fn reference(number: i64) -> String {
    format!("{number:07}")
}

/// The number of an order's ref.
#[must_use]
pub fn number_of(reference: &str) -> Option<i64> {
    (reference.len() == 7 && reference.bytes().all(|digit| digit.is_ascii_digit()))
        .then(|| reference.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ref_has_seven_digits() {
        assert_eq!(reference(1_010_744), "1010744");
        assert_eq!(number_of("1010744"), Some(1_010_744));
        for other in ["", "101074", "10107440", "+101074", "101 744", "１０１０７４４"] {
            assert_eq!(number_of(other), None, "{other}");
        }
    }
}
