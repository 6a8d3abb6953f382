//! The published words of the catalogue (contract, section 3).

use crate::words::words;

words! {
    /// What sort of thing is sold.
    ProductType {
        /// Something that is packed and sent.
        Physical = "physical",
        /// A place at a tasting or the like.
        Event = "event",
        /// A package: boxes that come again and again.
        Subscription = "subscription",
        /// Several products sold as one.
        Bundle = "bundle",
    }

    /// Whether the shop offers a product; that it is sold out is worked out, not set.
    Listing {
        /// It is offered.
        Active = "active",
        /// It is kept back, or was withdrawn while orders still name it.
        Inactive = "inactive",
    }

    /// The published status.
    ShownStatus {
        /// It can be bought.
        Active = "active",
        /// It is not offered, and not listed.
        Inactive = "inactive",
        /// It is offered and there is none left.
        OutOfStock = "out_of_stock",
    }

    /// Who may buy a product.
    Availability {
        /// Everybody.
        All = "all",
        /// Those with an active subscription.
        Subscribers = "subscribers",
    }

    /// Who chooses what is in a box.
    SubscriptionType {
        /// The customer, from a pool.
        Picknmix = "picknmix",
        /// The shop.
        Variable = "variable",
    }

    /// What a box costs.
    PricingType {
        /// The package's own price.
        Fixed = "fixed",
        /// The sum of what is in it.
        PerItem = "per_item",
    }

    /// Where a review stands.
    ReviewStatus {
        /// Nobody has looked at it yet.
        Pending = "pending",
        /// It is shown.
        Approved = "approved",
        /// It is not.
        Rejected = "rejected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back() {
        for kind in ProductType::ALL {
            assert_eq!(ProductType::parse(kind.as_str()), Ok(*kind));
        }
        for word in ["", "Physical", "out-of-stock", " event"] {
            assert!(ProductType::parse(word).is_err() && ShownStatus::parse(word).is_err(), "{word:?}");
        }
        assert_eq!(
            SubscriptionType::parse("x").map_err(|invalid| invalid.reason().to_owned()),
            Err("Must be one of picknmix variable.".to_owned())
        );
    }
}
