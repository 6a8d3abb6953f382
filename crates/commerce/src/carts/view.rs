//! A cart as its shopper sees it.

use domain::accounts::Address;
use domain::carts::pricing::{Outcome, Priced};
use domain::carts::{Boxes, Contact, Contents, Gift, Item};
use domain::ids::CartId;
use domain::money::Money;
use domain::tenants::Currency;
use domain::time::Timestamp;
use store::carts::CartRow;
use uuid::Uuid;

use super::basket::Loaded;
use super::needs::{left_message, needs};
use crate::Shop;

/// Something to tell about a cart, or about one of its lines.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Notice {
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// Which line.
    pub item_id: Option<Uuid>,
}

impl Notice {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), item_id: None }
    }

    pub(crate) fn of_line(code: &'static str, message: impl Into<String>, item: Uuid) -> Self {
        Self { code, message: message.into(), item_id: Some(item) }
    }
}

/// One line.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct CartItem {
    pub id: Uuid,
    pub product_id: Uuid,
    pub name: String,
    pub slug: String,
    pub product_type: String,
    pub sku: Option<String>,
    pub options: Vec<ChosenOption>,
    pub quantity: i64,
    pub subscription: Option<Boxes>,
    pub gift: Option<Gift>,
    pub unit_price: Money,
    pub discount: Money,
    pub total: Money,
    pub tax: Money,
}

/// What was chosen of an option.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct ChosenOption {
    pub id: Uuid,
    pub name: String,
    pub label: String,
}

/// A discount in the cart.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct AppliedDiscount {
    pub code: Option<String>,
    pub name: String,
    pub amount: Money,
}

/// A gift card in the cart.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct AppliedGiftCard {
    pub id: Uuid,
    pub last_four: String,
    pub amount: Money,
    pub balance: Money,
}

/// A way to send the cart.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct ShippingChoice {
    pub id: Uuid,
    pub name: String,
    pub price: Money,
}

/// The way that was chosen.
pub type TakenMethod = ShippingChoice;

