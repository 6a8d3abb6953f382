//! Tables of real cases. Every basket that is priced here, or in the property tests, is held to the invariants as well.

use uuid::Uuid;

use super::*;
use crate::accounts::CountryCode;
use crate::ids::TaxRateId;
use crate::selling::{AppliesTo, DiscountClass, DiscountKind, TaxRate};

use Outcome::{Applied, BelowMinimum, NotCombined, NothingCovered};

pub(super) const ALL_CLASSES: [DiscountClass; 3] =
    [DiscountClass::Line, DiscountClass::Order, DiscountClass::Shipping];

pub(super) fn product(number: u8) -> ProductId {
    ProductId::new(Uuid::from_u128(number.into()))
}

pub(super) fn collection(number: u8) -> CollectionId {
    CollectionId::new(Uuid::from_u128(number.into()))
}

/// So many bottles of a price.
fn line(number: u8, regular: i64, quantity: i64) -> Line {
    Line {
        product: product(number),
        product_type: ProductType::Physical,
        collections: Vec::new(),
        quantity,
        prices: UnitPrices { regular, sale: None, subscriber: None },
        tax_class: None,
    }
}

/// A typed one for everything, without a minimum, that combines with all classes.
pub(super) fn discount(number: u8, kind: DiscountKind) -> Discount {
    Discount {
        id: DiscountId::new(Uuid::from_u128(number.into())),
        code: Some(format!("CODE{number}")),
        name: format!("Discount {number}"),
        kind,
        minimum_spend: 0,
        products: Vec::new(),
        collections: Vec::new(),
        starts_at: None,
        ends_at: None,
        usage_limit: None,
        per_customer_limit: None,
        combines_with: ALL_CLASSES.to_vec(),
        applies_to: AppliesTo::First,
    }
}

fn automatic(number: u8, kind: DiscountKind) -> Discount {
    Discount { code: None, ..discount(number, kind) }
}

/// British rates: 20 %, 5 % for `reduced`, nothing for `books`.
pub(super) fn british() -> TaxTable {
    let country = CountryCode::parse("GB").expect("a country");
    let rate = |tax_class: Option<&str>, basis_points| TaxRate {
        id: TaxRateId::new(Uuid::nil()),
        name: "VAT".to_owned(),
        country: country.clone(),
        tax_class: tax_class.map(str::to_owned),
        basis_points,
    };
    TaxTable::of(&[rate(Some("books"), 0), rate(None, 2000), rate(Some("reduced"), 500)], &country)
}

/// A British basket of these lines, prices with tax.
fn basket(lines: Vec<Line>) -> Basket {
    Basket {
        lines,
        is_subscriber: false,
        discounts: Vec::new(),
        rewards: 0,
        shipping: None,
        gift_cards: Vec::new(),
        tax_included: true,
        tax: british(),
    }
}

fn shipping(price: i64) -> Shipping {
    Shipping { price, tax_class: None }
}

/// The price of a basket, when all that is promised of prices has been found to hold.
pub(super) fn checked(basket: &Basket) -> Priced {
    let priced = price(basket);
    let all_of = |part: fn(&PricedLine) -> i64| priced.lines.iter().map(part).sum::<i64>();
    let applied = priced.discounts.iter().map(|(_, outcome)| match outcome {
        Applied(off) => *off,
        BelowMinimum(_) | NothingCovered | NotCombined => 0,
    });
    assert_eq!(priced.lines.len(), basket.lines.len());
    assert_eq!(
        priced.discounts.iter().map(|(id, _)| *id).collect::<Vec<_>>(),
        basket.discounts.iter().map(|discount| discount.id).collect::<Vec<_>>()
    );
    assert_eq!(priced.gift_cards.len(), basket.gift_cards.len());

    assert_eq!(priced.subtotal, all_of(|line| line.total));
    assert_eq!(priced.discount_total, all_of(|line| line.discount) + priced.shipping_discount);
    assert_eq!(priced.discount_total, applied.sum::<i64>() + priced.rewards);
    assert_eq!(priced.tax_total, all_of(|line| line.tax) + priced.shipping_tax);
    assert_eq!(priced.gift_card_total, priced.gift_cards.iter().sum::<i64>());
    let beside = if basket.tax_included { 0 } else { priced.tax_total };
    assert_eq!(priced.total, priced.subtotal - priced.discount_total + priced.shipping_total + beside);
    assert_eq!(priced.to_pay(), priced.total - priced.gift_card_total);

    for (line, of) in priced.lines.iter().zip(&basket.lines) {
        assert_eq!(line.total, line.unit_price * of.quantity);
        assert!(line.unit_price >= 0 && line.unit_price <= of.prices.regular, "{line:?}");
        assert!((0..=line.total).contains(&line.discount), "{line:?}");
        assert!(line.tax >= 0, "{line:?}");
    }
    assert!((0..=priced.shipping_total).contains(&priced.shipping_discount), "{priced:?}");
    assert!((0..=basket.rewards).contains(&priced.rewards), "{priced:?}");
    assert!(priced.to_pay() >= 0 && priced.total >= 0 && priced.shipping_tax >= 0, "{priced:?}");
    for (paid, balance) in priced.gift_cards.iter().zip(&basket.gift_cards) {
        assert!((0..=*balance).contains(paid), "{priced:?}");
    }
    priced
}

