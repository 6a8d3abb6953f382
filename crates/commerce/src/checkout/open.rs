//! The first step: the order stands, and what it needs is held.

use domain::carts::Contents;
use domain::ids::{CartId, CustomerId, OrderId, PaymentId};
use gateways::payments::Source;
use store::carts::{self, CartRow};
use store::orders::{self, OrderRow};
use store::{Tx, payment_methods};

use super::placing::{Placing, place};
use super::{CheckOut, CheckoutError, PaymentChoice, hold, pay};
use crate::accounts::Shopper;
use crate::carts::{Loaded, contents_of, load, needs, owner, store_contents, writable};
use crate::jobs::{self, Kind};
use crate::payments::{self as accounts, Account};
use crate::{Commerce, Shop};

/// A checkout that was begun.
pub(super) struct Opened {
    pub(super) order: OrderId,
    /// What is to be paid; `None` where nothing is.
    pub(super) charge: Option<pay::Begun>,
}

/// Makes the cart's order, or makes it anew, and holds what it needs.
pub(super) async fn open(
    commerce: &Commerce,
    shopper: &Shopper,
    cart: CartId,
    asked: &CheckOut,
) -> Result<Opened, CheckoutError> {
    let (handle, shopper, asked) = (commerce.clone(), shopper.clone(), asked.clone());
    commerce
        .store()
        .write(shopper.shop.id, move |tx| {
            let shop = &shopper.shop;
            let row = writable(tx, &shopper, cart, None)?;
            let customer = owner(&row)?.or(shopper.customer.as_ref().map(|who| who.customer));
            let mut contents = contents_of(&row)?;
            if contents.contact.is_none() {
                contents.contact = shopper.customer.as_ref().map(crate::accounts::SignedIn::contact);
            }
            let loaded = load(&handle, tx, shop, &contents, customer)?;
            check_ready(shop, &contents, &loaded, customer)?;
            let before = orders::find_by_cart(tx, row.cart_id)?;
            let asked_for = Placing { before, cart: Some(row.cart_id), customer, subscription: None };
            let order = place(&handle, tx, shop, asked_for, &contents, &loaded)?;
            hold::take(&handle, tx, shop, order.order_id, &contents, &loaded, customer)?;
            let to_pay = loaded.priced.to_pay();
            let charge = match to_pay {
                0 => None,
                amount => {
                    let has_boxes = contents.items.iter().any(|item| item.subscription.is_some());
                    Some(begin_payment(&handle, tx, shop, &order, amount, &asked, has_boxes)?)
                }
            };
            let claimed = CartRow {
                status: carts::COMPLETING.to_owned(),
                order_id: Some(order.order_id.to_bytes()),
                claimed_at: Some(shop.now),
                version: row.version + 1,
                updated_at: shop.now,
                email: contents.contact.as_ref().map(|contact| contact.email.clone()),
                contents: store_contents(&contents)?,
                ..row
            };
            carts::update(tx, claimed)?;
            jobs::enqueue(
                &handle,
                tx,
                shop.now.plus(super::sweep::FIRST_LOOK),
                Kind::SettleOrder(order.order_id),
            )?;
            Ok(Opened { order: order.order_id, charge })
        })
        .await
}

fn check_ready(
    shop: &Shop,
    contents: &Contents,
    loaded: &Loaded,
    customer: Option<CustomerId>,
) -> Result<(), CheckoutError> {
    let missing = needs(shop, contents, loaded, customer.is_some());
    if missing.is_empty() {
        return Ok(());
    }
    if missing.iter().all(|need| need.code == "out_of_stock") {
        return Err(CheckoutError::OutOfStock(missing));
    }
    Err(CheckoutError::NotReady(missing))
}

fn begin_payment(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    order: &OrderRow,
    amount: i64,
    asked: &CheckOut,
    has_boxes: bool,
) -> Result<pay::Begun, CheckoutError> {
    let account = accounts::account(commerce, tx, shop)?;
    let customer = crate::orders::customer_of(order)?;
    let source = source(tx, customer, asked, &account)?;
    let new = pay::NewCharge {
        key: PaymentId::new(commerce.chance().uuid(shop.now)),
        amount,
        source,
        off_session: false,
        return_url: asked.return_url.clone(),
    };
    let charge = pay::begin(tx, shop, order, &account, new)?;
    // A card is kept for whoever is signed in: always where boxes are to be paid with it later.
    let keep_for = customer.filter(|_| asked.save_card || has_boxes);
    Ok(pay::Begun { account, keep_for, charge })
}

fn source(
    tx: &mut Tx<'_>,
    customer: Option<CustomerId>,
    asked: &CheckOut,
    account: &Account,
) -> Result<Source, CheckoutError> {
    use domain::fields::FieldErrors;
    match &asked.payment {
        PaymentChoice::Client => Ok(Source::Client),
        PaymentChoice::Token { provider, token } => {
            if provider.as_deref().is_some_and(|named| named != account.name()) {
                let reason = format!("Must be {}: the shop takes payments there.", account.name());
                return Err(FieldErrors::one("payment.provider", reason).into());
            }
            Ok(Source::Token(token.clone()))
        }
        PaymentChoice::Saved(id) => {
            let found = match customer {
                Some(customer) => payment_methods::find(tx, customer, *id)?,
                None => None,
            };
            let method = found.filter(|method| method.provider == account.name());
            let method = method
                .ok_or_else(|| FieldErrors::one("paymentMethodId", "Must be one of your payment methods."))?;
            Ok(Source::Saved { customer: method.provider_customer, method: method.provider_method })
        }
    }
}
