//! How long it takes to price a cart of 1, 10 and 100 lines, with three discounts, points, shipping, tax and two gift cards.
//! Rule: baskets are made before the clock runs. The target is 50 µs for 100 lines.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use domain::accounts::CountryCode;
use domain::carts::pricing::{Basket, Line, Shipping, UnitPrices, price};
use domain::catalog::ProductType;
use domain::ids::{CollectionId, DiscountId, ProductId, TaxRateId};
use domain::selling::{AppliesTo, Discount, DiscountClass, DiscountKind, TaxRate, TaxTable};
use uuid::Uuid;

fn pricing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pricing");
    for lines in [1_u16, 10, 100] {
        let basket = basket(lines);
        group.throughput(Throughput::Elements(lines.into()));
        group.bench_with_input(BenchmarkId::new("lines", lines), &basket, |bencher, basket| {
            bencher.iter(|| price(black_box(basket)));
        });
    }
    group.finish();
}

/// Ids look as those of a running shop do: far apart in their last bytes, alike in their first.
fn id(kind: u128, number: u16) -> Uuid {
    const YEAR_2026: u128 = 0x019b_0000_0000_7000_8000_0000_0000_0000;
    Uuid::from_u128(YEAR_2026 + (kind << 40) + u128::from(number).wrapping_mul(0x9e37))
}

fn basket(lines: u16) -> Basket {
    Basket {
        // From the last to the first, so that there is something to sort.
        lines: (0..lines).rev().map(line).collect(),
        is_subscriber: true,
        discounts: vec![
            discount(1, Some("TENTH"), DiscountKind::Percent(10), &[]),
            discount(2, Some("REDS"), DiscountKind::Percent(33), &[0, 1, 2]),
            discount(3, None, DiscountKind::FreeShipping, &[]),
        ],
        rewards: 250,
        shipping: Some(Shipping { price: 695, tax_class: None }),
        gift_cards: vec![500, 2500],
        tax_included: true,
        tax: taxes(),
    }
}

fn line(number: u16) -> Line {
    let regular = 999 + i64::from(number) * 137;
    Line {
        product: ProductId::new(id(1, number)),
        product_type: ProductType::Physical,
        collections: (0..3).map(|step| CollectionId::new(id(2, (number + step) % 8))).collect(),
        quantity: 1 + i64::from(number % 6),
        prices: UnitPrices { regular, sale: Some(regular - 50), subscriber: Some(regular - 100) },
        tax_class: number.is_multiple_of(4).then(|| "food".to_owned()),
    }
}

fn discount(number: u16, code: Option<&str>, kind: DiscountKind, collections: &[u16]) -> Discount {
    Discount {
        id: DiscountId::new(id(3, number)),
        code: code.map(str::to_owned),
        name: "A discount".to_owned(),
        kind,
        minimum_spend: 500,
        products: Vec::new(),
        collections: collections.iter().map(|number| CollectionId::new(id(2, *number))).collect(),
        starts_at: None,
        ends_at: None,
        usage_limit: None,
        per_customer_limit: None,
        combines_with: vec![DiscountClass::Line, DiscountClass::Order, DiscountClass::Shipping],
        applies_to: AppliesTo::First,
    }
}

/// The usual rate and two others.
fn taxes() -> TaxTable {
    let country = CountryCode::parse("GB").expect("a country");
    let rates =
        [(None, 2000), (Some("food"), 0), (Some("reduced"), 500)].map(|(class, basis_points)| TaxRate {
            id: TaxRateId::new(id(4, 0)),
            name: "VAT".to_owned(),
            country: country.clone(),
            tax_class: class.map(str::to_owned),
            basis_points,
        });
    TaxTable::of(&rates, &country)
}

criterion_group!(benches, pricing);
criterion_main!(benches);