fn outcomes(priced: &Priced) -> Vec<Outcome> {
    priced.discounts.iter().map(|(_, outcome)| *outcome).collect()
}

fn line_discounts(priced: &Priced) -> Vec<i64> {
    priced.lines.iter().map(|line| line.discount).collect()
}

#[test]
fn tax_is_within_prices_or_beside_them() {
    for (class, included, unit, quantity, tax, total) in [
        (None, true, 999, 1, 167, 999),
        (None, true, 2499, 6, 2499, 14994),
        (None, true, 1, 1, 0, 1),
        (Some("reduced"), true, 999, 1, 48, 999),
        (Some("books"), true, 999, 3, 0, 2997),
        (Some("a class without a rate"), true, 999, 1, 167, 999),
        (None, false, 999, 1, 200, 1199),
        (None, false, 2499, 6, 2999, 17993),
        // 0.4 and 0.6 of a penny.
        (None, false, 2, 1, 0, 2),
        (None, false, 3, 1, 1, 4),
        (Some("reduced"), false, 10, 1, 1, 11),
        (Some("books"), false, 999, 3, 0, 2997),
    ] {
        let bought = Line { tax_class: class.map(str::to_owned), ..line(1, unit, quantity) };
        let priced = checked(&Basket { tax_included: included, ..basket(vec![bought]) });
        let shown = (priced.lines[0].unit_price, priced.lines[0].tax, priced.tax_total, priced.total);
        assert_eq!(shown, (unit, tax, tax, total), "{class:?} {included} {unit} x {quantity}");
    }
}

#[test]
fn tax_is_rounded_line_by_line_and_its_rate_is_told() {
    let book = Line { tax_class: Some("books".to_owned()), ..line(3, 1250, 1) };
    let priced = checked(&basket(vec![line(1, 999, 1), line(2, 999, 1), book]));
    let lines: Vec<_> = priced.lines.iter().map(|line| (line.tax, line.tax_basis_points)).collect();
    assert_eq!(lines, [(167, 2000), (167, 2000), (0, 0)]);
    // Twice 166.5, each rounded: not the 333 of both together.
    assert_eq!(priced.tax_total, 334);
}

#[test]
fn the_least_price_that_counts_is_taken() {
    let club = Line { product_type: ProductType::Subscription, ..line(9, 6000, 1) };
    for (sale, subscriber, is_subscriber, with_club, unit_price) in [
        (None, None, true, false, 2499),
        (Some(1999), None, false, false, 1999),
        (Some(2999), None, false, false, 2499),
        (None, Some(1799), false, false, 2499),
        (None, Some(1799), true, false, 1799),
        (None, Some(1799), false, true, 1799),
        (Some(1699), Some(1799), true, false, 1699),
        (Some(1999), Some(1799), false, true, 1799),
        (Some(1999), Some(1799), false, false, 1999),
        (Some(0), Some(1799), true, false, 0),
    ] {
        let mut bottle = line(1, 2499, 2);
        bottle.prices = UnitPrices { regular: 2499, sale, subscriber };
        let lines = if with_club { vec![bottle, club.clone()] } else { vec![bottle] };
        let priced = checked(&Basket { is_subscriber, ..basket(lines) });
        assert_eq!(
            (priced.lines[0].unit_price, priced.lines[0].total),
            (unit_price, 2 * unit_price),
            "{sale:?} {subscriber:?} {is_subscriber} {with_club}"
        );
    }
}

