//! Where an order and its payment stand.

use crate::words::words;

words! {
    /// Where an order stands (published).
    OrderStatus {
        /// It waits for its payment.
        Pending = "pending",
        /// It is paid and not sent yet.
        Processing = "processing",
        /// All of it is on its way.
        Shipped = "shipped",
        /// All of it has arrived.
        Delivered = "delivered",
        /// It was given up.
        Cancelled = "cancelled",
        /// All that was paid is given back.
        Refunded = "refunded",
    }

    /// How an order's payment stands (published).
    PaymentStatus {
        /// Nothing has come yet.
        Pending = "pending",
        /// All of it has.
        Paid = "paid",
        /// It was refused.
        Failed = "failed",
        /// A part is given back.
        PartiallyRefunded = "partially_refunded",
        /// All is given back.
        Refunded = "refunded",
    }
}

impl OrderStatus {
    /// Whether an order may turn from this into that.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        use OrderStatus::{Cancelled, Delivered, Pending, Processing, Refunded, Shipped};
        matches!(
            (self, next),
            (Pending, Processing | Cancelled)
                | (Processing, Shipped | Cancelled)
                | (Shipped, Delivered)
                | (Processing | Shipped | Delivered | Cancelled, Refunded)
        )
    }

    /// Whether the shop still has something to do for it.
    #[must_use]
    pub const fn is_unfinished(self) -> bool {
        matches!(self, Self::Pending | Self::Processing)
    }
}

impl PaymentStatus {
    /// How a payment stands of which so much was paid and so much given back.
    #[must_use]
    pub const fn after_refund(paid: i64, refunded: i64) -> Self {
        if refunded <= 0 {
            Self::Paid
        } else if refunded < paid {
            Self::PartiallyRefunded
        } else {
            Self::Refunded
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_goes_forward_only() {
        use OrderStatus::{Cancelled, Delivered, Pending, Processing, Refunded, Shipped};
        for (from, to) in
            [(Pending, Processing), (Processing, Shipped), (Shipped, Delivered), (Delivered, Refunded)]
        {
            assert!(from.may_become(to) && !to.may_become(from), "{from} {to}");
        }
        for status in OrderStatus::ALL {
            assert!(!status.may_become(*status) && !Refunded.may_become(*status), "{status}");
        }
        assert!(!Shipped.may_become(Cancelled) && !Pending.may_become(Shipped));
    }

    #[test]
    fn what_is_given_back_shows() {
        for (paid, refunded, status) in [
            (100, 0, PaymentStatus::Paid),
            (100, 1, PaymentStatus::PartiallyRefunded),
            (100, 99, PaymentStatus::PartiallyRefunded),
            (100, 100, PaymentStatus::Refunded),
            (0, 0, PaymentStatus::Paid),
        ] {
            assert_eq!(PaymentStatus::after_refund(paid, refunded), status, "{paid} {refunded}");
        }
    }
}
