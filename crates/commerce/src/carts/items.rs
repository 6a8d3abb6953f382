//! What is put in a cart. Rule: what can not be bought is refused when it is put in, and told as a warning when it changes later.

use domain::accounts::Email;
use domain::carts::{Boxes, Contents, Full, Gift, Item, MOST_PICKS, MOST_PREPAID, Pick, quantity};
use domain::catalog::SubscriptionType;
use domain::fields::{FieldErrors, Fields};
use domain::ids::{CartId, ProductId};
use domain::text;
use store::{StoreError, Tx};
use uuid::Uuid;

use super::change::change;
use super::goods::{Good, Goods};
use super::needs::left_message;
use super::{CartError, CartView};
use crate::accounts::Shopper;
use crate::catalog::StoredPackage;
use crate::{Commerce, Shop};

/// Something to put in a cart, as it is typed.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct NewItem {
    pub product_id: Option<String>,
    pub quantity: Option<i64>,
    pub option_value_ids: Vec<String>,
    pub subscription: Option<BoxesForm>,
    pub gift: Option<GiftForm>,
}

/// How the boxes of a package are to come, as it is typed.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct BoxesForm {
    pub billing_frequency: Option<i64>,
    pub prepaid_boxes: Option<i64>,
    pub items: Vec<PickForm>,
}

/// So many of a product in a box, as it is typed.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct PickForm {
    pub product_id: String,
    pub quantity: i64,
}

/// For whom a line is, as it is typed.
#[derive(Clone)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct GiftForm {
    pub recipient_name: Option<String>,
    pub recipient_email: Option<String>,
    pub message: Option<String>,
    pub send_on: Option<String>,
}

impl std::fmt::Debug for GiftForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GiftForm(…)")
    }
}

/// A change of a line.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of the contract")]
pub struct ItemChange {
    pub quantity: Option<i64>,
    pub subscription: Option<BoxesForm>,
}

/// Puts something in a cart; the same product with the same choices adds to its line.
pub async fn add_item(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    if_version: Option<i64>,
    item: NewItem,
) -> Result<CartView, CartError> {
    let (handle, shop) = (commerce.clone(), shopper.shop.clone());
    change(commerce, shopper, id, if_version, move |tx, _, contents| {
        put(&handle, tx, &shop, contents, &item, "")
    })
    .await
}

/// Changes how many there are of a line, or how its boxes come. None of it removes the line.
pub async fn change_item(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    item: Uuid,
    if_version: Option<i64>,
    wanted: ItemChange,
) -> Result<CartView, CartError> {
    change(commerce, shopper, id, if_version, move |tx, _, contents| {
        let mut line = contents.item(item).ok_or(CartError::NotFound)?.clone();
        if let Some(wanted) = wanted.quantity {
            line.quantity =
                quantity(wanted).map_err(|invalid| FieldErrors::one("quantity", invalid.reason()))?;
        }
        if line.quantity == 0 {
            contents.remove(item);
            return Ok(());
        }
        if let Some(boxes) = &wanted.subscription {
            let goods = goods_of(tx, line.product, Some(boxes))?;
            let good = offered(&goods, line.product, "")?;
            line.subscription = Some(read_boxes(&goods, good, Some(boxes), "")?);
        }
        line.seen_price = None;
        let grew = contents.item(item).is_some_and(|before| line.quantity > before.quantity);
        if grew || wanted.subscription.is_some() {
            let goods = Goods::read(tx, std::slice::from_ref(&line))?;
            check_stock(&goods, contents, &line)?;
        }
        // What has become the same choice as another line adds to it.
        contents.remove(item);
        contents.add(line).map_err(full)?;
        Ok(())
    })
    .await
}

/// Takes a line out of a cart.
pub async fn remove_item(
    commerce: &Commerce,
    shopper: &Shopper,
    id: CartId,
    item: Uuid,
    if_version: Option<i64>,
) -> Result<CartView, CartError> {
    change(commerce, shopper, id, if_version, move |_, _, contents| {
        if contents.remove(item) { Ok(()) } else { Err(CartError::NotFound) }
    })
    .await
}

