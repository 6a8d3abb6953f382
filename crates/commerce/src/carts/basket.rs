//! A cart with everything that it refers to, priced. Rule: carts, checkouts and orders are priced here and nowhere else.

use std::collections::HashMap;

use domain::accounts::{Address, CountryCode};
use domain::carts::pricing::{Basket, Line, Outcome, Priced, Shipping, price};
use domain::carts::{Contents, Item};
use domain::catalog::ProductType;
use domain::ids::{CollectionId, CustomerId, DiscountId, GiftCardId, ProductId};
use domain::selling::{AppliesTo, Discount, Parcel, ShippingMethod, TaxTable};
use domain::time::Timestamp;
use store::orders::holds;
use store::selling::discounts::{self, DiscountRow};
use store::selling::gift_cards::{self, GiftCardRow};
use store::selling::{reward_programmes, shipping_methods, tax_rates};
use store::{StoreError, Tx, subscriptions};
use uuid::Uuid;

use super::goods::Goods;
use crate::selling::{discount_of, programme_of, shipping_method_of, tax_rate_of};
use crate::{Commerce, Shop};

/// A code that does not count any more, and why.
type DeadCode = (String, &'static str);

/// A cart with all that its price depends on, and the price.
pub(crate) struct Loaded {
    pub(crate) goods: Goods,
    pub(crate) is_subscriber: bool,
    /// Those that were handed to the pricing, in its order.
    pub(crate) discounts: Vec<Discount>,
    /// Codes that do not count any more, each with the reason.
    pub(crate) dead_codes: Vec<DeadCode>,
    /// The cards, in the order of the cart; those that are gone or spent are left out.
    pub(crate) gift_cards: Vec<GiftCardRow>,
    /// The methods that go where the goods go, each with its price.
    pub(crate) methods: Vec<(ShippingMethod, i64)>,
    /// The one that was chosen, where it goes there.
    pub(crate) method: Option<(ShippingMethod, i64)>,
    pub(crate) shipping_address: Option<Address>,
    pub(crate) billing_address: Option<Address>,
    /// The points that count, of those that the cart names.
    pub(crate) points: i64,
    /// The rate of the tax on the shipping, in hundredths of a percent.
    pub(crate) shipping_basis_points: i64,
    pub(crate) priced: Priced,
}

impl Loaded {
    /// What a discount came to.
    pub(crate) fn outcome(&self, id: DiscountId) -> Option<Outcome> {
        self.priced.discounts.iter().find(|(known, _)| *known == id).map(|(_, outcome)| *outcome)
    }

    /// Whether anything has to be sent.
    pub(crate) fn is_sent(&self, contents: &Contents) -> bool {
        contents.items.iter().any(|item| self.goods.get(item.product).is_some_and(super::Good::is_sent))
    }
}

/// What is being paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// A cart.
    Cart,
    /// The next box of a subscription. What its customer agreed to counts, whatever has become of it since.
    Renewal {
        /// Whether its shipping was paid in advance.
        is_prepaid: bool,
    },
}

/// Reads what the cart refers to, and prices it. `customer` is whose it is.
pub(crate) fn load(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    contents: &Contents,
    customer: Option<CustomerId>,
) -> Result<Loaded, StoreError> {
    load_for(commerce, tx, shop, contents, customer, Occasion::Cart)
}