#[test]
fn packages_have_no_subscriber_price() {
    let mut club = Line { product_type: ProductType::Subscription, ..line(9, 6000, 1) };
    club.prices = UnitPrices { regular: 6000, sale: Some(5500), subscriber: Some(1) };
    for is_subscriber in [false, true] {
        let priced = checked(&Basket { is_subscriber, ..basket(vec![club.clone()]) });
        assert_eq!(priced.lines[0].unit_price, 5500);
    }
}

#[test]
fn an_amount_is_shared_to_the_penny() {
    let ten_pounds = vec![discount(1, DiscountKind::Amount(1000))];
    for (prices, shares) in [
        (vec![2000, 2000, 2000], vec![334, 333, 333]),
        // 167.06, 417.89 and 415.05.
        (vec![999, 2499, 2482], vec![167, 418, 415]),
        (vec![1, 5000, 1], vec![0, 1000, 0]),
        (vec![0, 5000], vec![0, 1000]),
        (vec![300, 200], vec![300, 200]),
    ] {
        let lines = (1_u8..).zip(&prices).map(|(number, price)| line(number, *price, 1)).collect();
        let priced = checked(&Basket { discounts: ten_pounds.clone(), ..basket(lines) });
        assert_eq!(line_discounts(&priced), shares, "{prices:?}");
    }
}

#[test]
fn a_percentage_is_rounded_once_and_then_shared() {
    for (percent, off, shares) in [
        // 33 % of £36.48 is £12.0384; 329.71, 824.78 and 49.51 of £12.04.
        (33, 1204, [330, 825, 49]),
        (50, 1824, [500, 1249, 75]),
        (100, 3648, [999, 2499, 150]),
        (1, 36, [10, 25, 1]),
    ] {
        let discounts = vec![discount(1, DiscountKind::Percent(percent))];
        let lines = vec![line(1, 999, 1), line(2, 2499, 1), line(3, 150, 1)];
        let priced = checked(&Basket { discounts, ..basket(lines) });
        assert_eq!(outcomes(&priced), [Applied(off)]);
        assert_eq!(line_discounts(&priced), shares, "{percent} %");
    }
}

#[test]
fn the_odd_penny_goes_to_the_same_product_however_the_cart_is_arranged() {
    let discounts = vec![discount(1, DiscountKind::Amount(1000))];
    let book = Line { tax_class: Some("books".to_owned()), ..line(1, 2000, 1) };
    let bottles = [line(2, 2000, 1), line(3, 2000, 1)];
    let [two, three] = bottles.clone();
    let first = checked(&Basket { discounts: discounts.clone(), ..basket(vec![book.clone(), two, three]) });
    let [two, three] = bottles;
    let last = checked(&Basket { discounts, ..basket(vec![three, two, book]) });
    assert_eq!(line_discounts(&first), [334, 333, 333]);
    assert_eq!(line_discounts(&last), [333, 333, 334]);
    assert_eq!(first.tax_total, last.tax_total);
}

#[test]
fn a_discount_takes_no_more_than_there_is() {
    for kind in [DiscountKind::Amount(1_000_000), DiscountKind::Percent(100)] {
        let priced = checked(&Basket {
            discounts: vec![discount(1, kind)],
            shipping: Some(shipping(600)),
            ..basket(vec![line(1, 999, 2), line(2, 501, 1)])
        });
        assert_eq!(outcomes(&priced), [Applied(2499)]);
        // The shipping is not what it is for.
        assert_eq!((priced.discount_total, priced.total, priced.tax_total), (2499, 600, 100));
    }
}

