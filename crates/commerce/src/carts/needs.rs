//! What still stands between a cart and its checkout.

use domain::accounts::BirthDate;
use domain::carts::{Contents, Item};
use domain::catalog::{ProductType, SubscriptionType};

use super::basket::Loaded;
use super::view::Notice;
use crate::Shop;
use crate::catalog::StoredPackage;

/// The requirements that are not met yet, in the order in which a shopper would meet them.
pub(crate) fn needs(shop: &Shop, contents: &Contents, loaded: &Loaded, is_signed_in: bool) -> Vec<Notice> {
    let mut needs = Vec::new();
    if contents.items.is_empty() {
        needs.push(Notice::new("empty_cart", "The cart is empty."));
    }
    for item in &contents.items {
        needs.extend(line_need(item, loaded, is_signed_in));
    }
    needs.extend(multiple_need(shop, contents, loaded));
    let Some(contact) = &contents.contact else {
        needs.push(Notice::new("email_required", "Please give an e-mail address."));
        return with_shipping(needs, shop, contents, loaded);
    };
    if let Some(minimum) = shop.settings.minimum_age {
        let years = minimum.years();
        let today = shop.settings.today(shop.now);
        match contact.date_of_birth.as_deref().and_then(|date| BirthDate::parse(date, today).ok()) {
            None => needs.push(Notice::new("date_of_birth_required", "Please give your date of birth.")),
            Some(birth) if birth.age_on(today) < years => needs.push(Notice::new(
                "minimum_age",
                format!("You must be at least {years} years old to buy here."),
            )),
            Some(_) => {}
        }
    }
    with_shipping(needs, shop, contents, loaded)
}

fn line_need(item: &Item, loaded: &Loaded, is_signed_in: bool) -> Option<Notice> {
    let Some(good) = loaded.goods.get(item.product).filter(|good| good.is_offered()) else {
        return Some(Notice::of_line("not_available", "This can not be bought any more.", item.id));
    };
    if good.is_for_subscribers() && !loaded.is_subscriber {
        return Some(Notice::of_line("subscribers_only", "Only subscribers can buy this.", item.id));
    }
    if let Some(left) = loaded.goods.stock(item).quantity()
        && left < item.quantity
    {
        return Some(Notice::of_line("out_of_stock", left_message(left), item.id));
    }
    let (Some(package), Some(boxes)) = (&good.package, &item.subscription) else { return None };
    if !is_signed_in {
        return Some(Notice::of_line("account_required", "Please sign in to subscribe.", item.id));
    }
    box_need(package, boxes.picks.iter().map(|pick| pick.quantity).sum())
        .map(|message| Notice::of_line("below_minimum", message, item.id))
}

/// What is missing in a box that its customer fills.
pub(crate) fn box_need(package: &StoredPackage, picked: i64) -> Option<String> {
    (package.subscription_type == SubscriptionType::Picknmix && picked < package.minimum_items).then(|| {
        let missing = package.minimum_items - picked;
        format!("Please choose {missing} more: a box has at least {} items.", package.minimum_items)
    })
}

/// How a shopper is told that less is left.
pub(crate) fn left_message(left: i64) -> String {
    match left {
        ..=0 => "This is sold out.".to_owned(),
        left => format!("Only {left} left."),
    }
}

/// Goods that are packed by the case come in whole cases. Boxes, bundles and events are packed by themselves.
fn multiple_need(shop: &Shop, contents: &Contents, loaded: &Loaded) -> Option<Notice> {
    let multiple = shop.settings.checkout.order_multiple?;
    let is_packed = |item: &&Item| {
        loaded.goods.get(item.product).is_some_and(|good| good.product_type == ProductType::Physical)
    };
    let units: i64 = contents.items.iter().filter(is_packed).map(|item| item.quantity).sum();
    let missing = (multiple - units % multiple) % multiple;
    (missing > 0).then(|| {
        Notice::new("order_multiple", format!("We pack in cases of {multiple}: please add {missing} more."))
    })
}

fn with_shipping(mut needs: Vec<Notice>, shop: &Shop, contents: &Contents, loaded: &Loaded) -> Vec<Notice> {
    if !loaded.is_sent(contents) {
        return needs;
    }
    let Some(address) = &loaded.shipping_address else {
        needs.push(Notice::new("shipping_address_required", "Please give an address to send to."));
        return needs;
    };
    let allowed = &shop.settings.checkout.delivery_countries;
    if !allowed.is_empty() && !allowed.contains(&address.country) {
        needs.push(Notice::new("delivery_country", "We do not send to this country."));
    } else if loaded.methods.is_empty() {
        needs.push(Notice::new("delivery_address", "We can not send this to that address."));
    } else if loaded.method.is_none() {
        needs.push(Notice::new("shipping_method_required", "Please choose how it is to be sent."));
    }
    needs
}