/// Puts something in; `path` stands before the names of refused fields.
pub(super) fn put(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    contents: &mut Contents,
    new: &NewItem,
    path: &str,
) -> Result<(), CartError> {
    let product = product_of(tx, new.product_id.as_deref(), path)?;
    let goods = goods_of(tx, product, new.subscription.as_ref())?;
    let good = offered(&goods, product, path)?;
    let mut fields = Fields::default();
    let count = fields.take(&format!("{path}quantity"), quantity(new.quantity.unwrap_or(1)));
    let options = read_options(&mut fields, good, &new.option_value_ids, path);
    let gift = read_gift(&mut fields, new.gift.as_ref(), path);
    let errors = fields.into_errors();
    let (Some(count), Some(options), true) = (count, options, errors.is_empty()) else {
        return Err(errors.into());
    };
    let subscription = match good.package {
        Some(_) => Some(read_boxes(&goods, good, new.subscription.as_ref(), path)?),
        None if new.subscription.is_some() => {
            let reason = "Only a subscription package comes in boxes.";
            return Err(FieldErrors::one(format!("{path}subscription"), reason).into());
        }
        None => None,
    };
    if count == 0 {
        return Ok(());
    }
    let item = Item {
        id: commerce.chance().uuid(shop.now),
        product,
        options,
        quantity: count,
        subscription,
        gift,
        seen_price: None,
    };
    let before =
        contents.items.iter().find(|line| line.is_same_choice(&item)).map_or(0, |line| line.quantity);
    let wanted = Item { quantity: before.saturating_add(count), ..item.clone() };
    check_stock(&goods, contents, &wanted)?;
    contents.add(item).map_err(full)?;
    Ok(())
}

fn full(full: Full) -> CartError {
    CartError::Full(match full {
        Full::Lines => "A cart can have 100 lines. Please remove one first.",
        Full::OfOne => "A cart can have 10000 of one thing.",
    })
}

/// The product of this id or slug.
fn product_of(tx: &mut Tx<'_>, named: Option<&str>, path: &str) -> Result<Uuid, CartError> {
    let refused = |reason: &str| FieldErrors::one(format!("{path}productId"), reason);
    let Some(named) = text::filled(named) else { return Err(refused("Is required.").into()) };
    if let Ok(id) = named.parse::<ProductId>() {
        return Ok(id.uuid());
    }
    let found = store::catalog::products::find_by_slug(tx, named)?;
    Ok(found.ok_or_else(|| refused("There is no such product."))?.product_id.uuid())
}

/// A product, and what can be picked for its boxes where something is.
fn goods_of(tx: &mut Tx<'_>, product: Uuid, boxes: Option<&BoxesForm>) -> Result<Goods, StoreError> {
    let probe = Item {
        id: Uuid::nil(),
        product,
        options: Vec::new(),
        quantity: 1,
        subscription: None,
        gift: None,
        seen_price: None,
    };
    let mut goods = Goods::read(tx, &[probe])?;
    if boxes.is_some_and(|boxes| !boxes.items.is_empty()) {
        goods.read_pool(tx, product)?;
    }
    Ok(goods)
}

fn offered<'g>(goods: &'g Goods, product: Uuid, path: &str) -> Result<&'g Good, FieldErrors> {
    goods
        .get(product)
        .filter(|good| good.is_offered())
        .ok_or_else(|| FieldErrors::one(format!("{path}productId"), "There is no such product."))
}