#[test]
fn classes_count_in_their_order_whatever_was_typed_first() {
    let order = discount(1, DiscountKind::Percent(10));
    let some = Discount { products: vec![product(2)], ..discount(2, DiscountKind::Amount(500)) };
    let free = discount(3, DiscountKind::FreeShipping);
    for discounts in [
        vec![order.clone(), some.clone(), free.clone()],
        vec![free.clone(), order.clone(), some.clone()],
        vec![some, free, order],
    ] {
        let lines = vec![line(1, 1000, 1), line(2, 1500, 1)];
        let priced = checked(&Basket { discounts, shipping: Some(shipping(600)), ..basket(lines) });
        let mut by_number = priced.discounts.clone();
        by_number.sort_by_key(|(id, _)| *id);
        // £5 off £15 first, then a tenth of £10 and £10.
        assert_eq!(
            by_number.iter().map(|(_, outcome)| *outcome).collect::<Vec<_>>(),
            [Applied(200), Applied(500), Applied(600)]
        );
        assert_eq!(line_discounts(&priced), [100, 600]);
        assert_eq!((priced.shipping_total, priced.shipping_discount), (600, 600));
        assert_eq!((priced.discount_total, priced.total), (1300, 1800));
    }
}

#[test]
fn percentages_count_one_after_the_other() {
    let discounts = vec![discount(1, DiscountKind::Percent(10)), discount(2, DiscountKind::Percent(10))];
    let priced = checked(&Basket { discounts, ..basket(vec![line(1, 10_000, 1)]) });
    assert_eq!(outcomes(&priced), [Applied(1000), Applied(900)]);
}

#[test]
fn discounts_of_collections_are_taken_off_their_lines_only() {
    let red = Line { collections: vec![collection(7), collection(1)], ..line(1, 1000, 2) };
    let reds = Discount { collections: vec![collection(1)], ..discount(1, DiscountKind::Percent(25)) };
    let whites = Discount { collections: vec![collection(2)], ..discount(2, DiscountKind::Percent(25)) };
    let either = Discount { products: vec![product(2)], ..reds.clone() };
    for (off, outcome, shares) in
        [(reds, Applied(500), [500, 0]), (whites, NothingCovered, [0, 0]), (either, Applied(750), [500, 250])]
    {
        let lines = vec![red.clone(), line(2, 1000, 1)];
        let priced = checked(&Basket { discounts: vec![off], ..basket(lines) });
        assert_eq!((outcomes(&priced), line_discounts(&priced)), (vec![outcome], shares.to_vec()));
    }
}

#[test]
fn free_shipping_has_its_minimum_and_waits_for_a_method() {
    let free = Discount { minimum_spend: 5000, ..discount(1, DiscountKind::FreeShipping) };
    for (goods, method, outcome, total) in [
        (4999, Some(shipping(600)), BelowMinimum(1), 5599),
        (5000, Some(shipping(600)), Applied(600), 5000),
        (5000, None, Applied(0), 5000),
        (2500, None, BelowMinimum(2500), 2500),
        (0, Some(shipping(600)), BelowMinimum(5000), 600),
    ] {
        let discounts = vec![free.clone()];
        let priced =
            checked(&Basket { discounts, shipping: method.clone(), ..basket(vec![line(1, goods, 1)]) });
        assert_eq!((outcomes(&priced), priced.total), (vec![outcome], total), "{goods} {method:?}");
        let full = method.map_or(0, |method| method.price);
        assert_eq!(priced.shipping_total, full);
        assert_eq!(priced.shipping_tax, tax(full - priced.shipping_discount, 2000, true));
    }
}

#[test]
fn free_shipping_for_a_product_wants_it_in_the_cart() {
    let with_case = Discount { products: vec![product(2)], ..discount(1, DiscountKind::FreeShipping) };
    for (lines, outcome) in [
        (vec![line(1, 1000, 1)], NothingCovered),
        (vec![line(1, 1000, 1), line(2, 9000, 0)], NothingCovered),
        (vec![line(1, 1000, 1), line(2, 0, 1)], Applied(600)),
        (Vec::new(), NothingCovered),
    ] {
        let discounts = vec![with_case.clone()];
        let priced = checked(&Basket { discounts, shipping: Some(shipping(600)), ..basket(lines) });
        assert_eq!(outcomes(&priced), [outcome]);
    }
}

