//! Discounts. Rule: what one is worth is said in whole percent or minor units; when it counts, in times that the shop's
//! clock is asked for.

use crate::ids::{CollectionId, DiscountId, ProductId};
use crate::time::Timestamp;

/// What a discount gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiscountKind {
    /// So many hundredths of what it applies to, 1 to 100.
    Percent(i64),
    /// So many minor units, once, spread over what it applies to.
    Amount(i64),
    /// The shipping.
    FreeShipping,
}

/// What a discount is taken off. Discounts count in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiscountClass {
    /// The lines of some products.
    Line,
    /// All lines.
    Order,
    /// The shipping.
    Shipping,
}

/// Which payments a discount counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppliesTo {
    /// What is paid at a checkout.
    First,
    /// What a subscription charges later.
    Renewals,
    /// Both.
    Both,
}

/// A discount.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Discount {
    /// Which one.
    pub id: DiscountId,
    /// What shoppers type, in capitals; `None` for one that counts by itself.
    pub code: Option<String>,
    /// What shoppers read.
    pub name: String,
    /// What it gives.
    pub kind: DiscountKind,
    /// The least that the lines must come to before any discount, in minor units.
    pub minimum_spend: i64,
    /// Only these products, and those of `collections`; all where both are empty.
    pub products: Vec<ProductId>,
    /// Only products of these collections.
    pub collections: Vec<CollectionId>,
    /// When it begins to count.
    pub starts_at: Option<Timestamp>,
    /// When it ceases to.
    pub ends_at: Option<Timestamp>,
    /// How often it can be used in all.
    pub usage_limit: Option<i64>,
    /// How often one customer can use it.
    pub per_customer_limit: Option<i64>,
    /// The classes of discounts that may stand beside it.
    pub combines_with: Vec<DiscountClass>,
    /// Which payments it counts for.
    pub applies_to: AppliesTo,
}

impl Discount {
    /// What it is taken off.
    #[must_use]
    pub fn class(&self) -> DiscountClass {
        match self.kind {
            DiscountKind::FreeShipping => DiscountClass::Shipping,
            _ if self.products.is_empty() && self.collections.is_empty() => DiscountClass::Order,
            _ => DiscountClass::Line,
        }
    }

    /// Whether its time has come and is not over.
    #[must_use]
    pub fn is_on(&self, now: Timestamp) -> bool {
        self.starts_at.is_none_or(|start| start <= now) && self.ends_at.is_none_or(|end| now < end)
    }

    /// Whether it is for this product, which is in these collections.
    #[must_use]
    pub fn covers(&self, product: ProductId, collections: &[CollectionId]) -> bool {
        (self.products.is_empty() && self.collections.is_empty())
            || self.products.contains(&product)
            || self.collections.iter().any(|wanted| collections.contains(wanted))
    }