/// As [`load`], of a cart or of a renewal.
pub(crate) fn load_for(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    contents: &Contents,
    customer: Option<CustomerId>,
    occasion: Occasion,
) -> Result<Loaded, StoreError> {
    let goods = Goods::read(tx, &contents.items)?;
    let is_subscriber = match customer {
        Some(customer) => subscriptions::is_subscriber(tx, customer)?,
        None => false,
    };
    let shipping_address = address(contents.shipping_address.as_ref());
    let billing_address = address(contents.billing_address.as_ref());
    let country =
        shipping_address.as_ref().map_or(&shop.settings.checkout.country, |address| &address.country);
    let tax = tax_table(tx, country)?;
    let (discounts, dead_codes) = usable_discounts(tx, shop, contents, occasion)?;
    let collections = collections(commerce, tx, shop, contents, &discounts)?;
    let gift_cards = usable_cards(tx, contents, shop.now)?;
    let (points, rewards) = redeemed(tx, contents, customer)?;
    let line = |item: &Item| {
        let good = goods.get(item.product);
        Line {
            product: ProductId::new(item.product),
            product_type: good.map_or(ProductType::Physical, |good| good.product_type),
            collections: collections.get(&item.product).cloned().unwrap_or_default(),
            quantity: item.quantity,
            prices: goods.prices(item, shop.now),
            tax_class: good.and_then(|good| good.row.tax_class.clone()),
        }
    };
    let mut basket = Basket {
        lines: contents.items.iter().map(line).collect(),
        is_subscriber,
        discounts,
        rewards,
        shipping: None,
        gift_cards: gift_cards.iter().map(|card| card.balance).collect(),
        tax_included: shop.settings.checkout.tax_included,
        tax,
    };
    // What the goods cost decides what their shipping does.
    let unsent = price(&basket);
    let goods_cost = unsent.subtotal - (unsent.discount_total - unsent.shipping_discount);
    let methods = match &shipping_address {
        Some(address) => methods(tx, shop.now, &goods, contents, address, goods_cost, occasion)?,
        None => Vec::new(),
    };
    let chosen = |(method, _): &&(ShippingMethod, i64)| Some(method.id.uuid()) == contents.shipping_method;
    let is_sent = contents.items.iter().any(|item| goods.get(item.product).is_some_and(super::Good::is_sent));
    // A box goes on by another way where its own is given up.
    let cheapest = || match occasion {
        Occasion::Cart => None,
        Occasion::Renewal { .. } => methods.iter().min_by_key(|(_, cost)| *cost),
    };
    let method = methods.iter().find(chosen).or_else(cheapest).filter(|_| is_sent).cloned();
    let priced = match &method {
        Some((method, cost)) => {
            basket.shipping = Some(Shipping { price: *cost, tax_class: method.tax_class.clone() });
            price(&basket)
        }
        None => unsent,
    };
    let shipping_class = method.as_ref().and_then(|(method, _)| method.tax_class.as_deref());
    let shipping_basis_points = basket.tax.basis_points(shipping_class);
    Ok(Loaded {
        goods,
        is_subscriber,
        discounts: basket.discounts,
        dead_codes,
        gift_cards,
        methods,
        method,
        shipping_address,
        billing_address,
        points,
        shipping_basis_points,
        priced,
    })
}

fn address(form: Option<&domain::accounts::AddressForm>) -> Option<Address> {
    form.and_then(|form| form.clone().parse().ok())
}

fn tax_table(tx: &mut Tx<'_>, country: &CountryCode) -> Result<TaxTable, StoreError> {
    let rates: Vec<_> = tax_rates::all(tx)?.into_iter().map(tax_rate_of).collect::<Result<_, _>>()?;
    Ok(TaxTable::of(&rates, country))
}

/// Why a discount does not count now; `None` where it does.
pub(super) fn unusable(
    tx: &mut Tx<'_>,
    row: &DiscountRow,
    discount: &Discount,
    now: Timestamp,
    customer_key: Option<&[u8]>,
    occasion: Occasion,
) -> Result<Option<&'static str>, StoreError> {
    if row.status != "active" || discount.starts_at.is_some_and(|start| now < start) {
        return Ok(Some("This code is not valid."));
    }
    if !discount.is_on(now) {
        return Ok(Some("This code has expired."));
    }
    match (discount.applies_to, occasion) {
        (AppliesTo::Renewals, Occasion::Cart) => return Ok(Some("This code counts for renewals only.")),
        (AppliesTo::First, Occasion::Renewal { .. }) => {
            return Ok(Some("This code counted for the first box."));
        }
        _ => {}
    }
    if discount.usage_limit.is_some_and(|limit| row.used >= limit) {
        return Ok(Some("This code has been used up."));
    }
    if let (Some(limit), Some(key)) = (discount.per_customer_limit, customer_key)
        && holds::uses(tx, discount.id, key)? >= limit
    {
        return Ok(Some("You have used this code already."));
    }
    Ok(None)
}

/// The typed ones in their order, then those that count by themselves; and the codes that do not count any more.
fn usable_discounts(
    tx: &mut Tx<'_>,
    shop: &Shop,
    contents: &Contents,
    occasion: Occasion,
) -> Result<(Vec<Discount>, Vec<DeadCode>), StoreError> {
    let key = customer_key(contents);
    let mut usable = Vec::new();
    let mut dead = Vec::new();
    for code in &contents.codes {
        let Some(row) = discounts::find_by_code(tx, code)? else {
            dead.push((code.clone(), "This code is not valid."));
            continue;
        };
        let mut discount = discount_of(row.clone())?;
        if occasion != Occasion::Cart {
            // It was used up once, when the subscription began.
            discount.usage_limit = None;
            discount.per_customer_limit = None;
        }
        match unusable(tx, &row, &discount, shop.now, key.as_deref(), occasion)? {
            Some(reason) => dead.push((code.clone(), reason)),
            None => usable.push(discount),
        }
    }
    for row in discounts::automatic(tx)? {
        let discount = discount_of(row.clone())?;
        if unusable(tx, &row, &discount, shop.now, key.as_deref(), occasion)?.is_none() {
            usable.push(discount);
        }
    }
    Ok((usable, dead))
}