#[test]
fn a_minimum_spend_is_of_all_lines_before_discounts() {
    let half = discount(1, DiscountKind::Percent(50));
    let some = Discount {
        products: vec![product(1)],
        minimum_spend: 3000,
        ..discount(2, DiscountKind::Amount(500))
    };
    let lines = vec![line(1, 1000, 1), line(2, 2000, 1)];
    let priced = checked(&Basket { discounts: vec![half, some], ..basket(lines) });
    assert_eq!(outcomes(&priced), [Applied(1250), Applied(500)]);
}

#[test]
fn codes_stand_beside_each_other_only_where_both_allow_it() {
    let alone = Discount { combines_with: Vec::new(), ..discount(1, DiscountKind::Percent(10)) };
    let with_orders = discount(2, DiscountKind::Amount(500));
    let also = discount(3, DiscountKind::Amount(100));
    let dear = Discount { minimum_spend: 1_000_000, ..alone.clone() };
    let other_dear = Discount { id: discount(4, dear.kind).id, ..dear.clone() };
    for (discounts, expected) in [
        (vec![with_orders.clone(), also.clone()], vec![Applied(500), Applied(100)]),
        (
            vec![alone.clone(), with_orders.clone(), also.clone()],
            vec![Applied(300), NotCombined, NotCombined],
        ),
        (vec![with_orders.clone(), alone, also], vec![Applied(500), NotCombined, Applied(100)]),
        // What is not taken stands in nobody's way.
        (
            vec![dear, other_dear, with_orders],
            vec![BelowMinimum(997_000), BelowMinimum(997_000), Applied(500)],
        ),
    ] {
        let priced = checked(&Basket { discounts, ..basket(vec![line(1, 3000, 1)]) });
        assert_eq!(outcomes(&priced), expected);
    }
}

#[test]
fn a_discount_counts_once() {
    let twice = discount(1, DiscountKind::Amount(500));
    let priced = checked(&Basket { discounts: vec![twice.clone(), twice], ..basket(vec![line(1, 3000, 1)]) });
    assert_eq!(outcomes(&priced), [Applied(500), NotCombined]);
}

#[test]
fn of_automatic_discounts_the_one_that_is_worth_more_comes_first() {
    let alone =
        |number, kind| Discount { combines_with: vec![DiscountClass::Shipping], ..automatic(number, kind) };
    let five_pounds = alone(1, DiscountKind::Amount(500));
    let tenth = alone(2, DiscountKind::Percent(10));
    for (goods, expected) in [
        (4999, [Applied(500), NotCombined]),
        (5000, [Applied(500), NotCombined]),
        (6000, [NotCombined, Applied(600)]),
    ] {
        let discounts = vec![five_pounds.clone(), tenth.clone()];
        let priced = checked(&Basket { discounts, ..basket(vec![line(1, goods, 1)]) });
        assert_eq!(outcomes(&priced), expected, "{goods}");
    }
}

#[test]
fn typed_discounts_come_before_automatic_ones_however_little_they_are_worth() {
    let typed = Discount { combines_with: Vec::new(), ..discount(1, DiscountKind::Amount(1)) };
    let half = automatic(2, DiscountKind::Percent(50));
    for discounts in [vec![typed.clone(), half.clone()], vec![half, typed]] {
        let expected: Vec<_> =
            discounts.iter().map(|one| if one.code.is_some() { Applied(1) } else { NotCombined }).collect();
        let priced = checked(&Basket { discounts, ..basket(vec![line(1, 5000, 1)]) });
        assert_eq!(outcomes(&priced), expected);
    }
}

#[test]
fn an_automatic_discount_is_worth_what_the_typed_ones_leave_it() {
    let half_off_reds = Discount {
        products: vec![product(1)],
        combines_with: vec![DiscountClass::Line],
        ..automatic(1, DiscountKind::Percent(50))
    };
    let six_pounds = automatic(2, DiscountKind::Amount(600));
    let reds_for_nothing = Discount { products: vec![product(1)], ..discount(3, DiscountKind::Percent(100)) };
    let lines = vec![line(1, 9000, 1), line(2, 1000, 1)];

    let mut discounts = vec![half_off_reds, six_pounds];
    let priced = checked(&Basket { discounts: discounts.clone(), ..basket(lines.clone()) });
    assert_eq!(outcomes(&priced), [Applied(4500), NotCombined]);

    discounts.insert(0, reds_for_nothing);
    let priced = checked(&Basket { discounts, ..basket(lines) });
    assert_eq!(outcomes(&priced), [Applied(9000), NotCombined, Applied(600)]);
}