    /// Whether the two may stand in one cart: each must allow the other's class.
    #[must_use]
    pub fn combines(&self, other: &Self) -> bool {
        self.combines_with.contains(&other.class()) && other.combines_with.contains(&self.class())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    use DiscountClass::{Line, Order, Shipping};

    const CLASSES: [DiscountClass; 3] = [Line, Order, Shipping];

    fn product(number: u128) -> ProductId {
        ProductId::new(Uuid::from_u128(number))
    }

    fn collection(number: u128) -> CollectionId {
        CollectionId::new(Uuid::from_u128(number))
    }

    /// For some products and collections, by their numbers.
    fn discount(kind: DiscountKind, products: &[u128], collections: &[u128]) -> Discount {
        Discount {
            id: DiscountId::new(Uuid::nil()),
            code: Some("HARVEST".to_owned()),
            name: "Harvest".to_owned(),
            kind,
            minimum_spend: 0,
            products: products.iter().copied().map(product).collect(),
            collections: collections.iter().copied().map(collection).collect(),
            starts_at: None,
            ends_at: None,
            usage_limit: None,
            per_customer_limit: None,
            combines_with: Vec::new(),
            applies_to: AppliesTo::Both,
        }
    }

    /// One of a class.
    fn of_class(class: DiscountClass, combines_with: &[DiscountClass]) -> Discount {
        let whole = match class {
            Line => discount(DiscountKind::Percent(10), &[1], &[]),
            Order => discount(DiscountKind::Percent(10), &[], &[]),
            Shipping => discount(DiscountKind::FreeShipping, &[], &[]),
        };
        Discount { combines_with: combines_with.to_vec(), ..whole }
    }

    #[test]
    fn the_class_follows_from_what_it_gives_and_to_what() {
        use DiscountKind::{Amount, FreeShipping, Percent};
        for (kind, products, collections, class) in [
            (Percent(10), vec![], vec![], Order),
            (Amount(500), vec![], vec![], Order),
            (Percent(10), vec![1], vec![], Line),
            (Amount(500), vec![], vec![1], Line),
            (FreeShipping, vec![], vec![], Shipping),
            (FreeShipping, vec![1], vec![1], Shipping),
        ] {
            assert_eq!(discount(kind, &products, &collections).class(), class, "{kind:?}");
        }
        assert!(Line < Order && Order < Shipping, "they count in this order");
    }

    #[test]
    fn it_is_on_from_its_first_instant_until_before_its_last() {
        let at = Timestamp::from_micros;
        for (starts, ends, now, on) in [
            (None, None, i64::MIN, true),
            (Some(10), None, 9, false),
            (Some(10), None, 10, true),
            (None, Some(20), 19, true),
            (None, Some(20), 20, false),
            (Some(10), Some(20), 15, true),
            (Some(10), Some(20), 20, false),
            (Some(10), Some(10), 10, false),
        ] {
            let timed = Discount {
                starts_at: starts.map(at),
                ends_at: ends.map(at),
                ..discount(DiscountKind::FreeShipping, &[], &[])
            };
            assert_eq!(timed.is_on(at(now)), on, "{starts:?} {ends:?} at {now}");
        }
    }

    #[test]
    fn it_covers_its_products_and_those_of_its_collections() {
        for (products, collections, covered) in [
            (vec![], vec![], [true, true, true]),
            (vec![1], vec![], [true, false, false]),
            (vec![], vec![8], [false, true, true]),
            (vec![1], vec![9], [true, false, true]),
            (vec![5], vec![5], [false, false, false]),
        ] {
            let off = discount(DiscountKind::Percent(10), &products, &collections);
            let covers = [
                off.covers(product(1), &[]),
                off.covers(product(2), &[collection(8)]),
                off.covers(product(3), &[collection(7), collection(8), collection(9)]),
            ];
            assert_eq!(covers, covered, "{products:?} {collections:?}");
        }
    }

    #[test]
    fn two_combine_where_each_allows_the_others_class() {
        for (one, other, combine) in [
            ((Line, vec![Order]), (Order, vec![Line]), true),
            ((Line, vec![Order]), (Order, vec![]), false),
            ((Line, vec![]), (Order, vec![Line]), false),
            ((Order, vec![Order]), (Order, vec![Order]), true),
            ((Order, vec![Order]), (Order, vec![Line, Shipping]), false),
            ((Shipping, vec![Line, Order]), (Shipping, vec![Line, Order]), false),
            ((Shipping, CLASSES.to_vec()), (Line, CLASSES.to_vec()), true),
        ] {
            let (one, other) = (of_class(one.0, &one.1), of_class(other.0, &other.1));
            assert_eq!(one.combines(&other), combine, "{:?} {:?}", one.class(), other.class());
        }
    }

    fn any_discount() -> impl Strategy<Value = Discount> {
        let class = prop::sample::select(CLASSES.to_vec());
        let others = prop::sample::subsequence(CLASSES.to_vec(), 0..=3);
        (class, others).prop_map(|(class, others)| of_class(class, &others))
    }

    proptest! {
        #[test]
        fn combining_is_mutual(one in any_discount(), other in any_discount()) {
            prop_assert_eq!(one.combines(&other), other.combines(&one));
        }

        #[test]
        fn a_product_that_is_in_more_collections_is_never_covered_less(
            products in prop::collection::vec(0_u128..4, 0..3),
            wanted in prop::collection::vec(0_u128..6, 0..3),
            number in 0_u128..4,
            of in prop::collection::vec(0_u128..6, 0..3),
            more in 0_u128..6,
        ) {
            let off = discount(DiscountKind::Percent(10), &products, &wanted);
            let mut of: Vec<_> = of.into_iter().map(collection).collect();
            let before = off.covers(product(number), &of);
            of.push(collection(more));
            prop_assert_eq!(off.covers(product(number), &of), before || wanted.contains(&more));
        }
    }
}