/// By what uses of a discount are counted for one customer: the hash of their address.
pub(crate) fn customer_key(contents: &Contents) -> Option<Vec<u8>> {
    contents.contact.as_ref().map(|contact| crate::secrets::sha256(contact.email.as_bytes()))
}

/// The collections of the cart's products, where a discount asks for them.
fn collections(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    contents: &Contents,
    discounts: &[Discount],
) -> Result<HashMap<Uuid, Vec<CollectionId>>, StoreError> {
    if discounts.iter().all(|discount| discount.collections.is_empty()) {
        return Ok(HashMap::new());
    }
    commerce.shelves().look(tx, shop.now, |shelf| {
        let of = |item: &Item| {
            let ids = shelf.collections_of(ProductId::new(item.product)).map(|collection| collection.id);
            (item.product, ids.collect())
        };
        contents.items.iter().map(of).collect()
    })
}

fn usable_cards(
    tx: &mut Tx<'_>,
    contents: &Contents,
    now: Timestamp,
) -> Result<Vec<GiftCardRow>, StoreError> {
    let ids: Vec<GiftCardId> = contents.gift_cards.iter().map(|id| GiftCardId::new(*id)).collect();
    let mut cards = gift_cards::find_all(tx, &ids)?;
    cards.retain(|card| is_good(card, now));
    cards.sort_by_key(|card| ids.iter().position(|id| *id == card.gift_card_id));
    Ok(cards)
}

/// Whether a card can be spent.
pub(super) fn is_good(card: &GiftCardRow, now: Timestamp) -> bool {
    card.status == "active" && card.balance > 0 && card.expires_at.is_none_or(|end| now < end)
}

/// The points that count of those that the cart names, and what they are worth in minor units.
fn redeemed(
    tx: &mut Tx<'_>,
    contents: &Contents,
    customer: Option<CustomerId>,
) -> Result<(i64, i64), StoreError> {
    let (Some(customer), true) = (customer, contents.points > 0) else { return Ok((0, 0)) };
    let Some(row) = reward_programmes::find(tx)? else { return Ok((0, 0)) };
    let programme = programme_of(row)?;
    let points = contents.points.min(store::selling::reward_entries::balance(tx, customer)?);
    let value = programme.value_of(points);
    Ok(if value > 0 { (points, value) } else { (0, 0) })
}

/// The methods that go there, in the shop's order, each with its price.
fn methods(
    tx: &mut Tx<'_>,
    now: Timestamp,
    goods: &Goods,
    contents: &Contents,
    address: &Address,
    goods_cost: i64,
    occasion: Occasion,
) -> Result<Vec<(ShippingMethod, i64)>, StoreError> {
    let is_paid = occasion == Occasion::Renewal { is_prepaid: true };
    let weight = |item: &Item| {
        let one = goods.get(item.product).map_or(0, |good| good.weight_grams(&item.options));
        one.saturating_mul(item.quantity)
    };
    let parcel = Parcel {
        country: &address.country,
        postcode: &address.postcode,
        weight_grams: contents.items.iter().map(weight).fold(0, i64::saturating_add),
        goods: goods_cost,
    };
    // Boxes that are paid in advance are sent one by one; the first goes with the rest of the cart.
    let later: Vec<(Parcel<'_>, i64)> = contents
        .items
        .iter()
        .filter_map(|item| {
            let boxes =
                item.subscription.as_ref().map(domain::carts::Boxes::paid_at_once).filter(|n| *n > 1)?;
            let price = goods.prices(item, now).regular / boxes;
            let one =
                Parcel { weight_grams: weight(item), goods: price.saturating_mul(item.quantity), ..parcel };
            Some((one, boxes - 1))
        })
        .collect();
    let mut methods = Vec::new();
    for row in shipping_methods::all(tx)? {
        if row.status != "active" {
            continue;
        }
        let method = shipping_method_of(row)?;
        if let Some(cost) = method.quote(parcel) {
            let of_later = |(parcel, count): &(Parcel<'_>, i64)| {
                method.quote(*parcel).unwrap_or(cost).saturating_mul(*count)
            };
            let all = later.iter().map(of_later).fold(cost, i64::saturating_add);
            methods.push((method, if is_paid { 0 } else { all }));
        }
    }
    Ok(methods)
}
