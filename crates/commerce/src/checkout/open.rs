//! The first step: the order stands, and what it needs is held.

use domain::carts::Contents;
use domain::ids::{CartId, CustomerId, OrderId, OrderItemId, PaymentId};
use domain::money::Money;
use domain::orders::{OrderStatus, PaymentStatus};
use gateways::payments::{Charge, Source};
use store::carts::{self, CartRow};
use store::orders::items::{self, OrderItemRow};
use store::orders::payments::{self, PaymentRow};
use store::orders::{self, OrderRow};
use store::{Tx, payment_methods};

use super::{CheckOut, CheckoutError, PaymentChoice, hold, pay};
use crate::accounts::Shopper;
use crate::carts::{CartError, Loaded, contents_of, load, needs, owner, store_contents, writable};
use crate::jobs::{self, Kind};
use crate::orders::{ItemDetails, OrderDetails};
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
            let order = put_order(&handle, tx, shop, &row, &contents, &loaded, customer)?;
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

/// Writes the order and its lines: a new one, or over the one that an earlier try left pending.
fn put_order(
    commerce: &Commerce,
    tx: &mut Tx<'_>,
    shop: &Shop,
    cart: &CartRow,
    contents: &Contents,
    loaded: &Loaded,
    customer: Option<CustomerId>,
) -> Result<OrderRow, CheckoutError> {
    let before = orders::find_by_cart(tx, cart.cart_id)?;
    let is_known = before.is_some();
    let priced = &loaded.priced;
    let id = before
        .as_ref()
        .map_or_else(|| OrderId::new(commerce.chance().uuid(shop.now)), |order| order.order_id);
    let order = OrderRow {
        order_id: id,
        ref_number: before.as_ref().and_then(|order| order.ref_number),
        cart_id: Some(cart.cart_id.to_bytes()),
        customer_id: customer.map(CustomerId::to_bytes),
        email: contents.contact.as_ref().map(|contact| contact.email.clone()),
        status: OrderStatus::Pending.as_str().to_owned(),
        payment_status: PaymentStatus::Pending.as_str().to_owned(),
        holds: true,
        reserved_until: Some(shop.now.plus(shop.settings.checkout.reservation())),
        currency: shop.settings.currency.as_str().to_owned(),
        item_count: contents.unit_count(),
        subtotal: priced.subtotal,
        discount_total: priced.discount_total,
        shipping_total: priced.shipping_total,
        tax_total: priced.tax_total,
        gift_card_total: priced.gift_card_total,
        total: priced.total,
        refunded_total: 0,
        tax_included: shop.settings.checkout.tax_included,
        country: loaded.shipping_address.as_ref().map(|address| address.country.as_str().to_owned()),
        details: OrderDetails::of(contents, loaded).to_stored()?,
        subscription_id: None,
        version: before.as_ref().map_or(1, |order| order.version + 1),
        paid_at: None,
        created_at: before.as_ref().map_or(shop.now, |order| order.created_at),
        updated_at: shop.now,
    };
    if is_known {
        items::delete_of(tx, id)?;
        orders::update(tx, order.clone())?;
    } else {
        orders::insert(tx, order.clone())?;
    }
    for (position, (item, line)) in (0_i64..).zip(contents.items.iter().zip(&priced.lines)) {
        let good = loaded.goods.get(item.product).ok_or(CartError::NotFound)?;
        let row = OrderItemRow {
            item_id: OrderItemId::new(commerce.chance().uuid(shop.now)),
            order_id: id,
            position,
            product_id: good.row.product_id,
            name: good.row.name.clone(),
            sku: good.sku(&item.options),
            quantity: item.quantity,
            fulfilled: 0,
            restocked: 0,
            unit_price: line.unit_price,
            total: line.total,
            discount: line.discount,
            tax: line.tax,
            tax_basis_points: line.tax_basis_points,
            subscription_id: None,
            details: ItemDetails::of(item, good, &loaded.goods).to_stored()?,
        };
        items::insert(tx, row)?;
    }
    Ok(order)
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
    let payment = PaymentRow {
        payment_id: PaymentId::new(commerce.chance().uuid(shop.now)),
        order_id: order.order_id,
        provider: account.name().to_owned(),
        provider_ref: None,
        amount,
        refunded: 0,
        status: pay::PENDING.to_owned(),
        action: None,
        decline_code: None,
        decline_message: None,
        method: None,
        created_at: shop.now,
        updated_at: shop.now,
    };
    payments::insert(tx, payment.clone())?;
    Ok(pay::Begun {
        account,
        // A card is kept for whoever is signed in: always where boxes are to be paid with it later.
        keep_for: customer.filter(|_| asked.save_card || has_boxes),
        charge: Charge {
            tenant: shop.id,
            key: payment.payment_id,
            amount: Money::new(amount, shop.settings.currency),
            source,
            keep_for: None,
            off_session: false,
            capture: true,
            reference: order.order_id.to_string(),
            return_url: asked.return_url.clone(),
        },
    })
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