/// A cart.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct CartView {
    pub id: CartId,
    pub status: String,
    pub version: i64,
    pub customer: Option<Contact>,
    pub items: Vec<CartItem>,
    pub item_count: i64,
    pub discounts: Vec<AppliedDiscount>,
    pub gift_cards: Vec<AppliedGiftCard>,
    pub points: i64,
    pub shipping_address: Option<Address>,
    pub billing_address: Option<Address>,
    pub shipping_method: Option<ShippingChoice>,
    pub gift_message: Option<String>,
    pub note: Option<String>,
    pub subtotal: Money,
    pub discount_total: Money,
    pub shipping_total: Money,
    pub tax_total: Money,
    pub gift_card_total: Money,
    pub total: Money,
    pub currency: Currency,
    pub tax_included: bool,
    pub requirements: Vec<Notice>,
    pub warnings: Vec<Notice>,
    pub expires_at: Timestamp,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl CartView {
    pub(super) fn of(shop: &Shop, row: &CartRow, contents: &Contents, loaded: &Loaded) -> Self {
        let currency = shop.settings.currency;
        let money = |minor: i64| Money::new(minor, currency);
        let priced = &loaded.priced;
        let is_open = row.status == store::carts::OPEN;
        Self {
            id: row.cart_id,
            status: row.status.clone(),
            version: row.version,
            customer: contents.contact.clone(),
            items: items(contents, loaded, currency),
            item_count: contents.unit_count(),
            discounts: discounts(loaded, currency),
            gift_cards: loaded
                .gift_cards
                .iter()
                .zip(&priced.gift_cards)
                .map(|(card, used)| AppliedGiftCard {
                    id: card.gift_card_id.uuid(),
                    last_four: card.last_four.clone(),
                    amount: money(*used),
                    balance: money(card.balance),
                })
                .collect(),
            points: loaded.points,
            shipping_address: loaded.shipping_address.clone(),
            billing_address: loaded.billing_address.clone().or_else(|| loaded.shipping_address.clone()),
            shipping_method: loaded.method.as_ref().map(|(method, cost)| ShippingChoice {
                id: method.id.uuid(),
                name: method.name.clone(),
                price: money(*cost),
            }),
            gift_message: contents.gift_message.clone(),
            note: contents.note.clone(),
            subtotal: money(priced.subtotal),
            discount_total: money(priced.discount_total),
            shipping_total: money(priced.shipping_total),
            tax_total: money(priced.tax_total),
            gift_card_total: money(priced.gift_card_total),
            total: money(priced.total),
            currency,
            tax_included: shop.settings.checkout.tax_included,
            requirements: if is_open {
                needs(shop, contents, loaded, row.customer_id.is_some())
            } else {
                Vec::new()
            },
            warnings: if is_open { warnings(contents, loaded, currency) } else { Vec::new() },
            expires_at: row.expires_at,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

fn items(contents: &Contents, loaded: &Loaded, currency: Currency) -> Vec<CartItem> {
    let money = |minor: i64| Money::new(minor, currency);
    let shown = |(item, priced): (&Item, &domain::carts::pricing::PricedLine)| {
        let good = loaded.goods.get(item.product);
        CartItem {
            id: item.id,
            product_id: item.product,
            name: good.map(|good| good.row.name.clone()).unwrap_or_default(),
            slug: good.map(|good| good.row.slug.clone()).unwrap_or_default(),
            product_type: good.map_or("physical", |good| good.product_type.as_str()).to_owned(),
            sku: good.and_then(|good| good.sku(&item.options)),
            options: good.map(|good| chosen(good, &item.options)).unwrap_or_default(),
            quantity: item.quantity,
            subscription: item.subscription.clone(),
            gift: item.gift.clone(),
            unit_price: money(priced.unit_price),
            discount: money(priced.discount),
            total: money(priced.total),
            tax: money(priced.tax),
        }
    };
    contents.items.iter().zip(&loaded.priced.lines).map(shown).collect()
}

/// What was chosen, in the order of the product's options.
pub(crate) fn chosen(good: &super::Good, options: &[Uuid]) -> Vec<ChosenOption> {
    good.chosen(options)
        .map(|variant| ChosenOption {
            id: variant.variant_id.uuid(),
            name: variant.option_name.clone(),
            label: variant.label.clone(),
        })
        .collect()
}

fn discounts(loaded: &Loaded, currency: Currency) -> Vec<AppliedDiscount> {
    let applied = |discount: &domain::selling::Discount| match loaded.outcome(discount.id) {
        Some(Outcome::Applied(amount)) => Some(AppliedDiscount {
            code: discount.code.clone(),
            name: discount.name.clone(),
            amount: Money::new(amount, currency),
        }),
        _ => None,
    };
    let mut discounts: Vec<AppliedDiscount> = loaded.discounts.iter().filter_map(applied).collect();
    let Priced { rewards, .. } = loaded.priced;
    if rewards > 0 {
        let name = format!("{} points", loaded.points);
        discounts.push(AppliedDiscount { code: None, name, amount: Money::new(rewards, currency) });
    }
    discounts
}

fn warnings(contents: &Contents, loaded: &Loaded, currency: Currency) -> Vec<Notice> {
    let mut warnings = Vec::new();
    for (item, priced) in contents.items.iter().zip(&loaded.priced.lines) {
        warnings.extend(line_warning(item, priced.unit_price, loaded, currency));
    }
    for (code, reason) in &loaded.dead_codes {
        warnings.push(Notice::new("discount_not_applied", format!("{code}: {reason}")));
    }
    for discount in &loaded.discounts {
        let Some(code) = &discount.code else { continue };
        let reason = match loaded.outcome(discount.id) {
            Some(Outcome::BelowMinimum(missing)) => {
                format!("spend {} more to use it.", Money::new(missing, currency))
            }
            Some(Outcome::NothingCovered) => "it is for other products.".to_owned(),
            Some(Outcome::NotCombined) => "it can not be used with another discount.".to_owned(),
            _ => continue,
        };
        warnings.push(Notice::new("discount_not_applied", format!("{code}: {reason}")));
    }
    if loaded.gift_cards.len() < contents.gift_cards.len() {
        warnings.push(Notice::new("gift_card_not_applied", "A gift card has been spent or has expired."));
    }
    if contents.points > loaded.points {
        warnings.push(Notice::new("points_not_applied", "You have fewer points than that."));
    }
    if contents.shipping_method.is_some() && loaded.method.is_none() && loaded.is_sent(contents) {
        warnings.push(Notice::new(
            "shipping_method_unavailable",
            "The chosen way of sending is not available any more.",
        ));
    }
    warnings
}

fn line_warning(item: &Item, unit_price: i64, loaded: &Loaded, currency: Currency) -> Option<Notice> {
    let Some(good) = loaded.goods.get(item.product).filter(|good| good.is_offered()) else {
        return Some(Notice::of_line("not_available", "This can not be bought any more.", item.id));
    };
    if let Some(left) = loaded.goods.stock(item).quantity()
        && left < item.quantity
    {
        return Some(Notice::of_line("out_of_stock", left_message(left), item.id));
    }
    if good.is_for_subscribers() && !loaded.is_subscriber {
        return Some(Notice::of_line("subscribers_only", "Only subscribers can buy this.", item.id));
    }
    let seen = item.seen_price.filter(|seen| *seen != unit_price)?;
    let (was, is) = (Money::new(seen, currency), Money::new(unit_price, currency));
    if good.row.subscriber_price == Some(seen) && unit_price > seen {
        let message = format!("The price was {was} for subscribers and is {is} now.");
        return Some(Notice::of_line("no_longer_subscriber", message, item.id));
    }
    Some(Notice::of_line("price_changed", format!("The price was {was} and is {is} now."), item.id))
}