#[test]
fn points_come_after_all_discounts() {
    for (rewards, taken, total) in [(0, 0, 5400), (1000, 1000, 4400), (9999, 5400, 0)] {
        let priced = checked(&Basket {
            discounts: vec![discount(1, DiscountKind::Percent(10))],
            rewards,
            ..basket(vec![line(1, 2000, 1), line(2, 4000, 1)])
        });
        assert_eq!((outcomes(&priced), priced.rewards), (vec![Applied(600)], taken));
        assert_eq!((priced.discount_total, priced.total), (600 + taken, total));
    }
}

#[test]
fn shipping_is_taxed_in_its_own_class() {
    for (class, included, tax, total) in [
        (None, true, 100, 600),
        (Some("books"), true, 0, 600),
        (None, false, 120, 720),
        (Some("reduced"), false, 30, 630),
    ] {
        let method = Shipping { price: 600, tax_class: class.map(str::to_owned) };
        let priced =
            checked(&Basket { shipping: Some(method), tax_included: included, ..basket(Vec::new()) });
        assert_eq!((priced.shipping_tax, priced.tax_total, priced.total), (tax, tax, total), "{class:?}");
    }
}

#[test]
fn gift_cards_pay_the_total_with_its_tax() {
    for (balances, paid, to_pay) in [
        (vec![500], vec![500], 1299),
        (vec![1799], vec![1799], 0),
        (vec![5000], vec![1799], 0),
        (vec![1000, 0, 5000, 100], vec![1000, 0, 799, 0], 0),
        (vec![], vec![], 1799),
    ] {
        let priced = checked(&Basket {
            gift_cards: balances.clone(),
            shipping: Some(shipping(500)),
            tax_included: false,
            ..basket(vec![line(1, 999, 1)])
        });
        assert_eq!((priced.total, priced.tax_total), (1799, 300));
        assert_eq!((priced.gift_cards.clone(), priced.to_pay()), (paid, to_pay), "{balances:?}");
    }
}

#[test]
fn nothing_costs_nothing() {
    assert_eq!(checked(&basket(Vec::new())), Priced::default());

    let ghost = Line { product_type: ProductType::Subscription, ..line(1, 6000, 0) };
    let mut bottle = line(2, 1000, 1);
    bottle.prices.subscriber = Some(800);
    let priced = checked(&Basket {
        discounts: vec![Discount { products: vec![product(1)], ..discount(1, DiscountKind::Amount(500)) }],
        ..basket(vec![ghost, bottle])
    });
    assert_eq!((priced.lines[0].total, priced.lines[1].unit_price, priced.total), (0, 1000, 1000));
    assert_eq!(outcomes(&priced), [NothingCovered]);
}

#[test]
fn currencies_without_a_minor_unit_are_counted_in_the_same_way() {
    let country = CountryCode::parse("JP").expect("a country");
    let rate = |tax_class: Option<&str>, basis_points| TaxRate {
        id: TaxRateId::new(Uuid::nil()),
        name: "消費税".to_owned(),
        country: country.clone(),
        tax_class: tax_class.map(str::to_owned),
        basis_points,
    };
    let food = Line { tax_class: Some("food".to_owned()), ..line(2, 540, 1) };
    let priced = checked(&Basket {
        discounts: vec![discount(1, DiscountKind::Percent(15))],
        tax: TaxTable::of(&[rate(None, 1000), rate(Some("food"), 800)], &country),
        ..basket(vec![line(1, 1980, 1), food])
    });
    // 15 % of ¥2,520, then 10 % within ¥1,683 and 8 % within ¥459.
    assert_eq!(line_discounts(&priced), [297, 81]);
    assert_eq!(priced.lines.iter().map(|line| line.tax).collect::<Vec<_>>(), [153, 34]);
    assert_eq!((priced.total, priced.tax_total), (2142, 187));
}
