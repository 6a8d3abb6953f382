//! What holds of every basket. Each one that is priced here is held to the invariants by [`checked`].

use proptest::prelude::*;

use super::tests::{ALL_CLASSES, british, checked, collection, discount, product};
use super::*;
use crate::selling::{DiscountClass, DiscountKind};

/// From nothing to ten million pounds; small ones often, for they round and tie the most.
fn minor() -> impl Strategy<Value = i64> {
    prop_oneof![4 => 0_i64..30, 4 => 0_i64..20_000, 1 => 0_i64..=1_000_000_000]
}

fn quantity() -> impl Strategy<Value = i64> {
    prop_oneof![8 => 0_i64..4, 1 => 0_i64..=10_000]
}

fn tax_class() -> impl Strategy<Value = Option<String>> {
    let named = prop::sample::select(vec!["books".to_owned(), "reduced".to_owned(), "other".to_owned()]);
    prop::option::of(named)
}

/// Few products, so that lines tie and are alike.
fn line() -> impl Strategy<Value = Line> {
    let prices = (minor(), prop::option::of(minor()), prop::option::of(minor()));
    let product_type = prop::sample::select(ProductType::ALL);
    let collections = prop::collection::vec((0_u8..4).prop_map(collection), 0..3);
    ((0_u8..5).prop_map(product), product_type, collections, quantity(), prices, tax_class()).prop_map(
        |(product, product_type, collections, quantity, (regular, sale, subscriber), tax_class)| Line {
            product,
            product_type,
            collections,
            quantity,
            prices: UnitPrices { regular, sale, subscriber },
            tax_class,
        },
    )
}

fn kind() -> impl Strategy<Value = DiscountKind> {
    prop_oneof![
        (1_i64..=100).prop_map(DiscountKind::Percent),
        minor().prop_map(DiscountKind::Amount),
        Just(DiscountKind::FreeShipping),
    ]
}

fn any_discount() -> impl Strategy<Value = Discount> {
    let minimum_spend = prop_oneof![2 => Just(0), 1 => minor()];
    let products = prop::collection::vec((0_u8..5).prop_map(product), 0..2);
    let collections = prop::collection::vec((0_u8..4).prop_map(collection), 0..2);
    let combines_with = prop_oneof![
        2 => Just(ALL_CLASSES.to_vec()),
        1 => prop::sample::subsequence(ALL_CLASSES.to_vec(), 0..=3),
    ];
    (0_u8..9, any::<bool>(), kind(), minimum_spend, products, collections, combines_with).prop_map(
        |(number, typed, kind, minimum_spend, products, collections, combines_with)| {
            let whole = discount(number, kind);
            let code = whole.code.clone().filter(|_| typed);
            Discount { code, minimum_spend, products, collections, combines_with, ..whole }
        },
    )
}

fn any_basket() -> impl Strategy<Value = Basket> {
    let shipping =
        prop::option::of((minor(), tax_class()).prop_map(|(price, tax_class)| Shipping { price, tax_class }));
    (
        prop::collection::vec(line(), 0..7),
        any::<bool>(),
        prop::collection::vec(any_discount(), 0..5),
        prop_oneof![Just(0), minor()],
        shipping,
        prop::collection::vec(minor(), 0..3),
        any::<bool>(),
    )
        .prop_map(|(lines, is_subscriber, discounts, rewards, shipping, gift_cards, tax_included)| {
            Basket {
                lines,
                is_subscriber,
                discounts,
                rewards,
                shipping,
                gift_cards,
                tax_included,
                tax: british(),
            }
        })
}

/// The basket with its lines in another order.
fn arranged_anew() -> impl Strategy<Value = (Basket, Basket)> {
    any_basket().prop_flat_map(|basket| {
        let shuffled = Just(basket.lines.clone()).prop_shuffle();
        (Just(basket), shuffled).prop_map(|(basket, lines)| {
            let other = Basket { lines, ..basket.clone() };
            (basket, other)
        })
    })
}