/// What was chosen: one value of each of the product's options.
fn read_options(fields: &mut Fields, good: &Good, typed: &[String], path: &str) -> Option<Vec<Uuid>> {
    let path = format!("{path}optionValueIds");
    let mut chosen: Vec<Uuid> = typed.iter().filter_map(|id| id.parse().ok()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let known: Vec<&str> = good.chosen(&chosen).map(|variant| variant.option_name.as_str()).collect();
    if chosen.len() != typed.len() || known.len() != chosen.len() {
        fields.refuse(&path, "Must be ids of this product's option values.");
        return None;
    }
    let mut options: Vec<&str> = good.variants.iter().map(|variant| variant.option_name.as_str()).collect();
    options.dedup();
    for option in options {
        let count = known.iter().filter(|name| **name == option).count();
        if count != 1 {
            fields.refuse(&path, &format!("Please choose one value of {option}."));
            return None;
        }
    }
    Some(chosen)
}

fn read_gift(fields: &mut Fields, form: Option<&GiftForm>, path: &str) -> Option<Gift> {
    let GiftForm { recipient_name, recipient_email, message, send_on } = form?;
    let name = text::one_line(recipient_name.as_deref().unwrap_or_default(), 100);
    let name = fields.take(&format!("{path}gift.recipientName"), name);
    let email = text::filled(recipient_email.as_deref()).map(Email::parse);
    let email = fields.take_optional(&format!("{path}gift.recipientEmail"), email);
    let message = text::optional_text(message.as_deref().unwrap_or_default(), 1000);
    let message = fields.take(&format!("{path}gift.message"), message).flatten();
    let day = |text: &str| {
        let date = text.parse::<jiff::civil::Date>();
        date.map_err(|_| domain::fields::Invalid::fixed("Must be a date such as 2026-12-24."))
    };
    let send_on =
        fields.take_optional(&format!("{path}gift.sendOn"), text::filled(send_on.as_deref()).map(day));
    Some(Gift {
        recipient_name: name?,
        recipient_email: email.map(|email| email.as_str().to_owned()),
        message,
        send_on: send_on.map(|day| day.to_string()),
    })
}

/// How the boxes come, checked against the package. That a box is not full yet is a requirement of the checkout.
fn read_boxes(goods: &Goods, good: &Good, form: Option<&BoxesForm>, path: &str) -> Result<Boxes, CartError> {
    let Some(package) = &good.package else {
        let reason = "Only a subscription package comes in boxes.";
        return Err(FieldErrors::one(format!("{path}subscription"), reason).into());
    };
    let frequency = form.and_then(|form| form.billing_frequency).unwrap_or(package.billing_frequency);
    if !package.billing_frequencies.contains(&frequency) {
        let known: Vec<String> = package.billing_frequencies.iter().map(ToString::to_string).collect();
        let reason = format!("Must be one of {}.", known.join(", "));
        return Err(FieldErrors::one(format!("{path}subscription.billingFrequency"), reason).into());
    }
    let prepaid = form.and_then(|form| form.prepaid_boxes).filter(|boxes| *boxes != 1);
    if prepaid.is_some_and(|boxes| !(1..=MOST_PREPAID).contains(&boxes)) {
        let reason = format!("Must be a whole number from 1 to {MOST_PREPAID}.");
        return Err(FieldErrors::one(format!("{path}subscription.prepaidBoxes"), reason).into());
    }
    let picks = form.map(|form| form.items.as_slice()).unwrap_or_default();
    let picks = read_picks(goods, good, package, picks, &format!("{path}subscription.items"))?;
    Ok(Boxes { billing_frequency: frequency, picks, prepaid, agreed_price: None })
}

/// What is picked for a box, checked against its package; `path` names the list.
pub(crate) fn read_picks(
    goods: &Goods,
    good: &Good,
    package: &StoredPackage,
    typed: &[PickForm],
    path: &str,
) -> Result<Vec<Pick>, CartError> {
    if package.subscription_type != SubscriptionType::Picknmix && !typed.is_empty() {
        return Err(FieldErrors::one(path.to_owned(), "The shop chooses what is in this box.").into());
    }
    if typed.len() > MOST_PICKS {
        return Err(FieldErrors::one(path.to_owned(), "Must not have more than 100 entries.").into());
    }
    let mut picks: Vec<Pick> = Vec::new();
    for (index, PickForm { product_id, quantity: count }) in typed.iter().enumerate() {
        let path = format!("{path}.{index}");
        let count = quantity(*count)
            .map_err(|invalid| FieldErrors::one(format!("{path}.quantity"), invalid.reason()))?;
        let id = product_id.parse::<Uuid>().ok();
        let is_meant =
            |picked: &Good| picked.row.slug == *product_id || Some(picked.row.product_id.uuid()) == id;
        let mut pool = good.pool().filter(|id| goods.get(*id).is_some_and(Good::is_offered));
        let Some(product) = pool.find(|id| goods.get(*id).is_some_and(is_meant)) else {
            let reason = "Is not among what can be picked for this box.";
            return Err(CartError::Box(
                "not_in_package",
                FieldErrors::one(format!("{path}.productId"), reason),
            ));
        };
        match picks.iter_mut().find(|pick| pick.product == product) {
            Some(pick) => pick.quantity = pick.quantity.saturating_add(count),
            None if count > 0 => picks.push(Pick { product, quantity: count }),
            None => {}
        }
    }
    picks.sort_unstable();
    Ok(picks)
}

/// Whether there is enough for the line, beside what other lines of the cart take of the same stock.
fn check_stock(goods: &Goods, contents: &Contents, line: &Item) -> Result<(), CartError> {
    let others: i64 = contents
        .items
        .iter()
        .filter(|other| {
            !other.is_same_choice(line)
                && other.id != line.id
                && other.product == line.product
                && other.options == line.options
        })
        .map(|other| other.quantity)
        .sum();
    match goods.stock(line).quantity() {
        Some(left) if left < line.quantity.saturating_add(others) => {
            Err(CartError::OutOfStock(left_message(left)))
        }
        _ => Ok(()),
    }
}