/// The lines with their figures, arranged so that only what they are counts, not where they stand.
fn figures(basket: &Basket, priced: &Priced) -> Vec<(Line, [i64; 5])> {
    let figures = priced
        .lines
        .iter()
        .map(|line| [line.unit_price, line.total, line.discount, line.tax, line.tax_basis_points]);
    let mut lines: Vec<_> = basket.lines.iter().cloned().zip(figures).collect();
    lines.sort();
    lines
}

fn without_lines(priced: Priced) -> Priced {
    Priced { lines: Vec::new(), ..priced }
}

/// Any number at all, those at the edges often.
fn anything() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), prop::sample::select(vec![i64::MIN, -1, 0, 1, i64::MAX - 1, i64::MAX])]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn totals_are_the_sums_of_their_parts_and_never_below_nothing(basket in any_basket()) {
        checked(&basket);
    }

    #[test]
    fn the_order_of_lines_changes_nothing((basket, other) in arranged_anew()) {
        let (priced, again) = (checked(&basket), checked(&other));
        prop_assert_eq!(figures(&basket, &priced), figures(&other, &again));
        prop_assert_eq!(without_lines(priced), without_lines(again));
    }

    #[test]
    fn without_discounts_two_baskets_cost_what_one_of_both_does(first in any_basket(), second in any_basket()) {
        let plain = |basket: &Basket| Basket {
            // A package in one of them would change prices in the other.
            is_subscriber: true,
            discounts: Vec::new(),
            rewards: 0,
            shipping: None,
            tax_included: first.tax_included,
            ..basket.clone()
        };
        let (first, second) = (plain(&first), plain(&second));
        let both = Basket { lines: [first.lines.clone(), second.lines.clone()].concat(), ..first.clone() };
        let (one, two, both) = (checked(&first), checked(&second), checked(&both));
        prop_assert_eq!(both.total, one.total + two.total);
        prop_assert_eq!(both.subtotal, one.subtotal + two.subtotal);
        prop_assert_eq!(both.tax_total, one.tax_total + two.tax_total);
        prop_assert_eq!(both.lines, [one.lines, two.lines].concat());
    }

    #[test]
    fn what_is_taken_combines_and_what_is_not_has_its_reason(basket in any_basket()) {
        let priced = checked(&basket);
        let outcomes = || basket.discounts.iter().zip(priced.discounts.iter().map(|(_, outcome)| *outcome));
        let taken: Vec<&Discount> = outcomes()
            .filter(|(_, outcome)| matches!(outcome, Outcome::Applied(_)))
            .map(|(discount, _)| discount)
            .collect();
        for (place, one) in taken.iter().enumerate() {
            prop_assert!(taken[..place].iter().all(|other| other.id != one.id && other.combines(one)));
        }
        let in_cart = |discount: &Discount| {
            basket
                .lines
                .iter()
                .any(|line| line.quantity > 0 && discount.covers(line.product, &line.collections))
        };
        for (discount, outcome) in outcomes() {
            let missing = discount.minimum_spend - priced.subtotal;
            match outcome {
                Outcome::BelowMinimum(told) => prop_assert_eq!(told, missing),
                _ if missing > 0 => prop_assert!(false, "{:?} is below its minimum", outcome),
                Outcome::NothingCovered => prop_assert!(!in_cart(discount)),
                _ if !in_cart(discount) => prop_assert!(false, "{:?} covers nothing", outcome),
                Outcome::NotCombined => {
                    let stands_in_the_way = |other: &&Discount| other.id == discount.id || !other.combines(discount);
                    prop_assert!(taken.iter().any(stands_in_the_way));
                }
                Outcome::Applied(_) => {}
            }
        }
    }

    #[test]
    fn what_no_discount_is_for_keeps_its_price(basket in any_basket()) {
        let basket = Basket { rewards: 0, ..basket };
        let priced = checked(&basket);
        for (line, of) in priced.lines.iter().zip(&basket.lines) {
            let may_be_less = basket.discounts.iter().any(|discount| {
                discount.class() != DiscountClass::Shipping && discount.covers(of.product, &of.collections)
            });
            prop_assert!(may_be_less || line.discount == 0, "{:?}", line);
        }
        let ships_free = basket.discounts.iter().any(|discount| discount.class() == DiscountClass::Shipping);
        prop_assert!(ships_free || priced.shipping_discount == 0);
    }

    #[test]
    fn a_discount_alone_comes_to_what_it_says(basket in any_basket(), one in any_discount()) {
        let one = Discount { minimum_spend: 0, ..one };
        let basket = Basket { discounts: vec![one.clone()], ..basket };
        let priced = checked(&basket);
        let lines = basket.lines.iter().zip(&priced.lines);
        let covered: i64 = lines
            .filter(|(line, _)| one.covers(line.product, &line.collections))
            .map(|(_, line)| line.total)
            .sum();
        let expected = match one.kind {
            DiscountKind::Amount(amount) => amount.min(covered),
            DiscountKind::Percent(percent) => covered / 100 * percent + (covered % 100 * percent + 50) / 100,
            DiscountKind::FreeShipping => priced.shipping_total,
        };
        match priced.discounts[0].1 {
            Outcome::Applied(off) => prop_assert_eq!(off, expected),
            outcome => prop_assert_eq!((outcome, covered), (Outcome::NothingCovered, 0)),
        }
    }

    #[test]
    fn no_discount_makes_a_basket_dearer(basket in any_basket()) {
        let plain = checked(&Basket { discounts: Vec::new(), rewards: 0, ..basket.clone() });
        let priced = checked(&basket);
        prop_assert!(priced.total <= plain.total && priced.tax_total <= plain.tax_total);
        prop_assert_eq!(priced.subtotal, plain.subtotal);
    }

    #[test]
    fn gift_cards_pay_all_that_they_can_and_change_nothing_else(basket in any_basket()) {
        let priced = checked(&basket);
        let balances: i64 = basket.gift_cards.iter().sum();
        prop_assert_eq!(priced.gift_card_total, priced.total.min(balances));
        // A later card is touched only when those before it are empty.
        for (place, paid) in priced.gift_cards.iter().enumerate() {
            let emptied = priced.gift_cards[..place] == basket.gift_cards[..place];
            prop_assert!(*paid == 0 || emptied, "{:?}", priced.gift_cards);
        }
        let plain = checked(&Basket { gift_cards: Vec::new(), ..basket });
        prop_assert_eq!(Priced { gift_cards: Vec::new(), gift_card_total: 0, ..priced }, plain);
    }

    #[test]
    fn whatever_the_numbers_nothing_panics_or_is_below_nothing(
        basket in any_basket(),
        numbers in prop::collection::vec(anything(), 24),
    ) {
        let mut basket = basket;
        let mut numbers = numbers.into_iter().cycle();
        let mut next = || numbers.next().unwrap_or(i64::MAX);
        for line in &mut basket.lines {
            line.quantity = next();
            line.prices = UnitPrices { regular: next(), sale: Some(next()), subscriber: Some(next()) };
        }
        for discount in &mut basket.discounts {
            discount.minimum_spend = next();
            discount.kind = match discount.kind {
                DiscountKind::Percent(_) => DiscountKind::Percent(next()),
                DiscountKind::Amount(_) => DiscountKind::Amount(next()),
                DiscountKind::FreeShipping => DiscountKind::FreeShipping,
            };
        }
        basket.shipping = basket.shipping.map(|shipping| Shipping { price: next(), ..shipping });
        basket.gift_cards.fill_with(&mut next);
        basket.rewards = next();
        let priced = price(&basket);
        for line in &priced.lines {
            prop_assert!(line.total >= 0 && line.tax >= 0 && (0..=line.total).contains(&line.discount));
        }
        prop_assert!(priced.total >= 0 && priced.to_pay() >= 0 && priced.rewards >= 0);
        for (_, outcome) in &priced.discounts {
            if let Outcome::Applied(off) = outcome {
                prop_assert!((0..=priced.discount_total).contains(off), "{:?}", outcome);
            }
        }
        prop_assert!(priced.gift_cards.iter().all(|paid| *paid >= 0));
        prop_assert!((0..=priced.shipping_total).contains(&priced.shipping_discount));
    }
}
